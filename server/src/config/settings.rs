//! The table of settings: the one place that knows their names. Flags, environment variables, the
//! keys of the file and the reference page are all made from it.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use attune_models::recogniser::catalogue::{self, SOURCE};
use attune_models::transcript::CallLanguage;

use super::source::{ConfigError, Value};
use crate::page::{self, OriginError};

use super::{Config, CustomerSource, LogFormat, ModelChoice, TlsFiles, VadChoice};

/// Who takes a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every command that runs the line: serve, check, replay, eval.
    Line,
    /// Only what serves.
    Serve,
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key in the file. `max_calls` is `--max-calls` and `ATTUNE_MAX_CALLS`.
    pub key: &'static str,
    /// What a value looks like.
    pub form: &'static str,
    /// What holds if nothing is given.
    pub default: &'static str,
    /// Who takes it.
    pub scope: Scope,
    /// What it does, in a sentence or two.
    pub help: &'static str,
    pub(super) apply: Apply,
}

type Apply = fn(&mut Config, &mut TlsParts, &Value) -> Result<(), String>;

impl Setting {
    /// A switch: its flag may stand without a value.
    pub fn is_switch(&self) -> bool {
        self.form == "true|false"
    }

    /// `--max-calls`, without the dashes.
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// `ATTUNE_MAX_CALLS`.
    pub fn variable(&self) -> String {
        format!("ATTUNE_{}", self.key.to_ascii_uppercase())
    }
}

macro_rules! setting {
    ($key:literal, $form:literal, $default:expr, $scope:ident, $help:literal, $apply:expr) => {
        Setting {
            key: $key,
            form: $form,
            default: $default,
            scope: Scope::$scope,
            help: $help,
            apply: $apply,
        }
    };
}

/// All of them, in the order of the reference page.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    setting!("listen", "ADDRESS:PORT", "127.0.0.1:50551", Serve,
        "Where gRPC is served. Anything but loopback needs TLS and tokens, or `insecure_public`.",
        |c, _, v| { c.listen = v.parse("an address and port such as 127.0.0.1:50551")?; Ok(()) }),
    setting!("metrics_listen", "ADDRESS:PORT|off", "127.0.0.1:50552", Serve,
        "Where /metrics (Prometheus), /healthz and /readyz are served over plain HTTP.",
        |c, _, v| { c.metrics_listen = off_or(v, "an address and port such as 127.0.0.1:50552, or `off`")?; Ok(()) }),
    setting!("data_dir", "DIRECTORY", "attune-data", Serve,
        "Where calls and their events are stored (SQLite). Made if it is not there.",
        |c, _, v| { c.data_dir = v.path()?; Ok(()) }),
    setting!("model", "embedded|NAME|FILE", "embedded", Line,
        "The Whisper model: the small ones in the binary (English, German), a published one such as `base.en` from `models_dir`, or a ggml file.",
        |c, _, v| { c.model = model(v)?; Ok(()) }),
    setting!("context_margin", "auto|NUMBER", "auto", Line,
        "Encoder positions (20 ms each) beyond the utterance's own, 0 to 1500. `auto` is 128 for published models, which were trained on 30 s, and 16 for the embedded one. Less is faster and, with a published model, less accurate.",
        |c, _, v| { c.context_margin = if v.text == "auto" { None } else { Some(v.within(0, 1500)? as u32) }; Ok(()) }),
    setting!("measure_tokens_per_second", "off|NUMBER", "off", Line,
        "Only for measuring speed with random weights, which never end a text: decode exactly so many tokens a second of speech. It cuts real texts short.",
        |c, _, v| { c.measure_tokens_per_second = if v.text == "off" { None } else { Some(v.within(1, 100)? as f32) }; Ok(()) }),
    setting!("models_dir", "DIRECTORY", "models", Line,
        "Where `models pull` puts published models, and where they are looked for.",
        |c, _, v| { c.models_dir = v.path()?; Ok(()) }),
    setting!("models_mirror", "URL", SOURCE, Line,
        "Where `models pull` gets published models from: `URL/ggml-NAME.bin`.",
        |c, _, v| { c.models_mirror = mirror(v)?; Ok(()) }),
    setting!("vad", "builtin|FILE", "builtin", Line,
        "The voice detector: the one in the binary, or Silero's from a ggml file.",
        |c, _, v| { c.vad = if v.text == "builtin" { VadChoice::Builtin } else { VadChoice::Silero(v.path()?) }; Ok(()) }),
    setting!("playbooks", "embedded|DIRECTORY", "embedded", Line,
        "The communication notes: those in the binary, or a directory with `en.toml`, `de.toml`; a serving server reads changed files within seconds, for calls that begin then.",
        |c, _, v| { c.playbooks = if v.text == "embedded" { None } else { Some(v.path()?) }; Ok(()) }),
    setting!("customers", "none|FILE|URL", "none", Serve,
        "Where customers are looked up when a call with a caller key begins: a `.csv` or `.json` file, or a service of yours, `https://…/{key}` (docs/ref/people.md). It goes into the facts of the call: tier, language, offers.",
        |c, _, v| { c.customers = if v.text == "none" { None } else { Some(customers(v)?) }; Ok(()) }),
    setting!("customer_patience", "DURATION", "300ms", Serve,
        "How long a call waits for that lookup; then it begins without.",
        |c, _, v| { c.customer_patience = duration(v)?; Ok(()) }),
    setting!("learning", "true|false", "true", Serve,
        "Whether notes of equal importance are ordered by how often agents use them, see learning.md; a playbook may turn it off for itself.",
        |c, _, v| { c.learning = v.parse("`true` or `false`")?; Ok(()) }),
    setting!("hold_out", "PERCENT", "0", Serve,
        "How many calls in a hundred, drawn by chance, show no advice but what must be said and what calls a human, so that the effect of advice can be measured.",
        |c, _, v| { c.hold_out = v.within(0, 50)? as f64 / 100.0; Ok(()) }),
    setting!("language", "en|de|detect", "en", Line,
        "Language of a call that does not say which it is in; `detect` finds out as the call goes, with a model that knows all of them.",
        |c, _, v| { c.language = CallLanguage::from_code(&v.text).ok_or_else(|| v.not("`en`, `de` or `detect`"))?; Ok(()) }),
    setting!("slots", "cores|NUMBER", "cores", Line,
        "Recogniser threads. More than there are cores would make all of them slower, so it is lowered to that.",
        |c, _, v| { c.slots = if v.text == "cores" { super::cores() } else { v.parse::<NonZeroUsize>("a number from 1, or `cores`")? }; Ok(()) }),
    setting!("queue", "NUMBER", "64", Serve,
        "Recognitions that may wait before those of unfinished utterances are refused. Finished ones never are.",
        |c, _, v| { c.queue = v.within(1, 100_000)?; Ok(()) }),
    setting!("partials", "true|false", "true", Serve,
        "Show text while an utterance is still being spoken, as far as there is capacity to spare.",
        |c, _, v| { c.partials = v.parse("`true` or `false`")?; Ok(()) }),
    setting!("max_calls", "NUMBER", "64", Serve,
        "Live calls at once. One more is refused with RESOURCE_EXHAUSTED, so that the admitted ones keep their latency.",
        |c, _, v| { c.max_calls = v.within(1, 100_000)?; Ok(()) }),
    setting!("max_load", "PERCENT|off", "95", Serve,
        "How much of the recognisers' time the live calls may need. The server measures what a call needs and refuses, with RESOURCE_EXHAUSTED and the time to come back, one that would delay the others. `off`: only `max_calls` counts.",
        |c, _, v| { c.max_load = if v.text == "off" { None } else { Some(v.within(1, 100)? as f64 / 100.0) }; Ok(()) }),
    setting!("max_watchers", "NUMBER", "512", Serve,
        "Watching streams at once.",
        |c, _, v| { c.max_watchers = v.within(1, 100_000)?; Ok(()) }),
    setting!("max_message_bytes", "BYTES", "131072", Serve,
        "Largest gRPC message that is read. The largest valid audio chunk is 65536 bytes.",
        |c, _, v| { c.max_message_bytes = v.within(1024, 4 << 20)?; Ok(()) }),
    setting!("resume_window", "DURATION", "30s", Serve,
        "How long a call whose stream broke may be resumed before it ends as STREAM_LOST.",
        |c, _, v| { c.resume_window = duration(v)?; Ok(()) }),
    setting!("drain_grace", "DURATION", "30s", Serve,
        "How long live calls may go on after SIGTERM or SIGINT before they end as DRAINED.",
        |c, _, v| { c.drain_grace = duration(v)?; Ok(()) }),
    setting!("tls_cert", "FILE", "", Serve,
        "Certificate chain (PEM). Together with `tls_key` it turns TLS on.",
        |_, t, v| { t.cert = Some(v.path()?); Ok(()) }),
    setting!("tls_key", "FILE", "", Serve,
        "Private key of `tls_cert` (PEM).",
        |_, t, v| { t.key = Some(v.path()?); Ok(()) }),
    setting!("tls_client_ca", "FILE", "", Serve,
        "Only clients with a certificate of this authority (PEM) may connect.",
        |_, t, v| { t.client_ca = Some(v.path()?); Ok(()) }),
    setting!("tokens", "FILE", "", Serve,
        "Bearer tokens, one a line: `name scopes sha256`. Scopes, joined by commas: stream, watch, coach, admin. See access.md.",
        |c, _, v| { c.tokens = Some(v.path()?); Ok(()) }),
    setting!("page", "true|false", "true", Serve,
        "Serve the page for browsers, and gRPC-Web for it, on the port of `listen`.",
        |c, _, v| { c.page = v.parse("`true` or `false`")?; Ok(()) }),
    setting!("page_origins", "ORIGINS", "", Serve,
        "Origins, joined by commas, whose pages may embed the agent's view and ask the API, such as `https://crm.example`. Others are refused by the browser and by the server.",
        |c, _, v| { c.page_origins = origins(v)?; Ok(()) }),
    setting!("teams", "FILE", "", Serve,
        "Who is in which team, for reports: a TOML file with a line a team, `north = [\"agent-7\", \"agent-9\"]`.",
        |c, _, v| { c.teams = Some(v.path()?); Ok(()) }),
    setting!("cost_per_minute", "off|NUMBER", "off", Serve,
        "What a minute of handle time costs, in the currency of the house, for reports.",
        |c, _, v| { c.cost_per_minute = if v.text == "off" { None } else { Some(cost(v)?) }; Ok(()) }),
    setting!("insecure_public", "true|false", "false", Serve,
        "Serve beyond this machine without TLS and tokens. Anybody who reaches the port hears every call.",
        |c, _, v| { c.insecure_public = v.parse("`true` or `false`")?; Ok(()) }),
    setting!("log", "FILTER", "info", Line,
        "What is logged, in the syntax of RUST_LOG (which holds if this is not set): `info,attune_server=debug`.",
        |c, _, v| { c.log = Some(v.text.clone()); Ok(()) }),
    setting!("log_format", "text|json", "text", Line,
        "Shape of log lines.",
        |c, _, v| { c.log_format = match v.text.as_str() { "text" => LogFormat::Text, "json" => LogFormat::Json, _ => return Err(v.not("`text` or `json`")) }; Ok(()) }),
];

/// The TLS settings before it is known that they are complete.
#[derive(Debug, Default)]
pub(super) struct TlsParts {
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    client_ca: Option<PathBuf>,
}

impl TlsParts {
    pub(super) fn complete(self) -> Result<Option<TlsFiles>, ConfigError> {
        match (self.cert, self.key, self.client_ca) {
            (Some(cert), Some(key), client_ca) => Ok(Some(TlsFiles { cert, key, client_ca })),
            (None, None, None) => Ok(None),
            (Some(_), None, _) => Err(ConfigError::Together("tls_cert needs tls_key")),
            (None, Some(_), _) => Err(ConfigError::Together("tls_key needs tls_cert")),
            (None, None, Some(_)) => {
                Err(ConfigError::Together("tls_client_ca needs tls_cert and tls_key"))
            }
        }
    }
}

/// The name among `names` that `wrong` was probably meant to be.
pub fn closest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3))
        .min()
        .map(|(_, name)| name)
}

/// The reference page, docs/ref/config.md, made from the table.
pub fn reference() -> String {
    let mut page = String::from(include_str!("reference.md"));
    for setting in SETTINGS {
        let default = match setting.default {
            "" => "not set".to_owned(),
            default => format!("`{default}`"),
        };
        let form = setting.form.replace('|', "\\|");
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| `{}` | {form} | {default} | {} |", setting.key, setting.help);
    }
    page
}

fn model(value: &Value) -> Result<ModelChoice, String> {
    Ok(match (value.text.as_str(), catalogue::find(&value.text)) {
        ("embedded", _) => ModelChoice::Embedded,
        (_, Some(published)) => ModelChoice::Published(published),
        (_, None) => ModelChoice::File(value.path()?),
    })
}

fn mirror(value: &Value) -> Result<String, String> {
    let web = ["http://", "https://"].iter().any(|scheme| value.text.starts_with(scheme));
    if web { Ok(value.text.clone()) } else { Err(value.not("an http:// or https:// address")) }
}

fn origins(value: &Value) -> Result<Vec<page::Origin>, String> {
    let words = value.text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| word.parse().map_err(|error: OriginError| format!("`{word}`: {error}")))
        .collect()
}

fn cost(value: &Value) -> Result<f64, String> {
    let what = "a number from 0, or `off`";
    let cost = value.parse::<f64>(what)?;
    if cost.is_finite() && cost >= 0.0 { Ok(cost) } else { Err(value.not(what)) }
}

fn off_or<T: FromStr>(value: &Value, what: &str) -> Result<Option<T>, String> {
    if value.text == "off" { Ok(None) } else { value.parse(what).map(Some) }
}

fn customers(value: &Value) -> Result<CustomerSource, String> {
    if !value.text.contains("://") {
        return value.path().map(CustomerSource::File);
    }
    let asks_for_one = value.text.contains(CustomerSource::KEY);
    match mirror(value) {
        Ok(address) if asks_for_one => Ok(CustomerSource::Service(address)),
        _ => Err(value.not("a file, or an http:// or https:// address with {key} in it")),
    }
}

/// `500ms`, `30s`, `5m`, `1h`.
fn duration(value: &Value) -> Result<Duration, String> {
    let text = &value.text;
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 0,
    };
    match number.parse::<u64>() {
        Ok(number) if millis > 0 && number <= 86_400_000 / millis => {
            Ok(Duration::from_millis(number * millis))
        }
        _ => Err(value.not("a length of at most a day with its unit: 500ms, 30s, 5m, 1h")),
    }
}

impl Value {
    /// The value as `T`, or what it should have been.
    fn parse<T: FromStr>(&self, what: &str) -> Result<T, String> {
        self.text.parse().map_err(|_other| self.not(what))
    }

    fn within(&self, least: usize, most: usize) -> Result<usize, String> {
        let what = || format!("a number from {least} to {most}");
        let number = self.parse::<usize>(&what())?;
        if (least..=most).contains(&number) { Ok(number) } else { Err(self.not(&what())) }
    }

    fn not(&self, what: &str) -> String {
        format!("`{}` is not {what}", self.text)
    }
}

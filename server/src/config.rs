//! The configuration: a TOML file, the environment and flags, from one table of settings.
//!
//! Flags outrank the environment, the environment outranks the file, the file outranks the
//! defaults. A name that is not a setting is refused wherever it stands: a misspelt limit that is
//! silently ignored is found out on the day it was meant for.

mod settings;
mod source;
#[cfg(test)]
mod tests;
mod validate;

use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use attune_models::recogniser::catalogue::{self, Published};
use attune_models::transcript::CallLanguage;

use crate::page;

pub use self::settings::{SETTINGS, Scope, Setting, closest, reference};
pub use self::source::{ConfigError, Origin};

/// Exit code for a configuration or command line that cannot be used (`EX_USAGE`).
pub const EXIT_USAGE: u8 = 64;

/// Everything that can be set, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where gRPC is served.
    pub listen: SocketAddr,
    /// Where metrics and health are served over HTTP; `None`: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Where the store lives.
    pub data_dir: PathBuf,
    /// Which Whisper model.
    pub model: ModelChoice,
    /// Encoder positions beyond the utterance's own; `None`: what suits the model.
    pub context_margin: Option<u32>,
    /// Decode exactly so many tokens a second of speech, to measure speed; `None`: as many as the
    /// words need.
    pub measure_tokens_per_second: Option<f32>,
    /// Where `models pull` puts published models, and where they are looked for.
    pub models_dir: PathBuf,
    /// Where `models pull` gets them from.
    pub models_mirror: String,
    /// Which voice detector.
    pub vad: VadChoice,
    /// Where playbooks are read from; `None`: the embedded ones.
    pub playbooks: Option<PathBuf>,
    /// Where customers are looked up.
    pub customers: Option<CustomerSource>,
    /// How long a call that begins waits for that.
    pub customer_patience: Duration,
    /// Whether notes of equal importance are ordered by how often they are used.
    pub learning: bool,
    /// Share of calls, in [0, 1], that show no advice.
    pub hold_out: f64,
    /// Language of a call that does not say.
    pub language: CallLanguage,
    /// Recogniser threads, never more than there are cores.
    pub slots: NonZeroUsize,
    /// Recognitions that may wait before partial ones are refused.
    pub queue: usize,
    /// Recognise speech while it is still being spoken, from spare capacity.
    pub partials: bool,
    /// Live calls at once; more are refused.
    pub max_calls: usize,
    /// Share of the recognisers' time that admitted calls may need; `None`: only `max_calls`
    /// counts.
    pub max_load: Option<f64>,
    /// Watching streams at once; more are refused.
    pub max_watchers: usize,
    /// Largest gRPC message that is read.
    pub max_message_bytes: usize,
    /// How long a broken stream may be resumed.
    pub resume_window: Duration,
    /// How long live calls may go on after a shutdown was asked for.
    pub drain_grace: Duration,
    /// TLS; `None`: plain text.
    pub tls: Option<TlsFiles>,
    /// File of bearer tokens; `None`: no token is asked for.
    pub tokens: Option<PathBuf>,
    /// Serve the page for browsers and gRPC-Web beside gRPC.
    pub page: bool,
    /// Other pages that may embed the agent's view and ask the API.
    pub page_origins: Vec<page::Origin>,
    /// File of teams; `None`: no agent is in one.
    pub teams: Option<PathBuf>,
    /// What a minute of handle time costs; `None`: nobody says.
    pub cost_per_minute: Option<f64>,
    /// Serve beyond this machine without TLS and tokens.
    pub insecure_public: bool,
    /// Log filter; `None`: `RUST_LOG`, or `info`.
    pub log: Option<String>,
    /// Shape of log lines.
    pub log_format: LogFormat,
    /// What was given but could not be kept to; to be logged.
    pub warnings: Vec<String>,
}

/// Which Whisper model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelChoice {
    /// The one in the binary.
    Embedded,
    /// A published one, in the directory of models.
    Published(&'static Published),
    /// A ggml file.
    File(PathBuf),
}

impl fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::Published(model) => f.write_str(model.name),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Which voice detector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VadChoice {
    /// The one of the audio crate.
    Builtin,
    /// Silero's, from a ggml file.
    Silero(PathBuf),
}

/// Where customers are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerSource {
    /// A list, `.csv` or `.json`.
    File(PathBuf),
    /// A service: an address with [`CustomerSource::KEY`] in it.
    Service(String),
}

impl CustomerSource {
    /// Stands for the caller key in an address.
    pub const KEY: &str = "{key}";
}

/// Files that TLS is made from, all PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain of the server.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Clients must show a certificate of this authority.
    pub client_ca: Option<PathBuf>,
}

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let slots = cores();
        Self {
            listen: loopback(50551),
            metrics_listen: Some(loopback(50552)),
            data_dir: "attune-data".into(),
            model: ModelChoice::Embedded,
            context_margin: None,
            measure_tokens_per_second: None,
            models_dir: "models".into(),
            models_mirror: catalogue::SOURCE.into(),
            vad: VadChoice::Builtin,
            playbooks: None,
            customers: None,
            customer_patience: Duration::from_millis(300),
            learning: true,
            hold_out: 0.0,
            language: CallLanguage::default(),
            slots,
            queue: 64,
            partials: true,
            max_calls: 64,
            max_load: Some(0.95),
            max_watchers: 512,
            max_message_bytes: 128 * 1024,
            resume_window: Duration::from_secs(30),
            drain_grace: Duration::from_secs(30),
            tls: None,
            tokens: None,
            page: true,
            page_origins: Vec::new(),
            teams: None,
            cost_per_minute: None,
            insecure_public: false,
            log: None,
            log_format: LogFormat::Text,
            warnings: Vec::new(),
        }
    }
}

/// What a command was given besides its own arguments.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// Flags, by the key of their setting.
    pub flags: Vec<(&'static str, String)>,
}

impl Config {
    /// Puts file, environment and flags together and checks the result.
    ///
    /// # Errors
    /// On anything that is unknown, does not parse, or does not go together; the message says where
    /// it stands and what would be right.
    pub fn load(
        given: &Given,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let mut tls = settings::TlsParts::default();
        for value in source::collect(given, environment)? {
            let setting = value.setting;
            (setting.apply)(&mut config, &mut tls, &value).map_err(|message| {
                ConfigError::Invalid { origin: value.origin.clone(), key: setting.key, message }
            })?;
        }
        config.tls = tls.complete()?;
        validate::check(&mut config)?;
        Ok(config)
    }
}

/// How many cores there are.
pub fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

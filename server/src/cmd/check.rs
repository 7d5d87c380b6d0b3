//! `attune-server check`: everything `serve` needs, looked at without serving.

use std::fmt::Display;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use clap::Args;

use crate::auth::Tokens;
use crate::cli::{Failure, ServeSettings};
use crate::config::Config;
use crate::figures::Teams;
use crate::store::CallerKeys;
use crate::store::sqlite::SqliteStore;
use crate::{load, tls};

/// Say what a configuration comes to, and what is wrong with it.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all well, 1 something would keep the server from starting, \
                        64 the configuration itself is wrong.")]
pub(crate) struct Check {
    #[command(flatten)]
    settings: ServeSettings,
}

impl Check {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let config = Config::load(self.settings.given(), std::env::vars_os())?;
        let mut list = List { out: io::stdout().lock(), wrong: false };
        list.good("configuration", "well")?;
        for warning in &config.warnings {
            list.line("warn", "configuration", warning)?;
        }
        model_and_notes(&mut list, &config)?;
        list.entry("data_dir", store(&config))?;
        list.entry("listen", port(config.listen))?;
        if let Some(address) = config.metrics_listen {
            list.entry("metrics_listen", port(address))?;
        }
        trust(&mut list, &config)?;
        if let Some(path) = &config.teams {
            let teams = Teams::read(path);
            list.entry("teams", teams.map(|teams| format!("{} agents", teams.agents())))?;
        }
        list.good("slots", format!("{} recognisers", config.slots))?;
        if list.wrong { Err(Failure::Said) } else { Ok(()) }
    }
}

fn model_and_notes(list: &mut List<impl io::Write>, config: &Config) -> io::Result<()> {
    let model = load::model(config).map(|model| {
        let codes: Vec<_> = model.languages().iter().map(|language| language.code()).collect();
        format!("{} ({})", config.model, codes.join(", "))
    });
    list.entry("model", model)?;
    let notes = load::kit(config).map(|_kit| match &config.playbooks {
        None => "embedded".to_owned(),
        Some(directory) => format!("{}", directory.display()),
    });
    list.entry("playbooks, vad", notes)
}

fn trust(list: &mut List<impl io::Write>, config: &Config) -> io::Result<()> {
    match &config.tls {
        None => list.good("tls", "off")?,
        Some(files) => {
            let what = if files.client_ca.is_some() { "on, clients too" } else { "on" };
            list.entry("tls", tls::read(files).map(|_tls| what))?;
        }
    }
    match &config.tokens {
        None => list.good("tokens", "off"),
        Some(path) => list.entry("tokens", tokens(path)),
    }
}

fn tokens(path: &Path) -> Result<String, String> {
    // Nothing is lent here.
    let lending = CallerKeys::random().map_err(|error| error.to_string())?.lending();
    let tokens = Tokens::read(path, lending).map_err(|error| error.to_string())?;
    Ok(tokens.count().to_string())
}

fn store(config: &Config) -> Result<String, crate::store::StoreError> {
    SqliteStore::open(&config.data_dir)?;
    Ok(format!("{} can be written", config.data_dir.display()))
}

fn port(address: SocketAddr) -> Result<String, String> {
    match TcpListener::bind(address) {
        Ok(_listener) => Ok(format!("{address} is free")),
        Err(error) => Err(format!("{address}: {error}")),
    }
}

struct List<W> {
    out: W,
    wrong: bool,
}

impl<W: io::Write> List<W> {
    fn good(&mut self, name: &str, what: impl Display) -> io::Result<()> {
        self.line("ok", name, &what)
    }

    fn entry(&mut self, name: &str, found: Result<impl Display, impl Display>) -> io::Result<()> {
        match found {
            Ok(what) => self.line("ok", name, &what),
            Err(error) => {
                self.wrong = true;
                self.line("FAIL", name, &error)
            }
        }
    }

    fn line(&mut self, mark: &str, name: &str, what: &dyn Display) -> io::Result<()> {
        writeln!(self.out, "{mark:<5} {name:<15} {what}")
    }
}

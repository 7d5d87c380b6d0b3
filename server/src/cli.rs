//! The command line of `attune-server`.

mod facts;
mod setting_flags;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::cmd::{check, eval, models, playbook, replay, serve};
use crate::config::{Config, ConfigError, EXIT_USAGE, Given};
use crate::logging;

pub use self::facts::FactsArgs;
pub use self::setting_flags::{LineSettings, ServeSettings};

const EXAMPLES: &str = "\
Examples:
  attune-server serve                          serve on 127.0.0.1:50551
  attune-server serve --config attune.toml     with settings from a file
  attune-server check --config attune.toml     what is wrong with them
  attune-server replay call.wav                a recorded call through the live line
  attune-server replay --caller a.wav --agent b.wav --json
  attune-server eval speech manifest.csv       word error rate
  attune-server playbook check playbooks/en.toml

Every setting is also ATTUNE_NAME in the environment and a line of the TOML file; flags outrank the
environment, the environment outranks the file. docs/ref/config.md lists them.

Exit codes: 0 done, 1 failed, 2 bad input (the file and line are named), 64 bad command line or
configuration.";

/// Hears live calls, reads the caller, advises the agent.
#[derive(Debug, Parser)]
#[command(name = "attune-server", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the gRPC API until SIGTERM or SIGINT
    Serve(serve::Serve),
    /// Run recorded calls through the live line, faster than real time
    Replay(replay::Replay),
    /// Measure accuracy on your own files
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Look at Whisper models
    #[command(subcommand)]
    Models(models::Models),
    /// Look at playbooks
    #[command(subcommand)]
    Playbook(playbook::Playbook),
    /// Say what a configuration comes to, and what is wrong with it
    Check(check::Check),
}

/// How a command ends if it does not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It did not work out: exit code 1.
    Failed(String),
    /// What it was given to read is wrong: exit code 2.
    Input(String),
    /// Command line or configuration: exit code 64.
    Usage(String),
    /// Everything is said already; exit code 1.
    Said,
}

impl Failure {
    /// Anything that went wrong on our side.
    pub(crate) fn failed(error: impl ToString) -> Self {
        Self::Failed(error.to_string())
    }

    /// Anything that is wrong with what was given to read.
    pub(crate) fn input(error: impl ToString) -> Self {
        Self::Input(error.to_string())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Failed(_) | Self::Said => 1,
            Self::Input(_) => 2,
            Self::Usage(_) => EXIT_USAGE,
        }
    }

    fn message(&self) -> Option<&str> {
        match self {
            Self::Failed(message) | Self::Input(message) | Self::Usage(message) => Some(message),
            Self::Said => None,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let command = match parse(std::env::args_os()) {
        Ok(command) => command,
        Err(code) => return code,
    };
    let ended = match command {
        Command::Serve(command) => command.run(),
        Command::Replay(command) => command.run(),
        Command::Eval(command) => command.run(),
        Command::Models(command) => command.run(),
        Command::Playbook(command) => command.run(),
        Command::Check(command) => command.run(),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads us has seen enough: `attune-server replay … | head`.
        Err(Failure::Failed(message)) if message.contains("Broken pipe") => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                // stderr may be closed; there is nobody left to tell then.
                let _ = writeln!(io::stderr(), "attune-server: {message}");
            }
            ExitCode::from(failure.code())
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    Cli::try_parse_from(arguments).map(|cli| cli.command).map_err(|error| {
        let _ = error.print();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
            _ => ExitCode::from(EXIT_USAGE),
        }
    })
}

/// The configuration from everything there is, with logging started as it says.
pub(crate) fn configure(given: &Given) -> Result<Config, Failure> {
    let config = Config::load(given, std::env::vars_os())?;
    logging::start(&config)
        .map_err(|error| Failure::Usage(format!("log: not a filter: {error}")))?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse_words(words: &str) -> Result<Command, ExitCode> {
        parse(words.split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_are_flags() {
        let words = "attune-server serve --max-calls 3 --insecure-public --config a.toml";
        let Ok(Command::Serve(serve)) = parse_words(words) else { panic!("not serve") };
        let given = serve.settings.given();
        assert_eq!(given.file.as_deref(), Some(std::path::Path::new("a.toml")));
        assert_eq!(
            given.flags,
            [("max_calls", "3".to_owned()), ("insecure_public", "true".to_owned())]
        );
    }

    #[test]
    fn a_replay_takes_no_settings_of_the_server() {
        assert!(parse_words("attune-server replay a.wav --model m.bin").is_ok());
        assert_eq!(
            parse_words("attune-server replay a.wav --max-calls 3").err(),
            Some(ExitCode::from(64))
        );
    }

    #[test]
    fn help_is_no_error_and_nonsense_is_64() {
        assert_eq!(parse_words("attune-server --help").err(), Some(ExitCode::SUCCESS));
        assert_eq!(parse_words("attune-server serv").err(), Some(ExitCode::from(64)));
    }
}

//! `attune`: stream calls to an Attune server, watch them, look them up.

mod args;
mod backoff;
mod calls;
mod coach;
mod connect;
mod error;
#[cfg(test)]
mod fixture;
mod interrupt;
mod marks;
mod mic;
mod notes;
mod outcome;
mod people;
mod print;
mod report;
mod stream;
mod summary;
mod time;
mod token;
mod view;
mod view_model;
mod watch;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::error::Error;
use crate::words::Lang;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a wrong command line is EX_USAGE.
            let code = if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS };
            let _ = error.print();
            return code;
        }
    };
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is_broken_pipe() {
                print::note(&error.to_string());
            }
            error.exit_code()
        }
    }
}

async fn run(cli: Cli) -> Result<(), Error> {
    let Cli { global, command } = cli;
    let lang = global.lang.unwrap_or_else(|| Lang::from_locale(|name| std::env::var(name).ok()));
    let words = lang.words();
    match command {
        Command::Stream(args) => stream::run(&global, args, words).await,
        Command::Mic(args) => mic::run(&global, args, words).await,
        Command::Watch(args) => watch::run(&global, args, words).await,
        Command::Calls(command) => calls::run(&global, command, words).await,
        Command::Report(args) => report::run(&global, args, lang, words).await,
        Command::Callers(command) => people::callers(&global, command, words).await,
        Command::Agents(command) => people::agents(&global, command, words).await,
        Command::Coach(command) => coach::run(&global, command, lang, words).await,
        Command::Correct(args) => calls::correct(&global, args, words).await,
        Command::Feedback(args) => calls::feedback(&global, args, words).await,
        Command::Notes(args) => notes::report(&global, args, words).await,
        Command::Wishes(args) => notes::wishes(&global, args, words).await,
        Command::Token(args) => token::run(&global, args).await,
    }
}

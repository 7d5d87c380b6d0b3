//! `attune-server playbook check`.

use std::io::{self, Write as _};
use std::path::PathBuf;

use attune_models::playbook::Playbook as Notes;
use clap::Subcommand;

use crate::cli::Failure;

/// Look at playbooks.
#[derive(Debug, Subcommand)]
pub(crate) enum Playbook {
    /// Check playbook files; exit code 1 and one line a problem, `file:line: message`
    #[command(after_help = "Example:\n  attune-server playbook check playbooks/*.toml")]
    Check {
        /// Playbook files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

impl Playbook {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let Self::Check { files } = self;
        let mut out = io::stdout().lock();
        let mut wrong = false;
        for path in files {
            let name = path.display().to_string();
            match std::fs::read_to_string(path) {
                Err(error) => {
                    wrong = true;
                    writeln!(out, "{name}: {error}")?;
                }
                Ok(text) => match Notes::parse(&name, &text) {
                    Ok(notes) => writeln!(
                        out,
                        "{name}: well: {} {}, {} notes in {}",
                        notes.name(),
                        notes.version(),
                        notes.notes().len(),
                        notes.language().code()
                    )?,
                    Err(error) => {
                        wrong = true;
                        writeln!(out, "{error}")?;
                    }
                },
            }
        }
        if wrong { Err(Failure::Said) } else { Ok(()) }
    }
}

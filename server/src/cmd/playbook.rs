//! `attune-server playbook …`: for those who write notes.

mod examples;
mod phrasing;
mod try_out;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use attune_models::playbook::{Playbook as Notes, schema};
use clap::Subcommand;

use crate::cli::Failure;
use crate::load::{self, LoadError};
use phrasing::Phrasing;
use try_out::TryOut;

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
    /// See which notes a sentence brings, and why the others stay away
    #[command(after_help = try_out::EXAMPLES)]
    Try(TryOut),
    /// See how many sentences of callers, in their own words, find their note
    #[command(after_help = phrasing::EXAMPLES)]
    Phrasing(Phrasing),
    /// Print the JSON schema of playbook files, for editors
    #[command(after_help = "Example:\n  attune-server playbook schema > playbook.schema.json")]
    Schema,
    /// Run the examples that stand beside the notes; exit code 1 if one does not hold
    #[command(after_help = "Example:\n  attune-server playbook test playbooks/*.toml")]
    Test {
        /// Playbook files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

impl Playbook {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match self {
            Self::Check { files } => {
                let told = |notes: &Notes, out: &mut io::StdoutLock<'_>| -> io::Result<bool> {
                    let count = notes.notes().len();
                    let language = notes.language().code();
                    writeln!(out, ": {count} notes in {language}")?;
                    Ok(true)
                };
                each(files, &mut out, told)
            }
            Self::Schema => {
                serde_json::to_writer_pretty(&mut out, &schema()).map_err(Failure::failed)?;
                writeln!(out)?;
                Ok(())
            }
            Self::Try(try_out) => try_out.run(&mut out),
            Self::Phrasing(phrasing) => phrasing.run(&mut out),
            Self::Test { files } => {
                let readers = examples::readers()?;
                each(files, &mut out, |notes, out| examples::run(notes, &readers, out))
            }
        }
    }
}

/// Reads each file and has `look` say the rest of its line, and whether all is well.
fn each<W: io::Write>(
    files: &[PathBuf],
    out: &mut W,
    mut look: impl FnMut(&Notes, &mut W) -> io::Result<bool>,
) -> Result<(), Failure> {
    let mut well = true;
    for path in files {
        match read(path) {
            Err(problems) => {
                well = false;
                writeln!(out, "{problems}")?;
            }
            Ok(notes) => {
                let (name, version) = (notes.name(), notes.version());
                let space = if version.is_empty() { "" } else { " " };
                write!(out, "{}: well: {name}{space}{version}", path.display())?;
                well &= look(&notes, out)?;
            }
        }
    }
    if well { Ok(()) } else { Err(Failure::Said) }
}

/// The notes of a file, or what is wrong with it, one problem a line.
fn read(path: &Path) -> Result<Notes, String> {
    load::playbook(path).map_err(|error| match error {
        LoadError::Playbook(problems) => problems.to_string(),
        LoadError::PlaybookFile { path, source } => format!("{}: {source}", path.display()),
        error => error.to_string(),
    })
}

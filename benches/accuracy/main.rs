//! `accuracy`: docs/accuracy.md and its pictures, from real runs of `attune-server eval`.
//!
//! Every set is run through the program that users have, on files in the formats that they use.
//! What is not at hand is said to be missing.

mod page;
mod public;
mod sets;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Parser;
use serde_json::Value;

use sets::Set;

/// Writes docs/accuracy.md from runs of `attune-server eval`.
#[derive(Debug, Parser)]
struct Args {
    /// Folder with the public sets, as the page names them; without it they are missing
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the page and its pictures go
    #[arg(long, value_name = "DIR", default_value = "docs")]
    docs: PathBuf,
    /// The server to measure; without it, the one beside this program
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// The part of the written calls that the readers learnt from, to try the page without touching
    /// the test part
    #[arg(long)]
    training_part: bool,
}

/// A set and what came out.
struct Measured {
    set: Set,
    outcome: Outcome,
}

enum Outcome {
    /// The summary, and the names of the pictures.
    Figures { summary: Value, pictures: Vec<String> },
    /// What would have to be where.
    Missing(String),
}

fn main() -> ExitCode {
    match write(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("accuracy: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(args: &Args) -> Result<(), Box<dyn Error>> {
    let server = match &args.server {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("attune-server"),
    };
    let scratch = tempfile::tempdir()?;
    let pictures = args.docs.join("accuracy");
    fs::create_dir_all(&pictures)?;
    let mut measured = Vec::new();
    for set in sets::all(args.training_part) {
        let input = scratch.path().join(set.input_name());
        let outcome = match set.prepare(args.data.as_deref(), &input)? {
            Some(missing) => Outcome::Missing(missing),
            None => {
                eprintln!("accuracy: {}", set.title);
                run(&server, &set, &input, &pictures)?
            }
        };
        measured.push(Measured { set, outcome });
    }
    let path = args.docs.join("accuracy.md");
    fs::write(&path, page::text(&measured, args.training_part)?)?;
    eprintln!("accuracy: written: {}", path.display());
    Ok(())
}

/// Measures one set; its pictures are called after it.
fn run(server: &Path, set: &Set, input: &Path, pictures: &Path) -> Result<Outcome, Box<dyn Error>> {
    let drawn = tempfile::tempdir()?;
    let output = Command::new(server)
        .arg("eval")
        .args(set.reader.split(' '))
        .arg(input)
        .args(["--json", "--plots"])
        .arg(drawn.path())
        .output()
        .map_err(|error| format!("{}: {error}", server.display()))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(format!("eval {} failed: {told}", set.reader).into());
    }
    let mut names = Vec::new();
    let mut files: Vec<_> = fs::read_dir(drawn.path())?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        let name = format!("{}-{}", set.id, file.file_name().to_string_lossy());
        fs::copy(file.path(), pictures.join(&name))?;
        names.push(name);
    }
    Ok(Outcome::Figures { summary: serde_json::from_slice(&output.stdout)?, pictures: names })
}

//! docs/benchmarks.md and its picture, from real runs.
//!
//! Every run that is done is noted at once; a second start after a break goes on with those that
//! are not. When the page is written the notes are thrown away.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::args::Args;
use crate::limit::Limit;
use crate::model::Measured;
use crate::page;
use crate::report::Report;
use crate::run::Bench;
use crate::speech::Speech;

/// How long the calls of a run last, in seconds. About ten utterances in each.
const SECONDS: u32 = 25;

/// What is measured: a model, its context margin if not its own, and numbers of calls. The last
/// number of the first is three times what two cores take.
const PLAN: [(&str, Option<u32>, &[u32]); 4] = [
    ("random:tiny", None, &[10, 20, 30, 40, 120]),
    ("random:tiny", Some(64), &[20, 40, 50]),
    ("random:base", None, &[5, 10, 15]),
    ("embedded", None, &[5, 10, 20]),
];

/// Measures what is not measured yet, then writes the page.
pub(crate) async fn write(args: &Args, docs: &Path) -> Result<(), Box<dyn Error>> {
    let mut notes = Notes::open()?;
    let runs: usize = PLAN.iter().map(|(_, _, calls)| calls.len() + 1).sum();
    for (model, context_margin, numbers) in PLAN {
        let args = Args { model: model.parse()?, context_margin, ..args.clone() };
        let bench = Bench {
            model: Measured::prepare(&args)?,
            speech: Speech::load(&args.speech)?,
            server: args.server.clone(),
        };
        let limit = json!({ "limit_of": model, "margin": context_margin });
        if !notes.has(&limit) {
            eprintln!(
                "{} of {runs}: {}: the limit of this machine",
                notes.done.len() + 1,
                bench.model.name
            );
            let measured = Limit::measure(&bench).await?;
            notes.add(limit, json!({ "name": bench.model.name, "limit": measured.json() }))?;
        }
        for calls in numbers {
            let run = json!({ "model": model, "margin": context_margin, "calls": calls });
            if notes.has(&run) {
                continue;
            }
            eprintln!("{} of {runs}: {}: {calls} calls", notes.done.len() + 1, bench.model.name);
            let results = bench.live(*calls, SECONDS).await?;
            let report = Report::new(&bench.model, &results, None);
            notes.add(run, report.json())?;
        }
    }
    let results: Vec<Value> = notes.done.iter().map(|(_, result)| result.clone()).collect();
    fs::write(docs.join("benchmarks.md"), page::text(&results)?)?;
    page::draw(&results, &docs.join("benchmarks.svg"))?;
    notes.close()?;
    eprintln!("written: {}", docs.join("benchmarks.md").display());
    Ok(())
}

/// What is done, in a file beside this program.
struct Notes {
    path: PathBuf,
    done: Vec<(Value, Value)>,
}

impl Notes {
    /// Those of a run that was broken off, unless the programs have been built anew since.
    fn open() -> Result<Self, Box<dyn Error>> {
        let program = std::env::current_exe()?;
        let path = program.with_file_name("benchmarks.jsonl");
        let built = fs::metadata(&program)?.modified()?;
        let current = fs::metadata(&path).and_then(|file| file.modified());
        let text = match current {
            Ok(noted) if noted > built => fs::read_to_string(&path)?,
            _ => {
                fs::write(&path, "")?;
                String::new()
            }
        };
        let line = |line: &str| serde_json::from_str::<(Value, Value)>(line).ok();
        Ok(Self { done: text.lines().filter_map(line).collect(), path })
    }

    fn has(&self, run: &Value) -> bool {
        self.done.iter().any(|(done, _)| done == run)
    }

    fn add(&mut self, run: Value, result: Value) -> Result<(), Box<dyn Error>> {
        let line = serde_json::to_string(&(&run, &result))?;
        writeln!(OpenOptions::new().append(true).open(&self.path)?, "{line}")?;
        self.done.push((run, result));
        Ok(())
    }

    fn close(self) -> Result<(), std::io::Error> {
        fs::remove_file(self.path)
    }
}

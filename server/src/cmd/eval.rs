//! `attune-server eval`: accuracy on anybody's files, in stable formats.

mod callers;
mod channel;
mod parallel;
mod plot;
mod score;
mod silence;
mod speech;
mod voice;
mod wer;
mod words;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};

use crate::cli::{Failure, LineSettings, configure};
use crate::config::Config;

const FORMATS: &str = "\
--plots DIR draws what there is to see of it, as SVG: reliability diagrams (is what is 80 % sure
right in 80 %?), confusion matrices, ROC curves, accuracy over the caller's turns.

Manifests are CSV files with a header; relative paths in them are relative to the manifest. Labels
may be missing: then it predicts and scores nothing.

Exit codes: 0 it ran, 2 bad input (file and line are named), 64 bad command line.";

/// Measure accuracy on your own files.
#[derive(Debug, Subcommand)]
#[command(after_help = FORMATS)]
pub(crate) enum Eval {
    /// Word error rate: file,text[,lang]
    #[command(after_help = FORMATS)]
    Speech {
        #[command(flatten)]
        common: Common,
        /// Pass the files through a telephone line first
        #[arg(long, value_enum, default_value_t = Channel::AsIs)]
        channel: Channel,
        /// Take each file for one utterance, without voice detection
        #[arg(long)]
        whole: bool,
        /// Names to expect, one a line; without it, those of the playbook
        #[arg(long, value_name = "FILE")]
        vocabulary: Option<PathBuf>,
    },
    /// Words made of half an hour without speech: noise, hum, tones, music, and what bleeds over
    /// from a stereo recording's second channel
    #[command(after_help = "Example:\n  attune-server eval silence tests/data/demo/call.wav")]
    Silence {
        #[command(flatten)]
        common: Common,
        /// Every seed is another half an hour
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Arousal and emotion from the voice alone: file,label[,speaker]
    #[command(after_help = FORMATS)]
    Voice {
        #[command(flatten)]
        common: Common,
        /// Pass the files through a telephone line first
        #[arg(long, value_enum, default_value_t = Channel::AsIs)]
        channel: Channel,
    },
    /// The eight service moods from words alone: text,label[,lang]
    #[command(after_help = FORMATS)]
    Words {
        #[command(flatten)]
        common: Common,
    },
    /// Insults and threats: text,label[,lang], label 0 or 1
    #[command(after_help = FORMATS)]
    Abuse {
        #[command(flatten)]
        common: Common,
    },
    /// Colour, motive, caller type and mood from whole dialogues (JSON lines)
    #[command(after_help = FORMATS)]
    Callers {
        #[command(flatten)]
        common: Common,
    },
}

/// What every evaluation takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The manifest, the dialogues, or the recording
    path: PathBuf,
    /// Write one JSON line an item to this file
    #[arg(long, value_name = "FILE.jsonl")]
    out: Option<PathBuf>,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
    /// Draw reliability, confusion and the like into this folder, as SVG
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
    #[command(flatten)]
    settings: LineSettings,
}

/// What the sound goes through first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Channel {
    /// Nothing.
    AsIs,
    /// 300-3400 Hz at 8 kHz, mu-law.
    Telephone,
}

/// What came out of an evaluation.
pub(crate) struct Report {
    /// One object an item.
    items: Vec<Value>,
    /// Figures over all of them.
    summary: Map<String, Value>,
    /// What there is to see.
    pictures: plot::Pictures,
}

impl Eval {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let common = self.common();
        let config = configure(common.settings.given())?;
        let report = self.report(&common.path, &config)?;
        if let Some(path) = &common.out {
            report
                .write_items(path)
                .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
        }
        if let Some(folder) = &common.plots {
            plot::draw(&report.pictures, folder)
                .map_err(|error| Failure::Failed(format!("{}: {error}", folder.display())))?;
        }
        let mut out = io::stdout().lock();
        if common.json {
            writeln!(out, "{}", Value::Object(report.summary))?;
        } else {
            table(&mut out, "", &report.summary)?;
        }
        Ok(())
    }

    fn common(&self) -> &Common {
        match self {
            Self::Speech { common, .. }
            | Self::Silence { common, .. }
            | Self::Voice { common, .. }
            | Self::Words { common }
            | Self::Abuse { common }
            | Self::Callers { common } => common,
        }
    }

    fn report(&self, path: &Path, config: &Config) -> Result<Report, Failure> {
        match self {
            Self::Speech { channel, whole, vocabulary, .. } => {
                speech::run(path, config, *channel, *whole, vocabulary.as_deref())
            }
            Self::Silence { seed, .. } => silence::run(path, config, *seed),
            Self::Voice { channel, .. } => voice::run(path, config, *channel),
            Self::Words { .. } => words::moods(path, config),
            Self::Abuse { .. } => words::abuse(path, config),
            Self::Callers { .. } => callers::run(path, config),
        }
    }
}

impl Report {
    fn write_items(&self, path: &Path) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for item in &self.items {
            writeln!(file, "{item}")?;
        }
        file.flush()
    }
}

/// The figures, one a line, those within others under a dotted name.
fn table(out: &mut impl Write, prefix: &str, figures: &Map<String, Value>) -> io::Result<()> {
    for (name, value) in figures {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Object(inner) => table(out, &name, inner)?,
            Value::Array(values) => {
                let values: Vec<String> = values.iter().map(figure).collect();
                writeln!(out, "{name:<28} {}", values.join("  "))?;
            }
            value => writeln!(out, "{name:<28} {}", figure(value))?,
        }
    }
    Ok(())
}

fn figure(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map_or_else(|| number.to_string(), |number| format!("{number:.4}"))
        }
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// A JSON object from names and values.
fn object<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Four digits are more than any of these figures is good for.
fn rounded(value: f32) -> Value {
    Value::from((f64::from(value) * 10_000.0).round() / 10_000.0)
}

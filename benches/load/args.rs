//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::model::ModelArg;

/// Measures the lag of live calls against a real server process on this machine.
#[derive(Debug, Clone, Parser)]
#[command(name = "load", after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Live two-sided calls at once.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) calls: u32,
    /// How long each call lasts.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=3600))]
    pub(crate) seconds: u32,
    /// `embedded`, a ggml file, or random weights of a published size: speed, never accuracy.
    #[arg(long, default_value = "embedded", value_name = "embedded|FILE|random:tiny|base|small")]
    pub(crate) model: ModelArg,
    /// With random weights, which never end a text: tokens decoded for a second of speech.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) tokens_per_second: u32,
    /// Encoder positions beyond the utterance's own; what the server takes for the model otherwise.
    #[arg(long)]
    pub(crate) context_margin: Option<u32>,
    /// Stereo recording to stream, caller left, shifted in time for each call.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/demo/call.wav"))]
    pub(crate) speech: PathBuf,
    /// The server program; the one beside this program otherwise.
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// Raise the number of calls until p95 of the final transcript exceeds one second.
    #[arg(long)]
    pub(crate) find_max: bool,
    /// First measure what whisper-rs alone does with the same utterances on this machine, then what
    /// the server does when it always has work, and print the ratio.
    #[arg(long)]
    pub(crate) limit: bool,
    /// Offer so many times as many calls at once: the server is to refuse those it cannot carry, and
    /// the others are to keep their lag.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub(crate) overload: u32,
    /// Measure everything that docs/benchmarks.md tells and write it; goes on where it was broken
    /// off.
    #[arg(long, conflicts_with_all = ["find_max", "limit", "json", "calls", "overload"])]
    pub(crate) benchmarks: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "Examples:
  load --calls 8 --seconds 60 --json
  load --model random:tiny --calls 40 --limit
  load --model random:tiny --calls 40 --overload 3";

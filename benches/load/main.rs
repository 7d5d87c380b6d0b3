//! How long a live call waits for its words: starts a real server process, streams live-paced
//! two-sided calls to it over loopback, watches every one of them, and prints the lag from the end
//! of speech to the final transcript and to the card.

mod call;
mod process;
mod report;
mod speech;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinSet;

use crate::call::CallResult;
use crate::process::ServerProcess;
use crate::report::Report;
use crate::speech::Speech;

/// Measures the lag of live calls against a real server process on this machine.
#[derive(Debug, Parser)]
#[command(name = "load", after_help = "Example: load --calls 8 --seconds 60 --json")]
struct Args {
    /// Live two-sided calls at once.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=500))]
    calls: u32,
    /// How long each call lasts.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=3600))]
    seconds: u32,
    /// A ggml model file; the embedded model otherwise.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Stereo recording to stream, caller left, shifted in time for each call.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/demo/call.wav"))]
    speech: PathBuf,
    /// The server program; the one beside this program otherwise.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Raise the number of calls until p95 of the final transcript exceeds one second.
    #[arg(long)]
    find_max: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let speech = Speech::load(&args.speech)?;
    if !args.find_max {
        let report = run(&args, &speech, args.calls).await?;
        report.print(args.json)?;
        return Ok(());
    }
    let mut best = None;
    let mut calls = args.calls;
    loop {
        let report = run(&args, &speech, calls).await?;
        report.print(args.json)?;
        if !report.keeps_up() {
            break;
        }
        best = Some(calls);
        calls += (calls / 4).max(1);
    }
    match best {
        Some(calls) => eprintln!("{calls} calls keep p95 of the final transcript within 1 s"),
        None => {
            eprintln!("not even {} calls keep p95 of the final transcript within 1 s", args.calls)
        }
    }
    Ok(())
}

/// One measurement with `calls` calls.
async fn run(args: &Args, speech: &Speech, calls: u32) -> Result<Report, Box<dyn Error>> {
    let server = ServerProcess::start(args.server.as_deref(), args.model.as_deref(), calls).await?;
    let length = Duration::from_secs(u64::from(args.seconds));
    let progress = progress(calls, args.seconds);
    let mut running = JoinSet::new();
    for number in 0..calls {
        let address = server.address().to_owned();
        let audio = speech.shifted(number, calls, length);
        running.spawn(async move {
            // Spread the starts over one chunk, as real calls are.
            let spread = call::CHUNK * number / calls;
            tokio::time::sleep(spread).await;
            call::run(&address, number, audio).await
        });
    }
    let ticker = tokio::spawn({
        let progress = progress.clone();
        async move {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                progress.inc(1);
            }
        }
    });
    let mut results: Vec<CallResult> = Vec::new();
    while let Some(result) = running.join_next().await {
        results.push(result?);
    }
    ticker.abort();
    progress.finish_and_clear();
    let usage = server.usage()?;
    server.stop().await?;
    Ok(Report::new(calls, args.seconds, &results, usage))
}

fn progress(calls: u32, seconds: u32) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} s")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(u64::from(seconds)).with_style(style);
    bar.set_message(format!("{calls} live calls"));
    bar
}

//! Does a server that runs for long stay as it was? Plays many calls through a real server process,
//! as fast as it takes them, and watches its memory, its file descriptors and its threads.
//!
//! Half of the calls are watched, every fifth is a replay. The exit code is 1 when memory grows,
//! descriptors or threads are left, or a call does not end well.

mod call;
mod server;
mod trend;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::call::Belt;
use crate::server::{Server, Vitals};
use crate::trend::Verdict;

/// Plays hours of calls through a real server process and watches what it holds on to.
#[derive(Debug, Parser)]
#[command(name = "soak", after_help = "Example: soak --calls 200 --hours 4")]
struct Args {
    /// How many calls, one after the other on each line.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    calls: u32,
    /// Call time in all.
    #[arg(long, default_value_t = 4.0)]
    hours: f64,
    /// Calls at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    lines: u32,
    /// Percent of a call in which the recording plays; silence for the rest, as on hold.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..=100))]
    speech: u8,
    /// Megabytes that resident memory may grow by in an hour of call time, after warm-up.
    #[arg(long, default_value_t = 4.0)]
    bound: f64,
    /// A ggml model file; the embedded model otherwise.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Stereo recording to play, caller left, shifted in time for each call.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/demo/call.wav"))]
    recording: PathBuf,
    /// The server program; the one beside this program otherwise.
    #[arg(long)]
    server: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args = Args::parse();
    let length = Duration::try_from_secs_f64(args.hours * 3600.0 / f64::from(args.calls))?;
    let belt = Arc::new(Belt::load(&args.recording, args.speech)?);
    let server = Server::start(args.server.as_deref(), args.model.as_deref()).await?;
    let began = Instant::now();
    let (points, failures) = play(&args, &server, &belt, length).await?;
    let verdict = Verdict::new(&points, args.bound);
    verdict.print(args.calls, began.elapsed());
    for failure in &failures {
        eprintln!("a call failed: {failure}");
    }
    let well = failures.is_empty() && verdict.is_well();
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The server's state between calls: at rest after every round of calls, with the call time so far.
async fn play(
    args: &Args,
    server: &Server,
    belt: &Arc<Belt>,
    length: Duration,
) -> Result<(Vec<(Duration, Vitals)>, Vec<String>), Box<dyn Error>> {
    let bar = progress(args.calls);
    let (mut points, mut failures) = (vec![(Duration::ZERO, server.vitals()?)], Vec::new());
    let mut number = 0;
    // Rounds of five calls a line, so that memory is compared at rest, with nothing in flight.
    while number < args.calls {
        let lines = Arc::new(Semaphore::new(args.lines as usize));
        // A server refuses more replays at once than it has recognisers.
        let replays = Arc::new(Semaphore::new(1));
        let mut running = JoinSet::new();
        let until = args.calls.min(number + 5 * args.lines);
        while number < until {
            let belt = Arc::clone(belt);
            let line = if call::is_replay(number) { &replays } else { &lines };
            let line = Arc::clone(line);
            let (address, bar) = (server.address().to_owned(), bar.clone());
            running.spawn(async move {
                let _line = line.acquire_owned().await;
                let result = call::run(&address, number, &belt, length).await;
                bar.inc(1);
                result.map_err(|status| format!("{number}: {status}"))
            });
            number += 1;
        }
        while let Some(result) = running.join_next().await {
            failures.extend(result?.err());
        }
        points.push((length * number, server.at_rest().await?));
    }
    bar.finish_and_clear();
    Ok((points, failures))
}

fn progress(calls: u32) -> ProgressBar {
    let style = ProgressStyle::with_template("[{bar:40}] {pos}/{len} calls, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(u64::from(calls)).with_style(style)
}

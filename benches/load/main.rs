//! How long a live call waits for its words: starts a real server process, streams live-paced
//! two-sided calls to it over loopback, watches every one of them, and prints the lag from the end
//! of speech to the final transcript and to the card.

mod args;
mod bare;
mod benchmarks;
mod call;
mod limit;
mod model;
mod page;
mod process;
mod report;
mod run;
mod speech;

use std::error::Error;
use std::path::Path;

use clap::Parser;

use crate::args::Args;
use crate::limit::Limit;
use crate::model::Measured;
use crate::report::Report;
use crate::run::Bench;
use crate::speech::Speech;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if args.benchmarks {
        return benchmarks::write(&args, Path::new(DOCS)).await;
    }
    let bench = Bench {
        model: Measured::prepare(&args)?,
        speech: Speech::load(&args.speech)?,
        server: args.server.clone(),
    };
    let limit = if args.limit { Some(Limit::measure(&bench).await?) } else { None };
    if args.find_max {
        return find_max(&args, &bench, limit).await;
    }
    let results = bench.live(args.calls * args.overload, args.seconds).await?;
    Report::new(&bench.model, &results, limit).print(args.json)?;
    Ok(())
}

async fn find_max(args: &Args, bench: &Bench, limit: Option<Limit>) -> Result<(), Box<dyn Error>> {
    let mut best = None;
    let mut calls = args.calls;
    loop {
        let results = bench.live(calls, args.seconds).await?;
        let report = Report::new(&bench.model, &results, limit);
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

//! A made year of a contact centre, and how long reports over it take.
//!
//! Calls, outcomes, revenue and traffic are made from a seed and go through the store's own front
//! door, day by day; then a real server is asked for every report over gRPC. What the year holds
//! (a bad bill run in summer, notes that fall out of use in autumn) is known, so that the report's
//! "possible causes" can be read against it.

mod chance;
mod house;
mod past;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::figures_client::FiguresClient;
use attune_proto::v1::{GetReportRequest, RenderReportRequest, ReportBy};
use attune_server::config::Config;
use attune_server::serve;
use attune_server::store::sqlite::SqliteStore;
use attune_server::store::{EventStore, RecordStore};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tonic::transport::Channel;

use crate::past::Past;

/// Makes a year of calls from a seed and times the reports over it.
#[derive(Debug, Parser)]
#[command(name = "year", after_help = "Example: year --calls 2000000 --data year-data")]
struct Args {
    /// Calls in the year, about.
    #[arg(long, default_value_t = 2_000_000, value_parser = clap::value_parser!(u32).range(1000..=20_000_000))]
    calls: u32,
    /// Another seed is another year.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the database is made, and left; a temporary directory otherwise. One that is there is
    /// only reported on.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Also write the pages of the reports here.
    #[arg(long, value_name = "DIR")]
    pages: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("year: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<bool, Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let data = args.data.clone().unwrap_or_else(|| scratch.path().to_owned());
    let today = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 86_400)?;
    if data.join("attune.db").exists() {
        eprintln!("year: {} is there; reporting on it", data.display());
    } else {
        let began = Instant::now();
        let made = make(&args, &data, today)?;
        let seconds = began.elapsed().as_secs_f64();
        eprintln!(
            "year: {made} calls made in {seconds:.0} s ({:.0} µs each), {:.2} GB",
            seconds * 1e6 / f64::from(made),
            std::fs::metadata(data.join("attune.db"))?.len() as f64 / 1e9
        );
    }
    report(&args, data, today).await
}

fn make(args: &Args, data: &Path, today: i64) -> Result<u32, Box<dyn Error>> {
    let mut store = SqliteStore::open(data)?;
    let mut past = Past::new(args.seed, args.calls, today);
    let bar =
        ProgressBar::new(365).with_style(ProgressStyle::with_template("{bar:40} day {pos} {eta}")?);
    for day in past.days() {
        let made = past.day(day);
        store.append(&made.calls)?;
        store.put_outcomes(&made.outcomes)?;
        store.settle(&made.facts)?;
        for traffic in &made.traffic {
            store.put_traffic(day, traffic)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(past.made())
}

/// Asks a real server for every report; says whether each took less than two seconds.
async fn report(args: &Args, data: PathBuf, today: i64) -> Result<bool, Box<dyn Error>> {
    const GOAL: Duration = Duration::from_secs(2);
    let config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        metrics_listen: None,
        data_dir: data,
        cost_per_minute: Some(0.9),
        ..Config::default()
    };
    let mut server = serve::start_with(config, Arc::new(ScriptedModel::of_length())).await?;
    let address = format!("http://{}", server.address());
    let channel = Channel::from_shared(address)?.connect().await?;
    let mut figures = FiguresClient::new(channel).max_decoding_message_size(64 << 20);
    let mut in_time = true;
    eprintln!("{:<34} {:>9} {:>7} {:>9} {:>9}", "report", "calls", "groups", "table", "page");
    for (days, length) in [("year", 365), ("last 28 days", 28)] {
        for by in [ReportBy::Team, ReportBy::Project, ReportBy::Day, ReportBy::Issue] {
            let request = GetReportRequest {
                by: by.into(),
                from_date: date(today - length),
                to_date: date(today - 1),
                ..GetReportRequest::default()
            };
            let began = Instant::now();
            let report = figures.get_report(request.clone()).await?.into_inner();
            let table = began.elapsed();
            let began = Instant::now();
            let request = RenderReportRequest { report: Some(request) };
            let page = figures.render_report(request).await?.into_inner();
            let drawn = began.elapsed();
            in_time &= table < GOAL && drawn < GOAL;
            let name = by.as_str_name().trim_start_matches("REPORT_BY_").to_lowercase();
            eprintln!(
                "{:<34} {:>9} {:>7} {:>7.0} ms {:>6.0} ms",
                format!("by {name}, {days}"),
                report.total.as_ref().map_or(0, |total| total.calls),
                report.groups.len(),
                table.as_secs_f64() * 1000.0,
                drawn.as_secs_f64() * 1000.0
            );
            if let Some(pages) = &args.pages {
                std::fs::create_dir_all(pages)?;
                std::fs::write(pages.join(format!("{name}-{length}.html")), page.html)?;
            }
        }
    }
    server.drain_within(Duration::ZERO).await?;
    eprintln!("goal: less than {GOAL:?} each: {}", if in_time { "met" } else { "MISSED" });
    Ok(in_time)
}

/// A day as the API writes it.
fn date(day: i64) -> String {
    let midnight = prost_types::Timestamp { seconds: day * 86_400, nanos: 0 };
    midnight.to_string().chars().take(10).collect()
}

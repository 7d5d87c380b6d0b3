//! The page and the picture, from the results of the runs.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;

use plotters::prelude::*;
use serde_json::Value;

const HEAD: &str = include_str!("page.md");

const COLOURS: [RGBColor; 4] = [
    RGBColor(31, 119, 180),
    RGBColor(120, 180, 220),
    RGBColor(214, 100, 20),
    RGBColor(60, 140, 60),
];

/// The page.
pub(crate) fn text(results: &[Value]) -> Result<String, Box<dyn Error>> {
    let mut page = HEAD.replace("{machine}", &machine()?);
    page.push_str(
        "| model | calls offered | taken | p50 | p90 | p95 | p99 | cores | memory | of the limit |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for run in results.iter().filter(|run| run["calls"].is_u64()) {
        let calls = number(&run["calls"]);
        let lag = |key: &str| format!("{:.0}", number(&run["final_lag_ms"][key]));
        let limit =
            limit_of(results, &run["model"]).map_or(f64::NAN, |limit| number(&limit["bare"]));
        writeln!(
            page,
            "| {} | {calls} | {} | {} | {} | {} | {} | {:.2} | {:.0} MB | {:.0} % |",
            run["model"].as_str().unwrap_or_default(),
            calls - number(&run["refused_calls"]),
            lag("p50"),
            lag("p90"),
            lag("p95"),
            lag("p99"),
            number(&run["cpu_seconds"]) / number(&run["seconds"]),
            number(&run["rss_mb"]),
            100.0 * number(&run["speech_s_per_s"]) / limit,
        )?;
    }
    page.push_str(
        "\nWhat the machine can do at all, in seconds of speech a second: whisper-rs alone, and the \
         server while it always has work.\n\n\
         | model | whisper-rs alone | server | share |\n|---|--:|--:|--:|\n",
    );
    for run in results.iter().filter(|run| !run["limit"].is_null()) {
        let limit = |key: &str| number(&run["limit"][key]);
        writeln!(
            page,
            "| {} | {:.1} | {:.1} | {:.0} % |",
            run["name"].as_str().unwrap_or_default(),
            limit("bare"),
            limit("server"),
            100.0 * limit("share"),
        )?;
    }
    Ok(page)
}

/// Lag against number of calls, one line a model.
pub(crate) fn draw(results: &[Value], path: &Path) -> Result<(), Box<dyn Error>> {
    let mut lines: Vec<(&str, Vec<(f64, f64)>)> = Vec::new();
    for run in
        results.iter().filter(|run| run["calls"].is_u64() && number(&run["refused_calls"]) == 0.0)
    {
        let model = run["model"].as_str().unwrap_or_default();
        let point = (number(&run["calls"]), number(&run["final_lag_ms"]["p95"]) / 1000.0);
        match lines.iter_mut().find(|(known, _)| *known == model) {
            Some((_, points)) => points.push(point),
            None => lines.push((model, vec![point])),
        }
    }
    lines.iter_mut().for_each(|(_, points)| points.sort_by(|one, other| one.0.total_cmp(&other.0)));
    let points = || lines.iter().flat_map(|(_, points)| points);
    let most_calls = points().map(|(calls, _)| *calls).fold(10.0, f64::max);
    let most_lag = points().map(|(_, lag)| *lag).fold(1.2, f64::max).min(5.0);
    let area = SVGBackend::new(path, (760, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..most_calls * 1.05, 0.0..most_lag * 1.1)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.15))
        .x_label_formatter(&|calls| format!("{calls:.0}"))
        .x_desc("live two-sided calls")
        .y_desc("p95, end of speech to final text (s)")
        .draw()?;
    let goal = [(0.0, 1.0), (most_calls * 1.05, 1.0)];
    chart.draw_series(LineSeries::new(goal, BLACK.mix(0.4)))?;
    for ((model, points), colour) in lines.iter().zip(COLOURS) {
        chart
            .draw_series(
                LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(4),
            )?
            .label(*model)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

fn limit_of<'a>(results: &'a [Value], model: &Value) -> Option<&'a Value> {
    results.iter().find(|run| run["name"] == *model).map(|run| &run["limit"])
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Processor, cores in use, memory.
fn machine() -> Result<String, Box<dyn Error>> {
    let field = |file: &str, name: &str| -> Option<String> {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor =
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
    let kib = field("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kib: f64 = kib.trim_end_matches(" kB").parse().unwrap_or(0.0);
    let cores = thread::available_parallelism()?;
    Ok(format!("{processor}, {cores} cores, {:.0} GB of memory", kib * 1024.0 / 1e9))
}

//! `attune report`: figures of many calls, as a table, a page and a file for spreadsheets.

use std::fmt::Write as _;
use std::path::Path;

use attune_proto::json::to_line;
use attune_proto::v1::{
    Figure, FigureUnit, FigureValue, GetReportRequest, RenderReportRequest, Report, ReportBy,
    ReportGroup,
};

use crate::args::{By, Global, ReportArgs};
use crate::connect::Link;
use crate::error::Error;
use crate::print::{clean, line, note};
use crate::words::{Lang, Words, fill};

/// The columns of the table on the terminal; page and file have all figures.
const COLUMNS: [&str; 6] =
    ["handle_time", "first_contact_resolution", "csat", "effort", "mood_change", "notes_used"];
const WIDE: usize = 16;

/// `attune report …`
///
/// # Errors
/// Whatever the server, the files or the output say.
pub(crate) async fn run(
    global: &Global,
    args: ReportArgs,
    lang: Lang,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    let request = GetReportRequest {
        by: by(args.by).into(),
        from_date: args.from.unwrap_or_default(),
        to_date: args.to.unwrap_or_default(),
        project: args.project.unwrap_or_default(),
        language_code: lang.code().into(),
    };
    let report = link.figures().get_report(request.clone()).await?.into_inner();
    if args.json {
        line(&to_line(&report)?)?;
    } else {
        line(text(&report, words).trim_end())?;
    }
    if let Some(path) = &args.csv {
        write(path, &csv(&report), words)?;
    }
    if let Some(path) = &args.html {
        let page = RenderReportRequest { report: Some(request) };
        let page = link.figures().render_report(page).await?.into_inner();
        write(path, &page.html, words)?;
    }
    Ok(())
}

/// As the API names it.
pub(crate) fn by(by: By) -> ReportBy {
    match by {
        By::Team => ReportBy::Team,
        By::Project => ReportBy::Project,
        By::Day => ReportBy::Day,
        By::Issue => ReportBy::Issue,
    }
}

fn write(path: &Path, text: &str, words: &Words) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::File { path: path.to_owned(), source })?;
    note(&fill(words.written, &[&path.display()]));
    Ok(())
}

/// All of it for a terminal.
fn text(report: &Report, words: &Words) -> String {
    let mut out = format!("{} .. {}\n", report.from_date, report.to_date);
    let shown: Vec<&Figure> = COLUMNS
        .iter()
        .filter_map(|id| report.figures.iter().find(|f| f.figure_id == *id))
        .collect();
    let mut heads = format!("{:<22} {:>9}", "", words.calls);
    for figure in &shown {
        let _ = write!(heads, " {:>WIDE$}", short(&figure.name));
    }
    out.push_str(&heads);
    out.push('\n');
    let rows = report.groups.iter().map(|group| (clean(&group.key), group));
    let total = report.total.iter().map(|total| (words.all_calls.to_owned(), total));
    for (name, group) in rows.chain(total) {
        out.push_str(&row(if name.is_empty() { words.no_key } else { &name }, group, &shown));
    }
    changes(&mut out, report, words);
    for next in &report.next_issues {
        let share = format!("{:.1} %", next.share * 100.0);
        let _ = writeln!(
            out,
            "{} {} → {}: {share} ({})",
            words.next_issue,
            clean(&next.issue),
            clean(&next.next_issue),
            next.calls
        );
    }
    if let Some(growth) = &report.satisfaction_growth {
        let (r, low, high) = (growth.correlation, growth.low, growth.high);
        let values: [&dyn std::fmt::Display; 4] =
            [&format!("{r:.2}"), &format!("{low:.2}"), &format!("{high:.2}"), &growth.count];
        let _ = writeln!(out, "{} {}", fill(words.growth, &values), growth.caution);
    }
    for note in &report.notes {
        let _ = writeln!(out, "{note}");
    }
    out
}

fn row(name: &str, group: &ReportGroup, shown: &[&Figure]) -> String {
    let mut row = format!("{:<22} {:>9}", short_to(name, 22), group.calls);
    for figure in shown {
        let value = group.values.iter().find(|value| value.figure_id == figure.figure_id);
        let told = value.map_or_else(
            || "-".to_owned(),
            |value| {
                let half = (value.high - value.low) / 2.0;
                format!("{} ±{}", told(figure, value.value), bare(figure, half))
            },
        );
        let _ = write!(row, " {told:>WIDE$}");
    }
    row + "\n"
}

/// What moved beyond chance, and why perhaps.
fn changes(out: &mut String, report: &Report, words: &Words) {
    let moved = report.changes.iter().filter(|change| change.low > 0.0 || change.high < 0.0);
    let mut moved = moved.peekable();
    if moved.peek().is_some() {
        let dates: [&dyn std::fmt::Display; 2] = [&report.before_from_date, &report.before_to_date];
        let _ = writeln!(out, "\n{}", fill(words.changed, &dates));
    }
    for change in moved {
        let Some(figure) = report.figures.iter().find(|f| f.figure_id == change.figure_id) else {
            continue;
        };
        let of = |value: &Option<FigureValue>| {
            value.as_ref().map_or_else(String::new, |value| told(figure, value.value))
        };
        let _ = writeln!(out, "  {}: {} → {}", figure.name, of(&change.before), of(&change.after));
        for cause in &change.possible_causes {
            let _ = writeln!(out, "    {} {}", words.perhaps, cause.text);
        }
    }
}

fn told(figure: &Figure, value: f64) -> String {
    match figure.unit() {
        FigureUnit::Share => format!("{} %", bare(figure, value)),
        FigureUnit::Seconds => format!("{} s", bare(figure, value)),
        _ => bare(figure, value),
    }
}

fn bare(figure: &Figure, value: f64) -> String {
    match figure.unit() {
        FigureUnit::Share => format!("{:.1}", value * 100.0),
        FigureUnit::Seconds => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn short(name: &str) -> String {
    short_to(name, WIDE)
}

fn short_to(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['…']).collect()
}

/// A line a group and figure, as spreadsheets read it.
fn csv(report: &Report) -> String {
    let mut out = String::from("from,to,group,calls,figure,value,low,high,count\r\n");
    let total = report.total.iter().map(|total| ("*", total));
    let groups = report.groups.iter().map(|group| (group.key.as_str(), group));
    for (key, group) in total.chain(groups) {
        for FigureValue { figure_id, value, low, high, count } in &group.values {
            let (from, to, calls) = (&report.from_date, &report.to_date, group.calls);
            let key = quoted(key);
            let _ = write!(
                out,
                "{from},{to},{key},{calls},{figure_id},{value},{low},{high},{count}\r\n"
            );
        }
    }
    out
}

/// A field of RFC 4180. What a spreadsheet would take for a formula becomes text.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{field}") } else { field.to_owned() };
    if text.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use attune_proto::v1::{Change, PossibleCause, SatisfactionGrowth};

    use super::*;

    fn value(id: &str, value: f64) -> FigureValue {
        let (low, high) = (value - 0.1, value + 0.1);
        FigureValue { figure_id: id.into(), value, low, high, count: 40 }
    }

    fn report() -> Report {
        let figure = |id: &str, name: &str, unit: FigureUnit| Figure {
            figure_id: id.into(),
            name: name.into(),
            unit: unit.into(),
            ..Figure::default()
        };
        let group = |key: &str| ReportGroup {
            key: key.into(),
            calls: 40,
            values: vec![value("csat", 4.25), value("notes_used", 0.5)],
        };
        let cause =
            PossibleCause { text: "Notes: used 80 % → 40 %.".into(), ..Default::default() };
        Report {
            from_date: "2026-01-01".into(),
            to_date: "2026-01-28".into(),
            figures: vec![
                figure("csat", "Satisfaction (CSAT)", FigureUnit::Scale),
                figure("notes_used", "Notes used", FigureUnit::Share),
            ],
            total: Some(group("")),
            groups: vec![group("north, \"old\""), group("=SUM(A1)")],
            changes: vec![Change {
                figure_id: "csat".into(),
                before: Some(value("csat", 4.5)),
                after: Some(value("csat", 4.25)),
                low: -0.3,
                high: -0.2,
                possible_causes: vec![cause],
                ..Change::default()
            }],
            satisfaction_growth: Some(SatisfactionGrowth { count: 99, ..Default::default() }),
            ..Report::default()
        }
    }

    #[test]
    fn the_terminal_tells_groups_changes_and_causes() {
        let text = text(&report(), Lang::De.words());
        for part in
            ["4.25 ±0.10", "50.0 % ±10.0", "Alle Anrufe", "4.50 → 4.25", "used 80 %", "n = 99"]
        {
            assert!(text.contains(part), "{part} is missing from {text}");
        }
        assert!(
            text.lines().nth(1).is_some_and(|heads| heads.contains("Satisfaction (C…")),
            "{text}"
        );
    }

    #[test]
    fn the_file_is_for_spreadsheets_and_holds_no_formula() {
        let file = csv(&report());
        let lines: Vec<&str> = file.split("\r\n").collect();
        assert_eq!(lines.len(), 1 + 3 * 2 + 1);
        assert!(lines[1].starts_with("2026-01-01,2026-01-28,*,40,csat,4.25,"), "{}", lines[1]);
        assert!(lines[3].contains(",\"north, \"\"old\"\"\",40,"), "{}", lines[3]);
        assert!(lines[5].contains(",'=SUM(A1),40,"), "{}", lines[5]);
    }
}

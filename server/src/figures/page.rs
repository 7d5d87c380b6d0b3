//! The report as a page of its own: pictures first, then tables, then what the figures mean.

use std::error::Error;
use std::fmt::Write as _;

use attune_models::transcript::Language;
use attune_proto::v1::{Change, FigureValue, Report, ReportBy, ReportGroup};

use super::catalogue::Figure;
use super::causes::told_value;
use super::pictures::{Point, dots, line};
use super::report::Question;
use super::words::{self, fill, key, say};

/// What is drawn, as far as there is anything to draw.
const DRAWN: [Figure; 8] = [
    Figure::FirstContact,
    Figure::Csat,
    Figure::Effort,
    Figure::MoodChange,
    Figure::HandleTime,
    Figure::NotesUsed,
    Figure::Waiting,
    Figure::Accessibility,
];
/// Rows of a picture; the table has them all.
const MAX_ROWS: usize = 30;

const STYLE: &str = "
:root { color-scheme: light dark; --paper: #ffffff; --ink: #262a33; --faint: #dde0e6;
  --mark: #1f62a8; --range: #a9c6e4; --soft: #5b6270; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e6e8ec; --faint: #343943;
  --mark: #7db8f2; --range: #2f5580; --soft: #a3a9b5; } }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { margin-top: 2.2rem; font-size: 1.2rem; }
.soft { color: var(--soft); } .pictures { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.pictures svg { max-width: 100%; height: auto; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; } th, td { padding: .25rem .6rem;
  text-align: right; border-bottom: 1px solid var(--faint); white-space: nowrap; }
th:first-child, td:first-child, .text td, .text th { text-align: left; }
.text td { white-space: normal; } li { margin: .3rem 0; }
";

type Made<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The whole page.
pub(super) fn html(report: &Report, question: &Question) -> Made<String> {
    let lang = question.lang;
    let by = match question.by {
        ReportBy::Project => 1,
        ReportBy::Day => 2,
        ReportBy::Issue => 3,
        ReportBy::Team | ReportBy::Unspecified => 0,
    };
    let title = format!("{} {}", say(words::TITLE, lang), say(words::BY[by], lang));
    let calls = report.total.as_ref().map_or(0, |total| total.calls);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\
         <p class=\"soft\">{} {} {} · {calls} {}</p>\n",
        lang.code(),
        report.from_date,
        say(words::TO, lang),
        report.to_date,
        say(words::CALLS, lang),
    );
    for note in &report.notes {
        let _ = writeln!(page, "<p class=\"soft\">{}</p>", escaped(note));
    }
    glance(&mut page, report, question)?;
    changed(&mut page, report, lang)?;
    next_issues(&mut page, report, lang)?;
    growth(&mut page, report, lang);
    table(&mut page, report, lang);
    meaning(&mut page, report, lang);
    page.push_str("</body></html>\n");
    Ok(page)
}

fn heading(page: &mut String, text: &str) {
    let _ = writeln!(page, "<h2>{text}</h2>");
}

fn point(label: &str, figure: Figure, value: &FigureValue) -> Point {
    Point {
        label: label.to_owned(),
        value: value.value,
        low: value.low,
        high: value.high,
        told: told_value(figure, value.value, false),
    }
}

fn find(group: &ReportGroup, figure: Figure) -> Option<&FigureValue> {
    group.values.iter().find(|value| value.figure_id == figure.definition().id)
}

fn glance(page: &mut String, report: &Report, question: &Question) -> Made<()> {
    let lang = question.lang;
    if report.groups.is_empty() {
        return Ok(());
    }
    heading(page, say(words::PICTURES, lang));
    page.push_str("<div class=\"pictures\">\n");
    let by_day = question.by == ReportBy::Day;
    for figure in DRAWN {
        let told =
            |group: &ReportGroup| Some(point(&key(&group.key, lang), figure, find(group, figure)?));
        let mut points: Vec<Point> = report.groups.iter().filter_map(told).collect();
        let name = figure.name(lang);
        if by_day && points.len() > 1 {
            page.push_str(&line(name, &points, |value| told_value(figure, value, false))?);
        } else if !points.is_empty() {
            points.truncate(MAX_ROWS);
            page.push_str(&dots(name, &points, false)?);
        }
    }
    page.push_str("</div>\n");
    Ok(())
}

fn changed(page: &mut String, report: &Report, lang: Language) -> Made<()> {
    if report.changes.is_empty() {
        return Ok(());
    }
    heading(page, say(words::CHANGED, lang));
    let dates = [report.before_from_date.as_str(), &report.before_to_date];
    let _ = writeln!(page, "<p class=\"soft\">{}</p>", fill(words::AGAINST, lang, &dates));
    let moved: Vec<(&Change, Figure)> = report
        .changes
        .iter()
        .filter(|change| change.low > 0.0 || change.high < 0.0)
        .filter_map(|change| Some((change, Figure::from_id(&change.figure_id)?)))
        .collect();
    if moved.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", say(words::UNCHANGED, lang));
    }
    for (change, figure) in moved {
        let signed = |value| told_value(figure, value, true);
        let _ = writeln!(
            page,
            "<h3>{} {} <span class=\"soft\">[{} {} {}]</span></h3>",
            figure.name(lang),
            signed(change.difference),
            signed(change.low),
            say(words::TO, lang),
            signed(change.high)
        );
        if change.possible_causes.is_empty() {
            let _ = writeln!(page, "<p class=\"soft\">{}</p>", say(words::NO_CAUSE, lang));
            continue;
        }
        let point = |label: String, value: f64, low: f64, high: f64| {
            let told = signed(value);
            Point { label, value, low, high, told }
        };
        let itself = say(words::CHANGE, lang).to_owned();
        let itself = point(itself, change.difference, change.low, change.high);
        let causes = change
            .possible_causes
            .iter()
            .map(|cause| point(key(&cause.dimension, lang), cause.effect, cause.low, cause.high));
        let points: Vec<Point> = std::iter::once(itself).chain(causes).collect();
        page.push_str(&dots(figure.name(lang), &points, true)?);
        page.push_str("<ul>\n");
        for cause in &change.possible_causes {
            let _ = writeln!(page, "<li>{}</li>", escaped(&cause.text));
        }
        page.push_str("</ul>\n");
    }
    Ok(())
}

fn next_issues(page: &mut String, report: &Report, lang: Language) -> Made<()> {
    if report.next_issues.is_empty() {
        return Ok(());
    }
    heading(page, say(words::NEXT_ISSUES, lang));
    let _ = writeln!(page, "<p class=\"soft\">{}</p>", say(words::NEXT_HINT, lang));
    let points: Vec<Point> = report
        .next_issues
        .iter()
        .map(|next| Point {
            label: format!("{} → {}", next.issue, next.next_issue),
            value: next.share,
            low: next.low,
            high: next.high,
            told: told_value(Figure::NextIssue, next.share, false),
        })
        .collect();
    page.push_str(&dots(Figure::NextIssue.name(lang), &points, true)?);
    Ok(())
}

fn growth(page: &mut String, report: &Report, lang: Language) {
    let Some(growth) = &report.satisfaction_growth else { return };
    heading(page, say(words::GROWTH, lang));
    let _ = writeln!(
        page,
        "<p>r = {:.2} [{:.2} {} {:.2}], n = {}. {}</p>",
        growth.correlation,
        growth.low,
        say(words::TO, lang),
        growth.high,
        growth.count,
        escaped(&growth.caution)
    );
}

/// A column a group would not fit: a row a group, a column a figure.
fn table(page: &mut String, report: &Report, lang: Language) {
    let total = report.total.iter();
    let has = |figure: &&Figure| report.total.iter().any(|total| find(total, **figure).is_some());
    let figures: Vec<Figure> = Figure::ALL.iter().filter(has).copied().collect();
    if figures.is_empty() {
        return;
    }
    heading(page, say(words::ALL_FIGURES, lang));
    page.push_str("<div class=\"scroll\"><table><tr><th></th>");
    let _ = write!(page, "<th>{}</th>", say(words::CALLS, lang));
    for figure in &figures {
        let _ = write!(page, "<th>{}</th>", figure.name(lang));
    }
    page.push_str("</tr>\n");
    let rows = report.groups.iter().map(|group| (key(&group.key, lang), group));
    let total = total.map(|total| (say(words::ALL_CALLS, lang).to_owned(), total));
    for (name, group) in total.chain(rows) {
        let _ = write!(page, "<tr><td>{}</td><td>{}</td>", escaped(&name), group.calls);
        for figure in &figures {
            let cell = find(group, *figure).map_or_else(String::new, |value| {
                let told = |value| told_value(*figure, value, false);
                format!(
                    "{} <span class=\"soft\">[{}; {}]</span>",
                    told(value.value),
                    told(value.low),
                    told(value.high)
                )
            });
            let _ = write!(page, "<td>{cell}</td>");
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table></div>\n");
}

fn meaning(page: &mut String, report: &Report, lang: Language) {
    heading(page, say(words::MEANING, lang));
    let _ = writeln!(
        page,
        "<div class=\"scroll\"><table class=\"text\"><tr><th>{}</th><th>{}</th><th>{}</th></tr>",
        say(words::FIGURE, lang),
        say(words::MADE_FROM, lang),
        say(words::BESIDE, lang)
    );
    for figure in &report.figures {
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&figure.name),
            escaped(&figure.formula),
            escaped(&figure.counterweight)
        );
    }
    page.push_str("</table></div>\n");
}

/// Names come from outside.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

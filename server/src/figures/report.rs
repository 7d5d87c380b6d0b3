//! A report: groups with their figures, what follows what, what changed.

use std::collections::BTreeMap;

use attune_models::transcript::Language;
use attune_proto::v1::{FigureValue, NextIssue, Report, ReportBy, ReportGroup, SatisfactionGrowth};

use super::catalogue::Figure;
use super::causes;
use super::links::CALL_BACK_DAYS;
use super::stats::{Estimate, Sums, correlation};
use super::weigh::Dimension;
use super::words::{self, fill, say};
use crate::day;
use crate::store::StoreError;
use crate::store::reports::{Asked, FigureReader, Group, KeyedSums};

/// A group of fewer agents could be read as the figures of one of them.
pub(crate) const MIN_AGENTS: u64 = 5;
/// Fewer calls say nothing.
pub(crate) const MIN_CALLS: u64 = 20;
/// Below this a correlation is not said.
const MIN_PAIRS: usize = 10;
/// Rows of what is asked next.
const MAX_NEXT: usize = 20;

/// What is asked for, understood.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) by: ReportBy,
    pub(crate) asked: Asked,
    pub(crate) lang: Language,
    pub(crate) cost_per_minute: Option<f64>,
}

/// Every figure's sums of one group.
pub(super) type Sheet = BTreeMap<Figure, Sums>;

/// Makes the report.
pub(crate) fn report(
    reader: &mut dyn FigureReader,
    question: &Question,
) -> Result<Report, StoreError> {
    let Question { asked, lang, .. } = question;
    let before = before(asked);
    let total = sheet(reader, asked)?;
    let all_agents = agents(reader, Group::All, asked)?.get("").copied().unwrap_or(0);
    let (groups, withheld) = groups(reader, question, all_agents)?;
    let shown = is_enough(calls(&total), all_agents);
    let mut report = Report {
        from_date: day::write(asked.first_day),
        to_date: day::write(asked.last_day),
        figures: Figure::ALL.iter().map(|figure| figure.message(*lang)).collect(),
        total: Some(ReportGroup { key: String::new(), calls: calls(&total), values: Vec::new() }),
        groups,
        withheld_groups: u32::try_from(withheld).unwrap_or(u32::MAX),
        min_agents: MIN_AGENTS as u32,
        min_calls: MIN_CALLS as u32,
        before_from_date: day::write(before.first_day),
        before_to_date: day::write(before.last_day),
        notes: sentences(*lang, shown, withheld),
        ..Report::default()
    };
    if shown {
        report.total = Some(ReportGroup {
            values: values(&total, traffic(reader, Group::All, asked)?.get(""), question),
            ..report.total.unwrap_or_default()
        });
        report.next_issues = next_issues(reader, asked)?;
        report.satisfaction_growth = growth(reader, asked, *lang)?;
        let agents_before = agents(reader, Group::All, &before)?.get("").copied().unwrap_or(0);
        if is_enough(MIN_CALLS, agents_before) {
            report.changes = causes::changes(reader, &before, asked, *lang)?;
        }
    }
    Ok(report)
}

/// A figure of a group that may be shown.
#[derive(Debug)]
pub(crate) struct GroupValue {
    pub(crate) key: String,
    pub(crate) value: FigureValue,
}

/// One figure of every group over some days.
pub(crate) fn group_values(
    reader: &mut dyn FigureReader,
    by: ReportBy,
    (first_day, last_day): (i64, i64),
    today: i64,
    cost_per_minute: Option<f64>,
    figure_id: &str,
) -> Result<Vec<GroupValue>, StoreError> {
    let asked = Asked { first_day, last_day, over: today - CALL_BACK_DAYS - 1, project: None };
    let lang = Language::default();
    let all_agents = agents(reader, Group::All, &asked)?.get("").copied().unwrap_or(0);
    let question = Question { by, asked, lang, cost_per_minute };
    let (groups, _) = groups(reader, &question, all_agents)?;
    let of_group = |group: ReportGroup| {
        let value = group.values.into_iter().find(|value| value.figure_id == figure_id)?;
        Some(GroupValue { key: group.key, value })
    };
    Ok(groups.into_iter().filter_map(of_group).collect())
}

/// The period of the same length before.
fn before(asked: &Asked) -> Asked {
    let length = asked.last_day - asked.first_day + 1;
    Asked { first_day: asked.first_day - length, last_day: asked.first_day - 1, ..asked.clone() }
}

/// All calls of a period in one.
pub(super) fn sheet(reader: &mut dyn FigureReader, asked: &Asked) -> Result<Sheet, StoreError> {
    let sums = reader.sums(Dimension::Team, Group::All, asked)?;
    Ok(sums.into_iter().map(|(_, figure, sums)| (figure, sums)).collect())
}

/// Sums by their keys.
pub(super) fn by_key(sums: Vec<KeyedSums>) -> BTreeMap<String, Sheet> {
    let mut sheets: BTreeMap<String, Sheet> = BTreeMap::new();
    for (key, figure, sums) in sums {
        sheets.entry(key).or_default().insert(figure, sums);
    }
    sheets
}

pub(super) fn calls(sheet: &Sheet) -> u64 {
    sheet.get(&Figure::HandleTime).map_or(0, |sums| sums.count.round() as u64)
}

fn is_enough(calls: u64, agents: u64) -> bool {
    // Where the platform names no agents, there are none to hide.
    calls >= MIN_CALLS && (agents == 0 || agents >= MIN_AGENTS)
}

/// Those that may be shown, and how many may not.
fn groups(
    reader: &mut dyn FigureReader,
    question: &Question,
    all_agents: u64,
) -> Result<(Vec<ReportGroup>, usize), StoreError> {
    let asked = &question.asked;
    let (dimension, group) = match question.by {
        ReportBy::Project => (Dimension::Team, Group::Project),
        ReportBy::Day => (Dimension::Team, Group::Day),
        ReportBy::Issue => (Dimension::Issue, Group::Key),
        ReportBy::Team | ReportBy::Unspecified => (Dimension::Team, Group::Key),
    };
    let sheets = by_key(reader.sums(dimension, group, asked)?);
    let agents = if question.by == ReportBy::Issue {
        BTreeMap::new()
    } else {
        agents(reader, group, asked)?
    };
    let traffic = traffic(reader, group, asked)?;
    let of_group = |key: &str| match question.by {
        ReportBy::Issue => all_agents,
        _ => agents.get(key).copied().unwrap_or(0),
    };
    let all = sheets.iter().filter(|(_, sheet)| calls(sheet) > 0);
    let (mut shown, hidden): (Vec<_>, Vec<_>) =
        all.partition(|(key, sheet)| is_enough(calls(sheet), of_group(key)));
    let mut withheld = hidden.len();
    // One hidden group is the total without the others: another one has to hide it.
    let smallest = shown.iter().map(|(_, sheet)| calls(sheet)).min();
    if withheld == 1
        && let Some(place) = shown.iter().position(|(_, sheet)| Some(calls(sheet)) == smallest)
    {
        shown.remove(place);
        withheld += 1;
    }
    if group == Group::Day {
        shown.sort_by_key(|(key, _)| key.parse::<i64>().unwrap_or(0));
    }
    let made = shown.into_iter().map(|(key, sheet)| ReportGroup {
        key: match (group, key.parse()) {
            (Group::Day, Ok(number)) => day::write(number),
            _ => key.clone(),
        },
        calls: calls(sheet),
        values: values(sheet, traffic.get(key), question),
    });
    Ok((made.collect(), withheld))
}

fn agents(
    reader: &mut dyn FigureReader,
    group: Group,
    asked: &Asked,
) -> Result<BTreeMap<String, u64>, StoreError> {
    Ok(reader.agents(group, asked)?.into_iter().collect())
}

fn traffic(
    reader: &mut dyn FigureReader,
    group: Group,
    asked: &Asked,
) -> Result<BTreeMap<String, Sums>, StoreError> {
    if group == Group::Key {
        return Ok(BTreeMap::new());
    }
    let part = |(key, offered, answered): (String, u64, u64)| {
        let answered = answered as f64;
        (key, Sums { count: offered as f64, sum: answered, squares: answered })
    };
    Ok(reader.traffic(group, asked)?.into_iter().map(part).collect())
}

fn values(sheet: &Sheet, traffic: Option<&Sums>, question: &Question) -> Vec<FigureValue> {
    let mut sheet = sheet.clone();
    if let (Some(cost), Some(time)) = (question.cost_per_minute, sheet.get(&Figure::HandleTime)) {
        let each = cost / 60.0;
        let Sums { count, sum, squares } = *time;
        sheet.insert(Figure::Cost, Sums { count, sum: sum * each, squares: squares * each * each });
    }
    sheet.extend(traffic.map(|traffic| (Figure::Accessibility, *traffic)));
    let value = |figure: &Figure| value(*figure, sheet.get(figure)?);
    Figure::ALL.iter().filter_map(value).collect()
}

/// A figure as the API says it; `None` if there is nothing to make it from.
pub(super) fn value(figure: Figure, sums: &Sums) -> Option<FigureValue> {
    let Estimate { value, low, high } = figure.estimate(sums)?;
    let figure_id = figure.definition().id.into();
    Some(FigureValue { figure_id, value, low, high, count: sums.count.round() as u64 })
}

fn next_issues(reader: &mut dyn FigureReader, asked: &Asked) -> Result<Vec<NextIssue>, StoreError> {
    let of = |sheet: &Sheet| sheet.get(&Figure::NextIssue).copied().unwrap_or_default();
    let issues = by_key(reader.sums(Dimension::Issue, Group::Key, asked)?);
    let mut found = Vec::new();
    for (key, sheet) in by_key(reader.sums(Dimension::NextIssue, Group::Key, asked)?) {
        let Some((issue, next)) = key.split_once('>') else { continue };
        let calls = issues.get(issue).map(of).unwrap_or_default().count;
        let followed = of(&sheet).sum;
        if issue.is_empty() || followed < 0.5 || calls < MIN_CALLS as f64 {
            continue;
        }
        let Some(share) = (Sums { count: calls, sum: followed, squares: followed }).share() else {
            continue;
        };
        found.push(NextIssue {
            issue: issue.into(),
            next_issue: next.into(),
            calls: calls.round() as u64,
            followed: followed.round() as u64,
            share: share.value,
            low: share.low,
            high: share.high,
        });
    }
    found.sort_by(|a, b| b.share.total_cmp(&a.share));
    found.truncate(MAX_NEXT);
    Ok(found)
}

fn growth(
    reader: &mut dyn FigureReader,
    asked: &Asked,
    lang: Language,
) -> Result<Option<SatisfactionGrowth>, StoreError> {
    let pairs = reader.growth(asked)?;
    if pairs.len() < MIN_PAIRS {
        return Ok(None);
    }
    Ok(correlation(&pairs).map(|r| SatisfactionGrowth {
        correlation: r.value,
        low: r.low,
        high: r.high,
        count: pairs.len() as u64,
        caution: say(words::CAUTION, lang).into(),
    }))
}

fn sentences(lang: Language, shown: bool, withheld: usize) -> Vec<String> {
    let numbers = [withheld.to_string(), MIN_AGENTS.to_string(), MIN_CALLS.to_string()];
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let mut notes = Vec::new();
    if !shown {
        notes.push(fill(words::TOO_FEW, lang, &numbers));
    }
    if withheld > 0 {
        notes.push(fill(words::WITHHELD, lang, &numbers));
    }
    let always = [words::NO_RANKING, words::INTERVALS, words::POSSIBLE];
    notes.extend(always.map(|text| say(text, lang).to_owned()));
    notes
}

//! Where goals stand, and which notes are no longer used.

use std::sync::Arc;

use attune_models::transcript::Language;
use attune_proto::v1::{FigureValue, Goal, GoalProgress, Notice, ReportBy};
use tonic::Status;

use crate::app::App;
use crate::calls::store_failed;
use crate::day;
use crate::figures::catalogue::Figure;
use crate::figures::stats::{Sums, difference};
use crate::figures::{GroupValue, told_value};
use crate::status::Reason;

/// Days that a value is taken from.
const DAYS: i64 = 28;
/// Days in which notes may fall out of use before it is said.
const RECENT: i64 = 7;
/// How much less of them is worth a notice.
const DROP: f64 = 0.8;
/// Days before a step is due in which it is said to be soon.
const SOON: i64 = 3;

/// Whether two versions of a goal start from the same value.
pub(super) fn same_way(a: &Goal, b: &Goal) -> bool {
    (a.by, &a.key, &a.figure_id) == (b.by, &b.key, &b.figure_id)
}

/// Measures where a goal starts.
pub(super) async fn begin(app: &Arc<App>, goal: &mut Goal, today: i64) -> Result<(), Status> {
    goal.start = now(app, goal, today).await?;
    goal.start_date = day::write(today);
    if goal.start.is_some() {
        return Ok(());
    }
    Err(Reason::TooFewCalls.status(
        "of the last 28 days there are too few calls or agents in this group, or none with this \
         figure; a goal needs a value to start from",
    ))
}

/// How far a goal has come by today.
pub(super) async fn progress(
    app: &Arc<App>,
    mut goal: Goal,
    today: i64,
    lang: Language,
) -> Result<GoalProgress, Status> {
    let now = now(app, &goal, today).await?;
    let figure = Figure::from_id(&goal.figure_id);
    let counterweight = figure.map(|figure| figure.message(lang).counterweight);
    let (start, due) = (day::read(&goal.start_date), day::read(&goal.due_date));
    let (start, due) = (start.unwrap_or(today), due.unwrap_or(today));
    for step in &mut goal.steps {
        let step_due = day::read(&step.due_date).unwrap_or(due);
        step.overdue = !step.done && step_due <= today;
        step.soon = !step.done && !step.overdue && step_due <= today + SOON;
    }
    let way = way(&goal, now.as_ref());
    let length = (due - start).max(1);
    Ok(GoalProgress {
        progress: way.share,
        time: ((today - start) as f64 / length as f64).clamp(0.0, 1.0),
        moved: way.moved,
        reached: way.reached,
        over: today > due,
        counterweight: counterweight.unwrap_or_default(),
        now,
        goal: Some(goal),
    })
}

#[derive(Debug, Default, PartialEq)]
struct Way {
    share: f64,
    moved: bool,
    reached: bool,
}

fn way(goal: &Goal, now: Option<&FigureValue>) -> Way {
    let (Some(start), Some(now)) = (goal.start.as_ref(), now) else { return Way::default() };
    let (whole, done) = (goal.target - start.value, now.value - start.value);
    let reached = if whole >= 0.0 { now.value >= goal.target } else { now.value <= goal.target };
    // Who starts at the target is there.
    let share = if whole.abs() < 1e-12 { 1.0 } else { done / whole };
    let moved = now.low > start.value || now.high < start.value;
    Way { share, moved, reached }
}

/// The value of a goal's figure in the 28 days up to today.
async fn now(app: &Arc<App>, goal: &Goal, today: i64) -> Result<Option<FigureValue>, Status> {
    let values = values(app, goal.by(), (today - DAYS + 1, today), today, &goal.figure_id).await?;
    Ok(values.into_iter().find(|group| group.key == goal.key).map(|group| group.value))
}

async fn values(
    app: &Arc<App>,
    by: ReportBy,
    days: (i64, i64),
    today: i64,
    figure_id: &str,
) -> Result<Vec<GroupValue>, Status> {
    let cost = app.figure_settings.cost_per_minute;
    let figure_id = figure_id.to_owned();
    let values = app
        .reports
        .ask(move |reader| crate::figures::group_values(reader, by, days, today, cost, &figure_id))
        .await;
    values.map_err(|error| store_failed(&error))
}

/// Teams that used notes less in the last week than before, beyond chance.
pub(super) async fn notices(
    app: &Arc<App>,
    today: i64,
    lang: Language,
) -> Result<Vec<Notice>, Status> {
    let id = Figure::NotesUsed.definition().id;
    let recent = (today - RECENT + 1, today);
    let earlier = (today - RECENT - DAYS + 1, today - RECENT);
    let recent = values(app, ReportBy::Team, recent, today, id).await?;
    let earlier = values(app, ReportBy::Team, earlier, today, id).await?;
    let notice = |now: GroupValue| {
        let before = &earlier.iter().find(|group| group.key == now.key)?.value;
        fell(before, &now.value).then(|| Notice {
            by: ReportBy::Team.into(),
            text: sentence(&now.key, before.value, now.value.value, lang),
            key: now.key,
            before: Some(before.clone()),
            now: Some(now.value),
        })
    };
    Ok(recent.into_iter().filter_map(notice).collect())
}

fn fell(before: &FigureValue, now: &FigureValue) -> bool {
    let sums = |value: &FigureValue| {
        let (count, part) = (value.count as f64, value.value * value.count as f64);
        Sums { count, sum: part, squares: part }
    };
    difference(&sums(before), &sums(now)).high < 0.0 && now.value <= DROP * before.value
}

fn sentence(team: &str, before: f64, now: f64, lang: Language) -> String {
    let told = |value| told_value(Figure::NotesUsed, value, false);
    let (before, now) = (told(before), told(now));
    match (lang, team.is_empty()) {
        // Whoever reads reports in Italian reads them in English so far.
        (Language::English | Language::Italian, true) => {
            format!("Notes are used less: {before} → {now}. Do they still fit?")
        }
        (Language::English | Language::Italian, false) => {
            format!("Notes are used less in {team}: {before} → {now}. Do they still fit?")
        }
        (Language::German, true) => {
            format!("Hinweise werden seltener genutzt: {before} → {now}. Passen sie noch?")
        }
        (Language::German, false) => {
            format!(
                "Hinweise werden in {team} seltener genutzt: {before} → {now}. Passen sie noch?"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: f64, half: f64) -> FigureValue {
        FigureValue {
            value,
            low: value - half,
            high: value + half,
            count: 500,
            ..Default::default()
        }
    }

    fn goal(start: f64, target: f64) -> Goal {
        Goal { start: Some(value(start, 0.1)), target, ..Goal::default() }
    }

    #[test]
    fn progress_is_the_share_of_the_way_in_either_direction() {
        let up = way(&goal(4.0, 4.4), Some(&value(4.2, 0.1)));
        assert!((up.share - 0.5).abs() < 1e-9 && up.moved && !up.reached, "{up:?}");
        let down = way(&goal(400.0, 360.0), Some(&value(350.0, 5.0)));
        assert!((down.share - 1.25).abs() < 1e-9 && down.reached, "{down:?}");
        let back = way(&goal(4.0, 4.4), Some(&value(3.9, 0.3)));
        assert!(back.share < 0.0 && !back.moved && !back.reached, "{back:?}");
        assert_eq!(way(&goal(4.0, 4.4), None), Way::default());
        assert!(way(&goal(4.0, 4.0), Some(&value(4.0, 0.1))).reached);
    }

    #[test]
    fn a_notice_needs_more_than_chance_and_more_than_a_little() {
        assert!(fell(&value(0.5, 0.0), &value(0.3, 0.0)));
        assert!(!fell(&value(0.5, 0.0), &value(0.45, 0.0)), "a tenth less");
        let few = FigureValue { count: 6, ..value(0.3, 0.0) };
        assert!(!fell(&FigureValue { count: 6, ..value(0.5, 0.0) }, &few), "six cards");
        assert!(sentence("north", 0.5, 0.3, Language::German).contains("in north"));
    }
}

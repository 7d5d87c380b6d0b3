//! Goals, understood or refused.

use attune_models::transcript::Language;
use attune_proto::v1::{Goal, PlanStep, ReportBy};
use tonic::Status;

use super::incoming::check_name;
use crate::day;
use crate::figures::catalogue::Figure;
use crate::status::Reason;

/// Steps of a plan, characters of a step.
const MAX_STEPS: usize = 20;
const MAX_TEXT: usize = 200;

/// Understands a goal that is set on a day; what the server sets is left empty.
pub(crate) fn goal(given: Option<Goal>, today: i64) -> Result<Goal, Status> {
    let goal = given.ok_or_else(|| invalid("goal is missing"))?;
    check_name("goal_id", &goal.goal_id)?;
    if matches!(goal.by(), ReportBy::Unspecified | ReportBy::Day) {
        return Err(invalid("by is TEAM, PROJECT or ISSUE"));
    }
    if Figure::from_id(&goal.figure_id).is_none() {
        return Err(invalid("figure_id is not one of ListFigures"));
    }
    if !goal.target.is_finite() {
        return Err(invalid("target is not a number"));
    }
    if date("due_date", &goal.due_date)? <= today {
        return Err(invalid("due_date is not after today"));
    }
    if goal.steps.len() > MAX_STEPS {
        return Err(invalid(format!("a plan has at most {MAX_STEPS} steps")));
    }
    let steps = goal.steps.into_iter().map(step).collect::<Result<_, _>>()?;
    Ok(Goal { steps, start: None, start_date: String::new(), ..goal })
}

/// Understands the language that names are asked for in.
pub(crate) fn names_language(code: &str) -> Result<Language, Status> {
    if code.is_empty() {
        return Ok(Language::default());
    }
    Language::from_code(code)
        .ok_or_else(|| Reason::InvalidLanguage.status("language_code is not one of en, de"))
}

fn step(step: PlanStep) -> Result<PlanStep, Status> {
    let text = step.text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err(invalid(format!("a step has 1 to {MAX_TEXT} characters on one line")));
    }
    date("steps.due_date", &step.due_date)?;
    Ok(PlanStep { text: text.to_owned(), overdue: false, soon: false, ..step })
}

fn date(field: &str, date: &str) -> Result<i64, Status> {
    day::read(date).ok_or_else(|| invalid(format!("{field} is a day such as 2026-01-31")))
}

fn invalid(message: impl Into<String>) -> Status {
    Reason::InvalidGoal.status(message)
}

//! `attune coach`: goals, notices and tips for those who lead.

use attune_proto::json::to_line;
use attune_proto::v1::{
    DeleteGoalRequest, FigureValue, Goal, GoalProgress, ListGoalsRequest,
    ListLeadershipTipsRequest, ListNoticesRequest, PlanStep, SetGoalRequest,
};

use crate::args::{CoachCommand, Global, GoalArgs};
use crate::connect::Link;
use crate::error::Error;
use crate::print::{clean, line};
use crate::report::by;
use crate::words::{Lang, Words, fill};

/// `attune coach …`
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn run(
    global: &Global,
    command: CoachCommand,
    lang: Lang,
    words: &'static Words,
) -> Result<(), Error> {
    let link = Link::open(global).await?;
    let mut coaching = link.coaching();
    let language_code = lang.code().to_owned();
    match command {
        CoachCommand::Goals(args) => {
            let listed = coaching.list_goals(ListGoalsRequest { language_code }).await?;
            for progress in listed.into_inner().goals {
                line(&if args.json { to_line(&progress)? } else { told(&progress, words) })?;
            }
            Ok(())
        }
        CoachCommand::Set(args) => {
            let request = SetGoalRequest { goal: Some(goal(args)?) };
            let goal = coaching.set_goal(request).await?.into_inner();
            line(&heading(&goal, words))
        }
        CoachCommand::Delete(args) => {
            coaching.delete_goal(DeleteGoalRequest { goal_id: args.goal }).await?;
            line(words.noted)
        }
        CoachCommand::Tips(args) => {
            let request = ListLeadershipTipsRequest { language_code };
            for tip in coaching.list_leadership_tips(request).await?.into_inner().tips {
                if args.json {
                    line(&to_line(&tip)?)?;
                    continue;
                }
                line(&format!("{}: {}", tip.motive, tip.need))?;
                for text in tip.tips.iter().chain([&tip.clash]) {
                    line(&format!("  - {text}"))?;
                }
            }
            Ok(())
        }
        CoachCommand::Notices(args) => {
            let notices = coaching.list_notices(ListNoticesRequest { language_code }).await?;
            for notice in notices.into_inner().notices {
                line(&if args.json { to_line(&notice)? } else { clean(&notice.text) })?;
            }
            Ok(())
        }
    }
}

fn goal(args: GoalArgs) -> Result<Goal, Error> {
    Ok(Goal {
        goal_id: args.goal.unwrap_or_default(),
        by: by(args.by).into(),
        key: args.key,
        figure_id: args.figure,
        target: args.target,
        due_date: args.due,
        steps: args.step.iter().map(|text| step(text)).collect::<Result<_, _>>()?,
        ..Goal::default()
    })
}

/// `2026-01-31: listen together`, with `done ` before it when it is done.
fn step(text: &str) -> Result<PlanStep, Error> {
    let (done, rest) = text.strip_prefix("done ").map_or((false, text), |rest| (true, rest));
    let (due_date, text) = rest.split_once(':').ok_or_else(|| {
        Error::Usage(format!("--step {text}: written 2026-01-31: what is to be done"))
    })?;
    let (due_date, text) = (due_date.trim().to_owned(), text.trim().to_owned());
    Ok(PlanStep { text, due_date, done, ..PlanStep::default() })
}

fn heading(goal: &Goal, words: &Words) -> String {
    let value = |value: &Option<FigureValue>| {
        value.as_ref().map_or_else(|| "?".to_owned(), |value| format!("{:.2}", value.value))
    };
    let key = if goal.key.is_empty() { words.no_key } else { &goal.key };
    let Goal { goal_id, figure_id, target, due_date, .. } = goal;
    let values: [&dyn std::fmt::Display; 6] =
        [goal_id, &clean(key), figure_id, &value(&goal.start), target, due_date];
    fill(words.goal, &values)
}

fn told(progress: &GoalProgress, words: &Words) -> String {
    let Some(goal) = &progress.goal else { return String::new() };
    let mut told = heading(goal, words);
    if let Some(now) = &progress.now {
        let way = format!("{:.0}", progress.progress * 100.0);
        let time = format!("{:.0}", progress.time * 100.0);
        let (value, low, high) =
            (format!("{:.2}", now.value), format!("{:.2}", now.low), format!("{:.2}", now.high));
        told.push_str("\n  ");
        told.push_str(&fill(words.goal_now, &[&value, &low, &high, &way, &time]));
    }
    if progress.reached {
        told.push_str(&format!("\n  {}", words.goal_reached));
    } else if !progress.moved {
        told.push_str(&format!("\n  {}", words.goal_chance));
    }
    for step in &goal.steps {
        let mark = match (step.done, step.overdue, step.soon) {
            (true, ..) => "x",
            (_, true, _) => "!",
            (_, _, true) => ">",
            _ => " ",
        };
        told.push_str(&format!("\n  [{mark}] {} {}", step.due_date, clean(&step.text)));
    }
    told.push_str(&format!("\n  {}: {}", words.beside, progress.counterweight));
    told
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    #[test]
    fn a_goal_reaches_the_api_and_its_progress_is_told() {
        let line = [
            "attune",
            "coach",
            "set",
            "--by",
            "team",
            "--key",
            "north",
            "--figure",
            "csat",
            "--target",
            "4.2",
            "--due",
            "2026-12-31",
            "--step",
            "2026-12-01: listen together",
            "--step",
            "done 2026-11-01: ask",
        ];
        let cli = Cli::try_parse_from(line).expect("a goal");
        let Command::Coach(CoachCommand::Set(args)) = cli.command else { panic!("not set") };
        let mut goal = goal(args).expect("a goal");
        assert_eq!((goal.steps[0].text.as_str(), goal.steps[1].done), ("listen together", true));
        assert!(step("listen").is_err());
        let value = |value: f64| Some(FigureValue { value, ..FigureValue::default() });
        goal.start = value(4.0);
        goal.steps[0].overdue = true;
        let progress = GoalProgress {
            goal: Some(goal),
            now: value(4.1),
            progress: 0.5,
            ..GoalProgress::default()
        };
        let told = told(&progress, Lang::De.words());
        for part in [
            "north",
            "4.00",
            "4.2",
            "50 %",
            "[!] 2026-12-01 listen together",
            "[x] 2026-11-01 ask",
            "Zufall",
        ] {
            assert!(told.contains(part), "{part} is missing from {told}");
        }
    }
}

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use attune_proto::v1::{
    Call, CallFigures, CallState, DeleteGoalRequest, Goal, ListGoalsRequest,
    ListLeadershipTipsRequest, ListNoticesRequest, Outcome, PlanStep, ReportBy, SetGoalRequest,
};
use tonic::Code;

use super::today;
use crate::day;
use crate::store::sqlite::{SqliteReader, SqliteStore};
use crate::store::{Append, EventStore, Fact, RecordStore, Reports, Store};
use crate::testing::{Bench, Setup, refusal};

/// So many calls of a team, so many days ago: five agents, ratings, ten cards each.
fn calls(store: &mut SqliteStore, team: &str, days_ago: i64, count: usize, csat: i32, used: u32) {
    let (mut appends, mut outcomes, mut facts) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..count {
        let call_id = format!("{team}-{days_ago}-{n}");
        let seconds = (today() - days_ago) * 86_400 + 60;
        let start_time = Some(prost_types::Timestamp { seconds, nanos: 0 });
        let state = CallState::Ended.into();
        let call = Call { call_id: call_id.clone(), state, start_time, ..Call::default() };
        let (call, mark) = (Arc::new(call), Arc::default());
        appends.push(Append { call, caller: None, events: Vec::new(), mark });
        let csat = Some(csat);
        outcomes.push(Outcome { call_id: call_id.clone(), csat, ..Outcome::default() });
        let figures = CallFigures {
            call_id,
            start_time,
            team: team.into(),
            notes_shown: 10,
            notes_used: used,
            ..CallFigures::default()
        };
        facts.push(Fact { agent: format!("{team}-{}", n % 5), figures });
    }
    store.append(&appends).unwrap();
    store.put_outcomes(&outcomes).unwrap();
    store.settle(&facts).unwrap();
}

async fn bench(fill: impl FnOnce(&mut SqliteStore)) -> (Bench, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(data.path()).unwrap();
    fill(&mut store);
    let reports = Reports::start(SqliteReader::open(data.path()).unwrap()).unwrap();
    let store = Store::start(Box::new(store)).unwrap();
    (Setup { store, reports, ..Setup::default() }.start().await, data)
}

fn goal() -> Goal {
    Goal {
        by: ReportBy::Team.into(),
        key: "north".into(),
        figure_id: "csat".into(),
        target: 4.0,
        due_date: day::write(today() + 30),
        steps: vec![
            PlanStep {
                text: "listen together".into(),
                due_date: day::write(today() - 1),
                ..Default::default()
            },
            PlanStep {
                text: "new notes".into(),
                due_date: day::write(today() + 2),
                ..Default::default()
            },
            PlanStep {
                text: "done long ago".into(),
                due_date: day::write(today() - 9),
                done: true,
                ..Default::default()
            },
        ],
        ..Goal::default()
    }
}

async fn set(bench: &Bench, goal: Goal) -> Result<Goal, tonic::Status> {
    let request = SetGoalRequest { goal: Some(goal) };
    bench.coaching().set_goal(request).await.map(tonic::Response::into_inner)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_goal_starts_where_the_group_is_and_tells_what_is_due() {
    let (bench, _data) = bench(|store| calls(store, "north", 5, 40, 3, 5)).await;
    let first = set(&bench, goal()).await.unwrap();
    assert_eq!(first.start.as_ref().map(|start| start.value), Some(3.0));
    assert_eq!((first.goal_id.as_str(), first.start_date), ("g-1", day::write(today())));
    let second = set(&bench, Goal { due_date: day::write(today() + 3), ..goal() }).await.unwrap();
    assert_eq!(second.goal_id, "g-2");
    // A changed target keeps the start.
    let changed = set(&bench, Goal { goal_id: "g-1".into(), target: 3.5, ..goal() }).await.unwrap();
    assert_eq!((changed.start, changed.target), (first.start, 3.5));

    let listed = bench.coaching().list_goals(ListGoalsRequest::default()).await.unwrap();
    let goals = listed.into_inner().goals;
    let ids: Vec<&str> = goals.iter().map(|g| g.goal.as_ref().unwrap().goal_id.as_str()).collect();
    assert_eq!(ids, ["g-2", "g-1"], "the nearest first");
    let steps = &goals[0].goal.as_ref().unwrap().steps;
    let told: Vec<(bool, bool)> = steps.iter().map(|step| (step.overdue, step.soon)).collect();
    assert_eq!(told, [(true, false), (false, true), (false, false)]);
    assert_eq!((goals[0].progress, goals[0].reached, goals[0].over), (0.0, false, false));
    assert!(goals[0].counterweight.contains("callers who answered"));

    let delete = DeleteGoalRequest { goal_id: "g-2".into() };
    bench.coaching().delete_goal(delete.clone()).await.unwrap();
    let status = bench.coaching().delete_goal(delete).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "GOAL_NOT_FOUND".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn goals_that_cannot_be_measured_are_refused() {
    let (bench, _data) = bench(|store| calls(store, "north", 5, 40, 3, 5)).await;
    let wrong = [
        Goal { figure_id: "charm".into(), ..goal() },
        Goal { by: ReportBy::Day.into(), ..goal() },
        Goal { target: f64::NAN, ..goal() },
        Goal { due_date: day::write(today() - 1), ..goal() },
        Goal { steps: vec![PlanStep::default()], ..goal() },
    ];
    for goal in wrong {
        let status = set(&bench, goal.clone()).await.unwrap_err();
        let expected = (Code::InvalidArgument, "INVALID_GOAL".to_owned());
        assert_eq!(refusal(&status), expected, "{goal:?}");
    }
    let status = set(&bench, Goal { key: "south".into(), ..goal() }).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::FailedPrecondition, "TOO_FEW_CALLS".into()));
    let status = set(&bench, Goal { goal_id: "g-77".into(), ..goal() }).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "GOAL_NOT_FOUND".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_that_fall_out_of_use_are_noticed_early() {
    let (bench, _data) = bench(|store| {
        calls(store, "north", 20, 60, 4, 5);
        calls(store, "north", 2, 60, 4, 2);
        calls(store, "south", 20, 60, 4, 5);
        calls(store, "south", 2, 60, 4, 5);
    })
    .await;
    let request = ListNoticesRequest { language_code: "de".into() };
    let notices = bench.coaching().list_notices(request).await.unwrap().into_inner().notices;
    let keys: Vec<&str> = notices.iter().map(|notice| notice.key.as_str()).collect();
    assert_eq!(keys, ["north"]);
    assert!(notices[0].text.contains("50.0 % → 20.0 %"), "{}", notices[0].text);
    let tips = bench.coaching().list_leadership_tips(ListLeadershipTipsRequest::default()).await;
    assert_eq!(tips.unwrap().into_inner().tips.len(), 6);
}

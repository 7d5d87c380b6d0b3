#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use attune_models::transcript::Language;
use attune_proto::v1::{
    Call, CallFigures, CallState, CallerType, GetCallFiguresRequest, GetReportRequest,
    ListFiguresRequest, Outcome, RecordTrafficRequest, RenderReportRequest, Report, ReportBy,
    Revenue,
};
use prost_types::Timestamp;
use tempfile::TempDir;
use tonic::Code;

use super::report::{MIN_AGENTS, MIN_CALLS, Question, report};
use super::tally::duration;
use super::*;
use crate::store::sqlite::{SqliteReader, SqliteStore};
use crate::store::{Append, CallerKeys, EventStore, Fact, RecordStore, Reports, Store};
use crate::testing::{Phone, Setup, config, refusal};

/// Day 0 of the calls: 2026-01-01.
const FIRST: i64 = 20_454;

/// A database on the disk with calls that have ended.
struct House {
    data: TempDir,
    store: SqliteStore,
    keys: CallerKeys,
    calls: usize,
}

/// A call that has ended, as a test describes it.
#[derive(Clone)]
struct Past {
    day: i64,
    caller: &'static str,
    agent: String,
    figures: CallFigures,
    outcome: Outcome,
}

fn past(day: i64, caller: &'static str) -> Past {
    Past {
        day,
        caller,
        agent: String::new(),
        figures: CallFigures { duration: Some(duration(100.0)), ..CallFigures::default() },
        outcome: Outcome::default(),
    }
}

impl House {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(data.path()).unwrap();
        Self { data, store, keys: CallerKeys::random().unwrap(), calls: 0 }
    }

    fn take(&mut self, past: Past) -> String {
        self.take_all(vec![past]).remove(0)
    }

    /// Takes calls, records their outcomes before they are settled, and settles them.
    fn take_all(&mut self, pasts: Vec<Past>) -> Vec<String> {
        let (mut appends, mut outcomes, mut facts) = (Vec::new(), Vec::new(), Vec::new());
        for past in pasts {
            self.calls += 1;
            let call_id = format!("c{}", self.calls);
            let seconds = (FIRST + past.day) * 86_400 + 3600;
            let start_time = Some(Timestamp { seconds, nanos: 0 });
            let call = Call {
                call_id: call_id.clone(),
                state: CallState::Ended.into(),
                start_time,
                ..Call::default()
            };
            let caller = Some(past.caller).filter(|caller| !caller.is_empty());
            let caller = caller.map(|caller| self.keys.hash(&caller.to_owned().into()));
            let (call, mark) = (Arc::new(call), Arc::default());
            appends.push(Append { call, caller, events: Vec::new(), mark });
            outcomes.push(Outcome { call_id: call_id.clone(), ..past.outcome });
            let figures = CallFigures { call_id, start_time, ..past.figures };
            facts.push(Fact { agent: past.agent, figures });
        }
        self.store.append(&appends).unwrap();
        assert_eq!(self.store.put_outcomes(&outcomes).unwrap(), outcomes.len());
        self.store.settle(&facts).unwrap();
        outcomes.into_iter().map(|outcome| outcome.call_id).collect()
    }

    fn report(&self, by: ReportBy, days: (i64, i64)) -> Report {
        let mut reader = SqliteReader::open(self.data.path()).unwrap();
        let question = Question {
            by,
            asked: Asked {
                first_day: FIRST + days.0,
                last_day: FIRST + days.1,
                over: FIRST + 1000,
                project: None,
            },
            lang: Language::English,
            cost_per_minute: Some(0.6),
        };
        report(&mut reader, &question).unwrap()
    }
}

fn total(report: &Report, figure: &str) -> Option<(f64, u64)> {
    of(report.total.as_ref().unwrap(), figure)
}

fn of(group: &attune_proto::v1::ReportGroup, figure: &str) -> Option<(f64, u64)> {
    let value = group.values.iter().find(|value| value.figure_id == figure)?;
    Some(((value.value * 1000.0).round() / 1000.0, value.count))
}

#[test]
fn a_call_back_takes_the_first_call_its_resolution_whenever_it_is_known() {
    let mut house = House::new();
    for _ in 0..MIN_CALLS {
        house.take(past(0, ""));
    }
    let issue = |issue: &str| Outcome { issue: issue.into(), ..Outcome::default() };
    let first = house.take(Past { outcome: issue("bill"), ..past(0, "anna") });
    let second = house.take(Past { outcome: issue("move"), ..past(3, "anna") });
    let figures = house.store.figures(&first).unwrap().unwrap();
    assert_eq!((figures.called_back, figures.followed_by.as_str()), (Some(false), "move"));
    let told = house.report(ReportBy::Team, (0, 6));
    assert_eq!(total(&told, "first_contact_resolution"), Some((1.0, 2)));
    assert_eq!(total(&told, "next_issue"), Some((0.5, 2)));

    // The agent of the second call corrects its issue: it was the bill again.
    let corrected = Outcome { call_id: second, issue: "bill".into(), ..Outcome::default() };
    house.store.put_outcomes(&[corrected]).unwrap();
    let figures = house.store.figures(&first).unwrap().unwrap();
    assert_eq!((figures.called_back, figures.followed_by.as_str()), (Some(true), ""));
    let told = house.report(ReportBy::Team, (0, 6));
    assert_eq!(total(&told, "first_contact_resolution"), Some((0.5, 2)));
    assert_eq!(total(&told, "next_issue"), Some((0.0, 2)));
    let unknown = house.store.figures("c1").unwrap().unwrap();
    assert_eq!(unknown.called_back, None);
}

#[test]
fn an_outcome_that_comes_later_moves_the_sums_and_a_second_settling_does_not() {
    let mut house = House::new();
    let ids: Vec<String> = (0..MIN_CALLS).map(|_| house.take(past(0, ""))).collect();
    let told = house.report(ReportBy::Team, (0, 0));
    assert_eq!((total(&told, "csat"), total(&told, "handle_time")), (None, Some((100.0, 20))));
    assert_eq!(total(&told, "cost"), Some((1.0, 20)), "100 s at 0.60 a minute");
    for id in &ids {
        let outcome = Outcome {
            call_id: id.clone(),
            csat: Some(3),
            after_call_work: Some(duration(20.0)),
            ..Outcome::default()
        };
        let better = Outcome { csat: Some(4), ..outcome.clone() };
        house.store.put_outcomes(&[outcome, better]).unwrap();
    }
    let figures = house.store.figures(&ids[0]).unwrap().unwrap();
    house.store.settle(&[Fact { agent: String::new(), figures }]).unwrap();
    let told = house.report(ReportBy::Team, (0, 0));
    assert_eq!(total(&told, "csat"), Some((4.0, 20)));
    assert_eq!(total(&told, "handle_time"), Some((120.0, 20)));
}

#[test]
fn small_groups_are_withheld_and_cannot_be_reckoned_back() {
    let mut house = House::new();
    let mut take = |team: &str, agents: u64, calls: u64| {
        for n in 0..calls {
            let figures = CallFigures { team: team.into(), ..past(0, "").figures };
            house.take(Past { agent: format!("{team}-{}", n % agents), figures, ..past(0, "") });
        }
    };
    take("north", MIN_AGENTS, 40);
    take("south", MIN_AGENTS, 30);
    take("west", MIN_AGENTS, 25);
    // Four agents, however many calls.
    take("tiny", MIN_AGENTS - 1, 60);
    let told = house.report(ReportBy::Team, (0, 0));
    let keys: Vec<&str> = told.groups.iter().map(|group| group.key.as_str()).collect();
    assert_eq!(keys, ["north", "south"], "the smallest hides the withheld one");
    assert_eq!((told.withheld_groups, told.min_agents, told.min_calls), (2, 5, 20));
    assert_eq!(total(&told, "handle_time"), Some((100.0, 155)));
    assert!(told.notes.iter().any(|note| note.starts_with("2 of the groups are not shown")));
}

#[test]
fn a_house_of_few_agents_has_no_report() {
    let mut house = House::new();
    for n in 0..50 {
        house.take(Past { agent: format!("a{}", n % 3), ..past(0, "") });
    }
    let told = house.report(ReportBy::Project, (0, 0));
    assert!(told.groups.is_empty() && told.total.unwrap().values.is_empty());
    assert!(told.notes[0].starts_with("Nothing is shown"), "{:?}", told.notes);
}

/// Half as many notes used, and more grievances: both lower the rating, and both are named.
#[test]
fn what_changed_is_named_with_its_possible_causes() {
    let mut house = House::new();
    let mut month = |days: std::ops::Range<i64>, used_in_ten: i64, grievances_in_ten: i64| {
        let call = |n: i64| {
            let day = days.start + n % (days.end - days.start);
            let (used, grievance) = (n % 10 < used_in_ten, n / 10 % 10 < grievances_in_ten);
            let csat = 3 + i32::from(used) - i32::from(grievance) + (n % 3 - 1) as i32;
            let figures = CallFigures {
                notes_shown: 2,
                notes_used: u32::from(used),
                caller_type: if grievance { CallerType::Grievance } else { CallerType::None }
                    .into(),
                ..past(day, "").figures
            };
            let outcome = Outcome { csat: Some(csat), ..Outcome::default() };
            Past { figures, outcome, ..past(day, "") }
        };
        house.take_all((0..2000).map(call).collect());
    };
    month(0..10, 8, 2);
    month(10..20, 4, 5);
    let told = house.report(ReportBy::Team, (10, 19));
    assert_eq!(
        (told.before_from_date.as_str(), told.before_to_date.as_str()),
        ("2026-01-01", "2026-01-10")
    );
    let csat = told.changes.iter().find(|change| change.figure_id == "csat").unwrap();
    assert!((csat.difference + 0.7).abs() < 0.02 && csat.high < 0.0, "{csat:?}");
    let effects: Vec<(&str, f64)> = csat
        .possible_causes
        .iter()
        .map(|cause| (cause.dimension.as_str(), (cause.effect * 10.0).round() / 10.0))
        .collect();
    assert_eq!(effects, [("notes", -0.4), ("caller_type", -0.3)]);
    let text = &csat.possible_causes[0].text;
    assert!(text.contains("used 80 % → 40 %") && text.contains("-0.4"), "{text}");
    // Nothing else moved.
    let time = told.changes.iter().find(|change| change.figure_id == "handle_time").unwrap();
    assert!(time.difference == 0.0 && time.possible_causes.is_empty(), "{time:?}");
}

#[test]
fn satisfaction_is_held_against_the_growth_that_follows() {
    let mut house = House::new();
    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let quarter = |first: &str, last: &str, amount| Revenue {
        first_date: first.into(),
        last_date: last.into(),
        amount,
    };
    for (n, name) in (0..).zip(NAMES) {
        for _ in 0..2 {
            let csat = 1 + n % 5;
            let noise = f64::from(n * 7 % 4);
            let outcome = Outcome {
                csat: Some(csat),
                revenue: vec![
                    quarter("2026-01-01", "2026-03-31", 100.0),
                    quarter("2026-04-01", "2026-06-30", 90.0 + 8.0 * f64::from(csat) + noise),
                ],
                ..Outcome::default()
            };
            house.take(Past { outcome, ..past(i64::from(n), name) });
        }
    }
    let told = house.report(ReportBy::Issue, (0, 30)).satisfaction_growth.unwrap();
    assert_eq!(told.count, 12);
    assert!(told.low > 0.5 && told.correlation > 0.9 && told.high < 1.0, "{told:?}");
    assert!(told.caution.contains("no causation"));
}

#[test]
fn next_issues_and_accessibility_are_told() {
    let mut house = House::new();
    const NAMES: [&str; 30] = [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
        "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29",
    ];
    let issue = |issue: &str| Outcome { issue: issue.into(), ..Outcome::default() };
    for (n, name) in NAMES.into_iter().enumerate() {
        house.take(Past { outcome: issue("copy"), ..past(0, name) });
        if n % 5 == 0 {
            house.take(Past { outcome: issue("claim"), ..past(2, name) });
        }
    }
    let traffic = |day: &str, offered, answered| RecordTrafficRequest {
        project: String::new(),
        date: day.into(),
        offered,
        answered,
    };
    house.store.put_traffic(FIRST, &traffic("2026-01-01", 100, 10)).unwrap();
    house.store.put_traffic(FIRST, &traffic("2026-01-01", 100, 60)).unwrap();
    house.store.put_traffic(FIRST + 1, &traffic("2026-01-02", 100, 100)).unwrap();
    let told = house.report(ReportBy::Day, (0, 6));
    let next = &told.next_issues[0];
    assert_eq!((next.issue.as_str(), next.next_issue.as_str()), ("copy", "claim"));
    assert_eq!((next.calls, next.followed, next.share), (30, 6, 0.2));
    assert!(next.low > 0.09 && next.high < 0.38, "{next:?}");
    assert_eq!(total(&told, "accessibility"), Some((0.8, 200)));
    let days: Vec<&str> = told.groups.iter().map(|group| group.key.as_str()).collect();
    // Six calls on the third: too few. One withheld day would be the rest, so the first goes too.
    assert!(days.is_empty() && told.withheld_groups == 2, "{days:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_has_its_figures_when_it_has_ended() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::start(Box::new(SqliteStore::open(data.path()).unwrap())).unwrap();
    let reports = Reports::start(SqliteReader::open(data.path()).unwrap()).unwrap();
    let bench = Setup { store, reports, ..Setup::default() }.start().await;
    let get = |call_id: &str| GetCallFiguresRequest { call_id: call_id.into() };
    let mut phone = Phone::call(&bench, config("counted")).await;
    phone.until(|_| true).await;
    let status = bench.figures().get_call_figures(get("counted")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::FailedPrecondition, "CALL_LIVE".into()));
    let status = bench.figures().get_call_figures(get("nobody")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));
    phone.say(1, 1000).await;
    phone.quiet(1000).await;
    phone.say(2, 2000).await;
    phone.quiet(1000).await;
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let figures = bench.figures().get_call_figures(get("counted")).await.unwrap().into_inner();
    assert_eq!(figures.duration, Some(duration(5.0)));
    let pause = tally::seconds(figures.reply_pause);
    assert!((0.5..1.5).contains(&pause), "{figures:?}");
    assert!(figures.agent_words_per_minute.is_some() && figures.called_back.is_none());

    let report =
        bench.figures().get_report(GetReportRequest::default()).await.unwrap().into_inner();
    assert_eq!(report.total.unwrap().calls, 1);
    let request = RenderReportRequest {
        report: Some(GetReportRequest { language_code: "de".into(), ..Default::default() }),
    };
    let html = bench.figures().render_report(request).await.unwrap().into_inner().html;
    assert!(html.contains("Nichts wird gezeigt") && html.contains("lang=\"de\""), "{html}");
    let listed = bench.figures().list_figures(ListFiguresRequest::default()).await.unwrap();
    assert_eq!(listed.into_inner().figures.len(), Figure::ALL.len());
    let wrong = GetReportRequest { from_date: "soon".into(), ..Default::default() };
    let status = bench.figures().get_report(wrong).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_REPORT".into()));
}

#[test]
fn a_page_draws_what_it_tells_and_names_do_no_harm() {
    let mut house = House::new();
    for team in ["<b>north", "south"] {
        for n in 0..60 {
            let figures = CallFigures { team: team.into(), ..past(0, "").figures };
            let outcome = Outcome { csat: Some(1 + n % 5), ..Outcome::default() };
            house.take(Past { figures, outcome, ..past(0, "") });
        }
    }
    let report = house.report(ReportBy::Team, (0, 0));
    let question = question(GetReportRequest::default(), FIRST, None).unwrap();
    let html = page::html(&report, &question).unwrap();
    assert!(html.contains("<svg") && html.contains("prefers-color-scheme: dark"));
    assert!(!html.contains("<b>") && html.contains("&lt;b&gt;north"), "escaped");
    assert!(
        !html.contains("http://")
            || html.matches("http://").count() == html.matches("http://www.w3.org").count()
    );
}

#[test]
fn calls_of_a_killed_process_wait_for_their_figures() {
    let mut house = House::new();
    let call = Call { call_id: "left".into(), state: CallState::Ended.into(), ..Call::default() };
    let append =
        Append { call: Arc::new(call), caller: None, events: Vec::new(), mark: Arc::default() };
    house.store.append(std::slice::from_ref(&append)).unwrap();
    house.take(past(0, ""));
    assert_eq!(house.store.unsettled(10).unwrap(), ["left"]);
    let figures = CallFigures { call_id: "left".into(), ..CallFigures::default() };
    house.store.settle(&[Fact { agent: String::new(), figures }]).unwrap();
    // Written again after its end: it is settled already.
    house.store.append(&[append]).unwrap();
    assert!(house.store.unsettled(10).unwrap().is_empty());
}

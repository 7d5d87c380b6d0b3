#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use attune_models::guidance::{AgentWishes, Tally};
use attune_models::private::Private;
use attune_proto::v1::Revenue;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::{AgentProfile, CallerProfile, PastCall, RecommendAgentsResponse};
use attune_proto::v1::{
    CallFigures, CallState, EndReason, Goal, Outcome, RecordTrafficRequest, Transcript,
};
use prost_types::Timestamp;
use std::time::SystemTime;

use super::sqlite::SqliteStore;
use super::*;

fn call(call_id: &str, state: CallState, start: i64) -> Call {
    Call {
        call_id: call_id.into(),
        state: state.into(),
        start_time: Some(Timestamp { seconds: start, nanos: 0 }),
        ..Call::default()
    }
}

fn event(call_id: &str, sequence: u64) -> CallEvent {
    let text = format!("line {sequence}");
    CallEvent {
        call_id: call_id.into(),
        sequence,
        create_time: Some(Timestamp { seconds: 1_000 + sequence as i64, nanos: 0 }),
        body: Some(Body::Transcript(Transcript { text, ..Transcript::default() })),
        ..CallEvent::default()
    }
}

fn append(call: Call, sequences: impl IntoIterator<Item = u64>) -> Append {
    let event = |sequence| Arc::new(event(&call.call_id, sequence));
    let events = sequences.into_iter().map(event).collect();
    Append { events, call: Arc::new(call), caller: None, mark: Arc::default() }
}

fn live(call_id: &str, sequences: impl IntoIterator<Item = u64>) -> Append {
    append(call(call_id, CallState::Live, 100), sequences)
}

fn numbers(events: &[CallEvent]) -> Vec<u64> {
    events.iter().map(|event| event.sequence).collect()
}

fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(dir).unwrap()
}

#[test]
fn events_come_back_in_order_from_after_a_number() {
    let mut store = SqliteStore::in_memory().unwrap();
    store.append(&[live("a", 1..=3), live("b", 1..=1), live("a", 4..=5)]).unwrap();
    // What it already has stays.
    store.append(&[live("a", 5..=6)]).unwrap();
    assert_eq!(numbers(&store.events("a", 0, 100).unwrap()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(numbers(&store.events("a", 2, 2).unwrap()), [3, 4]);
    assert!(store.events("a", u64::MAX, 2).unwrap().is_empty());
    assert_eq!(store.events("a", 3, 1).unwrap()[0], event("a", 4));
    assert!(store.events("nobody", 0, 100).unwrap().is_empty());
    assert_eq!(store.call("nobody").unwrap(), None);
}

#[test]
fn calls_are_paged_newest_first_and_a_page_does_not_move() {
    let mut store = SqliteStore::in_memory().unwrap();
    for n in 0..10 {
        let state = if n % 2 == 0 { CallState::Ended } else { CallState::Live };
        // Two of them start at once each time.
        store.append(&[append(call(&format!("c{n}"), state, 100 + n / 2), [])]).unwrap();
    }
    let page = |store: &mut SqliteStore, after, state: Option<CallState>| {
        let state = state.map(i32::from);
        store.calls(CallPage { after, state, limit: 4 }).unwrap()
    };
    let ids = |page: &[(CallPlace, Call)]| -> Vec<String> {
        page.iter().map(|(_, call)| call.call_id.clone()).collect()
    };
    let first = page(&mut store, None, None);
    assert_eq!(ids(&first), ["c9", "c8", "c7", "c6"]);
    store.append(&[append(call("newer", CallState::Live, 999), [])]).unwrap();
    let second = page(&mut store, Some(first[3].0), None);
    assert_eq!(ids(&second), ["c5", "c4", "c3", "c2"]);
    assert_eq!(ids(&page(&mut store, Some(second[3].0), None)), ["c1", "c0"]);
    let ended = page(&mut store, None, Some(CallState::Ended));
    assert_eq!(ids(&ended), ["c8", "c6", "c4", "c2"]);
}

#[test]
fn a_call_keeps_its_caller_and_changes_its_state() {
    let dir = tempfile::tempdir().unwrap();
    let keys = CallerKeys::open(dir.path()).unwrap();
    let caller = keys.hash(&"+49 170 5550123".to_owned().into());
    let mut store = open(dir.path());
    store.append(&[Append { caller: Some(caller), ..live("a", 1..=1) }]).unwrap();
    store.append(&[append(call("a", CallState::Ended, 100), 2..=2)]).unwrap();
    assert_eq!(store.call("a").unwrap().unwrap().state(), CallState::Ended);
    let kept: Vec<u8> = store
        .connection()
        .query_row("SELECT caller FROM calls WHERE call = 'a'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, caller.as_bytes());
    drop(store);
    // The number itself is nowhere on the disk.
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"5550123"));
    }
}

#[test]
fn what_was_committed_survives_a_process_that_was_killed() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.append(&[live("a", 1..=3)]).unwrap();
    store.append(&[append(call("done", CallState::Ended, 50), 1..=2)]).unwrap();
    // As kill -9 leaves it: the files as they are, nothing closed or checkpointed.
    let after = tempfile::tempdir().unwrap();
    for name in ["attune.db", "attune.db-wal"] {
        std::fs::copy(dir.path().join(name), after.path().join(name)).unwrap();
    }
    let mut reopened = open(after.path());
    // The call that was live has got its end; the other one is untouched.
    let events = reopened.events("a", 0, 100).unwrap();
    assert_eq!(numbers(&events), [1, 2, 3, 4]);
    let Some(Body::Ended(ended)) = &events[3].body else { panic!("{:?}", events[3]) };
    assert_eq!(ended.reason(), EndReason::Failed);
    let call = reopened.call("a").unwrap().unwrap();
    assert_eq!((call.state(), call.last_sequence), (CallState::Ended, 4));
    assert_eq!(call.end_time, events[2].create_time);
    assert_eq!(numbers(&reopened.events("done", 0, 100).unwrap()), [1, 2]);
    drop(reopened);
    assert_eq!(numbers(&open(after.path()).events("a", 0, 100).unwrap()), [1, 2, 3, 4]);
}

#[test]
fn what_is_recorded_of_calls_survives_a_process_that_was_killed() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path());
    store.append(&[append(call("done", CallState::Ended, 50), 1..=2)]).unwrap();
    let outcome = Outcome { call_id: "done".into(), csat: Some(4), ..Outcome::default() };
    assert_eq!(store.put_outcomes(std::slice::from_ref(&outcome)).unwrap(), 1);
    let figures = CallFigures { call_id: "done".into(), notes_shown: 3, ..CallFigures::default() };
    store.settle(&[Fact { agent: "a1".into(), figures }]).unwrap();
    let goal = Goal { goal_id: "g-1".into(), target: 4.5, ..Goal::default() };
    store.put_goal(&goal).unwrap();
    // As kill -9 leaves it.
    let after = tempfile::tempdir().unwrap();
    for name in ["attune.db", "attune.db-wal"] {
        std::fs::copy(dir.path().join(name), after.path().join(name)).unwrap();
    }
    let mut reopened = open(after.path());
    assert_eq!(reopened.outcome("done").unwrap(), Some(outcome));
    assert_eq!(reopened.figures("done").unwrap().map(|figures| figures.notes_shown), Some(3));
    assert_eq!(reopened.goals().unwrap(), [goal]);
    assert!(reopened.unsettled(9).unwrap().is_empty());
    assert!(reopened.delete_goal("g-1").unwrap() && !reopened.delete_goal("g-1").unwrap());
}

#[test]
fn a_directory_is_for_one_server_and_its_files_for_one_program() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    assert!(matches!(SqliteStore::open(dir.path()).unwrap_err(), StoreError::InUse { .. }));
    drop(first);
    open(dir.path()).connection().pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteStore::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("schema version 99"), "{error}");

    let other = tempfile::tempdir().unwrap();
    let foreign = rusqlite::Connection::open(other.path().join("attune.db")).unwrap();
    foreign.execute_batch("CREATE TABLE mine (x)").unwrap();
    let error = SqliteStore::open(other.path()).unwrap_err().to_string();
    assert!(error.contains("another program"), "{error}");
    let junk = tempfile::tempdir().unwrap();
    std::fs::write(junk.path().join("attune.db"), [7; 5000]).unwrap();
    let error = SqliteStore::open(junk.path()).unwrap_err().to_string();
    assert!(error.contains("not a database"), "{error}");
    let file = junk.path().join("attune.db");
    let error = SqliteStore::open(&file).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_new_directory_is_for_its_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("deep/data");
    open(&data);
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn what_is_handed_over_can_be_read_at_once_and_is_marked_when_written() {
    let store = Store::start(Box::new(SqliteStore::in_memory().unwrap())).unwrap();
    let given = live("a", 1..=7);
    let mark = Arc::clone(&given.mark);
    store.append(given);
    assert_eq!(numbers(&store.events("a", 4, 100).await.unwrap()), [5, 6, 7]);
    assert_eq!(store.call("a").await.unwrap().unwrap().call_id, "a");
    assert!(store.flush().await);
    assert_eq!((mark.sequence(), mark.has_lost()), (7, false));
}

/// A full disk: SQLite may not take another page.
/// Whether some file in a directory has these bytes in it.
fn lies_in(dir: &Path, needle: &[u8]) -> bool {
    let files = std::fs::read_dir(dir).unwrap().map(|entry| std::fs::read(entry.unwrap().path()));
    files.map(Result::unwrap).any(|file| file.windows(needle.len()).any(|part| part == needle))
}

#[test]
fn an_erased_caller_is_in_no_file_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let keys = CallerKeys::random().unwrap();
    let hash = |key: &str| keys.hash(&Private::new(key.to_owned()));
    let (gone, stays) = (hash("gone"), hash("stays"));
    let mut store = open(dir.path());
    let of = |caller, call_id| Append { caller: Some(caller), ..live(call_id, 1..=40) };
    store.append(&[of(gone, "gone-call"), of(stays, "kept-call")]).unwrap();
    store.put_profile(gone, &CallerProfile { calls: 7, ..CallerProfile::default() }).unwrap();
    let revenue =
        Revenue { first_date: "2026-01-01".into(), last_date: "2026-01-31".into(), amount: 9.0 };
    let outcome =
        Outcome { call_id: "gone-call".into(), revenue: vec![revenue], ..Outcome::default() };
    assert_eq!(store.put_outcomes(&[outcome]).unwrap(), 1);
    assert!(lies_in(dir.path(), b"gone-call") && lies_in(dir.path(), gone.as_bytes()));

    let erased = store.erase_caller(gone).unwrap();
    assert_eq!(erased, Erased { calls: 1, profile: true });
    assert!(!lies_in(dir.path(), b"gone-call"), "nor its events, which carry its name");
    assert!(!lies_in(dir.path(), gone.as_bytes()));
    assert_eq!(store.profile(gone).unwrap(), None);
    assert_eq!(numbers(&store.events("kept-call", 0, 100).unwrap()).len(), 40);
    assert_eq!(store.erase_caller(gone).unwrap(), Erased::default(), "again is no error");
}

fn full(store: &SqliteStore, full: bool) {
    let pages: i64 =
        store.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let most = if full { pages } else { 1_000_000 };
    let set = format!("max_page_count = {most}");
    store.connection().query_row(&format!("PRAGMA {set}"), [], |_| Ok(())).unwrap();
}

/// Lets a test fill the disk under a running store.
struct Shared(Arc<Mutex<SqliteStore>>);

impl EventStore for Shared {
    fn append(&mut self, batch: &[Append]) -> Result<(), StoreError> {
        self.0.lock().unwrap().append(batch)
    }
    fn call(&mut self, call_id: &str) -> Result<Option<Call>, StoreError> {
        self.0.lock().unwrap().call(call_id)
    }
    fn calls(&mut self, page: CallPage) -> Result<Vec<(CallPlace, Call)>, StoreError> {
        self.0.lock().unwrap().calls(page)
    }
    fn events(
        &mut self,
        call_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<CallEvent>, StoreError> {
        self.0.lock().unwrap().events(call_id, after, limit)
    }
}

impl VersionStore for Shared {
    fn put_version(&mut self, version: &TextVersion) -> Result<(), StoreError> {
        self.0.lock().unwrap().put_version(version)
    }
    fn versions(&mut self, file: &str, limit: usize) -> Result<Vec<TextVersion>, StoreError> {
        self.0.lock().unwrap().versions(file, limit)
    }
    fn version_text(&mut self, file: &str, number: u64) -> Result<Option<String>, StoreError> {
        self.0.lock().unwrap().version_text(file, number)
    }
}

impl GoalStore for Shared {
    fn put_goal(&mut self, goal: &Goal) -> Result<(), StoreError> {
        self.0.lock().unwrap().put_goal(goal)
    }
    fn goals(&mut self) -> Result<Vec<Goal>, StoreError> {
        self.0.lock().unwrap().goals()
    }
    fn delete_goal(&mut self, goal_id: &str) -> Result<bool, StoreError> {
        self.0.lock().unwrap().delete_goal(goal_id)
    }
}

impl RecordStore for Shared {
    fn put_outcomes(&mut self, outcomes: &[Outcome]) -> Result<usize, StoreError> {
        self.0.lock().unwrap().put_outcomes(outcomes)
    }
    fn outcome(&mut self, call_id: &str) -> Result<Option<Outcome>, StoreError> {
        self.0.lock().unwrap().outcome(call_id)
    }
    fn put_traffic(&mut self, day: i64, traffic: &RecordTrafficRequest) -> Result<(), StoreError> {
        self.0.lock().unwrap().put_traffic(day, traffic)
    }
    fn settle(&mut self, facts: &[Fact]) -> Result<(), StoreError> {
        self.0.lock().unwrap().settle(facts)
    }
    fn figures(&mut self, call_id: &str) -> Result<Option<CallFigures>, StoreError> {
        self.0.lock().unwrap().figures(call_id)
    }
    fn unsettled(&mut self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.0.lock().unwrap().unsettled(limit)
    }
}

impl PeopleStore for Shared {
    fn profile(&mut self, caller: CallerHash) -> Result<Option<CallerProfile>, StoreError> {
        self.0.lock().unwrap().profile(caller)
    }
    fn put_profile(
        &mut self,
        caller: CallerHash,
        profile: &CallerProfile,
    ) -> Result<(), StoreError> {
        self.0.lock().unwrap().put_profile(caller, profile)
    }
    fn past_calls(
        &mut self,
        caller: CallerHash,
        limit: usize,
    ) -> Result<Vec<PastCall>, StoreError> {
        self.0.lock().unwrap().past_calls(caller, limit)
    }
    fn erase_caller(&mut self, caller: CallerHash) -> Result<Erased, StoreError> {
        self.0.lock().unwrap().erase_caller(caller)
    }
    fn put_agent(&mut self, agent: &AgentProfile) -> Result<(), StoreError> {
        self.0.lock().unwrap().put_agent(agent)
    }
    fn agents(&mut self) -> Result<Vec<AgentProfile>, StoreError> {
        self.0.lock().unwrap().agents()
    }
    fn delete_agent(&mut self, agent_id: &str) -> Result<(), StoreError> {
        self.0.lock().unwrap().delete_agent(agent_id)
    }
    fn note_recommendation(
        &mut self,
        at: SystemTime,
        told: &RecommendAgentsResponse,
    ) -> Result<(), StoreError> {
        self.0.lock().unwrap().note_recommendation(at, told)
    }
    fn recommendations(&mut self) -> Result<Vec<RecommendAgentsResponse>, StoreError> {
        self.0.lock().unwrap().recommendations()
    }
}

impl NoteStore for Shared {
    fn tallies(&mut self, notes: &Notes) -> Result<BTreeMap<String, Tally>, StoreError> {
        self.0.lock().unwrap().tallies(notes)
    }
    fn wishes(&mut self, agent: &str) -> Result<AgentWishes, StoreError> {
        self.0.lock().unwrap().wishes(agent)
    }
    fn put_wishes(&mut self, agent: &str, wishes: &AgentWishes) -> Result<(), StoreError> {
        self.0.lock().unwrap().put_wishes(agent, wishes)
    }
}

#[tokio::test]
async fn a_full_disk_is_reported_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let database = Arc::new(Mutex::new(open(dir.path())));
    let store = Store::start(Box::new(Shared(Arc::clone(&database)))).unwrap();
    let mut health = store.health();
    store.append(live("a", 1..=2));
    assert!(store.flush().await);

    full(&database.lock().unwrap(), true);
    let given = live("a", 3..=500);
    let mark = Arc::clone(&given.mark);
    store.append(given);
    assert!(!store.flush().await);
    assert_eq!(mark.sequence(), 0);
    let failing = health.borrow_and_update().clone();
    assert!(matches!(failing, StoreHealth::Failing { error } if error.contains("full")));
    // Watchers and readers notice nothing of it.
    let events = store.events("a", 0, 1000).await.unwrap();
    assert_eq!(numbers(&events), (1..=500).collect::<Vec<_>>());
    assert_eq!(numbers(&database.lock().unwrap().events("a", 0, 1000).unwrap()), [1, 2]);

    full(&database.lock().unwrap(), false);
    tokio::time::timeout(Duration::from_secs(30), health.wait_for(|h| *h == StoreHealth::Well))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((mark.sequence(), mark.has_lost()), (500, false));
    let events = database.lock().unwrap().events("a", 0, 1000).unwrap();
    assert_eq!(numbers(&events), (1..=500).collect::<Vec<_>>());
}

/// A disk that never takes anything.
struct Broken;

impl EventStore for Broken {
    fn append(&mut self, _: &[Append]) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn call(&mut self, _: &str) -> Result<Option<Call>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn calls(&mut self, _: CallPage) -> Result<Vec<(CallPlace, Call)>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn events(&mut self, _: &str, _: u64, _: usize) -> Result<Vec<CallEvent>, StoreError> {
        Err(StoreError::Unavailable)
    }
}

impl VersionStore for Broken {
    fn put_version(&mut self, _: &TextVersion) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn versions(&mut self, _: &str, _: usize) -> Result<Vec<TextVersion>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn version_text(&mut self, _: &str, _: u64) -> Result<Option<String>, StoreError> {
        Err(StoreError::Unavailable)
    }
}

impl GoalStore for Broken {
    fn put_goal(&mut self, _: &Goal) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn goals(&mut self) -> Result<Vec<Goal>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn delete_goal(&mut self, _: &str) -> Result<bool, StoreError> {
        Err(StoreError::Unavailable)
    }
}

impl RecordStore for Broken {
    fn put_outcomes(&mut self, _: &[Outcome]) -> Result<usize, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn outcome(&mut self, _: &str) -> Result<Option<Outcome>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn put_traffic(&mut self, _: i64, _: &RecordTrafficRequest) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn settle(&mut self, _: &[Fact]) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn figures(&mut self, _: &str) -> Result<Option<CallFigures>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn unsettled(&mut self, _: usize) -> Result<Vec<String>, StoreError> {
        Err(StoreError::Unavailable)
    }
}

impl PeopleStore for Broken {
    fn profile(&mut self, _: CallerHash) -> Result<Option<CallerProfile>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn put_profile(&mut self, _: CallerHash, _: &CallerProfile) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn past_calls(&mut self, _: CallerHash, _: usize) -> Result<Vec<PastCall>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn erase_caller(&mut self, _: CallerHash) -> Result<Erased, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn put_agent(&mut self, _: &AgentProfile) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn agents(&mut self) -> Result<Vec<AgentProfile>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn delete_agent(&mut self, _: &str) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn note_recommendation(
        &mut self,
        _: SystemTime,
        _: &RecommendAgentsResponse,
    ) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn recommendations(&mut self) -> Result<Vec<RecommendAgentsResponse>, StoreError> {
        Err(StoreError::Unavailable)
    }
}

impl NoteStore for Broken {
    fn tallies(&mut self, _: &Notes) -> Result<BTreeMap<String, Tally>, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn wishes(&mut self, _: &str) -> Result<AgentWishes, StoreError> {
        Err(StoreError::Unavailable)
    }
    fn put_wishes(&mut self, _: &str, _: &AgentWishes) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
}

#[test]
fn what_waits_in_memory_is_bounded() {
    let health = Arc::new(watch::Sender::new(StoreHealth::Well));
    let (commands, inbox) = sync_channel(10);
    let (kept, lost) = (live("a", 1..=6), live("a", 7..=11));
    let marks = [Arc::clone(&kept.mark), Arc::clone(&lost.mark)];
    commands.send(Command::Append(kept)).unwrap();
    commands.send(Command::Append(lost)).unwrap();
    drop(commands);
    writer::Writer::new(Box::new(Broken), Arc::clone(&health), 10).run(&inbox);
    assert_eq!(marks.map(|mark| mark.has_lost()), [false, true]);
    assert!(matches!(*health.borrow(), StoreHealth::Failing { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_without_the_store_and_says_so_at_the_end() {
    use crate::testing::{Phone, Setup, config};
    let store = Store::start(Box::new(Broken)).unwrap();
    let bench = Setup { store, ..Setup::default() }.start().await;
    let mut phone = Phone::call(&bench, config("alarm")).await;
    phone.say(1, 800).await;
    phone.quiet(700).await;
    let call = bench.until("alarm", |call| call.snapshot.is_some()).await;
    assert_eq!(call.state(), CallState::Live);
    assert!(matches!(*bench.app.store_health().borrow(), StoreHealth::Failing { .. }));
    phone.hang_up().await;
    assert_eq!(phone.refusal().await, (tonic::Code::DataLoss, "NOT_STORED".into()));
}

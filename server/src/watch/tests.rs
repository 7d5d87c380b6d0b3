#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::watch_call_response::Payload;
use attune_proto::v1::{
    CallState, CallStatus, WatchCallRequest, WatchCallResponse, WatchCallsRequest,
    watch_calls_response,
};
use tonic::{Code, Status, Streaming};

use crate::app::Limits;
use crate::testing::{Bench, Phone, Setup, config, refusal, within};

async fn watch(bench: &Bench, request: WatchCallRequest) -> Streaming<WatchCallResponse> {
    within(bench.watch().watch_call(request)).await.unwrap().into_inner()
}

fn call(call_id: &str) -> WatchCallRequest {
    WatchCallRequest { call_id: call_id.to_owned(), ..WatchCallRequest::default() }
}

async fn next(stream: &mut Streaming<WatchCallResponse>) -> Option<Payload> {
    within(stream.message()).await.unwrap().map(|response| response.payload.unwrap())
}

async fn state(stream: &mut Streaming<WatchCallResponse>) -> CallStatus {
    match next(stream).await {
        Some(Payload::State(state)) => state,
        other => panic!("not the state but {other:?}"),
    }
}

/// The numbers of the events up to the end of the call.
async fn numbers(stream: &mut Streaming<WatchCallResponse>) -> Vec<u64> {
    let mut numbers = Vec::new();
    while let Some(payload) = next(stream).await {
        match payload {
            Payload::Event(event) => numbers.push(event.sequence),
            other => panic!("not an event but {other:?}"),
        }
    }
    numbers
}

async fn speak(phone: &mut Phone, utterances: usize) {
    for _ in 0..utterances {
        phone.say(1, 1000).await;
        phone.quiet(700).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_joiner_gets_the_state_and_then_every_event_once() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("late")).await;
    speak(&mut phone, 3).await;
    bench.until("late", |call| call.snapshot.as_ref().is_some_and(|s| s.caller_turns == 3)).await;
    // Some join while events are being made.
    let mut watchers = Vec::new();
    for _ in 0..8 {
        watchers.push(watch(&bench, call("late")).await);
        speak(&mut phone, 1).await;
    }
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let last = bench.events("late").await.len() as u64;
    for mut watcher in watchers {
        let state = state(&mut watcher).await;
        let now = state.call.unwrap();
        assert_eq!(now.state(), CallState::Live);
        assert!(state.transcripts.len() >= 3);
        assert_eq!(numbers(&mut watcher).await, (now.last_sequence + 1..=last).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_resumes_after_the_last_event_it_saw() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("again")).await;
    speak(&mut phone, 4).await;
    let call_now =
        bench.until("again", |call| call.snapshot.as_ref().is_some_and(|s| s.caller_turns >= 2));
    assert!(call_now.await.last_sequence > 3);
    let mut live = watch(&bench, WatchCallRequest { after_sequence: 2, ..call("again") }).await;
    speak(&mut phone, 2).await;
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let last = bench.events("again").await.len() as u64;
    assert_eq!(numbers(&mut live).await, (3..=last).collect::<Vec<_>>());

    // And the same of a call that has ended.
    let mut ended = watch(&bench, WatchCallRequest { after_sequence: 5, ..call("again") }).await;
    assert_eq!(numbers(&mut ended).await, (6..=last).collect::<Vec<_>>());
    let ahead = WatchCallRequest { after_sequence: last + 1, ..call("again") };
    let status = bench.watch().watch_call(ahead).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::OutOfRange, "SEQUENCE_AHEAD".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_on_record_shows_its_state_and_ends() {
    let bench = Setup::default().start().await;
    bench.talk("over", 2).await;
    let mut stream = watch(&bench, call("over")).await;
    let state = state(&mut stream).await;
    assert_eq!(state.call.unwrap().state(), CallState::Ended);
    assert_eq!((state.transcripts.len(), state.suggestions.len()), (2, 0));
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_call_that_has_not_begun() {
    let bench = Setup::default().start().await;
    let status = bench.watch().watch_call(call("later")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));

    // The stream is open at once, and silent until the call begins.
    let mut stream = watch(&bench, WatchCallRequest { wait: true, ..call("later") }).await;
    bench.talk("other", 1).await;
    let silent = tokio::time::timeout(Duration::from_millis(50), stream.message()).await;
    assert!(silent.is_err(), "{silent:?}");
    bench.talk("later", 1).await;
    let state = state(&mut stream).await;
    assert_eq!(state.call.unwrap().call_id, "later");
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_come_to_those_who_ask() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("hints")).await;
    phone.until(|_| true).await;
    let mut with = watch(&bench, WatchCallRequest { hints: true, ..call("hints") }).await;
    let mut without = watch(&bench, call("hints")).await;
    state(&mut with).await;
    state(&mut without).await;
    speak(&mut phone, 2).await;
    phone.hang_up().await;
    let with = numbers(&mut with).await;
    assert!(with.contains(&0), "{with:?}");
    let numbered: Vec<u64> = with.into_iter().filter(|number| *number > 0).collect();
    assert_eq!(numbered, numbers(&mut without).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_watcher_too_many_is_told_to_come_back() {
    let limits = Limits { max_watchers: 1, ..Limits::default() };
    let bench = Setup { limits, ..Setup::default() }.start().await;
    let first = bench.watch().watch_calls(WatchCallsRequest::default()).await.unwrap();
    let status = bench.watch().watch_calls(WatchCallsRequest::default()).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::ResourceExhausted, "TOO_MANY_WATCHERS".into()));
    drop(first);
    within(async {
        while bench.app.stats().watchers > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert!(bench.watch().watch_calls(WatchCallsRequest::default()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_all_shows_calls_come_change_and_go() {
    let bench = Setup::default().start().await;
    let mut early = Phone::call(&bench, config("early")).await;
    early.until(|_| true).await;
    let request = WatchCallsRequest::default();
    let mut all = bench.watch().watch_calls(request).await.unwrap().into_inner();
    let only = WatchCallsRequest { project: "sales".into() };
    let mut sales = bench.watch().watch_calls(only).await.unwrap().into_inner();
    let mut config = config("sale");
    config.project = "sales".into();
    let mut phone = Phone::call(&bench, config).await;
    speak(&mut phone, 1).await;
    bench.until("sale", |call| call.snapshot.is_some()).await;
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    early.hang_up().await;
    assert!(early.rest().await.unwrap());

    let mut seen = Vec::new();
    while seen.iter().filter(|(_, state, _)| *state == CallState::Ended).count() < 2 {
        match within(all.message()).await.unwrap().unwrap().payload.unwrap() {
            watch_calls_response::Payload::Call(call) => {
                seen.push((call.call_id.clone(), call.state(), call.snapshot.is_some()));
            }
            watch_calls_response::Payload::Lagged(lagged) => panic!("{lagged:?}"),
        }
    }
    assert_eq!(seen[0], ("early".into(), CallState::Live, false));
    assert!(seen.contains(&("sale".into(), CallState::Live, false)));
    assert!(seen.contains(&("sale".into(), CallState::Live, true)));
    assert!(seen.contains(&("sale".into(), CallState::Ended, true)));
    let first = within(sales.message()).await.unwrap().unwrap().payload.unwrap();
    assert!(matches!(first, watch_calls_response::Payload::Call(call) if call.call_id == "sale"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_server_sends_its_watchers_away() {
    let bench = Setup::default().start().await;
    let mut all =
        bench.watch().watch_calls(WatchCallsRequest::default()).await.unwrap().into_inner();
    within(bench.app.drain(Duration::ZERO)).await;
    let status: Status = within(all.message()).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::Unavailable, "NODE_DRAINING".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_of_its_call() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("own")).await;
    phone.until(|_| true).await;
    let mut stream = watch(&bench, call("own")).await;
    state(&mut stream).await;
    bench.talk("foreign", 2).await;
    speak(&mut phone, 1).await;
    phone.hang_up().await;
    while let Some(payload) = next(&mut stream).await {
        match payload {
            Payload::Event(event) => {
                assert_eq!(event.call_id, "own");
                if let Some(Body::Ended(ended)) = event.body {
                    assert_eq!(ended.summary.unwrap().caller_utterances, 1);
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_slow_watcher_is_told_what_it_missed_and_starts_afresh() {
    use std::sync::Arc;

    use attune_proto::v1::{Call, CallEnded, CallEvent, Transcript};

    use super::one::CallWatcher;

    let bench = Setup::default().start().await;
    let new = Call { call_id: "slow".into(), ..Call::default() };
    let feed = bench.app.hub.open(new, None, bench.app.store.clone());
    let permit = Arc::clone(&bench.app.watchers).try_acquire_owned().unwrap();
    let mut watcher =
        CallWatcher::join(Arc::clone(&bench.app), permit, call("slow")).await.unwrap();
    let event = |sequence, body| CallEvent {
        call_id: "slow".into(),
        sequence,
        body: Some(body),
        ..CallEvent::default()
    };
    let transcript = |sequence| event(sequence, Body::Transcript(Transcript::default()));
    feed.publish((1..=10).map(transcript).collect());
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(watcher.next().await.unwrap().unwrap().payload.unwrap());
    }
    assert!(matches!(&seen[0], Payload::State(_)));
    assert!(matches!(&seen[5], Payload::Event(event) if event.sequence == 5));

    feed.publish((11..=1000).map(transcript).collect());
    let told = watcher.next().await.unwrap().unwrap().payload.unwrap();
    assert!(matches!(&told, Payload::Lagged(lagged) if lagged.missed == 995), "{told:?}");
    let told = watcher.next().await.unwrap().unwrap().payload.unwrap();
    let Payload::State(state) = told else { panic!("{told:?}") };
    assert_eq!((state.call.unwrap().last_sequence, state.transcripts.len()), (1000, 50));

    // Then every event again, to the end.
    feed.publish(vec![transcript(1001), event(1002, Body::Ended(CallEnded::default()))]);
    for sequence in [1001, 1002] {
        let told = watcher.next().await.unwrap().unwrap().payload.unwrap();
        assert!(matches!(&told, Payload::Event(event) if event.sequence == sequence), "{told:?}");
    }
    assert!(watcher.next().await.is_none());
}

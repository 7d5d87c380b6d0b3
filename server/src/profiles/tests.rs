#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::v1::call_event::Body;
use attune_proto::v1::{
    CallEvent, Colour, CorrectProfileRequest, EraseCallerRequest, ExportCallerRequest,
    GetProfileRequest, StreamConfig, export_caller_response::Item,
};
use tonic::Code;

use crate::testing::{Bench, Phone, Setup, config, refusal};

const KEY: &str = "+49 170 5550123";

fn from_caller(call_id: &str, remember: bool) -> StreamConfig {
    StreamConfig { caller_key: KEY.into(), remember, ..config(call_id) }
}

async fn talk(bench: &Bench, config: StreamConfig) {
    let mut phone = Phone::call(bench, config).await;
    for _ in 0..2 {
        phone.say(1, 1000).await;
        phone.quiet(700).await;
    }
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
}

fn get() -> GetProfileRequest {
    GetProfileRequest { caller_key: KEY.into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_caller_who_agreed_is_remembered() {
    let bench = Setup::default().start().await;
    let status = bench.profiles().get_profile(get()).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALLER_UNKNOWN".into()));
    talk(&bench, from_caller("silent", false)).await;
    let known = bench.profiles().get_profile(get()).await.unwrap().into_inner();
    assert_eq!((known.calls, known.past_calls.len()), (0, 1));
    talk(&bench, from_caller("agreed", true)).await;
    let known = bench.profiles().get_profile(get()).await.unwrap().into_inner();
    assert_eq!((known.calls, known.past_calls[0].call_id.as_str()), (1, "agreed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returning_caller_starts_from_what_is_remembered() {
    let bench = Setup::default().start().await;
    talk(&bench, from_caller("first", true)).await;
    let correct = CorrectProfileRequest {
        caller_key: KEY.into(),
        colour: Colour::Blue.into(),
        ..CorrectProfileRequest::default()
    };
    let told = bench.profiles().correct_profile(correct).await.unwrap().into_inner();
    assert!(told.colour.is_some_and(|colour| colour.corrected));
    talk(&bench, from_caller("second", true)).await;
    let events = bench.events("second").await;
    let Some(Body::Started(started)) = &events[0].body else { panic!("{:?}", events[0]) };
    let facts = started.facts.clone().unwrap();
    assert_eq!(facts.calls_before, Some(1));
    assert!(facts.colour_log_odds[3] > 1.0, "{facts:?}");
    // The same words say the same, and the past speaks beside them.
    let (before, after) = (blue(&bench, "first").await, blue(&bench, "second").await);
    assert!(after > before + 0.1, "{before} then {after}");
}

/// How likely blue was after the caller's first turn.
async fn blue(bench: &Bench, call_id: &str) -> f32 {
    let snapshot = |event: CallEvent| match event.body {
        Some(Body::Snapshot(snapshot)) => Some(snapshot),
        _ => None,
    };
    let first = bench.events(call_id).await.into_iter().find_map(snapshot).unwrap();
    first.colour.unwrap().posterior[3]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_given_out_and_then_erased() {
    let bench = Setup::default().start().await;
    talk(&bench, from_caller("kept", true)).await;
    talk(&bench, config("somebody-else")).await;
    let export = ExportCallerRequest { caller_key: KEY.into() };
    let mut items = bench.profiles().export_caller(export).await.unwrap().into_inner();
    let (mut calls, mut events) = (0, 0);
    while let Some(item) = items.message().await.unwrap() {
        match item.item.unwrap() {
            Item::Call(call) => calls += usize::from(call.call_id == "kept"),
            Item::Event(event) => events += usize::from(event.call_id == "kept"),
            Item::Profile(profile) => assert_eq!(profile.calls, 1),
            Item::Outcome(_) => {}
        }
    }
    assert_eq!((calls, events), (1, bench.events("kept").await.len()));

    let erase = || EraseCallerRequest { caller_key: KEY.into() };
    let mut live = Phone::call(&bench, from_caller("live", true)).await;
    live.until(|_| true).await;
    let status = bench.profiles().erase_caller(erase()).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::FailedPrecondition, "CALLER_ON_CALL".into()));
    live.hang_up().await;
    assert!(live.rest().await.unwrap());
    let erased = bench.profiles().erase_caller(erase()).await.unwrap().into_inner();
    assert_eq!((erased.calls, erased.profile), (2, true));
    let status = bench.profiles().get_profile(get()).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALLER_UNKNOWN".into()));
    let left = bench.app.store.call("somebody-else").await.unwrap();
    assert!(left.is_some());
}

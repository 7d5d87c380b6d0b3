#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::replay_call_request::Payload;
use attune_proto::v1::replay_call_response::Payload as Answer;
use attune_proto::v1::{self, CallEvent, ReplayCallRequest};
use tonic::{Code, Status};

use crate::app::Limits;
use crate::guidance::GuidanceRules;
use crate::store::Append;
use crate::testing::{Bench, Phone, Setup, assert_whole, audio, config, millis, refusal};

/// Two utterances of the caller and one of the agent, in chunks of so many milliseconds.
fn recording(chunk: u64) -> Vec<v1::AudioChunk> {
    let loud = |channel: i32, at: u64| match channel {
        1 => (500..1800).contains(&at) || (4600..5600).contains(&at),
        _ => (2600..3900).contains(&at),
    };
    let starts = (0..6400).step_by(usize::try_from(chunk).unwrap());
    starts
        .flat_map(|at| [1, 2].map(|channel| audio(channel, at, chunk, loud(channel, at))))
        .collect()
}

async fn replay(
    bench: &Bench,
    requests: Vec<Payload>,
) -> Result<(Vec<CallEvent>, Vec<prost_types::Duration>), Status> {
    let requests = requests.into_iter().map(|payload| ReplayCallRequest { payload: Some(payload) });
    let stream = futures_util::stream::iter(requests.collect::<Vec<_>>());
    let mut responses = bench.replay().replay_call(stream).await?.into_inner();
    let (mut events, mut progress) = (Vec::new(), Vec::new());
    while let Some(response) = crate::testing::within(responses.message()).await? {
        match response.payload.unwrap() {
            Answer::Event(event) => events.push(event),
            Answer::Progress(done) => progress.push(done.processed.unwrap()),
        }
    }
    Ok((events, progress))
}

fn requests(chunk: u64) -> Vec<Payload> {
    let config = Payload::Config(config("same"));
    std::iter::once(config).chain(recording(chunk).into_iter().map(Payload::Audio)).collect()
}

fn without_wall_clock(mut events: Vec<CallEvent>) -> Vec<CallEvent> {
    events.iter_mut().for_each(|event| event.create_time = None);
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_gives_the_events_of_the_live_call() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("same")).await;
    for chunk in recording(100) {
        phone.send(v1::stream_call_request::Payload::Audio(chunk)).await;
    }
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let live = without_wall_clock(bench.events("same").await);
    assert_whole(&live);

    let (replayed, progress) = replay(&bench, requests(100)).await.unwrap();
    assert_eq!(without_wall_clock(replayed), live);
    assert!(progress.len() >= 2, "{progress:?}");
    assert!(progress.is_sorted_by_key(|done| (done.seconds, done.nanos)), "{progress:?}");
    assert_eq!(progress.last(), Some(&millis(6400)));
    let (replayed, _) = replay(&bench, requests(20)).await.unwrap();
    assert_eq!(without_wall_clock(replayed), live);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_replay_is_stored() {
    let bench = Setup::default().start().await;
    let (events, _) = replay(&bench, requests(200)).await.unwrap();
    assert_whole(&events);
    let listed = bench.calls().list_calls(v1::ListCallsRequest::default()).await.unwrap();
    assert!(listed.into_inner().calls.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_replays_are_refused() {
    let bench = Setup::default().start().await;
    let no_config = vec![Payload::Audio(audio(1, 0, 20, false))];
    let status = replay(&bench, no_config).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "CONFIG_MISSING".into()));
    let mut odd = requests(100);
    odd.push(Payload::Audio(v1::AudioChunk { content: vec![0; 3], ..audio(1, 6400, 20, false) }));
    let status = replay(&bench, odd).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_AUDIO".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_replay_too_many_is_told_to_come_back() {
    let limits = Limits { max_replays: 0, ..Limits::default() };
    let bench = Setup { limits, ..Setup::default() }.start().await;
    let status = replay(&bench, requests(100)).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::ResourceExhausted, "TOO_MANY_REPLAYS".into()));
}

/// A call on record in which a note's card was shown so often that something was learnt.
fn history() -> Append {
    let suggestion = |n: u64| {
        Body::Suggestion(v1::Suggestion {
            suggestion_id: format!("s-{n}"),
            note_id: "thanks".into(),
            ..v1::Suggestion::default()
        })
    };
    let gone = |n: u64| {
        Body::SuggestionWithdrawn(v1::SuggestionWithdrawn {
            suggestion_id: format!("s-{n}"),
            reason: v1::WithdrawReason::Expired.into(),
            ..v1::SuggestionWithdrawn::default()
        })
    };
    let started = v1::CallStarted { language_code: "en".into(), ..v1::CallStarted::default() };
    let mut bodies = vec![Body::Started(started)];
    bodies.extend((0..60).flat_map(|n| [suggestion(n), gone(n)]));
    let event = |(sequence, body)| {
        Arc::new(CallEvent { sequence, body: Some(body), ..CallEvent::default() })
    };
    Append {
        call: Arc::new(v1::Call { call_id: "earlier".into(), ..v1::Call::default() }),
        caller: None,
        events: (1..).zip(bodies).map(event).collect(),
        mark: Arc::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_given_what_the_live_call_began_with() {
    let guidance = GuidanceRules { learning: true, hold_out: 1.0 };
    let bench = Setup { guidance, ..Setup::default() }.start().await;
    bench.app.store.append(history());
    let facts = v1::CallFacts { customer_tier: v1::CustomerTier::A.into(), ..Default::default() };
    let known = v1::StreamConfig { facts: Some(facts.clone()), ..config("same") };

    let own = v1::StreamConfig { guidance: Some(v1::Guidance::default()), ..known.clone() };
    let refused = Phone::call(&bench, own).await.refusal().await;
    assert_eq!(refused, (Code::InvalidArgument, "INVALID_GUIDANCE".into()));

    let mut phone = Phone::call(&bench, known.clone()).await;
    for chunk in recording(100) {
        phone.send(v1::stream_call_request::Payload::Audio(chunk)).await;
    }
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let live = without_wall_clock(bench.events("same").await);
    let Some(Body::Started(started)) = &live[0].body else { panic!("no start") };
    let drawn = started.guidance.clone().unwrap();
    assert!(drawn.held_out && drawn.ranks.as_ref().unwrap().ranks[0].note_id == "thanks");
    assert_eq!(started.facts, Some(facts));
    let call = bench.calls().get_call(v1::GetCallRequest { call_id: "same".into() }).await;
    assert!(call.unwrap().into_inner().held_out);

    let given = v1::StreamConfig { guidance: Some(drawn), ..known };
    let audio = recording(100).into_iter().map(Payload::Audio);
    let requests = std::iter::once(Payload::Config(given)).chain(audio).collect();
    let (replayed, _) = replay(&bench, requests).await.unwrap();
    assert_eq!(without_wall_clock(replayed), live);
}

#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::v1::replay_call_request::Payload;
use attune_proto::v1::replay_call_response::Payload as Answer;
use attune_proto::v1::{self, CallEvent, ReplayCallRequest};
use tonic::{Code, Status};

use crate::app::Limits;
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

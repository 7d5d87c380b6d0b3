//! What a telephone line does to chunks, and what it must not do to a call.

use std::time::Duration;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{AudioChunk, CallEvent, Silence};
use harness::feed::{self, Stream};
use harness::server::TestServer;
use harness::{Recording, watch};

const CHUNK: Duration = Duration::from_millis(40);

/// What a watcher sees of a call that consists of these chunks.
async fn heard(chunks: &[AudioChunk]) -> Vec<CallEvent> {
    let server = TestServer::scripted().await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(chunks, Some(40)).await;
    assert!(stream.hang_up().await.expect("a good end"));
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    watch::assert_complete(&events);
    events
}

fn demo() -> Vec<AudioChunk> {
    feed::chunks(&Recording::demo().between(0, 30), CHUNK)
}

fn gaps(events: &[CallEvent]) -> usize {
    events.iter().filter(|event| matches!(event.body, Some(Body::Gap(_)))).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn disorder_and_duplicates_change_nothing() {
    let clean = demo();
    let mut disturbed = clean.clone();
    // Within every run of eight (four a side, 160 ms) backwards, and every fifth chunk twice.
    for run in disturbed.chunks_mut(8) {
        run.reverse();
    }
    let disturbed: Vec<AudioChunk> = disturbed
        .into_iter()
        .enumerate()
        .flat_map(|(index, chunk)| vec![chunk; 1 + usize::from(index % 5 == 0)])
        .collect();
    let (clean, disturbed) = (heard(&clean).await, heard(&disturbed).await);
    assert_eq!(gaps(&clean), 0);
    assert_eq!(watch::comparable(&clean), watch::comparable(&disturbed));
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_chunks_are_gaps_in_their_place() {
    let clean = demo();
    let start = |chunk: &AudioChunk| chunk.start_offset.expect("an offset");
    // A second of the caller's, from 12 s on, never arrives.
    let lost: Vec<AudioChunk> = clean
        .iter()
        .filter(|chunk| chunk.channel_tag != 1 || start(chunk).seconds != 12)
        .cloned()
        .collect();
    assert!(lost.len() < clean.len());
    let events = heard(&lost).await;
    let gap = events.iter().find_map(|event| match &event.body {
        Some(Body::Gap(gap)) => Some(gap),
        _ => None,
    });
    let gap = gap.expect("a gap");
    assert_eq!(gap.start_offset.expect("a start").seconds, 12);
    assert_eq!(gap.end_offset.expect("an end").seconds, 13);
    assert_eq!(gaps(&events), 1);
    // What was said before and, some time, after the gap is where it was.
    let ends = |events: &[CallEvent]| -> Vec<_> {
        events
            .iter()
            .filter_map(|event| match &event.body {
                Some(Body::Transcript(said)) => Some((said.side, said.end_offset?.seconds)),
                _ => None,
            })
            .filter(|(side, end)| *side == 2 || !(9..=22).contains(end))
            .collect()
    };
    assert_eq!(ends(&events), ends(&heard(&clean).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn suppressed_silence_is_no_gap() {
    let server = TestServer::scripted().await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let at = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
    for channel_tag in [1, 2] {
        let silence = Silence { start_offset: at(0), end_offset: at(3), channel_tag };
        assert!(stream.send(Payload::Silence(silence)).await);
    }
    let later = |mut chunk: AudioChunk| {
        if let Some(start) = chunk.start_offset.as_mut() {
            start.seconds += 3;
        }
        chunk
    };
    let chunks: Vec<AudioChunk> = demo().into_iter().map(later).collect();
    stream.play(&chunks, Some(40)).await;
    stream.hang_up().await.expect("a good end");
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    assert_eq!(gaps(&events), 0);
    assert!(events.iter().any(|event| matches!(event.body, Some(Body::Transcript(_)))));
}

/// One leg that sends nothing at all must not hold up the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_leg_does_not_hold_up_the_call() {
    let server = TestServer::scripted().await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let caller: Vec<AudioChunk> =
        demo().into_iter().filter(|chunk| chunk.channel_tag == 1).collect();
    stream.play(&caller, Some(40)).await;
    // The call is still open: what the caller said must be out by now all the same.
    let mut heard = 0;
    let waiting = async {
        while heard < 3 {
            let message = watching.message().await.expect("a watch").expect("a live call");
            let payload = message.payload;
            let Some(attune_proto::v1::watch_call_response::Payload::Event(event)) = payload else {
                continue;
            };
            heard += u32::from(matches!(event.body, Some(Body::Transcript(_))));
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("words of the living leg");
    stream.hang_up().await.expect("a good end");
}

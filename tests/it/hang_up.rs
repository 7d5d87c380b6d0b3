//! Calls that end in the middle of a word.

use std::time::Duration;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::watch_call_response::Payload;
use attune_proto::v1::{CallEvent, EndReason};
use harness::feed::{self, Stream};
use harness::proxy::Proxy;
use harness::server::TestServer;
use harness::{Recording, watch};

/// The bundled call up to the middle of the caller's first sentence.
fn cut_in_mid_word() -> Vec<attune_proto::v1::AudioChunk> {
    let chunks = feed::chunks(&Recording::demo().between(0, 9), Duration::from_millis(20));
    let until = chunks.len() * 94 / 100;
    chunks[..until].to_vec()
}

fn end(events: &[CallEvent]) -> EndReason {
    match events.last().and_then(|event| event.body.as_ref()) {
        Some(Body::Ended(ended)) => ended.reason(),
        other => panic!("{other:?}"),
    }
}

fn caller_utterances(events: &[CallEvent]) -> usize {
    let caller =
        |event: &&CallEvent| matches!(&event.body, Some(Body::Transcript(said)) if said.side == 1);
    events.iter().filter(caller).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_transcribed() {
    let server = TestServer::scripted().await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(&cut_in_mid_word(), Some(20)).await;
    assert!(stream.hang_up().await.expect("a good end"));
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    watch::assert_complete(&events);
    assert_eq!(end(&events), EndReason::HangUp);
    assert_eq!(caller_utterances(&events), 1, "the open utterance is not lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_word_ends_too() {
    let server = TestServer::scripted().await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    assert!(stream.hang_up().await.expect("a good end"));
    let logged = watch::logged(&mut server.calls().await, "c1").await;
    watch::assert_complete(&logged);
    assert_eq!(logged.len(), 3, "it started, there were steps to take, it ended");
    // Who comes when it has just ended is shown so, and does not wait for more.
    let mut late = watch::follow(&mut server.watch().await, "c1").await;
    let mut messages = 0;
    while let Some(message) = late.message().await.expect("a watch") {
        assert!(matches!(message.payload, Some(Payload::State(_))));
        messages += 1;
    }
    assert_eq!(messages, 1);
}

/// The client dies: nothing comes any more, nobody hangs up.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_client_ends_its_call_after_the_window() {
    let window = Duration::from_millis(300);
    let model = attune_models::recogniser::scripted::ScriptedModel::of_length();
    let server = TestServer::with(|config| config.resume_window = window, model).await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let line = Proxy::to(server.running.address()).await;
    let mut ingestion = IngestionClient::connect(line.url()).await.expect("a line");
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(&cut_in_mid_word(), Some(20)).await;
    // What was sent is on its way for a moment.
    tokio::time::sleep(Duration::from_millis(200)).await;
    line.cut();
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    watch::assert_complete(&events);
    assert_eq!(end(&events), EndReason::StreamLost);
    assert_eq!(caller_utterances(&events), 1, "the open utterance is not lost");
}

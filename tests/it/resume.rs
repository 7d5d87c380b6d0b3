//! Streams that break and come back.

use std::time::Duration;

use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::{AudioChunk, StreamConfig};
use harness::feed::{self, Stream};
use harness::proxy::Proxy;
use harness::server::TestServer;
use harness::{Recording, watch};
use tonic::Code;
use tonic_types::StatusExt;

const CHUNK: Duration = Duration::from_millis(100);

fn offset(chunk: &AudioChunk) -> Duration {
    let offset = chunk.start_offset.expect("an offset");
    Duration::try_from(offset).expect("not negative")
}

fn reason(status: &tonic::Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

/// The whole call in one piece: what a broken one must equal.
async fn unbroken(chunks: &[AudioChunk]) -> Vec<String> {
    let server = TestServer::scripted().await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(chunks, Some(40)).await;
    stream.hang_up().await.expect("a good end");
    watch::comparable(&watch::to_the_end(&mut watching).await.expect("the whole call"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_goes_on_where_the_server_got_to() {
    let server = TestServer::scripted().await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let chunks = feed::chunks(&Recording::demo().between(0, 40), CHUNK);
    let line = Proxy::to(server.running.address()).await;
    let mut ingestion = IngestionClient::connect(line.url()).await.expect("a line");
    let mut stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(&chunks[..chunks.len() / 2], Some(40)).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let token = stream.replies.message().await.expect("a reply").expect("a reply").resume_token;
    assert!(!token.is_empty());
    line.cut();

    let mut ingestion = server.ingestion().await;
    let config = StreamConfig { resume_token: token, ..feed::config("c1") };
    let mut stream = Stream::open(&mut ingestion, config).await.expect("it resumes");
    let reply = stream.replies.message().await.expect("a reply").expect("a reply");
    let received: Vec<Duration> = reply
        .cursors
        .iter()
        .map(|cursor| Duration::try_from(cursor.received.unwrap_or_default()).expect("a time"))
        .collect();
    assert_eq!(received.len(), 2);
    let from = received.into_iter().min().expect("two cursors");
    assert!(from > Duration::from_secs(5), "the server had got to {from:?}");
    let rest: Vec<AudioChunk> =
        chunks.iter().filter(|chunk| offset(chunk) + CHUNK > from).cloned().collect();
    stream.play(&rest, Some(40)).await;
    assert!(stream.hang_up().await.expect("a good end"));
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    watch::assert_complete(&events);
    assert_eq!(watch::comparable(&events), unbroken(&chunks).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newer_stream_of_a_call_supersedes_the_older() {
    let server = TestServer::scripted().await;
    let mut ingestion = server.ingestion().await;
    let mut first = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let token = first.replies.message().await.expect("a reply").expect("a reply").resume_token;
    let config = StreamConfig { resume_token: token, ..feed::config("c1") };
    let second = Stream::open(&mut server.ingestion().await, config).await.expect("it resumes");
    let refusal = first.refusal().await;
    assert_eq!(refusal.code(), Code::Aborted);
    assert_eq!(reason(&refusal), "SESSION_SUPERSEDED");
    assert!(second.hang_up().await.expect("a good end"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_call_is_not_taken_over_without_its_token() {
    let server = TestServer::scripted().await;
    let mut ingestion = server.ingestion().await;
    let first = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    for token in ["", "guessed"] {
        let config = StreamConfig { resume_token: token.into(), ..feed::config("c1") };
        let refusal = match Stream::open(&mut server.ingestion().await, config).await {
            Ok(stream) => stream.refusal().await,
            Err(status) => status,
        };
        assert!(
            matches!(refusal.code(), Code::AlreadyExists | Code::OutOfRange),
            "{token:?}: {refusal:?}"
        );
    }
    assert!(first.hang_up().await.expect("the first is not disturbed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_closes() {
    let model = ScriptedModel::of_length();
    let window = Duration::from_millis(200);
    let server = TestServer::with(|config| config.resume_window = window, model).await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let line = Proxy::to(server.running.address()).await;
    let mut ingestion = IngestionClient::connect(line.url()).await.expect("a line");
    let mut stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let token = stream.replies.message().await.expect("a reply").expect("a reply").resume_token;
    line.cut();
    watch::to_the_end(&mut watching).await.expect("the call ends by itself");
    let config = StreamConfig { resume_token: token, ..feed::config("c1") };
    let refusal = match Stream::open(&mut server.ingestion().await, config).await {
        Ok(stream) => stream.refusal().await,
        Err(status) => status,
    };
    assert_eq!(refusal.code(), Code::OutOfRange);
    assert_eq!(reason(&refusal), "RESUME_WINDOW_EXPIRED");
}

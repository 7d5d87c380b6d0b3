//! A server that is told to stop, and one that is killed.

use std::time::Duration;

use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{CallState, EndReason, GetCallRequest, call_event::Body};
use harness::feed::{self, Stream};
use harness::process::ServerProcess;
use harness::{Recording, watch};
use tonic::Code;
use tonic_types::StatusExt;

const CHUNK: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread")]
async fn live_calls_end_with_everything_transcribed() {
    let server = ServerProcess::start(&["--drain-grace", "1s"]).await;
    let url = server.url();
    let mut watcher = WatchClient::connect(url.clone()).await.expect("a watcher");
    let mut watching = watch::follow(&mut watcher, "c1").await;
    let mut ingestion = IngestionClient::connect(url.clone()).await.expect("a platform");
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(&feed::chunks(&Recording::demo().between(0, 16), CHUNK), Some(20)).await;

    server.signal("TERM");
    tokio::time::sleep(Duration::from_millis(200)).await;
    // New calls are refused while the old one may go on.
    let mut other = IngestionClient::connect(url).await.expect("it still listens");
    let refusal = match Stream::open(&mut other, feed::config("c2")).await {
        Ok(stream) => stream.refusal().await,
        Err(status) => status,
    };
    assert_eq!(refusal.code(), Code::Unavailable);
    let reason = refusal.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    assert_eq!(reason, "NODE_DRAINING");

    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    watch::assert_complete(&events);
    let Some(Body::Ended(ended)) = events.last().and_then(|event| event.body.clone()) else {
        panic!("{events:?}");
    };
    assert_eq!(ended.reason(), EndReason::Drained);
    let said = events.iter().filter(|event| matches!(event.body, Some(Body::Transcript(_))));
    assert!(said.count() >= 3, "what was said before is transcribed: {events:?}");
    let (code, log) = server.wait().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
}

/// What was in the log before a kill -9 is there after it, and the call is closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_its_log() {
    let mut server = ServerProcess::start(&[]).await;
    let mut watcher = WatchClient::connect(server.url()).await.expect("a watcher");
    let mut watching = watch::follow(&mut watcher, "c1").await;
    let mut ingestion = IngestionClient::connect(server.url()).await.expect("a platform");
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let streaming = tokio::spawn(async move {
        stream.play(&feed::chunks(&Recording::demo().between(0, 30), CHUNK), Some(20)).await;
        std::future::pending::<()>().await;
    });
    let mut transcripts = 0;
    while transcripts < 3 {
        let message = watching.message().await.expect("a watch").expect("a live call");
        if let Some(attune_proto::v1::watch_call_response::Payload::Event(event)) = message.payload
        {
            transcripts += usize::from(matches!(event.body, Some(Body::Transcript(_))));
        }
    }
    // The log is written in batches of a fraction of a second.
    tokio::time::sleep(Duration::from_millis(700)).await;
    server.child.kill().await.expect("it runs");
    streaming.abort();

    let server = ServerProcess::start_on(server.data, &[]).await;
    let mut calls = CallsClient::connect(server.url()).await.expect("a client");
    let call = calls.get_call(GetCallRequest { call_id: "c1".into() }).await;
    assert_eq!(call.expect("the call is on record").into_inner().state(), CallState::Ended);
    let events = watch::logged(&mut calls, "c1").await;
    watch::assert_complete(&events);
    let said = events.iter().filter(|event| matches!(event.body, Some(Body::Transcript(_))));
    assert!(said.count() >= transcripts, "nothing that a watcher saw is lost");
}

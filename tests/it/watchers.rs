//! Late, slow and returning watchers.

use std::time::Duration;

use attune_proto::v1::watch_call_response::Payload;
use attune_proto::v1::watch_calls_response::Payload as Change;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{CallState, WatchCallRequest, WatchCallsRequest};
use harness::feed::{self, Stream};
use harness::server::TestServer;
use harness::{Recording, watch};
use tonic::Code;
use tonic::transport::Channel;

const CHUNK: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread")]
async fn a_late_one_gets_the_state_and_then_no_hole() {
    let server = TestServer::scripted().await;
    let mut early = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let chunks = feed::chunks(&Recording::demo(), CHUNK);
    let (first, second) = chunks.split_at(chunks.len() / 2);
    stream.play(first, Some(40)).await;

    let mut late = watch::follow(&mut server.watch().await, "c1").await;
    let message = late.message().await.expect("a watch").expect("a message");
    let Some(Payload::State(state)) = message.payload else { panic!("state comes first") };
    let call = state.call.expect("a call");
    assert_eq!(call.state(), CallState::Live);
    assert!(call.last_sequence > 10, "{} events in half a call", call.last_sequence);
    assert!(!state.transcripts.is_empty());

    stream.play(second, Some(40)).await;
    stream.hang_up().await.expect("a good end");
    let all = watch::to_the_end(&mut early).await.expect("the whole call");
    let rest = watch::to_the_end(&mut late).await.expect("the rest");
    let expected: Vec<_> =
        all.iter().filter(|event| event.sequence > call.last_sequence).cloned().collect();
    assert_eq!(watch::comparable(&rest), watch::comparable(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returning_one_goes_on_where_it_was() {
    let server = TestServer::scripted().await;
    let mut whole = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let chunks = feed::chunks(&Recording::demo().between(0, 40), CHUNK);
    let (first, second) = chunks.split_at(chunks.len() / 2);
    stream.play(first, Some(40)).await;
    let request = |after_sequence| WatchCallRequest {
        call_id: "c1".into(),
        after_sequence,
        ..WatchCallRequest::default()
    };
    let mut again =
        server.watch().await.watch_call(request(3)).await.expect("a watch").into_inner();
    stream.play(second, Some(40)).await;
    stream.hang_up().await.expect("a good end");
    watch::to_the_end(&mut whole).await.expect("the whole call");
    let all = watch::logged(&mut server.calls().await, "c1").await;
    let rest = watch::to_the_end(&mut again).await.expect("the rest");
    assert_eq!(watch::comparable(&rest), watch::comparable(&all[3..]));

    // After the end the log serves the same.
    let mut after =
        server.watch().await.watch_call(request(3)).await.expect("a watch").into_inner();
    let logged = watch::to_the_end(&mut after).await.expect("the log");
    assert_eq!(watch::comparable(&logged), watch::comparable(&all[3..]));
}

/// Who does not read is told how much was missed, and gets the state anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_one_is_told_so() {
    let server = TestServer::scripted().await;
    let request = WatchCallRequest {
        call_id: "c1".into(),
        wait: true,
        hints: true,
        ..WatchCallRequest::default()
    };
    // A small window, so that what is not read waits in the server and not in this program.
    let endpoint = Channel::from_shared(server.url()).expect("an address");
    let endpoint =
        endpoint.initial_stream_window_size(16_384).initial_connection_window_size(16_384);
    let mut client = WatchClient::new(endpoint.connect().await.expect("the server listens"));
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    let mut slow = client.watch_call(request).await.expect("a watch").into_inner();
    // Enough calls' worth of events to fill every buffer between the two, none of them read.
    let chunks = feed::chunks(&Recording::demo(), CHUNK);
    let length = chunks.last().and_then(|chunk| chunk.start_offset).expect("a call").seconds + 1;
    for round in 0..12 {
        let later: Vec<_> = chunks
            .iter()
            .cloned()
            .map(|mut chunk| {
                if let Some(start) = chunk.start_offset.as_mut() {
                    start.seconds += length * round;
                }
                chunk.sequence = 0;
                chunk
            })
            .collect();
        stream.play(&later, Some(200)).await;
    }
    stream.hang_up().await.expect("a good end");
    let (mut lagged, mut state_after, mut highest) = (0, false, 0);
    while let Ok(Some(message)) = slow.message().await {
        match message.payload {
            Some(Payload::Lagged(lag)) => lagged += lag.missed,
            Some(Payload::State(_)) => state_after |= lagged > 0,
            Some(Payload::Event(event)) if event.sequence > 0 => {
                assert!(event.sequence > highest, "no event comes twice");
                highest = event.sequence;
            }
            _ => {}
        }
    }
    assert!(lagged > 0, "nothing was missed in {highest} events");
    assert!(state_after, "a fresh state follows");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_calls_show_their_beginning_and_their_end() {
    let server = TestServer::scripted().await;
    let mut client = server.watch().await;
    let mut wall =
        client.watch_calls(WatchCallsRequest::default()).await.expect("a watch").into_inner();
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(&feed::chunks(&Recording::demo().between(0, 15), CHUNK), Some(40)).await;
    stream.hang_up().await.expect("a good end");
    let mut states = Vec::new();
    while states.last() != Some(&CallState::Ended) {
        let message = wall.message().await.expect("a watch").expect("a message");
        if let Some(Change::Call(call)) = message.payload {
            assert_eq!(call.call_id, "c1");
            states.push(call.state());
        }
    }
    assert_eq!(states.first(), Some(&CallState::Live));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_call_is_not_found() {
    let server = TestServer::scripted().await;
    let request = WatchCallRequest { call_id: "nobody".into(), ..WatchCallRequest::default() };
    let error = server.watch().await.watch_call(request).await.expect_err("there is no such call");
    assert_eq!(error.code(), Code::NotFound);
    assert!(error.message().contains("nobody"), "{}", error.message());
}

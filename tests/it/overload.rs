//! More than the recognisers can do, and more calls than are admitted.

use std::num::NonZeroUsize;
use std::time::Duration;

use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::call_event::Body;
use harness::feed::{self, Stream};
use harness::server::TestServer;
use harness::{Recording, watch};
use tonic::Code;
use tonic_types::StatusExt;

const CHUNK: Duration = Duration::from_millis(100);

/// One slow recogniser, four lively calls: partials give way, every final comes.
#[tokio::test(flavor = "multi_thread")]
async fn no_final_is_lost_when_the_recogniser_is_slow() {
    let model = ScriptedModel::of_length().taking(Duration::from_millis(40));
    let slot = |config: &mut attune_server::config::Config| {
        config.slots = NonZeroUsize::MIN;
        config.queue = 2;
        config.partials = true;
    };
    let server = TestServer::with(slot, model).await;
    let recording = Recording::demo().between(0, 40);
    let expected = watch::replay(&recording.clone().over_the_line(), &ScriptedModel::of_length());
    let finals = |body: &attune_models::event::EventBody| {
        matches!(body, attune_models::event::EventBody::Transcript(_))
    };
    let expected = expected.iter().filter(|event| finals(&event.body)).count();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..4 {
        let (mut ingestion, mut watching) = (server.ingestion().await, server.watch().await);
        let chunks = feed::chunks(&recording, CHUNK);
        calls.spawn(async move {
            let name = format!("c{number}");
            let mut watching = watch::follow(&mut watching, &name).await;
            let stream = Stream::open(&mut ingestion, feed::config(&name)).await.expect("a call");
            stream.play(&chunks, Some(20)).await;
            assert!(stream.hang_up().await.expect("a good end"));
            let events = watch::to_the_end(&mut watching).await.expect("the whole call");
            watch::assert_complete(&events);
            events
        });
    }
    while let Some(events) = calls.join_next().await {
        let events = events.expect("no panic");
        let finals = events.iter().filter_map(|event| match &event.body {
            Some(Body::Transcript(said)) => Some(!said.text.is_empty()),
            _ => None,
        });
        let finals: Vec<bool> = finals.collect();
        assert_eq!(finals.len(), expected);
        assert!(finals.iter().all(|said| *said), "every final has its text");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_too_many_is_refused_and_told_when_to_come_back() {
    let model = ScriptedModel::of_length();
    let server = TestServer::with(|config| config.max_calls = 1, model).await;
    let mut ingestion = server.ingestion().await;
    let mut first = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    first.replies.message().await.expect("a reply").expect("that it was let in");
    let refusal = match Stream::open(&mut server.ingestion().await, feed::config("c2")).await {
        Ok(stream) => stream.refusal().await,
        Err(status) => status,
    };
    assert_eq!(refusal.code(), Code::ResourceExhausted);
    let retry = refusal.get_details_retry_info().and_then(|info| info.retry_delay);
    assert!(retry.is_some_and(|delay| delay > Duration::ZERO), "{refusal:?}");
    assert!(first.hang_up().await.expect("the admitted call goes on"));
    let again = Stream::open(&mut ingestion, feed::config("c3")).await.expect("there is room");
    assert!(again.hang_up().await.expect("a good end"));
}

/// A recogniser that fails loses text, never an utterance.
#[tokio::test(flavor = "multi_thread")]
async fn a_failing_recogniser_leaves_unintelligible_utterances() {
    let server = TestServer::with(|_| {}, ScriptedModel::failing()).await;
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(&feed::chunks(&Recording::demo().between(0, 15), CHUNK), Some(40)).await;
    assert!(stream.hang_up().await.expect("a good end"));
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    let said: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.body {
            Some(Body::Transcript(said)) => Some(said),
            _ => None,
        })
        .collect();
    assert!(said.len() >= 4, "{} utterances", said.len());
    assert!(said.iter().all(|said| said.unintelligible && said.text.is_empty()));
}

/// Three times as many calls as a slot is taken to carry, all in the same instant: the surplus is
/// refused and told when to come back, and whoever was let in gets every word.
#[tokio::test(flavor = "multi_thread")]
async fn a_rush_of_calls_does_not_slip_through_and_the_admitted_ones_lose_nothing() {
    const CARRIED: usize = 18;
    const OFFERED: usize = 3 * CARRIED;
    let model = ScriptedModel::of_length().taking(Duration::from_millis(5));
    let slot = |config: &mut attune_server::config::Config| config.slots = NonZeroUsize::MIN;
    let server = TestServer::with(slot, model).await;
    let recording = Recording::demo().between(0, 20);
    let chunks = std::sync::Arc::new(feed::chunks(&recording, CHUNK));
    let instant = std::sync::Arc::new(tokio::sync::Barrier::new(OFFERED));
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..OFFERED {
        let (mut ingestion, mut watching) = (server.ingestion().await, server.watch().await);
        let (chunks, instant) = (std::sync::Arc::clone(&chunks), std::sync::Arc::clone(&instant));
        calls.spawn(async move {
            let name = format!("c{number}");
            let mut events = watch::follow(&mut watching, &name).await;
            instant.wait().await;
            let mut opened = Stream::open(&mut ingestion, feed::config(&name)).await;
            // The first word of the server: it took the call, or not. Nobody hangs up before all
            // have heard it.
            if let Ok(stream) = &mut opened
                && let Err(refusal) = stream.replies.message().await
            {
                opened = Err(refusal);
            }
            instant.wait().await;
            let stream = opened?;
            stream.play(&chunks, Some(10)).await;
            assert!(stream.hang_up().await?);
            watch::to_the_end(&mut events).await
        });
    }
    let (mut admitted, mut refused) = (0, 0);
    while let Some(call) = calls.join_next().await {
        match call.expect("no panic") {
            Ok(events) => {
                admitted += 1;
                watch::assert_complete(&events);
                let said = events.iter().filter_map(|event| match &event.body {
                    Some(Body::Transcript(said)) => Some(!said.text.is_empty()),
                    _ => None,
                });
                let said: Vec<bool> = said.collect();
                assert!(said.len() >= 4 && said.iter().all(|text| *text), "{said:?}");
            }
            Err(status) => {
                refused += 1;
                assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
                let retry = status.get_details_retry_info().and_then(|info| info.retry_delay);
                assert!(retry.is_some_and(|delay| delay > Duration::ZERO), "{status:?}");
                assert!(status.message().contains("another server"), "{}", status.message());
            }
        }
    }
    assert_eq!((admitted, refused), (CARRIED, OFFERED - CARRIED));
}

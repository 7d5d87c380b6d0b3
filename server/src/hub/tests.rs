#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::v1::{CallStarted, SuggestionWithdrawn};
use tokio::sync::broadcast::error::TryRecvError;

use super::*;
use crate::store::sqlite::SqliteStore;

fn feed(hub: &Hub) -> Arc<Feed> {
    let store = Store::start(Box::new(SqliteStore::in_memory().unwrap())).unwrap();
    hub.open(Call { call_id: "c".into(), ..Call::default() }, None, store)
}

fn event(sequence: u64, body: Body) -> CallEvent {
    CallEvent { call_id: "c".into(), sequence, body: Some(body), ..CallEvent::default() }
}

fn transcript(sequence: u64) -> CallEvent {
    let text = format!("line {sequence}");
    event(sequence, Body::Transcript(Transcript { text, ..Transcript::default() }))
}

fn card(sequence: u64, name: &str) -> CallEvent {
    let suggestion = Suggestion { suggestion_id: name.into(), ..Suggestion::default() };
    event(sequence, Body::Suggestion(suggestion))
}

#[tokio::test]
async fn the_state_is_what_the_events_made_it() {
    let hub = Hub::default();
    let feed = feed(&hub);
    feed.publish(vec![event(1, Body::Started(CallStarted::default()))]);
    feed.publish((2..=61).map(transcript).collect());
    feed.publish(vec![card(62, "s-1"), card(63, "s-2")]);
    let gone = SuggestionWithdrawn { suggestion_id: "s-1".into(), ..Default::default() };
    feed.publish(vec![event(64, Body::SuggestionWithdrawn(gone))]);
    let (status, _) = feed.join();
    assert_eq!(status.call.unwrap().last_sequence, 64);
    assert_eq!(status.transcripts.len(), 50);
    assert_eq!(status.transcripts[0].text, "line 12");
    let cards: Vec<_> = status.suggestions.iter().map(|c| c.suggestion_id.as_str()).collect();
    assert_eq!(cards, ["s-2"]);
}

#[tokio::test]
async fn joining_in_the_middle_gives_neither_hole_nor_duplicate() {
    let hub = Hub::default();
    let feed = feed(&hub);
    let publishing = Arc::clone(&feed);
    let publisher = std::thread::Builder::new().name("publisher".into()).spawn(move || {
        for sequence in 1..=20_000 {
            publishing.publish(vec![transcript(sequence)]);
        }
    });
    for _ in 0..200 {
        let (status, mut events) = feed.join();
        let mut last = status.call.unwrap().last_sequence;
        if last >= 20_000 {
            break;
        }
        for _ in 0..20 {
            match events.recv().await {
                Ok(event) => {
                    assert_eq!(event.sequence, last + 1);
                    last = event.sequence;
                    if last == 20_000 {
                        break;
                    }
                }
                // Too slow for this publisher: what a watcher does then is tested elsewhere.
                Err(_) => break,
            }
        }
    }
    publisher.unwrap().join().unwrap();
}

#[tokio::test]
async fn a_slow_watcher_loses_events_and_holds_up_nobody() {
    let hub = Hub::default();
    let feed = feed(&hub);
    let (_, mut slow) = feed.join();
    feed.publish((1..=1000).map(transcript).collect());
    assert!(matches!(slow.try_recv(), Err(TryRecvError::Lagged(missed)) if missed == 1000 - 256));
}

#[tokio::test]
async fn a_call_that_begins_is_news() {
    let hub = Hub::default();
    let mut changes = hub.changes();
    let feed = feed(&hub);
    feed.publish(vec![event(1, Body::Started(CallStarted::default()))]);
    assert_eq!(changes.recv().await.unwrap().call.call_id, "c");
    hub.close("c");
    assert!(hub.find("c").is_none());
}

//! What a watcher sees, and what a replay gives.

use std::sync::Arc;

use attune_models::event::Event;
use attune_models::playbook::Playbook;
use attune_models::reader::ReaderPack;
use attune_models::recogniser::Model;
use attune_models::replay::{self, Replayed};
use attune_models::session::SessionConfig;
use attune_models::transcript::Language;
use attune_proto::json;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::watch_call_response::Payload;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{CallEvent, ListCallEventsRequest, WatchCallRequest, WatchCallResponse};
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::Recording;

/// Watches a call from its first event, waiting for it to start.
///
/// # Panics
/// If the server refuses.
pub async fn follow(
    client: &mut WatchClient<Channel>,
    call_id: &str,
) -> Streaming<WatchCallResponse> {
    let request =
        WatchCallRequest { call_id: call_id.to_owned(), wait: true, ..WatchCallRequest::default() };
    client.watch_call(request).await.expect("a watch").into_inner()
}

/// The numbered events to the last.
///
/// # Errors
/// What the server ended the watch with before the call had ended.
pub async fn to_the_end(
    watch: &mut Streaming<WatchCallResponse>,
) -> Result<Vec<CallEvent>, Status> {
    let mut events = Vec::new();
    while let Some(message) = watch.message().await? {
        let Some(Payload::Event(event)) = message.payload else { continue };
        let last = matches!(event.body, Some(Body::Ended(_)));
        if event.sequence > 0 {
            events.push(event);
        }
        if last {
            return Ok(events);
        }
    }
    Err(Status::data_loss("the watch ended before the call"))
}

/// All events in the log, page by page.
///
/// # Panics
/// If the server refuses.
pub async fn logged(client: &mut CallsClient<Channel>, call_id: &str) -> Vec<CallEvent> {
    let mut events = Vec::new();
    let mut page_token = String::new();
    loop {
        let request =
            ListCallEventsRequest { call_id: call_id.to_owned(), page_size: 7, page_token };
        let page = client.list_call_events(request).await.expect("a page").into_inner();
        events.extend(page.events);
        if page.next_page_token.is_empty() {
            return events;
        }
        page_token = page.next_page_token;
    }
}

/// Each event as the API's JSON without the wall-clock field and the name of the call: what a
/// replay must give byte for byte.
///
/// # Panics
/// If an event has no JSON form.
pub fn comparable(events: &[CallEvent]) -> Vec<String> {
    let line = |event: &CallEvent| {
        let bare = CallEvent { create_time: None, call_id: String::new(), ..event.clone() };
        json::to_line(&bare).expect("an event has a JSON form")
    };
    events.iter().map(line).collect()
}

/// The numbers of the events run without a hole and end with the end of the call. Who waited for a
/// call may find its first two events, the start and the steps to take, in the state instead.
///
/// # Panics
/// If they do not.
pub fn assert_complete(events: &[CallEvent]) {
    let numbers: Vec<u64> = events.iter().map(|event| event.sequence).collect();
    let first = numbers.first().copied().unwrap_or_default();
    assert!((1..=3).contains(&first), "{numbers:?}");
    let expected: Vec<u64> = (first..first + events.len() as u64).collect();
    assert_eq!(numbers, expected);
    let last = events.last().and_then(|event| event.body.as_ref());
    assert!(matches!(last, Some(Body::Ended(_))), "the last event is {last:?}");
}

/// A session with what the product ships.
///
/// # Panics
/// If what it ships is broken.
pub fn session(language: Language) -> SessionConfig {
    let playbook = Playbook::embedded(language).expect("the shipped playbook");
    let readers = ReaderPack::embedded().expect("the shipped lexicons");
    SessionConfig::new(language, Vec::new(), Arc::new(playbook), Arc::new(readers))
}

/// The events of a replay in this process.
///
/// # Panics
/// If the recording cannot be replayed.
pub fn replay(recording: &Recording, model: &dyn Model) -> Vec<Event> {
    let mut recogniser = model.recogniser().expect("a recogniser");
    let mut events = Vec::new();
    let tell = |told| {
        if let Replayed::Event(event) = told {
            events.push(event);
        }
    };
    let language = model.languages().first().copied().unwrap_or_default();
    replay::replay(&recording.tracks(), session(language), recogniser.as_mut(), tell)
        .expect("a recording");
    events
}

//! A watcher whose server breaks off, lags, repeats itself and skips.

use std::sync::{Arc, Mutex};

use attune_proto::v1::call_event::Body;
use attune_proto::v1::calls_server::{Calls, CallsServer};
use attune_proto::v1::watch_call_response::Payload;
use attune_proto::v1::watch_server::{Watch, WatchServer};
use attune_proto::v1::{
    Call, CallEnded, CallEvent, CallStatus, CorrectSnapshotRequest, GetCallRequest, Lagged,
    ListCallEventsRequest, ListCallEventsResponse, ListCallsRequest, ListCallsResponse,
    RecordFeedbackRequest, RecordFeedbackResponse, SendNoteRequest, SendNoteResponse, Snapshot,
    WatchCallRequest, WatchCallResponse, WatchCallsRequest, WatchCallsResponse,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

use super::{Follower, Update};
use crate::args::Global;
use crate::connect::Link;
use crate::error::Error;

type Answer = Result<WatchCallResponse, Status>;

/// What the watch stream says, one list a connection.
#[derive(Debug, Clone)]
struct Script {
    /// How many events the log holds when it is read, one number a reading.
    log: Arc<Mutex<Vec<u64>>>,
    connections: Arc<Mutex<Vec<Vec<Answer>>>>,
    /// `after_sequence` of every connection.
    asked: Arc<Mutex<Vec<u64>>>,
}

const LAST: u64 = 12;

fn numbered(sequence: u64) -> CallEvent {
    let ended = sequence == LAST;
    let body = ended.then(|| Body::Ended(CallEnded::default()));
    CallEvent { call_id: "c1".into(), sequence, body, ..CallEvent::default() }
}

fn event(sequence: u64) -> Answer {
    Ok(WatchCallResponse { payload: Some(Payload::Event(numbered(sequence))) })
}

fn state() -> Answer {
    Ok(WatchCallResponse { payload: Some(Payload::State(CallStatus::default())) })
}

fn lagged() -> Answer {
    Ok(WatchCallResponse { payload: Some(Payload::Lagged(Lagged { missed: 3 })) })
}

#[tonic::async_trait]
impl Watch for Script {
    type WatchCallStream = tokio_stream::Iter<std::vec::IntoIter<Answer>>;
    type WatchCallsStream =
        tokio_stream::Iter<std::vec::IntoIter<Result<WatchCallsResponse, Status>>>;

    async fn watch_call(
        &self,
        request: Request<WatchCallRequest>,
    ) -> Result<Response<Self::WatchCallStream>, Status> {
        self.asked.lock().expect("lock").push(request.into_inner().after_sequence);
        let mut connections = self.connections.lock().expect("lock");
        if connections.is_empty() {
            return Err(Status::internal("asked more often than the test foresees"));
        }
        Ok(Response::new(tokio_stream::iter(connections.remove(0))))
    }

    async fn watch_calls(
        &self,
        _: Request<WatchCallsRequest>,
    ) -> Result<Response<Self::WatchCallsStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

#[tonic::async_trait]
impl Calls for Script {
    async fn list_call_events(
        &self,
        request: Request<ListCallEventsRequest>,
    ) -> Result<Response<ListCallEventsResponse>, Status> {
        let token = request.into_inner().page_token;
        let mut log = self.log.lock().expect("lock");
        let count = *log.first().ok_or_else(|| Status::not_found("no such call"))?;
        // Two a page.
        let from = token.parse::<u64>().unwrap_or(1);
        let to = (from + 1).min(count);
        let next_page_token = if to < count { (to + 1).to_string() } else { String::new() };
        if next_page_token.is_empty() {
            log.remove(0);
        }
        let events = (from..=to).map(numbered).collect();
        Ok(Response::new(ListCallEventsResponse { events, next_page_token }))
    }

    async fn get_call(&self, _: Request<GetCallRequest>) -> Result<Response<Call>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_calls(
        &self,
        _: Request<ListCallsRequest>,
    ) -> Result<Response<ListCallsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn correct_snapshot(
        &self,
        _: Request<CorrectSnapshotRequest>,
    ) -> Result<Response<Snapshot>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn record_feedback(
        &self,
        _: Request<RecordFeedbackRequest>,
    ) -> Result<Response<RecordFeedbackResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn send_note(
        &self,
        _: Request<SendNoteRequest>,
    ) -> Result<Response<SendNoteResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}

struct Seen {
    sequences: Vec<u64>,
    lost: usize,
    back: usize,
    asked: Vec<u64>,
    result: Result<(), Error>,
}

async fn follow(wait: bool, log: Vec<u64>, connections: Vec<Vec<Answer>>) -> Seen {
    let script = Script {
        log: Arc::new(Mutex::new(log)),
        connections: Arc::new(Mutex::new(connections)),
        asked: Arc::default(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(WatchServer::new(script.clone()))
            .add_service(CallsServer::new(script.clone()))
            .serve_with_incoming(TcpListenerStream::new(listener)),
    );
    let global = Global { server, token: None, ca: None, lang: None };
    let link = Link::open(&global).await.expect("connects");
    let (sender, mut updates) = mpsc::channel(4);
    let follower = tokio::spawn(Follower::new(link, "c1".into(), wait, false, sender).run());
    let (mut sequences, mut lost, mut back) = (Vec::new(), 0, 0);
    while let Some(update) = updates.recv().await {
        match update {
            Update::Event(event) => sequences.push(event.sequence),
            Update::Lost { .. } => lost += 1,
            Update::Back => back += 1,
        }
    }
    let result = follower.await.expect("does not panic");
    serving.abort();
    let asked = script.asked.lock().expect("lock").clone();
    Seen { sequences, lost, back, asked, result }
}

#[tokio::test]
async fn nothing_is_missed_and_nothing_comes_twice() {
    let gone = || Err(Status::unavailable("restarting"));
    let seen = follow(
        false,
        vec![3],
        vec![
            vec![state(), event(4), event(5), gone()],
            // Says again what was said, then skips.
            vec![event(5), event(6), lagged()],
            vec![event(7), event(9)],
            vec![event(8), event(9), event(0), event(10)],
            vec![event(11), event(12)],
        ],
    )
    .await;
    seen.result.expect("follows to the end");
    assert_eq!(seen.sequences, [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 10, 11, 12]);
    assert_eq!(seen.asked, [3, 5, 6, 7, 10]);
    // The connection that broke, and the one that just ended.
    assert_eq!((seen.lost, seen.back), (2, 2));
}

#[tokio::test]
async fn a_call_that_has_ended_comes_from_the_log_alone() {
    let seen = follow(false, vec![LAST], vec![]).await;
    seen.result.expect("ends");
    assert_eq!(seen.sequences, (1..=LAST).collect::<Vec<_>>());
    assert!(seen.asked.is_empty());
}

#[tokio::test]
async fn no_such_call_is_an_error_unless_it_is_waited_for() {
    let seen = follow(false, vec![], vec![]).await;
    assert!(matches!(seen.result, Err(Error::Refused(_))));
    let events = (3..=LAST).map(event).collect();
    let seen = follow(true, vec![], vec![vec![event(1), event(2)], events]).await;
    seen.result.expect("waits");
    assert_eq!(seen.sequences, (1..=LAST).collect::<Vec<_>>());
    assert_eq!(seen.asked, [0, 2]);
}

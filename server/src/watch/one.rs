//! Following one call.

use std::collections::VecDeque;
use std::sync::Arc;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::watch_call_response::Payload;
use attune_proto::v1::{CallEvent, CallStatus, Lagged, WatchCallRequest, WatchCallResponse};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tonic::Status;

use super::closing;
use crate::app::App;
use crate::calls::{not_found, store_failed};
use crate::hub::{self, Feed};
use crate::status::Reason;

/// Events read from the log at once.
const LOG_PAGE: usize = 256;

/// One watching stream.
pub(super) struct CallWatcher {
    app: Arc<App>,
    _permit: OwnedSemaphorePermit,
    call_id: String,
    hints: bool,
    /// To be sent next.
    ready: VecDeque<WatchCallResponse>,
    /// The last event that was sent or that the state sent shows.
    last: u64,
    /// Events up to here are read from the log before the live ones.
    log_until: u64,
    /// `None`: the call is on record, and nothing comes after the log.
    live: Option<(Arc<Feed>, Receiver<Arc<CallEvent>>)>,
    done: bool,
}

impl CallWatcher {
    pub(super) async fn join(
        app: Arc<App>,
        permit: OwnedSemaphorePermit,
        request: WatchCallRequest,
    ) -> Result<Self, Status> {
        let feed = find(&app, &request).await?;
        let mut watcher = Self {
            app,
            _permit: permit,
            call_id: request.call_id,
            hints: request.hints,
            ready: VecDeque::new(),
            last: request.after_sequence,
            log_until: 0,
            live: None,
            done: false,
        };
        match feed {
            Some(feed) => watcher.join_live(feed, request.after_sequence)?,
            None => watcher.join_record(request.after_sequence).await?,
        }
        Ok(watcher)
    }

    pub(super) async fn next(&mut self) -> Option<Result<WatchCallResponse, Status>> {
        loop {
            if let Some(response) = self.ready.pop_front() {
                return Some(Ok(response));
            }
            if self.done {
                return None;
            }
            let step = if self.last < self.log_until {
                self.read_log().await
            } else {
                self.follow().await
            };
            if let Err(status) = step {
                self.done = true;
                return Some(Err(status));
            }
        }
    }

    fn join_live(&mut self, feed: Arc<Feed>, after: u64) -> Result<(), Status> {
        let (status, events) = feed.join();
        self.live = Some((feed, events));
        if after == 0 {
            self.show(status);
            return Ok(());
        }
        self.log_until = self.last_of(&status)?;
        // Ended a moment ago and seen to its end: nothing comes any more.
        self.done = has_ended(&status) && self.last == self.log_until;
        Ok(())
    }

    async fn join_record(&mut self, after: u64) -> Result<(), Status> {
        let call =
            self.app.store.call(&self.call_id).await.map_err(|error| store_failed(&error))?;
        let call = call.ok_or_else(|| not_found(&self.call_id))?;
        if after > 0 {
            let status = CallStatus { call: Some(call), ..CallStatus::default() };
            self.log_until = self.last_of(&status)?;
            return Ok(());
        }
        let mut events = Vec::new();
        loop {
            let last = events.last().map_or(0, |event: &CallEvent| event.sequence);
            let page = self.app.store.events(&self.call_id, last, LOG_PAGE).await;
            let page = page.map_err(|error| store_failed(&error))?;
            if page.is_empty() {
                break;
            }
            events.extend(page);
        }
        self.show(hub::status_on_record(call, &events));
        self.done = true;
        Ok(())
    }

    /// The last event of the call; an error if the client has seen later ones.
    fn last_of(&self, status: &CallStatus) -> Result<u64, Status> {
        let last = status.call.as_ref().map_or(0, |call| call.last_sequence);
        if self.last > last {
            return Err(Reason::SequenceAhead.status(format!(
                "after_sequence is {}, and the call has {last} events; watch it from 0",
                self.last
            )));
        }
        Ok(last)
    }

    fn show(&mut self, status: CallStatus) {
        self.done = has_ended(&status);
        self.last = status.call.as_ref().map_or(0, |call| call.last_sequence);
        self.log_until = self.last;
        self.push(Payload::State(status));
    }

    async fn read_log(&mut self) -> Result<(), Status> {
        let page = self.app.store.events(&self.call_id, self.last, LOG_PAGE).await;
        let page = page.map_err(|error| store_failed(&error))?;
        let expected = self.last + 1;
        if page.first().is_none_or(|event| event.sequence != expected) {
            return Err(Reason::NotStored
                .status(format!("event {expected} is not in the log; watch the call from 0")));
        }
        for event in page {
            self.event(event);
        }
        Ok(())
    }

    async fn follow(&mut self) -> Result<(), Status> {
        let Some((feed, events)) = &mut self.live else {
            self.done = true;
            return Ok(());
        };
        let received = tokio::select! {
            biased;
            received = events.recv() => received,
            () = self.app.closing.cancelled() => return Err(closing()),
        };
        match received {
            Ok(event) if event.sequence == 0 => {
                if self.hints {
                    self.push(Payload::Event(CallEvent::clone(&event)));
                }
            }
            Ok(event) if event.sequence > self.last => self.event(CallEvent::clone(&event)),
            // The state or the log had it.
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => {
                let (status, fresh) = feed.join();
                *events = fresh;
                self.start_afresh(status);
            }
            Err(RecvError::Closed) => self.done = true,
        }
        Ok(())
    }

    fn start_afresh(&mut self, status: CallStatus) {
        metrics::counter!("attune_watchers_lagged_total").increment(1);
        let last = status.call.as_ref().map_or(0, |call| call.last_sequence);
        let missed = last.saturating_sub(self.last);
        // Where only hints were missed, nothing was.
        if missed > 0 {
            self.push(Payload::Lagged(Lagged { missed }));
            self.show(status);
        }
    }

    fn event(&mut self, event: CallEvent) {
        self.last = event.sequence;
        self.done = matches!(event.body, Some(Body::Ended(_)));
        self.push(Payload::Event(event));
    }

    fn push(&mut self, payload: Payload) {
        self.ready.push_back(WatchCallResponse { payload: Some(payload) });
    }
}

fn has_ended(status: &CallStatus) -> bool {
    status.call.as_ref().is_some_and(|call| call.end_time.is_some())
}

/// The call's feed, or `None` if it is on record.
async fn find(app: &App, request: &WatchCallRequest) -> Result<Option<Arc<Feed>>, Status> {
    let call_id = &request.call_id;
    loop {
        // Before the look: a call that begins right after it is not missed, not even one that has
        // ended again by then.
        let mut changes = app.hub.changes();
        if let Some(feed) = app.hub.find(call_id) {
            return Ok(Some(feed));
        }
        let recorded = app.store.call(call_id).await.map_err(|error| store_failed(&error))?;
        if let Some(feed) = app.hub.find(call_id) {
            // It began meanwhile.
            return Ok(Some(feed));
        }
        if recorded.is_some() {
            return Ok(None);
        }
        if !request.wait {
            return Err(not_found(call_id));
        }
        let news = async {
            while changes.recv().await.is_ok_and(|change| change.call.call_id != *call_id) {}
        };
        tokio::select! {
            () = news => {}
            () = app.closing.cancelled() => return Err(closing()),
        }
    }
}

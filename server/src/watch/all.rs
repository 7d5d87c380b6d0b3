//! Following every live call.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use attune_proto::v1::watch_calls_response::Payload;
use attune_proto::v1::{Call, CallState, Lagged, WatchCallsResponse};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tonic::Status;

use super::closing;
use crate::app::App;
use crate::hub::CallChange;

/// One watching stream.
pub(super) struct AllWatcher {
    app: Arc<App>,
    _permit: OwnedSemaphorePermit,
    /// Empty: all.
    project: String,
    ready: VecDeque<WatchCallsResponse>,
    /// What was sent last of each live call.
    revisions: BTreeMap<String, u64>,
    changes: Receiver<CallChange>,
    done: bool,
}

impl AllWatcher {
    pub(super) fn join(app: Arc<App>, permit: OwnedSemaphorePermit, project: String) -> Self {
        let (calls, changes) = app.hub.join();
        let mut watcher = Self {
            app,
            _permit: permit,
            project,
            ready: VecDeque::new(),
            revisions: BTreeMap::new(),
            changes,
            done: false,
        };
        watcher.show(calls);
        watcher
    }

    pub(super) async fn next(&mut self) -> Option<Result<WatchCallsResponse, Status>> {
        loop {
            if let Some(response) = self.ready.pop_front() {
                return Some(Ok(response));
            }
            if self.done {
                return None;
            }
            let changed = tokio::select! {
                biased;
                changed = self.changes.recv() => changed,
                () = self.app.closing.cancelled() => Err(RecvError::Closed),
            };
            match changed {
                Ok(change) => self.change(&change),
                Err(RecvError::Lagged(missed)) => {
                    metrics::counter!("attune_watchers_lagged_total").increment(1);
                    self.push(Payload::Lagged(Lagged { missed }));
                    let (calls, changes) = self.app.hub.join();
                    self.changes = changes;
                    self.revisions.clear();
                    self.show(calls);
                }
                Err(RecvError::Closed) => {
                    self.done = true;
                    return Some(Err(closing()));
                }
            }
        }
    }

    fn show(&mut self, calls: Vec<CallChange>) {
        for call in calls {
            self.change(&call);
        }
    }

    fn change(&mut self, change: &CallChange) {
        let call = &change.call;
        if !self.project.is_empty() && call.project != self.project {
            return;
        }
        let seen = self.revisions.get(&call.call_id).copied();
        if seen.is_some_and(|seen| seen >= change.revision) {
            return;
        }
        if call.state == i32::from(CallState::Ended) {
            // The last of it.
            self.revisions.remove(&call.call_id);
        } else {
            self.revisions.insert(call.call_id.clone(), change.revision);
        }
        self.push(Payload::Call(Call::clone(call)));
    }

    fn push(&mut self, payload: Payload) {
        self.ready.push_back(WatchCallsResponse { payload: Some(payload) });
    }
}

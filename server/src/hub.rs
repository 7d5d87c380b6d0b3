//! Fan-out: what a call's events go through on their way to the log and to whoever watches.
//!
//! State and stream are joined under one lock, so a late joiner misses nothing and sees nothing
//! twice. A watcher that does not keep up loses events, is told how many, and starts afresh; it
//! never holds up the call or another watcher.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use attune_proto::v1::call_event::Body;
use attune_proto::v1::{
    Call, CallEvent, CallState, CallStatus, Checklist, IssueRaised, Suggestion, Transcript,
    WithdrawReason,
};
use tokio::sync::broadcast;

use crate::store::{Append, CallerHash, Store, StoredMark};

/// Events that a watcher of one call may be behind: half a minute of a lively call with hints.
const EVENTS_BEHIND: usize = 256;
/// Changes that a watcher of all calls may be behind.
const CHANGES_BEHIND: usize = 1024;
/// Utterances that a late joiner is shown.
const RECENT_TRANSCRIPTS: usize = 50;

/// Every live call, for those who watch.
#[derive(Debug)]
pub(crate) struct Hub {
    feeds: Mutex<BTreeMap<String, Arc<Feed>>>,
    changes: broadcast::Sender<CallChange>,
}

/// A call that changed.
#[derive(Debug, Clone)]
pub(crate) struct CallChange {
    /// Counts up within the call.
    pub(crate) revision: u64,
    pub(crate) call: Arc<Call>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { feeds: Mutex::default(), changes: broadcast::Sender::new(CHANGES_BEHIND) }
    }
}

impl Hub {
    /// Opens the feed of a call that begins.
    pub(crate) fn open(&self, call: Call, caller: Option<CallerHash>, store: Store) -> Arc<Feed> {
        let call_id = call.call_id.clone();
        let state = State { call, ..State::default() };
        let feed = Arc::new(Feed {
            state: Mutex::new(state),
            events: broadcast::Sender::new(EVENTS_BEHIND),
            changes: self.changes.clone(),
            store,
            caller,
            mark: Arc::default(),
        });
        lock(&self.feeds).insert(call_id, Arc::clone(&feed));
        feed
    }

    /// Forgets a call that has ended; the log has it from now on.
    pub(crate) fn close(&self, call_id: &str) {
        lock(&self.feeds).remove(call_id);
    }

    /// The feed of a live call.
    pub(crate) fn find(&self, call_id: &str) -> Option<Arc<Feed>> {
        lock(&self.feeds).get(call_id).cloned()
    }

    /// The changes of all calls from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<CallChange> {
        self.changes.subscribe()
    }

    /// Every live call now, the first to begin first, and the changes after that. A change may
    /// still be one that the state already shows: compare the revisions.
    pub(crate) fn join(&self) -> (Vec<CallChange>, broadcast::Receiver<CallChange>) {
        let changes = self.changes.subscribe();
        let feeds: Vec<_> = lock(&self.feeds).values().cloned().collect();
        let mut calls: Vec<_> = feeds.iter().map(|feed| feed.change()).collect();
        let start = |change: &CallChange| change.call.start_time.unwrap_or_default();
        calls.sort_by_key(|change| (start(change).seconds, start(change).nanos));
        (calls, changes)
    }
}

/// One live call, for those who watch it.
#[derive(Debug)]
pub(crate) struct Feed {
    state: Mutex<State>,
    events: broadcast::Sender<Arc<CallEvent>>,
    changes: broadcast::Sender<CallChange>,
    store: Store,
    caller: Option<CallerHash>,
    mark: Arc<StoredMark>,
}

#[derive(Debug, Default)]
struct State {
    call: Call,
    cards: Vec<Suggestion>,
    transcripts: VecDeque<Transcript>,
    checklist: Option<Checklist>,
    issues: Vec<IssueRaised>,
    revision: u64,
}

impl Feed {
    /// Numbers go to the log and to the watchers, hints (sequence 0) to the watchers only.
    pub(crate) fn publish(&self, events: Vec<CallEvent>) {
        let events: Vec<_> = events.into_iter().map(Arc::new).collect();
        let mut state = self.lock();
        let mut seen = false;
        for event in &events {
            seen |= state.apply(event);
        }
        let numbered: Vec<_> = events.iter().filter(|event| event.sequence > 0).cloned().collect();
        if !numbered.is_empty() {
            metrics::counter!("attune_events_total").increment(numbered.len() as u64);
            // The log first: whoever reads a sequence number off the state finds it there.
            self.log(&state, numbered);
        }
        for event in events {
            // Nobody watches: nothing to do.
            let _ = self.events.send(event);
        }
        if seen {
            self.tell(&mut state);
        }
    }

    /// The stream of the call broke.
    pub(crate) fn interrupted(&self) {
        self.set_state(CallState::Interrupted);
    }

    /// The call goes on.
    pub(crate) fn resumed(&self) {
        self.set_state(CallState::Live);
    }

    fn set_state(&self, call_state: CallState) {
        let mut state = self.lock();
        state.call.state = call_state.into();
        self.log(&state, Vec::new());
        self.tell(&mut state);
    }

    /// So much has been heard.
    pub(crate) fn heard(&self, duration: Option<prost_types::Duration>) {
        self.lock().call.duration = duration;
    }

    /// How far the call is on the disk.
    pub(crate) fn mark(&self) -> &StoredMark {
        &self.mark
    }

    /// The call now.
    pub(crate) fn call(&self) -> Call {
        self.lock().call.clone()
    }

    /// Number of the last event.
    pub(crate) fn last_sequence(&self) -> u64 {
        self.lock().call.last_sequence
    }

    /// Everything a late joiner needs, and every event after that.
    pub(crate) fn join(&self) -> (CallStatus, broadcast::Receiver<Arc<CallEvent>>) {
        let state = self.lock();
        (state.status(), self.events.subscribe())
    }

    fn change(&self) -> CallChange {
        let state = self.lock();
        CallChange { revision: state.revision, call: Arc::new(state.call.clone()) }
    }

    fn log(&self, state: &State, events: Vec<Arc<CallEvent>>) {
        self.store.append(Append {
            call: Arc::new(state.call.clone()),
            caller: self.caller,
            events,
            mark: Arc::clone(&self.mark),
        });
    }

    fn tell(&self, state: &mut State) {
        state.revision += 1;
        let call = Arc::new(state.call.clone());
        // Nobody watches: nothing to do.
        let _ = self.changes.send(CallChange { revision: state.revision, call });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// Whether those who watch all calls want to know.
    fn apply(&mut self, event: &CallEvent) -> bool {
        if event.sequence == 0 {
            return false;
        }
        self.call.last_sequence = event.sequence;
        match &event.body {
            Some(Body::Started(started)) => {
                self.call.held_out = started.guidance.as_ref().is_some_and(|g| g.held_out);
                self.call.facts.clone_from(&started.facts);
                true
            }
            Some(Body::Checklist(checklist)) => {
                self.checklist = Some(checklist.clone());
                false
            }
            Some(Body::IssueRaised(raised)) => {
                self.issues.push(raised.clone());
                false
            }
            Some(Body::LanguageChanged(changed)) => {
                self.call.language_code.clone_from(&changed.language_code);
                true
            }
            Some(Body::Transcript(transcript)) => {
                if self.transcripts.len() == RECENT_TRANSCRIPTS {
                    self.transcripts.pop_front();
                }
                self.transcripts.push_back(transcript.clone());
                false
            }
            Some(Body::Alert(alert)) => {
                let kind = alert.kind().as_str_name();
                metrics::counter!("attune_alerts_total", "kind" => kind).increment(1);
                self.call.alerts.push(alert.clone());
                true
            }
            Some(Body::Snapshot(snapshot)) => {
                self.call.snapshot = Some(snapshot.clone());
                true
            }
            Some(Body::Suggestion(card)) => {
                self.cards.push(card.clone());
                self.call.suggestions_shown += 1;
                true
            }
            Some(Body::SuggestionWithdrawn(gone)) => {
                self.cards.retain(|card| card.suggestion_id != gone.suggestion_id);
                self.call.suggestions_used += u32::from(gone.reason() == WithdrawReason::Used);
                true
            }
            Some(Body::Ended(ended)) => {
                self.cards.clear();
                self.call.state = CallState::Ended.into();
                self.call.end_time = event.create_time;
                if let Some(summary) = &ended.summary {
                    self.call.duration = summary.duration;
                }
                true
            }
            _ => false,
        }
    }

    fn status(&self) -> CallStatus {
        CallStatus {
            call: Some(self.call.clone()),
            suggestions: self.cards.clone(),
            transcripts: self.transcripts.iter().cloned().collect(),
            checklist: self.checklist.clone(),
            issues: self.issues.clone(),
        }
    }
}

/// What a late joiner needs of a call that is on record: read from its events, in order.
pub(crate) fn status_on_record(call: Call, events: &[CallEvent]) -> CallStatus {
    let mut state = State { call, ..State::default() };
    for event in events {
        match &event.body {
            Some(Body::Transcript(transcript)) => {
                if state.transcripts.len() == RECENT_TRANSCRIPTS {
                    state.transcripts.pop_front();
                }
                state.transcripts.push_back(transcript.clone());
            }
            Some(Body::Checklist(checklist)) => state.checklist = Some(checklist.clone()),
            Some(Body::IssueRaised(raised)) => state.issues.push(raised.clone()),
            _ => {}
        }
    }
    state.status()
}

/// A panic elsewhere leaves nothing half-done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

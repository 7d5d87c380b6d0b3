//! The store's thread: writes what comes in, answers what is asked, keeps what cannot be written.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use attune_proto::v1::{Call, CallEvent};
use tokio::sync::watch;

use super::{Append, Backend, StoreError, StoreHealth};

/// How long to wait after a failed write before the next one.
const RETRY: Duration = Duration::from_secs(1);

/// Commands that go into one transaction at most, so that questions are answered between.
const BATCH: usize = 256;

type Question = Box<dyn FnOnce(&mut dyn Backend, &Unsaved) + Send>;

/// What the thread is told.
pub(super) enum Command {
    /// Write this.
    Append(Append),
    /// Answer this, after what came before is written or could not be.
    Ask(Question),
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Append(_) => "Append",
            Self::Ask(_) => "Ask",
        })
    }
}

/// What is not written yet, in order.
#[derive(Debug, Default)]
pub(super) struct Unsaved {
    appends: VecDeque<Append>,
    events: usize,
}

impl Unsaved {
    pub(super) fn is_empty(&self) -> bool {
        self.appends.is_empty()
    }

    /// The call as it will be written.
    pub(super) fn call(&self, call_id: &str) -> Option<Call> {
        let of_call = |append: &&Append| append.call.call_id == call_id;
        self.appends.iter().rfind(of_call).map(|append| Call::clone(&append.call))
    }

    /// Adds the call's unwritten events to those that are written.
    pub(super) fn add_events(
        &self,
        call_id: &str,
        after: u64,
        limit: usize,
        written: &mut Vec<CallEvent>,
    ) {
        let mut last = written.last().map_or(after, |event| event.sequence);
        let of_call = self.appends.iter().filter(|append| append.call.call_id == call_id);
        for event in of_call.flat_map(|append| &append.events) {
            if event.sequence > last && written.len() < limit {
                last = event.sequence;
                written.push(CallEvent::clone(event));
            }
        }
    }

    fn push(&mut self, append: Append) {
        self.events += append.events.len();
        self.appends.push_back(append);
    }

    fn clear(&mut self) {
        self.appends.clear();
        self.events = 0;
    }
}

pub(super) struct Writer {
    backend: Box<dyn Backend>,
    health: Arc<watch::Sender<StoreHealth>>,
    unsaved: Unsaved,
    max_unsaved: usize,
    failed_at: Option<Instant>,
}

impl Writer {
    pub(super) fn new(
        backend: Box<dyn Backend>,
        health: Arc<watch::Sender<StoreHealth>>,
        max_unsaved: usize,
    ) -> Self {
        Self { backend, health, unsaved: Unsaved::default(), max_unsaved, failed_at: None }
    }

    /// Until every [`super::Store`] is gone.
    pub(super) fn run(mut self, inbox: &Receiver<Command>) {
        loop {
            let first = if self.unsaved.is_empty() {
                inbox.recv().map_err(|_gone| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(RETRY)
            };
            match first {
                Ok(command) => self.batch(command, inbox),
                Err(RecvTimeoutError::Timeout) => self.write(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.write();
        if !self.unsaved.is_empty() {
            tracing::error!(
                events = self.unsaved.events,
                "events could not be stored and are lost"
            );
        }
    }

    /// Takes what waits, up to a batch, writes it and answers the question that ended it.
    fn batch(&mut self, first: Command, inbox: &Receiver<Command>) {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(command) = next {
            match command {
                Command::Append(append) => self.take(append),
                Command::Ask(question) => {
                    self.write();
                    question(self.backend.as_mut(), &self.unsaved);
                }
            }
            taken += 1;
            next = if taken < BATCH { inbox.try_recv().ok() } else { None };
        }
        if self.failed_at.is_none_or(|failed| failed.elapsed() >= RETRY) {
            self.write();
        }
    }

    fn take(&mut self, append: Append) {
        if self.unsaved.events + append.events.len() > self.max_unsaved {
            give_up(&append, &self.health, "too many events wait to be written");
        } else {
            self.unsaved.push(append);
        }
    }

    fn write(&mut self) {
        if self.unsaved.is_empty() {
            return;
        }
        let batch = self.unsaved.appends.make_contiguous();
        match self.backend.append(batch) {
            Ok(()) => self.written(),
            Err(error) => self.failed(&error),
        }
        metrics::gauge!("attune_store_unsaved_events").set(self.unsaved.events as f64);
    }

    fn written(&mut self) {
        for append in &self.unsaved.appends {
            if let Some(event) = append.events.last() {
                append.mark.sequence.fetch_max(event.sequence, Ordering::AcqRel);
            }
        }
        metrics::counter!("attune_store_events_total").increment(self.unsaved.events as u64);
        if self.failed_at.take().is_some() {
            tracing::info!(events = self.unsaved.events, "the event store writes again");
            self.health.send_replace(StoreHealth::Well);
        }
        self.unsaved.clear();
    }

    fn failed(&mut self, error: &StoreError) {
        metrics::counter!("attune_store_errors_total").increment(1);
        if self.failed_at.replace(Instant::now()).is_none() {
            tracing::error!(%error, "the event store cannot write; events wait in memory, calls go on");
        }
        self.health.send_replace(StoreHealth::Failing { error: error.to_string() });
    }
}

/// Counts events that will not be stored, and says so.
pub(super) fn give_up(append: &Append, health: &watch::Sender<StoreHealth>, why: &str) {
    let events = append.events.len() as u64;
    metrics::counter!("attune_store_lost_events_total").increment(events);
    if !append.mark.lost.swap(true, Ordering::AcqRel) {
        let call = &append.call.call_id;
        tracing::error!(%call, why, "events of a call are lost to the store");
    }
    health.send_if_modified(|health| {
        let well = *health == StoreHealth::Well;
        if well {
            *health = StoreHealth::Failing { error: why.to_owned() };
        }
        well
    });
}

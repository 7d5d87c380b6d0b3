//! The recognisers: a fixed number of named threads, each with one recogniser, fed from one
//! bounded queue.
//!
//! A recogniser computes for tens to hundreds of milliseconds and its threads spin, so there are
//! never more slots than cores and never an async task that waits inside one. Finals go first, then
//! what is asked ahead in a pause, then partials; among equals the earliest deadline first. What is
//! asked ahead becomes a final when its pause turns out to be long enough ([`Line::raise`]), and is
//! cancelled when speech goes on. Partials are the first to give way, what is asked ahead the second:
//! they are refused when the queue is full and pushed out by what is more urgent, and no partial
//! begins on the last free slot. A final is never dropped; how many there can be is bounded by the
//! calls that are admitted.

mod queue;
mod slot;
#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use attune_models::recogniser::{Job, JobId, JobKind, Model, RecogniseError, Recognition};
use tokio::sync::oneshot;

use self::queue::{Queue, Waiting};

/// What a slot makes of a job.
pub type Answer = Result<Recognition, RecogniseError>;

/// How many recognisers, and how much may wait for them.
#[derive(Debug, Clone, Copy)]
pub struct PoolConfig {
    /// Threads, each with one recogniser. More than there are cores makes all of them slower.
    pub slots: NonZeroUsize,
    /// Jobs that may wait before all but finals are refused.
    pub queue: usize,
}

impl Default for PoolConfig {
    /// A slot a core, and eight waiting jobs a slot: more than that is over a second of work, and
    /// a partial that waits a second is of no use.
    fn default() -> Self {
        let slots = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { slots, queue: slots.get() * 8 }
    }
}

/// The pool could not be started.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The model gave no recogniser.
    #[error("recogniser {slot} could not be made: {source}")]
    Recogniser {
        /// Which slot, from 0.
        slot: usize,
        /// Why.
        source: RecogniseError,
    },
    /// The system gave no thread.
    #[error("thread recogniser-{slot} could not be started: {source}")]
    Thread {
        /// Which slot, from 0.
        slot: usize,
        /// Why.
        source: std::io::Error,
    },
}

/// The queue has no room but for finals, or the pool is shutting down. Never said of a final while
/// the pool runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the recognition queue is full")]
pub struct PoolFull;

/// What the pool is doing and has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Recogniser threads.
    pub slots: usize,
    /// Slots at work.
    pub busy: usize,
    /// Finals that wait.
    pub waiting_finals: usize,
    /// Jobs asked ahead that wait.
    pub waiting_ahead: usize,
    /// Partials that wait.
    pub waiting_partials: usize,
    /// Jobs recognised.
    pub completed: u64,
    /// Of these and the failed ones, those whose words had to come.
    pub finals: u64,
    /// Jobs whose recognition failed.
    pub failed: u64,
    /// Partials and jobs asked ahead that were refused, pushed out or made stale.
    pub shed: u64,
    /// Finals done after their deadline.
    pub deadline_missed: u64,
    /// Audio recognised.
    pub speech: Duration,
    /// Time spent recognising it, over all slots.
    pub computing: Duration,
    /// Of that, the part for words that had to come; the rest was to spare.
    pub needed: Duration,
}

/// A fixed set of recogniser threads. Dropping it ends the threads after the queued finals.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    lines: AtomicU64,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// One call's access to the pool. Jobs of one line and one utterance belong together: the later ones
/// cancel the partials that still wait.
#[derive(Debug, Clone)]
pub struct Line {
    shared: Arc<Shared>,
    number: u64,
}

impl Pool {
    /// Makes the recognisers, one a slot, and starts their threads.
    ///
    /// # Errors
    /// If the model gives no recogniser or the system no thread.
    pub fn start(model: Arc<dyn Model>, config: PoolConfig) -> Result<Self, PoolError> {
        let shared = Arc::new(Shared::new(config));
        let pool = Self {
            shared: Arc::clone(&shared),
            lines: AtomicU64::new(0),
            threads: Mutex::new(Vec::with_capacity(config.slots.get())),
        };
        for slot in 0..config.slots.get() {
            let recogniser =
                model.recogniser().map_err(|source| PoolError::Recogniser { slot, source })?;
            let (shared, model) = (Arc::clone(&shared), Arc::clone(&model));
            let thread = thread::Builder::new()
                .name(format!("recogniser-{slot}"))
                .spawn(move || slot::serve(&shared, &model, recogniser))
                .map_err(|source| PoolError::Thread { slot, source })?;
            lock(&pool.threads).push(thread);
        }
        metrics::gauge!("attune_recogniser_slots").set(config.slots.get() as f64);
        Ok(pool)
    }

    /// Access for one call.
    pub fn line(&self) -> Line {
        let number = self.lines.fetch_add(1, Ordering::Relaxed);
        Line { shared: Arc::clone(&self.shared), number }
    }

    /// Queues a job that belongs to no call. See [`Line::submit`].
    ///
    /// # Errors
    /// As [`Line::submit`].
    pub fn submit(
        &self,
        job: Job,
        deadline: Instant,
    ) -> Result<oneshot::Receiver<Answer>, PoolFull> {
        self.line().submit(job, deadline)
    }

    /// What it is doing and has done.
    pub fn stats(&self) -> PoolStats {
        self.shared.lock().stats()
    }

    /// Takes nothing more, finishes the finals that wait and ends the threads. Blocks until they
    /// ended: call it from a thread that may.
    pub fn shutdown(&self) {
        self.shared.stop();
        for thread in std::mem::take(&mut *lock(&self.threads)) {
            if thread.join().is_err() {
                tracing::error!("a recogniser thread panicked");
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Line {
    /// Queues a job; `deadline` says how urgent it is among its kind. The receiver gets the answer,
    /// which is [`RecogniseError::Dropped`] for one that was given up; a final is not. Dropping the
    /// receiver cancels a job that has not begun. Never blocks for long.
    ///
    /// # Errors
    /// [`PoolFull`] when there is room for finals only, or the pool is shutting down.
    pub fn submit(
        &self,
        job: Job,
        deadline: Instant,
    ) -> Result<oneshot::Receiver<Answer>, PoolFull> {
        let (answer, receiver) = oneshot::channel();
        let waiting =
            Waiting { line: self.number, job, deadline, submitted: Instant::now(), answer };
        self.shared.push(waiting)?;
        Ok(receiver)
    }

    /// Makes a final of a job that was asked ahead, wherever it is. If it was given up already, that
    /// is its answer.
    pub fn raise(&self, job: JobId, deadline: Instant) {
        let mut state = self.shared.lock();
        if !state.queue.raise(self.number, job, deadline)
            && let Some(running) = state.running(self.number, job)
        {
            running.kind = JobKind::Final;
            running.deadline = deadline;
        }
        state.note(0);
        drop(state);
        // It may have waited for a free slot as what it was.
        self.shared.work.notify_one();
    }

    /// Gives up a job that was asked ahead. `false` if work on it had begun.
    pub fn cancel(&self, job: JobId) -> bool {
        let mut state = self.shared.lock();
        state.queue.cancel(self.number, job);
        state.note(0);
        state.running(self.number, job).is_none()
    }
}

/// What the slots share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Debug)]
struct State {
    queue: Queue,
    running: Vec<Running>,
    stopping: bool,
    totals: PoolStats,
}

/// A job that a slot is at work on.
#[derive(Debug, Clone, Copy)]
struct Running {
    line: u64,
    job: JobId,
    kind: JobKind,
    deadline: Instant,
}

impl State {
    fn stats(&self) -> PoolStats {
        let depth = self.queue.depth();
        PoolStats {
            busy: self.running.len(),
            waiting_finals: depth.finals,
            waiting_ahead: depth.ahead,
            waiting_partials: depth.partials,
            ..self.totals
        }
    }

    fn running(&mut self, line: u64, job: JobId) -> Option<&mut Running> {
        self.running.iter_mut().find(|running| running.line == line && running.job == job)
    }

    /// Whether a partial may begin: not on the last free slot, which is for what is more urgent.
    fn may_begin_partial(&self) -> bool {
        self.totals.slots == 1 || self.running.len() + 1 < self.totals.slots
    }

    /// Counts what was given up and publishes the depth of the queue.
    fn note(&mut self, shed: usize) {
        if shed > 0 {
            self.totals.shed += shed as u64;
            metrics::counter!("attune_recogniser_shed_total").increment(shed as u64);
        }
        let depth = self.queue.depth();
        let waiting =
            [("final", depth.finals), ("ahead", depth.ahead), ("partial", depth.partials)];
        for (kind, count) in waiting {
            metrics::gauge!("attune_recogniser_queue_depth", "kind" => kind).set(count as f64);
        }
        metrics::gauge!("attune_recogniser_busy_slots").set(self.running.len() as f64);
    }
}

impl Shared {
    fn new(config: PoolConfig) -> Self {
        let totals = PoolStats { slots: config.slots.get(), ..PoolStats::default() };
        let queue = Queue::new(config.queue);
        let state = State { queue, running: Vec::new(), stopping: false, totals };
        Self { state: Mutex::new(state), work: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn push(&self, waiting: Waiting) -> Result<(), PoolFull> {
        let mut state = self.lock();
        if state.stopping {
            return Err(PoolFull);
        }
        let pushed = state.queue.push(waiting);
        state.note(*pushed.as_ref().unwrap_or(&1));
        drop(state);
        self.work.notify_one();
        pushed.map(drop).map_err(|_no_room| PoolFull)
    }

    /// The next job; waits for one, and ends when the pool stops and none is left.
    fn next(&self) -> Option<Waiting> {
        let mut state = self.lock();
        loop {
            let partials = state.may_begin_partial();
            if let Some(waiting) = state.queue.pop(partials) {
                let Waiting { line, job: Job { id: job, kind, .. }, deadline, .. } = waiting;
                state.running.push(Running { line, job, kind, deadline });
                state.note(0);
                return Some(waiting);
            }
            if state.stopping {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A slot is done with a job: gives what became of the job meanwhile.
    fn finished(&self, waiting: &Waiting, ok: bool, took: Duration) -> Running {
        let mut state = self.lock();
        let Waiting { line, job: Job { id: job, kind, .. }, deadline, .. } = *waiting;
        let place = state.running.iter().position(|one| one.line == line && one.job == job);
        let unchanged = Running { line, job, kind, deadline };
        let done = place.map_or(unchanged, |place| state.running.swap_remove(place));
        if ok {
            state.totals.completed += 1;
            state.totals.speech += slot::speech(&waiting.job);
        } else {
            state.totals.failed += 1;
        }
        state.totals.computing += took;
        // What was asked ahead and is not wanted in the end counts, too: nobody knows yet.
        if done.kind != JobKind::Partial {
            state.totals.needed += took;
            state.totals.finals += 1;
        }
        let late = done.kind == JobKind::Final && done.deadline < Instant::now();
        state.totals.deadline_missed += u64::from(late);
        state.note(0);
        done
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.stopping = true;
        let shed = state.queue.give_up_all_but_finals();
        state.note(shed);
        drop(state);
        self.work.notify_all();
    }
}

/// A panic elsewhere leaves nothing half-done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

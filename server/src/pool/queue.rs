//! What waits for a recogniser slot: finals before partials, the earliest deadline first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::Instant;

use attune_models::recogniser::{Job, JobKind, RecogniseError};
use tokio::sync::oneshot;

use super::Answer;

/// A job and whom to tell.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The call it belongs to.
    pub(super) line: u64,
    /// What to do.
    pub(super) job: Job,
    /// When its result stops being useful.
    pub(super) deadline: Instant,
    /// When it came in.
    pub(super) submitted: Instant,
    /// Where the result goes. Closed when nobody wants it any more.
    pub(super) answer: oneshot::Sender<Answer>,
}

impl Waiting {
    fn is_partial(&self) -> bool {
        matches!(self.job.kind, JobKind::Partial)
    }

    fn is_of(&self, line: u64, job: &Job) -> bool {
        self.line == line && self.job.utterance.id == job.utterance.id
    }

    /// Tells whoever waits that the job was given up.
    pub(super) fn give_up(self) {
        // Nobody listening is why most jobs are given up.
        drop(self.answer.send(Err(RecogniseError::Dropped)));
    }
}

/// There was no room for a partial.
#[derive(Debug)]
pub(super) struct NoRoom;

/// A bounded queue. The bound is for partials: finals are few, because every admitted call has a
/// bounded number of them, and a final is never turned away.
#[derive(Debug)]
pub(super) struct Queue {
    heap: BinaryHeap<Ranked>,
    limit: usize,
    arrivals: u64,
}

impl Queue {
    /// Room for `limit` jobs, of which finals may take every place.
    pub(super) fn new(limit: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(limit), limit, arrivals: 0 }
    }

    /// How many wait, (finals, partials).
    pub(super) fn depth(&self) -> (usize, usize) {
        let partials = self.heap.iter().filter(|ranked| ranked.waiting.is_partial()).count();
        (self.heap.len() - partials, partials)
    }

    /// Takes a job in and says how many partials were given up for it. A final cancels the
    /// partials of its utterance, a newer partial replaces an older one of the same utterance, and
    /// when the queue is full a final pushes out the partial that is least urgent.
    pub(super) fn push(&mut self, waiting: Waiting) -> Result<usize, NoRoom> {
        let mut given_up = self.give_up(|other| {
            let stale = other.is_partial() && other.is_of(waiting.line, &waiting.job);
            stale || other.answer.is_closed()
        });
        if self.heap.len() >= self.limit {
            if waiting.is_partial() {
                return Err(NoRoom);
            }
            given_up += self.give_up_least_urgent_partial();
        }
        self.arrivals += 1;
        self.heap.push(Ranked { arrival: self.arrivals, waiting });
        Ok(given_up)
    }

    /// The next job that somebody still waits for.
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        std::iter::from_fn(|| self.heap.pop())
            .map(|ranked| ranked.waiting)
            .find(|waiting| !waiting.answer.is_closed())
    }

    /// Gives up every partial and says how many there were.
    pub(super) fn give_up_partials(&mut self) -> usize {
        self.give_up(Waiting::is_partial)
    }

    fn give_up_least_urgent_partial(&mut self) -> usize {
        let partials = self.heap.iter().filter(|ranked| ranked.waiting.is_partial());
        let Some(last) = partials.min().map(|ranked| ranked.arrival) else { return 0 };
        let (gone, kept) = self.heap.drain().partition(|ranked| ranked.arrival == last);
        self.heap = kept;
        tell(gone)
    }

    fn give_up(&mut self, unwanted: impl Fn(&Waiting) -> bool) -> usize {
        if !self.heap.iter().any(|ranked| unwanted(&ranked.waiting)) {
            return 0;
        }
        let (gone, kept) = self.heap.drain().partition(|ranked| unwanted(&ranked.waiting));
        self.heap = kept;
        tell(gone)
    }
}

fn tell(gone: BinaryHeap<Ranked>) -> usize {
    let count = gone.len();
    gone.into_iter().for_each(|ranked| ranked.waiting.give_up());
    count
}

/// Orders by urgency: the greatest is served first.
#[derive(Debug)]
struct Ranked {
    arrival: u64,
    waiting: Waiting,
}

impl Ranked {
    fn cmp_key(&self) -> (bool, Instant, u64) {
        (self.waiting.is_partial(), self.waiting.deadline, self.arrival)
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.cmp_key().cmp(&self.cmp_key())
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp_key() == other.cmp_key()
    }
}

impl Eq for Ranked {}

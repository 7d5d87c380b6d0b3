//! What waits for a recogniser slot: finals, then what is asked ahead, then partials; among each
//! the earliest deadline first.

use std::time::Instant;

use attune_models::recogniser::{Job, JobId, JobKind, RecogniseError};
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
    fn is(&self, line: u64, job: JobId) -> bool {
        self.line == line && self.job.id == job
    }

    fn is_partial_of(&self, line: u64, job: &Job) -> bool {
        self.job.kind == JobKind::Partial
            && self.line == line
            && self.job.utterance.id == job.utterance.id
    }

    /// Tells whoever waits that the job was given up.
    fn give_up(self) {
        // Nobody listening is why most jobs are given up.
        drop(self.answer.send(Err(RecogniseError::Dropped)));
    }
}

/// There was no room for anything but a final.
#[derive(Debug)]
pub(super) struct NoRoom;

/// How many wait, by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Depth {
    pub(super) finals: usize,
    pub(super) ahead: usize,
    pub(super) partials: usize,
}

/// The queue. Its bound is for what may be given up: finals are few, because every admitted call
/// has a bounded number of them, and a final is never turned away.
#[derive(Debug)]
pub(super) struct Queue {
    /// In the order of arrival. Short, so looking through it is quick.
    waiting: Vec<Waiting>,
    limit: usize,
}

impl Queue {
    /// Room for `limit` jobs, of which finals may take every place.
    pub(super) fn new(limit: usize) -> Self {
        Self { waiting: Vec::with_capacity(limit), limit }
    }

    /// How many wait.
    pub(super) fn depth(&self) -> Depth {
        let count = |kind| self.waiting.iter().filter(|waiting| waiting.job.kind == kind).count();
        Depth {
            finals: count(JobKind::Final),
            ahead: count(JobKind::Ahead),
            partials: count(JobKind::Partial),
        }
    }

    /// Takes a job in and says how many were given up for it. Every job makes the partials of its
    /// utterance stale, and when the queue is full it takes the place of the least urgent one of a
    /// kind that is less urgent.
    pub(super) fn push(&mut self, waiting: Waiting) -> Result<usize, NoRoom> {
        let mut given_up = self.give_up(|other| {
            other.is_partial_of(waiting.line, &waiting.job) || other.answer.is_closed()
        });
        if self.waiting.len() >= self.limit {
            let last = self.find_last(|other| other.job.kind > waiting.job.kind);
            match last {
                Some(last) => {
                    self.waiting.remove(last).give_up();
                    given_up += 1;
                }
                None if waiting.job.kind == JobKind::Final => {}
                None => return Err(NoRoom),
            }
        }
        self.waiting.push(waiting);
        Ok(given_up)
    }

    /// The next job that somebody still waits for; a partial only if `partials` may begin.
    pub(super) fn pop(&mut self, partials: bool) -> Option<Waiting> {
        self.waiting.retain(|waiting| !waiting.answer.is_closed());
        let may_begin =
            |place: &usize| partials || self.waiting[*place].job.kind != JobKind::Partial;
        // The first of equals: they are in the order of arrival.
        let next = (0..self.waiting.len()).filter(may_begin).min_by_key(|place| self.rank(*place));
        next.map(|place| self.waiting.remove(place))
    }

    /// Makes a job that waits a final; `false` if it does not wait.
    pub(super) fn raise(&mut self, line: u64, job: JobId, deadline: Instant) -> bool {
        let found = self.waiting.iter_mut().find(|waiting| waiting.is(line, job));
        if let Some(waiting) = found {
            waiting.job.kind = JobKind::Final;
            waiting.deadline = deadline;
            return true;
        }
        false
    }

    /// Gives up a job that waits; `false` if it does not wait.
    pub(super) fn cancel(&mut self, line: u64, job: JobId) -> bool {
        self.give_up(|waiting| waiting.is(line, job)) > 0
    }

    /// Gives up everything but finals and says how much there was.
    pub(super) fn give_up_all_but_finals(&mut self) -> usize {
        self.give_up(|waiting| waiting.job.kind != JobKind::Final)
    }

    fn rank(&self, place: usize) -> (JobKind, Instant) {
        (self.waiting[place].job.kind, self.waiting[place].deadline)
    }

    fn find_last(&self, wanted: impl Fn(&Waiting) -> bool) -> Option<usize> {
        let found = (0..self.waiting.len()).filter(|place| wanted(&self.waiting[*place]));
        found.max_by_key(|place| self.rank(*place))
    }

    fn give_up(&mut self, unwanted: impl Fn(&Waiting) -> bool) -> usize {
        self.waiting.extract_if(.., |waiting| unwanted(waiting)).map(Waiting::give_up).count()
    }
}

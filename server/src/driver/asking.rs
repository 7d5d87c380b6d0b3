//! What a call has asked the recognisers and not heard yet.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use attune_models::recogniser::{Job, JobId, JobKind, RecogniseError};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::pool::{self, PoolFull};

/// How urgent a final is: with the pause that made it one, a second after the end of speech.
const FINAL_WITHIN: Duration = Duration::from_millis(800);
/// What is asked ahead should be there when its pause is long enough.
const AHEAD_WITHIN: Duration = Duration::from_millis(60);
/// A partial text that is older shows nothing new.
const PARTIAL_WITHIN: Duration = Duration::from_millis(500);

/// The open requests of one call.
pub(super) struct Asking {
    recognisers: pool::Line,
    answers: FuturesUnordered<BoxFuture<'static, (JobId, pool::Answer)>>,
    open: BTreeMap<JobId, Asked>,
}

struct Asked {
    job: Job,
    place: Place,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The pool has it as what it is.
    Pool,
    /// The pool has it, and it was raised from ahead to final on the way.
    Raised,
    /// The pool gave it up before it was due.
    Shed,
}

impl Asking {
    pub(super) fn new(recognisers: pool::Line) -> Self {
        Self { recognisers, answers: FuturesUnordered::new(), open: BTreeMap::new() }
    }

    /// Asks for a job, or, if it was asked for ahead, sees to it that it is answered now.
    pub(super) fn ask(&mut self, job: Job) {
        match self.open.get_mut(&job.id) {
            Some(asked) if asked.place == Place::Pool => {
                self.recognisers.raise(job.id, Instant::now() + FINAL_WITHIN);
                *asked = Asked { job, place: Place::Raised };
            }
            _ => self.submit(job),
        }
    }

    /// A job that was asked for ahead is not wanted any more.
    pub(super) fn cancel(&mut self, job: JobId) {
        let begun = match self.open.remove(&job) {
            Some(Asked { place: Place::Shed, .. }) => false,
            Some(_) => !self.recognisers.cancel(job),
            // Answered.
            None => true,
        };
        if begun {
            metrics::counter!("attune_recogniser_ahead_wasted_total").increment(1);
        }
    }

    /// The next answer; for ever if nothing is asked.
    pub(super) async fn answer(&mut self) -> (Job, pool::Answer) {
        loop {
            let Some((id, answer)) = self.answers.next().await else {
                std::future::pending::<()>().await;
                continue;
            };
            // What is not open was cancelled.
            let Some(asked) = self.open.remove(&id) else { continue };
            let dropped = answer == Err(RecogniseError::Dropped);
            match (asked.job.kind, asked.place) {
                (JobKind::Ahead, _) if dropped => {
                    self.open.insert(id, Asked { place: Place::Shed, ..asked });
                }
                // It was given up in the same moment as it was raised.
                (JobKind::Final, Place::Raised) if dropped => self.submit(asked.job),
                _ => return (asked.job, answer),
            }
        }
    }

    /// How many finals are open.
    pub(super) fn open_finals(&self) -> usize {
        self.open.values().filter(|asked| asked.job.kind == JobKind::Final).count()
    }

    fn submit(&mut self, job: Job) {
        let within = match job.kind {
            JobKind::Final => FINAL_WITHIN,
            JobKind::Ahead => AHEAD_WITHIN,
            JobKind::Partial => PARTIAL_WITHIN,
        };
        let id = job.id;
        let answer = self.recognisers.submit(job.clone(), Instant::now() + within);
        self.open.insert(id, Asked { job, place: Place::Pool });
        self.answers.push(Box::pin(async move {
            let dropped = Err(RecogniseError::Dropped);
            let result = match answer {
                Ok(answer) => answer.await.unwrap_or(dropped),
                Err(PoolFull) => dropped,
            };
            (id, result)
        }));
    }
}

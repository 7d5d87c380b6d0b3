//! What reports read: sums by the day, on a thread and a connection of their own, so that a report
//! never holds up a call's events.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tokio::sync::oneshot;

use super::{Compared, NoteRecord, Notes, StoreError};
use crate::figures::catalogue::Figure;
use crate::figures::stats::Sums;
use crate::figures::weigh::Dimension;

/// Reports that may wait for one another; each takes a second or two at most.
const QUEUE: usize = 16;

/// Which calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Days since 1970, both included.
    pub(crate) first_day: i64,
    pub(crate) last_day: i64,
    /// The last day after which nobody calls back any more.
    pub(crate) over: i64,
    /// Only this project; `None`: all.
    pub(crate) project: Option<String>,
}

/// What sums are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Everything in one.
    All,
    /// The key of the dimension: team, issue …
    Key,
    /// The project.
    Project,
    /// The day, as its number.
    Day,
}

/// A group's sums of a figure.
pub(crate) type KeyedSums = (String, Figure, Sums);

/// Calls offered and answered, by group.
pub(crate) type Traffic = (String, u64, u64);

/// Reads what reports are made from. Blocking: it lives on a thread of its own.
pub(crate) trait FigureReader: Send {
    /// The sums of every figure along a dimension.
    fn sums(
        &mut self,
        dimension: Dimension,
        group: Group,
        asked: &Asked,
    ) -> Result<Vec<KeyedSums>, StoreError>;

    /// How many agents took the calls of each group; the key is the team. Those whom the platform
    /// does not name are not among them.
    fn agents(&mut self, group: Group, asked: &Asked) -> Result<Vec<(String, u64)>, StoreError>;

    /// Traffic by project or day; a team or an issue has none of its own.
    fn traffic(&mut self, group: Group, asked: &Asked) -> Result<Vec<Traffic>, StoreError>;

    /// A pair for each caller and period: mean rating, and the logarithm of what revenue a day grew
    /// by into the next period.
    fn growth(&mut self, asked: &Asked) -> Result<Vec<(f64, f64)>, StoreError>;

    /// What became of the cards of each note, with the calls in which they were shown.
    fn note_records(&mut self, notes: &Notes) -> Result<BTreeMap<String, NoteRecord>, StoreError>;

    /// Calls with advice, and calls that were held out.
    fn held_out(&mut self, notes: &Notes) -> Result<Compared, StoreError>;
}

type Question = Box<dyn FnOnce(&mut dyn FigureReader) + Send>;

/// The way to the thread that reads for reports. Cheap to clone; the thread ends with the last one.
#[derive(Clone)]
pub struct Reports {
    questions: SyncSender<Question>,
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reports")
    }
}

impl Reports {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the system gives no thread.
    pub fn start(reader: super::sqlite::SqliteReader) -> Result<Self, StoreError> {
        Self::over(Box::new(reader))
    }

    pub(crate) fn over(mut reader: Box<dyn FigureReader>) -> Result<Self, StoreError> {
        let (questions, inbox): (_, Receiver<Question>) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("reports".into())
            .spawn(move || inbox.iter().for_each(|question| question(reader.as_mut())))
            .map_err(|source| StoreError::Io { path: "reports thread".into(), source })?;
        Ok(Self { questions })
    }

    /// Asks the thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn FigureReader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, receiver) = oneshot::channel();
        let question: Question = Box::new(move |reader| {
            // Nobody waits for the answer any more: nothing to do.
            let _ = answer.send(question(reader));
        });
        self.questions.try_send(question).map_err(|_full_or_gone| StoreError::Unavailable)?;
        receiver.await.map_err(|_gone| StoreError::Unavailable)?
    }
}

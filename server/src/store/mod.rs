//! Calls and their events, kept.
//!
//! One named thread owns the database. Calls hand it their events over a bounded queue and never
//! wait for the disk; what comes in while it writes goes into the next transaction. When a write
//! fails (disk full, file gone read-only) the events wait in memory and are tried again every
//! second, the health says so, and the calls go on.

mod caller_key;
mod goals;
mod notes;
mod people;
mod records;
pub(crate) mod reports;
pub mod sqlite;
#[cfg(test)]
mod tests;
mod versions;
mod writer;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use attune_proto::v1::{Call, CallEvent};
use tokio::sync::{oneshot, watch};

pub use self::caller_key::{CallerHash, CallerKeys};
pub use self::goals::GoalStore;
pub(crate) use self::notes::{Compared, NoteRecord};
pub use self::notes::{NoteStore, Notes};
pub use self::people::{Erased, PeopleStore};
pub use self::records::{Backend, Fact, RecordStore};
pub use self::reports::Reports;
pub use self::versions::{TextVersion, VersionStore};
use self::writer::{Command, Unsaved};

/// Commands that may wait for the store's thread: at 64 calls, a minute of events. If the disk
/// hangs for longer, events are lost to the store, counted and reported.
const QUEUE: usize = 4096;

/// Events that may wait in memory while writes fail: an hour of 64 calls, about 100 MB.
const MAX_UNSAVED: usize = 50_000;

/// Why the store cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory or the file cannot be used.
    #[error("{}: {source}; is the directory there and writable?", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has it.
    #[error("{} is in use by another attune-server; give each its own data directory", path.display())]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// It is not ours, or a later version made it.
    #[error("{}: {problem}", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The key file for caller keys is damaged.
    #[error("{}: a caller key file has {expected} bytes, this has {found}; restore it or, if no \
             caller must be recognised again, remove it", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Bytes it should have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// The database refused.
    #[error("the event store failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// A stored message is damaged.
    #[error("a stored message is damaged: {0}")]
    Damaged(#[from] prost::DecodeError),
    /// Its queue is full or its thread has ended.
    #[error("the event store does not answer")]
    Unavailable,
}

/// Which calls to list: newest first, from after a place in the list.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallPage {
    /// The place of the last call of the page before.
    pub after: Option<CallPlace>,
    /// Only calls in this state, as the API numbers it.
    pub state: Option<i32>,
    /// At most so many.
    pub limit: usize,
}

/// A call's place in the list. It stays the same when newer calls come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallPlace {
    /// Start of the call, microseconds since 1970.
    pub start_us: i64,
    /// Tells apart calls that started at once.
    pub number: i64,
}

/// A call with its new events.
#[derive(Debug, Clone)]
pub struct Append {
    /// As it now is.
    pub call: Arc<Call>,
    /// Who called, as a keyed hash.
    pub caller: Option<CallerHash>,
    /// In order of sequence.
    pub events: Vec<Arc<CallEvent>>,
    /// Is told when they are written.
    pub mark: Arc<StoredMark>,
}

/// How far a call is written.
#[derive(Debug, Default)]
pub struct StoredMark {
    sequence: AtomicU64,
    lost: AtomicBool,
}

impl StoredMark {
    /// Sequence number of the last event that is on the disk.
    pub fn sequence(&self) -> u64 {
        self.sequence.load(Ordering::Acquire)
    }

    /// Whether an event was given up.
    pub fn has_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}

/// A place for calls and their events. Blocking: it lives on the store's thread.
pub trait EventStore: Send {
    /// Writes all of it or nothing. Calls are replaced, events are added; those it already has
    /// stay.
    ///
    /// # Errors
    /// When the medium fails; the same batch is then tried again.
    fn append(&mut self, batch: &[Append]) -> Result<(), StoreError>;

    /// A call.
    ///
    /// # Errors
    /// When the medium fails.
    fn call(&mut self, call_id: &str) -> Result<Option<Call>, StoreError>;

    /// A page of calls, newest first, each with its place.
    ///
    /// # Errors
    /// When the medium fails.
    fn calls(&mut self, page: CallPage) -> Result<Vec<(CallPlace, Call)>, StoreError>;

    /// Events of a call after a sequence number, in order.
    ///
    /// # Errors
    /// When the medium fails.
    fn events(
        &mut self,
        call_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<CallEvent>, StoreError>;
}

/// How the store fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StoreHealth {
    /// What it is given, it writes.
    #[default]
    Well,
    /// Writes fail; events wait in memory or, beyond a bound, are lost.
    Failing {
        /// What the last write said.
        error: String,
    },
}

/// The way to the store's thread. Cheap to clone; the thread ends with the last one, after a last
/// attempt at what is unwritten.
#[derive(Debug, Clone)]
pub struct Store {
    commands: SyncSender<Command>,
    health: Arc<watch::Sender<StoreHealth>>,
}

impl Store {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the system gives no thread.
    pub fn start(backend: Box<dyn Backend>) -> Result<Self, StoreError> {
        let (commands, inbox) = sync_channel(QUEUE);
        let health = Arc::new(watch::Sender::new(StoreHealth::Well));
        let told = Arc::clone(&health);
        thread::Builder::new()
            .name("event-store".into())
            .spawn(move || writer::Writer::new(backend, told, MAX_UNSAVED).run(&inbox))
            .map_err(|source| StoreError::Io { path: "event-store thread".into(), source })?;
        Ok(Self { commands, health })
    }

    /// How it fares; changes when writes begin to fail and when they succeed again.
    pub fn health(&self) -> watch::Receiver<StoreHealth> {
        self.health.subscribe()
    }

    /// Hands over events. Never waits: what the queue cannot hold is lost to the store, and the
    /// call's mark says so.
    pub fn append(&self, append: Append) {
        let error = match self.commands.try_send(Command::Append(append)) {
            Ok(()) => return,
            Err(error) => error,
        };
        let (TrySendError::Full(command) | TrySendError::Disconnected(command)) = error;
        if let Command::Append(append) = command {
            writer::give_up(&append, &self.health, "its queue is full; the disk hangs");
        }
    }

    /// Waits until everything handed over before is written, or could not be. Says whether it is.
    pub async fn flush(&self) -> bool {
        self.ask(|_, unsaved| Ok(unsaved.is_empty())).await.unwrap_or(false)
    }

    /// A call, as far as its events are handed over.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], or what the medium says.
    pub async fn call(&self, call_id: &str) -> Result<Option<Call>, StoreError> {
        let call_id = call_id.to_owned();
        self.ask(move |backend, unsaved| match unsaved.call(&call_id) {
            Some(call) => Ok(Some(call)),
            None => backend.call(&call_id),
        })
        .await
    }

    /// A page of calls, newest first.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn calls(&self, page: CallPage) -> Result<Vec<(CallPlace, Call)>, StoreError> {
        self.ask(move |backend, _| backend.calls(page)).await
    }

    /// Events of a call after a sequence number, in order, at most `limit`. Those handed over
    /// before are among them, written or not.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn events(
        &self,
        call_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<CallEvent>, StoreError> {
        let call_id = call_id.to_owned();
        self.ask(move |backend, unsaved| {
            let mut events = backend.events(&call_id, after, limit)?;
            unsaved.add_events(&call_id, after, limit, &mut events);
            Ok(events)
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn Backend, &Unsaved) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, receiver) = oneshot::channel();
        let command = Command::Ask(Box::new(move |backend, unsaved| {
            // Nobody waits for the answer any more: nothing to do.
            let _ = answer.send(question(backend, unsaved));
        }));
        self.commands.try_send(command).map_err(|_full_or_gone| StoreError::Unavailable)?;
        receiver.await.map_err(|_gone| StoreError::Unavailable)?
    }
}

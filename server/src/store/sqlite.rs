//! Calls and events in one SQLite file: write-ahead log, synchronised at every commit, so that
//! what is said to be stored survives a killed process and a lost power supply.

mod figures;
mod goals;
mod notes;
mod people;
mod records;
mod versions;

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use attune_proto::v1::{Call, CallEnded, CallEvent, CallState, EndReason, call_event::Body};
use prost::Message;
use prost_types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};

pub use self::figures::SqliteReader;
use super::{Append, CallPage, CallPlace, EventStore, StoreError};

/// `Attu`, in the header of the file.
const APPLICATION_ID: i64 = 0x4174_7475;

/// What brings the schema from version N to N + 1. Never edited, only added to.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE calls (
        number   INTEGER PRIMARY KEY,
        call     TEXT    NOT NULL UNIQUE,
        state    INTEGER NOT NULL,
        start_us INTEGER NOT NULL,
        caller   BLOB,
        message  BLOB    NOT NULL
    ) STRICT;
    CREATE INDEX calls_by_start ON calls (start_us DESC, number DESC);
    CREATE INDEX calls_by_caller ON calls (caller, start_us DESC) WHERE caller IS NOT NULL;
    CREATE TABLE events (
        call     INTEGER NOT NULL REFERENCES calls (number) ON DELETE CASCADE,
        sequence INTEGER NOT NULL,
        message  BLOB    NOT NULL,
        PRIMARY KEY (call, sequence)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE outcomes (
        call    INTEGER PRIMARY KEY REFERENCES calls (number) ON DELETE CASCADE,
        message BLOB    NOT NULL
    ) STRICT;
    CREATE TABLE revenue (
        caller    BLOB    NOT NULL,
        first_day INTEGER NOT NULL,
        last_day  INTEGER NOT NULL,
        amount    REAL    NOT NULL,
        PRIMARY KEY (caller, first_day)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE traffic (
        day      INTEGER NOT NULL,
        project  TEXT    NOT NULL,
        offered  INTEGER NOT NULL,
        answered INTEGER NOT NULL,
        PRIMARY KEY (day, project)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE unsettled (
        call INTEGER PRIMARY KEY REFERENCES calls (number) ON DELETE CASCADE
    ) STRICT;
    INSERT INTO unsettled SELECT number FROM calls WHERE state = 3;
    CREATE TABLE facts (
        call        INTEGER PRIMARY KEY REFERENCES calls (number) ON DELETE CASCADE,
        start_us    INTEGER NOT NULL,
        caller      BLOB,
        project     TEXT    NOT NULL,
        issue       TEXT    NOT NULL,
        csat        INTEGER,
        called_back INTEGER NOT NULL,
        followed_by TEXT    NOT NULL,
        message     BLOB    NOT NULL
    ) STRICT;
    CREATE INDEX facts_by_caller ON facts (caller, start_us) WHERE caller IS NOT NULL;
    CREATE INDEX facts_rated ON facts (caller, start_us, csat)
        WHERE caller IS NOT NULL AND csat IS NOT NULL;
    CREATE TABLE cells (
        dimension INTEGER NOT NULL,
        day       INTEGER NOT NULL,
        project   TEXT    NOT NULL,
        key       TEXT    NOT NULL,
        figure    INTEGER NOT NULL,
        count     REAL    NOT NULL,
        sum       REAL    NOT NULL,
        squares   REAL    NOT NULL,
        PRIMARY KEY (dimension, day, project, key, figure)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE present (
        day     INTEGER NOT NULL,
        project TEXT    NOT NULL,
        team    TEXT    NOT NULL,
        agent   TEXT    NOT NULL,
        PRIMARY KEY (day, project, team, agent)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE profiles (
        caller  BLOB PRIMARY KEY,
        message BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE agents (
        agent   TEXT PRIMARY KEY,
        message BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE recommendations (
        number  INTEGER PRIMARY KEY,
        at_us   INTEGER NOT NULL,
        message BLOB    NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE goals (
        goal    TEXT PRIMARY KEY,
        message BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    notes::MIGRATION,
    versions::MIGRATION,
];

const PUT_CALL: &str = "
    INSERT INTO calls (call, state, start_us, caller, message)
    VALUES (:call, :state, :start_us, :caller, :message)
    ON CONFLICT (call) DO UPDATE SET state = :state, message = :message
    RETURNING number";

const PUT_EVENT: &str = "
    INSERT INTO events (call, sequence, message) VALUES (:call, :sequence, :message)
    ON CONFLICT DO NOTHING";

/// Figures are made of it next, once.
const TO_SETTLE: &str = "
    INSERT INTO unsettled SELECT :call WHERE NOT EXISTS (SELECT 1 FROM facts WHERE call = :call)
    ON CONFLICT DO NOTHING";

const GET_CALL: &str = "SELECT message FROM calls WHERE call = :call";

const LIST_CALLS: &str = "
    SELECT start_us, number, message FROM calls
    WHERE (:state IS NULL OR state = :state)
      AND (:start_us IS NULL OR (start_us, number) < (:start_us, :number))
    ORDER BY start_us DESC, number DESC
    LIMIT :limit";

const LIST_EVENTS: &str = "
    SELECT events.message FROM events JOIN calls ON calls.number = events.call
    WHERE calls.call = :call AND sequence > :after
    ORDER BY sequence LIMIT :limit";

/// A database in a directory that no other process uses.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    /// Held as long as the store is.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens the database in `data_dir`; makes it, and the directory, if it is not there. Calls
    /// that were live when the last process ended are given their end.
    ///
    /// # Errors
    /// When the directory cannot be used, another process uses it, or the file is not ours.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        private_directory(data_dir)
            .map_err(|source| StoreError::Io { path: data_dir.to_owned(), source })?;
        let lock = lock(&data_dir.join("attune.lock"))?;
        let path = data_dir.join("attune.db");
        let connection = Connection::open(&path)?;
        Self::prepare(connection, Some(lock), &path)
    }

    /// A database that is forgotten with the process.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::prepare(Connection::open_in_memory()?, None, Path::new(":memory:"))
    }

    fn prepare(
        mut connection: Connection,
        lock: Option<File>,
        path: &Path,
    ) -> Result<Self, StoreError> {
        migrate(&mut connection, path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // What was erased must not be found in the file.
        connection.pragma_update(None, "secure_delete", true)?;
        let mut store = Self { connection, _lock: lock };
        store.end_abandoned()?;
        Ok(store)
    }

    /// Calls of a process that was killed get an end, so that nobody takes them for live.
    fn end_abandoned(&mut self) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let abandoned: Vec<Vec<u8>> = transaction
            .prepare("SELECT message FROM calls WHERE state <> :ended")?
            .query_map(named_params! { ":ended": CallState::Ended as i32 }, |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for message in &abandoned {
            let call = Call::decode(message.as_slice())?;
            let last = last_event(&transaction, &call.call_id)?;
            let (call, event) = end_of(call, last);
            put(&transaction, &call, None, std::iter::once(&event))?;
        }
        transaction.commit()?;
        if !abandoned.is_empty() {
            tracing::warn!(calls = abandoned.len(), "calls of an earlier process were ended");
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl EventStore for SqliteStore {
    fn append(&mut self, batch: &[Append]) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        for append in batch {
            let caller = append.caller.as_ref().map(|caller| caller.as_bytes());
            put(&transaction, &append.call, caller, append.events.iter().map(AsRef::as_ref))?;
        }
        Ok(transaction.commit()?)
    }

    fn call(&mut self, call_id: &str) -> Result<Option<Call>, StoreError> {
        get_call(&self.connection, call_id)
    }

    fn calls(&mut self, page: CallPage) -> Result<Vec<(CallPlace, Call)>, StoreError> {
        let mut statement = self.connection.prepare_cached(LIST_CALLS)?;
        let mut rows = statement.query(named_params! {
            ":state": page.state,
            ":start_us": page.after.map(|place| place.start_us),
            ":number": page.after.map(|place| place.number),
            ":limit": integer(page.limit),
        })?;
        let mut calls = Vec::new();
        while let Some(row) = rows.next()? {
            let place = CallPlace { start_us: row.get(0)?, number: row.get(1)? };
            calls.push((place, Call::decode(row.get_ref(2)?.as_blob().unwrap_or_default())?));
        }
        Ok(calls)
    }

    fn events(
        &mut self,
        call_id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<CallEvent>, StoreError> {
        let mut statement = self.connection.prepare_cached(LIST_EVENTS)?;
        // A sequence number beyond i64 is after every event there is.
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let mut rows = statement
            .query(named_params! { ":call": call_id, ":after": after, ":limit": integer(limit) })?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            events.push(CallEvent::decode(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        Ok(events)
    }
}

fn put<'a>(
    transaction: &Transaction<'_>,
    call: &Call,
    caller: Option<&[u8]>,
    events: impl Iterator<Item = &'a CallEvent>,
) -> Result<(), StoreError> {
    let events: Vec<&CallEvent> = events.collect();
    let before = if notes::needs_reading(events.iter().copied()) {
        get_call(transaction, &call.call_id)?.and_then(|call| call.snapshot)
    } else {
        None
    };
    let number: i64 = transaction.prepare_cached(PUT_CALL)?.query_row(
        named_params! {
            ":call": call.call_id,
            ":state": call.state,
            ":start_us": micros(call.start_time.unwrap_or_default()),
            ":caller": caller,
            ":message": call.encode_to_vec(),
        },
        |row| row.get(0),
    )?;
    if call.state() == CallState::Ended {
        transaction.prepare_cached(TO_SETTLE)?.execute(named_params! { ":call": number })?;
    }
    let mut statement = transaction.prepare_cached(PUT_EVENT)?;
    let mut telling = notes::Telling { number, call, before };
    for event in events {
        let new = statement.execute(named_params! {
            ":call": number,
            ":sequence": i64::try_from(event.sequence).unwrap_or(i64::MAX),
            ":message": event.encode_to_vec(),
        })?;
        if new > 0 {
            telling.tell(transaction, event)?;
        }
    }
    Ok(())
}

/// Microseconds since 1970.
fn micros(moment: Timestamp) -> i64 {
    moment.seconds * 1_000_000 + i64::from(moment.nanos / 1000)
}

fn get_call(connection: &Connection, call_id: &str) -> Result<Option<Call>, StoreError> {
    let message: Option<Vec<u8>> = connection
        .prepare_cached(GET_CALL)?
        .query_row(named_params! { ":call": call_id }, |row| row.get(0))
        .optional()?;
    Ok(message.map(|message| Call::decode(message.as_slice())).transpose()?)
}

fn integer(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn last_event(
    transaction: &Transaction<'_>,
    call_id: &str,
) -> Result<Option<CallEvent>, StoreError> {
    let message: Option<Vec<u8>> = transaction
        .prepare_cached(
            "SELECT events.message FROM events JOIN calls ON calls.number = events.call
             WHERE calls.call = :call ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row(named_params! { ":call": call_id }, |row| row.get(0))
        .optional()?;
    Ok(message.map(|message| CallEvent::decode(message.as_slice())).transpose()?)
}

/// The end of a call whose process was killed: at its last sign of life.
fn end_of(mut call: Call, last: Option<CallEvent>) -> (Call, CallEvent) {
    let last = last.unwrap_or_default();
    let event = CallEvent {
        call_id: call.call_id.clone(),
        sequence: last.sequence + 1,
        offset: last.offset.or(Some(prost_types::Duration::default())),
        create_time: last.create_time.or(call.start_time),
        body: Some(Body::Ended(CallEnded { reason: EndReason::Failed.into(), summary: None })),
    };
    call.state = CallState::Ended.into();
    call.end_time = event.create_time;
    call.last_sequence = event.sequence;
    (call, event)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let foreign = |problem: String| StoreError::Foreign { path: path.to_owned(), problem };
    let read = |name: &str| -> Result<i64, StoreError> {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .map_err(|error| foreign(format!("is not a database of attune-server ({error})")))
    };
    let (application, version) = (read("application_id")?, read("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(foreign("is a database of another program".into()));
    }
    let known = MIGRATIONS.len();
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > known {
        return Err(foreign(format!(
            "has schema version {version}, this attune-server knows up to {known}; use a newer one"
        )));
    }
    let transaction = connection.transaction()?;
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", integer(known))?;
    Ok(transaction.commit()?)
}

/// Makes the directory for nobody but this user: there will be transcripts in it.
fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let io = |source| StoreError::Io { path: path.to_owned(), source };
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: PathBuf::from(path) }),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

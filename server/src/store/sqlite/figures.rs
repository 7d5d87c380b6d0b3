//! Fact rows, the sums that reports are made from, and the connection that reports read on.

use std::collections::BTreeMap;
use std::path::Path;

use attune_proto::v1::{CallFigures, Outcome};
use prost::Message;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, named_params};

use super::SqliteStore;
use super::records::{find, get_outcome};
use crate::figures::catalogue::Figure;
use crate::figures::links::{CALL_BACK_US, Contact, Link, links};
use crate::figures::stats::Sums;
use crate::figures::weigh::{self, Book, Dimension, Known};
use crate::store::reports::{Asked, FigureReader, Group, KeyedSums, Traffic};
use crate::store::{Compared, Fact, NoteRecord, Notes, StoreError};

const PUT_FACT: &str = "
    INSERT INTO facts (call, start_us, caller, project, issue, csat, called_back, followed_by, message)
    VALUES (:call, :start_us, :caller, :project, :issue, :csat, 0, '', :message)
    ON CONFLICT DO NOTHING";

const CHANGE_FACT: &str = "UPDATE facts SET issue = :issue, csat = :csat WHERE call = :call";

const LINK_FACT: &str =
    "UPDATE facts SET called_back = :called_back, followed_by = :followed_by WHERE call = :call";

const FACT: &str = "
    SELECT call, start_us, caller, project, issue, called_back, followed_by, message
    FROM facts WHERE call = :call";

const CONTACTS: &str = "
    SELECT call, start_us, caller, project, issue, called_back, followed_by, message
    FROM facts WHERE caller = :caller AND start_us BETWEEN :first AND :last
    ORDER BY start_us, call";

const ADD_CELL: &str = "
    INSERT INTO cells (dimension, day, project, key, figure, count, sum, squares)
    VALUES (:dimension, :day, :project, :key, :figure, :count, :sum, :squares)
    ON CONFLICT DO UPDATE SET count = count + :count, sum = sum + :sum, squares = squares + :squares";

const ADD_PRESENT: &str = "
    INSERT INTO present (day, project, team, agent) VALUES (:day, :project, :team, :agent)
    ON CONFLICT DO NOTHING";

/// A fact row.
struct Stored {
    call: i64,
    start_us: i64,
    caller: Option<Vec<u8>>,
    project: String,
    issue: String,
    link: Link,
    message: Vec<u8>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            call: row.get(0)?,
            start_us: row.get(1)?,
            caller: row.get(2)?,
            project: row.get(3)?,
            issue: row.get(4)?,
            link: Link { called_back: row.get(5)?, followed_by: row.get(6)? },
            message: row.get(7)?,
        })
    }

    /// Adds the call with this link to the sums, or takes it away.
    fn enter(
        &self,
        book: &mut Book,
        outcome: Option<&Outcome>,
        link: &Link,
        times: f64,
    ) -> Result<(), StoreError> {
        let figures = CallFigures::decode(self.message.as_slice())?;
        let link = self.caller.is_some().then_some(link);
        book.enter(Known { figures: &figures, outcome, link }, times);
        Ok(())
    }
}

/// Makes the fact rows of calls that have ended.
pub(super) fn settle(store: &mut SqliteStore, facts: &[Fact]) -> Result<(), StoreError> {
    let transaction = store.connection.transaction()?;
    let mut book = Book::default();
    for fact in facts {
        settle_one(&transaction, fact, &mut book)?;
    }
    write(&transaction, &book)?;
    Ok(transaction.commit()?)
}

fn settle_one(
    transaction: &Transaction<'_>,
    fact: &Fact,
    book: &mut Book,
) -> Result<(), StoreError> {
    let figures = &fact.figures;
    let Some((number, caller)) = find(transaction, &figures.call_id)? else { return Ok(()) };
    let outcome = get_outcome(transaction, number)?;
    let issue = weigh::issue(figures, outcome.as_ref());
    let start_us = super::micros(figures.start_time.unwrap_or_default());
    let new = transaction.prepare_cached(PUT_FACT)?.execute(named_params! {
        ":call": number,
        ":start_us": start_us,
        ":caller": caller,
        ":project": figures.project,
        ":issue": issue,
        ":csat": outcome.as_ref().and_then(|outcome| outcome.csat),
        ":message": figures.encode_to_vec(),
    })?;
    transaction
        .prepare_cached("DELETE FROM unsettled WHERE call = :call")?
        .execute(named_params! { ":call": number })?;
    if new == 0 {
        return Ok(());
    }
    let link = Link::default();
    let link = caller.is_some().then_some(&link);
    book.enter(Known { figures, outcome: outcome.as_ref(), link }, 1.0);
    transaction.prepare_cached(ADD_PRESENT)?.execute(named_params! {
        ":day": start_us.div_euclid(DAY_US),
        ":project": figures.project,
        ":team": figures.team,
        ":agent": fact.agent,
    })?;
    match caller {
        Some(caller) => relink(transaction, &caller, start_us, book),
        None => Ok(()),
    }
}

/// Looks again at what followed the calls of a caller around a moment, after one there changed.
fn relink(
    transaction: &Transaction<'_>,
    caller: &[u8],
    start_us: i64,
    book: &mut Book,
) -> Result<(), StoreError> {
    let range = named_params! {
        ":caller": caller,
        ":first": start_us - CALL_BACK_US,
        ":last": start_us + CALL_BACK_US,
    };
    let mut statement = transaction.prepare_cached(CONTACTS)?;
    let near = statement.query_map(range, Stored::read)?.collect::<Result<Vec<_>, _>>()?;
    let contacts: Vec<_> = near
        .iter()
        .map(|near| Contact { start_us: near.start_us, project: &near.project, issue: &near.issue })
        .collect();
    for (near, link) in near.iter().zip(links(&contacts)) {
        // What follows a call after the moment may lie beyond the range.
        if near.start_us > start_us || near.link == link {
            continue;
        }
        let outcome = get_outcome(transaction, near.call)?;
        near.enter(book, outcome.as_ref(), &near.link, -1.0)?;
        near.enter(book, outcome.as_ref(), &link, 1.0)?;
        transaction.prepare_cached(LINK_FACT)?.execute(named_params! {
            ":call": near.call,
            ":called_back": link.called_back,
            ":followed_by": link.followed_by,
        })?;
    }
    Ok(())
}

/// Brings fact row and sums up to date with an outcome that was changed.
pub(super) fn change(
    transaction: &Transaction<'_>,
    number: i64,
    before: Option<&Outcome>,
    after: &Outcome,
    book: &mut Book,
) -> Result<(), StoreError> {
    let stored = transaction
        .prepare_cached(FACT)?
        .query_row(named_params! { ":call": number }, Stored::read)
        .optional()?;
    // Of a live call there is no fact row yet.
    let Some(stored) = stored else { return Ok(()) };
    stored.enter(book, before, &stored.link, -1.0)?;
    stored.enter(book, Some(after), &stored.link, 1.0)?;
    let figures = CallFigures::decode(stored.message.as_slice())?;
    let issue = weigh::issue(&figures, Some(after));
    transaction.prepare_cached(CHANGE_FACT)?.execute(named_params! {
        ":call": number,
        ":issue": issue,
        ":csat": after.csat,
    })?;
    if issue != stored.issue
        && let Some(caller) = &stored.caller
    {
        relink(transaction, caller, stored.start_us, book)?;
    }
    Ok(())
}

/// The figures of a call with what followed it.
pub(super) fn figures(
    store: &mut SqliteStore,
    call_id: &str,
) -> Result<Option<CallFigures>, StoreError> {
    let transaction = store.connection.transaction()?;
    let Some((number, _)) = find(&transaction, call_id)? else { return Ok(None) };
    let stored = transaction
        .prepare_cached(FACT)?
        .query_row(named_params! { ":call": number }, Stored::read)
        .optional()?;
    let Some(stored) = stored else { return Ok(None) };
    let figures = CallFigures::decode(stored.message.as_slice())?;
    Ok(Some(CallFigures {
        issue: stored.issue,
        called_back: stored.caller.is_some().then_some(stored.link.called_back),
        followed_by: stored.link.followed_by,
        ..figures
    }))
}

/// Calls that have ended and have no fact row yet, the oldest first.
pub(super) fn unsettled(store: &mut SqliteStore, limit: usize) -> Result<Vec<String>, StoreError> {
    let mut statement = store.connection.prepare_cached(
        "SELECT calls.call FROM unsettled JOIN calls ON calls.number = unsettled.call
         ORDER BY unsettled.call LIMIT :limit",
    )?;
    let rows =
        statement.query_map(named_params! { ":limit": super::integer(limit) }, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes changed sums.
pub(super) fn write(transaction: &Transaction<'_>, book: &Book) -> Result<(), StoreError> {
    let mut statement = transaction.prepare_cached(ADD_CELL)?;
    for (cell, figure, sums) in book.changes() {
        statement.execute(named_params! {
            ":dimension": cell.dimension.number(),
            ":day": cell.day,
            ":project": cell.project,
            ":key": cell.key,
            ":figure": figure.number(),
            ":count": sums.count,
            ":sum": sums.sum,
            ":squares": sums.squares,
        })?;
    }
    Ok(())
}

const DAY_US: i64 = 86_400_000_000;

/// A connection that only reads, beside the writer's: the write-ahead log lets it see a state that
/// holds while the writer goes on.
#[derive(Debug)]
pub struct SqliteReader {
    connection: Connection,
}

impl SqliteReader {
    /// On the database that a [`SqliteStore`] has opened in `data_dir`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(data_dir.join("attune.db"), flags)?;
        // In kibibytes, negative: a report over a year reads some tens of megabytes.
        connection.pragma_update(None, "cache_size", -65_536)?;
        Ok(Self { connection })
    }

    /// On an empty database of its own.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self { connection: SqliteStore::in_memory()?.connection })
    }
}

/// Which column calls are put together by.
fn column(group: Group) -> &'static str {
    match group {
        Group::All => "''",
        Group::Key => "key",
        Group::Project => "project",
        Group::Day => "day",
    }
}

impl FigureReader for SqliteReader {
    fn sums(
        &mut self,
        dimension: Dimension,
        group: Group,
        asked: &Asked,
    ) -> Result<Vec<KeyedSums>, StoreError> {
        let by = column(group);
        let waiting: Vec<String> = Figure::ALL
            .iter()
            .filter(|figure| figure.waits())
            .map(|figure| figure.number().to_string())
            .collect();
        let waiting = waiting.join(", ");
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT CAST({by} AS TEXT), figure, sum(count), sum(sum), sum(squares) FROM cells
             WHERE dimension = :dimension AND day BETWEEN :first AND :last
               AND (:project IS NULL OR project = :project)
               AND (day <= :over OR figure NOT IN ({waiting}))
             GROUP BY {by}, figure"
        ))?;
        let mut rows = statement.query(named_params! {
            ":dimension": dimension.number(),
            ":first": asked.first_day,
            ":last": asked.last_day,
            ":project": asked.project,
            ":over": asked.over,
        })?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            // A figure of a later version is not known here.
            let Some(figure) = Figure::from_number(row.get(1)?) else { continue };
            let sums = Sums { count: row.get(2)?, sum: row.get(3)?, squares: row.get(4)? };
            found.push((row.get(0)?, figure, sums));
        }
        Ok(found)
    }

    fn agents(&mut self, group: Group, asked: &Asked) -> Result<Vec<(String, u64)>, StoreError> {
        let by = if group == Group::Key { "team" } else { column(group) };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT CAST({by} AS TEXT), count(DISTINCT agent) FROM present
             WHERE day BETWEEN :first AND :last AND (:project IS NULL OR project = :project)
               AND agent <> '' GROUP BY {by}"
        ))?;
        let rows = statement.query_map(
            named_params! {
                ":first": asked.first_day, ":last": asked.last_day, ":project": asked.project
            },
            |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn traffic(&mut self, group: Group, asked: &Asked) -> Result<Vec<Traffic>, StoreError> {
        let by = if group == Group::Key { "''" } else { column(group) };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT CAST({by} AS TEXT), sum(offered), sum(answered) FROM traffic
             WHERE day BETWEEN :first AND :last AND (:project IS NULL OR project = :project)
             GROUP BY {by}"
        ))?;
        let rows = statement.query_map(
            named_params! {
                ":first": asked.first_day, ":last": asked.last_day, ":project": asked.project
            },
            |row| {
                let (offered, answered): (i64, i64) = (row.get(1)?, row.get(2)?);
                Ok((row.get(0)?, offered.unsigned_abs(), answered.unsigned_abs()))
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn growth(&mut self, asked: &Asked) -> Result<Vec<(f64, f64)>, StoreError> {
        let of_project = if asked.project.is_some() {
            "AND facts.project = :project"
        } else {
            "AND :project IS NULL"
        };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT avg(facts.csat),
                    this.amount / (this.last_day - this.first_day + 1),
                    next.amount / (next.last_day - next.first_day + 1)
             FROM revenue AS this
             JOIN revenue AS next ON next.caller = this.caller AND next.first_day = this.last_day + 1
             JOIN facts ON facts.caller = this.caller AND facts.csat IS NOT NULL
                 AND facts.start_us >= this.first_day * {DAY_US}
                 AND facts.start_us < (this.last_day + 1) * {DAY_US} {of_project}
             WHERE this.amount > 0 AND next.amount > 0
               AND this.last_day >= :first AND this.first_day <= :last
             GROUP BY this.caller, this.first_day"
        ))?;
        let rows = statement.query_map(
            named_params! {
                ":first": asked.first_day, ":last": asked.last_day, ":project": asked.project
            },
            |row| {
                let (csat, this, next): (f64, f64, f64) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok((csat, (next / this).ln()))
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn note_records(&mut self, notes: &Notes) -> Result<BTreeMap<String, NoteRecord>, StoreError> {
        super::notes::records(&self.connection, notes)
    }

    fn held_out(&mut self, notes: &Notes) -> Result<Compared, StoreError> {
        super::notes::held_out(&self.connection, notes)
    }
}

//! What becomes of cards, in the same file and in the same transaction as the events that tell it.

use std::collections::{BTreeMap, BTreeSet};

use attune_models::guidance::{AgentWishes, Tally};
use attune_proto::v1::call_event::Body;
use attune_proto::v1::{Call, CallEvent, FeedbackKind, Snapshot, Suggestion, WithdrawReason};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};

use super::SqliteStore;
use crate::figures::stats::Sums;
use crate::store::{Compared, NoteRecord, NoteStore, Notes, StoreError};

#[cfg(test)]
mod tests;

/// One row a card, with how the caller was read when it was shown; one a note with counts, so that a
/// call that begins need not count; one a call with what it came to. No agent is named.
pub(super) const MIGRATION: &str = "
    CREATE TABLE cards (
        call        INTEGER NOT NULL REFERENCES calls (number) ON DELETE CASCADE,
        card        TEXT    NOT NULL,
        note        TEXT    NOT NULL,
        class       INTEGER NOT NULL,
        outcome     INTEGER NOT NULL,
        reason      TEXT    NOT NULL,
        colour      INTEGER NOT NULL,
        motive      INTEGER NOT NULL,
        mood        INTEGER NOT NULL,
        caller_type INTEGER NOT NULL,
        phase       INTEGER NOT NULL,
        PRIMARY KEY (call, card)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE guided (
        call       INTEGER PRIMARY KEY REFERENCES calls (number) ON DELETE CASCADE,
        project    TEXT    NOT NULL,
        language   TEXT    NOT NULL,
        held_out   INTEGER NOT NULL,
        seconds    REAL,
        valence    REAL
    ) STRICT;
    CREATE INDEX guided_by_project ON guided (project, language);
    CREATE TABLE tallies (
        project   TEXT    NOT NULL,
        language  TEXT    NOT NULL,
        note      TEXT    NOT NULL,
        shown     INTEGER NOT NULL DEFAULT 0,
        used      INTEGER NOT NULL DEFAULT 0,
        dismissed INTEGER NOT NULL DEFAULT 0,
        expired   INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (project, language, note)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE wishes (
        agent TEXT    PRIMARY KEY,
        cards INTEGER,
        muted TEXT    NOT NULL
    ) STRICT, WITHOUT ROWID;
";

const PUT_GUIDED: &str = "
    INSERT INTO guided (call, project, language, held_out)
    VALUES (:call, :project, :language, :held_out) ON CONFLICT DO NOTHING";

const END_GUIDED: &str =
    "UPDATE guided SET seconds = :seconds, valence = :valence WHERE call = :call";

const PUT_CARD: &str = "
    INSERT INTO cards
        (call, card, note, class, outcome, reason, colour, motive, mood, caller_type, phase)
    VALUES (:call, :card, :note, :class, 0, '', :colour, :motive, :mood, :caller_type, :phase)
    ON CONFLICT DO NOTHING";

const GET_CARD: &str = "SELECT note, outcome FROM cards WHERE call = :call AND card = :card";

const SET_CARD: &str = "
    UPDATE cards SET outcome = :outcome, reason = CASE :reason WHEN '' THEN reason ELSE :reason END
    WHERE call = :call AND card = :card";

const COUNT: &str = "
    INSERT INTO tallies (project, language, note, shown, used, dismissed, expired)
    SELECT project, language, :note, :shown, :used, :dismissed, :expired
    FROM guided WHERE call = :call
    ON CONFLICT (project, language, note) DO UPDATE SET
        shown = shown + :shown, used = used + :used,
        dismissed = dismissed + :dismissed, expired = expired + :expired";

const TALLIES: &str = "
    SELECT note, shown, used, dismissed, expired FROM tallies
    WHERE project = :project AND language = :language";

/// One row a note and call, then one a note and whether it was used in the call.
const RECORDS: &str = "
    WITH each AS (
        SELECT note, max(class) AS class, max(outcome = :used) AS used, seconds, valence
        FROM guided JOIN cards ON cards.call = guided.call
        WHERE project = :project AND language = :language
        GROUP BY note, guided.call
    )
    SELECT note, max(class), used,
        count(seconds), total(seconds), total(seconds * seconds),
        count(valence), total(valence), total(valence * valence)
    FROM each GROUP BY note, used";

const HELD_OUT: &str = "
    SELECT NULL, NULL, NOT held_out,
        count(seconds), total(seconds), total(seconds * seconds),
        count(valence), total(valence), total(valence * valence)
    FROM guided WHERE project = :project AND language = :language
    GROUP BY held_out";

const GET_WISHES: &str = "SELECT cards, muted FROM wishes WHERE agent = :agent";

const PUT_WISHES: &str = "
    INSERT INTO wishes (agent, cards, muted) VALUES (:agent, :cards, :muted)
    ON CONFLICT (agent) DO UPDATE SET cards = :cards, muted = :muted";

/// A call whose new events are written.
pub(super) struct Telling<'a> {
    /// Its row.
    pub(super) number: i64,
    /// As it is after them.
    pub(super) call: &'a Call,
    /// How the caller was read before them.
    pub(super) before: Option<Snapshot>,
}

impl Telling<'_> {
    /// Writes what a new event says of cards.
    pub(super) fn tell(
        &mut self,
        transaction: &Transaction<'_>,
        event: &CallEvent,
    ) -> Result<(), StoreError> {
        match &event.body {
            Some(Body::Started(started)) => {
                transaction.prepare_cached(PUT_GUIDED)?.execute(named_params! {
                    ":call": self.number,
                    ":project": self.call.project,
                    ":language": started.language_code,
                    ":held_out": started.guidance.as_ref().is_some_and(|g| g.held_out),
                })?;
            }
            Some(Body::Snapshot(snapshot)) => self.before = Some(snapshot.clone()),
            Some(Body::Suggestion(card)) => self.shown(transaction, card)?,
            Some(Body::SuggestionWithdrawn(gone)) => {
                self.outcome(transaction, &gone.suggestion_id, gone.reason(), "")?;
            }
            Some(Body::Feedback(word)) => {
                let outcome = match word.kind() {
                    FeedbackKind::Used => WithdrawReason::Used,
                    FeedbackKind::Dismissed => WithdrawReason::Dismissed,
                    FeedbackKind::Shown | FeedbackKind::Unspecified => return Ok(()),
                };
                self.outcome(transaction, &word.suggestion_id, outcome, &word.reason)?;
            }
            Some(Body::Ended(ended)) => {
                let Some(summary) = &ended.summary else { return Ok(()) };
                let length = summary.duration.unwrap_or_default();
                let seconds = length.seconds as f64 + f64::from(length.nanos) / 1e9;
                // A caller who never spoke has no mood.
                let valence = summary.snapshot.as_ref().map(|_| f64::from(summary.valence_last));
                transaction.prepare_cached(END_GUIDED)?.execute(named_params! {
                    ":call": self.number, ":seconds": seconds, ":valence": valence,
                })?;
            }
            _ => {}
        }
        Ok(())
    }

    fn shown(&self, transaction: &Transaction<'_>, card: &Suggestion) -> Result<(), StoreError> {
        let read = self.before.clone().unwrap_or_default();
        transaction.prepare_cached(PUT_CARD)?.execute(named_params! {
            ":call": self.number,
            ":card": card.suggestion_id,
            ":note": card.note_id,
            ":class": card.suggestion_class,
            ":colour": read.colour.map_or(0, |reading| reading.colour),
            ":motive": read.motive.map_or(0, |reading| reading.motive),
            ":mood": read.mood.map_or(0, |reading| reading.mood),
            ":caller_type": read.caller_type.map_or(0, |reading| reading.caller_type),
            ":phase": read.phase,
        })?;
        self.count(transaction, &card.note_id, Tallied::Shown, 1)
    }

    /// A human's word may come after the card has gone, and counts instead.
    fn outcome(
        &self,
        transaction: &Transaction<'_>,
        card: &str,
        outcome: WithdrawReason,
        reason: &str,
    ) -> Result<(), StoreError> {
        let known: Option<(String, i32)> = transaction
            .prepare_cached(GET_CARD)?
            .query_row(named_params! { ":call": self.number, ":card": card }, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some((note, before)) = known else { return Ok(()) };
        let before = WithdrawReason::try_from(before).unwrap_or(WithdrawReason::Unspecified);
        if before == outcome {
            return Ok(());
        }
        transaction.prepare_cached(SET_CARD)?.execute(named_params! {
            ":call": self.number,
            ":card": card,
            ":outcome": i32::from(outcome),
            ":reason": reason,
        })?;
        self.count(transaction, &note, Tallied::Gone(before), -1)?;
        self.count(transaction, &note, Tallied::Gone(outcome), 1)
    }

    fn count(
        &self,
        transaction: &Transaction<'_>,
        note: &str,
        what: Tallied,
        by: i64,
    ) -> Result<(), StoreError> {
        let of = |which: Tallied| if what == which { by } else { 0 };
        transaction.prepare_cached(COUNT)?.execute(named_params! {
            ":call": self.number,
            ":note": note,
            ":shown": of(Tallied::Shown),
            ":used": of(Tallied::Gone(WithdrawReason::Used)),
            ":dismissed": of(Tallied::Gone(WithdrawReason::Dismissed)),
            ":expired": of(Tallied::Gone(WithdrawReason::Expired)),
        })?;
        Ok(())
    }
}

/// What is counted of a card.
#[derive(Clone, Copy, PartialEq)]
enum Tallied {
    Shown,
    Gone(WithdrawReason),
}

/// Whether what was known before the events matters: a card comes before the first reading.
pub(super) fn needs_reading<'a>(mut events: impl Iterator<Item = &'a CallEvent>) -> bool {
    let first =
        events.find(|event| matches!(event.body, Some(Body::Suggestion(_) | Body::Snapshot(_))));
    first.is_some_and(|event| matches!(event.body, Some(Body::Suggestion(_))))
}

impl NoteStore for SqliteStore {
    fn tallies(&mut self, notes: &Notes) -> Result<BTreeMap<String, Tally>, StoreError> {
        tallies(&self.connection, notes)
    }

    fn wishes(&mut self, agent: &str) -> Result<AgentWishes, StoreError> {
        let mut statement = self.connection.prepare_cached(GET_WISHES)?;
        let wishes = |row: &Row<'_>| {
            let muted: String = row.get(1)?;
            let muted: BTreeSet<String> = muted.split_whitespace().map(str::to_owned).collect();
            Ok(AgentWishes { cards_per_call: row.get(0)?, muted })
        };
        let found = statement.query_row(named_params! { ":agent": agent }, wishes).optional()?;
        Ok(found.unwrap_or_default())
    }

    fn put_wishes(&mut self, agent: &str, wishes: &AgentWishes) -> Result<(), StoreError> {
        let muted: Vec<&str> = wishes.muted.iter().map(String::as_str).collect();
        self.connection.prepare_cached(PUT_WISHES)?.execute(named_params! {
            ":agent": agent,
            ":cards": wishes.cards_per_call,
            ":muted": muted.join(" "),
        })?;
        Ok(())
    }
}

fn tallies(connection: &Connection, notes: &Notes) -> Result<BTreeMap<String, Tally>, StoreError> {
    let mut statement = connection.prepare_cached(TALLIES)?;
    let of = named_params! { ":project": notes.project, ":language": notes.language };
    let tally = |row: &Row<'_>| {
        let count = |column| row.get::<_, i64>(column).map(whole);
        let (shown, used) = (count(1)?, count(2)?);
        let (dismissed, expired) = (count(3)?, count(4)?);
        Ok((row.get(0)?, Tally { shown, used, dismissed, expired }))
    };
    Ok(statement.query_map(of, tally)?.collect::<Result<_, _>>()?)
}

/// What became of the cards of each note, with the calls in which they were shown.
pub(super) fn records(
    connection: &Connection,
    notes: &Notes,
) -> Result<BTreeMap<String, NoteRecord>, StoreError> {
    let record = |(note, tally)| (note, NoteRecord { tally, ..NoteRecord::default() });
    let tallies = tallies(connection, notes)?;
    let mut records: BTreeMap<String, NoteRecord> = tallies.into_iter().map(record).collect();
    let mut statement = connection.prepare_cached(RECORDS)?;
    let mut rows = statement.query(named_params! {
        ":project": notes.project,
        ":language": notes.language,
        ":used": i32::from(WithdrawReason::Used),
    })?;
    while let Some(row) = rows.next()? {
        let record = records.entry(row.get(0)?).or_default();
        record.class = row.get(1)?;
        compare(row, &mut record.calls)?;
    }
    Ok(records)
}

/// Calls with advice, and calls that were held out.
pub(super) fn held_out(connection: &Connection, notes: &Notes) -> Result<Compared, StoreError> {
    let mut statement = connection.prepare_cached(HELD_OUT)?;
    let of = named_params! { ":project": notes.project, ":language": notes.language };
    let mut rows = statement.query(of)?;
    let mut compared = Compared::default();
    while let Some(row) = rows.next()? {
        compare(row, &mut compared)?;
    }
    Ok(compared)
}

/// Reads the sums of a row into the side that its third column names: with, or without.
fn compare(row: &Row<'_>, into: &mut Compared) -> Result<(), StoreError> {
    let side = usize::from(!row.get::<_, bool>(2)?);
    let sums = |first: usize| -> rusqlite::Result<Sums> {
        let count = row.get::<_, i64>(first)? as f64;
        Ok(Sums { count, sum: row.get(first + 1)?, squares: row.get(first + 2)? })
    };
    into.handle_time[side] = sums(3)?;
    into.final_valence[side] = sums(6)?;
    Ok(())
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

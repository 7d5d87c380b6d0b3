//! Outcomes, revenue and traffic in the same file.

use attune_proto::v1::{CallFigures, Outcome, RecordTrafficRequest, Revenue};
use prost::Message;
use rusqlite::{OptionalExtension, Transaction, named_params};

use super::{SqliteStore, figures};
use crate::day;
use crate::figures::weigh::Book;
use crate::store::{Fact, RecordStore, StoreError};

const FIND_CALL: &str = "SELECT number, caller FROM calls WHERE call = :call";

const PUT_OUTCOME: &str = "
    INSERT INTO outcomes (call, message) VALUES (:call, :message)
    ON CONFLICT (call) DO UPDATE SET message = :message";

const GET_OUTCOME: &str = "SELECT message FROM outcomes WHERE call = :call";

const PUT_REVENUE: &str = "
    INSERT INTO revenue (caller, first_day, last_day, amount)
    VALUES (:caller, :first_day, :last_day, :amount)
    ON CONFLICT (caller, first_day) DO UPDATE SET last_day = :last_day, amount = :amount";

const GET_REVENUE: &str = "
    SELECT first_day, last_day, amount FROM revenue WHERE caller = :caller ORDER BY first_day";

const PUT_TRAFFIC: &str = "
    INSERT INTO traffic (day, project, offered, answered)
    VALUES (:day, :project, :offered, :answered)
    ON CONFLICT (day, project) DO UPDATE SET offered = :offered, answered = :answered";

/// A call's row number and its caller.
pub(super) type CallKey = (i64, Option<Vec<u8>>);

impl RecordStore for SqliteStore {
    fn put_outcomes(&mut self, outcomes: &[Outcome]) -> Result<usize, StoreError> {
        let transaction = self.connection.transaction()?;
        let mut book = Book::default();
        let mut kept = 0;
        for outcome in outcomes {
            kept += usize::from(put_outcome(&transaction, outcome, &mut book)?);
        }
        figures::write(&transaction, &book)?;
        transaction.commit()?;
        Ok(kept)
    }

    fn outcome(&mut self, call_id: &str) -> Result<Option<Outcome>, StoreError> {
        let transaction = self.connection.transaction()?;
        let Some((number, caller)) = find(&transaction, call_id)? else { return Ok(None) };
        let Some(mut outcome) = get_outcome(&transaction, number)? else { return Ok(None) };
        outcome.revenue = get_revenue(&transaction, caller.as_deref())?;
        Ok(Some(outcome))
    }

    fn put_traffic(&mut self, day: i64, traffic: &RecordTrafficRequest) -> Result<(), StoreError> {
        self.connection.prepare_cached(PUT_TRAFFIC)?.execute(named_params! {
            ":day": day,
            ":project": traffic.project,
            ":offered": traffic.offered,
            ":answered": traffic.answered,
        })?;
        Ok(())
    }

    fn settle(&mut self, facts: &[Fact]) -> Result<(), StoreError> {
        figures::settle(self, facts)
    }

    fn figures(&mut self, call_id: &str) -> Result<Option<CallFigures>, StoreError> {
        figures::figures(self, call_id)
    }

    fn unsettled(&mut self, limit: usize) -> Result<Vec<String>, StoreError> {
        figures::unsettled(self, limit)
    }
}

fn put_outcome(
    transaction: &Transaction<'_>,
    outcome: &Outcome,
    book: &mut Book,
) -> Result<bool, StoreError> {
    let Some((number, caller)) = find(transaction, &outcome.call_id)? else { return Ok(false) };
    put_revenue(transaction, caller.as_deref(), &outcome.revenue)?;
    let before = get_outcome(transaction, number)?;
    let kept = Outcome { revenue: Vec::new(), ..outcome.clone() };
    transaction
        .prepare_cached(PUT_OUTCOME)?
        .execute(named_params! { ":call": number, ":message": kept.encode_to_vec() })?;
    figures::change(transaction, number, before.as_ref(), outcome, book)?;
    Ok(true)
}

pub(super) fn find(
    transaction: &Transaction<'_>,
    call_id: &str,
) -> Result<Option<CallKey>, StoreError> {
    let row = transaction
        .prepare_cached(FIND_CALL)?
        .query_row(named_params! { ":call": call_id }, |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(row.optional()?)
}

/// Without the revenue, which is the caller's.
pub(super) fn get_outcome(
    transaction: &Transaction<'_>,
    number: i64,
) -> Result<Option<Outcome>, StoreError> {
    let message: Option<Vec<u8>> = transaction
        .prepare_cached(GET_OUTCOME)?
        .query_row(named_params! { ":call": number }, |row| row.get(0))
        .optional()?;
    Ok(message.map(|message| Outcome::decode(message.as_slice())).transpose()?)
}

fn put_revenue(
    transaction: &Transaction<'_>,
    caller: Option<&[u8]>,
    revenue: &[Revenue],
) -> Result<(), StoreError> {
    let Some(caller) = caller else { return Ok(()) };
    let mut statement = transaction.prepare_cached(PUT_REVENUE)?;
    for period in revenue {
        // Dates were read when the request was.
        let (Some(first), Some(last)) =
            (day::read(&period.first_date), day::read(&period.last_date))
        else {
            continue;
        };
        statement.execute(named_params! {
            ":caller": caller,
            ":first_day": first,
            ":last_day": last,
            ":amount": period.amount,
        })?;
    }
    Ok(())
}

fn get_revenue(
    transaction: &Transaction<'_>,
    caller: Option<&[u8]>,
) -> Result<Vec<Revenue>, StoreError> {
    let mut statement = transaction.prepare_cached(GET_REVENUE)?;
    let periods = statement.query_map(named_params! { ":caller": caller }, |row| {
        Ok(Revenue {
            first_date: day::write(row.get(0)?),
            last_date: day::write(row.get(1)?),
            amount: row.get(2)?,
        })
    })?;
    Ok(periods.collect::<Result<_, _>>()?)
}

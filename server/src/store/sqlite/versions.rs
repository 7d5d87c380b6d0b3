//! Texts of playbooks in the same file.

use prost_types::Timestamp;
use rusqlite::{OptionalExtension, Transaction, named_params};

use super::{SqliteStore, integer, micros};
use crate::store::{StoreError, TextVersion, VersionStore};

pub(super) const MIGRATION: &str = "
    CREATE TABLE playbook_versions (
        file    TEXT    NOT NULL,
        number  INTEGER NOT NULL,
        at_us   INTEGER NOT NULL,
        by      TEXT    NOT NULL,
        comment TEXT    NOT NULL,
        found   INTEGER NOT NULL,
        text    TEXT    NOT NULL,
        PRIMARY KEY (file, number)
    ) STRICT;
";

const LAST: &str = "
    SELECT number, text FROM playbook_versions WHERE file = :file ORDER BY number DESC LIMIT 1";

const PUT: &str = "
    INSERT INTO playbook_versions (file, number, at_us, by, comment, found, text)
    VALUES (:file, :number, :at_us, :by, :comment, :found, :text)";

const LIST: &str = "
    SELECT number, at_us, by, comment, found FROM playbook_versions
    WHERE file = :file ORDER BY number DESC LIMIT :limit";

const GET: &str = "SELECT text FROM playbook_versions WHERE file = :file AND number = :number";

impl VersionStore for SqliteStore {
    fn put_version(&mut self, version: &TextVersion) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        put(&transaction, version)?;
        Ok(transaction.commit()?)
    }

    fn versions(&mut self, file: &str, limit: usize) -> Result<Vec<TextVersion>, StoreError> {
        let mut statement = self.connection.prepare_cached(LIST)?;
        let mut rows =
            statement.query(named_params! { ":file": file, ":limit": integer(limit) })?;
        let mut versions = Vec::new();
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            versions.push(TextVersion {
                file: file.to_owned(),
                number: number.unsigned_abs(),
                at: moment(row.get(1)?),
                by: row.get(2)?,
                comment: row.get(3)?,
                found: row.get(4)?,
                text: String::new(),
            });
        }
        Ok(versions)
    }

    fn version_text(&mut self, file: &str, number: u64) -> Result<Option<String>, StoreError> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let text = self
            .connection
            .prepare_cached(GET)?
            .query_row(named_params! { ":file": file, ":number": number }, |row| row.get(0))
            .optional()?;
        Ok(text)
    }
}

fn put(transaction: &Transaction<'_>, version: &TextVersion) -> Result<(), StoreError> {
    let last: Option<(i64, String)> = transaction
        .prepare_cached(LAST)?
        .query_row(named_params! { ":file": version.file }, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if version.found && last.as_ref().is_some_and(|(_, text)| *text == version.text) {
        return Ok(());
    }
    transaction.prepare_cached(PUT)?.execute(named_params! {
        ":file": version.file,
        ":number": last.map_or(0, |(number, _)| number) + 1,
        ":at_us": micros(version.at),
        ":by": version.by,
        ":comment": version.comment,
        ":found": version.found,
        ":text": version.text,
    })?;
    Ok(())
}

/// The other way round than [`micros`].
fn moment(micros: i64) -> Timestamp {
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1000).unwrap_or_default();
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

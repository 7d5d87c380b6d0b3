//! Customers from a file: CSV with a header, or a JSON list.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use attune_models::private::Private;
use serde::Deserialize;

use super::{Customer, CustomerError, Customers, customer};
use crate::manifest::Manifest;

/// A customer list in memory, read again when the file has changed.
///
/// CSV has the columns `key` and any of `tier`, `language`, `offers` (parted by `;`); JSON is a list
/// of objects with the same names, `offers` a list.
#[derive(Debug)]
pub struct FileCustomers {
    path: PathBuf,
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    changed: Option<SystemTime>,
    by_key: HashMap<String, Customer>,
}

impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("List").field("customers", &self.by_key.len()).finish()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    offers: Vec<String>,
}

impl FileCustomers {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read, or the first line or entry that is wrong.
    pub fn open(path: &Path) -> Result<Self, CustomerError> {
        let list = List { changed: changed(path)?, by_key: read(path)? };
        Ok(Self { path: path.to_owned(), list: Mutex::new(list) })
    }
}

impl Customers for FileCustomers {
    fn find(&self, caller_key: &Private<String>) -> Result<Option<Customer>, CustomerError> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed(&self.path)?;
        if changed != list.changed {
            // A broken file leaves the old list in use, and is told once.
            list.changed = changed;
            list.by_key = read(&self.path)?;
        }
        Ok(list.by_key.get(caller_key.reveal()).cloned())
    }
}

fn changed(path: &Path) -> Result<Option<SystemTime>, CustomerError> {
    let failed = |source| CustomerError::Read { path: path.to_owned(), source };
    Ok(fs::metadata(path).map_err(failed)?.modified().ok())
}

fn read(path: &Path) -> Result<HashMap<String, Customer>, CustomerError> {
    let wrong = |message: String| CustomerError::Wrong { message };
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        let text = fs::read_to_string(path)
            .map_err(|source| CustomerError::Read { path: path.to_owned(), source })?;
        let entries: Vec<Entry> = serde_json::from_str(&text)
            .map_err(|error| wrong(format!("{}: {error}", path.display())))?;
        let entry = |(number, entry): (usize, Entry)| {
            let record = customer(&entry.tier, &entry.language, &entry.offers);
            let record = record
                .map_err(|why| wrong(format!("{}: entry {}: {why}", path.display(), number + 1)))?;
            Ok((entry.key, record))
        };
        return entries.into_iter().enumerate().map(entry).collect();
    }
    let manifest = Manifest::read(path, &["key"]).map_err(|error| wrong(error.to_string()))?;
    let row = |row: crate::manifest::Row<'_>| {
        let word = |column| row.get(column).unwrap_or_default();
        let offers: Vec<String> = word("offers").split(';').map(str::to_owned).collect();
        let record = customer(word("tier"), word("language"), &offers);
        let record = record.map_err(|why| wrong(row.wrong(&why).to_string()))?;
        Ok((word("key").to_owned(), record))
    };
    manifest.rows().map(row).collect()
}

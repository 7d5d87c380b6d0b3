//! Texts of playbooks, kept whenever they change.

use prost_types::Timestamp;

use super::{Store, StoreError};

/// A text that a playbook file had.
#[derive(Debug, Clone, PartialEq)]
pub struct TextVersion {
    /// The name of the file.
    pub file: String,
    /// Counts up for every file; given when it is kept.
    pub number: u64,
    /// When it was kept.
    pub at: Timestamp,
    /// Who saved it; empty if nobody knows.
    pub by: String,
    /// Why.
    pub comment: String,
    /// It was found in the file, and not saved by this server.
    pub found: bool,
    /// The text; not in a list.
    pub text: String,
}

/// A place for them. Blocking, like [`super::EventStore`].
pub trait VersionStore: Send {
    /// Keeps a text under the next number of its file. A text that was found, and is the last one
    /// kept, is passed over.
    ///
    /// # Errors
    /// When the medium fails.
    fn put_version(&mut self, version: &TextVersion) -> Result<(), StoreError>;

    /// The versions of a file without their texts, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the medium fails.
    fn versions(&mut self, file: &str, limit: usize) -> Result<Vec<TextVersion>, StoreError>;

    /// The text of a version.
    ///
    /// # Errors
    /// When the medium fails.
    fn version_text(&mut self, file: &str, number: u64) -> Result<Option<String>, StoreError>;
}

impl Store {
    /// Keeps a text under the next number of its file, as [`VersionStore::put_version`].
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn put_version(&self, version: TextVersion) -> Result<(), StoreError> {
        self.ask(move |backend, _| backend.put_version(&version)).await
    }

    /// The versions of a file without their texts, the newest first.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn versions(
        &self,
        file: String,
        limit: usize,
    ) -> Result<Vec<TextVersion>, StoreError> {
        self.ask(move |backend, _| backend.versions(&file, limit)).await
    }

    /// The text of a version.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn version_text(
        &self,
        file: String,
        number: u64,
    ) -> Result<Option<String>, StoreError> {
        self.ask(move |backend, _| backend.version_text(&file, number)).await
    }
}

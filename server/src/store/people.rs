//! Who callers were and who agents say they are.

use std::time::SystemTime;

use attune_proto::v1::{AgentProfile, CallerProfile, PastCall, RecommendAgentsResponse};

use super::{CallerHash, Store, StoreError};

/// What was erased of a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Calls, with all that was kept of them.
    pub calls: u32,
    /// Whether there was a profile.
    pub profile: bool,
}

/// A place for profiles. Blocking, like [`EventStore`](super::EventStore).
pub trait PeopleStore: Send {
    /// What is remembered of a caller.
    ///
    /// # Errors
    /// When the medium fails.
    fn profile(&mut self, caller: CallerHash) -> Result<Option<CallerProfile>, StoreError>;

    /// Keeps a profile in place of the one before.
    ///
    /// # Errors
    /// When the medium fails.
    fn put_profile(
        &mut self,
        caller: CallerHash,
        profile: &CallerProfile,
    ) -> Result<(), StoreError>;

    /// Calls of a caller, the newest first, at most `limit`.
    ///
    /// # Errors
    /// When the medium fails.
    fn past_calls(&mut self, caller: CallerHash, limit: usize)
    -> Result<Vec<PastCall>, StoreError>;

    /// Erases all that is kept of a caller, so that it is not found in the medium either.
    ///
    /// # Errors
    /// When the medium fails; nothing is erased then.
    fn erase_caller(&mut self, caller: CallerHash) -> Result<Erased, StoreError>;

    /// Keeps an agent's profile in place of the one before.
    ///
    /// # Errors
    /// When the medium fails.
    fn put_agent(&mut self, agent: &AgentProfile) -> Result<(), StoreError>;

    /// All agents' profiles, by id.
    ///
    /// # Errors
    /// When the medium fails.
    fn agents(&mut self) -> Result<Vec<AgentProfile>, StoreError>;

    /// Deletes an agent's profile, if there is one.
    ///
    /// # Errors
    /// When the medium fails.
    fn delete_agent(&mut self, agent_id: &str) -> Result<(), StoreError>;

    /// Notes what was recommended, and when.
    ///
    /// # Errors
    /// When the medium fails.
    fn note_recommendation(
        &mut self,
        at: SystemTime,
        told: &RecommendAgentsResponse,
    ) -> Result<(), StoreError>;

    /// What was recommended, the oldest first.
    ///
    /// # Errors
    /// When the medium fails.
    fn recommendations(&mut self) -> Result<Vec<RecommendAgentsResponse>, StoreError>;
}

impl Store {
    /// Asks for profiles. Blocks the store's thread as long as `question` takes.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn people<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn PeopleStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask(move |backend, _| question(backend)).await
    }

    /// Erases all that is kept of a caller.
    ///
    /// # Errors
    /// As [`Store::call`]; also while events wait in memory, for they might be this caller's.
    pub async fn erase_caller(&self, caller: CallerHash) -> Result<Erased, StoreError> {
        self.ask(move |backend, unsaved| {
            if unsaved.is_empty() {
                backend.erase_caller(caller)
            } else {
                Err(StoreError::Unavailable)
            }
        })
        .await
    }
}

//! What became of notes' cards, and what agents want.

use std::collections::BTreeMap;

use attune_models::guidance::{AgentWishes, Tally};

use super::{Store, StoreError};
use crate::figures::stats::Sums;

/// Whose notes: those of a project in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notes {
    /// Empty: the default project.
    pub project: String,
    /// BCP-47.
    pub language: String,
}

/// Two figures of calls, with something and without it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Compared {
    /// Seconds from the start of the call to its end.
    pub(crate) handle_time: [Sums; 2],
    /// The caller's mean valence in the last third of the turns.
    pub(crate) final_valence: [Sums; 2],
}

/// What became of a note's cards.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct NoteRecord {
    /// As the API numbers it.
    pub(crate) class: i32,
    /// Counts.
    pub(crate) tally: Tally,
    /// Calls in which a card of it was used, and calls in which none was though one was shown.
    pub(crate) calls: Compared,
}

/// A place for what becomes of cards. It is written with the events that it is told by; here it is
/// read. Blocking, like [`super::EventStore`].
pub trait NoteStore: Send {
    /// What became of the cards of each note so far.
    ///
    /// # Errors
    /// When the medium fails.
    fn tallies(&mut self, notes: &Notes) -> Result<BTreeMap<String, Tally>, StoreError>;

    /// What an agent wants.
    ///
    /// # Errors
    /// When the medium fails.
    fn wishes(&mut self, agent: &str) -> Result<AgentWishes, StoreError>;

    /// Keeps what an agent wants in place of what was wanted before.
    ///
    /// # Errors
    /// When the medium fails.
    fn put_wishes(&mut self, agent: &str, wishes: &AgentWishes) -> Result<(), StoreError>;
}

impl Store {
    /// What a call that begins goes by: what became of the notes' cards, and what the agent wants.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn learning(
        &self,
        notes: Notes,
        agent: String,
    ) -> Result<(BTreeMap<String, Tally>, AgentWishes), StoreError> {
        self.ask(move |backend, _| Ok((backend.tallies(&notes)?, backend.wishes(&agent)?))).await
    }

    /// What an agent wants.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn wishes(&self, agent: String) -> Result<AgentWishes, StoreError> {
        self.ask(move |backend, _| backend.wishes(&agent)).await
    }

    /// Keeps what an agent wants.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn put_wishes(&self, agent: String, wishes: AgentWishes) -> Result<(), StoreError> {
        self.ask(move |backend, _| backend.put_wishes(&agent, &wishes)).await
    }
}

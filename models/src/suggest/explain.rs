//! Which notes a moment would bring, and why the others would not come.

use super::Moment;
use super::facts::Facts;
use super::fit;
use super::memory::Memory;
use crate::playbook::Playbook;
use crate::private::Private;

/// What one note says to a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The note's id.
    pub note: String,
    /// Whether it fits.
    pub outcome: Outcome,
}

/// Whether a note fits.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All its conditions hold; what each can be checked by.
    Fired {
        /// As on the card.
        evidence: Vec<Private<String>>,
    },
    /// Not; the first reason why.
    Missed {
        /// "mood is satisfied, not angry".
        reason: String,
    },
}

/// One answer for every note, in the order of the playbook. Only this moment counts: what was said
/// before is not known here, nor what is on the screen.
pub fn explain(playbook: &Playbook, moment: &Moment<'_>) -> Vec<Explanation> {
    let mut memory = Memory::default();
    memory.hear(playbook.phrases(), moment.transcript);
    let facts = Facts {
        at: moment.at,
        snapshot: moment.snapshot,
        previous: moment.previous,
        memory: &memory,
        limits: playbook.limits(),
        phrases: playbook.phrases(),
    };
    let one = |note| match fit::fit(note, &facts) {
        Ok(_) => Outcome::Fired { evidence: fit::evidence(note, &facts) },
        Err(misfit) => Outcome::Missed { reason: misfit.reason(note, &facts) },
    };
    let notes = playbook.notes().iter();
    notes.map(|note| Explanation { note: note.id.clone(), outcome: one(note) }).collect()
}

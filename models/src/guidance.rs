//! What a call's advice is held to, drawn once when the call begins: whether there is any, which of
//! equally important notes come first, and what the agent wants to be spared.
//!
//! It enters a session when it begins and stands in the first event, so that a replay can be given the
//! same. Without it notes come as the playbook orders them.

mod chance;
mod learn;

use std::collections::{BTreeMap, BTreeSet};

use crate::playbook::Note;
use crate::suggestion::SuggestionClass;
use chance::Chance;

pub use learn::{Learnt, Tally, learn};

/// What holds for the advice of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guidance {
    /// The call shows no card but what must be said and what calls a human, so that the effect of
    /// the others can be measured.
    pub held_out: bool,
    /// The order among notes of equal importance, if it was learnt.
    pub ranks: Option<Ranks>,
    /// Ids of notes that agents dismissed so often that they are not shown any more.
    pub muted: BTreeSet<String>,
    /// What the agent who takes the call wants.
    pub agent: AgentWishes,
}

/// An agent's own wishes. They concern advice only, never what must be said or what calls a human.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentWishes {
    /// At most so many cards in a call.
    pub cards_per_call: Option<u32>,
    /// Ids of notes, and words of classes, of which no card is shown.
    pub muted: BTreeSet<String>,
}

/// An order among notes, drawn by chance from what became of their cards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranks {
    /// Where chance began; another draw from it gives the same.
    pub seed: u64,
    /// In thousandths, by the id of the note; higher comes first.
    pub of: BTreeMap<String, u16>,
    /// The least that a note is ranked at of which nothing is known, in thousandths.
    pub floor: u16,
}

/// Notes whose priority is in the same ten are equally important.
const BAND: i32 = 10;

impl Guidance {
    /// Whether nothing but the playbook holds.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a note may become a card at all, after `shown` cards of this call. What must be said
    /// and what calls a human always may.
    pub(crate) fn allows(&self, note: &Note, shown: u32) -> bool {
        let spared = || {
            self.held_out
                || self.muted.contains(&note.id)
                || self.agent.muted.contains(&note.id)
                || self.agent.muted.contains(note.class.key())
                || self.agent.cards_per_call.is_some_and(|most| shown >= most)
        };
        must_be_shown(note) || !spared()
    }

    /// How important a note is, and which place chance gave it among equals.
    pub(crate) fn rank(&self, note: &Note) -> (i32, u16) {
        match &self.ranks {
            Some(ranks) if !must_be_shown(note) => {
                (note.priority.div_euclid(BAND), ranks.of_note(&note.id))
            }
            Some(_) => (note.priority.div_euclid(BAND), u16::MAX),
            None => (note.priority, 0),
        }
    }
}

impl Ranks {
    fn of_note(&self, id: &str) -> u16 {
        self.of.get(id).copied().unwrap_or_else(|| {
            let drawn = Chance::of(self.seed, id).unit();
            thousandths(drawn).max(self.floor)
        })
    }
}

/// What advice never gives way to.
pub(crate) fn must_be_shown(note: &Note) -> bool {
    note.class == SuggestionClass::Compliance || note.alert
}

/// Whether a call is held out when `share` of all are, in [0, 1]; the same for the same seed.
pub fn held_out(seed: u64, share: f64) -> bool {
    Chance::of(seed, "hold out").unit() <= share
}

/// A share as it is written down.
fn thousandths(share: f64) -> u16 {
    (share.clamp(0.0, 1.0) * 1000.0).round() as u16
}

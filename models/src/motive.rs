//! The motive: what the caller wants from it.

use crate::category::Motive;
use crate::cue::tally::{Tally, TallyRules};

/// A motive is said in few sentences and holds for the call.
pub const RULES: TallyRules = TallyRules {
    kept_per_turn: 0.99,
    repeat: 0.6,
    temperature: 1.7,
    enough: 2.0,
    margin: 0.5,
    words: 4,
};

/// A tally of motives.
pub fn tally() -> Tally<Motive> {
    Tally::new(RULES)
}

//! The colour: communication style observed in this call.

use crate::category::Colour;
use crate::cue::tally::{Tally, TallyRules};

/// Style shows in every turn and is slow to change.
pub const RULES: TallyRules = TallyRules {
    kept_per_turn: 0.98,
    repeat: 0.6,
    temperature: 1.7,
    enough: 2.5,
    margin: 0.45,
    words: 4,
};

/// A tally of colours.
pub fn tally() -> Tally<Colour> {
    Tally::new(RULES)
}

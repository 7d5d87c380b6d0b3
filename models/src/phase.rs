//! Where the call stands, from what both sides say. The agent's words are read for nothing else.

use attune_audio::units::Side;

use crate::category::Phase;
use crate::cue::lexicon::Lexicon;
use crate::cue::words::has_any;

/// Words of a caller's turn from which it is more than a greeting.
const MORE_THAN_A_GREETING: usize = 7;
/// Caller turns after which somebody must be working on it.
const TURNS_OF_CONCERN: u32 = 5;

/// Follows a call through its phases.
#[derive(Debug, Clone, Copy)]
pub struct PhaseReader {
    phase: Phase,
    caller_turns: u32,
}

impl Default for PhaseReader {
    fn default() -> Self {
        Self { phase: Phase::Opening, caller_turns: 0 }
    }
}

impl PhaseReader {
    /// What one side said.
    pub fn hear(&mut self, lexicon: &Lexicon, side: Side, text: &str) {
        if text.is_empty() || side == Side::Mixed {
            return;
        }
        let words = text.split_whitespace().count();
        let by_agent = side == Side::Agent;
        let shown = |phase: Phase| {
            let mut marks = lexicon.phases.iter();
            marks.any(|mark| {
                mark.phase == phase
                    && mark.by_agent == by_agent
                    && has_any(lexicon, text, &mark.phrases)
            })
        };
        if !by_agent {
            self.caller_turns += 1;
        }
        self.phase = match self.phase {
            _ if self.caller_turns >= 2 && shown(Phase::Closing) => Phase::Closing,
            // Nobody says goodbye and then begins anew, but callers have one more thing.
            Phase::Closing if !by_agent && shown(Phase::Concern) => Phase::Concern,
            Phase::Closing => Phase::Closing,
            Phase::Opening if by_agent => Phase::Opening,
            Phase::Opening if words >= MORE_THAN_A_GREETING || shown(Phase::Concern) => {
                Phase::Concern
            }
            Phase::Opening if self.caller_turns >= 3 => Phase::Concern,
            Phase::Concern if shown(Phase::Solution) => Phase::Solution,
            Phase::Concern if self.caller_turns > TURNS_OF_CONCERN => Phase::Solution,
            same => same,
        };
    }

    /// Where the call stands now.
    pub fn phase(self) -> Phase {
        self.phase
    }
}

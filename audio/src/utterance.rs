//! What a side said between two pauses, and the one door through which its sound reaches a reader
//! of moods.

use std::fmt;
use std::sync::Arc;

use crate::units::{Side, Span};

/// Names an utterance within its call: the side and its number on that side, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtteranceId {
    /// Who spoke.
    pub side: Side,
    /// From 1.
    pub number: u32,
}

impl fmt::Display for UtteranceId {
    /// `caller-3`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.side, self.number)
    }
}

/// A stretch of one side's speech between two pauses.
#[derive(Debug, Clone)]
pub struct Utterance {
    /// Its name.
    pub id: UtteranceId,
    /// When it was spoken, without the lead-in and lead-out that `samples` carry.
    pub span: Span,
    /// Mono, at [`crate::units::SampleRate::WORKING`], in [-1, 1], with a little of what came
    /// before and after so that no onset is cut.
    pub samples: Arc<[f32]>,
}

/// The sound of a caller's utterance. The only thing that prosody and with it the mood reader
/// accept, and made only from a channel that carries the caller and nobody else: there is no way
/// to hand an agent's voice to a reader of emotions.
///
/// ```compile_fail
/// # use attune_audio::utterance::{CallerAudio, Utterance};
/// fn agent_mood(utterance: &Utterance) -> CallerAudio<'_> {
///     CallerAudio { utterance } // the field is private: no emotion without the check
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct CallerAudio<'a> {
    utterance: &'a Utterance,
}

impl<'a> CallerAudio<'a> {
    /// `None` for the agent and for a mixed or unknown channel.
    pub fn of(utterance: &'a Utterance) -> Option<Self> {
        (utterance.id.side == Side::Caller).then_some(Self { utterance })
    }

    /// The samples, at [`crate::units::SampleRate::WORKING`].
    pub fn samples(self) -> &'a [f32] {
        &self.utterance.samples
    }

    /// When it was spoken.
    pub fn span(self) -> Span {
        self.utterance.span
    }
}

//! What the session tells the world.

use std::time::Duration;

use attune_audio::units::{Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;

use crate::alert::Alert;
use crate::facts::CallFacts;
use crate::guidance::Guidance;
use crate::private::Private;
use crate::snapshot::Snapshot;
use crate::suggestion::{CardChange, Feedback};
use crate::transcript::{Language, Transcript};

/// One event of a call. Numbered from 1 without holes; the same audio gives the same events, in a
/// live call and in a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// From 1, without holes.
    pub sequence: u64,
    /// Media time at which it holds; never decreases with `sequence`.
    pub at: StreamTime,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// Always the first.
    Started {
        /// Language of the call.
        language: Language,
        /// What was known of it then.
        facts: Box<CallFacts>,
        /// What its advice is held to.
        guidance: Box<Guidance>,
    },
    /// The call turned out to be in another language, or goes on in one.
    LanguageChanged {
        /// Language of the call from now on.
        language: Language,
    },
    /// Final text.
    Transcript(Transcript),
    /// Audio that never arrived.
    Gap {
        /// Whose.
        side: Side,
        /// When.
        span: Span,
    },
    /// A key was pressed. Which one is not kept.
    Dtmf {
        /// By whom.
        side: Side,
    },
    /// A human is to look at the call now.
    Alert(Alert),
    /// A new reading of the caller.
    Snapshot(Box<Snapshot>),
    /// The agent's screen changed.
    Card(CardChange),
    /// A human's word on a card.
    Feedback(Feedback),
    /// Always the last.
    Ended {
        /// Why.
        reason: EndReason,
        /// The call in figures.
        summary: Box<Summary>,
    },
}

/// Why the call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// Somebody hung up.
    HangUp,
    /// The stream broke and was not resumed in time.
    StreamLost,
    /// The server was shut down and the grace period ran out.
    Drained,
}

/// The call in figures. The agent's part is words and turn-taking only.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Length of the audio.
    pub duration: Duration,
    /// Utterances of the caller.
    pub caller_utterances: u32,
    /// Utterances of the agent.
    pub agent_utterances: u32,
    /// How long the caller spoke.
    pub caller_talk: Duration,
    /// How long the agent spoke.
    pub agent_talk: Duration,
    /// How long both spoke at once.
    pub overtalk: Duration,
    /// Audio that never arrived.
    pub gaps: Duration,
    /// Cards shown.
    pub suggestions_shown: u32,
    /// Cards used.
    pub suggestions_used: u32,
    /// Cards dismissed.
    pub suggestions_dismissed: u32,
    /// The caller's mean valence in the first third of the caller's turns.
    pub valence_first: f32,
    /// And in the last third.
    pub valence_last: f32,
    /// The last reading; `None` if the caller never spoke.
    pub snapshot: Option<Snapshot>,
}

/// What is happening just now: neither numbered nor stored, and not part of a replay.
#[derive(Debug, Clone, PartialEq)]
pub enum Hint {
    /// A voice began.
    SpeechBegan {
        /// Whose.
        side: Side,
        /// When.
        at: StreamTime,
    },
    /// A voice ended.
    SpeechEnded {
        /// Whose.
        side: Side,
        /// When.
        at: StreamTime,
    },
    /// Text of an utterance that is still being spoken.
    Partial {
        /// Which.
        utterance: UtteranceId,
        /// Where it began.
        start: StreamTime,
        /// The text so far.
        text: Private<String>,
        /// The beginning of the text that stood in the text before, in whole words: likely to stay.
        stable: Private<String>,
        /// The share of the words that `stable` holds, in [0, 1].
        stability: f32,
    },
}

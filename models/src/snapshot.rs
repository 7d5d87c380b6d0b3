//! The caller at one moment, with the evidence: what the agent's mask used to hold.

use attune_audio::units::{Confidence, StreamTime};
use attune_audio::utterance::UtteranceId;

use crate::account::Accounts;
use crate::category::{CallerType, Category, Colour, Mood, Motive, Phase, Posterior, Trend};
use crate::private::Private;
use crate::view::ViewReading;

/// A reading of one category: always a posterior, and a value only when there is enough behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<C> {
    /// Probabilities over the classes.
    pub posterior: Posterior<C>,
    /// `None` is "not enough yet".
    pub value: Option<C>,
    /// A human set it; it outranks the model for the rest of the call.
    pub corrected: bool,
}

impl<C: Category> Reading<C> {
    /// Nothing known.
    pub fn not_enough() -> Self {
        Self { posterior: Posterior::uniform(), value: None, corrected: false }
    }

    /// What a human said.
    pub fn corrected(class: C) -> Self {
        Self { posterior: Posterior::certain(class), value: Some(class), corrected: true }
    }

    /// How sure: the probability of the value, or of the most likely class.
    pub fn confidence(&self) -> Confidence {
        self.value.map_or_else(|| self.posterior.top().1, |class| self.posterior.of(class))
    }
}

/// The caller's emotional state now.
#[derive(Debug, Clone, PartialEq)]
pub struct MoodReading {
    /// Unpleasant -1 to pleasant 1.
    pub valence: f32,
    /// Calm -1 to excited 1.
    pub arousal: f32,
    /// Standard deviation of `valence`.
    pub valence_deviation: f32,
    /// Standard deviation of `arousal`.
    pub arousal_deviation: f32,
    /// Which of the eight.
    pub category: Reading<Mood>,
    /// Where it is heading; `None` is "not enough yet".
    pub trend: Option<Trend>,
    /// Worsening fast enough that an outburst is likely within a turn or two.
    pub escalating: bool,
}

/// What an observation was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CueSource {
    /// The words of the transcript.
    Words,
    /// The sound of the caller's voice.
    Voice,
    /// Turn length, questions, interruptions, reply latency.
    Conduct,
}

/// What a cue pulls at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A mood.
    Mood(Mood),
    /// A colour.
    Colour(Colour),
    /// A motive.
    Motive(Motive),
    /// A caller type.
    CallerType(CallerType),
    /// Valence itself.
    Valence,
    /// Arousal itself.
    Arousal,
}

impl Target {
    /// `colour.red`, `valence`.
    pub fn key(self) -> String {
        fn dotted<C: Category>(class: C) -> String {
            format!("{}.{}", C::NAME, class.key())
        }
        match self {
            Self::Mood(mood) => dotted(mood),
            Self::Colour(colour) => dotted(colour),
            Self::Motive(motive) => dotted(motive),
            Self::CallerType(kind) => dotted(kind),
            Self::Valence => "valence".into(),
            Self::Arousal => "arousal".into(),
        }
    }

    /// The inverse of [`Self::key`].
    pub fn from_key(key: &str) -> Option<Self> {
        match key.split_once('.') {
            None if key == "valence" => Some(Self::Valence),
            None if key == "arousal" => Some(Self::Arousal),
            None => None,
            Some((Mood::NAME, class)) => Mood::from_key(class).map(Self::Mood),
            Some((Colour::NAME, class)) => Colour::from_key(class).map(Self::Colour),
            Some((Motive::NAME, class)) => Motive::from_key(class).map(Self::Motive),
            Some((CallerType::NAME, class)) => CallerType::from_key(class).map(Self::CallerType),
            Some(_) => None,
        }
    }
}

/// A measurement behind a cue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// What was measured.
    pub value: f32,
    /// Its unit: `dB`, `semitones`, `words/s`.
    pub unit: &'static str,
    /// What it is judged against: this caller's baseline, or what is usual in the language.
    pub usual: Option<f32>,
}

/// One observation with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// Dotted name: `words.threat_to_leave`, `voice.louder`, `conduct.short_turns`.
    pub id: String,
    /// What it was made from.
    pub source: CueSource,
    /// The utterance it was seen in.
    pub utterance: UtteranceId,
    /// What a person would check it by: the words heard, or the measurement with its unit.
    pub evidence: Private<String>,
    /// The measurement, where it is one.
    pub measured: Option<Measured>,
    /// What it speaks for, in log-odds (nats); for [`Target::Valence`] and [`Target::Arousal`] in
    /// their own unit.
    pub weights: Vec<(Target, f32)>,
}

/// The caller at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When it holds.
    pub at: StreamTime,
    /// Emotional state.
    pub mood: MoodReading,
    /// Communication style.
    pub colour: Reading<Colour>,
    /// What the person wants from it.
    pub motive: Reading<Motive>,
    /// Difficult caller, or none.
    pub caller_type: Reading<CallerType>,
    /// Where the call stands.
    pub phase: Phase,
    /// The strongest cues so far, newest first, at most [`Snapshot::MAX_EVIDENCE`].
    pub evidence: Vec<Cue>,
    /// Each reading as the parts that it is the sum of.
    pub accounts: Accounts,
    /// The colour in the words of other schools, as far as the project wants it.
    pub views: Vec<ViewReading>,
    /// Caller turns that went into it.
    pub caller_turns: u32,
}

impl Snapshot {
    /// How many cues a snapshot carries.
    pub const MAX_EVIDENCE: usize = 12;
}

/// A human's correction; what is `None` stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Correction {
    /// The mood as a human hears it.
    pub mood: Option<Mood>,
    /// The colour as a human sees it.
    pub colour: Option<Colour>,
    /// The motive as a human sees it.
    pub motive: Option<Motive>,
    /// The caller type as a human sees it.
    pub caller_type: Option<CallerType>,
}

//! From an utterance to words.
//!
//! The session only asks ([`Job`]) and is told ([`Recognition`]); who answers, and when, is not its
//! concern. A slow decoder, a scripted test double and a stored transcript are all the same to it.

pub mod catalogue;
pub mod embedded;
pub mod gates;
mod ggml;
pub mod header;
mod names;
mod options;
mod pieces;
pub mod polyglot;
pub mod random;
pub mod scripted;
#[cfg(test)]
mod tests;
pub mod vocabulary;
pub mod whisper;

use std::fmt;
use std::time::Duration;

use attune_audio::utterance::Utterance;
use thiserror::Error;

use self::vocabulary::Vocabulary;
use crate::language::Spoken;
use crate::private::Private;
use crate::transcript::Language;

/// Names a request for recognition within its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What a request is for; the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// The text of a finished utterance. Must be answered, if only with an error.
    Final,
    /// The text of an utterance in a pause that may be its end. If it is, the job comes again as
    /// [`JobKind::Final`]; until then it need not be answered, and [`RecogniseError::Dropped`] says
    /// nothing.
    Ahead,
    /// The text so far of one that is still being spoken. May be answered with
    /// [`RecogniseError::Dropped`] whenever there is something better to do.
    Partial,
}

/// A request for recognition.
#[derive(Clone)]
pub struct Job {
    /// Comes back with the answer.
    pub id: JobId,
    /// What to recognise; the samples are shared, not copied.
    pub utterance: Utterance,
    /// What it is for.
    pub kind: JobKind,
    /// What is known of it beforehand.
    pub expected: Expected,
}

/// What is known of an utterance beforehand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The language of the call.
    pub language: Language,
    /// Whether it may be in another one that the model knows. If it clearly is, that is the one it
    /// is written in.
    pub detect: bool,
    /// The names that the project expects.
    pub vocabulary: Vocabulary,
}

impl From<Language> for Expected {
    fn from(language: Language) -> Self {
        Self { language, ..Self::default() }
    }
}

impl fmt::Debug for Job {
    /// Without the samples: they are somebody's voice, and long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("id", &self.id)
            .field("utterance", &self.utterance.id)
            .field("span", &self.utterance.span)
            .field("kind", &self.kind)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// What a recogniser made of an utterance, raw: [`gates::accept`] decides whether to believe it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognition {
    /// The words, without space at either end; empty if the model heard none.
    pub text: Private<String>,
    /// Mean probability of the text tokens, in [0, 1]; 0 without any.
    pub confidence: f32,
    /// Probability of "no speech" before the first token, in [0, 1]; 0 where it would not decide
    /// anything, see [`gates::no_speech_matters`].
    pub no_speech: f32,
    /// Number of text tokens.
    pub tokens: u32,
    /// Mean log-probability (nats) of the text tokens and the end of text; at most 0.
    pub avg_logprob: f32,
    /// How much the text repeats itself, see [`gates::compression_ratio`]; 1 is not at all.
    pub compression_ratio: f32,
    /// The language of the text and how sure that is; `None` if it was not in question.
    pub spoken: Option<Spoken>,
}

impl Recognition {
    /// Text that is certain: for test doubles and for words that come from elsewhere.
    pub fn certain(text: &str) -> Self {
        let text = text.trim();
        Self {
            text: Private::new(text.to_owned()),
            confidence: 1.0,
            no_speech: 0.0,
            tokens: u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX),
            avg_logprob: 0.0,
            compression_ratio: gates::compression_ratio(text),
            spoken: None,
        }
    }
}

/// Why there are no words. The session makes of any of them a transcript without text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecogniseError {
    /// No samples at all.
    #[error("the utterance has no samples")]
    Empty,
    /// Not-a-number or infinite samples.
    #[error("the utterance has samples that are not numbers")]
    NotFinite,
    /// More than the model hears at once.
    #[error(
        "the utterance is {length:?} long and the model hears {window:?} at once; lower the longest utterance"
    )]
    TooLong {
        /// Of the samples.
        length: Duration,
        /// Of the model, see [`Model::window`].
        window: Duration,
    },
    /// The model does not know the language.
    #[error("the model {model} does not know the language {}; choose a multilingual one", language.code())]
    Language {
        /// Asked for.
        language: Language,
        /// Name of the model.
        model: String,
    },
    /// A partial result was given up for something more urgent, or nobody serves the queue any more.
    #[error("the request was dropped from the queue")]
    Dropped,
    /// The decoder failed.
    #[error("the decoder failed: {0}")]
    Decoder(String),
}

/// One decoder: one state, one slot, one thread.
pub trait Recogniser: Send {
    /// The words in `samples` (mono, at [`attune_audio::units::SampleRate::WORKING`], in [-1, 1]),
    /// with an ear for what is expected.
    ///
    /// # Errors
    /// Any of [`RecogniseError`]; the recogniser stays usable.
    fn recognise(
        &mut self,
        samples: &[f32],
        expected: &Expected,
    ) -> Result<Recognition, RecogniseError>;
}

/// Weights, loaded once and shared; gives out recognisers.
pub trait Model: Send + Sync {
    /// A recogniser of its own for one slot.
    ///
    /// # Errors
    /// [`RecogniseError::Decoder`] when there is no memory for another state.
    fn recogniser(&self) -> Result<Box<dyn Recogniser>, RecogniseError>;

    /// What it is called in logs and reports.
    fn name(&self) -> &str;

    /// What it can recognise.
    fn languages(&self) -> &[Language];

    /// The longest utterance it hears, lead-in and lead-out included.
    fn window(&self) -> Duration;
}

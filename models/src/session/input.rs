//! What a session is made with, what goes in and what comes out.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::segment::{AudioChunk, SegmentConfig};
use attune_audio::units::{SampleRate, Side, Span, StreamTime};
use attune_audio::vad::{BuiltinDetector, SpeechDetector};
use thiserror::Error;

use crate::event::{EndReason, Event, Hint};
use crate::facts::CallFacts;
use crate::guidance::Guidance;
use crate::playbook::Playbook;
use crate::private::Private;
use crate::reader::ReaderPack;
use crate::recogniser::vocabulary::Vocabulary;
use crate::recogniser::{Job, JobId, RecogniseError, Recognition};
use crate::snapshot::Correction;
use crate::suggestion::{Feedback, SuggestionId};
use crate::transcript::Language;

/// Makes a voice activity detector for each side.
pub type DetectorFactory = Arc<dyn Fn() -> Box<dyn SpeechDetector> + Send + Sync>;

/// One channel of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelConfig {
    /// Whom it carries. Each side at most once.
    pub side: Side,
    /// Of its audio: 8, 16 or 48 kHz.
    pub rate: SampleRate,
}

/// What a session is made with.
#[derive(Clone)]
pub struct SessionConfig {
    /// The language of the call.
    pub language: Language,
    /// At least one.
    pub channels: Vec<ChannelConfig>,
    /// The same project's notes in the other languages that the call may be in. With none the
    /// language is known; else it is found out as the call goes, and all of it follows.
    pub others: Vec<Arc<Playbook>>,
    /// How speech is cut into utterances.
    pub segment: SegmentConfig,
    /// The notes for the agent.
    pub playbook: Arc<Playbook>,
    /// What is known of the call.
    pub facts: CallFacts,
    /// What its advice is held to.
    pub guidance: Guidance,
    /// The names that recognition is to expect.
    pub vocabulary: Vocabulary,
    /// What the readers know.
    pub readers: Arc<ReaderPack>,
    /// Whether to ask for the text of utterances that are still being spoken.
    pub partials: bool,
    /// Who tells speech from noise.
    pub detector: DetectorFactory,
    /// How far, in media time, one channel may fall behind the other before it is taken for silent:
    /// a call whose one leg sends nothing must not wait for it. What arrives later for that time
    /// is a gap. [`SessionConfig::MAX_SKEW`] unless the audio comes out of step and is known to
    /// arrive in the end.
    pub max_skew: Duration,
}

impl SessionConfig {
    /// What live calls tolerate.
    pub const MAX_SKEW: Duration = Duration::from_secs(2);

    /// The usual: built-in detector, default segmentation, the playbook's vocabulary, no partial
    /// results.
    pub fn new(
        language: Language,
        channels: Vec<ChannelConfig>,
        playbook: Arc<Playbook>,
        readers: Arc<ReaderPack>,
    ) -> Self {
        Self {
            language,
            channels,
            others: Vec::new(),
            facts: CallFacts::default(),
            guidance: Guidance::default(),
            segment: SegmentConfig::default(),
            vocabulary: playbook.vocabulary().clone(),
            playbook,
            readers,
            partials: false,
            detector: Arc::new(|| Box::new(BuiltinDetector::default())),
            max_skew: Self::MAX_SKEW,
        }
    }
}

impl fmt::Debug for SessionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionConfig")
            .field("language", &self.language)
            .field("channels", &self.channels)
            .field("partials", &self.partials)
            .field("max_skew", &self.max_skew)
            .finish_non_exhaustive()
    }
}

/// What goes into a session.
#[derive(Clone)]
pub enum Input {
    /// Audio of a side, at the rate of its channel.
    Audio {
        /// Whose.
        side: Side,
        /// What.
        chunk: AudioChunk,
    },
    /// The platform left out this stretch because it was silent.
    Silence {
        /// Whose.
        side: Side,
        /// When.
        span: Span,
    },
    /// A key was pressed on the telephone.
    Dtmf {
        /// By whom.
        side: Side,
        /// When.
        at: StreamTime,
    },
    /// The answer to [`Output::Recognise`].
    Recognised {
        /// To which.
        job: JobId,
        /// The answer.
        result: Result<Recognition, RecogniseError>,
    },
    /// Words that come without audio: a stored transcript, a written dialogue. In the order of the
    /// ends of their spans. A side carries audio or words, never both.
    Spoken {
        /// Whose.
        side: Side,
        /// When.
        span: Span,
        /// What; empty if it could not be made out.
        text: Private<String>,
    },
    /// A human corrects the reading; holds from the present session time.
    Correct(Correction),
    /// A human's word on a card; holds from the present session time.
    Feedback(Feedback),
    /// A person's words to the agent; they are on a card from the present session time.
    Advise(Private<String>),
    /// The call is over. Only answers to open requests may follow.
    End(EndReason),
}

/// What comes out of a session.
#[derive(Debug, Clone)]
pub enum Output {
    /// Somebody recognise this, and answer with [`Input::Recognised`]. A job that was asked for
    /// ahead ([`JobKind::Ahead`]) comes a second time, as [`JobKind::Final`], when it is due and not
    /// answered: it is the same job then and takes one answer.
    ///
    /// [`JobKind::Ahead`]: crate::recogniser::JobKind::Ahead
    /// [`JobKind::Final`]: crate::recogniser::JobKind::Final
    Recognise(Job),
    /// A job that was asked for ahead came to nothing: speech went on.
    Cancel(JobId),
    /// Numbered, to be stored and shown.
    Event(Event),
    /// To be shown, if anybody looks.
    Hint(Hint),
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SessionError {
    /// There is nothing to listen to.
    #[error("a call needs at least one channel")]
    NoChannel,
    /// Two channels carry the same side.
    #[error("two channels carry the {0} side; each side may have one")]
    RepeatedSide(Side),
    /// A rate that is not taken.
    #[error("the {side} channel has {rate}; use 8000, 16000 or 48000 Hz")]
    UnsupportedRate {
        /// Whose channel.
        side: Side,
        /// Its rate.
        rate: SampleRate,
    },
}

/// Why an input was refused. The session goes on as if it had not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InputError {
    /// After [`Input::End`].
    #[error("the call is over")]
    AfterEnd,
    /// A side that no channel carries.
    #[error("no channel carries the {0} side")]
    UnknownSide(Side),
    /// Audio for a side that carries words, or the other way round.
    #[error("the {0} side carries audio or words, not both")]
    MixedSource(Side),
    /// Media time that no call reaches.
    #[error("{0} is later than any call lasts")]
    BeyondAnyCall(StreamTime),
    /// A correction that corrects nothing.
    #[error("the correction names no reading")]
    EmptyCorrection,
    /// Feedback on a card that was never shown.
    #[error("there is no card {0} in this call")]
    UnknownCard(SuggestionId),
}

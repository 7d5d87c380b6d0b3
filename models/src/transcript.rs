//! The final text of an utterance.

use attune_audio::units::{Confidence, Span};
use attune_audio::utterance::UtteranceId;

use crate::private::Private;

/// A language the product can read. Everything specific to one is data: lexicons, playbooks,
/// models.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// BCP-47: `en`, `de`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// From a BCP-47 tag, of which only the language counts: `en-GB` is English.
    pub fn from_code(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == primary)
    }
}

/// What was said, or that it could not be made out.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// Whose words, and which.
    pub utterance: UtteranceId,
    /// When they were spoken.
    pub span: Span,
    /// `None`: speech was heard, but the text failed the gates against invention or the
    /// recogniser failed.
    pub text: Option<Private<String>>,
    /// Mean token probability.
    pub confidence: Confidence,
    /// The language it is in.
    pub language: Language,
}

impl Transcript {
    /// The words, empty if there are none.
    pub fn words(&self) -> &str {
        self.text.as_ref().map_or("", |text| text.reveal())
    }
}

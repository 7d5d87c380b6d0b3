//! The final text of an utterance.

use attune_audio::units::{Confidence, Span};
use attune_audio::utterance::UtteranceId;

use crate::private::Private;

/// A language. Everything specific to one is data: lexicons, playbooks, models.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Italian: only notes are written in it so far. There is nothing to read its callers by, so no
    /// call is in it.
    Italian,
}

impl Language {
    /// All that calls can be in.
    pub const ALL: [Self; 2] = [Self::English, Self::German];
    /// All that notes can be written in.
    pub const OF_NOTES: [Self; 3] = [Self::English, Self::German, Self::Italian];

    /// BCP-47: `en`, `de`, `it`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Italian => "it",
        }
    }

    /// The language of calls with a BCP-47 tag, of which only the language counts: `en-GB` is English.
    pub fn from_code(tag: &str) -> Option<Self> {
        Self::of_notes(tag).filter(|language| language.is_read())
    }

    /// The language of notes with a BCP-47 tag.
    pub fn of_notes(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::OF_NOTES.into_iter().find(|language| language.code() == primary)
    }

    /// Whether callers who speak it can be read, so that a call may be in it.
    pub fn is_read(self) -> bool {
        Self::ALL.contains(&self)
    }
}

/// What is known of a call's language when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallLanguage {
    /// It is in this one.
    Known(Language),
    /// It is found out as the call goes, and may change.
    Detect,
}

impl CallLanguage {
    /// Instead of a BCP-47 tag.
    pub const DETECT: &'static str = "detect";

    /// The language that the call begins in; [`Language::default`] until another is heard.
    pub fn first(self) -> Language {
        match self {
            Self::Known(language) => language,
            Self::Detect => Language::default(),
        }
    }

    /// `en`, `de`, `detect`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Known(language) => language.code(),
            Self::Detect => Self::DETECT,
        }
    }

    /// From a BCP-47 tag, or `detect`.
    pub fn from_code(code: &str) -> Option<Self> {
        if code == Self::DETECT {
            return Some(Self::Detect);
        }
        Language::from_code(code).map(Self::Known)
    }

    /// Whether a model that knows `languages` can take such a call.
    pub fn suits(self, languages: &[Language]) -> bool {
        match self {
            Self::Known(language) => languages.contains(&language),
            Self::Detect => Language::ALL.iter().all(|language| languages.contains(language)),
        }
    }
}

impl From<Language> for CallLanguage {
    fn from(language: Language) -> Self {
        Self::Known(language)
    }
}

impl Default for CallLanguage {
    fn default() -> Self {
        Self::Known(Language::default())
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

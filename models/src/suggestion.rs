//! Cards for the agent, and what becomes of them.

use std::fmt;

use attune_audio::units::StreamTime;
use attune_audio::utterance::UtteranceId;

use crate::private::Private;

/// Names a card within its call, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SuggestionId(pub u32);

impl fmt::Display for SuggestionId {
    /// `s-3`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s-{}", self.0)
    }
}

impl SuggestionId {
    /// The inverse of its display form.
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("s-")?.parse().ok().map(Self)
    }
}

/// What kind of advice a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuggestionClass {
    /// Comprehension, steadiness.
    Empathy,
    /// What to do about it.
    Solution,
    /// What must be said.
    Compliance,
    /// The question that will follow.
    NextIssue,
    /// Upsell or cross-sell, as service.
    Offer,
    /// The same, said the helpful way round.
    PositiveLanguage,
    /// Paraphrase, pause, let talk.
    HearAndUnderstand,
    /// A step that the call should take: listed and ticked, never a card.
    Checklist,
}

impl SuggestionClass {
    /// All of them, in the order of the API's enum.
    pub const ALL: [Self; 8] = [
        Self::Empathy,
        Self::Solution,
        Self::Compliance,
        Self::NextIssue,
        Self::Offer,
        Self::PositiveLanguage,
        Self::HearAndUnderstand,
        Self::Checklist,
    ];

    /// The class's word in playbooks: `next_issue`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Empathy => "empathy",
            Self::Solution => "solution",
            Self::Compliance => "compliance",
            Self::NextIssue => "next_issue",
            Self::Offer => "offer",
            Self::PositiveLanguage => "positive_language",
            Self::HearAndUnderstand => "hear_and_understand",
            Self::Checklist => "checklist",
        }
    }

    /// The class called `key`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.key() == key)
    }
}

/// One card.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Its name.
    pub id: SuggestionId,
    /// The playbook note that made it; empty if a person wrote it.
    pub note: String,
    /// A person who follows the call wrote it.
    pub from_person: bool,
    /// What kind of advice.
    pub class: SuggestionClass,
    /// The sentence to adapt.
    pub say: String,
    /// One line of why.
    pub why: String,
    /// What triggered it.
    pub evidence: Vec<Private<String>>,
    /// Higher is more important.
    pub priority: i32,
    /// When it was shown.
    pub shown: StreamTime,
    /// When it goes away by itself.
    pub expires: StreamTime,
    /// The utterance that triggered it; `None` when time or a human did.
    pub utterance: Option<UtteranceId>,
    /// It calls a human.
    pub alert: bool,
}

/// Why a card went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WithdrawReason {
    /// Its lifetime is over.
    Expired,
    /// The caller changed, the card no longer fits.
    CallerChanged,
    /// A more important card needed the place.
    Replaced,
    /// The agent used it.
    Used,
    /// The agent dismissed it.
    Dismissed,
    /// There is nobody left to say it to.
    CallEnded,
}

/// What changed on the agent's screen.
#[derive(Debug, Clone, PartialEq)]
pub enum CardChange {
    /// A card appeared.
    Shown(Suggestion),
    /// A card went away.
    Withdrawn {
        /// Which.
        id: SuggestionId,
        /// Why.
        reason: WithdrawReason,
        /// Why, in words: "mood is now satisfied".
        detail: String,
    },
    /// The caller raised an issue of the playbook.
    Raised(Raised),
    /// A step was ticked or came to be listed: the whole checklist, in the order of the playbook.
    Checklist(Vec<Step>),
}

/// What the caller calls about.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    /// The issue's id.
    pub issue: String,
    /// What people call it.
    pub name: String,
    /// The utterance that raised it.
    pub utterance: UtteranceId,
    /// By these words.
    pub words: Private<String>,
    /// Ids and names of the issues that are likely to follow, the likeliest first.
    pub next: Vec<(String, String)>,
}

/// A step of the checklist.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The playbook note that it is.
    pub note: String,
    /// What to say or do.
    pub say: String,
    /// One line of why.
    pub why: String,
    /// `None`: it is open.
    pub done: Option<Done>,
}

/// That a step is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// When it was ticked.
    pub at: StreamTime,
    /// The utterance that ticked it; `None` when something else did.
    pub utterance: Option<UtteranceId>,
    /// What ticked it.
    pub evidence: Vec<Private<String>>,
}

/// What became of a card, by a human's word.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedbackKind {
    /// It was on the screen.
    Shown,
    /// The agent used it.
    Used,
    /// The agent did not want it.
    Dismissed {
        /// In the agent's words; may be empty.
        reason: Private<String>,
    },
}

/// A human's word on a card. Stored to improve the playbook, never for appraisal.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// Which card.
    pub suggestion: SuggestionId,
    /// What became of it.
    pub kind: FeedbackKind,
}

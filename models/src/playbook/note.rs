//! One note of a playbook.

use std::sync::Arc;
use std::time::Duration;

use attune_audio::units::Confidence;

use super::phrase::PhraseList;
use super::scene::Example;
use crate::category::{CallerType, Colour, Mood, Motive, Phase, Trend};
use crate::facts::Tier;
use crate::suggestion::SuggestionClass;
use crate::transcript::Language;

/// What to say to whom, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Unique in the playbook.
    pub id: String,
    /// What kind of advice.
    pub class: SuggestionClass,
    /// Notes of one kind are not shown within [`super::Limits::kind_every`] of each other.
    pub kind: String,
    /// All of them must hold; never empty.
    pub when: Conditions,
    /// None of them may hold.
    pub unless: Conditions,
    /// For a step of the checklist: all of them must hold for it to be listed.
    pub applies: Conditions,
    /// Variants of the sentence, used in turn; never empty.
    pub say: Vec<String>,
    /// One line of why.
    pub why: String,
    /// 0 to 100, higher is more important.
    pub priority: i32,
    /// How long after it was shown it may be shown again.
    pub cooldown: Duration,
    /// At most once in a call.
    pub once: bool,
    /// How long it stays on the screen.
    pub lifetime: Duration,
    /// A human has to know of it: the supervisor is called, and nothing is sold in this call any
    /// more.
    pub alert: bool,
    /// Moments in which it must fit, or must not.
    pub examples: Vec<Example>,
    /// The file it stands in: the playbook's own, or one that it extends.
    pub file: Arc<str>,
    /// Where it begins in that file, from 1.
    pub line: usize,
}

impl Note {
    /// Passes the throttle: what must be said.
    pub fn is_urgent(&self) -> bool {
        self.class == SuggestionClass::Compliance
    }

    /// A step of the checklist: ticked when it fits, never a card.
    pub fn is_step(&self) -> bool {
        self.class == SuggestionClass::Checklist
    }

    /// Whether two windows must agree on the mood before it is shown.
    pub(crate) fn waits_for_agreement(&self) -> bool {
        !self.is_urgent() && !self.when.all.contains(&Condition::Escalating(true))
    }
}

/// Conditions, and how sure a reading must be to count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    /// Each of them.
    pub all: Vec<Condition>,
    /// For readings of the caller; 0: whatever the reader is ready to say.
    pub min_confidence: Confidence,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// The colour is one of these.
    Colour(Vec<Colour>),
    /// The motive is one of these.
    Motive(Vec<Motive>),
    /// The mood is one of these.
    Mood(Vec<Mood>),
    /// The mood's trend is one of these.
    Trend(Vec<Trend>),
    /// The caller type is one of these.
    CallerType(Vec<CallerType>),
    /// The call is in one of these phases.
    Phase(Vec<Phase>),
    /// The mood is, or is not, escalating.
    Escalating(bool),
    /// The caller said one of these within [`super::Limits::heard_for`].
    CallerSays(PhraseList),
    /// The agent said one of these within [`super::Limits::heard_for`].
    AgentSays(PhraseList),
    /// The caller said one of these at any time in this call.
    CallerSaid(PhraseList),
    /// The agent said one of these at any time in this call.
    AgentSaid(PhraseList),
    /// The caller's turn that just ended lasted at least this long.
    CallerTalksFor(Duration),
    /// The agent's turn that just ended lasted at least this long.
    AgentTalksFor(Duration),
    /// The agent began to speak while the caller was speaking, and it was no mere "mhm".
    AgentInterrupts(bool),
    /// The call is at least this old.
    After(Duration),
    /// The call is younger than this.
    Before(Duration),
    /// The caller raised one of these issues.
    Issue(Vec<String>),
    /// One of these issues follows from what the caller raised, and he did not raise it.
    NextIssue(Vec<String>),
    /// One of these steps of the checklist is open.
    OpenStep(Vec<String>),
    /// The customer's tier is one of these.
    CustomerTier(Vec<Tier>),
    /// The caller has called before, or has not.
    Returning(bool),
    /// At least so many calls of this caller are on record.
    CallsBefore(u32),
    /// The caller prefers one of these languages.
    PreferredLanguage(Vec<Language>),
    /// The caller's last call was about one of these issues.
    LastIssue(Vec<String>),
    /// The agent promised something in the caller's last call, or did not.
    LastPromised(bool),
    /// The customer's record names one of these offers.
    CustomerOffers(Vec<String>),
}

impl Condition {
    /// The key in the file.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Colour(_) => "colour",
            Self::Motive(_) => "motive",
            Self::Mood(_) => "mood",
            Self::Trend(_) => "trend",
            Self::CallerType(_) => "caller_type",
            Self::Phase(_) => "phase",
            Self::Escalating(_) => "escalating",
            Self::CallerSays(_) => "caller_says",
            Self::AgentSays(_) => "agent_says",
            Self::CallerSaid(_) => "caller_said",
            Self::AgentSaid(_) => "agent_said",
            Self::CallerTalksFor(_) => "caller_talks_for",
            Self::AgentTalksFor(_) => "agent_talks_for",
            Self::AgentInterrupts(_) => "agent_interrupts",
            Self::After(_) => "after",
            Self::Before(_) => "before",
            Self::Issue(_) => "issue",
            Self::NextIssue(_) => "next_issue",
            Self::OpenStep(_) => "open_step",
            Self::CustomerTier(_) => "customer_tier",
            Self::Returning(_) => "returning",
            Self::CallsBefore(_) => "calls_before",
            Self::PreferredLanguage(_) => "preferred_language",
            Self::LastIssue(_) => "last_issue",
            Self::LastPromised(_) => "last_promised",
            Self::CustomerOffers(_) => "customer_offers",
        }
    }

    /// Whether it is about the state of the call, which a card must fit as long as it is shown; words
    /// and times are about the moment that brought the card.
    pub(crate) fn is_state(&self) -> bool {
        matches!(
            self,
            Self::Colour(_)
                | Self::Motive(_)
                | Self::Mood(_)
                | Self::Trend(_)
                | Self::CallerType(_)
                | Self::Phase(_)
                | Self::Escalating(_)
                | Self::NextIssue(_)
                | Self::OpenStep(_)
        )
    }
}

//! Whether a note fits the moment, and how well.

use std::cmp::Reverse;

use attune_audio::units::{Confidence, StreamTime};
use attune_audio::utterance::UtteranceId;

use super::facts::{Facts, Strictness};
use crate::guidance::Guidance;
use crate::playbook::{Condition, Note};
use crate::private::Private;

/// A note fits.
pub(super) struct Fit {
    /// Of the least sure condition.
    confidence: Confidence,
    /// When the newest of its conditions came to hold.
    since: StreamTime,
    /// Whose words brought it, if words did.
    pub(super) utterance: Option<UtteranceId>,
}

/// Which of two fitting notes is shown: the more important (by tens, and the one that was drawn
/// first, if an order was given to the call), then the more specific, the surer, the
/// one about the newer words; and the earlier in the file, so that there is always one answer.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    urgent: bool,
    /// Its importance, and its place among equals, as they were given to the call.
    given: (i32, u16),
    priority: i32,
    conditions: usize,
    /// In thousandths.
    confidence: u32,
    since: StreamTime,
    index: Reverse<usize>,
}

impl Rank {
    pub(super) fn of(note: &Note, fit: &Fit, index: usize, guidance: &Guidance) -> Self {
        Self {
            urgent: note.is_urgent(),
            given: guidance.rank(note),
            priority: note.priority,
            conditions: note.when.all.len(),
            confidence: (fit.confidence.get() * 1000.0).round() as u32,
            since: fit.since,
            index: Reverse(index),
        }
    }
}

/// `Err` says the first reason why not.
pub(super) fn fit(note: &Note, facts: &Facts<'_>) -> Result<Fit, Misfit> {
    let how = to_show(note);
    let mut fit =
        Fit { confidence: Confidence::new(1.0), since: StreamTime::ZERO, utterance: None };
    let (mut says, mut said) = (None, None);
    for (index, condition) in note.when.all.iter().enumerate() {
        let holds = facts.check(condition, how).ok_or(Misfit::When(index))?;
        if holds.confidence < fit.confidence {
            fit.confidence = holds.confidence;
        }
        fit.since = fit.since.max(holds.since);
        fit.utterance = facts.heard(condition, how).map(|heard| heard.utterance).or(fit.utterance);
        match condition {
            Condition::CallerSays(_) | Condition::AgentSays(_) => {
                says = says.max(Some(holds.since))
            }
            Condition::CallerSaid(_) | Condition::AgentSaid(_) => {
                said = said.max(Some(holds.since))
            }
            _ => {}
        }
    }
    if says.is_some() && says < said {
        return Err(Misfit::Order);
    }
    match stop(note, facts) {
        Some(index) => Err(Misfit::Unless(index)),
        None => Ok(fit),
    }
}

/// Which condition keeps a note from being shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// This one of `when` does not hold.
    When(usize),
    /// Both were said, but what should be said just now was said first.
    Order,
    /// This one of `unless` holds.
    Unless(usize),
}

impl Misfit {
    /// In words.
    pub(super) fn reason(self, note: &Note, facts: &Facts<'_>) -> String {
        match self {
            Self::When(index) => {
                let condition = note.when.all.get(index);
                condition.map_or_else(String::new, |c| facts.missing(c, to_show(note)))
            }
            Self::Order => "what was to be said before has been said after it".into(),
            Self::Unless(index) => {
                let condition = note.unless.all.get(index);
                condition.map_or_else(String::new, |c| format!("unless: {}", facts.stopped(c)))
            }
        }
    }
}

/// How many conditions keep a note from being shown.
pub(super) fn missing(note: &Note, facts: &Facts<'_>) -> usize {
    let how = to_show(note);
    let lacking = note.when.all.iter().filter(|condition| facts.check(condition, how).is_none());
    // What holds in the wrong order is one, too.
    (lacking.count() + usize::from(stop(note, facts).is_some())).max(1)
}

/// Whether a step of the checklist is one of this call.
pub(super) fn applies(note: &Note, facts: &Facts<'_>) -> bool {
    let how = Strictness::to_show(note.applies.min_confidence, false);
    note.applies.all.iter().all(|condition| facts.check(condition, how).is_some())
}

/// Why a card that is shown no longer fits, if it does not. Words and times brought the card and
/// are not asked again; the caller's state is, and so is `unless`.
pub(super) fn misfit(note: &Note, facts: &Facts<'_>) -> Option<String> {
    let how = Strictness::to_keep(note.when.min_confidence);
    let mut states = note.when.all.iter().filter(|condition| condition.is_state());
    let lost = states.find(|condition| facts.check(condition, how).is_none());
    lost.map(|condition| facts.changed(condition, true)).or_else(|| {
        let condition = note.unless.all.get(stop(note, facts)?)?;
        Some(facts.stopped(condition))
    })
}

/// What each condition that brought a card can be checked by.
pub(super) fn evidence(note: &Note, facts: &Facts<'_>) -> Vec<Private<String>> {
    let how = to_show(note);
    let mut evidence: Vec<Private<String>> = Vec::new();
    for found in note.when.all.iter().flat_map(|condition| facts.evidence(condition, how)) {
        if !evidence.contains(&found) {
            evidence.push(found);
        }
    }
    evidence
}

fn to_show(note: &Note) -> Strictness {
    Strictness::to_show(note.when.min_confidence, note.waits_for_agreement())
}

/// The first condition of `unless` that holds.
fn stop(note: &Note, facts: &Facts<'_>) -> Option<usize> {
    let how = Strictness::to_stop(note.unless.min_confidence);
    note.unless.all.iter().position(|condition| facts.check(condition, how).is_some())
}

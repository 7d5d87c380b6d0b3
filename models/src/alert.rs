//! A human is called: the caller, or somebody with the caller, may be in danger, or the playbook
//! says that the supervisor has to know.
//!
//! An alert is about what was said, not about what anybody feels, so a mixed channel alerts too.

use std::collections::BTreeMap;
use std::time::Duration;

use attune_audio::units::StreamTime;
use attune_audio::utterance::UtteranceId;

use crate::private::Private;
use crate::suggestion::CardChange;

/// An alert of the same kind is not raised again within this time of the call.
pub const QUIET: Duration = Duration::from_secs(60);

/// Why a human is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// Somebody may hurt or kill himself.
    SelfHarm,
    /// Somebody is or may be in danger of life: fire, gas, illness, violence.
    Emergency,
    /// A note of the playbook with `alert = true` was shown.
    Note,
}

impl AlertKind {
    /// All of them, in the order of the API's enum.
    pub const ALL: [Self; 3] = [Self::SelfHarm, Self::Emergency, Self::Note];

    /// Its word in lexicons and metrics: `self_harm`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SelfHarm => "self_harm",
            Self::Emergency => "emergency",
            Self::Note => "note",
        }
    }

    /// The kind that a lexicon's cue may raise under this word; a note's kind is none.
    pub fn of_cue(key: &str) -> Option<Self> {
        [Self::SelfHarm, Self::Emergency].into_iter().find(|kind| kind.key() == key)
    }
}

/// A human is to look at the call now.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Why.
    pub kind: AlertKind,
    /// What was heard, or the note's reason.
    pub evidence: Private<String>,
    /// The utterance it was heard in; `None` when a card came by time.
    pub utterance: Option<UtteranceId>,
    /// The note of the playbook that raised it.
    pub note: Option<String>,
}

impl Alert {
    /// What a card that has just appeared raises, if it calls a human.
    pub fn of_card(change: &CardChange) -> Option<Self> {
        let CardChange::Shown(card) = change else { return None };
        card.alert.then(|| Self {
            kind: AlertKind::Note,
            evidence: Private::new(card.why.clone()),
            utterance: card.utterance,
            note: Some(card.note.clone()),
        })
    }
}

/// Which alerts a call has raised.
#[derive(Debug, Default)]
pub struct Alarm {
    raised: BTreeMap<(AlertKind, Option<String>), StreamTime>,
    utterance: Option<UtteranceId>,
}

impl Alarm {
    /// Whether this alert is new: not of a kind (and note) that was raised within [`QUIET`], and no
    /// note that says again what the words themselves have raised.
    pub fn is_news(&mut self, at: StreamTime, alert: &Alert) -> bool {
        if alert.note.is_some() && alert.utterance.is_some() && alert.utterance == self.utterance {
            return false;
        }
        let key = (alert.kind, alert.note.clone());
        let recent = self.raised.get(&key).is_some_and(|last| at.saturating_since(*last) < QUIET);
        if recent {
            return false;
        }
        self.raised.insert(key, at);
        self.utterance = alert.utterance;
        true
    }
}

#[cfg(test)]
mod tests {
    use attune_audio::units::Side;

    use super::*;

    fn alert(kind: AlertKind, utterance: u32, note: Option<&str>) -> Alert {
        let utterance = Some(UtteranceId { side: Side::Caller, number: utterance });
        Alert { kind, evidence: Private::default(), utterance, note: note.map(str::to_owned) }
    }

    #[test]
    fn the_same_is_raised_once_a_minute() {
        let mut alarm = Alarm::default();
        let at = StreamTime::from_millis;
        assert!(alarm.is_news(at(1_000), &alert(AlertKind::SelfHarm, 1, None)));
        assert!(!alarm.is_news(at(60_999), &alert(AlertKind::SelfHarm, 2, None)));
        assert!(alarm.is_news(at(60_999), &alert(AlertKind::Emergency, 2, None)), "another kind");
        assert!(alarm.is_news(at(61_000), &alert(AlertKind::SelfHarm, 3, None)));
    }

    #[test]
    fn a_note_does_not_repeat_the_words() {
        let mut alarm = Alarm::default();
        let at = StreamTime::from_millis;
        assert!(alarm.is_news(at(1_000), &alert(AlertKind::SelfHarm, 1, None)));
        assert!(!alarm.is_news(at(1_000), &alert(AlertKind::Note, 1, Some("distress"))));
        assert!(alarm.is_news(at(2_000), &alert(AlertKind::Note, 2, Some("abuse"))));
    }
}

//! What the agent's screen knows: the events of one call folded into a state. No terminal, no
//! clock, no network in here.

use std::ops::Range;
use std::time::Duration;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::{
    Alert, CallEvent, CallState, CallSummary, EndReason, FeedbackKind, Side, Snapshot, Suggestion,
    WithdrawReason, speech_activity::SpeechEventType,
};

use crate::marks;
use crate::time::from_proto;

/// How many cards are on the screen at once.
pub(crate) const SLOTS: usize = 3;
/// How long the place of a withdrawn card says why it went.
const FAREWELL: Duration = Duration::from_secs(5);
/// How many of the last utterances evidence may quote.
const QUOTED_FROM: usize = 16;

/// One call as the agent sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallView {
    /// The call's name.
    pub(crate) call_id: String,
    /// Its language.
    pub(crate) language: String,
    /// Live until the end is known.
    pub(crate) state: CallState,
    /// Media time of the newest event or hint.
    pub(crate) clock: Duration,
    /// The last alert: a human is called.
    pub(crate) alert: Option<Alert>,
    /// The latest reading of the caller.
    pub(crate) snapshot: Option<Snapshot>,
    /// Valence at each reading, in order of time.
    pub(crate) valence: Vec<(Duration, f32)>,
    /// Every card of the call, in order of appearance.
    pub(crate) cards: Vec<Card>,
    /// What was said, in order of time.
    pub(crate) lines: Vec<Line>,
    /// Whether the caller and the agent speak just now.
    pub(crate) speaking: [bool; 2],
    /// The call shows no advice.
    pub(crate) held_out: bool,
    /// Steps of the checklist that are done, and all of them.
    pub(crate) steps: (usize, usize),
    /// Set by the last event.
    pub(crate) end: Option<End>,
    /// Which card stands where; a card keeps its place for life.
    slots: [Option<usize>; SLOTS],
}

/// A card and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    /// As the server sent it.
    pub(crate) suggestion: Suggestion,
    /// When it appeared.
    pub(crate) shown: Duration,
    /// When it goes by itself.
    pub(crate) expires: Duration,
    /// Why and when it went away.
    pub(crate) gone: Option<Gone>,
    /// The agent said it was used.
    pub(crate) used: bool,
    /// The agent did not want it.
    pub(crate) dismissed: bool,
}

/// The end of a card.
#[derive(Debug, Clone)]
pub(crate) struct Gone {
    /// Media time.
    pub(crate) at: Duration,
    /// Why.
    pub(crate) reason: WithdrawReason,
    /// Why, in the server's words.
    pub(crate) detail: String,
}

/// What stands in a place for a card.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot<'a> {
    /// Nothing.
    Empty,
    /// A card to use or to dismiss.
    Card(&'a Card),
    /// A card that just went away.
    Farewell(&'a Card, &'a Gone),
}

/// One line of the transcript.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Empty for gaps and keys.
    pub(crate) utterance_id: String,
    /// Who.
    pub(crate) side: Side,
    /// When it began.
    pub(crate) start: Duration,
    /// What.
    pub(crate) content: Content,
}

/// What a line of the transcript holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// Final text, and the stretches of it (in bytes) that triggered a card.
    Final { text: String, marks: Vec<Range<usize>>, triggered: bool },
    /// Still being spoken, and how much of it (in bytes) is likely to stay.
    Partial { text: String, stable: usize },
    /// Speech without usable text.
    Unintelligible,
    /// Audio that never arrived.
    Gap(Duration),
    /// A key of the telephone.
    Key,
}

/// The end of the call.
#[derive(Debug, Clone)]
pub(crate) struct End {
    /// Why.
    pub(crate) reason: EndReason,
    /// The call in figures; none if the server did not live to make it.
    pub(crate) summary: Option<CallSummary>,
}

impl CallView {
    /// Nothing heard yet.
    pub(crate) fn new(call_id: impl Into<String>) -> Self {
        Self { call_id: call_id.into(), state: CallState::Live, ..Self::default() }
    }

    /// Takes one event or hint. Events come in order and once; the follower sees to that.
    pub(crate) fn fold(&mut self, event: &CallEvent) {
        let at = from_proto(event.offset.as_ref());
        self.clock = self.clock.max(at);
        if self.call_id.is_empty() {
            self.call_id.clone_from(&event.call_id);
        }
        match &event.body {
            None => {}
            Some(Body::Started(started)) => {
                self.language.clone_from(&started.language_code);
                self.held_out = started.guidance.as_ref().is_some_and(|g| g.held_out);
            }
            Some(Body::LanguageChanged(changed)) => {
                self.language.clone_from(&changed.language_code);
            }
            Some(Body::Transcript(said)) => {
                let content = if said.unintelligible {
                    Content::Unintelligible
                } else {
                    Content::Final { text: said.text.clone(), marks: Vec::new(), triggered: false }
                };
                let start = from_proto(said.start_offset.as_ref());
                self.say(&said.utterance_id, said.side(), start, content);
            }
            Some(Body::Partial(part)) => {
                let start = from_proto(part.start_offset.as_ref());
                let stable = part.text.starts_with(&part.stable_text);
                let stable = if stable { part.stable_text.len() } else { 0 };
                let content = Content::Partial { text: part.text.clone(), stable };
                self.say(&part.utterance_id, part.side(), start, content);
            }
            Some(Body::Gap(gap)) => {
                let start = from_proto(gap.start_offset.as_ref());
                let missing = from_proto(gap.end_offset.as_ref()).saturating_sub(start);
                self.insert(Line::aside(gap.side(), start, Content::Gap(missing)));
            }
            Some(Body::Dtmf(key)) => self.insert(Line::aside(key.side(), at, Content::Key)),
            Some(Body::SpeechActivity(activity)) => {
                let begins = activity.speech_event_type() == SpeechEventType::SpeechActivityBegin;
                self.set_speaking(activity.side(), begins);
            }
            Some(Body::Checklist(list)) => {
                let done = list.steps.iter().filter(|step| step.done).count();
                self.steps = (done, list.steps.len());
            }
            Some(Body::IssueRaised(_)) => {}
            Some(Body::Alert(alert)) => self.alert = Some(alert.clone()),
            Some(Body::Snapshot(snapshot)) => self.read(at, snapshot),
            Some(Body::Suggestion(suggestion)) => self.show(at, suggestion),
            Some(Body::SuggestionWithdrawn(withdrawn)) => {
                let gone =
                    Gone { at, reason: withdrawn.reason(), detail: withdrawn.detail.clone() };
                if let Some(card) = self.card_mut(&withdrawn.suggestion_id) {
                    card.used |= gone.reason == WithdrawReason::Used;
                    card.dismissed |= gone.reason == WithdrawReason::Dismissed;
                    card.gone = Some(gone);
                }
            }
            Some(Body::Feedback(feedback)) => {
                if let Some(card) = self.card_mut(&feedback.suggestion_id) {
                    card.used |= feedback.kind() == FeedbackKind::Used;
                    card.dismissed |= feedback.kind() == FeedbackKind::Dismissed;
                }
            }
            Some(Body::Ended(ended)) => {
                self.state = CallState::Ended;
                self.speaking = [false; 2];
                self.lines.retain(|line| !matches!(line.content, Content::Partial { .. }));
                self.end = Some(End { reason: ended.reason(), summary: ended.summary.clone() });
            }
        }
    }

    /// What stands in a place, 0 to 2, at media time `now`.
    pub(crate) fn slot(&self, place: usize, now: Duration) -> Slot<'_> {
        let Some(card) = self.slots.get(place).copied().flatten().and_then(|i| self.cards.get(i))
        else {
            return Slot::Empty;
        };
        match &card.gone {
            None => Slot::Card(card),
            Some(gone) if now < gone.at + FAREWELL => Slot::Farewell(card, gone),
            Some(_) => Slot::Empty,
        }
    }

    /// The name of the card that can be used or dismissed in a place, 0 to 2.
    pub(crate) fn card_at(&self, place: usize) -> Option<&str> {
        match self.slot(place, self.clock) {
            Slot::Card(card) => Some(&card.suggestion.suggestion_id),
            Slot::Empty | Slot::Farewell(..) => None,
        }
    }

    /// Cards that went away without the agent's doing, while the call was running.
    pub(crate) fn withdrawn(&self) -> usize {
        let by_itself = |gone: &Gone| {
            matches!(
                gone.reason,
                WithdrawReason::Expired | WithdrawReason::CallerChanged | WithdrawReason::Replaced
            )
        };
        self.cards.iter().filter(|card| card.gone.as_ref().is_some_and(by_itself)).count()
    }

    fn read(&mut self, at: Duration, snapshot: &Snapshot) {
        if let Some(mood) = &snapshot.mood {
            self.valence.push((at, mood.valence));
        }
        self.snapshot = Some(snapshot.clone());
    }

    fn say(&mut self, utterance_id: &str, side: Side, start: Duration, content: Content) {
        let partial = matches!(content, Content::Partial { .. });
        let known = self.lines.iter().rposition(|line| line.utterance_id == utterance_id);
        match known {
            // A late hint must not undo what is final.
            Some(i) if partial && !matches!(self.lines[i].content, Content::Partial { .. }) => {
                return;
            }
            Some(i) => drop(self.lines.remove(i)),
            None => {}
        }
        if !partial {
            // Partials of an utterance that was dropped or renamed do not outlive the next final.
            self.lines.retain(|line| {
                line.side != side
                    || !matches!(line.content, Content::Partial { .. })
                    || line.start > start
            });
        }
        self.insert(Line { utterance_id: utterance_id.to_owned(), side, start, content });
    }

    fn insert(&mut self, line: Line) {
        let place = self.lines.partition_point(|other| other.start <= line.start);
        self.lines.insert(place, line);
    }

    fn set_speaking(&mut self, side: Side, speaks: bool) {
        match side {
            Side::Caller => self.speaking[0] = speaks,
            Side::Agent => self.speaking[1] = speaks,
            Side::Unspecified => {}
        }
    }

    fn show(&mut self, at: Duration, suggestion: &Suggestion) {
        self.mark(suggestion);
        let index = self.cards.len();
        self.cards.push(Card {
            shown: at,
            expires: from_proto(suggestion.expire_offset.as_ref()),
            gone: None,
            used: false,
            dismissed: false,
            suggestion: suggestion.clone(),
        });
        let place = self.free_place(at);
        self.slots[place] = Some(index);
    }

    /// An empty place, else the one whose card went away first, else (the server keeps to three, so
    /// this is its mistake) the one of the least important card.
    fn free_place(&self, now: Duration) -> usize {
        let rank = |place: &usize| match self.slot(*place, now) {
            Slot::Empty => (0, Duration::ZERO, 0),
            Slot::Farewell(_, gone) => (1, gone.at, 0),
            Slot::Card(card) => (2, Duration::ZERO, card.suggestion.priority),
        };
        (0..SLOTS).min_by_key(rank).unwrap_or(0)
    }

    /// Marks the utterance that triggered a card, and the words that its evidence quotes, which may
    /// have been said a little earlier.
    fn mark(&mut self, suggestion: &Suggestion) {
        let id = &suggestion.utterance_id;
        for line in self.lines.iter_mut().filter(|line| !id.is_empty() && line.utterance_id == *id)
        {
            if let Content::Final { triggered, .. } = &mut line.content {
                *triggered = true;
            }
        }
        for evidence in &suggestion.evidence {
            for line in self.lines.iter_mut().rev().take(QUOTED_FROM) {
                let Content::Final { text, marks, triggered } = &mut line.content else { continue };
                let found = marks::find(text, evidence);
                if !found.is_empty() {
                    *triggered = true;
                    marks.extend(found);
                    marks::merge(marks);
                    break;
                }
            }
        }
    }

    fn card_mut(&mut self, id: &str) -> Option<&mut Card> {
        self.cards.iter_mut().rfind(|card| card.suggestion.suggestion_id == id)
    }
}

impl Gone {
    /// The server's words, where they say more than the reason does.
    pub(crate) fn told(&self) -> Option<&str> {
        told(self.reason, &self.detail)
    }
}

/// The detail of a withdrawal, where it says more than its reason.
pub(crate) fn told(reason: WithdrawReason, detail: &str) -> Option<&str> {
    let plain = matches!(reason, WithdrawReason::Expired | WithdrawReason::CallEnded);
    (!plain && !detail.is_empty()).then_some(detail)
}

impl Card {
    /// How much of its life is left at `now`: the time, and the share of the whole in [0, 1].
    pub(crate) fn remaining(&self, now: Duration) -> (Duration, f32) {
        let left = self.expires.saturating_sub(now);
        let whole = self.expires.saturating_sub(self.shown).as_secs_f32();
        let share = if whole > 0.0 { left.as_secs_f32() / whole } else { 0.0 };
        (left, share.clamp(0.0, 1.0))
    }
}

impl Line {
    fn aside(side: Side, start: Duration, content: Content) -> Self {
        Self { utterance_id: String::new(), side, start, content }
    }
}

#[cfg(test)]
#[path = "view_model_tests.rs"]
mod tests;

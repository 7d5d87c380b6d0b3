//! Which notes become cards, and when cards go.
//!
//! Deterministic: the same moments and the same human words give the same cards. Cards appear only
//! after an utterance; they go when they no longer fit, when the agent has said what they propose,
//! when a more important one needs the place, at their exact time, or at a human's word.

mod course;
mod explain;
mod facts;
mod fit;
mod memory;
mod rehearse;
mod said;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use attune_audio::units::{Side, StreamTime};

use crate::facts::CallFacts;
use crate::guidance::{Guidance, must_be_shown};
use crate::playbook::{Note, Playbook};
use crate::snapshot::Snapshot;
use crate::suggestion::{
    CardChange, Feedback, FeedbackKind, Suggestion, SuggestionClass, SuggestionId, WithdrawReason,
};
use crate::transcript::Transcript;
use course::Course;
use facts::Facts;
use fit::{Fit, Rank};
use memory::Memory;
use said::Said;

pub use explain::{Explanation, Outcome, explain};
pub use rehearse::{Rehearsal, rehearse};

/// The importance of a person's card: above that of any note.
const PERSON: i32 = 1000;

/// The call just after a final utterance of either side.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Session time.
    pub at: StreamTime,
    /// What was just said.
    pub transcript: &'a Transcript,
    /// The caller now; `None` before the first reading.
    pub snapshot: Option<&'a Snapshot>,
    /// The reading before that one.
    pub previous: Option<&'a Snapshot>,
}

/// Feedback names a card that was never shown in this call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no card {0} in this call")]
pub struct UnknownCard(pub SuggestionId);

/// The agent's cards in one call.
#[derive(Debug)]
pub struct Suggester {
    playbook: Arc<Playbook>,
    /// What was known when the call began.
    call: CallFacts,
    guidance: Guidance,
    memory: Memory,
    course: Course,
    /// In the order they were shown.
    cards: Vec<Card>,
    /// One a note of the playbook.
    history: Vec<History>,
    /// When a note of each kind was last shown.
    kinds: BTreeMap<String, StreamTime>,
    /// The note of every card ever shown, if the playbook has it; card `s-n` is at n - 1.
    notes_of_cards: Vec<Option<usize>>,
    last_shown: Option<StreamTime>,
    /// Cards that were mere advice.
    advised: u32,
    /// A human was called: nothing is sold in this call any more.
    alerted: bool,
}

/// A card on the screen.
#[derive(Debug, Clone)]
pub struct Card {
    suggestion: Suggestion,
    /// What the agent has said of it.
    said: Said,
}

impl Deref for Card {
    type Target = Suggestion;

    fn deref(&self) -> &Suggestion {
        &self.suggestion
    }
}

/// What became of a note in this call.
#[derive(Debug, Clone, Default)]
struct History {
    shown: usize,
    last_shown: Option<StreamTime>,
    dismissed: bool,
}

/// A note that fits the moment.
struct Candidate {
    note: usize,
    fit: Fit,
}

impl Suggester {
    /// For one call.
    pub fn new(playbook: Arc<Playbook>) -> Self {
        let history = vec![History::default(); playbook.notes().len()];
        Self {
            playbook,
            call: CallFacts::default(),
            guidance: Guidance::default(),
            memory: Memory::default(),
            course: Course::default(),
            cards: Vec::new(),
            history,
            kinds: BTreeMap::new(),
            notes_of_cards: Vec::new(),
            last_shown: None,
            advised: 0,
            alerted: false,
        }
    }

    /// With what is known of the call when it begins, and what its advice is held to.
    #[must_use]
    pub fn with(self, call: CallFacts, guidance: Guidance) -> Self {
        Self { call, guidance, ..self }
    }

    /// What is on the screen before anything is said: the checklist, if there is one.
    pub fn begin(&mut self) -> Vec<CardChange> {
        let playbook = Arc::clone(&self.playbook);
        self.tick(StreamTime::ZERO, (None, None), &playbook).into_iter().collect()
    }

    /// The cards on the screen, oldest first.
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// Call it after every final utterance of either side, in order of time. Cards whose time is
    /// over by then go too.
    pub fn consider(&mut self, moment: &Moment<'_>) -> Vec<CardChange> {
        let mut changes: Vec<CardChange> =
            self.advance(moment.at).into_iter().map(|(_, change)| change).collect();
        let playbook = Arc::clone(&self.playbook);
        self.memory.hear(playbook.phrases(), moment.transcript);
        let raised = self.course.hear(&playbook, &self.memory, moment.transcript);
        changes.extend(raised.into_iter().map(CardChange::Raised));
        changes.extend(self.tick(moment.at, (moment.snapshot, moment.previous), &playbook));
        self.withdraw_said(moment.transcript, &mut changes);
        self.withdraw_unfit(moment, &playbook, &mut changes);
        if let Some(candidate) = self.choose(moment, &playbook) {
            self.show(&candidate, moment, &playbook, &mut changes);
        }
        changes
    }

    /// Takes cards away whose time is over at `now`, each with the time at which it was, in order.
    pub fn advance(&mut self, now: StreamTime) -> Vec<(StreamTime, CardChange)> {
        let (mut over, left): (Vec<_>, Vec<_>) =
            self.cards.drain(..).partition(|card| card.expires <= now);
        self.cards = left;
        over.sort_by_key(|card| (card.expires, card.id));
        let expired = |card: Card| {
            let length = card.expires.saturating_since(card.shown);
            let detail = format!("{} are over", crate::playbook::written(length));
            (card.expires, withdrawn(card.id, WithdrawReason::Expired, detail))
        };
        over.into_iter().map(expired).collect()
    }

    /// When the next card goes by itself.
    pub fn next_expiry(&self) -> Option<StreamTime> {
        self.cards.iter().map(|card| card.expires).min()
    }

    /// A human's word on a card. It may come after the card has gone; a dismissed note stays away
    /// for the rest of the call then, too.
    ///
    /// # Errors
    /// The card was never shown in this call.
    pub fn feedback(
        &mut self,
        feedback: &Feedback,
        now: StreamTime,
    ) -> Result<Vec<CardChange>, UnknownCard> {
        let id = feedback.suggestion;
        let index = usize::try_from(id.0).ok().and_then(|n| n.checked_sub(1));
        let note = index.and_then(|index| self.notes_of_cards.get(index)).copied();
        let note = note.ok_or(UnknownCard(id))?;
        let mut changes: Vec<CardChange> =
            self.advance(now).into_iter().map(|(_, change)| change).collect();
        let (reason, detail) = match &feedback.kind {
            FeedbackKind::Shown => return Ok(changes),
            FeedbackKind::Used => (WithdrawReason::Used, "the agent used it"),
            FeedbackKind::Dismissed { .. } => {
                if let Some(history) = note.and_then(|note| self.history.get_mut(note)) {
                    history.dismissed = true;
                }
                (WithdrawReason::Dismissed, "the agent dismissed it")
            }
        };
        changes.extend(self.take(id).map(|card| withdrawn(card.id, reason, detail.into())));
        Ok(changes)
    }

    /// A person who follows the call has something to say to the agent: it is shown at once, and
    /// counts as a new card for those that come by themselves. Where there is no place it takes that
    /// of the least important card, of what must be said last.
    pub fn advise(&mut self, say: String, now: StreamTime) -> Vec<CardChange> {
        let mut changes: Vec<CardChange> =
            self.advance(now).into_iter().map(|(_, change)| change).collect();
        if self.cards.len() >= self.playbook.limits().max_cards {
            let importance = |card: &&Card| {
                let urgent = card.class == SuggestionClass::Compliance;
                (urgent, card.priority, card.shown, card.id)
            };
            if let Some(out) = self.cards.iter().min_by_key(importance).map(|card| card.id) {
                self.take(out);
                let detail = "a person's card needs the place".to_owned();
                changes.push(withdrawn(out, WithdrawReason::Replaced, detail));
            }
        }
        self.last_shown = Some(now);
        let suggestion = Suggestion {
            id: self.next_id(None),
            note: String::new(),
            from_person: true,
            class: SuggestionClass::Solution,
            say,
            why: String::new(),
            evidence: Vec::new(),
            priority: PERSON,
            shown: now,
            expires: now + self.playbook.limits().lifetime,
            utterance: None,
            alert: false,
        };
        changes.push(CardChange::Shown(suggestion.clone()));
        let said = Said::new(&self.playbook, &suggestion.say);
        self.cards.push(Card { said, suggestion });
        changes
    }

    /// A human was called: offers go, and none comes for the rest of the call.
    pub fn stop_selling(&mut self) -> Vec<CardChange> {
        self.alerted = true;
        let offers = |card: &Card| card.class == SuggestionClass::Offer;
        let (offers, left): (Vec<_>, Vec<_>) = self.cards.drain(..).partition(offers);
        self.cards = left;
        let gone = |card: Card| {
            let detail = "a human was called".to_owned();
            withdrawn(card.id, WithdrawReason::CallerChanged, detail)
        };
        offers.into_iter().map(gone).collect()
    }

    /// Takes all cards away: there is nobody left to say them to.
    pub fn end(&mut self, now: StreamTime) -> Vec<CardChange> {
        let mut changes: Vec<CardChange> =
            self.advance(now).into_iter().map(|(_, change)| change).collect();
        let left = self.cards.drain(..);
        changes.extend(left.map(|card| {
            withdrawn(card.id, WithdrawReason::CallEnded, "the call has ended".into())
        }));
        changes
    }

    /// Goes on with the notes of another language. Notes of the two playbooks with one id are one
    /// note: what was shown or dismissed stays so. Cards go, for nobody says them in that language;
    /// what was said so far is not looked for in the new notes' phrases.
    pub fn follow(&mut self, playbook: Arc<Playbook>, now: StreamTime) -> Vec<CardChange> {
        let mut changes: Vec<CardChange> =
            self.advance(now).into_iter().map(|(_, change)| change).collect();
        let detail = format!("the call goes on in {}", playbook.language().code());
        changes.extend(
            self.cards
                .drain(..)
                .map(|card| withdrawn(card.id, WithdrawReason::CallerChanged, detail.clone())),
        );
        let old = std::mem::replace(&mut self.playbook, playbook);
        let id_of = |note: usize| old.notes().get(note).map(|note| note.id.as_str());
        let place = |id: &str| self.playbook.notes().iter().position(|note| note.id == id);
        let mut history = vec![History::default(); self.playbook.notes().len()];
        for (index, known) in std::mem::take(&mut self.history).into_iter().enumerate() {
            if let Some(kept) = id_of(index).and_then(place).and_then(|at| history.get_mut(at)) {
                *kept = known;
            }
        }
        for note in &mut self.notes_of_cards {
            *note = note.and_then(id_of).and_then(place);
        }
        self.history = history;
        self.memory.forget_phrases();
        let playbook = Arc::clone(&self.playbook);
        let steps = Some(self.course.checklist(&playbook)).filter(|steps| !steps.is_empty());
        changes.extend(steps.map(CardChange::Checklist));
        changes
    }

    fn facts<'a>(
        &'a self,
        at: StreamTime,
        (snapshot, previous): (Option<&'a Snapshot>, Option<&'a Snapshot>),
        playbook: &'a Playbook,
    ) -> Facts<'a> {
        Facts {
            at,
            snapshot,
            previous,
            memory: &self.memory,
            limits: playbook.limits(),
            phrases: playbook.phrases(),
            issues: playbook.issues(),
            course: &self.course,
            call: &self.call,
        }
    }

    /// The checklist, if a step is ticked or listed now that was not before.
    fn tick(
        &mut self,
        at: StreamTime,
        readings: (Option<&Snapshot>, Option<&Snapshot>),
        playbook: &Playbook,
    ) -> Option<CardChange> {
        let facts = self.facts(at, readings, playbook);
        let progress = self.course.progress(playbook, &facts);
        self.course.take(playbook, progress).map(CardChange::Checklist)
    }

    /// What the agent has just said in his own words needs no card any more.
    fn withdraw_said(&mut self, transcript: &Transcript, changes: &mut Vec<CardChange>) {
        if transcript.utterance.side != Side::Agent {
            return;
        }
        let words = Playbook::words_of(transcript.words());
        for card in &mut self.cards {
            card.said.hear(&words);
        }
        let used = self.cards.extract_if(.., |card| card.said.is_enough());
        changes.extend(
            used.map(|card| withdrawn(card.id, WithdrawReason::Used, "the agent said it".into())),
        );
    }

    fn withdraw_unfit(
        &mut self,
        moment: &Moment<'_>,
        playbook: &Playbook,
        changes: &mut Vec<CardChange>,
    ) {
        let facts = self.facts(moment.at, (moment.snapshot, moment.previous), playbook);
        let unfit: Vec<(SuggestionId, String)> = self
            .cards
            .iter()
            .filter_map(|card| Some((card.id, fit::misfit(self.note_of(card.id)?, &facts)?)))
            .collect();
        for (id, detail) in unfit {
            self.take(id);
            changes.push(withdrawn(id, WithdrawReason::CallerChanged, detail));
        }
    }

    /// The best note that may be shown now. What must be said comes first, and passes the
    /// throttle.
    fn choose(&self, moment: &Moment<'_>, playbook: &Playbook) -> Option<Candidate> {
        let facts = self.facts(moment.at, (moment.snapshot, moment.previous), playbook);
        let throttled = self
            .last_shown
            .is_some_and(|last| moment.at.saturating_since(last) < playbook.limits().new_every);
        let urgent_shown = self.urgent_card();
        let mut best: Option<(Rank, Candidate)> = None;
        for (index, note) in playbook.notes().iter().enumerate() {
            if (throttled && !note.is_urgent()) || !self.may_be_shown(index, note, moment.at) {
                continue;
            }
            if note.is_urgent() && urgent_shown.is_some_and(|shown| shown >= note.priority) {
                continue;
            }
            let Ok(fit) = fit::fit(note, &facts) else { continue };
            let rank = Rank::of(note, &fit, index, &self.guidance);
            if best.as_ref().is_none_or(|(top, _)| rank > *top) {
                best = Some((rank, Candidate { note: index, fit }));
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    /// The priority of the card that must be said, if one is on the screen.
    fn urgent_card(&self) -> Option<i32> {
        let mut urgent = self.cards.iter().filter(|card| card.class == SuggestionClass::Compliance);
        urgent.next().map(|card| card.priority)
    }

    /// What fatigue says, whatever the caller says.
    fn may_be_shown(&self, index: usize, note: &Note, now: StreamTime) -> bool {
        let Some(history) = self.history.get(index) else { return false };
        let within = |last: Option<StreamTime>, length| {
            last.is_some_and(|last| now.saturating_since(last) < length)
        };
        let tires = note.is_step()
            || !self.guidance.allows(note, self.advised)
            || history.dismissed
            || (note.once && history.shown > 0)
            || within(history.last_shown, note.cooldown)
            || within(self.kinds.get(&note.kind).copied(), self.playbook.limits().kind_every)
            || (self.alerted && note.class == SuggestionClass::Offer)
            || self.cards.iter().any(|card| card.note == note.id);
        !tires
    }

    /// Shows a card if there is a place for it, or one can be made.
    fn show(
        &mut self,
        candidate: &Candidate,
        moment: &Moment<'_>,
        playbook: &Playbook,
        changes: &mut Vec<CardChange>,
    ) {
        let Some(note) = playbook.notes().get(candidate.note) else { return };
        let facts = self.facts(moment.at, (moment.snapshot, moment.previous), playbook);
        let evidence = fit::evidence(note, &facts);
        let utterance = candidate.fit.utterance.unwrap_or(moment.transcript.utterance);
        if !self.make_place(note, playbook.limits().max_cards, changes) {
            return;
        }
        let Some(history) = self.history.get_mut(candidate.note) else { return };
        let say = note.say.get(history.shown % note.say.len()).map_or("", String::as_str);
        let say = self.course.fill(playbook, say);
        history.shown += 1;
        history.last_shown = Some(moment.at);
        self.last_shown = Some(moment.at);
        self.kinds.insert(note.kind.clone(), moment.at);
        if note.alert {
            changes.extend(self.stop_selling());
        }
        self.advised += u32::from(!must_be_shown(note));
        let id = self.next_id(Some(candidate.note));
        let suggestion = Suggestion {
            id,
            note: note.id.clone(),
            from_person: false,
            class: note.class,
            say,
            why: note.why.clone(),
            evidence,
            priority: note.priority,
            shown: moment.at,
            expires: moment.at + note.lifetime,
            utterance: Some(utterance),
            alert: note.alert,
        };
        changes.push(CardChange::Shown(suggestion.clone()));
        self.cards.push(Card { said: Said::new(playbook, &suggestion.say), suggestion });
    }

    /// What must be said never stacks, and takes a place if it needs one; the rest only takes the
    /// place of something less important.
    fn make_place(&mut self, note: &Note, places: usize, changes: &mut Vec<CardChange>) -> bool {
        let urgent = |card: &&Card| card.class == SuggestionClass::Compliance;
        let by_importance = |card: &&Card| (card.priority, card.shown, card.id);
        let stacked = self.cards.iter().find(urgent).filter(|_| note.is_urgent());
        let out = if let Some(card) = stacked {
            card.id
        } else if self.cards.len() < places {
            return true;
        } else {
            let rest = self.cards.iter().filter(|card| !urgent(card));
            match rest.min_by_key(by_importance) {
                Some(card) if note.is_urgent() || card.priority < note.priority => card.id,
                _ => return false,
            }
        };
        self.take(out);
        let detail = format!("a more important note needs the place: {}", note.id);
        changes.push(withdrawn(out, WithdrawReason::Replaced, detail));
        true
    }

    /// Names a new card, of a note or of none.
    fn next_id(&mut self, note: Option<usize>) -> SuggestionId {
        self.notes_of_cards.push(note);
        SuggestionId(u32::try_from(self.notes_of_cards.len()).unwrap_or(u32::MAX))
    }

    fn note_of(&self, id: SuggestionId) -> Option<&Note> {
        let index = usize::try_from(id.0).ok()?.checked_sub(1)?;
        self.playbook.notes().get((*self.notes_of_cards.get(index)?)?)
    }

    fn take(&mut self, id: SuggestionId) -> Option<Card> {
        let at = self.cards.iter().position(|card| card.id == id)?;
        Some(self.cards.remove(at))
    }
}

fn withdrawn(id: SuggestionId, reason: WithdrawReason, detail: String) -> CardChange {
    CardChange::Withdrawn { id, reason, detail }
}

#[cfg(test)]
mod tests;

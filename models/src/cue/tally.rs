//! Evidence that adds up over a call: log-odds per class, repeats worth less, old turns fading.

use std::collections::BTreeMap;

use attune_audio::units::StreamTime;

use crate::account::{Ledger, Part, name};
use crate::category::{Category, Posterior};
use crate::snapshot::{Cue, Reading};

/// How evidence adds up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TallyRules {
    /// What is left of all evidence after each caller turn, in (0, 1].
    pub kept_per_turn: f32,
    /// What the same cue is worth each further time, in [0, 1): it never counts for more than
    /// `1 / (1 - repeat)` times in a call.
    pub repeat: f32,
    /// Divides the scores before the softmax; above 1 for cues that are not independent.
    pub temperature: f32,
    /// Evidence, in nats, below which there is no value.
    pub enough: f32,
    /// Distance of the two best probabilities below which there is no value.
    pub margin: f32,
    /// Words of the caller before which there is no value: a greeting says nothing of anybody.
    pub words: usize,
}

/// The evidence for each class of a category so far.
#[derive(Debug, Clone)]
pub struct Tally<C> {
    rules: TallyRules,
    scores: Vec<f32>,
    ledger: Ledger,
    evidence: f32,
    words: usize,
    times_heard: BTreeMap<String, u32>,
    corrected: Option<C>,
}

impl<C: Category> Tally<C> {
    /// Nothing heard yet.
    pub fn new(rules: TallyRules) -> Self {
        Self {
            rules,
            scores: vec![0.0; C::ALL.len()],
            ledger: Ledger::new(C::ALL.len()),
            evidence: 0.0,
            words: 0,
            times_heard: BTreeMap::new(),
            corrected: None,
        }
    }

    /// A caller turn of so many words begins: what was heard before counts a little less.
    pub fn next_turn(&mut self, words: usize) {
        self.words += words;
        let kept = self.rules.kept_per_turn;
        let fade = |scores: &mut [f32]| scores.iter_mut().for_each(|score| *score *= kept);
        fade(&mut self.scores);
        self.ledger.apply(fade);
        self.evidence *= self.rules.kept_per_turn;
    }

    /// What earlier calls of this caller have shown, in log-odds: the call begins from it, and needs
    /// no words before there is a value.
    pub fn carry(&mut self, log_odds: &[f32]) {
        let strongest = log_odds.iter().fold(0.0, |most: f32, odds| most.max(odds.abs()));
        if strongest == 0.0 {
            return;
        }
        let adds: Vec<f32> = log_odds.iter().map(|odds| odds * self.rules.temperature).collect();
        self.scores.iter_mut().zip(&adds).for_each(|(score, add)| *score += add);
        self.ledger.add(Part::named(name::PROFILE, adds));
        self.evidence += strongest * self.rules.temperature;
        self.words += self.rules.words;
    }

    /// A cue was seen once more, in a turn that ended at `at`; all it says about this category is
    /// given at once.
    pub fn add(&mut self, cue: &Cue, at: StreamTime, weights: &[(C, f32)]) {
        if weights.is_empty() {
            return;
        }
        let times = self.times_heard.entry(cue.id.clone()).or_insert(0);
        let share = self.rules.repeat.powi(i32::try_from(*times).unwrap_or(i32::MAX));
        *times += 1;
        self.add_share(share, cue, at, weights);
    }

    /// What a turn changed in a sum that has its own way with repeats ([`super::caller`]).
    pub fn add_change(&mut self, cue: &Cue, at: StreamTime, weights: &[(C, f32)]) {
        if !weights.is_empty() {
            self.add_share(1.0, cue, at, weights);
        }
    }

    fn add_share(&mut self, share: f32, cue: &Cue, at: StreamTime, weights: &[(C, f32)]) {
        let mut adds = vec![0.0; C::ALL.len()];
        for (class, weight) in weights {
            adds[class.index()] += share * weight;
        }
        self.scores.iter_mut().zip(&adds).for_each(|(score, add)| *score += add);
        self.ledger.add(Part::of(cue, at, adds));
        self.evidence += share * weights.iter().map(|(_, w)| w.abs()).fold(0.0, f32::max);
    }

    /// A human said so: it outranks everything heard, before and after.
    pub fn correct(&mut self, class: C) {
        self.corrected = Some(class);
    }

    /// What a human said, if one did.
    pub fn corrected(&self) -> Option<C> {
        self.corrected
    }

    /// Whether the caller has said enough words to be read.
    pub fn has_enough_words(&self) -> bool {
        self.words >= self.rules.words
    }

    /// Scores in log-odds, in the order of [`Category::ALL`].
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// The reading as a sum of log-odds: `before` is what held before anything was heard. A human's
    /// word is no sum; it stands alone.
    pub fn account(&self, before: Option<Vec<f32>>) -> Vec<Part> {
        if self.corrected.is_some() {
            return vec![Part::named(name::HUMAN, Vec::new())];
        }
        let before = before.map(|before| Part::named(name::PRIOR, before));
        let scaled =
            |adds: &[f32]| adds.iter().map(|add| add / self.rules.temperature).collect::<Vec<_>>();
        self.ledger.account(before.into_iter().collect(), scaled)
    }

    /// Probabilities, and a value once words, evidence and margin suffice.
    pub fn reading(&self) -> Reading<C> {
        if let Some(class) = self.corrected {
            return Reading::corrected(class);
        }
        let scaled: Vec<f32> = self.scores.iter().map(|s| s / self.rules.temperature).collect();
        let posterior = Posterior::from_log_odds(&scaled);
        let (best, p) = posterior.top();
        let others = C::ALL.iter().filter(|class| **class != best);
        let second = others.map(|class| posterior.of(*class).get()).fold(0.0, f32::max);
        let clear = self.evidence >= self.rules.enough && p.get() - second >= self.rules.margin;
        let value = (clear && self.has_enough_words()).then_some(best);
        Reading { posterior, value, corrected: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use attune_audio::units::Side;
    use attune_audio::utterance::UtteranceId;

    use crate::account;
    use crate::category::Colour::{self, Blue, Red};
    use crate::private::Private;
    use crate::snapshot::CueSource;

    fn cue(id: &str) -> Cue {
        Cue {
            id: id.to_owned(),
            source: CueSource::Words,
            utterance: UtteranceId { side: Side::Caller, number: 1 },
            evidence: Private::new(format!("said \"{id}\"")),
            measured: None,
            weights: Vec::new(),
        }
    }

    const AT: StreamTime = StreamTime::ZERO;

    const RULES: TallyRules = TallyRules {
        kept_per_turn: 0.9,
        repeat: 0.5,
        temperature: 1.0,
        enough: 1.0,
        margin: 0.2,
        words: 0,
    };

    #[test]
    fn a_value_needs_evidence_and_margin() {
        let mut tally = Tally::<Colour>::new(RULES);
        tally.add(&cue("a"), AT, &[(Red, 0.8)]);
        assert_eq!(tally.reading().value, None, "too little evidence");
        tally.add(&cue("b"), AT, &[(Red, 0.8)]);
        assert_eq!(tally.reading().value, Some(Red));
        tally.add(&cue("c"), AT, &[(Blue, 1.6)]);
        assert_eq!(tally.reading().value, None, "no margin");
    }

    #[test]
    fn a_greeting_has_no_value() {
        let mut tally = Tally::<Colour>::new(TallyRules { words: 4, ..RULES });
        tally.next_turn(2);
        tally.add(&cue("a"), AT, &[(Red, 5.0)]);
        assert_eq!(tally.reading().value, None);
        tally.next_turn(2);
        assert_eq!(tally.reading().value, Some(Red));
    }

    #[test]
    fn the_same_cue_again_is_worth_less_and_never_more_than_twice() {
        let mut tally = Tally::<Colour>::new(RULES);
        for _ in 0..50 {
            tally.add(&cue("a"), AT, &[(Red, 1.0)]);
        }
        assert!((tally.scores()[Red.index()] - 2.0).abs() < 1e-3);
        tally.next_turn(1);
        assert!((tally.scores()[Red.index()] - 1.8).abs() < 1e-3);
    }

    #[test]
    fn a_correction_outranks_whatever_comes() {
        let mut tally = Tally::<Colour>::new(RULES);
        tally.correct(Blue);
        tally.add(&cue("a"), AT, &[(Red, 5.0)]);
        let reading = tally.reading();
        assert_eq!((reading.value, reading.corrected), (Some(Blue), true));
    }

    #[test]
    fn what_is_remembered_shows_from_the_first_word_and_two_clear_cues_outweigh_it() {
        let mut tally = Tally::<Colour>::new(TallyRules { words: 4, ..RULES });
        tally.carry(&[0.0; 4]);
        assert!(tally.account(None).is_empty(), "nothing remembered is no part");
        tally.carry(&[2.0, 0.0, 0.0, 0.0]);
        tally.next_turn(1);
        assert_eq!(tally.reading().value, Some(Red));
        assert_eq!(tally.account(None)[0].id, name::PROFILE);
        tally.add(&cue("a"), AT, &[(Blue, 2.0)]);
        tally.add(&cue("b"), AT, &[(Blue, 2.0)]);
        assert_eq!(tally.reading().value, Some(Blue));
    }

    #[test]
    fn the_account_adds_up_to_the_log_odds_of_the_reading() {
        let mut tally = Tally::<Colour>::new(TallyRules { temperature: 1.3, ..RULES });
        for turn in 0..40 {
            tally.next_turn(1);
            let weight = if turn % 3 == 0 { -0.7 } else { 0.4 };
            tally.add(&cue(["a", "b", "c", "d"][turn % 4]), AT, &[(Red, weight), (Blue, 0.1)]);
        }
        let told = Posterior::<Colour>::from_log_odds(&account::sum(&tally.account(None)));
        let read = tally.reading().posterior;
        for (told, read) in told.values().iter().zip(read.values()) {
            assert!((told - read).abs() < 1e-5, "{told} is not {read}");
        }
    }
}

//! What is remembered of a caller between calls: evidence of colour and motive, fading.
//!
//! Mood and caller type are of one call and are not remembered. What one call adds is what *it*
//! heard, without what it began from; else a first impression would confirm itself for ever.
//! Derivation and the limits of the constants: `docs/design/reading.md`.

use crate::account::{Part, name};
use crate::category::{Category, Colour, Motive, Posterior};
use crate::snapshot::{Reading, Snapshot};

/// Days after which half of the evidence is left.
const HALF_LIFE_DAYS: f32 = 180.0;
/// What is left of the earlier calls' evidence when a new one is added.
const KEPT: f32 = 0.8;
/// One call adds at most this much to a class, all calls together at most that much, in nats.
const ONE_CALL: f32 = 2.5;
const ALL_CALLS: f32 = 4.0;
/// A new call begins from this share of it, and from no more than so many nats: two clear cues of
/// the call itself outweigh the past.
const CARRIED: f32 = 0.5;
const CARRIED_AT_MOST: f32 = 2.0;
/// What a human's word counts.
const HUMAN: f32 = 4.0;
/// Distance of the two best probabilities below which nothing is said.
const MARGIN: f32 = 0.3;

/// Evidence of one category from all calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Remembered<C> {
    log_odds: Vec<f32>,
    set: Option<C>,
}

/// What a call begins from: log-odds in nats, one a class in the order of [`Category::ALL`]; empty
/// where nothing is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Carried {
    /// Of the colours.
    pub colour: Vec<f32>,
    /// Of the motives.
    pub motive: Vec<f32>,
}

impl Carried {
    /// From what was recorded; what is missing or no number counts 0, and nothing counts more than
    /// a profile may.
    pub fn from_kept(colour: &[f32], motive: &[f32]) -> Self {
        let bounded = |odds: &f32| odds.clamp(-CARRIED_AT_MOST, CARRIED_AT_MOST);
        let finite =
            |odds: &[f32]| odds.iter().filter(|odds| odds.is_finite()).map(bounded).collect();
        Self { colour: finite(colour), motive: finite(motive) }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.colour.iter().chain(&self.motive).all(|odds| *odds == 0.0)
    }
}

/// What is remembered of a caller.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// Calls that were learnt from.
    pub calls: u32,
    /// Evidence of the colour.
    pub colour: Remembered<Colour>,
    /// Evidence of the motive.
    pub motive: Remembered<Motive>,
}

impl Profile {
    /// As it is `days` later.
    pub fn fade(&mut self, days: f32) {
        self.colour.fade(days);
        self.motive.fade(days);
    }

    /// A call has ended with this snapshot.
    pub fn learn(&mut self, last: &Snapshot) {
        self.calls = self.calls.saturating_add(1);
        self.colour.learn(&last.colour, &last.accounts.colour);
        self.motive.learn(&last.motive, &last.accounts.motive);
    }

    /// What the next call begins from.
    pub fn carried(&self) -> Carried {
        Carried { colour: self.colour.carried(), motive: self.motive.carried() }
    }
}

impl<C: Category> Default for Remembered<C> {
    fn default() -> Self {
        Self { log_odds: vec![0.0; C::ALL.len()], set: None }
    }
}

impl<C: Category> Remembered<C> {
    /// From what was kept; what is missing or no number counts 0.
    pub fn from_kept(log_odds: &[f32], set: Option<C>) -> Self {
        let odds = |i: usize| log_odds.get(i).copied().filter(|odds| odds.is_finite());
        let capped = |i| odds(i).unwrap_or(0.0).clamp(-ALL_CALLS, ALL_CALLS);
        Self { log_odds: (0..C::ALL.len()).map(capped).collect(), set }
    }

    /// Log-odds in nats, in the order of [`Category::ALL`], 0 on average; from -4 to 4.
    pub fn log_odds(&self) -> &[f32] {
        &self.log_odds
    }

    /// What a human said, if one did.
    pub fn set(&self) -> Option<C> {
        self.set
    }

    /// A human knows better, or takes that back.
    pub fn correct(&mut self, class: Option<C>) {
        self.set = class;
    }

    /// As it is now. Says nothing of the next call, which may show another side of the caller.
    pub fn reading(&self) -> Reading<C> {
        if let Some(class) = self.set {
            return Reading::corrected(class);
        }
        let posterior = Posterior::from_log_odds(&self.log_odds);
        let (best, p) = posterior.top();
        let others = C::ALL.iter().filter(|class| **class != best);
        let second = others.map(|class| posterior.of(*class).get()).fold(0.0, f32::max);
        let value = (p.get() - second >= MARGIN).then_some(best);
        Reading { posterior, value, corrected: false }
    }

    fn fade(&mut self, days: f32) {
        let kept = 0.5_f32.powf(days.max(0.0) / HALF_LIFE_DAYS);
        self.log_odds.iter_mut().for_each(|odds| *odds *= kept);
    }

    fn learn(&mut self, reading: &Reading<C>, account: &[Part]) {
        let heard = match reading.value.filter(|_| reading.corrected) {
            Some(class) => of_human(class),
            None => own(account, C::ALL.len()),
        };
        for (known, heard) in self.log_odds.iter_mut().zip(centred(heard)) {
            let new = KEPT * *known + heard.clamp(-ONE_CALL, ONE_CALL);
            *known = new.clamp(-ALL_CALLS, ALL_CALLS);
        }
    }

    fn carried(&self) -> Vec<f32> {
        let known = self.set.map_or_else(|| self.log_odds.clone(), of_human);
        let share = |odds: f32| (CARRIED * odds).clamp(-CARRIED_AT_MOST, CARRIED_AT_MOST);
        known.into_iter().map(share).collect()
    }
}

fn of_human<C: Category>(class: C) -> Vec<f32> {
    C::ALL.iter().map(|other| if *other == class { HUMAN } else { 0.0 }).collect()
}

/// What a call itself heard.
fn own(account: &[Part], classes: usize) -> Vec<f32> {
    let mut sum = vec![0.0; classes];
    for part in account.iter().filter(|part| part.id != name::PROFILE) {
        sum.iter_mut().zip(&part.adds).for_each(|(sum, add)| *sum += add);
    }
    sum
}

fn centred(odds: Vec<f32>) -> Vec<f32> {
    let mean = odds.iter().sum::<f32>() / odds.len().max(1) as f32;
    odds.into_iter().map(|odds| odds - mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Colour::{Blue, Green, Red};

    fn heard(red: f32) -> (Reading<Colour>, Vec<Part>) {
        let account = vec![Part::named("words.manner", vec![red, 0.0, 0.0, 0.0])];
        (Reading::not_enough(), account)
    }

    fn after(calls: usize, red: f32) -> Remembered<Colour> {
        let mut known = Remembered::default();
        let (reading, account) = heard(red);
        (0..calls).for_each(|_| known.learn(&reading, &account));
        known
    }

    #[test]
    fn it_deepens_with_each_call_and_never_beyond_its_bound() {
        assert_eq!(after(0, 1.0).reading().value, None);
        let p = |calls| after(calls, 1.5).reading().posterior.of(Red).get();
        assert!(p(1) < p(2) && p(2) < p(4));
        assert_eq!(after(4, 1.5).reading().value, Some(Red));
        let most = after(500, 99.0);
        assert!(most.log_odds().iter().all(|odds| odds.abs() <= ALL_CALLS));
        assert!(most.carried()[0] <= CARRIED_AT_MOST);
    }

    #[test]
    fn what_a_call_began_from_does_not_confirm_itself() {
        let mut known = after(3, 1.5);
        let before = known.log_odds()[0];
        let account = vec![Part::named(name::PROFILE, vec![2.0, 0.0, 0.0, 0.0])];
        known.learn(&Reading::not_enough(), &account);
        assert!(known.log_odds()[0] < before, "a call that heard nothing adds nothing");
    }

    #[test]
    fn time_fades_it() {
        let mut known = after(3, 2.0);
        let before = known.log_odds()[0];
        known.fade(180.0);
        assert!((known.log_odds()[0] - before / 2.0).abs() < 1e-4);
        known.fade(3_600.0);
        assert_eq!(known.reading().value, None);
    }

    #[test]
    fn a_human_outranks_what_was_heard_until_it_is_taken_back() {
        let mut known = after(5, 2.0);
        known.correct(Some(Green));
        assert_eq!(known.reading().value, Some(Green));
        assert_eq!(known.carried(), [0.0, 0.0, CARRIED_AT_MOST, 0.0]);
        known.correct(None);
        assert_eq!(known.reading().value, Some(Red));
        let mut corrected_in_a_call = Remembered::default();
        corrected_in_a_call.learn(&Reading::corrected(Blue), &[]);
        assert!(corrected_in_a_call.carried()[Blue.index()] > 1.0);
    }

    #[test]
    fn damaged_numbers_count_nothing() {
        let known = Remembered::<Colour>::from_kept(&[f32::NAN, 99.0], None);
        assert_eq!(known.log_odds(), [0.0, ALL_CALLS, 0.0, 0.0]);
    }
}

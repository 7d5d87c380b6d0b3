//! Which note of equal importance first, learnt from what became of the cards so far.
//!
//! Thompson sampling (Thompson 1933): each note's chance of being used is drawn from what is known of
//! it, so the better note mostly comes first and the others are still tried. Drawn once a call.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::Chance;
use super::{Ranks, thousandths};

/// With fewer cards of the whole playbook nothing is learnt: its own order holds.
const ENOUGH: u64 = 50;
/// A note with fewer cards is new: it is ranked as if it were used as often as the others are, or
/// higher.
const NEW: u64 = 20;
/// From so many cards on,
const MUTE_FROM: u64 = 50;
/// a note of which more than this share was dismissed mutes itself.
const MUTE_ABOVE: f64 = 0.6;
/// Cards that count at most: what was learnt gives way to what changes.
const REMEMBERED: f64 = 500.0;

/// What became of the cards of a note.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were shown.
    pub shown: u64,
    /// By the agent's word, or because the agent said it.
    pub used: u64,
    /// By the agent's word.
    pub dismissed: u64,
    /// Nobody did anything.
    pub expired: u64,
}

impl Tally {
    /// Whether agents dismiss the note so often that it is not shown any more.
    pub fn mutes(&self) -> bool {
        self.shown >= MUTE_FROM && self.dismissed as f64 > MUTE_ABOVE * self.shown as f64
    }

    /// Cards that tell something of the note: one that the caller's change or the end of the call took
    /// away does not.
    fn told(&self) -> u64 {
        self.used + self.dismissed + self.expired
    }
}

/// What was learnt of a playbook's notes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Learnt {
    /// The order among equals; `None`: too little is known.
    pub ranks: Option<Ranks>,
    /// Notes that mute themselves.
    pub muted: BTreeSet<String>,
}

/// Draws an order. The same seed and tallies give the same.
pub fn learn(seed: u64, tallies: &BTreeMap<String, Tally>) -> Learnt {
    let muting = tallies.iter().filter(|(_, tally)| tally.mutes());
    let muted = muting.map(|(id, _)| id.clone()).collect();
    let told: u64 = tallies.values().map(Tally::told).sum();
    if told < ENOUGH {
        return Learnt { ranks: None, muted };
    }
    let used: u64 = tallies.values().map(|tally| tally.used).sum();
    let floor = thousandths(used as f64 / told as f64);
    let rank = |(id, tally): (&String, &Tally)| {
        let told = tally.told() as f64;
        let share = if told > REMEMBERED { REMEMBERED / told } else { 1.0 };
        let (used, unused) = (tally.used as f64, told - tally.used as f64);
        let drawn = Chance::of(seed, id).beta(1.0 + share * used, 1.0 + share * unused);
        let drawn = thousandths(drawn);
        (id.clone(), if tally.told() < NEW { drawn.max(floor) } else { drawn })
    };
    let ranks = Ranks { seed, of: tallies.iter().map(rank).collect(), floor };
    Learnt { ranks: Some(ranks), muted }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(used: u64, dismissed: u64, expired: u64) -> Tally {
        Tally { shown: used + dismissed + expired, used, dismissed, expired }
    }

    fn tallies(notes: &[(&str, Tally)]) -> BTreeMap<String, Tally> {
        notes.iter().map(|(id, tally)| ((*id).to_owned(), *tally)).collect()
    }

    /// In how many of 1,000 calls the first note comes before the second.
    fn first(notes: &[(&str, Tally)]) -> usize {
        let notes_tallies = tallies(notes);
        let before = |seed: &u64| {
            let ranks = learn(*seed, &notes_tallies).ranks.unwrap_or_default();
            ranks.of_note(notes[0].0) > ranks.of_note(notes[1].0)
        };
        (0..1000).filter(before).count()
    }

    #[test]
    fn the_note_that_is_used_comes_first_and_the_other_is_still_tried() {
        let clear = first(&[("a", tally(40, 10, 50)), ("b", tally(5, 20, 75))]);
        assert!(clear > 990, "{clear}");
        let close = first(&[("a", tally(25, 10, 65)), ("b", tally(20, 10, 70))]);
        assert!((600..950).contains(&close), "{close}");
    }

    #[test]
    fn with_little_known_the_playbook_orders() {
        assert_eq!(learn(1, &tallies(&[("a", tally(10, 20, 19))])).ranks, None);
        assert!(learn(1, &tallies(&[("a", tally(10, 20, 20))])).ranks.is_some());
    }

    #[test]
    fn a_new_note_is_given_its_chance() {
        let old = ("old", tally(20, 20, 60));
        let unlucky = first(&[("new", tally(0, 4, 15)), old]);
        let out_of_luck = first(&[("new", tally(0, 4, 16)), old]);
        let never_shown = first(&[("never", Tally::default()), old]);
        assert!(unlucky > 150 && out_of_luck < 50, "{unlucky}, {out_of_luck}");
        assert!(never_shown > 700, "{never_shown}");
    }

    #[test]
    fn what_is_dismissed_too_often_mutes_itself() {
        let muted = |tally| tally_mutes(tally);
        fn tally_mutes(tally: Tally) -> bool {
            let learnt = learn(1, &[("a".to_owned(), tally)].into());
            learnt.muted.contains("a")
        }
        assert!(muted(tally(0, 31, 19)));
        assert!(!muted(tally(0, 30, 20)), "60 % is not over 60 %");
        assert!(!muted(tally(0, 49, 0)), "49 are not enough");
    }
}

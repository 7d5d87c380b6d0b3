//! What a reading is made of: parts that add up to it exactly.
//!
//! Every reading is a sum. For a category the sum is in log-odds (nats), one a class in the order
//! of [`Category::ALL`](crate::category::Category::ALL); for valence and arousal it is in their own
//! unit. A [`Ledger`] keeps the parts while a reading fades and is updated: whatever is done to the
//! sum is done to each of them. The weaker parts are added up in one, so that it stays small in a
//! call of any length.

use attune_audio::units::StreamTime;
use attune_audio::utterance::UtteranceId;

use crate::private::Private;
use crate::snapshot::{Cue, CueSource, Measured};

/// Parts that a reading is opened into, besides what holds before anything is heard and the rest.
pub const SHOWN: usize = 6;
/// Weaker parts are not worth a line.
const NOISE: f32 = 0.005;
/// Evidence is quoted up to this many characters.
const QUOTED: usize = 120;

/// What is not the work of one cue has a name of its own.
pub mod name {
    /// What holds before anything is heard.
    pub const PRIOR: &str = "prior";
    /// The weaker parts, added up by what they were made from.
    pub const REST: &str = "rest";
    /// What a limit took away or gave: a cue heard again, a range that ends.
    pub const CAPPED: &str = "capped";
    /// Where valence and arousal stand, as evidence of the mood.
    pub const STATE: &str = "state";
    /// What earlier calls of this caller have shown.
    pub const PROFILE: &str = "profile";
    /// A human's word.
    pub const HUMAN: &str = "human";
    /// The voice as a whole, where its single measures do not account for it.
    pub const VOICE: &str = "voice";
}

/// One part of a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The cue, or one of [`name`].
    pub id: String,
    /// What it was made from; `None` for what is no cue's work.
    pub source: Option<CueSource>,
    /// The utterance it was seen in.
    pub utterance: Option<UtteranceId>,
    /// When that utterance ended.
    pub at: Option<StreamTime>,
    /// The words heard, or the measurement with its unit.
    pub evidence: Private<String>,
    /// The measurement, if it is one.
    pub measured: Option<Measured>,
    /// What it adds: log-odds of each class, or one value.
    pub adds: Vec<f32>,
}

impl Part {
    /// What a cue adds.
    pub fn of(cue: &Cue, at: StreamTime, adds: Vec<f32>) -> Self {
        let evidence = cue.evidence.reveal();
        let quoted = match evidence.char_indices().nth(QUOTED) {
            Some((end, _)) => format!("{}…", evidence[..end].trim_end()),
            None => evidence.clone(),
        };
        Self {
            id: cue.id.clone(),
            source: Some(cue.source),
            utterance: Some(cue.utterance),
            at: Some(at),
            evidence: Private::new(quoted),
            measured: cue.measured,
            adds,
        }
    }

    /// What is not one cue's work; see [`name`].
    pub fn named(id: &str, adds: Vec<f32>) -> Self {
        Self {
            id: id.to_owned(),
            source: None,
            utterance: None,
            at: None,
            evidence: Private::new(String::new()),
            measured: None,
            adds,
        }
    }

    fn strength(&self) -> f32 {
        self.adds.iter().fold(0.0, |most, add| add.abs().max(most))
    }
}

/// The readings of a snapshot, each as the parts that it is the sum of: what holds before anything
/// is heard first, then the strongest, then the rest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Accounts {
    /// Log-odds of the moods.
    pub mood: Vec<Part>,
    /// Valence.
    pub valence: Vec<Part>,
    /// Arousal.
    pub arousal: Vec<Part>,
    /// Log-odds of the colours.
    pub colour: Vec<Part>,
    /// Log-odds of the motives.
    pub motive: Vec<Part>,
    /// Log-odds of the caller types.
    pub caller_type: Vec<Part>,
}

/// The sum of parts.
pub fn sum(parts: &[Part]) -> Vec<f32> {
    let width = parts.iter().map(|part| part.adds.len()).max().unwrap_or(0);
    let column = |i: usize| parts.iter().filter_map(|part| part.adds.get(i)).sum();
    (0..width).map(column).collect()
}

/// The parts of a running sum.
#[derive(Debug, Clone)]
pub struct Ledger {
    width: usize,
    parts: Vec<Part>,
    /// What was too weak to be kept by itself, one a source.
    rest: Vec<Part>,
}

impl Ledger {
    /// Of a sum of this many values.
    pub fn new(width: usize) -> Self {
        Self { width, parts: Vec::new(), rest: Vec::new() }
    }

    /// Does to every part what is done to the sum; `change` must be linear.
    pub fn apply(&mut self, mut change: impl FnMut(&mut [f32])) {
        self.parts.iter_mut().chain(&mut self.rest).for_each(|part| change(&mut part.adds));
    }

    /// Another part. Where there are too many, the weakest goes into the rest.
    pub fn add(&mut self, part: Part) {
        if part.strength() == 0.0 {
            return;
        }
        let same = |other: &&mut Part| {
            other.id == part.id && other.utterance == part.utterance && other.at == part.at
        };
        // What one cue did to both axes is one part.
        if let Some(known) = self.parts.iter_mut().find(same).filter(|_| part.at.is_some()) {
            known.adds.iter_mut().zip(&part.adds).for_each(|(sum, add)| *sum += add);
            return;
        }
        self.parts.push(part);
        if self.parts.len() > 2 * SHOWN {
            let weakest = (0..self.parts.len())
                .min_by(|a, b| self.parts[*a].strength().total_cmp(&self.parts[*b].strength()));
            if let Some(place) = weakest {
                let part = self.parts.remove(place);
                add_to_rest(&mut self.rest, &part);
            }
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.parts.clear();
        self.rest.clear();
    }

    /// The sum.
    pub fn sum(&self) -> Vec<f32> {
        let mut sum = vec![0.0; self.width];
        for part in self.parts.iter().chain(&self.rest) {
            sum.iter_mut().zip(&part.adds).for_each(|(sum, add)| *sum += add);
        }
        sum
    }

    /// The account: `before` first, then the [`SHOWN`] strongest parts, then the rest. `seen` says
    /// what each part adds to the reading that is opened (one axis of two, a scale).
    pub fn account(&self, before: Vec<Part>, seen: impl Fn(&[f32]) -> Vec<f32>) -> Vec<Part> {
        let opened = |part: &Part| Part { adds: seen(&part.adds), ..part.clone() };
        let mut parts: Vec<Part> = self.parts.iter().map(opened).collect();
        let mut rest: Vec<Part> = self.rest.iter().map(opened).collect();
        parts.sort_by(|a, b| b.strength().total_cmp(&a.strength()));
        let kept = parts.iter().take(SHOWN).take_while(|part| part.strength() >= NOISE).count();
        parts.drain(kept..).for_each(|part| add_to_rest(&mut rest, &part));
        rest.retain(|part| part.strength() > 0.0);
        before.into_iter().chain(parts).chain(rest).collect()
    }
}

fn add_to_rest(rest: &mut Vec<Part>, part: &Part) {
    match rest.iter_mut().find(|known| known.source == part.source) {
        Some(known) => {
            known.adds.iter_mut().zip(&part.adds).for_each(|(rest, add)| *rest += add);
        }
        None => {
            let source = part.source;
            rest.push(Part { source, ..Part::named(name::REST, part.adds.clone()) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(id: &str, adds: &[f32]) -> Part {
        Part::named(id, adds.to_vec())
    }

    #[test]
    fn parts_add_up_to_the_sum_whatever_is_done_to_it() {
        let mut ledger = Ledger::new(2);
        let mut sum = [0.0_f32, 0.0];
        for n in 0..100u8 {
            let adds = [f32::from(n % 7) - 3.0, f32::from(n % 3) * 0.4];
            ledger.add(part("a", &adds));
            sum[0] += adds[0];
            sum[1] += adds[1];
            let fade = |v: &mut [f32]| (v[0], v[1]) = (0.9 * v[0] - 0.1 * v[1], 0.95 * v[1]);
            ledger.apply(fade);
            fade(&mut sum);
        }
        let account = ledger.account(vec![part(name::PRIOR, &[0.5, 0.0])], <[f32]>::to_vec);
        assert_eq!(account.len(), 1 + SHOWN + 1, "it stays small");
        assert_eq!((account[0].id.as_str(), account[7].id.as_str()), (name::PRIOR, name::REST));
        let told = super::sum(&account);
        assert!((told[0] - sum[0] - 0.5).abs() < 1e-4 && (told[1] - sum[1]).abs() < 1e-4);
        assert!((ledger.sum()[0] - sum[0]).abs() < 1e-4);
    }

    #[test]
    fn the_strongest_are_shown_first() {
        let mut ledger = Ledger::new(1);
        for (id, add) in [("weak", 0.1), ("strong", -2.0), ("middle", 1.0), ("none", 0.0)] {
            ledger.add(part(id, &[add]));
        }
        let account = ledger.account(Vec::new(), <[f32]>::to_vec);
        let ids: Vec<&str> = account.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["strong", "middle", "weak"]);
    }
}

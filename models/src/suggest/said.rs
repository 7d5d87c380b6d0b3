//! Whether the agent says what a card proposes.
//!
//! A sentence is there to be adapted, so its own words need not come in order, nor all of them: it
//! counts as said when most of what sets it apart from the playbook's other sentences has been said
//! while its card was shown.

use crate::playbook::Playbook;

/// This share of the words' weight: half of a sentence is often its reason or an addition.
const MOST: f32 = 0.5;
/// And at least so many words: a single rare one is chance.
const AT_LEAST: usize = 3;

/// The words of one card, as far as they were said.
#[derive(Debug, Clone)]
pub(super) struct Said {
    missing: Vec<(String, f32)>,
    found: usize,
    weight: f32,
    whole: f32,
}

impl Said {
    pub(super) fn new(playbook: &Playbook, sentence: &str) -> Self {
        let missing = playbook.weights_of(sentence);
        let whole = missing.iter().map(|(_, weight)| weight).sum();
        Self { missing, found: 0, weight: 0.0, whole }
    }

    /// Takes in what the agent said.
    pub(super) fn hear(&mut self, words: &[String]) {
        let heard = self.missing.extract_if(.., |(word, _)| words.contains(word));
        for (_, weight) in heard {
            self.found += 1;
            self.weight += weight;
        }
    }

    pub(super) fn is_enough(&self) -> bool {
        // A short sentence may have fewer words than that; then all of them.
        let enough = self.found >= AT_LEAST || self.missing.is_empty();
        enough && self.found > 0 && self.weight >= MOST * self.whole
    }
}

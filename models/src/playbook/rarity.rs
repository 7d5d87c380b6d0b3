//! How much a word of a playbook's sentences tells which of them is meant.

use std::collections::{BTreeSet, HashMap};

use super::Note;
use super::phrase;

/// Letters that make a word the same word in another form: "start", "starting".
const STEM: usize = 5;

/// Words by the number of sentences that have them.
#[derive(Debug, Clone, Default)]
pub(super) struct Rarity {
    sentences: f32,
    with: HashMap<String, f32>,
}

impl Rarity {
    pub(super) fn of(notes: &[Note]) -> Self {
        let mut rarity = Self::default();
        for sentence in notes.iter().flat_map(|note| &note.say) {
            rarity.sentences += 1.0;
            for stem in stems(&without_placeholders(sentence)).collect::<BTreeSet<_>>() {
                *rarity.with.entry(stem).or_default() += 1.0;
            }
        }
        rarity
    }

    /// The words of a sentence, each once, with their weight in nats: the inverse document
    /// frequency (Spärck Jones 1972).
    pub(super) fn weights(&self, sentence: &str) -> Vec<(String, f32)> {
        let mut words: Vec<String> = Vec::new();
        for stem in stems(&without_placeholders(sentence)) {
            if !words.contains(&stem) {
                words.push(stem);
            }
        }
        let weigh = |word: String| {
            let with = self.with.get(&word).copied().unwrap_or_default();
            let weight = ((self.sentences + 1.0) / (with + 1.0)).ln();
            (word, weight)
        };
        words.into_iter().map(weigh).collect()
    }
}

/// The words of a text without case, umlauts and endings.
pub(super) fn stems(text: &str) -> impl Iterator<Item = String> {
    phrase::words(text).map(|word| word.chars().take(STEM).collect())
}

/// Nobody says `{amount}`.
fn without_placeholders(sentence: &str) -> String {
    let pieces = sentence.split('{').enumerate();
    let kept = pieces.map(|(n, piece)| match piece.split_once('}') {
        Some((_, rest)) if n > 0 => rest,
        _ => piece,
    });
    kept.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_words_and_endings_do_not_count() {
        let words: Vec<String> =
            stems(&without_placeholders("{Name}, I'm starting {date}. Für Sie!")).collect();
        assert_eq!(words, ["im", "start", "fuer", "sie"]);
    }
}

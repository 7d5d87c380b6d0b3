//! What the word model sees of a text: its words, pairs and triples of them, and pieces of words.
//! The same as `models/training/words/features.py`.

use std::collections::BTreeMap;

use super::text::is_apostrophe;

/// Lengths of the pieces of words, in letters, with `<` and `>` around a word.
const PIECES: [usize; 3] = [3, 4, 5];

/// A word and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Lower case, no apostrophes; `?`, `!` and pictures are words.
    pub(super) word: String,
    /// First byte in the text.
    pub(super) start: usize,
    /// First byte after it.
    pub(super) end: usize,
}

/// The words of a text.
pub(super) fn words_of(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        if is_apostrophe(letter) {
            continue;
        }
        let alone = matches!(letter, '?' | '!') || is_picture(letter);
        if !alone && !letter.is_alphanumeric() {
            open = false;
            continue;
        }
        match words.last_mut().filter(|_| open && !alone) {
            Some(word) => {
                word.word.extend(letter.to_lowercase());
                word.end = end;
            }
            None => words.push(Word { word: letter.to_lowercase().collect(), start: at, end }),
        }
        open = !alone;
    }
    words
}

fn is_picture(letter: char) -> bool {
    matches!(u32::from(letter), 0x2600..=0x27BF | 0x1_F300..=0x1_FAFF)
}

/// Each feature once, as a hash, with the numbers of the words it comes from.
pub(super) fn features_of(words: &[Word]) -> BTreeMap<u32, Vec<usize>> {
    let mut found: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut add = |parts: &[&str], from: std::ops::Range<usize>| {
        found.entry(hash(parts)).or_default().extend(from);
    };
    for (at, word) in words.iter().enumerate() {
        let word = word.word.as_str();
        add(&["w ", word], at..at + 1);
        let letters: Vec<char> = std::iter::once('<').chain(word.chars()).chain(['>']).collect();
        for length in PIECES {
            for piece in letters.windows(length) {
                add(&["c ", &String::from_iter(piece)], at..at + 1);
            }
        }
    }
    let word = |at: usize| words[at].word.as_str();
    for at in 1..words.len() {
        add(&["b ", word(at - 1), " ", word(at)], at - 1..at + 1);
    }
    for at in 2..words.len() {
        add(&["t ", word(at - 2), " ", word(at - 1), " ", word(at)], at - 2..at + 1);
    }
    found
}

/// FNV-1a, 32 bits.
pub(super) fn hash(parts: &[&str]) -> u32 {
    parts
        .iter()
        .flat_map(|part| part.bytes())
        .fold(0x811C_9DC5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_in_training() {
        let text = "Don't you, REALLY?! a_b ☹x";
        let words = words_of(text);
        let spelt: Vec<&str> = words.iter().map(|word| word.word.as_str()).collect();
        assert_eq!(spelt, ["dont", "you", "really", "?", "!", "a", "b", "☹", "x"]);
        assert_eq!(&text[words[0].start..words[0].end], "Don't");
        assert_eq!(hash(&["a"]), 0xE40C_292C, "published FNV-1a value");
    }

    #[test]
    fn features_know_their_words() {
        let features = features_of(&words_of("so so good"));
        assert_eq!(features[&hash(&["w so"])], [0, 1]);
        assert_eq!(features[&hash(&["t so so good"])], [0, 1, 2]);
        assert_eq!(features[&hash(&["c <goo"])], [2]);
    }
}

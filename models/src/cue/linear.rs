//! A small linear model of words: which mood a sentence has, how likely it is abuse. One weight a
//! feature and head, trained by `models/training/words/train.py`, which also describes the file.

use std::collections::BTreeSet;

use ndarray::{Array1, ArrayView1};

use crate::category::{Category, Mood};

/// The file's first bytes.
const MAGIC: &[u8; 8] = b"ATWORDS1";
/// The moods in the order of [`Category::ALL`], then abuse.
const HEADS: usize = 9;
/// Lengths of the pieces of words that are features, in letters, with `<` and `>` around a word.
const PIECES: [usize; 3] = [3, 4, 5];

/// A file that is no word model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a word model (damaged at byte {at}): train it again with models/training/words/train.py"
)]
pub struct WordModelError {
    /// Where reading failed.
    pub at: usize,
}

/// Reads single sentences.
#[derive(Debug, Clone)]
pub struct WordModel {
    /// `None` for a mood that the model was not trained on.
    bias: [Option<f32>; HEADS],
    step: Array1<f32>,
    keys: Vec<u32>,
    inverse_frequency: Vec<f32>,
    weights: Vec<i8>,
}

/// What the model says about one sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Log-odds for each mood, in the order of [`Category::ALL`], 0 on average; 0 for a mood that
    /// the model was not trained on.
    pub moods: Vec<f32>,
    /// Log-odds of abuse.
    pub abuse: f32,
}

impl WordModel {
    /// Reads a file's bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, WordModelError> {
        let mut reader = Bytes { bytes, at: 0 };
        let magic: [u8; 8] = reader.take()?;
        let heads = u32::from_le_bytes(reader.take()?) as usize;
        if magic != *MAGIC || heads != HEADS {
            return Err(WordModelError { at: 0 });
        }
        let features = u32::from_le_bytes(reader.take()?) as usize;
        let mut bias = [None; HEADS];
        for one in &mut bias {
            *one = Some(f32::from_le_bytes(reader.take()?)).filter(|bias| bias.is_finite());
        }
        let mut step = Array1::zeros(HEADS);
        for one in &mut step {
            *one = f32::from_le_bytes(reader.take()?);
        }
        if bytes.len() - reader.at != features.saturating_mul(5 + HEADS) {
            return Err(WordModelError { at: reader.at });
        }
        let (mut keys, mut inverse_frequency) = (Vec::new(), Vec::new());
        let mut weights = Vec::with_capacity(features * HEADS);
        for _ in 0..features {
            keys.push(u32::from_le_bytes(reader.take()?));
            inverse_frequency.push(f32::from(u8::from_le_bytes(reader.take()?)) / 16.0);
            weights.extend(reader.take::<HEADS>()?.map(|byte| i8::from_le_bytes([byte])));
        }
        if !keys.is_sorted() {
            return Err(WordModelError { at: bytes.len() });
        }
        Ok(Self { bias, step, keys, inverse_frequency, weights })
    }

    /// Scores one sentence. A sentence without a known feature scores 0 throughout.
    pub fn score(&self, text: &str) -> Scores {
        let mut sum = Array1::<f32>::zeros(HEADS);
        let mut square = 0.0;
        for key in features(text) {
            let Ok(place) = self.keys.binary_search(&key) else { continue };
            let weight = self.inverse_frequency[place];
            let row = &self.weights[place * HEADS..(place + 1) * HEADS];
            sum.scaled_add(weight, &ArrayView1::from(row).mapv(f32::from));
            square += weight * weight;
        }
        if square == 0.0 {
            return Scores { moods: vec![0.0; Mood::ALL.len()], abuse: 0.0 };
        }
        let scores = sum * &self.step / square.sqrt();
        let score = |head: usize| self.bias[head].map(|bias| bias + scores[head]);
        let moods: Vec<Option<f32>> = (0..Mood::ALL.len()).map(score).collect();
        let trained: Vec<f32> = moods.iter().flatten().copied().collect();
        let mean = trained.iter().sum::<f32>() / trained.len().max(1) as f32;
        Scores {
            moods: moods.into_iter().map(|score| score.map_or(0.0, |score| score - mean)).collect(),
            abuse: score(HEADS - 1).unwrap_or(0.0),
        }
    }
}

struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WordModelError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.first_chunk::<N>().ok_or(WordModelError { at: self.at })?;
        self.at += N;
        Ok(*taken)
    }
}

/// Words, pairs of neighbours and pieces of words, each once, as hashes.
fn features(text: &str) -> BTreeSet<u32> {
    let words = words_of(text);
    let mut found = BTreeSet::new();
    for word in &words {
        found.insert(hash(&["w ", word]));
        let letters: Vec<char> = std::iter::once('<').chain(word.chars()).chain(['>']).collect();
        for length in PIECES {
            for piece in letters.windows(length) {
                found.insert(hash(&["c ", &String::from_iter(piece)]));
            }
        }
    }
    for pair in words.windows(2) {
        found.insert(hash(&["b ", &pair[0], " ", &pair[1]]));
    }
    found
}

/// Lower case, no apostrophes; `?` and `!` are words.
fn words_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            '\'' | '’' | '‘' | '`' | '´' => {}
            '?' | '!' => {
                words.push(letter.to_string());
                open = false;
            }
            _ if letter.is_alphanumeric() => {
                if !open {
                    words.push(String::new());
                }
                open = true;
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                }
            }
            _ => open = false,
        }
    }
    words
}

/// FNV-1a, 32 bits.
fn hash(parts: &[&str]) -> u32 {
    parts
        .iter()
        .flat_map(|part| part.bytes())
        .fold(0x811C_9DC5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bias: f32, features: &[(u32, [i8; HEADS])]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((HEADS as u32).to_le_bytes());
        bytes.extend((features.len() as u32).to_le_bytes());
        for value in [bias; HEADS].iter().chain(&[0.1; HEADS]) {
            bytes.extend(value.to_le_bytes());
        }
        for (key, weights) in features {
            bytes.extend(key.to_le_bytes());
            bytes.push(32);
            bytes.extend(weights.iter().map(|weight| weight.to_le_bytes()[0]));
        }
        bytes
    }

    #[test]
    fn known_words_score_and_unknown_ones_do_not() {
        let mut weights = [0; HEADS];
        weights[Mood::Angry.index()] = 40;
        weights[HEADS - 1] = -20;
        let model = WordModel::parse(&file(0.0, &[(hash(&["w ", "rage"]), weights)])).expect("ok");
        let scores = model.score("Rage!");
        assert!((scores.moods[Mood::Angry.index()] - 3.5).abs() < 1e-4, "4 less the mean of 0.5");
        assert!((scores.abuse + 2.0).abs() < 1e-4);
        assert_eq!(model.score("calm").moods, vec![0.0; 8]);
    }

    #[test]
    fn damaged_files_are_refused() {
        let good = file(0.0, &[(1, [0; HEADS]), (2, [0; HEADS])]);
        assert!(WordModel::parse(&good).is_ok());
        for cut in [0, 7, 12, 50, good.len() - 1] {
            assert!(WordModel::parse(&good[..cut]).is_err(), "cut at {cut}");
        }
        assert!(WordModel::parse(&file(0.0, &[(2, [0; HEADS]), (1, [0; HEADS])])).is_err());
    }

    #[test]
    fn words_are_split_as_in_training() {
        assert_eq!(
            words_of("Don't you, REALLY?! a_b"),
            ["dont", "you", "really", "?", "!", "a", "b"]
        );
        assert_eq!(hash(&["a"]), 0xE40C_292C, "published FNV-1a value");
    }
}

//! The word model: which mood a sentence has, alone or in a call, and how likely it is abuse; with
//! the words that made it think so. A linear part over features of the text and, where the language
//! has one, a small net beside it. Trained by `models/training/words/train.py`.

use ndarray::{Array1, Array2, ArrayView1};

use super::features::{Word, features_of, words_of};
use super::net::{Net, Seen};
use super::table::FeatureTable;
use crate::bytes::{Bytes, Damaged};
use crate::category::{Category, Mood};

/// The file's first bytes.
const MAGIC: &[u8; 8] = b"ATWORDS2";
/// Moods of a sentence that stands alone, abuse, moods of a caller's turn.
const HEADS: usize = 17;
const ABUSE: usize = 8;
const IN_A_CALL: usize = 9;
/// A word is quoted if it pulls at least this share of the strongest word's pull.
const QUOTED_FROM: f32 = 0.5;
/// Stretches of text that are quoted at most.
const QUOTES: usize = 3;

/// A file that is no word model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a word model (damaged at byte {at}): train it again with models/training/words/train.py"
)]
pub struct WordModelError {
    /// Where reading failed.
    pub at: usize,
}

impl From<Damaged> for WordModelError {
    fn from(damaged: Damaged) -> Self {
        Self { at: damaged.0 }
    }
}

/// Reads single sentences.
#[derive(Debug, Clone)]
pub struct WordModel {
    bias: [f32; HEADS],
    step: Array1<f32>,
    table: FeatureTable<HEADS>,
    net: Option<Net>,
    /// Heads by outputs of the net.
    mixing: Array2<f32>,
}

/// What a model says about one sentence.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    model: &'a WordModel,
    text: &'a str,
    words: Vec<Word>,
    /// Known features: place in the table, weight, the words they come from.
    features: Vec<(usize, f32, Vec<usize>)>,
    seen: Option<Seen>,
    scores: Array1<f32>,
}

impl WordModel {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// It is no word model, or damaged.
    pub fn parse(bytes: &[u8]) -> Result<Self, WordModelError> {
        let mut bytes = Bytes::new(bytes);
        let magic: [u8; 8] = bytes.take()?;
        if magic != *MAGIC || bytes.count()? != HEADS {
            return Err(WordModelError { at: 0 });
        }
        let features = bytes.count()?;
        let bias = bytes.floats(HEADS)?;
        let step = Array1::from(bytes.floats(HEADS)?);
        let table = FeatureTable::parse(&mut bytes, features)?;
        let net = Net::parse(&mut bytes)?;
        let outputs = net.as_ref().map_or(0, Net::outputs);
        let mixing = bytes.floats(HEADS * outputs)?;
        let mixing = Array2::from_shape_vec((HEADS, outputs), mixing);
        bytes.end()?;
        let damaged = WordModelError { at: 0 };
        Ok(Self {
            bias: bias.try_into().map_err(|_length| damaged)?,
            mixing: mixing.map_err(|_shape| damaged)?,
            step,
            table,
            net,
        })
    }

    /// Reads one sentence.
    pub fn read<'a>(&'a self, text: &'a str) -> Reading<'a> {
        let words = words_of(text);
        let known = |(key, from): (u32, Vec<usize>)| {
            let place = self.table.find(key)?;
            Some((place, self.table.rarity(place), from))
        };
        let mut features: Vec<_> = features_of(&words).into_iter().filter_map(known).collect();
        let square: f32 = features.iter().map(|(_, weight, _)| weight * weight).sum();
        let mut sum = Array1::<f32>::zeros(HEADS);
        for (place, weight, _) in &mut features {
            *weight /= square.sqrt();
            sum.scaled_add(*weight, &self.row(*place).mapv(f32::from));
        }
        let mut scores = sum * &self.step + ArrayView1::from(&self.bias);
        let seen = self.net.as_ref().map(|net| net.read(&words));
        if let Some(seen) = &seen {
            scores += &self.mixing.dot(&seen.outputs);
        }
        Reading { model: self, text, words, features, seen, scores }
    }

    fn row(&self, place: usize) -> ArrayView1<'_, i8> {
        ArrayView1::from(self.table.weights(place))
    }
}

impl Reading<'_> {
    /// Log-odds of each mood for a sentence that stands alone, in the order of [`Category::ALL`],
    /// 0 on average.
    pub fn alone(&self) -> Vec<f32> {
        self.moods(0)
    }

    /// The same for a caller's turn in a call.
    pub fn in_a_call(&self) -> Vec<f32> {
        self.moods(IN_A_CALL)
    }

    /// Log-odds of an insult or a threat.
    pub fn abuse(&self) -> f32 {
        self.scores[ABUSE]
    }

    /// The words of the text that speak most for this mood of a turn; empty if none does.
    pub fn words_for(&self, mood: Mood) -> String {
        let others = 1.0 / Mood::ALL.len() as f32;
        let mut mixture = Array1::zeros(HEADS);
        mixture.iter_mut().skip(IN_A_CALL).for_each(|head| *head = -others);
        mixture[IN_A_CALL + mood.index()] += 1.0;
        self.quote(&mixture)
    }

    /// The words of the text that speak most for abuse; empty if none does.
    pub fn words_for_abuse(&self) -> String {
        let mut mixture = Array1::zeros(HEADS);
        mixture[ABUSE] = 1.0;
        self.quote(&mixture)
    }

    fn moods(&self, first: usize) -> Vec<f32> {
        let scores = &self.scores.as_slice().unwrap_or_default()[first..first + Mood::ALL.len()];
        let mean = scores.iter().sum::<f32>() / scores.len() as f32;
        scores.iter().map(|score| score - mean).collect()
    }

    /// How much each word pulled at a mixture of the heads.
    fn pulls(&self, mixture: &Array1<f32>) -> Vec<f32> {
        let mut pulls = match (&self.model.net, &self.seen) {
            (Some(net), Some(seen)) => {
                net.pulls(seen, &self.model.mixing.t().dot(mixture), self.words.len())
            }
            _ => vec![0.0; self.words.len()],
        };
        let mixture = mixture * &self.model.step;
        for (place, weight, from) in &self.features {
            let pull = weight * self.model.row(*place).mapv(f32::from).dot(&mixture);
            from.iter().for_each(|word| pulls[*word] += pull / from.len() as f32);
        }
        pulls
    }

    /// The strongest words, neighbours together, in the order of the text.
    fn quote(&self, mixture: &Array1<f32>) -> String {
        let pulls = self.pulls(mixture);
        let strongest = pulls.iter().copied().fold(0.0, f32::max);
        let mut runs: Vec<(f32, usize, usize)> = Vec::new();
        for (at, pull) in pulls.iter().enumerate() {
            if *pull <= 0.0 || *pull < QUOTED_FROM * strongest {
                continue;
            }
            match runs.last_mut().filter(|(_, _, last)| last + 1 == at) {
                Some((sum, _, last)) => (*sum, *last) = (*sum + pull, at),
                None => runs.push((*pull, at, at)),
            }
        }
        while runs.len() > QUOTES {
            let weakest = (0..runs.len()).min_by(|a, b| runs[*a].0.total_cmp(&runs[*b].0));
            weakest.map(|place| runs.remove(place));
        }
        let quote = |(_, first, last): &(f32, usize, usize)| {
            &self.text[self.words[*first].start..self.words[*last].end]
        };
        runs.iter().map(quote).collect::<Vec<_>>().join(" … ")
    }
}

#[cfg(test)]
#[path = "word_model_tests.rs"]
mod tests;

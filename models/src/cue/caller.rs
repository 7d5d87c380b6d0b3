//! A small linear model of what a caller says: log-odds of colour, motive and caller type, piece
//! by piece, summed over the call. Trained by `models/training/callers/train.py`, which also
//! describes the file.

use std::collections::{BTreeMap, BTreeSet};

use super::features::{Word, hash};
use super::table::FeatureTable;
use super::text::is_apostrophe;
use crate::bytes::{Bytes, Damaged};
use crate::category::{CallerType, Category, Colour, Motive};
use crate::snapshot::Target;

/// The file's first bytes.
const MAGIC: &[u8; 8] = b"ATCALLS1";
/// Colours, motives, and the three difficult caller types, in the order of [`Category::ALL`].
const HEADS: usize = 13;
const COLOURS: usize = 4;
const TYPES: usize = 10;
const GROUPS: [std::ops::Range<usize>; 3] = [0..COLOURS, COLOURS..TYPES, TYPES..HEADS];
/// The ids of its cues, in the order of the categories.
pub const IDS: [&str; 3] = ["words.manner", "words.wish", "words.stance"];
/// A piece is weighed as long as this, however many features it has.
const LENGTH: f32 = 5.0;
/// Fewer words than this say little about motive and type, however telling they look.
const SHORT: f32 = 4.0;
/// Longest piece, in words; a longer sentence is cut into equal parts.
const LONGEST: usize = 20;
/// Added to the number of pieces before the root: the first pieces count less.
const SHY: f32 = 3.0;
/// How many words are named as evidence, and what a word must weigh against the strongest.
const NAMED: (usize, f32) = (4, 0.35);

/// A file that is no caller model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a caller model (damaged at byte {at}): train it again with models/training/callers/train.py"
)]
pub struct CallerModelError {
    /// Where reading failed.
    pub at: usize,
}

impl From<Damaged> for CallerModelError {
    fn from(damaged: Damaged) -> Self {
        Self { at: damaged.0 }
    }
}

/// Weighs what one caller says.
#[derive(Debug, Clone)]
pub struct CallerModel {
    bias: [f32; HEADS],
    step: [f32; HEADS],
    slope: [f32; HEADS],
    /// What a piece adds to the sums of a caller who is nothing of the kind.
    usual: [f32; HEADS],
    table: FeatureTable<HEADS>,
}

/// What was heard of one caller so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallerSums {
    pieces: u32,
    sums: [f32; HEADS],
}

/// What one turn added to one of the three categories.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The cue's id, one of [`IDS`].
    pub id: &'static str,
    /// The words that carry it, as spoken.
    pub evidence: String,
    /// Log-odds for every class of the category: of colours and motives 0 on average, of types
    /// against the rest.
    pub weights: Vec<(Target, f32)>,
}

impl CallerModel {
    /// Reads a file's bytes.
    ///
    /// # Errors
    /// It is no caller model, or damaged.
    pub fn parse(bytes: &[u8]) -> Result<Self, CallerModelError> {
        let mut bytes = Bytes::new(bytes);
        let magic: [u8; 8] = bytes.take()?;
        if magic != *MAGIC || bytes.count()? != HEADS {
            return Err(CallerModelError { at: 0 });
        }
        let features = bytes.count()?;
        let [bias, step, slope, usual] =
            [heads(&mut bytes)?, heads(&mut bytes)?, heads(&mut bytes)?, heads(&mut bytes)?];
        let table = FeatureTable::parse(&mut bytes, features)?;
        bytes.end()?;
        Ok(Self { bias, step, slope, usual, table })
    }

    /// Adds one turn to what was heard; gives what it changed for colour, motive and caller type,
    /// or nothing if the turn has no words.
    pub fn hear(&self, sums: &mut CallerSums, text: &str) -> Vec<Said> {
        let before = self.scores(sums);
        let mut found = Vec::new();
        for piece in pieces(text) {
            self.add(sums, &piece, &mut found);
        }
        if found.is_empty() {
            return Vec::new();
        }
        let after = self.scores(sums);
        let group = |(id, heads): (&'static str, &std::ops::Range<usize>)| {
            let change = |head: usize| after[head] - before[head];
            // Types stand each against the rest, colours and motives against one another.
            let shared = if heads.start < TYPES { 1.0 / heads.len() as f32 } else { 0.0 };
            let mean = shared * heads.clone().map(change).sum::<f32>();
            let best = heads.clone().fold(heads.start, |best, head| {
                if change(head) > change(best) { head } else { best }
            });
            Said {
                id,
                evidence: strongest(text, &found, heads, best),
                weights: heads.clone().map(|head| (target(head), change(head) - mean)).collect(),
            }
        };
        IDS.into_iter().zip(&GROUPS).map(group).collect()
    }

    /// Log-odds of all heads after what was heard.
    fn scores(&self, sums: &CallerSums) -> [f32; HEADS] {
        let mut scores = [0.0; HEADS];
        for (head, score) in scores.iter_mut().enumerate() {
            let sum = sums.sums[head];
            let pieces = sums.pieces as f32;
            // A manner shows everywhere and may be contradicted; a wish is said in one place.
            let heard = if head < COLOURS {
                sum / (pieces + SHY).sqrt()
            } else {
                sum.ln_1p() - (pieces * self.usual[head]).ln_1p()
            };
            *score = self.slope[head] * heard;
        }
        scores
    }

    fn add(&self, sums: &mut CallerSums, piece: &[Word], found: &mut Vec<Found>) {
        let mut known: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for (key, span) in features(piece) {
            if let Some(place) = self.table.find(key) {
                known.entry(place).or_insert(span);
            }
        }
        let square: f32 = known.keys().map(|place| self.table.rarity(*place).powi(2)).sum();
        let words = piece.len() as f32;
        let mut score = self.bias;
        for (place, span) in known {
            let share = LENGTH * self.table.rarity(place) / square.sqrt();
            let row = self.table.weights(place);
            let mut pull = [0.0; HEADS];
            for head in 0..HEADS {
                let full = if head < COLOURS { 1.0 } else { (words / SHORT).min(1.0) };
                pull[head] = full * share * f32::from(row[head]) * self.step[head];
                score[head] += pull[head];
            }
            found.push(Found { span, pull });
        }
        sums.pieces += 1;
        for (head, score) in score.into_iter().enumerate() {
            sums.sums[head] += if head < COLOURS { score } else { soft_plus(score) };
        }
        if found.is_empty() {
            let span = piece.first().zip(piece.last()).map(|(a, b)| (a.start, b.end));
            found.extend(span.map(|span| Found { span, pull: [0.0; HEADS] }));
        }
    }
}

/// A feature of the model in the text.
#[derive(Debug)]
struct Found {
    span: (usize, usize),
    pull: [f32; HEADS],
}

/// One number a head.
fn heads(bytes: &mut Bytes<'_>) -> Result<[f32; HEADS], Damaged> {
    let damaged = bytes.damaged();
    bytes.floats(HEADS)?.try_into().map_err(|_length| damaged)
}

fn soft_plus(x: f32) -> f32 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The words that speak most for `best` against the rest of its category, in the order said.
fn strongest(text: &str, found: &[Found], heads: &std::ops::Range<usize>, best: usize) -> String {
    let force = |one: &Found| {
        let mean = one.pull[heads.clone()].iter().sum::<f32>() / heads.len() as f32;
        one.pull[best] - mean
    };
    let mut ranked: Vec<(f32, (usize, usize))> =
        found.iter().map(|one| (force(one), one.span)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let least = ranked.first().map_or(0.0, |(force, _)| NAMED.1 * force);
    let mut named: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (force, span) in ranked {
        let apart = named.iter().all(|other| other.1 <= span.0 || span.1 <= other.0);
        if apart && force >= least && named.len() < NAMED.0 {
            named.insert(span);
        }
    }
    let words: Vec<&str> = named.into_iter().map(|(start, end)| &text[start..end]).collect();
    words.join(" … ")
}

fn target(head: usize) -> Target {
    match head {
        0..COLOURS => Target::Colour(Colour::ALL[head]),
        COLOURS..TYPES => Target::Motive(Motive::ALL[head - COLOURS]),
        _ => Target::CallerType(CallerType::ALL[head + 1 - TYPES]),
    }
}

/// Sentences, as far as marks show them, and no piece longer than [`LONGEST`] words.
fn pieces(text: &str) -> Vec<Vec<Word>> {
    let mut sentences = vec![Vec::new()];
    let mut open: Option<Word> = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter.is_alphanumeric() {
            let word = open.get_or_insert_with(|| Word { word: String::new(), start: at, end: at });
            word.word.extend(letter.to_lowercase());
            word.end = at + letter.len_utf8();
            continue;
        }
        if is_apostrophe(letter) {
            continue;
        }
        if let (Some(word), Some(sentence)) = (open.take(), sentences.last_mut()) {
            sentence.push(word);
        }
        let ends = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        if ends && matches!(letter, '.' | '!' | '?' | '…' | ';' | ':' | '–' | '—') {
            sentences.push(Vec::new());
        }
    }
    if let (Some(word), Some(sentence)) = (open, sentences.last_mut()) {
        sentence.push(word);
    }
    sentences.retain(|sentence| !sentence.is_empty());
    let cut = |sentence: Vec<Word>| {
        let parts = sentence.len().div_ceil(LONGEST);
        let each = sentence.len().div_ceil(parts);
        sentence.chunks(each).map(<[Word]>::to_vec).collect::<Vec<_>>()
    };
    sentences.into_iter().flat_map(cut).collect()
}

/// Words and pairs of neighbours (`<` and `>` stand before and behind the piece), as hashes, and
/// where they stood.
fn features(piece: &[Word]) -> Vec<(u32, (usize, usize))> {
    let word = |word: &Word| (hash(&["w ", &word.word]), (word.start, word.end));
    let mut found: Vec<_> = piece.iter().map(word).collect();
    for pair in piece.windows(2) {
        let key = hash(&["b ", &pair[0].word, " ", &pair[1].word]);
        found.push((key, (pair[0].start, pair[1].end)));
    }
    if let (Some(first), Some(last)) = (piece.first(), piece.last()) {
        found.push((hash(&["b < ", &first.word]), (first.start, first.end)));
        found.push((hash(&["b ", &last.word, " >"]), (last.start, last.end)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model that knows these words, each as so many steps of 0.1 for one head.
    fn file(words: &[(&str, usize, i8)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((HEADS as u32).to_le_bytes());
        bytes.extend((words.len() as u32).to_le_bytes());
        let rows = [[0.0; HEADS], [0.1; HEADS], [1.0; HEADS], [0.7; HEADS]];
        for value in rows.iter().flatten() {
            bytes.extend(f32::to_le_bytes(*value));
        }
        let mut records: Vec<(u32, usize, i8)> =
            words.iter().map(|(word, head, by)| (hash(&["w ", word]), *head, *by)).collect();
        records.sort_unstable();
        for (key, head, by) in records {
            let mut weights = [0_u8; HEADS];
            weights[head] = by.to_le_bytes()[0];
            bytes.extend(key.to_le_bytes());
            bytes.push(32);
            bytes.extend(weights);
        }
        bytes
    }

    fn model() -> CallerModel {
        CallerModel::parse(&file(&[("now", 0, 20), ("perhaps", 2, 20), ("why", 4, 20)]))
            .expect("a good file")
    }

    #[test]
    fn words_pull_at_their_class_and_are_named() {
        let (model, mut sums) = (model(), CallerSums::default());
        let brief = model.hear(&mut sums.clone(), "Why?")[1].weights[0].1;
        let said = model.hear(&mut sums, "Do it NOW, will you.");
        assert_eq!((said[0].id, said[0].evidence.as_str()), ("words.manner", "NOW"));
        let sum: f32 = said[0].weights.iter().map(|(_, weight)| weight).sum();
        assert!(said[0].weights[0].1 > 1.0 && sum.abs() < 1e-5);
        let said = model.hear(&mut sums, "But why is that?");
        assert_eq!((said[1].id, said[1].evidence.as_str()), ("words.wish", "why"));
        assert!(said[1].weights[0].1 > 0.5 && said[1].weights[1].1 < 0.0);
        assert!(brief < 0.5 * said[1].weights[0].1, "{brief}: one word alone is too short to tell");
        assert!(model.hear(&mut sums, " … ").is_empty());
    }

    #[test]
    fn the_turns_add_up_to_the_call_and_the_same_again_adds_less() {
        let (model, mut sums) = (model(), CallerSums::default());
        let mut total = 0.0;
        let mut added = Vec::new();
        for _ in 0..5 {
            let said = model.hear(&mut sums, "now");
            added.push(said[0].weights[0].1);
            total += said[0].weights[0].1;
        }
        let scores = model.scores(&sums);
        let mean = scores[..COLOURS].iter().sum::<f32>() / COLOURS as f32;
        assert!((total - (scores[0] - mean)).abs() < 1e-4);
        assert!(added[1..].windows(2).all(|pair| pair[1] < pair[0]), "{added:?}");
        model.hear(&mut sums, "perhaps");
        assert!(model.scores(&sums)[0] < scores[0], "other talk thins a manner out");
    }

    #[test]
    fn text_with_and_without_marks_is_cut_into_pieces() {
        let cut = |text: &str| pieces(text).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(cut("Don't. It's 3.50, isn't it? Über – alles!"), [1, 5, 1, 1]);
        assert_eq!(cut(&"word ".repeat(45)), [15, 15, 15]);
        assert_eq!(cut(""), [0; 0]);
        assert_eq!(pieces("ÄRGER")[0][0].word, "ärger");
        let keys = |text: &str| features(&pieces(text)[0]).iter().map(|f| f.0).collect::<Vec<_>>();
        assert_eq!(keys("Don't you"), keys("dont you"));
    }

    #[test]
    fn damaged_files_are_refused() {
        let good = file(&[("a", 0, 1), ("b", 1, 1)]);
        assert!(CallerModel::parse(&good).is_ok());
        let record = 5 + HEADS;
        let header = good.len() - 2 * record;
        for cut in [0, 7, 12, 60, header + 3, good.len() - 1] {
            assert!(CallerModel::parse(&good[..cut]).is_err(), "cut at {cut}");
        }
        let mut unsorted = good.clone();
        unsorted[header..].rotate_left(record);
        assert!(CallerModel::parse(&unsorted).is_err());
        let mut wild = good;
        wild[16..20].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(CallerModel::parse(&wild).is_err());
    }
}

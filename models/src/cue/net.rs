//! A small convolutional net over the words of a sentence: word vectors, filters over runs of one to
//! three words, the strongest and the mean answer of each filter, one layer to the outputs.
//! Trained by `models/training/words/net.py`.

use ndarray::{Array1, Array2, ArrayView1, Axis, Slice};

use super::features::{Word, hash};
use crate::bytes::{Bytes, Damaged};

/// Longer texts are read up to here, in known words.
const LONGEST: usize = 48;

/// The net of one language.
#[derive(Debug, Clone)]
pub(super) struct Net {
    keys: Vec<u32>,
    /// One row a word.
    vectors: Vec<i8>,
    step: Array1<f32>,
    /// By width less one, then by place in the run: input by filter.
    filters: Vec<Vec<Array2<f32>>>,
    bias: Vec<Array1<f32>>,
    /// Pooled answers by output.
    head: Array2<f32>,
    head_bias: Array1<f32>,
}

/// What the net made of a text.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Its outputs.
    pub(super) outputs: Array1<f32>,
    /// Number of each known word among the words of the text.
    places: Vec<usize>,
    /// Answers of the filters by width: place by filter.
    answers: Vec<Array2<f32>>,
}

impl Net {
    /// Reads the net's part of a file; `None` if it has none.
    pub(super) fn parse(bytes: &mut Bytes<'_>) -> Result<Option<Self>, Damaged> {
        let [words, width, filters, widths, outputs] =
            [bytes.count()?, bytes.count()?, bytes.count()?, bytes.count()?, bytes.count()?];
        if words == 0 {
            return Ok(None);
        }
        let damaged = bytes.damaged();
        let matrix = |rows: usize, columns: usize, values: Vec<f32>| {
            Array2::from_shape_vec((rows, columns), values).map_err(|_shape| damaged)
        };
        let step = Array1::from(bytes.floats(width)?);
        let (mut keys, mut vectors) = (Vec::with_capacity(words), Vec::new());
        for _ in 0..words {
            keys.push(bytes.u32()?);
            vectors.extend(bytes.small(width)?);
        }
        if !keys.is_sorted() {
            return Err(bytes.damaged());
        }
        let (mut all, mut bias) = (Vec::new(), Vec::new());
        for run in 1..=widths {
            let mut places = Vec::new();
            for _ in 0..run {
                places.push(matrix(width, filters, bytes.floats(width * filters)?)?);
            }
            all.push(places);
            bias.push(Array1::from(bytes.floats(filters)?));
        }
        let pooled = 2 * filters * widths;
        let head = matrix(pooled, outputs, bytes.floats(pooled * outputs)?)?;
        let head_bias = Array1::from(bytes.floats(outputs)?);
        Ok(Some(Self { keys, vectors, step, filters: all, bias, head, head_bias }))
    }

    /// How many outputs it has.
    pub(super) fn outputs(&self) -> usize {
        self.head_bias.len()
    }

    /// Reads a text.
    pub(super) fn read(&self, words: &[Word]) -> Seen {
        let known = words.iter().enumerate().filter_map(|(place, word)| {
            Some((place, self.keys.binary_search(&hash(&[&word.word])).ok()?))
        });
        let known: Vec<(usize, usize)> = known.take(LONGEST).collect();
        let width = self.step.len();
        let mut vectors = Array2::zeros((known.len(), width));
        for (mut row, (_, at)) in vectors.outer_iter_mut().zip(&known) {
            let small = ArrayView1::from(&self.vectors[at * width..(at + 1) * width]);
            row.assign(&(small.mapv(f32::from) * &self.step));
        }
        let answers: Vec<Array2<f32>> =
            (0..self.filters.len()).map(|run| self.answers(run, &vectors)).collect();
        let mut outputs = self.head_bias.clone();
        for (run, answers) in answers.iter().enumerate() {
            let [strongest, mean] = self.head_of(run);
            for (filter, column) in answers.axis_iter(Axis(1)).enumerate() {
                let top = column.fold(0.0_f32, |top, value| top.max(*value));
                outputs.scaled_add(top, &self.head.row(strongest + filter));
                let mean_answer = column.sum() / (known.len() as f32 + 1.0);
                outputs.scaled_add(mean_answer, &self.head.row(mean + filter));
            }
        }
        Seen { outputs, places: known.into_iter().map(|(place, _)| place).collect(), answers }
    }

    /// How much each of `words` words pulled at a mixture of the outputs.
    pub(super) fn pulls(&self, seen: &Seen, mixture: &Array1<f32>, words: usize) -> Vec<f32> {
        let force = self.head.dot(mixture);
        let mut pulls = vec![0.0; words];
        for (run, answers) in seen.answers.iter().enumerate() {
            let [strongest, mean] = self.head_of(run);
            for (filter, column) in answers.axis_iter(Axis(1)).enumerate() {
                // The first of those that are equally strong.
                let top = (0..column.len()).rev().max_by(|a, b| column[*a].total_cmp(&column[*b]));
                for (at, answer) in column.iter().enumerate() {
                    let mut pull = answer * force[mean + filter] / (column.len() as f32 + 1.0);
                    if top == Some(at) {
                        pull += answer * force[strongest + filter];
                    }
                    let first = at.saturating_sub(run);
                    let share = pull / (at + 1 - first) as f32;
                    seen.places[first..=at].iter().for_each(|place| pulls[*place] += share);
                }
            }
        }
        pulls
    }

    /// Where the strongest and the mean answers of a width lie in the head.
    fn head_of(&self, run: usize) -> [usize; 2] {
        let filters = self.bias.first().map_or(0, Array1::len);
        [2 * run * filters, (2 * run + 1) * filters]
    }

    /// Of all filters over runs of `run` + 1 words that end at each place; before the text there
    /// is nothing.
    fn answers(&self, run: usize, vectors: &Array2<f32>) -> Array2<f32> {
        let places = vectors.nrows();
        let mut answers = Array2::zeros((places, self.bias[run].len()));
        answers += &self.bias[run];
        for (place, weights) in self.filters[run].iter().enumerate() {
            let back = run - place;
            if back < places {
                let seen = vectors.slice_axis(Axis(0), Slice::from(..places - back)).dot(weights);
                let mut from = answers.slice_axis_mut(Axis(0), Slice::from(back..));
                from += &seen;
            }
        }
        answers.mapv_into(|answer| answer.max(0.0))
    }
}

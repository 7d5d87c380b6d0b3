//! Pitch by YIN's normalised difference function (de Cheveigné and Kawahara 2002).
//!
//! Strict about what is a voice, but on a telephone line, which cuts off the fundamental, it hears
//! one frame in eight an octave or more too high. So it says whether there is a vowel
//! ([`super::super::has_voice`]), not how high.

use super::{Candidate, Costs, HOP, LONGEST, RANGE, RATE, SHORTEST, cheapest_path};
use crate::resample::convert;
use crate::units::SampleRate;

/// Samples compared at every lag: 32 ms.
const WINDOW: usize = 256;
/// Candidates kept per frame.
const CANDIDATES: usize = 5;
/// In units of the difference function, which is 0 for a perfect period and 1 for noise.
const COSTS: Costs = Costs { unvoiced: 0.38, change_of_voicing: 0.12 };
/// A dip at twice the period is as deep as at the period, so longer lags cost a little.
const PER_OCTAVE_LOWER: f32 = 0.04;

/// Pitch in hertz for every 10 ms of samples at [`SampleRate::WORKING`], `None` where there is no
/// voice or `audible` says there is nothing to hear.
pub(in super::super) fn track(samples: &[f32], audible: &[bool]) -> Vec<Option<f32>> {
    let samples = convert(samples, SampleRate::WORKING, SampleRate::HZ_8000);
    let mut difference = Difference::default();
    let frames: Vec<Vec<Candidate>> = audible
        .iter()
        .enumerate()
        .map(|(frame, &audible)| {
            // The lag reaches as far to the left of the frame's middle as to its right.
            let middle = frame * HOP + HOP / 2;
            let start = middle.checked_sub((WINDOW + LONGEST) / 2);
            let part = start.and_then(|start| samples.get(start..start + WINDOW + LONGEST + 1));
            match part {
                Some(part) if audible => difference.candidates(part),
                _ => vec![Candidate::UNHEARD],
            }
        })
        .collect();
    cheapest_path(&frames, COSTS)
}

#[derive(Debug, Default)]
struct Difference {
    values: Vec<f32>,
}

impl Difference {
    fn candidates(&mut self, part: &[f32]) -> Vec<Candidate> {
        self.compute(part);
        let dip = |lag: &usize| {
            let [before, here, after] = [lag - 1, *lag, lag + 1].map(|lag| self.values[lag]);
            here < before && here <= after && here < 0.7
        };
        let mut voiced: Vec<Candidate> =
            (SHORTEST..LONGEST).filter(dip).map(|lag| self.refine(lag)).collect();
        voiced.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        voiced.truncate(CANDIDATES);
        voiced.push(COSTS.unvoiced());
        voiced
    }

    /// YIN's difference function, divided by its mean up to each lag.
    fn compute(&mut self, part: &[f32]) {
        self.values.clear();
        self.values.push(1.0);
        let mut sum = 0.0;
        for lag in 1..=LONGEST {
            // The two windows lie symmetrically about the middle, whatever the lag.
            let first = (LONGEST - lag) / 2;
            let left = &part[first..first + WINDOW];
            let right = &part[first + lag..first + lag + WINDOW];
            let difference: f32 =
                left.iter().zip(right).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
            sum += difference;
            self.values.push(if sum > 0.0 { difference * lag as f32 / sum } else { 1.0 });
        }
    }

    /// The dip between samples, by a parabola.
    fn refine(&self, lag: usize) -> Candidate {
        let [before, here, after] = [lag - 1, lag, lag + 1].map(|lag| self.values[lag]);
        let bend = before - 2.0 * here + after;
        let shift = if bend > 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        let depth = here - 0.25 * (before - after) * shift;
        let octaves = (RATE / (lag as f32 + shift)).log2();
        let lower = RANGE.1.log2() - octaves;
        Candidate { octaves: Some(octaves), cost: depth + PER_OCTAVE_LOWER * lower }
    }
}

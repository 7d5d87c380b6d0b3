//! The fundamental frequency of a voice over time.
//!
//! Candidates per frame are the dips of YIN's normalised difference function (de Cheveigné and
//! Kawahara 2002); the path through them that costs least, jumps and changes of voicing being paid
//! for (Boersma 1993), is the contour. One frame's octave error is thus outvoted by its neighbours.

use crate::resample::convert;
use crate::units::SampleRate;

/// Lowest and highest pitch looked for, in hertz.
pub(super) const RANGE: (f32, f32) = (60.0, 450.0);

/// Samples per second that the tracker works at.
const RATE: f32 = 8_000.0;
/// Samples between frames: 10 ms.
const HOP: usize = 80;
/// Samples compared at every lag: 32 ms.
const WINDOW: usize = 256;
/// Periods of [`RANGE`] in samples.
const SHORTEST: usize = 17;
const LONGEST: usize = 134;
/// Candidates kept per frame.
const CANDIDATES: usize = 5;
/// Costs, in units of the difference function, which is 0 for a perfect period and 1 for noise.
const UNVOICED: f32 = 0.38;
const CHANGE_OF_VOICING: f32 = 0.12;
const PER_OCTAVE: f32 = 0.8;
/// A dip at twice the period is as deep as at the period, so longer lags cost a little.
const PER_OCTAVE_LOWER: f32 = 0.04;

/// One way to hear a frame.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Pitch in octaves above 1 Hz, `None` for unvoiced.
    octaves: Option<f32>,
    cost: f32,
}

/// Pitch in hertz for every 10 ms of samples at [`SampleRate::WORKING`], `None` where there is no
/// voice or `audible` says there is nothing to hear.
pub(super) fn track(samples: &[f32], audible: &[bool]) -> Vec<Option<f32>> {
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
                _ => vec![Candidate { octaves: None, cost: 0.0 }],
            }
        })
        .collect();
    cheapest_path(&frames).into_iter().map(|octaves| octaves.map(f32::exp2)).collect()
}

#[derive(Default)]
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
        voiced.push(Candidate { octaves: None, cost: UNVOICED });
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

/// Viterbi's algorithm.
fn cheapest_path(frames: &[Vec<Candidate>]) -> Vec<Option<f32>> {
    let mut costs: Vec<f32> = Vec::new();
    let mut origins: Vec<Vec<usize>> = Vec::with_capacity(frames.len());
    for (index, frame) in frames.iter().enumerate() {
        let before: &[Candidate] = if index == 0 { &[] } else { &frames[index - 1] };
        let reach = |candidate: &Candidate| {
            let ways = before.iter().zip(&costs).map(|(from, cost)| cost + step(from, candidate));
            let best = ways.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
            let (origin, cost) = best.unwrap_or((0, 0.0));
            (origin, cost + candidate.cost)
        };
        let (origin, reached): (Vec<usize>, Vec<f32>) = frame.iter().map(reach).unzip();
        origins.push(origin);
        costs = reached;
    }
    let last = costs.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
    let mut at = last.map_or(0, |(index, _)| index);
    let mut path = Vec::with_capacity(frames.len());
    for (frame, origin) in frames.iter().zip(&origins).rev() {
        path.push(frame[at].octaves);
        at = origin[at];
    }
    path.reverse();
    path
}

fn step(from: &Candidate, to: &Candidate) -> f32 {
    match (from.octaves, to.octaves) {
        (Some(from), Some(to)) => PER_OCTAVE * (to - from).abs(),
        (None, None) => 0.0,
        _ => CHANGE_OF_VOICING,
    }
}

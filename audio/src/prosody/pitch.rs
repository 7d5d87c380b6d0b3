//! The fundamental frequency of a voice over time.
//!
//! Candidates per frame are peaks of an autocorrelation; the path through them that costs least,
//! jumps and changes of voicing being paid for (Boersma 1993), is the contour. One frame's octave
//! error is thus outvoted by its neighbours.
//!
//! The autocorrelation is a generalised one (Tolonen and Karjalainen 2000): the spectrum is taken to
//! a power below 1 before it is transformed back, so that the one or two harmonics that stand on a
//! formant do not hide all others. On a telephone line, where the fundamental is missing, that
//! brings frames heard more than three semitones too high from 13 % to 2 %.

pub(super) mod difference;

use std::f32::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::frames::{HOP, RATE};

/// Lowest and highest pitch looked for, in hertz.
pub(super) const RANGE: (f32, f32) = (60.0, 450.0);

/// Periods of [`RANGE`] in samples.
const SHORTEST: usize = 17;
const LONGEST: usize = 134;
/// Samples in a frame: 40 ms.
const WINDOW: usize = 320;
/// Samples transformed.
const FFT: usize = 512;
/// Candidates kept per frame.
const CANDIDATES: usize = 6;
/// A peak must be this high, 1 being a perfect period.
const LEAST: f32 = 0.2;
/// In units of the autocorrelation; flattening lowers its peaks, so these are no shares of noise.
const COSTS: Costs = Costs { unvoiced: 0.85, change_of_voicing: 0.18 };
const PER_OCTAVE: f32 = 0.8;

/// One way to hear a frame.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Pitch in octaves above 1 Hz, `None` for unvoiced.
    octaves: Option<f32>,
    cost: f32,
}

impl Candidate {
    /// A frame that is not looked at.
    const UNHEARD: Self = Self { octaves: None, cost: 0.0 };
}

/// What a path pays besides its candidates.
#[derive(Debug, Clone, Copy)]
struct Costs {
    unvoiced: f32,
    change_of_voicing: f32,
}

impl Costs {
    fn unvoiced(self) -> Candidate {
        Candidate { octaves: None, cost: self.unvoiced }
    }

    fn step(self, from: &Candidate, to: &Candidate) -> f32 {
        match (from.octaves, to.octaves) {
            (Some(from), Some(to)) => PER_OCTAVE * (to - from).abs(),
            (None, None) => 0.0,
            _ => self.change_of_voicing,
        }
    }
}

/// Pitch in hertz for every 10 ms of samples at [`RATE`], `None` where there is no voice or
/// `audible` says there is nothing to hear.
pub(super) fn track(samples: &[f32], audible: &[bool]) -> Vec<Option<f32>> {
    let mut correlation = Autocorrelation::new();
    let candidates = |(frame, &audible): (usize, &bool)| {
        if audible { correlation.candidates(samples, frame) } else { vec![Candidate::UNHEARD] }
    };
    let frames: Vec<Vec<Candidate>> = audible.iter().enumerate().map(candidates).collect();
    cheapest_path(&frames, COSTS)
}

struct Autocorrelation {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    /// One over the window's own autocorrelation, which takes its fall from the frame's.
    unfold: Vec<f32>,
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    values: Vec<f32>,
}

impl Autocorrelation {
    fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(FFT), planner.plan_fft_inverse(FFT));
        let hann = |n: usize| 0.5 - 0.5 * (TAU * (n as f32 + 0.5) / WINDOW as f32).cos();
        let window: Vec<f32> = (0..WINDOW).map(hann).collect();
        let product =
            |lag: usize| window.iter().zip(&window[lag..]).map(|(a, b)| a * b).sum::<f32>();
        let whole = product(0);
        Self {
            unfold: (0..=LONGEST + 1).map(|lag| whole / product(lag)).collect(),
            time: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            values: vec![0.0; LONGEST + 2],
            window,
            forward,
            inverse,
        }
    }

    fn candidates(&mut self, samples: &[f32], frame: usize) -> Vec<Candidate> {
        self.compute(samples, frame);
        let peak = |lag: &usize| {
            let [before, here, after] = [lag - 1, *lag, lag + 1].map(|lag| self.values[lag]);
            here > before && here >= after && here > LEAST
        };
        let mut voiced: Vec<Candidate> =
            (SHORTEST..=LONGEST).filter(peak).map(|lag| self.refine(lag)).collect();
        voiced.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        voiced.truncate(CANDIDATES);
        voiced.push(COSTS.unvoiced());
        voiced
    }

    /// Fills `values`, by lag, 1 at lag 0; what lies beyond the recording is silence.
    fn compute(&mut self, samples: &[f32], frame: usize) {
        let middle = frame * HOP + HOP / 2;
        self.time.fill(0.0);
        for (n, (out, weight)) in self.time.iter_mut().zip(&self.window).enumerate() {
            let at = (middle + n).checked_sub(WINDOW / 2);
            *out = at.and_then(|at| samples.get(at)).map_or(0.0, |sample| sample * weight);
        }
        let forth = self.forward.process(&mut self.time, &mut self.spectrum);
        for line in &mut self.spectrum {
            *line = Complex32::new(flattened(line.norm_sqr()), 0.0);
        }
        let back = self.inverse.process(&mut self.spectrum, &mut self.time);
        debug_assert!(forth.is_ok() && back.is_ok(), "the buffers are the transforms' own");
        let whole = self.time[0].max(f32::MIN_POSITIVE);
        for ((value, product), unfold) in self.values.iter_mut().zip(&self.time).zip(&self.unfold) {
            *value = product / whole * unfold;
        }
    }

    /// The peak between samples, by a parabola.
    fn refine(&self, lag: usize) -> Candidate {
        let [before, here, after] = [lag - 1, lag, lag + 1].map(|lag| self.values[lag]);
        let bend = before - 2.0 * here + after;
        let shift = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        let height = here - 0.25 * (before - after) * shift;
        let octaves = (RATE / (lag as f32 + shift)).log2();
        Candidate { octaves: Some(octaves), cost: 1.0 - height }
    }
}

/// Amplitude to the power 7/8, from power.
fn flattened(power: f32) -> f32 {
    let half = power.sqrt().sqrt();
    let quarter = half.sqrt();
    half * quarter * quarter.sqrt()
}

/// Pitch in hertz along the path, by Viterbi's algorithm.
fn cheapest_path(frames: &[Vec<Candidate>], costs: Costs) -> Vec<Option<f32>> {
    let mut reached: Vec<f32> = Vec::new();
    let mut origins: Vec<Vec<usize>> = Vec::with_capacity(frames.len());
    for (index, frame) in frames.iter().enumerate() {
        let before: &[Candidate] = if index == 0 { &[] } else { &frames[index - 1] };
        let reach = |candidate: &Candidate| {
            let ways =
                before.iter().zip(&reached).map(|(from, cost)| cost + costs.step(from, candidate));
            let best = ways.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
            let (origin, cost) = best.unwrap_or((0, 0.0));
            (origin, cost + candidate.cost)
        };
        let (origin, now): (Vec<usize>, Vec<f32>) = frame.iter().map(reach).unzip();
        origins.push(origin);
        reached = now;
    }
    let last = reached.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
    let mut at = last.map_or(0, |(index, _)| index);
    let mut path = Vec::with_capacity(frames.len());
    for (frame, origin) in frames.iter().zip(&origins).rev() {
        path.push(frame[at].octaves.map(f32::exp2));
        at = origin[at];
    }
    path.reverse();
    path
}

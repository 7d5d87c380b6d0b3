//! How regular the voice is: harmonics to noise, jitter, shimmer.
//!
//! Harmonicity is that of Boersma (1993) by forward cross-correlation; jitter and shimmer are of
//! periods found by matching each with the next (as in Praat's "PointProcess (cc)"), so they agree
//! with Praat within the tolerances in `models/training/voice/README.md`.

use super::frames::{Frames, HOP, RATE};

/// Samples compared: the longest period, 17 ms.
const WINDOW: usize = 134;
/// A ratio of 40 dB; more cannot be told from none.
const MOST_HARMONIC: f32 = 0.9999;
/// Neighbouring periods that differ by more than these factors are not neighbours.
const PERIOD_FACTOR: f32 = 1.3;
const AMPLITUDE_FACTOR: f32 = 1.6;

/// Harmonics-to-noise ratio of every voiced frame, in decibels, at most 40; not-a-number elsewhere.
pub(super) fn harmonicity(frames: &Frames) -> Vec<f32> {
    let of = |(frame, pitch): (usize, &Option<f32>)| {
        let Some(hz) = pitch else { return f32::NAN };
        let lag = RATE / hz;
        let middle = frame * HOP + HOP / 2;
        let near = lag.round() as usize;
        let best = (near.saturating_sub(1)..=near + 1)
            .map(|lag| {
                let start = middle.saturating_sub((WINDOW + lag) / 2);
                similarity(&frames.samples, start, start + lag, WINDOW)
            })
            .collect::<Vec<_>>();
        let r = peak(best[0], best[1], best[2]).1.clamp(0.01, MOST_HARMONIC);
        10.0 * (r / (1.0 - r)).log10()
    };
    frames.pitch.iter().enumerate().map(of).collect()
}

/// Normalised cross-correlation of two stretches; 0 where one of them leaves the recording.
fn similarity(samples: &[f32], first: usize, second: usize, length: usize) -> f32 {
    let (Some(a), Some(b)) =
        (samples.get(first..first + length), samples.get(second..second + length))
    else {
        return 0.0;
    };
    let (mut both, mut aa, mut bb) = ([0.0; 8], [0.0; 8], [0.0; 8]);
    // Eight sums side by side, which the processor adds at once.
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for (lane, (a, b)) in a.iter().zip(b).enumerate() {
            both[lane] += a * b;
            aa[lane] += a * a;
            bb[lane] += b * b;
        }
    }
    let sum = |lanes: [f32; 8]| lanes.iter().sum::<f32>();
    let square = sum(aa) * sum(bb);
    if square > 0.0 { sum(both) / square.sqrt() } else { 0.0 }
}

/// Place against the middle one, and height, of a parabola through three values a step apart.
fn peak(before: f32, here: f32, after: f32) -> (f32, f32) {
    let bend = before - 2.0 * here + after;
    if bend >= 0.0 {
        return (0.0, here);
    }
    let shift = (0.5 * (before - after) / bend).clamp(-0.5, 0.5);
    (shift, here - 0.25 * (before - after) * shift)
}

/// Irregularity from period to period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Irregularity {
    /// Mean difference between neighbouring periods over the mean period.
    pub jitter: f32,
    /// The same of their amplitudes.
    pub shimmer: f32,
}

/// Both are not-a-number with fewer than ten pairs of periods.
pub(super) fn irregularity(frames: &Frames) -> Irregularity {
    let (mut jitter, mut shimmer) = (Differences::default(), Differences::default());
    let mut first = 0;
    for run in frames.pitch.chunk_by(|a, b| a.is_some() == b.is_some()) {
        if run[0].is_some() {
            let marks = marks(frames, first, first + run.len());
            let periods: Vec<f32> = marks.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let amplitudes: Vec<f32> =
                marks.windows(2).map(|pair| amplitude(&frames.samples, pair[0], pair[1])).collect();
            jitter.add(&periods, PERIOD_FACTOR);
            shimmer.add(&amplitudes, AMPLITUDE_FACTOR);
        }
        first += run.len();
    }
    Irregularity { jitter: jitter.relative(), shimmer: shimmer.relative() }
}

/// Sums over pairs of neighbours.
#[derive(Debug, Default)]
struct Differences {
    difference: f32,
    value: f32,
    pairs: usize,
}

impl Differences {
    fn add(&mut self, values: &[f32], factor: f32) {
        for pair in values.windows(2) {
            let (low, high) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
            if low > 0.0 && high < low * factor {
                self.difference += high - low;
                self.value += (high + low) / 2.0;
                self.pairs += 1;
            }
        }
    }

    fn relative(&self) -> f32 {
        if self.pairs >= 10 { self.difference / self.value } else { f32::NAN }
    }
}

/// Root mean square of one period about its start, under a Hann window.
fn amplitude(samples: &[f32], from: f32, to: f32) -> f32 {
    let half = to - from;
    let (start, end) = ((from - half).ceil().max(0.0) as usize, (from + half).floor() as usize);
    let (mut sum, mut weights) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate().take(end + 1).skip(start) {
        let place = (n as f32 - from) / half;
        let weight = 0.5 + 0.5 * (std::f32::consts::PI * place).cos();
        sum += weight * sample * sample;
        weights += weight;
    }
    if weights > 0.0 { (sum / weights).sqrt() } else { 0.0 }
}

/// One mark per period of a voiced run of frames, in samples: from the strongest sample near the
/// run's middle to both sides, each where the sound looks most like the period before.
fn marks(frames: &Frames, first: usize, last: usize) -> Vec<f32> {
    let samples = &frames.samples;
    let period = |at: f32| {
        let frame = ((at / HOP as f32) as usize).clamp(first, last - 1);
        frames.pitch[frame].map_or(RATE / 100.0, |hz| RATE / hz)
    };
    let (left, right) = ((first * HOP) as f32, (last * HOP).min(samples.len()) as f32);
    let middle = (left + right) / 2.0;
    let reach = period(middle) / 2.0;
    let span = (middle - reach).max(0.0) as usize..((middle + reach) as usize).min(samples.len());
    let strongest = span.max_by(|a, b| samples[*a].abs().total_cmp(&samples[*b].abs()));
    let Some(start) = strongest else { return Vec::new() };
    let walk = |forward: bool| {
        let mut at = start as f32;
        std::iter::from_fn(move || {
            at += step(samples, at, period(at), forward)?;
            (left..right).contains(&at).then_some(at)
        })
    };
    let mut marks: Vec<f32> = walk(false).collect();
    marks.reverse();
    marks.push(start as f32);
    marks.extend(walk(true));
    marks
}

/// From a mark to the next one, between 0.8 and 1.2 periods away; `None` where nothing is alike.
fn step(samples: &[f32], at: f32, period: f32, forward: bool) -> Option<f32> {
    let length = period.round().max(4.0) as usize;
    let whole = at.round();
    let start = (whole - length as f32 / 2.0).max(0.0) as usize;
    let (near, far) = ((0.8 * period).floor() as usize, (1.2 * period).ceil() as usize);
    let alike = |lag: usize| {
        let other = if forward { Some(start + lag) } else { start.checked_sub(lag) };
        other.map_or(0.0, |other| similarity(samples, start, other, length))
    };
    let values: Vec<f32> = (near - 1..=far + 1).map(alike).collect();
    let best = (1..values.len() - 1).max_by(|a, b| values[*a].total_cmp(&values[*b]))?;
    let (shift, height) = peak(values[best - 1], values[best], values[best + 1]);
    let lag = (near - 1 + best) as f32 + shift;
    (height > 0.3).then_some(if forward { lag } else { -lag })
}

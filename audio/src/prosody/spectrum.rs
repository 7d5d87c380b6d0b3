//! Where in the telephone's band the energy lies, frame by frame.

use super::frames::{BAND, BIN_HZ, Frames};

/// Parts the bands: below lie the first formant and the harmonics that carry a calm voice.
const MIDDLE: usize = 32; // 1000 Hz
/// Parts the bands of the Hammarberg index.
const TWO_KILOHERTZ: usize = 64;

/// Shape of one frame's spectrum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Energy from 1 to 3.4 kHz over energy from 0.3 to 1 kHz, in decibels; the usual ratio with
    /// its sign turned, so that it rises with vocal effort.
    pub alpha: f32,
    /// Strongest line from 0.3 to 2 kHz over the strongest from 2 to 3.4 kHz, in decibels.
    pub hammarberg: f32,
    /// Straight line through the levels from 0.3 to 1 kHz, and from 1 to 3.4 kHz, in decibels per
    /// kilohertz.
    pub slopes: [f32; 2],
    /// Centre of the amplitudes, in kilohertz.
    pub centroid: f32,
    /// Standard deviation about it, in kilohertz.
    pub width: f32,
    /// Evenness of the power over the lines, 0 for one line to 1 for white noise.
    pub entropy: f32,
}

/// Measures a frame.
pub(super) fn shape(spectrum: &[f32]) -> Shape {
    let sum = |from: usize, to: usize| spectrum[from..to].iter().sum::<f32>();
    let top = |from: usize, to: usize| spectrum[from..to].iter().copied().fold(0.0, f32::max);
    let decibels = |ratio: f32| 10.0 * ratio.log10();
    let (mut weight, mut first, mut second) = (0.0, 0.0, 0.0);
    let (total, mut entropy) = (sum(BAND.0, BAND.1), 0.0);
    for (line, &power) in spectrum.iter().enumerate().take(BAND.1).skip(BAND.0) {
        let (amplitude, kilohertz) = (power.sqrt(), line as f32 * BIN_HZ / 1000.0);
        weight += amplitude;
        first += amplitude * kilohertz;
        second += amplitude * kilohertz * kilohertz;
        let share = power / total;
        entropy -= share * share.ln();
    }
    let centroid = first / weight;
    Shape {
        alpha: decibels(sum(MIDDLE, BAND.1) / sum(BAND.0, MIDDLE)),
        hammarberg: decibels(top(BAND.0, TWO_KILOHERTZ) / top(TWO_KILOHERTZ, BAND.1)),
        slopes: [tilt(spectrum, BAND.0, MIDDLE), tilt(spectrum, MIDDLE, BAND.1)],
        centroid,
        width: (second / weight - centroid * centroid).max(0.0).sqrt(),
        entropy: entropy / ((BAND.1 - BAND.0) as f32).ln(),
    }
}

/// Least squares through the levels of the lines, in decibels per kilohertz.
fn tilt(spectrum: &[f32], from: usize, to: usize) -> f32 {
    let middle = (from + to - 1) as f32 / 2.0;
    let (mut both, mut square) = (0.0, 0.0);
    for (line, power) in spectrum.iter().enumerate().take(to).skip(from) {
        let off = line as f32 - middle;
        both += off * 10.0 * power.log10();
        square += off * off;
    }
    both / square * 1000.0 / BIN_HZ
}

/// How much the spectrum's shape changes from the frame before: the distance between the two
/// amplitude spectra, each of length 1, so 0 to 1.4. The first frame has none.
pub(super) fn flux(frames: &Frames) -> Vec<f32> {
    let unit = |frame: usize| -> Vec<f32> {
        let band = &frames.spectrum(frame)[BAND.0..BAND.1];
        let length = band.iter().sum::<f32>().sqrt();
        band.iter().map(|power| power.sqrt() / length).collect()
    };
    let mut before: Option<Vec<f32>> = None;
    (0..frames.len())
        .map(|frame| {
            let now = unit(frame);
            let change = before.as_ref().map_or(f32::NAN, |before| {
                before.iter().zip(&now).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
            });
            before = Some(now);
            change
        })
        .collect()
}

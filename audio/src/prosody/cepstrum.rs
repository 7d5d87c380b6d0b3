//! Mel-frequency cepstral coefficients of the telephone's band.

use std::f32::consts::PI;

use super::frames::{BIN_HZ, BINS};

/// Triangular bands between 280 and 3450 Hz, evenly spaced in mel (O'Shaughnessy 1987).
const BANDS: usize = 20;
const EDGES: (f32, f32) = (280.0, 3450.0);
/// Coefficients 1 to 12; the zeroth is the level.
pub(super) const COEFFICIENTS: usize = 12;

/// Bands and cosines, made once per utterance.
#[derive(Debug)]
pub(super) struct Cepstrum {
    /// Per band: its first line and the weights from there.
    bands: Vec<(usize, Vec<f32>)>,
    cosines: Vec<[f32; BANDS]>,
}

impl Cepstrum {
    pub(super) fn new() -> Self {
        let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
        let hertz = |mel: f32| 700.0 * (10f32.powf(mel / 2595.0) - 1.0);
        let (low, high) = (mel(EDGES.0), mel(EDGES.1));
        let edge = |n: usize| hertz(low + (high - low) * n as f32 / (BANDS + 1) as f32);
        let band = |band: usize| {
            let (left, top, right) = (edge(band), edge(band + 1), edge(band + 2));
            let weight = |line: usize| {
                let hz = line as f32 * BIN_HZ;
                ((hz - left) / (top - left)).min((right - hz) / (right - top)).max(0.0)
            };
            let first = (0..BINS).find(|&line| weight(line) > 0.0).unwrap_or(0);
            let weights = (first..BINS).map(weight).take_while(|weight| *weight > 0.0).collect();
            (first, weights)
        };
        let cosine = |k: usize| {
            let scale = (2.0 / BANDS as f32).sqrt();
            std::array::from_fn(|n| scale * (PI * k as f32 * (n as f32 + 0.5) / BANDS as f32).cos())
        };
        Self {
            bands: (0..BANDS).map(band).collect(),
            cosines: (1..=COEFFICIENTS).map(cosine).collect(),
        }
    }

    /// Of a power spectrum: the orthonormal cosine transform of the bands' levels (natural
    /// logarithm of power).
    pub(super) fn of(&self, spectrum: &[f32]) -> [f32; COEFFICIENTS] {
        let mut levels = [0.0; BANDS];
        for (level, (first, weights)) in levels.iter_mut().zip(&self.bands) {
            let lines = &spectrum[*first..];
            *level = lines.iter().zip(weights).map(|(a, b)| a * b).sum::<f32>().ln();
        }
        let mut coefficients = [0.0; COEFFICIENTS];
        for (out, cosine) in coefficients.iter_mut().zip(&self.cosines) {
            *out = cosine.iter().zip(&levels).map(|(a, b)| a * b).sum();
        }
        coefficients
    }
}

//! An utterance cut into frames of 32 ms, one every 10 ms: spectrum, level, speech, voice, pitch.
//!
//! Everything here is of the telephone's band, 300 to 3400 Hz, so that a studio's recording and a
//! call measure alike; pitch alone looks below it where there is something.

use std::f32::consts::TAU;

use realfft::RealFftPlanner;

use super::pitch;
use super::stats::{percentile, sorted};

/// Samples per second.
pub(super) const RATE: f32 = 8_000.0;
/// Samples between frames: 10 ms.
pub(super) const HOP: usize = 80;
/// Frames per second.
pub(super) const FRAMES: f32 = 100.0;
/// Samples in a frame: 32 ms.
pub(super) const WINDOW: usize = 256;
/// Lines of a spectrum, 0 to 4 kHz.
pub(super) const BINS: usize = WINDOW / 2 + 1;
/// Hertz between lines.
pub(super) const BIN_HZ: f32 = RATE / WINDOW as f32;
/// First line inside the telephone's band, and the first beyond it.
pub(super) const BAND: (usize, usize) = (10, 109);
/// Power that is added to a line, against the mean line of a loud frame: -50 dB. So what lies in
/// the dark, where a codec leaves nothing or noise, weighs nothing.
const FLOOR: f32 = 1e-5;

/// An utterance in frames.
#[derive(Debug)]
pub(super) struct Frames {
    /// Samples at [`RATE`].
    pub samples: Vec<f32>,
    /// Power spectra, [`BINS`] lines a frame, on a scale where the mean line of the loud frames is 1.
    power: Vec<f32>,
    /// Level in the band, in decibels against the loud frames.
    pub level: Vec<f32>,
    /// Frames that carry speech.
    pub speech: Vec<bool>,
    /// Pitch in hertz of the voiced frames.
    pub pitch: Vec<Option<f32>>,
}

impl Frames {
    /// Cuts samples at [`RATE`].
    pub(super) fn of(samples: Vec<f32>) -> Self {
        let mut power = spectra(&samples);
        let energy: Vec<f32> = power.chunks_exact(BINS).map(band_energy).collect();
        let loud = percentile(&sorted(energy.clone()), 0.95).max(1e-12);
        let line = loud / (BAND.1 - BAND.0) as f32;
        power.iter_mut().for_each(|line_power| *line_power = *line_power / line + FLOOR);
        let level: Vec<f32> =
            energy.iter().map(|energy| 10.0 * (energy / loud + 1e-6).log10()).collect();
        let background = percentile(&sorted(level.clone()), 0.05) + 4.0;
        let threshold = background.clamp(-30.0, -18.0);
        let speech: Vec<bool> = level.iter().map(|&level| level > threshold).collect();
        // Voice shows itself by its period, so it may be softer than what counts as speech.
        let audible: Vec<bool> = level.iter().map(|&level| level > -30.0).collect();
        let pitch = pitch::track(&samples, &audible);
        Self { samples, power, level, speech, pitch }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.level.len()
    }

    /// The power spectrum of a frame.
    pub(super) fn spectrum(&self, frame: usize) -> &[f32] {
        &self.power[frame * BINS..(frame + 1) * BINS]
    }

    /// The frames that carry voice.
    pub(super) fn voiced(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(|&frame| self.pitch[frame].is_some())
    }
}

/// Sum over the band.
fn band_energy(spectrum: &[f32]) -> f32 {
    spectrum[BAND.0..BAND.1].iter().sum()
}

/// Power spectra of all frames, one after the other; a frame that reaches over an end is filled
/// with silence.
fn spectra(samples: &[f32]) -> Vec<f32> {
    let count = samples.len() / HOP;
    let window: Vec<f32> =
        (0..WINDOW).map(|n| 0.5 - 0.5 * (TAU * (n as f32 + 0.5) / WINDOW as f32).cos()).collect();
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let (mut time, mut lines) = (fft.make_input_vec(), fft.make_output_vec());
    let mut scratch = fft.make_scratch_vec();
    let mut power = Vec::with_capacity(count * BINS);
    for frame in 0..count {
        let middle = frame * HOP + HOP / 2;
        for (n, (out, weight)) in time.iter_mut().zip(&window).enumerate() {
            let at = (middle + n).checked_sub(WINDOW / 2);
            *out = at.and_then(|at| samples.get(at)).map_or(0.0, |sample| sample * weight);
        }
        let done = fft.process_with_scratch(&mut time, &mut lines, &mut scratch);
        debug_assert!(done.is_ok(), "the buffers are the transform's own");
        power.extend(lines.iter().map(|line| line.norm_sqr()));
    }
    power
}

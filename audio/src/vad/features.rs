//! What tells speech from everything else that a telephone line carries.
//!
//! All of it lies below 4 kHz, so it is the same for narrow-band and wide-band lines: the frame is
//! first halved in rate. The ideas are old and well tried: sub-band energy over a tracked noise
//! floor (Sohn 1999), flatness, flux, harmonicity by autocorrelation, the share of quiet frames and
//! the modulation of energy at the pace of syllables (Scheirer and Slaney 1997). What rejects music
//! is that its partials stay where they are while a note lasts, and those of a voice move: the
//! fine structure of the spectrum is compared with that of 100 and 200 ms before.

use std::collections::VecDeque;
use std::f32::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::FRAME;

/// How many numbers describe a frame.
pub(crate) const FEATURES: usize = 33;

/// Samples of a frame after halving: 20 ms at 8 kHz.
const HALF: usize = FRAME / 2;
/// Analysis window: 64 ms at 8 kHz.
const WINDOW: usize = 512;
/// Twice the window, so that the autocorrelation does not wrap around.
const FFT: usize = 1024;
/// Hertz between two bins of the spectrum.
const BIN_HZ: f32 = 8000.0 / FFT as f32;
/// Edges of the sub-bands, in hertz.
const EDGES: [f32; 11] =
    [150.0, 300.0, 450.0, 650.0, 900.0, 1200.0, 1550.0, 1950.0, 2400.0, 2950.0, 3600.0];
const BANDS: usize = EDGES.len() - 1;
/// The fine structure is looked at from 200 to 3400 Hz, one value per 15.6 Hz.
const FINE_FROM: usize = 13;
const FINE_TO: usize = 218;
const FINE: usize = FINE_TO - FINE_FROM;
/// Half the width of the average that takes the formants out of the fine structure.
const SMOOTH: usize = 10;
/// Frames in a second.
const SECOND: usize = 50;
/// Makes the sum over the spectrum the mean square of the window's sound (a Hann window keeps 3/8
/// of the energy, and half of the spectrum is mirrored).
const SCALE: f32 = 2.0 / (FFT as f32 * WINDOW as f32 * 0.375);
/// What digital silence counts as, in decibels.
const SILENCE_DB: f32 = -90.0;
/// The odd taps of a half-band low-pass, from the middle outwards; the even ones are zero.
const HALF_BAND: [f32; 8] =
    [0.313_274, -0.091_911, 0.042_468, -0.020_171, 0.008_789, -0.003_229, 0.000_854, -0.000_075];

/// Describes frames, one after another.
#[derive(Clone)]
pub(crate) struct Features {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    /// Autocorrelation of the window itself, to undo its taper.
    taper: Vec<f32>,
    /// The last samples at 16 kHz that the half-band filter still needs.
    tail: [f32; 4 * HALF_BAND.len()],
    /// The analysis window's samples at 8 kHz.
    history: Vec<f32>,
    time: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
    /// Fine structures of this frame and those before, newest last.
    fine: VecDeque<Vec<f32>>,
    memory: Memory,
    /// A telephone key sounds.
    key: bool,
}

/// What is remembered from frame to frame.
#[derive(Debug, Clone)]
struct Memory {
    floor: [f32; BANDS],
    bands: [f32; BANDS],
    started: bool,
    /// Pitch of the frame before, in octaves, if it had one.
    pitch: Option<f32>,
    /// Levels of the last second, in decibels.
    levels: VecDeque<f32>,
    modulation: Modulation,
    short: Averages<3>,
    long: Averages<8>,
    very_long: Averages<2>,
}

/// Running means that move towards the present by a share `rate` per frame.
#[derive(Debug, Clone)]
struct Averages<const N: usize> {
    rate: f32,
    values: [f32; N],
}

/// Energy of the level's modulation at the pace of syllables, about 4 Hz, and at any pace.
#[derive(Debug, Clone, Default)]
struct Modulation {
    slow: f32,
    fast: f32,
    mean: f32,
    syllabic: f32,
    total: f32,
}

impl Features {
    pub(crate) fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let forward = planner.plan_fft_forward(FFT);
        let inverse = planner.plan_fft_inverse(FFT);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let window: Vec<f32> = (0..WINDOW)
            .map(|n| 0.5 - 0.5 * (TAU * (n as f32 + 0.5) / WINDOW as f32).cos())
            .collect();
        let energy: f32 = window.iter().map(|w| w * w).sum();
        let taper = (0..WINDOW)
            .map(|lag| window[lag..].iter().zip(&window).map(|(a, b)| a * b).sum::<f32>() / energy)
            .collect();
        Self {
            forward,
            inverse,
            window,
            taper,
            tail: [0.0; 4 * HALF_BAND.len()],
            history: vec![0.0; WINDOW],
            time: vec![0.0; FFT],
            spectrum: vec![Complex32::default(); FFT / 2 + 1],
            scratch: vec![Complex32::default(); scratch],
            power: vec![0.0; FFT / 2 + 1],
            fine: VecDeque::from(vec![vec![0.0; FINE]; 11]),
            memory: Memory::new(),
            key: false,
        }
    }

    /// Forgets everything heard.
    pub(crate) fn reset(&mut self) {
        self.tail.fill(0.0);
        self.history.fill(0.0);
        self.fine.iter_mut().for_each(|fine| fine.fill(0.0));
        self.memory = Memory::new();
        self.key = false;
    }

    /// Describes the next frame.
    pub(crate) fn describe(&mut self, frame: &[f32]) -> [f32; FEATURES] {
        self.take(frame);
        self.analyse();
        let (harmonicity, pitch) = self.pitch();
        self.shape();
        let newest = self.fine.len() - 1;
        let held = (self.alike(newest - 5), self.alike(newest - 10));
        let new = &self.history[WINDOW - HALF..];
        let level = decibels(new.iter().map(|s| s * s).sum::<f32>() / HALF as f32);
        let crossings = new.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
        let now = Now {
            level,
            bands: self.bands(),
            flatness: self.flatness(),
            harmonicity,
            pitch,
            peaks: self.peaks(),
            held,
            crossings: crossings as f32 / HALF as f32,
            centroid: self.centroid(),
        };
        self.key = now.peaks.2;
        self.memory.describe(&now)
    }

    /// Whether a telephone key sounded in the frame described last.
    pub(crate) fn is_key(&self) -> bool {
        self.key
    }

    /// Halves the rate of a frame and moves the analysis window on.
    fn take(&mut self, frame: &[f32]) {
        const REACH: usize = 2 * HALF_BAND.len();
        let mut samples = [0.0; 2 * REACH + FRAME];
        let fresh = frame.len().min(FRAME);
        samples[..2 * REACH].copy_from_slice(&self.tail);
        samples[2 * REACH..2 * REACH + fresh].copy_from_slice(&frame[..fresh]);
        self.tail.copy_from_slice(&samples[FRAME..]);
        self.history.copy_within(HALF.., 0);
        for (index, out) in self.history[WINDOW - HALF..].iter_mut().enumerate() {
            let middle = REACH + 2 * index;
            let taps = HALF_BAND.iter().enumerate();
            *out = 0.5 * samples[middle]
                + taps
                    .map(|(n, tap)| {
                        tap * (samples[middle - 2 * n - 1] + samples[middle + 2 * n + 1])
                    })
                    .sum::<f32>();
        }
    }

    fn analyse(&mut self) {
        for ((out, sample), weight) in self.time.iter_mut().zip(&self.history).zip(&self.window) {
            *out = sample * weight;
        }
        self.time[WINDOW..].fill(0.0);
        // The lengths are the planner's own, so this cannot fail.
        let done = self.forward.process_with_scratch(
            &mut self.time,
            &mut self.spectrum,
            &mut self.scratch,
        );
        debug_assert!(done.is_ok(), "buffers have the planner's lengths");
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr() * SCALE;
        }
    }

    /// The highest normalised autocorrelation at 70 to 400 Hz, 0 to 1, and the pitch in octaves
    /// above 100 Hz there.
    fn pitch(&mut self) -> (f32, f32) {
        const SHORTEST: usize = 20;
        const LONGEST: usize = 114;
        for (bin, power) in self.spectrum.iter_mut().zip(&self.power) {
            *bin = Complex32::new(*power, 0.0);
        }
        let done = self.inverse.process_with_scratch(
            &mut self.spectrum,
            &mut self.time,
            &mut self.scratch,
        );
        debug_assert!(done.is_ok(), "buffers have the planner's lengths");
        let whole = self.time[0];
        if whole < 1e-9 {
            return (0.0, 0.0);
        }
        for (value, taper) in self.time[..=LONGEST].iter_mut().zip(&self.taper) {
            *value /= whole * taper;
        }
        let at = |lag: usize| self.time[lag];
        let is_peak = |lag: &usize| at(*lag) > at(lag - 1) && at(*lag) >= at(lag + 1);
        let best = (SHORTEST..LONGEST)
            .filter(is_peak)
            // A little less for longer lags, or every second peak would be an octave too low.
            .max_by(|&a, &b| {
                let worth = |lag: usize| at(lag) - 0.0008 * lag as f32;
                worth(a).total_cmp(&worth(b))
            });
        let Some(best) = best else { return (0.0, 0.0) };
        let (before, peak, after) = (at(best - 1), at(best), at(best + 1));
        let bend = before - 2.0 * peak + after;
        let shift = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
        let lag = best as f32 + shift.clamp(-0.5, 0.5);
        (peak.clamp(0.0, 1.0), (80.0 / lag).log2())
    }

    /// Energy of the sub-bands, in decibels.
    fn bands(&self) -> [f32; BANDS] {
        std::array::from_fn(|band| decibels(self.range(EDGES[band], EDGES[band + 1]).iter().sum()))
    }

    /// How far the spectrum is from flat, in nepers: 0 is white, tones are far below.
    fn flatness(&self) -> f32 {
        let range = self.range(200.0, 3400.0);
        let count = range.len() as f32;
        let mean = range.iter().sum::<f32>() / count + 1e-12;
        // The logarithm of a product of eight is cheaper than eight logarithms.
        let product = |part: &[f32]| part.iter().map(|p| f64::from(*p) + 1e-12).product::<f64>();
        let logs = range.chunks(8).map(|part| product(part).ln()).sum::<f64>();
        logs as f32 / count - mean.ln()
    }

    /// The share of the strongest partial in the energy, and of the two strongest, and whether
    /// these two are the tones of a telephone key (ITU-T Q.23).
    fn peaks(&self) -> (f32, f32, bool) {
        const LOWEST: usize = (60.0 / BIN_HZ) as usize;
        const HIGHEST: usize = (3600.0 / BIN_HZ) as usize;
        let whole = self.power[LOWEST..HIGHEST].iter().sum::<f32>() + 1e-12;
        let strongest = |from: usize, to: usize| {
            let (mut best, mut most) = (from, -1.0);
            for (bin, &power) in self.power.iter().enumerate().take(to).skip(from) {
                if power > most {
                    (best, most) = (bin, power);
                }
            }
            (best, most)
        };
        let (first, _) = strongest(LOWEST + 4, HIGHEST - 4);
        let (below, under) = strongest(LOWEST + 4, first.saturating_sub(8));
        let (above, over) = strongest(first + 9, HIGHEST - 4);
        let second = if under > over { below } else { above };
        let around = |bin: usize| self.power[bin - 4..=bin + 4].iter().sum::<f32>() / whole;
        let (one, two) = (around(first), around(first) + around(second));
        let hz = |bin: usize| bin as f32 * BIN_HZ;
        let (row, column) = (hz(first.min(second)), hz(first.max(second)));
        let key = (670.0..970.0).contains(&row) && (1170.0..1670.0).contains(&column);
        (one, two, key && two > 0.85)
    }

    fn centroid(&self) -> f32 {
        let (mut whole, mut moment) = (1e-12, 0.0);
        for (bin, power) in self.power.iter().enumerate() {
            whole += power;
            moment += power * bin as f32 * BIN_HZ;
        }
        moment / whole
    }

    /// Keeps this frame's fine structure: the compressed spectrum without its envelope, scaled to
    /// length one.
    fn shape(&mut self) {
        let mut fine = self.fine.pop_front().unwrap_or_default();
        let loud: [f32; FINE + 2 * SMOOTH] =
            std::array::from_fn(|index| self.power[2 * (FINE_FROM - SMOOTH + index)].sqrt().sqrt());
        let mut sum: f32 = loud[..2 * SMOOTH].iter().sum();
        fine.clear();
        for index in 0..FINE {
            sum += loud[index + 2 * SMOOTH];
            fine.push(loud[index + SMOOTH] - sum / (2 * SMOOTH + 1) as f32);
            sum -= loud[index];
        }
        let norm = fine.iter().map(|value| value * value).sum::<f32>().sqrt();
        if norm > 1e-4 {
            fine.iter_mut().for_each(|value| *value /= norm);
        } else {
            fine.fill(0.0);
        }
        self.fine.push_back(fine);
    }

    /// Correlation of the newest fine structure with an older one, -1 to 1.
    fn alike(&self, older: usize) -> f32 {
        let newest = &self.fine[self.fine.len() - 1];
        newest.iter().zip(&self.fine[older]).map(|(a, b)| a * b).sum()
    }

    fn range(&self, from: f32, to: f32) -> &[f32] {
        &self.power[(from / BIN_HZ) as usize..(to / BIN_HZ) as usize]
    }
}

/// One frame, before it is set against what came before.
struct Now {
    level: f32,
    bands: [f32; BANDS],
    flatness: f32,
    harmonicity: f32,
    pitch: f32,
    peaks: (f32, f32, bool),
    held: (f32, f32),
    crossings: f32,
    centroid: f32,
}

impl Memory {
    fn new() -> Self {
        Self {
            floor: [-70.0; BANDS],
            bands: [SILENCE_DB; BANDS],
            started: false,
            pitch: None,
            levels: VecDeque::from(vec![SILENCE_DB; SECOND]),
            modulation: Modulation {
                mean: SILENCE_DB,
                slow: SILENCE_DB,
                fast: SILENCE_DB,
                ..Modulation::default()
            },
            short: Averages { rate: 0.2, values: [0.0; 3] },
            long: Averages { rate: 0.02, values: [0.0; 8] },
            very_long: Averages { rate: 0.007, values: [0.0; 2] },
        }
    }

    fn describe(&mut self, now: &Now) -> [f32; FEATURES] {
        self.levels.pop_front();
        self.levels.push_back(now.level);
        let spread = self.spread();
        self.track_floor(&now.bands, spread);
        let over: [f32; BANDS] =
            std::array::from_fn(|band| (now.bands[band] - self.floor[band]).clamp(0.0, 50.0));
        let mean_over = over.iter().sum::<f32>() / BANDS as f32;
        let flux = now.bands.iter().zip(&self.bands).map(|(a, b)| (a - b).abs().min(20.0));
        let flux = flux.sum::<f32>() / BANDS as f32;
        self.bands = now.bands;
        let moved = self.pitch_moved(now);
        // Pauses say nothing about the kind of sound, so the long averages wait while they last.
        let active = (mean_over / 10.0).clamp(0.0, 1.0);
        let (strongest, two, _) = now.peaks;
        let (held, held_longer) = now.held;
        let short = self.short.update(1.0, [now.harmonicity, held, mean_over / 20.0]);
        let long = self.long.update(
            active,
            [
                now.harmonicity,
                held,
                held_longer,
                moved,
                flux / 10.0,
                mean_over / 20.0,
                now.flatness / 5.0,
                strongest,
            ],
        );
        let steady = if held > 0.55 { 1.0 } else { 0.0 };
        let very_long = self.very_long.update(active, [held, steady]);
        let third = |range: &[f32]| range.iter().sum::<f32>() / range.len() as f32 / 20.0;
        [
            ((now.level + 60.0) / 30.0).clamp(-1.0, 2.0),
            mean_over / 20.0,
            over.iter().copied().fold(0.0, f32::max) / 30.0,
            third(&over[..3]),
            third(&over[3..7]),
            third(&over[7..]),
            now.flatness / 5.0,
            now.harmonicity,
            strongest,
            two,
            flux / 10.0,
            held,
            held_longer,
            now.crossings * 2.0,
            now.centroid / 2000.0,
            now.pitch * now.harmonicity,
            moved,
            short[0],
            short[1],
            short[2],
            long[0],
            long[1],
            long[2],
            long[3],
            long[4],
            long[5],
            long[6],
            long[7],
            very_long[0],
            very_long[1],
            spread / 10.0,
            self.modulation.update(now.level),
            self.quiet_share(),
        ]
    }

    /// Sub-band noise floors fall at once and rise slowly, faster while the level stands still.
    fn track_floor(&mut self, bands: &[f32; BANDS], spread: f32) {
        let rise = if spread < 2.0 { 0.4 } else { 0.04 };
        for (floor, band) in self.floor.iter_mut().zip(bands) {
            if !self.started {
                *floor = band.min(-55.0);
            } else if band < floor {
                *floor += 0.3 * (band - *floor);
            } else {
                *floor = (*floor + rise).min(*band);
            }
            // Digital silence is no measure of a line's noise.
            *floor = floor.max(-80.0);
        }
        self.started = true;
    }

    /// Semitones between the pitches of two voiced frames in a row, at most 2; 0 if there are not
    /// two.
    fn pitch_moved(&mut self, now: &Now) -> f32 {
        let pitch = (now.harmonicity > 0.6).then_some(now.pitch);
        let before = std::mem::replace(&mut self.pitch, pitch);
        match (before, pitch) {
            (Some(before), Some(pitch)) => (12.0 * (pitch - before)).abs().min(2.0),
            _ => 0.0,
        }
    }

    /// Standard deviation of the last second's levels, in decibels, near-silence as -70.
    fn spread(&self) -> f32 {
        let count = self.levels.len() as f32;
        let level = |level: &f32| level.max(-70.0);
        let mean = self.levels.iter().map(level).sum::<f32>() / count;
        let squares = self.levels.iter().map(|l| (level(l) - mean).powi(2)).sum::<f32>();
        (squares / count).sqrt()
    }

    /// Share of the last second's frames that are 10 dB below its loudest.
    fn quiet_share(&self) -> f32 {
        let loudest = self.levels.iter().copied().fold(SILENCE_DB, f32::max);
        let quiet = self.levels.iter().filter(|&&level| level < loudest - 10.0).count();
        quiet as f32 / self.levels.len() as f32
    }
}

impl Modulation {
    /// The syllabic share of the modulation, 0 to about 1.
    fn update(&mut self, level: f32) -> f32 {
        // One-pole low-passes at about 8 and 2 Hz; what lies between them is syllables.
        let level = level.max(-70.0);
        self.fast += 0.63 * (level - self.fast);
        self.slow += 0.22 * (level - self.slow);
        self.mean += 0.02 * (level - self.mean);
        let syllabic = self.fast - self.slow;
        self.syllabic += 0.02 * (syllabic * syllabic - self.syllabic);
        self.total += 0.02 * ((level - self.mean).powi(2) - self.total);
        2.0 * (self.syllabic / (self.total + 4.0)).sqrt().min(1.0)
    }
}

impl<const N: usize> Averages<N> {
    fn update(&mut self, weight: f32, present: [f32; N]) -> [f32; N] {
        for (value, present) in self.values.iter_mut().zip(present) {
            *value += self.rate * weight * (present - *value);
        }
        self.values
    }
}

fn decibels(power: f32) -> f32 {
    (10.0 * power.max(1e-12).log10()).max(SILENCE_DB)
}

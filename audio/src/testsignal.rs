//! Sounds that are not speech, made by code, for tests and benches everywhere in the project.
//!
//! Everything is at the rate asked for, in [-1, 1], and the same on every machine and every time.

mod office;
pub mod suite;
mod tunes;

use std::f64::consts::TAU;
use std::time::Duration;

use crate::units::{Dbfs, SampleRate};

pub use office::{Path, bleed, breathing, clicks, keyboard};
pub use tunes::{Style, tune};

/// A small generator of white noise (xorshift64*), good enough for sound.
#[derive(Debug, Clone)]
pub struct Noise(u64);

impl Noise {
    /// Every seed is another noise.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Uniform in [-1, 1).
    pub fn sample(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        bits as f64 / f64::from(1 << 23) - 1.0
    }

    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        0.5 * (self.sample() + 1.0)
    }
}

/// Nothing at all.
pub fn silence(length: Duration, rate: SampleRate) -> Vec<f32> {
    vec![0.0; count(length, rate)]
}

/// White noise at a level.
pub fn white_noise(length: Duration, rate: SampleRate, level: Dbfs, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed);
    at_level((0..count(length, rate)).map(|_| noise.sample()).collect(), level)
}

/// Pink noise, 3 dB less per octave, at a level (Kellet's filter).
pub fn pink_noise(length: Duration, rate: SampleRate, level: Dbfs, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed);
    let (mut low, mut middle, mut high) = (0.0, 0.0, 0.0);
    let sample = |_| {
        let white = noise.sample();
        low = 0.997_65 * low + white * 0.099_046;
        middle = 0.963 * middle + white * 0.296_516_4;
        high = 0.57 * high + white * 1.052_691_3;
        low + middle + high + white * 0.184_8
    };
    at_level((0..count(length, rate)).map(sample).collect(), level)
}

/// Mains hum: 50 Hz and its odd harmonics.
pub fn hum(length: Duration, rate: SampleRate, level: Dbfs) -> Vec<f32> {
    let partials = [(50.0, 1.0), (150.0, 0.5), (250.0, 0.25), (350.0, 0.12)];
    at_level(tones(length, rate, &partials), level)
}

/// Mains hum of North America: 60 Hz and its even and odd harmonics, as a rectifier makes them.
pub fn hum_60(length: Duration, rate: SampleRate, level: Dbfs) -> Vec<f32> {
    let partials =
        [(60.0, 1.0), (120.0, 0.8), (180.0, 0.4), (240.0, 0.4), (360.0, 0.3), (480.0, 0.2)];
    at_level(tones(length, rate, &partials), level)
}

/// Keys of a telephone, 100 ms each with 100 ms between them; other characters are pauses.
pub fn dtmf(keys: &str, rate: SampleRate, level: Dbfs) -> Vec<f32> {
    const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
    let length = Duration::from_millis(100);
    let mut out = Vec::new();
    for key in keys.chars() {
        let place = "123A456B789C*0#D".find(key);
        out.extend(place.map_or_else(
            || silence(length, rate),
            |place| {
                let partials = [(ROWS[place / 4], 0.8), (COLUMNS[place % 4], 1.0)];
                at_level(tones(length, rate, &partials), level)
            },
        ));
        out.extend(silence(length, rate));
    }
    out
}

/// What a caller hears while it rings: 425 Hz, one second on, four off (most of Europe).
pub fn ring_back(length: Duration, rate: SampleRate, level: Dbfs) -> Vec<f32> {
    cadence(length, rate, level, &[(425.0, 1.0)], 1000, 4000)
}

/// What a caller hears while it rings in North America: 440 and 480 Hz, two seconds on, four off.
pub fn ring_back_us(length: Duration, rate: SampleRate, level: Dbfs) -> Vec<f32> {
    cadence(length, rate, level, &[(440.0, 1.0), (480.0, 1.0)], 2000, 4000)
}

/// Engaged: 425 Hz, 480 ms on, 480 ms off.
pub fn busy_tone(length: Duration, rate: SampleRate, level: Dbfs) -> Vec<f32> {
    cadence(length, rate, level, &[(425.0, 1.0)], 480, 480)
}

/// Music on hold: chords, a broken chord over them and a slow melody on top, on notes that decay
/// like a plucked string or an electric piano. `seed` chooses key, chords, tempo and tune.
pub fn hold_music(length: Duration, rate: SampleRate, level: Dbfs, seed: u64) -> Vec<f32> {
    let mut music = Music::new(length, rate, seed);
    music.play();
    at_level(music.out, level)
}

/// Something like speech: four syllables a second, each a vowel of a gliding voice with moving
/// formants behind a breath of noise, and a pause after every tenth. No words, but the rhythm,
/// harmonics and movement of a voice.
pub fn speech_like(length: Duration, rate: SampleRate, level: Dbfs, seed: u64) -> Vec<f32> {
    const VOWELS: [[f64; 3]; 5] = [
        [730.0, 1090.0, 2440.0],
        [530.0, 1840.0, 2480.0],
        [270.0, 2290.0, 3010.0],
        [570.0, 840.0, 2410.0],
        [300.0, 870.0, 2240.0],
    ];
    let hz = f64::from(rate.hz());
    let mut noise = Noise::new(seed ^ 0xca11);
    let mut out = vec![0.0; count(length, rate)];
    let (mut phase, mut pitch, mut from) = (0.0_f64, 140.0, VOWELS[0]);
    let syllable = (0.25 * hz) as usize;
    for (number, part) in out.chunks_mut(syllable).enumerate() {
        let pick = ((noise.sample() + 1.0) * 2.5) as usize;
        let (to, target) = (VOWELS[pick.min(4)], 140.0 + 45.0 * noise.sample());
        if number % 11 == 10 {
            continue;
        }
        for (index, sample) in part.iter_mut().enumerate() {
            let share = index as f64 / syllable as f64;
            pitch += (target - pitch) * 8.0 / hz;
            phase += pitch / hz;
            let strength = |harmonic: f64| {
                let near = |formant: usize| {
                    let centre = from[formant] + (to[formant] - from[formant]) * share;
                    1.0 / (1.0 + ((harmonic * pitch - centre) / 90.0).powi(2))
                };
                near(0) + 0.5 * near(1) + 0.25 * near(2)
            };
            let voice: f64 = (1..=(3600.0 / pitch) as u32)
                .map(f64::from)
                .map(|harmonic| strength(harmonic) * (TAU * harmonic * phase).sin())
                .sum();
            let swell = (share * std::f64::consts::PI).sin();
            let breath = if share < 0.2 { 0.15 * noise.sample() } else { 0.0 };
            *sample = voice * swell * swell + breath;
        }
        from = to;
    }
    at_level(out, level)
}

struct Music {
    out: Vec<f64>,
    rate: f64,
    noise: Noise,
    /// In semitones above A at 55 Hz.
    key: f64,
    beat: f64,
}

impl Music {
    fn new(length: Duration, rate: SampleRate, seed: u64) -> Self {
        let mut noise = Noise::new(seed ^ 0x5eed);
        let key = ((noise.sample() + 1.0) * 6.0).floor() + 12.0;
        let beat = 0.4 + 0.15 * (noise.sample() + 1.0);
        Self { out: vec![0.0; count(length, rate)], rate: f64::from(rate.hz()), noise, key, beat }
    }

    fn play(&mut self) {
        const CHORDS: [[f64; 4]; 4] = [
            [0.0, 4.0, 7.0, 12.0],
            [-3.0, 0.0, 4.0, 9.0],
            [5.0, 9.0, 12.0, 17.0],
            [7.0, 11.0, 14.0, 19.0],
        ];
        const SCALE: [f64; 7] = [0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0];
        let bars = (self.out.len() as f64 / self.rate / (4.0 * self.beat)).ceil() as usize;
        for bar in 0..bars {
            let start = bar as f64 * 4.0 * self.beat;
            let chord = CHORDS[bar % CHORDS.len()];
            for tone in &chord[..3] {
                self.note(start, 4.0 * self.beat, tone + 12.0, 0.25, 1.2);
            }
            self.note(start, 2.0 * self.beat, chord[0], 0.4, 1.5);
            for step in 0..8 {
                let tone = chord[[0, 2, 1, 3, 2, 1, 3, 2][step]] + 24.0;
                self.note(start + step as f64 * self.beat / 2.0, self.beat, tone, 0.2, 4.0);
            }
            let degree = ((self.noise.sample() + 1.0) * 3.5) as usize;
            self.note(start, 4.0 * self.beat, SCALE[degree.min(6)] + 24.0, 0.3, 0.8);
        }
    }

    /// A note with six harmonics that die away at `decay` per second, the higher ones faster.
    fn note(&mut self, start: f64, length: f64, tone: f64, strength: f64, decay: f64) {
        let pitch = 55.0 * ((self.key + tone) / 12.0).exp2();
        let first = (start * self.rate) as usize;
        let last = self.out.len().min(((start + length) * self.rate) as usize);
        for index in first..last {
            let t = (index - first) as f64 / self.rate;
            let fade = (t / 0.008).min(1.0) * ((length - t) / 0.02).min(1.0);
            let sound: f64 = (1..=6)
                .map(f64::from)
                .filter(|harmonic| harmonic * pitch < self.rate / 2.0)
                .map(|harmonic| {
                    let loss = (-decay * t * harmonic.sqrt()).exp() / harmonic.powf(1.3);
                    (TAU * harmonic * pitch * t).sin() * loss
                })
                .sum();
            self.out[index] += strength * fade * sound;
        }
    }
}

fn cadence(
    length: Duration,
    rate: SampleRate,
    level: Dbfs,
    partials: &[(f64, f64)],
    on: u64,
    off: u64,
) -> Vec<f32> {
    let total = count(length, rate);
    let tone = at_level(tones(Duration::from_millis(on), rate, partials), level);
    let period = tone.len() + count(Duration::from_millis(off), rate);
    (0..total).map(|index| tone.get(index % period).copied().unwrap_or(0.0)).collect()
}

fn tones(length: Duration, rate: SampleRate, partials: &[(f64, f64)]) -> Vec<f64> {
    let step = TAU / f64::from(rate.hz());
    let sample = |index: usize| {
        partials.iter().map(|(hz, strength)| (step * hz * index as f64).sin() * strength).sum()
    };
    (0..count(length, rate)).map(sample).collect()
}

/// Scales to a root mean square level; peaks beyond full scale are clipped.
fn at_level(samples: Vec<f64>, level: Dbfs) -> Vec<f32> {
    let power = samples.iter().map(|s| s * s).sum::<f64>() / samples.len().max(1) as f64;
    let wanted = 10f64.powf(f64::from(level.0) / 20.0);
    let gain = if power > 0.0 { wanted / power.sqrt() } else { 0.0 };
    samples.into_iter().map(|sample| (sample * gain).clamp(-1.0, 1.0) as f32).collect()
}

fn count(length: Duration, rate: SampleRate) -> usize {
    usize::try_from(rate.samples_in(length)).unwrap_or(usize::MAX)
}

//! What microphones pick up besides voices, and what one side of a line hears of the other.

use std::f64::consts::{PI, TAU};
use std::time::Duration;

use super::{Noise, at_level, count};
use crate::units::{Dbfs, SampleRate};

/// Handset bumps and crackles: bursts of 1 to 30 ms that die away, about two a second, the loudest
/// at `peak`.
pub fn clicks(length: Duration, rate: SampleRate, peak: Dbfs, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed ^ 0xc11c);
    let mut out = vec![0.0; count(length, rate)];
    let hz = f64::from(rate.hz());
    let mut at = 0.3;
    while (at * hz) < out.len() as f64 {
        let decay = 0.000_3 + 0.01 * noise.unit().powi(2);
        let loud = 0.2 + 0.8 * noise.unit();
        burst(&mut out[(at * hz) as usize..], hz, loud, decay, 0.9 * noise.unit(), &mut noise);
        at += 0.05 + 0.9 * noise.unit();
    }
    at_peak(out, peak)
}

/// Typing: three to nine keys a second in runs with pauses; each key is heard twice, down and up,
/// and every sixth is a deeper one.
pub fn keyboard(length: Duration, rate: SampleRate, peak: Dbfs, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed ^ 0x6e7);
    let mut out = vec![0.0; count(length, rate)];
    let hz = f64::from(rate.hz());
    let (mut at, mut key) = (0.2, 0);
    while (at * hz) < out.len() as f64 {
        let deep = if key % 6 == 5 { 0.85 } else { 0.2 + 0.3 * noise.unit() };
        let loud = 0.5 + 0.5 * noise.unit();
        burst(&mut out[(at * hz) as usize..], hz, loud, 0.003, deep, &mut noise);
        let up = at + 0.06 + 0.07 * noise.unit();
        let up = ((up * hz) as usize).min(out.len());
        burst(&mut out[up..], hz, 0.35 * loud, 0.002, deep, &mut noise);
        key += 1;
        let pause = key % 23 == 22;
        at += if pause { 1.0 + 2.0 * noise.unit() } else { 0.11 + 0.2 * noise.unit() };
    }
    at_peak(out, peak)
}

/// Breath on the microphone: in and out, each a swell of coloured noise of 0.5 to 1.3 s, the
/// loudest at `peak`.
pub fn breathing(length: Duration, rate: SampleRate, peak: Dbfs, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed ^ 0xb4ea);
    let mut out = vec![0.0; count(length, rate)];
    let hz = f64::from(rate.hz());
    let mut at = 0.4;
    while (at * hz) < out.len() as f64 {
        for (centre, loud) in [(1200.0, 0.6), (600.0, 1.0)] {
            let seconds = 0.5 + 0.8 * noise.unit();
            let centre = centre * (0.8 + 0.5 * noise.unit());
            let first = ((at * hz) as usize).min(out.len());
            let last = (((at + seconds) * hz) as usize).min(out.len());
            // A resonance as wide as half its centre: a throat, not a whistle.
            let (mut one, mut two) = (0.0, 0.0);
            let pole = (-PI * 0.5 * centre / hz).exp();
            for (index, sample) in out[first..last].iter_mut().enumerate() {
                let next = noise.sample() + 2.0 * pole * (TAU * centre / hz).cos() * one
                    - pole * pole * two;
                (two, one) = (one, next);
                let swell = (PI * index as f64 / (seconds * hz)).sin();
                *sample += loud * swell * swell * next;
            }
            at += seconds + 0.1 + 0.3 * noise.unit();
        }
        at += 0.3 + 1.5 * noise.unit();
    }
    at_peak(out, peak)
}

/// The way of a sound from one side of a line to the other.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    /// How much is lost on the way, in decibels.
    pub down: f32,
    /// How long it takes.
    pub delay: Duration,
    /// -1 to 1: what colours it, thinner below zero and duller above; other than zero there is a
    /// reflection too.
    pub colour: f64,
}

/// What is heard of a sound at the end of a path; as long as the sound.
pub fn bleed(sound: &[f32], rate: SampleRate, path: Path) -> Vec<f32> {
    let delay = count(path.delay, rate);
    let reflection = if path.colour == 0.0 { 0.0 } else { 0.4 };
    let later = delay + count(Duration::from_micros(8_300), rate);
    let mut last = 0.0;
    let at = |index: usize, delay: usize| {
        let place = index.checked_sub(delay).and_then(|place| sound.get(place));
        f64::from(place.copied().unwrap_or(0.0))
    };
    let heard = (0..sound.len()).map(|index| {
        let direct = at(index, delay) + reflection * at(index, later);
        last = direct + path.colour * last;
        last
    });
    let level = Dbfs::of_rms(rms(sound)).0 - path.down;
    at_level(heard.collect(), Dbfs(level))
}

/// A burst of noise from the start of `out`, `dull` (0 to 1) by a low-pass.
fn burst(out: &mut [f64], hz: f64, loud: f64, decay: f64, dull: f64, noise: &mut Noise) {
    let mut last = 0.0;
    for (index, sample) in out.iter_mut().take((8.0 * decay * hz) as usize).enumerate() {
        last = (1.0 - dull) * noise.sample() + dull * last;
        *sample += loud * last / (1.0 - dull).sqrt() * (-(index as f64) / (decay * hz)).exp();
    }
}

fn at_peak(samples: Vec<f64>, peak: Dbfs) -> Vec<f32> {
    let highest = samples.iter().fold(1e-9, |most: f64, s| most.max(s.abs()));
    let gain = 10f64.powf(f64::from(peak.0) / 20.0) / highest;
    samples.into_iter().map(|sample| (sample * gain) as f32).collect()
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|s| s * s).sum::<f32>() / sound.len().max(1) as f32).sqrt()
}

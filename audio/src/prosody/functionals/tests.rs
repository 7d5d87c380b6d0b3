use std::f32::consts::TAU;

use super::*;
use crate::prosody::frames::RATE;
use crate::testsignal::Noise;

/// A voice of 15 harmonics, 6 dB less per octave, of which every period has the length (in seconds)
/// and the amplitude that `period` says by its number; within the telephone's band.
fn voice(seconds: f32, period: impl Fn(usize) -> (f32, f32)) -> Vec<f32> {
    let (mut samples, mut number, mut start) = (Vec::new(), 0, 0.0);
    for n in 0..(seconds * RATE) as usize {
        let t = n as f32 / RATE;
        if t >= start + period(number).0 {
            start += period(number).0;
            number += 1;
        }
        let (length, amplitude) = period(number);
        let phase = (t - start) / length;
        // Every harmonic begins and ends its period at zero.
        let harmonics = (1..=15).filter(|k| *k as f32 / length < 3_400.0);
        let buzz: f32 = harmonics.map(|k| (TAU * k as f32 * phase).sin() / k as f32).sum();
        samples.push(0.1 * amplitude * buzz);
    }
    samples
}

fn steady(hz: f32) -> Vec<f32> {
    voice(2.0, |_| (1.0 / hz, 1.0))
}

fn figure(samples: &[f32], name: &str) -> f32 {
    let place = names().iter().position(|known| known == name);
    of(&Frames::of(samples.to_vec()))[place.unwrap_or(usize::MAX)]
}

fn assert_near(what: &str, value: f32, expected: f32, tolerance: f32) {
    assert!((value - expected).abs() <= tolerance, "{what}: {value}, expected {expected}");
}

#[test]
fn names_and_figures_belong_together() {
    let mut names = names();
    assert_eq!(names.len(), of(&Frames::of(steady(150.0))).len());
    names.sort();
    names.dedup();
    assert_eq!(names.len(), of(&Frames::of(Vec::new())).len());
}

#[test]
fn the_level_of_the_line_changes_nothing() {
    let mut noise = Noise::new(7);
    let length = |number: usize| (1.0 + 0.1 * (number as f32 / 20.0).sin()) / 170.0;
    let samples: Vec<f32> = voice(2.0, |number| (length(number), 1.0))
        .iter()
        .enumerate()
        .map(|(n, sample)| {
            let syllable = 0.55 - 0.5 * (TAU * 4.0 * n as f32 / RATE).cos();
            sample * syllable + 0.002 * noise.sample() as f32
        })
        .collect();
    let here = of(&Frames::of(samples.clone()));
    for gain in [0.1, 3.0] {
        let scaled: Vec<f32> = samples.iter().map(|sample| gain * sample).collect();
        let there = of(&Frames::of(scaled));
        for (name, (a, b)) in names().iter().zip(here.iter().zip(&there)) {
            let same = (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-3 * (1.0 + a.abs());
            assert!(same, "{name}: {a}, at {gain} times the level {b}");
        }
    }
}

#[test]
fn jitter_and_shimmer_are_what_was_put_in() {
    // Periods of 8 ms, by turns 1 % longer and shorter; amplitudes 5 % higher and lower two by two.
    let by_turns = |number: usize| if number.is_multiple_of(2) { 1.0 } else { -1.0 };
    let samples = voice(2.0, |number| (0.008 * (1.0 + 0.01 * by_turns(number)), 1.0));
    assert_near("jitter", figure(&samples, "jitter.local"), 0.02, 0.004);
    // Every second pair of neighbours differs by 10 %.
    let samples = voice(2.0, |number| (0.008, 1.0 + 0.05 * by_turns(number / 2)));
    assert_near("shimmer", figure(&samples, "shimmer.local"), 0.05, 0.015);
    for name in ["jitter.local", "shimmer.local"] {
        assert_near(name, figure(&steady(125.0), name), 0.0, 0.003);
    }
}

#[test]
fn harmonicity_is_the_ratio_of_voice_to_noise() {
    let clean = steady(160.0);
    let power = clean.iter().map(|s| s * s).sum::<f32>() / clean.len() as f32;
    for ratio_db in [5.0_f32, 10.0, 15.0] {
        let mut noise = Noise::new(11);
        // Uniform noise has a third of its peak's power.
        let peak = (3.0 * power / 10f32.powf(ratio_db / 10.0)).sqrt();
        let noisy: Vec<f32> =
            clean.iter().map(|sample| sample + peak * noise.sample() as f32).collect();
        assert_near("harmonicity", figure(&noisy, "hnr.mean"), ratio_db, 1.0);
    }
    assert!(figure(&clean, "hnr.mean") > 25.0);
}

#[test]
fn effort_shows_in_the_balance_of_the_spectrum() {
    let dull = steady(150.0);
    let bright: Vec<f32> = dull.windows(2).map(|pair| pair[1] - 0.9 * pair[0]).collect();
    let change = |name: &str| figure(&bright, name) - figure(&dull, name);
    assert!(change("alpha.mean") > 5.0 && change("hammarberg.mean") < -5.0);
    assert!(change("slope_low.mean") > 3.0 && change("centroid.mean") > 0.2);
    assert!(change("mfcc1.mean") < -1.0);
}

#[test]
fn a_moving_voice_moves_its_figures() {
    // From 130 to 260 Hz and back, once a second.
    let glide = voice(2.0, |number| (1.0 / (195.0 + 65.0 * (number as f32 / 31.0).sin()), 1.0));
    let still = steady(195.0);
    for name in ["pitch.range", "pitch.change10", "pitch.change50", "flux.mean", "mfcc12.change"] {
        assert!(figure(&glide, name) > figure(&still, name) + 1e-3, "{name}");
    }
    assert_near("range", figure(&glide, "pitch.range"), 12.0, 2.0);
    assert_near("pitch", figure(&still, "pitch.p50"), 12.0 * 1.95_f32.log2(), 0.05);
}

#[test]
fn without_a_voice_there_is_no_pitch_and_nothing_breaks() {
    for samples in [Vec::new(), vec![0.0; 8_000], vec![0.1; 100], vec![f32::MIN_POSITIVE; 4_000]] {
        assert!(figure(&samples, "pitch.p50").is_nan());
        assert!(figure(&samples, "hnr.mean").is_nan());
    }
}

//! Half an hour in which nobody says anything: what a recogniser must not make words of.

use std::time::Duration;

use super::{
    Path, Style, bleed, breathing, busy_tone, clicks, dtmf, hold_music, hum, hum_60, keyboard,
    pink_noise, ring_back, ring_back_us, silence, tune, white_noise,
};
use crate::units::{Dbfs, SampleRate};

/// A stretch of a call.
#[derive(Debug, Clone)]
pub struct Scene {
    /// What is heard; several scenes may be of one kind.
    pub kind: &'static str,
    /// On the side where nobody says anything.
    pub sound: Vec<f32>,
    /// On the other side: speech if the scene is about what bleeds over, and silence otherwise.
    pub other: Vec<f32>,
}

impl Scene {
    /// The kind of the scenes in which the other side speaks.
    pub const BLEED: &str = "bleed";
}

/// Thirty minutes, each second of them different with another seed; `speech` is what bleeds over
/// in the last six and is repeated as often as needed.
pub fn without_speech(speech: &[f32], rate: SampleRate, seed: u64) -> impl Iterator<Item = Scene> {
    let still = move |(kind, sound): (&'static str, Vec<f32>)| {
        let other = vec![0.0; sound.len()];
        Scene { kind, sound, other }
    };
    let speech: Vec<f32> = speech.iter().copied().cycle().take(seconds(60, rate)).collect();
    let bled = (0..6).map(move |number| {
        let source = if speech.is_empty() { vec![0.0; seconds(60, rate)] } else { speech.clone() };
        let path = Path {
            down: [25.0, 29.0, 33.0, 37.0, 41.0, 45.0][number as usize],
            delay: Duration::from_millis(
                [0, 250, 15, 120, 60, 180][((number + seed) % 6) as usize],
            ),
            colour: [0.0, 0.5, -0.5][((number + seed) % 3) as usize],
        };
        let noise = white_noise(MINUTE, rate, Dbfs(-72.0), seed + number);
        let heard = bleed(&source, rate, path);
        let sound = heard.iter().zip(noise).map(|(a, b)| a + b).collect();
        Scene { kind: Scene::BLEED, sound, other: source }
    });
    steady(rate, seed)
        .chain(signals(rate, seed))
        .chain(room(rate, seed))
        .chain(music(rate, seed))
        .map(still)
        .chain(bled)
}

const MINUTE: Duration = Duration::from_secs(60);
const HALF: Duration = Duration::from_secs(30);

type Sounds = Box<dyn Iterator<Item = (&'static str, Vec<f32>)> + Send>;

/// Silence, noise and hum: seven minutes.
fn steady(rate: SampleRate, seed: u64) -> Sounds {
    let levels = [-68.0, -60.0, -52.0, -44.0];
    let comfort = levels.into_iter().zip(seed..).flat_map(move |(level, seed)| {
        let white = white_noise(HALF, rate, Dbfs(level), seed);
        [("comfort noise", white), ("comfort noise", pink_noise(HALF, rate, Dbfs(level), seed))]
    });
    let hums = [-50.0, -32.0].into_iter().flat_map(move |level| {
        [
            ("hum 50 Hz", hum(HALF, rate, Dbfs(level))),
            ("hum 60 Hz", hum_60(HALF, rate, Dbfs(level))),
        ]
    });
    Box::new([("silence", silence(MINUTE, rate))].into_iter().chain(comfort).chain(hums))
}

/// What the network and telephones say: four minutes.
fn signals(rate: SampleRate, seed: u64) -> Sounds {
    let mut keys = super::Noise::new(seed ^ 0x123);
    let dialled: String = (0..150)
        .map(|_| {
            if keys.unit() < 0.3 {
                ' '
            } else {
                char::from(b"0123456789*#"[(keys.unit() * 12.0) as usize % 12])
            }
        })
        .collect();
    let levels = [-26.0, -14.0].into_iter();
    Box::new(levels.flat_map(move |level| {
        let level = Dbfs(level);
        [
            ("keys", dtmf(&dialled, rate, level)),
            ("ring-back", ring_back(HALF, rate, level)),
            ("ring-back, American", ring_back_us(HALF, rate, level)),
            ("busy tone", busy_tone(HALF, rate, level)),
        ]
    }))
}

/// What a microphone picks up: six minutes.
fn room(rate: SampleRate, seed: u64) -> Sounds {
    let peaks = [-30.0, -20.0, -12.0, -6.0].into_iter().zip(seed..);
    Box::new(peaks.flat_map(move |(peak, seed)| {
        let peak = Dbfs(peak);
        [
            ("clicks", clicks(HALF, rate, peak, seed)),
            ("breathing", breathing(HALF, rate, peak, seed)),
            ("keyboard", keyboard(HALF, rate, peak, seed)),
        ]
    }))
}

/// Music on hold: seven minutes.
fn music(rate: SampleRate, seed: u64) -> Sounds {
    let pop = [-30.0, -18.0]
        .into_iter()
        .zip(seed..)
        .map(move |(level, seed)| ("hold music", hold_music(HALF, rate, Dbfs(level), seed)));
    let tunes = Style::ALL.into_iter().flat_map(move |style| {
        [(-30.0, seed), (-18.0, seed + 1)]
            .map(|(level, seed)| ("hold music", tune(style, HALF, rate, Dbfs(level), seed)))
    });
    Box::new(pop.chain(tunes))
}

fn seconds(seconds: u64, rate: SampleRate) -> usize {
    super::count(Duration::from_secs(seconds), rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: SampleRate = SampleRate::HZ_8000;

    #[test]
    fn it_lasts_half_an_hour_and_depends_on_the_seed_alone() {
        let speech = white_noise(Duration::from_secs(3), RATE, Dbfs(-20.0), 1);
        let mut total = 0;
        for (one, other) in without_speech(&speech, RATE, 1).zip(without_speech(&speech, RATE, 1)) {
            assert_eq!(one.sound, other.sound, "{}", one.kind);
            assert_eq!(one.sound.len(), one.other.len());
            assert!(one.sound.iter().all(|sample| sample.abs() <= 1.0), "{}", one.kind);
            total += one.sound.len();
        }
        assert_eq!(total, seconds(30 * 60, RATE));
    }
}

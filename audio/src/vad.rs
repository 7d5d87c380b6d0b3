//! Is somebody speaking?

mod features;
#[allow(clippy::approx_constant, reason = "a weight may come near to a constant by chance")]
mod weights;

use features::{FEATURES, Features};
use weights::{HIDDEN, INPUT_BIAS, INPUT_WEIGHTS, OUTPUT_BIAS, OUTPUT_WEIGHTS};

/// Samples in a frame: 20 ms at [`crate::units::SampleRate::WORKING`].
pub const FRAME: usize = 320;

/// Listens to one side, frame by frame.
pub trait SpeechDetector: Send {
    /// The probability, 0 to 1, that this frame carries speech. `frame` has [`FRAME`] samples in
    /// [-1, 1] and follows the frame before.
    fn speech_probability(&mut self, frame: &[f32]) -> f32;

    /// Forgets everything heard.
    fn reset(&mut self);
}

/// The detector that needs no file: features of signal processing, weighed by a network of one
/// small hidden layer. How its weights were made and what they reach is in
/// `models/training/vad/`.
#[derive(Clone)]
pub struct BuiltinDetector {
    features: Features,
}

impl Default for BuiltinDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for BuiltinDetector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BuiltinDetector").finish_non_exhaustive()
    }
}

impl BuiltinDetector {
    /// A detector that has heard nothing yet.
    pub fn new() -> Self {
        Self { features: Features::new() }
    }

    /// The numbers that the weights are trained on.
    #[doc(hidden)]
    pub fn describe(&mut self, frame: &[f32]) -> [f32; FEATURES] {
        self.features.describe(frame)
    }
}

impl SpeechDetector for BuiltinDetector {
    fn speech_probability(&mut self, frame: &[f32]) -> f32 {
        let features = self.features.describe(frame);
        // Two pure tones are as harmonic as a vowel, but they are known exactly.
        if self.features.is_key() { 0.0 } else { weigh(&features) }
    }

    fn reset(&mut self) {
        self.features.reset();
    }
}

/// The network: tanh of weighted sums, weighed again.
fn weigh(features: &[f32; FEATURES]) -> f32 {
    let mut evidence = OUTPUT_BIAS;
    for unit in 0..HIDDEN {
        let weights = INPUT_WEIGHTS[unit].iter().zip(features);
        let sum = INPUT_BIAS[unit] + weights.map(|(weight, feature)| weight * feature).sum::<f32>();
        evidence += OUTPUT_WEIGHTS[unit] * sum.tanh();
    }
    1.0 / (1.0 + (-evidence).exp())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::codec::Encoding;
    use crate::prosody::has_voice;
    use crate::resample::to_working;
    use crate::segment::{AudioChunk, SegmentConfig, SideEvent, SideStream};
    use crate::testsignal::{
        breathing, busy_tone, dtmf, hold_music, hum, keyboard, pink_noise, ring_back, ring_back_us,
        silence, speech_like, white_noise,
    };
    use crate::units::{Dbfs, SampleRate, Side, StreamTime};
    use crate::utterance::Utterance;

    const RATE: SampleRate = SampleRate::HZ_8000;
    const LENGTH: Duration = Duration::from_secs(20);

    /// Share of frames taken for speech, after the telephone's mu-law.
    fn share(sound: &[f32]) -> f32 {
        let coded = Encoding::Mulaw.encode(sound);
        let heard = Encoding::Mulaw.decode(&coded).unwrap_or_default();
        let samples = to_working(&heard, RATE);
        let mut detector = BuiltinDetector::new();
        let frames = samples.chunks_exact(FRAME);
        let count = frames.len() as f32;
        frames.filter(|frame| detector.speech_probability(frame) >= 0.5).count() as f32 / count
    }

    #[test]
    fn silence_noise_and_hum_are_not_speech() {
        assert_eq!(share(&silence(LENGTH, RATE)), 0.0);
        for level in [-65.0, -50.0, -35.0, -20.0].map(Dbfs) {
            for sound in [
                white_noise(LENGTH, RATE, level, 1),
                pink_noise(LENGTH, RATE, level, 2),
                hum(LENGTH, RATE, level),
            ] {
                assert!(share(&sound) < 0.03, "at {level:?}: {}", share(&sound));
            }
        }
    }

    /// What is taken for speech, after the telephone's mu-law.
    fn utterances(sound: &[f32]) -> Vec<Utterance> {
        let coded = Encoding::Mulaw.encode(sound);
        let samples = Encoding::Mulaw.decode(&coded).unwrap_or_default();
        let (config, detector) =
            (SegmentConfig::by_sound_alone(), Box::new(BuiltinDetector::new()));
        let mut side =
            SideStream::new(Side::Caller, RATE, config, detector).expect("8 kHz is a rate");
        side.push(AudioChunk { start: StreamTime::ZERO, sequence: None, samples });
        side.finish();
        let finished = |event| match event {
            SideEvent::Utterance(utterance, _) => Some(utterance),
            _ => None,
        };
        std::iter::from_fn(|| side.poll()).filter_map(finished).collect()
    }

    /// Seconds of utterances.
    fn spoken(sound: &[f32]) -> f64 {
        utterances(sound).iter().map(|utterance| utterance.span.length().as_secs_f64()).sum()
    }

    #[test]
    fn tones_of_the_telephone_are_not_speech() {
        for level in [-30.0, -18.0].map(Dbfs) {
            for sound in [
                ring_back(LENGTH, RATE, level),
                ring_back_us(LENGTH, RATE, level),
                busy_tone(LENGTH, RATE, level),
                dtmf("0123456789*#ABCD  42", RATE, level),
            ] {
                assert!(spoken(&sound) == 0.0, "at {level:?}: {}", spoken(&sound));
            }
        }
    }

    #[test]
    fn a_voice_is_heard_at_any_level_and_in_noise() {
        for level in [-40.0, -25.0, -14.0].map(Dbfs) {
            let voice = speech_like(LENGTH, RATE, level, 3);
            let noise = white_noise(LENGTH, RATE, Dbfs(level.0 - 15.0), 4);
            let noisy: Vec<f32> = voice.iter().zip(&noise).map(|(a, b)| a + b).collect();
            for (kind, sound) in [("clean", &voice), ("noisy", &noisy)] {
                let spoken = spoken(sound);
                assert!(spoken > 0.8 * 20.0, "{kind} at {level:?}: {spoken} s of 20");
            }
        }
    }

    #[test]
    fn hold_music_is_nearly_never_speech() {
        for seed in 0..6 {
            for level in [-30.0, -18.0].map(Dbfs) {
                let share = share(&hold_music(LENGTH, RATE, level, seed));
                assert!(share < 0.03, "music {seed} at {level:?}: {share}");
            }
        }
    }

    #[test]
    fn breath_has_no_voice_and_speech_has() {
        for seed in 0..6 {
            for level in [-20.0, -8.0].map(Dbfs) {
                for sound in
                    [breathing(LENGTH, RATE, level, seed), keyboard(LENGTH, RATE, level, seed)]
                {
                    let voiced = utterances(&sound).iter().filter(|u| has_voice(u)).count();
                    assert_eq!(voiced, 0, "seed {seed} at {level:?}");
                }
            }
            for level in [-45.0, -20.0].map(Dbfs) {
                let voice = speech_like(LENGTH, RATE, level, seed);
                let noise = white_noise(LENGTH, RATE, Dbfs(level.0 - 12.0), seed);
                let noisy: Vec<f32> = voice.iter().zip(&noise).map(|(a, b)| a + b).collect();
                let heard = utterances(&noisy);
                assert!(!heard.is_empty() && heard.iter().all(has_voice), "seed {seed}");
            }
        }
    }

    #[test]
    fn forgetting_is_complete() {
        let noise = pink_noise(Duration::from_secs(1), SampleRate::WORKING, Dbfs(-20.0), 9);
        let hear = |detector: &mut BuiltinDetector| -> Vec<f32> {
            noise.chunks_exact(FRAME).map(|frame| detector.speech_probability(frame)).collect()
        };
        let mut detector = BuiltinDetector::new();
        let first = hear(&mut detector);
        detector.reset();
        assert_eq!(hear(&mut detector), first);
    }
}

//! What one stretch of speech says by itself, heard by somebody who never met the speaker.
//!
//! The other half is what a caller's own turns say ([`crate::cue::voice`]), which takes over as the
//! call goes on. Arousal carries over from actor to actor and from line to line; the four classes
//! are what ten actors make of them, and real callers do not act. There is no valence: half of all
//! happy speech sounds angry. The data, what it reaches and the command that made the weights are in
//! `models/weights/voice.md`.

mod model;

use attune_audio::prosody::{Prosody, functionals};
use attune_audio::units::Confidence;
use ndarray::Array1;

use crate::bytes::Damaged;
use crate::category::{Category, Posterior};

/// The four classes that acted speech is sorted into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceClass {
    /// Loud, high, tense.
    Anger,
    /// High, lively.
    Happiness,
    /// Low, slow, flat.
    Sadness,
    /// The rest.
    Neutral,
}

impl Category for VoiceClass {
    const ALL: &'static [Self] = &[Self::Anger, Self::Happiness, Self::Sadness, Self::Neutral];
    const NAME: &'static str = "voice";

    fn key(self) -> &'static str {
        match self {
            Self::Anger => "anger",
            Self::Happiness => "happiness",
            Self::Sadness => "sadness",
            Self::Neutral => "neutral",
        }
    }
}

/// A reading of a voice heard once.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceReading {
    /// Calm -1 to excited 1: twice the probability of an excited voice, less one.
    pub arousal: f32,
    /// Which of the four.
    pub class: Posterior<VoiceClass>,
}

impl VoiceReading {
    /// What is known without a voice: arousal 0, every class alike.
    pub fn unknown() -> Self {
        Self { arousal: 0.0, class: Posterior::uniform() }
    }

    /// How sure: the probability of the most likely class.
    pub fn confidence(&self) -> Confidence {
        self.class.top().1
    }

    /// Log-odds of an excited voice, at most 6 either way: what may be averaged and compared.
    pub fn arousal_log_odds(&self) -> f32 {
        let limit = 0.995;
        2.0 * self.arousal.clamp(-limit, limit).atanh()
    }
}

/// A file that is no voice model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceModelError {
    /// Cut off or changed.
    #[error(
        "not a voice model (damaged at byte {at}): train it again with models/training/voice/train.py"
    )]
    Damaged {
        /// Where reading failed.
        at: usize,
    },
    /// Made for other measurements.
    #[error(
        "the voice model asks for \"{name}\", which is not measured: train it again with \
         models/training/voice/train.py"
    )]
    UnknownInput {
        /// What it asks for.
        name: String,
    },
}

/// Reads single stretches of speech.
#[derive(Debug, Clone)]
pub struct VoiceModel {
    parts: model::Parts,
}

impl From<Damaged> for VoiceModelError {
    fn from(damaged: Damaged) -> Self {
        Self::Damaged { at: damaged.0 }
    }
}

impl VoiceModel {
    /// The model that is part of the program.
    pub fn embedded() -> Result<Self, VoiceModelError> {
        Self::parse(include_bytes!("../weights/voice.bin"))
    }

    /// Reads a file's bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, VoiceModelError> {
        Ok(Self { parts: model::parse(bytes, &functionals(), VoiceClass::ALL.len())? })
    }

    /// Reads a voice by itself; `None` where there was none, or nothing was measured of it.
    pub fn read(&self, prosody: &Prosody) -> Option<VoiceReading> {
        if prosody.median_pitch_hz.is_none() || prosody.functionals.is_empty() {
            return None;
        }
        let inputs = &self.parts.inputs;
        let standard: Array1<f32> =
            inputs.iter().map(|input| input.standardised(&prosody.functionals)).collect();
        let excited = self.parts.arousal.log_odds(standard.view())[0];
        let scores = self.parts.classes.log_odds(standard.view());
        Some(VoiceReading {
            arousal: (excited / 2.0).tanh(),
            class: Posterior::from_log_odds(&scores.to_vec()),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use attune_audio::prosody;
    use attune_audio::units::{SampleRate, Side, Span, StreamTime};
    use attune_audio::utterance::{CallerAudio, Utterance, UtteranceId};
    use std::f32::consts::TAU;

    /// A buzzing voice, four syllables a second; the more excited, the higher, livelier and brighter.
    fn spoken(pitch: f32, swing: f32, bright: f32, gain: f32) -> Prosody {
        let (mut phase, mut samples) = (0.0_f32, Vec::new());
        for n in 0..32_000 {
            let t = n as f32 / 16_000.0;
            let hz = pitch * (1.0 + swing * (TAU * 1.5 * t).sin());
            phase = (phase + hz / 16_000.0).fract();
            let harmonics = (1..).take_while(|k| *k as f32 * hz < 3_400.0);
            let buzz: f32 = harmonics
                .map(|k| (TAU * k as f32 * phase).sin() * (k as f32).powf(bright - 1.5))
                .sum();
            samples.push(gain * 0.05 * (0.55 - 0.5 * (TAU * 4.0 * t).cos()) * buzz);
        }
        let end = StreamTime::from_samples(samples.len() as u64, SampleRate::WORKING);
        let utterance = Utterance {
            id: UtteranceId { side: Side::Caller, number: 1 },
            span: Span::new(StreamTime::ZERO, end),
            samples: samples.into(),
        };
        prosody::measure(CallerAudio::of(&utterance).unwrap())
    }

    #[test]
    fn a_high_lively_bright_voice_is_more_excited_than_a_low_flat_dull_one() {
        let model = VoiceModel::embedded().unwrap();
        for sex in [1.0, 1.8] {
            let excited = model.read(&spoken(190.0 * sex, 0.25, 1.0, 1.0)).unwrap();
            let calm = model.read(&spoken(100.0 * sex, 0.04, 0.0, 1.0)).unwrap();
            // Buzzing is far from both, so only the order counts.
            assert!(excited.arousal > calm.arousal, "{excited:?} {calm:?}");
            let anger = |reading: &VoiceReading| reading.class.of(VoiceClass::Anger);
            assert!(anger(&excited) > anger(&calm));
        }
    }

    #[test]
    fn the_level_of_the_line_does_not_matter() {
        let model = VoiceModel::embedded().unwrap();
        let read = |gain: f32| model.read(&spoken(150.0, 0.1, 0.5, gain)).unwrap();
        let [loud, quiet] = [read(1.0), read(0.05)];
        assert!((loud.arousal - quiet.arousal).abs() < 1e-3, "{loud:?} {quiet:?}");
        assert_eq!(loud.class.top().0, quiet.class.top().0);
    }

    #[test]
    fn missing_and_absurd_measures_give_numbers_and_no_voice_gives_no_opinion() {
        let model = VoiceModel::embedded().unwrap();
        let mut odd = spoken(150.0, 0.1, 0.5, 1.0);
        for (index, value) in odd.functionals.iter_mut().enumerate() {
            *value = [f32::NAN, f32::INFINITY, -1e30, 1e30][index % 4];
        }
        let reading = model.read(&odd).unwrap();
        assert!((-1.0..=1.0).contains(&reading.arousal) && reading.arousal_log_odds().is_finite());
        assert!((reading.class.values().iter().sum::<f32>() - 1.0).abs() < 1e-5);
        odd.median_pitch_hz = None;
        assert_eq!(model.read(&odd), None);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let whole = include_bytes!("../weights/voice.bin");
        for length in [0, 7, 12, 100, whole.len() / 2, whole.len() - 1] {
            let error = VoiceModel::parse(&whole[..length]).unwrap_err();
            assert!(matches!(error, VoiceModelError::Damaged { .. }), "{length}: {error}");
        }
        let longer = [whole.as_slice(), &[0]].concat();
        assert!(matches!(VoiceModel::parse(&longer), Err(VoiceModelError::Damaged { .. })));
        let mut renamed = whole.to_vec();
        renamed[13] = b'X';
        let error = VoiceModel::parse(&renamed).unwrap_err();
        assert!(matches!(error, VoiceModelError::UnknownInput { .. }), "{error}");
    }
}

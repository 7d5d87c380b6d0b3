//! What one stretch of speech says by itself, heard by somebody who never met the speaker.
//!
//! The session reads a caller's voice against the caller's own baseline (`cue::voice`), which is
//! the better way once there is one. This is the other half: a linear model on [`Prosody`], without
//! level (a line has its own), for a voice that is heard once. Arousal is fair; the four classes
//! are what ten actors make of them, and real callers do not act. The data, what it reaches and the
//! commands that made the weights are in `models/training/voice/README.md`.

#[rustfmt::skip] // As the training script writes it.
mod weights;

use attune_audio::prosody::Prosody;
use attune_audio::units::Confidence;
use ndarray::{ArrayView1, ArrayView2};

use crate::category::{Category, Posterior};

/// What goes in: see [`features`].
pub const FEATURES: usize = 9;

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
    /// Calm -1 to excited 1.
    pub arousal: f32,
    /// Which of the four.
    pub class: Posterior<VoiceClass>,
}

impl VoiceReading {
    /// How sure: the probability of the most likely class.
    pub fn confidence(&self) -> Confidence {
        self.class.top().1
    }
}

/// The measures the model weighs, in the order of its weights; not-a-number where there is none.
pub fn features(prosody: &Prosody) -> [f32; FEATURES] {
    let or_nan = |value: Option<f32>| value.unwrap_or(f32::NAN);
    [
        or_nan(prosody.median_pitch_hz.map(|hz| 12.0 * (hz / 100.0).log2())),
        or_nan(prosody.pitch_range_semitones),
        or_nan(prosody.pitch_slope),
        or_nan(prosody.pitch_movement),
        prosody.level_range_db,
        prosody.voiced_share,
        prosody.pause_share,
        prosody.syllable_rate,
        prosody.spectral_tilt_db,
    ]
}

/// Reads a voice by itself.
pub fn read(prosody: &Prosody) -> VoiceReading {
    let standard = standardised(&features(prosody));
    let x = ArrayView1::from(&standard);
    let excited = ArrayView1::from(&weights::AROUSAL).dot(&x) + weights::AROUSAL_BIAS;
    let scores =
        ArrayView2::from(&weights::CLASSES).dot(&x) + ArrayView1::from(&weights::CLASS_BIAS);
    VoiceReading {
        // Twice the logistic function, less one.
        arousal: (excited / 2.0).tanh(),
        class: Posterior::from_log_odds(&scores.to_vec()),
    }
}

/// In standard deviations of the training set; what is missing is average.
fn standardised(features: &[f32; FEATURES]) -> [f32; FEATURES] {
    let mut standard = *features;
    for (value, (mean, spread)) in
        standard.iter_mut().zip(weights::MEAN.iter().zip(&weights::SPREAD))
    {
        *value = (*value - mean) / spread;
        // Far beyond anything seen, a linear model knows nothing more.
        *value = if value.is_finite() { value.clamp(-4.0, 4.0) } else { 0.0 };
    }
    standard
}

#[cfg(test)]
mod tests {
    use super::*;
    use attune_audio::units::Dbfs;

    fn prosody(pitch: f32, movement: f32, tilt: f32) -> Prosody {
        Prosody {
            median_pitch_hz: Some(pitch),
            pitch_range_semitones: Some(8.0),
            pitch_slope: Some(0.0),
            pitch_movement: Some(movement),
            level: Dbfs(-20.0),
            level_range_db: 15.0,
            voiced_share: 0.6,
            pause_share: 0.1,
            syllable_rate: 4.5,
            spectral_tilt_db: tilt,
        }
    }

    #[test]
    fn a_high_lively_bright_voice_is_more_excited_than_a_low_flat_dull_one() {
        let excited = read(&prosody(280.0, 40.0, 0.0));
        let calm = read(&prosody(120.0, 15.0, -12.0));
        assert!(excited.arousal > 0.5 && calm.arousal < -0.5, "{excited:?} {calm:?}");
        let anger = |reading: &VoiceReading| reading.class.of(VoiceClass::Anger);
        assert!(anger(&excited) > anger(&calm));
    }

    #[test]
    fn missing_and_absurd_measures_give_numbers() {
        let mut odd = prosody(1e9, f32::INFINITY, f32::NAN);
        odd.median_pitch_hz = None;
        let reading = read(&odd);
        assert!((-1.0..=1.0).contains(&reading.arousal));
        assert!((reading.class.values().iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn the_level_of_the_line_does_not_matter() {
        let quiet = Prosody { level: Dbfs(-60.0), ..prosody(200.0, 26.0, -5.0) };
        assert_eq!(read(&quiet), read(&prosody(200.0, 26.0, -5.0)));
    }
}

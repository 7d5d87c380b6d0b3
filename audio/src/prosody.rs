//! How something was said, apart from the words: pitch, level, pace.
//!
//! Measured in steps of 10 ms. Pitch, shares, rates and tilt do not depend on how loud the line is.

mod cepstrum;
mod frames;
mod functionals;
mod pitch;
mod quality;
mod rhythm;
mod spectrum;
mod stats;

use std::f32::consts::TAU;

use realfft::RealFftPlanner;

use self::frames::Frames;
use self::rhythm::{extent, pauses, syllables};
use self::stats::{percentile, ratio};
use crate::resample::convert;
use crate::units::{Dbfs, SampleRate};
use crate::utterance::{CallerAudio, Utterance};

/// How a caller's utterance sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Prosody {
    /// Median fundamental frequency of the voiced frames, 60 to 450 Hz. `None` with less than
    /// 100 ms of voice, as are the other measures of pitch.
    pub median_pitch_hz: Option<f32>,
    /// From the 10th to the 90th percentile of pitch, in semitones.
    pub pitch_range_semitones: Option<f32>,
    /// Straight line through the pitch contour, in semitones per second; negative falls.
    pub pitch_slope: Option<f32>,
    /// Mean absolute change of pitch within voiced stretches, in semitones per second.
    pub pitch_movement: Option<f32>,
    /// Level of the frames that carry speech, pauses left out.
    pub level: Dbfs,
    /// From the 10th to the 90th percentile of the level of those frames, in decibels.
    pub level_range_db: f32,
    /// Share of the speech frames that are voiced, 0 to 1.
    pub voiced_share: f32,
    /// Share of the time between first and last speech frame that lies in pauses of 150 ms or
    /// more, 0 to 1.
    pub pause_share: f32,
    /// Syllable nuclei per second between first and last speech frame, pauses included: peaks of
    /// level in voice with dips of 2 dB between them (de Jong and Wempe 2009).
    pub syllable_rate: f32,
    /// Energy from 1 to 3.4 kHz over energy from 0.1 to 1 kHz in voiced frames, in decibels; both
    /// bands lie within the telephone's. Rises with vocal effort.
    pub spectral_tilt_db: f32,
    /// What the model of the voice is given, in the order of [`functionals`]: none depends on the
    /// level. Not-a-number where there is nothing to measure.
    pub functionals: Vec<f32>,
}

/// Samples between two measurements: 10 ms.
const HOP: usize = 160;
/// Seconds between two measurements.
const STEP: f32 = 0.01;
/// Fewer voiced frames than this have no pitch.
const LEAST_VOICED: usize = 10;

/// Measures an utterance. Silence and noise give no pitch, rates of zero and whatever level they
/// have.
pub fn measure(audio: CallerAudio<'_>) -> Prosody {
    measure_samples(audio.samples())
}

/// The names of [`Prosody::functionals`], in their order: what is measured, a dot, how it is summed
/// up over the utterance.
pub fn functionals() -> Vec<String> {
    functionals::names()
}

/// Whether there is a voice in an utterance, of whichever side: 60 ms of a vowel somewhere. Without
/// one it is breath, rustling or keys, and no words. Looks no farther than the first vowel.
pub fn has_voice(utterance: &Utterance) -> bool {
    /// Steps of a vowel, and of the stretches that are searched for one: 300 ms, half overlapping.
    const VOWEL: usize = 6;
    const STRETCH: usize = 30;
    let levels = levels(&utterance.samples);
    let loud = loud(&levels);
    let audible: Vec<bool> = levels.iter().map(|&level| level > loud - 30.0).collect();
    (0..audible.len()).step_by(STRETCH / 2).any(|first| {
        let last = audible.len().min(first + STRETCH);
        let samples = &utterance.samples[first * HOP..last * HOP];
        pitch::difference::track(samples, &audible[first..last]).iter().flatten().count() >= VOWEL
    })
}

fn measure_samples(samples: &[f32]) -> Prosody {
    let levels = levels(samples);
    let speech = speech_frames(&levels, loud(&levels));
    let frames = Frames::of(convert(samples, SampleRate::WORKING, SampleRate::HZ_8000));
    let pitch = &frames.pitch;
    let (first, last) = extent(&speech);
    let spoken = count(&speech);
    let voiced = pitch.iter().zip(&speech).filter(|(hz, speech)| hz.is_some() && **speech).count();
    let mut active: Vec<f32> = active_levels(&levels, &speech);
    active.sort_by(f32::total_cmp);
    let contour = Contour::of(pitch);
    let seconds = (last - first) as f32 * STEP;
    let syllables = syllables(&levels, pitch) as f32;
    Prosody {
        median_pitch_hz: contour.as_ref().map(Contour::median_hz),
        pitch_range_semitones: contour.as_ref().map(Contour::range),
        pitch_slope: contour.as_ref().map(Contour::slope),
        pitch_movement: contour.as_ref().map(Contour::movement),
        level: active_level(&active),
        level_range_db: percentile(&active, 0.9) - percentile(&active, 0.1),
        voiced_share: ratio(voiced as f32, spoken as f32),
        pause_share: ratio(pauses(&speech[first..last]) as f32, (last - first) as f32),
        syllable_rate: ratio(syllables, seconds),
        spectral_tilt_db: tilt(samples, pitch),
        functionals: functionals::of(&frames),
    }
}

/// Level of 20 ms around every step, in decibels.
fn levels(samples: &[f32]) -> Vec<f32> {
    let level = |frame: usize| {
        let from = (frame * HOP).saturating_sub(HOP / 2);
        let part = &samples[from..samples.len().min(frame * HOP + HOP + HOP / 2)];
        let power = part.iter().map(|s| s * s).sum::<f32>() / part.len().max(1) as f32;
        Dbfs::of_rms(power.sqrt()).0
    };
    (0..samples.len() / HOP).map(level).collect()
}

/// The level of the loud frames: the 95th percentile, in decibels.
fn loud(levels: &[f32]) -> f32 {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f32::total_cmp);
    percentile(&sorted, 0.95).max(Dbfs::FLOOR.0 + 31.0)
}

/// The frames that stand out: within 30 dB of the loud ones, and above the background if there is
/// one.
fn speech_frames(levels: &[f32], loud: f32) -> Vec<bool> {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f32::total_cmp);
    let background = percentile(&sorted, 0.05) + 4.0;
    let threshold = (loud - 30.0).max(background.min(loud - 18.0));
    levels.iter().map(|&level| level > threshold).collect()
}

fn count(speech: &[bool]) -> usize {
    speech.iter().filter(|&&speech| speech).count()
}

fn active_levels(levels: &[f32], speech: &[bool]) -> Vec<f32> {
    levels.iter().zip(speech).filter(|(_, speech)| **speech).map(|(level, _)| *level).collect()
}

fn active_level(active: &[f32]) -> Dbfs {
    if active.is_empty() {
        return Dbfs::FLOOR;
    }
    let power: f32 = active.iter().map(|level| 10f32.powf(level / 10.0)).sum();
    Dbfs::of_rms((power / active.len() as f32).sqrt())
}

/// See [`Prosody::spectral_tilt_db`]; 0 without voice.
fn tilt(samples: &[f32], pitch: &[Option<f32>]) -> f32 {
    const WINDOW: usize = 512;
    const BIN_HZ: f32 = 16_000.0 / WINDOW as f32;
    let bin = |hz: f32| (hz / BIN_HZ).round() as usize;
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
    let (mut time, mut spectrum) = (fft.make_input_vec(), fft.make_output_vec());
    let (mut low, mut high) = (0.0, 0.0);
    for (frame, _) in pitch.iter().enumerate().filter(|(_, pitch)| pitch.is_some()) {
        let start = (frame * HOP + HOP / 2).saturating_sub(WINDOW / 2);
        let Some(part) = samples.get(start..start + WINDOW) else { continue };
        for (n, (out, sample)) in time.iter_mut().zip(part).enumerate() {
            *out = sample * (0.5 - 0.5 * (TAU * n as f32 / WINDOW as f32).cos());
        }
        if fft.process(&mut time, &mut spectrum).is_ok() {
            let energy = |from: f32, to: f32| {
                spectrum[bin(from)..bin(to)].iter().map(|bin| bin.norm_sqr()).sum::<f32>()
            };
            low += energy(100.0, 1000.0);
            high += energy(1000.0, 3400.0);
        }
    }
    if low > 0.0 && high > 0.0 { 10.0 * (high / low).log10() } else { 0.0 }
}

/// Pitch in semitones above 1 Hz, by time in steps.
struct Contour {
    points: Vec<(f32, f32)>,
    sorted: Vec<f32>,
}

impl Contour {
    /// `None` with too little voice.
    fn of(pitch: &[Option<f32>]) -> Option<Self> {
        let points: Vec<(f32, f32)> = pitch
            .iter()
            .enumerate()
            .filter_map(|(at, hz)| hz.map(|hz| (at as f32, 12.0 * hz.log2())))
            .collect();
        let mut sorted: Vec<f32> = points.iter().map(|point| point.1).collect();
        sorted.sort_by(f32::total_cmp);
        (points.len() >= LEAST_VOICED).then_some(Self { points, sorted })
    }

    fn median_hz(&self) -> f32 {
        (percentile(&self.sorted, 0.5) / 12.0).exp2()
    }

    fn range(&self) -> f32 {
        percentile(&self.sorted, 0.9) - percentile(&self.sorted, 0.1)
    }

    /// Least squares.
    fn slope(&self) -> f32 {
        let count = self.points.len() as f32;
        let mean =
            |value: fn(&(f32, f32)) -> f32| self.points.iter().map(value).sum::<f32>() / count;
        let (at, tone) = (mean(|point| point.0), mean(|point| point.1));
        let (mut both, mut square) = (0.0, 0.0);
        for point in &self.points {
            both += (point.0 - at) * (point.1 - tone);
            square += (point.0 - at).powi(2);
        }
        ratio(both, square) / STEP
    }

    fn movement(&self) -> f32 {
        let neighbours = self.points.windows(2).filter(|pair| pair[1].0 - pair[0].0 < 1.5);
        let (sum, count) = neighbours.fold((0.0, 0.0), |(sum, count), pair| {
            (sum + (pair[1].1 - pair[0].1).abs(), count + 1.0)
        });
        ratio(sum, count) / STEP
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::testsignal::{Noise, pink_noise, silence};
    use crate::units::SampleRate;
    use std::time::Duration;

    /// A buzzing voice: 12 harmonics over `pitch`, in hertz by seconds, as loud as `loud` says.
    fn voice(seconds: f32, pitch: impl Fn(f32) -> f32, loud: impl Fn(f32) -> f32) -> Vec<f32> {
        let (mut phase, mut out) = (0.0_f32, Vec::new());
        for n in 0..(seconds * 16_000.0) as usize {
            let t = n as f32 / 16_000.0;
            phase = (phase + pitch(t) / 16_000.0).fract();
            let buzz: f32 = (1..=12).map(|k| (TAU * k as f32 * phase).sin() / k as f32).sum();
            out.push(0.1 * loud(t) * buzz);
        }
        out
    }

    /// Telephone: no fundamental for low voices.
    fn without_lows(samples: &[f32]) -> Vec<f32> {
        let (mut low, mut lower) = (0.0, 0.0);
        let rate = 0.11;
        let high_pass = |sample: &f32| {
            low += rate * (sample - low);
            lower += rate * (sample - low - lower);
            sample - low - lower
        };
        samples.iter().map(high_pass).collect()
    }

    fn assert_near(what: &str, value: f32, expected: f32, tolerance: f32) {
        assert!((value - expected).abs() <= tolerance, "{what}: {value}, expected {expected}");
    }

    #[test]
    fn steady_pitch_is_found_within_half_a_percent_also_without_its_fundamental() {
        for hz in [75.0, 98.0, 130.0, 187.0, 260.0, 400.0] {
            let full = voice(1.0, |_| hz, |_| 1.0);
            for samples in [full.clone(), without_lows(&full)] {
                let prosody = measure_samples(&samples);
                assert_near("pitch", prosody.median_pitch_hz.unwrap(), hz, 0.005 * hz);
                assert!(prosody.pitch_range_semitones.unwrap() < 0.2);
                assert!(prosody.pitch_movement.unwrap() < 1.0);
            }
        }
    }

    #[test]
    fn a_glide_has_its_range_and_slope() {
        // An octave in two seconds, upwards.
        let prosody = measure_samples(&voice(2.0, |t| 110.0 * (t / 2.0).exp2(), |_| 1.0));
        assert_near("slope", prosody.pitch_slope.unwrap(), 6.0, 0.2);
        assert_near("movement", prosody.pitch_movement.unwrap(), 6.0, 0.6);
        assert_near("range", prosody.pitch_range_semitones.unwrap(), 9.6, 0.4);
    }

    #[test]
    fn syllables_and_pauses_are_counted() {
        // Four syllables a second for two seconds, one second of pause, one second more.
        let loud = |t: f32| {
            let pause = (2.0..3.0).contains(&t);
            if pause { 0.0 } else { 0.02 + 0.5 - 0.5 * (TAU * 4.0 * t).cos() }
        };
        let prosody = measure_samples(&voice(4.0, |_| 150.0, loud));
        assert_near("syllables per second", prosody.syllable_rate, 3.0, 0.3);
        assert_near("pause", prosody.pause_share, 0.25, 0.04);
    }

    #[test]
    fn level_is_of_the_speech_alone_and_nothing_else_depends_on_it() {
        let mut samples = voice(1.0, |_| 150.0, |_| 1.0);
        let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32;
        samples.splice(0..0, silence(Duration::from_secs(1), SampleRate::WORKING));
        let loud = measure_samples(&samples);
        assert_near("level", loud.level.0, 10.0 * power.log10(), 0.3);
        samples.iter_mut().for_each(|sample| *sample *= 0.1);
        let soft = measure_samples(&samples);
        assert_near("difference", loud.level.0 - soft.level.0, 20.0, 0.01);
        assert_near("range", soft.level_range_db, loud.level_range_db, 0.01);
        assert_near("tilt", soft.spectral_tilt_db, loud.spectral_tilt_db, 0.01);
        assert_near("voiced", soft.voiced_share, loud.voiced_share, 0.001);
        assert_eq!(soft.median_pitch_hz, loud.median_pitch_hz);
    }

    #[test]
    fn brightness_shows_in_the_tilt() {
        let dull = voice(1.0, |_| 150.0, |_| 1.0);
        let bright: Vec<f32> = dull.windows(2).map(|pair| pair[1] - 0.9 * pair[0]).collect();
        let rise =
            measure_samples(&bright).spectral_tilt_db - measure_samples(&dull).spectral_tilt_db;
        assert!(rise > 5.0, "only {rise} dB");
    }

    #[test]
    fn silence_and_noise_have_no_pitch() {
        let nothing = measure_samples(&[0.0; 16_000]);
        assert_eq!((nothing.median_pitch_hz, nothing.level), (None, Dbfs::FLOOR));
        assert_eq!((nothing.syllable_rate, nothing.pause_share), (0.0, 0.0));
        assert_eq!(measure_samples(&[]).level, Dbfs::FLOOR);
        assert!(nothing.functionals.iter().all(|value| value.is_nan() || *value == 0.0));
        let noise = pink_noise(Duration::from_secs(2), SampleRate::WORKING, Dbfs(-30.0), 3);
        assert!(measure_samples(&noise).voiced_share < 0.05);
    }

    #[test]
    fn a_noisy_line_moves_pitch_by_less_than_two_percent() {
        let mut noise = Noise::new(5);
        // About 15 dB below the voice.
        let samples = voice(2.0, |t| 140.0 + 20.0 * (TAU * t).sin(), |_| 1.0);
        let noisy: Vec<f32> =
            samples.iter().map(|sample| sample + 0.025 * noise.sample() as f32).collect();
        let (clean, noisy) = (measure_samples(&samples), measure_samples(&noisy));
        let pitch = clean.median_pitch_hz.unwrap();
        assert_near("pitch", noisy.median_pitch_hz.unwrap(), pitch, 0.02 * pitch);
    }
}

//! What the sound of a caller's voice says: by itself at first, and more and more by how far a turn
//! lies from the caller's own baseline.
//!
//! Arousal only. Valence is not to be had from the sound (half of all happy speech sounds angry),
//! and nothing here can speak for a caller type: a loud person is not an abusive one. Takes
//! [`Prosody`], which is made only from a caller's audio.

use attune_audio::prosody::Prosody;
use attune_audio::utterance::UtteranceId;

use super::toggles::CuesOff;
use crate::private::Private;
use crate::snapshot::{Cue, CueSource, Measured, Target};
use crate::voice::VoiceReading;

/// Deviations, in baseline standard deviations, from which a measure is worth telling.
const TELLING: f32 = 1.0;
/// Turns after which the baseline counts half.
const HALF_TRUST: f32 = 3.0;
/// Turns the baseline remembers: it follows a caller who changes phone or room.
const MEMORY: f32 = 20.0;
/// How many turns the typical spread below is worth against the spread measured.
const SPREAD_PRIOR: f32 = 4.0;
/// Arousal per baseline standard deviation.
const AROUSAL_PER_DEVIATION: f32 = 0.35;

/// Variance of arousal heard by itself, from a stranger: one in ten is taken for the other kind, and
/// a voice that is always high or bright stays so all call long.
const STRANGER_VARIANCE: f32 = 0.5;
/// Share of an excited stranger's reading that is believed.
const STRANGER_SHARE: f32 = 0.6;
/// Arousal by itself, either way, from which it is worth telling.
const TELLING_ALONE: f32 = 0.6;

/// An observation of arousal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArousalSeen {
    /// In [-1, 1].
    pub value: f32,
    /// Variance of its error.
    pub variance: f32,
}

impl ArousalSeen {
    /// Both together, each by its certainty.
    fn and(self, other: Self) -> Self {
        let variance = 1.0 / (1.0 / self.variance + 1.0 / other.variance);
        let value = variance * (self.value / self.variance + other.value / other.variance);
        Self { value, variance }
    }
}

/// A caller's usual way of speaking, learnt as the call goes on.
#[derive(Debug, Clone, Default)]
pub struct VoiceBaseline {
    measures: [Running; MEASURES.len()],
    turns: u32,
    off: CuesOff,
}

/// One turn's voice.
#[derive(Debug, Clone, Copy)]
pub struct HeardVoice<'a> {
    /// What was measured.
    pub prosody: &'a Prosody,
    /// What it says by itself, if anything.
    pub alone: Option<&'a VoiceReading>,
}

impl VoiceBaseline {
    /// One that these cues are not taken from.
    pub fn without(off: CuesOff) -> Self {
        Self { off, ..Self::default() }
    }

    /// Compares a turn with the turns before it, then learns from it. The first turn is heard as a
    /// stranger's; the caller's own baseline then takes over.
    pub fn hear(
        &mut self,
        utterance: UtteranceId,
        heard: HeardVoice<'_>,
    ) -> (Vec<Cue>, Option<ArousalSeen>) {
        let mut cues = Vec::new();
        let (mut sum, mut weight) = (0.0, 0.0);
        for (measure, running) in MEASURES.iter().zip(&mut self.measures) {
            let Some(value) = (measure.of)(&heard).filter(|value| value.is_finite()) else {
                continue;
            };
            let deviation = running.deviation(value, measure.typical_spread);
            let counts = |deviation: &f32| !self.off.has(measure.id(*deviation));
            if let Some(deviation) = deviation.filter(counts) {
                sum += measure.weight * deviation.clamp(-3.0, 3.0);
                weight += measure.weight;
                if deviation.abs() >= TELLING {
                    cues.push(measure.cue(utterance, value, running.mean, deviation));
                }
            }
            running.learn(value);
        }
        let against = (weight > 0.0).then(|| self.against_baseline(sum / weight));
        let alone = self.alone(heard);
        if let (None, Some(reading), Some(_)) = (against, heard.alone, alone) {
            cues.extend(alone_cue(utterance, heard.prosody, reading));
        }
        self.turns += 1;
        (cues, [against, alone].into_iter().flatten().reduce(ArousalSeen::and))
    }

    /// A stranger's voice, less and less as the caller is one no more; `None` without a voice.
    fn alone(&self, heard: HeardVoice<'_>) -> Option<ArousalSeen> {
        let reading = heard.alone.filter(|reading| !self.off.has(alone_id(reading)))?;
        let value = STRANGER_SHARE * reading.arousal;
        Some(ArousalSeen { value, variance: STRANGER_VARIANCE / (1.0 - self.trust()) })
    }

    /// How far the baseline can be trusted: 0 before the first turn, half after three.
    fn trust(&self) -> f32 {
        let turns = self.turns as f32;
        turns / (turns + HALF_TRUST)
    }

    fn against_baseline(&self, deviation: f32) -> ArousalSeen {
        let value = (AROUSAL_PER_DEVIATION * deviation).tanh();
        // A voice as usual says less than one that stands out.
        let variance = (0.08 + 0.25 * (1.0 - value.abs())) / self.trust().max(0.05);
        ArousalSeen { value, variance }
    }
}

struct Measure {
    id_up: &'static str,
    id_down: &'static str,
    unit: &'static str,
    of: fn(&HeardVoice<'_>) -> Option<f32>,
    /// Standard deviation between the calm turns of one person, in the measure's unit.
    typical_spread: f32,
    weight: f32,
    tell: fn(value: f32, baseline: f32) -> String,
}

const MEASURES: [Measure; 6] = [
    Measure {
        id_up: "voice.louder",
        id_down: "voice.quieter",
        unit: "dB",
        of: |heard| Some(heard.prosody.level.0).filter(|level| *level > -90.0),
        typical_spread: 2.0,
        weight: 1.0,
        tell: |value, baseline| {
            let change = 10f32.powf((value - baseline) / 20.0) - 1.0;
            format!("speech {} than this caller's baseline", percent(change, "louder", "quieter"))
        },
    },
    Measure {
        id_up: "voice.higher",
        id_down: "voice.lower",
        unit: "semitones above 100 Hz",
        of: |heard| {
            let hz = heard.prosody.median_pitch_hz.filter(|hz| *hz > 0.0)?;
            Some(12.0 * (hz / 100.0).log2())
        },
        typical_spread: 1.2,
        weight: 1.0,
        tell: |value, baseline| {
            let (by, way) = above_or_below(value - baseline);
            let hz = 100.0 * 2f32.powf(value / 12.0);
            format!("pitch {by:.1} semitones {way} this caller's baseline ({hz:.0} Hz)")
        },
    },
    Measure {
        id_up: "voice.faster",
        id_down: "voice.slower",
        unit: "syllables/s",
        of: |heard| Some(heard.prosody.syllable_rate).filter(|rate| *rate > 0.5),
        typical_spread: 0.7,
        weight: 0.5,
        tell: |value, baseline| {
            let change = percent(value / baseline.max(0.1) - 1.0, "faster", "slower");
            format!("speech {change} than this caller's baseline ({value:.1} syllables/s)")
        },
    },
    Measure {
        id_up: "voice.livelier",
        id_down: "voice.flatter",
        unit: "semitones",
        of: |heard| heard.prosody.pitch_range_semitones,
        typical_spread: 1.8,
        weight: 0.5,
        tell: |value, baseline| {
            let way = if value > baseline { "wider" } else { "narrower" };
            format!("pitch range {way}: {value:.1} semitones, this caller's baseline {baseline:.1}")
        },
    },
    Measure {
        id_up: "voice.more_effort",
        id_down: "voice.less_effort",
        unit: "dB",
        of: |heard| Some(heard.prosody.spectral_tilt_db),
        typical_spread: 2.0,
        weight: 0.5,
        tell: |value, baseline| {
            let (by, way) = above_or_below(value - baseline);
            format!("voice {by:.1} dB brighter than low tones {way} this caller's baseline")
        },
    },
    Measure {
        id_up: "voice.more_excited",
        id_down: "voice.calmer",
        unit: "log-odds of an excited voice",
        of: |heard| heard.alone.map(VoiceReading::arousal_log_odds),
        typical_spread: 1.5,
        weight: 1.0,
        tell: |value, baseline| {
            let [now, usual] = [value, baseline].map(|odds| (odds / 2.0).tanh());
            format!("whole voice at arousal {now:+.2}, this caller's baseline {usual:+.2}")
        },
    },
];

const ALONE: [&str; 2] = ["voice.calm", "voice.excited"];

fn alone_id(reading: &VoiceReading) -> &'static str {
    ALONE[usize::from(reading.arousal > 0.0)]
}

/// What the first turn says, before there is anything to compare it with.
fn alone_cue(utterance: UtteranceId, prosody: &Prosody, reading: &VoiceReading) -> Option<Cue> {
    let arousal = reading.arousal;
    let hz = prosody.median_pitch_hz.filter(|_| arousal.abs() >= TELLING_ALONE)?;
    let rate = prosody.syllable_rate;
    Some(Cue {
        id: alone_id(reading).to_owned(),
        source: CueSource::Voice,
        utterance,
        evidence: Private::new(format!(
            "whole voice at arousal {arousal:+.2} by itself (pitch {hz:.0} Hz, {rate:.1} syllables/s)"
        )),
        measured: Some(Measured { value: arousal, unit: "arousal, -1 to 1", usual: None }),
        weights: vec![(Target::Arousal, STRANGER_SHARE * arousal)],
    })
}

fn percent(change: f32, more: &str, less: &str) -> String {
    let word = if change >= 0.0 { more } else { less };
    format!("{:.0} % {word}", change.abs() * 100.0)
}

fn above_or_below(by: f32) -> (f32, &'static str) {
    (by.abs(), if by >= 0.0 { "above" } else { "below" })
}

/// The ids of all cues of the voice.
pub fn ids() -> impl Iterator<Item = &'static str> {
    MEASURES.iter().flat_map(|measure| [measure.id_up, measure.id_down]).chain(ALONE)
}

impl Measure {
    fn id(&self, deviation: f32) -> &'static str {
        if deviation > 0.0 { self.id_up } else { self.id_down }
    }

    fn cue(&self, utterance: UtteranceId, value: f32, baseline: f32, deviation: f32) -> Cue {
        let pull = self.weight * AROUSAL_PER_DEVIATION * deviation.clamp(-3.0, 3.0);
        Cue {
            id: self.id(deviation).to_owned(),
            source: CueSource::Voice,
            utterance,
            evidence: Private::new((self.tell)(value, baseline)),
            measured: Some(Measured { value, unit: self.unit, usual: Some(baseline) }),
            weights: vec![(Target::Arousal, pull)],
        }
    }
}

/// Mean and variance of a stream of values (Welford, Technometrics 1962), with a memory of
/// [`MEMORY`] values.
#[derive(Debug, Clone, Copy, Default)]
struct Running {
    count: f32,
    mean: f32,
    squares: f32,
}

impl Running {
    /// In standard deviations; `None` before the first value.
    fn deviation(&self, value: f32, typical_spread: f32) -> Option<f32> {
        if self.count < 1.0 {
            return None;
        }
        let prior = SPREAD_PRIOR * typical_spread * typical_spread;
        let variance = (prior + self.squares) / (SPREAD_PRIOR + self.count);
        // The mean of few turns is itself uncertain.
        let spread = (variance * (1.0 + 1.0 / self.count)).sqrt();
        Some((value - self.mean) / spread)
    }

    fn learn(&mut self, value: f32) {
        if self.count >= MEMORY {
            self.squares *= (MEMORY - 1.0) / self.count;
            self.count = MEMORY - 1.0;
        }
        self.count += 1.0;
        let off = value - self.mean;
        self.mean += off / self.count;
        self.squares += off * (value - self.mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Posterior;
    use attune_audio::units::{Dbfs, Side};

    fn prosody(level: f32, pitch: f32) -> Prosody {
        Prosody {
            median_pitch_hz: Some(pitch),
            pitch_range_semitones: Some(6.0),
            pitch_slope: None,
            pitch_movement: None,
            level: Dbfs(level),
            level_range_db: 10.0,
            voiced_share: 0.5,
            pause_share: 0.1,
            syllable_rate: 4.0,
            spectral_tilt_db: -8.0,
            functionals: Vec::new(),
        }
    }

    const UTTERANCE: UtteranceId = UtteranceId { side: Side::Caller, number: 1 };

    /// Hears a turn that by itself sounds as excited as `arousal` says.
    fn hear(
        baseline: &mut VoiceBaseline,
        prosody: &Prosody,
        arousal: f32,
    ) -> (Vec<Cue>, ArousalSeen) {
        let alone = VoiceReading { arousal, class: Posterior::uniform() };
        let (cues, seen) = baseline.hear(UTTERANCE, HeardVoice { prosody, alone: Some(&alone) });
        (cues, seen.expect("a voice"))
    }

    #[test]
    fn the_first_turn_is_a_strangers_and_trust_grows() {
        let mut baseline = VoiceBaseline::default();
        let (cues, first) = hear(&mut baseline, &prosody(-20.0, 200.0), 0.2);
        assert!(cues.is_empty() && first.value > 0.0 && first.variance >= STRANGER_VARIANCE);
        let early = hear(&mut baseline.clone(), &prosody(-12.0, 260.0), 0.6).1;
        for _ in 0..8 {
            hear(&mut baseline, &prosody(-20.0, 200.0), 0.2);
        }
        let late = hear(&mut baseline, &prosody(-12.0, 260.0), 0.6).1;
        assert!(early.value > 0.2 && late.value > early.value, "{early:?} {late:?}");
        assert!(early.variance < first.variance && late.variance < early.variance / 1.5);
    }

    #[test]
    fn a_voice_that_is_always_bright_ends_as_usual() {
        let mut baseline = VoiceBaseline::default();
        let first = hear(&mut baseline, &prosody(-20.0, 260.0), 0.9).1;
        for _ in 0..12 {
            hear(&mut baseline, &prosody(-20.0, 260.0), 0.9);
        }
        let last = hear(&mut baseline, &prosody(-20.0, 260.0), 0.9).1;
        assert!(last.value < first.value / 2.0, "{first:?} {last:?}");
    }

    #[test]
    fn without_a_voice_nothing_is_heard_by_itself() {
        let mut baseline = VoiceBaseline::default();
        let silent = Prosody { median_pitch_hz: None, ..prosody(-120.0, 0.0) };
        let heard = HeardVoice { prosody: &silent, alone: None };
        assert_eq!(baseline.hear(UTTERANCE, heard), (Vec::new(), None));
    }

    #[test]
    fn evidence_has_a_number_and_a_unit_and_pulls_at_arousal_only() {
        let mut baseline = VoiceBaseline::default();
        let (first, _) = hear(&mut baseline, &prosody(-20.0, 200.0), -0.7);
        for _ in 0..3 {
            hear(&mut baseline, &prosody(-20.0, 200.0), -0.7);
        }
        let excited = prosody(-14.0, 200.0 * 2f32.powf(3.0 / 12.0));
        let (cues, _) = hear(&mut baseline, &excited, 0.5);
        let told: Vec<&str> =
            first.iter().chain(&cues).map(|cue| cue.evidence.reveal().as_str()).collect();
        assert_eq!(
            told,
            [
                "whole voice at arousal -0.70 by itself (pitch 200 Hz, 4.0 syllables/s)",
                "speech 100 % louder than this caller's baseline",
                "pitch 3.0 semitones above this caller's baseline (238 Hz)",
                "whole voice at arousal +0.50, this caller's baseline -0.70",
            ]
        );
        assert!(cues.iter().flat_map(|cue| &cue.weights).all(|(t, _)| *t == Target::Arousal));
    }

    #[test]
    fn the_line_level_does_not_matter() {
        let read = |gain: f32| {
            let mut baseline = VoiceBaseline::default();
            for level in [-20.0, -21.0, -20.5] {
                hear(&mut baseline, &prosody(level + gain, 200.0), 0.0);
            }
            hear(&mut baseline, &prosody(-15.0 + gain, 200.0), 0.0).1.value
        };
        assert!((read(0.0) - read(-12.0)).abs() < 1e-3);
    }
}

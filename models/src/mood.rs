//! The mood: a filter over valence and arousal, and eight categories on top of it.
//!
//! Derivation, units and ranges: `docs/design/reading.md`.

use std::collections::VecDeque;

use attune_audio::units::StreamTime;
use ndarray::{Array1, Array2, array};

use crate::category::{Category, Mood, Posterior, Trend};
use crate::cue::voice::ArousalSeen;
use crate::snapshot::{MoodReading, Reading};

/// Seconds after which what is known of valence and of arousal has faded to 1/e.
const FADE_SECONDS: [f32; 2] = [90.0, 45.0];
/// Standard deviation of each over all callers, and their correlation: who is displeased is on the
/// whole the more excited.
const SPREAD: [f32; 2] = [0.5, 0.4];
const CORRELATION: f32 = -0.3;
/// What is left of a turn's evidence for a mood one caller turn later.
const EVIDENCE_KEPT: f32 = 0.25;
/// How closely a mood keeps to its place in the plane.
const PLACE_SPREAD: f32 = 0.45;
/// Weight of the place in the plane against the evidence of the words.
const PLACE_WEIGHT: f32 = 0.5;
/// Head start of neutral: most turns are.
const NEUTRAL_PRIOR: f32 = 0.8;
/// A new mood must be this much likelier than the one shown before it is shown.
const HYSTERESIS: f32 = 0.06;
/// Probability below which no mood is shown.
const SHOWN_FROM: f32 = 0.25;
/// Words before "neutral" is more than silence.
const ENOUGH_WORDS: usize = 4;
/// Change of valence over the last turns that is a trend.
const TREND: f32 = 0.12;
/// Turns a trend is taken over.
const TREND_TURNS: usize = 4;
/// Caller turns for which a human's mood stands as he said.
const CORRECTION_TURNS: u8 = 2;

/// Where each mood has its place: valence, arousal.
pub const fn place(mood: Mood) -> [f32; 2] {
    match mood {
        Mood::Neutral => [0.0, -0.05],
        Mood::Satisfied => [0.55, 0.05],
        Mood::Angry => [-0.65, 0.55],
        Mood::Disappointed => [-0.5, -0.15],
        Mood::Worried => [-0.4, 0.25],
        Mood::Confused => [-0.15, 0.1],
        Mood::Grateful => [0.65, 0.1],
        Mood::Apologetic => [-0.1, -0.15],
    }
}

/// What one caller turn says about the mood.
#[derive(Debug, Clone, Default)]
pub struct MoodSeen {
    /// Log-odds for each mood, in the order of [`Category::ALL`].
    pub moods: Vec<f32>,
    /// Sum of what the words say about valence.
    pub valence: f32,
    /// How much they say, whichever way: the sum of absolute weights.
    pub valence_strength: f32,
    /// Sum of what words and conduct say about arousal.
    pub arousal: f32,
    /// What the voice says about arousal.
    pub voice: Option<ArousalSeen>,
    /// Words in the turn.
    pub words: usize,
    /// A cue that announces an outburst was among them.
    pub escalates: bool,
}

/// The state of one caller's mood.
#[derive(Debug, Clone)]
pub struct MoodFilter {
    state: Array1<f32>,
    covariance: Array2<f32>,
    at: StreamTime,
    evidence: Vec<f32>,
    words: usize,
    shown: Option<Mood>,
    held: Option<(Mood, u8)>,
    history: VecDeque<[f32; 2]>,
    escalates: bool,
}

impl Default for MoodFilter {
    fn default() -> Self {
        Self {
            state: Array1::zeros(2),
            covariance: resting(),
            at: StreamTime::ZERO,
            evidence: vec![0.0; Mood::ALL.len()],
            words: 0,
            shown: None,
            held: None,
            history: VecDeque::with_capacity(TREND_TURNS),
            escalates: false,
        }
    }
}

impl MoodFilter {
    /// A caller turn that ended at `at`.
    pub fn hear(&mut self, at: StreamTime, seen: &MoodSeen) -> MoodReading {
        self.pass_time(at);
        if seen.words > 0 {
            let variance = 0.5 / (1.0 + 5.0 * seen.valence_strength);
            self.observe(0, seen.valence.tanh(), variance);
            if seen.arousal != 0.0 {
                let variance = 0.35 / (1.0 + 2.0 * seen.arousal.abs());
                self.observe(1, seen.arousal.tanh(), variance);
            }
        }
        if let Some(voice) = seen.voice {
            self.observe(1, voice.value, voice.variance);
        }
        for (score, new) in self.evidence.iter_mut().zip(&seen.moods) {
            *score = *score * EVIDENCE_KEPT + new;
        }
        self.words += seen.words;
        self.escalates = seen.escalates;
        if self.history.len() == TREND_TURNS {
            self.history.pop_front();
        }
        self.history.push_back([self.state[0], self.state[1]]);
        self.held = self.held.and_then(|(mood, turns)| Some((mood, turns.checked_sub(1)?)));
        self.read()
    }

    /// A human heard this mood: it is shown for this moment and two caller turns, and the filter
    /// starts from its place.
    pub fn correct(&mut self, at: StreamTime, mood: Mood) -> MoodReading {
        self.pass_time(at);
        let [valence, arousal] = place(mood);
        self.observe(0, valence, 0.01);
        self.observe(1, arousal, 0.01);
        self.evidence.fill(0.0);
        self.evidence[mood.index()] = 3.0;
        self.held = Some((mood, CORRECTION_TURNS));
        self.read()
    }

    /// The mood now.
    pub fn read(&mut self) -> MoodReading {
        let category = self.category();
        self.shown = category.value;
        let deviation = |axis: usize| self.covariance[[axis, axis]].max(0.0).sqrt();
        MoodReading {
            valence: self.state[0].clamp(-1.0, 1.0),
            arousal: self.state[1].clamp(-1.0, 1.0),
            valence_deviation: deviation(0),
            arousal_deviation: deviation(1),
            category,
            trend: self.trend(),
            escalating: self.is_escalating(),
        }
    }

    fn category(&self) -> Reading<Mood> {
        if let Some((mood, _)) = self.held {
            return Reading::corrected(mood);
        }
        let posterior = self.posterior();
        let (best, p) = posterior.top();
        let kept = self.shown.filter(|shown| p.get() - posterior.of(*shown).get() < HYSTERESIS);
        let heard_enough = self.words >= ENOUGH_WORDS || best != Mood::Neutral;
        let value = kept.unwrap_or(best);
        let shown = heard_enough && p.get() >= SHOWN_FROM;
        Reading { posterior, value: shown.then_some(value), corrected: false }
    }

    fn posterior(&self) -> Posterior<Mood> {
        let scores: Vec<f32> = Mood::ALL
            .iter()
            .zip(&self.evidence)
            .map(|(mood, evidence)| {
                let prior = if *mood == Mood::Neutral { NEUTRAL_PRIOR } else { 0.0 };
                prior + evidence + PLACE_WEIGHT * self.log_nearness(*mood)
            })
            .collect();
        Posterior::from_log_odds(&scores)
    }

    /// Log-likelihood of the state under a mood's place, flat while the state is uncertain.
    fn log_nearness(&self, mood: Mood) -> f32 {
        (0..2)
            .map(|axis| {
                let variance = PLACE_SPREAD * PLACE_SPREAD + self.covariance[[axis, axis]];
                let off = self.state[axis] - place(mood)[axis];
                -0.5 * off * off / variance
            })
            .sum()
    }

    fn trend(&self) -> Option<Trend> {
        let last = self.history.back().filter(|_| self.history.len() >= 3)?[0];
        let before = self.history.len() - 1;
        let mean = self.history.iter().take(before).map(|v| v[0]).sum::<f32>() / before as f32;
        Some(match last - mean {
            change if change >= TREND => Trend::Improving,
            change if change <= -TREND => Trend::Worsening,
            _ => Trend::Steady,
        })
    }

    fn is_escalating(&self) -> bool {
        let falling_and_rising = || {
            let [a, b, c] = [3, 2, 1].map(|back| {
                self.history.len().checked_sub(back).and_then(|place| self.history.get(place))
            });
            let (Some(a), Some(b), Some(c)) = (a, b, c) else { return false };
            let valence_falls = b[0] < a[0] && c[0] < b[0] && a[0] - c[0] >= 0.15;
            let arousal_rises = b[1] >= a[1] && c[1] >= b[1] && c[1] - a[1] >= 0.08;
            valence_falls && arousal_rises && c[0] < 0.0
        };
        (self.escalates && self.state[0] < 0.0) || falling_and_rising()
    }

    /// Ornstein-Uhlenbeck: the state fades to rest, the covariance grows back to that of all
    /// callers.
    fn pass_time(&mut self, at: StreamTime) {
        let seconds = at.saturating_since(self.at).as_secs_f32();
        self.at = self.at.max(at);
        let kept = Array1::from_iter(FADE_SECONDS.map(|fade| (-seconds / fade).exp()));
        self.state *= &kept;
        let rest = resting();
        for ((row, column), value) in self.covariance.indexed_iter_mut() {
            let kept = kept[row] * kept[column];
            *value = *value * kept + rest[[row, column]] * (1.0 - kept);
        }
    }

    /// Kalman update by a scalar observation of one axis (0 valence, 1 arousal).
    fn observe(&mut self, axis: usize, value: f32, variance: f32) {
        let innovation = value - self.state[axis];
        let gain = &self.covariance.column(axis) / (self.covariance[[axis, axis]] + variance);
        let row = self.covariance.row(axis).to_owned();
        self.state.scaled_add(innovation, &gain);
        for ((i, j), value) in self.covariance.indexed_iter_mut() {
            *value -= gain[i] * row[j];
        }
    }
}

fn resting() -> Array2<f32> {
    let [v, a] = SPREAD;
    let both = CORRELATION * v * a;
    array![[v * v, both], [both, a * a]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(valence: f32, arousal: f32) -> MoodSeen {
        MoodSeen {
            moods: vec![0.0; 8],
            valence,
            valence_strength: valence.abs(),
            arousal,
            words: 8,
            ..MoodSeen::default()
        }
    }

    fn at(seconds: u64) -> StreamTime {
        StreamTime::from_millis(seconds * 1000)
    }

    #[test]
    fn uncertainty_falls_with_evidence_and_grows_with_time() {
        let mut filter = MoodFilter::default();
        let first = filter.hear(at(5), &seen(-0.8, 0.4));
        assert!(first.valence < -0.3 && first.arousal > 0.0);
        assert!(first.valence_deviation < SPREAD[0]);
        let later = filter.hear(at(300), &MoodSeen { moods: vec![0.0; 8], ..MoodSeen::default() });
        assert!(later.valence_deviation > first.valence_deviation);
        assert!(later.valence.abs() < 0.1, "it has faded");
        assert!(later.valence_deviation <= SPREAD[0] + 1e-4);
    }

    #[test]
    fn covariance_stays_positive_whatever_comes() {
        let mut filter = MoodFilter::default();
        for turn in 0..500u64 {
            let sign = if turn % 3 == 0 { 1.0 } else { -1.0 };
            let mut one = seen(sign * 3.0, -sign * 2.0);
            one.voice = Some(ArousalSeen { value: sign, variance: 0.05 });
            let read = filter.hear(at(turn * 4), &one);
            assert!(read.valence.abs() <= 1.0 && read.arousal.abs() <= 1.0);
            let p = &filter.covariance;
            assert!(p[[0, 0]] > 0.0 && p[[1, 1]] > 0.0);
            assert!(p[[0, 0]] * p[[1, 1]] > p[[0, 1]] * p[[1, 0]]);
        }
    }

    #[test]
    fn falling_valence_with_rising_arousal_escalates_and_so_does_an_explicit_cue() {
        let mut filter = MoodFilter::default();
        let turns = [seen(0.1, 0.0), seen(-0.4, 0.3), seen(-0.9, 0.7), seen(-1.2, 0.9)];
        let reads: Vec<bool> = turns
            .iter()
            .zip(1..)
            .map(|(turn, n)| filter.hear(at(n * 8), turn).escalating)
            .collect();
        assert_eq!(reads, [false, false, true, true]);
        let mut calm = MoodFilter::default();
        let explicit = MoodSeen { escalates: true, ..seen(-0.3, 0.1) };
        assert!(calm.hear(at(5), &explicit).escalating);
        assert!(!calm.hear(at(15), &seen(-0.3, 0.0)).escalating);
    }

    #[test]
    fn a_correction_is_shown_for_two_caller_turns() {
        let mut filter = MoodFilter::default();
        filter.hear(at(5), &seen(0.0, 0.0));
        let corrected = filter.correct(at(6), Mood::Angry);
        assert_eq!(corrected.category.value, Some(Mood::Angry));
        assert!(corrected.category.corrected && corrected.valence < -0.5);
        let mut happy = seen(1.0, 0.0);
        happy.moods[Mood::Satisfied.index()] = 2.5;
        let shown: Vec<_> = (1..=3)
            .map(|n| filter.hear(at(6 + n * 8), &happy).category)
            .map(|category| (category.value, category.corrected))
            .collect();
        let angry = (Some(Mood::Angry), true);
        assert_eq!(shown, [angry, angry, (Some(Mood::Satisfied), false)]);
    }
}

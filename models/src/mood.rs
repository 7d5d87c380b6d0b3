//! The mood: a filter over valence and arousal, and eight categories on top of it.
//!
//! Derivation, units and ranges: `docs/design/reading.md`. The constants of the filter are fitted to
//! written calls by `models/training/callers/fuse.py`.

#[rustfmt::skip] // As the training script writes it.
mod weights;

use std::collections::VecDeque;

use attune_audio::units::StreamTime;
use ndarray::{Array1, Array2, array};

use crate::account::{Ledger, Part, name};
use crate::category::{Category, Mood, Posterior, Trend};
use crate::cue::voice::ArousalSeen;
use crate::snapshot::{Cue, CueSource, MoodReading, Reading, Target};
use crate::transcript::Language;

/// Variance of what words say about arousal where there is a voice to hear it by: the calls that
/// the filter was fitted to are written, and only there words know best.
const BESIDE_A_VOICE: f32 = 0.35;
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
pub fn place(mood: Mood) -> [f32; 2] {
    weights::PLACES[mood.index()]
}

/// Where the constants of a language stand.
fn place_of(language: Language) -> usize {
    Language::ALL.iter().position(|other| *other == language).unwrap_or(0)
}

/// What one caller turn says about the mood.
#[derive(Debug, Clone, Default)]
pub struct MoodSeen {
    /// Every cue of the turn.
    pub cues: Vec<Cue>,
    /// What the voice as a whole says about arousal.
    pub voice: Option<ArousalSeen>,
    /// Words in the turn.
    pub words: usize,
    /// The language that they are in.
    pub language: Language,
    /// A cue that announces an outburst was among them.
    pub escalates: bool,
}

impl MoodSeen {
    /// Log-odds for each mood, in the order of [`Category::ALL`].
    pub fn moods(&self) -> Vec<f32> {
        let mut moods = vec![0.0; Mood::ALL.len()];
        for cue in &self.cues {
            moods.iter_mut().zip(moods_of(cue)).for_each(|(sum, one)| *sum += one);
        }
        moods
    }

    /// The sum of what words and conduct say about valence, and how much they say, whichever way:
    /// the sum of absolute weights.
    pub fn valence(&self) -> (f32, f32) {
        let weights = self.cues.iter().map(|cue| pull(cue, Target::Valence));
        weights.fold((0.0, 0.0), |(sum, strength), w| (sum + w, strength + w.abs()))
    }

    /// The sum of what words and conduct say about arousal; the voice speaks for itself.
    pub fn arousal(&self) -> f32 {
        let spoken = self.cues.iter().filter(|cue| cue.source != CueSource::Voice);
        spoken.map(|cue| pull(cue, Target::Arousal)).sum()
    }
}

fn pull(cue: &Cue, to: Target) -> f32 {
    let pulls = cue.weights.iter().filter(|(target, _)| *target == to);
    pulls.fold(0.0, |sum, (_, weight)| sum + weight)
}

fn moods_of(cue: &Cue) -> Vec<f32> {
    Mood::ALL.iter().map(|mood| pull(cue, Target::Mood(*mood))).collect()
}

/// An observation of one axis (0 valence, 1 arousal).
#[derive(Debug, Clone, Copy)]
struct Observed {
    axis: usize,
    value: f32,
    variance: f32,
}

/// The state of one caller's mood.
#[derive(Debug, Clone)]
pub struct MoodFilter {
    state: Array1<f32>,
    covariance: Array2<f32>,
    at: StreamTime,
    /// What the state is the sum of: what all callers have in common, and what this one's turns
    /// added.
    common: [f32; 2],
    made_of: Ledger,
    /// What is left of the turns' evidence for each mood.
    evidence: Ledger,
    words: usize,
    /// The last turn's words said something of a mood.
    spoke: bool,
    /// Of the last words: readers of words differ by language, and so does what they are worth.
    language: Language,
    shown: Option<Mood>,
    held: Option<(Mood, u8)>,
    history: VecDeque<[f32; 2]>,
    escalates: bool,
}

impl Default for MoodFilter {
    fn default() -> Self {
        Self {
            state: array![weights::REST[0], weights::REST[1]],
            covariance: resting(),
            at: StreamTime::ZERO,
            common: weights::REST,
            made_of: Ledger::new(2),
            evidence: Ledger::new(Mood::ALL.len()),
            words: 0,
            spoke: false,
            language: Language::default(),
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
        self.language = seen.language;
        self.hear_words(at, seen);
        self.hear_voice(at, seen);
        self.evidence.apply(|scores| {
            scores.iter_mut().for_each(|score| *score *= weights::EVIDENCE_KEPT);
        });
        for cue in &seen.cues {
            let adds = moods_of(cue)
                .iter()
                .map(|said| weights::EVIDENCE[place_of(seen.language)] * said)
                .collect();
            self.evidence.add(Part::of(cue, at, adds));
        }
        self.spoke = seen.moods().iter().any(|said| *said != 0.0);
        self.words += seen.words;
        self.escalates = seen.escalates;
        if self.history.len() == TREND_TURNS {
            self.history.pop_front();
        }
        self.history.push_back([self.state[0], self.state[1]]);
        self.held = self.held.and_then(|(mood, turns)| Some((mood, turns.checked_sub(1)?)));
        self.read()
    }

    fn hear_words(&mut self, at: StreamTime, seen: &MoodSeen) {
        if seen.words == 0 {
            return;
        }
        let spoken = |cue: &&Cue| cue.source != CueSource::Voice;
        let spoken: Vec<&Cue> = seen.cues.iter().filter(spoken).collect();
        let ((valence, strength), arousal) = (seen.valence(), seen.arousal());
        let totals =
            [(Target::Valence, valence, strength), (Target::Arousal, arousal, arousal.abs())];
        for (axis, (target, total, strength)) in totals.into_iter().enumerate() {
            let mut variance = weights::NOISE[axis] / (1.0 + weights::TRUST[axis] * strength);
            if target == Target::Arousal && seen.voice.is_some() {
                if total == 0.0 {
                    continue;
                }
                variance = variance.max(BESIDE_A_VOICE / (1.0 + 2.0 * strength));
            }
            let felt = weights::SCALE[axis] * (weights::GAIN[axis] * total).tanh();
            let observed = Observed { axis, value: weights::OFFSET[axis] + felt, variance };
            // Each cue has its share of what was felt.
            let share = if total == 0.0 { 0.0 } else { felt / total };
            let part = |cue: &&Cue| Part::of(cue, at, vec![share * pull(cue, target)]);
            self.observe(observed, weights::OFFSET[axis], spoken.iter().map(part).collect());
        }
    }

    fn hear_voice(&mut self, at: StreamTime, seen: &MoodSeen) {
        let Some(voice) = seen.voice else { return };
        let mut parts: Vec<Part> = seen
            .cues
            .iter()
            .filter(|cue| cue.source == CueSource::Voice)
            .map(|cue| Part::of(cue, at, vec![pull(cue, Target::Arousal)]))
            .collect();
        let told: f32 = parts.iter().flat_map(|part| &part.adds).sum();
        // Measures that say more than the whole are shared out; what they leave open is the rest of
        // the voice.
        let overshoot = told * voice.value > 0.0 && told.abs() > voice.value.abs();
        let share = if overshoot { voice.value / told } else { 1.0 };
        parts.iter_mut().flat_map(|part| &mut part.adds).for_each(|add| *add *= share);
        parts.push(Part::named(name::VOICE, vec![voice.value - share * told]));
        let observed = Observed { axis: 1, value: voice.value, variance: voice.variance };
        self.observe(observed, 0.0, parts);
    }

    /// A human heard this mood: it is shown for this moment and two caller turns, and the filter
    /// starts from its place.
    pub fn correct(&mut self, at: StreamTime, mood: Mood) -> MoodReading {
        self.pass_time(at);
        let [valence, arousal] = place(mood);
        for (axis, value) in [(0, valence), (1, arousal)] {
            let said = vec![Part::named(name::HUMAN, vec![value])];
            self.observe(Observed { axis, value, variance: 0.01 }, 0.0, said);
        }
        self.evidence.clear();
        let mut said = vec![0.0; Mood::ALL.len()];
        said[mood.index()] = 3.0;
        self.evidence.add(Part::named(name::HUMAN, said));
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
        let spoken_for = best != Mood::Neutral && self.evidence.sum()[best.index()] > 0.0;
        let heard_enough = self.words >= ENOUGH_WORDS || spoken_for;
        let value = kept.unwrap_or(best);
        let shown = heard_enough && p.get() >= SHOWN_FROM;
        Reading { posterior, value: shown.then_some(value), corrected: false }
    }

    fn posterior(&self) -> Posterior<Mood> {
        let scores = self.before().into_iter().map(|part| part.adds);
        let sum = scores.fold(self.evidence.sum(), |sum, adds| {
            sum.iter().zip(&adds).map(|(sum, add)| sum + add).collect()
        });
        Posterior::from_log_odds(&sum)
    }

    /// What speaks for each mood besides the evidence of the turns.
    fn before(&self) -> Vec<Part> {
        let language = place_of(self.language);
        let state = |mood: &Mood| weights::PLACE[language] * self.log_nearness(*mood);
        let prior = if self.spoke { weights::PRIOR[language] } else { weights::SILENT };
        vec![
            Part::named(name::PRIOR, prior.to_vec()),
            Part::named(name::STATE, Mood::ALL.iter().map(state).collect()),
        ]
    }

    /// The mood as a sum of log-odds. A human's word is no sum; it stands alone.
    pub fn account(&self) -> Vec<Part> {
        if self.held.is_some() {
            return vec![Part::named(name::HUMAN, Vec::new())];
        }
        self.evidence.account(self.before(), <[f32]>::to_vec)
    }

    /// Valence and arousal as sums.
    pub fn state_accounts(&self) -> [Vec<Part>; 2] {
        [0, 1].map(|axis| {
            let value = self.state[axis];
            let beyond = value.clamp(-1.0, 1.0) - value;
            let capped = (beyond != 0.0).then(|| Part::named(name::CAPPED, vec![beyond]));
            let common = Part::named(name::PRIOR, vec![self.common[axis]]);
            let before = [common].into_iter().chain(capped).collect();
            self.made_of.account(before, |adds| vec![adds[axis]])
        })
    }

    /// Log-likelihood of the state under a mood's place, flat while the state is uncertain.
    fn log_nearness(&self, mood: Mood) -> f32 {
        (0..2)
            .map(|axis| {
                let spread = weights::PLACE_SPREAD[axis];
                let variance = spread * spread + self.covariance[[axis, axis]];
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
        let kept = Array1::from_iter(weights::FADE_SECONDS.map(|fade| (-seconds / fade).exp()));
        let rest = weights::REST;
        for axis in 0..2 {
            let arrived = (1.0 - kept[axis]) * rest[axis];
            self.state[axis] = self.state[axis] * kept[axis] + arrived;
            self.common[axis] = self.common[axis] * kept[axis] + arrived;
        }
        self.made_of.apply(|adds| adds.iter_mut().zip(&kept).for_each(|(add, kept)| *add *= kept));
        let rest = resting();
        for ((row, column), value) in self.covariance.indexed_iter_mut() {
            let kept = kept[row] * kept[column];
            *value = *value * kept + rest[[row, column]] * (1.0 - kept);
        }
    }

    /// Kalman update by a scalar observation; `common` and `parts` say what its value is the sum of.
    /// The new state is linear in the old one and in the observation, so every part is updated as
    /// the whole is.
    fn observe(&mut self, observed: Observed, common: f32, parts: Vec<Part>) {
        let Observed { axis, value, variance } = observed;
        let innovation = value - self.state[axis];
        let gain = &self.covariance.column(axis) / (self.covariance[[axis, axis]] + variance);
        let row = self.covariance.row(axis).to_owned();
        self.state.scaled_add(innovation, &gain);
        let update = |adds: &mut [f32], new: f32| {
            let own = adds[axis];
            adds.iter_mut().zip(&gain).for_each(|(add, gain)| *add += gain * (new - own));
        };
        update(&mut self.common, common);
        self.made_of.apply(|adds| update(adds, 0.0));
        for part in parts {
            let share: f32 = part.adds.iter().sum();
            self.made_of.add(Part { adds: gain.iter().map(|gain| gain * share).collect(), ..part });
        }
        for ((i, j), value) in self.covariance.indexed_iter_mut() {
            *value -= gain[i] * row[j];
        }
    }
}

fn resting() -> Array2<f32> {
    let [v, a] = weights::SPREAD;
    let both = weights::CORRELATION * v * a;
    array![[v * v, both], [both, a * a]]
}

#[cfg(test)]
mod tests {
    use attune_audio::units::Side;
    use attune_audio::utterance::UtteranceId;

    use super::*;
    use crate::account;
    use crate::private::Private;

    fn seen(valence: f32, arousal: f32) -> MoodSeen {
        said("words.feeling", vec![(Target::Valence, valence), (Target::Arousal, arousal)])
    }

    fn said(id: &str, weights: Vec<(Target, f32)>) -> MoodSeen {
        let cue = Cue {
            id: id.to_owned(),
            source: CueSource::Words,
            utterance: UtteranceId { side: Side::Caller, number: 1 },
            evidence: Private::new("said \"something\"".into()),
            measured: None,
            weights,
        };
        MoodSeen { cues: vec![cue], words: 8, ..MoodSeen::default() }
    }

    fn at(seconds: u64) -> StreamTime {
        StreamTime::from_millis(seconds * 1000)
    }

    #[test]
    fn uncertainty_falls_with_evidence_and_grows_with_time() {
        let mut filter = MoodFilter::default();
        let first = filter.hear(at(5), &seen(-0.8, 0.4));
        assert!(first.valence < -0.3 && first.arousal > 0.0);
        assert!(first.valence_deviation < weights::SPREAD[0]);
        let later = filter.hear(at(300), &MoodSeen::default());
        assert!(later.valence_deviation > first.valence_deviation);
        assert!((later.valence - weights::REST[0]).abs() < 0.1, "it has faded");
        assert!(later.valence_deviation <= weights::SPREAD[0] + 1e-4);
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
        let weights = vec![(Target::Valence, 1.0), (Target::Mood(Mood::Satisfied), 2.5)];
        let happy = said("words.pleasure", weights);
        let shown: Vec<_> = (1..=3)
            .map(|n| filter.hear(at(6 + n * 8), &happy).category)
            .map(|category| (category.value, category.corrected))
            .collect();
        let angry = (Some(Mood::Angry), true);
        assert_eq!(shown, [angry, angry, (Some(Mood::Satisfied), false)]);
    }

    #[test]
    fn every_reading_is_the_sum_of_its_parts() {
        let mut filter = MoodFilter::default();
        for turn in 0..60u64 {
            let sway = (turn as f32 * 0.7).sin();
            let mut one = seen(2.0 * sway, 1.0 - sway);
            one.cues.extend(said("words.other", vec![(Target::Mood(Mood::Angry), 1.5)]).cues);
            one.voice = (turn % 2 == 0).then_some(ArousalSeen { value: sway, variance: 0.1 });
            let read = filter.hear(at(turn * 9), &one);
            let told = Posterior::<Mood>::from_log_odds(&account::sum(&filter.account()));
            for (told, read) in told.values().iter().zip(read.category.posterior.values()) {
                assert!((told - read).abs() < 1e-5);
            }
            let told = filter.state_accounts().map(|parts| account::sum(&parts)[0]);
            assert!((told[0] - read.valence).abs() < 1e-5);
            assert!((told[1] - read.arousal).abs() < 1e-5);
        }
    }
}

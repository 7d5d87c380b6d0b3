//! The caller type: none, offloader, grievance or abusive, in rising precedence, carried by the
//! call from the turn where it shows.

use attune_audio::units::StreamTime;

use crate::account::Part;
use crate::category::{CallerType, Category, Posterior};
use crate::cue::tally::{Tally, TallyRules};
use crate::snapshot::{Cue, Reading};

/// Nothing fades: once is enough, and it is carried by the call. The words are those before "none"
/// can be said.
const RULES: TallyRules = TallyRules {
    kept_per_turn: 1.0,
    repeat: 0.5,
    temperature: 1.6,
    enough: 0.0,
    margin: 0.0,
    words: 12,
};
/// Log-odds that speak against each type before anything is heard, in the order of precedence.
const CHAIN: [(CallerType, f32); 3] =
    [(CallerType::Abusive, -3.5), (CallerType::Grievance, -2.45), (CallerType::Offloader, -2.8)];

/// Evidence for the caller types so far.
#[derive(Debug, Clone)]
pub struct CallerTypeReader {
    tally: Tally<CallerType>,
}

impl Default for CallerTypeReader {
    fn default() -> Self {
        Self { tally: Tally::new(RULES) }
    }
}

impl CallerTypeReader {
    /// Words of a caller turn were heard.
    pub fn next_turn(&mut self, words: usize) {
        self.tally.next_turn(words);
    }

    /// A cue of the words was seen, in a turn that ended at `at`.
    pub fn add(&mut self, cue: &Cue, at: StreamTime, weights: &[(CallerType, f32)]) {
        self.tally.add(cue, at, weights);
    }

    /// The reading as a sum: the log-odds of each type against what the types above it have left.
    pub fn account(&self) -> Vec<Part> {
        let mut before = vec![0.0; CallerType::ALL.len()];
        for (class, against) in CHAIN {
            before[class.index()] = against;
        }
        self.tally.account(Some(before))
    }

    /// What a turn changed in the sums of the caller model.
    pub fn add_change(&mut self, cue: &Cue, at: StreamTime, weights: &[(CallerType, f32)]) {
        self.tally.add_change(cue, at, weights);
    }

    /// A human said so.
    pub fn correct(&mut self, class: CallerType) {
        self.tally.correct(class);
    }

    /// Probabilities, and a value once the caller has said a few words.
    pub fn reading(&self) -> Reading<CallerType> {
        if let Some(class) = self.tally.corrected() {
            return Reading::corrected(class);
        }
        let scores: Vec<f32> =
            self.tally.scores().iter().map(|score| score / RULES.temperature).collect();
        let posterior = chain(&scores);
        let (best, _) = posterior.top();
        let enough = self.tally.has_enough_words() || best != CallerType::None;
        Reading { posterior, value: enough.then_some(best), corrected: false }
    }
}

/// Each type in turn takes its share of what the types above it have left: so the precedence is in
/// the probabilities themselves. Scores in log-odds, in the order of [`Category::ALL`].
pub fn chain(scores: &[f32]) -> Posterior<CallerType> {
    let mut p = vec![0.0; CallerType::ALL.len()];
    let mut left = 1.0;
    for (class, against) in CHAIN {
        let score = scores.get(class.index()).copied().unwrap_or(0.0) + against;
        let taken = left / (1.0 + (-score).exp());
        p[class.index()] = taken;
        left -= taken;
    }
    p[CallerType::None.index()] = left;
    let logs: Vec<f32> = p.iter().map(|p: &f32| p.max(1e-6).ln()).collect();
    Posterior::from_log_odds(&logs)
}

#[cfg(test)]
mod tests {
    use attune_audio::units::Side;
    use attune_audio::utterance::UtteranceId;

    use super::*;
    use crate::private::Private;
    use crate::snapshot::CueSource;

    fn cue(id: &str) -> Cue {
        Cue {
            id: id.to_owned(),
            source: CueSource::Words,
            utterance: UtteranceId { side: Side::Caller, number: 1 },
            evidence: Private::new(String::new()),
            measured: None,
            weights: Vec::new(),
        }
    }

    #[test]
    fn precedence_is_abusive_then_grievance_then_offloader() {
        let mut reader = CallerTypeReader::default();
        reader.next_turn(5);
        assert_eq!(reader.reading().value, None, "not enough yet");
        reader.next_turn(20);
        assert_eq!(reader.reading().value, Some(CallerType::None));
        for class in [CallerType::Offloader, CallerType::Grievance, CallerType::Abusive] {
            reader.add(&cue(class.key()), StreamTime::ZERO, &[(class, 8.0)]);
            assert_eq!(reader.reading().value, Some(class), "outranks the ones before");
        }
        reader.next_turn(500);
        assert_eq!(reader.reading().value, Some(CallerType::Abusive), "carried by the call");
        reader.correct(CallerType::None);
        assert_eq!(reader.reading().value, Some(CallerType::None));
    }
}

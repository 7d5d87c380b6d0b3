//! Which language a call is in, told by how its utterances sound.
//!
//! Evidence adds up over utterances of both sides: a long one that is clearly in another language
//! decides at the beginning of a call, two of them turn a call that was settled, and a short word
//! ("okay", "hallo") never does. The same utterances give the same answer.

use std::time::Duration;

use crate::transcript::Language;

/// Which language an utterance is in, as far as its sound tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spoken {
    /// The language that the text was written in.
    pub language: Language,
    /// How likely that is the one that was spoken, in [0, 1].
    pub probability: f32,
}

/// Speech shorter than this is no evidence: one word sounds alike in both.
const SHORTEST: Duration = Duration::from_millis(800);
/// From this length on an utterance counts in full.
const FULL_LENGTH: Duration = Duration::from_millis(2500);
/// From these log-odds (nats) on, too; a probability of 0.95.
const CLEAR: f32 = 3.0;
/// How many full utterances decide before a call is settled in a language,
const TO_SETTLE: f32 = 0.75;
/// and how many turn one that is.
const TO_TURN: f32 = 1.5;
/// Utterances in the language of the call that count against those that turn it, at most.
const HELD: f32 = 0.5;

/// The language of one call.
#[derive(Debug, Clone)]
pub struct LanguageTracker {
    language: Language,
    /// Full utterances against it; negative for it.
    against: f32,
    settled: bool,
}

impl LanguageTracker {
    /// A call that begins, in `language` until it turns out to be in another.
    pub fn new(language: Language) -> Self {
        Self { language, against: 0.0, settled: false }
    }

    /// The language of the call now.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Takes in an utterance of either side; `true` if the call is in another language from now on.
    pub fn hear(&mut self, spoken: Spoken, speech: Duration) -> bool {
        let odds = (spoken.probability / (1.0 - spoken.probability)).ln();
        if speech < SHORTEST || odds.is_nan() {
            return false;
        }
        let length = (speech.as_secs_f32() / FULL_LENGTH.as_secs_f32()).min(1.0);
        let weight = length * (odds / CLEAR).clamp(-1.0, 1.0);
        let agrees = spoken.language == self.language;
        self.against = (self.against + if agrees { -weight } else { weight }).max(-HELD);
        let turned = self.against >= if self.settled { TO_TURN } else { TO_SETTLE };
        if turned {
            // Unlikely to be what it was written in, it is in the other one there is.
            let other = Language::ALL.into_iter().find(|language| *language != self.language);
            let sounds = Some(spoken.language).filter(|_| !agrees);
            self.language = sounds.or(other).unwrap_or(self.language);
            self.against = -HELD;
        }
        self.settled |= turned || self.against <= -HELD;
        turned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: Spoken = Spoken { language: Language::German, probability: 0.99 };
    const ENGLISH: Spoken = Spoken { language: Language::English, probability: 0.99 };

    fn heard(call: &mut LanguageTracker, spoken: Spoken, millis: u64) -> Language {
        call.hear(spoken, Duration::from_millis(millis));
        call.language()
    }

    #[test]
    fn a_clear_sentence_decides_at_the_beginning() {
        let mut call = LanguageTracker::new(Language::English);
        assert_eq!(heard(&mut call, GERMAN, 3000), Language::German);
    }

    #[test]
    fn short_words_never_decide_and_middling_ones_add_up() {
        let mut call = LanguageTracker::new(Language::English);
        for _ in 0..20 {
            assert_eq!(heard(&mut call, GERMAN, 700), Language::English);
        }
        assert_eq!(heard(&mut call, GERMAN, 1200), Language::English);
        assert_eq!(heard(&mut call, GERMAN, 1200), Language::German);
    }

    #[test]
    fn one_sentence_does_not_turn_a_settled_call_and_two_do() {
        let mut call = LanguageTracker::new(Language::English);
        for _ in 0..10 {
            assert_eq!(heard(&mut call, ENGLISH, 4000), Language::English);
        }
        assert_eq!(heard(&mut call, GERMAN, 9000), Language::English, "a quotation");
        assert_eq!(heard(&mut call, ENGLISH, 4000), Language::English);
        assert_eq!(heard(&mut call, GERMAN, 4000), Language::English);
        assert_eq!(heard(&mut call, GERMAN, 4000), Language::German);
        assert_eq!(heard(&mut call, ENGLISH, 4000), Language::German, "the way back is as long");
        assert_eq!(heard(&mut call, ENGLISH, 4000), Language::English);
    }

    #[test]
    fn doubt_is_no_evidence_and_an_unlikely_language_speaks_for_the_other() {
        let mut call = LanguageTracker::new(Language::English);
        for probability in [0.5, f32::NAN] {
            let doubtful = Spoken { language: Language::German, probability };
            for _ in 0..20 {
                assert_eq!(heard(&mut call, doubtful, 5000), Language::English);
            }
        }
        let unlikely = Spoken { language: Language::English, probability: 0.01 };
        assert_eq!(heard(&mut call, unlikely, 5000), Language::German);
    }
}

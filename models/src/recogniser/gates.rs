//! Gates against invention: Whisper writes sentences for silence, noise and music, and gets caught
//! in loops. An utterance that fails a gate keeps its place in the call, but without text.

use std::collections::BTreeSet;
use std::time::Duration;

use thiserror::Error;

use super::Recognition;

/// Above this probability of "no speech" an unsure text is not believed. Whisper's own threshold
/// (Radford et al. 2022, section 4.5).
pub const NO_SPEECH: f32 = 0.6;

/// What counts as unsure beside [`NO_SPEECH`], as mean log-probability (nats). Whisper's own
/// threshold is -1; the embedded model's one-word answers to hum, music and breath lie between
/// -0.8 and -2.2, at a "no speech" of 0.9 and more, where speech has 0.02 at most.
pub const UNSURE_LOGPROB: f32 = -0.7;

/// Below this mean log-probability (nats) no text is believed, whatever the "no speech" token says.
/// Whisper's own threshold is -1. At -0.9 the embedded model loses 2 % of the utterances of voices it
/// knows and 12 % of those it never heard, nearly all of them misheard; the words it makes of music
/// lie below.
pub const MIN_LOGPROB: f32 = -0.9;

/// Above this [`compression_ratio`] a text is a loop. A person who says a phrase three times stays
/// under it; Whisper's loops go on until the token limit.
pub const MAX_COMPRESSION: f32 = 3.2;

/// Texts shorter than this many characters are not judged by [`MAX_COMPRESSION`]: "no no no no" is
/// what angry people say.
pub const MIN_LOOP_CHARS: usize = 32;

/// More tokens a second than this is not speech. Fast English is 5 words/s (300 words/min), at up
/// to 2 tokens a word in the embedded model's small vocabulary; published models use fewer.
pub const MAX_TOKENS_PER_SECOND: f32 = 12.0;

/// Tokens that any utterance may have, however short, before the rate counts: "yes please" may be
/// said in 300 ms.
pub const FREE_TOKENS: f32 = 4.0;

/// Why a text is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Rejection {
    /// The model heard no words.
    #[error("no words")]
    NoWords,
    /// Probably no speech.
    #[error("probably no speech")]
    NoSpeech,
    /// The model guessed.
    #[error("too unsure")]
    Unsure,
    /// The text repeats itself over and over.
    #[error("caught in a loop")]
    Loop,
    /// More words than anybody says in that time.
    #[error("more words than the time allows")]
    TooFast,
}

/// Whether it matters for a text of this mean log-probability what the probability of "no speech"
/// is: above it is believed, below it is not.
pub fn no_speech_matters(avg_logprob: f32) -> bool {
    (MIN_LOGPROB..UNSURE_LOGPROB).contains(&avg_logprob)
}

/// Whether to believe a text heard in `speech` (the length of the utterance without padding).
///
/// # Errors
/// The first gate that it fails.
pub fn accept(recognition: &Recognition, speech: Duration) -> Result<(), Rejection> {
    let text = recognition.text.reveal();
    if !text.chars().any(char::is_alphanumeric) {
        return Err(Rejection::NoWords);
    }
    // A figure that is not a number is as bad as one that fails, so each test is for the good case.
    let likely = |threshold: f32| recognition.avg_logprob >= threshold;
    if !likely(UNSURE_LOGPROB) && !matches!(recognition.no_speech, p if p <= NO_SPEECH) {
        return Err(Rejection::NoSpeech);
    }
    if !likely(MIN_LOGPROB) {
        return Err(Rejection::Unsure);
    }
    if text.chars().count() >= MIN_LOOP_CHARS && recognition.compression_ratio > MAX_COMPRESSION {
        return Err(Rejection::Loop);
    }
    if recognition.tokens as f32 > FREE_TOKENS + MAX_TOKENS_PER_SECOND * speech.as_secs_f32() {
        return Err(Rejection::TooFast);
    }
    Ok(())
}

/// How much a text repeats itself: its runs of four characters over the distinct ones among them.
/// 1 when nothing repeats; about 1.1 for an English sentence; the number of rounds for a loop. It
/// stands in for the zlib ratio of Whisper's reference code and needs no compressor.
pub fn compression_ratio(text: &str) -> f32 {
    let chars: Vec<char> = text.chars().collect();
    let distinct: BTreeSet<&[char]> = chars.windows(4).collect();
    let runs = chars.len().saturating_sub(3);
    if distinct.is_empty() { 1.0 } else { runs as f32 / distinct.len() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::Private;

    fn heard(text: &str) -> Recognition {
        Recognition { avg_logprob: -0.2, confidence: 0.8, ..Recognition::certain(text) }
    }

    const THREE_SECONDS: Duration = Duration::from_secs(3);
    const SENTENCE: &str = "i have been waiting for my router since the third of march";

    #[test]
    fn a_plain_sentence_passes() {
        assert_eq!(accept(&heard(SENTENCE), THREE_SECONDS), Ok(()));
    }

    #[test]
    fn nothing_and_punctuation_are_no_words() {
        for text in ["", " ", "...", "♪ ♪"] {
            assert_eq!(accept(&heard(text), THREE_SECONDS), Err(Rejection::NoWords), "{text:?}");
        }
    }

    #[test]
    fn no_speech_counts_only_for_an_unsure_text() {
        let sure = Recognition { no_speech: 0.9, ..heard(SENTENCE) };
        assert_eq!(accept(&sure, THREE_SECONDS), Ok(()));
        let unsure = Recognition { avg_logprob: -0.8, ..sure };
        assert_eq!(accept(&unsure, THREE_SECONDS), Err(Rejection::NoSpeech));
        let speech = Recognition { no_speech: 0.1, ..unsure };
        assert_eq!(accept(&speech, THREE_SECONDS), Ok(()));
    }

    #[test]
    fn no_speech_is_asked_for_where_it_decides_and_nowhere_else() {
        for avg_logprob in [-3.0, -1.41, -1.4, -1.0, -0.71, -0.7, -0.1, f32::NAN] {
            let with = |no_speech| {
                let heard = Recognition { avg_logprob, no_speech, ..heard(SENTENCE) };
                accept(&heard, THREE_SECONDS).is_ok()
            };
            assert_eq!(no_speech_matters(avg_logprob), with(0.0) != with(1.0), "{avg_logprob}");
        }
    }

    #[test]
    fn a_guess_is_not_believed() {
        let guess = Recognition { avg_logprob: -2.0, ..heard(SENTENCE) };
        assert_eq!(accept(&guess, THREE_SECONDS), Err(Rejection::Unsure));
    }

    #[test]
    fn figures_that_are_not_numbers_are_refused() {
        let odd = Recognition { avg_logprob: f32::NAN, ..heard(SENTENCE) };
        assert!(accept(&odd, THREE_SECONDS).is_err());
    }

    #[test]
    fn loops_are_caught_and_repeated_words_are_not() {
        let looped = "thank you very much ".repeat(6);
        assert_eq!(accept(&heard(&looped), Duration::from_secs(9)), Err(Rejection::Loop));
        for said in [
            "no no no no",
            "no no no no no that is not what i said at all",
            "third time third time third time i call you about this",
        ] {
            assert_eq!(accept(&heard(said), THREE_SECONDS), Ok(()), "{said}");
        }
    }

    #[test]
    fn nobody_speaks_that_fast() {
        let words = Recognition { tokens: 60, ..heard(SENTENCE) };
        assert_eq!(accept(&words, THREE_SECONDS), Err(Rejection::TooFast));
        let short = Recognition { tokens: 3, ..heard("yes please") };
        assert_eq!(accept(&short, Duration::from_millis(250)), Ok(()));
    }

    #[test]
    fn the_ratio_counts_rounds() {
        assert_eq!(compression_ratio(""), 1.0);
        assert_eq!(compression_ratio("abc"), 1.0);
        assert_eq!(compression_ratio("abcdefg"), 1.0);
        assert!((compression_ratio(&"okay so ".repeat(10)) - 10.0).abs() < 0.5);
        assert!(compression_ratio(SENTENCE) < 1.2);
    }

    #[test]
    fn a_recognition_prints_no_words() {
        let secret = Recognition { text: Private::new("my pin".into()), ..heard(SENTENCE) };
        assert!(!format!("{secret:?}").contains("pin"));
    }
}

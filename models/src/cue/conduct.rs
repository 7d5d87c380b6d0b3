//! What a caller's conduct says: length of turns, questions, numbers, interruptions, latency,
//! pace. Counted from words and times, judged against what is usual in the language.

use std::time::Duration;

use attune_audio::units::{Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;

use super::lexicon::Norms;
use super::words::Heard;
use crate::category::{Colour, Motive};
use crate::private::Private;
use crate::snapshot::{Cue, CueSource, Measured, Target};

/// Overlap from which a turn is an interruption; shorter ones happen in any lively talk.
const INTERRUPTION: Duration = Duration::from_millis(600);
/// Latency from which an answer is slow.
const SLOW: Duration = Duration::from_millis(1_800);
/// Turns before a mean length says anything.
const TURNS_FOR_A_MEAN: u32 = 3;

/// One utterance of the caller, as far as conduct goes.
#[derive(Debug, Clone, Copy)]
pub struct Manner<'a> {
    /// Its words.
    pub heard: &'a Heard,
    /// When it was spoken.
    pub span: Span,
    /// Who spoke last before it, and until when.
    pub previous_end: Option<(Side, StreamTime)>,
    /// How long both spoke at once.
    pub overlap: Duration,
}

/// A caller's conduct in the call so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conduct {
    turns: u32,
    log_words: f32,
    /// Words of the turn so far: utterances between which nobody else spoke are one.
    words: usize,
}

/// The ids of all cues of conduct.
pub const IDS: [&str; 9] = [
    "conduct.long_turn",
    "conduct.short_turns",
    "conduct.long_turns",
    "conduct.precise",
    "conduct.asks",
    "conduct.interrupts",
    "conduct.slow_answer",
    "conduct.fast",
    "conduct.slow",
];

impl Conduct {
    /// Reads one utterance of the caller.
    pub fn observe(
        &mut self,
        norms: &Norms,
        utterance: UtteranceId,
        manner: &Manner<'_>,
    ) -> Vec<Cue> {
        let mut seen = Vec::new();
        self.turn_length(norms, manner, &mut seen);
        content(manner.heard, &mut seen);
        timing(norms, manner, &mut seen);
        let cue = |Seen { id, evidence, measured, weights }| Cue {
            id: format!("conduct.{id}"),
            source: CueSource::Conduct,
            utterance,
            evidence: Private::new(evidence),
            measured: Some(measured),
            weights,
        };
        seen.into_iter().map(cue).collect()
    }

    fn turn_length(&mut self, norms: &Norms, manner: &Manner<'_>, seen: &mut Vec<Seen>) {
        if !matches!(manner.previous_end, Some((Side::Caller, _))) {
            self.words = 0;
        }
        if manner.heard.words == 0 {
            return;
        }
        let before = self.words;
        if before == 0 {
            self.turns += 1;
        } else {
            self.log_words -= (before as f32).ln();
        }
        let words = before + manner.heard.words;
        self.words = words;
        self.log_words += (words as f32).ln();
        let usual = norms.turn_words;
        let long = 3.0 * usual;
        if words as f32 >= long && (before as f32) < long {
            let weights =
                vec![(Target::Colour(Colour::Yellow), 0.3), (Target::Colour(Colour::Red), -0.2)];
            seen.push(Seen {
                id: "long_turn",
                evidence: format!("{words} words in one turn (usual: {usual:.0})"),
                measured: of_usual(words as f32, "words", usual),
                weights,
            });
        }
        if self.turns < TURNS_FOR_A_MEAN {
            return;
        }
        let mean = (self.log_words / self.turns as f32).exp();
        let told = format!("{mean:.0} words a turn so far (usual: {usual:.0})");
        let measured = of_usual(mean, "words a turn", usual);
        if mean < 0.55 * usual {
            let weights = vec![(Target::Colour(Colour::Red), 0.3)];
            seen.push(Seen { id: "short_turns", evidence: told, measured, weights });
        } else if mean > 1.9 * usual {
            let weights =
                vec![(Target::Colour(Colour::Yellow), 0.2), (Target::Colour(Colour::Red), -0.2)];
            seen.push(Seen { id: "long_turns", evidence: told, measured, weights });
        }
    }
}

/// A cue without its source.
struct Seen {
    id: &'static str,
    evidence: String,
    measured: Measured,
    weights: Vec<(Target, f32)>,
}

fn of_usual(value: f32, unit: &'static str, usual: f32) -> Measured {
    Measured { value, unit, usual: Some(usual) }
}

fn counted(value: f32, unit: &'static str) -> Measured {
    Measured { value, unit, usual: None }
}

fn content(heard: &Heard, seen: &mut Vec<Seen>) {
    if heard.numbers >= 2 {
        let weights = vec![(Target::Colour(Colour::Blue), 0.35)];
        let evidence = format!("{} numbers in one turn", heard.numbers);
        let measured = counted(heard.numbers as f32, "numbers");
        seen.push(Seen { id: "precise", evidence, measured, weights });
    }
    if heard.questions >= 1 {
        let weights =
            vec![(Target::Colour(Colour::Blue), 0.1), (Target::Motive(Motive::Knowledge), 0.1)];
        let plural = if heard.questions == 1 { "" } else { "s" };
        let evidence = format!("{} question{plural} in one turn", heard.questions);
        let measured = counted(heard.questions as f32, "questions");
        seen.push(Seen { id: "asks", evidence, measured, weights });
    }
}

fn timing(norms: &Norms, manner: &Manner<'_>, seen: &mut Vec<Seen>) {
    if manner.overlap >= INTERRUPTION {
        let weights = vec![(Target::Colour(Colour::Red), 0.25), (Target::Arousal, 0.15)];
        let evidence =
            format!("spoke {} ms while the agent was speaking", manner.overlap.as_millis());
        let measured = counted(manner.overlap.as_secs_f32(), "s");
        seen.push(Seen { id: "interrupts", evidence, measured, weights });
    }
    if let Some((Side::Agent, end)) = manner.previous_end {
        let latency = manner.span.start.saturating_since(end);
        if latency >= SLOW {
            let weights = vec![
                (Target::Colour(Colour::Green), 0.1),
                (Target::Colour(Colour::Blue), 0.1),
                (Target::Arousal, -0.1),
            ];
            let evidence = format!("answered after {:.1} s", latency.as_secs_f32());
            let measured = counted(latency.as_secs_f32(), "s");
            seen.push(Seen { id: "slow_answer", evidence, measured, weights });
        }
    }
    let seconds = manner.span.length().as_secs_f32();
    if manner.heard.words >= 6 && seconds > 0.5 {
        let pace = manner.heard.words as f32 / seconds;
        let told = format!("{pace:.1} words/s (usual: {:.1})", norms.words_per_second);
        let measured = of_usual(pace, "words/s", norms.words_per_second);
        if pace > 1.45 * norms.words_per_second {
            let weights = vec![(Target::Arousal, 0.15), (Target::Colour(Colour::Green), -0.1)];
            seen.push(Seen { id: "fast", evidence: told, measured, weights });
        } else if pace < 0.55 * norms.words_per_second {
            let weights = vec![(Target::Arousal, -0.1), (Target::Colour(Colour::Red), -0.1)];
            seen.push(Seen { id: "slow", evidence: told, measured, weights });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NORMS: Norms = Norms { turn_words: 10.0, words_per_second: 2.5 };
    const UTTERANCE: UtteranceId = UtteranceId { side: Side::Caller, number: 1 };

    fn heard(words: usize, numbers: usize, questions: usize) -> Heard {
        Heard { hits: Vec::new(), words, numbers, questions }
    }

    fn ids(
        conduct: &mut Conduct,
        heard: &Heard,
        millis: u64,
        overlap: u64,
        before: u64,
    ) -> Vec<String> {
        let start = StreamTime::from_millis(10_000);
        let manner = Manner {
            heard,
            span: Span::new(start, start + Duration::from_millis(millis)),
            previous_end: Some((Side::Agent, start - Duration::from_millis(before))),
            overlap: Duration::from_millis(overlap),
        };
        conduct.observe(&NORMS, UTTERANCE, &manner).into_iter().map(|cue| cue.id).collect()
    }

    #[test]
    fn each_way_of_conduct_is_seen_and_the_usual_is_not() {
        let once = |heard: Heard, millis, overlap, before| {
            ids(&mut Conduct::default(), &heard, millis, overlap, before)
        };
        assert!(once(heard(10, 0, 0), 4_000, 0, 400).is_empty());
        assert_eq!(once(heard(40, 0, 0), 16_000, 0, 400), ["conduct.long_turn"]);
        assert_eq!(once(heard(10, 3, 0), 4_000, 0, 400), ["conduct.precise"]);
        assert_eq!(once(heard(10, 0, 2), 4_000, 0, 400), ["conduct.asks"]);
        assert_eq!(once(heard(10, 0, 0), 4_000, 700, 0), ["conduct.interrupts"]);
        assert_eq!(once(heard(10, 0, 0), 4_000, 0, 2_500), ["conduct.slow_answer"]);
        assert_eq!(once(heard(10, 0, 0), 2_000, 0, 400), ["conduct.fast"]);
        assert_eq!(once(heard(10, 0, 0), 9_000, 0, 400), ["conduct.slow"]);
    }

    #[test]
    fn what_is_said_without_an_answer_between_is_one_turn() {
        let start = StreamTime::from_millis(10_000);
        let mut conduct = Conduct::default();
        let mut hear = |words: usize, previous: Side| -> Vec<String> {
            let manner = Manner {
                heard: &heard(words, 0, 0),
                span: Span::new(start, start + Duration::from_millis(400 * words as u64)),
                previous_end: Some((previous, start - Duration::from_millis(400))),
                overlap: Duration::ZERO,
            };
            let cues = conduct.observe(&NORMS, UTTERANCE, &manner);
            cues.into_iter().map(|cue| cue.id).collect()
        };
        for _ in 0..3 {
            // Ten words in three breaths are ten words.
            assert!(hear(4, Side::Agent).is_empty());
            assert!(hear(3, Side::Caller).is_empty());
            assert!(hear(3, Side::Caller).is_empty());
        }
        assert!(hear(16, Side::Agent).is_empty());
        assert_eq!(hear(16, Side::Caller), ["conduct.long_turn"]);
        assert!(hear(3, Side::Caller).is_empty(), "said once");
    }

    #[test]
    fn a_mean_length_needs_three_turns() {
        let mut conduct = Conduct::default();
        let short = heard(3, 0, 0);
        assert!(ids(&mut conduct, &short, 1_200, 0, 400).is_empty());
        assert!(ids(&mut conduct, &short, 1_200, 0, 400).is_empty());
        assert_eq!(ids(&mut conduct, &short, 1_200, 0, 400), ["conduct.short_turns"]);
    }
}

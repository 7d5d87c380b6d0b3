//! What a playbook makes of a scene that people wrote down.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::units::{Confidence, Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;

use super::{Explanation, Moment, Outcome, explain};
use crate::playbook::{Note, Playbook, Scene};
use crate::private::Private;
use crate::reader::{Reader, ReaderPack, Turn};
use crate::replay::{BETWEEN_TURNS, PER_WORD};
use crate::snapshot::Snapshot;
use crate::transcript::Transcript;

/// The shortest utterance.
const AT_LEAST: Duration = Duration::from_secs(1);

/// What came of a scene.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The caller as the notes saw him.
    pub snapshot: Snapshot,
    /// One for every note, in the order of the playbook.
    pub notes: Vec<Explanation>,
}

impl Rehearsal {
    /// What every note of the playbook said: first those that fit, as they would be shown; then
    /// those that stay away, the ones first that lack least.
    pub fn told<'a>(&'a self, playbook: &'a Playbook) -> Vec<(&'a Note, &'a Explanation)> {
        let mut told: Vec<_> = playbook.notes().iter().zip(&self.notes).collect();
        told.sort_by_key(|(note, explanation)| {
            let missing = match explanation.outcome {
                Outcome::Fired { .. } => None,
                // What has nothing but its one condition missing lacks everything.
                Outcome::Missed { missing, .. } => Some((missing == note.when.all.len(), missing)),
            };
            (missing, Reverse((note.is_urgent(), note.priority, note.when.all.len())))
        });
        told
    }
}

/// Plays a scene to a playbook. What the scene does not say of the caller is read from the words if
/// `read` and somebody can read that language, and unknown otherwise. The reading is taken for one that has been made twice.
pub fn rehearse(
    playbook: &Playbook,
    readers: &Arc<ReaderPack>,
    scene: &Scene,
    read: bool,
) -> Rehearsal {
    let said = transcripts(playbook, scene);
    let mut reader = Reader::new(Arc::clone(readers));
    let read = read && playbook.language().is_read();
    let mut previous_end = None;
    for transcript in said.iter().filter(|_| read) {
        reader.hear(&Turn { transcript, prosody: None, previous_end, overlap: Duration::ZERO });
        previous_end = Some((transcript.utterance.side, transcript.span.end));
    }
    let at = said.last().map_or(StreamTime::ZERO, |last| last.span.end);
    let mut snapshot = reader.correct(scene.caller, at);
    snapshot.mood.trend = scene.trend.or(snapshot.mood.trend);
    snapshot.mood.escalating |= scene.escalating;
    snapshot.phase = scene.phase.unwrap_or(snapshot.phase);
    let notes = match said.split_last() {
        Some((transcript, earlier)) => {
            let reading = Some(&snapshot);
            let moment = Moment { at, transcript, snapshot: reading, previous: reading };
            explain(playbook, &scene.facts, earlier, &moment)
        }
        None => Vec::new(),
    };
    Rehearsal { snapshot, notes }
}

/// The scene on the time line, the last utterance ending when the scene says, or later if what was
/// said takes longer. Where nothing was said there is an utterance without words.
fn transcripts(playbook: &Playbook, scene: &Scene) -> Vec<Transcript> {
    let silence = [(Side::Caller, String::new())];
    let said = if scene.said.is_empty() { &silence[..] } else { &scene.said };
    let length = |(number, (_, words)): (usize, &(Side, String))| {
        let count = u32::try_from(words.split_whitespace().count()).unwrap_or(u32::MAX);
        let own = PER_WORD.saturating_mul(count).max(AT_LEAST);
        if number + 1 == said.len() { scene.lasting.unwrap_or(own) } else { own }
    };
    let lengths: Vec<Duration> = said.iter().enumerate().map(length).collect();
    let pauses = BETWEEN_TURNS.saturating_mul(u32::try_from(said.len() - 1).unwrap_or(u32::MAX));
    let whole = lengths.iter().sum::<Duration>() + pauses;
    let mut start = StreamTime::ZERO + scene.at.saturating_sub(whole);
    let transcript = |(number, ((side, words), length)): (u32, (&(Side, String), Duration))| {
        let span = Span::new(start, start + length);
        start = span.end + BETWEEN_TURNS;
        Transcript {
            utterance: UtteranceId { side: *side, number },
            span,
            text: (!words.is_empty()).then(|| Private::new(words.clone())),
            confidence: Confidence::new(1.0),
            language: playbook.language(),
        }
    };
    (1..).zip(said.iter().zip(lengths)).map(transcript).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::Outcome;
    use super::*;
    use crate::category::{Colour, Mood};
    use crate::snapshot::Correction;

    const NOTES: &str = r#"
[playbook]
language = "en"
name = "t"
[[note]]
id = "insult"
class = "compliance"
when.agent_said = "recorded"
when.caller_says = "idiot*"
say = "Stop."
why = "w"
[[note]]
id = "angry"
class = "empathy"
when.mood = "angry"
when.colour = "red"
say = "Now."
why = "w"
[[note]]
id = "long"
class = "hear_and_understand"
when.caller_talks_for = "30s"
when.after = "5m"
say = "So."
why = "w"
"#;

    fn fitting(scene: &Scene, read: bool) -> Vec<String> {
        let playbook = Playbook::parse("t.toml", NOTES).unwrap();
        let readers = Arc::new(ReaderPack::embedded().unwrap());
        let notes = rehearse(&playbook, &readers, scene, read).notes;
        let fits = |note: &Explanation| matches!(note.outcome, Outcome::Fired { .. });
        notes.into_iter().filter(fits).map(|note| note.note).collect()
    }

    #[test]
    fn words_come_in_order_and_lengths_and_ages_count() {
        let said = |said: &[(Side, &str)]| {
            said.iter().map(|(side, words)| (*side, (*words).to_owned())).collect()
        };
        let warned = Scene {
            said: said(&[(Side::Agent, "this is recorded"), (Side::Caller, "you idiots")]),
            ..Scene::default()
        };
        assert_eq!(fitting(&warned, false), ["insult"]);
        let unwarned = Scene { said: warned.said[1..].to_vec(), ..warned };
        assert!(fitting(&unwarned, false).is_empty());
        let long = Scene { lasting: Some(Duration::from_secs(40)), ..unwarned };
        assert!(fitting(&long, false).is_empty());
        let late = Scene { at: Duration::from_secs(301), ..long };
        assert_eq!(fitting(&late, false), ["long"]);
    }

    #[test]
    fn the_caller_is_what_the_scene_says_and_only_then_what_the_words_say() {
        let furious = "this is outrageous i am furious it is your mistake again".to_owned();
        let red = Correction { colour: Some(Colour::Red), ..Correction::default() };
        let scene = Scene { said: vec![(Side::Caller, furious)], caller: red, ..Scene::default() };
        assert!(fitting(&scene, false).is_empty());
        assert_eq!(fitting(&scene, true), ["angry"]);
        let calm = Scene { caller: Correction { mood: Some(Mood::Neutral), ..red }, ..scene };
        assert!(fitting(&calm, true).is_empty());
    }
}

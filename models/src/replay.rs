//! The same session, without waiting: recordings, stored transcripts and written dialogues.
//!
//! A recording runs through exactly the code of a live call, one request for recognition after the
//! other, as fast as the recogniser goes, and gives the same events.

use std::time::Duration;

use attune_audio::segment::AudioChunk;
use attune_audio::units::{Confidence, SampleRate, Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;
use serde::Deserialize;
use thiserror::Error;

use crate::event::{EndReason, Event};
use crate::private::Private;
use crate::recogniser::{JobKind, Recogniser};
use crate::session::{
    ChannelConfig, Input, InputError, Output, Session, SessionConfig, SessionError,
};
use crate::transcript::{Language, Transcript};

/// How much audio of each side goes in at a time. Any other length gives the same events.
const CHUNK: Duration = Duration::from_millis(200);

/// How fast words are taken to come in a written dialogue: 2.5 a second, 150 a minute.
pub(crate) const PER_WORD: Duration = Duration::from_millis(400);

/// The pause between the turns of a written dialogue.
pub(crate) const BETWEEN_TURNS: Duration = Duration::from_millis(400);

/// One side of a recording.
#[derive(Debug, Clone, Copy)]
pub struct Track<'a> {
    /// Whose.
    pub side: Side,
    /// 8, 16 or 48 kHz.
    pub rate: SampleRate,
    /// Mono, in [-1, 1], from the start of the call.
    pub samples: &'a [f32],
}

impl Track<'_> {
    fn length(&self) -> StreamTime {
        StreamTime::from_samples(self.samples.len() as u64, self.rate)
    }
}

/// What a replay tells while it runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Replayed {
    /// An event of the call.
    Event(Event),
    /// How far it has got.
    Progress {
        /// Media time that went in.
        done: StreamTime,
        /// Media time in all.
        total: StreamTime,
    },
}

/// Why a replay stopped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// There is no session for it.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The session refuses its content.
    #[error(transparent)]
    Input(#[from] InputError),
}

/// Runs a recording through a session. The channels are those of `tracks`, whatever `config` says;
/// partial results are not asked for. A track that ends early is a line that went dead, as in a
/// live call.
///
/// # Errors
/// See [`ReplayError`].
pub fn replay(
    tracks: &[Track<'_>],
    config: SessionConfig,
    recogniser: &mut dyn Recogniser,
    mut tell: impl FnMut(Replayed),
) -> Result<(), ReplayError> {
    let channel = |track: &Track<'_>| ChannelConfig { side: track.side, rate: track.rate };
    let mut session = Session::new(SessionConfig {
        channels: tracks.iter().map(channel).collect(),
        partials: false,
        ..config
    })?;
    let total = tracks.iter().map(Track::length).max().unwrap_or_default();
    let mut done = StreamTime::ZERO;
    while done < total {
        let next = (done + CHUNK).min(total);
        for track in tracks {
            if let Some(chunk) = cut(track, done, next) {
                session.handle(Input::Audio { side: track.side, chunk })?;
                run(&mut session, recogniser, |event| tell(Replayed::Event(event)))?;
            }
        }
        done = next;
        tell(Replayed::Progress { done, total });
    }
    session.handle(Input::End(EndReason::HangUp))?;
    run(&mut session, recogniser, |event| tell(Replayed::Event(event)))
}

/// Answers the session's requests on the spot until it has none, and hands its events on. Hints are
/// left out: they are no part of a replay.
///
/// # Errors
/// None in fact; an answer is never refused.
pub fn run(
    session: &mut Session,
    recogniser: &mut dyn Recogniser,
    mut tell: impl FnMut(Event),
) -> Result<(), ReplayError> {
    while let Some(output) = session.poll() {
        match output {
            // What is asked ahead is asked again if it is needed.
            Output::Recognise(job) if job.kind == JobKind::Ahead => {}
            Output::Recognise(job) => {
                let result = recogniser.recognise(&job.utterance.samples, &job.expected);
                session.handle(Input::Recognised { job: job.id, result })?;
            }
            Output::Event(event) => tell(event),
            Output::Cancel(_) | Output::Hint(_) => {}
        }
    }
    Ok(())
}

/// Reads stored transcripts again, without audio and without a model: what another playbook, other
/// lexicons would have made of the words. Readings of the voice are not part of it.
///
/// # Errors
/// See [`ReplayError`].
pub fn rescore(
    transcripts: &[Transcript],
    config: SessionConfig,
    tell: impl FnMut(Event),
) -> Result<(), ReplayError> {
    let sides = [Side::Caller, Side::Agent, Side::Mixed];
    let heard = |side: &Side| transcripts.iter().any(|line| line.utterance.side == *side);
    let channel = |side| ChannelConfig { side, rate: SampleRate::WORKING };
    let channels = sides.into_iter().filter(heard).map(channel).collect();
    let config = SessionConfig { channels, partials: false, ..config };
    let lines = transcripts
        .iter()
        .map(|line| (line.utterance.side, line.span, Private::new(line.words().to_owned())));
    read_out(config, lines, tell)
}

/// A written call: one line of a dialogue file. Fields that are not listed are left alone.
#[derive(Clone, Deserialize)]
pub struct Dialogue {
    /// Its name.
    pub id: String,
    /// BCP-47; English if it is missing.
    #[serde(default)]
    pub lang: String,
    /// In order.
    pub turns: Vec<DialogueTurn>,
}

/// A turn of a written call.
#[derive(Clone, Deserialize)]
pub struct DialogueTurn {
    /// `caller` or `agent`.
    pub side: DialogueSide,
    /// What is said.
    #[serde(deserialize_with = "private")]
    pub text: Private<String>,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DialogueSide {
    /// The caller's.
    Caller,
    /// The agent's.
    Agent,
}

impl From<DialogueSide> for Side {
    fn from(side: DialogueSide) -> Self {
        match side {
            DialogueSide::Caller => Self::Caller,
            DialogueSide::Agent => Self::Agent,
        }
    }
}

impl Dialogue {
    /// Reads one line of a dialogue file.
    ///
    /// # Errors
    /// When it is not JSON, lacks a field, or names an unknown language.
    pub fn parse(line: &str) -> Result<Self, serde_json::Error> {
        let dialogue: Self = serde_json::from_str(line)?;
        match dialogue.language() {
            Some(_) => Ok(dialogue),
            None => Err(serde::de::Error::custom(format!(
                "unknown language \"{}\"; use \"en\" or \"de\"",
                dialogue.lang
            ))),
        }
    }

    /// Its language, if it is a known one.
    pub fn language(&self) -> Option<Language> {
        if self.lang.is_empty() {
            Some(Language::default())
        } else {
            Language::from_code(&self.lang)
        }
    }

    /// The turns at the times at which they would be spoken: 2.5 words a second, 400 ms between
    /// turns.
    pub fn spans(&self) -> Vec<Span> {
        let mut start = StreamTime::ZERO;
        let mut spans = Vec::with_capacity(self.turns.len());
        for turn in &self.turns {
            let words = turn.text.reveal().split_whitespace().count().max(1);
            let end = start + PER_WORD * u32::try_from(words).unwrap_or(u32::MAX);
            spans.push(Span::new(start, end));
            start = end + BETWEEN_TURNS;
        }
        spans
    }

    /// The turns as a recogniser would have written them that is sure of every word, numbered from 1
    /// over both sides.
    pub fn transcripts(&self) -> Vec<Transcript> {
        let language = self.language().unwrap_or_default();
        let turns = (1..).zip(self.turns.iter().zip(self.spans()));
        let transcript = |(number, (turn, span)): (u32, (&DialogueTurn, Span))| Transcript {
            utterance: UtteranceId { side: turn.side.into(), number },
            span,
            text: Some(turn.text.clone()),
            confidence: Confidence::new(1.0),
            language,
        };
        turns.map(transcript).collect()
    }
}

/// Runs a written dialogue through a session, in the dialogue's language.
///
/// # Errors
/// See [`ReplayError`].
pub fn replay_dialogue(
    dialogue: &Dialogue,
    config: SessionConfig,
    tell: impl FnMut(Event),
) -> Result<(), ReplayError> {
    let channel = |side| ChannelConfig { side, rate: SampleRate::WORKING };
    let channels = Side::BOTH.into_iter().map(channel).collect();
    let language = dialogue.language().unwrap_or(config.language);
    let config = SessionConfig { channels, language, partials: false, ..config };
    let turns = dialogue.turns.iter().zip(dialogue.spans());
    let lines = turns.map(|(turn, span)| (turn.side.into(), span, turn.text.clone()));
    read_out(config, lines, tell)
}

/// Words without audio, through a session from start to end.
fn read_out(
    config: SessionConfig,
    lines: impl Iterator<Item = (Side, Span, Private<String>)>,
    mut tell: impl FnMut(Event),
) -> Result<(), ReplayError> {
    let mut session = Session::new(config)?;
    let spoken = lines.map(|(side, span, text)| Input::Spoken { side, span, text });
    for input in spoken.chain([Input::End(EndReason::HangUp)]) {
        session.handle(input)?;
        while let Some(output) = session.poll() {
            if let Output::Event(event) = output {
                tell(event);
            }
        }
    }
    Ok(())
}

fn private<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Private<String>, D::Error> {
    String::deserialize(from).map(Private::new)
}

/// The part of a track between two times; `None` after its end.
fn cut(track: &Track<'_>, from: StreamTime, to: StreamTime) -> Option<AudioChunk> {
    let index = |at: StreamTime| {
        usize::try_from(at.samples(track.rate)).unwrap_or(usize::MAX).min(track.samples.len())
    };
    let samples = track.samples.get(index(from)..index(to)).filter(|part| !part.is_empty())?;
    Some(AudioChunk { start: from, sequence: None, samples: samples.to_vec() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::EventBody;
    use crate::playbook::Playbook;
    use crate::reader::ReaderPack;

    fn config() -> SessionConfig {
        let playbook = Playbook::embedded(Language::English).expect("shipped");
        let readers = ReaderPack::embedded().expect("shipped");
        SessionConfig::new(Language::English, Vec::new(), Arc::new(playbook), Arc::new(readers))
    }

    const LINE: &str = r#"{"id":"en-001","lang":"en","industry":"broadband","turns":[
        {"side":"agent","text":"good morning how can i help"},
        {"side":"caller","text":"this is the third time i call nobody helps me","mood":"angry"},
        {"side":"caller","text":""},
        {"side":"agent","text":"i am sorry"}],"resolved":true}"#;

    fn read_aloud(dialogue: &Dialogue) -> Vec<Event> {
        let mut events = Vec::new();
        replay_dialogue(dialogue, config(), |event| events.push(event)).expect("well formed");
        events
    }

    fn transcripts(events: &[Event]) -> Vec<Transcript> {
        let transcript = |event: &Event| match &event.body {
            EventBody::Transcript(transcript) => Some(transcript.clone()),
            _ => None,
        };
        events.iter().filter_map(transcript).collect()
    }

    #[test]
    fn a_dialogue_takes_the_time_it_would_take() {
        let dialogue = Dialogue::parse(LINE).expect("well formed");
        let spans = dialogue.spans();
        // 6 words at 2.5 a second, a pause, 9 words.
        assert_eq!(spans[0], Span::new(StreamTime::ZERO, StreamTime::from_millis(2400)));
        assert_eq!(spans[1].start, StreamTime::from_millis(2800));
        assert_eq!(spans[1].end, StreamTime::from_millis(2800 + 3600 + 400));
        let lines = transcripts(&read_aloud(&dialogue));
        assert_eq!(lines.iter().map(|line| line.span).collect::<Vec<_>>(), spans);
        assert_eq!(lines[2].text, None, "an empty turn could not be made out");
    }

    #[test]
    fn a_dialogue_is_read_like_a_call() {
        let events = read_aloud(&Dialogue::parse(LINE).expect("well formed"));
        let snapshots =
            events.iter().filter(|event| matches!(event.body, EventBody::Snapshot(_))).count();
        assert_eq!(snapshots, 2, "one for each turn of the caller");
        assert!(matches!(events.last().map(|e| &e.body), Some(EventBody::Ended { .. })));
    }

    #[test]
    fn rescoring_gives_the_same_words_the_same_reading() {
        let events = read_aloud(&Dialogue::parse(LINE).expect("well formed"));
        let mut again = Vec::new();
        rescore(&transcripts(&events), config(), |event| again.push(event)).expect("well formed");
        assert_eq!(events, again);
    }

    #[test]
    fn bad_dialogues_are_refused() {
        for line in [
            "",
            "{}",
            r#"{"id":"x","turns":[{"side":"bystander","text":"hello"}]}"#,
            r#"{"id":"x","lang":"tlh","turns":[]}"#,
        ] {
            assert!(Dialogue::parse(line).is_err(), "{line}");
        }
        let default = Dialogue::parse(r#"{"id":"x","turns":[]}"#).expect("well formed");
        assert_eq!(default.language(), Some(Language::English));
    }

    #[test]
    fn an_empty_recording_is_an_empty_call() {
        use crate::recogniser::scripted::ScriptedModel;
        let track = Track { side: Side::Caller, rate: SampleRate::HZ_8000, samples: &[] };
        let mut events = Vec::new();
        let mut model = ScriptedModel::failing();
        let keep = |told| {
            if let Replayed::Event(event) = told {
                events.push(event);
            }
        };
        replay(&[track], config(), &mut model, keep).expect("no reason to fail");
        assert_eq!(events.len(), 3, "start, steps to take, end");
        assert!(replay(&[], config(), &mut model, |_| {}).is_err(), "no channel at all");
    }
}

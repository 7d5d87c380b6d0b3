//! Calls made of bursts of tone, and ways to feed them to a session.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use attune_audio::segment::AudioChunk;
use attune_audio::units::{SampleRate, Side, StreamTime};
use attune_audio::utterance::UtteranceId;
use attune_audio::vad::SpeechDetector;

use crate::event::{EndReason, Event, EventBody};
use crate::playbook::Playbook;
use crate::reader::ReaderPack;
use crate::recogniser::{Job, JobKind, RecogniseError, Recognition};
use crate::session::{ChannelConfig, Input, Output, Session, SessionConfig};
use crate::transcript::Language;

pub(super) const RATE: SampleRate = SampleRate::HZ_8000;

/// Takes what is loud for speech.
struct Loud;

impl SpeechDetector for Loud {
    fn speech_probability(&mut self, frame: &[f32]) -> f32 {
        let energy: f32 = frame.iter().map(|sample| sample * sample).sum();
        if energy / frame.len() as f32 > 1e-3 { 1.0 } else { 0.0 }
    }

    fn reset(&mut self) {}
}

pub(super) fn config(sides: &[Side]) -> SessionConfig {
    static PACK: OnceLock<(Arc<Playbook>, Arc<ReaderPack>)> = OnceLock::new();
    let (playbook, readers) = PACK.get_or_init(|| {
        let playbook = Playbook::embedded(Language::English).unwrap();
        (Arc::new(playbook), Arc::new(ReaderPack::embedded().unwrap()))
    });
    let channel = |side: &Side| ChannelConfig { side: *side, rate: RATE };
    let channels = sides.iter().map(channel).collect();
    SessionConfig {
        detector: Arc::new(|| Box::new(Loud)),
        ..SessionConfig::new(Language::English, channels, playbook.clone(), readers.clone())
    }
}

pub(super) fn session(sides: &[Side]) -> Session {
    Session::new(config(sides)).unwrap()
}

pub(super) fn ms(millis: u64) -> StreamTime {
    StreamTime::from_millis(millis)
}

pub(super) fn samples(millis: u64) -> usize {
    usize::try_from(millis * 8).unwrap()
}

/// One side: (pause before, length) of each burst, in milliseconds.
pub(super) fn track(bursts: &[(u64, u64)], pitch: f32) -> Vec<f32> {
    let mut track = Vec::new();
    for (pause, length) in bursts {
        track.resize(track.len() + samples(*pause), 0.0);
        let burst = 0..samples(*length);
        track.extend(
            burst.map(|i| 0.2 * (i as f32 * pitch).sin() + 0.1 * (i as f32 * 2.1 * pitch).sin()),
        );
    }
    track
}

pub(super) fn chunk(track: &[f32], from: usize, to: usize) -> AudioChunk {
    AudioChunk {
        start: StreamTime::from_samples(from as u64, RATE),
        sequence: None,
        samples: track[from..to].to_vec(),
    }
}

/// Feeds a stretch of a track in chunks of 100 ms.
pub(super) fn feed(session: &mut Session, side: Side, track: &[f32], from: u64, to: u64) {
    let (mut at, end) = (samples(from), samples(to).min(track.len()));
    while at < end {
        let next = (at + 800).min(end);
        session.handle(Input::Audio { side, chunk: chunk(track, at, next) }).unwrap();
        at = next;
    }
}

const SAID: [&str; 8] = [
    "hello this is the third time i am calling and nobody has helped me",
    "i understand that this is annoying let me look into it right away",
    "your company is a joke i want my money back today or i will cancel",
    "i am sorry about that unless you have the number there is no way",
    "okay so how does the refund work and",
    "you will get it within five working days i promise",
    "that is great thank you so much you really helped me",
    "is there anything else i can do for you",
];

/// What is said in an utterance: the same whenever it is asked.
pub(super) fn text(utterance: UtteranceId) -> &'static str {
    let first = usize::from(utterance.side == Side::Agent);
    SAID[(first + 2 * utterance.number as usize) % SAID.len()]
}

pub(super) fn answer(job: &Job) -> Input {
    let known = job.utterance.id;
    // Every fifth utterance cannot be made out.
    let words = if known.number.is_multiple_of(5) { "" } else { text(known) };
    let partial = || words.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let heard = match job.kind {
        JobKind::Final | JobKind::Ahead => Recognition::certain(words),
        JobKind::Partial => Recognition::certain(&partial()),
    };
    // As many tokens as anybody can say, however short the burst.
    Input::Recognised { job: job.id, result: Ok(Recognition { tokens: 3, ..heard }) }
}

/// All that a session has to say, its requests answered on the spot.
pub(super) fn drain(session: &mut Session) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(output) = session.poll() {
        match output {
            Output::Recognise(job) => session.handle(answer(&job)).unwrap(),
            Output::Event(event) => events.push(event),
            Output::Cancel(_) | Output::Hint(_) => {}
        }
    }
    events
}

/// A two-sided call.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) caller: Vec<f32>,
    pub(super) agent: Vec<f32>,
    /// Of the caller, in milliseconds.
    pub(super) lost: Option<(u64, u64)>,
    /// Of the caller, in milliseconds.
    pub(super) keys: Vec<u64>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (caller, agent) = (self.caller.len() / 8, self.agent.len() / 8);
        write!(f, "{caller} ms, {agent} ms, lost {:?}, keys {:?}", self.lost, self.keys)
    }
}

impl Call {
    fn track(&self, side: Side) -> &[f32] {
        if side == Side::Caller { &self.caller } else { &self.agent }
    }

    /// The next chunk of a side from `at`, cut where something is lost or a key is pressed.
    fn next(&self, side: Side, at: usize, length: usize) -> (Vec<Input>, usize) {
        let track = self.track(side);
        let mut end = (at + length).min(track.len());
        let mut inputs = Vec::new();
        if side == Side::Caller {
            for key in &self.keys {
                let key_at = samples(*key);
                if key_at == at {
                    inputs.push(Input::Dtmf { side, at: ms(*key) });
                } else if key_at > at && key_at < end {
                    end = key_at;
                }
            }
            if let Some((from, to)) = self.lost.map(|(from, to)| (samples(from), samples(to))) {
                if at >= from && at < to {
                    return (inputs, to.min(track.len()));
                }
                if from > at && from < end {
                    end = from;
                }
            }
        }
        inputs.push(Input::Audio { side, chunk: chunk(track, at, end) });
        (inputs, end)
    }

    /// The plainest way: both sides in step, every answer at once.
    pub(super) fn in_step(&self) -> Vec<Event> {
        let mut session = session(&Side::BOTH);
        let mut events = drain(&mut session);
        let mut at = [0; 2];
        while Side::BOTH.iter().zip(at).any(|(side, at)| at < self.track(*side).len()) {
            for (side, at) in Side::BOTH.iter().zip(&mut at) {
                if *at < self.track(*side).len() {
                    let (inputs, next) = self.next(*side, *at, 1600);
                    for input in inputs {
                        session.handle(input).unwrap();
                    }
                    *at = next;
                    events.extend(drain(&mut session));
                }
            }
        }
        session.handle(Input::End(EndReason::HangUp)).unwrap();
        events.extend(drain(&mut session));
        events
    }

    /// As it comes over a line: chunks of any size, now of one side and now of the other, some
    /// before their elders, answers late and in any order.
    pub(super) fn in_disorder(&self, random: &mut Random) -> Vec<Event> {
        let mut session =
            Session::new(SessionConfig { partials: true, ..config(&Side::BOTH) }).unwrap();
        let mut line = Line { session: &mut session, jobs: Vec::new(), events: Vec::new() };
        let mut at = [0; 2];
        let mut held: [VecDeque<Input>; 2] = Default::default();
        loop {
            let left = |index: usize| at[index] < self.track(Side::BOTH[index]).len();
            let ahead = |index: usize| at[index] > at[1 - index] + samples(1200);
            let pick = random.below(2);
            let index = match (left(0), left(1)) {
                (false, false) => break,
                (true, true) if ahead(pick) => 1 - pick,
                (true, true) => pick,
                (first, _) => usize::from(!first),
            };
            let (inputs, next) = self.next(Side::BOTH[index], at[index], 1 + random.below(1600));
            at[index] = next;
            held[index].extend(inputs);
            // Now and then the next chunk of the side overtakes.
            let last = next >= self.track(Side::BOTH[index]).len();
            if last || random.below(4) > 0 || held[index].len() > 2 {
                let overtaking = self.lost.is_none();
                while let Some(input) = take(&mut held[index], overtaking, random) {
                    line.handle(input);
                }
            }
            line.answer_some(random);
        }
        for input in held.into_iter().flatten() {
            line.handle(input);
        }
        line.handle(Input::End(EndReason::HangUp));
        while !line.jobs.is_empty() {
            line.answer_some(random);
        }
        line.events
    }
}

/// The next of a side's held inputs, by chance the one after it. A chunk may be overtaken; a key may
/// not, nor a scrap of a few samples, which nobody sends and whose absence passes for a rounded
/// start time. Where audio is lost nothing may overtake: what is missing for longer than the reorder
/// window is lost, too.
fn take(held: &mut VecDeque<Input>, overtaking: bool, random: &mut Random) -> Option<Input> {
    let whole = |input: Option<&Input>| matches!(input, Some(Input::Audio { chunk, .. }) if chunk.samples.len() >= samples(20));
    let swap = overtaking && random.below(2) == 0;
    if swap && whole(held.front()) && whole(held.get(1)) {
        held.swap(0, 1);
    }
    held.pop_front()
}

struct Line<'a> {
    session: &'a mut Session,
    jobs: Vec<Job>,
    events: Vec<Event>,
}

impl Line<'_> {
    fn handle(&mut self, input: Input) {
        self.session.handle(input).unwrap();
        while let Some(output) = self.session.poll() {
            match output {
                Output::Recognise(job) => {
                    // One that was asked ahead may be under way or may have been dropped.
                    self.jobs.retain(|known| known.id != job.id);
                    self.jobs.push(job);
                }
                Output::Cancel(id) => self.jobs.retain(|known| known.id != id),
                Output::Event(event) => self.events.push(event),
                Output::Hint(_) => {}
            }
        }
    }

    fn answer_some(&mut self, random: &mut Random) {
        while !self.jobs.is_empty() && random.below(3) == 0 {
            let job = self.jobs.swap_remove(random.below(self.jobs.len()));
            let dropped = job.kind == JobKind::Ahead && random.below(2) == 0;
            let result = Err(RecogniseError::Dropped);
            let dropping = Input::Recognised { job: job.id, result };
            self.handle(if dropped { dropping } else { answer(&job) });
        }
    }
}

/// A small generator, so that a failing case can be run again.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

pub(super) fn transcripts(events: &[Event]) -> Vec<UtteranceId> {
    let named = |event: &Event| match &event.body {
        EventBody::Transcript(transcript) => Some(transcript.utterance),
        _ => None,
    };
    events.iter().filter_map(named).collect()
}

/// What holds for every complete call.
pub(super) fn check(events: &[Event]) {
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.sequence, index as u64 + 1, "a hole");
    }
    for pair in events.windows(2) {
        assert!(pair[0].at <= pair[1].at, "time ran back: {pair:?}");
    }
    assert!(matches!(events[0].body, EventBody::Started { .. }));
    let ends = events.iter().filter(|event| matches!(event.body, EventBody::Ended { .. })).count();
    assert_eq!(ends, 1);
    assert!(matches!(events[events.len() - 1].body, EventBody::Ended { .. }));
    for side in Side::BOTH {
        let numbers: Vec<u32> = transcripts(events)
            .into_iter()
            .filter(|utterance| utterance.side == side)
            .map(|utterance| utterance.number)
            .collect();
        let expected: Vec<u32> = (1..=u32::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(numbers, expected, "each utterance once, in order");
    }
}

pub(super) fn seconds(events: &[Event]) -> Duration {
    events.last().map_or(Duration::ZERO, |event| event.at.since_start())
}

//! One call, from audio to cards: a state machine without a clock, a thread or a socket.
//!
//! [`Session::handle`] takes what happened, [`Session::poll`] gives what follows from it. Numbered
//! events depend on the audio, on the recognised texts and on what humans said, and never on when
//! results arrive, how audio is cut into chunks or which side comes first: an agenda in media time
//! holds everything until all that belongs before it is settled. So a live call and a replay of its
//! recording give the same events.
//!
//! Session time is media time: everything before it is settled. It stands still while the first
//! open request for recognition is unanswered, and while one channel lags behind the other.
//!
//! Whether a pause ends an utterance depends on its text, so a side waits at such a pause for the
//! answer; the text is asked for as soon as the pause begins.

mod agenda;
mod asking;
mod channel;
mod input;
mod partial;
mod pause;
mod summary;
#[cfg(test)]
mod tests;
mod tongue;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::prosody;
use attune_audio::segment::{AudioChunk, SideEvent};
use attune_audio::units::{Confidence, Side, Span, StreamTime};
use attune_audio::utterance::{CallerAudio, Utterance, UtteranceId};

use crate::alert::{Alarm, Alert};
use crate::event::{EndReason, Event, EventBody, Hint};
use crate::language::Spoken;
use crate::private::Private;
use crate::reader::{Reader, ReaderPack, Turn};
use crate::recogniser::{JobId, JobKind, RecogniseError, Recognition, gates};
use crate::snapshot::{Correction, Snapshot};
use crate::suggest::{Card, Moment, Suggester};
use crate::suggestion::{CardChange, Feedback};
use crate::transcript::{Language, Transcript};
use agenda::{Agenda, Entry};
use channel::{Channel, Source};
pub use input::{
    ChannelConfig, DetectorFactory, Input, InputError, Output, SessionConfig, SessionError,
};
use pause::Pause;
use summary::Figures;
use tongue::Tongue;

/// No call lasts longer; a later time is a mistake of the sender.
const LONGEST_CALL: StreamTime = StreamTime::new(Duration::from_secs(24 * 3600));

/// One call.
pub struct Session {
    tongue: Tongue,
    partials: bool,
    max_skew: Duration,
    channels: Vec<Channel>,
    agenda: Agenda,
    readers: Arc<ReaderPack>,
    reader: Reader,
    suggester: Suggester,
    alarm: Alarm,
    figures: Figures,
    /// Requests that wait until it is known which language they are to be heard in.
    parked: Vec<(JobId, Utterance, JobKind)>,
    outbox: VecDeque<Output>,
    next_job: u64,
    sequence: u64,
    /// Session time.
    now: StreamTime,
    /// The end of the last words that came without audio.
    words_until: StreamTime,
    stage: Stage,
    stray: u64,
}

enum Stage {
    Running,
    /// No more audio; answers are still open.
    Ending(EndReason),
    Ended,
}

impl Session {
    /// A call that begins. [`EventBody::Started`] is the first thing it gives.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn new(config: SessionConfig) -> Result<Self, SessionError> {
        let mut channels: Vec<Channel> = Vec::new();
        for channel in &config.channels {
            if channels.iter().any(|other| other.side == channel.side) {
                return Err(SessionError::RepeatedSide(channel.side));
            }
            channels.push(Channel::new(*channel, &config)?);
        }
        if channels.is_empty() {
            return Err(SessionError::NoChannel);
        }
        let mut session = Self {
            tongue: Tongue::new(&config),
            partials: config.partials,
            max_skew: config.max_skew,
            channels,
            agenda: Agenda::default(),
            reader: Reader::new(Arc::clone(&config.readers))
                .with(config.playbook.reading().clone()),
            readers: config.readers,
            suggester: Suggester::new(config.playbook)
                .with(config.facts.clone(), config.guidance.clone()),
            alarm: Alarm::default(),
            figures: Figures::default(),
            parked: Vec::new(),
            outbox: VecDeque::new(),
            next_job: 0,
            sequence: 0,
            now: StreamTime::ZERO,
            words_until: StreamTime::ZERO,
            stage: Stage::Running,
            stray: 0,
        };
        session.reader.carry(&config.facts.carried);
        let (facts, guidance) = (Box::new(config.facts), Box::new(config.guidance));
        let started = EventBody::Started { language: config.language, facts, guidance };
        session.emit(StreamTime::ZERO, started);
        let listed = session.suggester.begin();
        session.emit_cards(StreamTime::ZERO, listed);
        Ok(session)
    }

    /// Takes an input; [`Session::poll`] then has what follows from it.
    ///
    /// # Errors
    /// See [`InputError`]; a refused input changes nothing. An answer that nobody asked for, or
    /// that comes twice, is no error: it is counted and forgotten.
    pub fn handle(&mut self, input: Input) -> Result<(), InputError> {
        if let Input::Recognised { job, result } = input {
            self.recognised(job, result);
            self.settle();
            return Ok(());
        }
        if !matches!(self.stage, Stage::Running) {
            return Err(InputError::AfterEnd);
        }
        match input {
            Input::Audio { side, chunk } => self.audio(side, chunk)?,
            Input::Silence { side, span } => self.silence(side, span)?,
            Input::Dtmf { side, at } => self.dtmf(side, at)?,
            Input::Spoken { side, span, text } => self.spoken(side, span, &text)?,
            Input::Correct(correction) => self.correct(correction)?,
            Input::Feedback(feedback) => self.feedback(feedback)?,
            Input::Advise(text) => self.advise(text),
            Input::End(reason) => self.end(reason),
            Input::Recognised { .. } => {}
        }
        self.settle();
        Ok(())
    }

    /// The next thing that follows from the inputs so far; `None` until there is another input.
    pub fn poll(&mut self) -> Option<Output> {
        self.outbox.pop_front()
    }

    /// The caller now; `None` before the first reading.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.reader.snapshot()
    }

    /// The cards on the agent's screen, oldest first.
    pub fn cards(&self) -> &[Card] {
        self.suggester.cards()
    }

    /// Session time: everything before it is settled.
    pub fn now(&self) -> StreamTime {
        self.now
    }

    /// Audio of this side before this was received without a hole; a sender whose line broke goes
    /// on from here. Zero for a side that no channel carries.
    pub fn received(&self, side: Side) -> StreamTime {
        self.find(side).map_or(StreamTime::ZERO, |channel| channel.stream.received())
    }

    /// The highest chunk number before [`Session::received`].
    pub fn last_sequence(&self, side: Side) -> Option<u64> {
        self.find(side).and_then(|channel| channel.stream.last_sequence())
    }

    /// The most audio of a side that was received and waits, behind a pause, for the text before it.
    pub fn backlog(&self) -> Duration {
        let waits = |channel: &Channel| {
            channel.stream.received().saturating_since(channel.stream.processed())
        };
        self.channels.iter().map(waits).max().unwrap_or_default()
    }

    /// Speech of this side before this has its final text.
    pub fn finalised(&self, side: Side) -> StreamTime {
        let Some(channel) = self.find(side) else { return StreamTime::ZERO };
        let decided = match channel.source {
            Source::Words => self.words_until,
            Source::Unknown | Source::Audio => channel.stream.processed(),
        };
        let open = [channel.speaking_since, self.agenda.earliest_speech(side)];
        open.into_iter().flatten().fold(decided, StreamTime::min)
    }

    /// Whether [`EventBody::Ended`] has been given.
    pub fn is_ended(&self) -> bool {
        matches!(self.stage, Stage::Ended)
    }

    /// Answers that came for no open request.
    pub fn stray_answers(&self) -> u64 {
        self.stray
    }

    fn find(&self, side: Side) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.side == side)
    }

    /// The channel of `side`, if it carries `source` or nothing yet.
    fn channel(&mut self, side: Side, source: Source) -> Result<&mut Channel, InputError> {
        let channel = self.channels.iter_mut().find(|channel| channel.side == side);
        let channel = channel.ok_or(InputError::UnknownSide(side))?;
        if channel.source != Source::Unknown && channel.source != source {
            return Err(InputError::MixedSource(side));
        }
        channel.source = source;
        Ok(channel)
    }

    fn audio(&mut self, side: Side, chunk: AudioChunk) -> Result<(), InputError> {
        plausible(chunk.start)?;
        self.channel(side, Source::Audio)?.stream.push(chunk);
        self.listen();
        Ok(())
    }

    fn silence(&mut self, side: Side, span: Span) -> Result<(), InputError> {
        plausible(span.end)?;
        self.channel(side, Source::Audio)?.stream.silence(span);
        self.listen();
        Ok(())
    }

    fn dtmf(&mut self, side: Side, at: StreamTime) -> Result<(), InputError> {
        plausible(at)?;
        self.find(side).ok_or(InputError::UnknownSide(side))?;
        self.agenda.add(at.max(self.now), side, Entry::Dtmf { side });
        Ok(())
    }

    fn spoken(&mut self, side: Side, span: Span, text: &Private<String>) -> Result<(), InputError> {
        plausible(span.end)?;
        let id = self.channel(side, Source::Words)?.next_spoken();
        let answer = Recognition::certain(text.reveal());
        let at = span.end.max(self.now).max(self.words_until);
        self.words_until = at;
        self.agenda.add(at, side, Entry::Spoken { id, span, answer });
        Ok(())
    }

    /// Takes what the streams have to tell, after making those that lag keep up.
    fn listen(&mut self) {
        let leader = self.channels.iter().map(|channel| channel.stream.received()).max();
        for index in 0..self.channels.len() {
            self.channels[index].keep_up(leader.unwrap_or_default(), self.max_skew);
            self.hear_out(index);
        }
    }

    fn hear_out(&mut self, index: usize) {
        while let Some(event) = self.channels[index].stream.poll() {
            self.side_event(index, event);
        }
    }

    fn side_event(&mut self, index: usize, event: SideEvent) {
        let side = self.channels[index].side;
        match event {
            SideEvent::SpeechBegan { at } => {
                self.channels[index].speaking_since = Some(at);
                self.hint(Hint::SpeechBegan { side, at });
            }
            SideEvent::SpeechEnded { at } => {
                self.channels[index].speaking_since = None;
                self.hint(Hint::SpeechEnded { side, at });
            }
            SideEvent::Growing(utterance) => {
                let wanted = self.partials && self.channels[index].partials.may_ask();
                if wanted && !self.says_nothing_yet(&utterance) {
                    let job = self.ask(utterance.clone(), JobKind::Partial);
                    self.channels[index].partials.asked(job, &utterance);
                }
            }
            SideEvent::Pausing(utterance) => {
                let job = self.ask(utterance.clone(), JobKind::Ahead);
                self.channels[index].pause = Some(Pause::new(job, utterance));
            }
            SideEvent::Resumed => {
                if let Some(pause) = self.channels[index].pause.take() {
                    self.cancel(pause.job());
                }
            }
            SideEvent::Undecided => {
                self.insist(index);
                self.decide(index);
            }
            SideEvent::Utterance(utterance, closed) => self.closed(index, utterance, closed),
            SideEvent::Gap(span, closed) => {
                self.agenda.add(closed, side, Entry::Gap { side, span });
            }
        }
    }

    /// An utterance is complete. After a pause that was told it is the one that was asked for.
    fn closed(&mut self, index: usize, utterance: Utterance, closed: StreamTime) {
        self.insist(index);
        let channel = &mut self.channels[index];
        channel.finished(utterance.span);
        let (side, pause) = (channel.side, channel.pause.take());
        let job = match &pause {
            Some(pause) => pause.job(),
            None => self.ask(utterance.clone(), JobKind::Final),
        };
        let answer = pause.and_then(Pause::into_answer);
        let answered = answer.is_some();
        let place = self.agenda.add(closed, side, Entry::Utterance { utterance, answer });
        if !answered {
            self.agenda.wait_for(job, place);
        }
    }

    fn correct(&mut self, correction: Correction) -> Result<(), InputError> {
        if correction == Correction::default() {
            return Err(InputError::EmptyCorrection);
        }
        let snapshot = self.reader.correct(correction, self.now);
        self.emit(self.now, EventBody::Snapshot(Box::new(snapshot)));
        Ok(())
    }

    fn feedback(&mut self, feedback: Feedback) -> Result<(), InputError> {
        let changes = self
            .suggester
            .feedback(&feedback, self.now)
            .map_err(|unknown| InputError::UnknownCard(unknown.0))?;
        self.emit(self.now, EventBody::Feedback(feedback));
        self.emit_cards(self.now, changes);
        Ok(())
    }

    fn advise(&mut self, text: Private<String>) {
        let changes = self.suggester.advise(text.into_revealed(), self.now);
        self.emit_cards(self.now, changes);
    }

    fn end(&mut self, reason: EndReason) {
        for index in 0..self.channels.len() {
            self.channels[index].stream.finish();
            self.hear_out(index);
        }
        self.stage = Stage::Ending(reason);
    }

    /// Settles what can be settled, in order, and lets time pass up to what cannot.
    fn settle(&mut self) {
        let limit = self.decided();
        while let Some((at, entry)) = self.agenda.next(limit) {
            // A key may lie after the end of the audio.
            let at = if limit.is_none() { at.min(self.length()) } else { at }.max(self.now);
            self.pass(at);
            self.apply(at, entry);
        }
        match (self.agenda.first(), limit) {
            (Some(first), Some(limit)) => self.pass(first.min(limit)),
            (Some(time), None) | (None, Some(time)) => self.pass(time.min(self.length())),
            (None, None) => self.pass(self.words_until),
        }
        self.forget_settled();
        self.unpark();
        if let (Stage::Ending(reason), None, true) = (&self.stage, limit, self.agenda.is_empty()) {
            self.close(*reason);
        }
    }

    /// The time before which no side will bring anything new; `None` when nothing new can come.
    /// Words that come without audio come in order, so they never wait.
    fn decided(&self) -> Option<StreamTime> {
        let carries = |source| self.channels.iter().any(|channel| channel.source == source);
        if carries(Source::Words) && !carries(Source::Audio) {
            return None;
        }
        // After the end of the call a side may still wait for a verdict.
        let open =
            |channel: &&Channel| channel.source != Source::Words && !channel.stream.is_finished();
        self.channels.iter().filter(open).map(|channel| channel.stream.processed()).min()
    }

    /// How long the call is so far.
    fn length(&self) -> StreamTime {
        let audio = self.channels.iter().map(|channel| channel.stream.received()).max();
        audio.unwrap_or_default().max(self.words_until)
    }

    /// Lets session time reach `to`, taking cards away at their exact times.
    fn pass(&mut self, to: StreamTime) {
        for (at, change) in self.suggester.advance(to.max(self.now)) {
            self.emit_cards(at, vec![change]);
        }
        self.now = self.now.max(to);
    }

    fn apply(&mut self, at: StreamTime, entry: Entry) {
        match entry {
            Entry::Utterance { utterance, .. } if self.says_nothing(&utterance, utterance.span) => {
                // Not a turn of anybody: it keeps its place, without text, and nobody is read.
                let nothing = Err(RecogniseError::Dropped);
                let language = self.tongue.at(utterance.span.start);
                let transcript = transcript(utterance.id, utterance.span, nothing, language);
                self.emit(at, EventBody::Transcript(transcript));
            }
            Entry::Utterance { utterance, answer } => {
                let answer = answer.unwrap_or(Err(RecogniseError::Dropped));
                let prosody = CallerAudio::of(&utterance).map(prosody::measure);
                self.heard(at, utterance.id, utterance.span, answer, prosody.as_ref());
            }
            Entry::Spoken { id, span, answer } => self.heard(at, id, span, Ok(answer), None),
            Entry::Gap { side, span } => {
                self.figures.gap(span);
                self.emit(at, EventBody::Gap { side, span });
            }
            Entry::Dtmf { side } => self.emit(at, EventBody::Dtmf { side }),
        }
    }

    /// Whether an utterance is nobody's words: breath without a voice, or what its side heard of
    /// another one during `span`. What is settled has been heard by all sides to its end, so for an
    /// utterance that is settled it depends on the sound alone.
    fn says_nothing(&self, utterance: &Utterance, span: Span) -> bool {
        let Some(own) = self.find(utterance.id.side) else { return false };
        let own = own.stream.recent();
        let mut others = self.channels.iter().filter(|other| other.side != utterance.id.side);
        others.any(|other| own.is_bleed_of(other.stream.recent(), span))
            || !prosody::has_voice(utterance)
    }

    /// The same of one that is being said, as far as all sides have come.
    fn says_nothing_yet(&self, utterance: &Utterance) -> bool {
        let Span { start, end } = utterance.span;
        let heard = self.decided().unwrap_or_default().clamp(start, end);
        self.says_nothing(utterance, Span::new(start, heard))
    }

    /// Lets go of sound that no utterance to come lies beside.
    fn forget_settled(&mut self) {
        let speech = |channel: &Channel| {
            let waiting = self.agenda.earliest_speech(channel.side);
            let undecided = channel.stream.undecided();
            waiting.map_or(undecided, |start| start.min(undecided))
        };
        let needed = self.channels.iter().map(speech).min().unwrap_or_default();
        for channel in &mut self.channels {
            channel.stream.forget_before(needed);
        }
    }

    /// An utterance is settled: transcript, reading, cards.
    fn heard(
        &mut self,
        at: StreamTime,
        utterance: UtteranceId,
        span: Span,
        answer: Result<Recognition, RecogniseError>,
        prosody: Option<&prosody::Prosody>,
    ) {
        let turning = self.figures.spoke(utterance.side, span);
        let spoken = answer.as_ref().ok().and_then(|heard| heard.spoken);
        let language = spoken.map_or(self.tongue.at(span.start), |spoken| spoken.language);
        let transcript = transcript(utterance, span, answer, language);
        self.emit(at, EventBody::Transcript(transcript.clone()));
        if let Some(spoken) = spoken.filter(|_| transcript.text.is_some()) {
            self.sounded(at, spoken, span.length());
        }
        for alert in self.reader.alerts(&transcript) {
            self.alert(at, alert);
        }
        let previous = self.reader.snapshot().cloned();
        let turn = Turn {
            transcript: &transcript,
            prosody,
            previous_end: turning.previous_end,
            overlap: turning.overlap,
        };
        if let Some(snapshot) = self.reader.hear(&turn) {
            self.figures.read(&snapshot);
            self.emit(at, EventBody::Snapshot(Box::new(snapshot)));
        }
        let changes = self.suggester.consider(&Moment {
            at,
            transcript: &transcript,
            snapshot: self.reader.snapshot(),
            previous: previous.as_ref(),
        });
        self.emit_cards(at, changes);
    }

    /// The call may be in another language than was thought; cards follow it.
    fn sounded(&mut self, at: StreamTime, spoken: Spoken, speech: Duration) {
        let Some(playbook) = self.tongue.hear(at, spoken, speech) else { return };
        self.emit(at, EventBody::LanguageChanged { language: self.tongue.now() });
        let changes = self.suggester.follow(playbook, at);
        self.emit_cards(at, changes);
    }

    /// Everything is settled: the last events.
    fn close(&mut self, reason: EndReason) {
        self.pass(self.length());
        let changes = self.suggester.end(self.now);
        self.emit_cards(self.now, changes);
        let duration = self.length().since_start();
        let summary = Box::new(self.figures.summary(duration, self.reader.snapshot()));
        self.emit(self.now, EventBody::Ended { reason, summary });
        self.stage = Stage::Ended;
    }

    fn emit_cards(&mut self, at: StreamTime, changes: Vec<CardChange>) {
        for change in changes {
            self.figures.card(&change);
            let alert = Alert::of_card(&change);
            self.emit(at, EventBody::Card(change));
            if let Some(alert) = alert {
                self.alert(at, alert);
            }
        }
    }

    /// A human is called, and nothing is sold in this call any more.
    fn alert(&mut self, at: StreamTime, alert: Alert) {
        if self.alarm.is_news(at, &alert) {
            self.emit(at, EventBody::Alert(alert));
        }
        let changes = self.suggester.stop_selling();
        self.emit_cards(at, changes);
    }

    fn emit(&mut self, at: StreamTime, body: EventBody) {
        self.sequence += 1;
        self.outbox.push_back(Output::Event(Event { sequence: self.sequence, at, body }));
    }

    fn hint(&mut self, hint: Hint) {
        self.outbox.push_back(Output::Hint(hint));
    }
}

fn plausible(at: StreamTime) -> Result<(), InputError> {
    if at <= LONGEST_CALL { Ok(()) } else { Err(InputError::BeyondAnyCall(at)) }
}

/// The final text, or the honest lack of one.
fn transcript(
    utterance: UtteranceId,
    span: Span,
    answer: Result<Recognition, RecogniseError>,
    language: Language,
) -> Transcript {
    let believed = answer.ok().filter(|heard| gates::accept(heard, span.length()).is_ok());
    let confidence = Confidence::new(believed.as_ref().map_or(0.0, |heard| heard.confidence));
    let text = believed.map(|heard| heard.text);
    Transcript { utterance, span, text, confidence, language }
}

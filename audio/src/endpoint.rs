//! Where speech begins and ends.
//!
//! Counts in frames of 20 ms. Speech opens when enough frames in a short while are above the upper
//! threshold, and closes when none has been above the lower one for the hang-over: the short one if
//! what was said is finished, which somebody else has to say, and the long one if not. What goes on
//! for too long is cut at its quietest point and goes on as a next utterance.

use std::collections::VecDeque;
use std::time::Duration;

use crate::segment::{SegmentConfig, SideEvent, Verdict};
use crate::units::{Side, Span, StreamTime};
use crate::utterance::{Utterance, UtteranceId};
use crate::vad::FRAME;

/// How long a frame lasts.
pub(crate) const FRAME_LENGTH: Duration = Duration::from_millis(20);

/// A beginning that is not confirmed yet survives this many frames without speech: the closure of
/// a plosive.
const CANDIDATE_GAP: u64 = 3;

/// The settings in frames.
#[derive(Debug, Clone, Copy)]
struct Frames {
    min_speech: u64,
    finished_hang_over: u64,
    hang_over: u64,
    longest: u64,
    search: u64,
    lead_in: u64,
    lead_out: u64,
    growing_every: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Idle,
    /// Perhaps a beginning: `heard` frames of speech since frame `start`, the latest at `last`.
    Candidate {
        start: u64,
        last: u64,
        heard: u64,
    },
    /// Speech since frame `start`, the latest at `last`.
    Open {
        start: u64,
        last: u64,
    },
}

/// What was told of the pause after the latest speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    /// Nothing yet, if there is one.
    Untold,
    /// The utterance as it would be.
    Told,
    /// That it could be the end; the verdict is open.
    Undecided,
    /// The verdict was that more is pending.
    Bridged,
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    energy: f32,
    speech: bool,
}

/// Turns speech probabilities into utterances, for one side.
#[derive(Debug)]
pub(crate) struct Endpointer {
    side: Side,
    number: u32,
    frames: Frames,
    on: f32,
    off: f32,
    state: State,
    /// Of an open state.
    pause: Pause,
    /// Up to here speech begins again as easily as it would have gone on: an early end must not
    /// cost the weak last syllables.
    warm_until: u64,
    /// The number of the frame that comes next.
    now: u64,
    /// Samples and verdicts of the frames from `kept_from` to `now`.
    samples: VecDeque<f32>,
    heard: VecDeque<Heard>,
    kept_from: u64,
    /// No utterance may take samples before this frame: another one has them.
    taken_until: u64,
    /// The end of the stream, once it is known: it may lie within the last frame.
    end: Option<StreamTime>,
}

impl Endpointer {
    pub(crate) fn new(side: Side, config: &SegmentConfig) -> Self {
        let longest = frames(config.max_utterance).max(10);
        let hang_over = frames(config.hang_over).max(1);
        let finished_hang_over = frames(config.finished_hang_over).clamp(1, hang_over);
        Self {
            side,
            number: 1,
            frames: Frames {
                min_speech: frames(config.min_speech).max(1),
                finished_hang_over,
                hang_over,
                longest,
                search: frames(config.split_search).clamp(1, longest - 1),
                lead_in: frames(config.lead_in),
                lead_out: frames(config.lead_out).min(finished_hang_over),
                growing_every: frames(config.growing_every).max(1),
            },
            on: config.speech_on,
            off: config.speech_off.min(config.speech_on),
            state: State::Idle,
            pause: Pause::Untold,
            warm_until: 0,
            now: 0,
            samples: VecDeque::new(),
            heard: VecDeque::new(),
            kept_from: 0,
            taken_until: 0,
            end: None,
        }
    }

    /// How many frames were heard.
    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// Up to where frames were heard; the last one may reach beyond the end of the stream.
    pub(crate) fn reached(&self) -> StreamTime {
        self.clip(time(self.now))
    }

    pub(crate) fn side(&self) -> Side {
        self.side
    }

    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    /// The first frame that an utterance to come may begin with.
    pub(crate) fn undecided(&self) -> u64 {
        match self.state {
            State::Idle => self.now,
            State::Candidate { start, .. } | State::Open { start, .. } => start,
        }
    }

    /// Whether a verdict is open. No frame may follow before [`Endpointer::decide`].
    pub(crate) fn is_undecided(&self) -> bool {
        self.pause == Pause::Undecided
    }

    /// The verdict, if one is open.
    pub(crate) fn decide(&mut self, verdict: Verdict, out: &mut VecDeque<SideEvent>) {
        let (State::Open { start, last }, Pause::Undecided) = (self.state, self.pause) else {
            return;
        };
        match verdict {
            Verdict::Finished => {
                self.close(start, last, out);
                self.forget();
            }
            Verdict::MorePending => self.pause = Pause::Bridged,
        }
    }

    /// Hears the next frame.
    pub(crate) fn frame(
        &mut self,
        samples: &[f32],
        probability: f32,
        out: &mut VecDeque<SideEvent>,
    ) {
        debug_assert!(!self.is_undecided(), "this frame waits for a verdict");
        let frame = self.now;
        self.now += 1;
        self.samples.extend(samples);
        let energy = samples.iter().map(|sample| sample * sample).sum();
        self.heard.push_back(Heard { energy, speech: probability >= self.off });
        self.step(frame, probability, out);
        if let State::Open { start, last } = self.state {
            self.open(start, last, out);
        }
        self.forget();
    }

    /// Passes over frames of silence at once.
    pub(crate) fn jump(&mut self, count: u64) {
        debug_assert!(self.is_idle(), "a jump over open speech would lose its end");
        self.now += count;
        let silent = count.min(self.frames.lead_in);
        let samples = usize::try_from(silent).unwrap_or(0);
        self.samples.extend(std::iter::repeat_n(0.0, samples * FRAME));
        self.heard.extend(std::iter::repeat_n(Heard { energy: 0.0, speech: false }, samples));
        self.kept_from = self.now - self.heard.len() as u64;
        self.forget();
    }

    /// Says where the stream will end, before its last frame: nothing lies or closes after that.
    pub(crate) fn ends_at(&mut self, end: StreamTime) {
        self.end = Some(end);
    }

    /// Ends the stream: open speech becomes an utterance.
    pub(crate) fn finish(&mut self, out: &mut VecDeque<SideEvent>) {
        if let State::Open { start, last } = self.state {
            self.close(start, last, out);
        }
        self.state = State::Idle;
    }

    /// After a frame of open speech, or of the pause in it.
    fn open(&mut self, start: u64, last: u64, out: &mut VecDeque<SideEvent>) {
        let paused = self.now - (last + 1);
        if paused == 0 {
            self.resume(out);
        }
        if paused >= self.frames.hang_over {
            self.close(start, last, out);
        } else if self.now - start >= self.frames.longest {
            self.split(start, out);
        } else if paused >= self.frames.lead_out.max(1) {
            if self.pause == Pause::Untold {
                self.pause = Pause::Told;
                let until = last + 1 + self.frames.lead_out;
                out.push_back(SideEvent::Pausing(self.utterance(start, last + 1, until)));
            }
            if self.pause == Pause::Told && paused >= self.frames.finished_hang_over {
                self.pause = Pause::Undecided;
                out.push_back(SideEvent::Undecided);
            }
        } else if (self.now - start).is_multiple_of(self.frames.growing_every) {
            out.push_back(SideEvent::Growing(self.utterance(start, last + 1, self.now)));
        }
    }

    /// What was told of a pause is void.
    fn resume(&mut self, out: &mut VecDeque<SideEvent>) {
        if self.pause != Pause::Untold {
            self.pause = Pause::Untold;
            out.push_back(SideEvent::Resumed);
        }
    }

    fn step(&mut self, frame: u64, probability: f32, out: &mut VecDeque<SideEvent>) {
        let on = if frame < self.warm_until { self.off } else { self.on };
        self.state = match self.state {
            State::Idle if probability >= on => {
                State::Candidate { start: frame, last: frame, heard: 1 }
            }
            State::Candidate { start, heard, .. } if probability >= self.off => {
                State::Candidate { start, last: frame, heard: heard + 1 }
            }
            State::Candidate { last, .. } if frame - last > CANDIDATE_GAP => State::Idle,
            State::Open { start, .. } if probability >= self.off => {
                State::Open { start, last: frame }
            }
            state => state,
        };
        if let State::Candidate { start, last, heard } = self.state
            && heard >= self.frames.min_speech
        {
            self.state = State::Open { start, last };
            out.push_back(SideEvent::SpeechBegan { at: time(start) });
        }
    }

    fn close(&mut self, start: u64, last: u64, out: &mut VecDeque<SideEvent>) {
        let until = (last + 1 + self.frames.lead_out).min(self.now);
        self.emit(start, last + 1, until, out);
        out.push_back(SideEvent::SpeechEnded { at: self.clip(time(last + 1)) });
        self.state = State::Idle;
        self.pause = Pause::Untold;
        self.warm_until = last + 1 + self.frames.hang_over;
    }

    /// Cuts speech that has become too long.
    fn split(&mut self, start: u64, out: &mut VecDeque<SideEvent>) {
        let cut = self.quietest(self.now - self.frames.search, self.now);
        let speech = |frame: &u64| self.heard_at(*frame).speech;
        let last = (start..cut).rev().find(speech).unwrap_or(start);
        let first = (cut..self.now).find(speech);
        let latest = (cut..self.now).rev().find(speech);
        let (Some(next), Some(latest)) = (first, latest) else {
            return self.close(start, last, out);
        };
        self.resume(out);
        let until = (last + 1 + self.frames.lead_out).min(cut.max(last + 1));
        self.emit(start, last + 1, until, out);
        self.state = State::Open { start: next, last: latest };
    }

    /// The frame in the middle of the quietest 60 ms.
    fn quietest(&self, from: u64, to: u64) -> u64 {
        let energy = |frame: u64| {
            (frame.max(from + 1) - 1..=(frame + 1).min(to - 1))
                .map(|near| self.heard_at(near).energy)
                .sum::<f32>()
        };
        (from..to).min_by(|&a, &b| energy(a).total_cmp(&energy(b))).unwrap_or(from)
    }

    fn heard_at(&self, frame: u64) -> Heard {
        let index = usize::try_from(frame - self.kept_from).unwrap_or(usize::MAX);
        self.heard.get(index).copied().unwrap_or(Heard { energy: 0.0, speech: false })
    }

    fn emit(&mut self, start: u64, end: u64, until: u64, out: &mut VecDeque<SideEvent>) {
        let utterance = self.utterance(start, end, until);
        out.push_back(SideEvent::Utterance(utterance, self.clip(time(self.now))));
        self.number += 1;
        self.taken_until = until;
    }

    /// From the lead-in before frame `start` up to frame `until`.
    fn utterance(&self, start: u64, end: u64, until: u64) -> Utterance {
        let from = start.saturating_sub(self.frames.lead_in).max(self.taken_until);
        let index = |frame: u64| usize::try_from(frame - self.kept_from).unwrap_or(0) * FRAME;
        let range = index(from)..index(until).min(self.samples.len());
        Utterance {
            id: UtteranceId { side: self.side, number: self.number },
            span: Span::new(time(start), self.clip(time(end))),
            samples: self.samples.range(range).copied().collect(),
        }
    }

    fn clip(&self, at: StreamTime) -> StreamTime {
        self.end.map_or(at, |end| at.min(end))
    }

    /// Lets go of what no utterance can take any more.
    fn forget(&mut self) {
        let needed = self.undecided().saturating_sub(self.frames.lead_in);
        let gone = usize::try_from(needed.saturating_sub(self.kept_from)).unwrap_or(0);
        self.samples.drain(..(gone * FRAME).min(self.samples.len()));
        self.heard.drain(..gone.min(self.heard.len()));
        self.kept_from += gone as u64;
    }
}

/// When frame number `frame` begins.
pub(crate) fn time(frame: u64) -> StreamTime {
    StreamTime::from_millis(frame.saturating_mul(20))
}

fn frames(length: Duration) -> u64 {
    let frame = FRAME_LENGTH.as_nanos();
    u64::try_from((length.as_nanos() + frame / 2) / frame).unwrap_or(u64::MAX)
}

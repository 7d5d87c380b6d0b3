//! One side of a call: chunks in, utterances out.
//!
//! Reassembly, conversion to 16 kHz, frames of 20 ms, voice activity, endpointing. Whether a pause
//! ends an utterance depends on what was said, and that is for others to know: the side asks and
//! waits for the answer. What comes out is a pure function of the sound and of those answers: the
//! same samples in other chunks, the same answers sooner or later give the same events, bit for
//! bit.

mod chain;

use std::fmt;
use std::time::Duration;

use crate::assemble::Assembler;
pub use crate::assemble::Dropped;
use crate::bleed::Recent;
use crate::endpoint::time;
pub use crate::resample::UnsupportedRate;
use crate::units::{SampleRate, Side, Span, StreamTime};
use crate::utterance::Utterance;
use crate::vad::SpeechDetector;
use chain::Chain;

/// A piece of one side's sound as it came over the line.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioChunk {
    /// Media time of the first sample.
    pub start: StreamTime,
    /// The sender's number, if it counts.
    pub sequence: Option<u64>,
    /// Mono, at the side's rate, in [-1, 1].
    pub samples: Vec<f32>,
}

/// How sound is cut into utterances. Lengths are rounded to 20 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentConfig {
    /// How much later media may come before a missing chunk is given up.
    pub reorder_window: Duration,
    /// Speech may begin at this probability, 0 to 1.
    pub speech_on: f32,
    /// Speech goes on down to this probability, at most `speech_on`.
    pub speech_off: f32,
    /// Less speech than this is a click or a cough.
    pub min_speech: Duration,
    /// A pause of this length ends an utterance whose speaker has said what there was to say; see
    /// [`SideEvent::Undecided`]. At most `hang_over`; the same length leaves nothing to ask.
    pub finished_hang_over: Duration,
    /// A pause of this length ends any utterance.
    pub hang_over: Duration,
    /// A longer utterance is split.
    pub max_utterance: Duration,
    /// The split is at the quietest point of this last part.
    pub split_search: Duration,
    /// Sound added before an utterance so that no onset is cut.
    pub lead_in: Duration,
    /// Sound added after an utterance, and the pause after which the utterance is told ahead of its
    /// end: there is nothing to come that belongs to it. At most `finished_hang_over`.
    pub lead_out: Duration,
    /// How often an open utterance is shown.
    pub growing_every: Duration,
}

impl Default for SegmentConfig {
    fn default() -> Self {
        Self {
            reorder_window: Duration::from_millis(400),
            speech_on: 0.5,
            speech_off: 0.35,
            min_speech: Duration::from_millis(120),
            finished_hang_over: Duration::from_millis(180),
            hang_over: Duration::from_millis(600),
            max_utterance: Duration::from_secs(9),
            split_search: Duration::from_secs(2),
            lead_in: Duration::from_millis(200),
            lead_out: Duration::from_millis(80),
            growing_every: Duration::from_secs(1),
        }
    }
}

impl SegmentConfig {
    /// For whoever listens to sound alone: a pause of `hang_over` ends an utterance, whatever was
    /// said, and nobody is asked.
    #[must_use]
    pub fn by_sound_alone() -> Self {
        let usual = Self::default();
        Self { finished_hang_over: usual.hang_over, ..usual }
    }
}

/// Whether a speaker who pauses has come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is missing: the utterance ends here.
    Finished,
    /// In mid-phrase: the utterance goes on with the next speech, or ends after the hang-over.
    MorePending,
}

/// What a side has to tell. `closed` times never decrease from one event to the next.
#[derive(Debug, Clone)]
pub enum SideEvent {
    /// Speech has been going on since `at`.
    SpeechBegan {
        /// Its first frame.
        at: StreamTime,
    },
    /// There has been no speech since `at`.
    SpeechEnded {
        /// The frame after its last.
        at: StreamTime,
    },
    /// An utterance is complete, and the media time at which that was certain: its end and the
    /// hang-over, or the moment it became too long, or the end of the stream.
    Utterance(Utterance, StreamTime),
    /// An open utterance so far, under the number that it will have. Never within a pause.
    Growing(Utterance),
    /// A pause: if no speech follows, [`SideEvent::Utterance`] will be exactly this. Either that or
    /// [`SideEvent::Resumed`] follows in any case.
    Pausing(Utterance),
    /// What the last [`SideEvent::Pausing`] told is void: speech goes on.
    Resumed,
    /// The pause that was told is long enough to end a finished utterance. Nothing more of this side
    /// is looked at until [`SideStream::decide`] says whether it is finished.
    Undecided,
    /// Sound that never came, and the media time at which that counts as known: its end. Zeros
    /// stand in its place.
    Gap(Span, StreamTime),
}

/// One side of one call.
pub struct SideStream {
    rate: SampleRate,
    assembler: Assembler,
    chain: Chain,
    /// Takes nothing more.
    finished: bool,
}

impl SideStream {
    /// A side that begins at [`StreamTime::ZERO`].
    ///
    /// # Errors
    /// [`UnsupportedRate`] for other than 8, 16 and 48 kHz.
    pub fn new(
        side: Side,
        rate: SampleRate,
        config: SegmentConfig,
        detector: Box<dyn SpeechDetector>,
    ) -> Result<Self, UnsupportedRate> {
        if ![SampleRate::HZ_8000, SampleRate::HZ_16000, SampleRate::HZ_48000].contains(&rate) {
            return Err(UnsupportedRate(rate));
        }
        Ok(Self {
            rate,
            assembler: Assembler::new(rate, config.reorder_window),
            chain: Chain::new(side, rate, &config, detector),
            finished: false,
        })
    }

    /// Takes a chunk, in whatever order. Nothing is taken after [`SideStream::finish`].
    pub fn push(&mut self, chunk: AudioChunk) {
        if !self.finished {
            let start = chunk.start.samples(self.rate);
            let chain = &mut self.chain;
            self.assembler.push(start, chunk.samples, chunk.sequence, &mut |part| chain.part(part));
        }
    }

    /// Takes a silence that the sender did not send as sound: it is no gap.
    pub fn silence(&mut self, span: Span) {
        if !self.finished {
            let start = span.start.samples(self.rate);
            let length = span.end.samples(self.rate).saturating_sub(start);
            let chain = &mut self.chain;
            self.assembler.silence(start, length, &mut |part| chain.part(part));
        }
    }

    /// Stops waiting for anything before `until`: what is missing there becomes a gap, and is late
    /// if it comes.
    pub fn give_up_before(&mut self, until: StreamTime) {
        if !self.finished {
            let until = until.samples(self.rate);
            let chain = &mut self.chain;
            self.assembler.give_up_before(until, &mut |part| chain.part(part));
        }
    }

    /// Answers [`SideEvent::Undecided`] and goes on with what was received since. Does nothing if
    /// nothing is undecided.
    pub fn decide(&mut self, verdict: Verdict) {
        self.chain.decide(verdict);
    }

    /// Ends the side: takes what still waits for its turn and closes an open utterance, at once or
    /// when all verdicts that it takes are there.
    pub fn finish(&mut self) {
        if !self.finished {
            let chain = &mut self.chain;
            self.assembler.finish(&mut |part| chain.part(part));
            self.chain.finish();
            self.finished = true;
        }
    }

    /// The next event, if there is one.
    pub fn poll(&mut self) -> Option<SideEvent> {
        self.chain.poll()
    }

    /// The end of what is decided: every event to come closes at this time or later. It is the end
    /// of the stream once the side is finished, after which none comes.
    pub fn processed(&self) -> StreamTime {
        if self.is_finished() { self.received() } else { self.chain.reached() }
    }

    /// The end of the sound received without a hole, given-up ones apart.
    pub fn received(&self) -> StreamTime {
        StreamTime::from_samples(self.assembler.next(), self.rate)
    }

    /// The highest number among the chunks before [`SideStream::received`].
    pub fn last_sequence(&self) -> Option<u64> {
        self.assembler.last_sequence()
    }

    /// What was thrown away so far.
    pub fn dropped(&self) -> Dropped {
        self.assembler.dropped()
    }

    /// No utterance to come begins before this.
    pub fn undecided(&self) -> StreamTime {
        time(self.chain.undecided())
    }

    /// The recent sound, for telling whether another side merely heard it. All of it since the last
    /// [`SideStream::forget_before`].
    pub fn recent(&self) -> &Recent {
        self.chain.recent()
    }

    /// Lets go of recent sound that nobody will ask about any more: no question to come concerns
    /// anything before `from`.
    pub fn forget_before(&mut self, from: StreamTime) {
        self.chain.forget_before(from);
    }

    /// Whether the side has ended: nothing more comes.
    pub fn is_finished(&self) -> bool {
        self.finished && self.chain.is_done()
    }
}

impl fmt::Debug for SideStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SideStream")
            .field("side", &self.chain.side())
            .field("rate", &self.rate)
            .field("received", &self.received())
            .field("processed", &self.processed())
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

//! One side of a call: chunks in, utterances out.
//!
//! Reassembly, conversion to 16 kHz, frames of 20 ms, voice activity, endpointing. What comes out
//! is a pure function of the sound: the same samples in other chunks give the same events, bit for
//! bit.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

pub use crate::assemble::Dropped;
use crate::assemble::{Assembler, Part};
use crate::bleed::Recent;
use crate::endpoint::{Endpointer, time};
use crate::resample::Resampler;
pub use crate::resample::UnsupportedRate;
use crate::units::{SampleRate, Side, Span, StreamTime};
use crate::utterance::Utterance;
use crate::vad::{FRAME, SpeechDetector};

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
    /// A pause of this length ends an utterance.
    pub hang_over: Duration,
    /// A longer utterance is split.
    pub max_utterance: Duration,
    /// The split is at the quietest point of this last part.
    pub split_search: Duration,
    /// Sound added before an utterance so that no onset is cut.
    pub lead_in: Duration,
    /// Sound added after an utterance, of the hang-over.
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
            hang_over: Duration::from_millis(500),
            max_utterance: Duration::from_secs(9),
            split_search: Duration::from_secs(2),
            lead_in: Duration::from_millis(200),
            lead_out: Duration::from_millis(200),
            growing_every: Duration::from_secs(1),
        }
    }
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
    /// An open utterance so far, under the number that it will have.
    Growing(Utterance),
    /// Sound that never came, and the media time at which that counts as known: its end. Zeros
    /// stand in its place.
    Gap(Span, StreamTime),
}

/// After this many blocks of 20 ms that are all filled in, the next ones are passed over at once:
/// every filter is silent by then.
const FILLED_ENOUGH: u64 = 150;

/// One side of one call.
pub struct SideStream {
    rate: SampleRate,
    assembler: Assembler,
    chain: Chain,
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

    /// Ends the side: takes what still waits for its turn and closes an open utterance.
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
        self.chain.events.pop_front()
    }

    /// The end of what is decided: every event to come closes at this time or later. It is the end
    /// of the stream once the side is finished, after which none comes.
    pub fn processed(&self) -> StreamTime {
        if self.finished { self.received() } else { time(self.chain.endpointer.now()) }
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
        time(self.chain.endpointer.undecided())
    }

    /// The recent sound, for telling whether another side merely heard it. All of it since the last
    /// [`SideStream::forget_before`].
    pub fn recent(&self) -> &Recent {
        &self.chain.recent
    }

    /// Lets go of recent sound that nobody will ask about any more: no question to come concerns
    /// anything before `from`.
    pub fn forget_before(&mut self, from: StreamTime) {
        self.chain.recent.forget_before(from);
    }

    /// Whether the side has ended.
    pub fn is_finished(&self) -> bool {
        self.finished
    }
}

impl fmt::Debug for SideStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SideStream")
            .field("side", &self.chain.endpointer.side())
            .field("rate", &self.rate)
            .field("received", &self.received())
            .field("processed", &self.processed())
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}

/// From samples in order to events.
struct Chain {
    rate: SampleRate,
    resampler: Resampler,
    detector: Box<dyn SpeechDetector>,
    endpointer: Endpointer,
    recent: Recent,
    events: VecDeque<SideEvent>,
    /// Gaps that the frames have not reached yet.
    gaps: VecDeque<Span>,
    /// Samples taken so far.
    taken: u64,
    /// The beginning of a block of 20 ms, and how many of its samples are filled in.
    block: Vec<f32>,
    block_size: usize,
    filled: usize,
    /// How many blocks in a row are all filled in.
    filled_blocks: u64,
    /// Working-rate samples that do not make a frame yet.
    working: Vec<f32>,
}

impl Chain {
    fn new(
        side: Side,
        rate: SampleRate,
        config: &SegmentConfig,
        detector: Box<dyn SpeechDetector>,
    ) -> Self {
        let block_size = (rate.hz() / 50) as usize;
        Self {
            rate,
            resampler: Resampler::new(rate, SampleRate::WORKING),
            detector,
            endpointer: Endpointer::new(side, config),
            recent: Recent::default(),
            events: VecDeque::new(),
            gaps: VecDeque::new(),
            taken: 0,
            block: Vec::with_capacity(block_size),
            block_size,
            filled: 0,
            filled_blocks: 0,
            working: Vec::with_capacity(2 * FRAME),
        }
    }

    fn part(&mut self, part: Part) {
        match part {
            Part::Samples(samples) => self.heard(&samples),
            Part::Silence(length) => self.fill(length),
            Part::Gap(length) => {
                let end = StreamTime::from_samples(self.taken + length, self.rate);
                let start = StreamTime::from_samples(self.taken, self.rate);
                self.gaps.push_back(Span::new(start, end));
                self.fill(length);
            }
        }
    }

    fn heard(&mut self, mut samples: &[f32]) {
        self.taken += samples.len() as u64;
        while !samples.is_empty() {
            let room = self.block_size - self.block.len();
            let (head, tail) = samples.split_at(samples.len().min(room));
            // A sample that is no number would poison every filter after it.
            self.block.extend(head.iter().map(|s| if s.is_finite() { *s } else { 0.0 }));
            samples = tail;
            self.complete_block();
        }
    }

    fn fill(&mut self, length: u64) {
        self.taken += length;
        let mut rest = length;
        while rest > 0 {
            if self.block.is_empty() && self.filled_blocks >= FILLED_ENOUGH {
                let blocks = rest / self.block_size as u64;
                self.jump(blocks);
                rest -= blocks * self.block_size as u64;
            }
            let room = self.block_size - self.block.len();
            let zeros = usize::try_from(rest).unwrap_or(usize::MAX).min(room);
            self.block.resize(self.block.len() + zeros, 0.0);
            self.filled += zeros;
            rest -= zeros as u64;
            self.complete_block();
        }
    }

    fn complete_block(&mut self) {
        if self.block.len() < self.block_size {
            return;
        }
        let silent = self.filled == self.block_size;
        self.filled_blocks = if silent { self.filled_blocks + 1 } else { 0 };
        if self.filled_blocks > FILLED_ENOUGH {
            self.filled_blocks -= 1;
            self.jump(1);
        } else {
            self.resampler.push(&self.block, &mut self.working);
            self.run_frames();
        }
        self.block.clear();
        self.filled = 0;
    }

    /// Passes over blocks of zeros after many others. The filters need not see them, for they
    /// would not change, and neither does the detector.
    fn jump(&mut self, blocks: u64) {
        self.filled_blocks += blocks;
        let mut rest = blocks;
        while rest > 0 && !self.endpointer.is_idle() {
            self.endpointer.frame(&[0.0; FRAME], 0.0, &mut self.events);
            rest -= 1;
        }
        self.endpointer.jump(rest);
        self.report_gaps(time(self.endpointer.now()));
    }

    fn run_frames(&mut self) {
        let mut done = 0;
        for frame in self.working.chunks_exact(FRAME) {
            let probability = self.detector.speech_probability(frame);
            // Events of this frame close at its end, so gaps that end before it come first.
            let end = time(self.endpointer.now() + 1);
            report_gaps(&mut self.gaps, &mut self.events, end);
            self.recent.hear(self.endpointer.now(), frame);
            self.endpointer.frame(frame, probability, &mut self.events);
            done += FRAME;
        }
        self.working.drain(..done);
    }

    fn report_gaps(&mut self, until: StreamTime) {
        report_gaps(&mut self.gaps, &mut self.events, until);
    }

    fn finish(&mut self) {
        let end = StreamTime::from_samples(self.taken, self.rate);
        self.resampler.push(&self.block, &mut self.working);
        self.block.clear();
        self.resampler.finish(&mut self.working);
        self.run_frames();
        self.endpointer.ends_at(end);
        if !self.working.is_empty() {
            self.working.resize(FRAME, 0.0);
            self.run_frames();
        }
        self.report_gaps(end);
        self.endpointer.finish(&mut self.events);
    }
}

/// Tells of the gaps that end by `until`.
fn report_gaps(gaps: &mut VecDeque<Span>, events: &mut VecDeque<SideEvent>, until: StreamTime) {
    while let Some(gap) = gaps.front().copied().filter(|gap| gap.end <= until) {
        gaps.pop_front();
        events.push_back(SideEvent::Gap(gap, gap.end));
    }
}

#[cfg(test)]
mod tests;

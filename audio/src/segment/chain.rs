//! From samples in order to events, as far as the verdicts go.

use std::collections::VecDeque;

use super::{SegmentConfig, SideEvent, Verdict};
use crate::assemble::Part;
use crate::bleed::Recent;
use crate::endpoint::{Endpointer, time};
use crate::resample::Resampler;
use crate::units::{SampleRate, Side, Span, StreamTime};
use crate::vad::{FRAME, SpeechDetector};

/// After this many blocks of 20 ms that are all filled in, the next ones are passed over at once:
/// every filter is silent by then.
const FILLED_ENOUGH: u64 = 150;

pub(super) struct Chain {
    rate: SampleRate,
    resampler: Resampler,
    detector: Box<dyn SpeechDetector>,
    endpointer: Endpointer,
    recent: Recent,
    events: VecDeque<SideEvent>,
    /// What has not been looked at because a verdict is open.
    parts: VecDeque<Part>,
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
    ending: Ending,
}

/// How the stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Open,
    /// No part will follow those that wait.
    LastPart,
    /// No frame will follow those that wait.
    LastFrames,
    Done,
}

impl Chain {
    pub(super) fn new(
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
            parts: VecDeque::new(),
            gaps: VecDeque::new(),
            taken: 0,
            block: Vec::with_capacity(block_size),
            block_size,
            filled: 0,
            filled_blocks: 0,
            working: Vec::with_capacity(2 * FRAME),
            ending: Ending::Open,
        }
    }

    pub(super) fn part(&mut self, part: Part) {
        self.parts.push_back(part);
        self.run();
    }

    pub(super) fn decide(&mut self, verdict: Verdict) {
        self.endpointer.decide(verdict, &mut self.events);
        self.run();
    }

    pub(super) fn finish(&mut self) {
        self.ending = Ending::LastPart;
        self.run();
    }

    pub(super) fn poll(&mut self) -> Option<SideEvent> {
        self.events.pop_front()
    }

    /// Up to where frames were heard.
    pub(super) fn reached(&self) -> StreamTime {
        self.endpointer.reached()
    }

    /// The first frame that an utterance to come may begin with.
    pub(super) fn undecided(&self) -> u64 {
        self.endpointer.undecided()
    }

    pub(super) fn recent(&self) -> &Recent {
        &self.recent
    }

    pub(super) fn forget_before(&mut self, from: StreamTime) {
        self.recent.forget_before(from);
    }

    pub(super) fn side(&self) -> Side {
        self.endpointer.side()
    }

    pub(super) fn is_done(&self) -> bool {
        self.ending == Ending::Done
    }

    /// Looks at all that waits, or up to the next open verdict.
    fn run(&mut self) {
        loop {
            self.run_frames();
            if self.endpointer.is_undecided() {
                return;
            }
            match (self.parts.pop_front(), self.ending) {
                (Some(part), _) => self.take(part),
                (None, Ending::LastPart) => self.flush(),
                (None, Ending::LastFrames) => self.end(),
                (None, Ending::Open | Ending::Done) => return,
            }
        }
    }

    /// Takes a part, or its beginning if a verdict opens on the way: the rest waits.
    fn take(&mut self, part: Part) {
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
        while !samples.is_empty() {
            if self.endpointer.is_undecided() {
                return self.parts.push_front(Part::Samples(samples.to_vec()));
            }
            let room = self.block_size - self.block.len();
            let (head, tail) = samples.split_at(samples.len().min(room));
            // A sample that is no number would poison every filter after it.
            self.block.extend(head.iter().map(|s| if s.is_finite() { *s } else { 0.0 }));
            self.taken += head.len() as u64;
            samples = tail;
            self.complete_block();
        }
    }

    fn fill(&mut self, length: u64) {
        let size = self.block_size as u64;
        let mut rest = length;
        while rest > 0 {
            if self.endpointer.is_undecided() {
                return self.parts.push_front(Part::Silence(rest));
            }
            let passing = self.block.is_empty() && self.filled_blocks >= FILLED_ENOUGH;
            if passing && rest >= size {
                // Open speech has to hear every frame of its pause.
                let blocks = if self.endpointer.is_idle() { rest / size } else { 1 };
                self.jump(blocks);
                self.taken += blocks * size;
                rest -= blocks * size;
                continue;
            }
            let room = self.block_size - self.block.len();
            let zeros = usize::try_from(rest).unwrap_or(usize::MAX).min(room);
            self.block.resize(self.block.len() + zeros, 0.0);
            self.filled += zeros;
            self.taken += zeros as u64;
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

    /// Passes over blocks of zeros after many others, one at a time unless all is idle. The filters
    /// need not see them, for they would not change, and neither does the detector.
    fn jump(&mut self, blocks: u64) {
        self.filled_blocks += blocks;
        if self.endpointer.is_idle() {
            self.endpointer.jump(blocks);
        } else {
            debug_assert_eq!(blocks, 1, "a pause is heard frame by frame");
            self.endpointer.frame(&[0.0; FRAME], 0.0, &mut self.events);
        }
        self.report_gaps(time(self.endpointer.now()));
    }

    /// Hears the frames there are, up to the next open verdict.
    fn run_frames(&mut self) {
        let mut done = 0;
        while self.working.len() - done >= FRAME && !self.endpointer.is_undecided() {
            // Events of this frame close at its end, so gaps that end before it come first.
            self.report_gaps(time(self.endpointer.now() + 1));
            let frame = &self.working[done..done + FRAME];
            let probability = self.detector.speech_probability(frame);
            self.recent.hear(self.endpointer.now(), frame);
            self.endpointer.frame(frame, probability, &mut self.events);
            done += FRAME;
        }
        self.working.drain(..done);
    }

    /// Tells of the gaps that end by `until`.
    fn report_gaps(&mut self, until: StreamTime) {
        while let Some(gap) = self.gaps.front().copied().filter(|gap| gap.end <= until) {
            self.gaps.pop_front();
            self.events.push_back(SideEvent::Gap(gap, gap.end));
        }
    }

    /// After the last part: makes frames of all that is left.
    fn flush(&mut self) {
        self.resampler.push(&self.block, &mut self.working);
        self.block.clear();
        self.resampler.finish(&mut self.working);
        self.working.resize(self.working.len().next_multiple_of(FRAME), 0.0);
        self.endpointer.ends_at(StreamTime::from_samples(self.taken, self.rate));
        self.ending = Ending::LastFrames;
    }

    /// After the last frame.
    fn end(&mut self) {
        self.report_gaps(StreamTime::from_samples(self.taken, self.rate));
        self.endpointer.finish(&mut self.events);
        self.ending = Ending::Done;
    }
}

//! Puts chunks in the order of their media time.
//!
//! The network delivers chunks late, twice, out of order or not at all. What leaves here is one
//! unbroken run of samples in which whatever never came is filled with zeros and named as a gap.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::units::SampleRate;

/// A start this much off its neighbour's end is rounding in the sender, not a gap or an overlap.
///
/// A lost chunk shorter than this would go unnoticed; nobody sends such.
const JITTER: Duration = Duration::from_millis(2);

/// A chunk that begins this far ahead of everything heard is taken for a broken clock.
const FURTHEST_JUMP: Duration = Duration::from_secs(24 * 60 * 60);

/// Waiting chunks that overlap one another may hold this much, so that no peer can fill the memory.
const MOST_HELD: Duration = Duration::from_secs(10);

/// What the order of time makes of the chunks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// Heard.
    Samples(Vec<f32>),
    /// So many samples that the sender declared silent.
    Silence(u64),
    /// So many samples that never came.
    Gap(u64),
}

/// What was thrown away, in chunks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Came again, or added nothing to what was there.
    pub duplicate: u64,
    /// Came after their place was given up for a gap.
    pub late: u64,
    /// Began more than a day ahead.
    pub absurd: u64,
}

#[derive(Debug)]
enum Body {
    Samples(Vec<f32>),
    Silence(u64),
}

#[derive(Debug)]
struct Piece {
    body: Body,
    sequence: Option<u64>,
}

/// The reorder buffer of one side. Holds no more than the window and one chunk.
#[derive(Debug)]
pub(crate) struct Assembler {
    window: u64,
    jitter: u64,
    furthest: u64,
    most_held: u64,
    /// The first sample that has not left.
    next: u64,
    /// The last place given up: what comes for it now is late.
    last_gap: Option<(u64, u64)>,
    waiting: BTreeMap<u64, Piece>,
    /// Samples in `waiting`.
    held: u64,
    last_sequence: Option<u64>,
    dropped: Dropped,
}

impl Assembler {
    pub(crate) fn new(rate: SampleRate, window: Duration) -> Self {
        Self {
            window: rate.samples_in(window),
            jitter: rate.samples_in(JITTER),
            furthest: rate.samples_in(FURTHEST_JUMP),
            most_held: rate.samples_in(MOST_HELD),
            next: 0,
            last_gap: None,
            waiting: BTreeMap::new(),
            held: 0,
            last_sequence: None,
            dropped: Dropped::default(),
        }
    }

    /// The end of the audio that has left, gaps included, in samples.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn last_sequence(&self) -> Option<u64> {
        self.last_sequence
    }

    pub(crate) fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// Takes a chunk and hands `out` what can leave.
    pub(crate) fn push(
        &mut self,
        start: u64,
        samples: Vec<f32>,
        sequence: Option<u64>,
        out: &mut impl FnMut(Part),
    ) {
        self.insert(start, Piece { body: Body::Samples(samples), sequence }, out);
    }

    /// Takes a declared silence.
    pub(crate) fn silence(&mut self, start: u64, length: u64, out: &mut impl FnMut(Part)) {
        self.insert(start, Piece { body: Body::Silence(length), sequence: None }, out);
    }

    /// Stops waiting for anything before `until`: what is missing there is a gap.
    pub(crate) fn give_up_before(&mut self, until: u64, out: &mut impl FnMut(Part)) {
        let until = until.min(self.next.saturating_add(self.furthest));
        while let Some(start) = self.waiting.keys().next().copied().filter(|&start| start < until) {
            self.skip_to(start, out);
            self.release(out);
        }
        self.skip_to(until, out);
        self.release(out);
    }

    /// Hands out everything that waits.
    pub(crate) fn finish(&mut self, out: &mut impl FnMut(Part)) {
        if let Some(last) = self.waiting.keys().next_back().copied() {
            self.give_up_before(last.saturating_add(1), out);
        }
    }

    fn insert(&mut self, start: u64, piece: Piece, out: &mut impl FnMut(Part)) {
        if piece.len() == 0 {
            return;
        }
        if start > self.next.saturating_add(self.furthest) || piece.len() > self.furthest {
            self.dropped.absurd += 1;
            return;
        }
        if start + piece.len() <= self.next {
            match self.last_gap {
                Some((from, to)) if start < to && start + piece.len() > from => {
                    self.dropped.late += 1;
                }
                _ => self.dropped.duplicate += 1,
            }
            return;
        }
        match self.waiting.get(&start) {
            Some(known) if known.len() >= piece.len() => self.dropped.duplicate += 1,
            _ => {
                self.held += piece.held();
                if let Some(shorter) = self.waiting.insert(start, piece) {
                    self.held -= shorter.held();
                    self.dropped.duplicate += 1;
                }
            }
        }
        self.release(out);
        while self.has_waited_enough() {
            let Some(first) = self.waiting.keys().next().copied() else { break };
            self.skip_to(first, out);
            self.release(out);
        }
    }

    /// Something that begins a window or more after the missing sample has come.
    fn has_waited_enough(&self) -> bool {
        let newest = self.waiting.keys().next_back().copied();
        newest.is_some_and(|newest| newest >= self.next.saturating_add(self.window))
            || self.held > self.most_held
    }

    /// Lets go of everything that follows on what has left.
    fn release(&mut self, out: &mut impl FnMut(Part)) {
        while let Some(entry) = self.waiting.first_entry() {
            let start = *entry.key();
            let length = entry.get().len();
            // Shorter chunks bear less rounding before a duplicate looks like a neighbour.
            let jitter = self.jitter.min(length / 2);
            if start > self.next + jitter {
                return;
            }
            let piece = entry.remove();
            self.held -= piece.held();
            let known = self.next.saturating_sub(start);
            let known = if known <= jitter { 0 } else { known };
            if known > 0 && length.saturating_sub(known) <= jitter {
                self.dropped.duplicate += 1;
                continue;
            }
            self.next += length - known;
            self.last_sequence = self.last_sequence.max(piece.sequence);
            out(match piece.body {
                Body::Silence(_) => Part::Silence(length - known),
                Body::Samples(mut samples) => {
                    samples.drain(..usize::try_from(known).unwrap_or(samples.len()));
                    Part::Samples(samples)
                }
            });
        }
    }

    fn skip_to(&mut self, start: u64, out: &mut impl FnMut(Part)) {
        if start > self.next {
            self.last_gap = Some((self.next, start));
            out(Part::Gap(start - self.next));
            self.next = start;
        }
    }
}

impl Piece {
    fn len(&self) -> u64 {
        match &self.body {
            Body::Samples(samples) => samples.len() as u64,
            Body::Silence(length) => *length,
        }
    }

    /// Samples that take memory.
    fn held(&self) -> u64 {
        match &self.body {
            Body::Samples(samples) => samples.len() as u64,
            Body::Silence(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: SampleRate = SampleRate::HZ_8000;

    /// What left, samples that never came as not-a-number and declared silence as 0.
    struct Harness {
        assembler: Assembler,
        out: Vec<f32>,
        gaps: Vec<(usize, usize)>,
    }

    impl Harness {
        fn new() -> Self {
            let assembler = Assembler::new(RATE, Duration::from_millis(400));
            Self { assembler, out: Vec::new(), gaps: Vec::new() }
        }

        fn run(&mut self, act: impl FnOnce(&mut Assembler, &mut dyn FnMut(Part))) {
            let (out, gaps) = (&mut self.out, &mut self.gaps);
            act(&mut self.assembler, &mut |part| match part {
                Part::Samples(samples) => out.extend(samples),
                Part::Silence(length) => out.extend(std::iter::repeat_n(0.0, length as usize)),
                Part::Gap(length) => {
                    gaps.push((out.len(), out.len() + length as usize));
                    out.extend(std::iter::repeat_n(-1.0, length as usize));
                }
            });
        }

        fn push(&mut self, start: usize, samples: &[f32]) {
            self.run(|a, mut out| a.push(start as u64, samples.to_vec(), None, &mut out));
        }
    }

    fn ramp(length: usize) -> Vec<f32> {
        (0..length).map(|n| n as f32).collect()
    }

    #[test]
    fn a_lost_chunk_becomes_a_gap_after_the_window() {
        let (mut harness, sound) = (Harness::new(), ramp(8000));
        harness.push(0, &sound[..160]);
        for start in (320..3360).step_by(160) {
            assert!(harness.gaps.is_empty(), "given up at {start}");
            harness.push(start, &sound[start..start + 160]);
        }
        harness.push(3360, &sound[3360..3520]);
        assert_eq!(harness.gaps, [(160, 320)]);
        assert_eq!(harness.out[320..], sound[320..3520]);
        harness.push(160, &sound[160..320]);
        assert_eq!(harness.assembler.dropped(), Dropped { late: 1, ..Dropped::default() });
    }

    #[test]
    fn rounded_start_times_make_no_gaps() {
        // 62.5 ms in whole milliseconds: every other start is half a millisecond off.
        let (mut harness, sound) = (Harness::new(), ramp(50_000));
        for (number, chunk) in sound.chunks(500).enumerate() {
            let millis = number * 125 / 2;
            harness.push(millis * 8, chunk);
            harness.push(millis * 8, chunk);
        }
        assert!(harness.gaps.is_empty());
        assert!(harness.out == sound);
        assert_eq!(harness.assembler.dropped().duplicate, 100);
    }

    #[test]
    fn a_clock_that_drifts_is_followed() {
        // Every chunk of 20 ms holds one sample too many: now and then a few are dropped.
        let (mut harness, mut worst) = (Harness::new(), 0);
        for number in 0..2000 {
            harness.push(number * 160, &ramp(161));
            worst = worst.max(harness.out.len().abs_diff((number + 1) * 160));
        }
        assert!(worst <= 32, "ran away by {worst} samples");
    }

    #[test]
    fn a_chunk_far_ahead_takes_no_memory_and_an_absurd_one_is_dropped() {
        let mut parts = Vec::new();
        let mut assembler = Assembler::new(RATE, Duration::from_millis(400));
        let hour = 3600 * 8000;
        assembler.push(hour, ramp(160), None, &mut |part| parts.push(part));
        assert_eq!(parts, [Part::Gap(hour), Part::Samples(ramp(160))]);
        for start in [u64::MAX, u64::MAX - 10, hour * 40] {
            assembler.push(start, ramp(160), None, &mut |_| panic!("kept"));
        }
        assert_eq!(assembler.dropped().absurd, 3);
    }

    #[test]
    fn overlapping_chunks_cannot_fill_the_memory() {
        let (mut assembler, mut left) = (Assembler::new(RATE, Duration::from_millis(400)), 0);
        for start in 1..3000 {
            assembler.push(start, ramp(8000), None, &mut |_| left += 1);
            assert!(assembler.held <= assembler.most_held);
        }
        assert!(left > 0);
    }

    #[test]
    fn giving_up_makes_gaps_only_where_nothing_came() {
        let (mut harness, sound) = (Harness::new(), ramp(8000));
        harness.push(800, &sound[800..960]);
        harness.run(|a, mut out| a.give_up_before(1600, &mut out));
        assert_eq!(harness.gaps, [(0, 800), (960, 1600)]);
        harness.run(|a, mut out| a.give_up_before(1000, &mut out));
        assert_eq!(harness.out.len(), 1600);
    }

    #[test]
    fn declared_silence_is_no_gap() {
        let (mut harness, sound) = (Harness::new(), ramp(8000));
        harness.push(0, &sound[..160]);
        harness.run(|a, mut out| a.silence(160, 640, &mut out));
        harness.push(800, &sound[800..960]);
        assert!(harness.gaps.is_empty());
        assert_eq!(harness.out.len(), 960);
    }

    #[test]
    fn sequence_numbers_follow_what_left() {
        let mut assembler = Assembler::new(RATE, Duration::from_millis(400));
        assembler.push(160, ramp(160), Some(8), &mut |_| {});
        assert_eq!(assembler.last_sequence(), None);
        assembler.push(0, ramp(160), Some(7), &mut |_| {});
        assert_eq!((assembler.next(), assembler.last_sequence()), (320, Some(8)));
    }

    /// Chunks of 2 to 60 ms, in an order in which none comes after one that begins 400 ms later,
    /// some twice.
    fn disorder() -> impl Strategy<Value = (Vec<usize>, Vec<(usize, bool)>)> {
        prop::collection::vec(17_usize..480, 1..80).prop_flat_map(|sizes| {
            let count = sizes.len();
            let marks = prop::collection::vec((0_usize..3000, any::<bool>()), count);
            (Just(sizes), marks)
        })
    }

    proptest! {
        #[test]
        fn disorder_within_the_window_changes_nothing((sizes, marks) in disorder()) {
            let sound = ramp(sizes.iter().sum());
            let mut chunks = Vec::new();
            let mut start = 0;
            for (size, (delay, twice)) in sizes.iter().zip(&marks) {
                // Sorting by start plus a delay below the window keeps the disorder within it.
                let chunk = &sound[start..start + size];
                chunks.push((start + delay, start, chunk));
                if *twice {
                    chunks.push((start + 3 * delay, start, chunk));
                }
                start += size;
            }
            chunks.sort_by_key(|(turn, ..)| *turn);
            let mut harness = Harness::new();
            for (_, start, chunk) in chunks {
                harness.push(start, chunk);
            }
            harness.run(|a, mut out| a.finish(&mut out));
            prop_assert!(harness.gaps.is_empty());
            prop_assert_eq!(harness.out, sound);
        }

        #[test]
        fn whatever_comes_what_leaves_is_one_run(
            chunks in prop::collection::vec((0_u64..40_000, 0_usize..600), 0..100),
        ) {
            let mut harness = Harness::new();
            for (start, length) in chunks {
                harness.run(|a, mut out| a.push(start, vec![1.0; length], None, &mut out));
                prop_assert_eq!(harness.assembler.next(), harness.out.len() as u64);
            }
            harness.run(|a, mut out| a.finish(&mut out));
            prop_assert!(harness.assembler.waiting.is_empty());
            prop_assert_eq!(harness.assembler.held, 0);
        }
    }
}

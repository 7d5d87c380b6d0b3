//! What one side hears of the other: the agent's headset picks up the caller, a handset its own
//! earpiece, a hybrid lets sound through. The same words must not be said twice, and the wrong
//! person's voice must not be read.
//!
//! An utterance is bleed when two things hold wherever it is loud: the other side is much louder
//! there, and its waveform is the other side's, delayed. Both, because people do talk at once:
//! whoever does is about as loud as the other, or says something else.

use std::collections::VecDeque;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex32;

use crate::endpoint::FRAME_LENGTH;
use crate::units::{Dbfs, SampleRate, Span, StreamTime};
use crate::vad::FRAME;

/// The longest way round, in frames: 300 ms, more than hybrids and headsets take.
const LONGEST_DELAY: u64 = 15;

/// Bleed is at least this much below its source, in decibels. Echo cancellers and headsets reach
/// 30 and more; two people who talk at once hardly ever differ so much.
const WEAKER_BY: f32 = 15.0;

/// So far below the other, in decibels, nobody says anything that could be understood: what is heard
/// there needs no likeness, which the line's own noise would hide.
const HOPELESS: f32 = 40.0;

/// Frames of an utterance this far below its loudest, in decibels, say little.
const LOUD: f32 = 12.0;

/// With more of its strength in the source's phase than this, a sound that is only just weak enough
/// has that source. Between people who talk at once the share stays under 0.25.
const ALIKE: f32 = 0.35;

/// By so much less does for every decibel more below the source: the line's own noise hides the
/// phase of faint bleed, and nobody talks at once with somebody 35 dB louder and is understood.
const ALIKE_PER_DB: f32 = 0.01;

/// But never less than this.
const ALIKE_AT_LEAST: f32 = 0.22;

/// An utterance is compared in pieces of about this many frames, 1 s: words of one's own between
/// two stretches of bleed are kept.
const PIECE: u64 = 50;

/// Frames that are quieter, in dBFS, are not kept: they are neither source nor speech.
const FLOOR: f32 = -75.0;

/// The band that telephones pass, in Hz.
const BAND: [f32; 2] = [300.0, 3400.0];

/// The recent sound of one side, as long as it may explain what another side heard.
#[derive(Debug, Default)]
pub struct Recent {
    /// In order; quiet frames are left out.
    frames: VecDeque<Frame>,
}

#[derive(Debug)]
struct Frame {
    number: u64,
    level: Dbfs,
    samples: Box<[i16]>,
}

impl Recent {
    /// Keeps frame `number`, which follows all before.
    pub(crate) fn hear(&mut self, number: u64, frame: &[f32]) {
        let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
        let level = Dbfs(10.0 * power.max(1e-12).log10());
        if level.0 > FLOOR {
            let samples = frame.iter().map(|s| (s * 32_767.0) as i16).collect();
            self.frames.push_back(Frame { number, level, samples });
        }
    }

    /// Lets go of what lies so far before `from` that it explains nothing from there on.
    pub(crate) fn forget_before(&mut self, from: StreamTime) {
        let needed = frame_at(from).saturating_sub(LONGEST_DELAY);
        while self.frames.front().is_some_and(|frame| frame.number < needed) {
            self.frames.pop_front();
        }
    }

    /// Whether what this side heard during `span` is the sound of `source`, up to 300 ms late.
    /// `false` for what either side has already let go of.
    pub fn is_bleed_of(&self, source: &Self, span: Span) -> bool {
        let (start, end) = (frame_at(span.start), frame_at(span.end));
        let Some(loudest) = self.between(start, end).map(|frame| frame.level.0).reduce(f32::max)
        else {
            return false;
        };
        let is_loud = |frame: &&Frame| frame.level.0 > loudest - LOUD;
        let below = |frame: &Frame| {
            let before = frame.number.saturating_sub(LONGEST_DELAY);
            let sounds = source.between(before, frame.number + 1).map(|sound| sound.level.0);
            sounds.fold(FLOOR, f32::max) - frame.level.0
        };
        let least = self.between(start, end).filter(is_loud).map(below).fold(f32::MAX, f32::min);
        if least < WEAKER_BY {
            return false;
        }
        if least > HOPELESS {
            return true;
        }
        let alike = (ALIKE - ALIKE_PER_DB * (least - WEAKER_BY)).max(ALIKE_AT_LEAST);
        let count = ((end - start + PIECE / 2) / PIECE).max(1);
        let border = |piece: u64| start + (end - start) * piece / count;
        (0..count).map(|piece| (border(piece), border(piece + 1))).all(|(from, to)| {
            let says_something = self.between(from, to).any(|frame| is_loud(&frame));
            !says_something || self.likeness(source, from, to) > alike
        })
    }

    /// How much of the sound from `from` to `to` has the phase of `source` at the best delay, 0 to 1:
    /// the peak of a generalised cross-correlation (Knapp and Carter 1976) that asks only for the
    /// phase, each frequency weighted by its strength here. So colour does not matter, and what the
    /// source has nothing of does.
    fn likeness(&self, source: &Self, from: u64, to: u64) -> f32 {
        let reach = LONGEST_DELAY.min(from);
        let (mine, theirs) = (self.sound(from, to), source.sound(from - reach, to));
        let size = (mine.len() + theirs.len()).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let spectrum = |mut sound: Vec<f32>| -> Option<Vec<Complex32>> {
            sound.resize(size, 0.0);
            let mut spectrum = forward.make_output_vec();
            forward.process(&mut sound, &mut spectrum).ok().map(|()| spectrum)
        };
        let (Some(mine), Some(theirs)) = (spectrum(mine), spectrum(theirs)) else { return 0.0 };
        let bin = SampleRate::WORKING.hz() as f32 / size as f32;
        let mut total = 0.0;
        let mut cross: Vec<Complex32> =
            mine.iter().zip(&theirs).map(|(a, b)| a * b.conj()).collect();
        for (index, value) in cross.iter_mut().enumerate() {
            let (hz, common, strength) = (index as f32 * bin, value.norm(), mine[index].norm());
            let heard = (BAND[0]..BAND[1]).contains(&hz);
            total += if heard { strength } else { 0.0 };
            *value *= if heard && common > 1e-12 { strength / common } else { 0.0 };
        }
        let mut correlation = inverse.make_output_vec();
        if total <= 0.0 || inverse.process(&mut cross, &mut correlation).is_err() {
            return 0.0;
        }
        // Ours at t is theirs at t + reach - delay: the peak lies at minus that, modulo the size.
        let frame = FRAME as u64;
        let farthest = usize::try_from(reach * frame).unwrap_or(0);
        let peak = (0..=farthest)
            .map(|ahead| correlation[(size - ahead) % size].abs())
            .fold(0.0, f32::max);
        peak / (2.0 * total)
    }

    fn between(&self, from: u64, to: u64) -> impl Iterator<Item = &Frame> {
        let first = self.frames.partition_point(|frame| frame.number < from);
        self.frames.range(first..).take_while(move |frame| frame.number < to)
    }

    /// The samples of a stretch, zeros where nothing was kept.
    fn sound(&self, from: u64, to: u64) -> Vec<f32> {
        let place = |number: u64| usize::try_from(number - from).unwrap_or(0) * FRAME;
        let mut sound = vec![0.0; place(to.max(from))];
        for frame in self.between(from, to) {
            let start = place(frame.number);
            for (out, sample) in sound[start..].iter_mut().zip(&frame.samples) {
                *out = f32::from(*sample) / 32_767.0;
            }
        }
        sound
    }
}

fn frame_at(at: StreamTime) -> u64 {
    u64::try_from(at.since_start().as_nanos() / FRAME_LENGTH.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::codec::Encoding;
    use crate::resample::to_working;
    use crate::testsignal::{Path, bleed, speech_like, white_noise};

    const RATE: SampleRate = SampleRate::HZ_8000;
    const LENGTH: Duration = Duration::from_secs(10);

    /// What is left of a sound after the telephone's mu-law on a line with a little noise.
    fn heard(sound: &[f32]) -> Recent {
        let noise = white_noise(LENGTH, RATE, Dbfs(-75.0), 77);
        let line: Vec<f32> = sound.iter().zip(&noise).map(|(a, b)| a + b).collect();
        let line = Encoding::Mulaw.decode(&Encoding::Mulaw.encode(&line)).unwrap_or_default();
        let mut recent = Recent::default();
        for (number, frame) in (0..).zip(to_working(&line, RATE).chunks_exact(FRAME)) {
            recent.hear(number, frame);
        }
        recent
    }

    fn voice(level: f32, seed: u64) -> Vec<f32> {
        speech_like(LENGTH, RATE, Dbfs(level), seed)
    }

    fn spans() -> impl Iterator<Item = Span> {
        let lengths = [400, 700, 1300, 3100];
        let span = |(number, length): (u64, u64)| {
            let start = 500 + 1500 * number;
            Span::new(StreamTime::from_millis(start), StreamTime::from_millis(start + length))
        };
        (0..4).zip(lengths).map(span)
    }

    #[test]
    fn bleed_is_known_whatever_its_way() {
        let source = voice(-20.0, 1);
        let speaker = heard(&source);
        for delay in [0, 7, 60, 130, 250].map(Duration::from_millis) {
            for (down, colour) in [(20.0, 0.0), (30.0, 0.0), (25.0, 0.5), (30.0, -0.4), (40.0, 0.3)]
            {
                let path = Path { down, delay, colour };
                let listener = heard(&bleed(&source, RATE, path));
                for span in spans() {
                    assert!(listener.is_bleed_of(&speaker, span), "{path:?} {span:?}");
                    assert!(!speaker.is_bleed_of(&listener, span), "the source is no bleed");
                }
            }
        }
    }

    #[test]
    fn people_who_talk_at_once_are_kept() {
        let source = voice(-20.0, 1);
        let speaker = heard(&source);
        for seed in 2..6 {
            for level in [-20.0, -30.0, -45.0, -55.0] {
                let own = voice(level, seed);
                for span in spans() {
                    let alone = heard(&own);
                    assert!(!alone.is_bleed_of(&speaker, span), "{level} dBFS {span:?}");
                    // The same while the other side bleeds in, 15 dB below that.
                    let down = -5.0 - level;
                    let path = Path { down, delay: Duration::from_millis(30), colour: 0.0 };
                    let mixed = own.iter().zip(bleed(&source, RATE, path)).map(|(a, b)| a + b);
                    let mixed = heard(&mixed.collect::<Vec<f32>>());
                    assert!(!mixed.is_bleed_of(&speaker, span), "mixed {level} dBFS {span:?}");
                }
            }
        }
    }

    #[test]
    fn a_word_of_ones_own_after_bleed_is_kept() {
        let mut source = voice(-20.0, 1);
        source.truncate(6 * 8000);
        source.resize(80_000, 0.0);
        let path = Path { down: 30.0, delay: Duration::from_millis(30), colour: 0.0 };
        let mut line = bleed(&source, RATE, path);
        // A quiet answer, once the other has finished, within the same utterance.
        for (out, own) in line[6 * 8000..].iter_mut().zip(voice(-45.0, 9)) {
            *out += own;
        }
        let span = Span::new(StreamTime::from_millis(4000), StreamTime::from_millis(7500));
        assert!(!heard(&line).is_bleed_of(&heard(&source), span));
    }

    #[test]
    fn both_sides_of_a_doubled_line_are_kept() {
        let line = heard(&voice(-20.0, 1));
        assert!(spans().all(|span| !line.is_bleed_of(&line, span)));
    }

    #[test]
    fn what_is_forgotten_explains_nothing() {
        let source = voice(-20.0, 1);
        let path = Path { down: 30.0, delay: Duration::from_millis(30), colour: 0.0 };
        let (mut speaker, listener) = (heard(&source), heard(&bleed(&source, RATE, path)));
        let spans: Vec<Span> = spans().collect();
        speaker.forget_before(spans[2].start);
        assert!(!listener.is_bleed_of(&speaker, spans[0]));
        assert!(listener.is_bleed_of(&speaker, spans[2]), "what is asked about stays");
        assert!(!Recent::default().is_bleed_of(&speaker, spans[2]));
    }
}

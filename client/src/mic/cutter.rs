//! Cuts what a sound card delivers into packets at a rate of the line. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use attune_audio::codec::Encoding;
use attune_audio::resample::Resampler;
use attune_audio::units::SampleRate;

use crate::stream::outbox::Packet;

/// A block of sound, mono.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// Number of its first sample since the microphone was opened, lost ones included.
    pub(crate) first: u64,
    /// In [-1, 1].
    pub(crate) samples: Vec<f32>,
}

/// Turns blocks into packets.
pub(crate) struct Cutter {
    from: SampleRate,
    rate: SampleRate,
    resampler: Option<Resampler>,
    codec: Encoding,
    samples_per_packet: usize,
    /// Converted and not yet sent.
    ready: VecDeque<f32>,
    /// Number of the first sample of `ready`, at the rate of the line.
    position: u64,
    /// Number of the next sample expected from the sound card.
    expected: u64,
    sequence: i64,
}

impl Cutter {
    /// From a sound card's rate to a rate of the line.
    pub(crate) fn new(from: SampleRate, codec: Encoding, packet: Duration) -> Self {
        let line = [SampleRate::HZ_8000, SampleRate::HZ_16000, SampleRate::HZ_48000];
        let rate = if line.contains(&from) { from } else { SampleRate::HZ_16000 };
        let samples = usize::try_from(rate.samples_in(packet)).unwrap_or(1);
        Self {
            from,
            rate,
            resampler: (from != rate).then(|| Resampler::new(from, rate)),
            codec,
            samples_per_packet: samples.max(1),
            ready: VecDeque::new(),
            position: 0,
            expected: 0,
            sequence: 0,
        }
    }

    /// On the line.
    pub(crate) fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Takes a block. Returns how much sound was lost before it; the server will see a gap there.
    pub(crate) fn push(&mut self, block: &Block) -> Duration {
        let lost = self.from.length_of(block.first.saturating_sub(self.expected));
        self.expected = block.first + block.samples.len() as u64;
        if lost > Duration::ZERO {
            // The rest before the hole is shorter than a packet: it goes with the hole.
            self.ready.clear();
            self.position = self.rate.samples_in(self.from.length_of(block.first));
            if self.resampler.is_some() {
                self.resampler = Some(Resampler::new(self.from, self.rate));
            }
        }
        match &mut self.resampler {
            None => self.ready.extend(&block.samples),
            Some(resampler) => {
                let mut converted = Vec::new();
                resampler.push(&block.samples, &mut converted);
                self.ready.extend(converted);
            }
        }
        lost
    }

    /// The next full packet.
    pub(crate) fn cut(&mut self) -> Option<Packet> {
        if self.ready.len() < self.samples_per_packet {
            return None;
        }
        let samples: Vec<f32> = self.ready.drain(..self.samples_per_packet).collect();
        let start = self.rate.length_of(self.position);
        self.position += samples.len() as u64;
        self.sequence += 1;
        Some(Packet {
            channel: 1,
            sequence: self.sequence,
            start,
            length: self.rate.length_of(self.position) - start,
            content: self.codec.encode(&samples),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use attune_audio::codec::Encoding;
    use attune_audio::units::SampleRate;

    use super::{Block, Cutter};

    fn cutter(hz: u32) -> Cutter {
        let rate = SampleRate::new(hz).expect("not zero");
        Cutter::new(rate, Encoding::Linear16, Duration::from_millis(20))
    }

    #[test]
    fn packets_of_one_length_whatever_the_blocks() {
        let mut cutter = cutter(48_000);
        let mut starts = Vec::new();
        for number in 0..10 {
            let lost = cutter.push(&Block { first: number * 500, samples: vec![0.1; 500] });
            assert_eq!(lost, Duration::ZERO);
            while let Some(packet) = cutter.cut() {
                assert_eq!(packet.content.len(), 2 * 960);
                starts.push((packet.sequence, packet.start.as_millis()));
            }
        }
        assert_eq!(starts, [(1, 0), (2, 20), (3, 40), (4, 60), (5, 80)]);
    }

    #[test]
    fn lost_sound_is_a_hole_in_time_and_not_in_the_count() {
        let mut cutter = cutter(8000);
        cutter.push(&Block { first: 0, samples: vec![0.0; 200] });
        assert_eq!(cutter.cut().map(|packet| packet.sequence), Some(1));
        let lost = cutter.push(&Block { first: 8000, samples: vec![0.0; 160] });
        assert_eq!(lost, Duration::from_millis(975));
        let packet = cutter.cut().expect("a packet");
        assert_eq!((packet.sequence, packet.start), (2, Duration::from_secs(1)));
    }

    #[test]
    fn other_rates_are_converted() {
        let mut cutter = cutter(44_100);
        assert_eq!(cutter.rate(), SampleRate::HZ_16000);
        for number in 0..100 {
            cutter.push(&Block { first: number * 441, samples: vec![0.0; 441] });
        }
        let mut packets = 0;
        while cutter.cut().is_some() {
            packets += 1;
        }
        // A second of sound, less what the converter still holds.
        assert!((45..=50).contains(&packets), "{packets}");
    }
}

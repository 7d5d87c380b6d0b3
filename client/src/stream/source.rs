//! Where the packets of a call come from.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::outbox::Packet;
use super::recording::Material;
use crate::args::Wire;
use crate::time::at_speed;

/// Packets at the pace of a call.
pub(crate) trait Source {
    /// The next packet when it is due; `None` when the call is over. May be dropped while it waits
    /// without losing anything.
    fn next(&mut self) -> impl Future<Output = Option<Packet>>;

    /// The stream broke and goes on now.
    fn resumed(&mut self);
}

/// A recording, played at a pace.
#[derive(Debug)]
pub(crate) struct FileSource {
    /// Coded channels.
    channels: Vec<Vec<u8>>,
    bytes_per_sample: usize,
    samples_per_packet: usize,
    rate: attune_audio::units::SampleRate,
    speed: f64,
    /// Packets made so far, counting channel by channel.
    made: usize,
    /// When which media time was due; `None` until the first packet.
    anchor: Option<(Instant, Duration)>,
}

impl FileSource {
    /// Packets of `packet_length`, at `speed` times the pace of life.
    pub(crate) fn new(
        material: &Material,
        wire: Wire,
        packet_length: Duration,
        speed: f64,
    ) -> Self {
        let codec = wire.codec();
        let samples = usize::try_from(material.rate.samples_in(packet_length)).unwrap_or(1);
        Self {
            channels: material.channels.iter().map(|(_, samples)| codec.encode(samples)).collect(),
            bytes_per_sample: if wire == Wire::Linear16 { 2 } else { 1 },
            samples_per_packet: samples.max(1),
            rate: material.rate,
            speed,
            made: 0,
            anchor: None,
        }
    }

    /// The packet after the last one, skipping channels that are over.
    fn peek(&self) -> Option<(usize, Packet)> {
        let step = self.samples_per_packet * self.bytes_per_sample;
        let longest = self.channels.iter().map(Vec::len).max()?;
        let rounds = longest.div_ceil(step);
        let (number, packet) = (self.made..rounds * self.channels.len()).find_map(|number| {
            let (round, channel) = (number / self.channels.len(), number % self.channels.len());
            let coded = &self.channels[channel];
            let from = (round * step).min(coded.len());
            let content = coded[from..(from + step).min(coded.len())].to_vec();
            let first = (round * self.samples_per_packet) as u64;
            let start = self.rate.length_of(first);
            let end = self.rate.length_of(first + (content.len() / self.bytes_per_sample) as u64);
            let packet = Packet {
                channel: i32::try_from(channel + 1).ok()?,
                sequence: i64::try_from(round + 1).ok()?,
                start,
                length: end - start,
                content,
            };
            (!packet.content.is_empty()).then_some((number, packet))
        })?;
        Some((number, packet))
    }
}

impl Source for FileSource {
    async fn next(&mut self) -> Option<Packet> {
        let (number, packet) = self.peek()?;
        // A telephone hands a packet over when it has been spoken, not before.
        let due = packet.end();
        let (since, from) = *self.anchor.get_or_insert_with(|| (Instant::now(), packet.start));
        sleep_until(since + at_speed(due.saturating_sub(from), self.speed)).await;
        self.made = number + 1;
        Some(packet)
    }

    fn resumed(&mut self) {
        self.anchor = None;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use attune_audio::units::SampleRate;
    use attune_proto::v1::Side;
    use tokio::time::Instant;

    use super::{FileSource, Source};
    use crate::args::Wire;
    use crate::stream::outbox::Packet;
    use crate::stream::recording::Material;

    fn material(left: usize, right: usize) -> Material {
        Material {
            rate: SampleRate::HZ_8000,
            channels: vec![(Side::Caller, vec![0.1; left]), (Side::Agent, vec![0.2; right])],
            description: String::new(),
        }
    }

    async fn all(mut source: FileSource) -> Vec<Packet> {
        let mut packets = Vec::new();
        while let Some(packet) = source.next().await {
            packets.push(packet);
        }
        packets
    }

    #[tokio::test]
    async fn every_sample_once_in_order_of_time() {
        let forty = Duration::from_millis(40);
        let source = FileSource::new(&material(1000, 400), Wire::Linear16, forty, 100.0);
        let packets = all(source).await;
        let shape: Vec<_> = packets
            .iter()
            .map(|p| (p.channel, p.sequence, p.start.as_millis(), p.content.len()))
            .collect();
        assert_eq!(
            shape,
            [
                (1, 1, 0, 640),
                (2, 1, 0, 640),
                (1, 2, 40, 640),
                (2, 2, 40, 160),
                (1, 3, 80, 640),
                (1, 4, 120, 80),
            ]
        );
        assert_eq!(packets[3].end(), Duration::from_millis(50));
    }

    #[tokio::test]
    async fn keeps_the_pace_it_was_asked_for() {
        let twenty = Duration::from_millis(20);
        let before = Instant::now();
        let packets = all(FileSource::new(&material(3200, 3200), Wire::Mulaw, twenty, 4.0)).await;
        assert_eq!(packets.len(), 40);
        // 400 ms of sound at four times the pace; a busy machine may be late, never early.
        assert!(before.elapsed() >= Duration::from_millis(99), "{:?}", before.elapsed());
    }

    #[tokio::test]
    async fn an_empty_recording_has_no_packets() {
        let source = FileSource::new(&material(0, 0), Wire::Mulaw, Duration::from_millis(20), 1.0);
        assert!(all(source).await.is_empty());
    }
}

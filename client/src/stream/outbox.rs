//! What was sent and not yet acknowledged, so that a broken stream goes on without a hole.

use std::collections::VecDeque;
use std::time::Duration;

use attune_proto::v1::{AudioChunk, Cursor};

use crate::time::{from_proto, to_proto};

/// As long as the server holds a broken stream open; more could not be used.
const KEPT: Duration = Duration::from_secs(30);

/// A stretch of one channel, coded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Packet {
    /// 1-based channel.
    pub(crate) channel: i32,
    /// From 1, one more each packet of the channel.
    pub(crate) sequence: i64,
    /// Media time of its first sample.
    pub(crate) start: Duration,
    /// How long it plays.
    pub(crate) length: Duration,
    /// Coded samples.
    pub(crate) content: Vec<u8>,
}

impl Packet {
    /// As a message.
    pub(crate) fn to_chunk(&self) -> AudioChunk {
        AudioChunk {
            content: self.content.clone(),
            start_offset: Some(to_proto(self.start)),
            channel_tag: self.channel,
            sequence: self.sequence,
        }
    }

    /// Media time after its last sample.
    pub(crate) fn end(&self) -> Duration {
        self.start + self.length
    }
}

/// Packets in the order they were made, from the oldest that is not acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    packets: VecDeque<Packet>,
    acknowledged: Duration,
    transcribed: Duration,
    made: Duration,
}

impl Outbox {
    /// Keeps a packet until it is acknowledged.
    pub(crate) fn push(&mut self, packet: Packet) {
        self.made = self.made.max(packet.end());
        self.packets.push_back(packet);
    }

    /// Forgets what the server says it has. Returns whether that was news.
    pub(crate) fn acknowledge(&mut self, cursors: &[Cursor]) -> bool {
        if cursors.is_empty() {
            return false;
        }
        let slowest = |at: fn(&Cursor) -> Option<&prost_types::Duration>| {
            cursors.iter().map(|cursor| from_proto(at(cursor))).min().unwrap_or_default()
        };
        let received = slowest(|cursor| cursor.received.as_ref());
        let news = received > self.acknowledged;
        self.acknowledged = self.acknowledged.max(received);
        self.transcribed = self.transcribed.max(slowest(|cursor| cursor.r#final.as_ref()));
        self.packets.retain(|packet| {
            let cursor = cursors.iter().find(|cursor| cursor.channel_tag == packet.channel);
            // A nanosecond of rounding is not worth sending twice.
            cursor.is_none_or(|cursor| {
                packet.end() > from_proto(cursor.received.as_ref()) + Duration::from_nanos(1)
            })
        });
        news
    }

    /// What a new stream has to send again, oldest first.
    pub(crate) fn unacknowledged(&self) -> impl Iterator<Item = &Packet> {
        self.packets.iter()
    }

    /// Whether more may be made before the server acknowledges.
    pub(crate) fn has_room(&self) -> bool {
        let oldest = self.packets.front().map(|packet| packet.start);
        oldest.is_none_or(|oldest| self.made.saturating_sub(oldest) < KEPT)
    }

    /// All channels were received up to here.
    pub(crate) fn acknowledged(&self) -> Duration {
        self.acknowledged
    }

    /// All channels have final text up to here.
    pub(crate) fn transcribed(&self) -> Duration {
        self.transcribed
    }

    /// Made so far.
    pub(crate) fn made(&self) -> Duration {
        self.made
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use attune_proto::v1::Cursor;

    use super::{Outbox, Packet};
    use crate::time::to_proto;

    fn packet(channel: i32, number: u64) -> Packet {
        Packet {
            channel,
            sequence: i64::try_from(number).unwrap_or(0),
            start: Duration::from_millis(40 * (number - 1)),
            length: Duration::from_millis(40),
            content: vec![0; 640],
        }
    }

    fn cursor(channel: i32, received: u64, done: u64) -> Cursor {
        Cursor {
            channel_tag: channel,
            received: Some(to_proto(Duration::from_millis(received))),
            r#final: Some(to_proto(Duration::from_millis(done))),
            last_sequence: 0,
        }
    }

    fn filled(packets: u64) -> Outbox {
        let mut outbox = Outbox::default();
        for number in 1..=packets {
            outbox.push(packet(1, number));
            outbox.push(packet(2, number));
        }
        outbox
    }

    fn left(outbox: &Outbox) -> Vec<(i32, i64)> {
        outbox.unacknowledged().map(|packet| (packet.channel, packet.sequence)).collect()
    }

    #[test]
    fn a_resumed_stream_sends_each_channel_from_its_own_cursor() {
        let mut outbox = filled(4);
        assert!(outbox.acknowledge(&[cursor(1, 120, 0), cursor(2, 80, 40)]));
        assert_eq!(left(&outbox), [(2, 3), (1, 4), (2, 4)]);
        assert_eq!(outbox.acknowledged(), Duration::from_millis(80));
        assert_eq!(outbox.transcribed(), Duration::ZERO);
        assert_eq!(outbox.made(), Duration::from_millis(160));
    }

    #[test]
    fn a_packet_received_in_part_is_sent_again_whole() {
        let mut outbox = filled(1);
        outbox.acknowledge(&[cursor(1, 39, 0), cursor(2, 40, 0)]);
        assert_eq!(left(&outbox), [(1, 1)]);
    }

    #[test]
    fn old_and_empty_acknowledgements_change_nothing() {
        let mut outbox = filled(3);
        outbox.acknowledge(&[cursor(1, 80, 80), cursor(2, 80, 80)]);
        assert!(!outbox.acknowledge(&[]));
        assert!(!outbox.acknowledge(&[cursor(1, 40, 0), cursor(2, 40, 0)]));
        assert_eq!(left(&outbox), [(1, 3), (2, 3)]);
        assert_eq!(outbox.transcribed(), Duration::from_millis(80));
    }

    #[test]
    fn a_silent_server_stops_the_source_and_an_answer_frees_it() {
        let mut outbox = filled(749);
        assert!(outbox.has_room());
        outbox.push(packet(1, 750));
        assert!(!outbox.has_room());
        outbox.acknowledge(&[cursor(1, 30_000, 0), cursor(2, 29_960, 0)]);
        assert!(outbox.has_room());
    }
}

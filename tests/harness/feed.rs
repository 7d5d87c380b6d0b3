//! A call as a telephony platform streams it.

use std::time::Duration;

use attune_audio::codec::Encoding;
use attune_audio::units::StreamTime;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{
    AudioChunk, AudioEncoding, CallControl, ChannelMapping, HangUp, Side, StreamCallRequest,
    StreamCallResponse, StreamConfig, call_control,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::Recording;

/// A config for two channels, caller 1 and agent 2, mu-law at 8 kHz.
pub fn config(call_id: &str) -> StreamConfig {
    StreamConfig {
        call_id: call_id.to_owned(),
        encoding: AudioEncoding::Mulaw.into(),
        sample_rate_hertz: 8000,
        channels: vec![
            ChannelMapping { channel_tag: 1, side: Side::Caller.into() },
            ChannelMapping { channel_tag: 2, side: Side::Agent.into() },
        ],
        language_code: "en".into(),
        ..StreamConfig::default()
    }
}

/// The recording in mu-law chunks of `length`, both channels in turn, in order.
///
/// # Panics
/// If `length` is not a sensible length of a chunk.
pub fn chunks(recording: &Recording, length: Duration) -> Vec<AudioChunk> {
    let step = usize::try_from(recording.rate.samples_in(length)).expect("a short chunk");
    let coded = recording.sides.each_ref().map(|side| Encoding::Mulaw.encode(side));
    let count = coded[0].len().div_ceil(step);
    let mut all = Vec::with_capacity(2 * count);
    for index in 0..count {
        for (bytes, channel_tag) in coded.iter().zip(1..) {
            let from = index * step;
            let content = bytes[from..(from + step).min(bytes.len())].to_vec();
            let start = StreamTime::from_samples(from as u64, recording.rate);
            all.push(AudioChunk {
                content,
                start_offset: prost_types::Duration::try_from(start.since_start()).ok(),
                channel_tag,
                sequence: i64::try_from(index + 1).expect("a short call"),
            });
        }
    }
    all
}

/// The sending and the receiving side of one `StreamCall`.
pub struct Stream {
    /// Where requests go; dropping it closes the stream.
    pub requests: mpsc::Sender<StreamCallRequest>,
    /// What the server says.
    pub replies: Streaming<StreamCallResponse>,
}

impl Stream {
    /// Opens a call.
    ///
    /// # Errors
    /// What the server refuses it with.
    pub async fn open(
        client: &mut IngestionClient<Channel>,
        config: StreamConfig,
    ) -> Result<Self, Status> {
        let (requests, receiver) = mpsc::channel(4);
        // Whether the call is let in comes as the first reply, or as the error that ends the stream.
        let first = StreamCallRequest { payload: Some(Payload::Config(config)) };
        requests.send(first).await.expect("an open channel");
        let replies = client.stream_call(ReceiverStream::new(receiver)).await?.into_inner();
        Ok(Self { requests, replies })
    }

    /// Sends one thing; false if the server has closed the stream.
    pub async fn send(&self, payload: Payload) -> bool {
        self.requests.send(StreamCallRequest { payload: Some(payload) }).await.is_ok()
    }

    /// Sends chunks at `speed` times live pace, as fast as the server takes them for `None`.
    pub async fn play(&self, chunks: &[AudioChunk], speed: Option<u32>) {
        let start = tokio::time::Instant::now();
        let first = chunks.first().map(offset).unwrap_or_default();
        for chunk in chunks {
            if let Some(speed) = speed {
                let due = offset(chunk).saturating_sub(first) / speed;
                tokio::time::sleep_until(start + due).await;
            }
            if !self.send(Payload::Audio(chunk.clone())).await {
                return;
            }
        }
    }

    /// Hangs up and waits until the server says that everything is done.
    ///
    /// # Errors
    /// What the server ended the stream with.
    pub async fn hang_up(mut self) -> Result<bool, Status> {
        let action = Some(call_control::Action::HangUp(HangUp {}));
        self.send(Payload::Control(CallControl { action })).await;
        let mut completed = false;
        while let Some(reply) = self.replies.message().await? {
            completed |= reply.completed;
        }
        Ok(completed)
    }

    /// The error that the server ends the stream with.
    ///
    /// # Panics
    /// If it ends without one.
    pub async fn refusal(mut self) -> Status {
        loop {
            match self.replies.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the stream ended without an error"),
                Err(status) => return status,
            }
        }
    }
}

fn offset(chunk: &AudioChunk) -> Duration {
    chunk.start_offset.and_then(|offset| Duration::try_from(offset).ok()).unwrap_or_default()
}

//! One call, as fast as the server takes it.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use attune_audio::codec::Encoding;
use attune_audio::units::{SampleRate, StreamTime};
use attune_audio::wav;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::replay_client::ReplayClient;
use attune_proto::v1::watch_call_response::Payload as Watched;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{
    AudioChunk, AudioEncoding, CallControl, ChannelMapping, HangUp, ReplayCallRequest, Side,
    StreamCallRequest, StreamConfig, WatchCallRequest, call_control, replay_call_request,
    replay_call_response, stream_call_request,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// What telephony platforms commonly send at once.
const CHUNK: Duration = Duration::from_millis(100);

/// A two-sided recording, coded as the telephone does, played round and round.
pub(crate) struct Belt {
    rate: SampleRate,
    /// Caller and agent, a byte a sample.
    sides: [Vec<u8>; 2],
    /// Percent of a call in which it plays.
    speech: u8,
}

/// Mu-law for nothing.
const SILENCE: u8 = 0xff;

impl Belt {
    pub(crate) fn load(path: &Path, speech: u8) -> Result<Self, Box<dyn Error>> {
        let recording = wav::read(path)?;
        let [caller, agent] = <[Vec<f32>; 2]>::try_from(recording.channels)
            .map_err(|_other| format!("{}: two channels wanted", path.display()))?;
        let sides = [Encoding::Mulaw.encode(&caller), Encoding::Mulaw.encode(&agent)];
        Ok(Self { rate: recording.rate, sides, speech })
    }

    /// The chunks of call `number`, both sides in turn.
    fn chunks(&self, number: u32, length: Duration) -> impl Iterator<Item = AudioChunk> {
        let step = usize::try_from(self.rate.samples_in(CHUNK)).unwrap_or(800);
        let samples = usize::try_from(self.rate.samples_in(length)).unwrap_or(usize::MAX);
        // Another place of the belt for each call.
        let start = number as usize * 7919 * step % self.sides[0].len();
        (0..samples / step).flat_map(move |index| {
            let offset = StreamTime::from_samples((index * step) as u64, self.rate);
            // A minute of call is speech and then hold.
            let plays = index % 600 * 100 < 600 * usize::from(self.speech);
            self.sides.iter().zip(1..).map(move |(side, channel_tag)| {
                let from = start + index * step;
                let byte = |at: usize| if plays { side[at % side.len()] } else { SILENCE };
                AudioChunk {
                    content: (from..from + step).map(byte).collect(),
                    start_offset: prost_types::Duration::try_from(offset.since_start()).ok(),
                    channel_tag,
                    sequence: i64::try_from(index + 1).unwrap_or(i64::MAX),
                }
            })
        })
    }

    fn config(&self, number: u32) -> StreamConfig {
        StreamConfig {
            call_id: format!("soak-{number}"),
            encoding: AudioEncoding::Mulaw.into(),
            sample_rate_hertz: i32::try_from(self.rate.hz()).unwrap_or(i32::MAX),
            channels: vec![
                ChannelMapping { channel_tag: 1, side: Side::Caller.into() },
                ChannelMapping { channel_tag: 2, side: Side::Agent.into() },
            ],
            language_code: "en".into(),
            ..StreamConfig::default()
        }
    }
}

/// Whether call `number` is a replay.
pub(crate) fn is_replay(number: u32) -> bool {
    number % 5 == 4
}

/// Plays call `number` on connections of its own, from its start to its end.
pub(crate) async fn run(
    address: &str,
    number: u32,
    belt: &Belt,
    length: Duration,
) -> Result<(), Status> {
    if is_replay(number) {
        replay(address, number, belt, length).await
    } else {
        stream(address, number, belt, length).await
    }
}

async fn stream(address: &str, number: u32, belt: &Belt, length: Duration) -> Result<(), Status> {
    use stream_call_request::Payload;
    let request = |payload| StreamCallRequest { payload: Some(payload) };
    let hang_up = CallControl { action: Some(call_control::Action::HangUp(HangUp {})) };
    let messages = [Payload::Config(belt.config(number))]
        .into_iter()
        .chain(belt.chunks(number, length).map(Payload::Audio))
        .chain([Payload::Control(hang_up)])
        .map(request);
    let (sender, receiver) = mpsc::channel(8);
    let sending = send(sender, messages);
    let watching =
        async { if number.is_multiple_of(2) { watch(address, number).await } else { Ok(()) } };
    let streaming = async {
        let mut ingestion =
            IngestionClient::connect(address.to_owned()).await.map_err(no_server)?;
        let mut replies = ingestion.stream_call(ReceiverStream::new(receiver)).await?.into_inner();
        let mut completed = false;
        while let Some(reply) = replies.message().await? {
            completed |= reply.completed;
        }
        if completed { Ok(()) } else { Err(Status::data_loss("the call did not complete")) }
    };
    let (_, streamed, watched) = tokio::join!(sending, streaming, watching);
    streamed.and(watched)
}

/// Watches a call from its first event to its last.
async fn watch(address: &str, number: u32) -> Result<(), Status> {
    let mut client = WatchClient::connect(address.to_owned()).await.map_err(no_server)?;
    let call_id = format!("soak-{number}");
    let request = WatchCallRequest { call_id, wait: true, ..WatchCallRequest::default() };
    let mut events = client.watch_call(request).await?.into_inner();
    while let Some(message) = events.message().await? {
        if matches!(message.payload, Some(Watched::Event(event)) if matches!(event.body, Some(Body::Ended(_))))
        {
            return Ok(());
        }
    }
    Err(Status::data_loss("the watch ended before the call"))
}

async fn replay(address: &str, number: u32, belt: &Belt, length: Duration) -> Result<(), Status> {
    use replay_call_request::Payload;
    let request = |payload| ReplayCallRequest { payload: Some(payload) };
    let messages = [Payload::Config(belt.config(number))]
        .into_iter()
        .chain(belt.chunks(number, length).map(Payload::Audio))
        .map(request);
    let (sender, receiver) = mpsc::channel(8);
    let replaying = async {
        let mut client = ReplayClient::connect(address.to_owned()).await.map_err(no_server)?;
        let mut replies = client.replay_call(ReceiverStream::new(receiver)).await?.into_inner();
        let mut ended = false;
        while let Some(reply) = replies.message().await? {
            if let Some(replay_call_response::Payload::Event(event)) = reply.payload {
                ended |= matches!(event.body, Some(Body::Ended(_)));
            }
        }
        if ended { Ok(()) } else { Err(Status::data_loss("the replay did not end")) }
    };
    tokio::join!(send(sender, messages), replaying).1
}

/// Sends everything, as far as anybody takes it.
async fn send<T>(sender: mpsc::Sender<T>, messages: impl Iterator<Item = T>) {
    for message in messages {
        if sender.send(message).await.is_err() {
            return;
        }
    }
}

fn no_server(error: tonic::transport::Error) -> Status {
    Status::unavailable(error.to_string())
}

//! One live call: its stream, its watcher, and when what arrived.

use std::collections::BTreeMap;
use std::time::Duration;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::watch_call_response::Payload as Watched;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{
    AudioChunk, AudioEncoding, CallControl, CallEvent, ChannelMapping, HangUp, Side,
    StreamCallRequest, StreamConfig, WatchCallRequest, call_control,
};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use crate::speech::CallAudio;

/// What telephony platforms commonly send at once.
pub(crate) const CHUNK: Duration = Duration::from_millis(100);

/// How fast audio is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As people speak: a chunk leaves when its last sample has been spoken.
    Live,
    /// As fast as the server takes it.
    FlatOut,
}

/// What came of one call.
#[derive(Debug, Default)]
pub(crate) struct CallResult {
    pub(crate) refused: bool,
    pub(crate) failed: Option<String>,
    pub(crate) offered: u32,
    pub(crate) completed: u32,
    /// When each final came, and how much speech it was.
    pub(crate) finals: Vec<(Instant, Duration)>,
    pub(crate) final_lags: Vec<Duration>,
    /// Of the cards that were shown as soon as their utterance was read.
    pub(crate) suggestion_lags: Vec<Duration>,
    /// Cards that had to wait until the one before them had been on the screen for a while.
    pub(crate) waited_cards: u32,
}

/// Streams the call and watches it to its end.
pub(crate) async fn run(address: &str, number: u32, audio: CallAudio, pace: Pace) -> CallResult {
    let offered = audio.utterances;
    match stream_and_watch(address, number, audio, pace).await {
        Ok(result) => CallResult { offered, ..result },
        Err(status) if status.code() == Code::ResourceExhausted => {
            CallResult { refused: true, ..CallResult::default() }
        }
        Err(status) => {
            CallResult { offered, failed: Some(status.to_string()), ..CallResult::default() }
        }
    }
}

async fn stream_and_watch(
    address: &str,
    number: u32,
    audio: CallAudio,
    pace: Pace,
) -> Result<CallResult, Status> {
    let call_id = format!("load-{number}");
    let mut watch = WatchClient::connect(address.to_owned()).await.map_err(unreachable_server)?;
    let mut ingestion =
        IngestionClient::connect(address.to_owned()).await.map_err(unreachable_server)?;
    let request = WatchCallRequest { call_id: call_id.clone(), wait: true, ..Default::default() };
    let mut events = watch.watch_call(request).await?.into_inner();

    let (sender, receiver) = mpsc::channel(8);
    let start = Instant::now();
    let streaming = tokio::spawn(send(sender, call_id, audio, start, pace));
    let mut replies = ingestion.stream_call(ReceiverStream::new(receiver)).await?.into_inner();
    let mut tally = Tally { start, said: BTreeMap::new(), result: CallResult::default() };
    let (mut acknowledged, mut ended) = (false, false);
    while !(acknowledged && ended) {
        tokio::select! {
            // A call that is refused is told so here, and its watcher waits for ever.
            reply = replies.message(), if !acknowledged => acknowledged = reply?.is_none(),
            event = events.message(), if !ended => match event?.map(|message| message.payload) {
                Some(Some(Watched::Event(event))) => ended = tally.take(event),
                Some(_) => {}
                None => ended = true,
            },
        }
    }
    streaming.abort();
    Ok(tally.result)
}

fn unreachable_server(error: tonic::transport::Error) -> Status {
    Status::unavailable(error.to_string())
}

/// Sends both sides and hangs up.
async fn send(
    sender: mpsc::Sender<StreamCallRequest>,
    call_id: String,
    audio: CallAudio,
    start: Instant,
    pace: Pace,
) {
    let config = StreamConfig {
        call_id,
        encoding: AudioEncoding::Mulaw.into(),
        sample_rate_hertz: i32::try_from(audio.rate.hz()).unwrap_or(i32::MAX),
        channels: vec![
            ChannelMapping { channel_tag: 1, side: Side::Caller.into() },
            ChannelMapping { channel_tag: 2, side: Side::Agent.into() },
        ],
        language_code: "en".into(),
        ..Default::default()
    };
    if sender.send(request(Payload::Config(config))).await.is_err() {
        return;
    }
    let step = usize::try_from(audio.rate.samples_in(CHUNK)).unwrap_or(800);
    let chunks = audio.sides[0].len().div_ceil(step);
    for index in 0..chunks {
        let spoken = CHUNK * u32::try_from(index + 1).unwrap_or(u32::MAX);
        if pace == Pace::Live {
            tokio::time::sleep_until(start + spoken).await;
        }
        for (side, channel_tag) in audio.sides.iter().zip(1..) {
            let content = side[index * step..((index + 1) * step).min(side.len())].to_vec();
            let start_offset = prost_types::Duration::try_from(spoken - CHUNK).ok();
            let sequence = i64::try_from(index + 1).unwrap_or(i64::MAX);
            let chunk = AudioChunk { content, start_offset, channel_tag, sequence };
            if sender.send(request(Payload::Audio(chunk))).await.is_err() {
                return;
            }
        }
    }
    let hang_up = CallControl { action: Some(call_control::Action::HangUp(HangUp {})) };
    // The watcher sees how the call ended, whatever becomes of this message.
    let _ = sender.send(request(Payload::Control(hang_up))).await;
}

fn request(payload: Payload) -> StreamCallRequest {
    StreamCallRequest { payload: Some(payload) }
}

/// Counts and times the events of one call.
struct Tally {
    start: Instant,
    /// When each utterance's last sound was made, and the media time of its transcript.
    said: BTreeMap<String, (Instant, Duration)>,
    result: CallResult,
}

impl Tally {
    /// Takes an event; true at the last.
    fn take(&mut self, event: CallEvent) -> bool {
        let now = Instant::now();
        let at = time(event.offset);
        match event.body {
            Some(Body::Transcript(transcript)) => {
                let end = time(transcript.end_offset);
                let spoken = self.start + end;
                self.said.insert(transcript.utterance_id, (spoken, at));
                self.result.completed += 1;
                self.result.finals.push((now, end.saturating_sub(time(transcript.start_offset))));
                self.result.final_lags.push(now.saturating_duration_since(spoken));
            }
            Some(Body::Suggestion(card)) => match self.said.get(&card.utterance_id) {
                Some((spoken, read)) if *read == at => {
                    self.result.suggestion_lags.push(now.saturating_duration_since(*spoken));
                }
                // The playbook lets a card be read before it shows the next; that wait is its will.
                _ => self.result.waited_cards += 1,
            },
            Some(Body::Ended(_)) => return true,
            _ => {}
        }
        false
    }
}

fn time(offset: Option<prost_types::Duration>) -> Duration {
    offset.and_then(|offset| Duration::try_from(offset).ok()).unwrap_or_default()
}

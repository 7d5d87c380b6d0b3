//! `attune.v1.Review`: a recording or a written dialogue in one message, for pages in browsers.
//!
//! A recording runs as [`crate::replay_service`] runs one that is streamed: the same thread, the same
//! places, the same events.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use attune_audio::units::StreamTime;
use attune_audio::wav::{self, Recording};
use attune_models::event::EndReason;
use attune_models::replay::{Dialogue, replay_dialogue};
use attune_models::session::{Input, SessionConfig};
use attune_proto::v1::review_server::Review;
use attune_proto::v1::{ReplayCallResponse, ReviewDialogueRequest, ReviewRecordingRequest};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::convert::{self, CallNames, Format};
use crate::live::unheard_config;
use crate::replay_service::{RESPONSES_WAITING, Responses, admit, begin, names};
use crate::status::Reason;

/// The largest message: a recording of 50 minutes of both sides in 16-bit samples of 8 kHz.
pub(crate) const MAX_BYTES: usize = 96 << 20;

/// How much audio of each side goes in at a time. Any other length gives the same events.
const CHUNK: Duration = Duration::from_millis(200);

/// `attune.v1.Review`.
#[derive(Debug, Clone)]
pub struct ReviewService {
    app: Arc<App>,
}

impl ReviewService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl Review for ReviewService {
    type ReviewRecordingStream = ReceiverStream<Result<ReplayCallResponse, Status>>;
    type ReviewDialogueStream = ReceiverStream<Result<ReplayCallResponse, Status>>;

    async fn review_recording(
        &self,
        request: Request<ReviewRecordingRequest>,
    ) -> Result<Response<Self::ReviewRecordingStream>, Status> {
        let permit = admit(&self.app)?;
        let mut request = request.into_inner();
        let bytes = std::mem::take(&mut request.recording);
        let decoded = tokio::task::spawn_blocking(move || decode(&bytes)).await;
        let recording = decoded.map_err(|_panic| Reason::Internal.status("a fault"))??;
        let plan = convert::recording_plan(request, recording.rate, recording.channels.len())?;
        let (responses, outbox) = mpsc::channel(RESPONSES_WAITING);
        let inputs = begin(&self.app, permit, &plan, &responses)?;
        let closing = self.app.closing.clone();
        self.app.tasks.spawn(async move {
            tokio::select! {
                () = feed(&inputs, &plan.format, &recording) => {}
                () = closing.cancelled() => {
                    let status = Reason::NodeDraining.status("this server is being shut down");
                    // If the client is gone it need not know.
                    let _ = responses.send(Err(status)).await;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(outbox)))
    }

    async fn review_dialogue(
        &self,
        request: Request<ReviewDialogueRequest>,
    ) -> Result<Response<Self::ReviewDialogueStream>, Status> {
        let (dialogue, plan) = convert::dialogue(request.into_inner())?;
        let config = unheard_config(&self.app, &plan)?;
        let names = names(&self.app, &plan);
        let (responses, outbox) = mpsc::channel(RESPONSES_WAITING);
        self.app.tasks.spawn_blocking(move || read_out(&dialogue, config, &names, &responses));
        Ok(Response::new(ReceiverStream::new(outbox)))
    }
}

fn decode(bytes: &[u8]) -> Result<Recording, Status> {
    wav::from_bytes(Path::new("recording"), bytes)
        .map_err(|error| Reason::InvalidAudio.status(error.to_string()))
}

/// Hands the recording to its thread; stops when that is gone.
async fn feed(inputs: &mpsc::Sender<Input>, format: &Format, recording: &Recording) {
    let step = usize::try_from(StreamTime::new(CHUNK).samples(recording.rate)).unwrap_or(1).max(1);
    let length = recording.channels.iter().map(Vec::len).max().unwrap_or_default();
    for from in (0..length).step_by(step) {
        let start = StreamTime::from_samples(from as u64, recording.rate);
        for (channel, samples) in format.channels.iter().zip(&recording.channels) {
            let part = samples[from.min(samples.len())..(from + step).min(samples.len())].to_vec();
            let input = convert::audio_input(channel.side, start, None, part);
            if inputs.send(input).await.is_err() {
                return;
            }
        }
    }
    // If it has ended by itself it has said why.
    let _ = inputs.send(Input::End(EndReason::HangUp)).await;
}

/// Blocks: the whole dialogue, as fast as the client reads.
fn read_out(dialogue: &Dialogue, config: SessionConfig, names: &CallNames, to: &Responses) {
    let told = replay_dialogue(dialogue, config, |event| {
        let event = convert::event(names, &event, SystemTime::now());
        // If the client is gone the rest of a dialogue is quickly done.
        let _ = to.blocking_send(Ok(convert::replay_event(event)));
    });
    if let Err(error) = told {
        let _ = to.blocking_send(Err(Reason::InvalidDialogue.status(error.to_string())));
    }
}

//! `attune.v1.Ingestion`: audio of live calls in, acknowledgements out.
//!
//! A stream only holds a call; the call itself runs in its driver and outlives a broken stream.
//! A sender that is ahead of real time is slowed down by flow control. A live sender never waits
//! longer than [`MAX_WAIT`] for its call: what does not fit then is dropped and becomes a gap.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use attune_models::session::Input;
use attune_proto::v1::ingestion_server::Ingestion;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{StreamCallRequest, StreamCallResponse};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status, Streaming};

use crate::app::App;
use crate::convert::{self, Format, Heard, StreamPlan};
use crate::intake::Intake;
use crate::live::{self, Hold, News, Outcome, Progress, Sent};
use crate::status::Reason;

/// Responses that may wait for a client that does not read them; more are left out, for the next
/// one says it all again.
const RESPONSES_WAITING: usize = 8;
/// How long a stream may take to say what it carries.
const CONFIG_WITHIN: Duration = Duration::from_secs(10);
/// How long a live sender waits for a call that does not keep up.
const MAX_WAIT: Duration = Duration::from_millis(500);
/// A sender this far ahead of real time is not live.
const AHEAD: Duration = Duration::from_secs(1);

type Responses = mpsc::Sender<Result<StreamCallResponse, Status>>;

/// `attune.v1.Ingestion`.
#[derive(Debug, Clone)]
pub struct IngestionService {
    app: Arc<App>,
}

impl IngestionService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl Ingestion for IngestionService {
    type StreamCallStream = ReceiverStream<Result<StreamCallResponse, Status>>;

    async fn stream_call(
        &self,
        request: Request<Streaming<StreamCallRequest>>,
    ) -> Result<Response<Self::StreamCallStream>, Status> {
        let (responses, outbox) = mpsc::channel(RESPONSES_WAITING);
        let app = Arc::clone(&self.app);
        // A task of its own: what was begun for a call is finished even when its client is gone.
        self.app.tasks.spawn(async move {
            if let Err(status) = converse(app, request.into_inner(), &responses).await {
                tracing::info!(code = ?status.code(), message = status.message(), "a stream was refused");
                // The client is gone: it knows.
                let _ = responses.send(Err(status)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(outbox)))
    }
}

async fn converse(
    app: Arc<App>,
    mut inbound: Streaming<StreamCallRequest>,
    responses: &Responses,
) -> Result<(), Status> {
    let plan = tokio::select! {
        plan = first_config(&mut inbound) => plan?,
        () = responses.closed() => return Ok(()),
    };
    let format = plan.format.clone();
    let hold = live::open(&app, plan).await?;
    let intake = Intake::new(&format);
    Stream { hold, inbound, responses, format, intake }.run().await
}

async fn first_config(inbound: &mut Streaming<StreamCallRequest>) -> Result<StreamPlan, Status> {
    let missing = |what| Reason::ConfigMissing.status(format!("{what}; the config comes first"));
    let first = tokio::time::timeout(CONFIG_WITHIN, inbound.message()).await;
    let first = first.map_err(|_late| missing("no message came within 10 s"))?;
    match first.map_err(broken)? {
        Some(StreamCallRequest { payload: Some(Payload::Config(config)) }) => {
            convert::stream_plan(config)
        }
        Some(_) => Err(missing("the first message of the stream is not its config")),
        None => Err(missing("the stream has no messages")),
    }
}

/// One stream, holding its call.
struct Stream<'a> {
    hold: Hold,
    inbound: Streaming<StreamCallRequest>,
    responses: &'a Responses,
    format: Format,
    intake: Intake,
}

impl Stream<'_> {
    async fn run(mut self) -> Result<(), Status> {
        let mut listening = true;
        loop {
            let message = tokio::select! {
                biased;
                () = self.responses.closed() => return Ok(()),
                news = self.hold.news() => {
                    let progress = match news {
                        News::Progress(progress) => progress,
                        News::Superseded => return Err(superseded(&self.hold)),
                        News::Gone => return Err(live::expired(&self.hold.call.call_id)),
                    };
                    if self.acknowledge(&progress).await? {
                        return Ok(());
                    }
                    continue;
                }
                message = self.inbound.message(), if listening => message.map_err(broken)?,
            };
            // A sender that has nothing more to say has hung up.
            let heard = match message {
                Some(request) => convert::heard(&self.format, request)?,
                None => Heard::HangUp,
            };
            listening = !matches!(heard, Heard::HangUp);
            let input = self.intake.input(heard)?;
            self.forward(input).await?;
        }
    }

    /// Tells the client how far its call has got; says whether the stream is complete.
    async fn acknowledge(&mut self, progress: &Progress) -> Result<bool, Status> {
        self.intake.resume_at(&progress.positions);
        let call = &self.hold.call;
        let respond = |completed| {
            let token = call.token.reveal();
            Ok(convert::response(&call.call_id, token, &progress.positions, completed))
        };
        let Some(outcome) = progress.outcome else {
            // No room: the client does not read, and the next one says it all again.
            let _ = self.responses.try_send(respond(false));
            return Ok(false);
        };
        // From here on a client that is gone is none the worse.
        match outcome {
            Outcome::Completed => {
                let _ = self.responses.send(respond(true)).await;
                Ok(true)
            }
            Outcome::Drained => {
                let _ = self.responses.send(respond(true)).await;
                Err(Reason::NodeDraining.status("this server was shut down and ended the call"))
            }
            Outcome::NotStored => Err(Reason::NotStored
                .status("the call is transcribed, but the event store of the server failed")),
            Outcome::Failed => {
                Err(Reason::Internal.status("the server failed on this call; its log says why"))
            }
            Outcome::Refused(error) => Err(convert::input_error(error)),
        }
    }

    async fn forward(&mut self, input: Input) -> Result<(), Status> {
        let behind = self.hold.call.opened.elapsed();
        let ahead = self.intake.furthest().since_start().saturating_sub(behind);
        // Only audio comes again and again; everything else must arrive.
        let live = ahead < AHEAD && matches!(input, Input::Audio { .. });
        let patience = if live { MAX_WAIT } else { Duration::MAX };
        match self.hold.send(input, patience).await {
            Sent::Taken => Ok(()),
            Sent::Superseded => Err(superseded(&self.hold)),
            Sent::Dropped => {
                metrics::counter!("attune_audio_dropped_total").increment(1);
                let call = &self.hold.call.call_id;
                tracing::warn!(%call, "the call does not keep up; audio was dropped");
                Ok(())
            }
        }
    }
}

fn superseded(hold: &Hold) -> Status {
    let message = format!("the call {} was opened by another stream", hold.call.call_id);
    Reason::SessionSuperseded.status(message)
}

/// What went wrong with the stream itself, in the API's words where it has some.
fn broken(status: Status) -> Status {
    match status.code() {
        Code::OutOfRange => Reason::MessageTooLarge
            .status(format!("{}; send 20 to 200 ms of audio in a message", status.message())),
        Code::Internal if status.message().contains("decode") => {
            Reason::MessageMalformed.status("the message is not a StreamCallRequest")
        }
        _ => status,
    }
}

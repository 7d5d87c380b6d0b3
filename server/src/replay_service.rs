//! `attune.v1.Replay`: a recording through exactly the live session, as fast as it goes.
//!
//! Each replay has a thread of its own for the signal chain; recognition goes through the same
//! slots as that of live calls, with deadlines so far away that live calls come first.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use attune_audio::units::StreamTime;
use attune_models::event::EndReason;
use attune_models::recogniser::{Job, JobId, JobKind, RecogniseError};
use attune_models::session::{Input, InputError, Output, Session, SessionConfig};
use attune_proto::v1::replay_call_request::Payload as RequestPayload;
use attune_proto::v1::replay_server::Replay;
use attune_proto::v1::{ReplayCallRequest, ReplayCallResponse};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::app::App;
use crate::convert::{self, CallNames, Heard, StreamPlan};
use crate::intake::Intake;
use crate::live::session_config;
use crate::pool;
use crate::status::Reason;

/// Inputs that may wait for the replay's thread; more are held back by flow control.
const INPUTS_WAITING: usize = 64;
/// Responses that may wait for the client; a slow one slows its replay.
pub(crate) const RESPONSES_WAITING: usize = 64;
/// Utterances that may wait for their text before no more audio is taken.
const OPEN_FINALS: usize = 8;
/// Audio of a side that may wait, behind a pause, for the text before it.
const BACKLOG: Duration = Duration::from_secs(30);
/// How urgent the text of a replayed utterance is: less than any live one.
const FINAL_WITHIN: Duration = Duration::from_secs(600);
/// Media between two reports of progress.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);
/// When to come back to a server that is full.
const RETRY: Duration = Duration::from_secs(10);

/// Where the answers go.
pub(crate) type Responses = mpsc::Sender<Result<ReplayCallResponse, Status>>;

/// `attune.v1.Replay`.
#[derive(Debug, Clone)]
pub struct ReplayService {
    app: Arc<App>,
}

impl ReplayService {
    /// On what the services share.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl Replay for ReplayService {
    type ReplayCallStream = ReceiverStream<Result<ReplayCallResponse, Status>>;

    async fn replay_call(
        &self,
        request: Request<Streaming<ReplayCallRequest>>,
    ) -> Result<Response<Self::ReplayCallStream>, Status> {
        let permit = admit(&self.app)?;
        let (responses, outbox) = mpsc::channel(RESPONSES_WAITING);
        let app = Arc::clone(&self.app);
        self.app.tasks.spawn(async move {
            if let Err(status) = feed(app, permit, request.into_inner(), &responses).await {
                // The client is gone: it knows.
                let _ = responses.send(Err(status)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(outbox)))
    }
}

/// Checks what comes in and hands it to the replay's thread.
async fn feed(
    app: Arc<App>,
    permit: OwnedSemaphorePermit,
    mut inbound: Streaming<ReplayCallRequest>,
    responses: &Responses,
) -> Result<(), Status> {
    let plan = first_config(&mut inbound).await?;
    let inputs = begin(&app, permit, &plan, responses)?;
    let mut intake = Intake::new(&plan.format);
    loop {
        let message = tokio::select! {
            message = inbound.message() => message?,
            // The client is gone, or the replay has said why it ended.
            () = inputs.closed() => return Ok(()),
            () = app.closing.cancelled() => {
                return Err(Reason::NodeDraining.status("this server is being shut down"));
            }
        };
        let heard = match message {
            Some(request) => convert::replayed(&plan.format, request)?,
            None => Heard::HangUp,
        };
        let last = matches!(heard, Heard::HangUp);
        if inputs.send(intake.input(heard)?).await.is_err() || last {
            return Ok(());
        }
    }
}

/// One of the replays that this server runs at once.
pub(crate) fn admit(app: &App) -> Result<OwnedSemaphorePermit, Status> {
    if app.is_draining() {
        return Err(Reason::NodeDraining.status("this server is being shut down"));
    }
    Arc::clone(&app.replays).try_acquire_owned().map_err(|_full| {
        let most = app.limits.max_replays;
        Reason::TooManyReplays.retry_in(RETRY, format!("this server runs {most} replays at once"))
    })
}

/// Starts the thread of a replay; it takes what is sent, to the hang-up.
pub(crate) fn begin(
    app: &App,
    permit: OwnedSemaphorePermit,
    plan: &StreamPlan,
    responses: &Responses,
) -> Result<mpsc::Sender<Input>, Status> {
    // Nobody looks at unfinished text, and all audio arrives in the end.
    let config =
        SessionConfig { partials: false, max_skew: Duration::MAX, ..session_config(app, plan)? };
    let names = names(app, plan);
    let (inputs, inbox) = mpsc::channel(INPUTS_WAITING);
    let thread_responses = responses.clone();
    let recognisers = app.pool.line();
    let spawned = thread::Builder::new().name("replay".into()).spawn(move || {
        let _permit = permit;
        Replaying::run(config, names, recognisers, inbox, &thread_responses);
    });
    spawned.map_err(|error| {
        tracing::error!(%error, "the system gives no thread for a replay");
        Reason::Internal.status("the server has no thread for the replay")
    })?;
    Ok(inputs)
}

async fn first_config(inbound: &mut Streaming<ReplayCallRequest>) -> Result<StreamPlan, Status> {
    match inbound.message().await? {
        Some(ReplayCallRequest { payload: Some(RequestPayload::Config(config)) }) => {
            convert::stream_plan(config)
        }
        _ => Err(Reason::ConfigMissing.status("the first message of a replay is its config")),
    }
}

/// What the events of a replay are called by.
pub(crate) fn names(app: &App, plan: &StreamPlan) -> CallNames {
    let call_id = if plan.call_id.is_empty() { "replay" } else { &plan.call_id };
    CallNames {
        call_id: call_id.to_owned(),
        language: plan.language.unwrap_or(app.sessions.default_language).first(),
        project: plan.project.clone(),
        agent_id: plan.agent_id.clone(),
    }
}

/// Why a replay ends before its recording.
enum Stop {
    ClientGone,
    Refused(InputError),
}

/// The replay's thread.
struct Replaying<'a> {
    session: Session,
    names: CallNames,
    recognisers: pool::Line,
    responses: &'a Responses,
    open: VecDeque<(JobId, oneshot::Receiver<pool::Answer>)>,
    reported: StreamTime,
}

impl<'a> Replaying<'a> {
    fn run(
        config: SessionConfig,
        names: CallNames,
        recognisers: pool::Line,
        mut inbox: mpsc::Receiver<Input>,
        responses: &'a Responses,
    ) {
        let session = match Session::new(config) {
            Ok(session) => session,
            Err(error) => {
                let status = Reason::InvalidChannels.status(error.to_string());
                let _ = responses.blocking_send(Err(status));
                return;
            }
        };
        let open = VecDeque::new();
        let reported = StreamTime::ZERO;
        let mut replaying = Self { session, names, recognisers, responses, open, reported };
        if let Err(Stop::Refused(error)) = replaying.play(&mut inbox) {
            // The client is gone: it knows.
            let _ = responses.blocking_send(Err(convert::input_error(error)));
        }
    }

    fn play(&mut self, inbox: &mut mpsc::Receiver<Input>) -> Result<(), Stop> {
        self.pump()?;
        // A feed that ends without an end was broken off, and has told the client why.
        while let Some(input) = inbox.blocking_recv() {
            let last = matches!(input, Input::End(EndReason::HangUp));
            self.handle(input)?;
            self.take_answers()?;
            while self.is_full() || (last && !self.open.is_empty()) {
                self.await_oldest()?;
            }
            self.report(last)?;
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        let behind = self.session.backlog() >= BACKLOG && !self.open.is_empty();
        behind || self.open.len() > OPEN_FINALS
    }

    fn handle(&mut self, input: Input) -> Result<(), Stop> {
        self.session.handle(input).map_err(Stop::Refused)?;
        self.pump()
    }

    /// What has been recognised meanwhile, so that events come as early as they can.
    fn take_answers(&mut self) -> Result<(), Stop> {
        while let Some((_, answer)) = self.open.front_mut() {
            let result = match answer.try_recv() {
                Ok(result) => result,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Closed) => Err(RecogniseError::Dropped),
            };
            if let Some((job, _)) = self.open.pop_front() {
                self.handle(Input::Recognised { job, result })?;
            }
        }
        Ok(())
    }

    fn await_oldest(&mut self) -> Result<(), Stop> {
        let Some((job, answer)) = self.open.pop_front() else { return Ok(()) };
        let result = answer.blocking_recv().unwrap_or(Err(RecogniseError::Dropped));
        self.handle(Input::Recognised { job, result })
    }

    fn pump(&mut self) -> Result<(), Stop> {
        while let Some(output) = self.session.poll() {
            match output {
                // What is asked ahead is asked again if it is needed, and here nobody is waiting.
                Output::Recognise(job) if job.kind == JobKind::Ahead => {}
                Output::Recognise(job) => self.recognise(job)?,
                Output::Event(event) => {
                    let event = convert::event(&self.names, &event, SystemTime::now());
                    self.respond(convert::replay_event(event))?;
                }
                Output::Cancel(_) | Output::Hint(_) => {}
            }
        }
        Ok(())
    }

    fn recognise(&mut self, job: Job) -> Result<(), Stop> {
        let id = job.id;
        match self.recognisers.submit(job, Instant::now() + FINAL_WITHIN) {
            Ok(answer) => self.open.push_back((id, answer)),
            Err(pool::PoolFull) => {
                let result = Err(RecogniseError::Dropped);
                self.session
                    .handle(Input::Recognised { job: id, result })
                    .map_err(Stop::Refused)?;
            }
        }
        Ok(())
    }

    fn report(&mut self, last: bool) -> Result<(), Stop> {
        let now = self.session.now();
        if last || now.saturating_since(self.reported) >= PROGRESS_EVERY {
            self.reported = now;
            self.respond(convert::replay_progress(now))?;
        }
        Ok(())
    }

    fn respond(&self, response: ReplayCallResponse) -> Result<(), Stop> {
        self.responses.blocking_send(Ok(response)).map_err(|_gone| Stop::ClientGone)
    }
}

//! The calls that are live or wait to be resumed: who may open one, who holds it, who is sent away.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use attune_models::private::Private;
use attune_models::session::{Input, InputError, Session, SessionConfig};
use attune_models::snapshot::{Correction, Snapshot};
use attune_models::suggestion::{Feedback, SuggestionId};
use attune_models::transcript::CallLanguage;
use subtle::ConstantTimeEq;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tonic::Status;

use crate::admission::{Admission, SETTLED};
use crate::app::App;
use crate::convert::{self, CallNames, Format, Position, StreamPlan};
use crate::driver::{Driver, Line};
use crate::pool::PoolStats;
use crate::status::Reason;
use crate::store::CallerHash;
use crate::{customers, profiles};

/// Messages of a stream that may wait for their call: 2.5 s of both sides in chunks of 20 ms.
const MEDIA_WAITING: usize = 256;
/// Humans' words that may wait for their call.
const CONTROL_WAITING: usize = 16;
/// When to come back to a server that is full: it has room when a call ends.
const RETRY: Duration = Duration::from_secs(2);
/// When to come back to a server that cannot keep up: its measure takes a while to change.
const RETRY_BUSY: Duration = Duration::from_secs(10);

/// The calls of this server that have not ended.
#[derive(Debug)]
pub(crate) struct LiveCalls {
    max_calls: usize,
    pub(crate) admission: Admission,
    register: Mutex<Register>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Register {
    calls: BTreeMap<String, Arc<LiveCall>>,
    draining: bool,
}

/// A call that has not ended.
#[derive(Debug)]
pub(crate) struct LiveCall {
    pub(crate) call_id: String,
    pub(crate) token: Private<String>,
    pub(crate) opened: Instant,
    format: Format,
    caller: Option<CallerHash>,
    media: mpsc::Sender<Media>,
    control: mpsc::Sender<Control>,
    /// Number of the stream that holds the call; a new one takes it from the one before.
    holder: watch::Sender<u64>,
}

/// What a stream brings to its call, in order.
pub(crate) struct Media {
    /// Number of the stream, from 1. What comes from another than the attached one is stale.
    pub(crate) stream: u64,
    pub(crate) item: MediaItem,
}

pub(crate) enum MediaItem {
    /// Another stream takes over and wants to know how far the call has got.
    Attach(watch::Sender<Progress>),
    Input(Input),
}

/// What humans and the operator bring to a call.
#[derive(Debug)]
pub(crate) enum Control {
    Correct(Correction, oneshot::Sender<Result<Snapshot, InputError>>),
    Feedback(Feedback, oneshot::Sender<Result<(), InputError>>),
    /// A person's words to the agent; answered with the card that they are on.
    Advise(Private<String>, oneshot::Sender<Result<SuggestionId, InputError>>),
    /// The grace period is over.
    Cut,
}

/// How far a call has got, for the stream that holds it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub(crate) positions: Vec<Position>,
    pub(crate) outcome: Option<Outcome>,
}

/// How a call ended, for the stream that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything is transcribed and stored.
    Completed,
    /// Everything is transcribed, but the store failed.
    NotStored,
    /// The grace period ran out.
    Drained,
    /// The server failed on it.
    Failed,
    /// The stream sent what no call can take; the call waits to be resumed.
    Refused(InputError),
}

/// A stream's hold on its call.
#[derive(Debug)]
pub(crate) struct Hold {
    pub(crate) call: Arc<LiveCall>,
    progress: watch::Receiver<Progress>,
    stream: u64,
    holder: watch::Receiver<u64>,
}

impl Hold {
    /// The next thing that the call has to tell its stream.
    pub(crate) async fn news(&mut self) -> News {
        let stream = self.stream;
        tokio::select! {
            biased;
            // The call is part of this, so there is always a sender.
            _ = self.holder.wait_for(|holder| *holder != stream) => News::Superseded,
            changed = self.progress.changed() => match changed {
                Ok(()) => News::Progress(self.progress.borrow_and_update().clone()),
                Err(_) => News::Gone,
            },
        }
    }

    /// Hands something to the call, waiting at most `patience` for room.
    pub(crate) async fn send(&mut self, input: Input, patience: Duration) -> Sent {
        let stream = self.stream;
        let media = Media { stream, item: MediaItem::Input(input) };
        let media = match self.call.media.try_send(media) {
            // That a call has ended shows in its progress.
            Ok(()) | Err(TrySendError::Closed(_)) => return Sent::Taken,
            Err(TrySendError::Full(media)) => media,
        };
        tokio::select! {
            biased;
            _ = self.holder.wait_for(|holder| *holder != stream) => Sent::Superseded,
            sent = tokio::time::timeout(patience, self.call.media.send(media)) => {
                if sent.is_ok() { Sent::Taken } else { Sent::Dropped }
            }
        }
    }
}

/// What a call tells its stream.
#[derive(Debug)]
pub(crate) enum News {
    /// Another stream has the call.
    Superseded,
    Progress(Progress),
    /// The call had ended before this stream came to it.
    Gone,
}

/// What became of what was handed to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The call has it, or has ended.
    Taken,
    /// There was no room for too long.
    Dropped,
    /// Another stream has the call.
    Superseded,
}

impl LiveCall {
    /// A human corrects the reading.
    pub(crate) async fn correct(&self, correction: Correction) -> Result<Snapshot, Status> {
        let (answer, receiver) = oneshot::channel();
        self.tell(Control::Correct(correction, answer), receiver).await
    }

    /// A human's word on a card.
    pub(crate) async fn feedback(&self, feedback: Feedback) -> Result<(), Status> {
        let (answer, receiver) = oneshot::channel();
        self.tell(Control::Feedback(feedback, answer), receiver).await
    }

    /// A person's words to the agent.
    pub(crate) async fn advise(&self, text: Private<String>) -> Result<SuggestionId, Status> {
        let (answer, receiver) = oneshot::channel();
        self.tell(Control::Advise(text, answer), receiver).await
    }

    async fn tell<T>(
        &self,
        control: Control,
        answer: oneshot::Receiver<Result<T, InputError>>,
    ) -> Result<T, Status> {
        self.control.send(control).await.map_err(|_gone| ended(&self.call_id))?;
        let answer = answer.await.map_err(|_gone| ended(&self.call_id))?;
        answer.map_err(convert::input_error)
    }

    /// Takes the call from the stream that has it.
    async fn take(self: &Arc<Self>) -> Result<Hold, Status> {
        let mut stream = 0;
        self.holder.send_modify(|holder| {
            *holder += 1;
            stream = *holder;
        });
        let (progress, receiver) = watch::channel(Progress::default());
        let media = Media { stream, item: MediaItem::Attach(progress) };
        self.media.send(media).await.map_err(|_gone| expired(&self.call_id))?;
        Ok(self.hold(stream, receiver))
    }

    fn hold(self: &Arc<Self>, stream: u64, progress: watch::Receiver<Progress>) -> Hold {
        Hold { call: Arc::clone(self), progress, stream, holder: self.holder.subscribe() }
    }
}

/// A place among the live calls; given back when dropped, unless the call has begun.
struct Place<'a> {
    live: &'a LiveCalls,
    call: Arc<LiveCall>,
    begun: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.begun {
            self.live.remove(&self.call.call_id);
        }
    }
}

impl LiveCalls {
    pub(crate) fn new(max_calls: usize, admission: Admission) -> Self {
        Self { max_calls, admission, register: Mutex::default(), count: watch::Sender::new(0) }
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().calls.len()
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.lock().draining
    }

    /// From now on calls can be resumed, but no new one begins.
    pub(crate) fn refuse_new(&self) {
        self.lock().draining = true;
    }

    pub(crate) fn find(&self, call_id: &str) -> Option<Arc<LiveCall>> {
        self.lock().calls.get(call_id).cloned()
    }

    /// Whether a call of this caller has not ended.
    pub(crate) fn has_caller(&self, caller: CallerHash) -> bool {
        self.lock().calls.values().any(|call| call.caller == Some(caller))
    }

    pub(crate) fn remove(&self, call_id: &str) {
        let mut register = self.lock();
        register.calls.remove(call_id);
        self.publish(&register);
    }

    pub(crate) async fn wait_until_empty(&self) {
        // The sender is part of this, so there is always one.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Ends every call; says how many.
    pub(crate) fn cut_all(&self) -> usize {
        let calls: Vec<_> = self.lock().calls.values().cloned().collect();
        for call in &calls {
            if call.control.try_send(Control::Cut).is_err() {
                tracing::warn!(call = %call.call_id, "a call is too busy to be told to end");
            }
        }
        calls.len()
    }

    fn reserve(&self, call: LiveCall) -> Result<Place<'_>, Status> {
        let mut register = self.lock();
        if register.draining {
            return Err(Reason::NodeDraining
                .status("this server is being shut down; open the call on another one"));
        }
        if register.calls.contains_key(&call.call_id) {
            return Err(exists(&call.call_id, "is live; give its resume_token to take it over"));
        }
        if register.calls.len() >= self.max_calls {
            refused("max_calls");
            let message = format!("this server takes {} calls at once", self.max_calls);
            return Err(Reason::TooManyCalls.retry_in(RETRY, message));
        }
        if let Err(full) = self.admission.admit(register.calls.len()) {
            refused(full.reason());
            return Err(Reason::NodeBusy.retry_in(RETRY_BUSY, full.message()));
        }
        let call = Arc::new(call);
        register.calls.insert(call.call_id.clone(), Arc::clone(&call));
        self.publish(&register);
        Ok(Place { live: self, call, begun: false })
    }

    /// Measures what the calls need of the recognisers.
    pub(crate) fn measure(&self, passed: Duration, pool: PoolStats) {
        let calls = self.lock();
        let settled = calls.calls.values().filter(|call| call.opened.elapsed() >= SETTLED).count();
        drop(calls);
        self.admission.observe(passed, settled, pool);
    }

    fn publish(&self, register: &Register) {
        let count = register.calls.len();
        metrics::gauge!("attune_calls_live").set(count as f64);
        self.count.send_replace(count);
    }

    fn lock(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a call, or takes it up again where its stream broke.
pub(crate) async fn open(app: &Arc<App>, plan: StreamPlan) -> Result<Hold, Status> {
    if let Some(token) = &plan.resume_token {
        let call = app.live.find(&plan.call_id).ok_or_else(|| expired(&plan.call_id))?;
        let given = token.reveal().as_bytes();
        if !bool::from(call.token.reveal().as_bytes().ct_eq(given)) {
            return Err(expired(&plan.call_id));
        }
        if !same_channels(&call.format, &plan.format) {
            return Err(Reason::ResumeMismatch
                .status("a call is resumed with the sample rate and the channels it began with"));
        }
        tracing::info!(call = %call.call_id, "the call is resumed");
        return call.take().await;
    }
    begin(app, plan).await
}

async fn begin(app: &Arc<App>, mut plan: StreamPlan) -> Result<Hold, Status> {
    if plan.guidance.is_some() {
        return Err(Reason::InvalidGuidance
            .status("config.guidance is for replays; a live call draws its own"));
    }
    let call_id = match plan.call_id.as_str() {
        "" => format!("c-{}", secret()?),
        id => id.to_owned(),
    };
    let caller = plan.caller_key.as_ref().map(|key| app.caller_keys.hash(key));
    let (media, media_inbox) = mpsc::channel(MEDIA_WAITING);
    let (control, control_inbox) = mpsc::channel(CONTROL_WAITING);
    let mut place = app.live.reserve(LiveCall {
        call_id: call_id.clone(),
        token: Private::new(secret()?),
        opened: Instant::now(),
        format: plan.format.clone(),
        caller,
        media,
        control,
        holder: watch::Sender::new(1),
    })?;
    match app.store.call(&call_id).await {
        Ok(None) => {}
        Ok(Some(_)) => return Err(exists(&call_id, "is on record; use another id")),
        // A live call goes on without the store, and so it also begins without it.
        Err(error) => {
            tracing::error!(call = %call_id, %error, "the store was not asked for the id")
        }
    }
    let remembers = caller.filter(|_| plan.remember);
    complete(app, &mut plan, remembers).await;
    let mut config = session_config(app, &plan)?;
    let playbook = Arc::clone(&config.playbook);
    config.guidance = app.guide.draw(&app.store, &playbook, &plan.project, &plan.agent_id).await;
    let session =
        Session::new(config).map_err(|error| Reason::InvalidChannels.status(error.to_string()))?;
    let names = CallNames {
        call_id: call_id.clone(),
        language: plan.language.unwrap_or(app.sessions.default_language).first(),
        project: plan.project,
        agent_id: plan.agent_id,
    };
    let call = convert::new_call(&names, SystemTime::now());
    let feed = app.hub.open(call, caller, app.store.clone());
    let (progress, receiver) = watch::channel(Progress::default());
    let hold = place.call.hold(1, receiver);
    let line = Line { media: media_inbox, control: control_inbox, progress };
    let driver = Driver::new(Arc::clone(app), names, plan.format, session, feed, line, remembers);
    app.tasks.spawn(driver.run());
    place.begun = true;
    metrics::counter!("attune_calls_total").increment(1);
    tracing::info!(call = %call_id, "a call begins");
    Ok(hold)
}

/// Adds what the house and earlier calls know of the caller to what the platform said, which stands.
async fn complete(app: &App, plan: &mut StreamPlan, remembers: Option<CallerHash>) {
    if let Some((customers, key)) = app.customers.as_ref().zip(plan.caller_key.as_ref()) {
        customers::add(&mut plan.facts, customers.look_up(key).await);
    }
    if let Some(caller) = remembers {
        profiles::recall(&app.store, caller, &mut plan.facts).await;
    }
    let preferred = plan.facts.preferred_language;
    let heard = preferred.filter(|language| app.languages.contains(language));
    plan.language = plan.language.or(heard.map(CallLanguage::from));
}

/// What the session of a stream is made with.
pub(crate) fn session_config(app: &App, plan: &StreamPlan) -> Result<SessionConfig, Status> {
    let kit = &app.sessions;
    let language = plan.language.unwrap_or(kit.default_language);
    if !language.suits(&app.languages) {
        let known: Vec<_> = app.languages.iter().map(|known| known.code()).collect();
        return Err(Reason::LanguageNotLoaded.status(format!(
            "the loaded model knows {}, not {}; start the server with another --model",
            known.join(", "),
            language.code()
        )));
    }
    unheard_config(app, plan)
}

/// The same for a call of which the recogniser hears nothing: it may be in any language that there
/// are notes for.
pub(crate) fn unheard_config(app: &App, plan: &StreamPlan) -> Result<SessionConfig, Status> {
    let kit = &app.sessions;
    let language = plan.language.unwrap_or(kit.default_language);
    let first = language.first();
    let playbook = kit.playbooks.find(first, &plan.project).ok_or_else(|| {
        Reason::LanguageNotLoaded.status(format!("there is no playbook for {}", first.code()))
    })?;
    let mut config = SessionConfig::new(
        first,
        plan.format.channel_configs(),
        playbook,
        Arc::clone(&kit.readers),
    );
    if language == CallLanguage::Detect {
        config.others = kit.playbooks.others(first, &plan.project);
    }
    config.segment = kit.segment;
    config.detector = Arc::clone(&kit.detector);
    config.partials = kit.partials;
    config.facts = plan.facts.clone();
    config.guidance = plan.guidance.clone().unwrap_or_default();
    Ok(config)
}

fn same_channels(first: &Format, second: &Format) -> bool {
    let same = first.channels.iter().all(|channel| second.channels.contains(channel));
    same && first.rate == second.rate && first.channels.len() == second.channels.len()
}

fn refused(reason: &'static str) {
    metrics::counter!("attune_calls_refused_total", "reason" => reason).increment(1);
}

/// 128 random bits, in hexadecimal digits.
fn secret() -> Result<String, Status> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        Reason::Internal.status("the server has no random bytes for the call's token")
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn exists(call_id: &str, how: &str) -> Status {
    Reason::CallExists.status(format!("the call {call_id} {how}"))
}

/// For streams: the call can no longer be resumed.
pub(crate) fn expired(call_id: &str) -> Status {
    let message =
        format!("the call {call_id} cannot be resumed: it has ended, or the token is not its");
    Reason::ResumeWindowExpired.status(message)
}

/// For humans: the call has ended.
pub(crate) fn ended(call_id: &str) -> Status {
    Reason::CallEnded.status(format!("the call {call_id} has ended"))
}

//! What the services share, put together once at the start.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::segment::SegmentConfig;
use attune_models::reader::ReaderPack;
use attune_models::session::DetectorFactory;
use attune_models::transcript::{CallLanguage, Language};
use attune_proto::v1::agents_server::AgentsServer;
use attune_proto::v1::calls_server::CallsServer;
use attune_proto::v1::coaching_server::CoachingServer;
use attune_proto::v1::figures_server::FiguresServer;
use attune_proto::v1::ingestion_server::IngestionServer;
use attune_proto::v1::outcomes_server::OutcomesServer;
use attune_proto::v1::playbook_editor_server::PlaybookEditorServer;
use attune_proto::v1::playbooks_server::PlaybooksServer;
use attune_proto::v1::profiles_server::ProfilesServer;
use attune_proto::v1::replay_server::ReplayServer;
use attune_proto::v1::review_server::ReviewServer;
use attune_proto::v1::summaries_server::SummariesServer;
use attune_proto::v1::watch_server::WatchServer;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::admission::Admission;
use crate::agents::AgentsService;
use crate::calls::CallsService;
use crate::coaching::CoachingService;
use crate::customers::Lookup;
use crate::editor::{self, PlaybookEditorService};
use crate::figures::{FigureSettings, FiguresService};
use crate::guidance::{GuidanceRules, Guide};
use crate::hub::Hub;
use crate::ingest::IngestionService;
use crate::live::LiveCalls;
use crate::notes::PlaybooksService;
use crate::outcomes::OutcomesService;
use crate::playbooks::Playbooks;
use crate::pool::Pool;
use crate::profiles::ProfilesService;
use crate::replay_service::ReplayService;
use crate::review::{self, ReviewService};
use crate::store::{CallerKeys, Reports, Store, StoreHealth};
use crate::summaries::SummariesService;
use crate::watch::WatchService;

/// How long recognition of the last words, and streams whose client does not read, may hold up the
/// end.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// What an [`App`] is made from.
#[derive(Debug)]
pub struct AppParts {
    /// Who recognises.
    pub pool: Arc<Pool>,
    /// What the loaded model can recognise.
    pub languages: Vec<Language>,
    /// What every session is made with.
    pub sessions: SessionKit,
    /// Where the playbooks are files, if they are.
    pub playbooks_dir: Option<PathBuf>,
    /// Where calls and events are kept.
    pub store: Store,
    /// Where reports are read from.
    pub reports: Reports,
    /// What caller keys are hashed with.
    pub caller_keys: CallerKeys,
    /// What figures need to know beside the calls.
    pub figures: FigureSettings,
    /// Where customers are looked up, if anywhere.
    pub customers: Option<Lookup>,
    /// How much is taken.
    pub limits: Limits,
    /// How calls are given their guidance.
    pub guidance: GuidanceRules,
}

/// What every session is made with.
#[derive(Clone)]
pub struct SessionKit {
    /// What the readers know.
    pub readers: Arc<ReaderPack>,
    /// The notes for the agents.
    pub playbooks: Playbooks,
    /// How speech is cut into utterances.
    pub segment: SegmentConfig,
    /// Who tells speech from noise.
    pub detector: DetectorFactory,
    /// Whether text is shown while an utterance is still being spoken.
    pub partials: bool,
    /// The language of a call that does not say which it is in.
    pub default_language: CallLanguage,
}

impl fmt::Debug for SessionKit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionKit")
            .field("partials", &self.partials)
            .field("default_language", &self.default_language)
            .finish_non_exhaustive()
    }
}

/// How much the server takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Calls at once, those that wait to be resumed included. One more is refused, so that the
    /// admitted ones keep their latency.
    pub max_calls: usize,
    /// Share of the recognisers' time that admitted calls may need; one more is refused. `None`:
    /// only `max_calls` counts.
    pub max_load: Option<f64>,
    /// Watching streams at once.
    pub max_watchers: usize,
    /// Replays at once; each has a thread.
    pub max_replays: usize,
    /// Largest message that is read, in bytes. The largest valid chunk has 64 KiB of audio.
    pub max_message_bytes: usize,
    /// How long a call whose stream broke may be resumed.
    pub resume_window: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_calls: 64,
            max_load: Some(0.95),
            max_watchers: 512,
            max_replays: 2,
            max_message_bytes: 128 * 1024,
            resume_window: Duration::from_secs(30),
        }
    }
}

/// What the server is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AppStats {
    /// Calls that are live or wait to be resumed.
    pub calls: usize,
    /// Watching streams.
    pub watchers: usize,
    /// Replays.
    pub replays: usize,
}

/// What became of the calls when the server was drained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drained {
    /// Calls that ended by themselves within the grace period.
    pub finished: usize,
    /// Calls that were ended.
    pub cut: usize,
}

/// What the services share.
#[derive(Debug)]
pub struct App {
    pub(crate) pool: Arc<Pool>,
    pub(crate) languages: Vec<Language>,
    pub(crate) sessions: SessionKit,
    pub(crate) playbooks_dir: Option<PathBuf>,
    /// Held by whoever changes a playbook.
    pub(crate) saving: tokio::sync::Mutex<()>,
    pub(crate) store: Store,
    pub(crate) reports: Reports,
    pub(crate) caller_keys: CallerKeys,
    pub(crate) figure_settings: FigureSettings,
    pub(crate) customers: Option<Lookup>,
    pub(crate) limits: Limits,
    pub(crate) guide: Guide,
    pub(crate) hub: Hub,
    pub(crate) live: LiveCalls,
    pub(crate) watchers: Arc<Semaphore>,
    pub(crate) replays: Arc<Semaphore>,
    /// The tasks that streams and calls run in.
    pub(crate) tasks: TaskTracker,
    /// Cancelled when watching streams must end.
    pub(crate) closing: CancellationToken,
}

impl App {
    /// Puts it together. Nothing runs yet; the services do when they are served.
    pub fn new(parts: AppParts) -> Arc<Self> {
        let AppParts {
            pool,
            languages,
            sessions,
            playbooks_dir,
            store,
            reports,
            caller_keys,
            customers,
            figures,
            limits,
            guidance,
        } = parts;
        let admission = Admission::new(pool.stats().slots, limits.max_load);
        Arc::new(Self {
            pool,
            languages,
            sessions,
            playbooks_dir,
            saving: tokio::sync::Mutex::default(),
            store,
            reports,
            caller_keys,
            figure_settings: figures,
            customers,
            hub: Hub::default(),
            live: LiveCalls::new(limits.max_calls, admission),
            watchers: Arc::new(Semaphore::new(limits.max_watchers)),
            replays: Arc::new(Semaphore::new(limits.max_replays)),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            guide: Guide::new(guidance),
            limits,
        })
    }

    /// `attune.v1.Ingestion`.
    pub fn ingestion(self: &Arc<Self>) -> IngestionServer<IngestionService> {
        IngestionServer::new(IngestionService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Watch`.
    pub fn watch(self: &Arc<Self>) -> WatchServer<WatchService> {
        WatchServer::new(WatchService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Calls`.
    pub fn calls(self: &Arc<Self>) -> CallsServer<CallsService> {
        CallsServer::new(CallsService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Coaching`.
    pub fn coaching(self: &Arc<Self>) -> CoachingServer<CoachingService> {
        CoachingServer::new(CoachingService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Figures`.
    pub fn figures(self: &Arc<Self>) -> FiguresServer<FiguresService> {
        FiguresServer::new(FiguresService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Outcomes`.
    pub fn outcomes(self: &Arc<Self>) -> OutcomesServer<OutcomesService> {
        OutcomesServer::new(OutcomesService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Profiles`.
    pub fn profiles(self: &Arc<Self>) -> ProfilesServer<ProfilesService> {
        ProfilesServer::new(ProfilesService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Agents`.
    pub fn agents(self: &Arc<Self>) -> AgentsServer<AgentsService> {
        AgentsServer::new(AgentsService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Summaries`.
    pub fn summaries(self: &Arc<Self>) -> SummariesServer<SummariesService> {
        SummariesServer::new(SummariesService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Playbooks`.
    pub fn playbooks(self: &Arc<Self>) -> PlaybooksServer<PlaybooksService> {
        PlaybooksServer::new(PlaybooksService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.PlaybookEditor`. A playbook comes in one message, so its limit is another.
    pub fn playbook_editor(self: &Arc<Self>) -> PlaybookEditorServer<PlaybookEditorService> {
        PlaybookEditorServer::new(PlaybookEditorService::new(Arc::clone(self)))
            .max_decoding_message_size(editor::MAX_BYTES)
    }

    /// `attune.v1.Replay`.
    pub fn replay(self: &Arc<Self>) -> ReplayServer<ReplayService> {
        ReplayServer::new(ReplayService::new(Arc::clone(self)))
            .max_decoding_message_size(self.limits.max_message_bytes)
    }

    /// `attune.v1.Review`. A recording comes in one message, so its limit is another.
    pub fn review(self: &Arc<Self>) -> ReviewServer<ReviewService> {
        ReviewServer::new(ReviewService::new(Arc::clone(self)))
            .max_decoding_message_size(review::MAX_BYTES)
    }

    /// What it is doing.
    pub fn stats(&self) -> AppStats {
        AppStats {
            calls: self.live.len(),
            watchers: self.limits.max_watchers - self.watchers.available_permits(),
            replays: self.limits.max_replays - self.replays.available_permits(),
        }
    }

    /// Measures what the calls need; to be told every second how much time has passed.
    pub(crate) fn measure(&self, passed: Duration) {
        self.live.measure(passed, self.pool.stats());
    }

    /// How the event store fares; changes when it fails and when it recovers.
    pub fn store_health(&self) -> watch::Receiver<StoreHealth> {
        self.store.health()
    }

    /// Whether new calls are refused.
    pub fn is_draining(&self) -> bool {
        self.live.is_draining()
    }

    /// Refuses new calls, gives the live ones `grace` to end by themselves, ends the rest with
    /// everything they said transcribed and stored, then ends the watching streams. Calls may be
    /// resumed meanwhile. Comes back when all of that is done.
    pub async fn drain(&self, grace: Duration) -> Drained {
        self.live.refuse_new();
        let before = self.live.len();
        let by_themselves = tokio::time::timeout(grace, self.live.wait_until_empty()).await;
        let mut cut = 0;
        if by_themselves.is_err() {
            cut = self.live.cut_all();
            let last_words = tokio::time::timeout(LAST_WORDS, self.live.wait_until_empty()).await;
            if last_words.is_err() {
                tracing::error!(calls = self.live.len(), "calls did not end and are given up");
            }
        }
        self.closing.cancel();
        self.tasks.close();
        if tokio::time::timeout(LAST_WORDS, self.tasks.wait()).await.is_err() {
            tracing::error!(tasks = self.tasks.len(), "streams did not end and are given up");
        }
        self.store.flush().await;
        Drained { finished: before.saturating_sub(cut), cut }
    }
}

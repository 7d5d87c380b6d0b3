//! For the tests: a server in this process on a port of its own, and a telephone to call it with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::segment::SegmentConfig;
use attune_audio::vad::SpeechDetector;
use attune_models::playbook::Playbook;
use attune_models::reader::ReaderPack;
use attune_models::recogniser::scripted::ScriptedModel;
use attune_models::transcript::Language;
use attune_proto::v1::agents_client::AgentsClient;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::coaching_client::CoachingClient;
use attune_proto::v1::figures_client::FiguresClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::outcomes_client::OutcomesClient;
use attune_proto::v1::playbook_editor_client::PlaybookEditorClient;
use attune_proto::v1::playbooks_client::PlaybooksClient;
use attune_proto::v1::profiles_client::ProfilesClient;
use attune_proto::v1::replay_client::ReplayClient;
use attune_proto::v1::review_client::ReviewClient;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::summaries_client::SummariesClient;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{self, StreamCallRequest, StreamCallResponse, StreamConfig};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use crate::app::{App, AppParts, Limits, SessionKit};
use crate::figures::FigureSettings;
use crate::guidance::GuidanceRules;
use crate::playbooks::Playbooks;
use crate::pool::{Pool, PoolConfig};
use crate::store::sqlite::{SqliteReader, SqliteStore};
use crate::store::{CallerKeys, Reports, Store};

/// The longest any test waits for anything: this machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What a test server is made with.
pub(crate) struct Setup {
    pub(crate) model: ScriptedModel,
    /// English playbooks of projects, beside the default one.
    pub(crate) projects: Vec<(&'static str, Arc<Playbook>)>,
    pub(crate) limits: Limits,
    pub(crate) guidance: GuidanceRules,
    pub(crate) playbooks_dir: Option<PathBuf>,
    pub(crate) store: Store,
    pub(crate) reports: Reports,
    pub(crate) figures: FigureSettings,
    pub(crate) detector: fn() -> Box<dyn SpeechDetector>,
}

impl Default for Setup {
    fn default() -> Self {
        let store = SqliteStore::in_memory().expect("memory");
        Self {
            model: ScriptedModel::of_length(),
            projects: Vec::new(),
            limits: Limits::default(),
            guidance: GuidanceRules { learning: true, hold_out: 0.0 },
            playbooks_dir: None,
            store: Store::start(Box::new(store)).expect("thread"),
            reports: Reports::start(SqliteReader::in_memory().expect("memory")).expect("thread"),
            figures: FigureSettings::default(),
            detector: || Box::new(Loud),
        }
    }
}

/// Everything that is not quiet is speech.
struct Loud;

impl SpeechDetector for Loud {
    fn speech_probability(&mut self, frame: &[f32]) -> f32 {
        if frame.iter().any(|sample| sample.abs() > 0.1) { 0.99 } else { 0.01 }
    }

    fn reset(&mut self) {}
}

impl Setup {
    pub(crate) async fn start(self) -> Bench {
        let slots = std::num::NonZeroUsize::MIN;
        let pool = Pool::start(Arc::new(self.model), PoolConfig { slots, queue: 8 });
        let detector = self.detector;
        let playbook = |language| Arc::new(Playbook::embedded(language).expect("playbook"));
        let general = Playbooks::default().with("", playbook(Language::English));
        let add = |playbooks: Playbooks, (project, own)| playbooks.with(project, own);
        let app = App::new(AppParts {
            pool: Arc::new(pool.expect("pool")),
            languages: vec![Language::English],
            sessions: SessionKit {
                readers: Arc::new(ReaderPack::embedded().expect("readers")),
                playbooks: self.projects.into_iter().fold(general, add),
                segment: SegmentConfig::default(),
                detector: Arc::new(detector),
                partials: false,
                default_language: Language::English.into(),
            },
            playbooks_dir: self.playbooks_dir,
            store: self.store,
            reports: self.reports,
            caller_keys: CallerKeys::random().expect("random"),
            figures: self.figures,
            customers: None,
            limits: self.limits,
            guidance: self.guidance,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address");
        let serving = Server::builder()
            .add_service(app.ingestion())
            .add_service(app.watch())
            .add_service(app.calls())
            .add_service(app.outcomes())
            .add_service(app.figures())
            .add_service(app.coaching())
            .add_service(app.profiles())
            .add_service(app.agents())
            .add_service(app.summaries())
            .add_service(app.playbooks())
            .add_service(app.playbook_editor())
            .add_service(app.replay())
            .add_service(app.review())
            .serve_with_incoming(TcpIncoming::from(listener));
        let server = tokio::spawn(async move { serving.await.expect("serve") });
        let channel = Channel::from_shared(format!("http://{address}")).expect("uri");
        let channel = channel.connect().await.expect("connect");
        Bench { app, address, channel, server }
    }
}

/// A server under test.
pub(crate) struct Bench {
    pub(crate) app: Arc<App>,
    address: SocketAddr,
    channel: Channel,
    server: JoinHandle<()>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Bench {
    /// A connection of its own, over a wire that can be cut.
    async fn wire(&self) -> (Channel, Wire) {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let local = socket.local_addr().expect("address");
        let server = self.address;
        let wire = tokio::spawn(async move {
            let (mut near, _) = socket.accept().await.expect("a client");
            let mut far = TcpStream::connect(server).await.expect("the server");
            // Ends with either side.
            let _ = copy_bidirectional(&mut near, &mut far).await;
        });
        let channel = Channel::from_shared(format!("http://{local}")).expect("uri");
        (channel.connect().await.expect("connect"), Wire(wire))
    }

    pub(crate) fn watch(&self) -> WatchClient<Channel> {
        WatchClient::new(self.channel.clone())
    }

    pub(crate) fn calls(&self) -> CallsClient<Channel> {
        CallsClient::new(self.channel.clone())
    }

    pub(crate) fn coaching(&self) -> CoachingClient<Channel> {
        CoachingClient::new(self.channel.clone())
    }

    pub(crate) fn figures(&self) -> FiguresClient<Channel> {
        FiguresClient::new(self.channel.clone())
    }

    pub(crate) fn summaries(&self) -> SummariesClient<Channel> {
        SummariesClient::new(self.channel.clone())
    }

    pub(crate) fn outcomes(&self) -> OutcomesClient<Channel> {
        OutcomesClient::new(self.channel.clone())
    }

    pub(crate) fn profiles(&self) -> ProfilesClient<Channel> {
        ProfilesClient::new(self.channel.clone())
    }

    pub(crate) fn agents(&self) -> AgentsClient<Channel> {
        AgentsClient::new(self.channel.clone())
    }

    pub(crate) fn review(&self) -> ReviewClient<Channel> {
        ReviewClient::new(self.channel.clone())
    }

    pub(crate) fn playbooks(&self) -> PlaybooksClient<Channel> {
        PlaybooksClient::new(self.channel.clone())
    }

    pub(crate) fn playbook_editor(&self) -> PlaybookEditorClient<Channel> {
        PlaybookEditorClient::new(self.channel.clone())
    }

    pub(crate) fn replay(&self) -> ReplayClient<Channel> {
        ReplayClient::new(self.channel.clone())
    }

    /// Every event of a call, from its log.
    pub(crate) async fn events(&self, call_id: &str) -> Vec<v1::CallEvent> {
        let mut request = v1::ListCallEventsRequest {
            call_id: call_id.to_owned(),
            page_size: 1000,
            page_token: String::new(),
        };
        let mut events = Vec::new();
        loop {
            let page = self.calls().list_call_events(request.clone()).await.expect("events");
            let page = page.into_inner();
            events.extend(page.events);
            if page.next_page_token.is_empty() {
                return events;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Waits until the call is as wanted.
    pub(crate) async fn until(
        &self,
        call_id: &str,
        wanted: impl Fn(&v1::Call) -> bool,
    ) -> v1::Call {
        let request = v1::GetCallRequest { call_id: call_id.to_owned() };
        within(async {
            loop {
                let call = self.calls().get_call(request.clone()).await;
                match call {
                    Ok(call) if wanted(call.get_ref()) => return call.into_inner(),
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        })
        .await
    }

    /// A whole call: so many utterances of the caller, each of a second.
    pub(crate) async fn talk(&self, call_id: &str, utterances: usize) {
        let mut phone = Phone::call(self, config(call_id)).await;
        for _ in 0..utterances {
            phone.say(1, 1000).await;
            phone.quiet(700).await;
        }
        phone.hang_up().await;
        assert!(phone.rest().await.expect("completed"));
    }
}

/// Cut when dropped.
struct Wire(JoinHandle<()>);

impl Drop for Wire {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits for something that must happen.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("in time")
}

/// A call in 16-bit samples at 8 kHz: channel 1 the caller, channel 2 the agent.
pub(crate) fn config(call_id: &str) -> StreamConfig {
    let mapping =
        |channel_tag, side: v1::Side| v1::ChannelMapping { channel_tag, side: side.into() };
    StreamConfig {
        call_id: call_id.to_owned(),
        encoding: v1::AudioEncoding::Linear16.into(),
        sample_rate_hertz: 8000,
        channels: vec![mapping(1, v1::Side::Caller), mapping(2, v1::Side::Agent)],
        ..StreamConfig::default()
    }
}

/// A telephone in the hands of a test.
pub(crate) struct Phone {
    pub(crate) requests: Option<mpsc::Sender<StreamCallRequest>>,
    pub(crate) responses: Streaming<StreamCallResponse>,
    /// Milliseconds that both channels have sent.
    pub(crate) at: u64,
    pub(crate) chunk: u64,
    wire: Wire,
}

impl Phone {
    /// Opens a stream with whatever first message.
    pub(crate) async fn dial(bench: &Bench, first: Payload) -> Self {
        let (requests, outbox) = mpsc::channel(4);
        requests.send(StreamCallRequest { payload: Some(first) }).await.expect("room");
        let (channel, wire) = bench.wire().await;
        let mut client = IngestionClient::new(channel);
        let responses = client.stream_call(ReceiverStream::new(outbox)).await;
        let responses = responses.expect("a stream").into_inner();
        Self { requests: Some(requests), responses, at: 0, chunk: 100, wire }
    }

    pub(crate) async fn call(bench: &Bench, config: StreamConfig) -> Self {
        Self::dial(bench, Payload::Config(config)).await
    }

    pub(crate) async fn send(&self, payload: Payload) {
        let requests = self.requests.as_ref().expect("not hung up");
        // A stream that was refused takes nothing more; its status says why.
        let _ = requests.send(StreamCallRequest { payload: Some(payload) }).await;
    }

    /// One side speaks, the other is quiet.
    pub(crate) async fn say(&mut self, channel: i32, millis: u64) {
        self.send_both(channel, millis).await;
    }

    /// Both are quiet.
    pub(crate) async fn quiet(&mut self, millis: u64) {
        self.send_both(0, millis).await;
    }

    pub(crate) async fn hang_up(&mut self) {
        let action = Some(v1::call_control::Action::HangUp(v1::HangUp {}));
        self.send(Payload::Control(v1::CallControl { action })).await;
    }

    /// The line goes dead: no hang-up, no end of the stream.
    pub(crate) async fn die(mut self) {
        self.wire.0.abort();
        while matches!(self.next().await, Ok(Some(_))) {}
    }

    pub(crate) async fn next(&mut self) -> Result<Option<StreamCallResponse>, Status> {
        within(self.responses.message()).await
    }

    /// The first response that is as wanted.
    pub(crate) async fn until(
        &mut self,
        wanted: impl Fn(&StreamCallResponse) -> bool,
    ) -> StreamCallResponse {
        loop {
            let response = self.next().await.expect("a response").expect("more of them");
            if wanted(&response) {
                return response;
            }
        }
    }

    /// Reads to the end of the stream; says whether the call is complete.
    pub(crate) async fn rest(&mut self) -> Result<bool, Status> {
        let mut completed = false;
        while let Some(response) = self.next().await? {
            completed = response.completed;
        }
        Ok(completed)
    }

    /// The reason the stream was refused for.
    pub(crate) async fn refusal(&mut self) -> (Code, String) {
        refusal(&self.rest().await.expect_err("a refusal"))
    }

    async fn send_both(&mut self, speaks: i32, millis: u64) {
        let end = self.at + millis;
        while self.at < end {
            let length = self.chunk.min(end - self.at);
            for channel in [1, 2] {
                self.send(Payload::Audio(audio(channel, self.at, length, channel == speaks))).await;
            }
            self.at += length;
        }
    }
}

/// Code and reason of a refusal.
pub(crate) fn refusal(status: &Status) -> (Code, String) {
    let reason = status.get_details_error_info().map(|info| info.reason);
    (status.code(), reason.unwrap_or_default())
}

/// A chunk of speech or of silence at 8 kHz.
pub(crate) fn audio(channel_tag: i32, at: u64, length: u64, loud: bool) -> v1::AudioChunk {
    let sample = |n: u64| -> i16 {
        match (loud, (at * 8 + n) / 20 % 2) {
            (false, _) => 0,
            (true, 0) => 8000,
            (true, _) => -8000,
        }
    };
    v1::AudioChunk {
        content: (0..length * 8).flat_map(|n| sample(n).to_le_bytes()).collect(),
        start_offset: Some(millis(at)),
        channel_tag,
        sequence: 0,
    }
}

pub(crate) fn millis(millis: u64) -> prost_types::Duration {
    prost_types::Duration::try_from(Duration::from_millis(millis)).expect("in range")
}

/// The texts of a call's transcripts.
pub(crate) fn texts(events: &[v1::CallEvent]) -> Vec<String> {
    let text = |event: &'_ v1::CallEvent| match &event.body {
        Some(Body::Transcript(transcript)) => Some(transcript.text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

/// Sequence numbers from 1 without holes, and one end.
pub(crate) fn assert_whole(events: &[v1::CallEvent]) {
    let numbers: Vec<u64> = events.iter().map(|event| event.sequence).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(matches!(events.first().and_then(|e| e.body.as_ref()), Some(Body::Started(_))));
    assert!(matches!(events.last().and_then(|e| e.body.as_ref()), Some(Body::Ended(_))));
}

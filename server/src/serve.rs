//! The server as one piece: binds, loads, serves, drains.

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use attune_models::recogniser::Model;
use attune_proto::FILE_DESCRIPTOR_SET;
use attune_proto::v1::access_server::AccessServer;
use metrics_exporter_prometheus::{BuildError, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::server::{HealthReporter, health_reporter};

use crate::access::AccessService;
use crate::app::{App, AppParts, Drained, Limits};
use crate::auth::{self, TokenFileError, Tokens};
use crate::config::Config;
use crate::customers::{CustomerError, Lookup};
use crate::figures::{self, FigureSettings, Teams, TeamsError};
use crate::guidance::GuidanceRules;
use crate::load::{self, LoadError};
use crate::page::{self, Visitors};
use crate::pool::{Pool, PoolConfig, PoolError};
use crate::shutdown::Signals;
use crate::store::sqlite::{SqliteReader, SqliteStore};
use crate::store::{CallerKeys, Reports, Store, StoreError};
use crate::tls::{self, TlsError};
use crate::{admission, health, metrics, playbooks};

/// A ping of ours after this long without a word from the other side; theirs are answered however
/// often they come.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// How long connections may take to close once every call and watcher has ended.
const CLOSING: Duration = Duration::from_secs(2);

/// The server could not start, or broke down.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address is taken.
    #[error("{setting}: {address} is in use; stop what listens there or choose another port")]
    InUse {
        /// Which setting.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// An address cannot be listened on.
    #[error("{setting}: cannot listen on {address}: {source}")]
    Bind {
        /// Which setting.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Model, playbooks or detector.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The recognisers.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The store.
    #[error("data_dir: {0}")]
    Store(#[from] StoreError),
    /// Where customers are looked up.
    #[error(transparent)]
    Customers(#[from] CustomerError),
    /// The certificate files.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The token file.
    #[error(transparent)]
    Tokens(#[from] TokenFileError),
    /// The file of teams.
    #[error(transparent)]
    Teams(#[from] TeamsError),
    /// The metrics.
    #[error("metrics: {0}")]
    Metrics(#[from] BuildError),
    /// gRPC.
    #[error("gRPC: {}", with_causes(.0))]
    Transport(#[from] tonic::transport::Error),
    /// HTTP or signals.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The descriptors in the binary.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// A task of the server panicked.
    #[error("a task of the server broke down: {0}")]
    Task(#[from] JoinError),
}

/// tonic says "transport error" and keeps the reason for whoever asks.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    app: Arc<App>,
    pool: Arc<Pool>,
    reporter: HealthReporter,
    drain_grace: Duration,
    stop: CancellationToken,
    grpc: JoinHandle<Result<(), tonic::transport::Error>>,
    http: Option<JoinHandle<io::Result<()>>>,
}

/// Runs a server until the first signal, then drains it; a second signal ends it at once.
///
/// # Errors
/// If it cannot start or breaks down.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    let mut signals = Signals::listen()?;
    let mut running = start(config).await?;
    tokio::select! {
        broken = running.broken() => return broken,
        signal = signals.next() => tracing::info!(signal, "draining; a second signal ends at once"),
    }
    tokio::select! {
        drained = running.drain() => {
            let drained = drained?;
            tracing::info!(finished = drained.finished, cut = drained.cut, "drained");
        }
        signal = signals.next() => tracing::warn!(signal, "ended without draining"),
    }
    Ok(())
}

/// Starts a server with the model that the configuration names. It serves when this returns.
///
/// # Errors
/// If anything it needs cannot be had; nothing is left running then.
pub async fn start(config: Config) -> Result<Running, ServeError> {
    let slots = config.slots;
    let (model, config) = spawn_blocking(move || (load::model(&config), config)).await?;
    let model = model?;
    let tried = Arc::clone(&model);
    let demand = spawn_blocking(move || admission::rehearse(tried.as_ref(), slots)).await?;
    start_assuming(config, model, demand).await
}

/// Starts a server with a given model, whatever the configuration names.
///
/// # Errors
/// As [`start`].
pub async fn start_with(config: Config, model: Arc<dyn Model>) -> Result<Running, ServeError> {
    start_assuming(config, model, None).await
}

/// `demand`: what a call will probably need, in seconds of computing a second.
async fn start_assuming(
    config: Config,
    model: Arc<dyn Model>,
    demand: Option<f64>,
) -> Result<Running, ServeError> {
    let listener = bind("listen", config.listen).await?;
    let metrics_listener = match config.metrics_listen {
        Some(address) => Some(bind("metrics_listen", address).await?),
        None => None,
    };
    let prometheus = metrics::install()?;
    let tls = config.tls.as_ref().map(tls::read).transpose()?;
    let visitors = config.page.then(|| Visitors {
        origins: config.page_origins.clone(),
        tokens: config.tokens.is_some(),
    });
    let token_file = config.tokens.clone();
    let (address, metrics_address) =
        (listener.local_addr()?, metrics_listener.as_ref().and_then(health::address));
    let name = model.name().to_owned();
    let drain_grace = config.drain_grace;
    let files = config.clone();
    let (app, pool) = spawn_blocking(move || assemble(&config, model)).await??;
    let lending = app.caller_keys.lending();
    let tokens = token_file.map(|path| Tokens::read(&path, lending)).transpose()?;
    if let Some(demand) = demand {
        app.live.admission.assume(demand);
    }

    let (reporter, health_service) = health_reporter();
    health::report(&reporter, &app).await;
    let stop = CancellationToken::new();
    let mut routes = Routes::new(health_service).add_service(reflection()?);
    routes = add_services(routes, &app)
        .add_service(AccessServer::new(AccessService::new(tokens.clone())));
    let routes = guarded(routes, tokens);
    let grpc = spawn_grpc(listener, routes, tls, visitors, stop.clone())?;
    let http = metrics_listener.map(|listener| spawn_http(listener, &app, &prometheus, &stop));
    tokio::spawn(playbooks::follow(app.sessions.playbooks.clone(), files, stop.clone()));
    tokio::spawn(figures::settle_left(Arc::clone(&app)));
    tokio::spawn(health::follow(reporter.clone(), Arc::clone(&app), prometheus, stop.clone()));
    tracing::info!(%address, metrics = metrics_address.map(tracing::field::display),
        model = name, slots = pool.stats().slots, "ready");
    Ok(Running { address, metrics_address, app, pool, reporter, drain_grace, stop, grpc, http })
}

impl Running {
    /// Where gRPC is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where metrics and health are served.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// What the services share.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The recognisers.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Comes back only if serving breaks down by itself.
    pub async fn broken(&mut self) -> Result<(), ServeError> {
        match &mut self.http {
            None => Ok((&mut self.grpc).await??),
            Some(http) => tokio::select! {
                grpc = &mut self.grpc => Ok(grpc??),
                http = http => Ok(http??),
            },
        }
    }

    /// Refuses new calls, lets live ones go on for the grace period of the configuration, ends the
    /// rest with everything transcribed and stored, and closes.
    ///
    /// # Errors
    /// If serving broke down meanwhile.
    pub async fn drain(&mut self) -> Result<Drained, ServeError> {
        self.drain_within(self.drain_grace).await
    }

    /// The same with another grace period.
    ///
    /// # Errors
    /// As [`Running::drain`].
    pub async fn drain_within(&mut self, grace: Duration) -> Result<Drained, ServeError> {
        self.app.live.refuse_new();
        health::report(&self.reporter, &self.app).await;
        let drained = self.app.drain(grace).await;
        self.close().await?;
        Ok(drained)
    }

    async fn close(&mut self) -> Result<(), ServeError> {
        self.stop.cancel();
        // A peer that does not close its connection does not keep the process.
        match tokio::time::timeout(CLOSING, &mut self.grpc).await {
            Ok(ended) => ended??,
            Err(_slow) => self.grpc.abort(),
        }
        if let Some(http) = &mut self.http {
            match tokio::time::timeout(CLOSING, &mut *http).await {
                Ok(ended) => ended??,
                Err(_slow) => http.abort(),
            }
        }
        let pool = Arc::clone(&self.pool);
        spawn_blocking(move || pool.shutdown()).await?;
        Ok(())
    }
}

impl Drop for Running {
    /// Nothing keeps serving behind the back of whoever let go of it.
    fn drop(&mut self) {
        self.stop.cancel();
        self.grpc.abort();
    }
}

async fn bind(setting: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::InUse { setting, address },
        _ => ServeError::Bind { setting, address, source },
    })
}

/// Blocks: opens the store and makes the recognisers.
fn assemble(config: &Config, model: Arc<dyn Model>) -> Result<(Arc<App>, Arc<Pool>), ServeError> {
    let sessions = load::kit(config)?;
    let store = Store::start(Box::new(SqliteStore::open(&config.data_dir)?))?;
    let reports = Reports::start(SqliteReader::open(&config.data_dir)?)?;
    let caller_keys = CallerKeys::open(&config.data_dir)?;
    let teams = config.teams.as_deref().map(Teams::read).transpose()?.unwrap_or_default();
    let figures =
        FigureSettings { teams: Arc::new(teams), cost_per_minute: config.cost_per_minute };
    let customers = config.customers.as_ref();
    let customers =
        customers.map(|source| Lookup::open(source, config.customer_patience)).transpose()?;
    let languages = model.languages().to_vec();
    let pool = PoolConfig { slots: config.slots, queue: config.queue };
    let pool = Arc::new(Pool::start(model, pool)?);
    let limits = Limits {
        max_calls: config.max_calls,
        max_load: config.max_load,
        max_watchers: config.max_watchers,
        max_message_bytes: config.max_message_bytes,
        resume_window: config.resume_window,
        ..Limits::default()
    };
    let guidance = GuidanceRules { learning: config.learning, hold_out: config.hold_out };
    let parts = AppParts {
        pool: Arc::clone(&pool),
        languages,
        sessions,
        playbooks_dir: config.playbooks.clone(),
        store,
        reports,
        caller_keys,
        customers,
        figures,
        limits,
        guidance,
    };
    Ok((App::new(parts), pool))
}

fn add_services(routes: Routes, app: &Arc<App>) -> Routes {
    routes
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
}

fn reflection() -> Result<
    tonic_reflection::server::v1::ServerReflectionServer<
        impl tonic_reflection::server::v1::ServerReflection,
    >,
    tonic_reflection::server::Error,
> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
}

/// Behind the question for a token, where there are tokens.
fn guarded(routes: Routes, tokens: Option<Tokens>) -> Routes {
    match tokens {
        Some(tokens) => {
            let guard = axum::middleware::from_fn_with_state(tokens, auth::layer);
            Routes::from(routes.into_axum_router().layer(guard))
        }
        None => routes,
    }
}

fn spawn_grpc(
    listener: TcpListener,
    mut routes: Routes,
    tls: Option<tonic::transport::ServerTlsConfig>,
    visitors: Option<Visitors>,
    stop: CancellationToken,
) -> Result<JoinHandle<Result<(), tonic::transport::Error>>, tonic::transport::Error> {
    let mut server = Server::builder().http2_keepalive_interval(Some(KEEPALIVE));
    if let Some(visitors) = visitors {
        // Browsers speak HTTP/1.1 where there is no TLS.
        server = server.accept_http1(true);
        routes = page::around(routes, visitors);
    }
    if let Some(tls) = tls {
        server = server.tls_config(tls)?;
    }
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let serving =
        server.add_routes(routes).serve_with_incoming_shutdown(incoming, stop.cancelled_owned());
    Ok(tokio::spawn(serving))
}

fn spawn_http(
    listener: TcpListener,
    app: &Arc<App>,
    prometheus: &PrometheusHandle,
    stop: &CancellationToken,
) -> JoinHandle<io::Result<()>> {
    let serving = health::serve_http(listener, Arc::clone(app), prometheus.clone(), stop.clone());
    tokio::spawn(serving)
}

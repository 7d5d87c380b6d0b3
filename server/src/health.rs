//! Whether the server is well: `grpc.health.v1` per service, and /healthz, /readyz, /metrics over
//! HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use attune_proto::v1::calls_server::CallsServer;
use attune_proto::v1::ingestion_server::IngestionServer;
use attune_proto::v1::replay_server::ReplayServer;
use attune_proto::v1::watch_server::WatchServer;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::app::App;
use crate::calls::CallsService;
use crate::ingest::IngestionService;
use crate::metrics::UPKEEP;
use crate::replay_service::ReplayService;
use crate::store::StoreHealth;
use crate::watch::WatchService;

/// How often the gauges are read.
const GAUGES_EVERY: Duration = Duration::from_secs(1);

/// How the server fares.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Well,
    /// The store fails: live calls go on, but past ones cannot be asked for and new events are not
    /// safe.
    Degraded(String),
    /// No new calls.
    Draining,
}

fn condition(app: &App) -> Condition {
    if app.is_draining() {
        return Condition::Draining;
    }
    match &*app.store_health().borrow() {
        StoreHealth::Well => Condition::Well,
        StoreHealth::Failing { error } => Condition::Degraded(error.clone()),
    }
}

/// Says how each service fares: none serves while draining, and the one that reads the store does
/// not while the store fails.
pub async fn report(reporter: &HealthReporter, app: &App) {
    let condition = condition(app);
    let status = |serves: bool| {
        if serves { ServingStatus::Serving } else { ServingStatus::NotServing }
    };
    let open = status(condition != Condition::Draining);
    let stored = status(condition == Condition::Well);
    reporter.set_service_status("", open).await;
    set::<IngestionServer<IngestionService>>(reporter, open).await;
    set::<WatchServer<WatchService>>(reporter, open).await;
    set::<ReplayServer<ReplayService>>(reporter, open).await;
    set::<CallsServer<CallsService>>(reporter, stored).await;
}

async fn set<S: tonic::server::NamedService>(reporter: &HealthReporter, status: ServingStatus) {
    reporter.set_service_status(S::NAME, status).await;
}

/// Keeps `grpc.health.v1` and the gauges up to date until `stop`.
pub async fn follow(
    reporter: HealthReporter,
    app: Arc<App>,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) {
    let mut store = app.store_health();
    let mut gauges = every(GAUGES_EVERY);
    let mut upkeep = every(UPKEEP);
    let mut measured = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = store.changed() => {
                if changed.is_err() {
                    return;
                }
                report(&reporter, &app).await;
                if let StoreHealth::Failing { error } = &*store.borrow_and_update() {
                    tracing::error!(%error, "the event store fails; calls go on");
                }
            }
            _ = gauges.tick() => {
                set_gauges(&app);
                let now = Instant::now();
                app.measure(now - measured);
                measured = now;
            }
            _ = upkeep.tick() => metrics.run_upkeep(),
        }
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn set_gauges(app: &App) {
    let stats = app.stats();
    metrics::gauge!("attune_calls_live").set(stats.calls as f64);
    metrics::gauge!("attune_watchers").set(stats.watchers as f64);
    metrics::gauge!("attune_replays").set(stats.replays as f64);
    let healthy = matches!(*app.store_health().borrow(), StoreHealth::Well);
    metrics::gauge!("attune_store_healthy").set(f64::from(u8::from(healthy)));
}

#[derive(Clone)]
struct Page {
    app: Arc<App>,
    metrics: PrometheusHandle,
}

/// Serves /metrics, /healthz and /readyz until `stop`.
///
/// # Errors
/// If the listener fails.
pub async fn serve_http(
    listener: TcpListener,
    app: Arc<App>,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) -> io::Result<()> {
    let router = Router::new()
        .route("/metrics", get(figures))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(Page { app, metrics });
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

async fn figures(State(page): State<Page>) -> impl IntoResponse {
    set_gauges(&page.app);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], page.metrics.render())
}

async fn ready(State(page): State<Page>) -> impl IntoResponse {
    match condition(&page.app) {
        Condition::Well => (StatusCode::OK, "ready\n".to_owned()),
        Condition::Degraded(error) => (StatusCode::OK, format!("degraded: {error}\n")),
        Condition::Draining => (StatusCode::SERVICE_UNAVAILABLE, "draining\n".to_owned()),
    }
}

/// The address a listener got.
pub(crate) fn address(listener: &TcpListener) -> Option<SocketAddr> {
    listener.local_addr().ok()
}

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{AudioEncoding, GetCallRequest, StreamCallRequest, StreamConfig};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::*;

const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

fn config(directory: &Path) -> Config {
    Config {
        listen: ANY_PORT,
        metrics_listen: Some(ANY_PORT),
        data_dir: directory.to_owned(),
        drain_grace: Duration::from_millis(200),
        ..Config::default()
    }
}

async fn started(config: Config) -> Running {
    start_with(config, Arc::new(ScriptedModel::of_length())).await.unwrap()
}

async fn connect(running: &Running) -> Channel {
    let uri = format!("http://{}", running.address());
    Channel::from_shared(uri).unwrap().connect().await.unwrap()
}

async fn health(channel: &Channel, service: &str) -> ServingStatus {
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = HealthClient::new(channel.clone()).check(request).await.unwrap();
    answer.into_inner().status()
}

async fn page(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn serves_says_how_it_fares_and_drains() {
    let directory = tempfile::tempdir().unwrap();
    let mut running = started(config(directory.path())).await;
    let channel = connect(&running).await;
    for service in ["", "attune.v1.Ingestion", "attune.v1.Watch", "attune.v1.Calls"] {
        assert_eq!(health(&channel, service).await, ServingStatus::Serving, "{service}");
    }
    let http = running.metrics_address().unwrap();
    assert!(page(http, "/healthz").await.starts_with("HTTP/1.0 200"));
    assert!(page(http, "/readyz").await.ends_with("ready\n"));
    assert!(page(http, "/metrics").await.contains("attune_calls_live 0"));
    assert!(page(http, "/else").await.starts_with("HTTP/1.0 404"));

    let drained = running.drain().await.unwrap();
    assert_eq!((drained.finished, drained.cut), (0, 0));
    assert!(TcpStream::connect(running.address()).await.is_err(), "closed");
    assert!(TcpStream::connect(http).await.is_err(), "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_call_may_go_on_for_the_grace_period_and_probes_know() {
    let directory = tempfile::tempdir().unwrap();
    let mut running = started(config(directory.path())).await;
    let channel = connect(&running).await;
    let (phone, requests) = mpsc::channel(4);
    let call = StreamConfig {
        encoding: AudioEncoding::Mulaw.into(),
        sample_rate_hertz: 8000,
        ..StreamConfig::default()
    };
    phone.send(StreamCallRequest { payload: Some(Payload::Config(call)) }).await.unwrap();
    let mut line = IngestionClient::new(channel.clone());
    let mut replies = line.stream_call(ReceiverStream::new(requests)).await.unwrap().into_inner();
    assert!(!replies.message().await.unwrap().unwrap().call_id.is_empty());

    let probe = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        health(&channel, "attune.v1.Ingestion").await
    });
    let before = std::time::Instant::now();
    let drained = running.drain_within(Duration::from_millis(900)).await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(900), "the call had its time");
    assert_eq!((drained.finished, drained.cut), (0, 1));
    assert_eq!(probe.await.unwrap(), ServingStatus::NotServing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_said_so() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind(ANY_PORT).await.unwrap();
    let address = taken.local_addr().unwrap();
    let config = Config { listen: address, ..config(directory.path()) };
    let error = start_with(config, Arc::new(ScriptedModel::of_length())).await.err().unwrap();
    assert_eq!(
        error.to_string(),
        format!("listen: {address} is in use; stop what listens there or choose another port")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tokens_nobody_gets_in_without() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("tokens");
    let line = |scope: &str| {
        let hash: String =
            Sha256::digest(scope.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{scope} {scope} {hash}\n")
    };
    std::fs::write(&file, line("stream") + &line("watch")).unwrap();
    let config = Config { tokens: Some(file), ..config(&directory.path().join("data")) };
    let running = started(config).await;
    let channel = connect(&running).await;
    assert_eq!(health(&channel, "").await, ServingStatus::Serving, "probes have no token");
    let ask = async |token: Option<&str>| {
        let mut request = Request::new(GetCallRequest { call_id: "none".into() });
        if let Some(token) = token {
            let value: MetadataValue<_> = format!("Bearer {token}").parse().unwrap();
            request.metadata_mut().insert("authorization", value);
        }
        CallsClient::new(channel.clone()).get_call(request).await.err().unwrap().code()
    };
    assert_eq!(ask(None).await, Code::Unauthenticated);
    assert_eq!(ask(Some("guess")).await, Code::Unauthenticated);
    assert_eq!(ask(Some("stream")).await, Code::PermissionDenied);
    assert_eq!(ask(Some("watch")).await, Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.pem");
    let tls = crate::config::TlsFiles { cert: missing.clone(), key: missing, client_ca: None };
    let config = Config { tls: Some(tls), ..config(directory.path()) };
    let error = start_with(config, Arc::new(ScriptedModel::of_length())).await.err().unwrap();
    assert!(error.to_string().starts_with("tls_cert: "), "{error}");
    assert!(error.to_string().contains("missing.pem"), "{error}");
}

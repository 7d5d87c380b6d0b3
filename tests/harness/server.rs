//! A server in this process, on a free port, with its own data directory.

use std::sync::Arc;

use attune_models::recogniser::Model;
use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::watch_client::WatchClient;
use attune_server::config::Config;
use attune_server::serve::{self, Running};
use tempfile::TempDir;
use tonic::transport::Channel;

/// A running server; its data goes with it.
pub struct TestServer {
    /// The server itself.
    pub running: Running,
    /// What it was started with.
    pub config: Config,
    data: TempDir,
}

/// A configuration on free ports with a data directory of its own.
pub fn config(data: &TempDir) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        metrics_listen: None,
        data_dir: data.path().to_owned(),
        ..Config::default()
    }
}

impl TestServer {
    /// With a recogniser that says how long each utterance was.
    pub async fn scripted() -> Self {
        Self::with(|_| {}, ScriptedModel::of_length()).await
    }

    /// With a changed configuration and a model.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn with(change: impl FnOnce(&mut Config), model: impl Model + 'static) -> Self {
        let data = tempfile::tempdir().expect("a temporary directory");
        let mut config = config(&data);
        change(&mut config);
        Self::start(config, data, model).await
    }

    async fn start(config: Config, data: TempDir, model: impl Model + 'static) -> Self {
        let running =
            serve::start_with(config.clone(), Arc::new(model)).await.expect("the server starts");
        Self { running, config, data }
    }

    /// Stops it at once and starts it again on the same data.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn restart(self, model: impl Model + 'static) -> Self {
        let Self { mut running, config, data } = self;
        running.drain_within(std::time::Duration::ZERO).await.expect("it drains");
        drop(running);
        Self::start(config, data, model).await
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("http://{}", self.running.address())
    }

    /// A connection of its own.
    ///
    /// # Panics
    /// If there is none to be had.
    pub async fn channel(&self) -> Channel {
        let endpoint = Channel::from_shared(self.url()).expect("an address");
        endpoint.connect().await.expect("the server listens")
    }

    /// The ingestion service.
    pub async fn ingestion(&self) -> IngestionClient<Channel> {
        IngestionClient::new(self.channel().await).max_encoding_message_size(usize::MAX)
    }

    /// The watch service.
    pub async fn watch(&self) -> WatchClient<Channel> {
        WatchClient::new(self.channel().await)
    }

    /// The calls service.
    pub async fn calls(&self) -> CallsClient<Channel> {
        CallsClient::new(self.channel().await)
    }
}

//! Nothing that was said, and nobody who said it, stands in a log.

use std::time::Duration;

use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{StreamConfig, call_event::Body};
use harness::feed::{self, Stream};
use harness::process::ServerProcess;
use harness::{Recording, watch};

#[tokio::test(flavor = "multi_thread")]
async fn no_private_text_in_the_log() {
    let server = ServerProcess::start(&["--log", "trace"]).await;
    let mut watcher = WatchClient::connect(server.url()).await.expect("a watcher");
    let mut watching = watch::follow(&mut watcher, "c1").await;
    let mut ingestion = IngestionClient::connect(server.url()).await.expect("a platform");
    let key = "+49 30 5550199";
    let config = StreamConfig { caller_key: key.into(), ..feed::config("c1") };
    let stream = Stream::open(&mut ingestion, config).await.expect("a call");
    let chunks = feed::chunks(&Recording::demo().between(0, 45), Duration::from_millis(100));
    stream.play(&chunks, Some(10)).await;
    stream.hang_up().await.expect("a good end");
    let events = watch::to_the_end(&mut watching).await.expect("the whole call");
    let mut private: Vec<String> = vec![key.into()];
    for event in &events {
        match &event.body {
            // Of the words, runs of three: single ones are in any log.
            Some(Body::Transcript(said)) => private.extend(runs_of_three(&said.text)),
            Some(Body::Suggestion(card)) => private.extend(runs_of_three(&card.say)),
            _ => {}
        }
    }
    assert!(private.len() > 20, "there was something to leak: {private:?}");

    let data = server.data.path().to_owned();
    let stored = std::fs::read_dir(&data).expect("a data directory");
    for file in stored {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = bytes.windows(key.len()).any(|window| window == key.as_bytes());
        assert!(!found, "the caller's key stands in {}", path.display());
    }
    server.signal("TERM");
    let (code, log) = server.wait().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(log.lines().count() > 3, "it did log: {log}");
    for secret in &private {
        assert!(!log.contains(secret.as_str()), "the log holds {secret:?}");
    }
}

fn runs_of_three(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(3).map(|run| run.join(" ")).collect()
}

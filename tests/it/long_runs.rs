//! A server that has served many calls is as good as a new one.

use std::fs;
use std::time::Duration;

use attune_proto::v1::CallEvent;
use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use harness::feed::{self, Stream};
use harness::process::ServerProcess;
use harness::{Recording, watch};

const CHUNK: Duration = Duration::from_millis(100);

/// A whole call on a connection of its own: the events in the log.
async fn call(server: &ServerProcess, name: &str, recording: &Recording) -> Vec<CallEvent> {
    let mut ingestion = IngestionClient::connect(server.url()).await.expect("a platform");
    let stream = Stream::open(&mut ingestion, feed::config(name)).await.expect("a call");
    stream.play(&feed::chunks(recording, CHUNK), None).await;
    assert!(stream.hang_up().await.expect("a good end"));
    let mut calls = CallsClient::connect(server.url()).await.expect("a client");
    watch::logged(&mut calls, name).await
}

/// What the server's process holds open, once what was closed is gone.
async fn held(server: &ServerProcess, atmost: usize) -> usize {
    let folder = format!("/proc/{}/fd", server.child.id().expect("it runs"));
    let count = || fs::read_dir(&folder).expect("Linux").count();
    for _ in 0..50 {
        if count() <= atmost {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    count()
}

/// With the embedded model in one slot: what a caller said before another one, and what a
/// recogniser heard before, leave no trace in texts, probabilities or cards, nor in the process.
#[tokio::test(flavor = "multi_thread")]
async fn a_used_slot_hears_as_a_new_one_and_nothing_is_left_open() {
    let server = ServerProcess::start(&["--slots", "1"]).await;
    let recording = Recording::demo().over_the_line();
    let (one, other) = (recording.clone().between(6, 20), recording.between(29, 47));
    let first = watch::comparable(&call(&server, "first", &one).await);
    let open = held(&server, 0).await;
    for number in 0..3 {
        let other = watch::comparable(&call(&server, &format!("other-{number}"), &other).await);
        assert_ne!(other, first);
        let again = watch::comparable(&call(&server, &format!("again-{number}"), &one).await);
        assert_eq!(again, first);
    }
    assert!(held(&server, open).await <= open, "descriptors are left open");
}

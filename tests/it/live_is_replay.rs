//! A live call and the replay of its recording give the same events, byte for byte but for the
//! wall clock.

use std::num::NonZeroUsize;
use std::process::Stdio;
use std::time::Duration;

use attune_models::recogniser::Recognition;
use attune_models::recogniser::embedded::Embedded;
use attune_models::recogniser::scripted::ScriptedModel;
use attune_server::config::Config;
use harness::feed::{self, Stream};
use harness::server::TestServer;
use harness::{Recording, process, watch};

/// Streams the bundled call; a watcher sees what the log holds, and this gives it.
async fn live(server: &TestServer, chunk: Duration, speed: Option<u32>) -> Vec<String> {
    let mut watching = watch::follow(&mut server.watch().await, "c1").await;
    let mut ingestion = server.ingestion().await;
    let stream = Stream::open(&mut ingestion, feed::config("c1")).await.expect("a call");
    stream.play(&feed::chunks(&Recording::demo(), chunk), speed).await;
    assert!(stream.hang_up().await.expect("a good end"));
    let seen = watch::to_the_end(&mut watching).await.expect("the whole call");
    watch::assert_complete(&seen);
    let logged = watch::logged(&mut server.calls().await, "c1").await;
    watch::assert_complete(&logged);
    let missed = logged.len() - seen.len();
    assert_eq!(watch::comparable(&seen), watch::comparable(&logged[missed..]));
    watch::comparable(&logged)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_chunks() {
    let mut runs = Vec::new();
    for millis in [20, 100, 170] {
        let server = TestServer::scripted().await;
        runs.push(live(&server, Duration::from_millis(millis), Some(40)).await);
    }
    assert!(runs[0].len() > 40, "{} events", runs[0].len());
    for other in &runs {
        assert_eq!(&runs[0], other);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_decoder_takes() {
    let swift = TestServer::scripted().await;
    let slow = ScriptedModel::of_length().taking(Duration::from_millis(120));
    let slow = TestServer::with(|config| config.partials = false, slow).await;
    let chunk = Duration::from_millis(100);
    let swift = live(&swift, chunk, Some(40)).await;
    let slow = live(&slow, chunk, Some(40)).await;
    assert_eq!(swift, slow);
}

/// Pauses of every kind, and a pool that has room for finals alone.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_pool_sheds() {
    let halting = ScriptedModel::new(|samples, _language| {
        let frames = samples.len() / attune_audio::vad::FRAME;
        let end = ["and", "that is it", "", "my number is two"][frames % 4];
        Ok(Recognition::certain(&format!("heard {frames} frames {end}")))
    });
    let swift = TestServer::with(|_| {}, halting.clone()).await;
    let narrow = |config: &mut Config| {
        (config.slots, config.queue, config.partials) = (NonZeroUsize::MIN, 0, true);
    };
    let shedding =
        TestServer::with(narrow, halting.clone().taking(Duration::from_millis(15))).await;
    let chunk = Duration::from_millis(100);
    let swift = live(&swift, chunk, Some(40)).await;
    let shed = live(&shedding, chunk, Some(40)).await;
    assert_eq!(swift, shed);
    let replayed = watch::replay(&Recording::demo().over_the_line(), &halting);
    assert_eq!(swift.len(), replayed.len());
}

/// With the embedded model and through the two programs' own doors: what `attune-server replay`
/// prints is what a watcher of the live call saw.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_embedded_model_and_the_replay_command() {
    let model = Embedded::English.load().expect("the embedded model");
    let server = TestServer::with(|_| {}, model).await;
    let seen = live(&server, Duration::from_millis(100), Some(8)).await;

    // The stream is mu-law coded, so the replay gets what the line made of the recording.
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("line.wav");
    let line = Recording::demo().over_the_line();
    attune_audio::wav::write_stereo(&path, line.rate, &line.sides[0], &line.sides[1])
        .expect("a WAV file");
    let output = process::command("attune-server")
        .args(["replay", "--json"])
        .arg(&path)
        .stdout(Stdio::piped())
        .output()
        .expect("the server is built");
    assert!(output.status.success(), "{}", process::errors(&output));
    let replayed = events_of(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(seen.iter().map(|line| value(line)).collect::<Vec<_>>(), replayed);
}

fn value(line: &str) -> serde_json::Value {
    serde_json::from_str(line).expect("JSON")
}

/// The replayed events without the name of the call, which the live one chose itself.
fn events_of(lines: &str) -> Vec<serde_json::Value> {
    let bare = |line| {
        let mut event = value(line);
        event.as_object_mut().expect("an event").remove("callId");
        event
    };
    lines.lines().map(bare).collect()
}

//! What is recorded of a call, and a server that is killed.

use std::time::Duration;

use attune_proto::v1::figures_client::FiguresClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::outcomes_client::OutcomesClient;
use attune_proto::v1::{
    EndReason, GetCallFiguresRequest, GetOutcomeRequest, Outcome, RecordOutcomeRequest, Revenue,
};
use harness::Recording;
use harness::feed::{self, Stream};
use harness::process::ServerProcess;
use tonic::Code;

const CHUNK: Duration = Duration::from_millis(100);

/// An outcome that was answered for is there after a kill -9, of a live call too.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_what_was_recorded() {
    let mut server = ServerProcess::start(&[]).await;
    let mut ingestion = IngestionClient::connect(server.url()).await.expect("a platform");
    let config = feed::config("c1");
    let config = attune_proto::v1::StreamConfig { caller_key: "customer-9".into(), ..config };
    let stream = Stream::open(&mut ingestion, config).await.expect("a call");
    stream.play(&feed::chunks(&Recording::demo().between(0, 3), CHUNK), Some(20)).await;
    let mut outcomes = OutcomesClient::connect(server.url()).await.expect("a client");
    let revenue =
        Revenue { first_date: "2026-01-01".into(), last_date: "2026-12-31".into(), amount: 42.5 };
    let outcome = Outcome {
        call_id: "c1".into(),
        resolved: Some(true),
        effort: Some(2),
        wrap_up_code: "W7".into(),
        revenue: vec![revenue],
        ..Outcome::default()
    };
    let request = RecordOutcomeRequest { outcome: Some(outcome) };
    let told = outcomes.record_outcome(request).await.expect("it is recorded").into_inner();
    server.child.kill().await.expect("it runs");
    drop(stream);

    let server = ServerProcess::start_on(server.data, &[]).await;
    let mut outcomes = OutcomesClient::connect(server.url()).await.expect("a client");
    let kept = outcomes.get_outcome(GetOutcomeRequest { call_id: "c1".into() }).await;
    assert_eq!(kept.expect("it is on record").into_inner(), told);

    // The call gets its figures, though nobody lived to see its end.
    let mut figures = FiguresClient::connect(server.url()).await.expect("a client");
    let made = async {
        loop {
            let request = GetCallFiguresRequest { call_id: "c1".into() };
            match figures.get_call_figures(request).await {
                Ok(made) => return made.into_inner(),
                Err(status) => assert_eq!(status.code(), Code::Unavailable, "{status}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let made = tokio::time::timeout(Duration::from_secs(60), made).await.expect("in time");
    assert_eq!(made.end_reason(), EndReason::Failed);
    assert!(made.duration.is_some() && made.called_back == Some(false), "{made:?}");
}

//! TLS and bearer tokens, when they are switched on.

use std::fs;

use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::access_client::AccessClient;
use attune_proto::v1::calls_client::CallsClient;
use attune_proto::v1::coaching_client::CoachingClient;
use attune_proto::v1::figures_client::FiguresClient;
use attune_proto::v1::ingestion_client::IngestionClient;
use attune_proto::v1::outcomes_client::OutcomesClient;
use attune_proto::v1::replay_client::ReplayClient;
use attune_proto::v1::review_client::ReviewClient;
use attune_proto::v1::summaries_client::SummariesClient;
use attune_proto::v1::watch_client::WatchClient;
use attune_proto::v1::{
    CorrectSnapshotRequest, DeleteGoalRequest, GetCallFiguresRequest, GetCallRequest,
    GetOutcomeRequest, GetReportRequest, GetSummaryRequest, LendTokenRequest,
    ListCallEventsRequest, ListCallsRequest, ListFiguresRequest, ListGoalsRequest,
    ListLeadershipTipsRequest, ListNoticesRequest, RecordFeedbackRequest, RecordOutcomeRequest,
    RecordTrafficRequest, RenderReportRequest, ReviewDialogueRequest, ReviewRecordingRequest,
    SendNoteRequest, SetGoalRequest, WatchCallRequest, WatchCallsRequest,
};
use attune_server::config::TlsFiles;
use harness::server::TestServer;
use sha2::{Digest, Sha256};
use tonic::metadata::MetadataValue;
use tonic::transport::{Certificate, Channel, ClientTlsConfig};
use tonic::{Code, Request, Status};

/// Every RPC with a token: the code each is answered with, by name.
async fn codes(channel: &Channel, token: Option<&str>) -> Vec<(&'static str, Code)> {
    let with_token = |mut request: Request<()>| -> Result<Request<()>, Status> {
        if let Some(token) = token {
            let value: MetadataValue<_> = format!("Bearer {token}").parse().expect("a header");
            request.metadata_mut().insert("authorization", value);
        }
        Ok(request)
    };
    let code =
        |result: Result<(), Status>| result.map_or_else(|status| status.code(), |()| Code::Ok);
    let mut ingestion = IngestionClient::with_interceptor(channel.clone(), with_token);
    let mut watch = WatchClient::with_interceptor(channel.clone(), with_token);
    let mut calls = CallsClient::with_interceptor(channel.clone(), with_token);
    let mut replay = ReplayClient::with_interceptor(channel.clone(), with_token);
    let mut outcomes = OutcomesClient::with_interceptor(channel.clone(), with_token);
    let mut figures = FiguresClient::with_interceptor(channel.clone(), with_token);
    let mut summaries = SummariesClient::with_interceptor(channel.clone(), with_token);
    let mut coaching = CoachingClient::with_interceptor(channel.clone(), with_token);
    let mut review = ReviewClient::with_interceptor(channel.clone(), with_token);
    let mut access = AccessClient::with_interceptor(channel.clone(), with_token);
    let id = || "nobody".to_owned();
    let streamed = ingestion.stream_call(tokio_stream::iter([])).await;
    let streamed = match streamed {
        Ok(mut reply) => reply.get_mut().message().await.map(drop),
        Err(status) => Err(status),
    };
    let replayed = match replay.replay_call(tokio_stream::iter([])).await {
        Ok(mut reply) => reply.get_mut().message().await.map(drop),
        Err(status) => Err(status),
    };
    vec![
        ("StreamCall", code(streamed)),
        ("ReplayCall", code(replayed)),
        (
            "WatchCall",
            code(
                watch
                    .watch_call(WatchCallRequest { call_id: id(), ..Default::default() })
                    .await
                    .map(drop),
            ),
        ),
        ("WatchCalls", code(watch.watch_calls(WatchCallsRequest::default()).await.map(drop))),
        ("GetCall", code(calls.get_call(GetCallRequest { call_id: id() }).await.map(drop))),
        ("ListCalls", code(calls.list_calls(ListCallsRequest::default()).await.map(drop))),
        (
            "ListCallEvents",
            code(
                calls
                    .list_call_events(ListCallEventsRequest { call_id: id(), ..Default::default() })
                    .await
                    .map(drop),
            ),
        ),
        (
            "CorrectSnapshot",
            code(
                calls
                    .correct_snapshot(CorrectSnapshotRequest {
                        call_id: id(),
                        ..Default::default()
                    })
                    .await
                    .map(drop),
            ),
        ),
        (
            "RecordFeedback",
            code(
                calls
                    .record_feedback(RecordFeedbackRequest { call_id: id(), feedback: None })
                    .await
                    .map(drop),
            ),
        ),
        ("LendToken", code(access.lend_token(LendTokenRequest::default()).await.map(drop))),
        ("SendNote", code(calls.send_note(SendNoteRequest::default()).await.map(drop))),
        (
            "ReviewRecording",
            code(review.review_recording(ReviewRecordingRequest::default()).await.map(drop)),
        ),
        (
            "ReviewDialogue",
            code(review.review_dialogue(ReviewDialogueRequest::default()).await.map(drop)),
        ),
        (
            "RecordOutcome",
            code(outcomes.record_outcome(RecordOutcomeRequest::default()).await.map(drop)),
        ),
        (
            "GetOutcome",
            code(outcomes.get_outcome(GetOutcomeRequest { call_id: id() }).await.map(drop)),
        ),
        (
            "GetSummary",
            code(summaries.get_summary(GetSummaryRequest { call_id: id() }).await.map(drop)),
        ),
        ("SetGoal", code(coaching.set_goal(SetGoalRequest::default()).await.map(drop))),
        ("ListGoals", code(coaching.list_goals(ListGoalsRequest::default()).await.map(drop))),
        ("DeleteGoal", code(coaching.delete_goal(DeleteGoalRequest::default()).await.map(drop))),
        (
            "ListLeadershipTips",
            code(
                coaching.list_leadership_tips(ListLeadershipTipsRequest::default()).await.map(drop),
            ),
        ),
        ("ListNotices", code(coaching.list_notices(ListNoticesRequest::default()).await.map(drop))),
        ("ListFigures", code(figures.list_figures(ListFiguresRequest::default()).await.map(drop))),
        (
            "GetCallFigures",
            code(figures.get_call_figures(GetCallFiguresRequest { call_id: id() }).await.map(drop)),
        ),
        ("GetReport", code(figures.get_report(GetReportRequest::default()).await.map(drop))),
        (
            "RenderReport",
            code(figures.render_report(RenderReportRequest::default()).await.map(drop)),
        ),
        (
            "RecordTraffic",
            code(outcomes.record_traffic(RecordTrafficRequest::default()).await.map(drop)),
        ),
    ]
}

/// In hexadecimal, as `sha256sum` prints it.
fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn denied(code: Code) -> bool {
    matches!(code, Code::Unauthenticated | Code::PermissionDenied)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_what_its_scope_names() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("tokens");
    let line =
        |name: &str, scope: &str| format!("{name} {scope} {}\n", hash(&format!("{name}-secret")));
    fs::write(&file, line("platform", "stream") + &line("desk", "watch")).expect("a file");
    let tokens = file.clone();
    let server =
        TestServer::with(|config| config.tokens = Some(tokens), ScriptedModel::of_length()).await;
    let channel = server.channel().await;

    for token in [None, Some("wrong"), Some("")] {
        for (rpc, code) in codes(&channel, token).await {
            assert!(denied(code), "{rpc} with token {token:?}: {code:?}");
        }
    }
    for (rpc, code) in codes(&channel, Some("platform-secret")).await {
        assert_eq!(!denied(code), rpc == "StreamCall", "{rpc} with a token to stream: {code:?}");
    }
    let desk = codes(&channel, Some("desk-secret")).await;
    for (rpc, code) in desk {
        match rpc {
            "StreamCall" => assert!(denied(code), "{rpc} with a token to watch: {code:?}"),
            "WatchCall" | "GetCall" | "RecordOutcome" | "GetOutcome" | "GetSummary"
            | "ReviewDialogue" | "ReviewRecording" | "LendToken" => {
                assert!(!denied(code), "{rpc} with a token to watch: {code:?}")
            }
            "SetGoal" | "ListGoals" | "DeleteGoal" | "ListLeadershipTips" | "ListNotices"
            | "RecordTraffic" | "SendNote" | "GetCallFigures" | "GetReport"
            | "RenderReport" => {
                assert!(denied(code), "{rpc} with a token to watch: {code:?}")
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lent_token_opens_a_desk_and_outlives_the_server() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("tokens");
    fs::write(&file, format!("crm coach,watch {}\n", hash("crm-secret"))).expect("a file");
    let server =
        TestServer::with(|config| config.tokens = Some(file), ScriptedModel::of_length()).await;
    let mut access = AccessClient::new(server.channel().await);
    let mut request = Request::new(LendTokenRequest::default());
    let secret = "Bearer crm-secret".parse().expect("a header");
    request.metadata_mut().insert("authorization", secret);
    let lent = access.lend_token(request).await.expect("a token").into_inner().token;
    let server = server.restart(ScriptedModel::of_length()).await;
    let channel = server.channel().await;
    for (rpc, code) in codes(&channel, Some(&lent)).await {
        match rpc {
            "WatchCall" | "GetCall" | "GetSummary" => assert!(!denied(code), "{rpc}: {code:?}"),
            "StreamCall" | "ListCalls" | "GetReport" | "LendToken" => {
                assert_eq!(code, Code::PermissionDenied, "{rpc}");
            }
            _ => {}
        }
    }
    let open = TestServer::with(|_| {}, ScriptedModel::of_length()).await;
    let mut access = AccessClient::new(open.channel().await);
    let nothing_to_lend = access.lend_token(LendTokenRequest::default()).await;
    assert_eq!(nothing_to_lend.expect_err("no token").code(), Code::FailedPrecondition);
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_and_plain_text_is_not() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    fs::write(&cert, made.cert.pem()).expect("a file");
    fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
    let files = TlsFiles { cert, key, client_ca: None };
    let server =
        TestServer::with(|config| config.tls = Some(files), ScriptedModel::of_length()).await;

    let trusted = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(made.cert.pem()))
        .domain_name("localhost");
    let address = format!("https://{}", server.running.address());
    let channel = Channel::from_shared(address.clone()).expect("an address");
    let channel =
        channel.tls_config(trusted).expect("a configuration").connect().await.expect("TLS");
    CallsClient::new(channel).list_calls(ListCallsRequest::default()).await.expect("an answer");

    let stranger = ClientTlsConfig::new().domain_name("localhost");
    let channel = Channel::from_shared(address).expect("an address");
    let refused = channel.tls_config(stranger).expect("a configuration").connect().await;
    assert!(refused.is_err(), "a certificate that nobody vouches for is not trusted");

    let plain = format!("http://{}", server.running.address());
    let answer = match CallsClient::connect(plain).await {
        Ok(mut client) => client.list_calls(ListCallsRequest::default()).await.is_ok(),
        Err(_) => false,
    };
    assert!(!answer, "plain text is not answered");
}

#![expect(clippy::unwrap_used, reason = "tests")]

use attune_audio::units::SampleRate;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::replay_call_response::Payload;
use attune_proto::v1::{
    CallEvent, DialogueTurn, ListCallsRequest, ReplayCallResponse, ReviewDialogueRequest,
    ReviewRecordingRequest, Side,
};
use tonic::{Code, Status, Streaming};

use crate::testing::{Bench, Setup, assert_whole, refusal, within};

/// Two seconds of a WAV file: the first channel speaks for a second, the second does not.
fn recording() -> Vec<u8> {
    let path = std::env::temp_dir().join(format!("attune-review-{}.wav", std::process::id()));
    let rate = SampleRate::HZ_8000;
    let loud = |i: usize| if i < 8000 { 0.3 * (i as f32 * 0.2).sin() } else { 0.0 };
    let left: Vec<f32> = (0..24_000).map(loud).collect();
    attune_audio::wav::write_stereo(&path, rate, &left, &[]).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    bytes
}

async fn told(mut from: Streaming<ReplayCallResponse>) -> Result<(Vec<CallEvent>, usize), Status> {
    let (mut events, mut reports) = (Vec::new(), 0);
    while let Some(response) = within(from.message()).await? {
        match response.payload.unwrap() {
            Payload::Event(event) => events.push(event),
            Payload::Progress(_) => reports += 1,
        }
    }
    Ok((events, reports))
}

async fn review(
    bench: &Bench,
    request: ReviewRecordingRequest,
) -> Result<(Vec<CallEvent>, usize), Status> {
    told(bench.review().review_recording(request).await?.into_inner()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_runs_through_the_session_and_leaves_nothing_behind() {
    let bench = Setup::default().start().await;
    let sides = |events: &[CallEvent]| -> Vec<Side> {
        let side = |event: &CallEvent| match &event.body {
            Some(Body::Transcript(transcript)) => Some(transcript.side()),
            _ => None,
        };
        events.iter().filter_map(side).collect()
    };
    let mut request = ReviewRecordingRequest { recording: recording(), ..Default::default() };
    let (events, reports) = review(&bench, request.clone()).await.unwrap();
    assert_whole(&events);
    assert_eq!(sides(&events), [Side::Caller]);
    assert!(reports >= 2, "{reports}");
    request.agent_first = true;
    let (events, _) = review(&bench, request).await.unwrap();
    assert_eq!(sides(&events), [Side::Agent]);
    let listed = bench.calls().list_calls(ListCallsRequest::default()).await.unwrap();
    assert!(listed.into_inner().calls.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_recording_is_refused() {
    let bench = Setup::default().start().await;
    let request = ReviewRecordingRequest { recording: vec![1; 64], ..Default::default() };
    let status = review(&bench, request).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_AUDIO".into()));
    assert!(status.message().contains("not a WAV file"), "{}", status.message());
}

fn turn(side: Side, text: &str) -> DialogueTurn {
    DialogueTurn { side: side.into(), text: text.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_that_goes_on_begins_with_the_same_events() {
    let bench = Setup::default().start().await;
    let turns = [
        turn(Side::Agent, "good morning how can i help"),
        turn(Side::Caller, "this is the third time i call and nobody helps me"),
        turn(Side::Agent, "i am sorry about that"),
    ];
    let mut runs = Vec::new();
    for length in 2..=turns.len() {
        let request =
            ReviewDialogueRequest { turns: turns[..length].to_vec(), ..Default::default() };
        let stream = bench.review().review_dialogue(request).await.unwrap().into_inner();
        let (mut events, _) = told(stream).await.unwrap();
        assert_whole(&events);
        events.iter_mut().for_each(|event| event.create_time = None);
        runs.push(events);
    }
    let card = runs[0].iter().position(|event| matches!(event.body, Some(Body::Suggestion(_))));
    let card = card.expect("a card for the caller's turn");
    assert_eq!(runs[0][..=card], runs[1][..=card]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_dialogues_are_refused() {
    let bench = Setup::default().start().await;
    let of = |turns: Vec<DialogueTurn>| ReviewDialogueRequest { turns, ..Default::default() };
    let wrong = [
        (of(vec![turn(Side::Unspecified, "who")]), "INVALID_DIALOGUE"),
        (of(vec![turn(Side::Caller, &"a".repeat(2001))]), "INVALID_DIALOGUE"),
        (of(vec![turn(Side::Caller, "so"); 201]), "INVALID_DIALOGUE"),
        (ReviewDialogueRequest { language_code: "tlh".into(), ..of(vec![]) }, "INVALID_LANGUAGE"),
    ];
    for (request, reason) in wrong {
        let status = bench.review().review_dialogue(request).await.unwrap_err();
        assert_eq!(refusal(&status), (Code::InvalidArgument, reason.into()));
    }
}

#![expect(clippy::unwrap_used, reason = "tests")]

use attune_models::recogniser::scripted::ScriptedModel;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::{GetCallFiguresRequest, GetSummaryRequest, Side, SummaryPart};
use tonic::Code;

use crate::testing::{Phone, Setup, config, refusal};

fn get(call_id: &str) -> GetSummaryRequest {
    GetSummaryRequest { call_id: call_id.into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_summed_up_when_it_has_ended() {
    let said = "i am calling about my bill and i will pay it by friday";
    let bench = Setup { model: ScriptedModel::in_order([said]), ..Setup::default() }.start().await;
    let mut phone = Phone::call(&bench, config("summed")).await;
    phone.say(1, 1500).await;
    phone.quiet(700).await;
    phone.until(|response| response.call_id == "summed").await; // from then on it is on record
    let status = bench.summaries().get_summary(get("summed")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::FailedPrecondition, "CALL_LIVE".into()));
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let summary = bench.summaries().get_summary(get("summed")).await.unwrap().into_inner();
    assert_eq!((summary.issue.as_str(), summary.language_code.as_str()), ("bill", "en"));
    let promise = summary.sentences.iter().find(|s| s.part() == SummaryPart::Promise).unwrap();
    assert_eq!((promise.by(), promise.when.as_str()), (Side::Caller, "by friday"));
    // The sentence leads to the event.
    let source = &promise.sources[0];
    let events = bench.events("summed").await;
    let event = events.iter().find(|event| event.sequence == source.sequence).unwrap();
    let Some(Body::Transcript(transcript)) = &event.body else { panic!("{event:?}") };
    assert_eq!(transcript.utterance_id, source.utterance_id);
    assert!(transcript.text.contains(&source.quote));
    // The issue that was heard is among the figures.
    let request = GetCallFiguresRequest { call_id: "summed".into() };
    let figures = bench.figures().get_call_figures(request).await.unwrap().into_inner();
    assert_eq!(figures.issue, "bill");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_which_nothing_was_said_has_no_sentences() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("silent")).await;
    phone.quiet(1000).await;
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let summary = bench.summaries().get_summary(get("silent")).await.unwrap().into_inner();
    assert!(summary.sentences.is_empty() && summary.issue.is_empty(), "{summary:?}");
    let status = bench.summaries().get_summary(get("nobody")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));
}

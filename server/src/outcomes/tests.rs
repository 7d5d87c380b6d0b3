#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use attune_models::playbook::Playbook;
use attune_proto::v1::{
    self, Escalation, GetOutcomeRequest, ListWrapUpCodesRequest, Outcome, RecordOutcomeRequest,
    Revenue,
};
use tonic::Code;

use crate::testing::{Phone, Setup, config, refusal};

fn record(outcome: Outcome) -> RecordOutcomeRequest {
    RecordOutcomeRequest { outcome: Some(outcome) }
}

fn of(call_id: &str) -> Outcome {
    Outcome { call_id: call_id.into(), ..Outcome::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn agent_and_survey_record_what_they_know() {
    let bench = Setup::default().start().await;
    let mut config = config("wrapped");
    config.caller_key = "customer-17".into();
    let mut phone = Phone::call(&bench, config).await;
    phone.until(|_| true).await;
    let get = || GetOutcomeRequest { call_id: "wrapped".into() };
    let status = bench.outcomes().get_outcome(get()).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "OUTCOME_NOT_FOUND".into()));

    // The agent may be quicker than the end of the call.
    let agent = Outcome {
        resolved: Some(true),
        issue: "bill".into(),
        escalation: Escalation::Appropriate.into(),
        ..of("wrapped")
    };
    bench.outcomes().record_outcome(record(agent)).await.unwrap();
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let period =
        Revenue { first_date: "2026-01-01".into(), last_date: "2026-03-31".into(), amount: 120.5 };
    let survey = Outcome { csat: Some(5), revenue: vec![period.clone()], ..of("wrapped") };
    let told = bench.outcomes().record_outcome(record(survey)).await.unwrap().into_inner();
    assert!(told.record_time.is_some());
    let kept = bench.outcomes().get_outcome(get()).await.unwrap().into_inner();
    assert_eq!(kept, told);
    assert_eq!((kept.resolved, kept.csat, kept.issue.as_str()), (Some(true), Some(5), "bill"));
    assert_eq!((kept.escalation(), kept.revenue), (Escalation::Appropriate, vec![period]));
}

#[tokio::test(flavor = "multi_thread")]
async fn revenue_of_an_unknown_caller_is_not_kept() {
    let bench = Setup::default().start().await;
    bench.talk("nameless", 1).await;
    let period =
        Revenue { first_date: "2026-01-01".into(), last_date: "2026-03-31".into(), amount: 1.0 };
    let outcome = Outcome { nps: Some(9), revenue: vec![period], ..of("nameless") };
    bench.outcomes().record_outcome(record(outcome)).await.unwrap();
    let request = GetOutcomeRequest { call_id: "nameless".into() };
    let kept = bench.outcomes().get_outcome(request).await.unwrap().into_inner();
    assert_eq!((kept.nps, kept.revenue), (Some(9), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    let bench = Setup::default().start().await;
    let status = bench.outcomes().record_outcome(record(of("x"))).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_OUTCOME".into()));
    let unknown = Outcome { csat: Some(3), ..of("nobody") };
    let status = bench.outcomes().record_outcome(record(unknown)).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));
    let request = GetOutcomeRequest { call_id: "nobody".into() };
    let status = bench.outcomes().get_outcome(request).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_codes_are_those_of_the_playbook_of_the_calls_project() {
    let text = "[playbook]\nlanguage = \"en\"\nname = \"shop\"\nextends = \"en\"\n[wrap_up]\nsent = \"Sent again\"\n\
                money-back = \"Money back\"\n";
    let shop = Arc::new(Playbook::parse("shop.en.toml", text).unwrap());
    let bench = Setup { projects: vec![("shop", shop)], ..Setup::default() }.start().await;
    let codes = async |call_id: &str, project: &str| {
        let config = v1::StreamConfig { project: project.into(), ..config(call_id) };
        let mut phone = Phone::call(&bench, config).await;
        phone.hang_up().await;
        assert!(phone.rest().await.unwrap());
        let request = ListWrapUpCodesRequest { call_id: call_id.into() };
        let told = bench.outcomes().list_wrap_up_codes(request).await.unwrap().into_inner();
        told.codes.into_iter().map(|code| (code.code, code.name)).collect::<Vec<_>>()
    };
    let own = [("sent", "Sent again"), ("money-back", "Money back")];
    assert_eq!(codes("a", "shop").await, own.map(|(code, name)| (code.into(), name.into())));
    assert_eq!(codes("b", "").await, [], "the default project has none");
    let request = ListWrapUpCodesRequest { call_id: "nobody".into() };
    let status = bench.outcomes().list_wrap_up_codes(request).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));
}

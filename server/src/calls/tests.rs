#![expect(clippy::unwrap_used, reason = "tests")]

use attune_proto::v1::call_event::Body;
use attune_proto::v1::{
    self, CallState, CorrectSnapshotRequest, FeedbackKind, GetCallRequest, ListCallEventsRequest,
    ListCallsRequest, RecordFeedbackRequest, SuggestionFeedback,
};
use tonic::Code;

use crate::testing::{Bench, Phone, Setup, config, refusal};

fn get(call_id: &str) -> GetCallRequest {
    GetCallRequest { call_id: call_id.to_owned() }
}

async fn list(bench: &Bench, request: ListCallsRequest) -> (Vec<String>, String) {
    let listed = bench.calls().list_calls(request).await.unwrap().into_inner();
    (listed.calls.into_iter().map(|call| call.call_id).collect(), listed.next_page_token)
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_got_and_listed_newest_first_in_pages() {
    let bench = Setup::default().start().await;
    for n in 1..=5 {
        bench.talk(&format!("past-{n}"), 1).await;
    }
    let mut phone = Phone::call(&bench, config("now")).await;
    phone.until(|_| true).await;
    let status = bench.calls().get_call(get("nobody")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));

    let mut request = ListCallsRequest { page_size: 2, ..ListCallsRequest::default() };
    let mut pages = Vec::new();
    loop {
        let (calls, token) = list(&bench, request.clone()).await;
        pages.push(calls);
        if pages.len() == 1 {
            bench.talk("between", 1).await;
        }
        if token.is_empty() {
            break;
        }
        request.page_token = token;
    }
    assert_eq!(pages, [vec!["now", "past-5"], vec!["past-4", "past-3"], vec!["past-2", "past-1"]]);

    let live = ListCallsRequest { state: CallState::Live.into(), ..ListCallsRequest::default() };
    assert_eq!(list(&bench, live.clone()).await.0, ["now"]);
    let wrong = [
        ListCallsRequest { page_size: -1, ..live.clone() },
        ListCallsRequest { page_token: request.page_token, ..live.clone() },
        ListCallsRequest { page_token: "nonsense".into(), ..live.clone() },
        ListCallsRequest { state: 99, ..live },
    ];
    for request in wrong {
        let status = bench.calls().list_calls(request).await.unwrap_err();
        assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_PAGE".into()));
    }
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_listed_in_pages() {
    let bench = Setup::default().start().await;
    bench.talk("paged", 3).await;
    let all = bench.events("paged").await;
    let mut request = ListCallEventsRequest {
        call_id: "paged".into(),
        page_size: 2,
        ..ListCallEventsRequest::default()
    };
    let mut paged = Vec::new();
    loop {
        let page = bench.calls().list_call_events(request.clone()).await.unwrap().into_inner();
        assert!(page.events.len() <= 2);
        paged.extend(page.events);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(paged, all);
    request.call_id = "nobody".into();
    request.page_token = String::new();
    let status = bench.calls().list_call_events(request).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_corrects_a_live_call_and_no_other() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("human")).await;
    phone.say(1, 1000).await;
    phone.quiet(700).await;
    bench.until("human", |call| call.snapshot.is_some()).await;
    let correction = |call_id: &str| CorrectSnapshotRequest {
        call_id: call_id.into(),
        colour: v1::Colour::Blue.into(),
        ..CorrectSnapshotRequest::default()
    };
    let snapshot = bench.calls().correct_snapshot(correction("human")).await.unwrap().into_inner();
    let colour = snapshot.colour.unwrap();
    assert_eq!((colour.colour(), colour.corrected), (v1::Colour::Blue, true));
    let call = bench.calls().get_call(get("human")).await.unwrap().into_inner();
    assert_eq!(call.snapshot.unwrap().colour.unwrap().colour(), v1::Colour::Blue);

    let wrong = [
        (CorrectSnapshotRequest { colour: 0, ..correction("human") }, "INVALID_FEEDBACK"),
        (CorrectSnapshotRequest { colour: 5, ..correction("human") }, "INVALID_FEEDBACK"),
        (CorrectSnapshotRequest { mood: -1, ..correction("human") }, "INVALID_FEEDBACK"),
    ];
    for (request, reason) in wrong {
        let status = bench.calls().correct_snapshot(request).await.unwrap_err();
        assert_eq!(refusal(&status), (Code::InvalidArgument, reason.into()));
    }
    let status = bench.calls().correct_snapshot(correction("nobody")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::NotFound, "CALL_NOT_FOUND".into()));
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let status = bench.calls().correct_snapshot(correction("human")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::FailedPrecondition, "CALL_ENDED".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_on_a_card_is_recorded() {
    use attune_models::recogniser::scripted::ScriptedModel;
    let angry = "this is the third time i call about the same wrong bill and i am really angry";
    let model = ScriptedModel::in_order(vec![angry; 20]);
    let bench = Setup { model, ..Setup::default() }.start().await;
    let mut phone = Phone::call(&bench, config("cards")).await;
    for _ in 0..6 {
        phone.say(1, 3000).await;
        phone.quiet(800).await;
    }
    bench.until("cards", |_| true).await;
    let mut card = None;
    crate::testing::within(async {
        while card.is_none() {
            let events = bench.events("cards").await;
            card = events.iter().find_map(|event| match &event.body {
                Some(Body::Suggestion(card)) => Some(card.suggestion_id.clone()),
                _ => None,
            });
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    let feedback = |suggestion_id: &str, kind: FeedbackKind| RecordFeedbackRequest {
        call_id: "cards".into(),
        feedback: Some(SuggestionFeedback {
            suggestion_id: suggestion_id.into(),
            kind: kind.into(),
            reason: String::new(),
        }),
    };
    let card = card.unwrap();
    bench.calls().record_feedback(feedback(&card, FeedbackKind::Used)).await.unwrap();
    let events = bench.events("cards").await;
    assert!(events.iter().any(|event| matches!(&event.body,
        Some(Body::Feedback(given)) if given.suggestion_id == card
            && given.kind() == FeedbackKind::Used)));

    let wrong = [
        (feedback("s-999", FeedbackKind::Used), Code::NotFound, "SUGGESTION_NOT_FOUND"),
        (feedback("card", FeedbackKind::Used), Code::InvalidArgument, "INVALID_FEEDBACK"),
        (feedback(&card, FeedbackKind::Unspecified), Code::InvalidArgument, "INVALID_FEEDBACK"),
    ];
    for (request, code, reason) in wrong {
        let status = bench.calls().record_feedback(request).await.unwrap_err();
        assert_eq!(refusal(&status), (code, reason.into()));
    }
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let late = bench.calls().record_feedback(feedback(&card, FeedbackKind::Used)).await;
    assert_eq!(refusal(&late.unwrap_err()), (Code::FailedPrecondition, "CALL_ENDED".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_note_becomes_a_card_of_the_live_call_and_of_its_log() {
    let bench = Setup::default().start().await;
    let mut phone = Phone::call(&bench, config("coached")).await;
    phone.until(|_| true).await;
    let note = |text: &str| v1::SendNoteRequest { call_id: "coached".into(), text: text.into() };
    for text in ["", "  ", &"a".repeat(281), "bell\u{7}"] {
        let status = bench.calls().send_note(note(text)).await.unwrap_err();
        assert_eq!(refusal(&status), (Code::InvalidArgument, "INVALID_NOTE".into()));
    }
    let sent = bench.calls().send_note(note("  offer a\ncall back ")).await.unwrap().into_inner();
    let call = bench.calls().get_call(get("coached")).await.unwrap().into_inner();
    assert_eq!((call.suggestions_shown, call.suggestions_used), (1, 0));
    let feedback = SuggestionFeedback {
        suggestion_id: sent.suggestion_id.clone(),
        kind: FeedbackKind::Used.into(),
        reason: String::new(),
    };
    let used = RecordFeedbackRequest { call_id: "coached".into(), feedback: Some(feedback) };
    bench.calls().record_feedback(used).await.unwrap();
    phone.hang_up().await;
    assert!(phone.rest().await.unwrap());
    let events = bench.events("coached").await;
    crate::testing::assert_whole(&events);
    let cards: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.body {
            Some(Body::Suggestion(card)) => Some((card.say.as_str(), card.from_person)),
            _ => None,
        })
        .collect();
    assert_eq!(cards, [("offer a call back", true)]);
    let call = bench.calls().get_call(get("coached")).await.unwrap().into_inner();
    assert_eq!((call.suggestions_shown, call.suggestions_used), (1, 1));
    let status = bench.calls().send_note(note("too late")).await.unwrap_err();
    assert_eq!(refusal(&status), (Code::FailedPrecondition, "CALL_ENDED".into()));
}

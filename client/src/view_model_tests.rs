//! Folding events into the view.

use std::time::Duration;

use attune_proto::v1::speech_activity::SpeechEventType;
use attune_proto::v1::{CallState, FeedbackKind, Side, WithdrawReason};

use super::{Content, Slot};
use crate::fixture::{
    angry_snapshot, card, ended, feedback, folded, opening, partial, read, said, speech, withdrawn,
};

fn texts(view: &super::CallView) -> Vec<String> {
    view.lines
        .iter()
        .map(|line| match &line.content {
            Content::Final { text, .. } => text.clone(),
            Content::Partial { text, .. } => format!("~{text}"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn the_transcript_is_in_order_of_speech_not_of_arrival() {
    let view = folded(&[
        said("agent-1", Side::Agent, 3000, 4000, "second"),
        said("caller-1", Side::Caller, 1000, 6000, "first"),
    ]);
    assert_eq!(texts(&view), ["first", "second"]);
    assert_eq!(view.clock, Duration::from_millis(6500));
}

#[test]
fn a_partial_grows_and_the_final_takes_its_place() {
    let mut events = opening();
    events.push(partial("caller-2", Side::Caller, 8000, "i want it fixed by friday"));
    let view = folded(&events);
    assert_eq!(texts(&view).last().map(String::as_str), Some("~i want it fixed by friday"));
    events.push(said("caller-2", Side::Caller, 8000, 10_000, "i want it fixed by friday"));
    events.push(partial("caller-2", Side::Caller, 8000, "i want it fixed by fri"));
    let view = folded(&events);
    assert_eq!(texts(&view).len(), 3);
    assert_eq!(texts(&view).last().map(String::as_str), Some("i want it fixed by friday"));
}

#[test]
fn a_partial_that_never_became_final_goes_with_the_next_final_of_its_side() {
    let view = folded(&[
        partial("caller-1", Side::Caller, 1000, "uh"),
        partial("agent-1", Side::Agent, 1200, "yes"),
        said("caller-2", Side::Caller, 2000, 3000, "hello"),
    ]);
    assert_eq!(texts(&view), ["~yes", "hello"]);
}

#[test]
fn the_words_that_triggered_a_card_are_marked() {
    let view = folded(&opening());
    let Content::Final { text, marks, triggered } = &view.lines[1].content else { panic!() };
    assert!(triggered);
    let marked: Vec<&str> = marks.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(marked, ["third time"]);
}

#[test]
fn cards_keep_their_places() {
    let mut events = opening();
    events.push(card("s-2", 9000, "", &[]));
    events.push(withdrawn("s-1", 10_000, WithdrawReason::CallerChanged, "mood is now neutral"));
    let view = folded(&events);
    let now = Duration::from_secs(11);
    assert!(
        matches!(view.slot(0, now), Slot::Farewell(_, gone) if gone.detail.contains("neutral"))
    );
    assert!(
        matches!(view.slot(1, now), Slot::Card(card) if card.suggestion.suggestion_id == "s-2")
    );
    assert!(matches!(view.slot(2, now), Slot::Empty));
    assert!(matches!(view.slot(0, Duration::from_secs(16)), Slot::Empty));
    assert_eq!(view.card_at(0), None);
    assert_eq!(view.card_at(1), Some("s-2"));
    assert_eq!(view.withdrawn(), 1);

    // The next one takes the place that was never used; the one after it that of the farewell.
    events.push(card("s-3", 11_000, "", &[]));
    events.push(card("s-4", 12_000, "", &[]));
    let view = folded(&events);
    assert_eq!(view.card_at(2), Some("s-3"));
    assert_eq!(view.card_at(0), Some("s-4"));
}

#[test]
fn used_and_dismissed_cards_are_not_counted_as_withdrawn() {
    let mut events = opening();
    events.push(feedback("s-1", 8000, FeedbackKind::Used));
    events.push(withdrawn("s-1", 8000, WithdrawReason::Used, ""));
    let view = folded(&events);
    assert!(view.cards[0].used);
    assert!(!view.cards[0].dismissed);
    assert_eq!(view.withdrawn(), 0);
}

#[test]
fn a_card_runs_out() {
    let view = folded(&opening());
    let (left, share) = view.cards[0].remaining(Duration::from_millis(20_000));
    assert_eq!(left, Duration::from_millis(12_500));
    assert!((share - 0.5).abs() < 1e-6);
    assert_eq!(view.cards[0].remaining(Duration::from_secs(60)).0, Duration::ZERO);
}

#[test]
fn speaking_follows_the_hints_and_valence_the_readings() {
    let mut events = opening();
    events.push(speech(Side::Caller, 8000, SpeechEventType::SpeechActivityBegin));
    events.push(read(9000, angry_snapshot()));
    let view = folded(&events);
    assert_eq!(view.speaking, [true, false]);
    assert_eq!(view.valence.len(), 2);
    events.push(speech(Side::Caller, 9000, SpeechEventType::SpeechActivityEnd));
    assert_eq!(folded(&events).speaking, [false, false]);
}

#[test]
fn the_end_leaves_no_partials() {
    let mut events = opening();
    events.push(ended(20_000));
    let view = folded(&events);
    assert_eq!(view.state, CallState::Ended);
    assert!(view.end.is_some());
    assert!(texts(&view).iter().all(|text| !text.starts_with('~')));
}

#[test]
fn a_call_without_a_summary_still_has_a_length() {
    let body = attune_proto::v1::CallEnded {
        reason: attune_proto::v1::EndReason::Failed.into(),
        summary: None,
    };
    let mut events = opening();
    events.push(crate::fixture::at(20_000, attune_proto::v1::call_event::Body::Ended(body)));
    let lines = crate::view::plain_summary(&folded(&events), crate::words::Lang::En.words());
    assert!(lines[1].contains("0:20 (the server failed)"), "{lines:?}");
}

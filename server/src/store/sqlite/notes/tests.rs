#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::{
    Call, CallEnded, CallEvent, CallStarted, CallSummary, FeedbackKind, Guidance, Mood, Snapshot,
    Suggestion, SuggestionFeedback, SuggestionWithdrawn, WithdrawReason,
};

use super::{held_out, records};
use crate::store::sqlite::SqliteStore;
use crate::store::{Append, EventStore, NoteStore, Notes, StoredMark};

/// The events of a call as they come, in batches.
fn append(store: &mut SqliteStore, id: &str, batches: Vec<Vec<Body>>) {
    let mut call = Call { call_id: id.into(), language_code: "en".into(), ..Call::default() };
    for batch in batches {
        let mut events = Vec::new();
        for body in batch {
            call.last_sequence += 1;
            if let Body::Snapshot(snapshot) = &body {
                call.snapshot = Some(snapshot.clone());
            }
            let event = CallEvent {
                call_id: id.into(),
                sequence: call.last_sequence,
                body: Some(body),
                ..CallEvent::default()
            };
            events.push(Arc::new(event));
        }
        let append = Append {
            call: Arc::new(call.clone()),
            caller: None,
            events,
            mark: Arc::new(StoredMark::default()),
        };
        store.append(std::slice::from_ref(&append)).unwrap();
        // As after a write of which nobody knows whether it went through.
        store.append(std::slice::from_ref(&append)).unwrap();
    }
}

fn started(held_out: bool) -> Body {
    let guidance = Some(Guidance { held_out, ..Guidance::default() });
    Body::Started(CallStarted { language_code: "en".into(), guidance, ..CallStarted::default() })
}

fn shown(id: &str, note: &str) -> Body {
    Body::Suggestion(Suggestion {
        suggestion_id: id.into(),
        note_id: note.into(),
        suggestion_class: 1,
        ..Suggestion::default()
    })
}

fn gone(id: &str, reason: WithdrawReason) -> Body {
    let gone = SuggestionWithdrawn {
        suggestion_id: id.into(),
        reason: reason.into(),
        ..Default::default()
    };
    Body::SuggestionWithdrawn(gone)
}

fn word(id: &str, kind: FeedbackKind, reason: &str) -> Body {
    Body::Feedback(SuggestionFeedback {
        suggestion_id: id.into(),
        kind: kind.into(),
        reason: reason.into(),
    })
}

fn read(mood: Mood) -> Body {
    let mood = Some(attune_proto::v1::CallerMood { mood: mood.into(), ..Default::default() });
    Body::Snapshot(Snapshot { mood, ..Snapshot::default() })
}

fn ended(seconds: i64, valence: f32) -> Body {
    let duration = Some(prost_types::Duration { seconds, nanos: 0 });
    let snapshot = Some(Snapshot::default());
    let summary =
        CallSummary { duration, valence_last: valence, snapshot, ..CallSummary::default() };
    Body::Ended(CallEnded { summary: Some(summary), ..CallEnded::default() })
}

fn english() -> Notes {
    Notes { project: String::new(), language: "en".into() }
}

#[test]
fn every_card_is_counted_once_and_a_late_word_counts_instead() {
    let mut store = SqliteStore::in_memory().unwrap();
    append(
        &mut store,
        "c",
        vec![
            vec![started(false), read(Mood::Angry)],
            vec![shown("s-1", "a"), read(Mood::Worried)],
            vec![shown("s-2", "a"), gone("s-1", WithdrawReason::Expired)],
            vec![word("s-1", FeedbackKind::Dismissed, "not now")],
            vec![word("s-2", FeedbackKind::Used, ""), gone("s-2", WithdrawReason::Used)],
            vec![shown("s-3", "b"), gone("s-3", WithdrawReason::CallEnded)],
        ],
    );
    let tallies = store.tallies(&english()).unwrap();
    let of = |note: &str| {
        let tally = tallies[note];
        (tally.shown, tally.used, tally.dismissed, tally.expired)
    };
    assert_eq!((of("a"), of("b")), ((2, 1, 1, 0), (1, 0, 0, 0)));
    assert!(store.tallies(&Notes { language: "de".into(), ..english() }).unwrap().is_empty());
    let kept: Vec<(String, i32, String)> = store
        .connection()
        .prepare("SELECT card, mood, reason FROM cards ORDER BY card")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let card = |id: &str, mood: Mood, reason: &str| (id.into(), mood.into(), reason.into());
    assert_eq!(
        kept,
        [
            card("s-1", Mood::Angry, "not now"),
            card("s-2", Mood::Worried, ""),
            card("s-3", Mood::Worried, "")
        ]
    );
}

#[test]
fn calls_are_compared_by_note_and_by_chance() {
    let mut store = SqliteStore::in_memory().unwrap();
    for (n, (used, held_out)) in
        [(true, false), (true, false), (false, false), (false, true)].into_iter().enumerate()
    {
        let outcome = if used { WithdrawReason::Used } else { WithdrawReason::Expired };
        let cards = if held_out {
            Vec::new()
        } else {
            vec![shown("s-1", "a"), gone("s-1", outcome), shown("s-2", "a")]
        };
        let length = 100 * (n as i64 + 1);
        let all = [vec![started(held_out)], cards, vec![ended(length, 0.25)]].concat();
        append(&mut store, &format!("c-{n}"), vec![all]);
    }
    let record = records(store.connection(), &english()).unwrap()["a"].clone();
    assert_eq!((record.tally.shown, record.tally.used, record.class), (6, 2, 1));
    let [with, without] = record.calls.handle_time;
    assert_eq!((with.count, with.sum, with.squares), (2.0, 300.0, 50_000.0));
    assert_eq!((without.count, without.sum), (1.0, 300.0));
    let [advised, spared] = held_out(store.connection(), &english()).unwrap().handle_time;
    assert_eq!((advised.count, advised.sum), (3.0, 600.0));
    assert_eq!((spared.count, spared.sum), (1.0, 400.0));
    assert_eq!(held_out(store.connection(), &english()).unwrap().final_valence[0].sum, 0.75);
}

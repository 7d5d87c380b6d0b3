//! Events of a small call, for tests.

use std::time::Duration;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::speech_activity::SpeechEventType;
use attune_proto::v1::{
    Alert, AlertKind, CallEnded, CallEvent, CallStarted, CallSummary, CallerMood, CallerType,
    CallerTypeReading, Colour, ColourReading, Cue, CueSource, CueWeight, EndReason, FeedbackKind,
    Mood, Motive, MotiveReading, PartialTranscript, Phase, Side, Snapshot, SpeechActivity,
    Suggestion, SuggestionClass, SuggestionFeedback, SuggestionWithdrawn, Transcript, Trend,
    WithdrawReason,
};

use crate::time::to_proto;
use crate::view_model::CallView;

pub(crate) fn at(millis: u64, body: Body) -> CallEvent {
    CallEvent {
        call_id: "c1".into(),
        offset: Some(to_proto(Duration::from_millis(millis))),
        body: Some(body),
        ..CallEvent::default()
    }
}

pub(crate) fn started() -> CallEvent {
    let body = CallStarted { language_code: "en".into(), ..CallStarted::default() };
    at(0, Body::Started(body))
}

pub(crate) fn said(id: &str, side: Side, start: u64, end: u64, text: &str) -> CallEvent {
    let body = Transcript {
        utterance_id: id.into(),
        side: side.into(),
        start_offset: Some(to_proto(Duration::from_millis(start))),
        end_offset: Some(to_proto(Duration::from_millis(end))),
        text: text.into(),
        unintelligible: text.is_empty(),
        ..Transcript::default()
    };
    at(end + 500, Body::Transcript(body))
}

pub(crate) fn partial(id: &str, side: Side, start: u64, text: &str) -> CallEvent {
    let body = PartialTranscript {
        utterance_id: id.into(),
        side: side.into(),
        start_offset: Some(to_proto(Duration::from_millis(start))),
        text: text.into(),
        stable_text: text.split_inclusive(' ').take(2).collect::<String>().trim_end().into(),
        stability: 0.5,
    };
    at(start + 800, Body::Partial(body))
}

pub(crate) fn speech(side: Side, millis: u64, kind: SpeechEventType) -> CallEvent {
    let body = SpeechActivity { side: side.into(), speech_event_type: kind.into() };
    at(millis, Body::SpeechActivity(body))
}

pub(crate) fn angry_snapshot() -> Snapshot {
    Snapshot {
        offset: None,
        mood: Some(CallerMood {
            valence: -0.62,
            arousal: 0.5,
            mood: Mood::Angry.into(),
            confidence: 0.71,
            trend: Trend::Worsening.into(),
            escalating: true,
            ..CallerMood::default()
        }),
        colour: Some(ColourReading {
            colour: Colour::Red.into(),
            confidence: 0.81,
            posterior: vec![0.81, 0.07, 0.04, 0.08],
            corrected: false,
        }),
        motive: Some(MotiveReading {
            motive: Motive::Unspecified.into(),
            confidence: 0.31,
            posterior: vec![0.1, 0.1, 0.15, 0.14, 0.31, 0.2],
            corrected: false,
        }),
        caller_type: Some(CallerTypeReading {
            caller_type: CallerType::Grievance.into(),
            confidence: 0.66,
            posterior: vec![0.2, 0.08, 0.66, 0.06],
            corrected: false,
        }),
        phase: Phase::Concern.into(),
        evidence: vec![Cue {
            cue_id: "words.repeated_contact".into(),
            source: CueSource::Words.into(),
            utterance_id: "caller-1".into(),
            evidence: "third time".into(),
            weights: vec![CueWeight { target: "caller_type.grievance".into(), weight: 1.2 }],
            measurement: None,
        }],
        caller_turns: 1,
        accounts: None,
        views: Vec::new(),
    }
}

pub(crate) fn alert(millis: u64, kind: AlertKind, evidence: &str) -> CallEvent {
    let body = Alert { kind: kind.into(), evidence: evidence.into(), ..Alert::default() };
    at(millis, Body::Alert(body))
}

pub(crate) fn read(millis: u64, snapshot: Snapshot) -> CallEvent {
    at(millis, Body::Snapshot(snapshot))
}

pub(crate) fn card(id: &str, millis: u64, utterance: &str, evidence: &[&str]) -> CallEvent {
    let body = Suggestion {
        suggestion_id: id.into(),
        note_id: "thank-for-report".into(),
        suggestion_class: SuggestionClass::Empathy.into(),
        say: "Thank you for telling us. Three failures in a month is too many.".into(),
        why: "A real mistake of ours: thank, then repair".into(),
        evidence: evidence.iter().map(|line| (*line).to_owned()).collect(),
        priority: 50,
        shown_offset: Some(to_proto(Duration::from_millis(millis))),
        expire_offset: Some(to_proto(Duration::from_millis(millis + 25_000))),
        utterance_id: utterance.into(),
        from_person: false,
    };
    at(millis, Body::Suggestion(body))
}

pub(crate) fn withdrawn(id: &str, millis: u64, reason: WithdrawReason, detail: &str) -> CallEvent {
    let body = SuggestionWithdrawn {
        suggestion_id: id.into(),
        reason: reason.into(),
        detail: detail.into(),
    };
    at(millis, Body::SuggestionWithdrawn(body))
}

pub(crate) fn feedback(id: &str, millis: u64, kind: FeedbackKind) -> CallEvent {
    let body =
        SuggestionFeedback { suggestion_id: id.into(), kind: kind.into(), reason: String::new() };
    at(millis, Body::Feedback(body))
}

pub(crate) fn ended(millis: u64) -> CallEvent {
    let summary = CallSummary {
        duration: Some(to_proto(Duration::from_millis(millis))),
        caller_utterances: 1,
        agent_utterances: 1,
        caller_talk: Some(to_proto(Duration::from_secs(5))),
        agent_talk: Some(to_proto(Duration::from_secs(7))),
        valence_first: -0.62,
        valence_last: 0.4,
        ..CallSummary::default()
    };
    let body = CallEnded { reason: EndReason::HangUp.into(), summary: Some(summary) };
    at(millis, Body::Ended(body))
}

/// A caller complains, is read, and a card appears.
pub(crate) fn opening() -> Vec<CallEvent> {
    vec![
        started(),
        said("agent-1", Side::Agent, 600, 3000, "good morning how can i help you"),
        said("caller-1", Side::Caller, 4000, 7000, "my internet is down for the third time"),
        read(7500, angry_snapshot()),
        card("s-1", 7500, "caller-1", &["said: third time", "caller_type.grievance 0.66"]),
        partial("caller-2", Side::Caller, 8000, "i want it fixed"),
    ]
}

/// The state after these events.
pub(crate) fn folded(events: &[CallEvent]) -> CallView {
    let mut view = CallView::new("c1");
    for event in events {
        view.fold(event);
    }
    view
}

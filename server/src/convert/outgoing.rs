//! Events and readings, as the API says them.

use std::time::{Duration, SystemTime};

use attune_audio::units::{Side, StreamTime};
use attune_audio::utterance::UtteranceId;
use attune_models::account::{Accounts, Part};
use attune_models::alert::{Alert, AlertKind};
use attune_models::category::{Category, Colour, Motive, Posterior};
use attune_models::event::{EndReason, Event, EventBody, Hint, Summary};
use attune_models::snapshot::{Cue, CueSource, Measured, MoodReading, Reading, Snapshot, Target};
use attune_models::suggestion::{
    CardChange, Feedback, FeedbackKind, Suggestion, SuggestionClass, WithdrawReason,
};
use attune_models::transcript::Transcript;
use attune_models::view::ViewReading;
use attune_proto::v1::{self, call_event::Body};

use super::{CallNames, Position, guidance};

/// A call that begins now.
pub(crate) fn new_call(names: &CallNames, now: SystemTime) -> v1::Call {
    v1::Call {
        call_id: names.call_id.clone(),
        state: v1::CallState::Live.into(),
        language_code: names.language.code().into(),
        project: names.project.clone(),
        agent_id: names.agent_id.clone(),
        start_time: Some(now.into()),
        duration: Some(prost_types::Duration::default()),
        ..v1::Call::default()
    }
}

/// A numbered event.
pub(crate) fn event(names: &CallNames, event: &Event, now: SystemTime) -> v1::CallEvent {
    let body = match &event.body {
        EventBody::Started { language, facts, guidance } => Body::Started(v1::CallStarted {
            language_code: language.code().into(),
            project: names.project.clone(),
            agent_id: names.agent_id.clone(),
            facts: guidance::facts_out(facts),
            guidance: guidance::guidance_out(guidance),
        }),
        EventBody::LanguageChanged { language } => {
            Body::LanguageChanged(v1::LanguageChanged { language_code: language.code().into() })
        }
        EventBody::Transcript(transcript) => Body::Transcript(transcript_out(transcript)),
        EventBody::Gap { side, span } => Body::Gap(v1::AudioGap {
            side: side_out(*side),
            start_offset: time_out(span.start),
            end_offset: time_out(span.end),
        }),
        EventBody::Dtmf { side } => Body::Dtmf(v1::Dtmf { side: side_out(*side) }),
        EventBody::Alert(alert) => Body::Alert(alert_out(alert, event.at)),
        EventBody::Snapshot(snapshot) => Body::Snapshot(snapshot_out(snapshot)),
        EventBody::Card(CardChange::Shown(card)) => Body::Suggestion(suggestion_out(card)),
        EventBody::Card(CardChange::Withdrawn { id, reason, detail }) => {
            Body::SuggestionWithdrawn(v1::SuggestionWithdrawn {
                suggestion_id: id.to_string(),
                reason: withdraw_reason_out(*reason).into(),
                detail: detail.clone(),
            })
        }
        EventBody::Card(CardChange::Raised(raised)) => {
            Body::IssueRaised(guidance::raised_out(raised))
        }
        EventBody::Card(CardChange::Checklist(steps)) => {
            Body::Checklist(guidance::checklist_out(steps))
        }
        EventBody::Feedback(feedback) => Body::Feedback(feedback_out(feedback)),
        EventBody::Ended { reason, summary } => Body::Ended(v1::CallEnded {
            reason: end_reason_out(*reason).into(),
            summary: Some(summary_out(summary)),
        }),
    };
    wrap(names, event.sequence, event.at, now, body)
}

/// A hint: an event without a number.
pub(crate) fn hint(names: &CallNames, hint: &Hint, now: SystemTime) -> v1::CallEvent {
    use v1::speech_activity::SpeechEventType;
    let activity = |side: Side, kind: SpeechEventType| {
        Body::SpeechActivity(v1::SpeechActivity {
            side: side_out(side),
            speech_event_type: kind.into(),
        })
    };
    let (at, body) = match hint {
        Hint::SpeechBegan { side, at } => {
            (*at, activity(*side, SpeechEventType::SpeechActivityBegin))
        }
        Hint::SpeechEnded { side, at } => {
            (*at, activity(*side, SpeechEventType::SpeechActivityEnd))
        }
        Hint::Partial { utterance, start, text, stable, stability } => {
            let partial = v1::PartialTranscript {
                utterance_id: utterance.to_string(),
                side: side_out(utterance.side),
                start_offset: time_out(*start),
                text: text.reveal().clone(),
                stability: *stability,
                stable_text: stable.reveal().clone(),
            };
            (*start, Body::Partial(partial))
        }
    };
    wrap(names, 0, at, now, body)
}

/// The reading of a call now.
pub(crate) fn snapshot_out(snapshot: &Snapshot) -> v1::Snapshot {
    v1::Snapshot {
        offset: time_out(snapshot.at),
        mood: Some(mood_out(&snapshot.mood)),
        colour: Some(colour_out(&snapshot.colour)),
        motive: Some(motive_out(&snapshot.motive)),
        caller_type: Some(v1::CallerTypeReading {
            caller_type: value_out(&snapshot.caller_type),
            confidence: snapshot.caller_type.confidence().get(),
            posterior: posterior_out(&snapshot.caller_type.posterior),
            corrected: snapshot.caller_type.corrected,
        }),
        phase: number(snapshot.phase),
        evidence: snapshot.evidence.iter().map(cue_out).collect(),
        caller_turns: snapshot.caller_turns,
        accounts: Some(accounts_out(&snapshot.accounts)),
        views: snapshot.views.iter().map(view_out).collect(),
    }
}

/// The end of a call that the server failed on, numbered after the last event.
pub(crate) fn failed(names: &CallNames, last_sequence: u64, now: SystemTime) -> v1::CallEvent {
    let ended = v1::CallEnded { reason: v1::EndReason::Failed.into(), summary: None };
    v1::CallEvent {
        call_id: names.call_id.clone(),
        sequence: last_sequence + 1,
        offset: None,
        create_time: Some(now.into()),
        body: Some(Body::Ended(ended)),
    }
}

/// An acknowledgement.
pub(crate) fn response(
    call_id: &str,
    resume_token: &str,
    positions: &[Position],
    completed: bool,
) -> v1::StreamCallResponse {
    v1::StreamCallResponse {
        call_id: call_id.to_owned(),
        cursors: positions.iter().map(cursor).collect(),
        resume_token: resume_token.to_owned(),
        completed,
    }
}

fn cursor(position: &Position) -> v1::Cursor {
    v1::Cursor {
        channel_tag: position.channel.tag,
        received: time_out(position.received),
        r#final: time_out(position.finalised),
        last_sequence: position.last_sequence.and_then(|n| i64::try_from(n).ok()).unwrap_or(0),
    }
}

/// A media time on the API.
pub(crate) fn time_out(time: StreamTime) -> Option<prost_types::Duration> {
    length_out(time.since_start())
}

fn length_out(length: Duration) -> Option<prost_types::Duration> {
    let seconds = i64::try_from(length.as_secs()).unwrap_or(i64::MAX);
    // Below 10^9, so it fits.
    let nanos = i32::try_from(length.subsec_nanos()).unwrap_or(0);
    Some(prost_types::Duration { seconds, nanos })
}

fn wrap(
    names: &CallNames,
    sequence: u64,
    at: StreamTime,
    now: SystemTime,
    body: Body,
) -> v1::CallEvent {
    v1::CallEvent {
        call_id: names.call_id.clone(),
        sequence,
        offset: time_out(at),
        create_time: Some(now.into()),
        body: Some(body),
    }
}

pub(super) fn side_out(side: Side) -> i32 {
    match side {
        Side::Caller => v1::Side::Caller,
        Side::Agent => v1::Side::Agent,
        Side::Mixed => v1::Side::Unspecified,
    }
    .into()
}

pub(super) fn utterance_out(utterance: Option<UtteranceId>) -> String {
    utterance.map_or_else(String::new, |utterance| utterance.to_string())
}

fn transcript_out(transcript: &Transcript) -> v1::Transcript {
    v1::Transcript {
        utterance_id: transcript.utterance.to_string(),
        side: side_out(transcript.utterance.side),
        start_offset: time_out(transcript.span.start),
        end_offset: time_out(transcript.span.end),
        text: transcript.words().to_owned(),
        confidence: transcript.confidence.get(),
        unintelligible: transcript.text.is_none(),
        language_code: transcript.language.code().into(),
    }
}

/// The API's number of a class; the tests hold every list against the API's names.
pub(super) fn number<C: Category>(class: C) -> i32 {
    i32::try_from(class.index() + 1).unwrap_or(0)
}

fn value_out<C: Category>(reading: &Reading<C>) -> i32 {
    reading.value.map_or(0, number)
}

fn posterior_out<C: Category>(posterior: &Posterior<C>) -> Vec<f32> {
    posterior.values().to_vec()
}

pub(super) fn colour_out(reading: &Reading<Colour>) -> v1::ColourReading {
    v1::ColourReading {
        colour: value_out(reading),
        confidence: reading.confidence().get(),
        posterior: posterior_out(&reading.posterior),
        corrected: reading.corrected,
    }
}

pub(super) fn motive_out(reading: &Reading<Motive>) -> v1::MotiveReading {
    v1::MotiveReading {
        motive: value_out(reading),
        confidence: reading.confidence().get(),
        posterior: posterior_out(&reading.posterior),
        corrected: reading.corrected,
    }
}

fn mood_out(mood: &MoodReading) -> v1::CallerMood {
    v1::CallerMood {
        valence: mood.valence,
        arousal: mood.arousal,
        valence_deviation: mood.valence_deviation,
        arousal_deviation: mood.arousal_deviation,
        mood: value_out(&mood.category),
        confidence: mood.category.confidence().get(),
        posterior: posterior_out(&mood.category.posterior),
        trend: mood.trend.map_or(0, number),
        escalating: mood.escalating,
    }
}

fn cue_out(cue: &Cue) -> v1::Cue {
    let weight =
        |(target, weight): &(Target, f32)| v1::CueWeight { target: target.key(), weight: *weight };
    v1::Cue {
        cue_id: cue.id.clone(),
        source: source_out(cue.source).into(),
        utterance_id: cue.utterance.to_string(),
        evidence: cue.evidence.reveal().clone(),
        weights: cue.weights.iter().map(weight).collect(),
        measurement: cue.measured.as_ref().map(measurement_out),
    }
}

fn source_out(source: CueSource) -> v1::CueSource {
    match source {
        CueSource::Words => v1::CueSource::Words,
        CueSource::Voice => v1::CueSource::Voice,
        CueSource::Conduct => v1::CueSource::Conduct,
    }
}

fn measurement_out(measured: &Measured) -> v1::Measurement {
    let Measured { value, unit, usual } = *measured;
    v1::Measurement { value, unit: unit.into(), usual }
}

fn view_out(read: &ViewReading) -> v1::ViewReading {
    v1::ViewReading {
        view: read.view.key().into(),
        value: read.value(),
        confidences: read.marks.iter().map(|(_, confidence)| confidence.get()).collect(),
    }
}

fn accounts_out(accounts: &Accounts) -> v1::ReadingAccounts {
    v1::ReadingAccounts {
        mood: Some(account_out(&accounts.mood)),
        valence: Some(account_out(&accounts.valence)),
        arousal: Some(account_out(&accounts.arousal)),
        colour: Some(account_out(&accounts.colour)),
        motive: Some(account_out(&accounts.motive)),
        caller_type: Some(account_out(&accounts.caller_type)),
    }
}

fn account_out(parts: &[Part]) -> v1::ReadingAccount {
    let part = |part: &Part| v1::ReadingPart {
        cue_id: part.id.clone(),
        source: part.source.map_or(0, |source| source_out(source).into()),
        utterance_id: part.utterance.map(|id| id.to_string()).unwrap_or_default(),
        offset: part.at.and_then(time_out),
        evidence: part.evidence.reveal().clone(),
        measurement: part.measured.as_ref().map(measurement_out),
        adds: part.adds.clone(),
    };
    v1::ReadingAccount { parts: parts.iter().map(part).collect() }
}

/// The API's class of a note.
pub(super) fn class_out(class: SuggestionClass) -> v1::SuggestionClass {
    match class {
        SuggestionClass::Empathy => v1::SuggestionClass::Empathy,
        SuggestionClass::Solution => v1::SuggestionClass::Solution,
        SuggestionClass::Compliance => v1::SuggestionClass::Compliance,
        SuggestionClass::NextIssue => v1::SuggestionClass::NextIssue,
        SuggestionClass::Offer => v1::SuggestionClass::Offer,
        SuggestionClass::PositiveLanguage => v1::SuggestionClass::PositiveLanguage,
        SuggestionClass::HearAndUnderstand => v1::SuggestionClass::HearAndUnderstand,
        SuggestionClass::Checklist => v1::SuggestionClass::Checklist,
    }
}

fn suggestion_out(card: &Suggestion) -> v1::Suggestion {
    v1::Suggestion {
        suggestion_id: card.id.to_string(),
        note_id: card.note.clone(),
        suggestion_class: class_out(card.class).into(),
        say: card.say.clone(),
        why: card.why.clone(),
        evidence: card.evidence.iter().map(|evidence| evidence.reveal().clone()).collect(),
        priority: card.priority,
        shown_offset: time_out(card.shown),
        expire_offset: time_out(card.expires),
        utterance_id: utterance_out(card.utterance),
        from_person: card.from_person,
    }
}

fn alert_out(alert: &Alert, at: StreamTime) -> v1::Alert {
    let kind = match alert.kind {
        AlertKind::SelfHarm => v1::AlertKind::SelfHarm,
        AlertKind::Emergency => v1::AlertKind::Emergency,
        AlertKind::Note => v1::AlertKind::Note,
    };
    v1::Alert {
        kind: kind.into(),
        offset: time_out(at),
        evidence: alert.evidence.reveal().clone(),
        utterance_id: utterance_out(alert.utterance),
        note_id: alert.note.clone().unwrap_or_default(),
    }
}

fn withdraw_reason_out(reason: WithdrawReason) -> v1::WithdrawReason {
    match reason {
        WithdrawReason::Expired => v1::WithdrawReason::Expired,
        WithdrawReason::CallerChanged => v1::WithdrawReason::CallerChanged,
        WithdrawReason::Replaced => v1::WithdrawReason::Replaced,
        WithdrawReason::Used => v1::WithdrawReason::Used,
        WithdrawReason::Dismissed => v1::WithdrawReason::Dismissed,
        WithdrawReason::CallEnded => v1::WithdrawReason::CallEnded,
    }
}

fn feedback_out(feedback: &Feedback) -> v1::SuggestionFeedback {
    let (kind, reason) = match &feedback.kind {
        FeedbackKind::Shown => (v1::FeedbackKind::Shown, String::new()),
        FeedbackKind::Used => (v1::FeedbackKind::Used, String::new()),
        FeedbackKind::Dismissed { reason } => {
            (v1::FeedbackKind::Dismissed, reason.reveal().clone())
        }
    };
    v1::SuggestionFeedback {
        suggestion_id: feedback.suggestion.to_string(),
        kind: kind.into(),
        reason,
    }
}

fn end_reason_out(reason: EndReason) -> v1::EndReason {
    match reason {
        EndReason::HangUp => v1::EndReason::HangUp,
        EndReason::StreamLost => v1::EndReason::StreamLost,
        EndReason::Drained => v1::EndReason::Drained,
    }
}

fn summary_out(summary: &Summary) -> v1::CallSummary {
    v1::CallSummary {
        duration: length_out(summary.duration),
        caller_utterances: summary.caller_utterances,
        agent_utterances: summary.agent_utterances,
        caller_talk: length_out(summary.caller_talk),
        agent_talk: length_out(summary.agent_talk),
        overtalk: length_out(summary.overtalk),
        suggestions_shown: summary.suggestions_shown,
        suggestions_used: summary.suggestions_used,
        suggestions_dismissed: summary.suggestions_dismissed,
        valence_first: summary.valence_first,
        valence_last: summary.valence_last,
        snapshot: summary.snapshot.as_ref().map(snapshot_out),
        gaps: length_out(summary.gaps),
    }
}

/// An event of a replay.
pub(crate) fn replay_event(event: v1::CallEvent) -> v1::ReplayCallResponse {
    v1::ReplayCallResponse { payload: Some(v1::replay_call_response::Payload::Event(event)) }
}

/// How far a replay has got.
pub(crate) fn replay_progress(done: StreamTime) -> v1::ReplayCallResponse {
    let progress = v1::ReplayProgress { processed: time_out(done) };
    v1::ReplayCallResponse { payload: Some(v1::replay_call_response::Payload::Progress(progress)) }
}

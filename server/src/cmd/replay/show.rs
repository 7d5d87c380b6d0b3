//! Events for people.

use std::io::{self, Write};

use attune_models::category::Category;
use attune_models::event::{EndReason, Event, EventBody, Summary};
use attune_models::snapshot::{Reading, Snapshot};
use attune_models::suggestion::{CardChange, FeedbackKind, WithdrawReason};

/// Writes an event as one or two lines.
pub(crate) fn event(out: &mut impl Write, event: &Event) -> io::Result<()> {
    // Padding does not reach through the displays of times and sides.
    let at = event.at.to_string();
    match &event.body {
        EventBody::Started { language, guidance, .. } => {
            let held_out = if guidance.held_out { ", without advice" } else { "" };
            writeln!(out, "{at:>9}  call in {}{held_out}", language.code())
        }
        EventBody::LanguageChanged { language } => {
            writeln!(out, "{at:>9}  the call goes on in {}", language.code())
        }
        EventBody::Transcript(transcript) => {
            let words = match &transcript.text {
                Some(text) => text.reveal(),
                None => "(unintelligible)",
            };
            writeln!(out, "{at:>9}  {:<6}  {words}", transcript.utterance.side.key())
        }
        EventBody::Gap { side, span } => {
            let missing = span.length().as_millis();
            writeln!(out, "{at:>9}  {:<6}  (no audio for {missing} ms)", side.key())
        }
        EventBody::Dtmf { side } => writeln!(out, "{at:>9}  {:<6}  (key)", side.key()),
        EventBody::Alert(alert) => {
            writeln!(out, "{at:>9}  ALERT  {}: {}", alert.kind.key(), alert.evidence.reveal())
        }
        EventBody::Snapshot(snapshot) => writeln!(out, "{:>9}  {}", "", read(snapshot)),
        EventBody::Card(CardChange::Shown(card)) => {
            writeln!(out, "{at:>9}  + {}  “{}”", card.id, card.say)?;
            writeln!(out, "{:>9}         {}", "", card.why)
        }
        EventBody::Card(CardChange::Withdrawn { id, reason, detail }) => {
            writeln!(out, "{at:>9}  - {id}  {}: {detail}", withdrawn(*reason))
        }
        EventBody::Card(CardChange::Raised(raised)) => {
            writeln!(out, "{at:>9}  issue  {}: {}", raised.name, raised.words.reveal())
        }
        EventBody::Card(CardChange::Checklist(steps)) => {
            let done = steps.iter().filter(|step| step.done.is_some()).count();
            writeln!(out, "{at:>9}  steps  {done} of {} done", steps.len())
        }
        EventBody::Feedback(feedback) => {
            let kind = match feedback.kind {
                FeedbackKind::Shown => "seen",
                FeedbackKind::Used => "used",
                FeedbackKind::Dismissed { .. } => "dismissed",
            };
            writeln!(out, "{at:>9}    {}  {kind}", feedback.suggestion)
        }
        EventBody::Ended { reason, summary } => {
            writeln!(out, "{at:>9}  {}", ended(*reason))?;
            writeln!(out, "{:>9}  {}", "", summed(summary))
        }
    }
}

fn read(snapshot: &Snapshot) -> String {
    let mood = &snapshot.mood;
    format!(
        "{} (valence {:+.2}, arousal {:+.2}{})  {}  {}  {}",
        reading(&mood.category),
        mood.valence,
        mood.arousal,
        if mood.escalating { ", escalating" } else { "" },
        reading(&snapshot.colour),
        reading(&snapshot.motive),
        reading(&snapshot.caller_type),
    )
}

fn reading<C: Category>(reading: &Reading<C>) -> String {
    let percent = reading.confidence().get() * 100.0;
    match reading.value {
        Some(class) => format!("{} {percent:.0} %", class.key()),
        None => format!("{} ?", C::NAME),
    }
}

fn withdrawn(reason: WithdrawReason) -> &'static str {
    match reason {
        WithdrawReason::Expired => "expired",
        WithdrawReason::CallerChanged => "withdrawn",
        WithdrawReason::Replaced => "replaced",
        WithdrawReason::Used => "used",
        WithdrawReason::Dismissed => "dismissed",
        WithdrawReason::CallEnded => "call ended",
    }
}

fn ended(reason: EndReason) -> &'static str {
    match reason {
        EndReason::HangUp => "hung up",
        EndReason::StreamLost => "stream lost",
        EndReason::Drained => "drained",
    }
}

fn summed(summary: &Summary) -> String {
    format!(
        "caller {} utterances in {:.0} s, agent {} in {:.0} s; {} suggestions; valence {:+.2} at \
         the start, {:+.2} at the end",
        summary.caller_utterances,
        summary.caller_talk.as_secs_f64(),
        summary.agent_utterances,
        summary.agent_talk.as_secs_f64(),
        summary.suggestions_shown,
        summary.valence_first,
        summary.valence_last,
    )
}

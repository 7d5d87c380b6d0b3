//! One readable line per event.

use attune_proto::v1::call_event::Body;
use attune_proto::v1::{CallEvent, FeedbackKind, Side, Snapshot, Suggestion};

use crate::print::clean;
use crate::time::{clock_tenths, from_proto, seconds};
use crate::view::{arrow, reading, signed};
use crate::view_model::told;
use crate::words::{Words, fill};

/// The line of an event; hints have none.
pub(crate) fn event(event: &CallEvent, words: &'static Words) -> Option<String> {
    let body = event.body.as_ref()?;
    let (tag, text) = match body {
        Body::Started(started) => {
            let call: &dyn std::fmt::Display = &event.call_id;
            let mut text = fill(words.started_line, &[call, &started.language_code]);
            if started.guidance.as_ref().is_some_and(|guidance| guidance.held_out) {
                text.push_str(&format!(" ({})", words.without_advice));
            }
            (words.tag_call, text)
        }
        Body::LanguageChanged(changed) => {
            (words.tag_call, fill(words.language_line, &[&changed.language_code]))
        }
        Body::Transcript(said) => {
            let text = if said.unintelligible {
                words.unintelligible.to_owned()
            } else {
                said.text.clone()
            };
            (side(words, said.side()), text)
        }
        Body::Gap(gap) => {
            let (start, end) =
                (from_proto(gap.start_offset.as_ref()), from_proto(gap.end_offset.as_ref()));
            let missing = seconds(end.saturating_sub(start));
            (side(words, gap.side()), fill(words.audio_missing, &[&missing]))
        }
        Body::Dtmf(key) => (side(words, key.side()), words.key_pressed.to_owned()),
        Body::Alert(alert) => {
            (words.tag_alert, format!("! {}: {}", words.alert_name(alert.kind()), alert.evidence))
        }
        Body::Snapshot(snapshot) => (words.tag_reading, snapshot_text(snapshot, words)),
        Body::Suggestion(card) => (words.tag_card, card_text(card, words)),
        Body::SuggestionWithdrawn(gone) => {
            let reason = words.withdraw_reason(gone.reason());
            let detail = told(gone.reason(), &gone.detail);
            let detail = detail.map(|detail| format!(" – {detail}")).unwrap_or_default();
            (words.tag_gone, format!("{}: {reason}{detail}", gone.suggestion_id))
        }
        Body::IssueRaised(raised) => {
            (words.tag_issue, format!("{}: {}", raised.name, raised.evidence))
        }
        Body::Checklist(list) => {
            let done = list.steps.iter().filter(|step| step.done).count();
            (words.tag_steps, fill(words.steps_line, &[&done, &list.steps.len()]))
        }
        Body::Feedback(feedback) => {
            let kind = match feedback.kind() {
                FeedbackKind::Unspecified => words.unknown,
                FeedbackKind::Shown => words.shown,
                FeedbackKind::Used => words.used,
                FeedbackKind::Dismissed => words.dismissed,
            };
            (words.tag_feedback, format!("{}: {kind} {}", feedback.suggestion_id, feedback.reason))
        }
        Body::Ended(ended) => {
            (words.tag_call, fill(words.ended_line, &[&words.end_reason(ended.reason())]))
        }
        Body::SpeechActivity(_) | Body::Partial(_) => return None,
    };
    let at = clock_tenths(from_proto(event.offset.as_ref()));
    Some(format!("{at:>7}  {tag:<9} {}", clean(text.trim_end())))
}

fn side(words: &Words, side: Side) -> &'static str {
    words.side_name(side)
}

/// `Mood: angry 71 %, … ↘ worsening (valence −0.62) ! ESCALATING`
fn snapshot_text(snapshot: &Snapshot, words: &'static Words) -> String {
    let mut text = reading(snapshot, words);
    if let Some(mood) = &snapshot.mood {
        text.push_str(&format!("  {} {}", arrow(mood.trend()), signed(mood.valence)));
        if mood.escalating {
            text.push_str(&format!("  ! {}", words.escalating));
        }
    }
    text
}

/// `s-1 [empathy, 25 s] “Thank you …” – why (evidence)`
fn card_text(card: &Suggestion, words: &'static Words) -> String {
    let shown = from_proto(card.shown_offset.as_ref());
    let life = from_proto(card.expire_offset.as_ref()).saturating_sub(shown);
    let evidence = if card.evidence.is_empty() {
        String::new()
    } else {
        format!(" ({})", card.evidence.join("; "))
    };
    format!(
        "{} [{}, {} s] “{}” – {}: {}{evidence}",
        card.suggestion_id,
        words.class_name(card.suggestion_class()),
        life.as_secs(),
        card.say,
        words.because,
        card.why,
    )
}

#[cfg(test)]
mod tests {
    use attune_proto::v1::{AlertKind, CallEvent, FeedbackKind, Side, WithdrawReason};

    use super::event;
    use crate::fixture::{alert, ended, feedback, opening, said, withdrawn};
    use crate::words::Lang;

    fn lines(events: &[CallEvent], lang: Lang) -> Vec<String> {
        events.iter().filter_map(|e| event(e, lang.words())).collect()
    }

    #[test]
    fn a_call_reads_as_lines() {
        let mut events = opening();
        events.push(withdrawn("s-1", 9000, WithdrawReason::CallerChanged, "mood is now neutral"));
        events.push(feedback("s-1", 9500, FeedbackKind::Used));
        events.push(said("caller-2", Side::Caller, 9000, 9900, ""));
        events.push(ended(20_000));
        let lines = lines(&events, Lang::En);
        assert_eq!(lines[0], " 0:00.0  CALL      Call c1 started (en).");
        assert_eq!(lines[1], " 0:03.5  Agent     good morning how can i help you");
        assert!(lines[3].contains("READING   Mood: angry 71 %"), "{}", lines[3]);
        assert!(lines[3].ends_with("↘ −0.62  ! ESCALATING"), "{}", lines[3]);
        assert!(lines[4].contains("s-1 [empathy, 25 s] “Thank you"), "{}", lines[4]);
        assert!(lines[4].contains("(said: third time; "), "{}", lines[4]);
        assert_eq!(lines[5], " 0:09.0  GONE      s-1: the caller changed – mood is now neutral");
        assert_eq!(lines[6], " 0:09.5  FEEDBACK  s-1: used");
        assert_eq!(lines[7], " 0:10.4  Caller    (unintelligible)");
        assert_eq!(lines[8], " 0:20.0  CALL      Call ended: hung up.");
        assert_eq!(lines.len(), 9, "hints have no lines");
    }

    #[test]
    fn alerts_stand_out_in_both_languages() {
        let event = alert(9_000, AlertKind::SelfHarm, "nicht mehr leben");
        let line = |lang| lines(std::slice::from_ref(&event), lang).concat();
        assert_eq!(line(Lang::En), " 0:09.0  ALERT     ! risk of self-harm: nicht mehr leben");
        assert_eq!(line(Lang::De), " 0:09.0  ALARM     ! Selbstgefährdung: nicht mehr leben");
    }

    #[test]
    fn german_lines() {
        let lines = lines(&opening(), Lang::De);
        assert!(lines[2].contains("Anrufer   my internet"), "{}", lines[2]);
        assert!(lines[4].contains("KARTE"), "{}", lines[4]);
    }

    #[test]
    fn text_of_others_cannot_steer_the_terminal() {
        let lines = lines(&[said("a", Side::Agent, 0, 1, "x\u{1b}]0;title\u{7}")], Lang::En);
        assert!(!lines[0].chars().any(char::is_control), "{:?}", lines[0]);
    }
}

//! SUMMARY: the call in figures, when it has ended.

use std::time::Duration;

use attune_proto::v1::{CallState, Snapshot};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::caller::shape;
use super::text::{clip, wrap};
use super::{Screen, curve, heading, signed};
use crate::time::{clock, from_proto, seconds};
use crate::view_model::{CallView, Card};
use crate::words::{Words, fill};

/// Width of the first column.
const LABEL: usize = 11;

/// Draws the summary in place of the cards.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>) {
    let Screen { words, theme, view, .. } = screen;
    let mut lines = vec![heading(words.summary, area.width, *theme)];
    let limit = usize::from(area.width).saturating_sub(1);
    let room = limit.saturating_sub(LABEL + 2);
    for (label, text) in facts(view, words, room) {
        for (i, mut line) in wrap(&[(text, theme.strong())], room).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            line.spans.insert(0, Span::styled(format!(" {label:<LABEL$} "), theme.dim()));
            lines.push(line);
        }
    }
    lines.push(heading(words.cards, area.width, *theme));
    for card in &view.cards {
        let line = format!(" {} {}", fate(card, words), card.suggestion.say);
        lines.push(Line::styled(clip(&line, limit), theme.dim()));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The same as lines of text, for the scroll-back of a terminal, a file, a pipe.
pub(crate) fn plain(view: &CallView, words: &'static Words) -> Vec<String> {
    let mut lines = vec![format!("{} · {} {}", words.summary, words.call, view.call_id)];
    for (label, text) in facts(view, words, 40) {
        lines.push(format!("  {label:<LABEL$} {text}"));
    }
    for card in &view.cards {
        lines.push(format!(
            "    {} {} “{}”",
            clock(card.shown),
            fate(card, words),
            card.suggestion.say
        ));
    }
    lines
}

/// Label and figure of each line.
fn facts(view: &CallView, words: &'static Words, cells: usize) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    let end = view.end.as_ref();
    let summary = end.and_then(|end| end.summary.as_ref());
    let length = |part: Option<&prost_types::Duration>| from_proto(part);
    let duration = summary.map_or(view.clock, |summary| length(summary.duration.as_ref()));
    let state = end.map_or(words.state_name(CallState::Live), |end| words.end_reason(end.reason));
    facts.push((words.duration, format!("{} ({state})", clock(duration))));
    if let Some(summary) = summary {
        let (caller, agent) =
            (length(summary.caller_talk.as_ref()), length(summary.agent_talk.as_ref()));
        let side = |name: &str, talk: Duration, count: u32| {
            format!("{name} {} s, {}", seconds(talk), fill(words.utterances, &[&count]))
        };
        facts.push((words.talk, side(words.caller, caller, summary.caller_utterances)));
        facts.push(("", side(words.agent, agent, summary.agent_utterances)));
        let overtalk = length(summary.overtalk.as_ref());
        if overtalk > Duration::ZERO {
            facts.push(("", fill(words.overtalk, &[&seconds(overtalk)])));
        }
        let gaps = length(summary.gaps.as_ref());
        if gaps > Duration::ZERO {
            facts.push(("", fill(words.missing_audio, &[&seconds(gaps)])));
        }
        let (first, last) = (signed(summary.valence_first), signed(summary.valence_last));
        facts.push((words.mood_curve, fill(words.first_to_last, &[&first, &last])));
    }
    let values: Vec<f32> = view.valence.iter().map(|(_, valence)| *valence).collect();
    if !values.is_empty() {
        facts.push(("", curve(&values, cells)));
    }
    if let Some(snapshot) = &view.snapshot {
        facts.push((words.at_the_end, reading(snapshot, words)));
    }
    let used = view.cards.iter().filter(|card| card.used).count();
    let dismissed = view.cards.iter().filter(|card| card.dismissed).count();
    let counts: [&dyn std::fmt::Display; 4] =
        [&view.cards.len(), &used, &dismissed, &view.withdrawn()];
    facts.push((words.cards, fill(words.cards_shown, &counts)));
    facts
}

/// `▲ red 81 %, security 64 %, grievance 66 %, grateful 70 %`
pub(crate) fn reading(snapshot: &Snapshot, words: &Words) -> String {
    let part = |name: &str, known: bool, confidence: f32, corrected: bool| match (known, corrected)
    {
        (false, _) => name.to_owned(),
        (true, true) => format!("{name} ({})", words.by_hand),
        (true, false) => format!("{name} {:.0} %", confidence * 100.0),
    };
    let mut parts = Vec::new();
    if let Some(mood) = &snapshot.mood {
        let name = format!("{}: {}", words.mood, words.mood_name(mood.mood()));
        parts.push(part(&name, mood.mood != 0, mood.confidence, false));
    }
    if let Some(colour) = &snapshot.colour {
        let sign = shape(colour.colour());
        let name = format!("{}: {sign} {}", words.colour, words.colour_name(colour.colour()));
        parts.push(part(&name, colour.colour != 0, colour.confidence, colour.corrected));
    }
    if let Some(motive) = &snapshot.motive {
        let name = format!("{}: {}", words.motive, words.motive_name(motive.motive()));
        parts.push(part(&name, motive.motive != 0, motive.confidence, motive.corrected));
    }
    if let Some(kind) = &snapshot.caller_type {
        let name = format!("{}: {}", words.caller_type, words.type_name(kind.caller_type()));
        parts.push(part(&name, kind.caller_type != 0, kind.confidence, kind.corrected));
    }
    parts.join(", ")
}

/// What became of a card, with the reason.
fn fate(card: &Card, words: &Words) -> String {
    let class = words.class_name(card.suggestion.suggestion_class());
    let fate = match &card.gone {
        _ if card.used => words.used.to_owned(),
        _ if card.dismissed => words.dismissed.to_owned(),
        Some(gone) => match gone.told() {
            None => words.withdraw_reason(gone.reason).to_owned(),
            Some(detail) => format!("{}: {detail}", words.withdraw_reason(gone.reason)),
        },
        None => words.shown.to_owned(),
    };
    format!("[{class}; {fate}]")
}

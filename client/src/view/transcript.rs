//! What was said, newest at the bottom.

use attune_proto::v1::Side;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::text::{width, wrap};
use super::{Screen, heading};
use crate::time::{clock, seconds};
use crate::view_model::{Content, Line as Entry};
use crate::words::fill;

/// Draws as much of the end of the transcript as fits.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>) {
    let title = heading(screen.words.transcript, area.width, screen.theme);
    frame.render_widget(Paragraph::new(title), Rect { height: area.height.min(1), ..area });
    let room = usize::from(area.height.saturating_sub(1));
    let mut lines: Vec<Line<'_>> = Vec::new();
    if let Some(line) = speaking(screen) {
        lines.push(line);
    }
    // Newest first until the room is full, then turned round.
    for entry in screen.view.lines.iter().rev() {
        if lines.len() >= room {
            break;
        }
        lines.extend(entry_lines(screen, entry, usize::from(area.width)).into_iter().rev());
    }
    lines.truncate(room);
    lines.reverse();
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    frame.render_widget(Paragraph::new(lines), below);
}

/// `Caller speaking …`, unless the partial text shows it already.
fn speaking<'a>(screen: &Screen<'a>) -> Option<Line<'a>> {
    let names: Vec<&str> = [Side::Caller, Side::Agent]
        .into_iter()
        .zip(screen.view.speaking)
        .filter(|(side, speaks)| *speaks && !has_partial(screen, *side))
        .map(|(side, _)| screen.words.side_name(side))
        .collect();
    let text = format!("{} {} …", names.join(", "), screen.words.speaking);
    (!names.is_empty()).then(|| Line::styled(text, screen.theme.partial()))
}

fn has_partial(screen: &Screen<'_>, side: Side) -> bool {
    let of_side =
        |line: &Entry| line.side == side && matches!(line.content, Content::Partial { .. });
    screen.view.lines.iter().rev().take(4).any(of_side)
}

fn entry_lines<'a>(screen: &Screen<'a>, entry: &Entry, columns: usize) -> Vec<Line<'a>> {
    let Screen { words, theme, .. } = screen;
    let name = words.side_name(entry.side);
    let style = theme.side(entry.side);
    let triggered = matches!(entry.content, Content::Final { triggered: true, .. });
    let head = format!("{} {name}", clock(entry.start));
    // This line brought a card.
    let sign = if triggered { "»" } else { " " };
    let body = pieces(screen, &entry.content, theme.text_of(entry.side));
    let prefix = width(&head) + 3;
    if columns >= 48 {
        // Beside the name.
        let prefix = prefix.max(17);
        let texts = wrap(&body, columns.saturating_sub(prefix));
        let pad = " ".repeat(prefix);
        return texts
            .into_iter()
            .enumerate()
            .map(|(i, mut text)| {
                let first = format!("{head:<width$} {sign} ", width = prefix - 3);
                let lead = if i == 0 { Span::styled(first, style) } else { Span::raw(pad.clone()) };
                text.spans.insert(0, lead);
                text
            })
            .collect();
    }
    let mut lines = vec![Line::styled(format!("{head} {sign}"), style)];
    lines.extend(wrap(&body, columns.saturating_sub(1)).into_iter().map(|mut text| {
        text.spans.insert(0, Span::raw(" "));
        text
    }));
    lines
}

fn pieces(screen: &Screen<'_>, content: &Content, style: Style) -> Vec<(String, Style)> {
    let Screen { words, theme, .. } = screen;
    match content {
        Content::Partial { text, stable } => {
            let (stays, open) = text.split_at(*stable);
            let stays = (stays.to_owned(), style.add_modifier(Modifier::ITALIC));
            vec![stays, (format!("{open} …"), theme.partial())]
        }
        Content::Unintelligible => vec![(words.unintelligible.to_owned(), theme.partial())],
        Content::Key => vec![(words.key_pressed.to_owned(), theme.partial())],
        Content::Gap(missing) => {
            vec![(fill(words.audio_missing, &[&seconds(*missing)]), theme.partial())]
        }
        Content::Final { text, marks, .. } => {
            let mut pieces = Vec::new();
            let mut done = 0;
            for mark in marks {
                pieces.push((text[done..mark.start].to_owned(), style));
                pieces.push((text[mark.clone()].to_owned(), theme.marked()));
                done = mark.end;
            }
            pieces.push((text[done..].to_owned(), style));
            pieces
        }
    }
}

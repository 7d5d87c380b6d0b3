//! WHAT TO SAY: at most three cards, each in its own place for life.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::text::{clip, width, wrap_to};
use super::{Screen, heading, share_bar};
use crate::view_model::{Card, Gone, SLOTS, Slot};

/// More rows than this make a card harder to read, not easier.
const TALLEST: u16 = 7;

/// Draws the heading and the three places.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>) {
    let title = heading(screen.words.say, area.width, screen.theme);
    frame.render_widget(Paragraph::new(title), Rect { height: area.height.min(1), ..area });
    let rows = area.height.saturating_sub(1) / SLOTS as u16;
    let rows = rows.min(TALLEST);
    let nothing =
        (0..SLOTS).all(|place| matches!(screen.view.slot(place, screen.now), Slot::Empty));
    for place in 0..SLOTS {
        let top = area.y + 1 + rows * place as u16;
        let spot = Rect { y: top, height: rows, ..area }.intersection(area);
        let lines = match screen.view.slot(place, screen.now) {
            Slot::Card(card) => card_lines(screen, place, card, spot),
            Slot::Farewell(card, gone) => farewell_lines(screen, place, card, gone, spot),
            Slot::Empty if nothing && place == 0 => {
                vec![Line::styled(format!(" {}", screen.words.nothing_to_say), screen.theme.dim())]
            }
            Slot::Empty => Vec::new(),
        };
        frame.render_widget(Paragraph::new(lines), spot);
    }
}

fn card_lines<'a>(screen: &Screen<'a>, place: usize, card: &Card, spot: Rect) -> Vec<Line<'a>> {
    let Screen { words, theme, now, .. } = screen;
    let (left, share) = card.remaining(*now);
    let class = card.suggestion.suggestion_class();
    let name = words.class_name(class);
    let life = format!("{} {:>2} s", share_bar(share, 5), left.as_secs());
    let room = usize::from(spot.width).saturating_sub(5 + width(name) + width(&life));
    let mut lines = vec![Line::from(vec![
        Span::styled(format!(" {} ", place + 1), theme.card_number(class)),
        Span::styled(format!(" {name} {}", " ".repeat(room)), theme.dim()),
        Span::styled(life, theme.dim()),
    ])];
    let limit = usize::from(spot.width).saturating_sub(2);
    // Two rows of reasons where there is room for them; the sentence comes first.
    let reasons = if spot.height >= 6 { 2 } else { 1 };
    let rows = usize::from(spot.height).saturating_sub(1 + reasons).max(1);
    lines.extend(indented(wrap_to(&card.suggestion.say, theme.strong(), limit, rows)));
    let reason = reason(screen, card, limit * reasons);
    lines.extend(indented(wrap_to(&reason, theme.dim(), limit, reasons)));
    lines
}

/// `why: a mistake of ours · said: third time · grievance 0.66`; when not all of it fits, both the
/// why and the evidence give way.
fn reason(screen: &Screen<'_>, card: &Card, room: usize) -> String {
    let why = format!("{}: {}", screen.words.because, card.suggestion.why);
    let evidence = card.suggestion.evidence.join(" · ");
    let whole = format!("{why} · {evidence}");
    if evidence.is_empty() {
        why
    } else if width(&whole) <= room {
        whole
    } else {
        let kept = room.saturating_sub(width(&evidence) + 3).max(room * 11 / 20);
        format!("{} · {evidence}", clip(&why, kept))
    }
}

fn farewell_lines<'a>(
    screen: &Screen<'a>,
    place: usize,
    card: &Card,
    gone: &Gone,
    spot: Rect,
) -> Vec<Line<'a>> {
    let Screen { words, theme, .. } = screen;
    let limit = usize::from(spot.width).saturating_sub(2);
    let mut why = format!("× {}", words.withdraw_reason(gone.reason));
    if let Some(detail) = gone.told() {
        why.push_str(&format!(": {detail}"));
    }
    let mut lines = vec![Line::styled(
        format!(" {}  {}", place + 1, clip(&why, limit.saturating_sub(2))),
        theme.dim(),
    )];
    let rows = usize::from(spot.height).saturating_sub(2).max(1);
    lines.extend(indented(wrap_to(&card.suggestion.say, theme.partial(), limit, rows)));
    lines
}

fn indented(lines: Vec<Line<'_>>) -> impl Iterator<Item = Line<'_>> {
    lines.into_iter().map(|mut line| {
        line.spans.insert(0, Span::raw("  "));
        line
    })
}

//! The agent's screen, drawn from a [`CallView`]. Pure: a state goes in, cells come out.

mod caller;
mod cards;
mod evidence;
mod summary;
pub(crate) mod svg;
mod text;
mod theme;
mod transcript;

use std::borrow::Cow;
use std::time::Duration;

use attune_proto::v1::CallState;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

pub(crate) use evidence::Opened;
pub(crate) use summary::{plain as plain_summary, reading};
pub(crate) use text::{arrow, curve, share_bar, signed};
pub(crate) use theme::Theme;

use crate::time::clock;
use crate::view_model::CallView;
use crate::words::Words;

/// Narrower than this, the transcript gives way to what the agent needs most.
const TWO_COLUMNS: u16 = 68;

/// Everything a drawing depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen<'a> {
    /// The call.
    pub(crate) view: &'a CallView,
    /// Media time now; runs on between events.
    pub(crate) now: Duration,
    /// The interface's language.
    pub(crate) words: &'static Words,
    /// Colours, or none.
    pub(crate) theme: Theme,
    /// The evidence instead of the transcript, and of what.
    pub(crate) evidence: Option<Opened>,
    /// Replaces the line of keys: a question, a notice, bad news.
    pub(crate) notice: Option<&'a str>,
}

/// Draws the whole screen.
pub(crate) fn draw(frame: &mut Frame<'_>, screen: &Screen<'_>) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)])
            .areas(frame.area());
    frame.render_widget(header(screen, head.width), head);
    frame.render_widget(footer(screen), foot);
    let (main, side) = columns(body);
    match (side, screen.evidence) {
        (None, Some(opened)) => evidence::draw(frame, main, screen, opened),
        (None, None) => draw_main(frame, main, screen),
        (Some(side), evidence) => {
            draw_main(frame, main, screen);
            match evidence {
                Some(opened) => evidence::draw(frame, side, screen, opened),
                None => transcript::draw(frame, side, screen),
            }
        }
    }
}

fn columns(body: Rect) -> (Rect, Option<Rect>) {
    if body.width < TWO_COLUMNS {
        return (body, None);
    }
    let main = (body.width * 56 / 100).clamp(42, 84);
    let [main, _, side] =
        Layout::horizontal([Constraint::Length(main), Constraint::Length(1), Constraint::Fill(1)])
            .areas(body);
    (main, Some(side))
}

fn draw_main(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>) {
    if screen.view.end.is_some() {
        summary::draw(frame, area, screen);
        return;
    }
    // Room for the whole posterior of the colour, and for air.
    let tall = area.height >= 27;
    let (who, how) = if tall { (6, 5) } else { (4, 3) };
    let views = screen.view.snapshot.as_ref().is_some_and(|snapshot| !snapshot.views.is_empty());
    let who = who + u16::from(views);
    let [who, how, cards] =
        Layout::vertical([Constraint::Length(who), Constraint::Length(how), Constraint::Fill(1)])
            .areas(area);
    caller::draw_who(frame, who, screen);
    caller::draw_how(frame, how, screen);
    cards::draw(frame, cards, screen);
}

fn header<'a>(screen: &Screen<'a>, width: u16) -> Paragraph<'a> {
    let Screen { view, words, theme, .. } = screen;
    let state = match view.state {
        CallState::Live => format!("● {}", words.live),
        state => format!("○ {}", words.state_name(state)),
    };
    let mut left = format!(" attune  {} {}  {}", words.call, view.call_id, clock(screen.now));
    let alert = view.alert.as_ref().filter(|_| view.end.is_none());
    if let Some(alert) = alert {
        left.push_str(&format!("  ! {}: {}", words.tag_alert, words.alert_name(alert.kind())));
    }
    let (done, steps) = view.steps;
    if steps > 0 {
        left.push_str(&format!("  {} {done}/{steps}", words.tag_steps));
    }
    if view.held_out {
        left.push_str(&format!("  {}", words.without_advice));
    }
    let right = format!("{state}  {} ", view.language);
    let used = text::width(&left) + text::width(&right);
    let gap = " ".repeat(usize::from(width).saturating_sub(used).max(2));
    let style = if alert.is_some() { theme.alarm() } else { theme.bar() };
    Paragraph::new(format!("{left}{gap}{right}")).style(style)
}

fn footer<'a>(screen: &Screen<'a>) -> Paragraph<'a> {
    let words = screen.words;
    let (text, style) = match screen.notice {
        Some(notice) => (notice, screen.theme.strong()),
        None if screen.view.end.is_some() => (words.keys_ended, screen.theme.dim()),
        None if screen.evidence.is_some() => (words.keys_evidence, screen.theme.dim()),
        None => (words.keys, screen.theme.dim()),
    };
    Paragraph::new(format!(" {text}")).style(style)
}

/// `WHO ────────`, the first row of a block.
fn heading<'a>(title: impl Into<Cow<'a, str>>, width: u16, theme: Theme) -> Line<'a> {
    let title = title.into();
    let rule = "─".repeat(usize::from(width).saturating_sub(text::width(&title) + 1));
    Line::from(vec![
        Span::styled(title, theme.strong()),
        Span::raw(" "),
        Span::styled(rule, theme.dim()),
    ])
}

#[cfg(test)]
mod tests;

//! Text in cells: widths, wrapping, bars and curves.

use attune_proto::v1::Trend;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// How many cells a text takes.
pub(super) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// Breaks styled text into lines of at most `limit` cells, between words where it can. The style of
/// the space is that of the word before it.
pub(super) fn wrap<'a>(pieces: &[(String, Style)], limit: usize) -> Vec<Line<'a>> {
    let limit = limit.max(1);
    let mut lines: Vec<Vec<Span<'a>>> = vec![Vec::new()];
    let mut used = 0;
    for word in words(pieces) {
        let length: usize = word.iter().map(|(text, _)| width(text)).sum();
        let spaced = if used == 0 { length } else { length + 1 };
        if used > 0 && used + spaced > limit {
            lines.push(Vec::new());
            used = 0;
        } else if used > 0 {
            let style = joint_style(&lines, &word);
            push(&mut lines, " ", style);
            used += 1;
        }
        for (text, style) in word {
            for letter in text.chars() {
                let mut buffer = [0; 4];
                let letter = letter.encode_utf8(&mut buffer);
                if used + width(letter) > limit {
                    lines.push(Vec::new());
                    used = 0;
                }
                push(&mut lines, letter, style);
                used += width(letter);
            }
        }
    }
    lines.into_iter().map(Line::from).collect()
}

/// The first `rows` lines of a wrapped text; an ellipsis says that there is more.
pub(super) fn wrap_to<'a>(text: &str, style: Style, limit: usize, rows: usize) -> Vec<Line<'a>> {
    let mut lines = wrap(&[(text.to_owned(), style)], limit);
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            let mut kept: String = last.spans.iter().map(|span| span.content.as_ref()).collect();
            while width(&kept) + 1 > limit && kept.pop().is_some() {}
            *last = Line::styled(format!("{}…", kept.trim_end()), style);
        }
    }
    lines
}

/// `text` in at most `limit` cells.
pub(super) fn clip(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut kept = text.to_owned();
    while width(&kept) + 1 > limit && kept.pop().is_some() {}
    format!("{kept}…")
}

type Word = Vec<(String, Style)>;

/// Words by white space; a word may change its style on the way.
fn words(pieces: &[(String, Style)]) -> Vec<Word> {
    let mut all: Vec<Word> = Vec::new();
    let mut open = false;
    for (text, style) in pieces {
        for (i, part) in text.split(char::is_whitespace).enumerate() {
            if i > 0 {
                open = false;
            }
            if part.is_empty() {
                continue;
            }
            let piece = (part.to_owned(), *style);
            match all.last_mut() {
                Some(word) if open => word.push(piece),
                _ => all.push(vec![piece]),
            }
            open = true;
        }
    }
    all
}

/// The style of the space before `word`: marked only inside a marked stretch.
fn joint_style(lines: &[Vec<Span<'_>>], word: &Word) -> Style {
    let before = lines.last().and_then(|line| line.last()).map(|span| span.style);
    let after = word.first().map(|(_, style)| *style);
    if before == after { before.unwrap_or_default() } else { Style::new() }
}

fn push(lines: &mut [Vec<Span<'_>>], text: &str, style: Style) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut() {
        Some(span) if span.style == style => span.content.to_mut().push_str(text),
        _ => line.push(Span::styled(text.to_owned(), style)),
    }
}

/// `██████░░░░` for a share in [0, 1].
pub(crate) fn share_bar(share: f32, cells: usize) -> String {
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    let full = ((share * cells as f32).round() as usize).min(cells);
    format!("{}{}", "█".repeat(full), "░".repeat(cells - full))
}

/// The curve of valences in [-1, 1], newest at the right, at most `cells` wide. A longer history is
/// averaged into the cells, so that the whole call is seen.
pub(crate) fn curve(values: &[f32], cells: usize) -> String {
    const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let shown = values.len().min(cells.max(1));
    let step = |cell: usize| {
        let from = cell * values.len() / shown;
        let to = ((cell + 1) * values.len() / shown).max(from + 1);
        let part = &values[from..to];
        let mean = part.iter().sum::<f32>() / part.len() as f32;
        let height = ((mean.clamp(-1.0, 1.0) + 1.0) / 2.0 * 7.0).round();
        STEPS[(height as usize).min(7)]
    };
    (0..shown).map(step).collect()
}

/// `+0.40`, `−0.62`.
pub(crate) fn signed(value: f32) -> String {
    format!("{value:+.2}").replace('-', "−")
}

/// Where it is heading, as an arrow.
pub(crate) fn arrow(trend: Trend) -> &'static str {
    match trend {
        Trend::Unspecified => " ",
        Trend::Improving => "↗",
        Trend::Steady => "→",
        Trend::Worsening => "↘",
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Modifier, Style};

    use super::{clip, curve, share_bar, signed, wrap, wrap_to};

    fn plain(text: &str, limit: usize) -> Vec<String> {
        wrap(&[(text.to_owned(), Style::new())], limit).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn wraps_between_words_and_inside_only_if_it_must() {
        assert_eq!(plain("one two  three", 7), ["one two", "three"]);
        assert_eq!(plain("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(plain("für ärger", 4), ["für", "ärge", "r"]);
        assert_eq!(plain("", 5), [""]);
    }

    #[test]
    fn styles_survive_wrapping() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let pieces = [
            ("the ".into(), Style::new()),
            ("third time".into(), bold),
            (" now".into(), Style::new()),
        ];
        let lines = wrap(&pieces, 20);
        let spans: Vec<(&str, bool)> =
            lines[0].spans.iter().map(|span| (span.content.as_ref(), span.style == bold)).collect();
        assert_eq!(spans, [("the ", false), ("third time", true), (" now", false)]);
    }

    #[test]
    fn says_when_it_cut() {
        let lines = wrap_to("one two three four", Style::new(), 8, 2);
        assert_eq!(lines[1].to_string(), "three…");
        assert_eq!(clip("something", 5), "some…");
        assert_eq!(clip("some", 5), "some");
    }

    #[test]
    fn bars_and_curves() {
        assert_eq!(share_bar(0.5, 4), "██░░");
        assert_eq!(share_bar(f32::NAN, 2), "░░");
        assert_eq!(share_bar(7.0, 2), "██");
        assert_eq!(curve(&[-1.0, 0.0, 1.0], 10), "▁▅█");
        assert_eq!(curve(&[-1.0, -1.0, 1.0, 1.0], 2), "▁█");
        assert_eq!(curve(&[], 5), "");
        assert_eq!(signed(-0.62), "−0.62");
        assert_eq!(signed(0.4), "+0.40");
    }
}

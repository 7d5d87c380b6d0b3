//! EVIDENCE: what the reading is made of, newest first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::text::wrap;
use super::{Screen, heading};

/// Draws the cues of the latest reading.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>) {
    let Screen { words, theme, view, .. } = screen;
    let mut lines = vec![heading(words.evidence, area.width, *theme)];
    let limit = usize::from(area.width).saturating_sub(1);
    let cues =
        view.snapshot.as_ref().map(|snapshot| snapshot.evidence.as_slice()).unwrap_or_default();
    if cues.is_empty() {
        lines.push(Line::styled(words.no_evidence, theme.dim()));
    }
    for cue in cues {
        let head = format!("{}: ", words.source_name(cue.source()));
        lines.extend(wrap(&[(head, theme.dim()), (cue.evidence.clone(), theme.strong())], limit));
        // The strongest say it all; a tenth of a nat is noise.
        let mut weights: Vec<_> =
            cue.weights.iter().filter(|pull| pull.weight.abs() >= 0.1).collect();
        weights.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        let pulls: Vec<String> = weights
            .iter()
            .take(4)
            .map(|pull| format!("{} {:+.1}", words.target_name(&pull.target), pull.weight))
            .collect();
        lines.extend(wrap(&[(format!("→ {}", pulls.join(", ")), theme.dim())], limit));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

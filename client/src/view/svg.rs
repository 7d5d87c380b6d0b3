//! A drawn screen as an SVG picture.

use std::fmt::Write;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::{Screen, draw};

const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 12.0;
const INK: &str = "#e6e6e6";
const PAPER: &str = "#14171c";

/// Draws `screen` at a size in cells and writes it down.
pub(crate) fn render(screen: &Screen<'_>, columns: u16, rows: u16) -> String {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
    let Ok(_) = terminal.draw(|frame| draw(frame, screen));
    picture(terminal.backend().buffer())
}

fn picture(buffer: &Buffer) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let width = f32::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        for run in runs(buffer, row) {
            write_run(&mut svg, row, &run);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Neighbouring cells of one style.
struct Run {
    column: u16,
    cells: u16,
    text: String,
    ink: &'static str,
    paper: Option<&'static str>,
    modifier: Modifier,
}

fn runs(buffer: &Buffer, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..buffer.area.width {
        let cell = &buffer[(column, row)];
        let reversed = cell.modifier.contains(Modifier::REVERSED);
        let (ink, paper) = match (reversed, hex(cell.fg), hex(cell.bg)) {
            (false, ink, paper) => (ink.unwrap_or(INK), paper),
            (true, ink, paper) => (paper.unwrap_or(PAPER), Some(ink.unwrap_or(INK))),
        };
        match runs.last_mut() {
            Some(run) if (run.ink, run.paper, run.modifier) == (ink, paper, cell.modifier) => {
                run.text.push_str(cell.symbol());
                run.cells += 1;
            }
            _ => runs.push(Run {
                column,
                cells: 1,
                text: cell.symbol().to_owned(),
                ink,
                paper,
                modifier: cell.modifier,
            }),
        }
    }
    runs
}

fn write_run(svg: &mut String, row: u16, run: &Run) {
    let x = MARGIN + f32::from(run.column) * CELL.0;
    let y = MARGIN + f32::from(row) * CELL.1;
    let width = f32::from(run.cells) * CELL.0;
    if let Some(paper) = run.paper {
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.0}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    // Spaces at the ends are kept by place, not by the goodwill of the renderer.
    let text = run.text.trim();
    if text.is_empty() {
        return;
    }
    let before = run.text.chars().take_while(|c| c.is_whitespace()).count();
    let x = x + before as f32 * CELL.0;
    let width = text.chars().count() as f32 * CELL.0;
    let mut style = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.6\""),
    ] {
        if run.modifier.contains(modifier) {
            style.push_str(attribute);
        }
    }
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{}\"{style} textLength=\"{width:.1}\" \
         lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{}</text>",
        y + CELL.1 * 0.76,
        run.ink,
        escaped(text)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn hex(color: Color) -> Option<&'static str> {
    Some(match color {
        Color::Black => "#14171c",
        Color::Red => "#d6453d",
        Color::Green => "#4caf50",
        Color::Yellow => "#e6b422",
        Color::Blue => "#3f7fdb",
        Color::Gray => "#9aa4b2",
        Color::White => "#ffffff",
        Color::LightRed => "#ff6b5e",
        Color::LightGreen => "#7bd88f",
        Color::LightYellow => "#ffd866",
        Color::LightCyan => "#78dce8",
        _ => return None,
    })
}

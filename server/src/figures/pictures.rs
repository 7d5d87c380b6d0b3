//! Pictures of a report, as SVG whose colours are left to the page: light or dark.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const FONT: &str = "sans-serif";
/// Colours that the page replaces by its own.
const INK: RGBColor = RGBColor(1, 2, 3);
const FAINT: RGBColor = RGBColor(4, 5, 6);
const MARK: RGBColor = RGBColor(7, 8, 9);
const RANGE: RGBColor = RGBColor(10, 11, 12);
const REPLACED: [(&str, &str); 4] = [
    ("#010203", "var(--ink)"),
    ("#040506", "var(--faint)"),
    ("#070809", "var(--mark)"),
    ("#0A0B0C", "var(--range)"),
];

/// A value with its interval.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    pub(super) label: String,
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// The value as people read it.
    pub(super) told: String,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Room for labels, for told values, and height of a row.
const LEFT: i32 = 170;
const RIGHT: i32 = 90;
const ROW: i32 = 22;
const TOP: i32 = 34;
const WIDTH: i32 = 520;

/// One dot with its whisker a row; with `zero`, a line where nothing changes.
pub(super) fn dots(title: &str, points: &[Point], zero: bool) -> Drawn<String> {
    let rows = i32::try_from(points.len())?;
    let height = TOP + rows * ROW + 12;
    let mut svg = String::new();
    {
        let area = area(&mut svg, (WIDTH, height))?;
        write(&area, title, (6, 14), 14, HPos::Left)?;
        let scale = Scale::over(points, zero);
        if zero {
            let x = scale.place(0.0);
            let line = [(x, TOP - 6), (x, height - 8)];
            area.draw(&PathElement::new(line, FAINT.stroke_width(2))).map_err(plain)?;
        }
        for (row, point) in (0..).zip(points) {
            let y = TOP + row * ROW + ROW / 2;
            let rule = [(LEFT, y), (WIDTH - RIGHT, y)];
            area.draw(&PathElement::new(rule, FAINT.stroke_width(1))).map_err(plain)?;
            let whisker = [(scale.place(point.low), y), (scale.place(point.high), y)];
            area.draw(&PathElement::new(whisker, RANGE.stroke_width(5))).map_err(plain)?;
            let dot = Circle::new((scale.place(point.value), y), 4, MARK.filled());
            area.draw(&dot).map_err(plain)?;
            write(&area, &short(&point.label, 24), (LEFT - 10, y), 12, HPos::Right)?;
            write(&area, &point.told, (WIDTH - RIGHT + 10, y), 12, HPos::Left)?;
        }
        area.present().map_err(plain)?;
    }
    Ok(themed(&svg))
}

/// A line over time with a band for its intervals.
pub(super) fn line(title: &str, points: &[Point], told: impl Fn(f64) -> String) -> Drawn<String> {
    const HEIGHT: i32 = 210;
    let (left, bottom) = (70, HEIGHT - 34);
    let mut svg = String::new();
    {
        let area = area(&mut svg, (WIDTH, HEIGHT))?;
        write(&area, title, (6, 14), 14, HPos::Left)?;
        let (low, high) = bounds(points);
        let last = (points.len().max(2) - 1) as f64;
        let across = |place: usize| {
            left + (f64::from(WIDTH - left - 16) * place as f64 / last).round() as i32
        };
        let up = |value: f64| {
            bottom - (f64::from(bottom - TOP) * (value - low) / (high - low)).round() as i32
        };
        for step in 0..=4 {
            let value = low + (high - low) * f64::from(step) / 4.0;
            let rule = [(left, up(value)), (WIDTH - 16, up(value))];
            area.draw(&PathElement::new(rule, FAINT.stroke_width(1))).map_err(plain)?;
            write(&area, &told(value), (left - 8, up(value)), 11, HPos::Right)?;
        }
        let held = |value: f64| value.clamp(low, high);
        let upper = points.iter().enumerate().map(|(n, p)| (across(n), up(held(p.high))));
        let lower = points.iter().enumerate().rev().map(|(n, p)| (across(n), up(held(p.low))));
        let band: Vec<(i32, i32)> = upper.chain(lower).collect();
        area.draw(&Polygon::new(band, RANGE.filled())).map_err(plain)?;
        let path: Vec<(i32, i32)> =
            points.iter().enumerate().map(|(n, p)| (across(n), up(held(p.value)))).collect();
        area.draw(&PathElement::new(path, MARK.stroke_width(2))).map_err(plain)?;
        if let (Some(first), Some(end)) = (points.first(), points.last()) {
            write(&area, &first.label, (left, HEIGHT - 16), 11, HPos::Left)?;
            write(&area, &end.label, (WIDTH - 16, HEIGHT - 16), 11, HPos::Right)?;
        }
        area.present().map_err(plain)?;
    }
    Ok(themed(&svg))
}

fn area(svg: &mut String, (width, height): (i32, i32)) -> Drawn<Area<'_>> {
    let size = (u32::try_from(width)?, u32::try_from(height)?);
    Ok(SVGBackend::with_string(svg, size).into_drawing_area())
}

fn write(area: &Area<'_>, words: &str, at: (i32, i32), size: i32, to: HPos) -> Drawn<()> {
    let style = (FONT, size).into_font().color(&INK).pos(Pos::new(to, VPos::Center));
    area.draw(&Text::new(words.to_owned(), at, style)).map_err(plain)
}

/// The errors of the drawing library are not for threads.
fn plain(error: impl std::fmt::Display) -> Box<dyn Error + Send + Sync> {
    error.to_string().into()
}

fn themed(svg: &str) -> String {
    REPLACED.iter().fold(svg.to_owned(), |svg, (colour, variable)| svg.replace(colour, variable))
}

fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The values' range with some air; intervals may reach beyond.
fn bounds(points: &[Point]) -> (f64, f64) {
    let values = points.iter().map(|point| point.value);
    let (low, high) =
        (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max));
    let air = ((high - low) * 0.35).max(high.abs().max(0.01) * 0.05);
    (low - air, high + air)
}

struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn over(points: &[Point], zero: bool) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for point in points {
            low = low.min(point.low);
            high = high.max(point.high);
        }
        if zero {
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        // Chance blown up to the width of the page would pass for a difference.
        let least = if zero { 0.0 } else { 0.2 * low.abs().max(high.abs()) };
        let air = ((high - low) * 0.06).max((least - (high - low)) / 2.0).max(1e-6);
        Self { low: low - air, high: high + air }
    }

    fn place(&self, value: f64) -> i32 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        LEFT + (share * f64::from(WIDTH - RIGHT - LEFT)).round() as i32
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn point(label: &str, value: f64) -> Point {
        let told = format!("{value}");
        Point { label: label.into(), value, low: value - 1.0, high: value + 1.0, told }
    }

    #[test]
    fn pictures_take_their_colours_from_the_page() {
        let points = [point("north", 3.0), point("south", 4.5)];
        let line = line("over time", &points, |value| format!("{value:.1}")).unwrap();
        for svg in [dots("satisfaction", &points, true).unwrap(), line] {
            assert!(svg.contains("var(--ink)") && svg.contains("var(--mark)"), "{svg}");
            assert!(svg.contains("north") && svg.contains("south"));
            assert!(!svg.contains("#0"), "no colour is left: {svg}");
        }
    }

    #[test]
    fn a_single_value_and_a_long_name_are_drawn() {
        let one = [point("a team with a very long name indeed", 0.0)];
        let svg = dots("t", &one, false).unwrap();
        assert!(svg.contains("a team with a very long…"), "{svg}");
        assert!(!line("t", &one, |v| v.to_string()).unwrap().contains("NaN"));
    }
}

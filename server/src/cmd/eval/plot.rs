//! Pictures of an evaluation, as SVG: the text stays text, so no fonts are needed to draw them.

use std::error::Error;
use std::fs;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::score::{BINS, Bin, bins, roc};

/// What is drawn, by file name.
pub(super) type Pictures = Vec<(&'static str, Picture)>;

/// One picture.
pub(super) enum Picture {
    /// True against predicted classes.
    Confusion { title: String, names: Vec<&'static str>, counts: Vec<Vec<usize>> },
    /// Confidence against the share that is right.
    Reliability { title: String, items: Vec<(f32, bool)> },
    /// Scores of true and false items.
    Roc { title: String, items: Vec<(f32, bool)> },
    /// Shares after each caller turn.
    Curves { title: String, lines: Vec<(&'static str, Vec<f32>)> },
    /// How many items have which rate.
    Histogram { title: String, label: &'static str, rates: Vec<f32> },
}

const INK: RGBColor = RGBColor(38, 42, 51);
const FAINT: RGBColor = RGBColor(221, 224, 230);
const BLUE: RGBColor = RGBColor(31, 98, 168);
const LINES: [RGBColor; 4] =
    [BLUE, RGBColor(204, 92, 20), RGBColor(52, 132, 70), RGBColor(128, 60, 150)];
const FONT: &str = "sans-serif";
const SIZE: (u32, u32) = (460, 400);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

/// Draws those for which there are items into `folder`, which is made if it is not there.
pub(super) fn draw(pictures: &Pictures, folder: &Path) -> Drawn {
    fs::create_dir_all(folder)?;
    for (name, picture) in pictures.iter().filter(|(_, picture)| !picture.is_empty()) {
        let path = folder.join(format!("{name}.svg"));
        let area = SVGBackend::new(&path, picture.size()).into_drawing_area();
        area.fill(&WHITE)?;
        picture.draw(&area)?;
        area.present()?;
    }
    Ok(())
}

impl Picture {
    fn is_empty(&self) -> bool {
        match self {
            Self::Confusion { counts, .. } => counts.iter().flatten().all(|count| *count == 0),
            Self::Reliability { items, .. } => items.is_empty(),
            Self::Roc { items, .. } => roc(items).is_empty(),
            Self::Curves { lines, .. } => lines.iter().all(|(_, line)| line.is_empty()),
            Self::Histogram { rates, .. } => rates.is_empty(),
        }
    }

    fn size(&self) -> (u32, u32) {
        match self {
            Self::Confusion { names, .. } => {
                let classes = u32::try_from(names.len()).unwrap_or(u32::MAX);
                (
                    LEFT as u32 + classes * CELL.0 as u32 + 24,
                    TOP as u32 + classes * CELL.1 as u32 + 56,
                )
            }
            _ => SIZE,
        }
    }

    fn draw(&self, area: &Area<'_>) -> Drawn {
        match self {
            Self::Confusion { title, names, counts } => confusion(area, title, names, counts),
            Self::Reliability { title, items } => reliability(area, title, items),
            Self::Roc { title, items } => receiver(area, title, items),
            Self::Curves { title, lines } => curves(area, title, lines),
            Self::Histogram { title, label, rates } => histogram(area, title, label, rates),
        }
    }
}

/// Of a confusion matrix: room for the names of the rows, for title and header, and a cell.
const LEFT: i32 = 112;
const TOP: i32 = 44;
const CELL: (i32, i32) = (84, 34);

fn text(area: &Area<'_>, words: &str, at: (i32, i32), size: i32, ink: RGBColor, to: HPos) -> Drawn {
    let style = (FONT, size).into_font().color(&ink).pos(Pos::new(to, VPos::Center));
    area.draw(&Text::new(words.to_owned(), at, style))?;
    Ok(())
}

/// A row a true class: how its items were called, shaded by their share.
fn confusion(area: &Area<'_>, title: &str, names: &[&str], counts: &[Vec<usize>]) -> Drawn {
    text(area, title, (12, 20), 15, INK, HPos::Left)?;
    for (row, (name, counts)) in (0i32..).zip(names.iter().zip(counts)) {
        let total: usize = counts.iter().sum();
        let middle = TOP + row * CELL.1 + CELL.1 / 2;
        text(area, &format!("{name} ({total})"), (LEFT - 8, middle), 12, INK, HPos::Right)?;
        for (column, count) in (0i32..).zip(counts) {
            let corner = (LEFT + column * CELL.0, TOP + row * CELL.1);
            let share = *count as f64 / total.max(1) as f64;
            let cell = [corner, (corner.0 + CELL.0 - 2, corner.1 + CELL.1 - 2)];
            area.draw(&Rectangle::new(cell, FAINT.mix(0.5).filled()))?;
            area.draw(&Rectangle::new(cell, BLUE.mix(share).filled()))?;
            let ink = if share > 0.55 { WHITE } else { INK };
            let center = (corner.0 + CELL.0 / 2 - 1, corner.1 + CELL.1 / 2 - 1);
            let words =
                if *count == 0 { "·".into() } else { format!("{count} ({:.0} %)", share * 100.0) };
            text(area, &words, center, 12, ink, HPos::Center)?;
        }
    }
    let below = TOP + i32::try_from(names.len())? * CELL.1 + 12;
    for (column, name) in (0i32..).zip(names) {
        text(area, name, (LEFT + column * CELL.0 + CELL.0 / 2, below), 12, INK, HPos::Center)?;
    }
    text(
        area,
        "rows: true class (items); columns: read as",
        (LEFT, below + 24),
        11,
        INK,
        HPos::Left,
    )
}

/// The frame of a chart over the unit square.
fn unit_square<'a>(
    area: &Area<'a>,
    title: &str,
    x: &str,
    y: &str,
) -> Result<ChartContext<'a, SVGBackend<'a>, Cartesian2d<Coord, Coord>>, Box<dyn Error>> {
    framed(area, title, (x, 0.0..1.0, 6), (y, 0.0..1.0))
}

type Coord = plotters::coord::types::RangedCoordf64;
type Axis<'a> = (&'a str, std::ops::Range<f64>, usize);

fn framed<'a>(
    area: &Area<'a>,
    title: &str,
    (x, across, marks): Axis<'_>,
    (y, up): (&str, std::ops::Range<f64>),
) -> Result<ChartContext<'a, SVGBackend<'a>, Cartesian2d<Coord, Coord>>, Box<dyn Error>> {
    text(area, title, (12, 20), 15, INK, HPos::Left)?;
    let whole = up.end > 1.5;
    let steps = across.end > 1.5;
    let mut chart = ChartBuilder::on(area)
        .margin_top(40)
        .margin_right(18)
        .margin_bottom(10)
        .margin_left(8)
        .x_label_area_size(42)
        .y_label_area_size(52)
        .build_cartesian_2d(across, up)?;
    let figure = |value: f64, whole: bool| {
        if whole { format!("{value:.0}") } else { format!("{value:.1}") }
    };
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT)
        .axis_style(INK)
        .x_labels(marks)
        .y_labels(6)
        .x_label_formatter(&|value| figure(*value, steps))
        .y_label_formatter(&|value| figure(*value, whole))
        .label_style((FONT, 12).into_font().color(&INK))
        .axis_desc_style((FONT, 12).into_font().color(&INK))
        .x_desc(x)
        .y_desc(y)
        .draw()?;
    Ok(chart)
}

/// Points on the diagonal are as often right as they are sure; the bars say how many there are.
fn reliability(area: &Area<'_>, title: &str, items: &[(f32, bool)]) -> Drawn {
    let mut chart = unit_square(area, title, "probability of the reading", "share that is right")?;
    let bins = bins(items);
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1);
    chart.draw_series((0u8..).zip(&bins).map(|(place, bin)| {
        let (left, width) = (f64::from(place) / BINS as f64, 1.0 / BINS as f64);
        let height = 0.25 * bin.count as f64 / most as f64;
        Rectangle::new([(left + 0.01, 0.0), (left + width - 0.01, height)], FAINT.filled())
    }))?;
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], INK.mix(0.35)))?;
    let filled = || bins.iter().filter(|bin| bin.count > 0);
    let place = |bin: &Bin| (f64::from(bin.confidence()), f64::from(bin.accuracy()));
    chart.draw_series(LineSeries::new(filled().map(place), BLUE.mix(0.5).stroke_width(2)))?;
    // A point of few items says little, and looks it.
    let size = |bin: &Bin| 2.0 + 5.0 * (bin.count as f64 / most as f64).sqrt();
    chart.draw_series(filled().map(|bin| Circle::new(place(bin), size(bin), BLUE.filled())))?;
    let told = format!("{} items; bars: how many of each probability", items.len());
    text(area, &told, (76, 60), 11, INK, HPos::Left)
}

fn receiver(area: &Area<'_>, title: &str, items: &[(f32, bool)]) -> Drawn {
    let mut chart = unit_square(area, title, "false alarms", "found")?;
    chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], INK.mix(0.35)))?;
    let points = roc(items).into_iter().map(|(x, y)| (f64::from(x), f64::from(y)));
    chart.draw_series(LineSeries::new(points, BLUE.stroke_width(2)))?;
    Ok(())
}

fn curves(area: &Area<'_>, title: &str, lines: &[(&'static str, Vec<f32>)]) -> Drawn {
    let longest = lines.iter().map(|(_, line)| line.len()).max().unwrap_or(1).max(2);
    let across = ("caller turns", 1.0..longest as f64, longest.min(12));
    let mut chart = framed(area, title, across, ("share that is right", 0.0..1.0))?;
    for ((name, line), colour) in lines.iter().zip(LINES) {
        let points = (1u16..).zip(line).map(|(turn, share)| (f64::from(turn), f64::from(*share)));
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)).point_size(3))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .border_style(FAINT)
        .label_font((FONT, 12).into_font().color(&INK))
        .draw()?;
    Ok(())
}

/// Ten steps up to 1; what is beyond 1 counts as 1.
fn histogram(area: &Area<'_>, title: &str, label: &str, rates: &[f32]) -> Drawn {
    let mut counts = [0_u32; BINS];
    for rate in rates {
        counts[((rate * BINS as f32) as usize).min(BINS - 1)] += 1;
    }
    let most = f64::from(counts.iter().copied().max().unwrap_or(1));
    let mut chart =
        framed(area, title, (label, 0.0..1.0, 6), ("items", 0.0..(most * 1.05).max(2.0)))?;
    chart.draw_series((0u8..).zip(counts).map(|(place, count)| {
        let left = f64::from(place) / BINS as f64;
        let corners = [(left + 0.005, 0.0), (left + 0.1 - 0.005, f64::from(count))];
        Rectangle::new(corners, BLUE.mix(0.8).filled())
    }))?;
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_drawn_and_nothing_is_drawn_of_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let items: Vec<(f32, bool)> = (0..50u8).map(|n| (f32::from(n) / 50.0, n % 7 > 2)).collect();
        let title = || "Twenty owls".to_owned();
        let pictures: Pictures = vec![
            (
                "confusion",
                Picture::Confusion {
                    title: title(),
                    names: vec!["tawny", "barn"],
                    counts: vec![vec![3, 1], vec![0, 6]],
                },
            ),
            ("reliability", Picture::Reliability { title: title(), items: items.clone() }),
            ("roc", Picture::Roc { title: title(), items }),
            ("curves", Picture::Curves { title: title(), lines: vec![("owl", vec![0.2, 0.7])] }),
            (
                "histogram",
                Picture::Histogram { title: title(), label: "rate", rates: vec![0.1, 1.4] },
            ),
            ("nothing", Picture::Reliability { title: title(), items: Vec::new() }),
        ];
        let inner = folder.path().join("new");
        draw(&pictures, &inner).unwrap();
        for (name, _) in &pictures[..5] {
            let svg = fs::read_to_string(inner.join(format!("{name}.svg"))).unwrap();
            assert!(svg.contains("Twenty owls") && svg.trim_end().ends_with("</svg>"), "{name}");
        }
        let matrix = fs::read_to_string(inner.join("confusion.svg")).unwrap();
        assert!(matrix.contains("tawny (4)") && matrix.contains("3 (75 %)"));
        assert!(!inner.join("nothing.svg").exists());
    }
}

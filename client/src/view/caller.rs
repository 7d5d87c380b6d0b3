//! WHO is on the line and HOW the caller feels.

use attune_proto::v1::{CallerMood, CallerType, Colour, ColourReading, Mood, Motive, ViewReading};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::text::{clip, width};
use super::{Screen, arrow, curve, heading, share_bar, signed};
use crate::words::Words;

/// Width of the first column.
const LABEL: usize = 9;
const BAR: usize = 8;

/// A reading, whatever it is of.
struct Reading<'a> {
    label: &'a str,
    /// `None` is "not enough yet".
    name: Option<Span<'a>>,
    /// Best guess while there is not enough.
    leaning: Option<&'a str>,
    confidence: f32,
    corrected: bool,
}

/// Colour, motive, type; where there is room, the whole posterior of the colour and the phase.
pub(super) fn draw_who(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>) {
    let mut lines = vec![heading(screen.words.who, area.width, screen.theme)];
    let colour = colour_line(screen, area);
    lines.push(colour);
    if area.height >= 6 {
        lines.push(colour_posterior(screen));
    }
    lines.push(motive_line(screen, area));
    lines.push(type_line(screen, area));
    if area.height >= 6 {
        let phase =
            screen.view.snapshot.as_ref().map(|snapshot| snapshot.phase()).unwrap_or_default();
        let name = screen.words.phase_name(phase);
        lines.push(Line::from(format!(" {:<LABEL$}{name}", screen.words.phase)));
    }
    lines.extend(views_line(screen, area));
    frame.render_widget(Paragraph::new(lines), area);
}

/// ` Views    Jung E-T-  DiSC D`, where the project asks for views.
fn views_line<'a>(screen: &Screen<'a>, area: Rect) -> Option<Line<'a>> {
    let views = &screen.view.snapshot.as_ref().filter(|snapshot| !snapshot.views.is_empty())?.views;
    let text = format!(" {:<LABEL$}{}", screen.words.views, views_text(views, screen.words));
    Some(Line::from(clip(&text, usize::from(area.width))))
}

/// `Jung E-T-  DiSC D  PCM directive`; a dash is what is not known.
pub(crate) fn views_text(views: &[ViewReading], words: &Words) -> String {
    let name = |view: &ViewReading| match view.view.as_str() {
        "jung" => "Jung".to_owned(),
        "disc" => "DiSC".to_owned(),
        "insights" => "Insights".to_owned(),
        "pcm" => "PCM".to_owned(),
        other => other.to_owned(),
    };
    let said = |view: &ViewReading| format!("{} {}", name(view), words.view_value(&view.value));
    views.iter().map(said).collect::<Vec<_>>().join("  ")
}

/// Mood, trend, alarm; the curve under it.
pub(super) fn draw_how(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>) {
    let Screen { words, theme, view, .. } = screen;
    let mood =
        view.snapshot.as_ref().and_then(|snapshot| snapshot.mood.clone()).unwrap_or_default();
    let mut lines = vec![heading(words.how, area.width, *theme)];
    if area.height >= 5 {
        lines.push(Line::default());
    }
    let mut spans = vec![Span::raw(format!(" {:<LABEL$}", words.mood))];
    if mood.mood() == Mood::Unspecified {
        spans.push(Span::styled(format!("? {}", words.not_enough), theme.dim()));
    } else {
        spans.push(Span::styled(words.mood_name(mood.mood()), theme.mood(mood.mood())));
        spans.push(Span::styled(format!(" {}", percent(mood.confidence)), theme.dim()));
    }
    if !mood.escalating {
        spans.push(Span::raw(format!("  {} {}", arrow(mood.trend()), trend_word(words, &mood))));
    } else {
        // Says where it is heading, and more.
        spans.push(Span::raw(format!("  {} ", arrow(mood.trend()))));
        spans.push(Span::styled(format!(" ! {} ", words.escalating), theme.alarm()));
    }
    lines.push(Line::from(spans));
    let values: Vec<f32> = view.valence.iter().map(|(_, valence)| *valence).collect();
    if let (Some(first), Some(last)) = (values.first(), values.last()) {
        let figures = format!("{} → {}", signed(*first), signed(*last));
        let cells = usize::from(area.width).saturating_sub(LABEL + width(&figures) + 4);
        let line = format!(" {:<LABEL$}{}  {figures}", "", curve(&values, cells));
        lines.push(Line::styled(line, theme.mood(mood.mood())));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The name of a colour as a chip: shape, letter and word, so that it needs no colour to be seen.
pub(super) fn chip(words: &Words, colour: Colour) -> String {
    format!(" {} {} ", shape(colour), words.colour_name(colour).to_uppercase())
}

/// A shape for every colour.
pub(crate) fn shape(colour: Colour) -> &'static str {
    match colour {
        Colour::Unspecified => "?",
        Colour::Red => "▲",
        Colour::Yellow => "●",
        Colour::Green => "◆",
        Colour::Blue => "■",
    }
}

fn colour_line<'a>(screen: &Screen<'a>, area: Rect) -> Line<'a> {
    let words = screen.words;
    let reading = colour_reading(screen);
    let name = (reading.colour() != Colour::Unspecified)
        .then(|| Span::styled(chip(words, reading.colour()), screen.theme.chip(reading.colour())));
    let leaning = likeliest(&reading.posterior)
        .and_then(|i| Colour::try_from(i).ok())
        .map(|colour| words.colour_name(colour));
    let (confidence, corrected) = (reading.confidence, reading.corrected);
    let line = Reading { label: words.colour, name, leaning, confidence, corrected };
    line.draw(screen, area, screen.theme.colour_bar(reading.colour()))
}

fn colour_posterior<'a>(screen: &Screen<'a>) -> Line<'a> {
    let reading = colour_reading(screen);
    let mut spans = vec![Span::raw(format!(" {:<LABEL$}", ""))];
    for (i, p) in reading.posterior.iter().enumerate() {
        let colour = i32::try_from(i + 1).ok().and_then(|i| Colour::try_from(i).ok());
        let colour = colour.unwrap_or_default();
        let initial: String =
            screen.words.colour_name(colour).chars().take(1).collect::<String>().to_uppercase();
        let text = format!("{} {initial} {:>3} %  ", shape(colour), (p * 100.0).round());
        spans.push(Span::styled(text, screen.theme.colour_bar(colour)));
    }
    Line::from(spans)
}

fn motive_line<'a>(screen: &Screen<'a>, area: Rect) -> Line<'a> {
    let words = screen.words;
    let reading = screen
        .view
        .snapshot
        .as_ref()
        .and_then(|snapshot| snapshot.motive.clone())
        .unwrap_or_default();
    let name = (reading.motive() != Motive::Unspecified)
        .then(|| Span::styled(words.motive_name(reading.motive()), screen.theme.strong()));
    let leaning = likeliest(&reading.posterior)
        .and_then(|i| Motive::try_from(i).ok())
        .map(|motive| words.motive_name(motive));
    let (confidence, corrected) = (reading.confidence, reading.corrected);
    Reading { label: words.motive, name, leaning, confidence, corrected }.draw(
        screen,
        area,
        screen.theme.strong(),
    )
}

fn type_line<'a>(screen: &Screen<'a>, area: Rect) -> Line<'a> {
    let words = screen.words;
    let reading = screen
        .view
        .snapshot
        .as_ref()
        .and_then(|snapshot| snapshot.caller_type.clone())
        .unwrap_or_default();
    let kind = reading.caller_type();
    let style =
        if kind == CallerType::Abusive { screen.theme.alarm() } else { screen.theme.strong() };
    let name =
        (kind != CallerType::Unspecified).then(|| Span::styled(words.type_name(kind), style));
    let leaning = likeliest(&reading.posterior)
        .and_then(|i| CallerType::try_from(i).ok())
        .map(|kind| words.type_name(kind));
    let (confidence, corrected) = (reading.confidence, reading.corrected);
    Reading { label: words.caller_type, name, leaning, confidence, corrected }.draw(
        screen,
        area,
        screen.theme.strong(),
    )
}

impl<'a> Reading<'a> {
    /// ` Motive   security      ██████░░  64 %`
    fn draw(self, screen: &Screen<'a>, area: Rect, bar: ratatui::style::Style) -> Line<'a> {
        let Screen { words, theme, .. } = screen;
        let label = Span::raw(format!(" {:<LABEL$}", self.label));
        let room = usize::from(area.width).saturating_sub(LABEL + 1);
        let Some(name) = self.name else {
            let leaning =
                self.leaning.map(|name| format!(" ({name} {})", percent(self.confidence)));
            let text = format!("? {}{}", words.not_enough, leaning.unwrap_or_default());
            return Line::from(vec![label, Span::styled(clip(&text, room), theme.dim())]);
        };
        let pad = " ".repeat(15_usize.saturating_sub(name.width()).max(1));
        if self.corrected {
            let human = Span::styled(format!("✎ {}", words.by_hand), theme.strong());
            return Line::from(vec![label, name, Span::raw(pad), human]);
        }
        let bar = Span::styled(share_bar(self.confidence, BAR), bar);
        let figures = Span::raw(format!(" {}", percent(self.confidence)));
        Line::from(vec![label, name, Span::raw(pad), bar, figures])
    }
}

fn colour_reading(screen: &Screen<'_>) -> ColourReading {
    screen.view.snapshot.as_ref().and_then(|snapshot| snapshot.colour.clone()).unwrap_or_default()
}

fn trend_word(words: &Words, mood: &CallerMood) -> &'static str {
    match mood.trend() {
        attune_proto::v1::Trend::Unspecified => "",
        trend => words.trend_name(trend),
    }
}

/// The number in the API's enum (from 1) of the likeliest class, if any stands out.
fn likeliest(posterior: &[f32]) -> Option<i32> {
    let best = posterior.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let even = posterior.iter().all(|p| (p - best.1).abs() < 1e-3);
    (!even).then(|| i32::try_from(best.0 + 1).ok()).flatten()
}

fn percent(share: f32) -> String {
    format!("{:.0} %", share * 100.0)
}

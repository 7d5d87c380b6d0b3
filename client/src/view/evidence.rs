//! EVIDENCE: what a reading is made of, down to the words and the measurements.

use attune_proto::v1::{
    CallerType, Colour, Measurement, Mood, Motive, ReadingAccount, ReadingPart, Snapshot,
};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::text::wrap;
use super::{Screen, heading, signed};
use crate::time::{clock, from_proto};
use crate::words::Words;

/// What is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Opened {
    /// The strongest cues of all readings.
    #[default]
    Cues,
    /// The mood.
    Mood,
    /// Unpleasant to pleasant.
    Valence,
    /// Calm to excited.
    Arousal,
    /// The colour.
    Colour,
    /// The motive.
    Motive,
    /// The caller type.
    CallerType,
}

impl Opened {
    /// The next reading; after the last one, the cues again.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Cues => Self::Mood,
            Self::Mood => Self::Valence,
            Self::Valence => Self::Arousal,
            Self::Arousal => Self::Colour,
            Self::Colour => Self::Motive,
            Self::Motive => Self::CallerType,
            Self::CallerType => Self::Cues,
        }
    }
}

/// Draws what the latest reading is made of.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, screen: &Screen<'_>, opened: Opened) {
    let Screen { words, theme, view, .. } = screen;
    let snapshot = view.snapshot.clone().unwrap_or_default();
    let limit = usize::from(area.width).saturating_sub(1);
    let (title, lines) = match open(&snapshot, opened, words) {
        Some(account) => {
            let title = format!("{}: {}", words.evidence, account.title);
            (title, parts(screen, &account, limit))
        }
        None => (words.evidence.to_owned(), cues(screen, &snapshot, limit)),
    };
    let mut all = vec![heading(title, area.width, *theme)];
    if lines.is_empty() {
        all.push(Line::styled(words.no_evidence, theme.dim()));
    }
    all.extend(lines);
    frame.render_widget(Paragraph::new(all), area);
}

/// A reading that is opened.
struct Account {
    title: String,
    parts: Vec<ReadingPart>,
    /// Which of a part's numbers is looked at: that of the likeliest class.
    column: usize,
}

fn open(snapshot: &Snapshot, opened: Opened, words: &Words) -> Option<Account> {
    let accounts = snapshot.accounts.clone().unwrap_or_default();
    let account = |label: &str, name: &str, account: Option<ReadingAccount>, column: usize| {
        let title = format!("{label} {name}").trim_end().to_owned();
        Some(Account { title, parts: account.unwrap_or_default().parts, column })
    };
    let mood = snapshot.mood.clone().unwrap_or_default();
    match opened {
        Opened::Cues => None,
        Opened::Mood => {
            let (column, number) = likeliest(&mood.posterior);
            let name = words.mood_name(Mood::try_from(number).unwrap_or_default());
            account(words.mood, name, accounts.mood, column)
        }
        Opened::Valence => account(words.valence, &signed(mood.valence), accounts.valence, 0),
        Opened::Arousal => account(words.arousal, &signed(mood.arousal), accounts.arousal, 0),
        Opened::Colour => {
            let posterior = snapshot.colour.clone().unwrap_or_default().posterior;
            let (column, number) = likeliest(&posterior);
            let name = words.colour_name(Colour::try_from(number).unwrap_or_default());
            account(words.colour, name, accounts.colour, column)
        }
        Opened::Motive => {
            let posterior = snapshot.motive.clone().unwrap_or_default().posterior;
            let (column, number) = likeliest(&posterior);
            let name = words.motive_name(Motive::try_from(number).unwrap_or_default());
            account(words.motive, name, accounts.motive, column)
        }
        Opened::CallerType => {
            let posterior = snapshot.caller_type.clone().unwrap_or_default().posterior;
            let (column, number) = likeliest(&posterior);
            let name = words.type_name(CallerType::try_from(number).unwrap_or_default());
            account(words.caller_type, name, accounts.caller_type, column)
        }
    }
}

/// Place and number in the API's enum of the likeliest class.
fn likeliest(posterior: &[f32]) -> (usize, i32) {
    let best = posterior.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let column = best.map_or(0, |(column, _)| column);
    (column, i32::try_from(column + 1).unwrap_or(0))
}

/// One line a part: what it adds to the likeliest class, what it is, when; the sum below.
fn parts<'a>(screen: &Screen<'a>, account: &Account, limit: usize) -> Vec<Line<'a>> {
    let Screen { words, theme, .. } = screen;
    let adds = |part: &ReadingPart| part.adds.get(account.column).copied();
    let mut lines = Vec::new();
    for part in &account.parts {
        let number = adds(part).map_or_else(String::new, |add| format!("{} ", signed(add)));
        let text = match words.part_name(&part.cue_id) {
            Some(name) if part.source() == attune_proto::v1::CueSource::Unspecified => {
                name.to_owned()
            }
            Some(name) => format!("{name} ({})", words.source_name(part.source())),
            None => told(part, words),
        };
        lines.extend(wrap(&[(number, theme.strong()), (text, theme.dim())], limit));
    }
    if account.parts.iter().any(|part| adds(part).is_some()) {
        let sum: f32 = account.parts.iter().filter_map(adds).sum();
        lines.push(Line::styled(format!("{} {}", signed(sum), words.sum), theme.strong()));
    }
    lines
}

/// `words: said "third time" (0:12)`
fn told(part: &ReadingPart, words: &Words) -> String {
    let at = clock(from_proto(part.offset.as_ref()));
    let source = words.source_name(part.source());
    let measured = part.measurement.as_ref().map(|m| measured(m, words)).unwrap_or_default();
    format!("{source}: {}{measured} ({at})", part.evidence)
}

/// ` [4.2 words/s, usual 2.5]`
fn measured(measurement: &Measurement, words: &Words) -> String {
    let usual = measurement.usual.map(|usual| format!(", {} {usual:.1}", words.usual));
    let Measurement { value, unit, .. } = measurement;
    format!(" [{value:.1} {unit}{}]", usual.unwrap_or_default())
}

/// The strongest cues, newest first, with what they pull at.
fn cues<'a>(screen: &Screen<'a>, snapshot: &Snapshot, limit: usize) -> Vec<Line<'a>> {
    let Screen { words, theme, .. } = screen;
    let mut lines = Vec::new();
    for cue in &snapshot.evidence {
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
    lines
}

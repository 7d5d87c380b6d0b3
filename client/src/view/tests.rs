//! The screen at several sizes.

use attune_proto::v1::{
    AlertKind, CallEvent, CueSource, Measurement, ReadingAccount, ReadingAccounts, ReadingPart,
    Snapshot, ViewReading, WithdrawReason,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::{Opened, Screen, Theme, draw, plain_summary, svg};
use crate::fixture::{alert, angry_snapshot, ended, folded, opening, read, withdrawn};
use crate::view_model::CallView;
use crate::words::Lang;

fn screen(view: &CallView) -> Screen<'_> {
    let now = view.clock;
    let theme = Theme::new(true);
    Screen { view, now, words: Lang::En.words(), theme, evidence: None, notice: None }
}

fn drawn(screen: &Screen<'_>, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("test terminal");
    terminal.draw(|frame| draw(frame, screen)).expect("draws");
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let row = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..buffer.area.height).map(|y| row(y).trim_end().to_owned() + "\n").collect()
}

fn shows(events: &[CallEvent], columns: u16, rows: u16) -> String {
    text(&drawn(&screen(&folded(events)), columns, rows))
}

#[test]
fn an_alert_stands_at_the_top_until_the_call_ends() {
    let mut events = opening();
    events.push(alert(9_000, AlertKind::Emergency, "smell gas"));
    let top = |events: &[CallEvent]| shows(events, 80, 24).lines().next().map(str::to_owned);
    assert!(top(&events).expect("a line").contains("! ALERT: possible emergency"));
    events.push(ended(20_000));
    assert!(!top(&events).expect("a line").contains("ALERT"));
}

#[test]
fn everything_an_agent_needs_is_there_at_80_by_24() {
    let shown = shows(&opening(), 80, 24);
    for part in [
        "WHO",
        "▲ RED",
        "81 %",
        "? not enough yet (security 31 %)",
        "grievance",
        "66 %",
        "angry",
        "angry 71 %  ↘",
        "! ESCALATING",
        "−0.62",
        "WHAT TO SAY",
        "Thank you for telling us.",
        "why: A real mistake",
        "· said: th",
        "TRANSCRIPT",
        "for the third",
        "i want it fixed …",
        "1-3 use",
    ] {
        assert!(shown.contains(part), "{part} is missing from\n{shown}");
    }
}

#[test]
fn the_essentials_survive_every_size() {
    for (columns, rows) in [(40, 16), (60, 20), (80, 24), (100, 30), (132, 43), (220, 60)] {
        let shown = shows(&opening(), columns, rows);
        for part in ["▲ RED", "angry", "Thank you"] {
            assert!(shown.contains(part), "{part} is missing at {columns}x{rows}:\n{shown}");
        }
    }
    for (columns, rows) in [(1, 1), (10, 3), (0, 0), (80, 5)] {
        shows(&opening(), columns, rows);
    }
}

#[test]
fn nothing_known_is_said_and_not_left_empty() {
    let shown = shows(&[], 80, 24);
    assert_eq!(shown.matches("? not enough yet").count(), 4, "{shown}");
    assert!(shown.contains("Listening."), "{shown}");
    // A reading without any field set.
    shows(&[read(1000, Snapshot::default())], 80, 24);
}

#[test]
fn a_withdrawn_card_says_why_in_its_place() {
    let mut events = opening();
    let detail = "mood is now satisfied";
    events.push(withdrawn("s-1", 9000, WithdrawReason::CallerChanged, detail));
    let shown = shows(&events, 100, 30);
    assert!(shown.contains("× the caller changed: mood is now satisfied"), "{shown}");
}

#[test]
fn without_colour_no_cell_has_one_and_the_words_remain() {
    let view = folded(&opening());
    let plain = Screen { theme: Theme::new(false), ..screen(&view) };
    let buffer = drawn(&plain, 80, 24);
    assert!(buffer.content.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    let coloured = drawn(&screen(&view), 80, 24);
    assert!(coloured.content.iter().any(|cell| cell.bg == Color::Red));
    assert_eq!(text(&buffer), text(&coloured));
}

#[test]
fn trigger_words_are_underlined_and_the_open_end_of_a_partial_is_not_in_full_ink() {
    let buffer = drawn(&screen(&folded(&opening())), 132, 43);
    let with = |modifier| {
        let cells = buffer.content.iter().filter(|cell| cell.modifier.contains(modifier));
        cells.map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    assert_eq!(with(Modifier::UNDERLINED), "third time");
    let italic_in = |ink| {
        let cells = buffer.content.iter();
        let cells = cells.filter(|cell| cell.modifier.contains(Modifier::ITALIC) && cell.fg == ink);
        cells.map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    assert!(italic_in(Color::Reset).contains("i want"));
    assert!(italic_in(Color::Gray).contains("it fixed"));
}

#[test]
fn a_correction_is_marked_as_human() {
    let mut snapshot = angry_snapshot();
    if let Some(colour) = &mut snapshot.colour {
        colour.corrected = true;
    }
    let mut events = opening();
    events.push(read(9000, snapshot));
    let shown = shows(&events, 80, 24);
    assert!(shown.contains("✎ set by hand"), "{shown}");
}

#[test]
fn evidence_takes_the_place_of_the_transcript() {
    let view = folded(&opening());
    let with_evidence = Screen { evidence: Some(Opened::Cues), ..screen(&view) };
    let shown = text(&drawn(&with_evidence, 80, 24));
    assert!(shown.contains("words: third time"), "{shown}");
    assert!(shown.contains("→ grievance +1.2"), "{shown}");
    assert!(!shown.contains("TRANSCRIPT"));
    assert!(text(&drawn(&with_evidence, 50, 20)).contains("EVIDENCE"));
}

#[test]
fn a_reading_opens_down_to_its_parts_and_their_sum() {
    let mut snapshot = angry_snapshot();
    let said = ReadingPart {
        cue_id: "words.deadline".into(),
        source: CueSource::Words.into(),
        evidence: "said \"by two\"".into(),
        adds: vec![0.9, 0.0, -0.1, 0.0],
        ..ReadingPart::default()
    };
    let short = ReadingPart {
        cue_id: "conduct.short_turns".into(),
        source: CueSource::Conduct.into(),
        evidence: "4 words a turn so far".into(),
        measurement: Some(Measurement { value: 4.0, unit: "words".into(), usual: Some(9.0) }),
        adds: vec![0.3, 0.0, 0.0, 0.0],
        ..ReadingPart::default()
    };
    let rest = ReadingPart { cue_id: "rest".into(), adds: vec![-0.2; 4], ..Default::default() };
    snapshot.accounts = Some(ReadingAccounts {
        colour: Some(ReadingAccount { parts: vec![said, short, rest] }),
        ..Default::default()
    });
    let mut events = opening();
    events.push(read(9000, snapshot));
    let view = folded(&events);
    let opened = Screen { evidence: Some(Opened::Colour), ..screen(&view) };
    let shown = text(&drawn(&opened, 132, 43));
    for part in [
        "EVIDENCE: Colour red",
        "+0.90 words: said \"by two\" (0:00)",
        "+0.30 conduct: 4 words a turn so far [4.0 words",
        "−0.20 the rest",
        "+1.00 sum",
    ] {
        assert!(shown.contains(part), "{part} is missing from\n{shown}");
    }
    let nothing = Screen { evidence: Some(Opened::Motive), ..screen(&view) };
    assert!(text(&drawn(&nothing, 132, 43)).contains("No evidence yet."));
}

#[test]
fn views_are_shown_where_the_project_asks_for_them() {
    let view = |view: &str, value: &str| ViewReading {
        view: view.into(),
        value: value.into(),
        confidences: Vec::new(),
    };
    let snapshot = Snapshot {
        views: vec![view("jung", "--T-"), view("insights", "fiery_red")],
        ..angry_snapshot()
    };
    let mut events = opening();
    events.push(read(9000, snapshot));
    let shown = shows(&events, 132, 43);
    assert!(shown.contains("Views    Jung --T-  Insights fiery red"), "{shown}");
    let view = folded(&events);
    let german = Screen { words: Lang::De.words(), ..screen(&view) };
    assert!(text(&drawn(&german, 132, 24)).contains("Insights feuriges Rot"));
    assert!(!shows(&opening(), 132, 43).contains("Views"));
}

#[test]
fn the_end_is_a_summary() {
    let mut events = opening();
    events.push(withdrawn("s-1", 9000, WithdrawReason::Expired, ""));
    events.push(ended(20_000));
    let shown = shows(&events, 80, 24);
    for part in
        ["SUMMARY", "0:20 (hung up)", "−0.62 → +0.40", "1 shown", "1 withdrawn", "time is over"]
    {
        assert!(shown.contains(part), "{part} is missing from\n{shown}");
    }
    let lines = plain_summary(&folded(&events), Lang::De.words());
    assert!(lines.iter().any(|line| line.contains("1 gezeigt")), "{lines:?}");
}

#[test]
fn german_is_german() {
    let view = folded(&opening());
    let german = Screen { words: Lang::De.words(), ..screen(&view) };
    let shown = text(&drawn(&german, 80, 24));
    for part in ["WER", "▲ ROT", "noch zu wenig", "verärgert", "GESPRÄCH", "Anrufer", "genutzt"]
    {
        assert!(shown.contains(part), "{part} is missing from\n{shown}");
    }
}

#[test]
fn a_notice_takes_the_line_of_keys() {
    let view = folded(&opening());
    let noticed = Screen { notice: Some("Connection lost"), ..screen(&view) };
    let shown = text(&drawn(&noticed, 80, 24));
    assert!(shown.contains("Connection lost"));
    assert!(!shown.contains("1-3 use"));
}

#[test]
fn the_picture_holds_what_the_screen_shows() {
    let view = folded(&opening());
    let picture = svg::render(&screen(&view), 100, 30);
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    for part in ["▲ RED", "Thank you for telling us.", "fill=\"#d6453d\"", "underline"] {
        assert!(picture.contains(part), "{part}");
    }
}

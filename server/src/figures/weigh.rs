//! What a call adds to the sums that reports are made from.

use std::collections::BTreeMap;

use attune_proto::v1::{CallFigures, CallerType, Colour, Escalation, Outcome};

use super::catalogue::Figure;
use super::links::Link;
use super::stats::Sums;
use super::tally::seconds;
use crate::day;

/// Along what calls are put together. The numbers stand in stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Dimension {
    Team = 0,
    Issue = 1,
    CallerType = 2,
    Colour = 3,
    /// What became of the notes.
    Notes = 4,
    /// How long the caller had waited.
    Waiting = 5,
    /// An issue and the one the caller called about next, with `>` between.
    NextIssue = 6,
}

impl Dimension {
    /// Those along which a change of the callers' mix may have moved a figure.
    pub(crate) const CAUSES: [Self; 5] =
        [Self::Notes, Self::CallerType, Self::Colour, Self::Waiting, Self::Issue];

    pub(crate) const fn number(self) -> u8 {
        self as u8
    }

    /// As the API names it.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Issue => "issue",
            Self::CallerType => "caller_type",
            Self::Colour => "colour",
            Self::Notes => "notes",
            Self::Waiting => "waiting",
            Self::NextIssue => "next_issue",
        }
    }
}

/// The figures whose changes are looked into; only these are summed along every dimension.
pub(crate) const WATCHED: [Figure; 6] = [
    Figure::Csat,
    Figure::Resolved,
    Figure::FirstContact,
    Figure::HandleTime,
    Figure::MoodChange,
    Figure::Effort,
];

/// Calls that are summed together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) dimension: Dimension,
    /// Since 1970.
    pub(crate) day: i64,
    pub(crate) project: String,
    pub(crate) key: String,
}

/// All that is known of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) figures: &'a CallFigures,
    pub(crate) outcome: Option<&'a Outcome>,
    /// `None`: nobody knows who called.
    pub(crate) link: Option<&'a Link>,
}

/// Changes of sums, to be written in one go.
#[derive(Debug, Default)]
pub(crate) struct Book(BTreeMap<Cell, BTreeMap<Figure, Sums>>);

impl Book {
    /// Adds what a call adds, or with `times` -1 takes it away.
    pub(crate) fn enter(&mut self, known: Known<'_>, times: f64) {
        let values = known.values();
        let (day, project) = (known.day(), &known.figures.project);
        for (dimension, key) in known.keys() {
            let cell = Cell { dimension, day, project: project.clone(), key };
            let sums = self.0.entry(cell).or_default();
            let all = matches!(dimension, Dimension::Team | Dimension::Issue);
            let wanted = |figure: &Figure| match dimension {
                Dimension::NextIssue => *figure == Figure::NextIssue,
                _ => all || WATCHED.contains(figure),
            };
            for (figure, value) in values.iter().filter(|(figure, _)| wanted(figure)) {
                sums.entry(*figure).or_default().add(*value, times);
            }
        }
    }

    /// Every sum that changed.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&Cell, Figure, &Sums)> {
        let changed = |sums: &Sums| *sums != Sums::default();
        self.0.iter().flat_map(move |(cell, sums)| {
            let sums = sums.iter().filter(move |(_, sums)| changed(sums));
            sums.map(move |(figure, sums)| (cell, *figure, sums))
        })
    }
}

/// What a call was about: what was recorded, or else heard.
pub(crate) fn issue<'a>(figures: &'a CallFigures, outcome: Option<&'a Outcome>) -> &'a str {
    outcome
        .map(|outcome| outcome.issue.as_str())
        .filter(|issue| !issue.is_empty())
        .unwrap_or(&figures.issue)
}

impl<'a> Known<'a> {
    fn day(&self) -> i64 {
        self.figures.start_time.as_ref().map_or(0, day::of)
    }

    fn keys(&self) -> Vec<(Dimension, String)> {
        let figures = self.figures;
        let issue = issue(figures, self.outcome);
        let mut keys = vec![
            (Dimension::Team, figures.team.clone()),
            (Dimension::Issue, issue.to_owned()),
            (Dimension::CallerType, class(CallerType::as_str_name(&figures.caller_type()))),
            (Dimension::Colour, class(Colour::as_str_name(&figures.colour()))),
            (Dimension::Notes, notes(figures).to_owned()),
        ];
        if let Some(waited) = self.outcome.and_then(|outcome| outcome.waited) {
            keys.push((Dimension::Waiting, waiting(waited.seconds).to_owned()));
        }
        let next = self.link.map_or("", |link| link.followed_by.as_str());
        if !next.is_empty() {
            keys.push((Dimension::NextIssue, format!("{issue}>{next}")));
        }
        keys
    }

    fn values(&self) -> Vec<(Figure, Sums)> {
        let mut values = Vec::with_capacity(Figure::ALL.len());
        self.conduct(&mut values);
        self.notes(&mut values);
        if let Some(outcome) = self.outcome {
            recorded(outcome, &mut values);
        }
        if let Some(link) = self.link {
            let unresolved = self.outcome.and_then(|outcome| outcome.resolved) == Some(false);
            values.extend([
                (Figure::FirstContact, yes(!link.called_back && !unresolved)),
                (Figure::CallBack, yes(link.called_back)),
                (Figure::NextIssue, yes(!link.followed_by.is_empty())),
            ]);
        }
        values
    }

    fn conduct(&self, values: &mut Vec<(Figure, Sums)>) {
        let figures = self.figures;
        let mut put = |figure, value: f64| values.push((figure, Sums::of(value)));
        let length = seconds(figures.duration);
        let after = self.outcome.and_then(|outcome| outcome.after_call_work);
        put(Figure::HandleTime, length + seconds(after));
        if let Some(agent_talk) = figures.agent_talk {
            let agent = seconds(Some(agent_talk));
            let both = agent + seconds(figures.caller_talk);
            if both > 0.0 {
                put(Figure::AgentTalk, agent / both);
            }
            if length > 0.0 {
                put(Figure::Overtalk, (seconds(figures.overtalk) / length).min(1.0));
            }
        }
        if figures.reply_pause.is_some() {
            put(Figure::ReplyPause, seconds(figures.reply_pause));
        }
        if let Some(pace) = figures.agent_words_per_minute {
            put(Figure::AgentPace, pace.into());
        }
        if let Some(pace) = figures.caller_words_per_minute {
            put(Figure::CallerPace, pace.into());
        }
        if let Some(mood) = &figures.mood {
            put(Figure::MoodStart, mood.start.into());
            put(Figure::MoodLow, mood.low.into());
            put(Figure::MoodEnd, mood.end.into());
            put(Figure::MoodChange, f64::from(mood.end) - f64::from(mood.start));
        }
    }

    fn notes(&self, values: &mut Vec<(Figure, Sums)>) {
        let figures = self.figures;
        let shown = figures.notes_shown;
        values.extend([
            (Figure::Escalating, yes(figures.escalation_announced)),
            (Figure::Alerts, yes(figures.alerts > 0)),
            (Figure::NotesShown, Sums::of(shown.into())),
        ]);
        if shown > 0 {
            values.extend([
                (Figure::NotesUsed, Sums::part(figures.notes_used, shown)),
                (Figure::NotesDismissed, Sums::part(figures.notes_dismissed, shown)),
                (Figure::NotesExpired, Sums::part(figures.notes_expired, shown)),
            ]);
        }
    }
}

fn recorded(outcome: &Outcome, values: &mut Vec<(Figure, Sums)>) {
    let mut put = |figure, value: Option<Sums>| values.extend(value.map(|value| (figure, value)));
    let length = |length: Option<prost_types::Duration>| length.map(|_| Sums::of(seconds(length)));
    put(Figure::AfterCallWork, length(outcome.after_call_work));
    put(Figure::Waiting, length(outcome.waited));
    put(Figure::Resolved, outcome.resolved.map(yes));
    put(Figure::Effort, outcome.effort.map(|effort| Sums::of(effort.into())));
    put(Figure::Csat, outcome.csat.map(|csat| Sums::of(csat.into())));
    let promoter = |nps| match nps {
        9.. => 100.0,
        7..=8 => 0.0,
        _ => -100.0,
    };
    put(Figure::Nps, outcome.nps.map(|nps| Sums::of(promoter(nps))));
    let (handed_on, rightly) = match outcome.escalation() {
        Escalation::Unspecified => (None, None),
        Escalation::None => (Some(false), None),
        Escalation::Unjudged => (Some(true), None),
        Escalation::Appropriate => (Some(true), Some(true)),
        Escalation::Inappropriate => (Some(true), Some(false)),
    };
    put(Figure::Escalated, handed_on.map(yes));
    put(Figure::EscalatedRightly, rightly.map(yes));
    if let Some(made) = outcome.offers_made {
        put(Figure::OffersMade, Some(Sums::of(made.into())));
        let taken = outcome.offers_accepted.unwrap_or_default();
        put(Figure::OffersTaken, (made > 0).then(|| Sums::part(taken, made)));
    }
}

fn yes(yes: bool) -> Sums {
    Sums::of(f64::from(u8::from(yes)))
}

/// `CALLER_TYPE_GRIEVANCE` is `grievance`; what is not known is empty.
fn class(name: &str) -> String {
    let word = name.strip_prefix("CALLER_TYPE_").or(name.strip_prefix("COLOUR_")).unwrap_or(name);
    if word == "UNSPECIFIED" { String::new() } else { word.to_lowercase() }
}

fn notes(figures: &CallFigures) -> &'static str {
    match (figures.notes_shown, figures.notes_used) {
        (0, _) => "none",
        (_, 0) => "shown",
        _ => "used",
    }
}

fn waiting(seconds: i64) -> &'static str {
    match seconds {
        ..=20 => "0-20 s",
        21..=60 => "21-60 s",
        61..=180 => "61-180 s",
        _ => "over 180 s",
    }
}

#[cfg(test)]
mod tests {
    use attune_proto::v1::MoodCurve;

    use super::super::tally::duration;
    use super::*;

    fn figures() -> CallFigures {
        CallFigures {
            start_time: Some(prost_types::Timestamp { seconds: 3 * 86_400 + 5, nanos: 0 }),
            duration: Some(duration(100.0)),
            caller_talk: Some(duration(20.0)),
            agent_talk: Some(duration(60.0)),
            overtalk: Some(duration(5.0)),
            mood: Some(MoodCurve { start: -0.5, low: -0.75, end: 0.25, mood: 0 }),
            caller_type: CallerType::Grievance.into(),
            notes_shown: 4,
            notes_used: 1,
            issue: "bill".into(),
            ..CallFigures::default()
        }
    }

    fn value(known: Known<'_>, figure: Figure) -> Option<(f64, f64)> {
        let values = known.values();
        let found = values.iter().find(|(other, _)| *other == figure);
        found.map(|(_, sums)| (sums.count, sums.sum))
    }

    #[test]
    fn a_call_adds_what_is_known_of_it() {
        let figures = figures();
        let outcome = Outcome {
            resolved: Some(false),
            nps: Some(9),
            escalation: Escalation::Inappropriate.into(),
            offers_made: Some(2),
            offers_accepted: Some(1),
            after_call_work: Some(duration(30.0)),
            waited: Some(duration(61.0)),
            ..Outcome::default()
        };
        let link = Link { called_back: false, followed_by: "move".into() };
        let known = Known { figures: &figures, outcome: Some(&outcome), link: Some(&link) };
        for (figure, count, sum) in [
            (Figure::HandleTime, 1.0, 130.0),
            (Figure::AgentTalk, 1.0, 0.75),
            (Figure::Overtalk, 1.0, 0.05),
            (Figure::MoodChange, 1.0, 0.75),
            (Figure::NotesUsed, 4.0, 1.0),
            (Figure::Nps, 1.0, 100.0),
            (Figure::EscalatedRightly, 1.0, 0.0),
            (Figure::OffersTaken, 2.0, 1.0),
            // Not called back about, but the agent says that it is not settled.
            (Figure::FirstContact, 1.0, 0.0),
            (Figure::CallBack, 1.0, 0.0),
            (Figure::NextIssue, 1.0, 1.0),
        ] {
            assert_eq!(value(known, figure), Some((count, sum)), "{figure:?}");
        }
        assert_eq!(value(known, Figure::Csat), None);
        let keys: Vec<String> = known
            .keys()
            .iter()
            .map(|(dimension, key)| format!("{} {key}", dimension.key()))
            .collect();
        let expected = [
            "team ",
            "issue bill",
            "caller_type grievance",
            "colour ",
            "notes used",
            "waiting 61-180 s",
            "next_issue bill>move",
        ];
        assert_eq!(keys, expected);
        let unknown = Known { link: None, ..known };
        assert_eq!(value(unknown, Figure::FirstContact), None, "nobody knows who called");
    }

    #[test]
    fn what_is_entered_and_taken_away_changes_nothing() {
        let figures = figures();
        let known = Known { figures: &figures, outcome: None, link: None };
        let mut book = Book::default();
        book.enter(known, 1.0);
        assert!(book.changes().count() > 20);
        assert!(book.changes().all(|(cell, _, _)| cell.day == 3));
        book.enter(known, -1.0);
        assert_eq!(book.changes().count(), 0);
    }
}

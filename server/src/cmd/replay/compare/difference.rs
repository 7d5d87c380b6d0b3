//! Where two runs of a call differ.

use std::collections::BTreeMap;
use std::io::{self, Write};

use attune_audio::units::StreamTime;
use attune_models::category::Category;
use attune_models::event::{Event, EventBody};
use attune_models::snapshot::{Reading, Snapshot};
use attune_models::suggestion::{CardChange, WithdrawReason};
use serde_json::{Value, json};

/// What one run of a call told.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Told {
    /// In the order in which they were shown.
    cards: Vec<Card>,
    /// What was recognised of each utterance.
    texts: Vec<String>,
    /// The last reading, category by category.
    readings: Vec<(&'static str, &'static str)>,
    alerts: usize,
    used: usize,
}

/// A card that was shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Card {
    at: StreamTime,
    note: String,
    say: String,
}

/// Where two runs of a call differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    call: String,
    /// Cards of the same note at the same time with the same words.
    alike: usize,
    /// The other cards of each run.
    only: [Vec<Card>; 2],
    /// Category and class in each run.
    readings: Vec<(&'static str, [&'static str; 2])>,
    /// Utterances with other words.
    texts: usize,
}

/// The sum over all calls.
#[derive(Debug, Default)]
pub(super) struct Total {
    calls: usize,
    differing: usize,
    alike: usize,
    only: [usize; 2],
    texts: usize,
    alerts: [usize; 2],
    used: [usize; 2],
    /// How often each note was shown.
    notes: BTreeMap<String, [usize; 2]>,
    /// In how many calls the last reading of a category differs.
    readings: BTreeMap<&'static str, usize>,
}

impl Told {
    pub(super) fn of(events: &[Event]) -> Self {
        let mut told = Self::default();
        for event in events {
            match &event.body {
                EventBody::Card(CardChange::Shown(card)) => told.cards.push(Card {
                    at: card.shown,
                    note: card.note.clone(),
                    say: card.say.clone(),
                }),
                EventBody::Card(CardChange::Withdrawn { reason: WithdrawReason::Used, .. }) => {
                    told.used += 1;
                }
                EventBody::Transcript(transcript) => told.texts.push(transcript.words().to_owned()),
                EventBody::Alert(_) => told.alerts += 1,
                EventBody::Snapshot(snapshot) => told.readings = readings(snapshot),
                _ => {}
            }
        }
        told
    }
}

fn readings(snapshot: &Snapshot) -> Vec<(&'static str, &'static str)> {
    fn one<C: Category>(reading: &Reading<C>) -> (&'static str, &'static str) {
        (C::NAME, reading.value.map_or("not enough yet", Category::key))
    }
    vec![
        one(&snapshot.mood.category),
        one(&snapshot.colour),
        one(&snapshot.motive),
        one(&snapshot.caller_type),
    ]
}

impl Difference {
    pub(super) fn between(call: &str, [a, b]: &[Told; 2]) -> Self {
        let only = |own: &Told, other: &Told| -> Vec<Card> {
            own.cards.iter().filter(|card| !other.cards.contains(card)).cloned().collect()
        };
        let only = [only(a, b), only(b, a)];
        let classes = a.readings.iter().zip(&b.readings);
        let readings =
            classes.filter(|(a, b)| a.1 != b.1).map(|(a, b)| (a.0, [a.1, b.1])).collect();
        let same = a.texts.iter().zip(&b.texts).filter(|(a, b)| a == b).count();
        Self {
            call: call.to_owned(),
            alike: a.cards.len() - only[0].len(),
            only,
            readings,
            texts: a.texts.len().max(b.texts.len()) - same,
        }
    }

    fn is_none(&self) -> bool {
        self.only.iter().all(Vec::is_empty) && self.readings.is_empty() && self.texts == 0
    }

    /// Nothing for a call without differences.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if self.is_none() {
            return Ok(());
        }
        writeln!(out, "{}: {} cards alike", self.call, self.alike)?;
        let mut cards: Vec<(&Card, char)> = Vec::new();
        for (cards_of, run) in self.only.iter().zip(['A', 'B']) {
            cards.extend(cards_of.iter().map(|card| (card, run)));
        }
        cards.sort_by_key(|(card, run)| (card.at, *run));
        for (card, run) in cards {
            let at = card.at.to_string();
            writeln!(out, "  {at:>9}  {run}  {:<30} “{}”", card.note, card.say)?;
        }
        for (name, [a, b]) in &self.readings {
            writeln!(out, "  at the end {}: A {a}, B {b}", name.replace('_', " "))?;
        }
        if self.texts > 0 {
            writeln!(out, "  {} utterances with other words", self.texts)?;
        }
        Ok(())
    }

    pub(super) fn json(&self) -> Value {
        let cards = |cards: &[Card]| -> Vec<Value> {
            let seconds = |card: &Card| card.at.since_start().as_secs_f64();
            let one =
                |card: &Card| json!({ "at": seconds(card), "note": card.note, "say": card.say });
            cards.iter().map(one).collect()
        };
        let readings: Vec<Value> = self
            .readings
            .iter()
            .map(|(name, [a, b])| json!({ "reading": name, "a": a, "b": b }))
            .collect();
        json!({
            "call": self.call,
            "alike": self.alike,
            "only_a": cards(&self.only[0]),
            "only_b": cards(&self.only[1]),
            "readings": readings,
            "other_texts": self.texts,
        })
    }
}

impl Total {
    pub(super) fn add(&mut self, difference: &Difference, told: &[Told; 2]) {
        self.calls += 1;
        self.differing += usize::from(!difference.is_none());
        self.alike += difference.alike;
        self.texts += difference.texts;
        for (name, _) in &difference.readings {
            *self.readings.entry(name).or_default() += 1;
        }
        for (run, told) in told.iter().enumerate() {
            self.only[run] += difference.only[run].len();
            self.alerts[run] += told.alerts;
            self.used[run] += told.used;
            for card in &told.cards {
                self.notes.entry(card.note.clone()).or_default()[run] += 1;
            }
        }
    }

    pub(super) fn write(&self, [a, b]: [&str; 2], out: &mut impl Write) -> io::Result<()> {
        let Self { calls, differing, alike, only, .. } = self;
        writeln!(out, "\nA {a}\nB {b}\n{differing} of {calls} calls differ\n")?;
        writeln!(out, "{:<38} {:>7} {:>7}", "", "A", "B")?;
        let mut row = |name: &str, [a, b]: [usize; 2]| writeln!(out, "{name:<38} {a:>7} {b:>7}");
        row("cards", [alike + only[0], alike + only[1]])?;
        row("  of them not in the other", *only)?;
        row("  used by the agent's own words", self.used)?;
        row("alerts", self.alerts)?;
        let mut notes: Vec<_> = self.notes.iter().filter(|(_, [a, b])| a != b).collect();
        notes.sort_by_key(|(note, [a, b])| (std::cmp::Reverse(a.abs_diff(*b)), *note));
        for (note, counts) in notes {
            row(&format!("note {note}"), *counts)?;
        }
        for (name, calls) in &self.readings {
            let name = name.replace('_', " ");
            writeln!(out, "{:<38} in {calls} calls", format!("other {name} at the end"))?;
        }
        if self.texts > 0 {
            writeln!(out, "{:<38} {} utterances", "other words", self.texts)?;
        }
        Ok(())
    }

    pub(super) fn json(&self, [a, b]: [&str; 2]) -> Value {
        let note = |(note, [a, b]): (&String, &[usize; 2])| json!({ "note": note, "a": a, "b": b });
        json!({
            "a": a,
            "b": b,
            "calls": self.calls,
            "differing": self.differing,
            "cards": { "alike": self.alike, "only_a": self.only[0], "only_b": self.only[1] },
            "used": { "a": self.used[0], "b": self.used[1] },
            "alerts": { "a": self.alerts[0], "b": self.alerts[1] },
            "notes": self.notes.iter().map(note).collect::<Vec<_>>(),
            "readings": self.readings,
            "other_texts": self.texts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cards: &[(u64, &str, &str)], colour: &'static str, texts: &[&str]) -> Told {
        let card = |(at, note, say): &(u64, &str, &str)| Card {
            at: StreamTime::from_millis(*at),
            note: (*note).into(),
            say: (*say).into(),
        };
        Told {
            cards: cards.iter().map(card).collect(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
            readings: vec![("colour", colour)],
            ..Told::default()
        }
    }

    #[test]
    fn what_differs_is_told_once_and_summed() {
        let a = told(&[(1000, "x", "X."), (2000, "y", "Y.")], "red", &["one", "two"]);
        let b = told(
            &[(1000, "x", "X."), (2500, "y", "Y."), (2500, "z", "Z.")],
            "blue",
            &["one", "too", "3"],
        );
        let both = [a.clone(), b];
        let difference = Difference::between("c", &both);
        assert_eq!((difference.alike, difference.texts), (1, 2));
        let mut out = Vec::new();
        difference.write(&mut out).expect("written");
        let told = String::from_utf8(out).expect("text");
        let lines: Vec<&str> = told.lines().map(str::trim_end).collect();
        assert_eq!(lines[0], "c: 1 cards alike");
        assert!(
            lines[1].contains("A  y") && lines[2].contains("B  y") && lines[3].contains("B  z")
        );
        assert_eq!(lines[4], "  at the end colour: A red, B blue");
        assert_eq!(lines[5], "  2 utterances with other words");

        let mut total = Total::default();
        total.add(&difference, &both);
        let same = [a.clone(), a];
        total.add(&Difference::between("d", &same), &same);
        let sum = total.json(["a.toml", "b.toml"]);
        assert_eq!((&sum["calls"], &sum["differing"]), (&json!(2), &json!(1)));
        assert_eq!(sum["cards"], json!({ "alike": 3, "only_a": 1, "only_b": 2 }));
        assert_eq!(sum["notes"][2], json!({ "note": "z", "a": 0, "b": 1 }));
        assert_eq!(sum["readings"], json!({ "colour": 1 }));
    }
}

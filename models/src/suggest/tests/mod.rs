#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use attune_audio::units::{Confidence, Side, Span};
use attune_audio::utterance::UtteranceId;

use super::*;
use crate::account::Accounts;
use crate::category::{CallerType, Category, Colour, Mood, Motive, Phase, Posterior, Trend};
use crate::private::Private;
use crate::snapshot::{Cue, CueSource, MoodReading, Reading, Target};
use crate::suggestion::Step;
use crate::transcript::Language;

mod course;
mod fatigue;
mod follow;
mod used;
mod whole;

const HEAD: &str = "[playbook]\nlanguage = \"en\"\nname = \"t\"\n";

/// A call that is told utterance by utterance.
struct Call {
    suggester: Suggester,
    snapshot: Option<Snapshot>,
    previous: Option<Snapshot>,
    numbers: [u32; 3],
}

impl Call {
    /// Notes as `id | rest of the note in TOML, split by ;`.
    fn new(notes: &[&str]) -> Self {
        Self::with("", notes)
    }

    fn with(head: &str, notes: &[&str]) -> Self {
        let mut text = format!("{HEAD}{head}\n");
        for note in notes {
            let (id, rest) = note.split_once('|').unwrap();
            let id = id.trim();
            let class = if rest.contains("class") { "" } else { "class = \"empathy\"" };
            let kind =
                if rest.contains("kind") { String::new() } else { format!("kind = \"{id}\"") };
            let say =
                if rest.contains("say =") { String::new() } else { format!("say = \"Say {id}.\"") };
            let rest = rest.replace(';', "\n");
            text +=
                &format!("[[note]]\nid = \"{id}\"\n{class}\n{kind}\n{say}\nwhy = \"w\"\n{rest}\n");
        }
        let playbook = match Playbook::parse("t.toml", &text) {
            Ok(playbook) => playbook,
            Err(error) => panic!("{error}\n{text}"),
        };
        Self::of(playbook)
    }

    fn of(playbook: Playbook) -> Self {
        let suggester = Suggester::new(Arc::new(playbook));
        Self { suggester, snapshot: None, previous: None, numbers: [0; 3] }
    }

    /// The caller was read anew.
    fn read(&mut self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = self.snapshot.clone().unwrap_or_else(unread);
        change(&mut next);
        self.previous = self.snapshot.replace(next);
    }

    /// As [`Self::read`], and the reading before was the same.
    fn read_twice(&mut self, change: impl Fn(&mut Snapshot)) {
        self.read(&change);
        self.read(&change);
    }

    fn said(&mut self, side: Side, from: f64, to: f64, text: &str) -> Vec<String> {
        let at = |seconds: f64| StreamTime::from_millis((seconds * 1000.0) as u64);
        let number = &mut self.numbers[side as usize];
        *number += 1;
        let transcript = Transcript {
            utterance: UtteranceId { side, number: *number },
            span: Span::new(at(from), at(to)),
            text: Some(Private::new(text.to_owned())),
            confidence: Confidence::new(0.9),
            language: Language::English,
        };
        let moment = Moment {
            at: at(to),
            transcript: &transcript,
            snapshot: self.snapshot.as_ref(),
            previous: self.previous.as_ref(),
        };
        self.suggester.consider(&moment).iter().map(told).collect()
    }

    fn caller(&mut self, at: f64, text: &str) -> Vec<String> {
        self.said(Side::Caller, at - 1.0, at, text)
    }

    fn agent(&mut self, at: f64, text: &str) -> Vec<String> {
        self.said(Side::Agent, at - 1.0, at, text)
    }

    fn advise(&mut self, at: u64, text: &str) -> Vec<String> {
        let now = StreamTime::from_millis(at * 1000);
        self.suggester.advise(text.to_owned(), now).iter().map(told).collect()
    }

    fn feedback(
        &mut self,
        card: u32,
        kind: FeedbackKind,
        at: u64,
    ) -> Result<Vec<String>, UnknownCard> {
        let feedback = Feedback { suggestion: SuggestionId(card), kind };
        let changes = self.suggester.feedback(&feedback, StreamTime::from_millis(at * 1000))?;
        Ok(changes.iter().map(told).collect())
    }
}

fn unread() -> Snapshot {
    Snapshot {
        at: StreamTime::ZERO,
        mood: MoodReading {
            valence: 0.0,
            arousal: 0.0,
            valence_deviation: 0.5,
            arousal_deviation: 0.5,
            category: Reading::not_enough(),
            trend: None,
            escalating: false,
        },
        colour: Reading::not_enough(),
        motive: Reading::not_enough(),
        caller_type: Reading::not_enough(),
        phase: Phase::Concern,
        evidence: Vec::new(),
        accounts: Accounts::default(),
        views: Vec::new(),
        caller_turns: 1,
    }
}

fn sure<C: Category>(class: C, confidence: f32) -> Reading<C> {
    let others = (1.0 - confidence) / (C::ALL.len() - 1) as f32;
    let scores: Vec<f32> =
        C::ALL.iter().map(|c| if *c == class { confidence } else { others }.ln()).collect();
    Reading { posterior: Posterior::from_log_odds(&scores), value: Some(class), corrected: false }
}

/// `+note` and `-s-1 Reason detail`.
fn told(change: &CardChange) -> String {
    match change {
        CardChange::Shown(card) => format!("+{}", card.note),
        CardChange::Withdrawn { id, reason, detail } => format!("-{id} {reason:?} {detail}"),
        CardChange::Raised(raised) => {
            let next: Vec<&str> = raised.next.iter().map(|(id, _)| id.as_str()).collect();
            format!("issue {}, next {}", raised.issue, next.join(", "))
        }
        CardChange::Checklist(steps) => {
            let step = |step: &Step| {
                let done = if step.done.is_some() { "+" } else { "" };
                format!("{done}{}", step.note)
            };
            format!("steps {}", steps.iter().map(step).collect::<Vec<_>>().join(", "))
        }
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_card_says_what_why_and_by_which_words() {
    let mut call = Call::new(&["r | when.colour = \"red\"; when.caller_says = [\"third time\"]"]);
    call.read(|s| {
        s.colour = sure(Colour::Red, 0.81);
        s.evidence.push(Cue {
            id: "words.deadline".into(),
            source: CueSource::Words,
            utterance: UtteranceId { side: Side::Caller, number: 1 },
            evidence: Private::new("by two, no extras".into()),
            measured: None,
            weights: vec![(Target::Colour(Colour::Red), 0.9)],
        });
    });
    assert_eq!(call.caller(5.0, "This is the THIRD time!"), ["+r"]);
    let card = &call.suggester.cards()[0];
    assert_eq!((card.say.as_str(), card.why.as_str(), card.id), ("Say r.", "w", SuggestionId(1)));
    let evidence: Vec<&str> = card.evidence.iter().map(|e| e.reveal().as_str()).collect();
    assert_eq!(evidence, ["colour.red 0.81", "by two, no extras", "said: THIRD time"]);
    assert_eq!(card.utterance, Some(UtteranceId { side: Side::Caller, number: 1 }));
    assert_eq!(card.expires, card.shown + Duration::from_secs(25));
}

#[test]
fn a_card_goes_when_the_caller_changes_and_says_how() {
    type Change = fn(&mut Snapshot);
    let table: [(&str, Change, Change, &str); 8] = [
        (
            "when.mood = \"angry\"",
            |s| s.mood.category = sure(Mood::Angry, 0.8),
            |s| s.mood.category = sure(Mood::Satisfied, 0.8),
            "mood is now satisfied",
        ),
        (
            "when.mood = \"angry\"",
            |s| s.mood.category = sure(Mood::Angry, 0.8),
            |s| s.mood.category = Reading::not_enough(),
            "mood is no longer clear",
        ),
        (
            "when.colour = \"red\"",
            |s| s.colour = sure(Colour::Red, 0.8),
            |s| s.colour = sure(Colour::Blue, 0.8),
            "colour is now blue",
        ),
        (
            "when.motive = [\"vision\"]",
            |s| s.motive = sure(Motive::Vision, 0.8),
            |s| s.motive = sure(Motive::Security, 0.8),
            "motive is now security",
        ),
        (
            "when.caller_type = \"grievance\"",
            |s| s.caller_type = sure(CallerType::Grievance, 0.8),
            |s| s.caller_type = sure(CallerType::Abusive, 0.8),
            "caller type is now abusive",
        ),
        (
            "when.phase = \"concern\"",
            |s| s.phase = Phase::Concern,
            |s| s.phase = Phase::Closing,
            "phase is now closing",
        ),
        (
            "when.trend = \"worsening\"",
            |s| s.mood.trend = Some(Trend::Worsening),
            |s| s.mood.trend = Some(Trend::Steady),
            "trend is now steady",
        ),
        (
            "when.escalating = true",
            |s| s.mood.escalating = true,
            |s| s.mood.escalating = false,
            "mood no longer escalates",
        ),
    ];
    for (when, before, after, detail) in table {
        let mut call = Call::new(&[&format!("n | {when}")]);
        call.read_twice(before);
        assert_eq!(call.caller(2.0, "a"), ["+n"], "{when}");
        assert_eq!(call.caller(4.0, "b"), NOTHING, "{when}");
        call.read(after);
        assert_eq!(call.caller(6.0, "c"), [format!("-s-1 CallerChanged {detail}")]);
        call.read_twice(before);
        assert_eq!(call.caller(20.0, "d"), NOTHING, "it rests: no flicker");
    }
}

#[test]
fn a_card_does_not_flicker_on_the_threshold() {
    let mut call = Call::new(&["r | when.colour = \"red\"; when.min_confidence = 0.6"]);
    call.read(|s| s.colour = sure(Colour::Red, 0.59));
    assert_eq!(call.caller(2.0, "a"), NOTHING);
    call.read(|s| s.colour = sure(Colour::Red, 0.61));
    assert_eq!(call.caller(3.0, "a"), ["+r"]);
    call.read(|s| s.colour = sure(Colour::Red, 0.55));
    assert_eq!(call.caller(4.0, "a"), NOTHING);
    call.read(|s| s.colour = sure(Colour::Red, 0.45));
    assert_eq!(call.caller(5.0, "a"), ["-s-1 CallerChanged colour red is only 0.45 sure now"]);
}

#[test]
fn words_count_for_a_while_and_said_for_the_whole_call() {
    let mut call = Call::new(&[
        "now | when.caller_says = [\"refund\"]; when.phase = \"closing\"",
        "ever | when.caller_said = [\"refund\"]; when.phase = \"closing\"; priority = 10",
        "agent | when.agent_says = [\"refund\"]",
    ]);
    call.read(|s| s.phase = Phase::Concern);
    assert_eq!(call.caller(2.0, "a refund"), NOTHING);
    call.read(|s| s.phase = Phase::Closing);
    assert_eq!(call.caller(12.0, "yes"), ["+now"], "ten seconds ago");
    assert_eq!(
        call.suggester.cards()[0].utterance,
        Some(UtteranceId { side: Side::Caller, number: 1 })
    );
    assert_eq!(call.caller(30.0, "yes"), ["+ever"]);
    assert_eq!(call.agent(50.0, "the refund is on its way").last().unwrap(), "+agent");
}

#[test]
fn said_comes_before_says() {
    let mut call =
        Call::new(&["n | when.agent_said = [\"recorded\"]; when.caller_says = [\"idiot\"]"]);
    assert_eq!(call.caller(2.0, "idiot"), NOTHING);
    assert_eq!(call.agent(4.0, "this call is recorded"), NOTHING, "the insult came before");
    assert_eq!(call.caller(6.0, "idiot"), ["+n"]);
}

#[test]
fn stop_phrases_hold_back_and_take_away() {
    let notes = ["n | when.caller_says = [\"refund\"]; unless.agent_said = [\"working days\"]"];
    let mut call = Call::new(&notes);
    call.agent(1.0, "it takes three working days");
    assert_eq!(call.caller(3.0, "my refund"), NOTHING);

    let mut call = Call::new(&notes);
    assert_eq!(call.caller(3.0, "my refund"), ["+n"]);
    assert_eq!(
        call.agent(5.0, "three working days"),
        ["-s-1 CallerChanged the agent has said what makes it needless"]
    );

    let mut call = Call::new(&["n | when.caller_says = [\"refund\"]; unless = [\"forget it\"]"]);
    assert_eq!(call.caller(3.0, "my refund, no, forget it"), NOTHING);
}

#[test]
fn nobody_is_blamed_for_words_on_a_mixed_channel() {
    let mut call = Call::new(&[
        "agent | when.agent_says = [\"no way\"]",
        "caller | when.caller_says = [\"no way\"]; unless.agent_said = [\"recorded\"]",
    ]);
    assert_eq!(call.said(Side::Mixed, 1.0, 2.0, "no way"), ["+caller"]);
    assert_eq!(call.said(Side::Mixed, 3.0, 4.0, "recorded").len(), 1, "it may have been the agent");
}

#[test]
fn turns_and_interruptions() {
    let mut call = Call::new(&[
        "long | when.caller_talks_for = \"8s\"",
        "cut | when.agent_interrupts = true; priority = 60",
        "mono | when.agent_talks_for = \"20s\"",
    ]);
    assert_eq!(call.said(Side::Caller, 0.0, 5.0, "a"), NOTHING);
    assert_eq!(call.said(Side::Agent, 5.1, 5.5, "mhm"), NOTHING);
    assert_eq!(call.said(Side::Caller, 6.0, 9.5, "b"), ["+long"], "a mhm does not take the turn");
    assert_eq!(call.said(Side::Agent, 12.0, 12.6, "yes"), NOTHING);
    assert_eq!(call.said(Side::Caller, 20.0, 26.0, "c"), NOTHING);
    assert_eq!(call.said(Side::Agent, 25.8, 28.0, "well"), NOTHING, "it only touched");
    assert_eq!(
        call.said(Side::Caller, 30.0, 36.0, "d").last().unwrap(),
        "-s-1 Expired 25s are over"
    );
    assert_eq!(call.said(Side::Agent, 34.0, 38.0, "but"), ["+cut"]);
    assert_eq!(call.said(Side::Agent, 38.5, 50.0, "because").len(), 0);
    assert_eq!(call.said(Side::Agent, 50.5, 57.0, "so"), ["+mono"]);
}

#[test]
fn time_in_the_call() {
    let mut call = Call::new(&[
        "n | when.after = \"10s\"; when.before = \"20s\"; unless.agent_said = [\"record*\"]",
    ]);
    assert_eq!(call.caller(9.9, "a"), NOTHING);
    assert_eq!(call.caller(10.0, "a"), ["+n"]);
    let mut call = Call::new(&["n | when.after = \"10s\"; when.before = \"20s\""]);
    assert_eq!(call.caller(20.0, "a"), NOTHING);
}

#[test]
fn the_best_note_comes_first() {
    // Each pair: the second is better, for one reason.
    let table = [
        ["when.caller_says = [\"x\"]; priority = 40", "when.caller_says = [\"x\"]; priority = 41"],
        ["when.caller_says = [\"x\"]", "when.caller_says = [\"x\"]; when.phase = \"concern\""],
        ["when.colour = \"red\"", "when.motive = \"vision\""],
        ["when.agent_said = [\"old\"]", "when.caller_says = [\"x\"]"],
    ];
    for [worse, better] in table {
        for notes in
            [[("worse", worse), ("better", better)], [("better", better), ("worse", worse)]]
        {
            let notes = notes.map(|(id, rest)| format!("{id} | {rest}"));
            let mut call = Call::new(&notes.each_ref().map(String::as_str));
            call.agent(1.0, "old");
            call.suggester.last_shown = None;
            call.suggester.cards.clear();
            call.suggester.history = vec![History::default(); 2];
            call.suggester.kinds.clear();
            call.read(|s| {
                s.colour = sure(Colour::Red, 0.7);
                s.motive = sure(Motive::Vision, 0.8);
            });
            assert_eq!(call.caller(3.0, "x"), ["+better"], "{worse} | {better}");
        }
    }
    let mut call = Call::new(&["z | when.caller_says = [\"x\"]", "a | when.caller_says = [\"x\"]"]);
    assert_eq!(call.caller(3.0, "x"), ["+z"], "all alike: the first in the file");
}

#[test]
fn explain_names_the_first_reason() {
    let mut call = Call::new(&[
        "fires | when.caller_says = [\"refund\"]",
        "mood | when.mood = \"angry\"",
        "once | when.mood = \"satisfied\"",
        "colour | when.colour = [\"red\", \"blue\"]",
        "unsure | when.motive = \"vision\"; when.min_confidence = 0.9",
        "unread | when.caller_type = \"abusive\"",
        "words | when.caller_says = [\"bill\", \"invoice\"]",
        "late | when.after = \"1m\"",
        "stopped | when.caller_says = [\"refund\"]; unless.mood = \"satisfied\"",
    ]);
    call.read(|s| {
        s.mood.category = sure(Mood::Neutral, 0.8);
        s.colour = sure(Colour::Green, 0.8);
        s.motive = sure(Motive::Vision, 0.5);
    });
    call.read(|s| s.mood.category = sure(Mood::Satisfied, 0.8));
    let transcript = Transcript {
        utterance: UtteranceId { side: Side::Caller, number: 1 },
        span: Span::new(StreamTime::ZERO, StreamTime::from_millis(900)),
        text: Some(Private::new("a refund please".into())),
        confidence: Confidence::new(0.9),
        language: Language::English,
    };
    let moment = Moment {
        at: StreamTime::from_millis(1_000),
        transcript: &transcript,
        snapshot: call.snapshot.as_ref(),
        previous: call.previous.as_ref(),
    };
    let told = explain(&call.suggester.playbook, &CallFacts::default(), &[], &moment);
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|e| match &e.outcome {
            Outcome::Fired { evidence } => (e.note.as_str(), evidence[0].reveal().as_str()),
            Outcome::Missed { reason, .. } => (e.note.as_str(), reason.as_str()),
        })
        .collect();
    assert_eq!(
        told,
        [
            ("fires", "said: refund"),
            ("mood", "mood is satisfied, not angry"),
            ("once", "mood was neutral one reading ago, and two must agree"),
            ("colour", "colour is green, not red or blue"),
            ("unsure", "motive vision is only 0.50 sure, 0.90 is needed"),
            ("unread", "caller type is not clear yet"),
            ("words", "the caller has not just said \"bill\" or one of 1 more"),
            ("late", "the call is younger than 1m"),
            ("stopped", "unless: mood is now satisfied"),
        ]
    );
}

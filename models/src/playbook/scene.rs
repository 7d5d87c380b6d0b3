//! A moment of a call as people write it down, to see what a playbook makes of it.

use std::time::Duration;

use attune_audio::units::Side;

use super::read::{languages, offers, one_of};
use super::table::Table;
use crate::category::{Phase, Trend};
use crate::facts::CallFacts;
use crate::profile::Carried;
use crate::snapshot::Correction;
use crate::transcript::Language;

/// How old a call is unless the scene says otherwise.
const USUAL_AGE: Duration = Duration::from_secs(120);

/// What was said in a call, and what is taken for granted of the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Utterances in order; the last one is the moment. None: nothing has been said.
    pub said: Vec<(Side, String)>,
    /// How old the call is after it.
    pub at: Duration,
    /// How long the last one lasts; `None`: as long as its words take.
    pub lasting: Option<Duration>,
    /// What the caller is taken for, as if a human had set it.
    pub caller: Correction,
    /// Where the mood is heading.
    pub trend: Option<Trend>,
    /// Where the call stands.
    pub phase: Option<Phase>,
    /// Whether an outburst is likely.
    pub escalating: bool,
    /// What was looked up of the caller.
    pub facts: CallFacts,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            said: Vec::new(),
            at: USUAL_AGE,
            lasting: None,
            caller: Correction::default(),
            trend: None,
            phase: None,
            escalating: false,
            facts: CallFacts::default(),
        }
    }
}

/// A scene beside a note, and whether the note fits it.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The moment.
    pub scene: Scene,
    /// Whether the note must fit or must not.
    pub fits: bool,
    /// Where it begins in its file, from 1.
    pub line: usize,
}

/// `caller: I want my money back`.
///
/// # Errors
/// It begins with neither `caller:` nor `agent:`, or nothing follows.
pub fn utterance(text: &str) -> Result<(Side, String), &'static str> {
    let (side, words) = text.split_once(':').ok_or("does not begin with `caller:` or `agent:`")?;
    let side = match side.trim().to_lowercase().as_str() {
        "caller" => Side::Caller,
        "agent" => Side::Agent,
        _ => return Err("does not begin with `caller:` or `agent:`"),
    };
    let words = words.trim();
    if words.is_empty() { Err("says nothing") } else { Ok((side, words.to_owned())) }
}

/// One `[[note.example]]`.
pub(super) fn example(table: &Table<'_>, line: usize) -> Example {
    let said = table.texts("said").into_iter().filter_map(|text| {
        let read = utterance(text.get_ref());
        read.map_err(|problem| {
            table.complain(&text.span(), format!("{:?} {problem}", text.get_ref()));
        })
        .ok()
    });
    let usual = Scene::default();
    let scene = Scene {
        said: said.collect(),
        at: table.duration("at").unwrap_or(usual.at),
        lasting: table.duration("lasting"),
        caller: Correction {
            mood: one_of(table),
            colour: one_of(table),
            motive: one_of(table),
            caller_type: one_of(table),
        },
        trend: one_of(table),
        phase: one_of(table),
        escalating: table.bool("escalating").unwrap_or(false),
        facts: CallFacts {
            tier: one_of(table),
            calls_before: table.integer("calls_before").and_then(|n| u32::try_from(n).ok()),
            preferred_language: languages(table, "preferred_language", &Language::ALL)
                .and_then(|languages| languages.first().copied()),
            last_issue: table.text("last_issue").map(|id| (*id.get_ref()).to_owned()),
            last_promised: table.bool("last_promised"),
            offers: offers(table).unwrap_or_default(),
            carried: Carried::default(),
        },
    };
    Example { scene, fits: table.bool("fits").unwrap_or(true), line }
}

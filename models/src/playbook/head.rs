//! `[playbook]`: what holds for all notes. What a file does not say holds as in the one it extends.

use super::Limits;
use super::read::languages;
use super::table::Table;
use crate::category::Category;
use crate::cue::toggles::CuesOff;
use crate::reader::{self, ReadingRules};
use crate::recogniser::vocabulary::Vocabulary;
use crate::transcript::Language;
use crate::view::View;

/// A recogniser that listens for everything listens for nothing.
const MAX_NAMES: usize = 100;
const MAX_NAME: usize = 60;

/// More are not answered.
const MAX_QUESTIONS: usize = 20;
const MAX_QUESTION: usize = 120;

/// What the heads of the files say that a playbook is made of.
#[derive(Debug)]
pub(super) struct Head {
    /// `None`: nothing was read yet.
    pub(super) language: Option<Language>,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) vocabulary: Vocabulary,
    /// What quality asks of a call.
    pub(super) scorecard: Vec<String>,
    pub(super) limits: Limits,
    pub(super) reading: ReadingRules,
    /// Whether notes of equal importance are ordered by how often they are used.
    pub(super) learning: bool,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            language: None,
            name: String::new(),
            version: String::new(),
            vocabulary: Vocabulary::default(),
            scorecard: Vec::new(),
            limits: Limits::default(),
            reading: ReadingRules::default(),
            learning: true,
        }
    }
}

impl Head {
    /// What `table` says, and where it says nothing, what this says.
    pub(super) fn under(self, table: &Table<'_>) -> Self {
        let text = |text: toml::Spanned<&str>| (*text.get_ref()).to_owned();
        let given = |key| table.get(key).is_some();
        // Followed before anything else was read; here only whether it is a text.
        table.text("extends");
        Self {
            language: language(table, self.language),
            name: table.required("name").map(text).unwrap_or_default(),
            version: table.text("version").map(text).unwrap_or_default(),
            vocabulary: if given("vocabulary") { vocabulary(table) } else { self.vocabulary },
            scorecard: if given("scorecard") { scorecard(table) } else { self.scorecard },
            limits: limits(table, &self.limits),
            learning: table.bool("learning").unwrap_or(self.learning),
            reading: ReadingRules {
                cues_off: if given("cues_off") { cues_off(table) } else { self.reading.cues_off },
                views: if given("views") { views(table) } else { self.reading.views },
            },
        }
    }
}

fn language(table: &Table<'_>, base: Option<Language>) -> Option<Language> {
    let given =
        languages(table, "language", &Language::OF_NOTES).and_then(|given| given.first().copied());
    match (given, base, table.get("language")) {
        (None, None, None) => table.complain(&table.span, "[playbook] has no `language`"),
        (Some(given), Some(base), Some(value)) if given != base => {
            let (given, base) = (given.code(), base.code());
            let message = format!("`language` is {given}, but what it extends is in {base}");
            table.complain(&value.span(), message);
        }
        _ => {}
    }
    given.or(base)
}

fn limits(table: &Table<'_>, usual: &Limits) -> Limits {
    let cards = table.integer("max_cards").and_then(|n| usize::try_from(n).ok());
    let agreement = table.integer("agreement").and_then(|n| usize::try_from(n).ok());
    let length = |key, usual| table.duration(key).unwrap_or(usual);
    Limits {
        max_cards: cards.unwrap_or(usual.max_cards),
        agreement: agreement.unwrap_or(usual.agreement),
        new_every: length("new_every", usual.new_every),
        kind_every: length("kind_every", usual.kind_every),
        lifetime: length("lifetime", usual.lifetime),
        cooldown: length("cooldown", usual.cooldown),
        heard_for: length("heard_for", usual.heard_for),
    }
}

fn views(table: &Table<'_>) -> Vec<View> {
    table.words("views", "view", View::from_key)
}

/// The cues that do not count.
fn cues_off(table: &Table<'_>) -> CuesOff {
    let written = table.texts("cues_off");
    for pattern in &written {
        if let Err(error) = CuesOff::new([*pattern.get_ref()], reader::cue_ids()) {
            table.complain(&pattern.span(), error.to_string());
        }
    }
    let patterns = written.iter().map(|pattern| *pattern.get_ref());
    // What is wrong with them is said already.
    CuesOff::new(patterns, reader::cue_ids()).unwrap_or_default()
}

/// What quality asks of a call, in the order in which it is asked.
fn scorecard(table: &Table<'_>) -> Vec<String> {
    let questions = table.texts("scorecard");
    if let Some(first) = questions.get(MAX_QUESTIONS) {
        let message = format!("`scorecard` has more than {MAX_QUESTIONS} questions");
        table.complain(&first.span(), message);
    }
    for question in &questions {
        if !(1..=MAX_QUESTION).contains(&question.get_ref().trim().chars().count()) {
            let message = format!("a question has 1 to {MAX_QUESTION} characters");
            table.complain(&question.span(), message);
        }
    }
    questions.iter().map(|question| (*question.get_ref()).to_owned()).collect()
}

/// Names, the most important first.
fn vocabulary(table: &Table<'_>) -> Vocabulary {
    let names = table.texts("vocabulary");
    if let Some(first) = names.get(MAX_NAMES) {
        let message = format!("`vocabulary` has more than {MAX_NAMES} names; so many help nobody");
        table.complain(&first.span(), message);
    }
    for name in names.iter().filter(|name| name.get_ref().chars().count() > MAX_NAME) {
        table.complain(&name.span(), format!("a name has at most {MAX_NAME} characters"));
    }
    Vocabulary::new(names.iter().map(|name| (*name.get_ref()).to_owned()))
}

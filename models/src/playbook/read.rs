//! From TOML to a playbook, with every mistake found at once.

use std::collections::HashMap;
use std::time::Duration;

use attune_audio::units::Confidence;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::note::{Condition, Conditions, Note};
use super::phrase::{self, PhraseList, Phrases};
use super::rarity::Rarity;
use super::scene::{self, Example};
use super::table::{Report, Table};
use super::{Limits, Playbook, PlaybookError};
use crate::category::{Category, Mood};
use crate::cue::toggles::CuesOff;
use crate::reader::{self, ReadingRules};
use crate::recogniser::vocabulary::Vocabulary;
use crate::suggestion::SuggestionClass;
use crate::transcript::Language;
use crate::view::View;

const FILE_KEYS: &[&str] = &["playbook", "note"];
const PLAYBOOK_KEYS: &[&str] = &[
    "language",
    "name",
    "version",
    "vocabulary",
    "max_cards",
    "new_every",
    "kind_every",
    "lifetime",
    "cooldown",
    "agreement",
    "heard_for",
    "views",
    "cues_off",
];
const NOTE_KEYS: &[&str] = &[
    "id", "class", "kind", "when", "unless", "say", "why", "priority", "cooldown", "once",
    "lifetime", "alert", "example",
];
const CONDITION_KEYS: &[&str] = &[
    "colour",
    "motive",
    "mood",
    "trend",
    "caller_type",
    "phase",
    "min_confidence",
    "escalating",
    "caller_says",
    "agent_says",
    "caller_said",
    "agent_said",
    "caller_talks_for",
    "agent_talks_for",
    "agent_interrupts",
    "after",
    "before",
];
/// An offer in any other mood does harm.
const CALM: &[Mood] = &[Mood::Neutral, Mood::Satisfied, Mood::Grateful];
/// More cannot be taken in at a glance while talking.
const MAX_SAY: usize = 200;
const MAX_WHY: usize = 160;
/// A recogniser that listens for everything listens for nothing.
const MAX_NAMES: usize = 100;
const MAX_NAME: usize = 60;
const MAX_FILE: usize = 4 << 20;
const MAX_NOTES: usize = 5_000;
const HOUR: Duration = Duration::from_secs(3600);
const MINUTES: Duration = Duration::from_secs(600);
const SECOND: Duration = Duration::from_secs(1);

pub(super) fn playbook(file: &str, text: &str) -> Result<Playbook, PlaybookError> {
    let report = Report::new(file, text);
    if text.len() > MAX_FILE {
        report.add(&(0..0), "is larger than 4 MiB: split it by project");
        return report.finish(None);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        report.add(&error.span().unwrap_or(0..0), error.message());
    }
    // After a broken line nothing is where it was meant to be; more messages would mislead.
    let root = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
    let read = if report.is_empty() { whole(&report, &root) } else { None };
    report.finish(read)
}

fn whole<'a>(report: &'a Report<'a>, root: &'a Spanned<DeValue<'a>>) -> Option<Playbook> {
    let root = Table::new(report, root, "the file".into(), FILE_KEYS)?;
    let mut playbook = match root.get("playbook") {
        Some(head) => head_of(&Table::new(report, head, "[playbook]".into(), PLAYBOOK_KEYS)?),
        None => {
            root.complain(&(0..0), "there is no [playbook] table with `language` and `name`");
            None
        }
    }
    .unwrap_or_else(empty);
    let notes = root.get("note").map(|notes| (notes, notes.get_ref().as_array()));
    match notes {
        None => root.complain(&(0..0), "there is no [[note]]"),
        Some((value, None)) => root.complain(&value.span(), "write [[note]], not [note]"),
        Some((value, Some(notes))) if notes.len() > MAX_NOTES => {
            root.complain(&value.span(), format!("more than {MAX_NOTES} notes"));
        }
        Some((_, Some(notes))) => {
            let mut lines = HashMap::new();
            for value in notes.iter() {
                if let Some(note) = note(report, value, &mut playbook, &mut lines) {
                    playbook.notes.push(note);
                }
            }
        }
    }
    playbook.phrases.index();
    playbook.rarity = Rarity::of(&playbook.notes);
    Some(playbook)
}

fn empty() -> Playbook {
    Playbook {
        language: Language::English,
        name: String::new(),
        version: String::new(),
        vocabulary: Vocabulary::default(),
        limits: Limits::default(),
        reading: ReadingRules::default(),
        notes: Vec::new(),
        phrases: Phrases::default(),
        rarity: Rarity::default(),
    }
}

fn head_of(head: &Table<'_>) -> Option<Playbook> {
    let codes = Language::ALL.map(Language::code);
    if head.get("language").is_none() {
        head.complain(&head.span, "[playbook] has no `language`");
    }
    let exact = |code: &str| Language::ALL.into_iter().find(|language| language.code() == code);
    let language = head.words("language", "language", &codes, exact).first().copied();
    let name = head.required("name").map(|name| (*name.get_ref()).to_owned());
    let usual = Limits::default();
    let cards = head.integer("max_cards", 1..=5).and_then(|n| usize::try_from(n).ok());
    let agreement = head.integer("agreement", 1..=2).and_then(|n| usize::try_from(n).ok());
    let length = |key, min, usual| head.duration(key, min..=MINUTES).unwrap_or(usual);
    let limits = Limits {
        max_cards: cards.unwrap_or(usual.max_cards),
        agreement: agreement.unwrap_or(usual.agreement),
        new_every: length("new_every", Duration::ZERO, usual.new_every),
        kind_every: length("kind_every", Duration::ZERO, usual.kind_every),
        lifetime: length("lifetime", SECOND, usual.lifetime),
        cooldown: length("cooldown", Duration::ZERO, usual.cooldown),
        heard_for: length("heard_for", SECOND, usual.heard_for),
    };
    let version = head.text("version").map(|version| (*version.get_ref()).to_owned());
    Some(Playbook {
        language: language?,
        name: name?,
        version: version.unwrap_or_default(),
        vocabulary: vocabulary(head),
        limits,
        reading: reading(head),
        ..empty()
    })
}

/// The cues that do not count and the views that are shown.
fn reading(head: &Table<'_>) -> ReadingRules {
    let keys: Vec<&str> = View::ALL.iter().map(|view| view.key()).collect();
    let views = head.words("views", "view", &keys, View::from_key);
    let written = head.texts("cues_off");
    for pattern in &written {
        if let Err(error) = CuesOff::new([*pattern.get_ref()], reader::cue_ids()) {
            head.complain(&pattern.span(), error.to_string());
        }
    }
    let patterns = written.iter().map(|pattern| *pattern.get_ref());
    // What is wrong with them is said already.
    let cues_off = CuesOff::new(patterns, reader::cue_ids()).unwrap_or_default();
    ReadingRules { cues_off, views }
}

/// Names, the most important first.
fn vocabulary(head: &Table<'_>) -> Vocabulary {
    let names = head.texts("vocabulary");
    if let Some(first) = names.get(MAX_NAMES) {
        let message = format!("`vocabulary` has more than {MAX_NAMES} names; so many help nobody");
        head.complain(&first.span(), message);
    }
    for name in names.iter().filter(|name| name.get_ref().chars().count() > MAX_NAME) {
        head.complain(&name.span(), format!("a name has at most {MAX_NAME} characters"));
    }
    Vocabulary::new(names.iter().map(|name| (*name.get_ref()).to_owned()))
}

fn note<'a>(
    report: &'a Report<'a>,
    value: &'a Spanned<DeValue<'a>>,
    playbook: &mut Playbook,
    lines: &mut HashMap<String, usize>,
) -> Option<Note> {
    let id = value.get_ref().as_table().and_then(|table| table.get("id")?.get_ref().as_str());
    let name = id.map_or_else(|| "[[note]]".to_owned(), |id| format!("note `{id}`"));
    let table = Table::new(report, value, name, NOTE_KEYS)?;
    let line = report.line(table.span.start);
    let id = id_of(&table, report, lines);
    let class = class_of(&table);
    let when = conditions(&table, "when", &mut playbook.phrases);
    let unless = unless(&table, &mut playbook.phrases);
    if when.as_ref().is_none_or(|when| when.all.is_empty()) && !has_problem_in(&table, "when") {
        let message = format!("{} has no condition: it would always be shown", table.name);
        table.complain(&table.span, message);
    }
    let say = sentences(&table);
    let why = table.required("why").filter(|why| length_fits(&table, "why", why, MAX_WHY));
    let limits = &playbook.limits;
    let length = |key, min, usual| table.duration(key, min..=HOUR).unwrap_or(usual);
    let lifetime = length("lifetime", SECOND, limits.lifetime);
    let cooldown = length("cooldown", Duration::ZERO, limits.cooldown);
    let priority = table.integer("priority", 0..=100);
    let kind = table.text("kind").map(|kind| (*kind.get_ref()).to_owned());
    let once = table.bool("once").unwrap_or(false);
    let alert = table.bool("alert").unwrap_or(false);
    let (class, when) = (class?, when?);
    check_offer(&table, class, &when);
    let usual_priority = if class == SuggestionClass::Compliance { 90 } else { 50 };
    Some(Note {
        id: id?,
        class,
        kind: kind.unwrap_or_else(|| class.key().to_owned()),
        when,
        unless: unless?,
        say,
        why: (*why?.get_ref()).to_owned(),
        priority: priority.unwrap_or(usual_priority),
        cooldown,
        once,
        lifetime,
        alert,
        examples: examples(&table, report),
        line,
    })
}

fn examples(table: &Table<'_>, report: &Report<'_>) -> Vec<Example> {
    let Some(value) = table.get("example") else { return Vec::new() };
    let Some(list) = value.get_ref().as_array() else {
        table.complain(&value.span(), "write [[note.example]], not [note.example]");
        return Vec::new();
    };
    let example = |value| {
        let name = format!("an example of {}", table.name);
        let inner = table.inner(value, name, scene::EXAMPLE_KEYS)?;
        Some(scene::example(&inner, report.line(inner.span.start)))
    };
    list.iter().filter_map(example).collect()
}

/// The one class of its category that a table names, if it does.
pub(super) fn one_of<C: Category>(table: &Table<'_>) -> Option<C> {
    let classes = classes(table);
    if classes.len() > 1 {
        table.complain(&table.span, format!("{} has more than one `{}`", table.name, C::NAME));
    }
    classes.into_iter().next()
}

fn classes<C: Category>(table: &Table<'_>) -> Vec<C> {
    let keys: Vec<&str> = C::ALL.iter().map(|class| class.key()).collect();
    table.words(C::NAME, &C::NAME.replace('_', " "), &keys, C::from_key)
}

fn id_of(
    table: &Table<'_>,
    report: &Report<'_>,
    lines: &mut HashMap<String, usize>,
) -> Option<String> {
    let id = table.required("id")?;
    let (span, id) = (id.span(), (*id.get_ref()).to_owned());
    let plain =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    if id.len() > 64 || !id.chars().all(plain) {
        table.complain(
            &span,
            format!("id `{id}` must be at most 64 small letters, digits, `-`, `_` and `.`"),
        );
    }
    if let Some(first) = lines.insert(id.clone(), report.line(span.start)) {
        table.complain(&span, format!("id `{id}` is taken by the note on line {first}"));
        lines.insert(id.clone(), first);
    }
    Some(id)
}

fn class_of(table: &Table<'_>) -> Option<SuggestionClass> {
    let keys = SuggestionClass::ALL.map(SuggestionClass::key);
    table.required("class")?;
    let classes = table.words("class", "class", &keys, SuggestionClass::from_key);
    if classes.len() > 1 {
        table.complain(&table.span, format!("{} has more than one `class`", table.name));
    }
    classes.first().copied()
}

/// Whether `key` is there with something in it that was complained about already.
fn has_problem_in(table: &Table<'_>, key: &str) -> bool {
    let value = table.get(key).map(Spanned::get_ref);
    value.is_some_and(|value| {
        value
            .as_table()
            .is_none_or(|table| table.keys().any(|key| key.get_ref() != "min_confidence"))
    })
}

fn sentences(table: &Table<'_>) -> Vec<String> {
    if table.get("say").is_none() {
        table.complain(&table.span, format!("{} has no `say`", table.name));
    }
    let texts = table.texts("say").into_iter();
    let good = texts.filter(|text| {
        if let Err(problem) = placeholders(text.get_ref()) {
            table.complain(&text.span(), format!("`say` {problem}"));
        }
        length_fits(table, "say", text, MAX_SAY)
    });
    good.map(|text| (*text.get_ref()).to_owned()).collect()
}

fn length_fits(table: &Table<'_>, key: &str, text: &Spanned<&str>, max: usize) -> bool {
    let length = text.get_ref().chars().count();
    if length > max {
        table.complain(
            &text.span(),
            format!("`{key}` is {length} characters long; {max} can be read at a glance"),
        );
    }
    length <= max
}

/// `{amount}` is for the agent to fill; braces are for nothing else.
fn placeholders(text: &str) -> Result<(), &'static str> {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = rest[at..].strip_prefix('{').ok_or("has a `}` without `{`")?;
        let end = inside.find(['{', '}']).filter(|end| inside[*end..].starts_with('}'));
        let name = &inside[..end.ok_or("has a `{` without `}`")?];
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ') {
            return Err("has a placeholder that is no name, write for example {amount}");
        }
        rest = &inside[name.len() + 1..];
    }
    Ok(())
}

fn check_offer(table: &Table<'_>, class: SuggestionClass, when: &Conditions) {
    let calm = when.all.iter().any(|condition| match condition {
        Condition::Mood(moods) => moods.iter().all(|mood| CALM.contains(mood)),
        _ => false,
    });
    if class == SuggestionClass::Offer && !calm {
        table.complain(
            &table.span,
            format!(
                "{} is an offer and needs a calm mood: when.mood = [\"neutral\", \"satisfied\", \
                 \"grateful\"] or fewer of them",
                table.name
            ),
        );
    }
}

/// A list of stop-phrases, or conditions.
fn unless(table: &Table<'_>, phrases: &mut Phrases) -> Option<Conditions> {
    let Some(value) = table.get("unless") else { return Some(Conditions::default()) };
    if value.get_ref().is_table() {
        return conditions(table, "unless", phrases);
    }
    let stop = phrase_list(table, "unless", phrases)?;
    let all = vec![Condition::CallerSaid(stop), Condition::AgentSaid(stop)];
    Some(Conditions { all, ..Conditions::default() })
}

fn conditions(table: &Table<'_>, key: &str, phrases: &mut Phrases) -> Option<Conditions> {
    let value = table.get(key)?;
    let name = format!("`{key}` of {}", table.name);
    let when = table.inner(value, name, CONDITION_KEYS)?;
    let mut all = Vec::new();
    fn some<C: Category>(when: &Table<'_>) -> Option<Vec<C>> {
        Some(classes(when)).filter(|found| !found.is_empty())
    }
    all.extend(some(&when).map(Condition::Colour));
    all.extend(some(&when).map(Condition::Motive));
    all.extend(some(&when).map(Condition::Mood));
    all.extend(some(&when).map(Condition::Trend));
    all.extend(some(&when).map(Condition::CallerType));
    all.extend(some(&when).map(Condition::Phase));
    all.extend(when.bool("escalating").map(Condition::Escalating));
    let mut heard = |key, condition: fn(PhraseList) -> Condition| {
        phrase_list(&when, key, phrases).map(condition)
    };
    all.extend(heard("caller_says", Condition::CallerSays));
    all.extend(heard("agent_says", Condition::AgentSays));
    all.extend(heard("caller_said", Condition::CallerSaid));
    all.extend(heard("agent_said", Condition::AgentSaid));
    let length = |key| when.duration(key, SECOND..=HOUR);
    all.extend(length("caller_talks_for").map(Condition::CallerTalksFor));
    all.extend(length("agent_talks_for").map(Condition::AgentTalksFor));
    all.extend(when.bool("agent_interrupts").map(Condition::AgentInterrupts));
    all.extend(length("after").map(Condition::After));
    all.extend(length("before").map(Condition::Before));
    let min_confidence = Confidence::new(when.share("min_confidence").unwrap_or(0.0));
    Some(Conditions { all, min_confidence })
}

fn phrase_list(table: &Table<'_>, key: &str, phrases: &mut Phrases) -> Option<PhraseList> {
    let mut good = Vec::new();
    for text in table.texts(key) {
        match phrase::check(text.get_ref()) {
            Ok(()) => good.push((*text.get_ref()).to_owned()),
            Err(problem) => {
                table.complain(&text.span(), format!("phrase {:?} {problem}", text.get_ref()));
            }
        }
    }
    (!good.is_empty()).then(|| phrases.add(good))
}

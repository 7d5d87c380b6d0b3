//! From TOML to a playbook, with every mistake found at once.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use attune_audio::units::Confidence;
use toml::Spanned;
use toml::de::DeValue;

use super::extend::{self, Parsed, Source};
use super::head::{self, Head};
use super::note::{Condition, Conditions, Note};
use super::phrase::{self, PhraseList, Phrases};
use super::rarity::Rarity;
use super::scene::{self, Example};
use super::table::{Report, Table};
use super::{Playbook, PlaybookError, Problem, words};
use crate::category::{Category, Mood};
use crate::suggestion::SuggestionClass;

const FILE_KEYS: &[&str] = &["playbook", "note"];
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
const MAX_NOTES: usize = 5_000;
const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

/// The playbook that the files of a chain make, the one at the bottom first.
pub(super) fn playbook(chain: &[Source]) -> Result<Playbook, PlaybookError> {
    let files: Vec<Parsed<'_>> = chain.iter().map(extend::parse).collect();
    // After a broken line nothing is where it was meant to be; more messages would mislead.
    let sound = files.iter().all(|file| file.report.is_empty());
    let read = sound.then(|| whole(&files));
    let problems: Vec<Problem> =
        files.into_iter().flat_map(|file| file.report.into_problems()).collect();
    match read {
        Some(playbook) if problems.is_empty() => Ok(playbook),
        _ => Err(PlaybookError { problems }),
    }
}

/// One file of a chain, as far as it is needed to read the others.
struct Layer<'a> {
    report: &'a Report<'a>,
    root: Table<'a>,
    /// Of its notes, those without an id left out.
    ids: Vec<&'a str>,
    /// What it leaves out of the files below.
    without: Vec<Spanned<&'a str>>,
}

fn whole(files: &[Parsed<'_>]) -> Playbook {
    let mut head = Head::default();
    let mut layers: Vec<Layer<'_>> = Vec::new();
    for Parsed { report, root } in files {
        let Some(root) = Table::new(report, root, "the file".into(), FILE_KEYS) else { continue };
        let mut without = Vec::new();
        match root.get("playbook") {
            None => {
                root.complain(&(0..0), "there is no [playbook] table with `language` and `name`");
            }
            Some(value) => {
                if let Some(table) = root.inner(value, "[playbook]".into(), head::KEYS) {
                    head = head.under(&table);
                    without = table.texts("without");
                    check_without(&table, &without, &layers);
                }
            }
        }
        let ids = ids(&root);
        layers.push(Layer { report, root, ids, without });
    }
    let mut playbook = Playbook {
        language: head.language.unwrap_or_default(),
        name: head.name,
        version: head.version,
        files: layers.iter().map(|layer| layer.report.file().to_owned()).collect(),
        vocabulary: head.vocabulary,
        limits: head.limits,
        reading: head.reading,
        notes: Vec::new(),
        phrases: Phrases::default(),
        rarity: Rarity::default(),
    };
    for (place, layer) in layers.iter().enumerate() {
        let above = &layers[place + 1..];
        let without = above.iter().flat_map(|layer| layer.without.iter().map(|id| *id.get_ref()));
        let replaced = above.iter().flat_map(|layer| layer.ids.iter().copied());
        let gone: BTreeSet<&str> = without.chain(replaced).collect();
        notes(layer, &gone, layers.len() == 1, &mut playbook);
    }
    playbook.phrases.index();
    playbook.rarity = Rarity::of(&playbook.notes);
    playbook
}

/// The ids of the notes of a file, as they are written.
fn ids<'a>(root: &Table<'a>) -> Vec<&'a str> {
    let notes = root.get("note").and_then(|notes| notes.get_ref().as_array());
    let id =
        |note: &'a Spanned<DeValue<'a>>| note.get_ref().as_table()?.get("id")?.get_ref().as_str();
    notes.into_iter().flat_map(|notes| notes.iter()).filter_map(id).collect()
}

fn check_without(table: &Table<'_>, without: &[Spanned<&str>], below: &[Layer<'_>]) {
    let known: Vec<&str> = below.iter().flat_map(|layer| layer.ids.iter().copied()).collect();
    for id in without.iter().filter(|id| !known.contains(id.get_ref())) {
        let message = match (below.last(), words::nearest(id.get_ref(), &known)) {
            (None, _) => {
                "`without` needs `extends`: it leaves notes of another file out".to_owned()
            }
            (Some(base), near) => {
                let near = near.map(|id| format!(", did you mean `{id}`?")).unwrap_or_default();
                format!("there is no note `{}` in {}{near}", id.get_ref(), base.report.file())
            }
        };
        table.complain(&id.span(), message);
    }
}

/// Reads the notes of a file but those that files above it replace or leave out.
fn notes(layer: &Layer<'_>, gone: &BTreeSet<&str>, alone: bool, playbook: &mut Playbook) {
    let root = &layer.root;
    let Some(value) = root.get("note") else {
        if alone {
            root.complain(&(0..0), "there is no [[note]]");
        }
        return;
    };
    let Some(notes) = value.get_ref().as_array() else {
        root.complain(&value.span(), "write [[note]], not [note]");
        return;
    };
    if playbook.notes.len() + notes.len() > MAX_NOTES {
        root.complain(&value.span(), format!("more than {MAX_NOTES} notes"));
        return;
    }
    let mut lines = HashMap::new();
    for value in notes.iter() {
        let id = value.get_ref().as_table().and_then(|table| table.get("id")?.get_ref().as_str());
        if id.is_none_or(|id| !gone.contains(id))
            && let Some(note) = note(layer.report, value, playbook, &mut lines)
        {
            playbook.notes.push(note);
        }
    }
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
        file: report.file().into(),
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

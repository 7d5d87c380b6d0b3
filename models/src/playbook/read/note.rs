//! One `[[note]]`.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::DeValue;

use super::when::When;
use super::{Known, id_of, raw};
use crate::category::Mood;
use crate::playbook::note::{Condition, Conditions, Note};
use crate::playbook::scene::{self, Example};
use crate::playbook::table::{Report, Table};
use crate::playbook::{Playbook, keys};
use crate::suggestion::SuggestionClass;

/// An offer in any other mood does harm.
const CALM: &[Mood] = &[Mood::Neutral, Mood::Satisfied, Mood::Grateful];
/// More cannot be taken in at a glance while talking.
const MAX_SAY: usize = 200;
const MAX_WHY: usize = 160;

pub(super) fn note<'a>(
    report: &'a Report<'a>,
    value: &'a Spanned<DeValue<'a>>,
    playbook: &mut Playbook,
    known: &Known<'_>,
    lines: &mut HashMap<String, usize>,
) -> Option<Note> {
    let name = raw(value.get_ref(), "id")
        .map_or_else(|| "[[note]]".to_owned(), |id| format!("note `{id}`"));
    let table = Table::new(report, value, name, keys::NOTE)?;
    let line = report.line(table.span.start);
    let id = id_of(&table, report, lines, "note");
    let class = class_of(&table);
    let mut phrases = When { known, phrases: &mut playbook.phrases };
    let when = phrases.conditions(&table, "when");
    let unless = phrases.unless(&table);
    let applies = phrases.conditions(&table, "applies");
    if when.as_ref().is_none_or(|when| when.all.is_empty()) && !has_problem_in(&table, "when") {
        let message = format!("{} has no condition: it would always be shown", table.name);
        table.complain(&table.span, message);
    }
    let say = sentences(&table);
    let why = table.required("why").filter(|why| length_fits(&table, "why", why, MAX_WHY));
    let limits = &playbook.limits;
    let lifetime = table.duration("lifetime").unwrap_or(limits.lifetime);
    let cooldown = table.duration("cooldown").unwrap_or(limits.cooldown);
    let priority = table.integer("priority");
    let kind = table.text("kind").map(|kind| (*kind.get_ref()).to_owned());
    let once = table.bool("once").unwrap_or(false);
    let alert = table.bool("alert").unwrap_or(false);
    let (class, when) = (class?, when?);
    check_offer(&table, class, &when);
    if let Some(value) = table.get("applies").filter(|_| class != SuggestionClass::Checklist) {
        let message = "`applies` is for steps of the checklist; others have `when`";
        table.complain(&value.span(), message);
    }
    let usual_priority = if class == SuggestionClass::Compliance { 90 } else { 50 };
    Some(Note {
        id: id?,
        class,
        kind: kind.unwrap_or_else(|| class.key().to_owned()),
        when,
        unless: unless?,
        applies: applies.unwrap_or_default(),
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
        let inner = table.inner(value, name, keys::EXAMPLE)?;
        Some(scene::example(&inner, report.line(inner.span.start)))
    };
    list.iter().filter_map(example).collect()
}

fn class_of(table: &Table<'_>) -> Option<SuggestionClass> {
    table.required("class")?;
    let classes = table.words("class", "class", SuggestionClass::from_key);
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

//! From TOML to a playbook, with every mistake found at once.

mod issue;
mod note;
mod when;

use std::collections::{BTreeSet, HashMap};

use toml::Spanned;
use toml::de::DeValue;

use super::extend::{self, Parsed, Source};
use super::head::Head;
use super::issue::Issues;
use super::keys;
use super::named::Named;
use super::phrase::Phrases;
use super::rarity::Rarity;
use super::table::{Report, Table};
use super::wrap_up::{self, WrapUpCode};
use super::{Playbook, PlaybookError, Problem, words};
use crate::suggestion::SuggestionClass;

pub(super) use when::{languages, offers, one_of};

const MAX_NOTES: usize = 5_000;

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
    notes: Vec<&'a str>,
    /// Of those, the steps of the checklist.
    steps: Vec<&'a str>,
    /// Of its issues.
    issues: Vec<&'a str>,
    /// What it leaves out of the files below.
    without: Vec<Spanned<&'a str>>,
}

fn whole(files: &[Parsed<'_>]) -> Playbook {
    let mut head = Head::default();
    let mut named = Named::default();
    let mut wrap_up: Vec<WrapUpCode> = Vec::new();
    let mut layers: Vec<Layer<'_>> = Vec::new();
    for Parsed { report, root } in files {
        let Some(root) = Table::new(report, root, "the file".into(), keys::FILE) else { continue };
        named = named.under(&root);
        wrap_up = wrap_up::codes(&root, wrap_up);
        let mut without = Vec::new();
        match root.get("playbook") {
            None => {
                root.complain(&(0..0), "there is no [playbook] table with `language` and `name`");
            }
            Some(value) => {
                if let Some(table) = root.inner(value, "[playbook]".into(), keys::PLAYBOOK) {
                    head = head.under(&table);
                    without = table.texts("without");
                    check_without(&table, &without, &layers);
                }
            }
        }
        layers.push(Layer {
            report,
            notes: ids(&root, "note", |_| true),
            steps: ids(&root, "note", is_step),
            issues: ids(&root, "issue", |_| true),
            root,
            without,
        });
    }
    let mut playbook = Playbook {
        language: head.language.unwrap_or_default(),
        name: head.name,
        version: head.version,
        files: layers.iter().map(|layer| layer.report.file().to_owned()).collect(),
        vocabulary: head.vocabulary,
        scorecard: head.scorecard,
        limits: head.limits,
        learning: head.learning,
        reading: head.reading,
        notes: Vec::new(),
        issues: Issues::default(),
        wrap_up,
        phrases: Phrases::default(),
        rarity: Rarity::default(),
    };
    let known = Known::of(&layers, named);
    for (place, layer) in layers.iter().enumerate() {
        let above = &layers[place + 1..];
        issue::issues(layer, &gone(above, |layer| &layer.issues), &known, &mut playbook);
        notes(layer, &gone(above, |layer| &layer.notes), &known, &mut playbook);
    }
    playbook.phrases.index();
    playbook.rarity = Rarity::of(&playbook.notes);
    playbook
}

/// The ids and lists that conditions may name.
struct Known<'a> {
    issues: Vec<&'a str>,
    steps: Vec<&'a str>,
    named: Named,
    /// There is only one file.
    alone: bool,
}

impl<'a> Known<'a> {
    fn of(layers: &[Layer<'a>], named: Named) -> Self {
        let alone = layers.len() == 1;
        let mut known = Self { issues: Vec::new(), steps: Vec::new(), named, alone };
        for (place, layer) in layers.iter().enumerate() {
            let above = &layers[place + 1..];
            let (issues, notes) = (gone(above, |layer| &layer.issues), gone(above, |l| &l.notes));
            known.issues.extend(layer.issues.iter().filter(|id| !issues.contains(**id)));
            known.steps.extend(layer.steps.iter().filter(|id| !notes.contains(**id)));
        }
        known
    }
}

/// What the layers above replace or leave out.
fn gone<'a>(
    above: &[Layer<'a>],
    ids: impl for<'l> Fn(&'l Layer<'a>) -> &'l Vec<&'a str>,
) -> BTreeSet<&'a str> {
    let without = above.iter().flat_map(|layer| layer.without.iter().map(|id| *id.get_ref()));
    without.chain(above.iter().flat_map(|layer| ids(layer).iter().copied())).collect()
}

/// The ids of a list of tables of a file, as they are written.
fn ids<'a>(root: &Table<'a>, list: &str, wanted: impl Fn(&'a DeValue<'a>) -> bool) -> Vec<&'a str> {
    let tables = root.get(list).and_then(|tables| tables.get_ref().as_array());
    let tables = tables.into_iter().flat_map(|tables| tables.iter()).map(Spanned::get_ref);
    tables.filter(|table| wanted(table)).filter_map(|table| raw(table, "id")).collect()
}

fn raw<'a>(table: &'a DeValue<'a>, key: &str) -> Option<&'a str> {
    table.as_table()?.get(key)?.get_ref().as_str()
}

fn is_step<'a>(note: &'a DeValue<'a>) -> bool {
    raw(note, "class") == Some(SuggestionClass::Checklist.key())
}

fn check_without(table: &Table<'_>, without: &[Spanned<&str>], below: &[Layer<'_>]) {
    let ids = below.iter().flat_map(|layer| layer.notes.iter().chain(&layer.issues).copied());
    let known: Vec<&str> = ids.collect();
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
fn notes(layer: &Layer<'_>, gone: &BTreeSet<&str>, known: &Known<'_>, playbook: &mut Playbook) {
    let root = &layer.root;
    let Some(value) = root.get("note") else {
        if known.alone {
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
        if raw(value.get_ref(), "id").is_none_or(|id| !gone.contains(id)) {
            let note = note::note(layer.report, value, playbook, known, &mut lines);
            playbook.notes.extend(note);
        }
    }
}

fn id_of(
    table: &Table<'_>,
    report: &Report<'_>,
    lines: &mut HashMap<String, usize>,
    what: &str,
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
        table.complain(&span, format!("id `{id}` is taken by the {what} on line {first}"));
        lines.insert(id.clone(), first);
    }
    Some(id)
}

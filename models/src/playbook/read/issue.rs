//! The `[[issue]]` tables.

use std::collections::{BTreeSet, HashMap};

use super::when::{When, ids};
use super::{Known, Layer, id_of, raw};
use crate::playbook::issue::Issue;
use crate::playbook::table::Table;
use crate::playbook::{Playbook, keys};

const MAX_ISSUES: usize = 500;

/// Reads the issues of a file but those that files above it replace or leave out.
pub(super) fn issues(
    layer: &Layer<'_>,
    gone: &BTreeSet<&str>,
    known: &Known<'_>,
    playbook: &mut Playbook,
) {
    let root = &layer.root;
    let Some(value) = root.get("issue") else { return };
    let Some(tables) = value.get_ref().as_array() else {
        root.complain(&value.span(), "write [[issue]], not [issue]");
        return;
    };
    if known.issues.len() > MAX_ISSUES {
        root.complain(&value.span(), format!("more than {MAX_ISSUES} issues"));
        return;
    }
    let mut lines = HashMap::new();
    for value in tables.iter() {
        let id = raw(value.get_ref(), "id");
        if id.is_some_and(|id| gone.contains(id)) {
            continue;
        }
        let name = id.map_or_else(|| "[[issue]]".to_owned(), |id| format!("issue `{id}`"));
        let Some(table) = Table::new(layer.report, value, name, keys::ISSUE) else { continue };
        let Some(id) = id_of(&table, layer.report, &mut lines, "issue") else { continue };
        if table.get("says").is_none() {
            table.complain(&table.span, format!("{} has no `says`", table.name));
        }
        let mut when = When { known, phrases: &mut playbook.phrases };
        let Some(says) = when.phrase_list(&table, "says") else { continue };
        let name = table.text("name").map_or_else(|| id.clone(), |name| (*name.get_ref()).into());
        let next = ids(&table, "next", "issue", &known.issues).unwrap_or_default();
        playbook.issues.add(Issue { id, name, says, next });
    }
}

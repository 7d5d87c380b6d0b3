//! `[wrap_up]`: the codes that the agents of a project close their calls with.

use super::table::Table;

/// More would not be chosen from in one look.
const MAX_CODES: usize = 24;
const MAX_CODE: usize = 40;
const MAX_NAME: usize = 60;

/// One of the ends that a call can come to, as the project sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrapUpCode {
    /// What is recorded: small letters, digits, `-` and `_`.
    pub code: String,
    /// What agents read.
    pub name: String,
}

/// What `root` says in `[wrap_up]`, in its order; where it says nothing, `below`.
pub(super) fn codes(root: &Table<'_>, below: Vec<WrapUpCode>) -> Vec<WrapUpCode> {
    let Some(value) = root.get("wrap_up") else { return below };
    let Some(table) = root.free(value, "[wrap_up]".into()) else { return below };
    let complain = |message: String| table.complain(&table.span, message);
    let mut found = Vec::new();
    for code in table.names() {
        let Some(name) = table.text(code) else { continue };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if code.len() > MAX_CODE || !code.chars().all(plain) {
            let rule = "at most 40 small letters, digits, `-` and `_`";
            complain(format!("the code `{code}` must be made of {rule}"));
        }
        if name.get_ref().chars().count() > MAX_NAME {
            let message = format!("the name of `{code}` has more than {MAX_NAME} characters");
            table.complain(&name.span(), message);
        }
        found.push((
            name.span().start,
            WrapUpCode { code: code.into(), name: (*name.get_ref()).into() },
        ));
    }
    if found.len() > MAX_CODES {
        complain(format!("[wrap_up] has more than {MAX_CODES} codes; nobody reads so many"));
    }
    // The table forgot the order of its lines.
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, code)| code).collect()
}

//! Lists of phrases with a name: said once, used in many notes as `@name`.

use std::collections::BTreeMap;

use super::phrase;
use super::table::Table;
use super::words::nearest;

/// What one phrase may stand for; more would be a mistake.
const MAX_MEANINGS: usize = 2_000;
const MAX_NAME: usize = 40;

/// The `[phrases]` of the files of a playbook, those of the file on top before those below.
#[derive(Debug, Default)]
pub(super) struct Named {
    lists: BTreeMap<String, Vec<String>>,
}

impl Named {
    /// What `root` says in `[phrases]`, and what it does not say as in this. A list may contain lists of
    /// the files below, so that one can be made longer: `insult = ["@insult", "clown*"]`.
    pub(super) fn under(mut self, root: &Table<'_>) -> Self {
        let Some(value) = root.get("phrases") else { return self };
        let Some(table) = root.free(value, "[phrases]".into()) else { return self };
        let mut own = BTreeMap::new();
        for name in table.names() {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
            if name.len() > MAX_NAME || !name.chars().all(plain) {
                let rule = "at most 40 small letters, digits, `-` and `_`";
                table.complain(&table.span, format!("the list `{name}` must be named by {rule}"));
            }
            own.insert(name.to_owned(), self.phrases(&table, name).1);
        }
        self.lists.extend(own);
        self
    }

    /// The good phrases of a key, as they are written and as they are meant.
    pub(super) fn phrases(&self, table: &Table<'_>, key: &str) -> (Vec<String>, Vec<String>) {
        let (mut written, mut meant) = (Vec::new(), Vec::new());
        for text in table.texts(key) {
            let phrase = *text.get_ref();
            let good = self.meant(phrase).and_then(|meanings| {
                let checked = meanings.iter().try_for_each(|meaning| phrase::check(meaning));
                checked.map(|()| meanings).map_err(str::to_owned)
            });
            match good {
                Ok(meanings) => {
                    written.push(phrase.to_owned());
                    meant.extend(meanings);
                }
                Err(problem) => {
                    table.complain(&text.span(), format!("phrase {phrase:?} {problem}"));
                }
            }
        }
        (written, meant)
    }

    /// Everything that a phrase stands for: one phrase for every choice from the lists it names.
    fn meant(&self, phrase: &str) -> Result<Vec<String>, String> {
        let mut meant = vec![String::new()];
        for word in phrase.split_whitespace() {
            let choices = self.choices(word)?;
            if meant.len() * choices.len() > MAX_MEANINGS {
                return Err(format!("stands for more than {MAX_MEANINGS} phrases"));
            }
            let longer = |begun: &String| {
                let space = if begun.is_empty() { "" } else { " " };
                choices.iter().map(|choice| format!("{begun}{space}{choice}")).collect::<Vec<_>>()
            };
            meant = meant.iter().flat_map(longer).collect();
        }
        Ok(meant)
    }

    /// What may stand where `word` is written.
    fn choices(&self, word: &str) -> Result<Vec<String>, String> {
        let (absent, plain) = word.strip_prefix('!').map_or((false, word), |word| (true, word));
        let Some(name) = plain.strip_prefix('@') else { return Ok(vec![word.to_owned()]) };
        let list = self.lists.get(name).ok_or_else(|| self.unknown(name))?;
        if !absent {
            return Ok(list.clone());
        }
        if list.iter().any(|phrase| phrase.contains([' ', '!'])) {
            return Err(format!("has `!@{name}`, and not every phrase of that list is one word"));
        }
        // None of them may be there.
        Ok(vec![list.iter().map(|word| format!("!{word}")).collect::<Vec<_>>().join(" ")])
    }

    fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = self.lists.keys().map(String::as_str).collect();
        let near = nearest(name, &names).map(|name| format!(", did you mean `@{name}`?"));
        let near = near.unwrap_or_else(|| ": name it in [phrases]".to_owned());
        format!("names a list `@{name}` that there is not{near}")
    }
}

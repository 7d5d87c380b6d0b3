//! A TOML table that is read key by key and remembers what is wrong with it, and where.

use std::cell::RefCell;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use super::keys::{Key, Takes, names};
use super::words::{duration, hint};

/// Collects problems of one file.
pub(crate) struct Report<'a> {
    file: &'a str,
    /// Where each line but the first begins.
    lines: Vec<usize>,
    problems: RefCell<Vec<(usize, String)>>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        let lines = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Self { file, lines, problems: RefCell::default() }
    }

    /// The line, from 1, on which a byte stands.
    pub(crate) fn line(&self, byte: usize) -> usize {
        1 + self.lines.partition_point(|start| *start <= byte)
    }

    pub(crate) fn add(&self, span: &Range<usize>, message: impl Into<String>) {
        self.problems.borrow_mut().push((span.start, message.into()));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// The file's name.
    pub(crate) fn file(&self) -> &'a str {
        self.file
    }

    /// Everything that was added, in the order of the file.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut found = self.problems.take();
        found.sort_by_key(|(byte, _)| *byte);
        let problem = |(byte, message)| Problem {
            file: self.file.to_owned(),
            line: 1 + self.lines.partition_point(|start| *start <= byte),
            message,
        };
        found.into_iter().map(problem).collect()
    }
}

/// A table with the keys it may have.
pub(crate) struct Table<'a> {
    report: &'a Report<'a>,
    table: &'a DeTable<'a>,
    keys: &'static [Key],
    /// Where it begins.
    pub(crate) span: Range<usize>,
    /// What it is called in messages: ``note `red-short` ``.
    pub(crate) name: String,
}

impl<'a> Table<'a> {
    /// Complains about keys that are not in `keys`.
    pub(crate) fn new(
        report: &'a Report<'a>,
        value: &'a Spanned<DeValue<'a>>,
        name: String,
        keys: &'static [Key],
    ) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else {
            report.add(&value.span(), format!("{name} must be a table"));
            return None;
        };
        let valid = names(keys);
        for key in table.keys().filter(|key| !valid.contains(&key.get_ref().as_ref())) {
            let (word, hint) = (key.get_ref(), hint(key.get_ref(), &valid));
            report.add(&key.span(), format!("unknown key `{word}` in {name}{hint}"));
        }
        Some(Self { report, table, keys, span: value.span(), name })
    }

    /// A table inside this one.
    pub(crate) fn inner(
        &self,
        value: &'a Spanned<DeValue<'a>>,
        name: String,
        keys: &'static [Key],
    ) -> Option<Self> {
        Self::new(self.report, value, name, keys)
    }

    /// A table inside this one whose keys are names that its author gives.
    pub(crate) fn free(&self, value: &'a Spanned<DeValue<'a>>, name: String) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else {
            self.complain(&value.span(), format!("{name} must be a table"));
            return None;
        };
        Some(Self { report: self.report, table, keys: &[], span: value.span(), name })
    }

    /// Its keys.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.table.keys().map(|key| key.get_ref().as_ref())
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.get(key)
    }

    /// What a key takes; a key that is in no table takes anything.
    fn takes(&self, key: &str) -> &'static Takes {
        self.keys.iter().find(|known| known.name == key).map_or(&Takes::Text, |key| &key.takes)
    }

    pub(crate) fn complain(&self, span: &Range<usize>, message: impl Into<String>) {
        self.report.add(span, message);
    }

    /// A text; complains if it is missing or blank.
    pub(crate) fn required(&self, key: &str) -> Option<Spanned<&'a str>> {
        if self.get(key).is_none() {
            self.complain(&self.span, format!("{} has no `{key}`", self.name));
        }
        self.text(key)
    }

    /// A text that is not blank.
    pub(crate) fn text(&self, key: &str) -> Option<Spanned<&'a str>> {
        self.one_text(key, self.get(key)?)
    }

    /// One text or a list of them, none of them blank, none twice.
    pub(crate) fn texts(&self, key: &str) -> Vec<Spanned<&'a str>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            return self.one_text(key, value).into_iter().collect();
        };
        if array.is_empty() {
            self.complain(&value.span(), format!("`{key}` is an empty list"));
        }
        let mut texts: Vec<Spanned<&str>> = Vec::new();
        for text in array.iter().filter_map(|value| self.one_text(key, value)) {
            if texts.iter().any(|known| known.get_ref() == text.get_ref()) {
                let message = format!("`{key}` has {:?} twice", text.get_ref());
                self.complain(&text.span(), message);
            }
            texts.push(text);
        }
        texts
    }

    fn one_text(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Spanned<&'a str>> {
        let span = value.span();
        match value.get_ref().as_str() {
            None => self.wrong(key, "a text in quotes", value),
            Some(text) if text.trim().is_empty() => {
                self.complain(&span, format!("`{key}` is empty"));
                None
            }
            Some(text) => Some(Spanned::new(span, text)),
        }
    }

    /// Words of a closed list; `list` is what it is called.
    pub(crate) fn words<T>(
        &self,
        key: &str,
        list: &str,
        from_key: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let valid = match self.takes(key) {
            Takes::Word(words) | Takes::Words(words) => words(),
            _ => Vec::new(),
        };
        let texts = self.texts(key).into_iter();
        let known = texts.filter_map(|text| {
            let word = *text.get_ref();
            let class = from_key(word);
            if class.is_none() {
                self.complain(
                    &text.span(),
                    format!("unknown {list} `{word}`{}", hint(word, &valid)),
                );
            }
            class
        });
        known.collect()
    }

    pub(crate) fn bool(&self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        value.get_ref().as_bool().or_else(|| self.wrong(key, "true or false", value))
    }

    /// A length such as `25s`, within the range of its key.
    pub(crate) fn duration(&self, key: &str) -> Option<Duration> {
        let value = self.get(key)?;
        let Some(length) = value.get_ref().as_str().and_then(duration) else {
            return self.wrong(key, "a length such as \"25s\", \"500ms\" or \"1m30s\"", value);
        };
        match self.takes(key) {
            Takes::Length(min, max) if !(*min..=*max).contains(&length) => {
                let (min, max) = (super::written(*min), super::written(*max));
                let message = format!("`{key}` must lie between {min} and {max}");
                self.complain(&value.span(), message);
                None
            }
            _ => Some(length),
        }
    }

    /// A whole number within the range of its key.
    pub(crate) fn integer(&self, key: &str) -> Option<i32> {
        let value = self.get(key)?;
        let (min, max) = match self.takes(key) {
            Takes::Integer(min, max) => (*min, *max),
            _ => (i32::MIN, i32::MAX),
        };
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|integer| i32::from_str_radix(integer.as_str(), integer.radix()).ok())
            .filter(|number| (min..=max).contains(number));
        number.or_else(|| self.wrong(key, &format!("a whole number from {min} to {max}"), value))
    }

    /// A number in [0, 1].
    pub(crate) fn share(&self, key: &str) -> Option<f32> {
        let value = self.get(key)?;
        let number: Option<f32> = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(integer) => integer.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| (0.0..=1.0).contains(number));
        number.or_else(|| self.wrong(key, "a number from 0 to 1", value))
    }

    fn wrong<T>(&self, key: &str, wanted: &str, value: &Spanned<DeValue<'_>>) -> Option<T> {
        self.complain(&value.span(), format!("`{key}` must be {wanted}"));
        None
    }
}

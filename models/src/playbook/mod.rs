//! Playbooks: a project's communication notes, written by people in one text file per language.
//!
//! `docs/ref/playbook.md` describes the file. Everything wrong with a file is found when it is
//! read, all at once, each with its line and what was probably meant.

mod extend;
mod head;
mod issue;
mod keys;
mod named;
mod note;
mod phrase;
mod rarity;
mod read;
mod scene;
mod schema;
mod table;
mod words;
mod wrap_up;

use std::path::Path;
use std::time::Duration;
use std::{fmt, io};

use crate::reader::ReadingRules;
use crate::recogniser::vocabulary::Vocabulary;
use crate::transcript::Language;

pub use extend::ReadFile;
pub use issue::{Issue, Issues};
pub use note::{Condition, Conditions, Note};
pub(crate) use phrase::check as check_phrase;
pub use phrase::{Hit, PhraseList, Phrases};
pub use scene::{Example, Scene, utterance};
pub use schema::schema;
pub(crate) use words::written;
pub use wrap_up::WrapUpCode;

/// The notes of one project in one language.
#[derive(Debug, Clone)]
pub struct Playbook {
    language: Language,
    name: String,
    version: String,
    /// The files it was made of, the one it starts from first.
    files: Vec<String>,
    vocabulary: Vocabulary,
    scorecard: Vec<String>,
    limits: Limits,
    learning: bool,
    reading: ReadingRules,
    notes: Vec<Note>,
    issues: Issues,
    wrap_up: Vec<WrapUpCode>,
    phrases: Phrases,
    rarity: rarity::Rarity,
}

/// What keeps cards from tiring the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Cards on the screen at once.
    pub max_cards: usize,
    /// At most one new card in this time, what must be said excepted.
    pub new_every: Duration,
    /// At most one card of a kind in this time.
    pub kind_every: Duration,
    /// How long a card stays, unless its note says otherwise.
    pub lifetime: Duration,
    /// How long a note rests after it was shown, unless it says otherwise.
    pub cooldown: Duration,
    /// How many readings of the caller in a row, 1 or 2, must agree on the mood.
    pub agreement: usize,
    /// How long words count as just said.
    pub heard_for: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_cards: 3,
            new_every: Duration::from_secs(10),
            kind_every: Duration::from_secs(60),
            lifetime: Duration::from_secs(25),
            cooldown: Duration::from_secs(90),
            agreement: 2,
            heard_for: Duration::from_secs(10),
        }
    }
}

impl Playbook {
    /// Reads a playbook that stands alone or extends one that ships. `file` is only a name for
    /// messages.
    ///
    /// # Errors
    /// Everything that is wrong with the text, not only the first.
    pub fn parse(file: &str, text: &str) -> Result<Self, PlaybookError> {
        let closed = |_: &Path| Err(io::Error::other("no other file is read here"));
        Self::parse_with(file, text, &closed)
    }

    /// Reads a playbook and the files that it extends, whose paths are relative to `file`.
    ///
    /// # Errors
    /// As [`Self::parse`], for the files that it extends too.
    pub fn parse_with(file: &str, text: &str, read: ReadFile<'_>) -> Result<Self, PlaybookError> {
        read::playbook(&extend::chain(file, text, read)?)
    }

    /// The playbook that ships for a language.
    ///
    /// # Errors
    /// None in a build whose tests pass.
    pub fn embedded(language: Language) -> Result<Self, PlaybookError> {
        let (file, text) = shipped(language).unwrap_or_default();
        Self::parse(file, text)
    }

    /// Its text.
    pub fn embedded_text(language: Language) -> &'static str {
        shipped(language).map_or("", |(_, text)| text)
    }

    /// The language of the calls it is for.
    pub fn language(&self) -> Language {
        self.language
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whatever its owners number it by.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The names of the files it was made of: the one it starts from first, its own last.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// The names that recognition is to expect.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// What keeps cards from tiring the agent.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What it wants of the readers; a call keeps to what the playbook says that it began with.
    pub fn reading(&self) -> &ReadingRules {
        &self.reading
    }

    /// Whether notes of equal importance are ordered by how often they are used.
    pub fn learns(&self) -> bool {
        self.learning
    }

    /// What callers call about, and what they ask next.
    pub fn issues(&self) -> &Issues {
        &self.issues
    }

    /// What quality asks of a call, in the order of the file; empty: nothing of the project's own.
    pub fn scorecard(&self) -> &[String] {
        &self.scorecard
    }

    /// What agents close a call with, in the order of the file; empty: the project has no codes of
    /// its own.
    pub fn wrap_up(&self) -> &[WrapUpCode] {
        &self.wrap_up
    }

    /// All notes, in the order of the file.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The note with this id.
    pub fn note(&self, id: &str) -> Option<&Note> {
        self.notes.iter().find(|note| note.id == id)
    }

    /// The words of a sentence and how much each tells that it is this one and no other of the
    /// playbook, in nats. To be compared with [`Self::words_of`].
    pub(crate) fn weights_of(&self, sentence: &str) -> Vec<(String, f32)> {
        self.rarity.weights(sentence)
    }

    /// The words of what was said, for comparison with a sentence's.
    pub(crate) fn words_of(text: &str) -> Vec<String> {
        rarity::stems(text).collect()
    }

    /// All phrases that notes listen for.
    pub fn phrases(&self) -> &Phrases {
        &self.phrases
    }
}

/// Name and text of the playbook that ships for a language.
fn shipped(language: Language) -> Option<(&'static str, &'static str)> {
    match language {
        Language::English => {
            Some(("playbooks/en.toml", include_str!("../../../playbooks/en.toml")))
        }
        Language::German => Some(("playbooks/de.toml", include_str!("../../../playbooks/de.toml"))),
        Language::Italian => {
            Some(("playbooks/it.toml", include_str!("../../../playbooks/it.toml")))
        }
    }
}

/// Everything that is wrong with a playbook file; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PlaybookError {
    problems: Vec<Problem>,
}

impl PlaybookError {
    /// In the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for PlaybookError {
    /// One problem a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            let newline = if n == 0 { "" } else { "\n" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong with a playbook file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What is wrong, and what was probably meant.
    pub message: String,
}

impl fmt::Display for Problem {
    /// `playbooks/en.toml:41: unknown colour `rad`, did you mean `red`?`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

#[cfg(test)]
mod tests;

//! The rules of one language, from its file.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;

use super::Part;
use crate::category::{Category, Mood};
use crate::playbook::{PhraseList, Phrases, check_phrase};

/// A file of rules that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct RulesError {
    file: String,
    problem: String,
}

/// Makes summaries in one language.
#[derive(Debug, Clone)]
pub struct Summariser {
    phrases: Phrases,
    lists: BTreeMap<Want, PhraseList>,
    frames: BTreeMap<Frame, String>,
    pub(super) issues: Vec<Issue>,
    pub(super) moods: BTreeMap<Mood, String>,
}

/// Something that a call may be about.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    pub(super) id: String,
    /// In words.
    pub(super) name: String,
    /// What usually follows it; empty: nothing.
    pub(super) next: String,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    Concern,
    Step,
    AgentPromise,
    CallerPromise,
    When,
    AgentOpen,
    CallerOpen,
    /// What keeps a sentence out of a part.
    Unless(Part),
    /// The issue at this place.
    Issue(usize),
}

impl Want {
    fn number(self) -> (u8, usize) {
        match self {
            Self::Concern => (0, 0),
            Self::Step => (1, 0),
            Self::AgentPromise => (2, 0),
            Self::CallerPromise => (3, 0),
            Self::When => (4, 0),
            Self::AgentOpen => (5, 0),
            Self::CallerOpen => (6, 0),
            Self::Unless(part) => (7, part as usize),
            Self::Issue(place) => (8, place),
        }
    }
}

impl Ord for Want {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for Want {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A sentence with places for what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frame {
    Concern,
    Issue,
    Step,
    AgentPromise,
    AgentPromiseWhen,
    CallerPromise,
    CallerPromiseWhen,
    Mood,
    NextIssue,
    AgentOpen,
    CallerOpen,
    Unanswered,
}

impl Frame {
    /// The frame that also says until when.
    pub(super) fn with_time(self) -> Option<Self> {
        match self {
            Self::AgentPromise => Some(Self::AgentPromiseWhen),
            Self::CallerPromise => Some(Self::CallerPromiseWhen),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    say: Say,
    moods: BTreeMap<String, String>,
    find: Find,
    unless: Unless,
    issue: Vec<IssueRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    concern: String,
    issue: String,
    step: String,
    agent_promise: String,
    agent_promise_when: String,
    caller_promise: String,
    caller_promise_when: String,
    mood: String,
    next_issue: String,
    agent_open: String,
    caller_open: String,
    unanswered: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Find {
    concern: Vec<String>,
    step: Vec<String>,
    agent_promise: Vec<String>,
    caller_promise: Vec<String>,
    when: Vec<String>,
    agent_open: Vec<String>,
    caller_open: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unless {
    step: Vec<String>,
    promise: Vec<String>,
    open: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssueRule {
    id: String,
    name: String,
    #[serde(default)]
    next: String,
    phrases: Vec<String>,
}

impl Summariser {
    /// Reads rules; `file` is what errors call them.
    ///
    /// # Errors
    /// When the text is no rules, a phrase cannot be found, or a word is missing.
    pub fn parse(file: &str, text: &str) -> Result<Self, RulesError> {
        let wrong = |problem: String| RulesError { file: file.to_owned(), problem };
        let read: File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let mut moods = BTreeMap::new();
        for mood in Mood::ALL {
            let name = read.moods.get(mood.key());
            let name = name.ok_or_else(|| wrong(format!("moods has no {}", mood.key())))?;
            moods.insert(*mood, name.clone());
        }
        let Find { concern, step, agent_promise, caller_promise, when, agent_open, caller_open } =
            read.find;
        let mut lists = vec![
            (Want::Concern, concern),
            (Want::Step, step),
            (Want::AgentPromise, agent_promise),
            (Want::CallerPromise, caller_promise),
            (Want::When, when),
            (Want::AgentOpen, agent_open),
            (Want::CallerOpen, caller_open),
            (Want::Unless(Part::Step), read.unless.step),
            (Want::Unless(Part::Promise), read.unless.promise),
            (Want::Unless(Part::Open), read.unless.open),
        ];
        let mut issues: Vec<Issue> = Vec::new();
        for IssueRule { id, name, next, phrases } in read.issue {
            lists.push((Want::Issue(issues.len()), phrases));
            issues.push(Issue { id, name, next });
        }
        let known = |next: &str| next.is_empty() || issues.iter().any(|issue| issue.id == next);
        if let Some(issue) = issues.iter().find(|issue| !known(&issue.next)) {
            return Err(wrong(format!(
                "{} is followed by {}, which is none",
                issue.id, issue.next
            )));
        }
        let mut phrases = Phrases::default();
        let mut places = BTreeMap::new();
        for (want, list) in lists {
            for phrase in &list {
                check_phrase(phrase).map_err(|why| wrong(format!("\"{phrase}\" {why}")))?;
            }
            places.insert(want, phrases.add(list));
        }
        phrases.index();
        Ok(Self { phrases, lists: places, frames: frames(read.say), issues, moods })
    }

    pub(super) fn frame(&self, frame: Frame) -> &str {
        self.frames.get(&frame).map_or("", String::as_str)
    }

    /// Where the first phrase of a list stands in a text.
    pub(super) fn hit(&self, text: &str, want: Want) -> Option<Range<usize>> {
        let list = self.lists.get(&want)?;
        let hits = self.phrases.find(text);
        hits.into_iter().find(|hit| hit.list == *list).map(|hit| hit.range)
    }
}

fn frames(say: Say) -> BTreeMap<Frame, String> {
    BTreeMap::from([
        (Frame::Concern, say.concern),
        (Frame::Issue, say.issue),
        (Frame::Step, say.step),
        (Frame::AgentPromise, say.agent_promise),
        (Frame::AgentPromiseWhen, say.agent_promise_when),
        (Frame::CallerPromise, say.caller_promise),
        (Frame::CallerPromiseWhen, say.caller_promise_when),
        (Frame::Mood, say.mood),
        (Frame::NextIssue, say.next_issue),
        (Frame::AgentOpen, say.agent_open),
        (Frame::CallerOpen, say.caller_open),
        (Frame::Unanswered, say.unanswered),
    ])
}

//! The issue map: what callers call about, and what they ask next.

use super::phrase::PhraseList;

/// Something that callers call about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Unique among the issues of the playbook.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The caller raises it by one of these.
    pub says: PhraseList,
    /// The ids of the issues that follow from it, the likeliest first.
    pub next: Vec<String>,
}

/// All issues of a playbook.
#[derive(Debug, Clone, Default)]
pub struct Issues {
    all: Vec<Issue>,
}

impl Issues {
    /// In the order of the file.
    pub fn all(&self) -> &[Issue] {
        &self.all
    }

    /// The issue with this id.
    pub fn get(&self, id: &str) -> Option<&Issue> {
        self.all.iter().find(|issue| issue.id == id)
    }

    /// What the caller is likely to ask next: what follows from the last of the issues that he
    /// raised, then from those before, without those that he raised.
    pub fn next<'a>(&'a self, raised: &[String]) -> Vec<&'a Issue> {
        let mut next: Vec<&Issue> = Vec::new();
        let last_first = raised.iter().rev().filter_map(|id| self.get(id));
        for issue in last_first.flat_map(|issue| &issue.next).filter_map(|id| self.get(id)) {
            if !raised.contains(&issue.id) && !next.contains(&issue) {
                next.push(issue);
            }
        }
        next
    }

    pub(super) fn add(&mut self, issue: Issue) {
        self.all.push(issue);
    }
}

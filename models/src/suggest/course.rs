//! How far a call has come: what the caller called about, and which steps of the checklist are done.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use super::fit;
use super::memory::Memory;
use crate::playbook::{Issue, Note, Playbook};
use crate::suggestion::{Done, Raised, Step};
use crate::transcript::Transcript;
use attune_audio::units::Side;

/// Issues and steps by their ids, so that they outlast a change of language.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// In the order in which they were raised.
    raised: Vec<String>,
    listed: BTreeSet<String>,
    done: BTreeMap<String, Done>,
}

/// Steps that came to be listed or done.
#[derive(Debug, Default)]
pub(super) struct Progress {
    listed: Vec<String>,
    done: Vec<(String, Done)>,
}

impl Course {
    /// The issues that the caller raised, in order.
    pub(super) fn raised(&self) -> &[String] {
        &self.raised
    }

    /// Whether a step is listed and not done.
    pub(super) fn is_open(&self, step: &str) -> bool {
        self.listed.contains(step) && !self.done.contains_key(step)
    }

    /// The issues that an utterance raised which `memory` has just heard.
    pub(super) fn hear(
        &mut self,
        playbook: &Playbook,
        memory: &Memory,
        transcript: &Transcript,
    ) -> Vec<Raised> {
        let issues = playbook.issues();
        let mut raised = Vec::new();
        for issue in issues.all() {
            let heard = memory.said(issue.says, Side::Caller);
            let heard = heard.filter(|heard| heard.utterance == transcript.utterance);
            let Some(heard) = heard.filter(|_| !self.raised.contains(&issue.id)) else { continue };
            self.raised.push(issue.id.clone());
            raised.push(Raised {
                issue: issue.id.clone(),
                name: issue.name.clone(),
                utterance: heard.utterance,
                words: heard.words.clone(),
                next: Vec::new(),
            });
        }
        let next = |issue: &Issue| (issue.id.clone(), issue.name.clone());
        let likely: Vec<(String, String)> =
            issues.next(&self.raised).into_iter().map(next).collect();
        for raised in &mut raised {
            raised.next.clone_from(&likely);
        }
        raised
    }

    /// The steps that are listed or done from now on.
    pub(super) fn progress(&self, playbook: &Playbook, facts: &Facts<'_>) -> Progress {
        let mut progress = Progress::default();
        for note in playbook.notes().iter().filter(|note| note.is_step()) {
            let listed = self.listed.contains(&note.id);
            if !listed && fit::applies(note, facts) {
                progress.listed.push(note.id.clone());
            }
            if self.done.contains_key(&note.id) {
                continue;
            }
            if let Ok(fit) = fit::fit(note, facts) {
                let evidence = fit::evidence(note, facts);
                let done = Done { at: facts.at, utterance: fit.utterance, evidence };
                progress.done.push((note.id.clone(), done));
            }
        }
        progress
    }

    /// The checklist if it has changed.
    pub(super) fn take(&mut self, playbook: &Playbook, progress: Progress) -> Option<Vec<Step>> {
        let news = |id: &String| self.listed.contains(id) || progress.listed.contains(id);
        let changed = !progress.listed.is_empty() || progress.done.iter().any(|(id, _)| news(id));
        self.listed.extend(progress.listed);
        self.done.extend(progress.done);
        changed.then(|| self.checklist(playbook))
    }

    /// The steps that are listed, in the order of the playbook.
    pub(super) fn checklist(&self, playbook: &Playbook) -> Vec<Step> {
        let step = |note: &Note| Step {
            note: note.id.clone(),
            say: note.say.first().cloned().unwrap_or_default(),
            why: note.why.clone(),
            done: self.done.get(&note.id).cloned(),
        };
        let listed = |note: &&Note| note.is_step() && self.listed.contains(&note.id);
        playbook.notes().iter().filter(listed).map(step).collect()
    }

    /// A sentence with what is known of the call in it.
    pub(super) fn fill(&self, playbook: &Playbook, say: &str) -> String {
        let issues = playbook.issues();
        let mut filled = say.to_owned();
        if let Some(issue) = self.raised.last().and_then(|id| issues.get(id)) {
            filled = filled.replace("{issue}", &issue.name);
        }
        match issues.next(&self.raised).first() {
            Some(next) => filled.replace("{next_issue}", &next.name),
            None => filled,
        }
    }
}

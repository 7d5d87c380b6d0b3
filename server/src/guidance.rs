//! What a call's advice is held to, drawn when it begins: from what became of the cards so far, from
//! chance, and from what the agent wants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use attune_models::guidance::{Guidance, held_out, learn};
use attune_models::playbook::Playbook;

use crate::store::{Notes, Store};

/// How calls are given their guidance.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct GuidanceRules {
    /// Whether notes of equal importance are ordered by how often they are used.
    pub learning: bool,
    /// The share of calls, in [0, 1], that show no advice, so that its effect can be measured.
    pub hold_out: f64,
}

/// Draws the guidance of calls.
#[derive(Debug, Default)]
pub(crate) struct Guide {
    rules: GuidanceRules,
    /// Notes that were told of as muted, by project and language.
    muted: Mutex<BTreeMap<(String, String), BTreeSet<String>>>,
}

impl Guide {
    pub(crate) fn new(rules: GuidanceRules) -> Self {
        Self { rules, muted: Mutex::default() }
    }

    /// The guidance of a call that begins. Without the store, or without random bytes, the playbook's
    /// own order holds: the call begins all the same.
    pub(crate) async fn draw(
        &self,
        store: &Store,
        playbook: &Playbook,
        project: &str,
        agent: &str,
    ) -> Guidance {
        let notes =
            Notes { project: project.to_owned(), language: playbook.language().code().into() };
        let known = store.learning(notes.clone(), agent.to_owned()).await;
        let (tallies, agent) = known.unwrap_or_else(|error| {
            tracing::warn!(%error, "a call begins without what was learnt");
            Default::default()
        });
        let Some(seed) = seed() else { return Guidance { agent, ..Guidance::default() } };
        let learnt = learn(seed, &tallies);
        let learns = self.rules.learning && playbook.learns();
        let (ranks, muted) = if learns { (learnt.ranks, learnt.muted) } else { Default::default() };
        self.report(notes, &muted);
        Guidance { held_out: held_out(seed, self.rules.hold_out), ranks, muted, agent }
    }

    /// Tells the owners of a playbook of each note that muted itself, once.
    fn report(&self, notes: Notes, muted: &BTreeSet<String>) {
        let mut known = self.muted.lock().unwrap_or_else(PoisonError::into_inner);
        let Notes { project, language } = notes;
        let before = known.entry((project.clone(), language.clone())).or_default();
        for note in muted.difference(before) {
            tracing::warn!(
                %project, %language, %note,
                "agents dismiss this note so often that it is not shown any more; change it"
            );
        }
        before.clone_from(muted);
        let all: usize = known.values().map(BTreeSet::len).sum();
        metrics::gauge!("attune_notes_muted").set(all as f64);
    }
}

fn seed() -> Option<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .inspect_err(|error| tracing::error!(%error, "the system gives no random bytes"))
        .ok()?;
    Some(u64::from_le_bytes(bytes))
}

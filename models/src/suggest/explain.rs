//! Which notes a moment would bring, and why the others would not come.

use super::Moment;
use super::course::Course;
use super::facts::Facts;
use super::fit;
use super::memory::Memory;
use crate::facts::CallFacts;
use crate::playbook::Playbook;
use crate::private::Private;
use crate::transcript::Transcript;

/// What one note says to a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The note's id.
    pub note: String,
    /// Whether it fits.
    pub outcome: Outcome,
}

/// Whether a note fits.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All its conditions hold; what each can be checked by.
    Fired {
        /// As on the card.
        evidence: Vec<Private<String>>,
    },
    /// Not; the first reason why.
    Missed {
        /// "mood is satisfied, not angry".
        reason: String,
        /// How many conditions keep it away, that one among them.
        missing: usize,
    },
}

/// One answer for every note, in the order of the playbook. Only this moment counts, and the words
/// `earlier` in the call: what is on the screen is not known here.
pub fn explain(
    playbook: &Playbook,
    call: &CallFacts,
    earlier: &[Transcript],
    moment: &Moment<'_>,
) -> Vec<Explanation> {
    let (mut memory, mut course) = (Memory::default(), Course::default());
    for transcript in earlier.iter().chain([moment.transcript]) {
        memory.hear(playbook.phrases(), transcript);
        course.hear(playbook, &memory, transcript);
        let facts = facts(playbook, call, &memory, &course, moment);
        let progress = course.progress(playbook, &facts);
        course.take(playbook, progress);
    }
    let facts = facts(playbook, call, &memory, &course, moment);
    let one = |note| match fit::fit(note, &facts) {
        Ok(_) => Outcome::Fired { evidence: fit::evidence(note, &facts) },
        Err(misfit) => Outcome::Missed {
            reason: misfit.reason(note, &facts),
            missing: fit::missing(note, &facts),
        },
    };
    let notes = playbook.notes().iter();
    notes.map(|note| Explanation { note: note.id.clone(), outcome: one(note) }).collect()
}

fn facts<'a>(
    playbook: &'a Playbook,
    call: &'a CallFacts,
    memory: &'a Memory,
    course: &'a Course,
    moment: &Moment<'a>,
) -> Facts<'a> {
    Facts {
        at: moment.at,
        snapshot: moment.snapshot,
        previous: moment.previous,
        memory,
        limits: playbook.limits(),
        phrases: playbook.phrases(),
        issues: playbook.issues(),
        course,
        call,
    }
}

//! A pause that may be the end of an utterance: its text is asked for ahead of time, so that by the
//! time the pause is long enough both are known, what was said and whether it is finished.

use attune_audio::segment::Verdict;
use attune_audio::utterance::Utterance;

use crate::cue::ending;
use crate::cue::lexicon::Grammar;
use crate::recogniser::{JobId, RecogniseError, Recognition, gates};

type Answer = Result<Recognition, RecogniseError>;

/// The pause of a side.
pub(super) struct Pause {
    /// What was asked for.
    job: JobId,
    /// As it is if speech does not resume.
    utterance: Utterance,
    answer: Option<Answer>,
    /// The answer must come: the side stands still until there is a verdict, or the utterance is
    /// complete.
    due: bool,
}

impl Pause {
    /// `job` asks ahead for the text of `utterance`.
    pub(super) fn new(job: JobId, utterance: Utterance) -> Self {
        Self { job, utterance, answer: None, due: false }
    }

    pub(super) fn job(&self) -> JobId {
        self.job
    }

    pub(super) fn utterance(&self) -> &Utterance {
        &self.utterance
    }

    /// Whether the answer to `job` is still wanted.
    pub(super) fn awaits(&self, job: JobId) -> bool {
        self.job == job && self.answer.is_none()
    }

    /// Files the answer. One that was asked ahead and dropped is none: it is asked for again when
    /// it is due.
    pub(super) fn answer(&mut self, answer: Answer) {
        if self.due || answer != Err(RecogniseError::Dropped) {
            self.answer = Some(answer);
        }
    }

    /// The answer is needed now: gives what to ask for if it is not there.
    pub(super) fn falls_due(&mut self) -> Option<(JobId, Utterance)> {
        let ask = !self.due && self.answer.is_none();
        self.due = true;
        ask.then(|| (self.job, self.utterance.clone()))
    }

    /// What is believed of the answer.
    pub(super) fn heard(&self) -> Option<&Recognition> {
        let heard = self.answer.as_ref()?.as_ref().ok()?;
        gates::accept(heard, self.utterance.span.length()).is_ok().then_some(heard)
    }

    /// Whether the speaker has come to an end, once the answer is there and wanted. Waiting makes
    /// nothing of what was not understood, and to ask again costs as much again.
    pub(super) fn verdict(&self, grammar: &Grammar) -> Option<Verdict> {
        if !self.due || self.answer.is_none() {
            return None;
        }
        let finished =
            self.heard().is_none_or(|heard| ending::is_finished(grammar, heard.text.reveal()));
        Some(if finished { Verdict::Finished } else { Verdict::MorePending })
    }

    /// The utterance is complete: the answer, if it is there.
    pub(super) fn into_answer(self) -> Option<Answer> {
        self.answer
    }
}

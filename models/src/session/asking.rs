//! What a session asks the recogniser, and what it makes of the answers.

use attune_audio::utterance::Utterance;

use super::Session;
use super::input::Output;
use super::pause::Pause;
use crate::recogniser::{Job, JobId, JobKind, RecogniseError, Recognition};

impl Session {
    /// What was asked ahead in the pause of a side must be answered from now on.
    pub(super) fn insist(&mut self, index: usize) {
        let due = self.channels[index].pause.as_mut().and_then(Pause::falls_due);
        if let Some((job, utterance)) = due {
            self.request(job, utterance, JobKind::Final);
        }
    }

    /// Lets a side go on that waits for a verdict, if there is one.
    pub(super) fn decide(&mut self, index: usize) {
        let Some(pause) = &self.channels[index].pause else { return };
        let spoken = pause.heard().and_then(|heard| heard.spoken);
        let start = pause.utterance().span.start;
        let language = spoken.map_or(self.tongue.at(start), |spoken| spoken.language);
        let grammar = &self.readers.lexicon(language).grammar;
        if let Some(verdict) = pause.verdict(grammar) {
            self.channels[index].stream.decide(verdict);
        }
    }

    pub(super) fn ask(&mut self, utterance: Utterance, kind: JobKind) -> JobId {
        self.next_job += 1;
        let id = JobId(self.next_job);
        self.request(id, utterance, kind);
        id
    }

    fn request(&mut self, id: JobId, utterance: Utterance, kind: JobKind) {
        let start = utterance.span.start;
        // Unfinished text is no part of the call: it takes the language as it is.
        if kind != JobKind::Partial && !self.tongue.is_settled(start, self.now) {
            // What was asked ahead may fall due while it waits.
            self.parked.retain(|(other, ..)| *other != id);
            self.parked.push((id, utterance, kind));
            return;
        }
        let expected = self.tongue.expected(start);
        self.outbox.push_back(Output::Recognise(Job { id, utterance, kind, expected }));
    }

    pub(super) fn cancel(&mut self, job: JobId) {
        let before = self.parked.len();
        self.parked.retain(|(other, ..)| *other != job);
        if self.parked.len() == before {
            self.outbox.push_back(Output::Cancel(job));
        }
    }

    /// Asks what has waited for the language of the call to be known.
    pub(super) fn unpark(&mut self) {
        for (id, utterance, kind) in std::mem::take(&mut self.parked) {
            self.request(id, utterance, kind);
        }
    }

    pub(super) fn recognised(&mut self, job: JobId, result: Result<Recognition, RecogniseError>) {
        let index = self.channels.iter().position(|channel| channel.awaits(job));
        let Some(index) = index else {
            self.stray += u64::from(!self.agenda.answer(job, result));
            return;
        };
        let hint = self.channels[index].answer(job, result);
        let paused = self.channels[index].pause.as_ref().map(Pause::utterance);
        let nothing = paused.is_some_and(|utterance| self.says_nothing_yet(utterance));
        if let Some(hint) = hint.filter(|_| self.partials && !nothing) {
            self.hint(hint);
        }
        self.decide(index);
        self.hear_out(index);
    }
}

//! The language of the call as the session needs it: which one an utterance is expected in, and what
//! changes when the call goes on in another.

use std::sync::Arc;
use std::time::Duration;

use attune_audio::units::StreamTime;

use super::input::SessionConfig;
use crate::language::{LanguageTracker, Spoken};
use crate::playbook::Playbook;
use crate::recogniser::Expected;
use crate::recogniser::vocabulary::Vocabulary;
use crate::transcript::Language;

/// The language of a call, and those it may turn out to be in.
pub(super) struct Tongue {
    tracker: LanguageTracker,
    /// Since when the call is in which language, with the names to expect; never empty.
    spoken: Vec<(StreamTime, Language, Vocabulary)>,
    /// The playbooks of the languages that the call may be in; none if the language is known.
    playbooks: Vec<Arc<Playbook>>,
}

impl Tongue {
    pub(super) fn new(config: &SessionConfig) -> Self {
        let (language, vocabulary) = (config.language, config.vocabulary.clone());
        let mut playbooks = config.others.clone();
        if !playbooks.is_empty() {
            playbooks.push(Arc::clone(&config.playbook));
        }
        Self {
            tracker: LanguageTracker::new(language),
            spoken: vec![(StreamTime::ZERO, language, vocabulary)],
            playbooks,
        }
    }

    /// The language of the call now.
    pub(super) fn now(&self) -> Language {
        self.tracker.language()
    }

    /// The language of the call when an utterance began.
    pub(super) fn at(&self, start: StreamTime) -> Language {
        self.since(start).1
    }

    /// What is known of an utterance that began at `start`.
    pub(super) fn expected(&self, start: StreamTime) -> Expected {
        let (_, language, vocabulary) = self.since(start);
        Expected {
            language: *language,
            detect: !self.playbooks.is_empty(),
            vocabulary: vocabulary.clone(),
        }
    }

    /// Whether [`Tongue::expected`] says the same whatever is still heard before `start`: a call
    /// whose language is open must have settled everything before an utterance, or what is asked
    /// for would depend on how fast the answers come.
    pub(super) fn is_settled(&self, start: StreamTime, settled: StreamTime) -> bool {
        self.playbooks.is_empty() || start <= settled
    }

    /// Takes in how an utterance sounded that was settled at `at`; the playbook to go on with if the
    /// call is in another language from now on.
    pub(super) fn hear(
        &mut self,
        at: StreamTime,
        spoken: Spoken,
        speech: Duration,
    ) -> Option<Arc<Playbook>> {
        if self.playbooks.is_empty() || !self.tracker.hear(spoken, speech) {
            return None;
        }
        let language = self.tracker.language();
        let playbook = self.playbooks.iter().find(|playbook| playbook.language() == language)?;
        self.spoken.push((at, language, playbook.vocabulary().clone()));
        Some(Arc::clone(playbook))
    }

    fn since(&self, start: StreamTime) -> &(StreamTime, Language, Vocabulary) {
        let before = self.spoken.partition_point(|(since, ..)| *since < start);
        &self.spoken[before.saturating_sub(1)]
    }
}

//! Recognisers that know the answer beforehand: for tests, and for whoever wants to see the line
//! without a model.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use attune_audio::units::SampleRate;
use attune_audio::utterance::UtteranceId;

use super::{Expected, Job, Model, RecogniseError, Recogniser, Recognition};
use crate::transcript::Language;

type Answer = dyn Fn(&[f32], Language) -> Result<Recognition, RecogniseError> + Send + Sync;

/// A model that answers by a function of the samples.
#[derive(Clone)]
pub struct ScriptedModel {
    name: String,
    answer: Arc<Answer>,
    takes: Duration,
    languages: &'static [Language],
}

impl ScriptedModel {
    /// Answers with what `answer` returns.
    pub fn new(
        answer: impl Fn(&[f32], Language) -> Result<Recognition, RecogniseError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: "scripted".to_owned(),
            answer: Arc::new(answer),
            takes: Duration::ZERO,
            languages: &Language::ALL,
        }
    }

    /// Says how long the utterance was: "heard 1240 milliseconds". The same text for the same
    /// samples, whoever asks and when, so it serves where several slots answer at once.
    pub fn of_length() -> Self {
        Self::new(|samples, _language| {
            let length = SampleRate::WORKING.length_of(samples.len() as u64);
            Ok(Recognition::certain(&format!("heard {} milliseconds", length.as_millis())))
        })
    }

    /// Gives the texts one after the other, over all its recognisers, and nothing after the last.
    pub fn in_order<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        let texts: Vec<String> = texts.into_iter().map(Into::into).collect();
        let next = Mutex::new(texts.into_iter());
        Self::new(move |_samples, _language| {
            let text = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            Ok(Recognition::certain(&text.unwrap_or_default()))
        })
    }

    /// Never answers with words.
    pub fn failing() -> Self {
        Self::new(|_samples, _language| Err(RecogniseError::Decoder("scripted to fail".to_owned())))
    }

    /// Takes its time over every utterance, by sleeping.
    #[must_use]
    pub fn taking(self, takes: Duration) -> Self {
        Self { takes, ..self }
    }

    /// Knows only some languages.
    #[must_use]
    pub fn knowing(self, languages: &'static [Language]) -> Self {
        Self { languages, ..self }
    }
}

impl Model for ScriptedModel {
    fn recogniser(&self) -> Result<Box<dyn Recogniser>, RecogniseError> {
        Ok(Box::new(self.clone()))
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn languages(&self) -> &[Language] {
        self.languages
    }

    fn window(&self) -> Duration {
        Duration::from_secs(30)
    }
}

impl Recogniser for ScriptedModel {
    fn recognise(
        &mut self,
        samples: &[f32],
        expected: &Expected,
    ) -> Result<Recognition, RecogniseError> {
        if !self.takes.is_zero() {
            std::thread::sleep(self.takes);
        }
        (self.answer)(samples, expected.language)
    }
}

/// Texts by utterance, for tests that answer a session's requests themselves.
#[derive(Debug, Clone, Default)]
pub struct Script(BTreeMap<UtteranceId, Recognition>);

impl Script {
    /// Nothing scripted: every utterance is without words.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text.
    #[must_use]
    pub fn says(mut self, utterance: UtteranceId, text: &str) -> Self {
        self.0.insert(utterance, Recognition::certain(text));
        self
    }

    /// The answer to a request.
    pub fn answer(&self, job: &Job) -> Recognition {
        let known = self.0.get(&job.utterance.id).cloned();
        known.unwrap_or_else(|| Recognition::certain(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_shared_by_all_slots() {
        let model = ScriptedModel::in_order(["one", "two"]);
        let mut slots = [model.recogniser().expect("slot"), model.recogniser().expect("slot")];
        let mut said = Vec::new();
        for slot in [0, 1, 0] {
            let heard = slots[slot].recognise(&[0.0], &Language::English.into()).expect("scripted");
            said.push(heard.text.into_revealed());
        }
        assert_eq!(said, ["one", "two", ""]);
    }

    #[test]
    fn lengths_are_told_exactly() {
        let mut slot = ScriptedModel::of_length();
        let heard = slot.recognise(&[0.0; 16_000], &Language::German.into()).expect("scripted");
        assert_eq!(heard.text.reveal(), "heard 1000 milliseconds");
    }
}

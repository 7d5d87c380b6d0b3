//! Several models of one language each, as one that knows all of their languages.
//!
//! An utterance whose language is open goes to the model of the call's language first. If that one is
//! at ease with it, it was the right one; if not, the others hear it too, and the one that is most at
//! ease has it. What is said depends on the samples and on what was expected, on nothing else.

use std::sync::Arc;
use std::time::Duration;

use attune_audio::units::SampleRate;

use super::{Expected, Model, RecogniseError, Recogniser, Recognition, gates};
use crate::language::Spoken;
use crate::transcript::Language;

/// Mean log-probability (nats) from which a model is at ease: words it was trained on, in the
/// language it was trained on.
const AT_EASE: f32 = -0.35;
/// What one at ease says of the language: it was not compared.
const UNCOMPARED: f32 = 0.9;
/// The ease of a model whose text the gates do not believe.
const UNBELIEVED: f32 = -2.0;
/// Log-odds (nats) of the language for every nat between two models' means.
const ODDS_PER_NAT: f32 = 4.0;

/// Models side by side.
pub struct Polyglot {
    models: Vec<(Language, Arc<dyn Model>)>,
    languages: Vec<Language>,
    name: String,
    window: Duration,
}

impl Polyglot {
    /// From models of one language each; of two for one language the first counts.
    pub fn new(models: impl IntoIterator<Item = Arc<dyn Model>>) -> Self {
        let first = |model: Arc<dyn Model>| Some((*model.languages().first()?, model));
        let models: Vec<_> = models.into_iter().filter_map(first).collect();
        let names: Vec<_> = models.iter().map(|(_, model)| model.name()).collect();
        Self {
            languages: models.iter().map(|(language, _)| *language).collect(),
            name: names.join("+"),
            window: models.iter().map(|(_, model)| model.window()).min().unwrap_or_default(),
            models,
        }
    }
}

impl Model for Polyglot {
    fn recogniser(&self) -> Result<Box<dyn Recogniser>, RecogniseError> {
        let slot = |(language, model): &(Language, Arc<dyn Model>)| Slot {
            language: *language,
            model: Arc::clone(model),
            recogniser: None,
        };
        let slots = self.models.iter().map(slot).collect();
        Ok(Box::new(Slots { slots, name: self.name.clone() }))
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn window(&self) -> Duration {
        self.window
    }
}

/// A model and its recogniser, made when its language is first spoken: most calls have one.
struct Slot {
    language: Language,
    model: Arc<dyn Model>,
    recogniser: Option<Box<dyn Recogniser>>,
}

impl Slot {
    fn recognise(
        &mut self,
        samples: &[f32],
        expected: &Expected,
    ) -> Result<Recognition, RecogniseError> {
        let recogniser = match &mut self.recogniser {
            Some(recogniser) => recogniser,
            empty => empty.insert(self.model.recogniser()?),
        };
        recogniser.recognise(samples, expected)
    }
}

/// One for each model.
struct Slots {
    slots: Vec<Slot>,
    name: String,
}

impl Recogniser for Slots {
    fn recognise(
        &mut self,
        samples: &[f32],
        expected: &Expected,
    ) -> Result<Recognition, RecogniseError> {
        let language = expected.language;
        let own = self.slots.iter_mut().find(|slot| slot.language == language);
        let own =
            own.ok_or_else(|| RecogniseError::Language { language, model: self.name.clone() })?;
        let known = Expected { detect: false, ..expected.clone() };
        let first = own.recognise(samples, &known)?;
        if !expected.detect {
            return Ok(first);
        }
        let length = SampleRate::WORKING.length_of(samples.len() as u64);
        let ease = |heard: &Recognition| match gates::accept(heard, length) {
            Ok(()) => heard.avg_logprob,
            Err(_rejection) => UNBELIEVED,
        };
        let mut best = (ease(&first), language, first);
        if best.0 >= AT_EASE {
            let spoken = Some(Spoken { language, probability: UNCOMPARED });
            return Ok(Recognition { spoken, ..best.2 });
        }
        let mut next = f32::NEG_INFINITY;
        for slot in self.slots.iter_mut().filter(|slot| slot.language != language) {
            let other = slot.language;
            let heard = slot.recognise(samples, &Expected { language: other, ..known.clone() })?;
            let ease = ease(&heard);
            next = next.max(ease.min(best.0));
            if ease > best.0 {
                best = (ease, other, heard);
            }
        }
        let (ease, language, heard) = best;
        let odds = ODDS_PER_NAT * (ease - next);
        let spoken = Some(Spoken { language, probability: 1.0 / (1.0 + (-odds).exp()) });
        Ok(Recognition { spoken, ..heard })
    }
}

#[cfg(test)]
mod tests {
    use super::super::scripted::ScriptedModel;
    use super::*;

    /// Hears the sign of the samples: 1 is English, -1 German; at ease with its own only.
    fn model(own: Language) -> Arc<dyn Model> {
        let (sign, known): (_, &[Language]) = match own {
            Language::English => (1.0, &[Language::English]),
            Language::German => (-1.0, &[Language::German]),
            Language::Italian => panic!("no call is in it"),
        };
        Arc::new(
            ScriptedModel::new(move |samples, _language| {
                let ease = samples.first().map_or(0.0, |sample| sample * sign);
                let heard = Recognition::certain(&format!("heard by the {} model", own.code()));
                Ok(Recognition { avg_logprob: -0.8 + 0.6 * ease, confidence: 0.5, ..heard })
            })
            .knowing(known),
        )
    }

    fn pair() -> Box<dyn Recogniser> {
        let pair = Polyglot::new([model(Language::English), model(Language::German)]);
        assert_eq!(pair.languages(), [Language::English, Language::German]);
        pair.recogniser().expect("scripted")
    }

    fn hear(sample: f32, language: Language, detect: bool) -> Recognition {
        let expected = Expected { language, detect, ..Expected::default() };
        pair().recognise(&[sample; 32_000], &expected).expect("scripted")
    }

    #[test]
    fn a_known_language_goes_to_its_model() {
        let heard = hear(1.0, Language::German, false);
        assert_eq!((heard.text.reveal().as_str(), heard.spoken), ("heard by the de model", None));
    }

    #[test]
    fn the_model_that_is_at_ease_has_it() {
        for (sample, language) in [(1.0, Language::English), (-1.0, Language::German)] {
            for hint in Language::ALL {
                let heard = hear(sample, hint, true);
                let spoken = heard.spoken.expect("detected");
                assert_eq!(spoken.language, language, "{hint:?}");
                assert!(spoken.probability >= UNCOMPARED, "{spoken:?}");
                assert!(heard.text.reveal().contains(language.code()));
            }
        }
    }

    #[test]
    fn between_two_that_are_not_at_ease_it_stays_open() {
        let heard = hear(0.0, Language::German, true);
        assert_eq!(heard.spoken, Some(Spoken { language: Language::German, probability: 0.5 }));
    }

    #[test]
    fn a_language_that_no_model_knows_is_refused() {
        let mut alone = Polyglot::new([model(Language::English)]).recogniser().expect("scripted");
        let german = alone.recognise(&[0.0; 100], &Language::German.into());
        assert!(matches!(german, Err(RecogniseError::Language { .. })));
    }
}

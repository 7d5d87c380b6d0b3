//! Text of utterances that are still being spoken: asked for one at a time, believed as far as it
//! stays.

use std::time::Duration;

use attune_audio::units::StreamTime;
use attune_audio::utterance::{Utterance, UtteranceId};

use crate::event::Hint;
use crate::private::Private;
use crate::recogniser::{JobId, RecogniseError, Recognition, gates};

/// The partial results of one side.
#[derive(Default)]
pub(super) struct Partials {
    asked: Option<Asked>,
    /// The last text and what it is of.
    last: Option<(UtteranceId, String)>,
}

struct Asked {
    job: JobId,
    /// Without samples: where it began and how long it was.
    utterance: UtteranceId,
    start: StreamTime,
    speech: Duration,
}

impl Partials {
    /// Whether another request may be made: one at a time, so that a slow recogniser is not buried
    /// in old questions.
    pub(super) fn may_ask(&self) -> bool {
        self.asked.is_none()
    }

    /// A request was made.
    pub(super) fn asked(&mut self, job: JobId, utterance: &Utterance) {
        self.asked = Some(Asked {
            job,
            utterance: utterance.id,
            start: utterance.span.start,
            speech: utterance.span.length(),
        });
    }

    /// The utterance is finished: what is still under way for it no longer matters.
    pub(super) fn finished(&mut self) {
        self.asked = None;
        self.last = None;
    }

    /// Whether `job` is the one asked for last.
    pub(super) fn awaits(&self, job: JobId) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.job == job)
    }

    /// The hint that an answer is worth.
    pub(super) fn answer(&mut self, result: Result<Recognition, RecogniseError>) -> Option<Hint> {
        let asked = self.asked.take()?;
        let recognition = result.ok()?;
        gates::accept(&recognition, asked.speech).ok()?;
        Some(self.hint(asked.utterance, asked.start, &recognition))
    }

    /// The hint that the text of an utterance in its pause is worth.
    pub(super) fn show(&mut self, utterance: &Utterance, heard: &Recognition) -> Hint {
        self.hint(utterance.id, utterance.span.start, heard)
    }

    fn hint(&mut self, utterance: UtteranceId, start: StreamTime, heard: &Recognition) -> Hint {
        let text = heard.text.reveal().to_owned();
        let before = self.last.take().filter(|(of, _)| *of == utterance);
        let stable = before.map_or("", |(_, before)| kept(&before, &text)).to_owned();
        let words = |text: &str| text.split_whitespace().count();
        let stability = words(&stable) as f32 / words(&text).max(1) as f32;
        self.last = Some((utterance, text.clone()));
        let (text, stable) = (Private::new(text), Private::new(stable));
        Hint::Partial { utterance, start, text, stable, stability }
    }
}

/// The beginning of `now` that stood there before, in whole words.
fn kept<'a>(before: &str, now: &'a str) -> &'a str {
    let mut end = 0;
    for (word, old) in now.split_whitespace().zip(before.split_whitespace()) {
        if word != old {
            break;
        }
        // A word of `now` lies behind the one before it.
        end += now[end..].find(word).unwrap_or(0) + word.len();
    }
    &now[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_that_stay_are_kept() {
        assert_eq!(kept("i want to", "i want to cancel"), "i want to");
        assert_eq!(kept("i wont", "i want to"), "i");
        assert_eq!(kept("i want", "i  want it"), "i  want");
        assert_eq!(kept("ich möchte", "ich möchte nicht"), "ich möchte");
        assert_eq!((kept("", "hello"), kept("hello", "")), ("", ""));
    }
}

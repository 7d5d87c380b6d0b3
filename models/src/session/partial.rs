//! Text of utterances that are still being spoken: asked for one at a time, believed by degrees.

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
        let text = recognition.text.into_revealed();
        let before = self.last.take().filter(|(of, _)| *of == asked.utterance);
        let stability = before.map_or(0.0, |(_, before)| kept(&before, &text));
        self.last = Some((asked.utterance, text.clone()));
        Some(Hint::Partial {
            utterance: asked.utterance,
            start: asked.start,
            text: Private::new(text),
            stability,
        })
    }
}

/// The share of `now` that stood there before: words in common from the start, over all of them.
fn kept(before: &str, now: &str) -> f32 {
    let common =
        before.split_whitespace().zip(now.split_whitespace()).take_while(|(a, b)| a == b).count();
    common as f32 / now.split_whitespace().count().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stability_is_the_share_of_words_that_stay() {
        assert_eq!(kept("i want to", "i want to cancel"), 0.75);
        assert_eq!(kept("i wont", "i want to"), 1.0 / 3.0);
        assert_eq!(kept("", "hello"), 0.0);
        assert_eq!(kept("hello", ""), 0.0);
    }
}

//! What is still to be settled, in the order of media time.
//!
//! Results come in any order; things happen in one. An entry's place depends on what the call
//! sounded like and on nothing else: not on chunk sizes, on which side's audio arrived first, or on
//! how long a recogniser took.

use std::collections::BTreeMap;

use attune_audio::units::{Side, Span, StreamTime};
use attune_audio::utterance::{Utterance, UtteranceId};

use crate::recogniser::{JobId, RecogniseError, Recognition};

/// Where an entry stands. Compared field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The media time at which it was decided.
    pub(super) at: StreamTime,
    side: Side,
    /// Keys after what the stream itself says at the same moment: they arrive on another path.
    outside: bool,
    /// In the order of insertion, which is the order of the side's stream.
    order: u64,
}

/// What is to be settled.
pub(super) enum Entry {
    /// An utterance, once its text is there.
    Utterance {
        utterance: Utterance,
        /// `None`: not answered yet.
        answer: Option<Result<Recognition, RecogniseError>>,
    },
    /// Words without audio.
    Spoken { id: UtteranceId, span: Span, answer: Recognition },
    /// Audio that never arrived.
    Gap { side: Side, span: Span },
    /// A key.
    Dtmf { side: Side },
}

impl Entry {
    fn is_settled(&self) -> bool {
        !matches!(self, Self::Utterance { answer: None, .. })
    }

    /// Where the speech of an entry begins.
    fn speech(&self) -> Option<(Side, StreamTime)> {
        match self {
            Self::Utterance { utterance, .. } => Some((utterance.id.side, utterance.span.start)),
            Self::Spoken { id, span, .. } => Some((id.side, span.start)),
            Self::Gap { .. } | Self::Dtmf { .. } => None,
        }
    }
}

/// Entries in order, and who waits for which answer.
#[derive(Default)]
pub(super) struct Agenda {
    entries: BTreeMap<Place, Entry>,
    waiting: BTreeMap<JobId, Place>,
    inserted: u64,
}

impl Agenda {
    /// Adds an entry that was decided at `at` on its side's clock.
    pub(super) fn add(&mut self, at: StreamTime, side: Side, entry: Entry) -> Place {
        let outside = matches!(entry, Entry::Dtmf { .. });
        let place = Place { at, side, outside, order: self.inserted };
        self.inserted += 1;
        self.entries.insert(place, entry);
        place
    }

    /// The entry at `place` waits for the answer to `job`.
    pub(super) fn wait_for(&mut self, job: JobId, place: Place) {
        self.waiting.insert(job, place);
    }

    /// Files an answer. `false`: nobody waits for it.
    pub(super) fn answer(
        &mut self,
        job: JobId,
        result: Result<Recognition, RecogniseError>,
    ) -> bool {
        let entry = self.waiting.remove(&job).and_then(|place| self.entries.get_mut(&place));
        match entry {
            Some(Entry::Utterance { answer, .. }) => {
                *answer = Some(result);
                true
            }
            _ => false,
        }
    }

    /// Takes the first entry if it is settled and lies before `limit` (`None`: wherever it lies).
    pub(super) fn next(&mut self, limit: Option<StreamTime>) -> Option<(StreamTime, Entry)> {
        let first = self.entries.first_entry()?;
        let at = first.key().at;
        let due = limit.is_none_or(|limit| at < limit);
        (due && first.get().is_settled()).then(|| (at, first.remove()))
    }

    /// The time of the first entry.
    pub(super) fn first(&self) -> Option<StreamTime> {
        self.entries.first_key_value().map(|(place, _)| place.at)
    }

    /// The start of the earliest speech of `side` that has no final text yet.
    pub(super) fn earliest_speech(&self, side: Side) -> Option<StreamTime> {
        let speech = self.entries.values().filter_map(Entry::speech);
        speech.filter(|(whose, _)| *whose == side).map(|(_, start)| start).min()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

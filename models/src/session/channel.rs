//! One side of the call as the session keeps it.

use std::time::Duration;

use attune_audio::segment::{SideStream, UnsupportedRate};
use attune_audio::units::{Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;

use super::input::{ChannelConfig, SessionConfig, SessionError};
use super::partial::Partials;
use super::pause::Pause;
use crate::event::Hint;
use crate::recogniser::{JobId, RecogniseError, Recognition};

/// Where a side's words come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Nothing has come yet.
    Unknown,
    /// Its audio.
    Audio,
    /// They come as words.
    Words,
}

/// A side: its stream and what is known of it.
pub(super) struct Channel {
    pub(super) side: Side,
    pub(super) source: Source,
    pub(super) stream: SideStream,
    pub(super) partials: Partials,
    /// A pause that may be the end of what is said.
    pub(super) pause: Option<Pause>,
    /// The beginning of speech that is still going on.
    pub(super) speaking_since: Option<StreamTime>,
    /// Utterances that came as words.
    spoken: u32,
}

impl Channel {
    pub(super) fn new(
        channel: ChannelConfig,
        config: &SessionConfig,
    ) -> Result<Self, SessionError> {
        let ChannelConfig { side, rate } = channel;
        let stream = SideStream::new(side, rate, config.segment, (config.detector)())
            .map_err(|UnsupportedRate(rate)| SessionError::UnsupportedRate { side, rate })?;
        Ok(Self {
            side,
            source: Source::Unknown,
            stream,
            partials: Partials::default(),
            pause: None,
            speaking_since: None,
            spoken: 0,
        })
    }

    /// An utterance is complete. Speech may go on after it, if it was split for its length.
    pub(super) fn finished(&mut self, span: Span) {
        self.partials.finished();
        self.speaking_since = self.speaking_since.map(|_| span.end);
    }

    /// Whether the answer to `job` is for what is being said.
    pub(super) fn awaits(&self, job: JobId) -> bool {
        self.partials.awaits(job) || self.pause.as_ref().is_some_and(|pause| pause.awaits(job))
    }

    /// Files the answer to such a job, and gives the hint that it is worth.
    pub(super) fn answer(
        &mut self,
        job: JobId,
        result: Result<Recognition, RecogniseError>,
    ) -> Option<Hint> {
        if self.partials.awaits(job) {
            return self.partials.answer(result);
        }
        let pause = self.pause.as_mut()?;
        pause.answer(result);
        let heard = pause.heard()?;
        Some(self.partials.show(pause.utterance(), heard))
    }

    /// The name of the next utterance that comes as words.
    pub(super) fn next_spoken(&mut self) -> UtteranceId {
        self.spoken += 1;
        UtteranceId { side: self.side, number: self.spoken }
    }

    /// Does not wait for this side any longer if it is more than `max_skew` behind `leader`. What
    /// it then misses is given up in whole seconds, whatever the chunks of the leader are, so that
    /// a line that goes dead gives the same gaps every time. A side that has not begun is silent,
    /// not broken.
    pub(super) fn keep_up(&mut self, leader: StreamTime, max_skew: Duration) {
        if self.source == Source::Words {
            return;
        }
        let second = |at: StreamTime| at.since_start().as_secs();
        let due = second(leader - max_skew);
        let first = second(self.stream.received()) + 1;
        for until in (first..=due).map(|seconds| StreamTime::new(Duration::from_secs(seconds))) {
            if self.source == Source::Unknown {
                self.stream.silence(Span::new(self.stream.received(), until));
            } else {
                self.stream.give_up_before(until);
            }
        }
    }
}

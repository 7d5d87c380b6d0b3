//! What a stream says, held against what it said before: from messages to the session's inputs.

use std::time::Duration;

use attune_audio::units::{SampleRate, Side, StreamTime};
use attune_models::event::EndReason;
use attune_models::session::Input;
use tonic::Status;

use crate::convert::{self, Format, Heard, Position};
use crate::status::Reason;

/// Nobody leaves out more than this at once; what claims to is mistaken.
const MAX_JUMP: Duration = Duration::from_secs(3600);

/// Follows the channels of one stream.
#[derive(Debug)]
pub(crate) struct Intake {
    rate: SampleRate,
    /// Where each side's next audio is expected.
    next: Vec<(Side, StreamTime)>,
}

impl Intake {
    /// A stream that begins at the start of the call.
    pub(crate) fn new(format: &Format) -> Self {
        let start = |channel: &convert::TaggedChannel| (channel.side, StreamTime::ZERO);
        Self { rate: format.rate, next: format.channels.iter().map(start).collect() }
    }

    /// A stream that goes on where the call has got to.
    pub(crate) fn resume_at(&mut self, positions: &[Position]) {
        for position in positions {
            self.reached(position.channel.side, position.received);
        }
    }

    /// The end of the audio so far.
    pub(crate) fn furthest(&self) -> StreamTime {
        self.next.iter().map(|(_, next)| *next).max().unwrap_or_default()
    }

    /// What the session is told.
    ///
    /// # Errors
    /// `INVALID_OFFSET` for a time that cannot be.
    pub(crate) fn input(&mut self, heard: Heard) -> Result<Input, Status> {
        match heard {
            Heard::Audio { side, start, sequence, samples } => {
                let start = start.unwrap_or_else(|| self.expected(side));
                self.check(start)?;
                self.reached(side, start + self.rate.length_of(samples.len() as u64));
                Ok(convert::audio_input(side, start, sequence, samples))
            }
            Heard::Silence { side, span } => {
                self.check(span.end)?;
                self.reached(side, span.end);
                Ok(Input::Silence { side, span })
            }
            Heard::Dtmf { side, at } => {
                self.check(at)?;
                Ok(Input::Dtmf { side, at })
            }
            Heard::HangUp => Ok(Input::End(EndReason::HangUp)),
        }
    }

    fn expected(&self, side: Side) -> StreamTime {
        let found = self.next.iter().find(|(listed, _)| *listed == side);
        found.map_or(StreamTime::ZERO, |(_, next)| *next)
    }

    fn reached(&mut self, side: Side, time: StreamTime) {
        for (listed, next) in &mut self.next {
            if *listed == side {
                *next = time.max(*next);
            }
        }
    }

    fn check(&self, time: StreamTime) -> Result<(), Status> {
        let furthest = self.furthest();
        if time.saturating_since(furthest) <= MAX_JUMP {
            return Ok(());
        }
        Err(Reason::InvalidOffset.status(format!(
            "a message is for {time} when the call has got to {furthest}; offsets are media time \
             since the start of the call"
        )))
    }
}

#[cfg(test)]
mod tests {
    use attune_audio::codec::Encoding;
    use attune_audio::units::Span;
    use tonic::Code;

    use super::*;
    use crate::convert::TaggedChannel;

    fn intake() -> Intake {
        let channels = vec![
            TaggedChannel { tag: 1, side: Side::Caller },
            TaggedChannel { tag: 2, side: Side::Agent },
        ];
        Intake::new(&Format { encoding: Encoding::Mulaw, rate: SampleRate::HZ_8000, channels })
    }

    fn audio(start: Option<u64>) -> Heard {
        let start = start.map(StreamTime::from_millis);
        Heard::Audio { side: Side::Caller, start, sequence: None, samples: vec![0.0; 160] }
    }

    fn start_of(input: &Input) -> StreamTime {
        match input {
            Input::Audio { chunk, .. } => chunk.start,
            _ => panic!("not audio"),
        }
    }

    #[test]
    fn a_chunk_without_offset_follows_the_one_before() {
        let mut intake = intake();
        intake.input(audio(Some(100))).expect("audio");
        let next = intake.input(audio(None)).expect("audio");
        assert_eq!(start_of(&next), StreamTime::from_millis(120));
    }

    #[test]
    fn a_resumed_stream_goes_on_where_the_call_is() {
        let mut intake = intake();
        intake.resume_at(&[Position {
            channel: TaggedChannel { tag: 1, side: Side::Caller },
            received: StreamTime::from_millis(5_000),
            finalised: StreamTime::ZERO,
            last_sequence: None,
        }]);
        let next = intake.input(audio(None)).expect("audio");
        assert_eq!(start_of(&next), StreamTime::from_millis(5_000));
    }

    #[test]
    fn a_jump_of_more_than_an_hour_is_refused_and_changes_nothing() {
        let mut intake = intake();
        assert!(intake.input(audio(Some(3_599_000))).is_ok());
        let error = intake.input(audio(Some(8_000_000))).err().expect("a jump");
        assert_eq!(error.code(), Code::InvalidArgument);
        let (start, end) = (StreamTime::ZERO, StreamTime::from_millis(8_000_000));
        let silence = Heard::Silence { side: Side::Agent, span: Span::new(start, end) };
        assert!(intake.input(silence).is_err());
        assert_eq!(intake.furthest(), StreamTime::from_millis(3_599_020));
    }
}

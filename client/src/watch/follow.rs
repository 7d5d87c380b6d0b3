//! Every event of a call, once and in order, whatever happens to the connection.

use std::time::Duration;

use attune_proto::v1::call_event::Body;
use attune_proto::v1::watch_call_response::Payload;
use attune_proto::v1::{CallEvent, WatchCallRequest};
use tokio::sync::mpsc;
use tonic::{Code, Status};

use super::log;
use crate::backoff::{Backoff, asked_wait, is_passing};
use crate::connect::Link;
use crate::error::{Error, said};

const LOG_DELAY: Duration = Duration::from_millis(100);

/// Where the follower is in the call's numbered events. Pure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Position {
    last: u64,
}

/// What to do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the next one, or a hint.
    Take,
    /// It was there before.
    Seen,
    /// Something before it is missing: ask again from the position.
    Hole,
}

impl Position {
    /// Judges an event by its number and moves on if it is taken.
    pub(crate) fn judge(&mut self, sequence: u64) -> Verdict {
        match sequence {
            0 => Verdict::Take,
            n if n <= self.last => Verdict::Seen,
            n if n == self.last + 1 => {
                self.last = n;
                Verdict::Take
            }
            _ => Verdict::Hole,
        }
    }

    /// The last event taken.
    pub(crate) fn last(self) -> u64 {
        self.last
    }
}

/// What the follower has to say.
#[derive(Debug)]
pub(crate) enum Update {
    /// The next event, or a hint.
    Event(Box<CallEvent>),
    /// The connection broke: why, and how long until the next try.
    Lost { reason: String, wait: Duration },
    /// It is back.
    Back,
}

/// How one connection ended.
enum Pause {
    /// The call is over.
    Ended,
    /// Ask again at once, from the position.
    Again,
    /// The way broke.
    Broken(Status),
    /// Nobody listens.
    Unheard,
}

/// Follows one call and sends what happens into a channel.
pub(crate) struct Follower {
    link: Link,
    call_id: String,
    wait: bool,
    hints: bool,
    position: Position,
    backoff: Backoff,
    updates: mpsc::Sender<Update>,
}

impl Follower {
    /// `wait` for a call that has not started; `hints` for partial text and voice activity.
    pub(crate) fn new(
        link: Link,
        call_id: String,
        wait: bool,
        hints: bool,
        updates: mpsc::Sender<Update>,
    ) -> Self {
        let (position, backoff) = (Position::default(), Backoff::default());
        Self { link, call_id, wait, hints, position, backoff, updates }
    }

    /// Follows the call to its end, through broken connections and restarts of the server.
    ///
    /// # Errors
    /// [`Error::Refused`] when the server's answer is final, such as `NOT_FOUND`.
    pub(crate) async fn run(mut self) -> Result<(), Error> {
        loop {
            let before = self.position;
            let pause = match self.connection().await {
                Ok(pause) => pause,
                Err(status) if is_passing(&status) => Pause::Broken(status),
                Err(status) => return Err(status.into()),
            };
            let status = match pause {
                Pause::Ended | Pause::Unheard => return Ok(()),
                Pause::Again => {
                    if self.position == before {
                        // The log is a little behind the live stream.
                        tokio::time::sleep(LOG_DELAY).await;
                    }
                    continue;
                }
                Pause::Broken(status) => status,
            };
            let wait = self.backoff.next(asked_wait(&status));
            let lost = Update::Lost { reason: said(&status), wait };
            if self.updates.send(lost).await.is_err() {
                return Ok(());
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// The log first, so that nothing said before is missed; then what comes live.
    async fn connection(&mut self) -> Result<Pause, Status> {
        if self.position.last() == 0 {
            match log::read(&self.link, &self.call_id, 0).await {
                Ok(events) => {
                    for event in events {
                        if let Some(pause) = self.take(event).await {
                            return Ok(pause);
                        }
                    }
                }
                Err(status) if self.wait && status.code() == Code::NotFound => {}
                Err(status) => return Err(status),
            }
        }
        let request = WatchCallRequest {
            call_id: self.call_id.clone(),
            after_sequence: self.position.last(),
            hints: self.hints,
            wait: self.wait,
        };
        let waited_for_start = self.position.last() == 0;
        let mut stream = self.link.watch().watch_call(request).await?.into_inner();
        while let Some(response) = stream.message().await? {
            match response.payload {
                Some(Payload::Event(event)) => {
                    if let Some(pause) = self.take(event).await {
                        return Ok(pause);
                    }
                }
                // The call has started: its log has what this state was made of.
                Some(Payload::State(_)) if waited_for_start => return Ok(Pause::Again),
                // What was skipped is in the log.
                Some(Payload::Lagged(_)) => return Ok(Pause::Again),
                Some(Payload::State(_)) | None => {}
            }
        }
        Ok(Pause::Broken(Status::unavailable("the server ended the stream")))
    }

    async fn take(&mut self, event: CallEvent) -> Option<Pause> {
        match self.position.judge(event.sequence) {
            Verdict::Seen => return None,
            Verdict::Hole => return Some(Pause::Again),
            Verdict::Take => {}
        }
        if self.backoff.tries() > 0 {
            self.backoff.worked();
            if self.updates.send(Update::Back).await.is_err() {
                return Some(Pause::Unheard);
            }
        }
        let last = matches!(event.body, Some(Body::Ended(_)));
        if self.updates.send(Update::Event(Box::new(event))).await.is_err() {
            return Some(Pause::Unheard);
        }
        last.then_some(Pause::Ended)
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, Verdict};

    #[test]
    fn each_event_once_and_in_order() {
        let mut position = Position::default();
        let verdicts: Vec<Verdict> =
            [1, 2, 0, 2, 1, 3, 5, 4, 5].into_iter().map(|n| position.judge(n)).collect();
        use Verdict::{Hole, Seen, Take};
        assert_eq!(verdicts, [Take, Take, Take, Seen, Seen, Take, Hole, Take, Take]);
        assert_eq!(position.last(), 5);
    }

    #[test]
    fn a_hole_does_not_move_the_position() {
        let mut position = Position::default();
        assert_eq!(position.judge(7), Verdict::Hole);
        assert_eq!(position.last(), 0);
    }

    /// A server that restarts in the middle of a call answers from the position; what it repeats
    /// is dropped, and nothing is missed.
    #[test]
    fn any_cut_and_overlap_gives_the_whole_call() {
        let call: Vec<u64> = (1..=30).collect();
        for cut in 0..30_usize {
            for back in 0..=cut {
                let mut position = Position::default();
                let first = call[..cut].iter();
                let second = call[cut - back..].iter();
                let taken: Vec<u64> = first
                    .chain(second)
                    .copied()
                    .filter(|n| position.judge(*n) == Verdict::Take)
                    .collect();
                assert_eq!(taken, call, "cut at {cut}, {back} repeated");
            }
        }
    }
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod server_tests;

//! One call on its way to the server, over as many streams as it takes.

use std::collections::VecDeque;

use attune_proto::v1::call_control::Action;
use attune_proto::v1::stream_call_request::Payload;
use attune_proto::v1::{CallControl, HangUp, StreamCallRequest, StreamCallResponse, StreamConfig};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use super::outbox::Outbox;
use super::progress::Progress;
use super::source::Source;
use crate::backoff::{Backoff, asked_wait, is_passing};
use crate::connect::Link;
use crate::error::{Error, said};
use crate::interrupt::Interrupt;
use crate::time::seconds;
use crate::words::{Words, fill};

/// Messages between us and the connection: half a second of 20 ms packets of two channels. When it
/// is full the source waits.
const IN_FLIGHT: usize = 50;
/// About half a minute of waiting, as long as a server holds a broken stream open.
const TRIES: u32 = 10;

/// A call that is being sent.
pub(crate) struct Uplink<S> {
    link: Link,
    config: StreamConfig,
    source: S,
    outbox: Outbox,
    progress: Progress,
    words: &'static Words,
    backoff: Backoff,
    interrupt: Interrupt,
    /// The source is over, or somebody pressed Ctrl-C.
    hung_up: bool,
}

/// How a stream ended that did not break for good.
enum Outcome {
    /// Everything is transcribed and stored.
    Completed,
    /// The way broke; the call may go on.
    Broken(Status),
}

impl<S: Source> Uplink<S> {
    /// Prepares to send what `source` yields.
    pub(crate) fn new(
        link: Link,
        config: StreamConfig,
        source: S,
        progress: Progress,
        words: &'static Words,
    ) -> Self {
        Self {
            link,
            config,
            source,
            outbox: Outbox::default(),
            progress,
            words,
            backoff: Backoff::default(),
            interrupt: Interrupt::listen(),
            hung_up: false,
        }
    }

    /// Sends the call to its end, over new streams where one breaks. Returns its name.
    ///
    /// # Errors
    /// [`Error::Refused`] for an answer that stays an answer, [`Error::GaveUp`] when no new stream
    /// holds.
    pub(crate) async fn run(mut self) -> Result<String, Error> {
        let result = loop {
            match self.one_stream().await {
                Ok(Outcome::Completed) => break Ok(()),
                Ok(Outcome::Broken(status))
                    if self.backoff.tries() < TRIES && self.wait(&status).await => {}
                Ok(Outcome::Broken(status)) => {
                    let (tries, last) = (self.backoff.tries(), said(&status));
                    break Err(Error::GaveUp { tries, last });
                }
                Err(status) => break Err(Error::from(status)),
            }
        };
        self.progress.finish();
        result?;
        let sent = seconds(self.outbox.made());
        self.progress.say(&fill(self.words.stream_done, &[&sent]));
        Ok(self.config.call_id)
    }

    /// Waits before the next try; false if somebody does not want to wait.
    async fn wait(&mut self, status: &Status) -> bool {
        let wait = self.backoff.next(asked_wait(status));
        self.progress.say(&fill(
            self.words.stream_retry,
            &[
                &seconds(self.outbox.made()),
                &said(status),
                &self.backoff.tries(),
                &seconds(wait),
                &seconds(self.outbox.acknowledged()),
            ],
        ));
        let waited = tokio::select! {
            () = tokio::time::sleep(wait) => true,
            () = self.interrupt.pressed() => false,
        };
        self.source.resumed();
        waited
    }

    /// Opens a stream and feeds it until it ends.
    async fn one_stream(&mut self) -> Result<Outcome, Status> {
        let (sender, receiver) = mpsc::channel(IN_FLIGHT);
        let mut waiting = self.first_messages();
        if let Some(config) = waiting.pop_front() {
            // The channel is new and empty: this neither waits nor fails.
            let _ = sender.send(config).await;
        }
        let opened = self.link.ingestion().stream_call(ReceiverStream::new(receiver)).await;
        let mut replies = match opened {
            Ok(response) => response.into_inner(),
            Err(status) => return sort(status),
        };
        loop {
            tokio::select! {
                reply = replies.message() => match self.heard(reply) {
                    Some(outcome) => return outcome,
                    None => self.progress.update(&self.outbox),
                },
                permit = sender.reserve(), if !waiting.is_empty() => match (permit, waiting.pop_front()) {
                    (Ok(permit), Some(message)) => permit.send(message),
                    // The connection is gone; the replies say why.
                    _ => return sort(last_word(&mut replies).await),
                },
                packet = self.source.next(), if waiting.len() < IN_FLIGHT && !self.hung_up && self.outbox.has_room() => {
                    match packet {
                        Some(packet) => {
                            waiting.push_back(message(Payload::Audio(packet.to_chunk())));
                            self.outbox.push(packet);
                        }
                        None => self.hang_up(&mut waiting),
                    }
                    self.progress.update(&self.outbox);
                }
                () = self.interrupt.pressed() => {
                    if self.hung_up {
                        return Err(Status::cancelled("interrupted before the last words were transcribed"));
                    }
                    self.hang_up(&mut waiting);
                }
            }
        }
    }

    /// The config, then whatever the server has not acknowledged.
    fn first_messages(&self) -> VecDeque<StreamCallRequest> {
        let mut messages = VecDeque::from([message(Payload::Config(self.config.clone()))]);
        let again = self.outbox.unacknowledged();
        messages.extend(again.map(|packet| message(Payload::Audio(packet.to_chunk()))));
        if self.hung_up {
            messages.push_back(hang_up());
        }
        messages
    }

    fn hang_up(&mut self, waiting: &mut VecDeque<StreamCallRequest>) {
        self.hung_up = true;
        waiting.push_back(hang_up());
        self.progress.say(self.words.hanging_up);
    }

    /// Takes a reply; `Some` when it was the last.
    fn heard(
        &mut self,
        reply: Result<Option<StreamCallResponse>, Status>,
    ) -> Option<Result<Outcome, Status>> {
        match reply {
            Ok(Some(reply)) => {
                if self.backoff.tries() > 0 {
                    self.progress.say(self.words.stream_resumed);
                    self.backoff.worked();
                }
                self.outbox.acknowledge(&reply.cursors);
                if !reply.call_id.is_empty() {
                    self.config.call_id = reply.call_id;
                }
                if !reply.resume_token.is_empty() {
                    self.config.resume_token = reply.resume_token;
                }
                match (reply.completed, self.hung_up) {
                    (false, _) => None,
                    (true, true) => Some(Ok(Outcome::Completed)),
                    (true, false) => Some(Err(Status::unavailable("it has ended the call"))),
                }
            }
            Ok(None) => Some(sort(Status::unavailable("the server ended the stream"))),
            Err(status) => Some(sort(status)),
        }
    }
}

/// Whether a status is a break of the way or the server's last word on this call.
fn sort(status: Status) -> Result<Outcome, Status> {
    if is_passing(&status) { Ok(Outcome::Broken(status)) } else { Err(status) }
}

/// Why the sending side closed.
async fn last_word(replies: &mut Streaming<StreamCallResponse>) -> Status {
    loop {
        match replies.message().await {
            Ok(Some(_)) => {}
            Ok(None) => return Status::new(Code::Unavailable, "the server ended the stream"),
            Err(status) => return status,
        }
    }
}

fn message(payload: Payload) -> StreamCallRequest {
    StreamCallRequest { payload: Some(payload) }
}

fn hang_up() -> StreamCallRequest {
    message(Payload::Control(CallControl { action: Some(Action::HangUp(HangUp {})) }))
}

#[cfg(test)]
#[path = "uplink_tests.rs"]
mod tests;

//! One task a live call: it owns the session, brings it what happens and carries out what follows.

mod asking;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use attune_audio::units::StreamTime;
use attune_models::event::EndReason;
use attune_models::recogniser::{Job, JobKind};
use attune_models::session::{Input, InputError, Output, Session};
use futures_util::FutureExt;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::app::App;
use crate::convert::{self, CallNames, Format, Position};
use crate::figures;
use crate::hub::Feed;
use crate::live::{Control, Media, MediaItem, Outcome, Progress};
use crate::pool;
use crate::profiles;
use crate::store::CallerHash;
use asking::Asking;

/// Media between two acknowledgements.
const ACKNOWLEDGE_EVERY: Duration = Duration::from_millis(500);
/// Finished utterances of one call that may wait for their text before no more audio is taken: a
/// minute of speech. A live call gets there only when recognition is hopelessly behind.
const MAX_OPEN_FINALS: usize = 32;
/// Audio of a side that may wait, behind a pause, for the text before it. The same: speech goes on
/// at one second a second.
const MAX_BACKLOG: Duration = Duration::from_secs(30);

/// What leads to a call.
pub(crate) struct Line {
    pub(crate) media: mpsc::Receiver<Media>,
    pub(crate) control: mpsc::Receiver<Control>,
    pub(crate) progress: watch::Sender<Progress>,
}

/// The task of one call.
pub(crate) struct Driver {
    app: Arc<App>,
    names: CallNames,
    format: Format,
    session: Session,
    feed: Arc<Feed>,
    line: Line,
    asking: Asking,
    /// Number of the attached stream.
    stream: u64,
    /// Nothing more is said; the last words may still wait for their text.
    ending: bool,
    /// When the call ends unless another stream takes it up; `None` while one is attached.
    lost_at: Option<Instant>,
    acknowledged: Acknowledged,
    outcome: Outcome,
    /// Who may be remembered from this call.
    remembers: Option<CallerHash>,
}

/// What the attached stream was told.
#[derive(Debug, Default)]
struct Acknowledged {
    /// The furthest audio.
    received: StreamTime,
    /// What is transcribed and stored, by channel.
    finalised: Vec<StreamTime>,
    /// What is transcribed, and the event that must be stored before that is said.
    waiting: Option<(u64, Vec<StreamTime>)>,
}

impl Driver {
    pub(crate) fn new(
        app: Arc<App>,
        names: CallNames,
        format: Format,
        session: Session,
        feed: Arc<Feed>,
        line: Line,
        remembers: Option<CallerHash>,
    ) -> Self {
        let finalised = vec![StreamTime::ZERO; format.channels.len()];
        Self {
            asking: Asking::new(app.pool.line()),
            app,
            names,
            format,
            session,
            feed,
            line,
            stream: 1,
            ending: false,
            lost_at: None,
            acknowledged: Acknowledged { finalised, ..Acknowledged::default() },
            outcome: Outcome::Completed,
            remembers,
        }
    }

    /// Until the call has ended and is stored. A panic ends this call and no other.
    pub(crate) async fn run(mut self) {
        let sound = AssertUnwindSafe(self.live()).catch_unwind().await.is_ok();
        if !sound {
            self.failed();
        }
        self.app.store.flush().await;
        if let Some((caller, last)) = self.remembers.zip(self.session.snapshot()).filter(|_| sound)
        {
            profiles::learn(&self.app.store, caller, last.clone()).await;
        }
        let mark = self.feed.mark();
        let stored = mark.sequence() == self.feed.last_sequence() && !mark.has_lost();
        if !stored && self.outcome == Outcome::Completed {
            self.outcome = Outcome::NotStored;
        }
        let call_id = &self.names.call_id;
        if stored {
            figures::settle(&self.app, call_id).await;
        }
        tracing::info!(call = %call_id, outcome = ?self.outcome, "the call has ended");
        self.app.hub.close(call_id);
        self.app.live.remove(call_id);
        // After a panic the session is not asked any more.
        let positions = if sound { self.last_positions() } else { Vec::new() };
        let outcome = self.outcome;
        self.line.progress.send_replace(Progress { positions, outcome: Some(outcome) });
    }

    async fn live(&mut self) {
        self.pump();
        self.acknowledge(true);
        while !self.session.is_ended() {
            let lost_at = self.lost_at;
            tokio::select! {
                biased;
                Some(control) = self.line.control.recv() => self.control(control),
                (job, answer) = self.asking.answer() => self.answered(&job, answer),
                Some(media) = self.line.media.recv(), if self.has_room() => {
                    self.media(media);
                    // A sender that catches up must not keep this thread from the other calls.
                    tokio::task::yield_now().await;
                }
                () = self.line.progress.closed(), if lost_at.is_none() && !self.ending => {
                    self.stream_lost();
                }
                () = sleep_until(lost_at), if lost_at.is_some() => {
                    self.lost_at = None;
                    self.handle(Input::End(EndReason::StreamLost));
                }
            }
        }
        self.acknowledge(true);
    }

    /// Whether recognition is near enough for more audio.
    fn has_room(&self) -> bool {
        self.asking.open_finals() < MAX_OPEN_FINALS && self.session.backlog() < MAX_BACKLOG
    }

    fn media(&mut self, media: Media) {
        match media.item {
            MediaItem::Attach(progress) if media.stream > self.stream => {
                self.stream = media.stream;
                self.line.progress = progress;
                if self.lost_at.take().is_some() {
                    self.feed.resumed();
                }
                self.acknowledge(true);
            }
            MediaItem::Input(input) if media.stream == self.stream => {
                self.handle(input);
                self.acknowledge(false);
            }
            // Of a stream that was superseded.
            MediaItem::Attach(_) | MediaItem::Input(_) => {}
        }
    }

    fn handle(&mut self, input: Input) {
        let end = matches!(input, Input::End(_));
        match self.session.handle(input) {
            Ok(()) => self.ending |= end,
            // After the end nothing counts, and the stream is told how it ended.
            Err(InputError::AfterEnd) => {}
            Err(error) => self.refuse(error),
        }
        self.pump();
    }

    /// The stream must end, and may come back with something better.
    fn refuse(&mut self, error: InputError) {
        let positions = self.positions();
        let outcome = Some(Outcome::Refused(error));
        self.line.progress.send_replace(Progress { positions, outcome });
    }

    fn control(&mut self, control: Control) {
        // Whoever asked may be gone by now: then nobody needs the answer.
        match control {
            Control::Correct(correction, answer) => {
                let result = self.session.handle(Input::Correct(correction));
                self.pump();
                let snapshot = result.map(|()| self.session.snapshot().cloned());
                let _ = answer.send(snapshot.and_then(|s| s.ok_or(InputError::EmptyCorrection)));
            }
            Control::Feedback(feedback, answer) => {
                let result = self.session.handle(Input::Feedback(feedback));
                self.pump();
                let _ = answer.send(result);
            }
            Control::Advise(text, answer) => {
                let result = self.session.handle(Input::Advise(text));
                self.pump();
                // It is the newest, and nothing came between.
                let card = self.session.cards().last().map(|card| card.id);
                let _ = answer.send(result.and_then(|()| card.ok_or(InputError::AfterEnd)));
            }
            Control::Cut => {
                if !self.ending {
                    self.outcome = Outcome::Drained;
                }
                self.handle(Input::End(EndReason::Drained));
            }
        }
    }

    fn stream_lost(&mut self) {
        let window = self.app.limits.resume_window;
        tracing::warn!(call = %self.names.call_id, ?window, "the stream broke; the call may be resumed");
        metrics::counter!("attune_streams_lost_total").increment(1);
        self.lost_at = Some(Instant::now() + window);
        self.feed.interrupted();
    }

    fn answered(&mut self, job: &Job, result: pool::Answer) {
        if let (JobKind::Final, Err(error)) = (job.kind, &result) {
            tracing::warn!(call = %self.names.call_id, %error, "an utterance has no text");
        }
        self.handle(Input::Recognised { job: job.id, result });
    }

    /// Carries out what follows from the inputs so far.
    fn pump(&mut self) {
        let now = SystemTime::now();
        let mut events = Vec::new();
        while let Some(output) = self.session.poll() {
            match output {
                Output::Recognise(job) => self.asking.ask(job),
                Output::Cancel(job) => self.asking.cancel(job),
                Output::Event(event) => events.push(convert::event(&self.names, &event, now)),
                Output::Hint(hint) => events.push(convert::hint(&self.names, &hint, now)),
            }
        }
        if !events.is_empty() {
            self.feed.publish(events);
        }
    }

    /// Tells the stream how far the call has got, when there is enough to tell.
    fn acknowledge(&mut self, at_once: bool) {
        let channels = &self.format.channels;
        let received = channels
            .iter()
            .map(|channel| self.session.received(channel.side))
            .max()
            .unwrap_or_default();
        let news = received.saturating_since(self.acknowledged.received) >= ACKNOWLEDGE_EVERY;
        if !news && !at_once {
            return;
        }
        self.acknowledged.received = received;
        self.settle_finalised();
        self.feed.heard(convert::time_out(received));
        let positions = self.positions();
        self.line.progress.send_modify(|progress| progress.positions = positions);
    }

    /// Moves what is said to be final on to what is stored.
    fn settle_finalised(&mut self) {
        let stored = self.feed.mark().sequence();
        if self.acknowledged.waiting.as_ref().is_some_and(|(last, _)| *last > stored) {
            return;
        }
        if let Some((_, finalised)) = self.acknowledged.waiting.take() {
            self.acknowledged.finalised = finalised;
        }
        let channels = &self.format.channels;
        let finalised = channels.iter().map(|channel| self.session.finalised(channel.side));
        let last = self.feed.last_sequence();
        if last <= stored {
            self.acknowledged.finalised = finalised.collect();
        } else {
            self.acknowledged.waiting = Some((last, finalised.collect()));
        }
    }

    /// Where the call ended, as far as it is stored by now.
    fn last_positions(&mut self) -> Vec<Position> {
        self.settle_finalised();
        self.positions()
    }

    fn positions(&self) -> Vec<Position> {
        let channels = self.format.channels.iter().zip(&self.acknowledged.finalised);
        let position = |(channel, finalised): (&convert::TaggedChannel, &StreamTime)| Position {
            channel: *channel,
            received: self.session.received(channel.side),
            finalised: *finalised,
            last_sequence: self.session.last_sequence(channel.side),
        };
        channels.map(position).collect()
    }

    /// After a panic: the session is not to be trusted any more.
    fn failed(&mut self) {
        tracing::error!(call = %self.names.call_id, "the call failed by a fault of this server");
        metrics::counter!("attune_calls_failed_total").increment(1);
        self.outcome = Outcome::Failed;
        let last = self.feed.last_sequence();
        self.feed.publish(vec![convert::failed(&self.names, last, SystemTime::now())]);
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

//! The agent's screen on a terminal.

use std::time::{Duration, Instant};

use attune_proto::v1::CallState;
use futures_util::StreamExt as _;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{Event, EventStream};
use tokio::sync::mpsc;

use super::follow::Update;
use super::keys::{Keys, Wish};
use crate::args::Became;
use crate::calls::send_feedback;
use crate::connect::Link;
use crate::error::Error;
use crate::view::{Screen, Theme, draw};
use crate::view_model::CallView;
use crate::words::{Words, fill};

/// How often the remaining lifetimes are drawn anew.
const REDRAW: Duration = Duration::from_millis(250);
/// How long a notice stands.
const NOTICE: Duration = Duration::from_secs(4);
/// Media time runs on by itself for this long without an event: a held call must not age its cards.
const COAST: Duration = Duration::from_secs(10);
/// Answers to feedback that are under way; an agent presses one key at a time.
const ANSWERS: usize = 8;

/// Shows the call until somebody leaves, or until it ends if `leave_at_end`.
///
/// # Errors
/// When the terminal cannot be used.
pub(crate) async fn show(
    view: CallView,
    link: Link,
    updates: mpsc::Receiver<Update>,
    leave_at_end: bool,
    words: &'static Words,
) -> Result<CallView, Error> {
    let terminal = ratatui::try_init()?;
    let mut live = Live {
        heard: Instant::now(),
        view,
        keys: Keys::default(),
        notice: None,
        words,
        theme: Theme::new(colour_wanted()),
    };
    let result = live.run(terminal, link, updates, leave_at_end).await;
    ratatui::restore();
    result.map(|()| live.view)
}

/// Colours unless `NO_COLOR` is set (<https://no-color.org>).
pub(crate) fn colour_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

struct Live {
    view: CallView,
    keys: Keys,
    /// When media time last moved on.
    heard: Instant,
    notice: Option<(String, Instant)>,
    words: &'static Words,
    theme: Theme,
}

impl Live {
    async fn run(
        &mut self,
        mut terminal: DefaultTerminal,
        link: Link,
        mut updates: mpsc::Receiver<Update>,
        leave_at_end: bool,
    ) -> Result<(), Error> {
        let (answered, mut answers) = mpsc::channel::<String>(ANSWERS);
        let mut events = EventStream::new();
        let mut redraw = tokio::time::interval(REDRAW);
        let mut follows = true;
        loop {
            terminal.draw(|frame| draw(frame, &self.screen()))?;
            tokio::select! {
                update = updates.recv(), if follows => match update {
                    Some(update) => {
                        self.take(update);
                        // A backlog is drawn once.
                        while let Ok(update) = updates.try_recv() {
                            self.take(update);
                        }
                    }
                    // The call is over, or the follower failed: it says so itself.
                    None if self.view.end.is_none() || leave_at_end => return Ok(()),
                    None => follows = false,
                },
                event = events.next() => match event {
                    Some(Ok(Event::Key(key))) => match self.keys.press(key) {
                        Wish::Nothing => {}
                        Wish::Quit => return Ok(()),
                        Wish::Feedback(place, kind) => {
                            self.feedback(place, kind, &link, answered.clone());
                        }
                    },
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.into()),
                    None => return Ok(()),
                },
                Some(answer) = answers.recv() => self.notify(answer),
                _ = redraw.tick() => {}
            }
        }
    }

    fn take(&mut self, update: Update) {
        match update {
            Update::Event(event) => {
                let before = self.view.clock;
                self.view.fold(&event);
                if self.view.clock > before {
                    self.heard = Instant::now();
                }
            }
            Update::Lost { reason, wait } => {
                let wait = format!("{:.1}", wait.as_secs_f32());
                self.notify(fill(self.words.reconnecting, &[&reason, &wait]));
            }
            Update::Back => self.notify(self.words.reconnected.to_owned()),
        }
    }

    fn feedback(
        &mut self,
        place: usize,
        kind: Became,
        link: &Link,
        answered: mpsc::Sender<String>,
    ) {
        let number = place + 1;
        let Some(card) = self.view.card_at(place).map(str::to_owned) else {
            self.notify(fill(self.words.no_card, &[&number]));
            return;
        };
        let (link, call, words) = (link.clone(), self.view.call_id.clone(), self.words);
        tokio::spawn(async move {
            let noted = match kind {
                Became::Used => words.noted_used,
                Became::Dismissed => words.noted_dismissed,
            };
            let answer = match send_feedback(&link, call, card, kind, String::new()).await {
                Ok(()) => fill(noted, &[&number]),
                Err(error) => fill(words.feedback_failed, &[&error]),
            };
            // The screen may be gone by now.
            let _ = answered.send(answer).await;
        });
    }

    fn notify(&mut self, text: String) {
        self.notice = Some((text, Instant::now()));
    }

    fn screen(&self) -> Screen<'_> {
        let coast = match self.view.state {
            CallState::Live => self.heard.elapsed().min(COAST),
            _ => Duration::ZERO,
        };
        let fresh = self.notice.as_ref().filter(|(_, since)| since.elapsed() < NOTICE);
        let notice = match fresh {
            _ if self.keys.dismissing => Some(self.words.dismiss_which),
            fresh => fresh.map(|(text, _)| text.as_str()),
        };
        Screen {
            view: &self.view,
            now: self.view.clock + coast,
            words: self.words,
            theme: self.theme,
            evidence: self.keys.evidence,
            notice,
        }
    }
}

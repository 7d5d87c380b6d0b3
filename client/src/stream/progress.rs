//! How far the call is: a bar on a terminal, nothing elsewhere.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::outbox::Outbox;
use crate::print::note;
use crate::time::clock;
use crate::words::Words;

/// Shows what was sent, received and transcribed.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    words: &'static Words,
}

impl Progress {
    /// For a call of this length; `None` is a call of unknown length.
    pub(crate) fn new(length: Option<Duration>, words: &'static Words) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let millis = |length: Duration| u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
            let bar = match length {
                Some(length) => ProgressBar::new(millis(length)),
                None => ProgressBar::no_length(),
            };
            let template = match length {
                Some(length) => format!("{{prefix}}/{} {{wide_bar}} {{msg}}", clock(length)),
                None => "{spinner} {prefix}  {msg}".to_owned(),
            };
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, words }
    }

    /// The outbox has changed.
    pub(crate) fn update(&self, outbox: &Outbox) {
        let Some(bar) = &self.bar else { return };
        bar.set_position(u64::try_from(outbox.made().as_millis()).unwrap_or(u64::MAX));
        bar.set_prefix(clock(outbox.made()));
        bar.set_message(format!(
            "{} {}  {} {}",
            self.words.progress_received,
            clock(outbox.acknowledged()),
            self.words.progress_final,
            clock(outbox.transcribed()),
        ));
    }

    /// A word to people, above the bar.
    pub(crate) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| note(text)),
            None => note(text),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

//! One measurement: a server process of its own, and calls to it.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::{JoinSet, spawn_blocking};

use crate::call::{self, CallResult, Pace};
use crate::model::Measured;
use crate::process::{ServerProcess, Usage};
use crate::speech::{CallAudio, Speech};

/// What is measured with.
pub(crate) struct Bench {
    pub(crate) model: Measured,
    pub(crate) speech: Speech,
    pub(crate) server: Option<PathBuf>,
}

/// What came of it.
pub(crate) struct Results {
    pub(crate) calls: u32,
    pub(crate) seconds: u32,
    pub(crate) by_call: Vec<CallResult>,
    /// From the first call to the last.
    pub(crate) usage: Usage,
}

impl Bench {
    /// `calls` live calls at once.
    pub(crate) async fn live(&self, calls: u32, seconds: u32) -> Result<Results, Box<dyn Error>> {
        self.run(calls, seconds, Pace::Live).await
    }

    /// `calls` recordings at once, as fast as the server takes them.
    pub(crate) async fn flat_out(
        &self,
        calls: u32,
        seconds: u32,
    ) -> Result<Results, Box<dyn Error>> {
        self.run(calls, seconds, Pace::FlatOut).await
    }

    async fn run(&self, calls: u32, seconds: u32, pace: Pace) -> Result<Results, Box<dyn Error>> {
        // Before the server starts: it costs as much as the server's own listening.
        let audio = self.audio(calls, seconds).await?;
        let mut settings = self.model.settings.clone();
        settings.extend(["--max-calls".to_owned(), calls.to_string()]);
        let server = ServerProcess::start(self.server.as_deref(), &settings).await?;
        let before = server.usage()?;
        let progress = progress(calls, seconds, pace);
        let mut running = JoinSet::new();
        for (number, audio) in (0..).zip(audio) {
            let address = server.address().to_owned();
            running.spawn(async move {
                // Spread the starts over one chunk, as real calls are.
                tokio::time::sleep(call::CHUNK * number / calls).await;
                call::run(&address, number, audio, pace).await
            });
        }
        let ticker = tokio::spawn({
            let progress = progress.clone();
            async move {
                loop {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    progress.inc(1);
                }
            }
        });
        let mut by_call: Vec<CallResult> = Vec::new();
        while let Some(result) = running.join_next().await {
            by_call.push(result?);
        }
        ticker.abort();
        progress.finish_and_clear();
        let usage = server.usage()?.since(before);
        server.stop().await?;
        Ok(Results { calls, seconds, by_call, usage })
    }

    async fn audio(&self, calls: u32, seconds: u32) -> Result<Vec<CallAudio>, Box<dyn Error>> {
        let length = Duration::from_secs(u64::from(seconds));
        let speech = self.speech.clone();
        let cut = move || (0..calls).map(|number| speech.shifted(number, calls, length)).collect();
        Ok(spawn_blocking(cut).await?)
    }
}

fn progress(calls: u32, seconds: u32, pace: Pace) -> ProgressBar {
    let bar = match pace {
        Pace::Live => ProgressBar::new(u64::from(seconds)).with_style(
            ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} s")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        ),
        Pace::FlatOut => ProgressBar::new_spinner(),
    };
    bar.set_message(match pace {
        Pace::Live => format!("{calls} live calls"),
        Pace::FlatOut => format!("{calls} recordings as fast as the server takes them"),
    });
    bar
}

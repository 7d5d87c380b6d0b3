//! How much of what the machine could do the server does.

use std::error::Error;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bare;
use crate::run::{Bench, Results};

/// Seconds of speech a second, both measured on this machine within a minute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// whisper-rs alone, one state a core.
    pub(crate) bare: f64,
    /// The whole server while it always has work.
    pub(crate) server: f64,
}

/// How long each of the two is measured.
const LENGTH: Duration = Duration::from_secs(12);

/// Recordings at once: enough that every slot always has work.
const RECORDINGS: u32 = 8;

impl Limit {
    pub(crate) async fn measure(bench: &Bench) -> Result<Self, Box<dyn Error>> {
        let slots = thread::available_parallelism()?.get();
        let utterances = bench.speech.utterances();
        eprintln!("whisper-rs alone, {slots} states, {} s", LENGTH.as_secs());
        // Blocks, and nothing else runs meanwhile.
        let bare = bare::speech_rate(&bench.model, &utterances, slots, LENGTH)?;
        // Somebody speaks nearly always, so this lasts about as long.
        let seconds = bare * LENGTH.as_secs_f64() / f64::from(RECORDINGS);
        let results = bench.flat_out(RECORDINGS, (seconds as u32).clamp(20, 3600)).await?;
        let server = speech_rate(&results).ok_or("the server recognised next to nothing")?;
        Ok(Self { bare, server })
    }

    pub(crate) fn share(&self) -> f64 {
        self.server / self.bare
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "bare": self.bare, "server": self.server, "share": self.share() })
    }
}

/// Speech a second, by the finals between the first and the last tenth: without the beginning, and
/// without the end, when some recordings have ended.
fn speech_rate(results: &Results) -> Option<f64> {
    let mut finals: Vec<_> = results.by_call.iter().flat_map(|call| &call.finals).collect();
    finals.sort_unstable_by_key(|(came, _)| *came);
    let tenth = finals.len() / 10;
    let middle = finals.get(tenth..finals.len() - tenth)?;
    let (first, rest) = middle.split_first()?;
    let time = rest.last()?.0.duration_since(first.0).as_secs_f64();
    let speech: Duration = rest.iter().map(|(_, speech)| *speech).sum();
    (time > 0.0).then(|| speech.as_secs_f64() / time)
}

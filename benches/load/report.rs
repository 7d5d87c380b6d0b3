//! What a measurement showed.

use std::time::Duration;

use serde_json::json;

use crate::call::CallResult;
use crate::limit::Limit;
use crate::model::Measured;
use crate::process::Usage;
use crate::run::Results;

/// One measurement.
pub(crate) struct Report {
    model: String,
    calls: u32,
    seconds: u32,
    offered: u32,
    completed: u32,
    refused: usize,
    failed: Vec<String>,
    final_lags: Vec<Duration>,
    suggestion_lags: Vec<Duration>,
    waited_cards: u32,
    /// Seconds of speech recognised in a second of the calls.
    speech_rate: f64,
    usage: Usage,
    limit: Option<Limit>,
}

impl Report {
    pub(crate) fn new(model: &Measured, results: &Results, limit: Option<Limit>) -> Self {
        let by_call = &results.by_call;
        let sorted = |lags: fn(&CallResult) -> &Vec<Duration>| {
            let mut all: Vec<Duration> = by_call.iter().flat_map(lags).copied().collect();
            all.sort_unstable();
            all
        };
        let sum = |of: fn(&CallResult) -> u32| by_call.iter().map(of).sum();
        let speech: Duration = by_call.iter().flat_map(|call| &call.finals).map(|(_, s)| *s).sum();
        Self {
            model: model.name.clone(),
            calls: results.calls,
            seconds: results.seconds,
            offered: sum(|call| call.offered),
            completed: sum(|call| call.completed),
            refused: by_call.iter().filter(|call| call.refused).count(),
            failed: by_call.iter().filter_map(|call| call.failed.clone()).collect(),
            final_lags: sorted(|call| &call.final_lags),
            suggestion_lags: sorted(|call| &call.suggestion_lags),
            waited_cards: sum(|call| call.waited_cards),
            speech_rate: speech.as_secs_f64() / f64::from(results.seconds),
            usage: results.usage,
            limit,
        }
    }

    /// Whether p95 of the final transcript is within a second and nothing was lost.
    pub(crate) fn keeps_up(&self) -> bool {
        self.failed.is_empty()
            && self.refused == 0
            && percentile(&self.final_lags, 95).is_some_and(|lag| lag <= Duration::from_secs(1))
    }

    /// Utterances of the calls that were taken, without a final.
    fn lost(&self) -> u32 {
        self.offered.saturating_sub(self.completed)
    }

    /// As one object.
    pub(crate) fn json(&self) -> serde_json::Value {
        json!({
            "model": self.model,
            "calls": self.calls,
            "seconds": self.seconds,
            "offered_utterances": self.offered,
            "completed_utterances": self.completed,
            "lost_finals": self.lost(),
            "refused_calls": self.refused,
            "failed_calls": self.failed.len(),
            "final_lag_ms": lag_json(&self.final_lags),
            "suggestion_lag_ms": lag_json(&self.suggestion_lags),
            "waited_cards": self.waited_cards,
            "speech_s_per_s": tenths(self.speech_rate),
            "limit_speech_s_per_s": self.limit.map(|limit| tenths(limit.bare)),
            "server_speech_s_per_s": self.limit.map(|limit| tenths(limit.server)),
            "share_of_limit": self.limit.map(|limit| (limit.share() * 1000.0).round() / 1000.0),
            "cpu_seconds": self.usage.cpu_seconds,
            "rss_mb": self.usage.rss_mb,
        })
    }

    /// For a person, or as one JSON object.
    #[expect(clippy::print_stdout, reason = "the summary is what the program is for")]
    pub(crate) fn print(&self, as_json: bool) -> Result<(), serde_json::Error> {
        for failure in &self.failed {
            eprintln!("a call failed: {failure}");
        }
        if as_json {
            println!("{}", serde_json::to_string(&self.json())?);
            return Ok(());
        }
        let lost = self.lost();
        println!("{}: {} live two-sided calls of {} s", self.model, self.calls, self.seconds);
        println!(
            "  utterances      {} offered, {} final, {lost} lost",
            self.offered, self.completed
        );
        println!("  calls           {} refused, {} failed", self.refused, self.failed.len());
        println!("  final lag       {}", lag_text(&self.final_lags));
        println!("  suggestion lag  {}", lag_text(&self.suggestion_lags));
        println!("                  {} more cards waited for their turn", self.waited_cards);
        println!("  speech          {:.1} s recognised in a second", self.speech_rate);
        println!(
            "  server          {:.1} CPU seconds, {:.0} MB resident at most",
            self.usage.cpu_seconds, self.usage.rss_mb
        );
        if let Some(limit) = self.limit {
            println!(
                "  limit           whisper-rs alone {:.1} s of speech a second, the server when it \
                 always has work {:.1}: {:.0} % of the limit",
                limit.bare,
                limit.server,
                100.0 * limit.share()
            );
        }
        Ok(())
    }
}

/// The smallest value that at least `percent` of the sorted values do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn millis(lag: Option<Duration>) -> Option<f64> {
    lag.map(|lag| (lag.as_secs_f64() * 10_000.0).round() / 10.0)
}

fn lag_json(sorted: &[Duration]) -> serde_json::Value {
    json!({
        "p50": millis(percentile(sorted, 50)),
        "p90": millis(percentile(sorted, 90)),
        "p95": millis(percentile(sorted, 95)),
        "p99": millis(percentile(sorted, 99)),
        "n": sorted.len(),
    })
}

fn lag_text(sorted: &[Duration]) -> String {
    let at = |percent| {
        percentile(sorted, percent)
            .map_or_else(|| "-".into(), |lag| format!("{} ms", lag.as_millis()))
    };
    format!("p50 {}, p95 {}, p99 {} ({} measured)", at(50), at(95), at(99), sorted.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let sorted: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!(percentile(&sorted, 50), Some(Duration::from_millis(10)));
        assert_eq!(percentile(&sorted, 95), Some(Duration::from_millis(19)));
        assert_eq!(percentile(&sorted, 99), Some(Duration::from_millis(20)));
        assert_eq!(percentile(&[], 50), None);
    }
}

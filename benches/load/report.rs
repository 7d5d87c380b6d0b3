//! What a measurement showed.

use std::time::Duration;

use serde_json::json;

use crate::call::CallResult;
use crate::process::Usage;

/// One measurement.
pub(crate) struct Report {
    calls: u32,
    seconds: u32,
    offered: u32,
    completed: u32,
    refused: usize,
    failed: Vec<String>,
    final_lags: Vec<Duration>,
    suggestion_lags: Vec<Duration>,
    usage: Usage,
}

impl Report {
    pub(crate) fn new(calls: u32, seconds: u32, results: &[CallResult], usage: Usage) -> Self {
        let sorted = |lags: fn(&CallResult) -> &Vec<Duration>| {
            let mut all: Vec<Duration> = results.iter().flat_map(lags).copied().collect();
            all.sort_unstable();
            all
        };
        Self {
            calls,
            seconds,
            offered: results.iter().map(|result| result.offered).sum(),
            completed: results.iter().map(|result| result.completed).sum(),
            refused: results.iter().filter(|result| result.refused).count(),
            failed: results.iter().filter_map(|result| result.failed.clone()).collect(),
            final_lags: sorted(|result| &result.final_lags),
            suggestion_lags: sorted(|result| &result.suggestion_lags),
            usage,
        }
    }

    /// Whether p95 of the final transcript is within a second and nothing was lost.
    pub(crate) fn keeps_up(&self) -> bool {
        self.failed.is_empty()
            && self.refused == 0
            && percentile(&self.final_lags, 95).is_some_and(|lag| lag <= Duration::from_secs(1))
    }

    /// For a person, or as one JSON object.
    #[expect(clippy::print_stdout, reason = "the summary is what the program is for")]
    pub(crate) fn print(&self, as_json: bool) -> Result<(), serde_json::Error> {
        for failure in &self.failed {
            eprintln!("a call failed: {failure}");
        }
        let lost = self.offered.saturating_sub(self.completed);
        if as_json {
            let summary = json!({
                "calls": self.calls,
                "seconds": self.seconds,
                "offered_utterances": self.offered,
                "completed_utterances": self.completed,
                "lost_finals": lost,
                "refused_calls": self.refused,
                "failed_calls": self.failed.len(),
                "final_lag_ms": lag_json(&self.final_lags),
                "suggestion_lag_ms": lag_json(&self.suggestion_lags),
                "cpu_seconds": self.usage.cpu_seconds,
                "rss_mb": self.usage.rss_mb,
            });
            println!("{}", serde_json::to_string(&summary)?);
            return Ok(());
        }
        println!("{} live two-sided calls of {} s", self.calls, self.seconds);
        println!(
            "  utterances      {} offered, {} final, {lost} lost",
            self.offered, self.completed
        );
        println!("  calls           {} refused, {} failed", self.refused, self.failed.len());
        println!("  final lag       {}", lag_text(&self.final_lags));
        println!("  suggestion lag  {}", lag_text(&self.suggestion_lags));
        println!(
            "  server          {:.1} CPU seconds, {:.0} MB resident",
            self.usage.cpu_seconds, self.usage.rss_mb
        );
        Ok(())
    }
}

/// The smallest value that at least `percent` of the sorted values do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn millis(lag: Option<Duration>) -> Option<f64> {
    lag.map(|lag| (lag.as_secs_f64() * 10_000.0).round() / 10.0)
}

fn lag_json(sorted: &[Duration]) -> serde_json::Value {
    json!({
        "p50": millis(percentile(sorted, 50)),
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

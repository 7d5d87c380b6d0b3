//! Whether what a server holds goes up.

use std::time::Duration;

use crate::server::Vitals;

/// The first part of the calls, one in so many, warms caches and arenas up and does not count.
const WARM_UP: usize = 4;

/// What the points of a run say.
#[derive(Debug)]
pub(crate) struct Verdict {
    hours: f64,
    warm: Vitals,
    last: Vitals,
    highest_mb: f64,
    /// Megabytes an hour of call time, after warm-up.
    slope: f64,
    bound: f64,
}

impl Verdict {
    /// Of points by call time, each taken at rest.
    pub(crate) fn new(points: &[(Duration, Vitals)], bound: f64) -> Self {
        let rest = Vitals { rss_mb: 0.0, descriptors: 0, threads: 0 };
        let warm = points.get(points.len().div_ceil(WARM_UP)..).unwrap_or_default();
        let hours = |time: &Duration| time.as_secs_f64() / 3600.0;
        let line: Vec<_> = warm.iter().map(|(time, v)| (hours(time), v.rss_mb)).collect();
        Self {
            hours: points.last().map_or(0.0, |(time, _)| hours(time)),
            warm: warm.first().map_or(rest, |(_, vitals)| *vitals),
            last: warm.last().map_or(rest, |(_, vitals)| *vitals),
            highest_mb: points.iter().map(|(_, vitals)| vitals.rss_mb).fold(0.0, f64::max),
            slope: slope(&line),
            bound,
        }
    }

    /// Memory is flat, and nothing is left open or running.
    pub(crate) fn is_well(&self) -> bool {
        self.slope <= self.bound
            && self.last.descriptors <= self.warm.descriptors
            && self.last.threads <= self.warm.threads
    }

    /// For a person.
    #[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
    pub(crate) fn print(&self, calls: u32, took: Duration) {
        let Self { hours, warm, last, .. } = self;
        let speed = hours * 3600.0 / took.as_secs_f64().max(1e-9);
        println!("{calls} calls, {hours:.1} h of call time in {took:.0?}, {speed:.0} x real time");
        println!(
            "  resident memory   {:.0} MB after warm-up, {:.0} MB at the end, {:.0} MB at most",
            warm.rss_mb, last.rss_mb, self.highest_mb
        );
        println!(
            "  slope             {:+.2} MB per hour of call time (bound {:.1})",
            self.slope, self.bound
        );
        println!(
            "  file descriptors  {} after warm-up, {} at the end",
            warm.descriptors, last.descriptors
        );
        println!("  threads           {} after warm-up, {} at the end", warm.threads, last.threads);
        println!("  {}", if self.is_well() { "well" } else { "NOT WELL" });
    }
}

/// Of the line with the least squares; 0 for less than two points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len().max(1) as f64;
    let (mean_x, mean_y) = (
        points.iter().map(|(x, _)| x).sum::<f64>() / count,
        points.iter().map(|(_, y)| y).sum::<f64>() / count,
    );
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let joint: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    if spread > 0.0 { joint / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(memory: impl Fn(u32) -> f64, descriptors: usize) -> Verdict {
        let point = |number: u32| {
            let vitals = Vitals {
                rss_mb: memory(number),
                descriptors: if number == 20 { descriptors } else { 30 },
                threads: 8,
            };
            (Duration::from_secs(360) * number, vitals)
        };
        Verdict::new(&(0..=20).map(point).collect::<Vec<_>>(), 4.0)
    }

    #[test]
    fn growth_is_what_is_left_after_warm_up() {
        // Ten points an hour: 0.2 MB each are 2 MB an hour.
        let warm_up = |number: u32| if number < 4 { 20.0 * f64::from(number) } else { 80.0 };
        let steady = run(|number| warm_up(number) + 0.2 * f64::from(number), 30);
        assert!((steady.slope - 2.0).abs() < 1e-6, "{}", steady.slope);
        assert!(steady.is_well());
        assert!(!run(f64::from, 30).is_well(), "10 MB an hour");
        assert!(!run(|_| 100.0, 31).is_well(), "a descriptor is left");
        assert!(run(|_| 100.0, 30).is_well());
    }
}

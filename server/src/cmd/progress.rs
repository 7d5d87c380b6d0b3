//! Progress bars on stderr, only where a person looks: indicatif draws nothing elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over media time.
pub(crate) fn over_time(total: Duration, label: &str) -> ProgressBar {
    let bar = ProgressBar::new(millis(total));
    bar.set_style(style("{msg} {wide_bar} {percent} % {eta}"));
    bar.set_message(label.to_owned());
    bar
}

/// Moves a bar over media time.
pub(crate) fn set_time(bar: &ProgressBar, done: Duration) {
    bar.set_position(millis(done));
}

/// A bar over items.
pub(crate) fn over_items(total: usize, label: &str) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    bar.set_style(style("{msg} {wide_bar} {pos}/{len} {eta}"));
    bar.set_message(label.to_owned());
    bar
}

/// A bar over bytes; without a total, a count of them.
pub(crate) fn over_bytes(total: Option<u64>, label: &str) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        ),
        None => (ProgressBar::no_length(), "{msg} {bytes} {bytes_per_sec}"),
    };
    bar.set_style(style(template));
    bar.set_message(label.to_owned());
    bar
}

fn style(template: &str) -> ProgressStyle {
    // The templates above are sound; a plain bar is good enough if not.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

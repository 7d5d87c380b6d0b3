//! Media time between messages and people.

use std::time::Duration;

/// The length in a message; absent and negative count as zero.
pub(crate) fn from_proto(length: Option<&prost_types::Duration>) -> Duration {
    let Some(length) = length else { return Duration::ZERO };
    let seconds = u64::try_from(length.seconds).unwrap_or(0);
    let nanos = u32::try_from(length.nanos).unwrap_or(0).min(999_999_999);
    Duration::new(seconds, nanos)
}

/// The message for a length.
pub(crate) fn to_proto(length: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(length.as_secs()).unwrap_or(i64::MAX),
        // Below 10^9, so it fits.
        nanos: i32::try_from(length.subsec_nanos()).unwrap_or(0),
    }
}

/// `1:02`
pub(crate) fn clock(at: Duration) -> String {
    let seconds = at.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `1:02.3`
pub(crate) fn clock_tenths(at: Duration) -> String {
    format!("{}.{}", clock(at), at.subsec_millis() / 100)
}

/// `12.3`, in seconds.
pub(crate) fn seconds(length: Duration) -> String {
    format!("{:.1}", length.as_secs_f64())
}

/// `length` divided by `speed`; `speed` above zero.
pub(crate) fn at_speed(length: Duration, speed: f64) -> Duration {
    let nanos = length.as_secs_f64() * 1e9 / speed;
    // `as` saturates, which is what an absurd speed deserves.
    Duration::from_nanos(nanos as u64)
}

/// `2026-11-23 10:45:07` of a timestamp, UTC.
pub(crate) fn date(timestamp: &prost_types::Timestamp) -> String {
    let (days, second) =
        (timestamp.seconds.div_euclid(86_400), timestamp.seconds.rem_euclid(86_400));
    // Days to civil date (Howard Hinnant, "chrono-compatible low-level date algorithms").
    let z = days + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prost_types::Timestamp;

    use super::{at_speed, clock, clock_tenths, date, from_proto, to_proto};

    #[test]
    fn there_and_back() {
        let length = Duration::new(61, 987_654_321);
        assert_eq!(from_proto(Some(&to_proto(length))), length);
        assert_eq!(from_proto(None), Duration::ZERO);
        let negative = prost_types::Duration { seconds: -3, nanos: -1 };
        assert_eq!(from_proto(Some(&negative)), Duration::ZERO);
    }

    #[test]
    fn for_people() {
        assert_eq!(clock(Duration::from_millis(62_340)), "1:02");
        assert_eq!(clock_tenths(Duration::from_millis(62_340)), "1:02.3");
        assert_eq!(at_speed(Duration::from_secs(2), 4.0), Duration::from_millis(500));
    }

    #[test]
    fn dates() {
        let date = |seconds| date(&Timestamp { seconds, nanos: 0 });
        assert_eq!(date(0), "1970-01-01 00:00:00");
        assert_eq!(date(951_827_696), "2000-02-29 12:34:56");
        assert_eq!(date(-1), "1969-12-31 23:59:59");
    }
}

//! Calendar days, UTC, as the API writes them ("2026-01-31") and as they are counted: since 1970.

use prost_types::Timestamp;

const SECONDS: i64 = 86_400;

/// The number of a day that is written as year, month and day; `None` if there is no such day.
pub(crate) fn read(date: &str) -> Option<i64> {
    let shape = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let midnight: Option<Timestamp> = format!("{date}T00:00:00Z").parse().ok().filter(|_| shape);
    midnight.map(|midnight| of(&midnight)).filter(|day| write(*day) == date)
}

/// How a day is written.
pub(crate) fn write(day: i64) -> String {
    let midnight = Timestamp { seconds: day.saturating_mul(SECONDS), nanos: 0 };
    midnight.to_string().split('T').next().unwrap_or_default().to_owned()
}

/// The day of a moment.
pub(crate) fn of(moment: &Timestamp) -> i64 {
    moment.seconds.div_euclid(SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_they_are_written() {
        assert_eq!(read("1970-01-02"), Some(1));
        assert_eq!(read("2024-02-29").map(write), Some("2024-02-29".to_owned()));
        assert_eq!(of(&Timestamp { seconds: 86_399, nanos: 5 }), 0);
        for wrong in
            ["2023-02-29", "2026-13-01", "2026-1-1", "today", "", "2026-01-01T", "2026/01/01"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

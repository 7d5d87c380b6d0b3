//! Words of the language of playbooks, and the nearest one to a mistake.

use std::time::Duration;

/// `, did you mean `red`?`, or the words there are if none is near.
pub(crate) fn hint(word: &str, valid: &[&str]) -> String {
    match nearest(word, valid) {
        Some(valid) => format!(", did you mean `{valid}`?"),
        None => format!("; there are {}", valid.join(", ")),
    }
}

/// The word that was probably meant, if one is near.
pub(crate) fn nearest<'a>(word: &str, valid: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let distances = valid.iter().map(|valid| (strsim::osa_distance(&lower, valid), *valid));
    let near = distances.filter(|(distance, valid)| *distance <= 1 + valid.chars().count() / 3);
    near.min_by_key(|(distance, _)| *distance).map(|(_, valid)| valid)
}

/// `500ms`, `25s`, `2m`, `1m30s`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let end = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        let millis = match &unit[..end] {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(millis)?))?;
        rest = &unit[end..];
    }
    Some(total)
}

/// `25s`, as [`duration`] reads it.
pub(crate) fn written(length: Duration) -> String {
    match (length.as_millis() / 60_000, length.as_millis() % 60_000) {
        (0, ms) if ms % 1000 == 0 => format!("{}s", ms / 1000),
        (0, ms) => format!("{ms}ms"),
        (m, 0) => format!("{m}m"),
        (m, ms) => format!("{m}m{}s", ms / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for (text, millis) in
            [("25s", 25_000), ("2m", 120_000), ("1m30s", 90_000), ("500ms", 500), ("0s", 0)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
            assert_eq!(written(Duration::from_millis(millis)), text);
        }
        for text in ["", "25", "s", "25 s", "1h", "-3s", "99999999999999999999s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn the_nearest_word() {
        let colours = ["red", "yellow", "green", "blue"];
        assert_eq!(hint("rad", &colours), ", did you mean `red`?");
        assert_eq!(hint("Yelow", &colours), ", did you mean `yellow`?");
        assert_eq!(hint("magenta", &colours), "; there are red, yellow, green, blue");
    }
}

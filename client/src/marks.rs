//! Which words of an utterance triggered a card.

use std::ops::Range;

/// The stretches of `text`, in bytes, that a line of evidence quotes: `said: third time`,
/// `"third time"`, or the bare words. Evidence that quotes nothing marks nothing.
pub(crate) fn find(text: &str, evidence: &str) -> Vec<Range<usize>> {
    let lower = text.to_lowercase();
    // Lower-casing that changes lengths would make byte positions lie.
    let haystack = if lower.len() == text.len() { lower.as_str() } else { text };
    let mut found = Vec::new();
    for quote in quotes(evidence) {
        for (start, part) in haystack.match_indices(quote.as_str()) {
            let end = start + part.len();
            if is_edge(haystack, start) && is_edge(haystack, end) {
                found.push(start..end);
            }
        }
    }
    found
}

/// Sorts, and joins what overlaps.
pub(crate) fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_by_key(|range| range.start);
    ranges.dedup_by(|next, kept| {
        let joined = next.start <= kept.end;
        if joined {
            kept.end = kept.end.max(next.end);
        }
        joined
    });
}

/// What a line of evidence may quote, most literal first, in lower case.
fn quotes(line: &str) -> Vec<String> {
    let mut candidates = vec![line];
    candidates.extend(line.split_once(": ").map(|(_, rest)| rest));
    let is_mark = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
    candidates.extend(line.split(is_mark).skip(1).step_by(2));
    let trimmed = candidates.into_iter().map(|part| {
        part.trim()
            .trim_matches(|c: char| is_mark(c) || matches!(c, '\'' | '.' | '…'))
            .to_lowercase()
    });
    // One or two letters would mark half the line.
    trimmed.filter(|part| part.chars().count() > 2).collect()
}

fn is_edge(text: &str, at: usize) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(letter(text[..at].chars().next_back()) && letter(text[at..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::{find, merge};

    fn marked<'a>(text: &'a str, evidence: &[&str]) -> Vec<&'a str> {
        let mut ranges: Vec<_> = evidence.iter().flat_map(|line| find(text, line)).collect();
        merge(&mut ranges);
        ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn finds_what_evidence_quotes() {
        let text = "it is down for the third time this month";
        assert_eq!(marked(text, &["said: third time"]), ["third time"]);
        assert_eq!(marked(text, &["colour.red 0.81", "the words \"Third Time\""]), ["third time"]);
        assert_eq!(marked(text, &["“down”", "this month"]), ["down", "this month"]);
    }

    #[test]
    fn figures_and_parts_of_words_mark_nothing() {
        assert!(marked("the contract is here", &["colour.red 0.81", "act", "is"]).is_empty());
    }

    #[test]
    fn overlapping_quotes_become_one() {
        assert_eq!(marked("for the third time", &["the third", "third time"]), ["the third time"]);
    }

    #[test]
    fn german_letters_keep_their_places() {
        assert_eq!(marked("das ist schon Äußerst ärgerlich", &["äußerst"]), ["Äußerst"]);
    }
}

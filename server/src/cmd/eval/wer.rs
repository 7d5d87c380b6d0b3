//! Word error rate: the least number of words to substitute, delete and insert that turns what was
//! said into what was heard (Levenshtein 1966, on words), over the words that were said.

/// How a hypothesis differs from the reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Errors {
    /// Words in the reference.
    pub(crate) words: usize,
    /// Heard as another word.
    pub(crate) substitutions: usize,
    /// Not heard.
    pub(crate) deletions: usize,
    /// Heard, but not said.
    pub(crate) insertions: usize,
}

impl Errors {
    /// All of them.
    pub(crate) fn total(self) -> usize {
        self.substitutions + self.deletions + self.insertions
    }

    /// The rate; for an empty reference, the number of words that were invented.
    pub(crate) fn rate(self) -> f32 {
        self.total() as f32 / self.words.max(1) as f32
    }
}

impl std::ops::AddAssign for Errors {
    fn add_assign(&mut self, other: Self) {
        self.words += other.words;
        self.substitutions += other.substitutions;
        self.deletions += other.deletions;
        self.insertions += other.insertions;
    }
}

/// Words as they are compared: lower case, without punctuation; apostrophes within words stay,
/// hyphens part words.
pub(crate) fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace(['’', '‘', '`'], "'");
    text.split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Compares two texts.
pub(crate) fn compare(reference: &str, hypothesis: &str) -> Errors {
    align(&words(reference), &words(hypothesis))
}

fn align(said: &[String], heard: &[String]) -> Errors {
    let words = said.len();
    // Errors on the best way to each prefix of what was heard, for a growing prefix of what was
    // said.
    let mut row: Vec<Errors> =
        (0..=heard.len()).map(|insertions| Errors { insertions, ..Errors::default() }).collect();
    for (number, word) in (1..).zip(said) {
        let mut diagonal = row[0];
        row[0] = Errors { deletions: number, ..Errors::default() };
        for (index, other) in heard.iter().enumerate() {
            let (left, above) = (row[index], row[index + 1]);
            let best = if word == other {
                diagonal
            } else {
                let substitute = Errors { substitutions: diagonal.substitutions + 1, ..diagonal };
                let delete = Errors { deletions: above.deletions + 1, ..above };
                let insert = Errors { insertions: left.insertions + 1, ..left };
                [delete, insert].into_iter().fold(substitute, |best, other| {
                    if other.total() < best.total() { other } else { best }
                })
            };
            diagonal = above;
            row[index + 1] = best;
        }
    }
    Errors { words, ..row.last().copied().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(reference: &str, hypothesis: &str) -> (usize, usize, usize, usize) {
        let errors = compare(reference, hypothesis);
        (errors.words, errors.substitutions, errors.deletions, errors.insertions)
    }

    #[test]
    fn known_alignments() {
        assert_eq!(errors("the cat sat", "the cat sat"), (3, 0, 0, 0));
        assert_eq!(errors("the cat sat", "the bat sat"), (3, 1, 0, 0));
        assert_eq!(errors("the cat sat", "the sat"), (3, 0, 1, 0));
        assert_eq!(errors("the cat sat", "the big cat sat down"), (3, 0, 0, 2));
        assert_eq!(errors("a b c d", "b c d e"), (4, 0, 1, 1));
        assert_eq!(errors("", "thank you"), (0, 0, 0, 2));
        assert_eq!(errors("thank you", ""), (2, 0, 2, 0));
        assert_eq!(errors("", ""), (0, 0, 0, 0));
    }

    #[test]
    fn rates() {
        assert!((compare("a b c d", "a x c").rate() - 0.5).abs() < 1e-6);
        assert!((compare("a", "b c d").rate() - 3.0).abs() < 1e-6, "may exceed one");
        assert!((compare("", "b c").rate() - 2.0).abs() < 1e-6);
    }

    #[test]
    fn case_punctuation_and_kinds_of_apostrophes_do_not_count() {
        assert_eq!(errors("Don’t panic, it's 20-odd!", "don't PANIC it's 20 odd"), (5, 0, 0, 0));
        assert_eq!(words("'quoted' – Grüße"), ["quoted", "grüße"]);
    }
}

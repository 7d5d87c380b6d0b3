//! Phrases of a lexicon: words with stems and gaps, matched against tokens.
//!
//! | written | matches |
//! |---|---|
//! | `refund` | that word |
//! | `complain*`, `*beschwerde`, `*kündig*` | words that begin with, end in or contain it |
//! | `cancel\|close` | one or the other, each with its own stars |
//! | `#` | a number, in digits or words |
//! | `*` | any one word |
//! | `the?` | that word or nothing |
//! | `...` | up to three words, whatever they are |

use std::collections::BTreeSet;

use super::text::{Folding, Token};

/// Longest stretch that `...` stands for, in words.
const GAP: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Exactly(String),
    Begins(String),
    Ends(String),
    Contains(String),
    Number,
    Any,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word { forms: Vec<Form>, optional: bool },
    Gap,
}

/// A phrase ready to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    parts: Vec<Part>,
    gaps: bool,
}

impl Phrase {
    /// Reads the written form; the error is a sentence for the author of the lexicon.
    pub fn parse(written: &str, folding: &Folding) -> Result<Self, String> {
        let parts: Vec<Part> = folding
            .phrase_words(written)
            .iter()
            .map(|word| Part::parse(word, folding))
            .collect::<Result<_, _>>()?;
        match parts.first() {
            None => Err("a phrase needs at least one word".to_owned()),
            Some(Part::Gap | Part::Word { optional: true, .. }) => {
                Err(format!("phrase \"{written}\" must begin with a word that has to be there"))
            }
            Some(_) if matches!(parts.last(), Some(Part::Gap)) => {
                Err(format!("phrase \"{written}\" must not end in a gap"))
            }
            Some(_) => Ok(Self { gaps: parts.contains(&Part::Gap), parts }),
        }
    }

    /// Whether it has `...` in it, so that a match may span words it says nothing about.
    pub fn has_gaps(&self) -> bool {
        self.gaps
    }

    /// The first letters a match can begin with; `None` for any.
    pub fn first_letters(&self) -> Option<BTreeSet<char>> {
        let Some(Part::Word { forms, .. }) = self.parts.first() else { return None };
        forms
            .iter()
            .map(|form| match form {
                Form::Exactly(word) | Form::Begins(word) => word.chars().next(),
                Form::Ends(_) | Form::Contains(_) | Form::Number | Form::Any => None,
            })
            .collect()
    }

    /// Where a match that begins at token `at` ends; `numbers` are the words that mean one.
    pub fn end_of_match(
        &self,
        tokens: &[Token],
        at: usize,
        numbers: &BTreeSet<String>,
    ) -> Option<usize> {
        end_of(&self.parts, tokens, at, numbers)
    }
}

/// Whether a word means a number: digits, or one of the language's number words.
pub fn is_number(word: &str, numbers: &BTreeSet<String>) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit()) || numbers.contains(word)
}

fn end_of(
    parts: &[Part],
    tokens: &[Token],
    at: usize,
    numbers: &BTreeSet<String>,
) -> Option<usize> {
    match parts.split_first() {
        None => Some(at),
        Some((Part::Gap, rest)) => (at..=(at + GAP).min(tokens.len()))
            .find_map(|after| end_of(rest, tokens, after, numbers)),
        Some((Part::Word { forms, optional }, rest)) => {
            let here = tokens
                .get(at)
                .filter(|token| forms.iter().any(|form| form.fits(&token.word, numbers)))
                .and_then(|_| end_of(rest, tokens, at + 1, numbers));
            here.or_else(|| optional.then(|| end_of(rest, tokens, at, numbers)).flatten())
        }
    }
}

impl Part {
    fn parse(written: &str, folding: &Folding) -> Result<Self, String> {
        if written == "..." {
            return Ok(Self::Gap);
        }
        let (written, optional) = match written.strip_suffix('?') {
            Some(word) => (word, true),
            None => (written, false),
        };
        let forms =
            written.split('|').map(|form| Form::parse(form, folding)).collect::<Result<_, _>>()?;
        Ok(Self::Word { forms, optional })
    }
}

impl Form {
    fn parse(written: &str, folding: &Folding) -> Result<Self, String> {
        let stem = folding.fold(written.trim_matches('*'));
        match (written, written.starts_with('*'), written.ends_with('*')) {
            ("*", ..) => Ok(Self::Any),
            ("#", ..) => Ok(Self::Number),
            _ if stem.is_empty() || !stem.chars().all(char::is_alphanumeric) => {
                Err(format!("\"{written}\" is no word: letters, digits and stars at the ends only"))
            }
            (_, true, true) => Ok(Self::Contains(stem)),
            (_, true, false) => Ok(Self::Ends(stem)),
            (_, false, true) => Ok(Self::Begins(stem)),
            (_, false, false) => Ok(Self::Exactly(stem)),
        }
    }

    fn fits(&self, word: &str, numbers: &BTreeSet<String>) -> bool {
        match self {
            Self::Exactly(stem) => word == stem,
            Self::Begins(stem) => word.starts_with(stem.as_str()),
            Self::Ends(stem) => word.ends_with(stem.as_str()),
            Self::Contains(stem) => word.contains(stem.as_str()),
            Self::Number => is_number(word, numbers),
            Self::Any => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(phrase: &str, text: &str) -> Option<usize> {
        let folding = Folding::default();
        let numbers = ["two".to_owned()].into();
        let phrase = Phrase::parse(phrase, &folding).expect("a good phrase");
        phrase.end_of_match(&folding.tokens(text), 0, &numbers)
    }

    #[test]
    fn every_form_matches_what_it_says() {
        assert_eq!(matches("complain*", "complaining loudly"), Some(1));
        assert_eq!(matches("*beschwerde", "rechnungsbeschwerde"), Some(1));
        assert_eq!(matches("*schwer*", "beschwerde"), Some(1));
        assert_eq!(matches("cancel|close the? account", "close account"), Some(2));
        assert_eq!(matches("by # o?", "by two"), Some(2));
        assert_eq!(matches("by #", "by 14:30"), Some(2));
        assert_eq!(matches("by #", "by then"), None);
        assert_eq!(matches("if ... will", "if you do not will"), Some(5));
        assert_eq!(matches("if ... will", "if you really do not will"), None);
        assert_eq!(matches("not * at all", "not bad at all"), Some(4));
        assert_eq!(matches("not bad", "not"), None);
    }

    #[test]
    fn what_cannot_match_is_refused() {
        for bad in ["", "...", "the? end", "end ...", "so--long", "**"] {
            assert!(Phrase::parse(bad, &Folding::default()).is_err(), "{bad}");
        }
    }
}

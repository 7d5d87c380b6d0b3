//! Words of a transcript, in the form that phrases are matched against.
//!
//! A recogniser writes lower case without punctuation and loses apostrophes; a dialogue file has
//! all of them. Both come out alike: lower case, letters folded as the language's lexicon says
//! (`ä` to `ae`), no apostrophes, fillers dropped, split words rejoined (`don t` to `dont`).

use std::collections::{BTreeMap, BTreeSet};

/// One word and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Folded, in lower case.
    pub word: String,
    /// First byte in the text it came from.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// A comma, full stop, question or exclamation mark stands before it.
    pub after_mark: bool,
    /// A question mark stands behind it.
    pub asks: bool,
}

/// How a language's words are brought into one form. Comes from the lexicon.
#[derive(Debug, Clone, Default)]
pub struct Folding {
    /// Letter to letters: `ä` to `ae`.
    pub letters: BTreeMap<char, String>,
    /// One to three words to one: `don t` to `dont`. Keys are folded, words parted by a space.
    pub rewrites: BTreeMap<String, String>,
    /// Words that say nothing: `uh`.
    pub fillers: BTreeSet<String>,
}

impl Folding {
    /// One word in the form of a token.
    pub fn fold(&self, word: &str) -> String {
        let mut folded = String::with_capacity(word.len());
        for letter in word.chars().flat_map(char::to_lowercase) {
            match self.letters.get(&letter) {
                Some(letters) => folded.push_str(letters),
                None if is_apostrophe(letter) => {}
                None => folded.push(letter),
            }
        }
        folded
    }

    /// The words of a text, in order.
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut start = None;
        let mut after_mark = false;
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            if belongs_to_word(letter, start.is_some(), next) {
                let begun = *start.get_or_insert(at);
                let end = at + letter.len_utf8();
                if !next.is_some_and(|next| {
                    let after = letters.clone().nth(1).map(|(_, after)| after);
                    belongs_to_word(next, true, after)
                }) {
                    tokens.push(Token {
                        word: self.fold(&text[begun..end]),
                        start: begun,
                        end,
                        after_mark: std::mem::take(&mut after_mark),
                        asks: false,
                    });
                    start = None;
                }
            } else if matches!(letter, ',' | '.' | ';' | ':' | '!' | '?' | '…' | '—' | '–') {
                after_mark = true;
                if let Some(last) = tokens.last_mut() {
                    last.asks |= letter == '?';
                }
            }
        }
        tokens.retain(|token| !self.fillers.contains(&token.word) && !token.word.is_empty());
        self.rejoin(tokens)
    }

    /// The words of a phrase in the form of tokens; what is no plain word stays as it is.
    pub fn phrase_words(&self, written: &str) -> Vec<String> {
        let words: Vec<&str> = written.split_whitespace().collect();
        let mut joined = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            let rewrite = [3, 2, 1].into_iter().find_map(|length| {
                let run = words.get(at..at + length)?;
                self.rewrites.get(&self.fold(&run.join(" "))).map(|word| (length, word.clone()))
            });
            let (length, word) = rewrite.unwrap_or_else(|| (1, words[at].to_owned()));
            joined.push(word);
            at += length;
        }
        joined
    }

    fn rejoin(&self, tokens: Vec<Token>) -> Vec<Token> {
        let mut joined = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while at < tokens.len() {
            let rewrite = [3, 2, 1].into_iter().find_map(|length| {
                let run = tokens.get(at..at + length)?;
                let words: Vec<&str> = run.iter().map(|token| token.word.as_str()).collect();
                self.rewrites.get(&words.join(" ")).map(|word| (length, word))
            });
            let (length, word) = match rewrite {
                Some((length, word)) => (length, word.clone()),
                None => (1, tokens[at].word.clone()),
            };
            let last = &tokens[at + length - 1];
            joined.push(Token { word, end: last.end, asks: last.asks, ..tokens[at].clone() });
            at += length;
        }
        joined
    }
}

/// Marks that a recogniser leaves out.
pub(super) fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | '`' | '´')
}

/// Letters and digits make words; an apostrophe, and a point or colon between digits, only inside
/// one.
fn belongs_to_word(letter: char, inside: bool, next: Option<char>) -> bool {
    if letter.is_alphanumeric() {
        return true;
    }
    if !inside {
        return false;
    }
    let next = next.unwrap_or(' ');
    (is_apostrophe(letter) && next.is_alphabetic())
        || (matches!(letter, '.' | ':' | ',') && next.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(folding: &Folding, text: &str) -> Vec<String> {
        folding.tokens(text).into_iter().map(|token| token.word).collect()
    }

    fn folding() -> Folding {
        Folding {
            letters: [('ä', "ae".to_owned()), ('ß', "ss".to_owned())].into(),
            rewrites: [("don t".to_owned(), "dont".to_owned())].into(),
            fillers: ["uh".to_owned()].into(),
        }
    }

    #[test]
    fn a_recognisers_text_and_a_written_one_come_out_alike() {
        let folding = folding();
        let expected = ["i", "dont", "know"];
        for text in ["I don't know.", "i don t know", "i dont know", "I don’t, uh, know!"] {
            assert_eq!(words(&folding, text), expected, "{text}");
        }
        assert_eq!(words(&folding, "Größe wäre"), ["grösse", "waere"]);
        assert_eq!(words(&folding, "at 14:30, for 3.50."), ["at", "14:30", "for", "3.50"]);
    }

    #[test]
    fn tokens_know_where_they_stood() {
        let text = "Well, I don't?";
        let tokens = folding().tokens(text);
        assert_eq!(&text[tokens[2].start..tokens[2].end], "don't");
        assert!(tokens[1].after_mark && !tokens[0].after_mark);
        assert!(tokens[2].asks && !tokens[1].asks);
        assert!(folding().tokens(" ,.?' ").is_empty());
    }
}

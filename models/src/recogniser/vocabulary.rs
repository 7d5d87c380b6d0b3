//! Names that a project expects to hear, and how a model is told of them: as text that stands before
//! what it is about to write (Whisper's "initial prompt").

use std::fmt;
use std::sync::Arc;

use super::pieces::Pieces;

/// Product names and places of a project, as they are written, the most important first. Cheap to
/// clone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Vocabulary(Option<Arc<[String]>>);

impl Vocabulary {
    /// From names as they are written; a blank one counts for nothing.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = names.into_iter().filter(|name| !name.trim().is_empty()).collect();
        Self((!names.is_empty()).then(|| names.into()))
    }

    /// The names.
    pub fn names(&self) -> &[String] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The tokens to put before a text: the first names that fit into `most` tokens, each whole.
    pub(super) fn tokens(&self, style: PromptStyle, pieces: &Pieces, most: usize) -> Vec<i32> {
        let mut tokens = Vec::new();
        for name in self.names() {
            let before = tokens.len();
            if style == PromptStyle::Written && before > 0 {
                tokens.extend(pieces.encode(","));
            }
            for word in style.words(name) {
                tokens.extend(pieces.encode(&word));
            }
            if tokens.len() > most {
                tokens.truncate(before);
                break;
            }
        }
        tokens
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} names", self.names().len())
    }
}

/// How a model was trained to be told of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptStyle {
    /// As people write them, with commas between: published models saw text of every kind.
    Written,
    /// Single words in lower case without punctuation, as the embedded model writes.
    Words,
}

impl PromptStyle {
    /// The words of a name as they are put together from pieces, each with the space before it.
    fn words(self, name: &str) -> Vec<String> {
        match self {
            Self::Written => written_words(name),
            Self::Words => {
                let plain = |c: char| if c.is_alphanumeric() || c == '\'' { c } else { ' ' };
                let name: String = name.to_lowercase().chars().map(plain).collect();
                name.split_whitespace().map(|word| format!(" {word}")).collect()
            }
        }
    }
}

/// Splits where Whisper's tokeniser does: letters, digits and the rest apart, a space going with what
/// follows it.
fn written_words(name: &str) -> Vec<String> {
    let class = |c: char| (c.is_alphabetic(), c.is_numeric());
    let mut words: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        let mut last = None;
        for c in word.chars() {
            match words.last_mut() {
                Some(open) if last == Some(class(c)) => open.push(c),
                _ if last.is_none() => words.push(format!(" {c}")),
                _ => words.push(c.to_string()),
            }
            last = Some(class(c));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_as_the_model_knows_them() {
        let name = "Zolvex-Plus 24h, O'Neill";
        assert_eq!(PromptStyle::Words.words(name), [" zolvex", " plus", " 24h", " o'neill"]);
        assert_eq!(
            PromptStyle::Written.words(name),
            [" Zolvex", "-", "Plus", " 24", "h", ",", " O", "'", "Neill"]
        );
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole_and_from_the_end() {
        let letters = (b'a'..=b'z').map(|letter| vec![letter]);
        let pieces = Pieces::new(letters.chain([b" ".to_vec(), b",".to_vec()]));
        let vocabulary = Vocabulary::new(["ab", " ", "cde", "f"].map(str::to_owned));
        assert_eq!(vocabulary.names().len(), 3, "a blank is no name");
        let tokens = |style, most| vocabulary.tokens(style, &pieces, most);
        assert_eq!(tokens(PromptStyle::Words, 9), [26, 0, 1, 26, 2, 3, 4, 26, 5]);
        assert_eq!(tokens(PromptStyle::Words, 8), [26, 0, 1, 26, 2, 3, 4]);
        assert_eq!(tokens(PromptStyle::Words, 6), [26, 0, 1]);
        assert_eq!(tokens(PromptStyle::Written, 60), [26, 0, 1, 27, 26, 2, 3, 4, 27, 26, 5]);
        assert!(Vocabulary::default().tokens(PromptStyle::Words, &pieces, 60).is_empty());
    }
}

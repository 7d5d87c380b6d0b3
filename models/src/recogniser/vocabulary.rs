//! Names that a project expects to hear, and how a model is told of them: either as text that stands
//! before what it is about to write (Whisper's "initial prompt"), or by comparing them with the sound
//! where it wrote something like them.

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
    pub(super) fn tokens(&self, pieces: &Pieces, most: usize) -> Vec<i32> {
        let mut tokens = Vec::new();
        for name in self.names() {
            let before = tokens.len();
            if before > 0 {
                tokens.extend(pieces.encode(","));
            }
            for word in written_words(name) {
                tokens.extend(pieces.encode(&word));
            }
            if tokens.len() > most {
                tokens.truncate(before);
                break;
            }
        }
        tokens
    }

    /// The words of each name in lower case without marks, as the embedded model writes.
    pub(super) fn plain(&self) -> Vec<Vec<String>> {
        self.names().iter().map(|name| plain_words(name)).collect()
    }
}

impl fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} names", self.names().len())
    }
}

/// How a model takes names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamesBy {
    /// As an initial prompt, written as people write them with commas between: published models saw
    /// text of every kind before what they wrote.
    Prompt,
    /// Where it wrote something like a name, both are compared with the sound, and the name is put
    /// there if it fits about as well. For a model that was trained without text before.
    Sound,
}

fn plain_words(name: &str) -> Vec<String> {
    let plain = |c: char| if c.is_alphanumeric() || c == '\'' { c } else { ' ' };
    let name: String = name.to_lowercase().chars().map(plain).collect();
    name.split_whitespace().map(str::to_owned).collect()
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
        assert_eq!(plain_words(name), ["zolvex", "plus", "24h", "o'neill"]);
        assert_eq!(
            written_words(name),
            [" Zolvex", "-", "Plus", " 24", "h", ",", " O", "'", "Neill"]
        );
    }

    #[test]
    fn what_does_not_fit_is_left_out_whole_and_from_the_end() {
        let letters = (b'a'..=b'z').map(|letter| vec![letter]);
        let pieces = Pieces::new(letters.chain([b" ".to_vec(), b",".to_vec()]));
        let vocabulary = Vocabulary::new(["ab", " ", "cde", "f"].map(str::to_owned));
        assert_eq!(vocabulary.names().len(), 3, "a blank is no name");
        let tokens = |most| vocabulary.tokens(&pieces, most);
        assert_eq!(tokens(60), [26, 0, 1, 27, 26, 2, 3, 4, 27, 26, 5]);
        assert_eq!(tokens(10), [26, 0, 1, 27, 26, 2, 3, 4]);
        assert_eq!(tokens(7), [26, 0, 1]);
        assert!(Vocabulary::default().tokens(&pieces, 60).is_empty());
    }
}

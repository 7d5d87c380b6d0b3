//! Text as a model's tokens: byte-pair encoding by the model's own vocabulary.
//!
//! whisper.cpp has a tokeniser, but it takes the longest piece from the left, which is not how the
//! models learned to write: "kestrel" comes out in other pieces than those that the model would put
//! it together from, and a name in the prompt is then a name the model does not recognise.

use std::collections::BTreeMap;

/// The pieces that a model writes with, by their text.
pub(super) struct Pieces {
    ids: BTreeMap<Vec<u8>, i32>,
}

impl Pieces {
    /// From the texts of the tokens in their order, which is the order in which they were learned.
    pub(super) fn new(texts: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut ids = BTreeMap::new();
        for (id, text) in (0..).zip(texts) {
            ids.entry(text).or_insert(id);
        }
        Self { ids }
    }

    /// The tokens of a word. What the model has no piece for is left out.
    pub(super) fn encode(&self, word: &str) -> Vec<i32> {
        let mut parts = self.characters(word);
        // The pair that was learned first is joined first, until none is left that was learned.
        while let Some((_, at)) = parts
            .windows(2)
            .enumerate()
            .filter_map(|(at, pair)| Some((*self.ids.get(&pair.concat())?, at)))
            .min()
        {
            let second = parts.remove(at + 1);
            parts[at].extend(second);
        }
        parts.iter().filter_map(|part| self.ids.get(part).copied()).collect()
    }

    /// Single characters, or bytes for a model that writes bytes.
    fn characters(&self, word: &str) -> Vec<Vec<u8>> {
        let mut parts = Vec::new();
        for character in word.chars() {
            let text = character.to_string().into_bytes();
            if self.ids.contains_key(&text) {
                parts.push(text);
            } else {
                parts.extend(text.into_iter().map(|byte| vec![byte]));
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(texts: &[&[u8]]) -> Pieces {
        Pieces::new(texts.iter().map(|text| text.to_vec()))
    }

    #[test]
    fn the_pair_learned_first_is_joined_first() {
        // Taking the longest from the left would give "abc", "d".
        let pieces = pieces(&[b"a", b"b", b"c", b"d", b"cd", b"ab", b"abc"]);
        assert_eq!(pieces.encode("abcd"), [5, 4]);
        assert_eq!(pieces.encode("abc"), [6]);
        assert!(pieces.encode("").is_empty());
    }

    #[test]
    fn characters_come_whole_or_as_bytes_and_unknown_ones_not_at_all() {
        let whole = pieces(&["ü".as_bytes(), b"m"]);
        assert_eq!(whole.encode("mü"), [1, 0]);
        let bytes = pieces(&[b"m", b"\xc3", b"\xbc", b"\xc3\xbc"]);
        assert_eq!(bytes.encode("mü"), [0, 3]);
        assert_eq!(bytes.encode("mx"), [0]);
    }

    #[test]
    fn of_two_pieces_with_one_text_the_first_counts() {
        assert_eq!(pieces(&[b" ", b"a", b" "]).encode(" a"), [0, 1]);
    }
}

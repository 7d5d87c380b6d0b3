//! Names that a model has never seen and writes by ear: where in a text one of the expected names may
//! have been meant. Whether it was is for the sound to say.
//!
//! Two spellings are compared letter by letter (Levenshtein 1966), with cheaper steps between letters
//! that English and German use for neighbouring sounds, and for letters that are often mute.

use std::ops::Range;

/// Spellings less alike than this, from 0 (nothing in common) to 1 (the same), are not compared with
/// the sound. It is low on purpose: of 120 synthetic sentences, half of them with names, this one
/// lost hardly any garbled name, while spelling alone put as many wrong names as right ones.
const ALIKE: f32 = 0.4;

/// A name may have been heard as so many words more than it has.
const MORE_WORDS: usize = 2;

/// A place in a text where a name may have been meant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NearMiss {
    /// Which words of the text stand there.
    pub(super) words: Range<usize>,
    /// Which name, by its number.
    pub(super) name: usize,
    /// How alike the spellings are, [`ALIKE`] to 1.
    alike: f32,
}

impl NearMiss {
    /// Whether `other` is a less likely place for the same name: fewer words of the text would fit the
    /// sound all the better, because every word costs.
    fn is_better_place(&self, other: &Self) -> bool {
        let apart = self.words.end <= other.words.start || other.words.end <= self.words.start;
        self.name == other.name && !apart
    }
}

/// The places in `words` that look most like one of `names` without being it, at most `most`. Words
/// and names are in lower case.
pub(super) fn near_misses(words: &[&str], names: &[Vec<String>], most: usize) -> Vec<NearMiss> {
    let taken = taken(words, names);
    let mut found = Vec::new();
    for (name, parts) in names.iter().enumerate() {
        let wanted = letters(parts.iter().map(String::as_str));
        for start in 0..words.len() {
            let end = words.len().min(start + parts.len() + MORE_WORDS);
            for end in start + 1..=end {
                let heard = &words[start..end];
                let alike = alike(&letters(heard.iter().copied()), &wanted);
                let is_free = !taken[start..end].contains(&true);
                if alike >= ALIKE && is_free {
                    found.push(NearMiss { words: start..end, name, alike });
                }
            }
        }
    }
    found.sort_by(|a, b| b.alike.total_cmp(&a.alike));
    let mut kept: Vec<NearMiss> = Vec::new();
    for miss in found {
        if kept.len() < most && !kept.iter().any(|other| other.is_better_place(&miss)) {
            kept.push(miss);
        }
    }
    kept
}

/// Which of `words` belong to a name that stands there already.
fn taken(words: &[&str], names: &[Vec<String>]) -> Vec<bool> {
    let mut taken = vec![false; words.len()];
    for parts in names.iter().filter(|parts| !parts.is_empty()) {
        for (start, place) in words.windows(parts.len()).enumerate() {
            if place == parts {
                taken[start..start + parts.len()].fill(true);
            }
        }
    }
    taken
}

/// The letters of a spelling, without spaces and marks.
fn letters<'a>(words: impl Iterator<Item = &'a str>) -> Vec<char> {
    words.flat_map(str::chars).filter(|c| c.is_alphanumeric()).collect()
}

/// 1 for the same letters, down to 0 and below for nothing in common.
fn alike(heard: &[char], wanted: &[char]) -> f32 {
    let longest = heard.len().max(wanted.len()).max(1);
    1.0 - distance(heard, wanted) / longest as f32
}

fn distance(heard: &[char], wanted: &[char]) -> f32 {
    let mut row = vec![0.0];
    for letter in wanted {
        row.push(row.last().unwrap_or(&0.0) + alone(*letter));
    }
    for letter in heard {
        let mut next = vec![row[0] + alone(*letter)];
        for (at, other) in wanted.iter().enumerate() {
            let best = (next[at] + alone(*other))
                .min(row[at + 1] + alone(*letter))
                .min(row[at] + exchanged(*letter, *other));
            next.push(best);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0.0)
}

/// The price of a letter that the other spelling lacks: little for what is often mute or half heard.
fn alone(letter: char) -> f32 {
    if "aeiouyäöühw".contains(letter) { 0.5 } else { 0.8 }
}

/// The price of one letter for another: less where they stand for neighbouring sounds.
fn exchanged(a: char, b: char) -> f32 {
    const NEIGHBOURS: [&str; 8] = ["aeiouyäöü", "bp", "ckqgx", "dt", "fv", "szß", "mn", "lr"];
    if a == b {
        0.0
    } else if NEIGHBOURS.iter().any(|letters| letters.contains(a) && letters.contains(b)) {
        0.4
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str, names: &[&str]) -> Vec<NearMiss> {
        let names: Vec<Vec<String>> =
            names.iter().map(|name| name.split(' ').map(str::to_owned).collect()).collect();
        near_misses(&text.split(' ').collect::<Vec<_>>(), &names, 6)
    }

    #[test]
    fn a_name_written_by_ear_is_found_in_one_word_or_several() {
        let found = near("my name is si voria and i live here", &["mirava", "savoria"]);
        assert_eq!((found[0].name, found[0].words.clone()), (1, 3..5));
        let found = near("the oakv shows an error", &["oakhaven"]);
        assert_eq!(found[0].words, 1..2);
    }

    #[test]
    fn two_words_of_a_name_may_run_together() {
        let found = near("i bought the halburnplus last week", &["halbern plus"]);
        assert_eq!(found[0].words, 3..4);
    }

    #[test]
    fn a_name_that_stands_there_and_words_unlike_any_are_no_near_miss() {
        assert!(near("my halbern plus is", &["halbern plus"]).is_empty());
        assert!(near("jump", &["oakhaven", "tarnwick"]).is_empty());
        assert!(near("", &["oakhaven"]).is_empty());
    }

    #[test]
    fn the_most_alike_come_first_and_no_more_than_asked_for() {
        let found = near("kestrel pay kestrelpey kestel", &["kestrelpay"]);
        assert!(found.windows(2).all(|pair| pair[0].alike >= pair[1].alike));
        assert_eq!(
            found.iter().map(|miss| miss.words.clone()).collect::<Vec<_>>(),
            [0..2, 2..3, 3..4]
        );
        let names = [vec!["kestrelpay".to_owned()]];
        assert_eq!(near_misses(&["kestrel", "pay", "kestrelpey"], &names, 1).len(), 1);
    }
}

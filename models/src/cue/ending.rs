//! Whether a speaker who pauses has come to an end, by the last words.
//!
//! A wrong "finished" cuts a sentence in two, a wrong "not finished" costs a moment of waiting; so
//! whatever could go on is not finished.

use super::lexicon::Grammar;
use super::phrase::is_number;

/// Words that only begin a turn do so if there are no more of them than this.
const ONLY_BEGUN: usize = 2;

/// Whether `text` needs nothing more. Empty text is not finished: nobody knows what was said.
pub fn is_finished(grammar: &Grammar, text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || "\"'”’“)".contains(c));
    let open = ["...", "…", ",", ";", ":", "-", "–", "—"];
    if open.iter().any(|mark| text.ends_with(mark)) {
        return false;
    }
    if text.ends_with(['?', '!']) {
        return true;
    }
    // A full stop says little: a recogniser that writes any puts one behind whatever it got.
    let said = text.trim_end_matches('.');
    let last_sound = said.split_whitespace().next_back().unwrap_or_default();
    if grammar.folding.fillers.contains(&grammar.folding.fold(last_sound)) {
        return false;
    }
    let words = grammar.folding.tokens(said);
    let Some(last) = words.last().map(|token| token.word.as_str()) else { return false };
    // People pause within numbers and between the letters of a name.
    let spelling = last.chars().count() == 1 || is_number(last, &grammar.numbers);
    let begun = words.len() <= ONLY_BEGUN && grammar.openers.contains(last);
    !spelling && !begun && !grammar.leads_on.contains(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::ReaderPack;
    use crate::transcript::Language;

    fn check(language: Language, finished: &[&str], open: &[&str]) {
        let pack = ReaderPack::embedded().expect("shipped");
        let grammar = &pack.lexicon(language).grammar;
        for text in finished {
            assert!(is_finished(grammar, text), "finished: {text}");
        }
        for text in open {
            assert!(!is_finished(grammar, text), "not finished: {text}");
        }
    }

    #[test]
    fn english() {
        check(
            Language::English,
            &[
                "i want my money back",
                "Could you tell me what this is for?",
                "That's it, thank you.",
                "yes",
                "no",
                "okay",
                "hello",
                "it works very well",
                "i think so",
                "my number is on the bill",
                "he said \"call me back.\"",
            ],
            &[
                "",
                "...",
                "i want my money back and",
                "And then...",
                "i called because,",
                "i would like to",
                "I would like to.",
                "the number is oh seven nine",
                "it ends in 12",
                "my postcode is s w",
                "it is about my",
                "i was calling um",
                "Um.",
                "well",
                "so",
                "okay so",
                "i'm",
            ],
        );
    }

    #[test]
    fn german() {
        check(
            Language::German,
            &[
                "ich möchte kündigen",
                "Was kostet das?",
                "ja",
                "nein",
                "ich rufe Sie morgen an",
                "das war es auch schon",
                "es geht nicht",
            ],
            &[
                "ich möchte kündigen und",
                "es geht um meinen",
                "ich rufe an wegen",
                "die nummer ist null sieben",
                "also",
                "ja also",
                "Gut, ähm",
                "ich dachte, dass",
                "wissen Sie –",
            ],
        );
    }
}

//! Complaint, threat to leave, legal threat, abuse and distress are heard in both languages, and what
//! only sounds like them is not: `data/cues.tsv`.

#![expect(clippy::print_stdout, reason = "tests")]

use std::collections::BTreeMap;

use attune_models::cue::{lexicon::Lexicon, words};
use attune_models::transcript::Language;

/// How many hard sentences are heard, and how many near misses left alone, at least.
const HARD: (u32, u32) = (54, 54);

/// As a recogniser would write it.
fn bare(text: &str) -> String {
    let letter = |c: char| if c.is_alphanumeric() || c == '\'' { c } else { ' ' };
    text.chars().flat_map(char::to_lowercase).map(letter).collect()
}

fn is_heard(lexicon: &Lexicon, text: &str, cue: &str) -> bool {
    let heard = words::read(lexicon, text);
    heard.hits.iter().any(|hit| match cue {
        "alert" => hit.alert.is_some(),
        _ => hit.id == format!("words.{cue}"),
    })
}

fn lexicons() -> BTreeMap<&'static str, Lexicon> {
    let lexicon = |code: &'static str| {
        let path = format!("{}/lexicons/{code}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("a lexicon");
        (code, Lexicon::parse(&path, &text).expect("the lexicons are good"))
    };
    Language::ALL.map(|language| lexicon(language.code())).into()
}

#[test]
fn every_cue_is_heard_and_its_near_misses_are_not() {
    let lexicons = lexicons();
    let rows = include_str!("data/cues.tsv");
    let rows = rows.lines().filter(|line| !line.starts_with('#'));
    let (mut wrong, mut count) = (Vec::new(), 0);
    for row in rows {
        let [code, cue, text] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {row}")
        };
        let lexicon = &lexicons[code];
        let (wanted, cue) = cue.strip_prefix('!').map_or((true, cue), |cue| (false, cue));
        for text in [text.to_owned(), bare(text)] {
            count += 1;
            if is_heard(lexicon, &text, cue) != wanted {
                let heard = words::read(lexicon, &text);
                let ids: Vec<&str> = heard.hits.iter().map(|hit| hit.id.as_str()).collect();
                wrong.push(format!("{cue} {wanted}: {text} {ids:?}"));
            }
        }
    }
    assert!(count > 400 && wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
}

/// Run with `--nocapture` for the figures and the misses.
#[test]
fn hard_sentences_are_told_apart_as_well_as_they_were() {
    let lexicons = lexicons();
    let mut counts: BTreeMap<(&str, &str), [u32; 4]> = BTreeMap::new();
    let rows = include_str!("data/hard-cues.tsv").lines().filter(|line| !line.starts_with('#'));
    for row in rows {
        let [code, cue, text] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {row}")
        };
        let (wanted, cue) = cue.strip_prefix('!').map_or((true, cue), |cue| (false, cue));
        let right = is_heard(&lexicons[code], &bare(text), cue) == wanted;
        let kind = if cue == "alert" { "distress" } else { "other cues" };
        let count = counts.entry((code, kind)).or_default();
        let side = if wanted { 0 } else { 2 };
        count[side] += u32::from(right);
        count[side + 1] += 1;
        if !right {
            println!("{cue} {wanted}: {text}");
        }
    }
    for ((code, kind), [heard, of, left, near]) in &counts {
        println!("{code} {kind}: {heard} of {of} heard, {left} of {near} near misses left alone");
    }
    let sum = |at: usize| counts.values().map(|count| count[at]).sum::<u32>();
    assert!(sum(0) >= HARD.0 && sum(2) >= HARD.1, "{counts:?}");
}

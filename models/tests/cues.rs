//! Complaint, threat to leave, legal threat, abuse and distress are heard in both languages, and what
//! only sounds like them is not: `data/cues.tsv`.

use std::collections::BTreeMap;

use attune_models::cue::{lexicon::Lexicon, words};
use attune_models::transcript::Language;

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

#[test]
fn every_cue_is_heard_and_its_near_misses_are_not() {
    let lexicon = |code: &str| {
        let path = format!("{}/lexicons/{code}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("a lexicon");
        Lexicon::parse(&path, &text).expect("the lexicons are good")
    };
    let lexicons: BTreeMap<_, _> = Language::ALL.map(|l| (l.code(), lexicon(l.code()))).into();
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

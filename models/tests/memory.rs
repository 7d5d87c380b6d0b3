//! Decoding leaks nothing: resident memory stands still over thousands of utterances, with one
//! state for all of them and with one for each. Alone in its program, so that what it measures is
//! its own; `DECODES=20000 cargo test -p attune-models --test memory -- --nocapture` measures longer.

#![cfg(target_os = "linux")]

use std::fs;

use attune_models::recogniser::header::NumberType;
use attune_models::recogniser::random::{Size, bytes};
use attune_models::recogniser::vocabulary::Vocabulary;
use attune_models::recogniser::whisper::{Options, WhisperModel};
use attune_models::recogniser::{Expected, Model as _};

/// Resident, in kilobytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a figure");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

#[test]
fn decoding_leaks_nothing() {
    let decodes = std::env::var("DECODES").ok().and_then(|number| number.parse().ok());
    let decodes: usize = decodes.unwrap_or(500);
    let toy = bytes(&Size::Toy.dimensions(NumberType::Q8_0), 1);
    let few = Options { tokens_per_second: 0.0, ..Options::PUBLISHED };
    for (kind, options) in [("one state", few), ("a state each", Options { beam: 2, ..few })] {
        let model = WhisperModel::from_bytes("toy", &toy, options).expect("a model");
        let mut recogniser = model.recogniser().expect("a state");
        let sound = vec![0.01; 4000];
        let vocabularies = [Vocabulary::default(), Vocabulary::new(["Attune".to_owned()])];
        let expected =
            vocabularies.map(|vocabulary| Expected { vocabulary, ..Expected::default() });
        let mut run = |count| {
            for expected in expected.iter().cycle().take(count) {
                let heard = recogniser.recognise(&sound, expected);
                assert!(heard.expect("a text").tokens > 0);
            }
        };
        // The allocator's arenas grow in the first rounds.
        run(500);
        // Or once more: a leak grows in every round, what the allocator keeps in one of them.
        let grows = (0..3).all(|_| {
            let before = resident();
            run(decodes);
            let grown = resident().saturating_sub(before);
            eprintln!("{kind}: {grown} kB more after {decodes} decodes, {before} kB before");
            // What whisper-rs leaks for each set of parameters it makes is 8 kB.
            grown >= 5 * decodes as u64
        });
        assert!(!grows, "{kind}: it leaks");
    }
}

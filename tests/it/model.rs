//! The embedded model, over the telephone channel: it understands the bundled call.

use attune_models::event::EventBody;
use attune_models::recogniser::whisper::WhisperModel;
use harness::{Recording, repository, watch};

/// Words that were said, against words that were heard: substitutions, insertions and deletions.
fn word_errors(said: &[&str], heard: &[&str]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in said.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in heard.iter().enumerate() {
            let substituted = diagonal + usize::from(word != other);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()]
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn word_errors_are_counted() {
    assert_eq!(word_errors(&words("a b c"), &words("a b c")), 0);
    assert_eq!(word_errors(&words("a b c"), &words("a x c d")), 2);
    assert_eq!(word_errors(&words("a b c"), &words("")), 3);
    assert_eq!(word_errors(&words(""), &words("a")), 1);
}

#[test]
fn understands_the_bundled_call() {
    let model = WhisperModel::embedded().expect("the embedded model");
    let events = watch::replay(&Recording::demo().over_the_line(), &model);
    let reference = std::fs::read_to_string(repository().join("tests/data/demo/call.ref.csv"))
        .expect("its text");
    let (mut errors, mut total) = (0, 0);
    for side in ["caller", "agent"] {
        let said: Vec<&str> = reference
            .lines()
            .filter_map(|line| {
                let mut fields = line.splitn(4, ',').skip(2);
                (fields.next() == Some(side)).then(|| fields.next()).flatten()
            })
            .flat_map(words)
            .collect();
        let heard: Vec<String> = events
            .iter()
            .filter_map(|event| match &event.body {
                EventBody::Transcript(line) if line.utterance.side.key() == side => {
                    Some(line.words().to_owned())
                }
                _ => None,
            })
            .collect();
        let heard: Vec<&str> = heard.iter().flat_map(|line| words(line)).collect();
        errors += word_errors(&said, &heard);
        total += said.len();
    }
    assert!(total > 150, "{total} words");
    // The goal is 10 %; the model's card says where it stands. This keeps it from getting worse.
    assert!(errors * 100 <= 14 * total, "{errors} of {total} words wrong: more than 14 %");
}

//! Replays against what they gave before. After a wanted change: `UPDATE_GOLDEN=1 make test`, then
//! read the difference as a reviewer would.

use std::fs;
use std::path::Path;

use harness::{process, repository};
use serde_json::Value;

/// Compares with the file, or writes it when asked to.
#[track_caller]
fn golden(name: &str, found: &str) {
    let path = repository().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, found).expect("a file");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    for (number, (was, is)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(was, is, "{} differs in line {}", path.display(), number + 1);
    }
    assert_eq!(expected.lines().count(), found.lines().count(), "{}", path.display());
}

fn replay_transcript(name: &str) -> String {
    let dialogues = repository().join("tests/data/dialogues").join(name);
    let path: &Path = &dialogues;
    let output = process::command("attune-server")
        .args(["replay", "--json", "--transcript"])
        .arg(path)
        .output()
        .expect("the server is built");
    assert!(output.status.success(), "{}", process::errors(&output));
    let lines = String::from_utf8(output.stdout).expect("JSON is text");
    let rounded = |line| rounded(serde_json::from_str(line).expect("JSON")).to_string() + "\n";
    lines.lines().map(rounded).collect()
}

/// Three decimals: the last bits of an exponential differ between processors.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            Value::from((number * 1000.0).round() / 1000.0)
        }
        Value::Array(items) => items.into_iter().map(rounded).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, rounded(value))).collect()
        }
        other => other,
    }
}

#[test]
fn a_dialogue_in_english() {
    golden("en.jsonl", &replay_transcript("en.jsonl"));
}

#[test]
fn a_dialogue_in_german() {
    golden("de.jsonl", &replay_transcript("de.jsonl"));
}

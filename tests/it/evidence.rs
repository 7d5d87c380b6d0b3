//! What a project's playbook says of the readers reaches the events of a call.

use std::fs;
use std::path::Path;

use harness::{process, repository};
use serde_json::Value;

/// The English dialogue's snapshots under a playbook whose head has these lines too.
fn snapshots(head: &str) -> Result<Vec<Value>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let shipped = fs::read_to_string(repository().join("playbooks/en.toml")).expect("shipped");
    let written = shipped.replacen("[playbook]", &format!("[playbook]\n{head}"), 1);
    fs::write(folder.path().join("en.toml"), written).expect("a file");
    let dialogues: &Path = &repository().join("tests/data/dialogues/en.jsonl");
    let output = process::command("attune-server")
        .args(["replay", "--json", "--transcript"])
        .arg(dialogues)
        .arg("--playbooks")
        .arg(folder.path())
        .output()
        .expect("the server is built");
    if !output.status.success() {
        return Err(process::errors(&output));
    }
    let lines = String::from_utf8(output.stdout).expect("JSON is text");
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    Ok(events.filter_map(|event| event.get("snapshot").cloned()).collect())
}

fn parts<'a>(snapshot: &'a Value, reading: &str) -> impl Iterator<Item = &'a Value> {
    snapshot["accounts"][reading]["parts"].as_array().into_iter().flatten()
}

fn sum(snapshot: &Value, reading: &str, column: usize) -> f64 {
    parts(snapshot, reading).filter_map(|part| part["adds"][column].as_f64()).sum()
}

#[test]
fn a_reading_travels_with_its_parts_and_a_cue_turned_off_is_gone_from_it() {
    let all = snapshots("").expect("well formed");
    let less = snapshots("cues_off = [\"words.*\"]").expect("well formed");
    assert_eq!(all.len(), less.len());
    let from_words = |snapshot: &Value| {
        parts(snapshot, "colour")
            .chain(parts(snapshot, "mood"))
            .any(|part| part["source"] == "CUE_SOURCE_WORDS" && part["utteranceId"] != Value::Null)
    };
    assert!(all.iter().any(from_words) && !less.iter().any(from_words));
    let last = |snapshots: &[Value]| snapshots.last().cloned().expect("the caller speaks");
    let (all, less) = (last(&all), last(&less));
    assert_ne!(all["colour"]["posterior"], less["colour"]["posterior"]);
    // JSON has no zeros: a neutral valence is missing.
    let valence = all["mood"]["valence"].as_f64().unwrap_or(0.0);
    assert!((sum(&all, "valence", 0) - valence).abs() < 1e-3);
    let odds = |column: usize| sum(&all, "colour", column).exp();
    let p = all["colour"]["posterior"][0].as_f64().expect("a probability");
    assert!((odds(0) / (0..4).map(odds).sum::<f64>() - p).abs() < 2e-3);
}

#[test]
fn a_typo_is_named_with_its_line_and_what_was_meant() {
    let error = snapshots("cues_off = [\"conduct.interupts\"]").expect_err("a typo");
    assert!(error.contains("en.toml:"), "{error}");
    assert!(error.contains("did you mean `conduct.interrupts`?"), "{error}");
}

#[test]
fn views_travel_where_the_project_asks_for_them() {
    assert!(snapshots("").expect("well formed").iter().all(|s| s["views"] == Value::Null));
    let with = snapshots("views = [\"jung\", \"disc\"]").expect("well formed");
    assert!(with.iter().all(|snapshot| snapshot["views"][1]["view"] == "disc"));
}

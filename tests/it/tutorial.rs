//! The playbook tutorial, run as it stands: its files are written, its commands run, and what it
//! shows of their output must be in it.

use std::fs;
use std::path::Path;

use harness::{process, repository};

/// A fenced block: what stands behind the fence, and its lines.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(kind), None) => open = Some((kind, String::new())),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some((kind, text))) => open = Some((kind, format!("{text}{line}\n"))),
            (None, None) => {}
        }
    }
    blocks
}

/// Runs one command in `folder`; gives what it says on both outputs.
fn run(command: &str, folder: &Path) -> String {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in command.chars() {
        match (c, words.last_mut()) {
            ('"', _) => quoted = !quoted,
            (' ', _) if !quoted => words.push(String::new()),
            (c, Some(word)) => word.push(c),
            (_, None) => {}
        }
    }
    let output = process::command(&words[0]).args(&words[1..]).current_dir(folder).output();
    let output = output.expect("the programs are built");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), process::errors(&output))
}

/// Whether `shown` is in what was `said`, line by line; `…` stands for anything.
#[track_caller]
fn compare(command: &str, shown: &[&str], said: &str) {
    let mut rest = said;
    for piece in
        shown.iter().flat_map(|line| line.split('…')).filter(|piece| !piece.trim().is_empty())
    {
        let found = rest.find(piece);
        let found =
            found.unwrap_or_else(|| panic!("{command} does not say {piece:?}, but:\n{said}"));
        rest = &rest[found + piece.len()..];
    }
}

#[test]
fn the_playbook_tutorial_works_as_it_stands() {
    follow("playbook-tutorial.md", "broadband.toml", "en");
}

#[test]
fn so_does_the_german_one() {
    follow("playbook-tutorial.de.md", "breitband.toml", "de");
}

/// Does what a page tells, with a file of that name that extends what ships in `language`.
#[track_caller]
fn follow(page: &str, own: &str, language: &str) {
    let page = fs::read_to_string(repository().join("docs/guide").join(page));
    let page = page.expect("the tutorial");
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join(own);
    let shipped = format!("[playbook]\nname = \"As it ships\"\nextends = \"{language}\"\n");
    fs::write(folder.path().join("shipped.toml"), shipped).expect("written");
    let mut commands = 0;
    for (kind, text) in blocks(&page) {
        match kind {
            "toml" => {
                let before = fs::read_to_string(&own).unwrap_or_default();
                let gap = if before.is_empty() { "" } else { "\n" };
                fs::write(&own, format!("{before}{gap}{text}")).expect("written");
            }
            "toml replace" => fs::write(&own, text).expect("written"),
            "jsonl" => fs::write(folder.path().join("calls.jsonl"), text).expect("written"),
            "console" => {
                let lines: Vec<&str> = text.lines().collect();
                let command = lines[0].strip_prefix("$ ").expect("a command");
                compare(command, &lines[1..], &run(command, folder.path()));
                commands += 1;
            }
            other => panic!("nobody knows what to do with {other:?}"),
        }
    }
    assert!(commands >= 7, "{commands}");
}

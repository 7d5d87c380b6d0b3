//! The two programs by their own doors: what they say to bad configurations, models, playbooks and
//! recordings, and with which exit code.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use attune_models::recogniser::embedded::Embedded;
use attune_models::recogniser::random;
use harness::{Recording, demo_path, process, repository};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

#[track_caller]
fn refused(arguments: &[&str], code: i32, words: &[&str]) {
    let output = process::run("attune-server", arguments);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), process::errors(&output));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: {said:?} lacks {word:?}");
    }
}

#[test]
fn unknown_settings_are_refused_with_the_closest_name() {
    let folder = folder();
    let file = folder.path().join("attune.toml");
    fs::write(&file, "listen = \"127.0.0.1:0\"\nmax_cals = 3\n").expect("a file");
    refused(&["serve", "--config", text(&file)], 64, &["max_cals", "max_calls", "2"]);
    refused(&["serve", "--max-cals", "3"], 64, &["max-calls"]);
    fs::write(&file, "listen = \"nowhere\"\n").expect("a file");
    refused(&["serve", "--config", text(&file)], 64, &["listen", "nowhere"]);
    fs::write(&file, "listen = \n").expect("a file");
    refused(&["serve", "--config", text(&file)], 64, &["attune.toml"]);
    refused(&["serve", "--config", "/nowhere/attune.toml"], 64, &["/nowhere/attune.toml"]);
    let output = process::command("attune-server")
        .args(["serve"])
        .env("ATTUNE_MAX_CALS", "3")
        .output()
        .expect("the server is built");
    assert_eq!(output.status.code(), Some(64));
    assert!(process::errors(&output).contains("ATTUNE_MAX_CALLS"), "{}", process::errors(&output));
}

#[test]
fn the_public_is_not_served_by_accident() {
    refused(&["serve", "--listen", "0.0.0.0:0"], 64, &["insecure_public"]);
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let data = folder();
    let arguments =
        ["serve", "--listen", &address, "--metrics-listen", "off", "--data-dir", text(data.path())];
    refused(&arguments, 1, &[&address, "in use"]);
}

#[test]
fn models_that_are_none_are_refused_before_they_are_loaded() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let good = Embedded::English.file().expect("the model");
    fs::write(path("text.bin"), "this is no model at all, just a text").expect("a file");
    fs::write(path("empty.bin"), "").expect("a file");
    fs::write(path("short.bin"), &good[..good.len() / 2]).expect("a file");
    let mut absurd = good.clone();
    absurd[8..12].copy_from_slice(&i32::MAX.to_le_bytes());
    fs::write(path("absurd.bin"), &absurd).expect("a file");
    fs::write(path("good.bin"), &good).expect("a file");
    for name in ["text.bin", "empty.bin", "short.bin", "absurd.bin", "missing.bin"] {
        let model = path(name);
        let data = folder.path().join("data");
        refused(
            &[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--metrics-listen",
                "off",
                "--data-dir",
                text(&data),
                "--model",
                text(&model),
            ],
            1,
            &[name],
        );
        refused(&["models", "verify", text(&model)], 1, &[name]);
    }
    let fine = process::run("attune-server", &["models", "verify", text(&path("good.bin"))]);
    assert!(fine.status.success(), "{}", process::errors(&fine));
}

/// Published models come in the same format; a file with random weights of small dimensions takes
/// the same way in.
#[test]
fn a_model_file_of_other_dimensions_is_loaded() {
    let folder = folder();
    let model = folder.path().join("random.bin");
    let dimensions = random::Size::Toy.dimensions(random::NumberType::F16);
    fs::write(&model, random::bytes(&dimensions, 1)).expect("a model file");
    let info = process::run("attune-server", &["models", "info", text(&model)]);
    assert!(info.status.success(), "{}", process::errors(&info));
}

#[test]
fn a_typo_in_a_playbook_is_found_on_its_line() {
    let folder = folder();
    let path = folder.path().join("en.toml");
    let good = fs::read_to_string(repository().join("playbooks/en.toml")).expect("the playbook");
    let line = 1 + good
        .lines()
        .position(|line| line.starts_with("when.colour") && line.contains("\"red\""))
        .expect("a red note");
    let bad: Vec<String> =
        good.lines()
            .enumerate()
            .map(|(index, text)| {
                if index + 1 == line { text.replacen("\"red\"", "\"rad\"", 1) } else { text.into() }
            })
            .collect();
    fs::write(&path, bad.join("\n")).expect("a file");
    let place = format!("en.toml:{line}");
    refused(&["playbook", "check", text(&path)], 1, &[&place, "rad", "red"]);
    let shipped: Vec<PathBuf> =
        ["en", "de"].iter().map(|l| repository().join(format!("playbooks/{l}.toml"))).collect();
    let fine =
        process::run("attune-server", &["playbook", "check", text(&shipped[0]), text(&shipped[1])]);
    assert!(fine.status.success(), "{}", process::errors(&fine));
}

#[test]
fn recordings_that_are_none_are_named() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text.wav"), "no sound in here").expect("a file");
    fs::write(path("empty.wav"), "").expect("a file");
    for name in ["text.wav", "empty.wav", "missing.wav"] {
        let output = process::run("attune-server", &["replay", text(&path(name))]);
        assert_eq!(output.status.code().map(|code| code != 0), Some(true), "{name}");
        assert!(process::errors(&output).contains(name), "{name}: {}", process::errors(&output));
    }
    let output = process::run("attune", &["stream", text(&path("text.wav"))]);
    assert!(!output.status.success());
    assert!(process::errors(&output).contains("text.wav"), "{}", process::errors(&output));
}

/// A WAV cut short is replayed as far as it goes, and 24-bit and float files like any other.
#[test]
fn unusual_recordings_are_taken() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let whole = fs::read(demo_path()).expect("the bundled call");
    fs::write(path("short.wav"), &whole[..whole.len() / 4]).expect("a file");
    let demo = Recording::demo().between(0, 12);
    for (name, bits, format) in
        [("float.wav", 32, hound::SampleFormat::Float), ("deep.wav", 24, hound::SampleFormat::Int)]
    {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 8000,
            bits_per_sample: bits,
            sample_format: format,
        };
        let mut writer = hound::WavWriter::create(path(name), spec).expect("a file");
        for (left, right) in demo.sides[0].iter().zip(&demo.sides[1]) {
            for sample in [left, right] {
                match format {
                    hound::SampleFormat::Float => writer.write_sample(*sample),
                    hound::SampleFormat::Int => writer.write_sample((sample * 8_388_607.0) as i32),
                }
                .expect("a sample");
            }
        }
        writer.finalize().expect("a file");
    }
    for name in ["short.wav", "float.wav", "deep.wav"] {
        let output = process::run("attune-server", &["replay", "--json", text(&path(name))]);
        assert!(output.status.success(), "{name}: {}", process::errors(&output));
        let events = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            events.contains("\"transcript\"") && events.contains("\"ended\""),
            "{name}: {events}"
        );
        let warned = process::errors(&output).contains("cut short");
        assert_eq!(warned, name == "short.wav", "{name}: {}", process::errors(&output));
    }
}

#[test]
fn two_playbooks_are_compared_on_the_same_calls() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let head = "[playbook]\nlanguage = \"en\"\nname = \"x\"\n";
    let note = |id: &str, phrase: &str| {
        format!(
            "[[note]]\nid = \"{id}\"\nclass = \"empathy\"\nkind = \"{id}\"\nsay = \"Say {id}.\"\n\
             why = \"w\"\nwhen.caller_says = \"{phrase}\"\n"
        )
    };
    let (both, own) = (note("both", "hello"), note("own", "third time"));
    fs::write(path("a.toml"), format!("{head}{both}")).expect("a file");
    fs::write(path("b.toml"), format!("{head}{both}{own}")).expect("a file");
    let turns = |text: &str| {
        format!(
            "{{\"side\":\"caller\",\"text\":\"hello\"}},{{\"side\":\"agent\",\"text\":\"{}\"}},{{\"side\":\"caller\",\"text\":\"{text}\"}}",
            "well ".repeat(40)
        )
    };
    let lines = [("one", "this is the third time"), ("two", "that is all")];
    let calls: String = lines
        .iter()
        .map(|(id, text)| format!("{{\"id\":\"{id}\",\"turns\":[{}]}}\n", turns(text)))
        .collect();
    fs::create_dir(path("calls")).expect("a folder");
    fs::write(path("calls/written.jsonl"), calls).expect("a file");
    let (a, b, all) = (path("a.toml"), path("b.toml"), path("calls"));
    let arguments = ["replay", "--json", "--compare", text(&a), text(&b), text(&all)];
    let output = process::run("attune-server", &arguments);
    assert!(output.status.success(), "{}", process::errors(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert_eq!((&lines[0]["call"], &lines[0]["alike"]), (&"one".into(), &1.into()));
    assert_eq!(lines[0]["only_b"][0]["note"], "own");
    assert_eq!(lines[1]["only_b"].as_array().map(Vec::len), Some(0));
    assert_eq!((&lines[2]["calls"], &lines[2]["differing"]), (&2.into(), &1.into()));
    refused(&["replay", "--compare", text(&a), text(&b)], 64, &["--compare", "directory"]);
}

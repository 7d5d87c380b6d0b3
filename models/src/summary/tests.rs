#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

use super::*;

fn rules(language: Language) -> Summariser {
    Summariser::embedded(language).unwrap()
}

/// A call as it is written in tests: `caller: …`, `agent: …`.
fn call(turns: &[&str]) -> Vec<Line> {
    (1..)
        .zip(turns)
        .map(|(sequence, turn)| {
            let (side, text) = turn.split_once(": ").unwrap();
            let side_of = if side == "caller" { Side::Caller } else { Side::Agent };
            Line {
                sequence,
                utterance: format!("{side}-{sequence}"),
                side: side_of,
                text: Private::new(text.to_owned()),
            }
        })
        .collect()
}

fn heard(lines: &[Line]) -> Record {
    Record { lines: lines.to_vec(), ..Record::default() }
}

fn read(marks: &[MoodMark]) -> Record {
    Record { marks: marks.to_vec(), ..Record::default() }
}

fn told(summary: &Summary, part: Part) -> Vec<&str> {
    let of_part = summary.sentences.iter().filter(|sentence| sentence.part == part);
    of_part.map(|sentence| sentence.text.reveal().as_str()).collect()
}

/// Every bundled written call.
fn bundled() -> Vec<(Language, Vec<Line>)> {
    let files = [
        include_str!("../../../tests/data/dialogues/en.jsonl"),
        include_str!("../../../tests/data/dialogues/de.jsonl"),
    ];
    let read = |line: &str| {
        let dialogue: Value = serde_json::from_str(line).unwrap();
        let turn = |turn: &Value| {
            format!("{}: {}", turn["side"].as_str().unwrap(), turn["text"].as_str().unwrap())
        };
        let turns: Vec<String> = dialogue["turns"].as_array().unwrap().iter().map(turn).collect();
        let turns: Vec<&str> = turns.iter().map(String::as_str).collect();
        (Language::from_code(dialogue["lang"].as_str().unwrap()).unwrap(), call(&turns))
    };
    files.iter().flat_map(|file| file.lines()).map(read).collect()
}

#[test]
fn every_quoted_word_stands_in_the_utterance_it_names() {
    let mut quoted = 0;
    let calls = bundled();
    let count = calls.len();
    assert!(count >= 5, "{count}");
    for (language, lines) in calls {
        for sentence in rules(language).summarise(&heard(&lines)).sentences {
            assert!(!sentence.sources.is_empty(), "{:?}", sentence.text.reveal());
            for source in &sentence.sources {
                let line = lines.iter().find(|line| line.sequence == source.sequence).unwrap();
                assert_eq!(line.utterance, source.utterance);
                let (said, quote) = (line.text.reveal(), source.quote.reveal());
                assert!(!quote.is_empty() && said.contains(quote.as_str()), "{quote} / {said}");
                assert!(said.contains(sentence.when.reveal().as_str()));
            }
            let text = sentence.text.reveal();
            let inside =
                text.split_once(['“', '„']).and_then(|(_, rest)| rest.rsplit_once(['”', '“']));
            if let Some((inside, _)) = inside {
                assert_eq!(inside, sentence.sources[0].quote.reveal(), "{text}");
                quoted += 1;
            }
        }
    }
    // Every caller says at least what it is about.
    assert!(quoted >= count, "{quoted}");
}

#[test]
fn an_empty_call_and_small_talk_have_nothing_to_say() {
    for language in Language::ALL {
        assert_eq!(rules(language).summarise(&Record::default()), Summary::default());
    }
    let lines = call(&["agent: good morning", "caller: hello", "agent: hello"]);
    assert_eq!(rules(Language::English).summarise(&heard(&lines)), Summary::default());
}

#[test]
fn issue_steps_promises_and_open_points_are_found_with_who_and_when() {
    let lines = call(&[
        "agent: Good morning, how can I help you?",
        "caller: Hello. I'm calling about my bill, you charged me twice this month.",
        "agent: I'm sorry. I have refunded the second charge. You'll get a confirmation by tomorrow.",
        "caller: Fine, and I'll pay the rest on Friday.",
        "agent: I still have to check the direct debit. I can't promise that today.",
        "caller: And what about the late fee?",
    ]);
    let summary = rules(Language::English).summarise(&heard(&lines));
    assert_eq!(summary.issue, "bill");
    let concern =
        "The caller's concern: “I'm calling about my bill, you charged me twice this month.”";
    assert_eq!(told(&summary, Part::Issue), [concern, "It was about a bill."]);
    let steps = told(&summary, Part::Step);
    assert_eq!(steps, ["The agent: “I have refunded the second charge.”"]);
    assert_eq!(
        told(&summary, Part::Promise),
        [
            "The agent promised (by tomorrow): “You'll get a confirmation by tomorrow.”",
            "The caller promised (on Friday): “Fine, and I'll pay the rest on Friday.”",
        ]
    );
    let promise = summary.sentences.iter().find(|s| s.part == Part::Promise).unwrap();
    assert_eq!((promise.by, promise.when.reveal().as_str()), (Some(Side::Agent), "by tomorrow"));
    assert_eq!(
        (promise.sources[0].sequence, promise.sources[0].utterance.as_str()),
        (3, "agent-3")
    );
    let open = told(&summary, Part::Open);
    assert!(open[0].contains("I still have to check the direct debit."), "{open:?}");
    assert!(open.iter().any(|text| text.contains("And what about the late fee?")), "{open:?}");
    assert!(!told(&summary, Part::Promise).iter().any(|text| text.contains("can't promise")));
    assert_eq!(
        told(&summary, Part::NextIssue),
        ["Callers with this issue often ask about paying in instalments next; nobody spoke of it."]
    );
}

#[test]
fn german_calls_are_told_in_german() {
    let lines = call(&[
        "agent: guten morgen was kann ich für sie tun",
        "caller: ich rufe wegen meiner rechnung an da wurde doppelt abgebucht",
        "agent: ich habe den betrag gutgeschrieben und sie bekommen bis freitag eine bestätigung",
        "caller: danke ich melde mich dann wenn nichts kommt",
    ]);
    let summary = rules(Language::German).summarise(&heard(&lines));
    assert_eq!(summary.issue, "bill");
    assert_eq!(told(&summary, Part::Issue)[1], "Es ging um eine Rechnung.");
    assert!(
        told(&summary, Part::Promise)[0]
            .starts_with("Der Agent hat zugesagt (bis freitag): „ich habe")
    );
    assert!(told(&summary, Part::Step)[0].starts_with("Der Agent: „ich habe den betrag"));
}

#[test]
fn what_was_spoken_of_is_not_the_next_issue() {
    let mut turns =
        vec!["caller: i need a copy of my contract please", "agent: i have sent it to you"];
    let english = rules(Language::English);
    let next =
        |turns: &[&str]| told(&english.summarise(&heard(&call(turns))), Part::NextIssue).len();
    assert_eq!(next(&turns), 1);
    turns.push("agent: by the way this is how you make a claim");
    assert_eq!(next(&turns), 0);
}

#[test]
fn the_mood_is_told_from_readings_and_only_from_them() {
    let mark = |sequence, valence, mood| MoodMark { sequence, valence, mood };
    let english = rules(Language::English);
    let marks = [
        mark(3, 0.0, None),
        mark(5, -0.31, Some(Mood::Worried)),
        mark(9, -0.72, Some(Mood::Angry)),
        mark(14, 0.4, Some(Mood::Grateful)),
    ];
    let summary = english.summarise(&read(&marks));
    let text = "Mood of the caller: worried (-0.3) at the start, angry (-0.7) at the lowest, grateful (+0.4) at the end.";
    assert_eq!(told(&summary, Part::Mood), [text]);
    let sources: Vec<u64> = summary.sentences[0].sources.iter().map(|s| s.sequence).collect();
    assert_eq!(sources, [5, 9, 14]);
    assert_eq!(english.summarise(&read(&marks[..1])), Summary::default());
}

#[test]
fn the_projects_own_issue_map_outranks_the_rules() {
    let lines = call(&["caller: my bill is wrong and the modem drops out"]);
    let raised = |issue: &str, name: &str, next: &str| Raised {
        sequence: 2,
        utterance: "caller-1".into(),
        words: Private::new("modem drops out".into()),
        issue: issue.into(),
        name: name.into(),
        next: next.into(),
    };
    let raised =
        vec![raised("sync", "a lost signal", ""), raised("modem", "the modem", "the swap")];
    let record = Record { raised, ..heard(&lines) };
    let english = rules(Language::English);
    let summary = english.summarise(&record);
    assert_eq!((summary.issue.as_str(), english.issue(&record)), ("sync", "sync"));
    assert_eq!(
        told(&summary, Part::Issue)[1..],
        ["It was about a lost signal.", "It was about the modem."]
    );
    assert!(told(&summary, Part::NextIssue)[0].contains("the swap"));
    assert_eq!(summary.sentences.last().unwrap().sources[0].sequence, 2);
}

#[test]
fn a_long_sentence_is_cut_around_what_was_found() {
    let long = format!(
        "caller: {} i am calling about my parcel {}",
        "well ".repeat(60),
        "and so on ".repeat(30)
    );
    let summary = rules(Language::English).summarise(&heard(&call(&[&long])));
    let quote = summary.sentences[0].sources[0].quote.reveal();
    assert_eq!(words(quote), QUOTE_WORDS);
    assert!(quote.contains("calling about my parcel"), "{quote}");
}

#[test]
fn a_wrong_file_is_named() {
    let text = include_str!("../../summaries/en.toml");
    let error = Summariser::parse("x.toml", &text.replace("next = \"claim\"", "next = \"clam\""));
    assert!(error.unwrap_err().to_string().contains("contract-copy is followed by clam"));
    let error = Summariser::parse("x.toml", &text.replace("worried =", "worry ="));
    assert!(error.unwrap_err().to_string().contains("moods has no worried"));
}

#[test]
fn both_languages_know_the_same_issues() {
    let ids = |language| rules(language).issues.into_iter().map(|issue| (issue.id, issue.next));
    assert!(ids(Language::English).eq(ids(Language::German)));
}

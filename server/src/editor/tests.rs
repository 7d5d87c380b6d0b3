#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use attune_proto::v1::{self, DialogueTurn, PlaybookVersion, Side};
use tonic::Code;

use super::*;
use crate::playbooks::Playbooks;
use crate::testing::{Bench, Setup, refusal};

const HEAD: &str = "[playbook]\nlanguage = \"en\"\nname = \"Ours\"\n";
const NOTE: &str = "[[note]]\nid = \"late\"\nclass = \"empathy\"\nwhen.caller_says = \"third time\"\nsay = \"So often.\"\nwhy = \"w\"\n";

async fn bench(directory: &Path) -> Bench {
    let playbooks_dir = Some(directory.to_owned());
    Setup { playbooks_dir, ..Setup::default() }.start().await
}

fn save(file: &str, text: &str, etag: &str) -> SavePlaybookRequest {
    let comment = "because".to_owned();
    SavePlaybookRequest { file: file.into(), text: text.into(), etag: etag.into(), comment }
}

async fn saved(bench: &Bench, request: SavePlaybookRequest) -> Result<String, (Code, String)> {
    let answer = bench.playbook_editor().save_playbook(request).await;
    answer.map(|text| text.into_inner().etag).map_err(|status| refusal(&status))
}

async fn versions(bench: &Bench, file: &str) -> Vec<PlaybookVersion> {
    let request = ListPlaybookVersionsRequest { file: file.into() };
    let answer = bench.playbook_editor().list_playbook_versions(request).await;
    answer.unwrap().into_inner().versions
}

async fn text_of(bench: &Bench, file: &str, number: u64) -> String {
    let request = GetPlaybookVersionRequest { file: file.into(), number };
    let answer = bench.playbook_editor().get_playbook_version(request).await;
    answer.unwrap().into_inner().text
}

#[tokio::test]
async fn what_is_saved_is_in_the_file_and_what_was_there_can_be_had_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("en.toml");
    let (first, second) = (format!("{HEAD}{NOTE}"), format!("{HEAD}version = \"2\"\n{NOTE}"));
    fs::write(&path, &first).unwrap();
    let bench = bench(directory.path()).await;
    let request = GetPlaybookRequest { file: "en.toml".into() };
    let got = bench.playbook_editor().get_playbook(request).await.unwrap().into_inner();
    assert_eq!(got.text, first);

    let etag = saved(&bench, save("en.toml", &second, &got.etag)).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), second);
    // Somebody who still has the first text would undo the second unseen.
    let late = saved(&bench, save("en.toml", &first, &got.etag)).await.unwrap_err();
    assert_eq!(late, (Code::Aborted, "PLAYBOOK_CHANGED".into()));

    // Changed by another program: found at the next save, and kept.
    let outside = format!("{second}# by hand\n");
    fs::write(&path, &outside).unwrap();
    assert_eq!(saved(&bench, save("en.toml", &first, &etag)).await.unwrap_err().0, Code::Aborted);
    saved(&bench, save("en.toml", &first, &convert::etag(&outside))).await.unwrap();
    let told: Vec<(u64, bool, String)> = versions(&bench, "en.toml")
        .await
        .into_iter()
        .map(|version| (version.number, version.found, version.comment))
        .collect();
    let because = || "because".to_owned();
    let none = String::new;
    let expected =
        [(4, false, because()), (3, true, none()), (2, false, because()), (1, true, none())];
    assert_eq!(told, expected);
    assert_eq!(text_of(&bench, "en.toml", 3).await, outside);
    assert_eq!(text_of(&bench, "en.toml", 1).await, fs::read_to_string(&path).unwrap());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
}

#[tokio::test]
async fn nothing_broken_is_saved_and_nothing_that_breaks_another_file() {
    let directory = tempfile::tempdir().unwrap();
    let base = format!("{HEAD}{NOTE}");
    fs::write(directory.path().join("en.toml"), &base).unwrap();
    let own = "[playbook]\nname = \"Own\"\nextends = \"en.toml\"\nwithout = [\"late\"]\n";
    let bench = bench(directory.path()).await;
    saved(&bench, save("travel.en.toml", own, "")).await.unwrap();
    let etag = convert::etag(&base);
    for broken in ["[playbook\n", &base.replace("empathy", "empaty"), &base.replace("late", "so")] {
        let refused = saved(&bench, save("en.toml", broken, &etag)).await.unwrap_err();
        assert_eq!(refused, (Code::InvalidArgument, "INVALID_PLAYBOOK".into()), "{broken}");
    }
    assert_eq!(fs::read_to_string(directory.path().join("en.toml")).unwrap(), base);
    assert!(versions(&bench, "en.toml").await.is_empty());
    // A file that is broken already holds up no other, nor does one with a name of its own kind.
    fs::write(directory.path().join("my own.en.toml"), &base).unwrap();
    fs::write(directory.path().join("garden.toml"), "[playbook\n").unwrap();
    saved(&bench, save("en.toml", &format!("{base}# more\n"), &etag)).await.unwrap();
    let listed = bench.playbook_editor().list_playbooks(ListPlaybooksRequest {}).await.unwrap();
    let listed = listed.into_inner();
    let told: Vec<_> = listed
        .playbooks
        .iter()
        .map(|file| (file.file.as_str(), file.project.as_str(), file.notes, file.problems.len()))
        .collect();
    let expected = [
        ("en.toml", "", 1, 0),
        ("garden.toml", "", 0, 1),
        ("my own.en.toml", "my own", 1, 0),
        ("travel.en.toml", "travel", 0, 0),
    ];
    assert_eq!(told, expected);
    assert!(listed.editable);
}

#[tokio::test]
async fn only_files_of_the_directory_are_written_and_read() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let text = format!("{HEAD}{NOTE}");
    let secret = elsewhere.path().join("secret.toml");
    fs::write(&secret, "password = \"x\"\n").unwrap();
    let bench = bench(directory.path()).await;
    for name in
        ["", ".toml", "../en.toml", "a/b.toml", "/tmp/a.toml", "en.txt", "..toml", "a\0.toml"]
    {
        let refused = saved(&bench, save(name, &text, "")).await.unwrap_err();
        assert_eq!(refused.1, "INVALID_PLAYBOOK", "{name:?}");
    }
    let nosy = format!("[playbook]\nname = \"n\"\nextends = {:?}\n", secret.display().to_string());
    let request = CheckPlaybookRequest { file: "en.toml".into(), text: nosy };
    let checked = bench.playbook_editor().check_playbook(request).await.unwrap().into_inner();
    let told = format!("{:?}", checked.playbook);
    assert!(told.contains("only files of the directory") && !told.contains("password"), "{told}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&secret, directory.path().join("link.toml")).unwrap();
        let refused = saved(&bench, save("link.toml", &text, "")).await.unwrap_err();
        assert_eq!(refused.1, "PLAYBOOKS_FIXED");
        assert_eq!(fs::read_to_string(&secret).unwrap(), "password = \"x\"\n");
    }
    assert!(fs::read_dir(elsewhere.path()).unwrap().count() == 1);
}

#[tokio::test]
async fn the_playbooks_in_the_program_are_shown_and_tried_and_not_changed() {
    let bench = Setup::default().start().await;
    let mut editor = bench.playbook_editor();
    let listed = editor.list_playbooks(ListPlaybooksRequest {}).await.unwrap().into_inner();
    assert!(!listed.editable);
    let file = listed.playbooks.iter().find(|file| file.language_code == "en").unwrap();
    assert!(file.notes > 10 && file.problems.is_empty());
    let request = GetPlaybookRequest { file: file.file.clone() };
    let text = editor.get_playbook(request).await.unwrap().into_inner();
    let refused = saved(&bench, save(&text.file, &text.text, &text.etag)).await.unwrap_err();
    assert_eq!(refused, (Code::FailedPrecondition, "PLAYBOOKS_FIXED".into()));

    let typo = format!("{HEAD}{NOTE}").replace("empathy", "empaty");
    let request = CheckPlaybookRequest { file: "en.toml".into(), text: typo };
    let checked = editor.check_playbook(request).await.unwrap().into_inner().playbook.unwrap();
    let [problem] = &checked.problems[..] else { panic!("{checked:?}") };
    assert_eq!(problem.line, 6);
    assert!(problem.message.contains("`empathy`"), "{}", problem.message);

    let turn = |side: Side, text: &str| DialogueTurn { side: side.into(), text: text.into() };
    let turns = vec![turn(Side::Caller, "this is the third time")];
    let text = format!("{HEAD}{NOTE}{}", NOTE.replace("late", "other").replace("third", "first"));
    let request = TryPlaybookRequest { file: "en.toml".into(), text, turns };
    let tried = editor.try_playbook(request).await.unwrap().into_inner();
    assert!(tried.snapshot.is_some());
    let [first, second] = &tried.notes[..] else { panic!("{:?}", tried.notes) };
    assert_eq!((first.note_id.as_str(), first.fits, first.line), ("late", true, 4));
    assert!(!first.evidence.is_empty() && first.reason.is_empty());
    assert_eq!((second.note_id.as_str(), second.fits, second.missing), ("other", false, 1));
    assert!(!second.reason.is_empty());
}

#[tokio::test]
async fn a_call_is_read_again_with_a_text_that_is_not_saved_and_with_the_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("en.toml"), format!("{HEAD}{NOTE}")).unwrap();
    let bench = bench(directory.path()).await;
    let mut editor = bench.playbook_editor();
    let at = |seconds: i64| Some(prost_types::Duration { seconds, nanos: 0 });
    let line = |side: Side, from: i64, text: &str| Transcript {
        side: side.into(),
        start_offset: at(from),
        end_offset: at(from + 3),
        text: text.into(),
        ..Transcript::default()
    };
    let lines = vec![
        line(Side::Agent, 1, "good morning"),
        line(Side::Caller, 5, "this is the third time"),
        Transcript { unintelligible: true, ..line(Side::Agent, 9, "") },
        line(Side::Caller, 14, "and my parrot ate the cable"),
    ];
    let other = NOTE.replace("late", "parrot").replace("third time", "my parrot");
    let mut brought = async |text: String| {
        let lines = lines.clone();
        let request = TryPlaybookOnCallRequest { file: "en.toml".into(), text, lines };
        let events = editor.try_playbook_on_call(request).await.unwrap().into_inner().events;
        let card = |event: &CallEvent| match &event.body {
            Some(v1::call_event::Body::Suggestion(card)) => Some(card.note_id.clone()),
            _ => None,
        };
        events.iter().filter_map(card).collect::<Vec<_>>()
    };
    assert_eq!(brought(String::new()).await, ["late"]);
    assert_eq!(brought(format!("{HEAD}{other}")).await, ["parrot"]);
    let never = line(Side::Caller, -5, "too early");
    let request = TryPlaybookOnCallRequest {
        file: "en.toml".into(),
        lines: vec![never],
        ..Default::default()
    };
    let refused = editor.try_playbook_on_call(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let request = TryPlaybookOnCallRequest { file: "no.toml".into(), ..Default::default() };
    let refused = editor.try_playbook_on_call(request).await.unwrap_err();
    assert_eq!(refusal(&refused).1, "PLAYBOOK_NOT_FOUND");
}

#[test]
fn what_somebody_wrote_at_the_last_moment_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("en.toml");
    let files = Files::new(Some(directory.path().to_owned()), &Playbooks::default());
    files.write("en.toml", "first", None).unwrap();
    fs::write(&path, "by hand").unwrap();
    let refused = files.write("en.toml", "second", Some("first")).unwrap_err();
    assert!(matches!(refused, SaveError::Changed));
    assert_eq!(fs::read_to_string(&path).unwrap(), "by hand");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no draft is left");
}

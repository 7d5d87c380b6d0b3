//! `attune-server playbook test`: the examples that stand beside the notes.

use std::io::{self, Write};
use std::sync::Arc;

use attune_models::playbook::{Example, Note, Playbook};
use attune_models::reader::ReaderPack;
use attune_models::suggest::{Outcome, rehearse};

use crate::cli::Failure;

pub(super) fn readers() -> Result<Arc<ReaderPack>, Failure> {
    ReaderPack::embedded().map(Arc::new).map_err(Failure::failed)
}

/// Says how many examples hold, and of each that does not, where it stands and why; whether all do.
pub(super) fn run(
    playbook: &Playbook,
    readers: &Arc<ReaderPack>,
    out: &mut impl Write,
) -> io::Result<bool> {
    let all = playbook.notes().iter().enumerate();
    let all = all.flat_map(|(place, note)| note.examples.iter().map(move |one| (place, note, one)));
    let (mut count, mut wrong) = (0, Vec::new());
    for (place, note, example) in all {
        count += 1;
        wrong.extend(complaint(playbook, readers, place, note, example));
    }
    let bare = playbook.notes().iter().filter(|note| note.examples.is_empty()).count();
    let total = playbook.notes().len();
    writeln!(
        out,
        ": {} of {count} examples hold; {bare} of {total} notes have none",
        count - wrong.len()
    )?;
    for line in &wrong {
        writeln!(out, "{line}")?;
    }
    Ok(wrong.is_empty())
}

fn complaint(
    playbook: &Playbook,
    readers: &Arc<ReaderPack>,
    place: usize,
    note: &Note,
    example: &Example,
) -> Option<String> {
    let told = rehearse(playbook, readers, &example.scene, false).notes;
    let problem = match (&told.get(place)?.outcome, example.fits) {
        (Outcome::Fired { .. }, true) | (Outcome::Missed { .. }, false) => return None,
        (Outcome::Fired { evidence }, false) => {
            let evidence: Vec<&str> = evidence.iter().map(|text| text.reveal().as_str()).collect();
            format!("fits and should not: {}", evidence.join(", "))
        }
        (Outcome::Missed { reason, .. }, true) => format!("does not fit: {reason}"),
    };
    let own = playbook.files().last().is_some_and(|file| **file == *note.file);
    let file = if own { String::new() } else { format!("{}, ", note.file) };
    Some(format!("  {file}line {}: note `{}` {problem}", example.line, note.id))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use attune_models::transcript::Language;

    use super::*;

    fn told(playbook: &Playbook) -> (bool, String) {
        let mut out = Vec::new();
        let well = run(playbook, &readers().unwrap(), &mut out).unwrap();
        (well, String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_shipped_notes_have_examples_and_all_of_them_hold() {
        for language in Language::OF_NOTES {
            let (well, said) = told(&Playbook::embedded(language).unwrap());
            assert!(well && said.contains("; 0 of "), "{said}");
        }
    }

    #[test]
    fn an_example_that_does_not_hold_is_told_with_its_line_and_reason() {
        let text = r#"[playbook]
language = "en"
name = "t"
[[note]]
id = "a"
class = "empathy"
when.mood = "angry"
say = "Hm."
why = "w"
[[note.example]]
mood = "angry"
[[note.example]]
mood = "satisfied"
[[note.example]]
mood = "angry"
fits = false
"#;
        let (well, said) = told(&Playbook::parse("t.toml", text).unwrap());
        assert!(!well);
        let lines = [
            ": 1 of 3 examples hold; 0 of 1 notes have none",
            "  line 12: note `a` does not fit: mood is satisfied, not angry",
            "  line 14: note `a` fits and should not: mood.angry set by a human",
        ];
        assert_eq!(said.lines().collect::<Vec<_>>(), lines);
    }
}

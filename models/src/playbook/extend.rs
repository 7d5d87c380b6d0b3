//! From one file to all the files it is made of: `extends` names the one it starts from.

use std::io;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::table::Report;
use super::{PlaybookError, shipped};
use crate::transcript::Language;

/// How many files may build upon one another.
const MAX_FILES: usize = 8;
/// How many bytes a file may have.
const MAX_FILE: usize = 4 << 20;

/// Where the texts of files come from.
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<String>;

/// A file, as it was found.
#[derive(Debug)]
pub(super) struct Source {
    /// What it is called in messages.
    pub(super) file: String,
    pub(super) text: String,
}

/// A file that TOML could read.
pub(super) struct Parsed<'a> {
    pub(super) report: Report<'a>,
    pub(super) root: Spanned<DeValue<'a>>,
}

/// The file and those it builds upon, the one at the bottom first.
pub(super) fn chain(
    file: &str,
    text: &str,
    read: ReadFile<'_>,
) -> Result<Vec<Source>, PlaybookError> {
    let mut chain = vec![Source { file: file.to_owned(), text: text.to_owned() }];
    while let Some(source) = chain.last() {
        let Some((span, base)) = extends(&source.text) else { break };
        match found(&chain, &source.file, &base, read) {
            Ok(next) => chain.push(next),
            Err(problem) => {
                let report = Report::new(&source.file, &source.text);
                report.add(&span, problem);
                return Err(PlaybookError { problems: report.into_problems() });
            }
        }
    }
    chain.reverse();
    Ok(chain)
}

/// Parses a file; what is wrong with it as TOML is in the report.
pub(super) fn parse(source: &Source) -> Parsed<'_> {
    let report = Report::new(&source.file, &source.text);
    if source.text.len() > MAX_FILE {
        report.add(&(0..0), "is larger than 4 MiB: split it by project");
        return Parsed { report, root: Spanned::new(0..0, DeValue::Table(DeTable::new())) };
    }
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        report.add(&error.span().unwrap_or(0..0), error.message());
    }
    Parsed { report, root: Spanned::new(table.span(), DeValue::Table(table.into_inner())) }
}

/// What a file extends, if it says so; a file that is broken is told of when it is read.
fn extends(text: &str) -> Option<(Range<usize>, String)> {
    if text.len() > MAX_FILE {
        return None;
    }
    let (table, _) = DeTable::parse_recoverable(text);
    let base = table.get_ref().get("playbook")?.get_ref().as_table()?.get("extends")?;
    Some((base.span(), base.get_ref().as_str()?.to_owned()))
}

fn found(chain: &[Source], file: &str, base: &str, read: ReadFile<'_>) -> Result<Source, String> {
    let source = if let Some((file, text)) = language(base).and_then(shipped) {
        Source { file: file.to_owned(), text: text.to_owned() }
    } else {
        let path = beside(file, base)?;
        let file = path.display().to_string();
        let text = read(&path).map_err(|error| format!("`extends`: {file}: {error}"))?;
        Source { file, text }
    };
    if chain.iter().any(|known| plain(Path::new(&known.file)) == plain(Path::new(&source.file))) {
        let way: Vec<&str> = chain.iter().map(|known| known.file.as_str()).collect();
        return Err(format!("`extends` goes in a circle: {} → {}", way.join(" → "), source.file));
    }
    if chain.len() == MAX_FILES {
        return Err(format!("more than {MAX_FILES} files extend one another"));
    }
    Ok(source)
}

fn language(base: &str) -> Option<Language> {
    Language::OF_NOTES.into_iter().find(|language| language.code() == base)
}

/// The path of a base is relative to the file that names it.
fn beside(file: &str, base: &str) -> Result<PathBuf, String> {
    if Path::new(base).extension().is_none_or(|extension| extension != "toml") {
        let codes = Language::OF_NOTES.map(Language::code).join("`, `");
        return Err(format!(
            "`extends` is `{base}`: write `{codes}` for the playbook that ships, or a file: \
             \"other.toml\""
        ));
    }
    Ok(Path::new(file).parent().unwrap_or(Path::new("")).join(base))
}

/// A path without `.` and, as far as it can be told without looking, without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let named = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if named => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use super::super::Playbook;
    use super::*;

    fn note(id: &str, say: &str) -> String {
        format!(
            "[[note]]\nid = \"{id}\"\nclass = \"empathy\"\nwhen.caller_says = \"word {id}\"\n\
             say = \"{say}\"\nwhy = \"w\"\n"
        )
    }

    /// Reads the first of `files`.
    fn read(files: &[(&str, String)]) -> Result<Playbook, String> {
        let text = |path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == plain(path));
            found.map(|(_, text)| text.clone()).ok_or_else(|| io::ErrorKind::NotFound.into())
        };
        let (name, own) = &files[0];
        Playbook::parse_with(name, own, &text).map_err(|error| error.to_string())
    }

    fn said(playbook: &Playbook) -> Vec<(&str, &str)> {
        let notes = playbook.notes().iter();
        notes.map(|note| (note.id.as_str(), note.say[0].as_str())).collect()
    }

    #[test]
    fn a_file_adds_replaces_and_leaves_out() {
        let base = format!(
            "[playbook]\nlanguage = \"de\"\nname = \"base\"\nversion = \"7\"\nmax_cards = 2\n\
             lifetime = \"11s\"\nvocabulary = [\"Zolvex\"]\n{}{}{}",
            note("a", "A."),
            note("b", "B."),
            note("c", "C.")
        );
        let own = format!(
            "[playbook]\nextends = \"../base.toml\"\nname = \"own\"\nlifetime = \"40s\"\n\
             without = [\"a\"]\n{}{}",
            note("b", "Other."),
            note("d", "D.")
        );
        let files = [("p/own.toml", own), ("base.toml", base)];
        let playbook = read(&files).unwrap();
        assert_eq!(said(&playbook), [("c", "C."), ("b", "Other."), ("d", "D.")]);
        assert_eq!((playbook.name(), playbook.version()), ("own", ""));
        assert_eq!(playbook.language(), Language::German);
        assert_eq!((playbook.limits().max_cards, playbook.vocabulary().names().len()), (2, 1));
        assert_eq!(playbook.files(), ["p/../base.toml", "p/own.toml"]);
        let lifetimes = playbook.notes().iter().map(|note| note.lifetime);
        assert!(lifetimes.eq([Duration::from_secs(40); 3]), "the later head holds for all notes");
        assert_eq!(&*playbook.note("c").unwrap().file, "p/../base.toml");
        let heard = |text| playbook.phrases().find(text).len();
        assert_eq!((heard("word a"), heard("word b"), heard("word c")), (0, 1, 1));
    }

    #[test]
    fn the_playbooks_that_ship_can_be_extended_and_extended_again() {
        let shipped = Playbook::embedded(Language::English).unwrap();
        let head = "[playbook]\nname = \"x\"\nextends = ";
        let middle = format!("{head}\"en\"\n{}", note("own-one", "One."));
        let top = format!("{head}\"middle.toml\"\nwithout = [\"own-one\", \"thanks\"]\n");
        let without = shipped.notes()[0].id.clone();
        let top = top.replace("thanks", &without);
        let files = [("top.toml", top), ("middle.toml", middle)];
        let playbook = read(&files).unwrap();
        assert_eq!(playbook.notes().len(), shipped.notes().len() - 1);
        assert!(playbook.note("own-one").is_none() && playbook.note(&without).is_none());
        assert_eq!(playbook.files(), ["playbooks/en.toml", "middle.toml", "top.toml"]);
        let alone = Playbook::parse("middle.toml", &files[1].1).unwrap();
        assert_eq!(alone.notes().len(), shipped.notes().len() + 1);
    }

    #[test]
    fn what_cannot_be_extended_is_told_where_it_stands() {
        let own = |lines: &str| format!("[playbook]\nname = \"x\"\n{lines}\n{}", note("z", "Z."));
        let good = own("language = \"en\"");
        let table = [
            (
                own("extends = \"fr\""),
                "own.toml:3: `extends` is `fr`: write `en`, `de`, `it` for the playbook that ships, or a file: \"other.toml\"",
            ),
            (own("extends = \"none.toml\""), "own.toml:3: `extends`: none.toml: entity not found"),
            (
                own("extends = \"./own.toml\""),
                "own.toml:3: `extends` goes in a circle: own.toml → ./own.toml",
            ),
            (
                own("extends = \"back.toml\""),
                "back.toml:3: `extends` goes in a circle: own.toml → back.toml → x/../own.toml",
            ),
            (
                own("extends = \"good.toml\"\nlanguage = \"de\""),
                "own.toml:4: `language` is de, but what it extends is in en",
            ),
            (
                own("extends = \"good.toml\"\nwithout = [\"y\"]"),
                "own.toml:4: there is no note `y` in good.toml, did you mean `z`?",
            ),
            (
                own("language = \"en\"\nwithout = \"z\""),
                "own.toml:4: `without` needs `extends`: it leaves notes of another file out",
            ),
            (
                own("language = \"en\"\nextends = 3"),
                "own.toml:4: `extends` must be a text in quotes",
            ),
            (
                own("extends = \"bad.toml\""),
                "bad.toml:3: unknown language `xx`; there are en, de, it",
            ),
        ];
        for (text, message) in table {
            let files = [
                ("own.toml", text),
                ("good.toml", good.clone()),
                ("back.toml", own("extends = \"x/../own.toml\"")),
                ("bad.toml", own("language = \"xx\"")),
            ];
            let problems = read(&files).unwrap_err();
            assert_eq!(problems.lines().next(), Some(message));
        }
        let deep: Vec<(String, String)> = (0..20)
            .map(|n| (format!("{n}.toml"), own(&format!("extends = \"{}.toml\"", n + 1))))
            .collect();
        let files: Vec<(&str, String)> =
            deep.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        assert!(read(&files).unwrap_err().ends_with("more than 8 files extend one another"));
    }
}

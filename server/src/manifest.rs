//! Manifests: CSV with a header (RFC 4180), every row with the line it begins at.

use std::path::{Path, PathBuf};

use attune_models::transcript::Language;

use crate::cli::Failure;
use crate::config::closest;

/// What is wrong with a manifest, with its file and line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ManifestError(String);

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        Self::Input(error.0)
    }
}

/// A manifest in memory.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    columns: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

/// A row of a manifest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    manifest: &'a Manifest,
    line: usize,
    fields: &'a [String],
}

impl Manifest {
    /// Reads a manifest that has at least the columns of `required`.
    pub(crate) fn read(path: &Path, required: &[&str]) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ManifestError(format!("{}: {error}", path.display())))?;
        Self::parse(path, &text, required)
    }

    fn parse(path: &Path, text: &str, required: &[&str]) -> Result<Self, ManifestError> {
        let at = |line: usize, message: String| {
            ManifestError(format!("{}:{line}: {message}", path.display()))
        };
        let records = records(text.trim_start_matches('\u{feff}'))
            .map_err(|(line, message)| at(line, message.to_owned()))?;
        let mut records = records.into_iter();
        let (line, header) =
            records.next().ok_or_else(|| at(1, "the file is empty; a header is missing".into()))?;
        let columns: Vec<String> =
            header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        for name in required {
            if !columns.iter().any(|column| column == name) {
                let hint = closest(name, columns.iter().map(String::as_str))
                    .map_or_else(String::new, |near| format!(" (there is `{near}`)"));
                return Err(at(line, format!("there is no column `{name}`{hint}")));
            }
        }
        let rows: Vec<_> = records.collect();
        for (line, fields) in &rows {
            if fields.len() != columns.len() {
                let (has, wants) = (fields.len(), columns.len());
                return Err(at(*line, format!("{has} fields, and the header has {wants}")));
            }
        }
        Ok(Self { path: path.to_owned(), columns, rows })
    }

    /// Whether there is such a column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// The rows, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { manifest: self, line: *line, fields })
    }
}

impl<'a> Row<'a> {
    /// The field of a column; `None` if there is no such column or the field is empty.
    pub(crate) fn get(&self, column: &str) -> Option<&'a str> {
        let index = self.manifest.columns.iter().position(|name| name == column)?;
        self.fields.get(index).map(String::as_str).filter(|field| !field.is_empty())
    }

    /// The file that a row names: as written, and from here.
    pub(crate) fn file(&self) -> Result<(&'a str, PathBuf), ManifestError> {
        let written = self.get("file").ok_or_else(|| self.wrong("`file` is empty"))?;
        let base = self.manifest.path.parent().unwrap_or(Path::new(""));
        Ok((written, base.join(written)))
    }

    /// The row's language, or else `default`.
    pub(crate) fn language(&self, default: Language) -> Result<Language, ManifestError> {
        self.get("lang").map_or(Ok(default), |code| {
            Language::from_code(code)
                .ok_or_else(|| self.wrong(format!("`{code}` is not a known language (en, de)")))
        })
    }

    /// One of `names`, if the column has a word in this row.
    pub(crate) fn one_of(
        &self,
        column: &str,
        names: &[&str],
    ) -> Result<Option<usize>, ManifestError> {
        let Some(word) = self.get(column).map(str::trim) else { return Ok(None) };
        let found = names.iter().position(|name| *name == word.to_ascii_lowercase());
        match found {
            Some(index) => Ok(Some(index)),
            None => {
                let hint = closest(word, names.iter().copied())
                    .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                let names = names.join(", ");
                Err(self.wrong(format!("{column} `{word}` is none of {names}{hint}")))
            }
        }
    }

    /// Something is wrong with this row.
    pub(crate) fn wrong(&self, message: impl std::fmt::Display) -> ManifestError {
        ManifestError(format!("{}:{}: {message}", self.manifest.path.display(), self.line))
    }
}

type Records = Vec<(usize, Vec<String>)>;

/// The records of a CSV text with the line each begins at. Fields may be quoted and then hold
/// commas, doubled quotes and line ends; empty lines are skipped.
fn records(text: &str) -> Result<Records, (usize, &'static str)> {
    let mut records = Vec::new();
    let (mut fields, mut field) = (Vec::new(), String::new());
    let (mut line, mut begins) = (1, 1);
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            c if quoted => field.push(c),
            ',' => fields.push(std::mem::take(&mut field)),
            '\r' if matches!(chars.peek(), None | Some('\n')) => {}
            '\n' => {
                end(&mut records, begins, &mut fields, &mut field);
                begins = line;
            }
            c => field.push(c),
        }
    }
    if quoted {
        return Err((begins, "a quoted field does not end"));
    }
    end(&mut records, begins, &mut fields, &mut field);
    Ok(records)
}

fn end(records: &mut Records, line: usize, fields: &mut Vec<String>, field: &mut String) {
    if !fields.is_empty() || !field.is_empty() {
        fields.push(std::mem::take(field));
        records.push((line, std::mem::take(fields)));
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Manifest, String> {
        Manifest::parse(Path::new("d/m.csv"), text, &["text"]).map_err(|error| error.to_string())
    }

    #[test]
    fn quotes_hold_commas_quotes_and_line_ends() {
        let manifest =
            parse("\u{feff}Text,label\r\n\"a, \"\"b\"\"\nc\",1\r\n\r\nplain \"x\",\r\n").unwrap();
        let rows: Vec<_> = manifest
            .rows()
            .map(|row| (row.line, row.get("text").unwrap(), row.get("label")))
            .collect();
        assert_eq!(rows, [(2, "a, \"b\"\nc", Some("1")), (5, "plain \"x\"", None)]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        assert_eq!(parse("").unwrap_err(), "d/m.csv:1: the file is empty; a header is missing");
        assert!(parse("txt,label\n").unwrap_err().contains("(there is `txt`)"));
        let ragged = parse("text,label\na,1\nb\n").unwrap_err();
        assert_eq!(ragged, "d/m.csv:3: 1 fields, and the header has 2");
        let open = parse("text\na\n\"b\nc\n").unwrap_err();
        assert_eq!(open, "d/m.csv:3: a quoted field does not end");
    }

    #[test]
    fn labels_are_checked_and_files_are_relative_to_the_manifest() {
        let manifest = parse("text,label,file\na,Angry,x.wav\nb,,y.wav\nc,angri,z.wav\n").unwrap();
        let rows: Vec<_> = manifest.rows().collect();
        assert_eq!(rows[0].one_of("label", &["sad", "angry"]).unwrap(), Some(1));
        assert_eq!(rows[1].one_of("label", &["sad", "angry"]).unwrap(), None);
        let Err(ManifestError(message)) = rows[2].one_of("label", &["sad", "angry"]) else {
            panic!("no failure");
        };
        assert!(message.starts_with("d/m.csv:4: label `angri`"), "{message}");
        assert_eq!(rows[0].file().unwrap(), ("x.wav", PathBuf::from("d/x.wav")));
    }
}

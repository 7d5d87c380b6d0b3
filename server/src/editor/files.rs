//! The files of the directory of playbooks, and nothing else: looked at, judged, written.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use attune_models::playbook::{Playbook, PlaybookError};
use attune_models::transcript::Language;
use tonic::Status;

use crate::load;
use crate::playbooks::Playbooks;
use crate::status::Reason;

/// The longest name of a file.
const MAX_NAME: usize = 64;

/// Where the texts are.
#[derive(Debug)]
pub(super) struct Files {
    /// `None`: the playbooks are those in the program.
    directory: Option<PathBuf>,
    /// Files elsewhere that the playbooks in use build on.
    elsewhere: BTreeSet<PathBuf>,
}

/// A text, and the playbook that it is.
#[derive(Debug)]
pub(crate) struct ReadFile {
    pub(crate) file: String,
    pub(crate) playbook: Result<Playbook, PlaybookError>,
}

impl ReadFile {
    /// Whose it is, as its name tells.
    pub(crate) fn project(&self) -> &str {
        let stem = self.file.strip_suffix(".toml").unwrap_or(&self.file);
        self.playbook.as_ref().map_or("", |playbook| load::project(stem, playbook.language()))
    }
}

/// Why a file is not shown or not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum SaveError {
    /// No name that a file of the directory can have.
    #[error(
        "`{0}` is no name of a playbook: letters, digits, `.`, `-` and `_`, at most {MAX_NAME}, and \
         `.toml` at the end"
    )]
    Name(String),
    /// There is no directory.
    #[error("the playbooks are those in the program; start the server with --playbooks DIR")]
    Fixed,
    /// The file is a link.
    #[error("{0} is a link to elsewhere; change the file that it leads to")]
    Link(String),
    /// It cannot be used, or another one that builds on it cannot any more.
    #[error("{0}")]
    Broken(PlaybookError),
    /// Somebody else changed it.
    #[error("it was changed in the meantime; look at the text that is there now")]
    Changed,
    /// The disk.
    #[error("{file}: {source}")]
    Io {
        /// Which.
        file: String,
        /// Why.
        source: io::Error,
    },
}

impl SaveError {
    pub(super) fn status(&self) -> Status {
        let reason = match self {
            Self::Name(_) | Self::Broken(_) => Reason::InvalidPlaybook,
            Self::Changed => Reason::PlaybookChanged,
            Self::Fixed | Self::Link(_) => Reason::PlaybooksFixed,
            Self::Io { .. } => Reason::Internal,
        };
        reason.status(self.to_string())
    }
}

impl Files {
    pub(super) fn new(directory: Option<PathBuf>, playbooks: &Playbooks) -> Self {
        let elsewhere = directory.iter().flat_map(|directory| playbooks.bases(directory)).collect();
        Self { directory, elsewhere }
    }

    /// Every file with the playbook that it is, in the order of their names.
    pub(super) fn list(&self) -> Result<Vec<ReadFile>, SaveError> {
        let names: Vec<String> = match &self.directory {
            None => Language::ALL.map(|language| format!("{}.toml", language.code())).into(),
            Some(directory) => {
                let files = load::toml_files(directory).map_err(|error| SaveError::Io {
                    file: directory.display().to_string(),
                    source: io::Error::other(error),
                })?;
                let names = files.iter().filter_map(|path| path.file_name()?.to_str());
                names.map(ToOwned::to_owned).collect()
            }
        };
        // Whatever they are called: the server reads them all.
        let read = |name: String| {
            let text = self.there(&name)?.unwrap_or_default();
            Ok(self.parsed(&name, &text))
        };
        names.into_iter().map(read).collect()
    }

    /// The text of a file; `None` if it is not there.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, SaveError> {
        check_name(name)?;
        self.there(name)
    }

    fn there(&self, name: &str) -> Result<Option<String>, SaveError> {
        let Some(directory) = &self.directory else {
            let language = Language::ALL.into_iter().find(|language| {
                name.strip_suffix(".toml").is_some_and(|stem| stem == language.code())
            });
            return Ok(language.map(|language| Playbook::embedded_text(language).to_owned()));
        };
        match fs::read_to_string(directory.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(SaveError::Io { file: name.to_owned(), source }),
        }
    }

    /// What a text would be under this name.
    pub(super) fn read(&self, name: &str, text: &str) -> Result<ReadFile, SaveError> {
        check_name(name)?;
        Ok(self.parsed(name, text))
    }

    fn parsed(&self, name: &str, text: &str) -> ReadFile {
        let playbook = Playbook::parse_with(name, text, &|path| self.base(path, None));
        ReadFile { file: name.to_owned(), playbook }
    }

    /// Whether a text may take the place of what is there, which is given back: it must be a
    /// playbook, and leave none broken that is whole.
    pub(super) fn check_save(&self, name: &str, text: &str) -> Result<Option<String>, SaveError> {
        check_name(name)?;
        let directory = self.directory.as_ref().ok_or(SaveError::Fixed)?;
        if fs::symlink_metadata(directory.join(name)).is_ok_and(|about| about.is_symlink()) {
            return Err(SaveError::Link(name.to_owned()));
        }
        self.read(name, text)?.playbook.map_err(SaveError::Broken)?;
        for other in self.list()? {
            if other.file == name || other.playbook.is_err() {
                continue;
            }
            let own = self.there(&other.file)?.unwrap_or_default();
            let read = |path: &Path| self.base(path, Some((name, text)));
            Playbook::parse_with(&other.file, &own, &read).map_err(SaveError::Broken)?;
        }
        self.text(name)
    }

    /// Writes a file in the place of `found`, so that whoever reads it sees the old text or the new
    /// one.
    pub(super) fn write(
        &self,
        name: &str,
        text: &str,
        found: Option<&str>,
    ) -> Result<(), SaveError> {
        let directory = self.directory.as_ref().ok_or(SaveError::Fixed)?;
        let io = |source| SaveError::Io { file: name.to_owned(), source };
        let (path, draft) = (directory.join(name), directory.join(format!(".{name}.new")));
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).open(&draft).map_err(io)?;
        file.write_all(text.as_bytes()).map_err(io)?;
        if let Ok(about) = fs::metadata(&path) {
            file.set_permissions(about.permissions()).map_err(io)?;
        }
        file.sync_all().map_err(io)?;
        // A person with an editor of their own does not wait for a turn.
        if self.text(name)?.as_deref() != found {
            fs::remove_file(&draft).map_err(io)?;
            return Err(SaveError::Changed);
        }
        fs::rename(&draft, &path).map_err(io)?;
        // So that the new name outlives a loss of power too.
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(io)
    }

    /// A file that another one builds on. Nobody reads the rest of the disk through `extends`.
    fn base(&self, path: &Path, changed: Option<(&str, &str)>) -> io::Result<String> {
        let plain = path.to_str().filter(|name| check_name(name).is_ok());
        match (plain, &self.directory) {
            (Some(name), _) if changed.is_some_and(|(file, _)| file == name) => {
                Ok(changed.map_or("", |(_, text)| text).to_owned())
            }
            (Some(name), Some(directory)) => fs::read_to_string(directory.join(name)),
            (None, Some(directory)) => {
                let path = directory.join(path);
                if self.elsewhere.contains(&path) {
                    fs::read_to_string(path)
                } else {
                    Err(io::Error::other("only files of the directory of playbooks are read here"))
                }
            }
            (_, None) => Err(io::Error::other("the server has no directory of playbooks")),
        }
    }
}

/// A name, and no way to anywhere.
fn check_name(name: &str) -> Result<(), SaveError> {
    let stem = name.strip_suffix(".toml").unwrap_or_default();
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !stem.is_empty()
        && !stem.starts_with('.')
        && name.len() <= MAX_NAME
        && stem.chars().all(good)
    {
        return Ok(());
    }
    Err(SaveError::Name(name.chars().filter(|c| !c.is_control()).take(80).collect()))
}

//! Where settings come from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::Given;
use super::settings::{SETTINGS, Setting, closest};

/// Variables that begin like ours but are read by the command-line client, `attune`.
const OTHER_VARIABLES: [&str; 3] = ["ATTUNE_SERVER", "ATTUNE_TOKEN", "ATTUNE_CA"];

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file, at a line from 1.
    File(PathBuf, usize),
    /// In an environment variable.
    Environment(String),
    /// On the command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "{name} in the environment"),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{origin}: {message}")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What is wrong.
        message: String,
    },
    /// There is no such setting.
    #[error("{origin}: `{name}` is not a setting{}", hint(.closest.as_deref()))]
    Unknown {
        /// Where.
        origin: Origin,
        /// What was written.
        name: String,
        /// What was probably meant.
        closest: Option<String>,
    },
    /// A value cannot be used.
    #[error("{origin}: {key}: {message}")]
    Invalid {
        /// Where.
        origin: Origin,
        /// Of which setting.
        key: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
    /// Settings that do not go together.
    #[error("{0}")]
    Together(&'static str),
    /// Serving beyond this machine in the open.
    #[error(
        "{key} = {address} can be reached from other machines: set tls_cert, tls_key and tokens, \
         or say insecure_public if everybody who reaches the port may hear every call"
    )]
    Public {
        /// Which address.
        key: &'static str,
        /// It.
        address: std::net::SocketAddr,
    },
}

fn hint(closest: Option<&str>) -> String {
    closest.map_or_else(
        || "; docs/ref/config.md lists them".to_owned(),
        |closest| format!("; did you mean `{closest}`?"),
    )
}

/// A value as it was written.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) setting: &'static Setting,
    pub(super) origin: Origin,
    pub(super) text: String,
    /// What a relative path is relative to.
    base: PathBuf,
}

impl Value {
    pub(super) fn path(&self) -> Result<PathBuf, String> {
        if self.text.is_empty() {
            return Err("a path is not empty; leave the setting out instead".into());
        }
        Ok(self.base.join(&self.text))
    }
}

/// What was given, one value a setting, the highest-ranking one, in the order of the table.
pub(super) fn collect(
    given: &Given,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<Value>, ConfigError> {
    let mut found: BTreeMap<usize, (Origin, String, PathBuf)> = BTreeMap::new();
    let (variables, file_variable) = from_environment(environment)?;
    if let Some(path) = given.file.clone().or(file_variable) {
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        for (index, line, text) in from_file(&path)? {
            found.insert(index, (Origin::File(path.clone(), line), text, base.clone()));
        }
    }
    for (index, text) in variables {
        let origin = Origin::Environment(SETTINGS[index].variable());
        found.insert(index, (origin, text, PathBuf::new()));
    }
    for (key, text) in &given.flags {
        if let Some(index) = SETTINGS.iter().position(|setting| setting.key == *key) {
            let origin = Origin::Flag(SETTINGS[index].flag());
            found.insert(index, (origin, text.clone(), PathBuf::new()));
        }
    }
    let value = |(index, (origin, text, base)): (usize, (Origin, String, PathBuf))| Value {
        setting: &SETTINGS[index],
        origin,
        text,
        base,
    };
    Ok(found.into_iter().map(value).collect())
}

type Variables = Vec<(usize, String)>;

fn from_environment(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(Variables, Option<PathBuf>), ConfigError> {
    let mut variables = Vec::new();
    let mut file = None;
    for (name, text) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with("ATTUNE_")) else {
            continue;
        };
        let origin = || Origin::Environment(name.to_owned());
        if name == "ATTUNE_CONFIG" {
            file = Some(PathBuf::from(text));
        } else if let Some(index) = SETTINGS.iter().position(|setting| setting.variable() == name) {
            let text = text.into_string().map_err(|_not_utf8| ConfigError::Invalid {
                origin: origin(),
                key: SETTINGS[index].key,
                message: "is not UTF-8".into(),
            })?;
            variables.push((index, text));
        } else if !OTHER_VARIABLES.contains(&name) {
            let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
            let closest = closest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(ConfigError::Unknown { origin: origin(), name: name.into(), closest });
        }
    }
    Ok((variables, file))
}

/// The settings in a file: index in the table, line from 1, value as text.
fn from_file(path: &Path) -> Result<Vec<(usize, usize, String)>, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let line = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
    let origin = |offset: usize| Origin::File(path.to_owned(), line(offset));
    let table = DeTable::parse(&text).map_err(|error| ConfigError::Syntax {
        origin: origin(error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })?;
    let mut settings = Vec::new();
    for (key, value) in table.into_inner() {
        let at = key.span().start;
        let name = key.into_inner();
        let Some(index) = SETTINGS.iter().position(|setting| setting.key == name) else {
            let closest = closest(&name, SETTINGS.iter().map(|s| s.key)).map(str::to_owned);
            return Err(ConfigError::Unknown { origin: origin(at), name: name.into(), closest });
        };
        let text = match value.into_inner() {
            DeValue::String(text) => text.into_owned(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Boolean(switch) => switch.to_string(),
            other => {
                return Err(ConfigError::Invalid {
                    origin: origin(at),
                    key: SETTINGS[index].key,
                    message: format!(
                        "takes {}, but this is of type {}",
                        SETTINGS[index].form,
                        other.type_str()
                    ),
                });
            }
        };
        settings.push((index, line(at), text));
    }
    Ok(settings)
}

//! From the configuration to what a session is made with: model, detector, readers, playbooks.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use attune_audio::segment::SegmentConfig;
use attune_audio::vad::BuiltinDetector;
use attune_models::playbook::{Playbook, PlaybookError};
use attune_models::reader::{ReaderPack, ReaderPackError};
use attune_models::recogniser::Model;
use attune_models::recogniser::catalogue::file_name;
use attune_models::recogniser::embedded::Embedded;
use attune_models::recogniser::polyglot::Polyglot;
use attune_models::recogniser::whisper::{LoadError as ModelError, SileroDetector, WhisperModel};
use attune_models::session::{DetectorFactory, SessionConfig};
use attune_models::transcript::{CallLanguage, Language};

use crate::app::SessionKit;
use crate::config::{Config, ModelChoice, VadChoice};
use crate::playbooks::Playbooks;

/// Something the line is made of cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The Whisper model.
    #[error("model: {0}")]
    Model(#[from] ModelError),
    /// A published model that is not here.
    #[error(
        "model: there is no {}; `attune-server models pull {name}` gets it", path.display()
    )]
    NotPulled {
        /// Which.
        name: &'static str,
        /// Where it would be.
        path: PathBuf,
    },
    /// The voice detector.
    #[error("vad: {0}")]
    Detector(ModelError),
    /// A playbook.
    #[error("playbooks:\n{0}")]
    Playbook(#[from] PlaybookError),
    /// The directory of playbooks.
    #[error("playbooks: {}: {source}", path.display())]
    PlaybookFile {
        /// Which directory or file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A directory of playbooks without any.
    #[error("playbooks: {} has no .toml file", path.display())]
    NoPlaybook {
        /// Which directory.
        path: PathBuf,
    },
    /// The lexicons in the binary.
    #[error("{0}")]
    Readers(#[from] ReaderPackError),
}

/// Loads the model that the configuration names.
///
/// # Errors
/// If the file is not there or is not a model; it is checked before whisper.cpp sees it.
pub fn model(config: &Config) -> Result<Arc<dyn Model>, LoadError> {
    let path = match &config.model {
        ModelChoice::Embedded => {
            let load = |model: Embedded| {
                Ok::<_, LoadError>(Arc::new(tuned(model.load()?, config)) as Arc<dyn Model>)
            };
            let models = Embedded::ALL.into_iter().map(load).collect::<Result<Vec<_>, _>>()?;
            return Ok(Arc::new(Polyglot::new(models)));
        }
        ModelChoice::Published(model) => {
            let path = config.models_dir.join(file_name(model.name));
            if !path.exists() {
                return Err(LoadError::NotPulled { name: model.name, path });
            }
            path
        }
        ModelChoice::File(path) => path.clone(),
    };
    Ok(Arc::new(tuned(WhisperModel::load(&path)?, config)))
}

/// The model as the configuration has it decode.
fn tuned(model: WhisperModel, config: &Config) -> WhisperModel {
    let mut options = *model.options();
    if let Some(margin) = config.context_margin {
        options.context_margin = margin;
    }
    if let Some(rate) = config.measure_tokens_per_second {
        (options.tokens_per_second, options.free_tokens) = (rate, 0.0);
    }
    model.with_options(options)
}

/// What every session is made with.
///
/// # Errors
/// If a playbook or the detector's file cannot be used.
pub fn kit(config: &Config) -> Result<SessionKit, LoadError> {
    Ok(SessionKit {
        readers: Arc::new(ReaderPack::embedded()?),
        playbooks: playbooks(config)?,
        segment: SegmentConfig::default(),
        detector: detector(&config.vad)?,
        partials: config.partials,
        default_language: config.language,
    })
}

/// A session for a recording: the default project, no channels yet.
pub fn session(kit: &SessionKit, language: CallLanguage) -> Option<SessionConfig> {
    let first = language.first();
    let playbook = kit.playbooks.find(first, "")?;
    let readers = Arc::clone(&kit.readers);
    let mut session = SessionConfig::new(first, Vec::new(), playbook, readers);
    if language == CallLanguage::Detect {
        session.others = kit.playbooks.others(first, "");
    }
    session.segment = kit.segment;
    session.detector = Arc::clone(&kit.detector);
    Some(session)
}

/// The playbooks in the binary, and over them those of the directory: `en.toml` is the default
/// project's in its language, any other file is that of the project it is called after
/// (`travel.en.toml` and `travel.de.toml` are both of `travel`).
///
/// # Errors
/// If the directory or a file in it cannot be used.
pub fn playbooks(config: &Config) -> Result<Playbooks, LoadError> {
    let mut playbooks = Playbooks::default();
    for language in Language::ALL {
        playbooks = playbooks.with("", Arc::new(Playbook::embedded(language)?));
    }
    let Some(directory) = &config.playbooks else { return Ok(playbooks) };
    let files = toml_files(directory)?;
    if files.is_empty() {
        return Err(LoadError::NoPlaybook { path: directory.clone() });
    }
    for path in files {
        let playbook = playbook(&path)?;
        if !playbook.language().is_read() {
            let file = path.display();
            tracing::warn!(%file, "no call can be in the language of this playbook yet: nothing uses it");
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        playbooks = playbooks.with(project(&stem, playbook.language()), Arc::new(playbook));
    }
    Ok(playbooks)
}

/// Reads one playbook file and what it extends.
///
/// # Errors
/// If it cannot be read or is no playbook; the message names the lines.
pub fn playbook(path: &Path) -> Result<Playbook, LoadError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| LoadError::PlaybookFile { path: path.to_owned(), source })?;
    let read = |path: &Path| std::fs::read_to_string(path);
    Ok(Playbook::parse_with(&path.display().to_string(), &text, &read)?)
}

/// The playbook files of a directory, in the order of their names.
pub(crate) fn toml_files(directory: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |source| LoadError::PlaybookFile { path: directory.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The project that the name of a file, without `.toml`, tells.
pub(crate) fn project(stem: &str, language: Language) -> &str {
    let code = language.code();
    match stem.strip_suffix(code) {
        Some("") => "",
        Some(project) => project.strip_suffix('.').unwrap_or(stem),
        None => stem,
    }
}

fn detector(choice: &VadChoice) -> Result<DetectorFactory, LoadError> {
    let path = match choice {
        VadChoice::Builtin => return Ok(Arc::new(|| Box::new(BuiltinDetector::new()))),
        VadChoice::Silero(path) => path.clone(),
    };
    SileroDetector::load(&path).map_err(LoadError::Detector)?;
    Ok(Arc::new(move || match SileroDetector::load(&path) {
        Ok(detector) => Box::new(detector),
        // It loaded a moment ago: the file is gone or memory is short. The call goes on.
        Err(error) => {
            tracing::error!(%error, "vad: falling back to the built-in detector");
            Box::new(BuiltinDetector::new())
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_tells_the_project() {
        let of = |stem| project(stem, Language::English);
        assert_eq!((of("en"), of("travel.en"), of("travel")), ("", "travel", "travel"));
        assert_eq!((of("garden"), of("green"), of("de")), ("garden", "green", "de"));
    }

    #[test]
    fn a_directory_without_playbooks_is_refused_and_a_typo_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let config = Config { playbooks: Some(directory.path().to_owned()), ..Config::default() };
        let error = || playbooks(&config).err().expect("an error").to_string();
        assert!(error().ends_with("has no .toml file"), "{}", error());
        std::fs::write(directory.path().join("en.toml"), "language = \"xx\"\n").expect("written");
        assert!(error().contains("en.toml:1: "), "{}", error());
    }

    #[test]
    fn the_embedded_playbooks_and_readers_load() {
        let kit = kit(&Config::default()).expect("a kit");
        for language in Language::ALL {
            assert!(
                session(&kit, language.into()).is_some_and(|session| session.others.is_empty())
            );
        }
        let open = session(&kit, CallLanguage::Detect).expect("a session");
        assert_eq!(open.language, Language::English);
        assert_eq!(open.others.len(), Language::ALL.len() - 1);
    }
}

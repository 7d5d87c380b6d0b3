//! Which model is measured, and the options that server and bare whisper-rs share.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use attune_models::recogniser::random::{self, NumberType, Size};
use attune_models::recogniser::whisper::Options;
use tempfile::TempDir;

use crate::args::Args;

/// As it stands on the command line.
#[derive(Debug, Clone)]
pub(crate) enum ModelArg {
    Embedded,
    File(PathBuf),
    Random(String, Size),
}

impl FromStr for ModelArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("random:") {
            Some(name) => Size::from_name(name)
                .map(|size| Self::Random(text.to_owned(), size))
                .ok_or_else(|| format!("there is no size `{name}`; take tiny, base or small")),
            None if text == "embedded" => Ok(Self::Embedded),
            None => Ok(Self::File(text.into())),
        }
    }
}

/// A model that is there to be loaded; a file of random weights goes with it.
pub(crate) struct Measured {
    pub(crate) name: String,
    /// `None`: the embedded one.
    pub(crate) file: Option<PathBuf>,
    pub(crate) options: Options,
    /// What the server is told about it.
    pub(crate) settings: Vec<String>,
    _folder: Option<TempDir>,
}

impl Measured {
    pub(crate) fn prepare(args: &Args) -> Result<Self, Box<dyn Error>> {
        let (name, file, mut options) = match &args.model {
            ModelArg::Embedded => ("embedded".to_owned(), None, Options::EMBEDDED),
            ModelArg::File(path) => {
                (path.display().to_string(), Some(path.clone()), Options::PUBLISHED)
            }
            ModelArg::Random(name, _) => (format!("{name} q8_0"), None, Options::PUBLISHED),
        };
        let mut measured = Self { name, file, options, settings: Vec::new(), _folder: None };
        if let ModelArg::Random(_, size) = args.model {
            let folder = tempfile::tempdir()?;
            measured.file = Some(random_weights(folder.path(), size)?);
            measured._folder = Some(folder);
            (options.tokens_per_second, options.free_tokens) = (args.tokens_per_second as f32, 0.0);
            measured.set("measure-tokens-per-second", args.tokens_per_second);
        }
        if let Some(margin) = args.context_margin {
            options.context_margin = margin;
            measured.name.push_str(&format!(", margin {margin}"));
            measured.set("context-margin", margin);
        }
        if let Some(file) = &measured.file {
            let model = ["--model".to_owned(), file.display().to_string()];
            measured.settings.extend(model);
        }
        measured.options = options;
        Ok(measured)
    }

    fn set(&mut self, setting: &str, value: u32) {
        self.settings.extend([format!("--{setting}"), value.to_string()]);
    }
}

fn random_weights(folder: &Path, size: Size) -> Result<PathBuf, Box<dyn Error>> {
    let path = folder.join("random.bin");
    let mut file = BufWriter::new(File::create(&path)?);
    random::write(&mut file, &size.dimensions(NumberType::Q8_0), 1)?;
    file.flush()?;
    Ok(path)
}

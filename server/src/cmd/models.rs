//! `attune-server models`: which Whisper models there are and whether they are any.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use attune_models::recogniser::header::{Dimensions, validate};
use attune_models::recogniser::whisper::WhisperModel;
use clap::Subcommand;

use crate::cli::{Failure, LineSettings, configure};

/// More than any Whisper model has; a larger file is not read at all.
const MAX_BYTES: u64 = 4 << 30;

/// Look at Whisper models.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// The embedded model and the ggml files in the models directory
    List {
        #[command(flatten)]
        settings: LineSettings,
    },
    /// Check that a file is a model that can be loaded; exit code 1 if not
    #[command(after_help = "Example:\n  attune-server models verify ggml-base.en-q8_0.bin")]
    Verify {
        /// A Whisper model in ggml format
        path: PathBuf,
    },
    /// The dimensions of a model
    Info {
        /// A Whisper model in ggml format; `embedded` is the one in this program
        path: PathBuf,
    },
}

impl Models {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match self {
            Self::List { settings } => {
                let config = configure(settings.given())?;
                list(&mut out, &config.models_dir)
            }
            Self::Verify { path } => {
                let (bytes, dimensions) = inspect(path).map_err(Failure::Failed)?;
                writeln!(out, "{}: well: {}", path.display(), line(bytes, &dimensions))?;
                Ok(())
            }
            Self::Info { path } => {
                let (bytes, dimensions) = inspect(path).map_err(Failure::Failed)?;
                writeln!(out, "{}", info(bytes, &dimensions))?;
                Ok(())
            }
        }
    }
}

fn list(out: &mut impl io::Write, directory: &Path) -> Result<(), Failure> {
    let (bytes, dimensions) = inspect(Path::new("embedded")).map_err(Failure::Failed)?;
    writeln!(out, "embedded  {}", line(bytes, &dimensions))?;
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            writeln!(out, "(no directory {}; models_dir names another)", directory.display())?;
            return Ok(());
        }
        Err(error) => return Err(Failure::Failed(format!("{}: {error}", directory.display()))),
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .collect();
    files.sort();
    for path in files {
        match inspect(&path) {
            Ok((bytes, dimensions)) => {
                writeln!(out, "{}  {}", path.display(), line(bytes, &dimensions))?;
            }
            Err(message) => writeln!(out, "unusable: {message}")?,
        }
    }
    Ok(())
}

/// Size in bytes (of a file) and header of a model that could be loaded.
fn inspect(path: &Path) -> Result<(Option<usize>, Dimensions), String> {
    let name = path.display();
    if path == Path::new("embedded") {
        let model = WhisperModel::embedded().map_err(|error| error.to_string())?;
        return Ok((None, *model.dimensions()));
    }
    let read = || {
        let bytes = fs::metadata(path)?.len();
        if bytes > MAX_BYTES {
            return Err(io::Error::other(format!("{bytes} bytes, more than any Whisper model")));
        }
        fs::read(path)
    };
    let file = read().map_err(|error| format!("{name}: {error}"))?;
    let dimensions = validate(&file).map_err(|error| format!("{name}: {error}"))?;
    Ok((Some(file.len()), dimensions))
}

fn line(bytes: Option<usize>, dimensions: &Dimensions) -> String {
    format!(
        "{}, {}+{} layers of {}, {}, {}, hears {:.1} s at once",
        size(bytes),
        dimensions.audio_layers,
        dimensions.text_layers,
        dimensions.audio_state,
        dimensions.numbers.name(),
        if dimensions.is_multilingual() { "multilingual" } else { "English" },
        dimensions.window().as_secs_f64(),
    )
}

fn info(bytes: Option<usize>, dimensions: &Dimensions) -> String {
    let d = dimensions;
    let rows = [
        ("size", size(bytes)),
        ("numbers", d.numbers.name().to_owned()),
        ("languages", if d.is_multilingual() { "en, de and others" } else { "en" }.to_owned()),
        ("hears at once", format!("{:.1} s", d.window().as_secs_f64())),
        ("vocabulary", d.vocabulary.to_string()),
        ("mel bands", d.mels.to_string()),
        ("encoder", layers(d.audio_layers, d.audio_state, d.audio_heads, d.audio_context)),
        ("decoder", layers(d.text_layers, d.text_state, d.text_heads, d.text_context)),
    ];
    rows.map(|(name, value)| format!("{name:<14} {value}")).join("\n")
}

fn size(bytes: Option<usize>) -> String {
    bytes.map_or_else(|| "in this program".into(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6))
}

fn layers(layers: u32, width: u32, heads: u32, positions: u32) -> String {
    format!("{layers} layers of {width}, {heads} heads, {positions} positions")
}

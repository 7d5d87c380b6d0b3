//! `attune-server models`: which Whisper models there are, whether they are any, and getting them.

mod pull;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use attune_models::recogniser::catalogue::{self, Published};
use attune_models::recogniser::embedded::Embedded;
use attune_models::recogniser::header::{Dimensions, validate};
use clap::Subcommand;

use self::pull::{Wanted, sha256_of};
use super::progress;
use crate::cli::{Failure, LineSettings, configure};
use crate::config::{Config, closest};

/// More than any Whisper model has; a larger file is not read at all.
const MAX_BYTES: u64 = 4 << 30;

/// Look at Whisper models, and get published ones.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// The embedded model, the ggml files in the models directory, and the published models
    List {
        #[command(flatten)]
        settings: LineSettings,
    },
    /// Download a published model into the models directory; goes on where an earlier try stopped
    #[command(
        after_help = PULL_HELP,
        mut_arg("models_mirror", |mirror| mirror.visible_alias("mirror")),
    )]
    Pull {
        /// Its name, as `models list` has it
        name: String,
        /// What the file must be, for a model that is not in the list
        #[arg(long, value_name = "HEX")]
        sha256: Option<String>,
        #[command(flatten)]
        settings: LineSettings,
    },
    /// Check that a file is a model that can be loaded, and the published one if it is called so;
    /// exit code 1 if not
    #[command(after_help = "Example:\n  attune-server models verify ggml-base.en-q8_0.bin")]
    Verify {
        /// A Whisper model in ggml format
        path: PathBuf,
    },
    /// The dimensions of a model
    Info {
        /// A Whisper model in ggml format; or one of those in this program: `embedded-en`, `embedded-de`
        path: PathBuf,
    },
}

const PULL_HELP: &str = "\
Examples:
  attune-server models pull base.en
  attune-server models pull small-q8_0 --mirror https://models.example.com/whisper
Then: attune-server serve --model base.en

The only command that uses the network. The file is checked against its SHA-256 before it gets its
name.

Exit codes: 0 it is there, 1 it is not, 64 there is no such model.";

impl Models {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match self {
            Self::List { settings } => {
                let config = configure(settings.given())?;
                list(&mut out, &config.models_dir)
            }
            Self::Pull { name, sha256, settings } => {
                let config = configure(settings.given())?;
                pull(&mut out, name, sha256.as_deref(), &config)
            }
            Self::Verify { path } => {
                let (bytes, dimensions) = inspect(path).map_err(Failure::Failed)?;
                let published = published(path).map_err(Failure::Failed)?;
                let name = published.map(|model| format!(", the published {}", model.name));
                let name = name.unwrap_or_default();
                writeln!(out, "{}: well: {}{name}", path.display(), line(bytes, &dimensions))?;
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
    for model in Embedded::ALL {
        let (bytes, dimensions) = inspect(Path::new(model.name())).map_err(Failure::Failed)?;
        writeln!(out, "{}  {}", model.name(), line(bytes, &dimensions))?;
    }
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            writeln!(out, "(no directory {}; models_dir names another)", directory.display())?;
            return list_published(out, directory);
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
    list_published(out, directory)
}

fn list_published(out: &mut impl io::Write, directory: &Path) -> Result<(), Failure> {
    let licence = catalogue::LICENCE;
    writeln!(out, "\npublished, {licence} (attune-server models pull NAME):")?;
    for model in &catalogue::MODELS {
        let languages = if model.is_english() { "English" } else { "multilingual" };
        let here = directory.join(catalogue::file_name(model.name)).exists();
        let here = if here { "  here" } else { "" };
        let size = size(usize::try_from(model.bytes).ok());
        writeln!(out, "  {:<20} {size:>9}  {languages}{here}", model.name)?;
    }
    Ok(())
}

fn pull(
    out: &mut impl io::Write,
    name: &str,
    sha256: Option<&str>,
    config: &Config,
) -> Result<(), Failure> {
    let model = catalogue::find(name);
    let sha256 = match (model, sha256) {
        (Some(model), None) => model.sha256.to_owned(),
        (None, Some(given)) if is_file_name(name) && is_sha256(given) => given.to_ascii_lowercase(),
        (None, None) => return Err(Failure::Usage(unknown(name))),
        (Some(_), Some(_)) => {
            return Err(Failure::Usage(format!("{name} has a known checksum; leave out --sha256")));
        }
        (None, Some(_)) => {
            let forms =
                "a name has letters, digits, `.`, `-` and `_`; --sha256 has 64 digits 0-9 a-f";
            return Err(Failure::Usage(format!("pull: {forms}")));
        }
    };
    let file = catalogue::file_name(name);
    let url = format!("{}/{file}", config.models_mirror.trim_end_matches('/'));
    let path = config.models_dir.join(file);
    let shown = path.display();
    if path.exists() {
        let found = File::open(&path).and_then(|mut file| sha256_of(&mut file));
        if found.map_err(|error| Failure::Failed(format!("{shown}: {error}")))? != sha256 {
            let message = format!("{shown} is there and is not the published file; move it away");
            return Err(Failure::Failed(message));
        }
        writeln!(out, "{shown} is there already")?;
    } else {
        let bytes = model.map(|model| model.bytes);
        writeln!(out, "{url}{}", bytes.map_or_else(String::new, |b| format!(", {b} bytes")))?;
        let bar = progress::over_bytes(bytes, name);
        let wanted = Wanted { url, file: path.clone(), bytes, most: MAX_BYTES, sha256 };
        let pulled = pull::pull(&wanted, &bar, |part| inspect(part).map(drop));
        bar.finish_and_clear();
        pulled.map_err(Failure::failed)?;
    }
    let (bytes, dimensions) = inspect(&path).map_err(Failure::Failed)?;
    writeln!(out, "{shown}: well: {}", line(bytes, &dimensions))?;
    writeln!(out, "use it with --model {}", if model.is_some() { name } else { "FILE" })?;
    Ok(())
}

fn unknown(name: &str) -> String {
    let names = catalogue::MODELS.iter().map(|model| model.name);
    let meant = closest(name, names).map(|name| format!("; did you mean {name}?"));
    let meant = meant.unwrap_or_default();
    format!(
        "there is no published model {name}{meant} `models list` has them; --sha256 takes others"
    )
}

fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn is_sha256(sum: &str) -> bool {
    sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Which published model a file is.
///
/// # Errors
/// If it is called like one and is not it.
fn published(path: &Path) -> Result<Option<&'static Published>, String> {
    let Some(name) = path.file_name() else { return Ok(None) };
    let sum = File::open(path).and_then(|mut file| sha256_of(&mut file));
    let sum = sum.map_err(|error| format!("{}: {error}", path.display()))?;
    let called = |model: &&Published| name == catalogue::file_name(model.name).as_str();
    match catalogue::MODELS.iter().find(|model| model.sha256 == sum) {
        Some(model) => Ok(Some(model)),
        None => match catalogue::MODELS.iter().find(called) {
            None => Ok(None),
            Some(model) => Err(format!(
                "{} can be loaded, but is not the published {}: its sha256 is {sum}, expected {}",
                path.display(),
                model.name,
                model.sha256
            )),
        },
    }
}

/// Size in bytes (of a file) and header of a model that could be loaded.
fn inspect(path: &Path) -> Result<(Option<usize>, Dimensions), String> {
    let name = path.display();
    if let Some(model) = path.to_str().and_then(Embedded::from_name) {
        let model = model.load().map_err(|error| error.to_string())?;
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

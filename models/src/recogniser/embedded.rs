//! The models that ship with the product: small ones, one for each language, for clear synthetic
//! speech and hardly any real caller. Their cards lie beside them in `weights`.
//!
//! They are packed: whisper.cpp wants a row for each of 50,864 tokens, and ours, which know 1,200,
//! say the same row over and over, two thirds of the file.

use std::io::{self, Read as _};

use flate2::read::GzDecoder;

use super::whisper::{LoadError, Options, WhisperModel};
use crate::transcript::Language;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embedded {
    /// For English.
    English,
    /// For German.
    German,
}

impl Embedded {
    /// All of them; the first is for the language that is spoken where nothing else is said.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "embedded-en",
            Self::German => "embedded-de",
        }
    }

    /// What it was trained on.
    pub fn language(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::German => Language::German,
        }
    }

    fn packed(self) -> &'static [u8] {
        match self {
            Self::English => include_bytes!("../../weights/speech-en.bin.gz"),
            Self::German => include_bytes!("../../weights/speech-de.bin.gz"),
        }
    }

    /// The file in ggml's format, 16 MB.
    ///
    /// # Errors
    /// If the program is damaged.
    pub fn file(self) -> io::Result<Vec<u8>> {
        let mut file = Vec::new();
        GzDecoder::new(self.packed()).read_to_end(&mut file)?;
        Ok(file)
    }

    /// Ready to be used.
    ///
    /// # Errors
    /// [`LoadError::Refused`] when there is not enough memory.
    pub fn load(self) -> Result<WhisperModel, LoadError> {
        let file = self
            .file()
            .map_err(|source| LoadError::Unreadable { path: self.name().into(), source })?;
        let options = Options { language: self.language(), ..Options::EMBEDDED };
        WhisperModel::from_bytes(self.name(), &file, options)
    }
}

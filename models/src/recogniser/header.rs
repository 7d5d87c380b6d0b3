//! Reads a model file before whisper.cpp sees it.
//!
//! A model file is untrusted input, and whisper.cpp trusts it: an odd dimension, a short vocabulary
//! or a truncated tensor aborts the process or reads past an array. So the whole structure is
//! checked here first (the numbers inside the tensors are not: any values decode, if badly).

use std::collections::BTreeMap;

use thiserror::Error;

use super::ggml::{BLOCK_VERSION, MAGIC, MAX_VOCABULARY, MIN_VOCABULARY, SPECTRUM_BINS, Tensor};
pub use super::ggml::{Dimensions, NumberType};

/// What is wrong with a model file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a usable Whisper model in ggml format: {problem} (at byte {at})")]
pub struct ModelFileError {
    /// Offset from the start of the file.
    pub at: usize,
    /// What was expected and what was found.
    pub problem: String,
}

/// Checks a whole file and returns its header.
///
/// # Errors
/// The first thing that whisper.cpp would stumble over: a wrong magic number, dimensions out of
/// range or at odds with each other, mel filters or a vocabulary that do not fit, a tensor that is
/// unknown, missing, doubled, of the wrong shape or type, a file that ends too early or too late.
pub fn validate(file: &[u8]) -> Result<Dimensions, ModelFileError> {
    let mut reader = Reader { file, at: 0 };
    reader.magic()?;
    let dimensions = reader.dimensions()?;
    reader.filters(dimensions.mels)?;
    reader.vocabulary(dimensions.vocabulary)?;
    reader.tensors(&dimensions)?;
    Ok(dimensions)
}

/// Checks a Silero voice activity model in ggml's format: all published ones (v5 and v6, 16 kHz) have
/// one header but for the version, one size and one list of tensors.
///
/// # Errors
/// The first difference.
pub fn validate_silero(file: &[u8]) -> Result<(), ModelFileError> {
    let mut reader = Reader { file, at: 0 };
    reader.magic()?;
    reader.silero_number("the name", SILERO_NAME.len() as u32)?;
    if reader.take(SILERO_NAME.len() as u64, "the name")? != SILERO_NAME {
        return reader.fail(8, "this is no Silero model for 16 kHz");
    }
    let version = [reader.number("version")?, reader.number("version")?, reader.number("version")?];
    if ![5, 6].contains(&version[0]) {
        return reader.fail(18, format!("Silero version {version:?} is not known; use 5 or 6"));
    }
    for expected in SILERO_DIMENSIONS {
        reader.silero_number("the dimensions", expected)?;
    }
    for (name, shape, numbers) in SILERO_TENSORS {
        let at = reader.at;
        let found = reader.tensor_header()?;
        if found != ((*name).to_owned(), *shape, numbers.tensor_number()) {
            return reader.fail(at, format!("tensor \"{}\", expected \"{name}\"", found.0));
        }
        reader.take(numbers.bytes(shape.iter().product()), "a tensor")?;
    }
    if reader.at == file.len() {
        Ok(())
    } else {
        reader.fail(reader.at, "the file goes on after its end")
    }
}

const SILERO_NAME: &[u8] = b"silero-16k";

/// Window, context, layers, inputs, outputs and kernel of each layer, the recurrent layer, the last.
const SILERO_DIMENSIONS: [u32; 19] =
    [512, 64, 4, 129, 128, 3, 128, 64, 3, 64, 64, 3, 64, 128, 3, 128, 128, 128, 1];

const SILERO_TENSORS: &[(&str, [u64; 3], NumberType)] = &[
    ("_model.encoder.0.reparam_conv.weight", [3, 129, 128], NumberType::F16),
    ("_model.encoder.0.reparam_conv.bias", [128, 1, 1], NumberType::F32),
    ("_model.encoder.1.reparam_conv.weight", [3, 128, 64], NumberType::F16),
    ("_model.encoder.1.reparam_conv.bias", [64, 1, 1], NumberType::F32),
    ("_model.encoder.2.reparam_conv.weight", [3, 64, 64], NumberType::F16),
    ("_model.encoder.2.reparam_conv.bias", [64, 1, 1], NumberType::F32),
    ("_model.encoder.3.reparam_conv.weight", [3, 64, 128], NumberType::F16),
    ("_model.encoder.3.reparam_conv.bias", [128, 1, 1], NumberType::F32),
    ("_model.decoder.rnn.weight_ih", [128, 512, 1], NumberType::F32),
    ("_model.decoder.rnn.weight_hh", [128, 512, 1], NumberType::F32),
    ("_model.decoder.rnn.bias_ih", [512, 1, 1], NumberType::F32),
    ("_model.decoder.rnn.bias_hh", [512, 1, 1], NumberType::F32),
    ("_model.decoder.decoder.2.weight", [128, 1, 1], NumberType::F16),
    ("_model.decoder.decoder.2.bias", [1, 1, 1], NumberType::F32),
    ("_model.stft.forward_basis_buffer", [256, 1, 258], NumberType::F16),
];

/// The dimensions in the order of the file, with the range in which whisper.cpp is known to work
/// and that no published model leaves.
const RANGES: [(&str, u32, u32); 10] = [
    ("n_vocab", MIN_VOCABULARY, MAX_VOCABULARY),
    ("n_audio_ctx", 50, 1500),
    ("n_audio_state", 32, 1280),
    ("n_audio_head", 1, 32),
    ("n_audio_layer", 1, 32),
    ("n_text_ctx", 32, 448),
    ("n_text_state", 32, 1280),
    ("n_text_head", 1, 32),
    ("n_text_layer", 1, 32),
    ("n_mels", 80, 128),
];

/// Longest text of a vocabulary entry, in bytes; the longest of the published models has 128.
const MAX_WORD: u32 = 1024;

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, at: usize, problem: impl Into<String>) -> Result<T, ModelFileError> {
        Err(ModelFileError { at, problem: problem.into() })
    }

    fn take(&mut self, length: u64, what: &str) -> Result<&'a [u8], ModelFileError> {
        let left = self.file.len() - self.at;
        match usize::try_from(length).ok().filter(|length| *length <= left) {
            Some(length) => {
                let taken = &self.file[self.at..self.at + length];
                self.at += length;
                Ok(taken)
            }
            None => self.fail(
                self.at,
                format!("the file ends within {what}: {length} bytes needed, {left} left"),
            ),
        }
    }

    fn number(&mut self, what: &str) -> Result<u32, ModelFileError> {
        let bytes = self.take(4, what)?;
        Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// A number that has one right value.
    fn silero_number(&mut self, what: &str, expected: u32) -> Result<(), ModelFileError> {
        let at = self.at;
        match self.number(what)? {
            found if found == expected => Ok(()),
            found => {
                self.fail(at, format!("{found} in {what} of a Silero model, expected {expected}"))
            }
        }
    }

    fn magic(&mut self) -> Result<(), ModelFileError> {
        match self.number("the magic number")? {
            MAGIC => Ok(()),
            other => {
                self.fail(0, format!("the file begins with {other:#010x} instead of \"ggml\""))
            }
        }
    }

    fn dimensions(&mut self) -> Result<Dimensions, ModelFileError> {
        let start = self.at;
        let mut values = [0; RANGES.len()];
        for (value, (name, low, high)) in values.iter_mut().zip(RANGES) {
            *value = self.number(name)?;
            if !(low..=high).contains(value) {
                return self.fail(
                    self.at - 4,
                    format!("{name} is {}, expected {low} to {high}", value.cast_signed()),
                );
            }
        }
        let [vocabulary, audio_context, audio_state, audio_heads, audio_layers, ..] = values;
        let [.., text_context, text_state, text_heads, text_layers, mels] = values;
        let numbers = self.file_type()?;
        let dimensions = Dimensions {
            vocabulary,
            audio_context,
            audio_state,
            audio_heads,
            audio_layers,
            text_context,
            text_state,
            text_heads,
            text_layers,
            mels,
            numbers,
        };
        match disagreement(&dimensions) {
            Some((index, problem)) => self.fail(start + 4 * index, problem),
            None => Ok(dimensions),
        }
    }

    fn file_type(&mut self) -> Result<NumberType, ModelFileError> {
        let at = self.at;
        let number = self.number("ftype")?;
        let (version, kind) = (number / 1000, number % 1000);
        let Some(numbers) = NumberType::of_file(kind) else {
            return self.fail(
                at,
                format!(
                    "ftype {} is not known; use f32, f16, q4_0, q4_1, q5_0, q5_1 or q8_0",
                    number.cast_signed()
                ),
            );
        };
        if version > BLOCK_VERSION || (numbers.is_quantised() && version != BLOCK_VERSION) {
            return self.fail(
                at,
                format!("version {version} of the block formats, expected {BLOCK_VERSION}"),
            );
        }
        Ok(numbers)
    }

    fn filters(&mut self, mels: u32) -> Result<(), ModelFileError> {
        let at = self.at;
        let (bands, bins) = (self.number("the mel filters")?, self.number("the mel filters")?);
        if (bands, bins) != (mels, SPECTRUM_BINS) {
            return self.fail(
                at,
                format!("mel filters are {bands} x {bins}, expected {mels} x {SPECTRUM_BINS}"),
            );
        }
        self.take(4 * u64::from(bands) * u64::from(bins), "the mel filters").map(drop)
    }

    fn vocabulary(&mut self, rows: u32) -> Result<(), ModelFileError> {
        let start = self.at;
        let count = self.number("the vocabulary")?;
        if count > rows {
            return self.fail(start, format!("{count} vocabulary strings for n_vocab {rows}"));
        }
        let mut space = false;
        for index in 0..count {
            let at = self.at;
            let length = self.number("the vocabulary")?;
            if length > MAX_WORD {
                return self.fail(at, format!("vocabulary string {index} is {length} bytes long"));
            }
            space |= self.take(length.into(), "the vocabulary")? == b" ";
        }
        // whisper.cpp looks it up unasked when it suppresses blanks.
        if space { Ok(()) } else { self.fail(start, "the vocabulary has no single space") }
    }

    fn tensors(&mut self, dimensions: &Dimensions) -> Result<(), ModelFileError> {
        let plan = dimensions.tensors();
        let mut missing: BTreeMap<&str, &Tensor> =
            plan.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
        while self.at < self.file.len() {
            let at = self.at;
            let (name, shape, kind) = self.tensor_header()?;
            let Some(expected) = missing.remove(name.as_str()) else {
                return self.fail(at, format!("tensor \"{name}\" is unknown or there twice"));
            };
            if shape != expected.shape {
                return self.fail(
                    at,
                    format!("tensor \"{name}\" has shape {shape:?}, expected {:?}", expected.shape),
                );
            }
            if NumberType::of_tensor(kind) != Some(expected.numbers) {
                return self.fail(
                    at,
                    format!(
                        "tensor \"{name}\" has type {kind}, expected {}",
                        expected.numbers.name()
                    ),
                );
            }
            self.take(expected.numbers.bytes(expected.len()), &format!("tensor \"{name}\""))?;
        }
        match missing.first_key_value() {
            Some((name, _)) => self.fail(
                self.at,
                format!("{} tensors are missing, among them \"{name}\"", missing.len()),
            ),
            None => Ok(()),
        }
    }

    /// Name, shape and type of the tensor that begins here.
    fn tensor_header(&mut self) -> Result<(String, [u64; 3], u32), ModelFileError> {
        const WHERE: &str = "a tensor's header";
        let at = self.at;
        let (axes, length, kind) = (self.number(WHERE)?, self.number(WHERE)?, self.number(WHERE)?);
        if axes > 3 {
            return self
                .fail(at, format!("a tensor has {} axes, expected 3 at most", axes.cast_signed()));
        }
        if length > MAX_WORD {
            return self.fail(at + 4, format!("a tensor's name is {length} bytes long"));
        }
        let mut shape = [1; 3];
        for size in shape.iter_mut().take(axes as usize) {
            *size = u64::from(self.number(WHERE)?);
        }
        let name = String::from_utf8_lossy(self.take(length.into(), WHERE)?).into_owned();
        Ok((name, shape, kind))
    }
}

/// The first dimension that does not go with the others, as its place in the header.
fn disagreement(d: &Dimensions) -> Option<(usize, String)> {
    let block = u32::try_from(d.numbers.block()).unwrap_or(1);
    if d.text_state != d.audio_state {
        Some((
            6,
            format!("n_text_state {} differs from n_audio_state {}", d.text_state, d.audio_state),
        ))
    } else if !d.audio_state.is_multiple_of(2 * d.audio_heads) {
        Some((
            3,
            format!("{} heads do not divide a state of {} evenly", d.audio_heads, d.audio_state),
        ))
    } else if !d.text_state.is_multiple_of(2 * d.text_heads) {
        Some((
            7,
            format!("{} heads do not divide a state of {} evenly", d.text_heads, d.text_state),
        ))
    } else if !d.audio_state.is_multiple_of(block) {
        Some((2, format!("a state of {} does not go in blocks of {block}", d.audio_state)))
    } else if ![80, 128].contains(&d.mels) {
        Some((9, format!("n_mels is {}, expected 80 or 128", d.mels)))
    } else {
        None
    }
}

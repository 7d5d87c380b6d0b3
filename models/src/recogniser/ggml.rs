//! What a Whisper file in ggml's format has to contain: the vocabulary that reader and writer share.
//!
//! Source: `whisper_model_load` of whisper.cpp 1.8.3. The layout is a magic number, eleven 32-bit
//! dimensions, the mel filters, the vocabulary's strings, and the tensors up to the end of the
//! file; everything is little-endian.

use std::time::Duration;

/// "ggml" in ASCII, as a little-endian number.
pub(super) const MAGIC: u32 = 0x6767_6d6c;

/// Whisper's spectrum: 400-point transforms have 201 bins.
pub(super) const SPECTRUM_BINS: u32 = 201;

/// Rows of the vocabulary below which whisper.cpp reads past its arrays: the last special token of
/// the English models is 50363.
pub(super) const MIN_VOCABULARY: u32 = 50_364;

/// One more language than whisper.cpp knows and it reads a null string.
pub(super) const MAX_VOCABULARY: u32 = 51_866;

/// The number from which whisper.cpp takes a vocabulary for multilingual.
pub(super) const MULTILINGUAL_VOCABULARY: u32 = 51_865;

/// How many numbers stand together in a quantised row.
const BLOCK: u64 = 32;

/// Version of the block formats, as whisper.cpp writes it: thousands of the file type.
pub(super) const BLOCK_VERSION: u32 = 2;

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberType {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// Blocks of 32 numbers of 4 bits and a scale.
    Q4_0,
    /// The same with a minimum.
    Q4_1,
    /// Blocks of 32 numbers of 5 bits and a scale.
    Q5_0,
    /// The same with a minimum.
    Q5_1,
    /// Blocks of 32 numbers of 8 bits and a scale.
    Q8_0,
}

impl NumberType {
    /// Name, number as a tensor's type, number as a file's type, bytes a block.
    const TABLE: [(Self, &'static str, u32, u32, u64); 7] = [
        (Self::F32, "f32", 0, 0, 4),
        (Self::F16, "f16", 1, 1, 2),
        (Self::Q4_0, "q4_0", 2, 2, 18),
        (Self::Q4_1, "q4_1", 3, 3, 20),
        (Self::Q5_0, "q5_0", 6, 8, 22),
        (Self::Q5_1, "q5_1", 7, 9, 24),
        (Self::Q8_0, "q8_0", 8, 7, 34),
    ];

    fn row(self) -> &'static (Self, &'static str, u32, u32, u64) {
        Self::TABLE.iter().find(|row| row.0 == self).unwrap_or(&Self::TABLE[0])
    }

    /// `q8_0`
    pub fn name(self) -> &'static str {
        self.row().1
    }

    pub(super) fn of_tensor(number: u32) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.2 == number).map(|row| row.0)
    }

    pub(super) fn of_file(number: u32) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.3 == number).map(|row| row.0)
    }

    pub(super) fn tensor_number(self) -> u32 {
        self.row().2
    }

    /// As it stands in the header, with the version of the block formats.
    pub(super) fn file_number(self) -> u32 {
        self.row().3 + if self.is_quantised() { BLOCK_VERSION * 1000 } else { 0 }
    }

    pub(super) fn is_quantised(self) -> bool {
        !matches!(self, Self::F32 | Self::F16)
    }

    /// How many numbers stand together.
    pub(super) fn block(self) -> u64 {
        if self.is_quantised() { BLOCK } else { 1 }
    }

    /// Bytes that `numbers` take; a multiple of [`Self::block`] is expected.
    pub(super) fn bytes(self, numbers: u64) -> u64 {
        numbers / self.block() * self.row().4
    }
}

/// The header of a Whisper file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// Rows of the token embedding.
    pub vocabulary: u32,
    /// Positions of the encoder, 20 ms each.
    pub audio_context: u32,
    /// Width of the encoder.
    pub audio_state: u32,
    /// Attention heads of the encoder.
    pub audio_heads: u32,
    /// Layers of the encoder.
    pub audio_layers: u32,
    /// Positions of the decoder.
    pub text_context: u32,
    /// Width of the decoder; equals the encoder's.
    pub text_state: u32,
    /// Attention heads of the decoder.
    pub text_heads: u32,
    /// Layers of the decoder.
    pub text_layers: u32,
    /// Mel bands.
    pub mels: u32,
    /// How the large tensors are stored.
    pub numbers: NumberType,
}

impl Dimensions {
    /// What one position of the encoder stands for.
    pub const POSITION: Duration = Duration::from_millis(20);

    /// The longest audio that the encoder takes at once.
    pub fn window(&self) -> Duration {
        Self::POSITION * self.audio_context
    }

    /// Whether it knows languages other than English.
    pub fn is_multilingual(&self) -> bool {
        self.vocabulary >= MULTILINGUAL_VOCABULARY
    }

    /// Every tensor that whisper.cpp wants, in the order of its source.
    pub(super) fn tensors(&self) -> Vec<Tensor> {
        let state = u64::from(self.audio_state);
        let mut plan = Plan { numbers: self.numbers, tensors: Vec::new() };
        let convolution =
            if self.numbers == NumberType::F32 { NumberType::F32 } else { NumberType::F16 };
        plan.plain("encoder.positional_embedding", [state, self.audio_context.into(), 1]);
        for (name, inputs) in [("conv1", u64::from(self.mels)), ("conv2", state)] {
            plan.push(format!("encoder.{name}.weight"), [3, inputs, state], convolution);
            plan.plain(&format!("encoder.{name}.bias"), [1, state, 1]);
        }
        plan.norm("encoder.ln_post", state);
        for layer in 0..self.audio_layers {
            let prefix = format!("encoder.blocks.{layer}");
            plan.attention(&format!("{prefix}.attn"), state);
            plan.mlp(&prefix, state);
        }
        plan.plain("decoder.positional_embedding", [state, self.text_context.into(), 1]);
        plan.large("decoder.token_embedding.weight".into(), [state, self.vocabulary.into(), 1]);
        plan.norm("decoder.ln", state);
        for layer in 0..self.text_layers {
            let prefix = format!("decoder.blocks.{layer}");
            plan.attention(&format!("{prefix}.attn"), state);
            plan.attention(&format!("{prefix}.cross_attn"), state);
            plan.mlp(&prefix, state);
        }
        plan.tensors
    }
}

/// One tensor that a file must have.
pub(super) struct Tensor {
    pub(super) name: String,
    /// Fastest-running first, filled up with ones.
    pub(super) shape: [u64; 3],
    pub(super) numbers: NumberType,
}

impl Tensor {
    /// How many numbers it holds.
    pub(super) fn len(&self) -> u64 {
        self.shape.iter().product()
    }
}

struct Plan {
    numbers: NumberType,
    tensors: Vec<Tensor>,
}

impl Plan {
    fn push(&mut self, name: String, shape: [u64; 3], numbers: NumberType) {
        self.tensors.push(Tensor { name, shape, numbers });
    }

    fn large(&mut self, name: String, shape: [u64; 3]) {
        self.push(name, shape, self.numbers);
    }

    fn plain(&mut self, name: &str, shape: [u64; 3]) {
        self.push(name.to_owned(), shape, NumberType::F32);
    }

    fn norm(&mut self, name: &str, state: u64) {
        self.plain(&format!("{name}.weight"), [state, 1, 1]);
        self.plain(&format!("{name}.bias"), [state, 1, 1]);
    }

    fn linear(&mut self, name: &str, inputs: u64, outputs: u64, bias: bool) {
        self.large(format!("{name}.weight"), [inputs, outputs, 1]);
        if bias {
            self.plain(&format!("{name}.bias"), [outputs, 1, 1]);
        }
    }

    fn attention(&mut self, name: &str, state: u64) {
        self.norm(&format!("{name}_ln"), state);
        for (part, bias) in [("query", true), ("key", false), ("value", true), ("out", true)] {
            self.linear(&format!("{name}.{part}"), state, state, bias);
        }
    }

    fn mlp(&mut self, prefix: &str, state: u64) {
        self.norm(&format!("{prefix}.mlp_ln"), state);
        self.linear(&format!("{prefix}.mlp.0"), state, 4 * state, true);
        self.linear(&format!("{prefix}.mlp.2"), 4 * state, state, true);
    }
}

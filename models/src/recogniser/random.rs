//! Writes model files with random weights: the real thing in shape, size and speed, and nonsense in
//! content. For tests, and for measuring the speed of models whose weights are not at hand: the time
//! depends on the dimensions and on the number of decoded tokens, not on the values.

use std::io::{self, Write};

use super::ggml::{MAGIC, SPECTRUM_BINS, Tensor};
pub use super::header::{Dimensions, NumberType};

/// Dimensions of the published English models, and one that tests load in no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 32 wide, one layer each way, 4 s of audio.
    Toy,
    /// 384 wide, 4 + 4 layers.
    Tiny,
    /// 512 wide, 6 + 6 layers.
    Base,
    /// 768 wide, 12 + 12 layers.
    Small,
}

impl Size {
    /// `toy`, `tiny`, `base` or `small`.
    pub fn from_name(name: &str) -> Option<Self> {
        [("toy", Self::Toy), ("tiny", Self::Tiny), ("base", Self::Base), ("small", Self::Small)]
            .into_iter()
            .find_map(|(known, size)| (known == name).then_some(size))
    }

    /// The header of such a model.
    pub fn dimensions(self, numbers: NumberType) -> Dimensions {
        let (state, heads, layers, audio_context) = match self {
            Self::Toy => (32, 2, 1, 200),
            Self::Tiny => (384, 6, 4, 1500),
            Self::Base => (512, 8, 6, 1500),
            Self::Small => (768, 12, 12, 1500),
        };
        Dimensions {
            vocabulary: 51_864,
            audio_context,
            audio_state: state,
            audio_heads: heads,
            audio_layers: layers,
            text_context: 448,
            text_state: state,
            text_heads: heads,
            text_layers: layers,
            mels: 80,
            numbers,
        }
    }
}

/// Texts of the vocabulary; the special tokens behind them have none in a file.
const WORDS: u32 = 50_257;

/// The end-of-text token of the English models.
const END_OF_TEXT: u64 = 50_256;

/// Writes a whole model file; the same `seed` gives the same bytes.
///
/// The decoder never ends a text by itself: whoever runs it gets exactly as many tokens as it
/// allows, see [`super::whisper::Options::tokens_per_second`].
///
/// # Errors
/// Those of `out`; [`io::ErrorKind::Unsupported`] for number types other than f32, f16 and q8_0.
pub fn write(out: &mut impl Write, dimensions: &Dimensions, seed: u64) -> io::Result<()> {
    let d = dimensions;
    let header = [
        MAGIC,
        d.vocabulary,
        d.audio_context,
        d.audio_state,
        d.audio_heads,
        d.audio_layers,
        d.text_context,
        d.text_state,
        d.text_heads,
        d.text_layers,
        d.mels,
        d.numbers.file_number(),
        d.mels,
        SPECTRUM_BINS,
    ];
    for number in header {
        out.write_all(&number.to_le_bytes())?;
    }
    for weight in mel_filters(d.mels) {
        out.write_all(&weight.to_le_bytes())?;
    }
    write_words(out)?;
    let mut random = Random(seed ^ 0x9e37_79b9_7f4a_7c15);
    for tensor in d.tensors() {
        write_tensor(out, &tensor, &mut random)?;
    }
    Ok(())
}

/// The file in memory; empty for number types that [`write`] does not know.
pub fn bytes(dimensions: &Dimensions, seed: u64) -> Vec<u8> {
    let mut file = Vec::new();
    match write(&mut file, dimensions, seed) {
        Ok(()) => file,
        Err(_unsupported) => Vec::new(),
    }
}

/// Triangles, evenly spread: enough for a spectrum to have a shape.
fn mel_filters(mels: u32) -> impl Iterator<Item = f32> {
    let step = SPECTRUM_BINS as f32 / (mels + 1) as f32;
    (0..mels).flat_map(move |band| {
        let centre = (band + 1) as f32 * step;
        (0..SPECTRUM_BINS)
            .map(move |bin| (1.0 - (bin as f32 - centre).abs() / step).max(0.0) * 0.02)
    })
}

fn write_words(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&WORDS.to_le_bytes())?;
    for index in 0..WORDS {
        let word = if index == 0 { " ".to_owned() } else { format!(" w{index}") };
        let length = u32::try_from(word.len()).unwrap_or(0);
        out.write_all(&length.to_le_bytes())?;
        out.write_all(word.as_bytes())?;
    }
    Ok(())
}

fn write_tensor(out: &mut impl Write, tensor: &Tensor, random: &mut Random) -> io::Result<()> {
    let used = tensor.shape.iter().rposition(|size| *size != 1).map_or(1, |last| last + 1);
    // Biases of the convolutions are written with two axes, [1, state], as published files do.
    let axes = u32::try_from(used).unwrap_or(1);
    let name = u32::try_from(tensor.name.len()).unwrap_or(0);
    for number in [axes, name, tensor.numbers.tensor_number()] {
        out.write_all(&number.to_le_bytes())?;
    }
    for size in tensor.shape.iter().take(used) {
        out.write_all(&u32::try_from(*size).unwrap_or(0).to_le_bytes())?;
    }
    out.write_all(tensor.name.as_bytes())?;
    let width = tensor.shape[0];
    let mut row = vec![0.0; usize::try_from(width).unwrap_or(0)];
    for index in 0..tensor.len() / width {
        fill(&mut row, tensor, index, random);
        write_row(out, &row, tensor.numbers)?;
    }
    Ok(())
}

/// Weights as after a usual initialisation, but for two: the last norm's bias points one way and
/// the end of text the other, so that a text never ends by itself.
fn fill(row: &mut [f32], tensor: &Tensor, index: u64, random: &mut Random) {
    let scale = 1.0 / (row.len() as f32).sqrt();
    match tensor.name.as_str() {
        "decoder.ln.bias" => row.fill(0.5),
        "decoder.token_embedding.weight" if index == END_OF_TEXT => row.fill(-1.0),
        name if name.ends_with("ln.weight") || name.ends_with("ln_post.weight") => row.fill(1.0),
        name if name.ends_with("bias") => row.fill(0.0),
        _ => row.iter_mut().for_each(|weight| *weight = random.next() * scale),
    }
}

fn write_row(out: &mut impl Write, row: &[f32], numbers: NumberType) -> io::Result<()> {
    match numbers {
        NumberType::F32 => row.iter().try_for_each(|x| out.write_all(&x.to_le_bytes())),
        NumberType::F16 => row.iter().try_for_each(|x| out.write_all(&half(*x).to_le_bytes())),
        NumberType::Q8_0 => row.chunks(32).try_for_each(|block| {
            let scale = block.iter().fold(0.0, |most: f32, x| most.max(x.abs())) / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            let mut bytes = [0; 34];
            bytes[..2].copy_from_slice(&half(scale).to_le_bytes());
            for (byte, x) in bytes[2..].iter_mut().zip(block) {
                *byte = ((x * inverse).round() as i8).cast_unsigned();
            }
            out.write_all(&bytes)
        }),
        other => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("random weights are written as f32, f16 or q8_0, not as {}", other.name()),
        )),
    }
}

/// IEEE 754 half precision of a number of at most 65504 in size, cut off rather than rounded; what
/// is too small becomes zero.
fn half(x: f32) -> u16 {
    let bits = x.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let exponent = (bits >> 23 & 0xff) as i32 - 127 + 15;
    if exponent <= 0 { sign } else { sign | (exponent as u16) << 10 | (bits >> 13 & 0x3ff) as u16 }
}

/// A 64-bit xorshift generator (Marsaglia 2003).
struct Random(u64);

impl Random {
    /// Evenly in [-1, 1).
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_those_of_the_standard() {
        for (x, bits) in [(0.0, 0), (1.0, 0x3c00), (-2.0, 0xc000), (0.5, 0x3800), (65504.0, 0x7bff)]
        {
            assert_eq!(half(x), bits, "{x}");
        }
        assert_eq!(half(1e-9), 0);
    }

    #[test]
    fn the_same_seed_gives_the_same_file() {
        let dimensions = Size::Toy.dimensions(NumberType::F16);
        assert_eq!(bytes(&dimensions, 7), bytes(&dimensions, 7));
        assert_ne!(bytes(&dimensions, 7), bytes(&dimensions, 8));
    }

    #[test]
    fn numbers_are_spread_evenly() {
        let mut random = Random(1);
        let drawn: Vec<f32> = (0..10_000).map(|_| random.next()).collect();
        assert!(drawn.iter().all(|x| (-1.0..1.0).contains(x)));
        assert!(drawn.iter().sum::<f32>().abs() < 200.0);
    }
}

//! What the bytes of a telephone channel mean: ITU-T G.711 companding and 16-bit linear samples.

use thiserror::Error;

/// How samples are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Signed 16-bit, little-endian.
    Linear16,
    /// G.711 mu-law, one byte a sample (North America, Japan).
    Mulaw,
    /// G.711 A-law, one byte a sample (the rest of the world).
    Alaw,
}

/// Why bytes are not samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodecError {
    /// Half a sample is left over.
    #[error(
        "{0} bytes are not a whole number of 16-bit samples: send an even number of bytes, or \
         declare MULAW or ALAW if there is one byte a sample"
    )]
    OddLength(usize),
}

/// Full scale of 16-bit samples: -32768 becomes -1.
const FULL_SCALE: f32 = 32_768.0;

impl Encoding {
    /// Bytes that one sample takes.
    pub const fn bytes_per_sample(self) -> usize {
        match self {
            Self::Linear16 => 2,
            Self::Mulaw | Self::Alaw => 1,
        }
    }

    /// Samples in [-1, 1).
    ///
    /// # Errors
    /// [`CodecError::OddLength`] if 16-bit samples come in an odd number of bytes.
    pub fn decode(self, bytes: &[u8]) -> Result<Vec<f32>, CodecError> {
        let companded = |table: fn(u8) -> i16| {
            bytes.iter().map(|&code| f32::from(table(code)) / FULL_SCALE).collect()
        };
        match self {
            Self::Mulaw => Ok(companded(mulaw_decode)),
            Self::Alaw => Ok(companded(alaw_decode)),
            Self::Linear16 => {
                let (pairs, rest) = bytes.as_chunks::<2>();
                if !rest.is_empty() {
                    return Err(CodecError::OddLength(bytes.len()));
                }
                Ok(pairs
                    .iter()
                    .map(|&pair| f32::from(i16::from_le_bytes(pair)) / FULL_SCALE)
                    .collect())
            }
        }
    }

    /// Bytes of samples in [-1, 1]; louder ones are clipped and not-a-number is silence.
    pub fn encode(self, samples: &[f32]) -> Vec<u8> {
        let linear = samples.iter().map(|&sample| to_i16(sample));
        match self {
            Self::Linear16 => linear.flat_map(i16::to_le_bytes).collect(),
            Self::Mulaw => linear.map(mulaw_encode).collect(),
            Self::Alaw => linear.map(alaw_encode).collect(),
        }
    }
}

/// To the nearest 16-bit value, clipped at full scale; not-a-number is silence.
pub fn to_i16(sample: f32) -> i16 {
    // A float-to-integer cast saturates, and turns not-a-number into zero.
    (sample * FULL_SCALE).round() as i16
}

/// G.711 adds this to a mu-law magnitude, at 16-bit scale, so that every segment begins at a power
/// of two.
const MULAW_BIAS: i32 = 0x84;

/// A mu-law code as a 16-bit sample: the 14-bit value of G.711 table 2 times four.
pub fn mulaw_decode(code: u8) -> i16 {
    let code = !code;
    let segment = (code >> 4) & 7;
    let step = i32::from(code & 0x0f);
    let magnitude = (((step << 3) + MULAW_BIAS) << segment) - MULAW_BIAS;
    signed(magnitude, code & 0x80 != 0)
}

/// The mu-law code nearest to a 16-bit sample. Silence is `0xff`.
pub fn mulaw_encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs() + MULAW_BIAS).min(0x7fff);
    let segment = segment_of(magnitude >> 8);
    let step = (magnitude >> (segment + 3)) & 0x0f;
    !(sign | low_byte((segment << 4) | step))
}

/// An A-law code as a 16-bit sample: the 13-bit value of G.711 table 1 times eight.
pub fn alaw_decode(code: u8) -> i16 {
    let code = code ^ 0x55;
    let segment = (code >> 4) & 7;
    let step = (i32::from(code & 0x0f) << 4) + 8;
    let magnitude = match segment {
        0 => step,
        _ => (step + 0x100) << (segment - 1),
    };
    signed(magnitude, code & 0x80 == 0)
}

/// The A-law code whose interval holds a 16-bit sample. Silence is `0xd5`.
pub fn alaw_encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    // One's complement: G.711's intervals are symmetric about zero, and -32768 must not overflow.
    let magnitude = i32::from(if sample < 0 { !sample } else { sample });
    let segment = segment_of(magnitude >> 8);
    let step = (magnitude >> if segment == 0 { 4 } else { segment + 3 }) & 0x0f;
    (sign | low_byte((segment << 4) | step)) ^ 0x55
}

/// How many times `top` can be halved before it is zero: 0 to 7 for what fits in seven bits.
fn segment_of(top: i32) -> i32 {
    i32::try_from(i32::BITS - top.leading_zeros()).unwrap_or(7)
}

fn low_byte(bits: i32) -> u8 {
    bits.to_le_bytes()[0]
}

fn signed(magnitude: i32, negative: bool) -> i16 {
    let value = if negative { -magnitude } else { magnitude };
    // Both laws stay below 32768 by construction.
    i16::try_from(value).unwrap_or(i16::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// G.711 table 2 as it is written: segment `n` of eight has 16 steps of `2^(n+1)` each, on the
    /// 14-bit scale, whose decoder values lie in the middle; a code word is inverted on the line,
    /// the first bit is set for positive values.
    fn mulaw_by_the_standard(code: u8) -> i16 {
        let (positive, word) = (code >= 128, 127 - u32::from(code % 128));
        let mut lower_edge = -1.0_f64;
        let mut value = 0.0;
        for number in 0..=word {
            let width = f64::from(1_u32 << (number / 16 + 1));
            value = lower_edge + width / 2.0;
            lower_edge += width;
        }
        let value = if positive { value } else { -value };
        (value * 4.0) as i16
    }

    /// G.711 table 1: two segments of 16 steps of 2 on the 13-bit scale, then each segment twice
    /// as wide; even bits are inverted on the line.
    fn alaw_by_the_standard(code: u8) -> i16 {
        let word = code ^ 0b0101_0101;
        let mut lower_edge = 0;
        let mut value = 0;
        for number in 0..=u32::from(word % 128) {
            let width = 2 << (number / 16).saturating_sub(1);
            value = lower_edge + width / 2;
            lower_edge += width;
        }
        let value = if word >= 128 { value } else { -value };
        value * 8
    }

    #[test]
    fn all_256_codes_decode_as_g711_says() {
        for code in 0..=255 {
            assert_eq!(mulaw_decode(code), mulaw_by_the_standard(code), "mu-law {code:#04x}");
            assert_eq!(alaw_decode(code), alaw_by_the_standard(code), "A-law {code:#04x}");
        }
    }

    #[test]
    fn known_values_of_the_standard() {
        assert_eq!([0x00, 0x80, 0x7f, 0xff, 0x8f].map(mulaw_decode), [-32124, 32124, 0, 0, 16764]);
        assert_eq!([0x2a, 0xaa, 0x55, 0xd5].map(alaw_decode), [-32256, 32256, -8, 8]);
    }

    #[test]
    fn every_code_survives_decoding_and_encoding() {
        for code in 0..=255 {
            // Mu-law has two zeros, which sound the same; silence is sent as the positive one.
            let expected = if code == 0x7f { 0xff } else { code };
            assert_eq!(mulaw_encode(mulaw_decode(code)), expected);
            assert_eq!(alaw_encode(alaw_decode(code)), code);
        }
    }

    #[test]
    fn encoding_is_never_further_off_than_half_a_step() {
        for sample in i16::MIN..=i16::MAX {
            let magnitude = i32::from(sample).abs();
            // A step is a sixteenth of its segment, and beyond the last decoder value it clips.
            let clipped = (magnitude - 32_124).max(0);
            let mulaw = (i32::from(mulaw_decode(mulaw_encode(sample))) - i32::from(sample)).abs();
            assert!(mulaw <= (magnitude + 132) / 32 + 4 + clipped, "mu-law {sample}: {mulaw}");
            let alaw = (i32::from(alaw_decode(alaw_encode(sample))) - i32::from(sample)).abs();
            assert!(alaw <= magnitude / 32 + 9, "A-law {sample}: {alaw}");
        }
    }

    #[test]
    fn linear_samples_go_both_ways() {
        let bytes = [0x00, 0x00, 0xff, 0x7f, 0x00, 0x80, 0x00, 0x40];
        let samples = Encoding::Linear16.decode(&bytes).unwrap();
        assert_eq!(samples, [0.0, 32767.0 / 32768.0, -1.0, 0.5]);
        assert_eq!(Encoding::Linear16.encode(&samples), bytes);
    }

    #[test]
    fn half_a_sample_is_an_error_that_says_so() {
        let error = Encoding::Linear16.decode(&[1, 2, 3]).unwrap_err();
        assert_eq!(error, CodecError::OddLength(3));
        assert!(error.to_string().contains("3 bytes"));
        assert_eq!(Encoding::Mulaw.decode(&[0xff; 3]).unwrap(), [0.0; 3]);
    }

    #[test]
    fn what_is_no_sample_is_clipped_or_silent() {
        let bytes = Encoding::Linear16.encode(&[2.0, -2.0, f32::NAN, f32::INFINITY]);
        assert_eq!(bytes, [0xff, 0x7f, 0x00, 0x80, 0x00, 0x00, 0xff, 0x7f]);
    }
}

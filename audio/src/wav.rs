//! Recordings on disk.
//!
//! Hound reads whole files of linear samples. Recordings that people bring are often neither: cut
//! short by a crash, with a length field that was never filled in, or companded as the telephone
//! sent them. So the header is read here, and hound writes.

use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::codec::{alaw_decode, mulaw_decode, to_i16};
use crate::resample::to_working;
use crate::units::SampleRate;

/// What a WAV file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// 8, 16 or 48 kHz: files at other rates are converted to 16 kHz.
    pub rate: SampleRate,
    /// One or two channels of equal length, samples in [-1, 1].
    pub channels: Vec<Vec<f32>>,
    /// The file ends before its header says so; what there is of it is here.
    pub truncated: bool,
}

/// Why a file is no recording. Every message names the file.
#[derive(Debug, Error)]
pub enum WavError {
    /// The system refuses.
    #[error("{}: cannot be opened or written: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Hound could not write.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Hound's reason.
        source: hound::Error,
    },
    /// Something else than a WAV file.
    #[error("{}: not a WAV file ({reason}); convert it: ffmpeg -i INPUT -ar 8000 OUTPUT.wav", path.display())]
    NotWav {
        /// The file.
        path: PathBuf,
        /// What is missing.
        reason: &'static str,
    },
    /// A WAV file of a kind that this does not read.
    #[error("{}: {what}; convert it: ffmpeg -i INPUT -acodec pcm_s16le -ar 16000 OUTPUT.wav", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What about it.
        what: String,
    },
}

/// Rates that a file may have.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// Reads a WAV file: 8, 16, 24 and 32-bit integers, 32 and 64-bit floats, mu-law and A-law, one or
/// two channels.
///
/// # Errors
/// [`WavError`] if it cannot be opened or is not such a file. A file that is cut short is none.
pub fn read(path: &Path) -> Result<Recording, WavError> {
    let bytes =
        fs::read(path).map_err(|source| WavError::Io { path: path.to_path_buf(), source })?;
    from_bytes(path, &bytes)
}

/// Reads a WAV file that is in memory. Messages name it `path`.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Recording, WavError> {
    parse(bytes).map_err(|problem| match problem {
        Problem::NotWav(reason) => WavError::NotWav { path: path.to_path_buf(), reason },
        Problem::Unsupported(what) => WavError::Unsupported { path: path.to_path_buf(), what },
    })
}

/// Writes one channel as 16-bit samples.
///
/// # Errors
/// [`WavError`] if the file cannot be written.
pub fn write_mono(path: &Path, rate: SampleRate, samples: &[f32]) -> Result<(), WavError> {
    write(path, rate, 1, samples.iter().copied())
}

/// Writes two channels as 16-bit samples, the shorter one filled up with silence.
///
/// # Errors
/// [`WavError`] if the file cannot be written.
pub fn write_stereo(
    path: &Path,
    rate: SampleRate,
    left: &[f32],
    right: &[f32],
) -> Result<(), WavError> {
    let at = |channel: &[f32], index: usize| channel.get(index).copied().unwrap_or(0.0);
    let frames = (0..left.len().max(right.len())).flat_map(|i| [at(left, i), at(right, i)]);
    write(path, rate, 2, frames)
}

fn write(
    path: &Path,
    rate: SampleRate,
    channels: u16,
    samples: impl Iterator<Item = f32>,
) -> Result<(), WavError> {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate.hz(),
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let write_all = || {
        let mut writer = hound::WavWriter::create(path, spec)?;
        for sample in samples {
            writer.write_sample(to_i16(sample))?;
        }
        writer.finalize()
    };
    write_all().map_err(|source| WavError::Write { path: path.to_path_buf(), source })
}

#[derive(Debug, PartialEq)]
enum Problem {
    NotWav(&'static str),
    Unsupported(String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Samples {
    U8,
    I16,
    I24,
    I32,
    F32,
    F64,
    Mulaw,
    Alaw,
}

#[derive(Debug, Clone, Copy)]
struct Format {
    samples: Samples,
    channels: usize,
    rate: SampleRate,
}

fn parse(bytes: &[u8]) -> Result<Recording, Problem> {
    if bytes.is_empty() {
        return Err(Problem::NotWav("it is empty"));
    }
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(Problem::NotWav("it does not begin with RIFF and WAVE"));
    }
    let mut format = None;
    let mut at = 12;
    // RIFF is a list of chunks: a name, a length, as many bytes, padded to an even number.
    while let Some(header) = bytes.get(at..at + 8) {
        let (name, length) = (&header[..4], u32_at(header, 4));
        let body = &bytes[at + 8..];
        let whole = length as usize <= body.len();
        if name == b"data" {
            let format = format.ok_or(Problem::NotWav("its sound comes before its format"))?;
            // A length of all ones, or of zero in a file that says it ends here, was never filled
            // in: the sound goes on to the end of the file.
            let ends_here = u32_at(bytes, 4) as usize <= at;
            let streamed = length == u32::MAX || (length == 0 && ends_here);
            let body = if streamed { body } else { &body[..body.len().min(length as usize)] };
            return Ok(decode(format, body, !whole || (streamed && !body.is_empty())));
        }
        if name == b"fmt " && whole {
            format = Some(parse_format(&body[..length as usize])?);
        }
        let Some(next) = (at + 8).checked_add(length as usize + length as usize % 2) else { break };
        at = next;
    }
    match format {
        Some(format) => Ok(decode(format, &[], true)),
        None => Err(Problem::NotWav("it ends before its format")),
    }
}

fn parse_format(body: &[u8]) -> Result<Format, Problem> {
    if body.len() < 16 {
        return Err(Problem::NotWav("its format is cut short"));
    }
    let (mut tag, channels, hz, bits) =
        (u16_at(body, 0), u16_at(body, 2), u32_at(body, 4), u16_at(body, 14));
    if tag == 0xfffe && body.len() >= 26 {
        // WAVE_FORMAT_EXTENSIBLE: the real tag begins the sub-format's GUID.
        tag = u16_at(body, 24);
    }
    let samples = match (tag, bits) {
        (1, 8) => Samples::U8,
        (1, 16) => Samples::I16,
        (1, 24) => Samples::I24,
        (1, 32) => Samples::I32,
        (3, 32) => Samples::F32,
        (3, 64) => Samples::F64,
        (6, 8) => Samples::Alaw,
        (7, 8) => Samples::Mulaw,
        _ => {
            let what = format!("WAV format {tag} with {bits} bits a sample is not read here");
            return Err(Problem::Unsupported(what));
        }
    };
    if !(1..=2).contains(&channels) {
        let what = format!("{channels} channels; a call has one or two");
        return Err(Problem::Unsupported(what));
    }
    let rate = SampleRate::new(hz).filter(|rate| RATES.contains(&rate.hz()));
    let rate = rate.ok_or_else(|| {
        Problem::Unsupported(format!("a rate of {hz} Hz; calls have 8000 to 192000 Hz"))
    })?;
    Ok(Format { samples, channels: usize::from(channels), rate })
}

fn decode(format: Format, body: &[u8], truncated: bool) -> Recording {
    let mut samples = format.samples.decode(body);
    // Half a sample or half a pair of channels at the end is the mark of a file cut short.
    let whole = samples.len() - samples.len() % format.channels;
    let ragged = whole < samples.len() || !body.len().is_multiple_of(format.samples.width());
    samples.truncate(whole);
    let channels = (0..format.channels)
        .map(|channel| samples.iter().skip(channel).step_by(format.channels).copied().collect())
        .collect();
    let recording = Recording { rate: format.rate, channels, truncated: truncated || ragged };
    recording.at_a_known_rate()
}

impl Recording {
    fn at_a_known_rate(mut self) -> Self {
        let known = [SampleRate::HZ_8000, SampleRate::HZ_16000, SampleRate::HZ_48000];
        if !known.contains(&self.rate) {
            for channel in &mut self.channels {
                *channel = to_working(channel, self.rate);
            }
            self.rate = SampleRate::WORKING;
        }
        self
    }
}

impl Samples {
    fn width(self) -> usize {
        match self {
            Self::U8 | Self::Mulaw | Self::Alaw => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    fn decode(self, body: &[u8]) -> Vec<f32> {
        let one = |bytes: &[u8]| match (self, bytes) {
            (Self::U8, &[a]) => (f32::from(a) - 128.0) / 128.0,
            (Self::Mulaw, &[a]) => f32::from(mulaw_decode(a)) / 32_768.0,
            (Self::Alaw, &[a]) => f32::from(alaw_decode(a)) / 32_768.0,
            (Self::I16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
            (Self::I24, &[a, b, c]) => i32_to_f32(i32::from_le_bytes([0, a, b, c])),
            (Self::I32, &[a, b, c, d]) => i32_to_f32(i32::from_le_bytes([a, b, c, d])),
            (Self::F32, &[a, b, c, d]) => finite(f32::from_le_bytes([a, b, c, d])),
            (Self::F64, &[a, b, c, d, e, f, g, h]) => {
                finite(f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32)
            }
            _ => 0.0,
        };
        body.chunks_exact(self.width()).map(one).collect()
    }
}

fn i32_to_f32(value: i32) -> f32 {
    (f64::from(value) / 2_147_483_648.0) as f32
}

/// Float files may hold anything.
fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::io::Cursor;

    use super::*;

    const EXPECTED: [f32; 4] = [0.0, 0.5, -0.5, 0.25];

    fn file<S: hound::Sample + Copy>(bits: u16, float: bool, rate: u32, samples: &[S]) -> Vec<u8> {
        let sample_format =
            if float { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
        let spec =
            hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample: bits, sample_format };
        let mut out = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut out, spec).unwrap();
        samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
        writer.finalize().unwrap();
        out.into_inner()
    }

    fn integers(bits: u16) -> Vec<u8> {
        let scale = f64::from(1_u32 << (bits - 1));
        let samples: Vec<i32> = EXPECTED.iter().map(|s| (f64::from(*s) * scale) as i32).collect();
        file(bits, false, 8000, &samples)
    }

    /// A file of one format chunk and one data chunk.
    fn raw(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut out = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
        out.extend(tag.to_le_bytes());
        out.extend(channels.to_le_bytes());
        out.extend(rate.to_le_bytes());
        out.extend([0; 6]);
        out.extend(bits.to_le_bytes());
        out.extend(b"data");
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        let riff = (out.len() as u32 - 8).to_le_bytes();
        out[4..8].copy_from_slice(&riff);
        out
    }

    fn unsupported(bytes: &[u8]) -> String {
        match parse(bytes) {
            Err(Problem::Unsupported(what)) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn integers_and_floats_of_every_width_are_read() {
        let mut files: Vec<_> = [8, 16, 24, 32].map(integers).to_vec();
        files.push(file(32, true, 8000, &EXPECTED));
        let double: Vec<u8> = EXPECTED.iter().flat_map(|s| f64::from(*s).to_le_bytes()).collect();
        files.push(raw(3, 1, 8000, 64, &double));
        for (number, bytes) in files.iter().enumerate() {
            let recording = parse(bytes).unwrap();
            assert_eq!(recording.channels, [EXPECTED.to_vec()], "file {number}");
            assert!(!recording.truncated && recording.rate == SampleRate::HZ_8000);
        }
    }

    #[test]
    fn companded_files_are_read() {
        let mulaw = parse(&raw(7, 1, 8000, 8, &[0x80, 0xff])).unwrap();
        assert_eq!(mulaw.channels[0], [32124.0 / 32768.0, 0.0]);
        let alaw = parse(&raw(6, 1, 8000, 8, &[0xaa, 0xd5])).unwrap();
        assert_eq!(alaw.channels[0], [32256.0 / 32768.0, 8.0 / 32768.0]);
    }

    #[test]
    fn two_channels_are_taken_apart() {
        let stereo = parse(&raw(1, 2, 16_000, 16, &[0, 0x40, 0, 0xc0, 0, 0x20, 0, 0])).unwrap();
        assert_eq!(stereo.channels, [vec![0.5, 0.25], vec![-0.5, 0.0]]);
    }

    #[test]
    fn a_file_cut_short_gives_what_is_there() {
        let whole = raw(1, 2, 8000, 16, &[1; 400]);
        for cut in [1, 3, 4, 100, 399] {
            let recording = parse(&whole[..whole.len() - cut]).unwrap();
            assert!(recording.truncated, "cut by {cut}");
            assert_eq!(recording.channels[0].len(), (400 - cut) / 4);
            assert_eq!(recording.channels[0].len(), recording.channels[1].len());
        }
        let headless = parse(&whole[..36]).unwrap();
        assert!(headless.truncated && headless.channels == [vec![], vec![]]);
        assert!(!parse(&whole).unwrap().truncated);
    }

    #[test]
    fn a_length_never_filled_in_means_the_rest_of_the_file() {
        let mut piped = raw(1, 1, 8000, 16, &[1; 400]);
        piped[40..44].fill(0xff);
        assert_eq!(parse(&piped).unwrap().channels[0].len(), 200);
        piped[40..44].fill(0);
        piped[4..8].fill(0);
        let crashed = parse(&piped).unwrap();
        assert!(crashed.truncated && crashed.channels[0].len() == 200);
        // A length that is too long, and an honest file of no sound with a comment after it.
        piped[40..44].copy_from_slice(&5000_u32.to_le_bytes());
        assert!(parse(&piped).unwrap().truncated);
        let mut silent = raw(1, 1, 8000, 16, &[]);
        silent.extend(b"LIST\x04\0\0\0INFO");
        let length = (silent.len() as u32 - 8).to_le_bytes();
        silent[4..8].copy_from_slice(&length);
        assert_eq!(parse(&silent).unwrap().channels, [Vec::<f32>::new()]);
    }

    #[test]
    fn what_no_call_has_is_refused_with_a_reason() {
        assert!(unsupported(&raw(1, 0, 8000, 16, &[])).starts_with("0 channels"));
        assert!(unsupported(&raw(1, 6, 8000, 16, &[])).starts_with("6 channels"));
        assert!(unsupported(&raw(1, 1, 0, 16, &[])).contains("0 Hz"));
        assert!(unsupported(&raw(1, 1, 4000, 16, &[])).contains("4000 Hz"));
        assert!(unsupported(&raw(1, 1, 4_000_000, 16, &[])).contains("4000000 Hz"));
        assert!(unsupported(&raw(1, 1, 8000, 12, &[])).contains("12 bits"));
        assert!(unsupported(&raw(85, 1, 8000, 0, &[])).contains("format 85"));
        for bytes in
            [&b""[..], b"RIFF", b"ID3 an mp3 file of some length", &raw(1, 1, 8000, 16, &[])[..20]]
        {
            assert!(matches!(parse(bytes), Err(Problem::NotWav(_))), "{bytes:?}");
        }
    }

    #[test]
    fn other_rates_are_converted() {
        let second = file(16, false, 44_100, &vec![1000_i16; 44_100]);
        let recording = parse(&second).unwrap();
        assert_eq!((recording.rate, recording.channels[0].len()), (SampleRate::WORKING, 16_000));
    }

    #[test]
    fn errors_name_the_file_and_writing_is_reading_backwards() {
        let folder = std::env::temp_dir().join(format!("attune-wav-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let missing = read(&folder.join("no-such.wav")).unwrap_err().to_string();
        assert!(missing.contains("no-such.wav"), "{missing}");
        let text = folder.join("notes.wav");
        fs::write(&text, "these are notes, not sound").unwrap();
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains("notes.wav") && error.contains("ffmpeg"), "{error}");
        let path = folder.join("call.wav");
        write_stereo(&path, SampleRate::HZ_8000, &EXPECTED, &EXPECTED[..2]).unwrap();
        let expected = vec![EXPECTED.to_vec(), vec![0.0, 0.5, 0.0, 0.0]];
        assert_eq!(read(&path).unwrap().channels, expected);
        write_mono(&path, SampleRate::HZ_16000, &EXPECTED).unwrap();
        assert_eq!(read(&path).unwrap().channels, [EXPECTED.to_vec()]);
        fs::remove_dir_all(&folder).unwrap();
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_whatever_make_it_panic(
            mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
            header in proptest::bool::ANY,
        ) {
            if header {
                bytes.splice(0..0, raw(1, 1, 8000, 16, &[])[..24].iter().copied());
            }
            let _ = parse(&bytes);
        }
    }
}

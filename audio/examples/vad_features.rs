//! Describes recordings to the script that trains the built-in voice activity detector.
//!
//! `vad_features LIST OUT`: LIST names a WAV file per line, mono. OUT becomes, for every file, the
//! number of frames and of features (u32) and the features (f32, a frame after the other, and last
//! the probability that the present weights give), all little-endian.

use std::error::Error;
use std::fs::{File, read_to_string};
use std::io::{BufWriter, Write};
use std::path::Path;

use attune_audio::resample::to_working;
use attune_audio::vad::{BuiltinDetector, FRAME, SpeechDetector};
use attune_audio::wav;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(list), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: vad_features LIST OUT".into());
    };
    let mut out = BufWriter::new(File::create(out)?);
    for path in read_to_string(list)?.lines() {
        let recording = wav::read(Path::new(path))?;
        let samples = to_working(&recording.channels[0], recording.rate);
        let (mut describer, mut detector) = (BuiltinDetector::new(), BuiltinDetector::new());
        let frames = samples.chunks_exact(FRAME);
        let width = describer.clone().describe(&[0.0; FRAME]).len() + 1;
        out.write_all(&u32::try_from(frames.len())?.to_le_bytes())?;
        out.write_all(&u32::try_from(width)?.to_le_bytes())?;
        for frame in frames {
            for value in describer.describe(frame) {
                out.write_all(&value.to_le_bytes())?;
            }
            out.write_all(&detector.speech_probability(frame).to_le_bytes())?;
        }
    }
    out.flush()?;
    Ok(())
}

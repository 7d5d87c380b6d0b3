//! Measures recordings.
//!
//!     prosody FILE.wav…   a line of JSON each
//!     prosody --names     the names of the functionals, a JSON array
//!     prosody --stream    clips from stdin, functionals to stdout: how training gets at them. A clip is its number
//!                         of samples and its rate in hertz (u32), then the samples (f32); what comes back
//!                         are f32; all of it little-endian

use std::error::Error;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use attune_audio::prosody::{Prosody, functionals, measure};
use attune_audio::resample::to_working;
use attune_audio::units::{SampleRate, Side, Span, StreamTime};
use attune_audio::utterance::{CallerAudio, Utterance, UtteranceId};
use attune_audio::wav;

#[expect(clippy::print_stdout, reason = "a program that reports")]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("--names") => println!("{:?}", functionals()),
        Some("--stream") => stream()?,
        _ => {
            for path in arguments {
                let recording = wav::read(Path::new(&path))?;
                let prosody = of(to_working(&recording.channels[0], recording.rate))?;
                println!("{}", line(&path, &prosody));
            }
        }
    }
    Ok(())
}

fn of(samples: Vec<f32>) -> Result<Prosody, Box<dyn Error>> {
    let end = StreamTime::from_samples(samples.len() as u64, SampleRate::WORKING);
    let utterance = Utterance {
        id: UtteranceId { side: Side::Caller, number: 1 },
        span: Span::new(StreamTime::ZERO, end),
        samples: samples.into(),
    };
    Ok(measure(CallerAudio::of(&utterance).ok_or("the side above is the caller")?))
}

fn line(path: &str, prosody: &Prosody) -> String {
    let functionals: Vec<String> = functionals()
        .iter()
        .zip(&prosody.functionals)
        .filter(|(_, value)| value.is_finite())
        .map(|(name, value)| format!("{name:?}:{value}"))
        .collect();
    format!(
        "{{\"file\":{path:?},\"pitch\":{},\"level\":{:.2},\"voiced\":{:.3},\"syllables\":{:.2},\
         \"pauses\":{:.3},\"tilt\":{:.2},\"functionals\":{{{}}}}}",
        prosody.median_pitch_hz.unwrap_or(0.0),
        prosody.level.0,
        prosody.voiced_share,
        prosody.syllable_rate,
        prosody.pause_share,
        prosody.spectral_tilt_db,
        functionals.join(","),
    )
}

fn stream() -> Result<(), Box<dyn Error>> {
    let (mut input, mut output) = (io::stdin().lock(), BufWriter::new(io::stdout().lock()));
    let number = |bytes: &[u8]| Ok::<_, Box<dyn Error>>(u32::from_le_bytes(bytes.try_into()?));
    let mut head = [0; 8];
    while input.read_exact(&mut head).is_ok() {
        let (count, hz) = (number(&head[..4])? as usize, number(&head[4..])?);
        let mut bytes = vec![0; 4 * count];
        input.read_exact(&mut bytes)?;
        let sample = |four: &[u8]| number(four).map(f32::from_bits);
        let samples = bytes.chunks_exact(4).map(sample).collect::<Result<Vec<_>, _>>()?;
        for value in
            of(to_working(&samples, SampleRate::new(hz).ok_or("a rate of 0 Hz")?))?.functionals
        {
            output.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}

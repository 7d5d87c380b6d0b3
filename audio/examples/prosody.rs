//! Prints the prosody of recordings, a line of JSON each: `prosody FILE.wav…`

use std::error::Error;
use std::path::Path;

use attune_audio::prosody::measure;
use attune_audio::resample::to_working;
use attune_audio::units::{SampleRate, Side, Span, StreamTime};
use attune_audio::utterance::{CallerAudio, Utterance, UtteranceId};
use attune_audio::wav;

#[expect(clippy::print_stdout, reason = "a program that reports")]
fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let recording = wav::read(Path::new(&path))?;
        let samples = to_working(&recording.channels[0], recording.rate);
        let end = StreamTime::from_samples(samples.len() as u64, SampleRate::WORKING);
        let utterance = Utterance {
            id: UtteranceId { side: Side::Caller, number: 1 },
            span: Span::new(StreamTime::ZERO, end),
            samples: samples.into(),
        };
        let Some(audio) = CallerAudio::of(&utterance) else { continue };
        let prosody = measure(audio);
        println!(
            "{{\"file\":{path:?},\"pitch\":{},\"level\":{:.2},\"voiced\":{:.3},\"syllables\":{:.2},\
             \"pauses\":{:.3},\"tilt\":{:.2}}}",
            prosody.median_pitch_hz.unwrap_or(0.0),
            prosody.level.0,
            prosody.voiced_share,
            prosody.syllable_rate,
            prosody.pause_share,
            prosody.spectral_tilt_db,
        );
    }
    Ok(())
}

//! What the built-in detector and the endpointer make of sounds and of recordings, and how fast.
//!
//! `speech_share [FILE.wav]…`: seconds of utterances per minute in every made sound, then in the files.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use attune_audio::codec::Encoding;
use attune_audio::segment::{AudioChunk, SegmentConfig, SideEvent, SideStream};
use attune_audio::testsignal as made;
use attune_audio::units::{Dbfs, SampleRate, Side, StreamTime};
use attune_audio::vad::BuiltinDetector;
use attune_audio::wav;

const RATE: SampleRate = SampleRate::HZ_8000;
const MINUTE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Box<dyn Error>> {
    report("silence", &made::silence(MINUTE, RATE), RATE)?;
    for level in [-60.0, -45.0, -30.0].map(Dbfs) {
        report(
            &format!("white noise {}", level.0),
            &made::white_noise(MINUTE, RATE, level, 1),
            RATE,
        )?;
        report(
            &format!("pink noise {}", level.0),
            &made::pink_noise(MINUTE, RATE, level, 1),
            RATE,
        )?;
        report(&format!("hum {}", level.0), &made::hum(MINUTE, RATE, level), RATE)?;
    }
    let level = Dbfs(-18.0);
    report("ring-back", &made::ring_back(MINUTE, RATE, level), RATE)?;
    report("ring-back, American", &made::ring_back_us(MINUTE, RATE, level), RATE)?;
    report("busy tone", &made::busy_tone(MINUTE, RATE, level), RATE)?;
    report("keys", &made::dtmf(&"0123456789*# ".repeat(20), RATE, level), RATE)?;
    for seed in 0..6 {
        report(&format!("hold music {seed}"), &made::hold_music(MINUTE, RATE, level, seed), RATE)?;
    }
    for path in std::env::args().skip(1) {
        let recording = wav::read(Path::new(&path))?;
        report(&path, &recording.channels[0], recording.rate)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement of speed, outside the library")]
#[expect(clippy::print_stdout, reason = "a program that reports")]
fn report(name: &str, samples: &[f32], rate: SampleRate) -> Result<(), Box<dyn Error>> {
    let line = Encoding::Mulaw.decode(&Encoding::Mulaw.encode(samples))?;
    let began = Instant::now();
    let detector = Box::new(BuiltinDetector::new());
    let mut side = SideStream::new(Side::Caller, rate, SegmentConfig::by_sound_alone(), detector)?;
    let (mut count, mut speech) = (0, Duration::ZERO);
    let size = rate.hz() as usize / 50;
    for (number, chunk) in line.chunks(size).enumerate() {
        let start = StreamTime::from_samples((number * size) as u64, rate);
        side.push(AudioChunk { start, sequence: None, samples: chunk.to_vec() });
    }
    side.finish();
    while let Some(event) = side.poll() {
        if let SideEvent::Utterance(utterance, _) = event {
            count += 1;
            speech += utterance.span.length();
        }
    }
    let length = rate.length_of(samples.len() as u64).as_secs_f64();
    let speed = length / began.elapsed().as_secs_f64();
    let share = 60.0 * speech.as_secs_f64() / length;
    println!("{name:40} {count:3} utterances {share:6.2} s per minute  {speed:5.0} x real time");
    Ok(())
}

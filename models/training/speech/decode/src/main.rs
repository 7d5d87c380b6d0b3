//! `decode MODEL MARGIN BEAM FILE...`: one line per 8 or 16 kHz 16-bit mono WAV file with the columns
//! file, milliseconds, no-speech probability, mean log-probability, seconds, text.
//!
//! The encoder's context is ceil(samples / 320) + MARGIN frames of 20 ms, rounded up to a multiple of 8;
//! a negative MARGIN means the model's whole context. BEAM 1 is greedy.
use std::time::Instant;
use whisper_rs::{
    install_logging_hooks, FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

const RATE: usize = 16_000;
const WHOLE_CONTEXT: i32 = 500;

/// Doubles the rate with a windowed sinc of 32 taps.
fn upsample(x: &[f32]) -> Vec<f32> {
    let taps: Vec<f32> = (-16..16)
        .map(|k| {
            let at = (k as f32 + 0.5) * std::f32::consts::PI;
            (at.sin() / at) * (0.5 + 0.5 * (at / 16.5).cos())
        })
        .collect();
    let mut out = Vec::with_capacity(2 * x.len());
    for i in 0..x.len() {
        out.push(x[i]);
        let between = taps.iter().enumerate().map(|(k, tap)| {
            let at = i as i64 + k as i64 - 15;
            usize::try_from(at).ok().and_then(|at| x.get(at)).map_or(0.0, |value| value * tap)
        });
        out.push(between.sum());
    }
    out
}

/// Samples at 16 kHz of a plain 44-byte-header WAV file.
fn read_wave(path: &str) -> Vec<f32> {
    let bytes = std::fs::read(path).expect("readable file");
    let rate = u32::from_le_bytes(bytes[24..28].try_into().expect("header")) as usize;
    let pcm = bytes[44..].chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0);
    let samples: Vec<f32> = pcm.collect();
    if rate == RATE { samples } else { upsample(&samples) }
}

/// One thread, no context, no timestamps, no fallback, and nothing dropped: the caller judges.
fn parameters<'a>(samples: usize, margin: i32, beam_size: i32) -> FullParams<'a, 'a> {
    let mut p = FullParams::new(match beam_size {
        1 => SamplingStrategy::Greedy { best_of: 1 },
        _ => SamplingStrategy::BeamSearch { beam_size, patience: -1.0 },
    });
    p.set_n_threads(1);
    p.set_language(Some("en"));
    p.set_no_context(true);
    p.set_single_segment(true);
    p.set_no_timestamps(true);
    p.set_temperature(0.0);
    p.set_temperature_inc(0.0);
    p.set_no_speech_thold(1.1);
    // The model answers "no speech" by ending at once; the default would forbid it that.
    p.set_suppress_blank(false);
    p.set_print_progress(false);
    p.set_print_realtime(false);
    p.set_print_special(false);
    p.set_print_timestamps(false);
    let fitted = (samples.div_ceil(320) as i32 + margin + 7) / 8 * 8;
    p.set_audio_ctx(if margin < 0 { WHOLE_CONTEXT } else { fitted.min(WHOLE_CONTEXT) });
    p
}

/// (text, no-speech probability, mean log-probability of the tokens)
fn decode(state: &mut WhisperState, samples: &[f32], margin: i32, beam: i32) -> (String, f32, f32) {
    if state.full(parameters(samples.len(), margin, beam), samples).is_err() {
        return (String::new(), -1.0, 0.0);
    }
    let (mut text, mut no_speech, mut sum, mut count) = (String::new(), 0.0, 0.0, 0);
    for segment in state.as_iter() {
        text += &segment.to_str_lossy().expect("text");
        no_speech = segment.no_speech_probability();
        for k in 0..segment.n_tokens() {
            sum += segment.get_token(k).map_or(0.0, |t| t.token_data().plog);
            count += 1;
        }
    }
    (text.trim().to_owned(), no_speech, sum / count.max(1) as f32)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, model, margin, beam, files @ ..] = arguments.as_slice() else {
        panic!("decode MODEL MARGIN BEAM FILE...")
    };
    let (margin, beam): (i32, i32) = (margin.parse().expect("a number"), beam.parse().expect("a number"));
    install_logging_hooks();
    let context = WhisperContext::new_with_params(model, WhisperContextParameters::default()).expect("model");
    let mut state = context.create_state().expect("state");
    for file in files {
        let samples = read_wave(file);
        let started = Instant::now();
        let (text, no_speech, mean) = decode(&mut state, &samples, margin, beam);
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let seconds = samples.len() as f64 / RATE as f64;
        println!("{file}\t{milliseconds:.1}\t{no_speech:.4}\t{mean:.3}\t{seconds:.2}\t{text}");
    }
}

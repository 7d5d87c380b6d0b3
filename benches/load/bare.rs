//! The limit of the machine: what whisper-rs alone does with the same utterances, back to back. No
//! session, no gRPC, no voice detection, nobody who waits.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use attune_audio::units::SampleRate;
use attune_audio::utterance::Utterance;
use attune_models::recogniser::embedded::Embedded;
use attune_models::recogniser::whisper::Options;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError,
};

use crate::model::Measured;

/// Seconds of speech recognised in a second, by one state a slot with one thread each, for at least
/// `at_least`.
pub(crate) fn speech_rate(
    measured: &Measured,
    utterances: &[Utterance],
    slots: usize,
    at_least: Duration,
) -> Result<f64, Box<dyn Error>> {
    whisper_rs::install_logging_hooks();
    let mut parameters = WhisperContextParameters::default();
    parameters.flash_attn(false).use_gpu(false);
    let file = match &measured.file {
        Some(path) => std::fs::read(path)?,
        None => Embedded::English.file()?,
    };
    let context = WhisperContext::new_from_buffer_with_params(&file, parameters)?;
    // As many positions as the server has: the model says how many there are.
    let available = u32::try_from(context.n_audio_ctx())?;
    let options = &measured.options;
    let rates = thread::scope(|scope| {
        let slots: Vec<_> = (0..slots)
            .map(|slot| {
                let (context, first) = (&context, slot * utterances.len() / slots);
                let belt = utterances.iter().cycle().skip(first);
                thread::Builder::new().name(format!("bare-{slot}")).spawn_scoped(scope, move || {
                    let mut state = context.create_state()?;
                    let began = Instant::now();
                    let mut speech = Duration::ZERO;
                    for utterance in belt {
                        decode(&mut state, utterance, options, available)?;
                        speech += utterance.span.length();
                        if began.elapsed() >= at_least {
                            break;
                        }
                    }
                    Ok(speech.as_secs_f64() / began.elapsed().as_secs_f64())
                })
            })
            .collect::<Result<_, _>>()?;
        let joined =
            slots.into_iter().map(|slot| slot.join().unwrap_or(Err(WhisperError::NullPointer)));
        Ok::<_, Box<dyn Error>>(joined.collect::<Result<Vec<f64>, WhisperError>>()?)
    })?;
    Ok(rates.into_iter().sum())
}

fn decode(
    state: &mut whisper_rs::WhisperState,
    utterance: &Utterance,
    options: &Options,
    available: u32,
) -> Result<(), WhisperError> {
    let length = SampleRate::WORKING.length_of(utterance.samples.len() as u64);
    let mut params = FullParams::new(if options.beam > 1 {
        SamplingStrategy::BeamSearch { beam_size: options.beam.into(), patience: -1.0 }
    } else {
        SamplingStrategy::Greedy { best_of: 1 }
    });
    params.set_n_threads(1);
    params.set_no_context(true);
    params.set_single_segment(true);
    params.set_no_timestamps(true);
    params.set_temperature_inc(0.0);
    params.set_no_speech_thold(2.0);
    params.set_print_progress(false);
    params.set_audio_ctx(options.audio_context(length, available).cast_signed());
    params.set_max_tokens(options.max_tokens(length).cast_signed() - 1);
    state.full(params, &utterance.samples)
}

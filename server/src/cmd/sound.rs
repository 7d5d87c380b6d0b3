//! Recordings from files: WAV, and FLAC.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use attune_audio::resample;
use attune_audio::units::SampleRate;
use attune_audio::wav::{self, Recording};
use symphonia::core::audio::sample::Sample;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as FlacError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// Reads a WAV or FLAC file, told apart by what is in it. The message names the file.
pub(crate) fn read(path: &Path) -> Result<Recording, String> {
    let of_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut magic = [0; 4];
    let is_flac = File::open(path)
        .and_then(|mut file| file.read_exact(&mut magic))
        .map(|()| &magic == b"fLaC");
    match is_flac {
        Ok(true) => read_flac(path).map_err(|error| of_file(&error)),
        // What is too short for a magic number is the WAV reader's to complain about.
        Ok(false) => wav::read(path).map_err(|error| error.to_string()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            wav::read(path).map_err(|error| error.to_string())
        }
        Err(error) => Err(of_file(&error)),
    }
}

/// One channel at [`SampleRate::WORKING`]: two are averaged.
pub(crate) fn working_mono(recording: &Recording) -> Vec<f32> {
    let mut channels = recording.channels.iter();
    let mut mono = channels.next().cloned().unwrap_or_default();
    for (number, channel) in (2_u16..).zip(channels) {
        for (sum, sample) in mono.iter_mut().zip(channel) {
            *sum += (sample - *sum) / f32::from(number);
        }
    }
    resample::to_working(&mono, recording.rate)
}

fn read_flac(path: &Path) -> Result<Recording, FlacError> {
    let stream = MediaSourceStream::new(Box::new(File::open(path)?), Default::default());
    let mut hint = Hint::new();
    hint.with_extension("flac");
    let format = symphonia::default::get_probe().probe(
        &hint,
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let (interleaved, rate, count, truncated) = decode(format)?;
    let mut channels = vec![Vec::with_capacity(interleaved.len() / count); count];
    for frame in interleaved.chunks_exact(count) {
        for (channel, sample) in channels.iter_mut().zip(frame) {
            channel.push(*sample);
        }
    }
    Ok(at_line_rate(Recording { rate, channels, truncated }))
}

type Decoded = (Vec<f32>, SampleRate, usize, bool);

fn decode(mut format: Box<dyn FormatReader + '_>) -> Result<Decoded, FlacError> {
    const NO_AUDIO: FlacError = FlacError::DecodeError("no audio in it");
    let track = format.default_track(TrackType::Audio).ok_or(NO_AUDIO)?;
    let id = track.id;
    let parameters =
        track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or(NO_AUDIO)?;
    let rate = parameters.sample_rate.and_then(SampleRate::new).ok_or(NO_AUDIO)?;
    let count = parameters.channels.as_ref().map_or(1, |channels| channels.count().max(1));
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
    let (mut samples, mut block) = (Vec::new(), Vec::new());
    let mut truncated = false;
    loop {
        match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == id => {
                let decoded = decoder.decode(&packet)?;
                block.resize(decoded.samples_interleaved(), f32::MID);
                decoded.copy_to_slice_interleaved(&mut block);
                samples.extend_from_slice(&block);
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            // Cut short: what there is counts.
            Err(FlacError::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                truncated = true;
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok((samples, rate, count, truncated))
}

/// Rates that no line has become the working rate, as with WAV files.
fn at_line_rate(recording: Recording) -> Recording {
    const LINE: [SampleRate; 3] = [SampleRate::HZ_8000, SampleRate::HZ_16000, SampleRate::HZ_48000];
    if LINE.contains(&recording.rate) {
        return recording;
    }
    let working = |channel: &Vec<f32>| resample::to_working(channel, recording.rate);
    Recording {
        rate: SampleRate::WORKING,
        channels: recording.channels.iter().map(working).collect(),
        truncated: recording.truncated,
    }
}

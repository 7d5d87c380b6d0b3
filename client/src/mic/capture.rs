//! The sound card, through cpal.

use std::time::Duration;

use attune_audio::units::SampleRate;
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{Device, FromSample, SampleFormat, SizedSample, SupportedStreamConfig};
use tokio::sync::mpsc;

use super::cutter::{Block, Cutter};
use crate::args::Wire;
use crate::error::Error;
use crate::print::note;
use crate::stream::outbox::Packet;
use crate::stream::source::Source;
use crate::time::seconds;
use crate::words::{Words, fill};

/// Blocks of a sound card last about 10 ms: half a minute, as long as a broken stream can be
/// resumed. When it is full, sound is lost and the loss is told.
const BLOCKS: usize = 3000;

/// An open microphone.
pub(super) struct Microphone {
    /// As the system calls it.
    pub(super) name: String,
    cutter: Cutter,
    blocks: mpsc::Receiver<Block>,
    words: &'static Words,
    /// Captures as long as it lives.
    _stream: cpal::Stream,
}

/// Opens the system's input device, or the first whose name contains `wanted`.
///
/// # Errors
/// [`Error::Microphone`] if there is none or it does not open.
pub(super) fn open(
    wanted: Option<&str>,
    wire: Wire,
    packet: Duration,
    words: &'static Words,
) -> Result<Microphone, Error> {
    let device = find(wanted)?;
    let config = device.default_input_config().map_err(failed)?;
    let rate = SampleRate::new(config.sample_rate())
        .ok_or_else(|| Error::Microphone("a sample rate of zero".into()))?;
    let (sender, blocks) = mpsc::channel(BLOCKS);
    let stream = match config.sample_format() {
        SampleFormat::F32 => build::<f32>(&device, &config, sender),
        SampleFormat::I16 => build::<i16>(&device, &config, sender),
        SampleFormat::I32 => build::<i32>(&device, &config, sender),
        SampleFormat::U16 => build::<u16>(&device, &config, sender),
        SampleFormat::U8 => build::<u8>(&device, &config, sender),
        other => Err(Error::Microphone(format!("samples of kind {other} are not supported"))),
    }?;
    stream.play().map_err(failed)?;
    let cutter = Cutter::new(rate, wire.codec(), packet);
    Ok(Microphone { name: name(&device), cutter, blocks, words, _stream: stream })
}

impl Microphone {
    /// On the line.
    pub(super) fn rate(&self) -> SampleRate {
        self.cutter.rate()
    }
}

impl Source for Microphone {
    async fn next(&mut self) -> Option<Packet> {
        loop {
            if let Some(packet) = self.cutter.cut() {
                return Some(packet);
            }
            let lost = self.cutter.push(&self.blocks.recv().await?);
            if lost > Duration::ZERO {
                note(&fill(self.words.mic_dropped, &[&seconds(lost)]));
            }
        }
    }

    /// What was captured meanwhile is waiting in the queue.
    fn resumed(&mut self) {}
}

fn find(wanted: Option<&str>) -> Result<Device, Error> {
    let host = cpal::default_host();
    let Some(wanted) = wanted else {
        return host
            .default_input_device()
            .ok_or_else(|| Error::Microphone("the system has no input device".into()));
    };
    let devices: Vec<Device> = host.input_devices().map_err(failed)?.collect();
    let names: Vec<String> = devices.iter().map(name).collect();
    let found = names.iter().position(|name| name.to_lowercase().contains(&wanted.to_lowercase()));
    found.and_then(|i| devices.into_iter().nth(i)).ok_or_else(|| {
        Error::Microphone(format!(
            "no input device is called {wanted}; there is: {}",
            names.join(", ")
        ))
    })
}

fn name(device: &Device) -> String {
    device.description().map_or_else(|_unnamed| "?".to_owned(), |text| text.to_string())
}

fn build<T>(
    device: &Device,
    config: &SupportedStreamConfig,
    sender: mpsc::Sender<Block>,
) -> Result<cpal::Stream, Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let channels = usize::from(config.channels()).max(1);
    let mut first = 0;
    let capture = move |data: &[T], _: &cpal::InputCallbackInfo| {
        let mono = |frame: &[T]| {
            frame.iter().map(|sample| f32::from_sample_(*sample)).sum::<f32>() / channels as f32
        };
        let samples: Vec<f32> = data.chunks_exact(channels).map(mono).collect();
        let block = Block { first, samples };
        first += block.samples.len() as u64;
        // Full: the block is lost, and the count of the next one tells.
        let _ = sender.try_send(block);
    };
    let trouble = |error: cpal::Error| note(&format!("microphone: {error}"));
    device.build_input_stream(config.config(), capture, trouble, None).map_err(failed)
}

fn failed(error: cpal::Error) -> Error {
    Error::Microphone(error.to_string())
}

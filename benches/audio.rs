//! The signal chain: how much faster than real time one side of a call is cut into utterances.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use attune_audio::codec::Encoding;
use attune_audio::prosody;
use attune_audio::segment::{AudioChunk, SegmentConfig, SideEvent, SideStream};
use attune_audio::units::{SampleRate, Side, StreamTime};
use attune_audio::utterance::{CallerAudio, Utterance};
use attune_audio::vad::BuiltinDetector;
use attune_audio::wav;
use attune_models::voice::VoiceModel;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/demo/call.wav");

fn caller() -> (SampleRate, Vec<f32>) {
    let recording = wav::read(Path::new(DEMO)).expect("the bundled call");
    (recording.rate, recording.channels.into_iter().next().expect("a caller channel"))
}

fn utterances(rate: SampleRate, samples: &[f32]) -> Vec<Utterance> {
    let detector = Box::new(BuiltinDetector::default());
    let mut stream = SideStream::new(Side::Caller, rate, SegmentConfig::by_sound_alone(), detector)
        .expect("a telephone's rate");
    let step = usize::try_from(rate.samples_in(Duration::from_millis(20))).expect("small");
    let mut found = Vec::new();
    for (index, chunk) in samples.chunks(step).enumerate() {
        let start = StreamTime::from_samples((index * step) as u64, rate);
        stream.push(AudioChunk { start, sequence: None, samples: chunk.to_vec() });
        while let Some(event) = stream.poll() {
            if let SideEvent::Utterance(utterance, _closed) = event {
                found.push(utterance);
            }
        }
    }
    found
}

/// Throughput is in samples: divide by 8000 for multiples of real time.
fn side(c: &mut Criterion) {
    let (rate, samples) = caller();
    let mut group = c.benchmark_group("side");
    group.sample_size(20).throughput(Throughput::Elements(samples.len() as u64));
    group.bench_function("8 kHz to utterances", |b| {
        b.iter(|| utterances(rate, black_box(&samples)))
    });
    group.finish();
}

fn pieces(c: &mut Criterion) {
    let (rate, samples) = caller();
    let coded = Encoding::Mulaw.encode(&samples);
    let mut group = c.benchmark_group("pieces");
    group.throughput(Throughput::Elements(samples.len() as u64));
    group.bench_function("mu-law decode", |b| b.iter(|| Encoding::Mulaw.decode(black_box(&coded))));
    group.finish();

    let spoken = utterances(rate, &samples);
    let longest = spoken.iter().max_by_key(|utterance| utterance.samples.len()).expect("speech");
    let voice = CallerAudio::of(longest).expect("a caller");
    let name = format!("prosody of {:.1} s", longest.span.length().as_secs_f64());
    c.bench_function(&name, |b| b.iter(|| prosody::measure(black_box(voice))));
    let model = VoiceModel::embedded().expect("the shipped model");
    let prosody = prosody::measure(voice);
    c.bench_function("voice model", |b| b.iter(|| model.read(black_box(&prosody))));
}

criterion_group!(benches, side, pieces);
criterion_main!(benches);

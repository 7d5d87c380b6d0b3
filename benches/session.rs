//! The session: what reading the caller and choosing cards costs beside hearing and decoding.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use attune_audio::units::Side;
use attune_audio::wav;
use attune_models::playbook::Playbook;
use attune_models::reader::ReaderPack;
use attune_models::recogniser::Model;
use attune_models::recogniser::scripted::ScriptedModel;
use attune_models::replay::{self, Track};
use attune_models::session::SessionConfig;
use attune_models::transcript::Language;
use criterion::{Criterion, criterion_group, criterion_main};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/demo/call.wav");

fn config() -> SessionConfig {
    let playbook = Playbook::embedded(Language::English).expect("the shipped playbook");
    let readers = ReaderPack::embedded().expect("the shipped lexicons");
    SessionConfig::new(Language::English, Vec::new(), Arc::new(playbook), Arc::new(readers))
}

/// A whole call with a recogniser that costs nothing: everything but Whisper.
fn call(c: &mut Criterion) {
    let recording = wav::read(Path::new(DEMO)).expect("the bundled call");
    let tracks: Vec<Track<'_>> = Side::BOTH
        .into_iter()
        .zip(&recording.channels)
        .map(|(side, samples)| Track { side, rate: recording.rate, samples })
        .collect();
    let config = config();
    let mut group = c.benchmark_group("call");
    group.sample_size(20);
    group.bench_function("the bundled call without Whisper", |b| {
        b.iter(|| {
            let model = ScriptedModel::of_length();
            let mut recogniser = model.recogniser().expect("scripted");
            let mut events = 0_u32;
            replay::replay(&tracks, config.clone(), recogniser.as_mut(), |_| events += 1)
                .expect("a recording");
            black_box(events)
        });
    });
    group.finish();
}

criterion_group!(benches, call);
criterion_main!(benches);

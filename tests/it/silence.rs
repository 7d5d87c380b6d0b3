//! Nobody says anything for half an hour, and the embedded model makes no words of it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use attune_audio::testsignal::suite::{self, Scene};
use attune_audio::units::{SampleRate, Side};
use attune_models::event::EventBody;
use attune_models::recogniser::embedded::Embedded;
use attune_models::recogniser::whisper::WhisperModel;
use harness::{Recording, watch};

/// What came of the scenes of one kind.
#[derive(Debug, Default)]
struct Heard {
    seconds: usize,
    utterances: usize,
    texts: Vec<String>,
}

fn hear(scene: Scene, model: &WhisperModel) -> Heard {
    let rate = SampleRate::HZ_8000;
    let seconds = scene.sound.len() / rate.hz() as usize;
    let recording = Recording { rate, sides: [scene.sound, scene.other] }.over_the_line();
    let mut heard = Heard { seconds, ..Heard::default() };
    for event in watch::replay(&recording, model) {
        if let EventBody::Transcript(line) = event.body
            && line.utterance.side == Side::Caller
        {
            heard.utterances += 1;
            heard.texts.extend(line.text.map(|text| text.into_revealed()));
        }
    }
    heard
}

#[test]
fn invents_nothing_in_half_an_hour_without_speech() {
    let model = Embedded::English.load().expect("the embedded model");
    let [_, agent] = Recording::demo().sides;
    let scenes = Mutex::new(suite::without_speech(&agent, SampleRate::HZ_8000, 1));
    let kinds: Mutex<BTreeMap<&str, Heard>> = Mutex::default();
    let work = || {
        loop {
            let Some(scene) = scenes.lock().expect("no panic").next() else { return };
            let kind = scene.kind;
            let heard = hear(scene, &model);
            let mut kinds = kinds.lock().expect("no panic");
            let all = kinds.entry(kind).or_default();
            all.seconds += heard.seconds;
            all.utterances += heard.utterances;
            all.texts.extend(heard.texts);
        }
    };
    thread::scope(|scope| {
        for number in 0..thread::available_parallelism().map_or(1, usize::from) {
            let named = thread::Builder::new().name(format!("listener-{number}"));
            named.spawn_scoped(scope, work).expect("a thread");
        }
    });
    let kinds = kinds.into_inner().expect("no panic");
    for (kind, heard) in &kinds {
        eprintln!(
            "{kind:20} {:5} s {:3} utterances {:?}",
            heard.seconds, heard.utterances, heard.texts
        );
    }
    assert_eq!(kinds.values().map(|heard| heard.seconds).sum::<usize>(), 30 * 60);
    assert!(kinds.values().all(|heard| heard.texts.is_empty()), "words where nobody spoke");
    // Or nothing of what the scene is about was tested.
    assert!(kinds[Scene::BLEED].utterances > 0, "the detector hears what bleeds over");
}

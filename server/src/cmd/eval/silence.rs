//! `eval silence`: how many words are made of nothing.

use std::collections::BTreeMap;
use std::path::Path;

use attune_audio::codec::Encoding;
use attune_audio::resample;
use attune_audio::testsignal::suite::{self, Scene};
use attune_audio::units::{SampleRate, Side};
use attune_models::event::{Event, EventBody};
use attune_models::recogniser::Recogniser;
use attune_models::replay::{Replayed, Track, replay};
use serde_json::{Map, Value, json};

use super::{Report, object, parallel, rounded};
use crate::app::SessionKit;
use crate::cli::Failure;
use crate::cmd::sound;
use crate::config::Config;
use crate::load;

/// What telephones carry.
const RATE: SampleRate = SampleRate::HZ_8000;

/// What was heard where nobody spoke.
struct Heard {
    utterances: usize,
    texts: Vec<String>,
}

pub(super) fn run(path: &Path, config: &Config, seed: u64) -> Result<Report, Failure> {
    let recording = sound::read(path).map_err(Failure::Input)?;
    let speech = recording.channels.last().map(Vec::as_slice).unwrap_or_default();
    let speech = resample::convert(speech, recording.rate, RATE);
    let scenes: Vec<Scene> = suite::without_speech(&speech, RATE, seed).collect();
    let model = load::model(config).map_err(Failure::failed)?;
    let kit = load::kit(config).map_err(Failure::failed)?;
    let recogniser = || model.recogniser().map_err(Failure::failed);
    let heard =
        parallel::map(&scenes, config.slots, "silence", recogniser, |recogniser, scene| {
            hear(scene, &kit, config, recogniser.as_mut())
        })?;
    Ok(report(&scenes, &heard))
}

/// A scene as a call: nobody speaks on the caller's side.
fn hear(
    scene: &Scene,
    kit: &SessionKit,
    config: &Config,
    recogniser: &mut dyn Recogniser,
) -> Result<Heard, Failure> {
    let session = load::session(kit, config.language)
        .ok_or_else(|| Failure::Input("there is no playbook in this language".into()))?;
    // Mu-law has no odd byte counts to complain about.
    let line =
        |sound: &[f32]| Encoding::Mulaw.decode(&Encoding::Mulaw.encode(sound)).unwrap_or_default();
    let sides = [(Side::Caller, line(&scene.sound)), (Side::Agent, line(&scene.other))];
    let tracks: Vec<Track<'_>> =
        sides.iter().map(|(side, samples)| Track { side: *side, rate: RATE, samples }).collect();
    let mut heard = Heard { utterances: 0, texts: Vec::new() };
    replay(&tracks, session, recogniser, |replayed| {
        let Replayed::Event(Event { body: EventBody::Transcript(line), .. }) = replayed else {
            return;
        };
        if line.utterance.side == Side::Caller {
            heard.utterances += 1;
            heard.texts.extend(line.text.map(|text| text.into_revealed()));
        }
    })
    .map_err(Failure::failed)?;
    Ok(heard)
}

fn report(scenes: &[Scene], heard: &[Heard]) -> Report {
    let words = |heard: &Heard| -> usize {
        heard.texts.iter().map(|text| text.split_whitespace().count()).sum()
    };
    let mut kinds: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let mut items = Vec::new();
    for (scene, heard) in scenes.iter().zip(heard) {
        let kind = kinds.entry(scene.kind).or_default();
        *kind = (kind.0 + scene.sound.len(), kind.1 + heard.utterances, kind.2 + words(heard));
        items.push(json!({
            "kind": scene.kind,
            "seconds": seconds(scene.sound.len()),
            "utterances": heard.utterances,
            "words": words(heard),
            "text": heard.texts.join(" / "),
        }));
    }
    let figures = |(samples, utterances, words): (usize, usize, usize)| json!({"seconds": seconds(samples), "utterances": utterances, "words": words});
    let total = |part: fn(&(usize, usize, usize)) -> usize| kinds.values().map(part).sum::<usize>();
    let by_kind: Map<String, Value> =
        kinds.iter().map(|(kind, counts)| ((*kind).to_owned(), figures(*counts))).collect();
    Report {
        items,
        pictures: Vec::new(),
        summary: object([
            ("seconds", seconds(total(|counts| counts.0))),
            ("utterances", total(|counts| counts.1).into()),
            ("words", total(|counts| counts.2).into()),
            ("kinds", Value::Object(by_kind)),
        ]),
    }
}

fn seconds(samples: usize) -> Value {
    rounded(RATE.length_of(samples as u64).as_secs_f32())
}

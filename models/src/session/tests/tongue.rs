//! Calls whose language is found out.

use std::sync::Arc;

use attune_audio::units::Side;

use super::kit::{Random, check, chunk, config, track};
use crate::event::{EndReason, Event, EventBody};
use crate::language::Spoken;
use crate::playbook::Playbook;
use crate::recogniser::scripted::ScriptedModel;
use crate::recogniser::{Job, Recogniser, Recognition};
use crate::replay::{Replayed, Track, replay};
use crate::session::{Input, Output, Session, SessionConfig};
use crate::transcript::{Language, Transcript};

/// Low tones are English, high ones German.
const LOW: f32 = 0.15;
const HIGH: f32 = 0.6;

/// Tells the pitch, and writes down in which language it was asked: if that depended on anything but
/// the sound, so would the text.
fn model() -> ScriptedModel {
    ScriptedModel::new(|samples, asked| {
        let crossings = samples.windows(2).filter(|pair| pair[0] * pair[1] < 0.0).count();
        let high = crossings * 16_000 / samples.len().max(1) > 750;
        let language = if high { Language::German } else { Language::English };
        let heard = Recognition::certain(&format!("{} {}", asked.code(), samples.len()));
        Ok(Recognition { spoken: Some(Spoken { language, probability: 0.97 }), ..heard })
    })
}

fn open_config() -> SessionConfig {
    let german = Playbook::embedded(Language::German).unwrap();
    SessionConfig { others: vec![Arc::new(german)], ..config(&Side::BOTH) }
}

/// Both sides, in English and then in German, with sentences long and short.
fn call() -> [Vec<f32>; 2] {
    let caller = [
        track(&[(300, 2800), (2500, 1000), (1500, 2600)], LOW),
        track(&[(2200, 2900), (1500, 600), (2500, 3000), (900, 2700), (1200, 2000)], HIGH),
    ];
    let agent = [
        track(&[(3200, 1900), (2600, 1500)], LOW),
        track(&[(2500, 2800), (3500, 1500), (2600, 2600)], HIGH),
    ];
    [caller.concat(), agent.concat()]
}

/// Random chunks, and answers that come late and in any order.
fn live(tracks: &[Vec<f32>; 2], random: &mut Random) -> Vec<Event> {
    let (mut session, model) = (Session::new(open_config()).unwrap(), model());
    let (mut open, mut events): (Vec<Job>, Vec<Event>) = (Vec::new(), Vec::new());
    let mut answer = |session: &mut Session, wanted: bool, random: &mut Random| {
        let mut answered = false;
        while let Some(output) = session.poll() {
            match output {
                Output::Recognise(job) => open.push(job),
                Output::Event(event) => events.push(event),
                _ => {}
            }
        }
        if wanted && !open.is_empty() {
            let job = open.swap_remove(random.below(open.len()));
            let result = model.clone().recognise(&job.utterance.samples, &job.expected);
            session.handle(Input::Recognised { job: job.id, result }).unwrap();
            answered = true;
        }
        answered
    };
    let mut at = 0;
    while at < tracks[0].len().max(tracks[1].len()) {
        // In step, or the slower side would be given up.
        let next = at + 1 + random.below(3200);
        for (side, track) in Side::BOTH.into_iter().zip(tracks) {
            let (from, to) = (at.min(track.len()), next.min(track.len()));
            let chunk = chunk(track, from, to);
            session.handle(Input::Audio { side, chunk }).unwrap();
        }
        at = next;
        let wanted = random.below(12) == 0;
        answer(&mut session, wanted, random);
    }
    session.handle(Input::End(EndReason::HangUp)).unwrap();
    while answer(&mut session, true, random) {}
    answer(&mut session, false, random);
    events
}

fn replayed(tracks: &[Vec<f32>; 2]) -> Vec<Event> {
    let track = |(side, samples)| Track { side, rate: super::kit::RATE, samples };
    let tracks: Vec<_> =
        Side::BOTH.into_iter().zip(tracks.iter().map(Vec::as_slice)).map(track).collect();
    let mut events = Vec::new();
    replay(&tracks, open_config(), &mut model(), |told| {
        if let Replayed::Event(event) = told {
            events.push(event);
        }
    })
    .unwrap();
    events
}

fn transcripts(events: &[Event]) -> impl Iterator<Item = &Transcript> {
    events.iter().filter_map(|event| match &event.body {
        EventBody::Transcript(transcript) => Some(transcript),
        _ => None,
    })
}

#[test]
fn the_call_follows_what_is_spoken() {
    let events = replayed(&call());
    check(&events);
    let turn = events
        .iter()
        .position(|event| event.body == EventBody::LanguageChanged { language: Language::German });
    let (before, after) = events.split_at(turn.expect("it goes on in German"));
    let changed = |event: &&Event| matches!(event.body, EventBody::LanguageChanged { .. });
    assert_eq!(events.iter().filter(changed).count(), 1, "and stays there");
    let asked = |events: &[Event], code: &str| {
        transcripts(events).filter(|line| line.words().starts_with(code)).count()
    };
    assert!(asked(before, "en ") >= 5 && asked(before, "de ") == 0);
    assert!(asked(after, "de ") >= 3, "German is asked for from then on");
    let spoken = transcripts(&events).filter(|line| line.language == Language::German).count();
    assert!(spoken >= 6, "each line has the language it sounds like: {spoken}");
}

#[test]
fn a_replay_is_the_live_call_whatever_it_is_in() {
    let tracks = call();
    let replayed = replayed(&tracks);
    for seed in 1..24 {
        let live = live(&tracks, &mut Random(seed));
        for (live, replayed) in live.iter().zip(&replayed) {
            assert_eq!(live, replayed, "seed {seed}");
        }
        assert_eq!(live.len(), replayed.len());
    }
}

#[test]
fn a_call_of_known_language_stays_in_it() {
    let [caller, agent] = call();
    let track = |side, samples| Track { side, rate: super::kit::RATE, samples };
    let tracks = [track(Side::Caller, &caller[..]), track(Side::Agent, &agent[..])];
    replay(&tracks, config(&[]), &mut model(), |told| {
        if let Replayed::Event(Event { body, .. }) = told {
            assert!(!matches!(body, EventBody::LanguageChanged { .. }));
        }
    })
    .unwrap();
}

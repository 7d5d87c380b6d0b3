//! One side hears the other: its words are said once, and nobody is read by them.

use std::time::Duration;

use attune_audio::testsignal::{self, Path};
use attune_audio::units::{Dbfs, Side, Span};

use super::kit::{Call, RATE, Random, check, ms, samples};
use crate::event::{Event, EventBody};
use crate::transcript::Transcript;

/// The agent speaks for six seconds, twice; the caller's line carries `down` less of it, and from
/// `own` on, in seconds, the caller's voice.
fn call(down: f32, own: Option<u64>) -> Call {
    let voice = |seconds, level, seed| {
        testsignal::speech_like(Duration::from_secs(seconds), RATE, Dbfs(level), seed)
    };
    let mut agent = voice(6, -8.0, 1);
    agent.resize(samples(9000), 0.0);
    agent.extend(voice(6, -8.0, 2));
    agent.resize(samples(18_000), 0.0);
    let path = Path { down, delay: Duration::from_millis(70), colour: 0.3 };
    let mut caller = testsignal::bleed(&agent, RATE, path);
    if let Some(start) = own {
        for (out, sample) in caller[samples(1000 * start)..].iter_mut().zip(voice(3, -20.0, 3)) {
            *out += sample;
        }
    }
    Call { caller, agent, lost: None, keys: Vec::new() }
}

fn lines(events: &[Event], side: Side) -> Vec<Transcript> {
    let of_side = |event: &Event| match &event.body {
        EventBody::Transcript(line) if line.utterance.side == side => Some(line.clone()),
        _ => None,
    };
    events.iter().filter_map(of_side).collect()
}

#[test]
fn what_bleeds_over_has_its_place_and_no_words() {
    let events = call(19.0, None).in_step();
    check(&events);
    let (caller, agent) = (lines(&events, Side::Caller), lines(&events, Side::Agent));
    assert!(caller.len() >= 2, "the detector takes it for speech: {caller:?}");
    assert!(caller.iter().all(|line| line.text.is_none()), "{caller:?}");
    assert!(agent.iter().any(|line| line.text.is_some()), "the source is heard");
    let read = events.iter().any(|event| matches!(event.body, EventBody::Snapshot(_)));
    assert!(!read, "the agent's voice is nobody's mood");
    let Some(EventBody::Ended { summary, .. }) = events.last().map(|event| &event.body) else {
        panic!("no end");
    };
    assert_eq!((summary.caller_utterances, summary.caller_talk), (0, Duration::ZERO));
}

#[test]
fn ones_own_words_stay_in_the_pauses_and_over_the_other() {
    for start in [6, 11] {
        let events = call(25.0, Some(start)).in_step();
        let said = lines(&events, Side::Caller);
        let own = Span::new(ms(1000 * start), ms(1000 * start + 3000));
        let mut own = said.iter().filter(|line| line.span.overlap(own) > Duration::from_secs(1));
        assert!(own.any(|line| line.text.is_some()), "{said:?}");
        assert!(events.iter().any(|event| matches!(event.body, EventBody::Snapshot(_))));
    }
}

#[test]
fn it_does_not_matter_how_it_arrives() {
    let call = call(19.0, Some(11));
    let plain = call.in_step();
    for seed in 0..12 {
        assert_eq!(plain, call.in_disorder(&mut Random(seed)), "seed {seed}");
    }
}

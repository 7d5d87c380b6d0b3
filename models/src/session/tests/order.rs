//! Order and time: the same call gives the same events, however it comes.

use attune_audio::units::{Side, Span};
use proptest::prelude::*;

use super::kit::{Call, Random, check, drain, feed, ms, seconds, session, track, transcripts};
use crate::event::{EndReason, Event, EventBody};
use crate::private::Private;
use crate::recogniser::scripted::ScriptedModel;
use crate::replay::{Replayed, Track, replay};
use crate::session::{Input, Output, Session, SessionConfig};
use crate::suggestion::{CardChange, WithdrawReason};

fn bursts() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((60_u64..1800, 40_u64..2600), 0..5)
}

fn calls() -> impl Strategy<Value = Call> {
    let lost = prop::option::of((0_u64..4000, 20_u64..1500));
    let keys = prop::collection::btree_set(0_u64..6000, 0..3);
    (bursts(), bursts(), 0_u64..1000, lost, keys).prop_map(|(caller, agent, tail, lost, keys)| {
        let mut call = Call {
            caller: track(&caller, 0.15),
            agent: track(&agent, 0.1),
            lost: lost.map(|(from, length)| (from, from + length)),
            keys: keys.into_iter().collect(),
        };
        call.caller.resize(call.caller.len() + super::kit::samples(tail), 0.0);
        // A key after the end of the line would never be sent.
        let length = call.caller.len() as u64 / 8;
        // What is lost just before a side ends is given up by the other side's clock or by the
        // reorder window, whichever the chunks make the first: in one piece or in two.
        call.lost = call.lost.filter(|(_, to)| to + 700 <= length || *to >= length);
        call.keys.retain(|key| {
            *key < length && call.lost.is_none_or(|(from, to)| *key < from || *key >= to)
        });
        call
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arrival_changes_nothing(call in calls(), seed in any::<u64>()) {
        let plain = call.in_step();
        check(&plain);
        let disordered = call.in_disorder(&mut Random(seed));
        prop_assert_eq!(plain, disordered);
    }
}

/// A call with five turns on each side.
fn long_call() -> Call {
    Call {
        caller: track(&[(300, 2000), (2500, 1500), (2500, 2500), (1500, 1000), (2500, 1500)], 0.15),
        agent: track(&[(2600, 1800), (2200, 1700), (3500, 1000), (1500, 2000), (1000, 300)], 0.1),
        lost: Some((9000, 9500)),
        keys: vec![4000, 12_000],
    }
}

#[test]
fn a_call_has_everything_in_it() {
    let events = long_call().in_step();
    check(&events);
    let count = |wanted: fn(&EventBody) -> bool| events.iter().filter(|e| wanted(&e.body)).count();
    assert!(transcripts(&events).len() >= 9);
    assert!(count(|body| matches!(body, EventBody::Snapshot(_))) >= 4);
    assert!(count(|body| matches!(body, EventBody::Card(CardChange::Shown(_)))) >= 1);
    assert_eq!(count(|body| matches!(body, EventBody::Dtmf { side: Side::Caller })), 2);
    assert_eq!(count(|body| matches!(body, EventBody::Gap { .. })), 1);
    let gap = Span::new(ms(9000), ms(9500));
    assert!(events.iter().any(|e| e.body == EventBody::Gap { side: Side::Caller, span: gap }));
}

#[test]
fn the_summary_adds_up() {
    let events = long_call().in_step();
    let Some(Event { body: EventBody::Ended { summary, reason }, .. }) = events.last() else {
        panic!("no end")
    };
    assert_eq!(*reason, EndReason::HangUp);
    assert_eq!(summary.duration, seconds(&events));
    let said = transcripts(&events);
    let of = |side| u32::try_from(said.iter().filter(|id| id.side == side).count()).unwrap();
    assert_eq!(summary.caller_utterances, of(Side::Caller));
    assert_eq!(summary.agent_utterances, of(Side::Agent));
    assert_eq!(summary.gaps.as_millis(), 500);
    assert!(summary.overtalk.as_millis() > 0 && summary.overtalk < summary.agent_talk);
    assert!(summary.snapshot.is_some());
    let shown = |e: &&Event| matches!(e.body, EventBody::Card(CardChange::Shown(_)));
    assert_eq!(summary.suggestions_shown as usize, events.iter().filter(shown).count());
}

#[test]
fn a_replay_is_the_live_call() {
    let call = Call { lost: None, keys: Vec::new(), ..long_call() };
    // Live: random chunks, answers that keep the session waiting.
    let model = ScriptedModel::of_length();
    let mut live = Vec::new();
    let mut random = Random(11);
    let mut session = Session::new(super::kit::config(&Side::BOTH)).unwrap();
    let mut open = Vec::new();
    let mut at = [0; 2];
    let tracks = [&call.caller, &call.agent];
    while at[0] < tracks[0].len() || at[1] < tracks[1].len() {
        for index in 0..2 {
            let end = (at[index] + 1 + random.below(3200)).min(tracks[index].len());
            let chunk = super::kit::chunk(tracks[index], at[index], end);
            session.handle(Input::Audio { side: Side::BOTH[index], chunk }).unwrap();
            at[index] = end;
        }
        step(&mut session, &mut open, &mut live);
        if random.below(20) == 0 {
            answer_all(&mut session, &mut open, &model);
        }
    }
    session.handle(Input::End(EndReason::HangUp)).unwrap();
    step(&mut session, &mut open, &mut live);
    // A side that waits at a pause asks for more when it goes on.
    while !open.is_empty() {
        answer_all(&mut session, &mut open, &model);
        step(&mut session, &mut open, &mut live);
    }

    let mut replayed = Vec::new();
    let mut progress = Vec::new();
    let track = |index: usize| Track {
        side: Side::BOTH[index],
        rate: super::kit::RATE,
        samples: tracks[index],
    };
    replay(&[track(0), track(1)], super::kit::config(&[]), &mut model.clone(), |told| match told {
        Replayed::Event(event) => replayed.push(event),
        Replayed::Progress { done, total } => progress.push((done, total)),
    })
    .unwrap();
    check(&live);
    assert_eq!(live, replayed);
    assert!(progress.is_sorted());
    assert_eq!(progress.last().unwrap().0, progress.last().unwrap().1);
}

fn step(session: &mut Session, open: &mut Vec<crate::recogniser::Job>, events: &mut Vec<Event>) {
    while let Some(output) = session.poll() {
        match output {
            Output::Recognise(job) => open.push(job),
            Output::Event(event) => events.push(event),
            Output::Cancel(_) | Output::Hint(_) => {}
        }
    }
}

fn answer_all(
    session: &mut Session,
    open: &mut Vec<crate::recogniser::Job>,
    model: &ScriptedModel,
) {
    use crate::recogniser::Recogniser;
    while let Some(job) = open.pop() {
        let result = model.clone().recognise(&job.utterance.samples, &job.expected);
        session.handle(Input::Recognised { job: job.id, result }).unwrap();
    }
}

#[test]
fn time_waits_for_the_first_open_answer() {
    let call = long_call();
    let mut session = session(&Side::BOTH);
    let (mut callers, mut events) = (Vec::new(), Vec::new());
    for from in (0..10_000).step_by(1000) {
        feed(&mut session, Side::Caller, &call.caller, from, from + 1000);
        feed(&mut session, Side::Agent, &call.agent, from, from + 1000);
        // The agent's words are there at once, the caller's not.
        let mut asked = Vec::new();
        step(&mut session, &mut asked, &mut events);
        while let Some(job) = asked.pop() {
            if job.utterance.id.side == Side::Caller {
                callers.push(job);
            } else {
                session.handle(super::kit::answer(&job)).unwrap();
                step(&mut session, &mut asked, &mut events);
            }
        }
    }
    assert_eq!(events.len(), 2, "nothing but the start and the steps before the first answer");
    assert_eq!(session.now(), ms(2480), "the caller paused at 2.3 s");
    assert!(session.backlog().as_millis() > 7000);
    session.handle(super::kit::answer(&callers[0])).unwrap();
    assert!(transcripts(&drain(&mut session)).len() >= 4);
    assert!(session.now() > ms(9000));
}

#[test]
fn cards_go_at_their_exact_time() {
    let mut session = session(&Side::BOTH);
    let text = "this is the third time i call and your company is a joke i want to cancel";
    let span = Span::new(ms(1000), ms(5000));
    let said = |at: Span, text: &str| Input::Spoken {
        side: Side::Caller,
        span: at,
        text: Private::new(text.into()),
    };
    session.handle(said(span, text)).unwrap();
    let shown = session.cards().first().cloned().expect("a card for an angry caller");
    // Much later, something that has nothing to do with it.
    session.handle(said(Span::new(ms(900_000), ms(901_000)), "yes")).unwrap();
    session.handle(Input::End(EndReason::HangUp)).unwrap();
    let events = drain(&mut session);
    check(&events);
    let gone = events.iter().find(|event| {
        matches!(&event.body, EventBody::Card(CardChange::Withdrawn { id, reason: WithdrawReason::Expired, .. }) if *id == shown.id)
    });
    assert_eq!(gone.expect("it expires").at, shown.expires);
}

#[test]
fn a_skew_within_the_limit_loses_nothing() {
    let call = Call { lost: None, keys: Vec::new(), ..long_call() };
    let mut session = Session::new(SessionConfig { ..super::kit::config(&Side::BOTH) }).unwrap();
    let mut events = drain(&mut session);
    for from in (0..19_000).step_by(1900) {
        feed(&mut session, Side::Caller, &call.caller, from, from + 1900);
        feed(&mut session, Side::Agent, &call.agent, from, from + 1900);
        events.extend(drain(&mut session));
    }
    session.handle(Input::End(EndReason::HangUp)).unwrap();
    events.extend(drain(&mut session));
    assert_eq!(events, call.in_step());
}

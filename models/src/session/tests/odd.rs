//! What should not happen, and does.

use std::collections::BTreeMap;

use attune_audio::units::{SampleRate, Side, Span, StreamTime};

use super::kit::{check, chunk, config, drain, feed, ms, session, track, transcripts};
use crate::category::{Category, Colour};
use crate::event::{EndReason, Event, EventBody, Hint};
use crate::private::Private;
use crate::recogniser::{Job, JobId, JobKind, RecogniseError, Recognition};
use crate::session::{
    ChannelConfig, Input, InputError, Output, Session, SessionConfig, SessionError,
};
use crate::snapshot::Correction;
use crate::suggestion::{Feedback, FeedbackKind, SuggestionId};

const END: Input = Input::End(EndReason::HangUp);

pub(super) fn outputs(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll()).collect()
}

/// What is asked for, each job as it was asked for last.
pub(super) fn jobs(session: &mut Session) -> Vec<Job> {
    let job = |output| if let Output::Recognise(job) = output { Some((job.id, job)) } else { None };
    let jobs: BTreeMap<JobId, Job> = outputs(session).into_iter().filter_map(job).collect();
    jobs.into_values().collect()
}

fn bodies(events: &[Event]) -> Vec<&EventBody> {
    events.iter().map(|event| &event.body).collect()
}

#[test]
fn hanging_up_in_mid_word_loses_no_word() {
    let caller = track(&[(500, 3000)], 0.15);
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, &caller, 0, 2000);
    session.handle(END).unwrap();
    assert!(!session.is_ended(), "the answer is still open");
    let events = drain(&mut session);
    check(&events);
    assert_eq!(transcripts(&events).len(), 1);
    assert!(session.is_ended());
    assert!(session.poll().is_none());
}

#[test]
fn nothing_comes_after_the_end() {
    let mut session = session(&Side::BOTH);
    session.handle(END).unwrap();
    check(&drain(&mut session));
    let late = [
        END,
        Input::Dtmf { side: Side::Caller, at: ms(0) },
        Input::Audio { side: Side::Caller, chunk: chunk(&[0.0; 80], 0, 80) },
        Input::Correct(Correction { colour: Some(Colour::Red), ..Correction::default() }),
        Input::Advise(Private::new("too late".to_owned())),
    ];
    for input in late {
        assert_eq!(session.handle(input), Err(InputError::AfterEnd));
    }
    let stray = Input::Recognised { job: JobId(1), result: Ok(Recognition::certain("late")) };
    session.handle(stray).unwrap();
    assert_eq!(session.stray_answers(), 1);
    assert!(session.poll().is_none());
}

#[test]
fn answers_nobody_asked_for_are_counted_and_forgotten() {
    let caller = track(&[(300, 1000), (1500, 10)], 0.15);
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, &caller, 0, 2810);
    let [job] = &jobs(&mut session)[..] else { panic!("one request") };
    let answer = |id| Input::Recognised { job: id, result: Ok(Recognition::certain("hello")) };
    session.handle(answer(JobId(99))).unwrap();
    session.handle(answer(job.id)).unwrap();
    session.handle(answer(job.id)).unwrap();
    assert_eq!(session.stray_answers(), 2);
    assert_eq!(transcripts(&drain(&mut session)).len(), 1);
}

#[test]
fn a_failed_recognition_keeps_the_utterance() {
    let caller = track(&[(300, 1000), (1500, 1000)], 0.15);
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, &caller, 0, 9000);
    session.handle(END).unwrap();
    let mut events = Vec::new();
    while let Some(output) = session.poll() {
        match output {
            Output::Recognise(job) => {
                let looped = Recognition::certain(&"thank you ".repeat(40));
                let result =
                    if job.id == JobId(1) { Err(RecogniseError::Dropped) } else { Ok(looped) };
                session.handle(Input::Recognised { job: job.id, result }).unwrap();
            }
            Output::Event(event) => events.push(event),
            Output::Cancel(_) | Output::Hint(_) => {}
        }
    }
    check(&events);
    let texts: Vec<bool> = bodies(&events)
        .into_iter()
        .filter_map(|body| match body {
            EventBody::Transcript(transcript) => Some(transcript.text.is_some()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, [false, false]);
}

#[test]
fn a_dead_line_does_not_hold_the_other_up() {
    let caller = track(&[(500, 1000), (1500, 1000), (3000, 500), (2000, 10)], 0.15);
    let agent = track(&[(500, 500), (6000, 500)], 0.1);
    let mut session = session(&Side::BOTH);
    feed(&mut session, Side::Agent, &agent, 0, 1000);
    feed(&mut session, Side::Caller, &caller, 0, 9000);
    let events = drain(&mut session);
    assert!(transcripts(&events).len() >= 2, "the caller's words come all the same");
    let gap = bodies(&events).into_iter().find_map(|body| match body {
        EventBody::Gap { side: Side::Agent, span } => Some(*span),
        _ => None,
    });
    assert_eq!(gap.expect("what is missing is a gap").start, ms(1000));
    // It comes back: what is too late is dropped, what is in time is heard.
    feed(&mut session, Side::Agent, &agent, 6500, 7000);
    session.handle(END).unwrap();
    let all: Vec<Event> = events.into_iter().chain(drain(&mut session)).collect();
    check(&all);
}

#[test]
fn a_line_that_never_begins_is_silent_and_no_gap() {
    let caller = track(&[(500, 1000), (1500, 1000), (3000, 500)], 0.15);
    let mut session = session(&Side::BOTH);
    feed(&mut session, Side::Caller, &caller, 0, 7500);
    session.handle(END).unwrap();
    let events = drain(&mut session);
    check(&events);
    assert!(!bodies(&events).iter().any(|body| matches!(body, EventBody::Gap { .. })));
}

#[test]
fn only_a_caller_is_read() {
    for side in [Side::Agent, Side::Mixed] {
        let line = track(&[(300, 2000), (1500, 2000)], 0.15);
        let mut session = session(&[side]);
        feed(&mut session, side, &line, 0, 6000);
        session.handle(END).unwrap();
        let events = drain(&mut session);
        assert_eq!(transcripts(&events).len(), 2, "{side}");
        assert!(
            !bodies(&events).iter().any(|body| matches!(body, EventBody::Snapshot(_))),
            "{side}"
        );
        assert!(session.snapshot().is_none());
    }
}

#[test]
fn humans_are_heard_at_once_and_outrank_the_model() {
    let mut session = session(&Side::BOTH);
    assert_eq!(
        session.handle(Input::Correct(Correction::default())),
        Err(InputError::EmptyCorrection)
    );
    let unknown = Feedback { suggestion: SuggestionId(7), kind: FeedbackKind::Used };
    assert_eq!(
        session.handle(Input::Feedback(unknown)),
        Err(InputError::UnknownCard(SuggestionId(7)))
    );
    let span = Span::new(ms(0), ms(4000));
    let text = Private::new("this is the third time i call your company is a joke".to_owned());
    session.handle(Input::Spoken { side: Side::Caller, span, text }).unwrap();
    let card = session.cards().first().expect("a card").id;
    let blue = Correction { colour: Some(Colour::Blue), ..Correction::default() };
    session.handle(Input::Correct(blue)).unwrap();
    session
        .handle(Input::Feedback(Feedback { suggestion: card, kind: FeedbackKind::Used }))
        .unwrap();
    assert!(session.cards().iter().all(|shown| shown.id != card));
    let reading = &session.snapshot().expect("a snapshot").colour;
    assert_eq!((reading.value, reading.corrected), (Some(Colour::Blue), true));
    session.handle(END).unwrap();
    let events = drain(&mut session);
    check(&events);
    let Some(EventBody::Ended { summary, .. }) = events.last().map(|event| &event.body) else {
        panic!("no end")
    };
    assert_eq!(summary.suggestions_used, 1);
    assert_eq!(summary.snapshot.as_ref().unwrap().colour.value.map(Category::key), Some("blue"));
}

#[test]
fn a_side_carries_audio_or_words() {
    let mut session = session(&Side::BOTH);
    let words =
        |side| Input::Spoken { side, span: Span::new(ms(0), ms(100)), text: Private::default() };
    let audio = |side| Input::Audio { side, chunk: chunk(&[0.0; 80], 0, 80) };
    session.handle(words(Side::Caller)).unwrap();
    assert_eq!(session.handle(audio(Side::Caller)), Err(InputError::MixedSource(Side::Caller)));
    session.handle(audio(Side::Agent)).unwrap();
    assert_eq!(session.handle(words(Side::Agent)), Err(InputError::MixedSource(Side::Agent)));
    assert_eq!(session.handle(words(Side::Mixed)), Err(InputError::UnknownSide(Side::Mixed)));
}

#[test]
fn impossible_times_are_refused() {
    let mut session = session(&Side::BOTH);
    let never = StreamTime::from_millis(u64::MAX);
    let late = chunk(&[0.0; 80], 0, 80);
    let inputs = [
        Input::Audio {
            side: Side::Caller,
            chunk: attune_audio::segment::AudioChunk { start: never, ..late },
        },
        Input::Silence { side: Side::Caller, span: Span::new(ms(0), never) },
        Input::Dtmf { side: Side::Caller, at: never },
        Input::Spoken {
            side: Side::Caller,
            span: Span::new(ms(0), never),
            text: Private::default(),
        },
    ];
    for input in inputs {
        assert_eq!(session.handle(input), Err(InputError::BeyondAnyCall(never)));
    }
    session.handle(Input::Dtmf { side: Side::Caller, at: ms(3_600_000) }).unwrap();
    session.handle(END).unwrap();
    let events = drain(&mut session);
    check(&events);
    assert_eq!(events.last().unwrap().at, ms(0), "a key does not make a call longer");
}

#[test]
fn a_session_needs_sensible_channels() {
    let none = Session::new(config(&[])).map(drop);
    assert_eq!(none, Err(SessionError::NoChannel));
    let twice = Session::new(config(&[Side::Caller, Side::Caller])).map(drop);
    assert_eq!(twice, Err(SessionError::RepeatedSide(Side::Caller)));
    let rate = SampleRate::new(11_025).unwrap();
    let channels = vec![ChannelConfig { side: Side::Agent, rate }];
    let odd = Session::new(SessionConfig { channels, ..config(&[]) }).map(drop);
    assert_eq!(odd, Err(SessionError::UnsupportedRate { side: Side::Agent, rate }));
}

#[test]
fn partial_text_is_asked_for_one_at_a_time() {
    let caller = track(&[(200, 5000), (1000, 10)], 0.15);
    let mut session =
        Session::new(SessionConfig { partials: true, ..config(&[Side::Caller]) }).unwrap();
    let mut stabilities = Vec::new();
    let mut asked = 0;
    for (from, text) in
        [(0, "i want"), (1500, "i want to"), (2800, "i want two cancel"), (4100, "")]
    {
        feed(&mut session, Side::Caller, &caller, from, from + 1400);
        let open: Vec<Job> = jobs(&mut session);
        let partial: Vec<&Job> = open.iter().filter(|job| job.kind == JobKind::Partial).collect();
        assert!(partial.len() <= 1);
        let Some(job) = partial.first() else { continue };
        asked += 1;
        let result = Ok(Recognition::certain(text));
        session.handle(Input::Recognised { job: job.id, result }).unwrap();
        for output in outputs(&mut session) {
            if let Output::Hint(Hint::Partial { stability, utterance, .. }) = output {
                assert_eq!(utterance.number, 1);
                stabilities.push(stability);
            }
        }
    }
    assert!(asked >= 3, "{asked}");
    assert_eq!(stabilities, [0.0, 2.0 / 3.0, 0.5]);
    assert_eq!(session.stray_answers(), 0);
}

#[test]
fn cursors_stand_before_what_is_open() {
    let caller = track(&[(1000, 2000), (2000, 10)], 0.15);
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, &caller, 0, 2000);
    assert_eq!(session.received(Side::Caller), ms(2000));
    assert_eq!(session.finalised(Side::Caller), ms(1000), "somebody is speaking");
    feed(&mut session, Side::Caller, &caller, 2000, 4500);
    assert_eq!(session.finalised(Side::Caller), ms(1000), "the answer is open");
    drain(&mut session);
    assert!(session.finalised(Side::Caller) > ms(3500));
    assert_eq!(session.received(Side::Agent), StreamTime::ZERO);
}

#[test]
fn debug_output_has_no_words_and_no_voice() {
    let caller = track(&[(200, 500), (1000, 10)], 0.15);
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, &caller, 0, 1710);
    let printed = format!("{:?}", outputs(&mut session));
    assert!(printed.contains("caller") || printed.contains("Caller"));
    assert!(printed.len() < 2000, "{} characters: are there samples in it?", printed.len());
}

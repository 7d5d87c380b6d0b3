//! Where an utterance ends: by what was said, and with the text that was asked for ahead.

use attune_audio::units::{Side, Span};

use super::kit::{check, feed, ms, session, track};
use super::odd::{jobs, outputs};
use crate::event::{EndReason, Event, EventBody};
use crate::recogniser::{Job, JobId, JobKind, RecogniseError, Recognition};
use crate::session::{Input, Output, Session};

/// Speech of a second, a pause of 400 ms, speech of another second, and silence.
fn halting() -> Vec<f32> {
    track(&[(500, 1000), (400, 1000), (1500, 0)], 0.15)
}

fn says(job: &Job, text: &str) -> Input {
    Input::Recognised { job: job.id, result: Ok(Recognition::certain(text)) }
}

/// The transcripts among the events: span, text, the time it was known.
fn lines(events: &[Event]) -> Vec<(Span, String, u64)> {
    let line = |event: &Event| match &event.body {
        EventBody::Transcript(said) => {
            let at = u64::try_from(event.at.since_start().as_millis()).unwrap();
            Some((said.span, said.words().to_owned(), at))
        }
        _ => None,
    };
    events.iter().filter_map(line).collect()
}

/// The whole of a caller's track, each pause answered with the text of its end.
fn told(track: &[f32], text: impl Fn(u64) -> Result<Recognition, RecogniseError>) -> Vec<Event> {
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, track, 0, 60_000);
    session.handle(Input::End(EndReason::HangUp)).unwrap();
    let mut events = Vec::new();
    while let Some(output) = session.poll() {
        match output {
            Output::Recognise(job) => {
                let end = job.utterance.span.end.since_start().as_millis();
                let result = text(u64::try_from(end).unwrap());
                session.handle(Input::Recognised { job: job.id, result }).unwrap();
            }
            Output::Event(event) => events.push(event),
            Output::Cancel(_) | Output::Hint(_) => {}
        }
    }
    check(&events);
    events
}

#[test]
fn a_pause_in_mid_phrase_is_bridged() {
    let events = told(&halting(), |end| {
        let text = if end < 2000 { "i would like to" } else { "i would like to cancel" };
        Ok(Recognition::certain(text))
    });
    let whole = Span::new(ms(500), ms(2900));
    assert_eq!(lines(&events), [(whole, "i would like to cancel".to_owned(), 3080)]);
}

#[test]
fn a_finished_sentence_ends_early() {
    let events = told(&halting(), |_| Ok(Recognition::certain("i want to cancel")));
    let ends: Vec<(Span, u64)> = lines(&events).into_iter().map(|(s, _, at)| (s, at)).collect();
    let expected = [(Span::new(ms(500), ms(1500)), 1680), (Span::new(ms(1900), ms(2900)), 3080)];
    assert_eq!(ends, expected);
}

#[test]
fn what_is_unfinished_ends_late() {
    let events = told(&halting(), |_| Ok(Recognition::certain("it is about my")));
    let ends: Vec<(Span, u64)> = lines(&events).into_iter().map(|(s, _, at)| (s, at)).collect();
    assert_eq!(ends, [(Span::new(ms(500), ms(2900)), 3500)]);
}

#[test]
fn nobody_waits_for_more_of_what_was_not_understood() {
    let events = told(&halting(), |_| Err(RecogniseError::Decoder("broken".into())));
    let ends: Vec<u64> = lines(&events).into_iter().map(|(.., at)| at).collect();
    assert_eq!(ends, [1680, 3080]);
}

fn paused_at(millis: u64) -> (Session, Vec<Job>) {
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, &halting(), 0, millis);
    let asked = jobs(&mut session);
    (session, asked)
}

#[test]
fn a_text_asked_ahead_is_kept_if_speech_does_not_resume() {
    let (mut session, asked) = paused_at(1660);
    let [ahead] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(ahead.kind, JobKind::Ahead);
    session.handle(says(ahead, "i want to cancel")).unwrap();
    feed(&mut session, Side::Caller, &halting(), 1660, 1850);
    let after = outputs(&mut session);
    assert!(!after.iter().any(|output| matches!(output, Output::Recognise(_))), "{after:?}");
    let spoken = |output: &Output| match output {
        Output::Event(event) => matches!(event.body, EventBody::Transcript(_)),
        _ => false,
    };
    assert!(after.iter().any(spoken), "{after:?}");
}

#[test]
fn a_text_asked_ahead_is_cancelled_if_speech_resumes() {
    let track = track(&[(500, 1000), (160, 1000)], 0.15);
    let mut session = session(&[Side::Caller]);
    feed(&mut session, Side::Caller, &track, 0, 2000);
    let told = outputs(&mut session);
    let cancelled = |output: &Output| matches!(output, Output::Cancel(JobId(1)));
    assert!(told.iter().any(cancelled), "{told:?}");
    let stale = Input::Recognised { job: JobId(1), result: Ok(Recognition::certain("stale")) };
    session.handle(stale).unwrap();
    assert_eq!(session.stray_answers(), 1);
}

#[test]
fn what_was_not_answered_or_dropped_is_asked_again_when_it_is_due() {
    for dropped in [false, true] {
        let (mut session, asked) = paused_at(1660);
        if dropped {
            let result = Err(RecogniseError::Dropped);
            session.handle(Input::Recognised { job: asked[0].id, result }).unwrap();
        }
        feed(&mut session, Side::Caller, &halting(), 1660, 2500);
        let due = jobs(&mut session);
        let [due] = &due[..] else { panic!("{due:?}") };
        assert_eq!((due.id, due.kind), (asked[0].id, JobKind::Final));
        assert_eq!(due.utterance.samples, asked[0].utterance.samples);
        assert_eq!(session.now(), ms(1680), "the side waits for the text");
        session.handle(says(due, "i want to cancel")).unwrap();
        assert!(session.now() > ms(2400), "and goes on");
    }
}

#[test]
fn hanging_up_in_a_pause_keeps_what_was_asked_ahead() {
    let (mut session, asked) = paused_at(1660);
    session.handle(Input::End(EndReason::HangUp)).unwrap();
    let due = jobs(&mut session);
    assert_eq!(due.iter().map(|job| job.id).collect::<Vec<_>>(), [asked[0].id]);
    session.handle(says(&due[0], "good bye")).unwrap();
    assert!(session.is_ended());
}

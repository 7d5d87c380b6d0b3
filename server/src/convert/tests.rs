#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, SystemTime};

use attune_audio::units::{Confidence, Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;
use attune_models::account::{Accounts, Part, name};
use attune_models::category::{
    CallerType, Category, Colour, Mood, Motive, Phase, Posterior, Trend,
};
use attune_models::event::{EndReason, Event, EventBody, Hint, Summary};
use attune_models::facts::{CallFacts, Tier};
use attune_models::guidance::{AgentWishes, Guidance, Ranks};
use attune_models::private::Private;
use attune_models::profile::Carried;
use attune_models::snapshot::{
    Correction, Cue, CueSource, Measured, MoodReading, Reading, Snapshot, Target,
};
use attune_models::suggestion::{
    CardChange, Feedback, FeedbackKind, Suggestion, SuggestionClass, SuggestionId, WithdrawReason,
};
use attune_models::summary::{Line, Record};
use attune_models::transcript::{Language, Transcript};
use attune_models::view::View;
use attune_proto::v1::{self, call_event::Body};

use super::*;

fn names() -> CallNames {
    CallNames {
        call_id: "call-1".into(),
        language: Language::German,
        project: "sales".into(),
        agent_id: "a-7".into(),
    }
}

fn out(body: EventBody) -> v1::CallEvent {
    let at = StreamTime::from_millis(1_500);
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_234_567);
    event(&names(), &Event { sequence: 3, at, body }, now)
}

fn seconds(seconds: i64, nanos: i32) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds, nanos })
}

/// Every class has the name in the API that it has in the data files.
#[test]
fn classes_have_the_same_names_in_the_api() {
    fn check<C: Category>(name_of: fn(i32) -> Option<&'static str>) {
        for (index, class) in C::ALL.iter().enumerate() {
            let number = i32::try_from(index).unwrap() + 1;
            let expected = format!("{}_{}", C::NAME, class.key()).to_uppercase();
            assert_eq!(name_of(number), Some(expected.as_str()));
        }
        assert_eq!(name_of(i32::try_from(C::ALL.len()).unwrap() + 1), None);
    }
    check::<Mood>(|n| v1::Mood::try_from(n).ok().map(|v| v.as_str_name()));
    check::<Colour>(|n| v1::Colour::try_from(n).ok().map(|v| v.as_str_name()));
    check::<Motive>(|n| v1::Motive::try_from(n).ok().map(|v| v.as_str_name()));
    check::<CallerType>(|n| v1::CallerType::try_from(n).ok().map(|v| v.as_str_name()));
    check::<Phase>(|n| v1::Phase::try_from(n).ok().map(|v| v.as_str_name()));
    check::<Trend>(|n| v1::Trend::try_from(n).ok().map(|v| v.as_str_name()));
}

#[test]
fn corrections_of_every_class_come_in_as_they_go_out() {
    fn numbers<C: Category>() -> impl Iterator<Item = (i32, C)> {
        (1..).zip(C::ALL.iter().copied())
    }
    let request = v1::CorrectSnapshotRequest::default;
    for (mood, class) in numbers::<Mood>() {
        let wanted = Correction { mood: Some(class), ..Correction::default() };
        assert_eq!(correction(&v1::CorrectSnapshotRequest { mood, ..request() }).unwrap(), wanted);
    }
    for (colour, class) in numbers::<Colour>() {
        let wanted = Correction { colour: Some(class), ..Correction::default() };
        assert_eq!(
            correction(&v1::CorrectSnapshotRequest { colour, ..request() }).unwrap(),
            wanted
        );
    }
    for (motive, class) in numbers::<Motive>() {
        let wanted = Correction { motive: Some(class), ..Correction::default() };
        assert_eq!(
            correction(&v1::CorrectSnapshotRequest { motive, ..request() }).unwrap(),
            wanted
        );
    }
    for (caller_type, class) in numbers::<CallerType>() {
        let wanted = Correction { caller_type: Some(class), ..Correction::default() };
        let request = v1::CorrectSnapshotRequest { caller_type, ..request() };
        assert_eq!(correction(&request).unwrap(), wanted);
    }
}

#[test]
fn feedback_comes_in_as_it_goes_out() {
    let kinds = [
        FeedbackKind::Shown,
        FeedbackKind::Used,
        FeedbackKind::Dismissed { reason: Private::new("not now".into()) },
    ];
    for kind in kinds {
        let given = Feedback { suggestion: SuggestionId(12), kind };
        let Some(Body::Feedback(sent)) = out(EventBody::Feedback(given.clone())).body else {
            panic!("not feedback")
        };
        assert_eq!(sent.suggestion_id, "s-12");
        assert_eq!(feedback(Some(sent)).unwrap(), given);
    }
    assert!(feedback(None).is_err());
}

#[test]
fn an_event_carries_its_call_number_and_times() {
    let event = out(EventBody::Started {
        language: Language::German,
        facts: Box::default(),
        guidance: Box::default(),
    });
    assert_eq!((event.call_id.as_str(), event.sequence), ("call-1", 3));
    assert_eq!(event.offset, seconds(1, 500_000_000));
    let wall = Some(prost_types::Timestamp { seconds: 1_234, nanos: 567_000_000 });
    assert_eq!(event.create_time, wall);
    let started = v1::CallStarted {
        language_code: "de".into(),
        project: "sales".into(),
        agent_id: "a-7".into(),
        ..v1::CallStarted::default()
    };
    assert_eq!(event.body, Some(Body::Started(started)));
}

#[test]
fn a_transcript_says_whether_it_could_be_made_out() {
    let transcript = Transcript {
        utterance: UtteranceId { side: Side::Agent, number: 4 },
        span: Span::new(StreamTime::from_millis(250), StreamTime::from_millis(2_000)),
        text: Some(Private::new("guten tag".into())),
        confidence: Confidence::new(0.75),
        language: Language::German,
    };
    let expected = v1::Transcript {
        utterance_id: "agent-4".into(),
        side: v1::Side::Agent.into(),
        start_offset: seconds(0, 250_000_000),
        end_offset: seconds(2, 0),
        text: "guten tag".into(),
        confidence: 0.75,
        unintelligible: false,
        language_code: "de".into(),
    };
    let heard = out(EventBody::Transcript(transcript.clone()));
    assert_eq!(heard.body, Some(Body::Transcript(expected.clone())));
    let lost = out(EventBody::Transcript(Transcript { text: None, ..transcript }));
    let expected = v1::Transcript { text: String::new(), unintelligible: true, ..expected };
    assert_eq!(lost.body, Some(Body::Transcript(expected)));
}

fn snapshot() -> Snapshot {
    let utterance = UtteranceId { side: Side::Caller, number: 2 };
    Snapshot {
        at: StreamTime::from_millis(9_000),
        mood: MoodReading {
            valence: -0.5,
            arousal: 0.25,
            valence_deviation: 0.1,
            arousal_deviation: 0.2,
            category: Reading::corrected(Mood::Worried),
            trend: Some(Trend::Worsening),
            escalating: true,
        },
        colour: Reading::not_enough(),
        motive: Reading {
            posterior: Posterior::certain(Motive::Vision),
            value: Some(Motive::Vision),
            corrected: false,
        },
        caller_type: Reading::corrected(CallerType::None),
        phase: Phase::Closing,
        evidence: vec![Cue {
            id: "words.threat_to_leave".into(),
            source: CueSource::Words,
            utterance,
            evidence: Private::new("i will leave".into()),
            measured: Some(Measured { value: 3.5, unit: "dB", usual: None }),
            weights: vec![(Target::Colour(Colour::Red), 0.5), (Target::Valence, -0.2)],
        }],
        accounts: Accounts {
            colour: vec![Part::named(name::PRIOR, vec![0.25, 0.0, 0.0, 0.0])],
            ..Accounts::default()
        },
        views: vec![View::Disc.read(&Reading::corrected(Colour::Red), &[])],
        caller_turns: 2,
    }
}

#[test]
fn a_snapshot_keeps_posteriors_and_evidence_and_says_not_enough_as_unspecified() {
    let out = snapshot_out(&snapshot());
    let mood = out.mood.as_ref().unwrap();
    assert_eq!((mood.mood(), mood.trend()), (v1::Mood::Worried, v1::Trend::Worsening));
    assert_eq!((mood.valence, mood.arousal, mood.escalating), (-0.5, 0.25, true));
    assert_eq!(mood.posterior.len(), 8);
    assert_eq!(mood.posterior[4], 1.0);
    let colour = out.colour.as_ref().unwrap();
    assert_eq!(colour.colour(), v1::Colour::Unspecified);
    assert_eq!(colour.posterior, [0.25; 4]);
    assert_eq!(out.motive.as_ref().unwrap().motive(), v1::Motive::Vision);
    let caller_type = out.caller_type.as_ref().unwrap();
    assert_eq!((caller_type.caller_type(), caller_type.corrected), (v1::CallerType::None, true));
    assert_eq!((out.phase(), out.caller_turns), (v1::Phase::Closing, 2));
    let cue = &out.evidence[0];
    assert_eq!((cue.source(), cue.utterance_id.as_str()), (v1::CueSource::Words, "caller-2"));
    assert_eq!(cue.measurement.as_ref().map(|m| (m.value, m.unit.as_str())), Some((3.5, "dB")));
    let view = &out.views[0];
    assert_eq!((view.view.as_str(), view.value.as_str()), ("disc", "D"));
    assert_eq!(view.confidences, [1.0]);
    let accounts = out.accounts.unwrap();
    let parts = accounts.colour.unwrap().parts;
    assert_eq!((parts[0].cue_id.as_str(), parts[0].adds[0]), (name::PRIOR, 0.25));
    let weights: Vec<_> = cue.weights.iter().map(|w| (w.target.as_str(), w.weight)).collect();
    assert_eq!(weights, [("colour.red", 0.5), ("valence", -0.2)]);
    assert!(cue.weights.iter().all(|w| Target::from_key(&w.target).is_some()));
}

#[test]
fn cards_come_and_go_with_their_reasons() {
    let card = Suggestion {
        id: SuggestionId(3),
        note: "grievance.thank".into(),
        from_person: false,
        class: SuggestionClass::HearAndUnderstand,
        say: "thank you for telling us".into(),
        why: "a real mistake".into(),
        evidence: vec![Private::new("said: third time".into())],
        priority: 7,
        shown: StreamTime::from_millis(1_000),
        expires: StreamTime::from_millis(31_000),
        utterance: None,
        alert: false,
    };
    let Some(Body::Suggestion(shown)) = out(EventBody::Card(CardChange::Shown(card))).body else {
        panic!("not a card")
    };
    assert_eq!(shown.suggestion_class(), v1::SuggestionClass::HearAndUnderstand);
    assert_eq!((shown.suggestion_id.as_str(), shown.utterance_id.as_str()), ("s-3", ""));
    assert_eq!(shown.expire_offset, seconds(31, 0));
    assert_eq!(shown.evidence, ["said: third time"]);
    let gone = out(EventBody::Card(CardChange::Withdrawn {
        id: SuggestionId(3),
        reason: WithdrawReason::CallerChanged,
        detail: "mood is now satisfied".into(),
    }));
    let Some(Body::SuggestionWithdrawn(gone)) = gone.body else { panic!("not withdrawn") };
    assert_eq!(gone.reason(), v1::WithdrawReason::CallerChanged);
}

#[test]
fn the_end_carries_the_summary() {
    let summary = Summary {
        duration: Duration::from_millis(61_250),
        caller_utterances: 4,
        agent_utterances: 5,
        caller_talk: Duration::from_secs(20),
        agent_talk: Duration::from_secs(21),
        overtalk: Duration::from_secs(2),
        gaps: Duration::from_millis(300),
        suggestions_shown: 6,
        suggestions_used: 2,
        suggestions_dismissed: 1,
        valence_first: -0.4,
        valence_last: 0.3,
        snapshot: Some(snapshot()),
    };
    let end = EventBody::Ended { reason: EndReason::Drained, summary: Box::new(summary) };
    let Some(Body::Ended(ended)) = out(end).body else { panic!("not the end") };
    assert_eq!(ended.reason(), v1::EndReason::Drained);
    let summary = ended.summary.unwrap();
    assert_eq!(summary.duration, seconds(61, 250_000_000));
    assert_eq!((summary.caller_utterances, summary.agent_utterances), (4, 5));
    assert_eq!(summary.gaps, seconds(0, 300_000_000));
    assert_eq!(summary.snapshot, Some(snapshot_out(&snapshot())));
}

#[test]
fn hints_have_no_number() {
    let partial = Hint::Partial {
        utterance: UtteranceId { side: Side::Caller, number: 1 },
        start: StreamTime::from_millis(40),
        text: Private::new("i have".into()),
        stable: Private::new("i".into()),
        stability: 0.4,
    };
    let event = hint(&names(), &partial, SystemTime::UNIX_EPOCH);
    assert_eq!(event.sequence, 0);
    let Some(Body::Partial(partial)) = event.body else { panic!("not a partial") };
    let (text, stable) = (partial.text.as_str(), partial.stable_text.as_str());
    assert_eq!((text, stable, partial.stability), ("i have", "i", 0.4));
}

#[test]
fn a_plan_is_understood_whole() {
    let mapping =
        |channel_tag, side: v1::Side| v1::ChannelMapping { channel_tag, side: side.into() };
    let plan = stream_plan(v1::StreamConfig {
        call_id: "pbx:17.42-a_b".into(),
        encoding: v1::AudioEncoding::Alaw.into(),
        sample_rate_hertz: 8_000,
        channels: vec![mapping(2, v1::Side::Unspecified), mapping(7, v1::Side::Agent)],
        language_code: "de-AT".into(),
        project: "sales".into(),
        agent_id: "a-7".into(),
        caller_key: "+49 170 5550123".into(),
        remember: true,
        resume_token: String::new(),
        facts: Some(v1::CallFacts {
            customer_tier: v1::CustomerTier::B.into(),
            calls_before: Some(2),
            preferred_language_code: "de-AT".into(),
            last_issue: "refund".into(),
            last_promised: Some(true),
            offers: vec!["fibre".into()],
            colour_log_odds: vec![9.0, -0.5],
            motive_log_odds: Vec::new(),
        }),
        guidance: None,
    })
    .unwrap();
    let tagged = |tag, side| TaggedChannel { tag, side };
    assert_eq!(plan.format.channels, [tagged(2, Side::Mixed), tagged(7, Side::Agent)]);
    assert_eq!(plan.language, Some(Language::German.into()));
    assert_eq!((plan.call_id.as_str(), plan.resume_token.is_none()), ("pbx:17.42-a_b", true));
    assert!(plan.remember);
    let shown = format!("{plan:?}");
    assert!(!shown.contains("5550123"), "{shown}");

    let bare = v1::StreamConfig {
        encoding: v1::AudioEncoding::Linear16.into(),
        sample_rate_hertz: 48_000,
        ..v1::StreamConfig::default()
    };
    assert_eq!(
        plan.facts,
        CallFacts {
            tier: Some(Tier::B),
            calls_before: Some(2),
            preferred_language: Some(Language::German),
            last_issue: Some("refund".into()),
            last_promised: Some(true),
            offers: vec!["fibre".into()],
            carried: Carried { colour: vec![2.0, -0.5], motive: Vec::new() },
        }
    );
    let plan = stream_plan(bare.clone()).unwrap();
    assert!(plan.facts.is_empty() && plan.guidance.is_none());
    assert_eq!(plan.format.channels, [tagged(1, Side::Mixed)]);
    assert_eq!((plan.language, plan.caller_key), (None, None));
    let open = v1::StreamConfig { language_code: "detect".into(), ..bare.clone() };
    assert_eq!(stream_plan(open).unwrap().language, Some(CallLanguage::Detect));
    let token_only = v1::StreamConfig { resume_token: "t".into(), ..bare };
    assert!(stream_plan(token_only).is_err());
}

#[test]
fn what_a_call_began_with_comes_in_as_it_goes_out() {
    let ranks = Ranks { seed: u64::MAX, of: [("a".to_owned(), 1000)].into(), floor: 120 };
    let guidance = Guidance {
        held_out: true,
        ranks: Some(ranks),
        muted: ["b".to_owned()].into(),
        agent: AgentWishes { cards_per_call: Some(0), muted: ["offer".to_owned()].into() },
    };
    let facts = CallFacts { tier: Some(Tier::C), calls_before: Some(0), ..CallFacts::default() };
    let event = out(EventBody::Started {
        language: Language::English,
        facts: Box::new(facts.clone()),
        guidance: Box::new(guidance.clone()),
    });
    let Some(Body::Started(started)) = event.body else { panic!("not a start") };
    let plan = stream_plan(v1::StreamConfig {
        encoding: v1::AudioEncoding::Mulaw.into(),
        sample_rate_hertz: 8000,
        facts: started.facts,
        guidance: started.guidance,
        ..v1::StreamConfig::default()
    });
    let plan = plan.unwrap();
    assert_eq!((plan.facts, plan.guidance), (facts, Some(guidance)));
}

/// What a call was about and what was promised in it is found again, and the next call begins from it.
#[test]
fn the_next_call_knows_what_was_promised() {
    let line = |sequence, side, text: &str| Line {
        sequence,
        utterance: format!("{side}-{sequence}"),
        side,
        text: Private::new(text.to_owned()),
    };
    let said = "I will call you back by Friday with the amount";
    let record = Record { lines: vec![line(3, Side::Agent, said)], ..Record::default() };
    let rules = crate::summaries::rules(Language::English);
    let mut promised = v1::PastCall::default();
    look_back(&mut promised, &record, rules);
    assert_eq!(promised.promises.len(), 1, "{promised:?}");
    assert_eq!(promised.promises[0].sources[0].quote, said);
    let raised = v1::PastCall { issue_ids: vec!["a".into(), "refund".into()], ..promised };
    let known = |past: &[v1::PastCall]| {
        let mut facts = CallFacts::default();
        recall(&mut facts, &v1::CallerProfile::default(), past, SystemTime::UNIX_EPOCH);
        (facts.last_issue, facts.last_promised)
    };
    assert_eq!(known(&[]), (None, None));
    assert_eq!(
        known(&[v1::PastCall::default(), raised.clone()]),
        (Some("refund".into()), Some(false))
    );
    let outcome = v1::Outcome { issue: "bill".into(), ..v1::Outcome::default() };
    let told = v1::PastCall { outcome: Some(outcome), ..raised };
    assert_eq!(known(&[told]), (Some("bill".into()), Some(true)));
}

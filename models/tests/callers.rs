//! The readers on short hand-written calls. Development data: the lexicons were written with such
//! sentences in mind, so the figures here say that nothing broke, not how good the readers are.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use attune_audio::prosody::Prosody;
use attune_audio::units::{Confidence, Dbfs, Side, Span, StreamTime};
use attune_audio::utterance::UtteranceId;
use attune_models::category::{CallerType, Category, Colour, Mood, Motive, Phase, Trend};
use attune_models::private::Private;
use attune_models::reader::{Reader, ReaderPack, Turn};
use attune_models::snapshot::{Correction, CueSource, Snapshot, Target};
use attune_models::transcript::{Language, Transcript};

struct Call {
    reader: Reader,
    language: Language,
    now: StreamTime,
    numbers: [u32; 3],
    previous: Option<(Side, StreamTime)>,
}

impl Call {
    fn new(pack: &Arc<ReaderPack>, language: Language) -> Self {
        let reader = Reader::new(Arc::clone(pack));
        Self { reader, language, now: StreamTime::ZERO, numbers: [0; 3], previous: None }
    }

    fn say(&mut self, side: Side, text: &str, prosody: Option<&Prosody>) -> Option<Snapshot> {
        let number = &mut self.numbers[side as usize];
        *number += 1;
        let start = self.now + Duration::from_millis(400);
        let words = text.split_whitespace().count() as u64;
        let span = Span::new(start, start + Duration::from_millis(400 * words.max(1)));
        self.now = span.end;
        let transcript = Transcript {
            utterance: UtteranceId { side, number: *number },
            span,
            text: Some(Private::new(text.to_owned())),
            confidence: Confidence::new(0.9),
            language: self.language,
        };
        let turn = Turn {
            transcript: &transcript,
            prosody,
            previous_end: self.previous,
            overlap: Duration::ZERO,
        };
        let snapshot = self.reader.hear(&turn);
        self.previous = Some((side, span.end));
        snapshot
    }

    fn caller(&mut self, text: &str) -> Snapshot {
        self.say(Side::Caller, text, None).unwrap()
    }
}

fn pack() -> Arc<ReaderPack> {
    Arc::new(ReaderPack::embedded().unwrap())
}

fn voice(level: f32, pitch: f32) -> Prosody {
    Prosody {
        median_pitch_hz: Some(pitch),
        pitch_range_semitones: Some(6.0),
        pitch_slope: None,
        pitch_movement: None,
        level: Dbfs(level),
        level_range_db: 10.0,
        voiced_share: 0.5,
        pause_share: 0.1,
        syllable_rate: 4.0,
        spectral_tilt_db: -8.0,
        functionals: Vec::new(),
    }
}

#[test]
fn development_calls_are_read_as_written() {
    let pack = pack();
    let (mut colour, mut motive, mut kind, mut mood) = ([0; 2], [0; 2], [0; 2], [0; 2]);
    for line in include_str!("data/callers.jsonl").lines() {
        let dialogue: serde_json::Value = serde_json::from_str(line).unwrap();
        let language = Language::from_code(dialogue["lang"].as_str().unwrap()).unwrap();
        let mut call = Call::new(&pack, language);
        let mut told = Vec::new();
        for turn in dialogue["turns"].as_array().unwrap() {
            let text = turn["text"].as_str().unwrap();
            if turn["side"] == "agent" {
                call.say(Side::Agent, text, None);
                continue;
            }
            let read = call.caller(text).mood.category.posterior.top().0;
            let wanted = turn["mood"].as_str().unwrap();
            mood[1] += 1;
            mood[0] += u32::from(read.key() == wanted);
            if read.key() != wanted {
                told.push(format!("{wanted} read as {read}: {text}"));
            }
        }
        let last = call.reader.snapshot().unwrap();
        let mut check = |count: &mut [u32; 2], read: &str, name: &str| {
            let wanted = dialogue[name].as_str().unwrap();
            count[1] += 1;
            count[0] += u32::from(read == wanted);
            if read != wanted {
                told.push(format!("{name} {wanted} read as {read}"));
            }
        };
        check(&mut colour, last.colour.posterior.top().0.key(), "colour");
        check(&mut motive, last.motive.posterior.top().0.key(), "motive");
        check(&mut kind, last.caller_type.posterior.top().0.key(), "caller_type");
        if !told.is_empty() {
            println!("{}: {}", dialogue["id"], told.join("; "));
        }
    }
    println!("colour {colour:?}, motive {motive:?}, caller type {kind:?}, mood per turn {mood:?}");
    let share = |count: [u32; 2]| f64::from(count[0]) / f64::from(count[1]);
    assert!(colour[1] >= 24 && share(colour) >= 0.85, "colour {colour:?}");
    assert!(share(motive) >= 0.75, "motive {motive:?}");
    assert!(share(kind) >= 0.85, "caller type {kind:?}");
    assert!(share(mood) >= 0.6, "mood per turn {mood:?}");
}

/// Calls written after the model was trained, by none of the writers it was trained on.
#[test]
fn fresh_calls_are_read_with_and_without_marks() {
    let pack = pack();
    for marks in [true, false] {
        let (mut right, mut calls, mut told) = ([0; 3], 0, Vec::new());
        for line in include_str!("data/fresh.jsonl").lines() {
            let dialogue: serde_json::Value = serde_json::from_str(line).unwrap();
            let language = Language::from_code(dialogue["lang"].as_str().unwrap()).unwrap();
            let mut call = Call::new(&pack, language);
            for turn in dialogue["turns"].as_array().unwrap() {
                let side = if turn["side"] == "agent" { Side::Agent } else { Side::Caller };
                let text = turn["text"].as_str().unwrap();
                call.say(side, &if marks { text.to_owned() } else { bare(text) }, None);
            }
            let last = call.reader.snapshot().unwrap();
            let read = [
                last.colour.posterior.top().0.key(),
                last.motive.posterior.top().0.key(),
                last.caller_type.posterior.top().0.key(),
            ];
            calls += 1;
            for (i, name) in ["colour", "motive", "caller_type"].into_iter().enumerate() {
                let wanted = dialogue[name].as_str().unwrap();
                right[i] += u32::from(read[i] == wanted);
                if read[i] != wanted {
                    told.push(format!("{}: {wanted} read as {}", dialogue["id"], read[i]));
                }
            }
        }
        println!("marks {marks}: {right:?} of {calls}; {}", told.join("; "));
        assert!(calls == 12 && right[0] >= 10 && right[1] >= 9 && right[2] >= 9, "{right:?}");
    }
}

fn bare(text: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || c.is_whitespace() || *c == '\'';
    text.chars().filter(kept).collect::<String>().to_lowercase()
}

#[test]
fn what_the_caller_model_heard_is_named() {
    let mut call = Call::new(&pack(), Language::English);
    let read = call.caller("How does that actually work, what happens behind the wall?");
    let wish = read.evidence.iter().find(|cue| cue.id == "words.wish").unwrap();
    assert_eq!(wish.source, CueSource::Words);
    assert!(wish.evidence.reveal().starts_with("said \"") && wish.weights.len() == 6);
    let knowledge = wish.weights.iter().find(|(to, _)| *to == Target::Motive(Motive::Knowledge));
    assert!(knowledge.unwrap().1 > 0.3, "{wish:?}");
}

#[test]
fn who_starts_annoyed_is_won_over() {
    let calls = [
        (
            Language::English,
            [
                "this is ridiculous i have called three times and nobody ever rang back",
                "i am really fed up i want this fixed today",
                "okay if you can do that today that would be good",
                "oh that's perfect what a relief it works again",
                "thank you so much you have been very helpful",
            ],
        ),
        (
            Language::German,
            [
                "das ist eine frechheit ich habe dreimal angerufen und niemand hat sich gemeldet",
                "ich bin wirklich sauer ich will dass das heute erledigt wird",
                "gut wenn das heute noch klappt wäre das in ordnung",
                "super da bin ich aber erleichtert es funktioniert wieder",
                "vielen dank sie haben mir sehr geholfen",
            ],
        ),
    ];
    for (language, turns) in calls {
        let mut call = Call::new(&pack(), language);
        let reads: Vec<Snapshot> = turns.iter().map(|text| call.caller(text)).collect();
        assert_eq!(reads[0].mood.category.value, Some(Mood::Angry));
        assert_eq!(reads[1].mood.category.value, Some(Mood::Angry));
        assert_eq!(reads[3].mood.category.value, Some(Mood::Satisfied));
        assert_eq!(reads[4].mood.category.value, Some(Mood::Grateful));
        assert_eq!(reads[4].mood.trend, Some(Trend::Improving));
        assert!(reads[0].mood.valence < -0.2 && reads[4].mood.valence > 0.2);
    }
}

#[test]
fn the_first_hello_is_not_enough() {
    for (language, hello) in [(Language::English, "hello"), (Language::German, "guten tag")] {
        let read = Call::new(&pack(), language).caller(hello);
        assert_eq!(read.mood.category.value, None);
        assert_eq!((read.colour.value, read.motive.value), (None, None));
        assert_eq!((read.caller_type.value, read.mood.trend), (None, None));
        assert_eq!(read.phase, Phase::Opening);
    }
}

#[test]
fn a_loud_voice_is_excited_and_never_abusive() {
    let mut calm = Call::new(&pack(), Language::English);
    let mut loud = Call::new(&pack(), Language::English);
    let text = "i would like to change the address on my account please";
    for _ in 0..4 {
        calm.say(Side::Caller, text, Some(&voice(-22.0, 180.0)));
        loud.say(Side::Caller, text, Some(&voice(-22.0, 180.0)));
    }
    let calm = calm.say(Side::Caller, text, Some(&voice(-22.0, 180.0))).unwrap();
    let loud = loud.say(Side::Caller, text, Some(&voice(-8.0, 270.0))).unwrap();
    assert!(loud.mood.arousal > calm.mood.arousal + 0.1);
    assert_eq!(loud.caller_type, calm.caller_type);
    assert_eq!(loud.caller_type.value, Some(CallerType::None));
    assert!((loud.mood.valence - calm.mood.valence).abs() < 0.15);
    let louder = loud.evidence.iter().find(|cue| cue.id == "voice.louder").unwrap();
    assert!(louder.evidence.reveal().ends_with("louder than this caller's baseline"));
}

#[test]
fn the_agents_words_never_move_the_reading() {
    let script = ["i got the wrong parcel", "exactly number four seven one", "thank you"];
    let mut quiet = Call::new(&pack(), Language::English);
    let mut abused = Call::new(&pack(), Language::English);
    for text in script {
        // As long as the others: how long a turn takes does count.
        quiet.say(Side::Agent, "please wait just a moment", None);
        quiet.say(Side::Mixed, "and so we sit here and wait", None);
        assert_eq!(abused.say(Side::Agent, "you stupid idiot shut up", None), None);
        assert_eq!(abused.say(Side::Mixed, "i hate you i will find you", None), None);
        let (quiet, abused) = (quiet.caller(text), abused.caller(text));
        assert_eq!(quiet.colour, abused.colour);
        assert_eq!(quiet.motive, abused.motive);
        assert_eq!(quiet.caller_type, abused.caller_type);
        assert_eq!(quiet.mood.category.value, abused.mood.category.value);
        assert_eq!(quiet.evidence.len(), abused.evidence.len());
    }
}

#[test]
fn a_humans_correction_wins_for_the_rest_of_the_call() {
    let mut call = Call::new(&pack(), Language::English);
    call.caller("just tell me the price now i don't have time");
    let correction = Correction {
        colour: Some(Colour::Blue),
        motive: Some(Motive::Vision),
        ..Correction::default()
    };
    let at = call.now;
    let read = call.reader.correct(correction, at);
    assert_eq!((read.colour.value, read.colour.corrected), (Some(Colour::Blue), true));
    assert_eq!(call.reader.snapshot(), Some(&read));
    for _ in 0..5 {
        let read = call.caller("get it done now or i will cancel yes or no");
        assert_eq!(read.colour.value, Some(Colour::Blue));
        assert_eq!(read.motive.value, Some(Motive::Vision));
        assert!(!read.caller_type.corrected);
    }
}

#[test]
fn abuse_is_carried_by_the_call_and_escalates() {
    for (language, abuse, after) in [
        (Language::English, "shut up you stupid idiot", "thank you that is very kind of you"),
        (Language::German, "halten sie den mund sie idiot", "vielen dank das ist sehr nett"),
    ] {
        let mut call = Call::new(&pack(), language);
        let read = call.caller(abuse);
        assert_eq!(read.caller_type.value, Some(CallerType::Abusive));
        assert!(read.mood.escalating);
        let read = call.caller(after);
        assert_eq!(read.caller_type.value, Some(CallerType::Abusive));
        assert!(!read.mood.escalating);
    }
}

#[test]
fn the_same_call_gives_equal_snapshots_with_evidence_in_bounds() {
    let pack = pack();
    let run = || -> Vec<Snapshot> {
        let mut call = Call::new(&pack, Language::German);
        include_str!("data/callers.jsonl")
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .flat_map(|dialogue| dialogue["turns"].as_array().cloned().unwrap_or_default())
            .filter(|turn| turn["side"] == "caller")
            .map(|turn| call.caller(turn["text"].as_str().unwrap_or_default()))
            .collect()
    };
    let (first, second) = (run(), run());
    assert_eq!(first, second);
    for read in &first {
        assert!(read.evidence.len() <= Snapshot::MAX_EVIDENCE);
        assert!(read.evidence.iter().all(|cue| !cue.evidence.reveal().is_empty()));
        let order: Vec<u32> = read.evidence.iter().map(|cue| cue.utterance.number).collect();
        assert!(order.is_sorted_by(|newer, older| newer >= older), "newest first: {order:?}");
        let kinds = read.evidence.iter().filter(|cue| cue.source != CueSource::Words);
        assert!(
            kinds.flat_map(|cue| &cue.weights).all(|(t, _)| !matches!(t, Target::CallerType(_)))
        );
    }
}

#[test]
fn phases_follow_the_call() {
    let mut call = Call::new(&pack(), Language::English);
    assert_eq!(call.caller("hello").phase, Phase::Opening);
    assert_eq!(call.caller("i am calling because my router does not work").phase, Phase::Concern);
    call.say(Side::Agent, "let me send you a new one today", None);
    assert_eq!(call.caller("yes please that would be good").phase, Phase::Solution);
    call.say(Side::Agent, "is there anything else i can do for you", None);
    assert_eq!(call.caller("no").phase, Phase::Closing);
    assert_eq!(call.caller("actually one more question about the invoice").phase, Phase::Concern);
}

#[test]
fn unintelligible_turns_and_empty_text_do_no_harm() {
    let mut call = Call::new(&pack(), Language::English);
    let read = call.say(Side::Caller, "", None).unwrap();
    assert_eq!((read.mood.category.value, read.caller_turns), (None, 1));
    assert!(read.evidence.is_empty());
}

#[test]
fn an_error_that_the_agent_owns_up_to_makes_a_grievance_likelier_and_nothing_else() {
    let pack = pack();
    let read = |answer: &str| {
        let mut call = Call::new(&pack, Language::English);
        call.caller("The boiler was meant to be seen to on Monday and I stood there all morning.");
        call.say(Side::Agent, answer, None);
        call.caller("Right. And when will he come, then?")
    };
    let (sorry, owned) = (read("I'm sorry to hear that."), read("That was our mistake, sorry."));
    let grievance = |snapshot: &Snapshot| snapshot.caller_type.posterior.of(CallerType::Grievance);
    assert!(grievance(&owned).get() > grievance(&sorry).get() + 0.2);
    assert_eq!(owned.colour.posterior.values(), sorry.colour.posterior.values());
    assert_eq!(owned.motive.posterior.values(), sorry.motive.posterior.values());
    let cue = owned.evidence.iter().find(|cue| cue.id == "words.agent_owns_up").unwrap();
    assert_eq!(cue.utterance.side, Side::Agent);
    assert!(!format!("{sorry:?}").contains("agent_owns_up"));
}

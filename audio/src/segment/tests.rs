//! From chunks to utterances, with a detector whose verdicts the tests decide.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::testsignal;
use crate::units::Dbfs;
use crate::utterance::UtteranceId;
use crate::vad::FRAME;

/// Loud is speech.
struct Loudness;

impl SpeechDetector for Loudness {
    fn speech_probability(&mut self, frame: &[f32]) -> f32 {
        let loud = frame.iter().any(|sample| sample.abs() > 0.05);
        if loud { 0.9 } else { 0.1 }
    }

    fn reset(&mut self) {}
}

const RATE: SampleRate = SampleRate::HZ_16000;

/// What the tests of everything but the verdict use.
fn side(rate: SampleRate) -> SideStream {
    side_with(rate, SegmentConfig::by_sound_alone())
}

fn side_with(rate: SampleRate, config: SegmentConfig) -> SideStream {
    SideStream::new(Side::Caller, rate, config, Box::new(Loudness)).unwrap()
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Noise and silence by turns, in milliseconds, beginning with silence.
fn turns(lengths: &[u64], rate: SampleRate) -> Vec<f32> {
    let mut sound = Vec::new();
    for (number, &length) in lengths.iter().enumerate() {
        let level = if number % 2 == 0 { Dbfs::FLOOR } else { Dbfs(-15.0) };
        sound.extend(testsignal::white_noise(millis(length), rate, level, number as u64));
    }
    sound
}

fn push(stream: &mut SideStream, rate: SampleRate, at: usize, samples: &[f32]) {
    let start = StreamTime::from_samples(at as u64, rate);
    stream.push(AudioChunk { start, sequence: None, samples: samples.to_vec() });
}

fn drain(stream: &mut SideStream) -> Vec<SideEvent> {
    std::iter::from_fn(|| stream.poll()).collect()
}

fn run(sound: &[f32], rate: SampleRate, chunk: usize) -> Vec<SideEvent> {
    let mut stream = side(rate);
    for (number, samples) in sound.chunks(chunk).enumerate() {
        push(&mut stream, rate, number * chunk, samples);
    }
    stream.finish();
    drain(&mut stream)
}

fn utterances(events: &[SideEvent]) -> Vec<(Utterance, StreamTime)> {
    let utterance = |event: &SideEvent| match event {
        SideEvent::Utterance(utterance, closed) => Some((utterance.clone(), *closed)),
        _ => None,
    };
    events.iter().filter_map(utterance).collect()
}

fn spans(events: &[SideEvent]) -> Vec<(u64, u64)> {
    let millis = |at: StreamTime| u64::try_from(at.since_start().as_millis()).unwrap();
    let span = |(utterance, _): &(Utterance, StreamTime)| {
        (millis(utterance.span.start), millis(utterance.span.end))
    };
    utterances(events).iter().map(span).collect()
}

fn closing(event: &SideEvent) -> Option<StreamTime> {
    match event {
        SideEvent::Utterance(_, closed) | SideEvent::Gap(_, closed) => Some(*closed),
        _ => None,
    }
}

#[test]
fn two_sentences_are_two_utterances() {
    let events = run(&turns(&[1000, 800, 1000, 600, 700], RATE), RATE, 320);
    assert_eq!(spans(&events), [(1000, 1800), (2800, 3400)]);
    let utterances = utterances(&events);
    assert_eq!(utterances[0].0.samples.len(), 16 * (800 + 200 + 80));
    assert_eq!(utterances[0].1, StreamTime::from_millis(2400), "end and hang-over");
    assert_eq!(utterances[1].0.id, UtteranceId { side: Side::Caller, number: 2 });
}

#[test]
fn a_short_pause_does_not_cut_and_a_click_is_no_speech() {
    let events = run(&turns(&[500, 400, 300, 400, 1000, 60, 1000], RATE), RATE, 320);
    assert_eq!(spans(&events), [(500, 1600)]);
}

#[test]
fn hang_up_in_mid_word_keeps_the_word() {
    let sound = turns(&[300, 710], RATE);
    let events = run(&sound, RATE, 320);
    assert_eq!(spans(&events), [(300, 1010)]);
    assert_eq!(utterances(&events)[0].1, StreamTime::from_millis(1010));
}

#[test]
fn what_is_too_long_is_split_at_its_quietest_point() {
    let mut sound = turns(&[500, 12_000, 1000], RATE);
    for sample in &mut sound[16 * 8500..16 * 8560] {
        *sample *= 0.5;
    }
    let events = run(&sound, RATE, 320);
    assert_eq!(spans(&events), [(500, 8520), (8520, 12_500)]);
    let utterances = utterances(&events);
    let total: usize = utterances.iter().map(|(utterance, _)| utterance.samples.len()).sum();
    assert_eq!(total, 16 * (200 + 12_000 + 80), "no sample is lost or doubled at the cut");
    assert_eq!(utterances[0].1, StreamTime::from_millis(9500));
}

#[test]
fn an_open_utterance_is_shown_while_it_grows() {
    let events = run(&turns(&[200, 3500, 800], RATE), RATE, 320);
    let growing: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            SideEvent::Growing(utterance) => Some((utterance.id.number, utterance.samples.len())),
            _ => None,
        })
        .collect();
    assert_eq!(growing[..3], [(1, 19_200), (1, 35_200), (1, 51_200)]);
}

#[test]
fn a_lost_packet_is_a_gap_in_its_place_and_in_order() {
    let sound = turns(&[500, 600, 900, 500, 900], SampleRate::HZ_8000);
    let mut stream = side(SampleRate::HZ_8000);
    for (number, samples) in sound.chunks(160).enumerate() {
        if ![10, 60, 61].contains(&number) {
            push(&mut stream, SampleRate::HZ_8000, number * 160, samples);
        }
    }
    stream.finish();
    let events = drain(&mut stream);
    let gaps: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            SideEvent::Gap(span, closed) => {
                assert_eq!(span.end, *closed);
                Some((span.start.since_start().as_millis(), span.length().as_millis()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(gaps, [(200, 20), (1200, 40)]);
    assert!(events.iter().filter_map(closing).is_sorted());
    assert_eq!(spans(&events).len(), 2);
}

#[test]
fn an_hour_of_nothing_is_passed_over() {
    let (mut stream, sound) = (side(RATE), turns(&[200, 600, 700], RATE));
    let hour = 3600 * 16_000;
    push(&mut stream, RATE, 0, &sound[..12_800]);
    push(&mut stream, RATE, hour, &sound);
    stream.finish();
    let events = drain(&mut stream);
    assert_eq!(spans(&events), [(200, 800), (3_600_200, 3_600_800)]);
    assert!(events.iter().any(|event| matches!(event, SideEvent::Gap(span, _)
        if span.length() == Duration::from_millis(3_599_200))));
    assert_eq!(stream.received(), StreamTime::from_millis(3_601_500));
}

#[test]
fn suppressed_silence_is_silence_however_it_is_declared() {
    let sound = turns(&[200, 600], RATE);
    let events = |pieces: u64| {
        let mut stream = side(RATE);
        push(&mut stream, RATE, 0, &sound);
        for piece in 0..pieces {
            let at = |n: u64| StreamTime::from_millis(800 + 10_010 * n / pieces);
            stream.silence(Span::new(at(piece), at(piece + 1)));
        }
        push(&mut stream, RATE, 16 * 10_810, &sound);
        stream.finish();
        format!("{:?}", drain(&mut stream))
    };
    assert!(!events(1).contains("Gap"));
    assert_eq!(events(1), events(7));
    assert_eq!(events(1), events(1001));
}

#[test]
fn rates_other_than_the_three_are_refused() {
    let rate = SampleRate::new(11_025).unwrap();
    let config = SegmentConfig::default();
    let error = SideStream::new(Side::Agent, rate, config, Box::new(Loudness)).unwrap_err();
    assert!(error.to_string().contains("11025 Hz"));
}

#[test]
fn samples_that_are_no_numbers_do_no_harm() {
    let mut sound = turns(&[300, 600, 700, 600, 700], RATE);
    sound[6000] = f32::NAN;
    sound[7000] = f32::INFINITY;
    let mut stream = side(RATE);
    push(&mut stream, RATE, 0, &sound);
    stream.finish();
    let events = drain(&mut stream);
    assert_eq!(spans(&events).len(), 2);
    assert!(utterances(&events).iter().all(|(u, _)| u.samples.iter().all(|s| s.is_finite())));
}

/// What is told of the pauses, in a word each, with the end of the speech in milliseconds.
fn pauses(events: &[SideEvent]) -> Vec<String> {
    let end = |utterance: &Utterance| utterance.span.end.since_start().as_millis();
    let word = |event: &SideEvent| match event {
        SideEvent::Pausing(utterance) => Some(format!("pausing {}", end(utterance))),
        SideEvent::Resumed => Some("resumed".into()),
        SideEvent::Undecided => Some("undecided".into()),
        SideEvent::Utterance(utterance, closed) => {
            let closed = closed.since_start().as_millis();
            Some(format!("ended {} known {closed}", end(utterance)))
        }
        _ => None,
    };
    events.iter().filter_map(word).collect()
}

/// All at once, with one verdict on everything.
fn judged(lengths: &[u64], verdict: Verdict) -> Vec<String> {
    let mut stream = side_with(RATE, SegmentConfig::default());
    push(&mut stream, RATE, 0, &turns(lengths, RATE));
    stream.finish();
    let mut events = Vec::new();
    while let Some(event) = stream.poll() {
        let undecided = matches!(event, SideEvent::Undecided);
        events.push(event);
        if undecided {
            assert!(stream.poll().is_none(), "it waits");
            assert!(!stream.is_finished());
            stream.decide(verdict);
        }
    }
    assert!(stream.is_finished());
    pauses(&events)
}

#[test]
fn a_finished_utterance_ends_after_a_short_pause() {
    assert_eq!(
        judged(&[1000, 800, 400, 600, 700], Verdict::Finished),
        [
            "pausing 1800",
            "undecided",
            "ended 1800 known 1980",
            "pausing 2800",
            "undecided",
            "ended 2800 known 2980"
        ]
    );
}

#[test]
fn an_unfinished_one_goes_on_after_it_or_ends_later_as_it_was() {
    assert_eq!(
        judged(&[1000, 800, 400, 600, 700], Verdict::MorePending),
        [
            "pausing 1800",
            "undecided",
            "resumed",
            "pausing 2800",
            "undecided",
            "ended 2800 known 3400"
        ]
    );
}

#[test]
fn a_pause_too_short_for_any_end_needs_no_verdict() {
    let told = judged(&[1000, 800, 160, 600, 60, 500], Verdict::Finished);
    assert_eq!(told, ["pausing 1800", "resumed", "ended 3120 known 3120"]);
}

/// Speech that gets weaker: begun it would not be, gone on with it is.
struct Fading;

impl SpeechDetector for Fading {
    fn speech_probability(&mut self, frame: &[f32]) -> f32 {
        let peak = frame.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        if peak > 0.05 { 0.9 } else { 0.4 * f32::from(peak > 0.005) }
    }

    fn reset(&mut self) {}
}

#[test]
fn weak_syllables_after_an_early_end_are_not_lost() {
    let speech = |pause: u64| {
        let mut sound = turns(&[500, 800, pause], RATE);
        sound.extend(testsignal::white_noise(millis(300), RATE, Dbfs(-45.0), 9));
        sound.extend(turns(&[1000], RATE));
        let config = SegmentConfig::default();
        let mut stream = SideStream::new(Side::Caller, RATE, config, Box::new(Fading)).unwrap();
        push(&mut stream, RATE, 0, &sound);
        stream.finish();
        let mut events = Vec::new();
        while !stream.is_finished() {
            events.extend(drain(&mut stream));
            stream.decide(Verdict::Finished);
        }
        events.extend(drain(&mut stream));
        spans(&events)
    };
    assert_eq!(speech(300), [(500, 1300), (1600, 1900)]);
    assert_eq!(speech(1000), [(500, 1300)]);
}

#[test]
fn a_verdict_that_nobody_asked_for_changes_nothing() {
    let mut stream = side_with(RATE, SegmentConfig::default());
    push(&mut stream, RATE, 0, &turns(&[200, 600, 150], RATE));
    stream.decide(Verdict::Finished);
    push(&mut stream, RATE, 16 * 950, &turns(&[600], RATE));
    let events: Vec<SideEvent> = drain(&mut stream);
    assert_eq!(pauses(&events), ["pausing 800", "undecided"]);
    assert_eq!(stream.processed(), StreamTime::from_millis(980));
    assert_eq!(stream.received(), StreamTime::from_millis(1550));
}

/// An event with a sum over its samples in their place.
fn digest(event: &SideEvent) -> String {
    let sum = |u: &Utterance| {
        let bits = u.samples.iter().fold(u.samples.len() as u64, |sum, sample| {
            sum.wrapping_mul(31).wrapping_add(u64::from(sample.to_bits()))
        });
        (u.id, u.span, bits)
    };
    match event {
        SideEvent::Utterance(u, closed) => format!("ended {:?} {closed}", sum(u)),
        SideEvent::Growing(u) => format!("growing {:?}", sum(u)),
        SideEvent::Pausing(u) => format!("pausing {:?}", sum(u)),
        other => format!("{other:?}"),
    }
}

/// As a talk may end or not: by what was heard, and by nothing else.
fn verdict_on(utterance: &Utterance) -> Verdict {
    let odd = utterance.samples.len() / FRAME % 3 == 1;
    if odd { Verdict::Finished } else { Verdict::MorePending }
}

/// Everything in chunks, with verdicts that come `late` chunks after the question.
fn judged_late(sound: &[f32], rate: SampleRate, chunk: usize, late: usize) -> Vec<SideEvent> {
    let mut stream = side_with(rate, SegmentConfig::default());
    let (mut events, mut verdict, mut waited) = (Vec::new(), None, None);
    let mut hear = |stream: &mut SideStream, patience: usize| {
        loop {
            while let Some(event) = stream.poll() {
                let decided = closing(&event).is_none_or(|closed| closed <= stream.processed());
                assert!(decided || stream.is_finished(), "told before its time");
                match &event {
                    SideEvent::Pausing(utterance) => verdict = Some(verdict_on(utterance)),
                    SideEvent::Undecided => waited = Some(0),
                    _ => {}
                }
                events.push(event);
            }
            match &mut waited {
                Some(waited) if *waited < patience => return *waited += 1,
                Some(_) => stream.decide(verdict.expect("a pause was told")),
                None => return,
            }
            waited = None;
        }
    };
    for (number, samples) in sound.chunks(chunk).enumerate() {
        push(&mut stream, rate, number * chunk, samples);
        hear(&mut stream, late);
    }
    stream.finish();
    while !stream.is_finished() {
        hear(&mut stream, 0);
    }
    hear(&mut stream, 0);
    events
}

fn talk() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![3 => 1_u64..900, 1 => 900_u64..11_000], 2..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_sound_in_any_chunks_gives_the_same_events(
        lengths in talk(),
        size in 8_usize..2000,
        wide in any::<bool>(),
    ) {
        let rate = if wide { SampleRate::HZ_48000 } else { SampleRate::HZ_8000 };
        let sound = turns(&lengths, rate);
        let expected = format!("{:?}", run(&sound, rate, rate.hz() as usize / 50));
        let other = format!("{:?}", run(&sound, rate, size * (rate.hz() as usize / 8000) + 1));
        prop_assert!(expected == other);
    }

    #[test]
    fn utterances_are_ordered_bounded_and_hold_all_speech(lengths in talk()) {
        let sound = turns(&lengths, RATE);
        let events = run(&sound, RATE, 320);
        let found = utterances(&events);
        prop_assert!(events.iter().filter_map(closing).is_sorted());
        for pair in found.windows(2) {
            prop_assert!(pair[0].0.span.end <= pair[1].0.span.start);
        }
        for (number, (utterance, closed)) in found.iter().enumerate() {
            prop_assert_eq!(utterance.id.number as usize, number + 1);
            prop_assert!(utterance.span.length() <= Duration::from_secs(9));
            prop_assert!(utterance.samples.len() <= 16 * 9400);
            prop_assert!(*closed >= utterance.span.end);
        }
        let mut start = 0;
        for (number, length) in lengths.iter().enumerate() {
            // Long enough to be speech even if it begins within a frame.
            if number % 2 == 1 && *length >= 140 {
                for at in (start..start + length).step_by(20) {
                    let at = StreamTime::from_millis(at);
                    let held = found.iter().any(|(u, _)| u.span.start <= at && at < u.span.end);
                    prop_assert!(held, "nobody has {}", at);
                }
            }
            start += length;
        }
    }

    #[test]
    fn the_watermark_is_kept(lengths in talk(), lost in 0_usize..400) {
        let sound = turns(&lengths, SampleRate::HZ_8000);
        let mut stream = side(SampleRate::HZ_8000);
        for (number, samples) in sound.chunks(160).enumerate() {
            if number == lost {
                continue;
            }
            let decided = stream.processed();
            push(&mut stream, SampleRate::HZ_8000, number * 160, samples);
            for event in drain(&mut stream) {
                prop_assert!(closing(&event).is_none_or(|closed| closed >= decided));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn late_verdicts_in_any_chunks_give_the_same_events(
        lengths in talk(),
        size in 8_usize..2000,
        late in 0_usize..30,
    ) {
        let rate = SampleRate::HZ_8000;
        let sound = turns(&lengths, rate);
        let expected = judged_late(&sound, rate, 160, 0);
        let other = judged_late(&sound, rate, size + 1, late);
        let digests = |events: &[SideEvent]| events.iter().map(digest).collect::<Vec<_>>();
        prop_assert_eq!(digests(&expected), digests(&other));
    }

    #[test]
    fn a_pause_that_was_told_is_the_utterance_or_void(lengths in talk()) {
        let mut told = None;
        for event in judged_late(&turns(&lengths, RATE), RATE, 320, 0) {
            match event {
                SideEvent::Pausing(utterance) => {
                    prop_assert!(told.is_none());
                    told = Some((utterance.span, utterance.samples));
                }
                SideEvent::Resumed => prop_assert!(told.take().is_some()),
                SideEvent::Undecided => prop_assert!(told.is_some()),
                SideEvent::Growing(_) => prop_assert!(told.is_none()),
                SideEvent::Utterance(utterance, _) => {
                    let is = (utterance.span, utterance.samples);
                    prop_assert!(told.take().is_none_or(|told| told == is));
                }
                _ => {}
            }
        }
        prop_assert!(told.is_none());
    }
}

//! Model files, good and bad, and what whisper.cpp makes of the good ones.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use attune_audio::vad::SpeechDetector;
use proptest::prelude::*;

use super::embedded::Embedded;
use super::header::{Dimensions, NumberType, validate, validate_silero};
use super::random::{Size, bytes};
use super::vocabulary::Vocabulary;
use super::whisper::{LoadError, Options, SileroDetector, WhisperModel};
use super::{Expected, Model, RecogniseError, Recognition};
use crate::transcript::Language;

/// Where the parts of a file begin: magic, dimensions, filters, vocabulary.
const DIMENSIONS_AT: usize = 4;
const FILTERS_AT: usize = DIMENSIONS_AT + 11 * 4;
const VOCABULARY_AT: usize = FILTERS_AT + 8 + 80 * 201 * 4;

fn toy() -> &'static [u8] {
    static TOY: OnceLock<Vec<u8>> = OnceLock::new();
    TOY.get_or_init(|| bytes(&Size::Toy.dimensions(NumberType::Q8_0), 1))
}

fn toy_model() -> WhisperModel {
    WhisperModel::from_bytes("toy", toy(), Options::PUBLISHED).unwrap()
}

/// Where each tensor's header begins, and the end of the file.
fn tensors_at(file: &[u8], dimensions: &Dimensions) -> Vec<usize> {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let mut at = VOCABULARY_AT + 4;
    for _ in 0..number(VOCABULARY_AT) {
        at += 4 + number(at);
    }
    let mut starts = vec![at];
    for tensor in dimensions.tensors() {
        let (axes, name) = (number(at), number(at + 4));
        at += 12 + 4 * axes + name;
        at += usize::try_from(tensor.numbers.bytes(tensor.len())).unwrap();
        starts.push(at);
    }
    assert_eq!(at, file.len());
    starts
}

fn with_number(file: &[u8], at: usize, number: u32) -> Vec<u8> {
    let mut changed = file.to_vec();
    changed[at..at + 4].copy_from_slice(&number.to_le_bytes());
    changed
}

#[test]
fn good_files_are_accepted() {
    for numbers in [NumberType::F32, NumberType::F16, NumberType::Q8_0] {
        let dimensions = Size::Toy.dimensions(numbers);
        assert_eq!(validate(&bytes(&dimensions, 1)), Ok(dimensions));
    }
}

#[test]
fn a_file_that_ends_anywhere_too_early_is_refused() {
    let file = toy();
    let dimensions = validate(file).unwrap();
    let mut ends: Vec<usize> = (0..FILTERS_AT + 40).collect();
    ends.extend((VOCABULARY_AT..VOCABULARY_AT + 400).chain([VOCABULARY_AT - 1]));
    for start in tensors_at(file, &dimensions) {
        ends.extend((start.saturating_sub(3)..start + 40).filter(|end| *end < file.len()));
    }
    for end in ends {
        let error = validate(&file[..end]).unwrap_err();
        assert!(error.at <= end, "cut at {end}: {error}");
    }
}

#[test]
fn a_file_that_ends_too_late_is_refused() {
    for extra in [1, 4, 12, 100] {
        let long = [toy(), &vec![0; extra][..]].concat();
        assert!(validate(&long).is_err(), "{extra} bytes more");
    }
}

#[test]
fn every_dimension_matters() {
    for field in 0..11 {
        let at = DIMENSIONS_AT + 4 * field;
        let present = u32::from_le_bytes(toy()[at..at + 4].try_into().unwrap());
        for value in [0, 7, present + 1, present * 3, 1 << 20, u32::MAX, i32::MAX.cast_unsigned()] {
            // Toy heads: 1 or 2 or 4 all divide 32, and no tensor depends on their number.
            let error = validate(&with_number(toy(), at, value));
            assert!(error.is_err(), "field {field} = {value}: {error:?}");
        }
    }
}

#[test]
fn messages_say_what_and_where() {
    let says = |file: &[u8], at: usize, part: &str| {
        let error = validate(file).unwrap_err();
        assert_eq!(error.at, at, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    };
    says(b"RIFF\0\0\0\0WAVEfmt ", 0, "instead of \"ggml\"");
    says(b"", 0, "ends within the magic number");
    says(&with_number(toy(), 4, 50_000), 4, "n_vocab is 50000, expected 50364 to 51866");
    says(&with_number(toy(), 28, 64), 28, "n_text_state 64 differs from n_audio_state 32");
    says(&with_number(toy(), 16, 3), 16, "3 heads do not divide a state of 32");
    says(&with_number(toy(), 44, 999), 44, "ftype 999 is not known");
    says(&with_number(toy(), 44, 1007), 44, "version 1 of the block formats");
    says(&with_number(toy(), FILTERS_AT + 4, 200), FILTERS_AT, "80 x 200, expected 80 x 201");
    says(&with_number(toy(), VOCABULARY_AT, 60_000), VOCABULARY_AT, "60000 vocabulary strings");
    // The first word is the single space; make it another.
    let mut spaceless = toy().to_vec();
    spaceless[VOCABULARY_AT + 8] = b'x';
    says(&spaceless, VOCABULARY_AT, "no single space");
}

#[test]
fn odd_tensors_are_refused() {
    let dimensions = validate(toy()).unwrap();
    let starts = tensors_at(toy(), &dimensions);
    for start in starts.iter().take(starts.len() - 1) {
        // Axes, length of the name, type, first size.
        for (field, values) in [
            (0, [0, 4, 255, u32::MAX]),
            (1, [0, 1, 2000, u32::MAX]),
            (2, [2, 5, 99, u32::MAX]),
            (3, [0, 5, 31, u32::MAX]),
        ] {
            for value in values {
                let changed = with_number(toy(), start + 4 * field, value);
                assert!(validate(&changed).is_err(), "byte {start}, field {field} = {value}");
            }
        }
    }
    // One twice and another not at all.
    let [first, second, third] = [starts[2], starts[3], starts[4]];
    let doubled = [&toy()[..second], &toy()[first..second], &toy()[third..]].concat();
    assert!(validate(&doubled).unwrap_err().problem.contains("there twice"));
    let missing = [&toy()[..first], &toy()[second..]].concat();
    assert!(validate(&missing).unwrap_err().problem.contains("missing"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever passes the check, whisper.cpp survives: it may refuse, but the process lives on.
    #[test]
    fn what_is_accepted_does_not_abort(flips in prop::collection::vec((0_usize..1200, any::<u8>()), 1..4)) {
        let mut file = toy().to_vec();
        let dimensions = validate(&file).unwrap();
        let starts = tensors_at(&file, &dimensions);
        for (place, value) in flips {
            // Half of the flips hit the header, half the tensors' headers.
            let at = if place < 600 { place % FILTERS_AT } else { starts[place % (starts.len() - 1)] + place % 40 };
            file[at] = value;
        }
        if validate(&file).is_ok() {
            let model = WhisperModel::from_bytes("flipped", &file, Options::PUBLISHED).unwrap();
            let mut recogniser = model.recogniser().unwrap();
            prop_assert!(recogniser.recognise(&[0.1; 8000], &Language::English.into()).is_ok());
        }
    }

    /// Bytes that never were a model.
    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..4000)) {
        prop_assert!(validate(&noise).is_err());
        let magical = [&0x6767_6d6c_u32.to_le_bytes()[..], &noise].concat();
        prop_assert!(validate(&magical).is_err());
    }
}

/// A tone with some movement, so that there is something to hear.
fn sound(samples: usize) -> Vec<f32> {
    (0..samples).map(|i| 0.3 * (i as f32 * 0.05).sin() * (i as f32 * 0.001).cos()).collect()
}

#[test]
fn random_weights_give_as_many_tokens_as_allowed() {
    let options = Options { tokens_per_second: 3.0, free_tokens: 0.0, ..Options::PUBLISHED };
    let model = WhisperModel::from_bytes("toy", toy(), options).unwrap();
    let mut recogniser = model.recogniser().unwrap();
    for seconds in [1, 2, 3] {
        let heard =
            recogniser.recognise(&sound(16_000 * seconds), &Language::English.into()).unwrap();
        let allowed = 3 * u32::try_from(seconds).unwrap();
        assert_eq!(heard.tokens, allowed, "{seconds} s");
        assert!(!heard.text.reveal().is_empty());
        assert!((0.0..=1.0).contains(&heard.confidence) && heard.avg_logprob <= 0.0);
    }
}

#[test]
fn the_same_samples_give_the_same_text() {
    let model = toy_model();
    let mut one = model.recogniser().unwrap();
    let first = one.recognise(&sound(20_000), &Language::English.into()).unwrap();
    one.recognise(&sound(60_000), &Language::English.into()).unwrap();
    let again = one.recognise(&sound(20_000), &Language::English.into()).unwrap();
    let other =
        model.recogniser().unwrap().recognise(&sound(20_000), &Language::English.into()).unwrap();
    assert_eq!(first, again);
    assert_eq!(first, other);
}

fn expecting(vocabulary: &Vocabulary) -> Expected {
    Expected { vocabulary: vocabulary.clone(), ..Expected::default() }
}

/// Names change what is heard, and nothing of one call's names or words is left for the next one:
/// a slot is as new. With one text followed the state stays the same, with several it does not.
#[test]
fn a_slot_keeps_nothing_of_the_call_before() {
    let names = Vocabulary::new(["Zolvex Plus".to_owned(), "Grünau".to_owned()]);
    let others = Vocabulary::new(["Kestrel".to_owned()]);
    for options in [Options::PUBLISHED, Options { beam: 3, ..Options::PUBLISHED }] {
        let model = WhisperModel::from_bytes("toy", toy(), options).unwrap();
        let fresh = |samples, vocabulary: &Vocabulary| {
            let mut slot = model.recogniser().unwrap();
            slot.recognise(&sound(samples), &expecting(vocabulary)).unwrap()
        };
        let plain = fresh(20_000, &Vocabulary::default());
        assert_ne!(plain, fresh(20_000, &names), "names make a difference");
        assert_ne!(fresh(20_000, &others), fresh(20_000, &names));
        let mut slot = model.recogniser().unwrap();
        let mut hear = |samples, vocabulary: &Vocabulary| {
            slot.recognise(&sound(samples), &expecting(vocabulary)).unwrap()
        };
        hear(60_000, &others);
        assert_eq!(hear(20_000, &names), fresh(20_000, &names));
        assert_eq!(hear(20_000, &Vocabulary::default()), plain);
        assert_eq!(hear(20_000, &names), fresh(20_000, &names));
    }
}

/// A multilingual model says how likely either language is, the same whichever was expected; while
/// that is not clear, the text is the one in the expected language.
#[test]
fn a_multilingual_model_tells_the_language() {
    let dimensions = Size::Toy.dimensions(NumberType::F16);
    let file = bytes(&Dimensions { vocabulary: 51_865, ..dimensions }, 1);
    let model = WhisperModel::from_bytes("toy", &file, Options::PUBLISHED).unwrap();
    assert_eq!(model.languages(), Language::ALL);
    let mut slot = model.recogniser().unwrap();
    let mut hear = |language, detect| {
        let expected = Expected { language, detect, ..Expected::default() };
        slot.recognise(&sound(40_000), &expected).unwrap()
    };
    let [english, german] = Language::ALL.map(|language| hear(language, true));
    let (en, de) = (english.spoken.unwrap(), german.spoken.unwrap());
    assert_eq!([en.language, de.language], Language::ALL);
    assert!((en.probability + de.probability - 1.0).abs() < 1e-5, "{en:?} {de:?}");
    assert!(en.probability > 0.1 && de.probability > 0.1, "random weights know nothing");
    for heard in [english, german] {
        let language = heard.spoken.unwrap().language;
        let known = hear(language, false);
        assert_eq!(known, Recognition { spoken: None, ..heard });
    }
}

#[test]
fn odd_audio_is_an_error_or_padded() {
    let mut recogniser = toy_model().recogniser().unwrap();
    let mut hear =
        |samples: &[f32], language| recogniser.recognise(samples, &Expected::from(language));
    assert_eq!(hear(&[], Language::English).unwrap_err(), RecogniseError::Empty);
    assert_eq!(hear(&[0.0, f32::NAN], Language::English).unwrap_err(), RecogniseError::NotFinite);
    let long = hear(&sound(16_000 * 4 + 1), Language::English).unwrap_err();
    assert!(
        matches!(long, RecogniseError::TooLong { window, .. } if window == Duration::from_secs(4))
    );
    let german = hear(&sound(16_000), Language::German).unwrap_err();
    assert!(matches!(german, RecogniseError::Language { .. }));
    for samples in [1, 2, 199, 201, 1600, 16_000 * 4] {
        assert!(hear(&sound(samples), Language::English).is_ok(), "{samples} samples");
    }
}

#[test]
fn files_are_loaded_and_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("toy.bin");
    fs::write(&good, toy()).unwrap();
    let model = WhisperModel::load(&good).unwrap();
    assert_eq!((model.name(), model.languages()), ("toy", &[Language::English][..]));
    assert_eq!(model.window(), Duration::from_secs(4));

    let short = folder.path().join("short.bin");
    fs::write(&short, &toy()[..toy().len() / 2]).unwrap();
    let Err(error) = WhisperModel::load(&short) else { panic!("half a model was loaded") };
    assert!(matches!(error, LoadError::Malformed { .. }));
    assert!(error.to_string().contains("ends within tensor"), "{error}");

    let Err(missing) = WhisperModel::load(Path::new("no/such/model.bin")) else { panic!() };
    assert!(missing.to_string().contains("no/such/model.bin"), "{missing}");
    assert!(WhisperModel::load(folder.path()).is_err(), "a folder is no model");
}

#[test]
fn the_embedded_models_load_and_say_nothing_to_silence() {
    for embedded in Embedded::ALL {
        let (model, language) = (embedded.load().unwrap(), embedded.language());
        assert_eq!((model.name(), model.languages()), (embedded.name(), &[language][..]));
        assert!(model.window() >= Duration::from_secs(10), "the longest utterance must fit");
        let mut recogniser = model.recogniser().unwrap();
        let heard = recogniser.recognise(&[0.0; 48_000], &language.into()).unwrap();
        let verdict = super::gates::accept(&heard, Duration::from_secs(3));
        assert!(verdict.is_err(), "{}: {} characters", model.name(), heard.text.reveal().len());
    }
}

/// The path of a real Silero model, for the one test that needs it.
const SILERO: &str = "ATTUNE_TEST_SILERO";

#[test]
fn silero_tells_speech_like_sound_from_silence() {
    let Some(path) = std::env::var_os(SILERO) else {
        eprintln!("skipped: set {SILERO} to a ggml Silero model to run this test");
        return;
    };
    let file = fs::read(&path).unwrap();
    assert_eq!(validate_silero(&file), Ok(()));
    for end in (0..200).chain([file.len() / 2, file.len() - 1]) {
        assert!(validate_silero(&file[..end]).is_err(), "cut at {end}");
    }
    for at in (0..130).filter(|at| !(22..30).contains(at)) {
        let mut flipped = file.clone();
        flipped[at] ^= 0x10;
        assert!(validate_silero(&flipped).is_err(), "flipped at {at}");
    }
    let mut detector = SileroDetector::load(Path::new(&path)).unwrap();
    let silence = (0..100).map(|_| detector.speech_probability(&[0.0; 320])).fold(0.0, f32::max);
    assert!(silence < 0.3, "silence has {silence}");
    let hum: Vec<f32> = (0..320).map(|i| 0.2 * (i as f32 * 0.01963).sin()).collect();
    let noise = (0..100).map(|_| detector.speech_probability(&hum)).fold(0.0, f32::max);
    assert!((0.0..=1.0).contains(&noise));
    detector.reset();
    assert_eq!(detector.speech_probability(&[0.0; 320]), 0.0, "no window is complete yet");
}

#[test]
fn other_files_are_no_silero_models() {
    for file in [&b""[..], b"lmgg", toy(), &[0x6c, 0x6d, 0x67, 0x67, 10, 0, 0, 0, b's', b'i'][..]] {
        assert!(validate_silero(file).is_err());
    }
}

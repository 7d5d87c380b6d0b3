//! `eval speech`: how many words come out wrong.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use attune_audio::units::{SampleRate, Side};
use attune_models::event::{Event, EventBody};
use attune_models::recogniser::vocabulary::Vocabulary;
use attune_models::recogniser::{Expected, Recogniser, gates};
use attune_models::replay::{Replayed, Track, replay};
use attune_models::transcript::Language;
use serde_json::{Value, json};

use super::plot::Picture;
use super::wer::{self, Errors};
use super::{Channel, Report, channel, object, parallel, rounded};
use crate::app::SessionKit;
use crate::cli::Failure;
use crate::cmd::sound;
use crate::config::Config;
use crate::load;
use crate::manifest::{Manifest, Row};

struct Item<'a> {
    row: Row<'a>,
    file: &'a str,
    path: PathBuf,
    /// `None` if nobody wrote down what is said; empty if nothing is.
    text: Option<&'a str>,
    language: Language,
}

struct Heard {
    text: String,
    errors: Option<Errors>,
    took: Duration,
    length: Duration,
}

pub(super) fn run(
    path: &Path,
    config: &Config,
    line: Channel,
    whole: bool,
    vocabulary: Option<&Path>,
) -> Result<Report, Failure> {
    let manifest = Manifest::read(path, &["file"])?;
    let has_text = manifest.has("text");
    let items = manifest
        .rows()
        .map(|row| item(row, has_text, config.language.first()))
        .collect::<Result<Vec<_>, _>>()?;
    let model = load::model(config).map_err(Failure::failed)?;
    let kit = load::kit(config).map_err(Failure::failed)?;
    if let Some(item) = items.iter().find(|item| !model.languages().contains(&item.language)) {
        let (name, code) = (model.name(), item.language.code());
        return Err(item.row.wrong(format!("the model {name} does not know {code}")).into());
    }
    let vocabulary = vocabulary.map(names).transpose()?;
    let recogniser = || model.recogniser().map_err(Failure::failed);
    let heard = parallel::map(&items, config.slots, "speech", recogniser, |recogniser, item| {
        hear(item, &kit, recogniser.as_mut(), line, whole, vocabulary.as_ref())
    })?;
    Ok(report(&items, &heard))
}

fn names(path: &Path) -> Result<Vocabulary, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    Ok(Vocabulary::new(text.lines().map(|line| line.trim().to_owned())))
}

fn item(row: Row<'_>, has_text: bool, default: Language) -> Result<Item<'_>, Failure> {
    let (file, path) = row.file()?;
    let text = has_text.then(|| row.get("text").unwrap_or_default());
    Ok(Item { row, file, path, text, language: row.language(default)? })
}

fn hear(
    item: &Item<'_>,
    kit: &SessionKit,
    recogniser: &mut dyn Recogniser,
    line: Channel,
    whole: bool,
    vocabulary: Option<&Vocabulary>,
) -> Result<Heard, Failure> {
    let recording = sound::read(&item.path).map_err(|error| item.row.wrong(error))?;
    let samples = channel::pass(sound::working_mono(&recording), line);
    let length = SampleRate::WORKING.length_of(samples.len() as u64);
    let started = Instant::now();
    let text = if whole {
        at_once(&samples, length, item, recogniser, vocabulary)?
    } else {
        through_the_line(&samples, item, kit, recogniser, vocabulary)?
    };
    let took = started.elapsed();
    let errors = item.text.map(|reference| wer::compare(reference, &text));
    Ok(Heard { text, errors, took, length })
}

/// The file as one utterance, straight to the recogniser and its gates.
fn at_once(
    samples: &[f32],
    length: Duration,
    item: &Item<'_>,
    recogniser: &mut dyn Recogniser,
    vocabulary: Option<&Vocabulary>,
) -> Result<String, Failure> {
    let vocabulary = vocabulary.cloned().unwrap_or_default();
    let expected = Expected { vocabulary, ..item.language.into() };
    let recognition =
        recogniser.recognise(samples, &expected).map_err(|error| item.row.wrong(error))?;
    Ok(match gates::accept(&recognition, length) {
        Ok(()) => recognition.text.into_revealed(),
        Err(_rejection) => String::new(),
    })
}

/// The file as a call with one channel of which nobody knows whom it carries.
fn through_the_line(
    samples: &[f32],
    item: &Item<'_>,
    kit: &SessionKit,
    recogniser: &mut dyn Recogniser,
    vocabulary: Option<&Vocabulary>,
) -> Result<String, Failure> {
    let mut session = load::session(kit, item.language.into())
        .ok_or_else(|| item.row.wrong("there is no playbook in this language"))?;
    if let Some(vocabulary) = vocabulary {
        session.vocabulary = vocabulary.clone();
    }
    let track = Track { side: Side::Mixed, rate: SampleRate::WORKING, samples };
    let mut texts = Vec::new();
    replay(&[track], session, recogniser, |replayed| {
        if let Replayed::Event(Event { body: EventBody::Transcript(transcript), .. }) = replayed {
            texts.push(transcript.words().to_owned());
        }
    })
    .map_err(|error| item.row.wrong(error))?;
    texts.retain(|text| !text.is_empty());
    Ok(texts.join(" "))
}

fn rates(heard: &[Heard]) -> Picture {
    let spoken = heard.iter().filter_map(|heard| heard.errors.filter(|errors| errors.words > 0));
    Picture::Histogram {
        title: "Speech: items by share of words wrong".into(),
        label: "word error rate of an item (1 and more: 1)",
        rates: spoken.map(Errors::rate).collect(),
    }
}

fn report(items: &[Item<'_>], heard: &[Heard]) -> Report {
    let rtf = |took: Duration, length: Duration| {
        rounded(took.as_secs_f32() / length.as_secs_f32().max(f32::MIN_POSITIVE))
    };
    let line = |(item, heard): (&Item<'_>, &Heard)| {
        json!({
            "file": item.file,
            "hypothesis": heard.text,
            "wer": heard.errors.map_or(Value::Null, |errors| rounded(errors.rate())),
            "rtf": rtf(heard.took, heard.length),
        })
    };
    let (mut all, mut on_silence) = (Errors::default(), 0);
    for errors in heard.iter().filter_map(|heard| heard.errors) {
        if errors.words == 0 {
            on_silence += errors.insertions;
        } else {
            all += errors;
        }
    }
    let total = |length: fn(&Heard) -> Duration| heard.iter().map(length).sum::<Duration>();
    Report {
        items: items.iter().zip(heard).map(line).collect(),
        pictures: vec![("speech-wer", rates(heard))],
        summary: object([
            ("n", heard.len().into()),
            ("words", all.words.into()),
            ("wer", if all.words > 0 { rounded(all.rate()) } else { Value::Null }),
            ("insertions", on_silence.into()),
            ("substituted", all.substitutions.into()),
            ("deleted", all.deletions.into()),
            ("inserted", all.insertions.into()),
            ("rtf", rtf(total(|heard| heard.took), total(|heard| heard.length))),
        ]),
    }
}

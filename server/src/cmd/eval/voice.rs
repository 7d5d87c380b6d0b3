//! `eval voice`: what a voice says by itself. Each file stands alone; no statistics of its speaker
//! are used.

use std::path::{Path, PathBuf};

use attune_audio::prosody::{self, Prosody};
use attune_audio::units::{SampleRate, Side, Span, StreamTime};
use attune_audio::utterance::{CallerAudio, Utterance, UtteranceId};
use attune_models::category::Category;
use attune_models::voice::{VoiceClass, VoiceModel, VoiceReading};
use serde_json::{Value, json};

use super::plot::{Picture, Pictures};
use super::score::{Confusion, auc, calibration_error, scored};
use super::words::probabilities;
use super::{Channel, Report, channel, object, parallel, rounded};
use crate::cli::Failure;
use crate::cmd::sound;
use crate::config::Config;
use crate::manifest::{Manifest, Row};

/// What may stand in the column `label`.
const LABELS: [&str; 11] = [
    "anger",
    "happiness",
    "sadness",
    "neutral",
    "fear",
    "boredom",
    "disgust",
    "calm",
    "surprise",
    "high",
    "low",
];

/// Whether a label means an excited voice; disgust comes in both kinds.
fn is_excited(label: &str) -> Option<bool> {
    match label {
        "anger" | "happiness" | "fear" | "surprise" | "high" => Some(true),
        "sadness" | "neutral" | "boredom" | "calm" | "low" => Some(false),
        _ => None,
    }
}

struct Item<'a> {
    row: Row<'a>,
    file: &'a str,
    path: PathBuf,
    label: Option<&'static str>,
}

pub(super) fn run(path: &Path, config: &Config, line: Channel) -> Result<Report, Failure> {
    let manifest = Manifest::read(path, &["file"])?;
    let items = manifest.rows().map(item).collect::<Result<Vec<_>, _>>()?;
    let model = VoiceModel::embedded().map_err(Failure::failed)?;
    let read = parallel::map(
        &items,
        config.slots,
        "voice",
        || Ok(()),
        |(), item| {
            let recording = sound::read(&item.path).map_err(|error| item.row.wrong(error))?;
            let prosody = measure(channel::pass(sound::working_mono(&recording), line));
            let reading = model.read(&prosody).unwrap_or_else(VoiceReading::unknown);
            Ok((prosody, reading))
        },
    )?;
    Ok(report(&items, &read))
}

fn item(row: Row<'_>) -> Result<Item<'_>, Failure> {
    let (file, path) = row.file()?;
    let label = row.one_of("label", &LABELS)?.map(|index| LABELS[index]);
    Ok(Item { row, file, path, label })
}

/// The file as a caller's one utterance.
fn measure(samples: Vec<f32>) -> Prosody {
    let end = StreamTime::from_samples(samples.len() as u64, SampleRate::WORKING);
    let utterance = Utterance {
        id: UtteranceId { side: Side::Caller, number: 1 },
        span: Span::new(StreamTime::ZERO, end),
        samples: samples.into(),
    };
    match CallerAudio::of(&utterance) {
        Some(audio) => prosody::measure(audio),
        None => unreachable!("the side above is the caller"),
    }
}

fn report(items: &[Item<'_>], read: &[(Prosody, VoiceReading)]) -> Report {
    let mut confusion = Confusion::new(VoiceClass::ALL.len());
    let (mut ranked, mut sure) = (Vec::new(), Vec::new());
    for (item, (_, reading)) in items.iter().zip(read) {
        let Some(label) = item.label else { continue };
        if let Some(class) = VoiceClass::from_key(label) {
            let (top, p) = reading.class.top();
            confusion.add(class.index(), top.index());
            sure.push((p.get(), top == class));
        }
        if let Some(excited) = is_excited(label) {
            ranked.push((reading.arousal, excited));
        }
    }
    Report {
        items: items.iter().zip(read).map(line).collect(),
        summary: object([
            ("n", items.len().into()),
            ("labelled_four", confusion.total().into()),
            ("uar4", scored(confusion.unweighted_recall())),
            ("auc_arousal", scored(auc(&ranked))),
            ("ece", scored(calibration_error(&sure))),
        ]),
        pictures: pictures(&confusion, ranked, sure),
    }
}

fn pictures(confusion: &Confusion, ranked: Scored, sure: Scored) -> Pictures {
    let names = VoiceClass::ALL.iter().map(|class| class.key()).collect();
    let counts = confusion.counts().to_vec();
    let title = |of: &str| format!("Voice: {of}");
    vec![
        ("voice-confusion", Picture::Confusion { title: title("the four classes"), names, counts }),
        ("voice-reliability", Picture::Reliability { title: title("is it right?"), items: sure }),
        ("voice-roc", Picture::Roc { title: title("excited or calm"), items: ranked }),
    ]
}

/// Scores, and whether they are right or true.
type Scored = Vec<(f32, bool)>;

fn line((item, (prosody, reading)): (&Item<'_>, &(Prosody, VoiceReading))) -> Value {
    json!({
        "file": item.file,
        "arousal": rounded(reading.arousal),
        "p": probabilities(&reading.class),
        "confidence": rounded(reading.confidence().get()),
        // What the reading is made from, in the order of `prosody::functionals`.
        "features": prosody.functionals.iter().copied().map(finite).collect::<Vec<_>>(),
    })
}

fn finite(value: f32) -> Value {
    if value.is_finite() { Value::from(f64::from(value)) } else { Value::Null }
}

//! `eval words` and `eval abuse`: what sentences say by themselves.

use std::path::Path;

use attune_models::category::{Category, Mood, Posterior};
use attune_models::reader::ReaderPack;
use serde_json::{Map, Value, json};

use super::plot::Picture;
use super::score::{Confusion, auc, calibration_error, scored};
use super::{Report, object, parallel, rounded};
use crate::cli::Failure;
use crate::config::Config;
use crate::manifest::Manifest;

/// From here on a sentence counts as abuse; the caller-type reader's own threshold.
const ABUSE_FROM: f32 = 0.5;

pub(super) fn moods(path: &Path, config: &Config) -> Result<Report, Failure> {
    let names: Vec<&'static str> = Mood::ALL.iter().map(|mood| mood.key()).collect();
    let (items, labels) =
        items(path, config, &names, |readers, language, text| readers.words_mood(language, text))?;
    let mut confusion = Confusion::new(names.len());
    let mut sure = Vec::new();
    for ((_, (posterior, _)), label) in items.iter().zip(&labels) {
        if let Some(label) = label {
            let (top, p) = posterior.top();
            confusion.add(*label, top.index());
            sure.push((p.get(), top.index() == *label));
        }
    }
    let per_class =
        |(class, name): (usize, &&str)| ((*name).to_owned(), scored(confusion.f1(class)));
    let line = |(text, (posterior, valence)): &(String, (Posterior<Mood>, f32))| json!({"text": text, "p": probabilities(posterior), "valence": rounded(*valence)});
    Ok(Report {
        items: items.iter().map(line).collect(),
        summary: object([
            ("n", items.len().into()),
            ("labelled", confusion.total().into()),
            ("macro_f1", scored(confusion.macro_f1())),
            ("ece", scored(calibration_error(&sure))),
            ("per_class", Value::Object(names.iter().enumerate().map(per_class).collect())),
        ]),
        pictures: vec![
            (
                "words-confusion",
                Picture::Confusion {
                    title: "Words: the eight moods".into(),
                    counts: confusion.counts().to_vec(),
                    names,
                },
            ),
            (
                "words-reliability",
                Picture::Reliability { title: "Words: is the mood right?".into(), items: sure },
            ),
        ],
    })
}

pub(super) fn abuse(path: &Path, config: &Config) -> Result<Report, Failure> {
    let (items, labels) = items(path, config, &["0", "1"], |readers, language, text| {
        readers.p_abuse(language, text)
    })?;
    let labelled = || items.iter().zip(&labels).filter_map(|((_, p), label)| Some((*p, (*label)?)));
    let mut confusion = Confusion::new(2);
    labelled().for_each(|(p, label)| confusion.add(label, usize::from(p > ABUSE_FROM)));
    let ranked: Vec<(f32, bool)> = labelled().map(|(p, label)| (p, label == 1)).collect();
    let line = |(text, p): &(String, f32)| json!({"text": text, "p_abuse": rounded(*p)});
    Ok(Report {
        items: items.iter().map(line).collect(),
        summary: object([
            ("n", items.len().into()),
            ("labelled", confusion.total().into()),
            ("f1", scored(confusion.f1(1))),
            ("auc", scored(auc(&ranked))),
            ("threshold", rounded(ABUSE_FROM)),
        ]),
        pictures: vec![
            (
                "abuse-confusion",
                Picture::Confusion {
                    title: "Abuse".into(),
                    names: vec!["none", "abuse"],
                    counts: confusion.counts().to_vec(),
                },
            ),
            (
                "abuse-reliability",
                Picture::Reliability {
                    title: "Abuse: share that is abuse".into(),
                    items: ranked.clone(),
                },
            ),
            ("abuse-roc", Picture::Roc { title: "Abuse".into(), items: ranked }),
        ],
    })
}

/// Probabilities by the names of their classes.
pub(super) fn probabilities<C: Category>(posterior: &Posterior<C>) -> Value {
    let entry = |class: &C| (class.key().to_owned(), rounded(posterior.of(*class).get()));
    Value::Object(C::ALL.iter().map(entry).collect::<Map<_, _>>())
}

type Read<T> = (Vec<(String, T)>, Vec<Option<usize>>);

fn items<T: Send>(
    path: &Path,
    config: &Config,
    labels: &[&str],
    read: impl Fn(&ReaderPack, attune_models::transcript::Language, &str) -> T + Sync,
) -> Result<Read<T>, Failure> {
    let manifest = Manifest::read(path, &["text"])?;
    let mut rows = Vec::new();
    let mut truths = Vec::new();
    for row in manifest.rows() {
        rows.push((row.get("text").unwrap_or_default(), row.language(config.language.first())?));
        truths.push(row.one_of("label", labels)?);
    }
    let readers = ReaderPack::embedded().map_err(Failure::failed)?;
    let read = parallel::map(
        &rows,
        config.slots,
        "words",
        || Ok(()),
        |(), (text, language)| Ok(((*text).to_owned(), read(&readers, *language, text))),
    )?;
    Ok((read, truths))
}

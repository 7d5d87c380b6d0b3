//! `eval words` and `eval abuse`: what sentences say by themselves.

use std::path::Path;

use attune_models::category::{Category, Mood, Posterior};
use attune_models::reader::ReaderPack;
use serde_json::{Map, Value, json};

use super::manifest::Manifest;
use super::score::{Confusion, auc, scored};
use super::{Report, object, parallel, rounded};
use crate::cli::Failure;
use crate::config::Config;

/// From here on a sentence counts as abuse; the caller-type reader's own threshold.
const ABUSE_FROM: f32 = 0.5;

pub(super) fn moods(path: &Path, config: &Config) -> Result<Report, Failure> {
    let names: Vec<&str> = Mood::ALL.iter().map(|mood| mood.key()).collect();
    let (items, labels) =
        items(path, config, &names, |readers, language, text| readers.words_mood(language, text))?;
    let mut confusion = Confusion::new(names.len());
    for ((_, (posterior, _)), label) in items.iter().zip(&labels) {
        if let Some(label) = label {
            confusion.add(*label, posterior.top().0.index());
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
            ("per_class", Value::Object(names.iter().enumerate().map(per_class).collect())),
        ]),
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

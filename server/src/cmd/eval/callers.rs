//! `eval callers`: whole dialogues, through the same session as a call.

use std::path::Path;

use attune_models::category::{CallerType, Category, Colour, Mood, Motive};
use attune_models::event::EventBody;
use attune_models::replay::{Dialogue, replay_dialogue};
use attune_models::snapshot::{Reading, Snapshot};
use serde::Deserialize;
use serde_json::{Value, json};

use super::score::{Confusion, calibration_error, scored};
use super::words::probabilities;
use super::{Report, object, parallel, rounded};
use crate::app::SessionKit;
use crate::cli::Failure;
use crate::config::{Config, closest};
use crate::load;

/// How many caller turns the curve goes over.
const CURVE: usize = 12;

/// A dialogue with what people say of it, as far as they do.
struct Item {
    dialogue: Dialogue,
    colour: Option<Colour>,
    motive: Option<Motive>,
    caller_type: Option<CallerType>,
    /// One for each caller turn.
    moods: Vec<Option<Mood>>,
}

#[derive(Deserialize)]
struct Labels {
    colour: Option<String>,
    motive: Option<String>,
    caller_type: Option<String>,
    turns: Vec<TurnLabels>,
}

#[derive(Deserialize)]
struct TurnLabels {
    side: String,
    mood: Option<String>,
}

pub(super) fn run(path: &Path, config: &Config) -> Result<Report, Failure> {
    let items = read(path).map_err(Failure::Input)?;
    let kit = load::kit(config).map_err(Failure::failed)?;
    let read = parallel::map(
        &items,
        config.slots,
        "callers",
        || Ok(()),
        |(), item| snapshots(item, &kit),
    )?;
    Ok(report(&items, &read))
}

fn read(path: &Path) -> Result<Vec<Item>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            item(line).map_err(|error| format!("{}:{number}: {error}", path.display()))
        })
        .collect()
}

fn item(line: &str) -> Result<Item, String> {
    let dialogue = Dialogue::parse(line).map_err(|error| error.to_string())?;
    let labels: Labels = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let turns = labels.turns.iter().filter(|turn| turn.side == "caller");
    Ok(Item {
        dialogue,
        colour: label(labels.colour.as_deref())?,
        motive: label(labels.motive.as_deref())?,
        caller_type: label(labels.caller_type.as_deref())?,
        moods: turns.map(|turn| label(turn.mood.as_deref())).collect::<Result<_, _>>()?,
    })
}

fn label<C: Category>(word: Option<&str>) -> Result<Option<C>, String> {
    let Some(word) = word.filter(|word| !word.is_empty()) else { return Ok(None) };
    C::from_key(word).map(Some).ok_or_else(|| {
        let keys = || C::ALL.iter().map(|class| class.key());
        let hint = closest(word, keys())
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let keys: Vec<_> = keys().collect();
        format!("{} `{word}` is none of {}{hint}", C::NAME, keys.join(", "))
    })
}

/// The reading after each caller turn.
fn snapshots(item: &Item, kit: &SessionKit) -> Result<Vec<Snapshot>, Failure> {
    let language = item.dialogue.language().unwrap_or(kit.default_language.first());
    let session = load::session(kit, language.into())
        .ok_or_else(|| Failure::Failed(format!("no playbook for {}", language.code())))?;
    let mut snapshots = Vec::with_capacity(item.moods.len());
    replay_dialogue(&item.dialogue, session, |event| {
        if let EventBody::Snapshot(snapshot) = event.body {
            snapshots.push(*snapshot);
        }
    })
    .map_err(|error| Failure::Input(format!("{}: {error}", item.dialogue.id)))?;
    Ok(snapshots)
}

fn report(items: &[Item], read: &[Vec<Snapshot>]) -> Report {
    let both = || items.iter().zip(read);
    let mut mood = Confusion::new(Mood::ALL.len());
    let mut caller_type = Confusion::new(CallerType::ALL.len());
    for (item, snapshots) in both() {
        for (label, snapshot) in item.moods.iter().zip(snapshots) {
            if let Some(label) = label {
                mood.add(label.index(), snapshot.mood.category.posterior.top().0.index());
            }
        }
        if let (Some(label), Some(last)) = (item.caller_type, snapshots.last()) {
            caller_type.add(label.index(), last.caller_type.posterior.top().0.index());
        }
    }
    let colours =
        both().filter_map(|(item, read)| Some((item.colour?, readings(read, |s| &s.colour))));
    let motives =
        both().filter_map(|(item, read)| Some((item.motive?, readings(read, |s| &s.motive))));
    Report {
        items: both().map(|(item, read)| line(item, read)).collect(),
        summary: object([
            ("n", items.len().into()),
            ("colour", category_scores(colours.collect())),
            ("motive", category_scores(motives.collect())),
            (
                "caller_type",
                json!({
                    "top1": scored(caller_type.accuracy()),
                    "macro_f1": scored(caller_type.macro_f1()),
                }),
            ),
            (
                "mood",
                json!({
                    "turns": mood.total(),
                    "top1": scored(mood.accuracy()),
                    "macro_f1": scored(mood.macro_f1()),
                }),
            ),
        ]),
    }
}

fn readings<C>(snapshots: &[Snapshot], of: fn(&Snapshot) -> &Reading<C>) -> Vec<&Reading<C>> {
    snapshots.iter().map(of).collect()
}

/// Top-1 and macro-F1 of the most likely class at the end, whether shown or not; coverage is the
/// share that is shown, and the accuracy among those; the curve is top-1 after each caller turn
/// (a call that is over keeps its last reading).
fn category_scores<C: Category>(calls: Vec<(C, Vec<&Reading<C>>)>) -> Value {
    let mut confusion = Confusion::new(C::ALL.len());
    let (mut confidences, mut shown, mut shown_right) = (Vec::new(), 0_usize, 0_usize);
    let calls: Vec<_> = calls.into_iter().filter(|(_, readings)| !readings.is_empty()).collect();
    for (truth, readings) in &calls {
        let Some(last) = readings.last() else { continue };
        let (top, p) = last.posterior.top();
        confusion.add(truth.index(), top.index());
        confidences.push((p.get(), top == *truth));
        if let Some(value) = last.value {
            shown += 1;
            shown_right += usize::from(value == *truth);
        }
    }
    let share = |part: usize, whole: usize| scored((whole > 0).then(|| part as f32 / whole as f32));
    let after = |turn: usize| {
        let right = calls.iter().filter(|(truth, readings)| {
            let reading = readings[turn.min(readings.len() - 1)];
            reading.posterior.top().0 == *truth
        });
        share(right.count(), calls.len())
    };
    let longest = calls.iter().map(|(_, readings)| readings.len()).max().unwrap_or(0);
    json!({
        "top1": scored(confusion.accuracy()),
        "macro_f1": scored(confusion.macro_f1()),
        "coverage": share(shown, calls.len()),
        "accuracy_covered": share(shown_right, shown),
        "ece": scored(calibration_error(&confidences)),
        "curve": (0..longest.min(CURVE)).map(after).collect::<Vec<_>>(),
    })
}

fn line(item: &Item, snapshots: &[Snapshot]) -> Value {
    let turn = |snapshot: &Snapshot| {
        json!({
            "mood": probabilities(&snapshot.mood.category.posterior),
            "valence": rounded(snapshot.mood.valence),
            "arousal": rounded(snapshot.mood.arousal),
            "colour": probabilities(&snapshot.colour.posterior),
            "motive": probabilities(&snapshot.motive.posterior),
            "caller_type": probabilities(&snapshot.caller_type.posterior),
        })
    };
    let last = snapshots.last();
    json!({
        "id": item.dialogue.id,
        "colour": last.map(|last| probabilities(&last.colour.posterior)),
        "motive": last.map(|last| probabilities(&last.motive.posterior)),
        "caller_type": last.map(|last| probabilities(&last.caller_type.posterior)),
        "abstained": {
            "colour": last.is_none_or(|last| last.colour.value.is_none()),
            "motive": last.is_none_or(|last| last.motive.value.is_none()),
        },
        "turns": snapshots.iter().map(turn).collect::<Vec<_>>(),
    })
}

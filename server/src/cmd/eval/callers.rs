//! `eval callers`: whole dialogues, through the same session as a call.

mod feeling;

use std::path::Path;

use attune_models::category::{CallerType, Category, Colour, Mood, Motive};
use attune_models::event::EventBody;
use attune_models::replay::{Dialogue, replay_dialogue};
use attune_models::snapshot::{Reading, Snapshot};
use serde::Deserialize;
use serde_json::{Value, json};

use super::plot::{Picture, Pictures};
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
    /// `calls.jsonl:7`.
    place: String,
    dialogue: Dialogue,
    colour: Option<Colour>,
    motive: Option<Motive>,
    caller_type: Option<CallerType>,
    /// One for each caller turn.
    turns: Vec<TurnTruth>,
}

/// What people say of a caller turn.
#[derive(Clone, Copy)]
struct TurnTruth {
    mood: Option<Mood>,
    valence: Option<f32>,
    arousal: Option<f32>,
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
    valence: Option<f32>,
    arousal: Option<f32>,
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
            let place = format!("{}:{number}", path.display());
            item(line, &place).map_err(|error| format!("{place}: {error}"))
        })
        .collect()
}

fn item(line: &str, place: &str) -> Result<Item, String> {
    let dialogue = Dialogue::parse(line).map_err(|error| error.to_string())?;
    let labels: Labels = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let turns = labels.turns.iter().filter(|turn| turn.side == "caller");
    Ok(Item {
        place: place.to_owned(),
        dialogue,
        colour: label(labels.colour.as_deref())?,
        motive: label(labels.motive.as_deref())?,
        caller_type: label(labels.caller_type.as_deref())?,
        turns: turns.map(truth).collect::<Result<_, _>>()?,
    })
}

fn truth(turn: &TurnLabels) -> Result<TurnTruth, String> {
    for (name, value) in [("valence", turn.valence), ("arousal", turn.arousal)] {
        if let Some(value) = value.filter(|value| !(-1.0..=1.0).contains(value)) {
            return Err(format!("{name} {value} is not between -1 and 1"));
        }
    }
    let mood = label(turn.mood.as_deref())?;
    Ok(TurnTruth { mood, valence: turn.valence, arousal: turn.arousal })
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
    let mut snapshots = Vec::with_capacity(item.turns.len());
    replay_dialogue(&item.dialogue, session, |event| {
        if let EventBody::Snapshot(snapshot) = event.body {
            snapshots.push(*snapshot);
        }
    })
    .map_err(|error| Failure::Input(format!("{}: {error}", item.place)))?;
    Ok(snapshots)
}

/// What a category's readings come to.
#[derive(Default)]
struct Judged {
    confusion: Option<Confusion>,
    /// Probability of the likeliest class at the end, and whether it is right.
    sure: Vec<(f32, bool)>,
    shown: usize,
    shown_right: usize,
    /// Whether the likeliest class is right after each turn; a call that is over keeps its last.
    curve: Vec<f32>,
}

fn report(items: &[Item], read: &[Vec<Snapshot>]) -> Report {
    let both = || items.iter().zip(read);
    let mut mood = Confusion::new(Mood::ALL.len());
    let mut moods_sure = Vec::new();
    for (turn, snapshot) in both().flat_map(|(item, read)| item.turns.iter().zip(read)) {
        let (top, p) = snapshot.mood.category.posterior.top();
        if let Some(label) = turn.mood {
            mood.add(label.index(), top.index());
            moods_sure.push((p.get(), top == label));
        }
    }
    let colour = judge(both().map(|(item, read)| (item.colour, read)), |s| &s.colour);
    let motive = judge(both().map(|(item, read)| (item.motive, read)), |s| &s.motive);
    let kind = judge(both().map(|(item, read)| (item.caller_type, read)), |s| &s.caller_type);
    let calls: Vec<feeling::Call<'_>> =
        both().map(|(item, read)| (item.turns.as_slice(), read.as_slice())).collect();
    let valence = |s: &Snapshot| (s.mood.valence, s.mood.valence_deviation);
    let arousal = |s: &Snapshot| (s.mood.arousal, s.mood.arousal_deviation);
    Report {
        items: both().map(|(item, read)| line(item, read)).collect(),
        summary: object([
            ("n", items.len().into()),
            ("colour", colour.json()),
            ("motive", motive.json()),
            ("caller_type", kind.json()),
            (
                "mood",
                json!({
                    "turns": mood.total(),
                    "top1": scored(mood.accuracy()),
                    "macro_f1": scored(mood.macro_f1()),
                    "ece": scored(calibration_error(&moods_sure)),
                }),
            ),
            ("valence", feeling::axis(&calls, |turn| turn.valence, valence)),
            ("arousal", feeling::axis(&calls, |turn| turn.arousal, arousal)),
            ("escalation", feeling::escalation(&calls)),
        ]),
        pictures: pictures(&[colour, motive, kind], &mood, moods_sure),
    }
}

/// The most likely class at the end, whether shown or not.
fn judge<'a, C: Category>(
    calls: impl Iterator<Item = (Option<C>, &'a Vec<Snapshot>)>,
    reading: fn(&Snapshot) -> &Reading<C>,
) -> Judged {
    let labelled = calls.filter_map(|(truth, read)| Some((truth?, read)));
    let calls: Vec<_> = labelled.filter(|(_, read)| !read.is_empty()).collect();
    let mut confusion = Confusion::new(C::ALL.len());
    let mut judged = Judged::default();
    for (truth, last) in calls.iter().filter_map(|(truth, read)| Some((*truth, read.last()?))) {
        let (top, p) = reading(last).posterior.top();
        confusion.add(truth.index(), top.index());
        judged.sure.push((p.get(), top == truth));
        if let Some(value) = reading(last).value {
            judged.shown += 1;
            judged.shown_right += usize::from(value == truth);
        }
    }
    let longest = calls.iter().map(|(_, read)| read.len()).max().unwrap_or(0);
    let after = |turn: usize| {
        let right = calls.iter().filter(|(truth, read)| {
            reading(&read[turn.min(read.len() - 1)]).posterior.top().0 == *truth
        });
        right.count() as f32 / calls.len() as f32
    };
    judged.curve = (0..longest.min(CURVE)).map(after).collect();
    judged.confusion = Some(confusion);
    judged
}

impl Judged {
    /// Coverage is the share that is shown, and the accuracy among those.
    fn json(&self) -> Value {
        let share =
            |part: usize, whole: usize| scored((whole > 0).then(|| part as f32 / whole as f32));
        let of =
            |score: fn(&Confusion) -> Option<f32>| scored(self.confusion.as_ref().and_then(score));
        json!({
            "top1": of(Confusion::accuracy),
            "macro_f1": of(Confusion::macro_f1),
            "coverage": share(self.shown, self.sure.len()),
            "accuracy_covered": share(self.shown_right, self.shown),
            "ece": scored(calibration_error(&self.sure)),
            "curve": self.curve.iter().map(|share| rounded(*share)).collect::<Vec<_>>(),
        })
    }

    fn counts(&self) -> Vec<Vec<usize>> {
        self.confusion.as_ref().map(|confusion| confusion.counts().to_vec()).unwrap_or_default()
    }
}

fn names<C: Category>() -> Vec<&'static str> {
    C::ALL.iter().map(|class| class.key()).collect()
}

fn pictures(
    [colour, motive, kind]: &[Judged; 3],
    mood: &Confusion,
    moods_sure: Vec<(f32, bool)>,
) -> Pictures {
    let confusion = |of: &str, names, counts| Picture::Confusion {
        title: format!("Callers: {of}"),
        names,
        counts,
    };
    let reliability = |of: &str, items: &[(f32, bool)]| Picture::Reliability {
        title: format!("Callers: is the {of} right?"),
        items: items.to_vec(),
    };
    let lines = [("colour", colour), ("motive", motive), ("caller type", kind)];
    let lines = lines.into_iter().map(|(name, judged)| (name, judged.curve.clone())).collect();
    vec![
        ("callers-colour", confusion("colour at the end", names::<Colour>(), colour.counts())),
        ("callers-motive", confusion("motive at the end", names::<Motive>(), motive.counts())),
        ("callers-type", confusion("caller type at the end", names::<CallerType>(), kind.counts())),
        ("callers-mood", confusion("mood of a turn", names::<Mood>(), mood.counts().to_vec())),
        ("callers-colour-reliability", reliability("colour", &colour.sure)),
        ("callers-motive-reliability", reliability("motive", &motive.sure)),
        ("callers-type-reliability", reliability("caller type", &kind.sure)),
        ("callers-mood-reliability", reliability("mood", &moods_sure)),
        ("callers-curve", Picture::Curves { title: "Callers: as the call goes on".into(), lines }),
    ]
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

//! `attune-server playbook phrasing`: whether what callers say in their own words finds its note.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use attune_audio::units::Side;
use attune_models::playbook::{Condition, Note, Playbook, Scene};
use attune_models::reader::ReaderPack;
use attune_models::suggest::{Outcome, rehearse};
use attune_models::transcript::Language;
use clap::Args;

use super::{examples, read, try_out};
use crate::cli::Failure;
use crate::manifest::{Manifest, Row};

pub(super) const EXAMPLES: &str = "\
Example:
  attune-server playbook phrasing sentences.csv --missed seen
with lines such as
  half,note,said
  seen,third-call,this must be my sixth attempt to get it sorted
  held,,it's my third time on this island
where an empty note means that no note may come. Write notes by one half, judge them by the other.";

/// See how many sentences of callers find their note.
#[derive(Debug, Args)]
pub(crate) struct Phrasing {
    /// CSV with the columns `note` (empty: none may come) and `said`, and `half` if there are halves
    file: PathBuf,
    /// The playbook; without it the one that ships
    #[arg(long, value_name = "FILE")]
    playbook: Option<PathBuf>,
    /// The language of the playbook that ships
    #[arg(long, default_value = "en", value_parser = try_out::language)]
    language: Language,
    /// Name what went wrong in this half; `all` where there are no halves
    #[arg(long, value_name = "HALF")]
    missed: Option<String>,
}

/// What became of the sentences of one half.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    meant: usize,
    found: usize,
    none: usize,
    fired: usize,
}

impl Phrasing {
    pub(super) fn run(&self, out: &mut impl Write) -> Result<(), Failure> {
        let playbook = match &self.playbook {
            Some(path) => read(path).map_err(Failure::Input)?,
            None => Playbook::embedded(self.language).map_err(Failure::failed)?,
        };
        let sentences = Manifest::read(&self.file, &["note", "said"])?;
        let stage = Stage::new(&playbook, examples::readers()?);
        let mut halves: BTreeMap<String, Tally> = BTreeMap::new();
        let mut wrong = Vec::new();
        for row in sentences.rows() {
            let half = row.get("half").unwrap_or("all").to_owned();
            let told = stage.judge(&row, halves.entry(half.clone()).or_default())?;
            wrong.extend(told.filter(|_| self.missed.as_ref() == Some(&half)));
        }
        tell(&halves, &wrong, out).map_err(Failure::from)
    }
}

fn tell(
    halves: &BTreeMap<String, Tally>,
    wrong: &[String],
    out: &mut impl Write,
) -> io::Result<()> {
    for (half, Tally { meant, found, none, fired }) in halves {
        writeln!(out, "{half}: {found} of {meant} sentences find their note")?;
        writeln!(
            out,
            "{half}: a note comes on {fired} of {none} sentences that should bring none"
        )?;
    }
    wrong.iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// Every note that waits for the caller's words, in the moment of its first example, so that all its
/// other conditions hold.
struct Stage<'a> {
    playbook: &'a Playbook,
    readers: Arc<ReaderPack>,
    moments: Vec<(usize, &'a Note, &'a Scene)>,
}

impl<'a> Stage<'a> {
    fn new(playbook: &'a Playbook, readers: Arc<ReaderPack>) -> Self {
        let notes = playbook.notes().iter().enumerate();
        let moments = notes.filter(|(_, note)| waits_for_caller(note)).filter_map(|(at, note)| {
            let example = note.examples.iter().find(|example| example.fits)?;
            Some((at, note, &example.scene))
        });
        Self { playbook, readers, moments: moments.collect() }
    }

    /// Counts a sentence; says what is wrong with what it brought, if something is.
    fn judge(&self, row: &Row<'_>, tally: &mut Tally) -> Result<Option<String>, Failure> {
        let said = row.get("said").ok_or_else(|| row.wrong("`said` is empty"))?;
        let Some(id) = row.get("note") else {
            tally.none += 1;
            let fires = |(at, note, scene): &(usize, &'a Note, &Scene)| {
                self.fires(*at, scene, said).then_some(note.id.as_str())
            };
            let fired: Vec<&str> = self.moments.iter().filter_map(fires).collect();
            tally.fired += usize::from(!fired.is_empty());
            let told = || format!("{said:?} brings {}", fired.join(", "));
            return Ok((!fired.is_empty()).then(told));
        };
        let moment = self.moments.iter().find(|(_, note, _)| note.id == id);
        let (at, _, scene) = moment.ok_or_else(|| {
            row.wrong(format!(
                "there is no note `{id}` with `caller_says` and an example that fits"
            ))
        })?;
        tally.meant += 1;
        let found = self.fires(*at, scene, said);
        tally.found += usize::from(found);
        Ok((!found).then(|| format!("{said:?} does not find {id}")))
    }

    fn fires(&self, at: usize, scene: &Scene, said: &str) -> bool {
        let told = rehearse(self.playbook, &self.readers, &instead(scene, said), false).notes;
        told.get(at).is_some_and(|note| matches!(note.outcome, Outcome::Fired { .. }))
    }
}

/// The scene with this sentence for what the caller said in it.
fn instead(scene: &Scene, sentence: &str) -> Scene {
    let mut said = scene.said.clone();
    let last = said.iter().rposition(|(side, _)| *side == Side::Caller).unwrap_or(0);
    if let Some(utterance) = said.get_mut(last) {
        *utterance = (Side::Caller, sentence.to_owned());
    }
    let mut place = 0..;
    said.retain(|(side, _)| place.next() == Some(last) || *side != Side::Caller);
    Scene { said, ..scene.clone() }
}

fn waits_for_caller(note: &Note) -> bool {
    let words = |c: &Condition| matches!(c, Condition::CallerSays(_) | Condition::CallerSaid(_));
    !note.is_step() && note.when.all.iter().any(words)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn told(language: Language, half: &str) -> (BTreeMap<String, Tally>, Vec<String>) {
        let playbook = Playbook::embedded(language).unwrap();
        let file = format!("../tests/data/phrasing/{}.csv", language.code());
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
        let sentences = Manifest::read(&path, &["half", "note", "said"]).unwrap();
        let stage = Stage::new(&playbook, examples::readers().unwrap());
        let mut halves = BTreeMap::new();
        let rows = sentences.rows().filter(|row| row.get("half") == Some(half));
        let judge =
            |row: Row<'_>| stage.judge(&row, halves.entry(half.to_owned()).or_default()).unwrap();
        let wrong = rows.filter_map(judge).collect();
        (halves, wrong)
    }

    /// Sentences that the shipped notes were not written by.
    #[test]
    fn shipped_notes_are_found_by_words_they_were_not_written_by() {
        for (language, least, most) in [(Language::English, 18, 5), (Language::German, 19, 1)] {
            let (halves, _) = told(language, "held");
            let Tally { meant, found, none, fired } = halves["held"];
            assert!(meant >= 50 && none >= 50);
            assert!(found >= least, "{found} of {meant}");
            assert!(fired <= most, "{fired} of {none}");
        }
    }

    #[test]
    fn the_rest_of_the_scene_stays() {
        let agent = (Side::Agent, "this call is recorded".to_owned());
        let caller = |words: &str| (Side::Caller, words.to_owned());
        let scene =
            Scene { said: vec![caller("a"), agent.clone(), caller("b")], ..Scene::default() };
        assert_eq!(instead(&scene, "c").said, [agent, caller("c")]);
    }
}

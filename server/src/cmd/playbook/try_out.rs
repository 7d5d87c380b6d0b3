//! `attune-server playbook try`: which notes a sentence brings, and why the others stay away.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use attune_audio::units::Side;
use attune_models::category::{CallerType, Category, Colour, Mood, Motive, Phase, Trend};
use attune_models::playbook::{Note, Playbook, Scene, utterance};
use attune_models::snapshot::{Correction, Reading, Snapshot};
use attune_models::suggest::{Explanation, Outcome, Rehearsal, rehearse};
use attune_models::transcript::Language;
use clap::Args;

use super::{examples, read};
use crate::cli::{FactsArgs, Failure};

pub(super) const EXAMPLES: &str = "\
Examples:
  attune-server playbook try \"this is the third time I call\"
  attune-server playbook try \"agent: this call is recorded\" \"caller: you idiots\" --all
  attune-server playbook try \"I want it fixed today\" --colour red --mood angry
  attune-server playbook try \"das ist schon das dritte Mal\" --language de --playbook meins.toml";

/// How many notes that stay away are named without `--all`.
const NEAREST: usize = 8;

/// See which notes a sentence brings, and why the others stay away.
#[derive(Debug, Args)]
pub(crate) struct TryOut {
    /// What was said, in order; the last one just now. `agent: …` or `caller: …`, which may be left
    /// out
    #[arg(required = true)]
    said: Vec<String>,
    /// The playbook; without it the one that ships
    #[arg(long, value_name = "FILE")]
    playbook: Option<PathBuf>,
    /// The language of the playbook that ships: en, de or it
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
    /// Take the caller for this instead of reading it from the words: red, yellow, green, blue
    #[arg(long, value_parser = class::<Colour>)]
    colour: Option<Colour>,
    /// knowledge, empathy, individuality, belonging, security, vision
    #[arg(long, value_parser = class::<Motive>)]
    motive: Option<Motive>,
    /// neutral, satisfied, angry, disappointed, worried, confused, grateful, apologetic
    #[arg(long, value_parser = class::<Mood>)]
    mood: Option<Mood>,
    /// improving, steady, worsening
    #[arg(long, value_parser = class::<Trend>)]
    trend: Option<Trend>,
    /// none, offloader, grievance, abusive
    #[arg(long, value_parser = class::<CallerType>)]
    caller_type: Option<CallerType>,
    /// opening, concern, solution, closing
    #[arg(long, value_parser = class::<Phase>)]
    phase: Option<Phase>,
    /// An outburst is likely
    #[arg(long)]
    escalating: bool,
    #[command(flatten)]
    facts: FactsArgs,
    /// How old the call is, in seconds
    #[arg(long, default_value_t = 120, value_name = "SECONDS")]
    at: u64,
    /// Name every note that stays away
    #[arg(long)]
    all: bool,
}

impl TryOut {
    pub(super) fn run(&self, out: &mut impl Write) -> Result<(), Failure> {
        let playbook = match &self.playbook {
            Some(path) => read(path).map_err(Failure::Input)?,
            None => Playbook::embedded(self.language).map_err(Failure::failed)?,
        };
        let rehearsal = rehearse(&playbook, &examples::readers()?, &self.scene(), true);
        if !playbook.language().is_read() {
            let code = playbook.language().code();
            writeln!(
                out,
                "Callers in `{code}` are not read yet: say --mood, --colour and the like."
            )?;
        }
        writeln!(out, "{}", caller(&rehearsal.snapshot))?;
        self.tell(&playbook, &rehearsal, out).map_err(Failure::from)
    }

    fn scene(&self) -> Scene {
        let said = |text: &String| utterance(text).unwrap_or((Side::Caller, text.clone()));
        Scene {
            said: self.said.iter().map(said).collect(),
            at: Duration::from_secs(self.at),
            lasting: None,
            caller: Correction {
                mood: self.mood,
                colour: self.colour,
                motive: self.motive,
                caller_type: self.caller_type,
            },
            trend: self.trend,
            phase: self.phase,
            escalating: self.escalating,
            facts: self.facts.facts(),
        }
    }

    fn tell(
        &self,
        playbook: &Playbook,
        rehearsal: &Rehearsal,
        out: &mut impl Write,
    ) -> std::io::Result<()> {
        let told = rehearsal.told(playbook);
        let mut fitting = 0;
        for (note, explanation) in &told {
            let Outcome::Fired { evidence } = &explanation.outcome else { continue };
            let first = if fitting == 0 { "\nShown first:\n" } else { "" };
            let more = if fitting == 1 { "\nWould wait their turn:\n" } else { "" };
            fitting += 1;
            let evidence: Vec<&str> = evidence.iter().map(|text| text.reveal().as_str()).collect();
            let say = note.say.first().map_or("", String::as_str);
            let (id, class) = (&note.id, note.class.key());
            writeln!(out, "{first}{more}  {id} ({class}, priority {})", note.priority)?;
            writeln!(out, "    “{say}”\n    because {}", evidence.join(", "))?;
        }
        if fitting == 0 {
            writeln!(out, "\nNo note fits.")?;
        }
        self.tell_missed(&told, out)
    }

    /// The notes that stay away.
    fn tell_missed(
        &self,
        told: &[(&Note, &Explanation)],
        out: &mut impl Write,
    ) -> std::io::Result<()> {
        let missed = told.iter().filter_map(|(note, explanation)| match &explanation.outcome {
            Outcome::Missed { reason, missing } => Some((*missing, *note, reason)),
            Outcome::Fired { .. } => None,
        });
        let missed: Vec<_> = missed.collect();
        let shown = if self.all { missed.len() } else { NEAREST.min(missed.len()) };
        if shown > 0 {
            writeln!(out, "\nStay away:")?;
        }
        for (missing, note, reason) in &missed[..shown] {
            let more =
                if *missing > 1 { format!(" (and {} more)", missing - 1) } else { String::new() };
            writeln!(out, "  {:28} {reason}{more}", note.id)?;
        }
        if shown < missed.len() {
            writeln!(out, "  and {} more; --all names them", missed.len() - shown)?;
        }
        Ok(())
    }
}

/// `Caller: mood angry 0.62, colour red 0.55, motive not clear yet, …`
fn caller(snapshot: &Snapshot) -> String {
    fn one<C: Category>(reading: &Reading<C>) -> String {
        let name = C::NAME.replace('_', " ");
        match reading.value {
            None => format!("{name} not clear yet"),
            Some(class) if reading.corrected => format!("{name} {} (given)", class.key()),
            Some(class) => format!("{name} {} {:.2}", class.key(), reading.confidence().get()),
        }
    }
    let parts = [
        one(&snapshot.mood.category),
        one(&snapshot.colour),
        one(&snapshot.motive),
        one(&snapshot.caller_type),
        format!("phase {}", snapshot.phase.key()),
    ];
    format!("Caller: {}", parts.join(", "))
}

pub(super) fn language(code: &str) -> Result<Language, String> {
    Language::of_notes(code).ok_or_else(|| {
        let codes = Language::OF_NOTES.map(Language::code).join(", ");
        format!("there is no playbook for it; write one of: {codes}")
    })
}

fn class<C: Category>(key: &str) -> Result<C, String> {
    C::from_key(key).ok_or_else(|| {
        let keys: Vec<&str> = C::ALL.iter().map(|class| class.key()).collect();
        format!("write one of: {}", keys.join(", "))
    })
}

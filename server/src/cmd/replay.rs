//! `attune-server replay`: recorded calls through the live line.

mod compare;
mod show;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use attune_audio::units::{SampleRate, Side, StreamTime};
use attune_models::event::Event;
use attune_models::facts::CallFacts;
use attune_models::recogniser::Recogniser;
use attune_models::replay::{Dialogue, Replayed, Track, replay, replay_dialogue};
use attune_models::session::SessionConfig;
use attune_models::transcript::{CallLanguage, Language};
use attune_proto::json::to_line;
use clap::Args;

use super::{progress, sound};
use crate::app::SessionKit;
use crate::cli::{FactsArgs, Failure, LineSettings, configure};
use crate::config::Config;
use crate::convert::{self, CallNames};
use crate::load;

/// Run recorded calls through the live line, faster than real time.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  attune-server replay call.wav                        stereo: caller left, agent right
  attune-server replay --caller right calls/*.wav      stereo: caller right
  attune-server replay --caller a.wav --agent b.wav    a file a side
  attune-server replay --transcript dialogues.jsonl    written dialogues, no audio
  attune-server replay --compare old.toml new.toml calls/    two playbooks over the same calls

A mono file is taken for both sides at once: it gives text, but no reading of anybody.
The events are those of a live call: one JSON object a line, as the API sends them, but for the time
of day.")]
pub(crate) struct Replay {
    /// WAV or FLAC files, one a call
    paths: Vec<PathBuf>,
    /// The caller's channel of stereo files, or a file with the caller alone
    #[arg(long, value_name = "left|right|FILE")]
    caller: Option<PathBuf>,
    /// A file with the agent alone
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    agent: Option<PathBuf>,
    /// Dialogues as JSON lines: {"id","lang","turns":[{"side","text"},…]}
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "caller", "agent"])]
    transcript: Option<PathBuf>,
    /// Run two playbooks (.toml) or two speech models over recordings (caller left), dialogues (.jsonl)
    /// or directories of them, and say where they differ
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["caller", "agent", "transcript"])]
    compare: Option<Vec<PathBuf>>,
    /// Print events as JSON lines even on a terminal
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    facts: FactsArgs,
    #[command(flatten)]
    settings: LineSettings,
}

impl Replay {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let config = configure(self.settings.given())?;
        let facts = self.facts.facts();
        if let Some(pair) = &self.compare {
            return compare::run(pair, &self.paths, &config, &facts, self.json);
        }
        let kit = load::kit(&config).map_err(Failure::failed)?;
        let stdout = io::stdout();
        let json = self.json || !stdout.is_terminal();
        let mut printer = Printer { out: stdout.lock(), json };
        if let Some(path) = &self.transcript {
            return dialogues(path, &kit, &facts, &mut printer);
        }
        let calls = self.calls()?;
        let mut recogniser = recogniser(&config)?;
        let several = calls.len() > 1;
        for call in calls {
            let sides = call.read().map_err(Failure::Input)?;
            let name = call.name(several);
            let session = SessionConfig { facts: facts.clone(), ..session(&kit, config.language)? };
            let played = play(&name, &sides, session, recogniser.as_mut(), &mut printer)?;
            said(&format!("{name}: {played}"));
        }
        Ok(())
    }

    fn calls(&self) -> Result<Vec<Call>, Failure> {
        let channel = match self.caller.as_deref().and_then(Path::to_str) {
            None | Some("left") => Some(0),
            Some("right") => Some(1),
            Some(_) => None,
        };
        match (channel, &self.agent) {
            (Some(caller), None) if !self.paths.is_empty() => {
                let call = |path: &PathBuf| Call::Recording { path: path.clone(), caller };
                Ok(self.paths.iter().map(call).collect())
            }
            (None, agent) if self.paths.is_empty() => {
                Ok(vec![Call::Sides { caller: self.caller.clone(), agent: agent.clone() }])
            }
            (Some(_), Some(agent)) if self.caller.is_none() => {
                Ok(vec![Call::Sides { caller: None, agent: Some(agent.clone()) }])
            }
            _ => Err(Failure::Usage(
                "replay: give recordings, or --caller FILE with --agent FILE, or --transcript FILE"
                    .into(),
            )),
        }
    }
}

/// A call as files.
enum Call {
    /// One file; in stereo, `caller` is the caller's channel.
    Recording { path: PathBuf, caller: usize },
    /// A file a side.
    Sides { caller: Option<PathBuf>, agent: Option<PathBuf> },
}

/// A side of a call that was read.
struct Sound {
    side: Side,
    rate: SampleRate,
    samples: Vec<f32>,
}

impl Sound {
    fn track(&self) -> Track<'_> {
        Track { side: self.side, rate: self.rate, samples: &self.samples }
    }
}

impl Call {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Recording { path, .. } => Some(path),
            Self::Sides { caller, agent } => caller.as_deref().or(agent.as_deref()),
        }
    }

    /// What the call is called in its events: the file's name, or its path if there are several.
    fn name(&self, several: bool) -> String {
        let path = self.path().unwrap_or(Path::new("call"));
        let name = if several { path.as_os_str() } else { path.file_stem().unwrap_or_default() };
        name.to_string_lossy().into_owned()
    }

    fn read(&self) -> Result<Vec<Sound>, String> {
        match self {
            Self::Recording { path, caller } => recording(path, *caller),
            Self::Sides { caller, agent } => {
                let sides = [(Side::Caller, caller), (Side::Agent, agent)];
                let given =
                    sides.into_iter().filter_map(|(side, path)| Some((side, path.as_ref()?)));
                given.map(|(side, path)| one_side(side, path)).collect()
            }
        }
    }
}

fn read(path: &Path) -> Result<attune_audio::wav::Recording, String> {
    let recording = sound::read(path)?;
    if recording.truncated {
        said(&format!("{}: cut short; going on with what is there", path.display()));
    }
    Ok(recording)
}

fn recording(path: &Path, caller: usize) -> Result<Vec<Sound>, String> {
    let recording = read(path)?;
    let rate = recording.rate;
    let count = recording.channels.len();
    let side = |number: usize| match (count, number == caller) {
        (1, _) => Side::Mixed,
        (_, true) => Side::Caller,
        (_, false) => Side::Agent,
    };
    let channels = recording.channels.into_iter().enumerate();
    let mut sides: Vec<Sound> =
        channels.map(|(number, samples)| Sound { side: side(number), rate, samples }).collect();
    sides.sort_by_key(|sound| sound.side);
    Ok(sides)
}

fn one_side(side: Side, path: &Path) -> Result<Sound, String> {
    let recording = read(path)?;
    let rate = recording.rate;
    let mut channels = recording.channels.into_iter();
    match (channels.next(), channels.next()) {
        (Some(samples), None) => Ok(Sound { side, rate, samples }),
        _ => Err(format!("{}: a file a side has one channel, this has two", path.display())),
    }
}

fn recogniser(config: &Config) -> Result<Box<dyn Recogniser>, Failure> {
    let model = load::model(config).map_err(Failure::failed)?;
    if !config.language.suits(model.languages()) {
        return Err(Failure::Usage(format!(
            "language: the model {} is not one for {}; --model names another",
            config.model,
            config.language.code()
        )));
    }
    model.recogniser().map_err(Failure::failed)
}

/// How fast it went.
struct Played {
    length: Duration,
    took: Duration,
}

impl std::fmt::Display for Played {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (length, took) = (self.length.as_secs_f64(), self.took.as_secs_f64());
        let speed = if took > 0.0 { length / took } else { f64::INFINITY };
        write!(f, "{length:.1} s in {took:.2} s on one core, {speed:.1} times real time")
    }
}

fn play(
    name: &str,
    sides: &[Sound],
    session: SessionConfig,
    recogniser: &mut dyn Recogniser,
    printer: &mut Printer<impl Write>,
) -> Result<Played, Failure> {
    let tracks: Vec<Track<'_>> = sides.iter().map(Sound::track).collect();
    let length = |sound: &Sound| sound.rate.length_of(sound.samples.len() as u64);
    let length = sides.iter().map(length).max().unwrap_or_default();
    let names = names(name, session.language);
    let bar = progress::over_time(length, name);
    let mut printed = Ok(());
    let started = Instant::now();
    replay(&tracks, session, recogniser, |replayed| match replayed {
        Replayed::Event(event) if printed.is_ok() => {
            printed = bar.suspend(|| printer.print(&names, &event));
        }
        Replayed::Event(_) => {}
        Replayed::Progress { done, .. } => progress::set_time(&bar, done.since_start()),
    })
    .map_err(Failure::input)?;
    bar.finish_and_clear();
    printed?;
    Ok(Played { length, took: started.elapsed() })
}

fn dialogues(
    path: &Path,
    kit: &SessionKit,
    facts: &CallFacts,
    printer: &mut Printer<impl Write>,
) -> Result<(), Failure> {
    let started = Instant::now();
    let (mut count, mut length) = (0, Duration::ZERO);
    for dialogue in read_dialogues(path).map_err(Failure::Input)? {
        let language = dialogue.language().unwrap_or_default();
        let names = names(&dialogue.id, language);
        let mut printed = Ok(());
        let mut end = StreamTime::ZERO;
        let session = SessionConfig { facts: facts.clone(), ..session(kit, language.into())? };
        replay_dialogue(&dialogue, session, |event| {
            end = event.at;
            if printed.is_ok() {
                printed = printer.print(&names, &event);
            }
        })
        .map_err(|error| Failure::Input(format!("{}: {error}", dialogue.id)))?;
        printed?;
        count += 1;
        length += end.since_start();
    }
    let played = Played { length, took: started.elapsed() };
    said(&format!("{count} dialogues: {played}"));
    Ok(())
}

/// The dialogues of a file; the message names the line that is wrong.
pub(crate) fn read_dialogues(path: &Path) -> Result<Vec<Dialogue>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            Dialogue::parse(line).map_err(|error| format!("{}:{number}: {error}", path.display()))
        })
        .collect()
}

fn session(kit: &SessionKit, language: CallLanguage) -> Result<SessionConfig, Failure> {
    load::session(kit, language)
        .ok_or_else(|| Failure::Usage(format!("playbooks: there is none for {}", language.code())))
}

fn names(call_id: &str, language: Language) -> CallNames {
    CallNames {
        call_id: call_id.to_owned(),
        language,
        project: String::new(),
        agent_id: String::new(),
    }
}

struct Printer<W> {
    out: W,
    json: bool,
}

impl<W: Write> Printer<W> {
    fn print(&mut self, names: &CallNames, event: &Event) -> io::Result<()> {
        if !self.json {
            return show::event(&mut self.out, event);
        }
        let mut message = convert::event(names, event, SystemTime::UNIX_EPOCH);
        // The only field in which a replay differs from a live call.
        message.create_time = None;
        let line = to_line(&message).map_err(io::Error::other)?;
        writeln!(self.out, "{line}")
    }
}

/// A line for people, on stderr, where it does not get between the events.
fn said(line: &str) {
    // Whoever closed stderr does not want to know.
    let _ = writeln!(io::stderr(), "{line}");
}

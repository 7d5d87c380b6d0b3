//! `attune-server replay --compare A B`: two playbooks, or two speech models, over the same calls.

mod difference;
mod remembering;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use attune_models::event::Event;
use attune_models::facts::CallFacts;
use attune_models::recogniser::catalogue;
use attune_models::replay::{Dialogue, Replayed, Track, replay, replay_dialogue};
use attune_models::session::SessionConfig;
use attune_models::transcript::{CallLanguage, Language};

use super::{Call, Sound, read_dialogues, recogniser, said, session};
use crate::app::SessionKit;
use crate::cli::Failure;
use crate::config::{Config, ModelChoice};
use crate::load;
use crate::playbooks::Playbooks;
use difference::{Difference, Told, Total};
use remembering::Remembering;

/// One of the two that are compared.
struct Variant {
    /// As it was written.
    name: String,
    config: Config,
    kit: SessionKit,
}

impl Variant {
    /// A playbook by its file, else a speech model.
    fn new(given: &Path, config: &Config, kit: &SessionKit) -> Result<Self, Failure> {
        let name = given.display().to_string();
        let (mut config, mut kit) = (config.clone(), kit.clone());
        if given.extension().is_some_and(|extension| extension == "toml") {
            let playbook =
                load::playbook(given).map_err(|error| Failure::Input(error.to_string()))?;
            kit.playbooks = Playbooks::default().with("", Arc::new(playbook));
        } else {
            config.model = match (name.as_str(), catalogue::find(&name)) {
                ("embedded", _) => ModelChoice::Embedded,
                (_, Some(published)) => ModelChoice::Published(published),
                (_, None) => ModelChoice::File(given.to_owned()),
            };
        }
        Ok(Self { name, config, kit })
    }

    fn session(&self, language: CallLanguage, facts: &CallFacts) -> Result<SessionConfig, Failure> {
        Ok(SessionConfig { facts: facts.clone(), ..session(&self.kit, language)? })
    }

    /// Whether it has notes in a language.
    fn speaks(&self, language: Language) -> bool {
        self.kit.playbooks.find(language, "").is_some()
    }
}

/// What is compared on.
enum Material {
    Recording(Call, String),
    Dialogue(Box<Dialogue>),
}

/// Runs both over everything in `paths` and says where they differ.
pub(super) fn run(
    pair: &[PathBuf],
    paths: &[PathBuf],
    config: &Config,
    facts: &CallFacts,
    json: bool,
) -> Result<(), Failure> {
    let [a, b] = pair else {
        return Err(Failure::Usage("replay: --compare takes two playbooks or models".into()));
    };
    let kit = load::kit(config).map_err(Failure::failed)?;
    let variants = [Variant::new(a, config, &kit)?, Variant::new(b, config, &kit)?];
    let materials = materials(paths)?;
    let mut ears = Ears::default();
    let (mut total, mut out) = (Total::default(), io::stdout().lock());
    for material in &materials {
        let (name, told) = match material {
            Material::Dialogue(dialogue) => {
                let language = dialogue.language().unwrap_or_default();
                if !variants.iter().all(|variant| variant.speaks(language)) {
                    said(&format!(
                        "{}: left out, not both have notes in {}",
                        dialogue.id,
                        language.code()
                    ));
                    continue;
                }
                let tell = |variant| written(variant, dialogue, facts);
                (&dialogue.id, [tell(&variants[0])?, tell(&variants[1])?])
            }
            Material::Recording(call, name) => {
                let sides = call.read().map_err(Failure::Input)?;
                let first = ears.hear(&variants[0], &sides, facts)?;
                (name, [first, ears.hear(&variants[1], &sides, facts)?])
            }
        };
        let difference = Difference::between(name, &told);
        total.add(&difference, &told);
        if json {
            writeln!(out, "{}", difference.json())?;
        } else {
            difference.write(&mut out)?;
        }
    }
    let names = [variants[0].name.as_str(), variants[1].name.as_str()];
    if json {
        writeln!(out, "{}", total.json(names))?
    } else {
        total.write(names, &mut out)?
    }
    Ok(())
}

fn written(variant: &Variant, dialogue: &Dialogue, facts: &CallFacts) -> Result<Told, Failure> {
    let language = dialogue.language().unwrap_or_default();
    let mut events: Vec<Event> = Vec::new();
    replay_dialogue(dialogue, variant.session(language.into(), facts)?, |event| events.push(event))
        .map_err(|error| Failure::Input(format!("{}: {error}", dialogue.id)))?;
    Ok(Told::of(&events))
}

/// The recognisers of both; one and the same if they have the same model, and what it has heard
/// once it knows.
#[derive(Default)]
struct Ears {
    known: Vec<(ModelChoice, Remembering)>,
}

impl Ears {
    fn hear(
        &mut self,
        variant: &Variant,
        sides: &[Sound],
        facts: &CallFacts,
    ) -> Result<Told, Failure> {
        let model = &variant.config.model;
        let place = match self.known.iter().position(|(known, _)| known == model) {
            Some(place) => place,
            None => {
                let ear = Remembering::new(recogniser(&variant.config)?);
                self.known.push((model.clone(), ear));
                self.known.len() - 1
            }
        };
        let tracks: Vec<Track<'_>> = sides.iter().map(Sound::track).collect();
        let session = variant.session(variant.config.language, facts)?;
        let mut events: Vec<Event> = Vec::new();
        replay(&tracks, session, &mut self.known[place].1, |replayed| {
            if let Replayed::Event(event) = replayed {
                events.push(event);
            }
        })
        .map_err(Failure::input)?;
        Ok(Told::of(&events))
    }
}

/// Recordings and files of dialogues, those of a directory in the order of their names.
fn materials(paths: &[PathBuf]) -> Result<Vec<Material>, Failure> {
    let mut materials = Vec::new();
    for path in files(paths)? {
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let dialogues = read_dialogues(&path).map_err(Failure::Input)?;
            materials.extend(dialogues.into_iter().map(|one| Material::Dialogue(Box::new(one))));
        } else {
            let name = path.display().to_string();
            materials.push(Material::Recording(Call::Recording { path, caller: 0 }, name));
        }
    }
    if materials.is_empty() {
        return Err(Failure::Usage(
            "replay: --compare needs recordings (WAV, FLAC), dialogues (.jsonl) or a directory of them"
                .into(),
        ));
    }
    Ok(materials)
}

fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = |error| Failure::Input(format!("{}: {error}", path.display()));
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let known = |extension: &std::ffi::OsStr| {
                ["wav", "flac", "jsonl"].iter().any(|known| extension.eq_ignore_ascii_case(known))
            };
            if path.extension().is_some_and(known) {
                inside.push(path);
            }
        }
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}

//! The playbooks of a running server, by language and project; read anew when their files change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use attune_models::playbook::Playbook;
use attune_models::transcript::Language;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::load::{self, LoadError};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(1);

type Shelf = BTreeMap<(&'static str, String), Arc<Playbook>>;

/// Playbooks by language and project. Clones share them, so that all see new ones; a call keeps
/// those it began with.
#[derive(Clone, Default)]
pub struct Playbooks {
    by_name: Arc<RwLock<Shelf>>,
}

impl Playbooks {
    /// Adds the playbook of a project, in the language it is written in. The project with the
    /// empty name is the default one.
    #[must_use]
    pub fn with(self, project: &str, playbook: Arc<Playbook>) -> Self {
        let key = (playbook.language().code(), project.to_owned());
        self.by_name.write().unwrap_or_else(PoisonError::into_inner).insert(key, playbook);
        self
    }

    /// The playbook of a project, or the default one of the language.
    pub fn find(&self, language: Language, project: &str) -> Option<Arc<Playbook>> {
        let shelf = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        let named = |project: &str| shelf.get(&(language.code(), project.to_owned()));
        named(project).or_else(|| named("")).cloned()
    }

    /// The same project's playbooks in every other language, for a call that may turn out to be in
    /// one.
    pub fn others(&self, language: Language, project: &str) -> Vec<Arc<Playbook>> {
        let others = Language::ALL.into_iter().filter(|other| *other != language);
        others.filter_map(|other| self.find(other, project)).collect()
    }

    /// The files outside `directory` that playbooks in it extend.
    pub(crate) fn bases(&self, directory: &Path) -> Vec<PathBuf> {
        let shelf = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        let files = shelf.values().flat_map(|playbook| playbook.files()).map(PathBuf::from);
        files.filter(|file| file.parent() != Some(directory)).collect()
    }

    /// Puts `new` in the place of all there were.
    fn replace(&self, new: &Self) {
        let new = new.by_name.read().unwrap_or_else(PoisonError::into_inner).clone();
        *self.by_name.write().unwrap_or_else(PoisonError::into_inner) = new;
    }
}

/// Reads the files anew whenever they have changed, until `stop`. A mistake in one leaves all as it
/// was and is told in the log and by `attune_playbooks_broken`.
pub(crate) async fn follow(playbooks: Playbooks, config: Config, stop: CancellationToken) {
    let Some(directory) = config.playbooks.clone() else { return };
    metrics::gauge!("attune_playbooks_broken").set(0.0);
    let mut follower = Follower::new(directory, &playbooks);
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        let looked = tokio::task::spawn_blocking({
            let (config, playbooks) = (config.clone(), playbooks.clone());
            move || {
                let read = follower.look(&playbooks).then(|| load::playbooks(&config));
                (follower, read)
            }
        });
        let Ok((same, read)) = looked.await else { return };
        follower = same;
        if let Some(read) = read {
            take(&playbooks, read);
        }
    }
}

fn take(playbooks: &Playbooks, read: Result<Playbooks, LoadError>) {
    let outcome = if read.is_ok() { "ok" } else { "failed" };
    metrics::counter!("attune_playbooks_reloads_total", "outcome" => outcome).increment(1);
    metrics::gauge!("attune_playbooks_broken").set(f64::from(u8::from(read.is_err())));
    match read {
        Ok(new) => {
            playbooks.replace(&new);
            tracing::info!("the playbooks were read anew; calls that begin now use them");
        }
        Err(error) => {
            tracing::error!(%error, "the changed playbooks are not used; calls go on with the old ones");
        }
    }
}

/// Sees that files have changed.
#[derive(Debug)]
struct Follower {
    directory: PathBuf,
    /// As they were read.
    used: Looks,
    /// As they were a look ago.
    last: Looks,
}

/// What the files look like from outside.
type Looks = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

impl Follower {
    fn new(directory: PathBuf, playbooks: &Playbooks) -> Self {
        let now = looks(&directory, playbooks);
        Self { directory, used: now.clone(), last: now }
    }

    /// Whether the files have changed since they were last used, and been still for a look: an
    /// editor that is still writing is not read.
    fn look(&mut self, playbooks: &Playbooks) -> bool {
        let now = looks(&self.directory, playbooks);
        let still = now == self.last;
        self.last = now;
        let changed = still && self.last != self.used;
        if changed {
            self.used.clone_from(&self.last);
        }
        changed
    }
}

fn looks(directory: &Path, playbooks: &Playbooks) -> Looks {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).chain(playbooks.bases(directory));
    let look = |path: PathBuf| {
        // Through a symbolic link, as the file itself is read.
        let about = std::fs::metadata(&path).ok()?;
        Some((path, (about.modified().ok(), about.len())))
    };
    files.filter_map(look).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const NOTE: &str =
        "class = \"empathy\"\nwhen.caller_says = \"hello\"\nsay = \"Hi.\"\nwhy = \"w\"";

    fn write(directory: &Path, name: &str) {
        let head = format!("[playbook]\nlanguage = \"en\"\nname = \"{name}\"\n");
        std::fs::write(directory.join("en.toml"), format!("{head}[[note]]\nid = \"a\"\n{NOTE}\n"))
            .unwrap();
    }

    fn named(playbooks: &Playbooks) -> String {
        playbooks.find(Language::English, "").unwrap().name().to_owned()
    }

    #[test]
    fn changed_files_are_read_once_they_are_still_and_broken_ones_change_nothing() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), "first");
        let config = Config { playbooks: Some(directory.path().to_owned()), ..Config::default() };
        let playbooks = load::playbooks(&config).unwrap();
        let began_with = playbooks.find(Language::English, "").unwrap();
        let mut follower = Follower::new(directory.path().to_owned(), &playbooks);
        let look = |follower: &mut Follower| {
            let changed = follower.look(&playbooks);
            if changed {
                take(&playbooks, load::playbooks(&config));
            }
            (changed, named(&playbooks))
        };
        assert_eq!(look(&mut follower), (false, "first".into()));
        write(directory.path(), "the second");
        assert_eq!(look(&mut follower), (false, "first".into()), "it may still be written");
        assert_eq!(look(&mut follower), (true, "the second".into()));
        assert_eq!(look(&mut follower), (false, "the second".into()));
        std::fs::write(directory.path().join("en.toml"), "[playbook\n").unwrap();
        assert_eq!(look(&mut follower), (false, "the second".into()));
        assert_eq!(
            look(&mut follower),
            (true, "the second".into()),
            "a broken file changes nothing"
        );
        assert_eq!(look(&mut follower), (false, "the second".into()), "and is told of once");
        write(directory.path(), "third");
        look(&mut follower);
        assert_eq!(look(&mut follower), (true, "third".into()));
        assert_eq!(began_with.name(), "first", "a call keeps what it began with");
    }

    #[test]
    fn a_file_elsewhere_that_is_extended_is_followed_too() {
        let (own, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(elsewhere.path(), "base");
        let base = elsewhere.path().join("en.toml");
        let extends = base.display().to_string();
        let text = format!("[playbook]\nname = \"own\"\nextends = {extends:?}\n");
        std::fs::write(own.path().join("travel.toml"), text).unwrap();
        let config = Config { playbooks: Some(own.path().to_owned()), ..Config::default() };
        let playbooks = load::playbooks(&config).unwrap();
        assert_eq!(playbooks.find(Language::English, "travel").unwrap().notes().len(), 1);
        let mut follower = Follower::new(own.path().to_owned(), &playbooks);
        assert!(!follower.look(&playbooks));
        let longer = std::fs::read_to_string(&base).unwrap() + "# and more\n";
        std::fs::write(&base, longer).unwrap();
        assert!(!follower.look(&playbooks), "it may still be written");
        assert!(follower.look(&playbooks));
    }
}

//! Which agent is in which team.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A teams file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TeamsError {
    /// It cannot be read.
    #[error("teams: {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what a teams file is.
    #[error("teams: {}: {problem}; a line a team, such as north = [\"agent-7\", \"agent-9\"]", path.display())]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

/// The team of each agent.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Teams(BTreeMap<String, String>);

impl Teams {
    /// Reads a TOML file of teams, each a list of the agents that the telephony platform names.
    ///
    /// # Errors
    /// When it cannot be read, or an agent is in two teams.
    pub fn read(path: &Path) -> Result<Self, TeamsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| TeamsError::Read { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|problem| TeamsError::Wrong { path: path.to_owned(), problem })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let lists: BTreeMap<String, Vec<String>> =
            toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let mut teams = BTreeMap::new();
        for (team, agents) in lists {
            for agent in agents {
                if let Some(other) = teams.insert(agent.clone(), team.clone()) {
                    return Err(format!("{agent} is in {other} and in {team}"));
                }
            }
        }
        Ok(Self(teams))
    }

    /// How many agents have a team.
    pub fn agents(&self) -> usize {
        self.0.len()
    }

    /// The team of an agent; empty if nobody said.
    pub fn of(&self, agent: &str) -> &str {
        self.0.get(agent).map_or("", String::as_str)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_agent_has_one_team() {
        let teams = Teams::parse("north = ['a', 'b']\nsouth = ['c']").unwrap();
        assert_eq!((teams.of("b"), teams.of("c"), teams.of("x")), ("north", "south", ""));
        let error = Teams::parse("north = ['a']\nsouth = ['a']").unwrap_err();
        assert_eq!(error, "a is in north and in south");
        assert!(Teams::parse("north = 'a'").is_err());
        let error = Teams::read(Path::new("/nowhere/teams.toml")).unwrap_err().to_string();
        assert!(error.contains("/nowhere/teams.toml"), "{error}");
    }
}

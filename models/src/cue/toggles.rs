//! Cues that a project does not want to count.

/// What stands behind a cue's id when its words were denied: it is turned off with it.
const NEGATED: &str = "_negated";

/// Cues that are turned off: by id (`voice.louder`) or by family (`voice.*`). Without any, all
/// count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CuesOff {
    patterns: Vec<String>,
}

/// No cue is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no cue{}", .closest.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
pub struct UnknownCue {
    /// What was written.
    pub pattern: String,
    /// What was probably meant.
    pub closest: Option<String>,
}

impl CuesOff {
    /// Turns off every cue of `known` that one of `patterns` names.
    ///
    /// # Errors
    /// If a pattern names none; the error says which one was probably meant.
    pub fn new<'a>(
        patterns: impl IntoIterator<Item = &'a str>,
        known: &[String],
    ) -> Result<Self, UnknownCue> {
        let mut off = Self::default();
        for pattern in patterns {
            if !known.iter().any(|id| names(pattern, id)) {
                let closest = closest(pattern, known);
                return Err(UnknownCue { pattern: pattern.to_owned(), closest });
            }
            off.patterns.push(pattern.to_owned());
        }
        Ok(off)
    }

    /// Whether a cue is turned off.
    pub fn has(&self, id: &str) -> bool {
        self.patterns.iter().any(|pattern| names(pattern, id))
    }

    /// As they were written.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

fn names(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(family) => family.ends_with('.') && id.starts_with(family),
        None => id.strip_suffix(NEGATED).unwrap_or(id) == pattern,
    }
}

fn closest(pattern: &str, known: &[String]) -> Option<String> {
    let family = |id: &String| id.split_once('.').map(|(family, _)| format!("{family}.*"));
    let candidates = known.iter().cloned().chain(known.iter().filter_map(family));
    let distance = |name: &String| strsim::damerau_levenshtein(pattern, name);
    candidates
        .map(|name| (distance(&name), name))
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3))
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        ["words.pleasure", "voice.louder", "voice.quieter", "conduct.asks"]
            .map(str::to_owned)
            .into()
    }

    #[test]
    fn ids_and_families_are_turned_off_and_nothing_else() {
        let off = CuesOff::new(["voice.*", "words.pleasure"], &known()).expect("known");
        for id in ["voice.louder", "voice.quieter", "words.pleasure", "words.pleasure_negated"] {
            assert!(off.has(id), "{id}");
        }
        assert!(!off.has("words.pleasures") && !off.has("conduct.asks"));
        assert!(!CuesOff::default().has("voice.louder"));
    }

    #[test]
    fn a_typo_is_refused_with_what_was_meant() {
        let error = CuesOff::new(["voice.lauder"], &known()).expect_err("a typo");
        assert_eq!(error.to_string(), "`voice.lauder` is no cue; did you mean `voice.louder`?");
        let error = CuesOff::new(["voise.*"], &known()).expect_err("a typo");
        assert_eq!(error.closest.as_deref(), Some("voice.*"));
        for nothing in ["*", "", "telepathy.of.callers"] {
            assert!(CuesOff::new([nothing], &known()).is_err(), "{nothing}");
        }
    }
}

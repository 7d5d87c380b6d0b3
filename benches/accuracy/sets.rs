//! What is measured on what.

use std::error::Error;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::Value;

use crate::public;

/// The project's own calls.
const CALLS: &str = "models/training/callers/written";
/// Numbers of the written calls that are the test part, by language.
const TEST: [(&str, RangeInclusive<u32>); 2] = [("en", 481..=600), ("de", 241..=300)];

/// A set and the reader that it measures.
pub(crate) struct Set {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// Arguments of `attune-server eval`.
    pub(crate) reader: &'static str,
    /// What the data is.
    pub(crate) about: &'static str,
    source: Source,
}

enum Source {
    /// Written calls of a language.
    Calls { language: &'static str, training_part: bool },
    /// A public file below the data folder, and what makes a manifest of it.
    Public { file: &'static str, convert: public::Convert },
}

/// All of them, in the order of the page.
pub(crate) fn all(training_part: bool) -> Vec<Set> {
    let calls = |id, title, language| Set {
        id,
        title,
        reader: "callers",
        about: "calls that the project wrote by its rubric and kept from training \
                (`models/training/callers`, test part); one hand wrote training and test part",
        source: Source::Calls { language, training_part },
    };
    vec![
        calls("callers-en", "Callers, English", "en"),
        calls("callers-de", "Callers, German", "de"),
        Set {
            id: "words-en",
            title: "Moods from words, English",
            reader: "words",
            about: "GoEmotions, dev part, by others: comments whose labels fall into one of the \
                    eight groups (`disapproval` is angry, `curiosity` confused)",
            source: Source::Public { file: "text/goemotions/dev.tsv", convert: public::goemotions },
        },
        Set {
            id: "abuse-en",
            title: "Abuse, English",
            reader: "abuse",
            about: "ConvAbuse, valid part, by others: what users said to dialogue systems; abuse is \
                    a mean severity below 0",
            source: Source::Public { file: "text/convabuse/valid.csv", convert: public::convabuse },
        },
        Set {
            id: "speech-en",
            title: "Speech, English, voices never heard",
            reader: "speech --whole",
            about: "read sentences of SpeechBrain's samples, by others, as many as have a text: real \
                    voices, which the embedded model is not for",
            source: Source::Public {
                file: "asr/speechbrain/transcripts.csv",
                convert: public::speechbrain,
            },
        },
    ]
}

impl Set {
    /// What its input is called.
    pub(crate) fn input_name(&self) -> String {
        let ending = if matches!(self.source, Source::Calls { .. }) { "jsonl" } else { "csv" };
        format!("{}.{ending}", self.id)
    }

    /// Writes the input; what is missing, if it is not at hand.
    pub(crate) fn prepare(
        &self,
        data: Option<&Path>,
        input: &Path,
    ) -> Result<Option<String>, Box<dyn Error>> {
        match self.source {
            Source::Calls { language, training_part } => {
                fs::write(input, calls(Path::new(CALLS), language, training_part)?)?;
                Ok(None)
            }
            Source::Public { file, convert } => {
                let found = data.map(|data| data.join(file)).filter(|path| path.exists());
                let Some(path) = found else { return Ok(Some(format!("DATA/{file}"))) };
                let manifest = convert(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                fs::write(input, manifest)?;
                Ok(None)
            }
        }
    }
}

/// The lines of one part of the written calls.
fn calls(folder: &Path, language: &str, training_part: bool) -> Result<String, Box<dyn Error>> {
    let test = TEST.iter().find(|(code, _)| *code == language).map(|(_, numbers)| numbers);
    let mut files: Vec<_> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .map(|file| file.map(|file| file.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut lines = String::new();
    for file in files {
        for line in fs::read_to_string(&file)?.lines() {
            let call: Value = serde_json::from_str(line)?;
            let id = call["id"].as_str().unwrap_or_default();
            let Some((code, number)) = id.split_once('-') else { continue };
            let number: u32 = number.parse()?;
            let is_test = test.is_some_and(|test| test.contains(&number));
            if code == language && is_test != training_part {
                lines.push_str(line);
                lines.push('\n');
            }
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_part_and_the_training_part_have_no_call_in_common() {
        let folder = Path::new("..").join(CALLS);
        let ids = |training_part| -> Vec<String> {
            let lines = calls(&folder, "de", training_part).expect("the calls are here");
            let id = |line: &str| {
                let call: Value = serde_json::from_str(line).expect("JSON");
                call["id"].as_str().expect("a name").to_owned()
            };
            lines.lines().map(id).collect()
        };
        let (test, training) = (ids(false), ids(true));
        assert_eq!((test.len(), training.len()), (60, 260));
        assert!(test.iter().all(|id| id.starts_with("de-0") && !training.contains(id)));
    }
}

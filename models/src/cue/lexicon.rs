//! What the words of a language say about a caller: a TOML file, one a language.
//!
//! Everything that is specific to a language is in the file: how letters fold, negators,
//! intensifiers, question words, number words, words that lead on, what a turn of usual length is, and the cues with
//! their phrases and weights. Nothing in the code knows a word of any language.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::phrase::Phrase;
use super::text::Folding;
use crate::alert::AlertKind;
use crate::category::{CallerType, Category, Phase};
use crate::snapshot::Target;

/// A lexicon that cannot be used, and where to look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct LexiconError {
    /// The file as it was named.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A group of phrases that say the same thing about a caller.
#[derive(Debug, Clone)]
pub struct CueGroup {
    /// Its id, with the source: `words.threat_to_leave`.
    pub id: String,
    /// What it pulls at, in log-odds; valence and arousal in their own unit.
    pub weights: Vec<(Target, f32)>,
    /// What it pulls at when a negator stands before it; `None`: negation makes no difference.
    pub negated: Option<Vec<(Target, f32)>>,
    /// An outburst is likely after it, whatever the mood filter says.
    pub escalates: bool,
    /// A human is called when it is heard.
    pub alert: Option<AlertKind>,
    /// It is not heard in a turn that has one of these in it ("last year").
    pub unless: Vec<Phrase>,
    /// Heard from the agent, and only from him: a fact of the case, no manner of the caller.
    pub by_agent: bool,
}

/// Small words that change what stands beside them.
#[derive(Debug, Clone, Default)]
pub struct Grammar {
    /// How words are brought into one form.
    pub folding: Folding,
    /// `not`.
    pub negators: BTreeSet<String>,
    /// How many words before a phrase a negator may stand.
    pub negation_before: usize,
    /// How many words behind it (German: "das gefällt mir nicht").
    pub negation_after: usize,
    /// Words that begin a clause, which no negation crosses: `but`.
    pub clause_starts: BTreeSet<String>,
    /// `very`.
    pub intensifiers: BTreeSet<String>,
    /// `slightly`.
    pub downtoners: BTreeSet<String>,
    /// Number words, digits apart.
    pub numbers: BTreeSet<String>,
    /// Words after which more is to come: `and`, `my`, `to`.
    pub leads_on: BTreeSet<String>,
    /// Words that lead on when they stand alone: `well`.
    pub openers: BTreeSet<String>,
    /// How a question begins, for text without question marks.
    pub questions: Vec<Phrase>,
}

/// What is usual in this language on the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Norms {
    /// Words in a caller's turn, geometric mean.
    pub turn_words: f32,
    /// Words per second of a caller's speech.
    pub words_per_second: f32,
}

/// Phrases that show where a call stands.
#[derive(Debug, Clone)]
pub struct PhaseMark {
    /// Which phase they show.
    pub phase: Phase,
    /// Said by the agent, or else by the caller.
    pub by_agent: bool,
    /// The phrases.
    pub phrases: Vec<Phrase>,
}

/// One language's lexicon, checked and ready.
#[derive(Debug, Clone)]
pub struct Lexicon {
    /// Small words.
    pub grammar: Grammar,
    /// What is usual.
    pub norms: Norms,
    /// Where a call stands.
    pub phases: Vec<PhaseMark>,
    groups: Vec<CueGroup>,
    phrases: Vec<(Phrase, usize)>,
    by_letter: BTreeMap<char, Vec<usize>>,
    by_any: Vec<usize>,
}

impl Lexicon {
    /// Reads a lexicon; `file` is only named in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, LexiconError> {
        let at = |span: std::ops::Range<usize>, message: String| LexiconError {
            file: file.to_owned(),
            line: text[..span.start.min(text.len())].matches('\n').count() + 1,
            message,
        };
        let written: Written = toml::from_str(text)
            .map_err(|e| at(e.span().unwrap_or(0..0), e.message().trim().to_owned()))?;
        let fail = |(span, message)| at(span, message);
        let grammar = written.grammar.build().map_err(fail)?;
        let phases = written
            .phase
            .into_iter()
            .map(|mark| mark.build(&grammar.folding))
            .collect::<Result<_, _>>()
            .map_err(fail)?;
        let mut lexicon = Self {
            grammar,
            norms: written.norms,
            phases,
            groups: Vec::new(),
            phrases: Vec::new(),
            by_letter: BTreeMap::new(),
            by_any: Vec::new(),
        };
        for cue in written.cue {
            lexicon.add(cue).map_err(fail)?;
        }
        Ok(lexicon)
    }

    /// All groups, in the order of the file.
    pub fn groups(&self) -> &[CueGroup] {
        &self.groups
    }

    /// How many phrases it holds.
    pub fn phrase_count(&self) -> usize {
        self.phrases.len()
    }

    /// The phrases that may begin with this word, each with the number of its group, in the order
    /// of the file.
    pub fn candidates(&self, word: &str) -> impl Iterator<Item = (&Phrase, usize)> {
        let first = word.chars().next().and_then(|letter| self.by_letter.get(&letter));
        let numbers = first.into_iter().flatten().chain(&self.by_any);
        numbers.map(|number| (&self.phrases[*number].0, self.phrases[*number].1))
    }

    fn add(&mut self, cue: WrittenCue) -> Result<(), Located> {
        let id = cue.id.get_ref().clone();
        let cue_span = cue.id.span();
        if self.groups.iter().any(|group| group.id == format!("words.{id}")) {
            return Err((cue_span, format!("cue \"{id}\" is there twice: join the two")));
        }
        let by_agent = cue.by.as_ref().map(by_agent).transpose()?.unwrap_or(false);
        let number = self.groups.len();
        let mut seen = BTreeSet::new();
        for written in cue.phrases {
            let fail = |message| (written.span(), message);
            if !seen.insert(written.get_ref().clone()) {
                return Err(fail(format!("phrase \"{}\" is there twice", written.get_ref())));
            }
            let phrase = Phrase::parse(written.get_ref(), &self.grammar.folding).map_err(fail)?;
            let place = self.phrases.len();
            match phrase.first_letters() {
                Some(letters) => letters
                    .into_iter()
                    .for_each(|letter| self.by_letter.entry(letter).or_default().push(place)),
                None => self.by_any.push(place),
            }
            self.phrases.push((phrase, number));
        }
        let weights_span = cue.weights.span();
        let pulls = weights(cue.weights)?;
        let of_the_case =
            |target: &Target| matches!(target, Target::CallerType(CallerType::Grievance));
        if by_agent && !pulls.iter().all(|(target, _)| of_the_case(target)) {
            let message =
                "what the agent says shows no more of a caller than caller_type.grievance";
            return Err((weights_span, message.to_owned()));
        }
        self.groups.push(CueGroup {
            id: format!("words.{id}"),
            by_agent,
            weights: pulls,
            negated: cue.negated.map(weights).transpose()?,
            escalates: cue.escalates,
            alert: cue.alert.map(alert).transpose()?,
            unless: phrases(cue.unless, &self.grammar.folding)?,
        });
        Ok(())
    }
}

/// A complaint and the bytes it is about.
type Located = (std::ops::Range<usize>, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    grammar: WrittenGrammar,
    norms: Norms,
    #[serde(default)]
    phase: Vec<WrittenPhase>,
    cue: Vec<WrittenCue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGrammar {
    letters: BTreeMap<String, String>,
    rewrites: BTreeMap<String, String>,
    fillers: Vec<String>,
    negators: Vec<String>,
    negation_before: usize,
    negation_after: usize,
    clause_starts: Vec<String>,
    intensifiers: Vec<String>,
    downtoners: Vec<String>,
    numbers: Vec<String>,
    #[serde(default)]
    leads_on: Vec<String>,
    #[serde(default)]
    openers: Vec<String>,
    questions: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPhase {
    phase: Spanned<String>,
    by: Spanned<String>,
    phrases: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCue {
    id: Spanned<String>,
    by: Option<Spanned<String>>,
    weights: Spanned<BTreeMap<String, f32>>,
    negated: Option<Spanned<BTreeMap<String, f32>>>,
    #[serde(default)]
    escalates: bool,
    alert: Option<Spanned<String>>,
    #[serde(default)]
    unless: Vec<Spanned<String>>,
    phrases: Vec<Spanned<String>>,
}

impl WrittenGrammar {
    fn build(self) -> Result<Grammar, Located> {
        let letters: BTreeMap<char, String> = self
            .letters
            .into_iter()
            .filter_map(|(from, to)| from.chars().next().map(|from| (from, to)))
            .collect();
        let bare = Folding { letters, ..Folding::default() };
        let set = |words: Vec<String>| words.iter().map(|word| bare.fold(word)).collect();
        let folding = Folding {
            rewrites: self
                .rewrites
                .iter()
                .map(|(from, to)| (bare.fold(from), bare.fold(to)))
                .collect(),
            fillers: set(self.fillers),
            ..bare.clone()
        };
        Ok(Grammar {
            negators: set(self.negators),
            negation_before: self.negation_before,
            negation_after: self.negation_after,
            clause_starts: set(self.clause_starts),
            intensifiers: set(self.intensifiers),
            downtoners: set(self.downtoners),
            numbers: set(self.numbers),
            leads_on: set(self.leads_on),
            openers: set(self.openers),
            questions: phrases(self.questions, &folding)?,
            folding,
        })
    }
}

impl WrittenPhase {
    fn build(self, folding: &Folding) -> Result<PhaseMark, Located> {
        let phase = Phase::from_key(self.phase.get_ref()).ok_or_else(|| {
            let keys: Vec<&str> = Phase::ALL.iter().map(|phase| phase.key()).collect();
            (self.phase.span(), format!("no such phase; there are {}", keys.join(", ")))
        })?;
        Ok(PhaseMark {
            phase,
            by_agent: by_agent(&self.by)?,
            phrases: phrases(self.phrases, folding)?,
        })
    }
}

fn by_agent(by: &Spanned<String>) -> Result<bool, Located> {
    match by.get_ref().as_str() {
        "agent" => Ok(true),
        "caller" => Ok(false),
        _ => Err((by.span(), "by is \"agent\" or \"caller\"".to_owned())),
    }
}

fn phrases(written: Vec<Spanned<String>>, folding: &Folding) -> Result<Vec<Phrase>, Located> {
    written
        .into_iter()
        .map(|phrase| {
            Phrase::parse(phrase.get_ref(), folding).map_err(|message| (phrase.span(), message))
        })
        .collect()
}

fn alert(written: Spanned<String>) -> Result<AlertKind, Located> {
    AlertKind::of_cue(written.get_ref())
        .ok_or_else(|| (written.span(), "alert is \"self_harm\" or \"emergency\"".to_owned()))
}

fn weights(written: Spanned<BTreeMap<String, f32>>) -> Result<Vec<(Target, f32)>, Located> {
    let span = written.span();
    written
        .into_inner()
        .into_iter()
        .map(|(key, weight)| {
            let target = Target::from_key(&key).ok_or_else(|| {
                let message = format!("\"{key}\" is no target: mood.…, colour.…, motive.…, caller_type.…, valence, arousal");
                (span.clone(), message)
            })?;
            if weight.is_finite() && weight.abs() <= 5.0 {
                Ok((target, weight))
            } else {
                Err((span.clone(), format!("the weight of \"{key}\" must lie in [-5, 5]")))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"
[grammar]
letters = {}
rewrites = {}
fillers = []
negators = ["not"]
negation_before = 3
negation_after = 0
clause_starts = ["but"]
intensifiers = []
downtoners = []
numbers = []
questions = []
[norms]
turn_words = 9.0
words_per_second = 2.5
"#;

    fn error(body: &str) -> LexiconError {
        Lexicon::parse("en.toml", &format!("{HEAD}{body}")).expect_err("a bad lexicon")
    }

    #[test]
    fn errors_name_file_and_line() {
        let cue = |weights: &str, phrases: &str| {
            format!("[[cue]]\nid = \"x\"\nweights = {{ {weights} }}\nphrases = [\n{phrases}\n]\n")
        };
        let bad_target = error(&cue("\"mood.furious\" = 1.0", "\"a\""));
        assert_eq!((bad_target.file.as_str(), bad_target.line), ("en.toml", 19));
        assert!(bad_target.to_string().starts_with("en.toml:19: \"mood.furious\" is no target"));
        assert_eq!(error(&cue("valence = 0.1", "\"a\",\n\"b ...\"")).line, 22);
        assert_eq!(error(&cue("valence = 0.1", "\"a\",\n\"a\"")).line, 22);
        assert_eq!(error(&cue("valence = 50", "\"a\"")).line, 19);
        assert_eq!(error("[[cue]]\nid = \"x\"\nwieghts = {}\nphrases = []").line, 19);
        assert_eq!(error("[[phase]]\nphase = \"end\"\nby = \"agent\"\nphrases = []\n[[cue]]\nid = \"x\"\nweights = {}\nphrases = []").line, 18);
        let by = |who: &str| {
            format!(
                "[[cue]]\nid = \"x\"\nby = \"{who}\"\nweights = {{ valence = 0.1 }}\nphrases = []"
            )
        };
        assert_eq!((error(&by("all")).line, error(&by("agent")).line), (19, 20));
        assert!(error("[[cue]\n").line >= 17);
    }

    #[test]
    fn candidates_are_found_by_first_letter_or_by_star() {
        let body =
            "[[cue]]\nid = \"x\"\nweights = { valence = 0.1 }\nphrases = [\"good\", \"*lich\"]";
        let lexicon = Lexicon::parse("en.toml", &format!("{HEAD}{body}")).expect("a good lexicon");
        assert_eq!(lexicon.candidates("great").count(), 2);
        assert_eq!(lexicon.candidates("bad").count(), 1);
        assert_eq!((lexicon.phrase_count(), lexicon.groups()[0].id.as_str()), (2, "words.x"));
    }
}

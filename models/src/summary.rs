//! What a call came to, from its transcript and by rules alone: what it was about, what was done,
//! who promised what until when, how the mood went, what may come next, what is open.
//!
//! Nothing is invented: a sentence is a frame from `models/summaries/*.toml` around words that were
//! said, or a name that the file gives to words that were said, and every sentence names the
//! utterances that it comes from. What no rule finds is not said.

mod rules;
#[cfg(test)]
mod tests;

use std::ops::Range;

use attune_audio::units::Side;

use crate::category::Mood;
use crate::private::Private;
use crate::transcript::Language;

use rules::{Frame, Want};
pub use rules::{RulesError, Summariser};

/// Sentences of one part at most, but for the issue: a summary is read in half a minute.
const MOST: usize = 8;
/// Words of a quote at most; more of a sentence is left out around what was found.
const QUOTE_WORDS: usize = 28;
/// Words that are kept before what was found.
const WORDS_BEFORE: usize = 8;
/// A caller's first words of fewer than this are a greeting.
const CONCERN_WORDS: usize = 5;

/// An utterance as it is on record.
#[derive(Debug, Clone)]
pub struct Line {
    /// Number of its event.
    pub sequence: u64,
    /// Name of the utterance.
    pub utterance: String,
    /// Who spoke.
    pub side: Side,
    /// The words.
    pub text: Private<String>,
}

/// Where the caller's mood stood after an utterance.
#[derive(Debug, Clone)]
pub struct MoodMark {
    /// Number of its event.
    pub sequence: u64,
    /// Mean valence, -1 to 1.
    pub valence: f32,
    /// The category; `None`: not enough yet.
    pub mood: Option<Mood>,
}

/// An issue of the project's playbook that the caller raised.
#[derive(Debug, Clone)]
pub struct Raised {
    /// Number of its event.
    pub sequence: u64,
    /// Name of the utterance that raised it.
    pub utterance: String,
    /// Its words.
    pub words: Private<String>,
    /// The issue's id and what people call it.
    pub issue: String,
    /// In words.
    pub name: String,
    /// What is likely to be asked next and was not raised by then, in words; empty: nothing.
    pub next: String,
}

/// What is on record of a call, each in the order of its numbers.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What was said.
    pub lines: Vec<Line>,
    /// What the caller called about, by the project's own issue map.
    pub raised: Vec<Raised>,
    /// How the mood went.
    pub marks: Vec<MoodMark>,
}

/// What a sentence of a summary is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the caller wanted.
    Issue,
    /// What was done.
    Step,
    /// What somebody will do.
    Promise,
    /// How the caller's mood went.
    Mood,
    /// What callers of this issue ask next, if nobody spoke of it.
    NextIssue,
    /// What was not settled.
    Open,
}

/// Where a sentence comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Number of the event.
    pub sequence: u64,
    /// Name of the utterance; empty for a reading of the mood.
    pub utterance: String,
    /// The words of it that the sentence repeats or was made from, as they stand there.
    pub quote: Private<String>,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// What it is about.
    pub part: Part,
    /// The sentence.
    pub text: Private<String>,
    /// Who did, promised or asked it.
    pub by: Option<Side>,
    /// Until when it is promised, as it was said; empty if that was not said.
    pub when: Private<String>,
    /// Where it comes from; never empty.
    pub sources: Vec<Source>,
}

/// A summary.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Name of the issue in the rules; empty if none was heard.
    pub issue: String,
    /// In the order of [`Part`], within a part as it was said.
    pub sentences: Vec<Sentence>,
}

/// Words of a line that a rule found, and the sentence around them.
struct Found<'a> {
    line: &'a Line,
    quote: &'a str,
    when: Option<&'a str>,
}

impl Found<'_> {
    fn source(&self) -> Source {
        Source {
            sequence: self.line.sequence,
            utterance: self.line.utterance.clone(),
            quote: Private::new(self.quote.to_owned()),
        }
    }
}

impl Summariser {
    /// The rules of a language that come with the product.
    ///
    /// # Errors
    /// None are written for a language that no call can be in; else never, as long as the tests pass.
    pub fn embedded(language: Language) -> Result<Self, RulesError> {
        let (name, text) = match language {
            Language::English => ("en.toml", include_str!("../summaries/en.toml")),
            Language::German => ("de.toml", include_str!("../summaries/de.toml")),
            // Refused: no rules are written for it.
            Language::Italian => ("it.toml", ""),
        };
        Self::parse(name, text)
    }

    /// The summary of a call.
    pub fn summarise(&self, record: &Record) -> Summary {
        let Record { lines, raised, marks } = record;
        // The project's own map outranks the one of the rules.
        let issue = if raised.is_empty() { self.find_issue(lines) } else { None };
        let mut sentences = Vec::new();
        sentences.extend(self.concern(lines));
        sentences.extend(raised.iter().map(|raised| self.raised(raised)));
        sentences.extend(issue.as_ref().map(|(place, found)| self.named(*place, found)));
        sentences.extend(self.all(lines, Part::Step));
        sentences.extend(self.all(lines, Part::Promise));
        sentences.extend(self.mood(marks));
        sentences.extend(raised.last().and_then(|raised| self.next_of_map(raised)));
        sentences.extend(issue.as_ref().and_then(|(place, found)| self.next(*place, found, lines)));
        sentences.extend(self.all(lines, Part::Open));
        sentences.extend(self.unanswered(lines));
        Summary { issue: self.issue(record).to_owned(), sentences }
    }

    /// The id of what a call was about; empty if nothing of it was heard.
    pub fn issue<'a>(&'a self, record: &'a Record) -> &'a str {
        if let Some(raised) = record.raised.first() {
            return &raised.issue;
        }
        self.find_issue(&record.lines).map_or("", |(place, _)| self.issues[place].id.as_str())
    }

    fn raised(&self, raised: &Raised) -> Sentence {
        let text = self.frame(Frame::Issue).replace("{issue}", &raised.name);
        raised_sentence(Part::Issue, text, raised)
    }

    fn next_of_map(&self, raised: &Raised) -> Option<Sentence> {
        let text = || self.frame(Frame::NextIssue).replace("{issue}", &raised.next);
        (!raised.next.is_empty()).then(|| raised_sentence(Part::NextIssue, text(), raised))
    }

    /// What the caller said that the call is about, in the caller's words.
    fn concern(&self, lines: &[Line]) -> Option<Sentence> {
        let by_caller = || lines.iter().filter(|line| line.side == Side::Caller);
        let told = by_caller().find_map(|line| {
            let (range, hit) = self.sentences_with(line, Want::Concern).next()?;
            Some(found(line, range, &hit, None))
        });
        let told = told.or_else(|| {
            let long = |line: &&Line| words(line.text.reveal()) >= CONCERN_WORDS;
            let line = by_caller().find(long)?;
            let whole = 0..line.text.reveal().len();
            Some(found(line, whole, &(0..0), None))
        })?;
        Some(self.sentence(Part::Issue, Frame::Concern, &told))
    }

    /// The issue that most of the caller's sentences name; the first of equals.
    fn find_issue<'a>(&self, lines: &'a [Line]) -> Option<(usize, Found<'a>)> {
        let mut best: Option<(usize, usize, Found<'a>)> = None;
        for place in 0..self.issues.len() {
            let by_caller = lines.iter().filter(|line| line.side == Side::Caller);
            let mut hits = by_caller.flat_map(|line| {
                let hits = self.sentences_with(line, Want::Issue(place));
                hits.map(move |(_, hit)| (line, hit))
            });
            let Some((line, hit)) = hits.next() else { continue };
            let count = 1 + hits.count();
            if best.as_ref().is_none_or(|(most, ..)| count > *most) {
                let quote = &line.text.reveal()[hit];
                best = Some((count, place, Found { line, quote, when: None }));
            }
        }
        best.map(|(_, place, found)| (place, found))
    }

    fn named(&self, place: usize, found: &Found<'_>) -> Sentence {
        let text = self.frame(Frame::Issue).replace("{issue}", &self.issues[place].name);
        self.framed(Part::Issue, text, found)
    }

    /// What usually comes next, unless somebody spoke of it already.
    fn next(&self, place: usize, found: &Found<'_>, lines: &[Line]) -> Option<Sentence> {
        let next = self.issues.iter().position(|issue| issue.id == self.issues[place].next)?;
        let spoken_of =
            lines.iter().any(|line| self.sentences_with(line, Want::Issue(next)).next().is_some());
        if spoken_of {
            return None;
        }
        let text = self.frame(Frame::NextIssue).replace("{issue}", &self.issues[next].name);
        Some(self.framed(Part::NextIssue, text, found))
    }

    /// Every sentence of either side that the rules of a part find.
    fn all(&self, lines: &[Line], part: Part) -> Vec<Sentence> {
        let mut sentences: Vec<Sentence> = Vec::new();
        for line in lines {
            let Some((want, frame)) = sought(part, line.side) else { continue };
            for (range, hit) in self.sentences_with(line, want) {
                let spoken = &line.text.reveal()[range.clone()];
                if self.hit(spoken, Want::Unless(part)).is_some() {
                    continue;
                }
                let when = self.hit(spoken, Want::When).filter(|_| part == Part::Promise);
                let when = when.map(|when| range.start + when.start..range.start + when.end);
                let sentence = self.sentence(part, frame, &found(line, range, &hit, when));
                let twice = |other: &Sentence| other.text == sentence.text;
                if sentences.len() < MOST && !sentences.iter().any(twice) {
                    sentences.push(sentence);
                }
            }
        }
        sentences
    }

    /// The last words of the call, if they are the caller's question.
    fn unanswered(&self, lines: &[Line]) -> Option<Sentence> {
        let last = lines.last().filter(|line| line.side == Side::Caller)?;
        let text = last.text.reveal();
        text.trim_end().ends_with('?').then(|| {
            let range = sentence_ranges(text).last().unwrap_or(0..text.len());
            self.sentence(Part::Open, Frame::Unanswered, &found(last, range, &(0..0), None))
        })
    }

    fn mood(&self, marks: &[MoodMark]) -> Option<Sentence> {
        let known = || marks.iter().filter(|mark| mark.mood.is_some());
        let low = known().min_by(|a, b| a.valence.total_cmp(&b.valence))?;
        let (start, end) = (known().next()?, known().next_back()?);
        let mut text = self.frame(Frame::Mood).to_owned();
        for (place, mark) in [("{start}", start), ("{low}", low), ("{end}", end)] {
            let name = mark.mood.and_then(|mood| self.moods.get(&mood)).map_or("", String::as_str);
            text = text.replace(place, &format!("{name} ({:+.1})", mark.valence));
        }
        let source = |mark: &MoodMark| Source {
            sequence: mark.sequence,
            utterance: String::new(),
            quote: Private::default(),
        };
        let mut sources: Vec<Source> = [start, low, end].map(source).into();
        sources.dedup();
        Some(Sentence {
            part: Part::Mood,
            text: Private::new(text),
            by: Some(Side::Caller),
            when: Private::default(),
            sources,
        })
    }

    fn sentence(&self, part: Part, frame: Frame, found: &Found<'_>) -> Sentence {
        let text = match (found.when, frame.with_time()) {
            (Some(when), Some(timed)) => self.frame(timed).replace("{when}", when),
            _ => self.frame(frame).to_owned(),
        };
        self.framed(part, text.replace("{quote}", found.quote), found)
    }

    fn framed(&self, part: Part, text: String, found: &Found<'_>) -> Sentence {
        Sentence {
            part,
            text: Private::new(text),
            by: Some(found.line.side),
            when: Private::new(found.when.unwrap_or_default().to_owned()),
            sources: vec![found.source()],
        }
    }

    /// The sentences of a line in which a phrase stands, and where in the line it does.
    fn sentences_with(
        &self,
        line: &Line,
        want: Want,
    ) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let text = line.text.reveal();
        sentence_ranges(text).filter_map(move |range| {
            let hit = self.hit(&text[range.clone()], want)?;
            let hit = range.start + hit.start..range.start + hit.end;
            Some((range, hit))
        })
    }
}

fn raised_sentence(part: Part, text: String, raised: &Raised) -> Sentence {
    Sentence {
        part,
        text: Private::new(text),
        by: Some(Side::Caller),
        when: Private::default(),
        sources: vec![Source {
            sequence: raised.sequence,
            utterance: raised.utterance.clone(),
            quote: raised.words.clone(),
        }],
    }
}

/// What is looked for in the words of a side, and how it is said.
fn sought(part: Part, side: Side) -> Option<(Want, Frame)> {
    Some(match (part, side) {
        (Part::Step, Side::Agent) => (Want::Step, Frame::Step),
        (Part::Promise, Side::Agent) => (Want::AgentPromise, Frame::AgentPromise),
        (Part::Promise, Side::Caller) => (Want::CallerPromise, Frame::CallerPromise),
        (Part::Open, Side::Agent) => (Want::AgentOpen, Frame::AgentOpen),
        (Part::Open, Side::Caller) => (Want::CallerOpen, Frame::CallerOpen),
        _ => return None,
    })
}

/// A sentence of a line, cut to what people read around what was found.
fn found<'a>(
    line: &'a Line,
    range: Range<usize>,
    hit: &Range<usize>,
    when: Option<Range<usize>>,
) -> Found<'a> {
    let text = line.text.reveal();
    let when = when.and_then(|when| text.get(when));
    let starts: Vec<usize> = word_starts(&text[range.clone()]).map(|at| range.start + at).collect();
    let place = starts.iter().rposition(|start| *start <= hit.start).unwrap_or(0);
    let first = if starts.len() > QUOTE_WORDS { place.saturating_sub(WORDS_BEFORE) } else { 0 };
    let from = starts.get(first).copied().unwrap_or(range.start);
    let to = starts.get(first + QUOTE_WORDS).copied().unwrap_or(range.end);
    Found { line, quote: text[from..to].trim(), when }
}

/// Where sentences begin and end; a text without marks is one.
fn sentence_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let mut ends = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while let Some((at, c)) = ends.next() {
            let over = ends.peek().is_none_or(|(_, next)| next.is_whitespace());
            if matches!(c, '.' | '!' | '?' | ';') && over {
                let range = start..at + c.len_utf8();
                start = range.end;
                return Some(range);
            }
        }
        let range = start..text.len();
        start = text.len();
        (!range.is_empty()).then_some(range)
    })
    .filter(|range| !range.is_empty())
}

fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = true;
    text.char_indices().filter_map(move |(at, c)| {
        let begins = before && !c.is_whitespace();
        before = c.is_whitespace();
        begins.then_some(at)
    })
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

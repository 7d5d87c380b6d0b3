//! Reads the caller: turns in, snapshots out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use attune_audio::prosody::Prosody;
use attune_audio::units::{Side, StreamTime};

use crate::caller_type::CallerTypeReader;
use crate::category::{CallerType, Category, Colour, Mood, Motive, Posterior};
use crate::cue::conduct::{Conduct, Manner};
use crate::cue::lexicon::{Lexicon, LexiconError};
use crate::cue::linear::{Scores, WordModel, WordModelError};
use crate::cue::tally::Tally;
use crate::cue::voice::VoiceBaseline;
use crate::cue::words::{self, Heard, Hit};
use crate::mood::{self, MoodFilter, MoodSeen};
use crate::phase::PhaseReader;
use crate::snapshot::{Correction, Cue, CueSource, MoodReading, Snapshot, Target};
use crate::transcript::{Language, Transcript};
use crate::{colour, motive};

/// What is left of a cue's claim to be shown as evidence after each caller turn.
const EVIDENCE_FADES: f32 = 0.9;
/// Share of the word model in a call: it was trained on sentences that are not telephone calls.
const MODEL_IN_A_CALL: f32 = 0.4;
/// Share of the lexicon in a sentence that stands alone.
const LEXICON_ALONE: f32 = 0.5;
/// Words from which the word model is asked.
const ENOUGH_FOR_THE_MODEL: usize = 3;
/// Log-odds from which the word model's "abuse" is evidence, and for how much: never enough alone.
const SOUNDS_ABUSIVE: (f32, f32) = (1.5, 1.0);

/// What the readers know of every language; loaded once, shared by all calls.
#[derive(Debug)]
pub struct ReaderPack {
    languages: BTreeMap<&'static str, LanguagePack>,
}

#[derive(Debug)]
struct LanguagePack {
    lexicon: Lexicon,
    model: WordModel,
}

/// What the readers are made of cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReaderPackError {
    /// A lexicon is wrong.
    #[error("the lexicon is wrong: {0}")]
    Lexicon(#[from] LexiconError),
    /// A word model is damaged.
    #[error("the word model cannot be used: {0}")]
    WordModel(#[from] WordModelError),
}

/// One turn of either side.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// What was said.
    pub transcript: &'a Transcript,
    /// How it sounded; there is none for the agent or a mixed channel.
    pub prosody: Option<&'a Prosody>,
    /// Who spoke last before this turn, and until when.
    pub previous_end: Option<(Side, StreamTime)>,
    /// For how long the other side spoke at the same time.
    pub overlap: Duration,
}

/// Reads the caller of one call, each turn in the language of its transcript. The same turns give
/// the same snapshots.
#[derive(Debug, Clone)]
pub struct Reader {
    pack: Arc<ReaderPack>,
    mood: MoodFilter,
    colour: Tally<Colour>,
    motive: Tally<Motive>,
    caller_type: CallerTypeReader,
    phase: PhaseReader,
    voice: VoiceBaseline,
    conduct: Conduct,
    evidence: Vec<(f32, Cue)>,
    caller_turns: u32,
    snapshot: Option<Snapshot>,
}

impl ReaderPack {
    /// The lexicons that are part of the program, for every [`Language`].
    pub fn embedded() -> Result<Self, ReaderPackError> {
        let pack = |language: Language| {
            let (file, text, model): (_, _, &[u8]) = match language {
                Language::English => (
                    "lexicons/en.toml",
                    include_str!("../lexicons/en.toml"),
                    include_bytes!("../weights/words-en.bin"),
                ),
                Language::German => (
                    "lexicons/de.toml",
                    include_str!("../lexicons/de.toml"),
                    include_bytes!("../weights/words-de.bin"),
                ),
            };
            let lexicon = Lexicon::parse(file, text)?;
            let model = WordModel::parse(model)?;
            Ok::<_, ReaderPackError>((language.code(), LanguagePack { lexicon, model }))
        };
        Ok(Self { languages: Language::ALL.into_iter().map(pack).collect::<Result<_, _>>()? })
    }

    /// The same with another lexicon for one language.
    #[must_use]
    pub fn with_lexicon(mut self, language: Language, lexicon: Lexicon) -> Self {
        if let Some(pack) = self.languages.get_mut(language.code()) {
            pack.lexicon = lexicon;
        }
        self
    }

    /// The lexicon of a language.
    pub fn lexicon(&self, language: Language) -> &Lexicon {
        &self.of(language).lexicon
    }

    /// The mood of a sentence that stands alone, and its valence in [-1, 1].
    pub fn words_mood(&self, language: Language, text: &str) -> (Posterior<Mood>, f32) {
        let seen = mood_of_words(&words::read(self.lexicon(language), text));
        let scores = self.of(language).model.score(text);
        let both = scores.moods.iter().zip(&seen.moods);
        let mixed: Vec<f32> = both.map(|(model, words)| model + LEXICON_ALONE * words).collect();
        let posterior = Posterior::from_log_odds(&mixed);
        let valence = (seen.valence + expected_valence(&posterior)).tanh();
        (posterior, valence)
    }

    /// How likely a sentence that stands alone is an insult or a threat, in [0, 1]; above 0.5 it is
    /// called abuse.
    pub fn p_abuse(&self, language: Language, text: &str) -> f32 {
        let heard = words::read(self.lexicon(language), text);
        let said = heard.sum(Target::CallerType(CallerType::Abusive));
        1.0 / (1.0 + (-(said + self.of(language).model.score(text).abuse)).exp())
    }

    fn of(&self, language: Language) -> &LanguagePack {
        // `embedded` makes one for each language.
        &self.languages[language.code()]
    }

    /// Cues of one turn's words, the whole sentence among them.
    fn read(&self, language: Language, text: &str) -> Heard {
        let pack = self.of(language);
        let mut heard = words::read(&pack.lexicon, text);
        if heard.words >= ENOUGH_FOR_THE_MODEL {
            heard.hits.extend(whole_sentence(text, &pack.model.score(text)));
        }
        heard
    }
}

/// What the word model says, as cues like any other.
fn whole_sentence(text: &str, scores: &Scores) -> Vec<Hit> {
    let posterior = Posterior::<Mood>::from_log_odds(&scores.moods);
    let moods = Mood::ALL.iter().zip(&scores.moods).filter(|(_, score)| **score != 0.0);
    let mut weights: Vec<(Target, f32)> =
        moods.map(|(mood, score)| (Target::Mood(*mood), MODEL_IN_A_CALL * score)).collect();
    weights.push((Target::Valence, MODEL_IN_A_CALL * expected_valence(&posterior)));
    let hit = |id: &str, weights| Hit {
        id: id.to_owned(),
        evidence: text.to_owned(),
        weights,
        escalates: false,
    };
    let mut hits = vec![hit("words.whole_sentence", weights)];
    if scores.abuse >= SOUNDS_ABUSIVE.0 {
        let weights = vec![(Target::CallerType(CallerType::Abusive), SOUNDS_ABUSIVE.1)];
        hits.push(hit("words.sounds_abusive", weights));
    }
    hits
}

fn expected_valence(moods: &Posterior<Mood>) -> f32 {
    Mood::ALL.iter().map(|mood| moods.of(*mood).get() * mood::place(*mood)[0]).sum()
}

impl Reader {
    /// A reader for a call that begins.
    pub fn new(pack: Arc<ReaderPack>) -> Self {
        Self {
            pack,
            mood: MoodFilter::default(),
            colour: colour::tally(),
            motive: motive::tally(),
            caller_type: CallerTypeReader::default(),
            phase: PhaseReader::default(),
            voice: VoiceBaseline::default(),
            conduct: Conduct::default(),
            evidence: Vec::new(),
            caller_turns: 0,
            snapshot: None,
        }
    }

    /// The snapshot after a caller's turn. An agent's turn moves the phase and nothing else, a
    /// mixed side's nothing at all.
    pub fn hear(&mut self, turn: &Turn<'_>) -> Option<Snapshot> {
        let side = turn.transcript.utterance.side;
        let pack = Arc::clone(&self.pack);
        let language = turn.transcript.language;
        let lexicon = pack.lexicon(language);
        self.phase.hear(lexicon, side, turn.transcript.words());
        if side != Side::Caller {
            return None;
        }
        let at = turn.transcript.span.end;
        let heard = pack.read(language, turn.transcript.words());
        let (cues, seen) = self.observe(lexicon, turn, heard);
        self.begin_turn(seen.words);
        for cue in &cues {
            self.weigh(cue);
        }
        let mood = self.mood.hear(at, &seen);
        self.remember(cues);
        self.caller_turns += 1;
        self.snapshot = Some(self.compose(at, mood));
        self.snapshot.clone()
    }

    /// A human's word: it outranks the model for the rest of the call; a mood for this moment and
    /// the next two caller turns.
    pub fn correct(&mut self, correction: Correction, at: StreamTime) -> Snapshot {
        if let Some(class) = correction.colour {
            self.colour.correct(class);
        }
        if let Some(class) = correction.motive {
            self.motive.correct(class);
        }
        if let Some(class) = correction.caller_type {
            self.caller_type.correct(class);
        }
        let mood = match correction.mood {
            Some(mood) => self.mood.correct(at, mood),
            None => self.mood.read(),
        };
        let snapshot = self.compose(at, mood);
        self.snapshot = Some(snapshot.clone());
        snapshot
    }

    /// The last snapshot, if the caller has spoken.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    fn observe(
        &mut self,
        lexicon: &Lexicon,
        turn: &Turn<'_>,
        heard: Heard,
    ) -> (Vec<Cue>, MoodSeen) {
        let utterance = turn.transcript.utterance;
        let manner = Manner {
            heard: &heard,
            span: turn.transcript.span,
            previous_end: turn.previous_end,
            overlap: turn.overlap,
        };
        let conduct = self.conduct.observe(&lexicon.norms, utterance, &manner);
        let (voice, arousal) = match turn.prosody {
            Some(prosody) => self.voice.hear(utterance, prosody),
            None => (Vec::new(), None),
        };
        let mut seen = mood_of_words(&heard);
        let arousals = conduct.iter().flat_map(|cue| &cue.weights);
        seen.arousal +=
            arousals.filter(|(to, _)| *to == Target::Arousal).map(|(_, w)| w).sum::<f32>();
        seen.voice = arousal;
        let words = heard.hits.into_iter().map(|hit| hit.into_cue(utterance));
        (words.chain(voice).chain(conduct).collect(), seen)
    }

    fn begin_turn(&mut self, words: usize) {
        self.colour.next_turn();
        self.motive.next_turn();
        self.caller_type.next_turn(words);
    }

    fn weigh(&mut self, cue: &Cue) {
        let colours = pick(cue, |t| if let Target::Colour(c) = t { Some(c) } else { None });
        self.colour.add(&cue.id, &colours);
        let motives = pick(cue, |t| if let Target::Motive(m) = t { Some(m) } else { None });
        self.motive.add(&cue.id, &motives);
        // A difficult caller shows in words and in nothing else.
        if cue.source == CueSource::Words {
            let types = pick(cue, |t| if let Target::CallerType(c) = t { Some(c) } else { None });
            self.caller_type.add(&cue.id, &types);
        }
    }

    /// Keeps the strongest cues, the older ones fading, one of each kind.
    fn remember(&mut self, cues: Vec<Cue>) {
        for (strength, _) in &mut self.evidence {
            *strength *= EVIDENCE_FADES;
        }
        for cue in cues {
            let strength = cue.weights.iter().map(|(_, weight)| weight.abs()).fold(0.0, f32::max);
            self.evidence.retain(|(_, other)| other.id != cue.id);
            self.evidence.push((strength, cue));
        }
        while self.evidence.len() > Snapshot::MAX_EVIDENCE {
            let weakest = (0..self.evidence.len())
                .min_by(|a, b| self.evidence[*a].0.total_cmp(&self.evidence[*b].0));
            if let Some(place) = weakest {
                self.evidence.remove(place);
            }
        }
    }

    fn compose(&self, at: StreamTime, mood: MoodReading) -> Snapshot {
        Snapshot {
            at,
            mood,
            colour: self.colour.reading(),
            motive: self.motive.reading(),
            caller_type: self.caller_type.reading(),
            phase: self.phase.phase(),
            evidence: self.evidence.iter().rev().map(|(_, cue)| cue.clone()).collect(),
            caller_turns: self.caller_turns,
        }
    }
}

fn pick<C: Category>(cue: &Cue, class: impl Fn(Target) -> Option<C>) -> Vec<(C, f32)> {
    cue.weights.iter().filter_map(|(target, weight)| Some((class(*target)?, *weight))).collect()
}

fn mood_of_words(heard: &Heard) -> MoodSeen {
    let weights = heard.hits.iter().flat_map(|hit| &hit.weights);
    let valences = weights.filter(|(to, _)| *to == Target::Valence).map(|(_, weight)| weight.abs());
    MoodSeen {
        moods: Mood::ALL.iter().map(|mood| heard.sum(Target::Mood(*mood))).collect(),
        valence: heard.sum(Target::Valence),
        valence_strength: valences.sum(),
        arousal: heard.sum(Target::Arousal),
        voice: None,
        words: heard.words,
        escalates: heard.hits.iter().any(|hit| hit.escalates),
    }
}

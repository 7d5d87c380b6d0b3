//! Reads the caller: turns in, snapshots out.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use attune_audio::prosody::Prosody;
use attune_audio::units::{Side, StreamTime};

use crate::account::Accounts;
use crate::alert::Alert;
use crate::caller_type::CallerTypeReader;
use crate::category::{CallerType, Category, Colour, Mood, Motive, Posterior};
use crate::cue::caller::{self, CallerModel, CallerModelError, CallerSums, Said};
use crate::cue::conduct::{self, Conduct, Manner};
use crate::cue::lexicon::{Lexicon, LexiconError};
use crate::cue::tally::Tally;
use crate::cue::toggles::CuesOff;
use crate::cue::voice::{self, HeardVoice, VoiceBaseline};
use crate::cue::word_model::{self, WordModel, WordModelError};
use crate::cue::words::{self, Heard, Hit};
use crate::mood::{self, MoodFilter, MoodSeen};
use crate::phase::PhaseReader;
use crate::private::Private;
use crate::profile::Carried;
use crate::snapshot::{Correction, Cue, CueSource, MoodReading, Snapshot, Target};
use crate::transcript::{Language, Transcript};
use crate::view::View;
use crate::voice::{VoiceModel, VoiceModelError};
use crate::{colour, motive};

/// What is left of a cue's claim to be shown as evidence after each caller turn.
const EVIDENCE_FADES: f32 = 0.9;
/// Share of the word model in a call; beside it the lexicon has its say.
const MODEL_IN_A_CALL: f32 = 0.8;
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
    voice: VoiceModel,
}

#[derive(Debug)]
struct LanguagePack {
    lexicon: Lexicon,
    model: WordModel,
    caller: CallerModel,
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
    /// The voice model is damaged.
    #[error("the voice model cannot be used: {0}")]
    Voice(#[from] VoiceModelError),
    /// Only notes are written in this language.
    #[error("there is nothing to read callers in `{0}` by")]
    Unread(&'static str),
    /// A caller model is damaged.
    #[error("the caller model cannot be used: {0}")]
    CallerModel(#[from] CallerModelError),
}

/// What a project wants of the readers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadingRules {
    /// Cues that do not count.
    pub cues_off: CuesOff,
    /// The views that snapshots carry.
    pub views: Vec<View>,
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
    sums: CallerSums,
    phase: PhaseReader,
    voice: VoiceBaseline,
    conduct: Conduct,
    evidence: Vec<(f32, Cue)>,
    caller_turns: u32,
    seen: MoodSeen,
    rules: ReadingRules,
    snapshot: Option<Snapshot>,
}

impl ReaderPack {
    /// The lexicons that are part of the program, for every language that calls can be in.
    pub fn embedded() -> Result<Self, ReaderPackError> {
        let pack = |language: Language| {
            let (file, text, model, caller): (_, _, &[u8], &[u8]) = match language {
                Language::English => (
                    "lexicons/en.toml",
                    include_str!("../lexicons/en.toml"),
                    include_bytes!("../weights/words-en.bin"),
                    include_bytes!("../weights/callers-en.bin"),
                ),
                Language::German => (
                    "lexicons/de.toml",
                    include_str!("../lexicons/de.toml"),
                    include_bytes!("../weights/words-de.bin"),
                    include_bytes!("../weights/callers-de.bin"),
                ),
                Language::Italian => return Err(ReaderPackError::Unread(language.code())),
            };
            let lexicon = Lexicon::parse(file, text)?;
            let model = WordModel::parse(model)?;
            let caller = CallerModel::parse(caller)?;
            Ok::<_, ReaderPackError>((language.code(), LanguagePack { lexicon, model, caller }))
        };
        Ok(Self {
            languages: Language::ALL.into_iter().map(pack).collect::<Result<_, _>>()?,
            voice: VoiceModel::embedded()?,
        })
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
        let heard = words::read(self.lexicon(language), text);
        let scores = self.of(language).model.read(text).alone();
        let both = scores.iter().zip(Mood::ALL);
        let mixed: Vec<f32> = both
            .map(|(model, mood)| model + LEXICON_ALONE * heard.sum(Target::Mood(*mood)))
            .collect();
        let posterior = Posterior::from_log_odds(&mixed);
        let valence = (heard.sum(Target::Valence) + expected_valence(&posterior)).tanh();
        (posterior, valence)
    }

    /// How likely a sentence that stands alone is an insult or a threat, in [0, 1]; above 0.5 it is
    /// called abuse.
    pub fn p_abuse(&self, language: Language, text: &str) -> f32 {
        let heard = words::read(self.lexicon(language), text);
        let said = heard.sum(Target::CallerType(CallerType::Abusive));
        1.0 / (1.0 + (-(said + self.of(language).model.read(text).abuse())).exp())
    }

    /// The ids of all cues there can be, sorted; what [`CuesOff`] may name.
    pub fn cue_ids(&self) -> Vec<String> {
        let groups = self.languages.values().flat_map(|pack| pack.lexicon.groups());
        let mut ids: Vec<String> = groups.map(|group| group.id.clone()).collect();
        ids.extend(WHOLE_SENTENCE.map(str::to_owned));
        ids.extend(voice::ids().chain(conduct::IDS).chain(caller::IDS).map(str::to_owned));
        ids.sort_unstable();
        ids.dedup();
        ids
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
            heard.hits.extend(whole_sentence(text, &pack.model.read(text)));
        }
        heard
    }
}

/// The cues that the word model can give.
const WHOLE_SENTENCE: [&str; 2] = ["words.whole_sentence", "words.sounds_abusive"];

/// The ids of all cues of the readers in the program.
pub fn cue_ids() -> &'static [String] {
    static IDS: LazyLock<Vec<String>> =
        LazyLock::new(|| ReaderPack::embedded().map(|pack| pack.cue_ids()).unwrap_or_default());
    &IDS
}

/// What the word model says, as cues like any other.
fn whole_sentence(text: &str, reading: &word_model::Reading<'_>) -> Vec<Hit> {
    let scores = reading.in_a_call();
    let posterior = Posterior::<Mood>::from_log_odds(&scores);
    let moods = Mood::ALL.iter().zip(&scores).filter(|(_, score)| **score != 0.0);
    let mut weights: Vec<(Target, f32)> =
        moods.map(|(mood, score)| (Target::Mood(*mood), MODEL_IN_A_CALL * score)).collect();
    weights.push((Target::Valence, MODEL_IN_A_CALL * expected_valence(&posterior)));
    let hit = |id: &str, quoted: String, weights| Hit {
        id: id.to_owned(),
        evidence: if quoted.is_empty() { text.to_owned() } else { quoted },
        weights,
        escalates: false,
        alert: None,
    };
    let quoted = reading.words_for(posterior.top().0);
    let mut hits = vec![hit(WHOLE_SENTENCE[0], quoted, weights)];
    if reading.abuse() >= SOUNDS_ABUSIVE.0 {
        let weights = vec![(Target::CallerType(CallerType::Abusive), SOUNDS_ABUSIVE.1)];
        hits.push(hit(WHOLE_SENTENCE[1], reading.words_for_abuse(), weights));
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
            sums: CallerSums::default(),
            phase: PhaseReader::default(),
            voice: VoiceBaseline::default(),
            conduct: Conduct::default(),
            evidence: Vec::new(),
            caller_turns: 0,
            seen: MoodSeen::default(),
            rules: ReadingRules::default(),
            snapshot: None,
        }
    }

    /// The same, as a project wants it.
    #[must_use]
    pub fn with(mut self, rules: ReadingRules) -> Self {
        self.voice = VoiceBaseline::without(rules.cues_off.clone());
        self.rules = rules;
        self
    }

    /// What earlier calls of this caller have shown: the readings begin from it.
    pub fn carry(&mut self, carried: &Carried) {
        self.colour.carry(&carried.colour);
        self.motive.carry(&carried.motive);
    }

    /// The snapshot after a caller's turn. An agent's turn moves the phase, and if he owns up to an
    /// error, that counts with the caller's next words; a mixed side's moves nothing at all.
    pub fn hear(&mut self, turn: &Turn<'_>) -> Option<Snapshot> {
        let side = turn.transcript.utterance.side;
        let pack = Arc::clone(&self.pack);
        let language = turn.transcript.language;
        let lexicon = pack.lexicon(language);
        self.phase.hear(lexicon, side, turn.transcript.words());
        let at = turn.transcript.span.end;
        if side == Side::Agent {
            self.hear_facts(lexicon, turn.transcript);
        }
        if side != Side::Caller {
            return None;
        }
        let mut heard = pack.read(language, turn.transcript.words());
        heard.hits.retain(|hit| !self.rules.cues_off.has(&hit.id));
        let seen = self.observe(lexicon, turn, heard);
        self.begin_turn(seen.words);
        for cue in &seen.cues {
            self.weigh(cue, at);
        }
        let mood = self.mood.hear(at, &seen);
        self.remember(&seen.cues);
        self.seen = seen;
        self.caller_turns += 1;
        self.snapshot = Some(self.compose(at, mood));
        self.snapshot.clone()
    }

    /// What the agent says of the case: no evidence of a caller's manner, but that the company erred is
    /// half of what a grievance is.
    fn hear_facts(&mut self, lexicon: &Lexicon, transcript: &Transcript) {
        let mut hits = words::read_agent(lexicon, transcript.words());
        hits.retain(|hit| !self.rules.cues_off.has(&hit.id));
        let cues: Vec<Cue> =
            hits.into_iter().map(|hit| hit.into_cue(transcript.utterance)).collect();
        for cue in &cues {
            self.weigh(cue, transcript.span.end);
        }
        if !cues.is_empty() {
            self.remember(&cues);
        }
    }

    /// What in a turn calls a human: only words count, and the agent's never.
    pub fn alerts(&self, transcript: &Transcript) -> Vec<Alert> {
        if transcript.utterance.side == Side::Agent {
            return Vec::new();
        }
        let heard = words::read(self.pack.lexicon(transcript.language), transcript.words());
        let alert = |hit: &Hit| {
            Some(Alert {
                kind: hit.alert?,
                evidence: Private::new(hit.evidence.clone()),
                utterance: Some(transcript.utterance),
                note: None,
            })
        };
        heard.hits.iter().filter_map(alert).collect()
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

    /// What the caller's last turn said about the mood, before it met what was known.
    pub fn mood_seen(&self) -> &MoodSeen {
        &self.seen
    }

    fn observe(&mut self, lexicon: &Lexicon, turn: &Turn<'_>, heard: Heard) -> MoodSeen {
        let utterance = turn.transcript.utterance;
        let manner = Manner {
            heard: &heard,
            span: turn.transcript.span,
            previous_end: turn.previous_end,
            overlap: turn.overlap,
        };
        let conduct = self.conduct.observe(&lexicon.norms, utterance, &manner);
        let (voice, arousal) = match turn.prosody {
            Some(prosody) => {
                let alone = self.pack.voice.read(prosody);
                self.voice.hear(utterance, HeardVoice { prosody, alone: alone.as_ref() })
            }
            None => (Vec::new(), None),
        };
        let escalates = heard.hits.iter().any(|hit| hit.escalates);
        let words = heard.hits.into_iter().map(|hit| hit.into_cue(utterance));
        let said = self.said(turn.transcript);
        let cues = words.chain(voice).chain(conduct).chain(said);
        MoodSeen {
            cues: cues.filter(|cue| !self.rules.cues_off.has(&cue.id)).collect(),
            voice: arousal,
            words: heard.words,
            language: turn.transcript.language,
            escalates,
        }
    }

    /// What the caller model makes of the turn, as cues like any other.
    fn said(&mut self, transcript: &Transcript) -> Vec<Cue> {
        let model = &self.pack.of(transcript.language).caller;
        let cue = |said: Said| Cue {
            id: said.id.to_owned(),
            source: CueSource::Words,
            utterance: transcript.utterance,
            evidence: Private::new(format!("said \"{}\"", said.evidence)),
            measured: None,
            weights: said.weights,
        };
        model.hear(&mut self.sums, transcript.words()).into_iter().map(cue).collect()
    }

    fn begin_turn(&mut self, words: usize) {
        self.colour.next_turn(words);
        self.motive.next_turn(words);
        self.caller_type.next_turn(words);
    }

    fn weigh(&mut self, cue: &Cue, at: StreamTime) {
        let colours = pick(cue, |t| if let Target::Colour(c) = t { Some(c) } else { None });
        let motives = pick(cue, |t| if let Target::Motive(m) = t { Some(m) } else { None });
        let types = pick(cue, |t| if let Target::CallerType(c) = t { Some(c) } else { None });
        if caller::IDS.contains(&cue.id.as_str()) {
            self.colour.add_change(cue, at, &colours);
            self.motive.add_change(cue, at, &motives);
            self.caller_type.add_change(cue, at, &types);
            return;
        }
        self.colour.add(cue, at, &colours);
        self.motive.add(cue, at, &motives);
        // A difficult caller shows in words and in nothing else.
        if cue.source == CueSource::Words {
            self.caller_type.add(cue, at, &types);
        }
    }

    /// Keeps the strongest cues, the older ones fading, one of each kind: the newest, or of what the
    /// caller model makes of a turn the strongest.
    fn remember(&mut self, cues: &[Cue]) {
        for (strength, _) in &mut self.evidence {
            *strength *= EVIDENCE_FADES;
        }
        for cue in cues {
            let strength = cue.weights.iter().map(|(_, weight)| weight.abs()).fold(0.0, f32::max);
            let stronger = |(other, old): &(f32, Cue)| old.id == cue.id && *other > strength;
            if caller::IDS.contains(&cue.id.as_str()) && self.evidence.iter().any(stronger) {
                continue;
            }
            self.evidence.retain(|(_, other)| other.id != cue.id);
            self.evidence.push((strength, cue.clone()));
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
        let (colour, accounts) = (self.colour.reading(), self.accounts());
        let views = self.rules.views.iter().map(|view| view.read(&colour, &accounts.colour));
        Snapshot {
            at,
            mood,
            views: views.collect(),
            colour,
            motive: self.motive.reading(),
            caller_type: self.caller_type.reading(),
            phase: self.phase.phase(),
            evidence: self.evidence.iter().rev().map(|(_, cue)| cue.clone()).collect(),
            accounts,
            caller_turns: self.caller_turns,
        }
    }

    fn accounts(&self) -> Accounts {
        let [valence, arousal] = self.mood.state_accounts();
        Accounts {
            mood: self.mood.account(),
            valence,
            arousal,
            colour: self.colour.account(None),
            motive: self.motive.account(None),
            caller_type: self.caller_type.account(),
        }
    }
}

fn pick<C: Category>(cue: &Cue, class: impl Fn(Target) -> Option<C>) -> Vec<(C, f32)> {
    cue.weights.iter().filter_map(|(target, weight)| Some((class(*target)?, *weight))).collect()
}

//! Whisper, by whisper.cpp. The only file that names `whisper_rs`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use attune_audio::units::SampleRate;
use attune_audio::vad::SpeechDetector;
use thiserror::Error;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
    WhisperVadContext, WhisperVadContextParams, get_lang_id,
};

use super::gates::{compression_ratio, no_speech_matters};
use super::header::{Dimensions, ModelFileError, validate, validate_silero};
use super::names::near_misses;
pub use super::options::{NoSpeechAt, Options};
use super::pieces::Pieces;
use super::vocabulary::{NamesBy, Vocabulary};
use super::{Expected, Model, RecogniseError, Recogniser, Recognition};
use crate::language::Spoken;
use crate::private::Private;
use crate::transcript::Language;

/// No Whisper file is larger (large-v3 in f16 has 3.1 GB).
const MAX_FILE_BYTES: u64 = 4 << 30;

/// whisper.cpp hears nothing in less than 110 ms, and reads 200 samples ahead without looking.
/// Shorter audio is padded with silence up to this.
const MIN_SAMPLES: usize = 4_000;

/// How sure an utterance must be in another language than the call's, and how long it must be, to be
/// written in that language.
const CLEARLY: f32 = 0.9;
const CLEAR_LENGTH: Duration = Duration::from_secs(1);

/// Names put into one text, at most.
const MAX_NAMES: usize = 3;

/// Places compared with the sound for each of them, at most: each takes as long as writing the text.
const MAX_COMPARED: usize = 4;

/// What speaks for an expected name before the sound is asked, in nats for each of its pieces: the
/// model gives a name that it never saw about this little. On 120 synthetic sentences with other
/// names than those of the measurement, 2 to 3 gave the same word error rate, and 4 put names where
/// none was said.
const NAME_BONUS: f32 = 2.5;

/// Why a model could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the model {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is larger than any model.
    #[error("{} has {bytes} bytes, more than any Whisper model", path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The file is not a model.
    #[error("{name}: {source}")]
    Malformed {
        /// Which model.
        name: String,
        /// What is wrong with it.
        source: ModelFileError,
    },
    /// whisper.cpp does not take it all the same.
    #[error("whisper.cpp refuses the model {name}: {detail}; is there enough memory?")]
    Refused {
        /// Which model.
        name: String,
        /// What whisper.cpp says.
        detail: String,
    },
}

/// A loaded model. Cheap to clone; the weights are shared.
#[derive(Clone)]
pub struct WhisperModel {
    context: Arc<WhisperContext>,
    dimensions: Dimensions,
    options: Options,
    name: String,
    pieces: Arc<OnceLock<Pieces>>,
}

impl WhisperModel {
    /// A model in ggml's format from a file: a published one, or one's own.
    ///
    /// # Errors
    /// See [`LoadError`]; the file is checked before whisper.cpp sees it.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        Self::load_with(path, Options::PUBLISHED)
    }

    /// The same with other options.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load_with(path: &Path, options: Options) -> Result<Self, LoadError> {
        let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        // Read once and checked in memory: what was checked is what is loaded.
        Self::from_bytes(&name, &read(path)?, options).map_err(|error| match error {
            LoadError::Malformed { source, .. } => {
                LoadError::Malformed { name: path.display().to_string(), source }
            }
            other => other,
        })
    }

    /// A model from memory.
    ///
    /// # Errors
    /// [`LoadError::Malformed`] or [`LoadError::Refused`].
    pub fn from_bytes(name: &str, file: &[u8], options: Options) -> Result<Self, LoadError> {
        let dimensions = validate(file)
            .map_err(|source| LoadError::Malformed { name: name.to_owned(), source })?;
        silence_logs();
        let context =
            WhisperContext::new_from_buffer_with_params(file, parameters()).map_err(|error| {
                LoadError::Refused { name: name.to_owned(), detail: error.to_string() }
            })?;
        let (context, pieces) = (Arc::new(context), Arc::default());
        Ok(Self { context, dimensions, options, name: name.to_owned(), pieces })
    }

    fn pieces(&self) -> &Pieces {
        let text = |id| self.context.token_to_bytes(id).unwrap_or_default().to_vec();
        self.pieces.get_or_init(|| Pieces::new((0..self.context.token_eot()).map(text)))
    }

    /// How utterances are decoded.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The same model, decoding in another way.
    #[must_use]
    pub fn with_options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// The header of the file.
    pub fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }
}

impl Model for WhisperModel {
    fn recogniser(&self) -> Result<Box<dyn Recogniser>, RecogniseError> {
        let state = self.context.create_state().map_err(decoder_error)?;
        Ok(Box::new(Slot {
            model: self.clone(),
            state,
            params: Vec::new(),
            prompt: <_>::default(),
            padded: Vec::new(),
        }))
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn languages(&self) -> &[Language] {
        if self.dimensions.is_multilingual() {
            &Language::ALL
        } else {
            std::slice::from_ref(&self.options.language)
        }
    }

    fn window(&self) -> Duration {
        self.dimensions.window()
    }
}

/// One state and what it needs.
struct Slot {
    model: WhisperModel,
    state: WhisperState,
    /// One for each language that was asked for. whisper-rs leaks the language's name whenever it
    /// is set, so each is made once and copied from then on; a copy shares the name and leaks
    /// nothing.
    params: Vec<(Language, FullParams<'static, 'static>)>,
    /// The vocabulary of the last call and its tokens: mostly it is that of the next one, too.
    prompt: (Vocabulary, Vec<i32>),
    padded: Vec<f32>,
}

impl Recogniser for Slot {
    fn recognise(
        &mut self,
        samples: &[f32],
        expected: &Expected,
    ) -> Result<Recognition, RecogniseError> {
        let language = expected.language;
        let length = self.check(samples, language)?;
        if self.prompt.0 != expected.vocabulary {
            let (pieces, most) = (self.model.pieces(), Options::PROMPT_TOKENS);
            let tokens = match self.model.options.names {
                NamesBy::Prompt => expected.vocabulary.tokens(pieces, most),
                NamesBy::Sound => Vec::new(),
            };
            self.prompt = (expected.vocabulary.clone(), tokens);
        }
        let heard = self.write(samples, length, language, expected.detect)?;
        let Some(spoken) = heard.spoken.filter(|_| expected.detect) else {
            return Ok(Recognition { spoken: None, ..heard });
        };
        if spoken.language == language {
            Ok(heard)
        } else if spoken.probability >= CLEARLY && length >= CLEAR_LENGTH {
            Ok(Recognition {
                spoken: Some(spoken),
                ..self.write(samples, length, spoken.language, false)?
            })
        } else {
            let spoken = Some(Spoken { language, probability: 1.0 - spoken.probability });
            Ok(Recognition { spoken, ..heard })
        }
    }
}

impl Slot {
    /// The text in a language, and the language that it sounds like.
    fn write(
        &mut self,
        samples: &[f32],
        length: Duration,
        language: Language,
        detect: bool,
    ) -> Result<Recognition, RecogniseError> {
        if self.model.options.beam > 1 {
            // whisper.cpp draws the candidates of a beam by a generator that it seeds once a state:
            // with one state for all, the text would depend on what was heard before.
            self.state = self.model.context.create_state().map_err(decoder_error)?;
        }
        let mut params: FullParams<'_, '_> = self.params_for(language);
        params.set_tokens(&self.prompt.1);
        let positions =
            self.model.options.audio_context(length, self.model.dimensions.audio_context);
        params.set_audio_ctx(positions.cast_signed());
        // whisper.cpp stops after the token *with* this number, and takes 0 for "no limit".
        params.set_max_tokens((self.model.options.max_tokens(length) - 1).cast_signed());
        let samples = if samples.len() < MIN_SAMPLES {
            self.padded.clear();
            self.padded.extend_from_slice(samples);
            self.padded.resize(MIN_SAMPLES, 0.0);
            &self.padded
        } else {
            samples
        };
        self.state.full(params, samples).map_err(decoder_error)?;
        let outcome = self.outcome();
        let matters = no_speech_matters(outcome.avg_logprob);
        if !matters && !detect {
            return self.with_names(outcome);
        }
        let looked = self.look_at_the_start(outcome)?;
        let no_speech = if matters { looked.no_speech } else { 0.0 };
        self.with_names(Recognition { no_speech, ..looked })
    }

    /// The length of the audio, if it is fit to be recognised.
    fn check(&self, samples: &[f32], language: Language) -> Result<Duration, RecogniseError> {
        let length = SampleRate::WORKING.length_of(samples.len() as u64);
        let window = self.model.window();
        if samples.is_empty() {
            Err(RecogniseError::Empty)
        } else if length > window {
            Err(RecogniseError::TooLong { length, window })
        } else if !samples.iter().all(|sample| sample.is_finite()) {
            Err(RecogniseError::NotFinite)
        } else if !self.model.languages().contains(&language) {
            Err(RecogniseError::Language { language, model: self.model.name.clone() })
        } else {
            Ok(length)
        }
    }

    fn params_for(&mut self, language: Language) -> FullParams<'static, 'static> {
        if let Some((_, params)) = self.params.iter().find(|(known, _)| *known == language) {
            return params.clone();
        }
        let params = full_params(language, &self.model.options);
        self.params.push((language, params.clone()));
        params
    }

    /// The probability of "no speech" where the model is trained to give it, and that of the
    /// languages it knows, for one more decoder step or two: as long as two words take. whisper.cpp
    /// 1.8.3 has a figure of its own, but reads it from a row of logits that it did not compute and
    /// that holds what an earlier utterance left there: the same audio would get different figures.
    fn look_at_the_start(&mut self, outcome: Recognition) -> Result<Recognition, RecogniseError> {
        let context = &self.model.context;
        let mut tokens = vec![context.token_nosp()];
        self.state.decode(&[context.token_sot()], 0, 1).map_err(decoder_error)?;
        let spoken = self.sounds_like(self.state.get_logits().map_err(decoder_error)?);
        if self.model.options.no_speech == NoSpeechAt::FirstWord {
            tokens.push(context.token_eot());
            self.state.decode(&[context.token_not()], 1, 1).map_err(decoder_error)?;
        }
        let logits = self.state.get_logits().map_err(decoder_error)?;
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = logits.iter().map(|logit| (logit - highest).exp()).sum();
        let of_token = |token: i32| usize::try_from(token).ok().and_then(|token| logits.get(token));
        let hits = tokens.into_iter().filter_map(of_token).map(|logit| (logit - highest).exp());
        Ok(Recognition { no_speech: hits.sum::<f32>() / sum, spoken, ..outcome })
    }

    /// The likeliest of the model's languages by what it would put after the start token.
    fn sounds_like(&self, logits: &[f32]) -> Option<Spoken> {
        let logit = |language: &Language| {
            let token = self.model.context.token_lang(get_lang_id(language.code())?);
            Some((*logits.get(usize::try_from(token).ok()?)?, *language))
        };
        let known = Some(self.model.languages()).filter(|known| known.len() > 1)?;
        let logits: Vec<_> = known.iter().filter_map(logit).collect();
        let (highest, language) = logits.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let sum: f32 = logits.iter().map(|(logit, _)| (logit - highest).exp()).sum();
        Some(Spoken { language, probability: 1.0 / sum })
    }

    /// The text with expected names in it, for a model that is not told of them before. The figures of
    /// the recognition stay those of what was written.
    fn with_names(&mut self, heard: Recognition) -> Result<Recognition, RecogniseError> {
        let names = self.prompt.0.plain();
        if self.model.options.names == NamesBy::Prompt || names.is_empty() {
            return Ok(heard);
        }
        let text = self.put_names(heard.text.reveal(), &names)?;
        Ok(Recognition { text: Private::new(text), ..heard })
    }

    /// The text with those names in it that fit the sound about as well as what was written there.
    fn put_names(&mut self, text: &str, names: &[Vec<String>]) -> Result<String, RecogniseError> {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        for _ in 0..MAX_NAMES {
            let heard: Vec<&str> = words.iter().map(String::as_str).collect();
            let misses = near_misses(&heard, names, MAX_COMPARED);
            if misses.is_empty() {
                break;
            }
            let written = self.fit(&words)?;
            let mut best = (0.0, None);
            for miss in misses {
                let mut other = words.clone();
                other.splice(miss.words, names[miss.name].iter().cloned());
                let pieces = self.tokens_of(&names[miss.name]).len();
                let gain = self.fit(&other)? - written + NAME_BONUS * pieces as f32;
                if gain > best.0 {
                    best = (gain, Some(other));
                }
            }
            match best {
                (_, Some(other)) => words = other,
                (_, None) => break,
            }
        }
        Ok(words.join(" "))
    }

    fn tokens_of(&self, words: &[String]) -> Vec<i32> {
        let pieces = self.model.pieces();
        words.iter().flat_map(|word| pieces.encode(&format!(" {word}"))).collect()
    }

    /// How well a text fits the sound that was encoded last: its log-probability in nats.
    fn fit(&mut self, words: &[String]) -> Result<f32, RecogniseError> {
        let (start, end) = (self.model.context.token_sot(), self.model.context.token_eot());
        self.state.decode(&[start, self.model.context.token_not()], 0, 1).map_err(decoder_error)?;
        let (mut fit, mut at) = (0.0, 2);
        for token in self.tokens_of(words) {
            fit += self.log_probability(token)?;
            self.state.decode(&[token], at, 1).map_err(decoder_error)?;
            at += 1;
        }
        Ok(fit + self.log_probability(end)?)
    }

    /// Of `token` as the next one, in nats.
    fn log_probability(&self, token: i32) -> Result<f32, RecogniseError> {
        let logits = self.state.get_logits().map_err(decoder_error)?;
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = logits.iter().map(|logit| (logit - highest).exp()).sum();
        let logit = usize::try_from(token).ok().and_then(|token| logits.get(token));
        Ok(logit.map_or(f32::NEG_INFINITY, |logit| logit - highest - sum.ln()))
    }

    /// Text and figures of the last run, but for [`Slot::no_speech`].
    fn outcome(&self) -> Recognition {
        let end_of_text = self.model.context.token_eot();
        let (mut text, mut tokens, mut p_sum) = (String::new(), 0_u32, 0.0);
        let (mut decoded, mut logprob_sum) = (0_u32, 0.0);
        for segment in self.state.as_iter() {
            if let Ok(piece) = segment.to_str_lossy() {
                text.push_str(&piece);
            }
            for token in (0..segment.n_tokens()).filter_map(|index| segment.get_token(index)) {
                let data = token.token_data();
                decoded += 1;
                logprob_sum += data.plog;
                if data.id < end_of_text {
                    tokens += 1;
                    p_sum += data.p;
                }
            }
        }
        // A text cut off within a character ends in a replacement character.
        let text = text.trim_end_matches(char::REPLACEMENT_CHARACTER).trim();
        Recognition {
            confidence: if tokens > 0 { p_sum / tokens as f32 } else { 0.0 },
            no_speech: 0.0,
            tokens,
            avg_logprob: if decoded > 0 { logprob_sum / decoded as f32 } else { 0.0 },
            compression_ratio: compression_ratio(text),
            text: Private::new(text.to_owned()),
            spoken: None,
        }
    }
}

/// Silero's voice activity model, run by whisper.cpp, as a detector for one side.
///
/// whisper.cpp forgets everything between two runs, so each window is heard together with the
/// [`SileroDetector::HISTORY`] before it; what lies further back hardly matters to the model.
pub struct SileroDetector {
    context: WhisperVadContext,
    /// The last windows, and the beginning of the next.
    heard: Vec<f32>,
    probability: f32,
}

impl SileroDetector {
    /// Samples that the model hears at a time: 32 ms.
    const WINDOW: usize = 512;

    /// Windows heard again before each new one.
    pub const HISTORY: usize = 15;

    /// Loads a Silero model in ggml's format. About a megabyte for each detector.
    ///
    /// # Errors
    /// See [`LoadError`]; the file is checked before whisper.cpp sees it.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        validate_silero(&read(path)?)
            .map_err(|source| LoadError::Malformed { name: name.clone(), source })?;
        silence_logs();
        let mut params = WhisperVadContextParams::new();
        params.set_n_threads(1);
        let context = WhisperVadContext::new(&name, params)
            .map_err(|error| LoadError::Refused { name, detail: error.to_string() })?;
        Ok(Self { context, heard: Vec::new(), probability: 0.0 })
    }
}

impl SpeechDetector for SileroDetector {
    /// The probability of the last complete window; a frame has 20 ms and a window 32.
    fn speech_probability(&mut self, frame: &[f32]) -> f32 {
        let complete = self.heard.len() / Self::WINDOW;
        self.heard.extend_from_slice(frame);
        let windows = self.heard.len() / Self::WINDOW;
        if windows > complete {
            let run = self.context.detect_speech(&self.heard[..windows * Self::WINDOW]);
            let last = run.ok().and_then(|()| self.context.probabilities().last().copied());
            self.probability = last.unwrap_or(0.0);
            let stale = windows.saturating_sub(Self::HISTORY) * Self::WINDOW;
            self.heard.drain(..stale);
        }
        self.probability
    }

    fn reset(&mut self) {
        self.heard.clear();
        self.probability = 0.0;
    }
}

/// One thread, one segment, no text context, no second try at a higher temperature: the
/// same samples give the same text, in bounded time.
fn full_params(language: Language, options: &Options) -> FullParams<'static, 'static> {
    let mut params = FullParams::new(if options.beam > 1 {
        SamplingStrategy::BeamSearch { beam_size: options.beam.into(), patience: -1.0 }
    } else {
        SamplingStrategy::Greedy { best_of: 1 }
    });
    // ggml's threads spin while they wait; more than one a state makes all of them slower.
    params.set_n_threads(1);
    params.set_language(Some(language.code()));
    // Forgets the text of the utterance before; what is given by `set_tokens` comes after that.
    params.set_no_context(true);
    params.set_single_segment(true);
    params.set_no_timestamps(true);
    params.set_temperature(0.0);
    params.set_temperature_inc(0.0);
    params.set_suppress_blank(!options.may_be_empty);
    params.set_suppress_nst(true);
    // Never reached: whisper.cpp would drop the text together with its figures; our gates decide.
    params.set_no_speech_thold(2.0);
    params.set_print_special(false);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_timestamps(false);
    params
}

fn parameters() -> WhisperContextParameters<'static> {
    let mut parameters = WhisperContextParameters::default();
    // Slower on a CPU at long contexts.
    parameters.flash_attn(false).use_gpu(cfg!(feature = "gpu"));
    parameters
}

/// whisper.cpp prints to standard error unless a hook takes its messages; whisper-rs's hook drops
/// them when none of its logging features is on.
fn silence_logs() {
    whisper_rs::install_logging_hooks();
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let too_large = |bytes| LoadError::TooLarge { path: path.to_owned(), bytes };
    if bytes > MAX_FILE_BYTES {
        return Err(too_large(bytes));
    }
    let mut content = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0));
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content).map_err(unreadable)?;
    // A pipe or a device has no size beforehand.
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large(content.len() as u64));
    }
    Ok(content)
}

fn decoder_error(error: whisper_rs::WhisperError) -> RecogniseError {
    RecogniseError::Decoder(error.to_string())
}

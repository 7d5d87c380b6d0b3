//! How utterances are decoded, by the kind of model.

use std::time::Duration;

use super::header::Dimensions;
use super::vocabulary::NamesBy;
use crate::transcript::Language;

/// How an utterance is decoded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Encoder positions (20 ms each) beyond the utterance's own. The encoder's context follows the
    /// utterance, because time grows with it; published models were trained on 30 s and need a
    /// margin of silence, or they invent an ending.
    pub context_margin: u32,
    /// The text is cut after this many tokens per second of audio and [`Options::free_tokens`]: a
    /// loop then ends early and is caught by the gates.
    pub tokens_per_second: f32,
    /// Tokens allowed whatever the length.
    pub free_tokens: f32,
    /// Where the probability of "no speech" is read.
    pub no_speech: NoSpeechAt,
    /// Texts followed at once; 1 is greedy. The embedded model gains from it: its first guess at a
    /// rare word is often wrong, and the words after it say so.
    pub beam: u8,
    /// The language of a model that knows one.
    pub language: Language,
    /// How the model takes names that are to be expected.
    pub names: NamesBy,
    /// Whether the model may end at once. One that was trained on silence does so there; published
    /// models do it in mid-speech.
    pub may_be_empty: bool,
}

/// Where a model was trained to say "no speech".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSpeechAt {
    /// After the start token, as OpenAI's models.
    Start,
    /// In the place of the first word, where it shares the probability with the end of the text.
    FirstWord,
}

impl Options {
    /// For published models.
    pub const PUBLISHED: Self = Self {
        context_margin: 128,
        tokens_per_second: 12.0,
        free_tokens: 8.0,
        no_speech: NoSpeechAt::Start,
        beam: 1,
        language: Language::English,
        names: NamesBy::Prompt,
        may_be_empty: false,
    };

    /// For the embedded model, which was trained on contexts that follow the utterance.
    pub const EMBEDDED: Self = Self {
        context_margin: 16,
        tokens_per_second: 12.0,
        free_tokens: 8.0,
        no_speech: NoSpeechAt::FirstWord,
        beam: 8,
        language: Language::English,
        names: NamesBy::Sound,
        may_be_empty: true,
    };

    /// Most tokens of names before a text: each makes the decoder's first step longer.
    pub const PROMPT_TOKENS: usize = 60;

    /// The context grows in such steps, so that few sizes of graph occur.
    const CONTEXT_STEP: u32 = 16;

    /// Encoder positions for `length` of audio in a model with `available` of them.
    pub fn audio_context(&self, length: Duration, available: u32) -> u32 {
        let own = length.as_nanos().div_ceil(Dimensions::POSITION.as_nanos());
        let wanted = u32::try_from(own).unwrap_or(u32::MAX).saturating_add(self.context_margin);
        wanted.div_ceil(Self::CONTEXT_STEP).saturating_mul(Self::CONTEXT_STEP).min(available)
    }

    /// Tokens allowed for `length` of audio, the end of the text included; whisper.cpp takes no
    /// fewer than two.
    pub fn max_tokens(&self, length: Duration) -> u32 {
        let allowed = self.free_tokens + self.tokens_per_second * length.as_secs_f32();
        (allowed.ceil() as u32).max(2)
    }
}

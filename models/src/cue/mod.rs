//! Cues: single observations of the caller, each with its evidence.
//!
//! Three sources: [`words`] (a lexicon per language and a small model of sentences), [`voice`] (against
//! the caller's own baseline) and [`conduct`] (turn-taking). What they pull at is added up in
//! [`tally`] and by the mood filter.

pub mod caller;
pub mod conduct;
pub mod ending;
mod features;
pub mod lexicon;
mod net;
pub mod phrase;
mod table;
pub mod tally;
pub mod text;
pub mod toggles;
pub mod voice;
pub mod word_model;
pub mod words;

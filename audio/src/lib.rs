//! Samples in, utterances out.
//!
//! Pure: no clock, no network, no threads, no models.

pub mod units;
pub mod utterance;

//! Samples in, utterances out.
//!
//! Pure: no clock, no network, no threads, no models.

mod assemble;
pub mod bleed;
pub mod codec;
mod endpoint;
pub mod prosody;
pub mod resample;
pub mod segment;
#[doc(hidden)]
pub mod testsignal;
pub mod units;
pub mod utterance;
pub mod vad;
pub mod wav;

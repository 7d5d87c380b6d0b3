//! The session and everything that reads the caller.
//!
//! Pure: no clock, no network, no async runtime, no storage. Audio and recognised text go in,
//! events come out; the same input gives the same output.

pub mod account;
pub mod alert;
mod bytes;
pub mod caller_type;
pub mod category;
pub mod colour;
pub mod cue;
pub mod event;
pub mod facts;
pub mod guidance;
pub mod language;
pub mod matching;
pub mod mood;
pub mod motive;
pub mod phase;
pub mod playbook;
pub mod private;
pub mod profile;
pub mod reader;
pub mod recogniser;
pub mod replay;
pub mod session;
pub mod snapshot;
pub mod suggest;
pub mod suggestion;
pub mod summary;
pub mod transcript;
pub mod view;
pub mod voice;

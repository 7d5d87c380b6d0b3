//! The session and everything that reads the caller.
//!
//! Pure: no clock, no network, no async runtime, no storage. Audio and recognised text go in,
//! events come out; the same input gives the same output.

pub mod category;
pub mod event;
pub mod private;
pub mod snapshot;
pub mod suggestion;
pub mod transcript;

//! Tests of the whole session.

#![expect(clippy::unwrap_used, reason = "tests")]

mod bleed;
mod kit;
mod odd;
mod order;
mod pauses;
mod tongue;

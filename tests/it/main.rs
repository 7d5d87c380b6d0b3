//! The line end to end: real audio over real sockets, and everything that goes wrong on the way.

mod bad_input;
mod drain;
mod golden;
mod hang_up;
mod line;
mod live_is_replay;
mod model;
mod overload;
mod privacy;
mod programs;
mod pull;
mod resume;
mod security;
mod watchers;

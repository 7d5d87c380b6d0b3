//! The line end to end: real audio over real sockets, and everything that goes wrong on the way.

mod bad_input;
mod distress;
mod drain;
mod evidence;
mod golden;
mod hang_up;
mod line;
mod live_is_replay;
mod long_runs;
mod model;
mod outcomes;
mod overload;
mod page;
mod privacy;
mod programs;
mod pull;
mod resume;
mod security;
mod silence;
mod tutorial;
mod watchers;

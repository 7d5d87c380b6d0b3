//! The commands of `attune-server`.

pub(crate) mod check;
pub(crate) mod eval;
pub(crate) mod models;
pub(crate) mod playbook;
mod progress;
pub(crate) mod replay;
pub(crate) mod serve;
mod sound;

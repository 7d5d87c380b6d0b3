//! The process around the line: gRPC services, recogniser pool, event log, replay, evaluation.
//!
//! Knows tokio and tonic, and nothing of how a score is computed.

pub mod access;
mod admission;
pub mod agents;
pub mod app;
pub mod auth;
pub mod calls;
pub mod cli;
mod cmd;
pub mod coaching;
pub mod config;
mod convert;
pub mod customers;
mod day;
mod driver;
pub mod editor;
pub mod figures;
pub mod guidance;
pub mod health;
mod hmac;
mod hub;
pub mod ingest;
mod intake;
mod live;
pub mod load;
pub mod logging;
mod manifest;
pub mod metrics;
pub mod notes;
pub mod outcomes;
pub mod page;
pub mod playbooks;
pub mod pool;
pub mod profiles;
pub mod replay_service;
pub mod review;
pub mod serve;
pub mod shutdown;
pub mod status;
pub mod store;
pub mod summaries;
#[cfg(test)]
mod testing;
pub mod tls;
pub mod watch;

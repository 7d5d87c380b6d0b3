//! `attune-server`. Everything is in the library, where tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    attune_server::cli::run()
}

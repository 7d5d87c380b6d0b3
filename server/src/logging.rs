//! Log lines on stderr, as text or JSON.
//!
//! What people say and who they are never gets here: it travels in `Private`, which prints as
//! redacted, and the levels of libraries that print messages are held down whatever the filter.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{Config, LogFormat};

/// What holds if neither `log` nor `RUST_LOG` is given.
const DEFAULT: &str = "info";

/// Crates below us that print what passes through them at debug and trace: frames of HTTP/2 hold
/// transcripts. Their directives come last and so outrank the filter.
const HELD_DOWN: [&str; 4] = ["h2=info", "hyper=info", "tonic=info", "tower=info"];

/// Starts logging.
///
/// # Errors
/// If the filter is not one.
pub fn start(config: &Config) -> Result<(), ParseError> {
    let asked = config.log.clone().or_else(|| std::env::var("RUST_LOG").ok());
    let filter = filter(asked.as_deref().filter(|asked| !asked.is_empty()).unwrap_or(DEFAULT))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    // A second start, in tests, keeps the first.
    let _started = match config.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    Ok(())
}

fn filter(asked: &str) -> Result<EnvFilter, ParseError> {
    let mut filter = EnvFilter::try_new(asked)?;
    for directive in HELD_DOWN {
        filter = filter.add_directive(directive.parse()?);
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn libraries_that_print_messages_are_held_down() {
        let filter = filter("trace,h2=trace").expect("a filter").to_string();
        assert!(filter.contains("h2=info") && !filter.contains("h2=trace"), "{filter}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(filter("attune_server=loud").is_err());
    }
}

//! Output for people and programs: results on the standard output, everything else beside it.

use std::io::{self, IsTerminal, Write};

use crate::error::Error;

/// One line of result.
///
/// # Errors
/// When nobody reads it any more.
pub(crate) fn line(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    // A reader of a pipe wants the line when it happens, not when a block is full.
    out.flush()?;
    Ok(())
}

/// A word beside the results. If even that cannot be written, nobody is there to be told.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "attune: {text}");
}

/// Whether results go to a terminal.
pub(crate) fn to_terminal() -> bool {
    io::stdout().is_terminal()
}

/// What must not be taken for a command of the terminal: control characters of text that came from
/// elsewhere.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_escape_sequence_gets_through() {
        assert_eq!(super::clean("a\u{1b}[2Jb\r\nc"), "a [2Jb  c");
    }
}

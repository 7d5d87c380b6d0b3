//! What can go wrong, and the exit code it gives.

use std::path::PathBuf;
use std::process::ExitCode;

use attune_audio::wav::WavError;
use tonic::{Code, Status};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The command line asks for something impossible.
    #[error("{0}")]
    Usage(String),
    /// Nothing answers at the server's address.
    #[error(
        "cannot reach the server at {server}: {reason}. Is attune-server running there? (--server)"
    )]
    Unreachable {
        /// As given on the command line.
        server: String,
        /// The innermost reason.
        reason: String,
    },
    /// The server answered with an error.
    #[error("{}", refusal(.0))]
    Refused(Box<Status>),
    /// The stream broke too often.
    #[error("gave up after {tries} tries to go on with the call: {last}")]
    GaveUp {
        /// Tries in a row without progress.
        tries: u32,
        /// What the last try said.
        last: String,
    },
    /// A recording cannot be read.
    #[error(transparent)]
    Recording(#[from] WavError),
    /// A file cannot be written or read.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The terminal or the standard output cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] std::io::Error),
    /// A message has no JSON form.
    #[error("cannot write JSON: {0}")]
    Json(#[from] attune_proto::json::JsonError),
    /// The sound card does not do what is needed.
    #[cfg(feature = "mic")]
    #[error("microphone: {0}")]
    Microphone(String),
}

impl Error {
    /// 64 for a wrong command line (`EX_USAGE`), 1 for everything else; a reader of our output that
    /// has gone away (`attune … | head`) is no failure.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(64),
            _ if self.is_broken_pipe() => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }

    /// Nobody reads our output any more.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Refused(Box::new(status))
    }
}

/// What the server said, with what to do about it where that is not obvious.
fn refusal(status: &Status) -> String {
    let advice = match status.code() {
        Code::Unauthenticated => " (give a token: --token or ATTUNE_TOKEN)",
        Code::PermissionDenied => " (this token may not do that)",
        Code::Unimplemented => " (the server is of another version)",
        Code::Unavailable => " (the server is gone or shutting down)",
        _ => "",
    };
    format!("the server says: {}{advice}", said(status))
}

/// The message of a status, or the name of its code when it has none.
pub(crate) fn said(status: &Status) -> String {
    let message = status.message().trim();
    if message.is_empty() { status.code().to_string() } else { message.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::process::ExitCode;

    use tonic::Status;

    use super::Error;

    fn code(error: &Error) -> String {
        format!("{:?}", error.exit_code())
    }

    #[test]
    fn exit_codes() {
        assert_eq!(code(&Error::Usage("x".into())), format!("{:?}", ExitCode::from(64)));
        assert_eq!(code(&Status::not_found("x").into()), format!("{:?}", ExitCode::FAILURE));
        let gone = Error::Output(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(code(&gone), format!("{:?}", ExitCode::SUCCESS));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let text = Error::from(Status::unauthenticated("no bearer token")).to_string();
        assert_eq!(
            text,
            "the server says: no bearer token (give a token: --token or ATTUNE_TOKEN)"
        );
        assert!(Error::from(Status::aborted("")).to_string().len() > "the server says: ".len());
    }
}

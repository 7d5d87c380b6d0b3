//! When to try again, and when it is no use.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);

/// Waits that double up to five seconds, and start anew once something worked.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// How long to wait before the next try. A wait that the server asked for is kept to.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.tries.min(10));
        self.tries += 1;
        asked.unwrap_or_default().max(doubled.min(LONGEST))
    }

    /// Tries since something worked.
    pub(crate) fn tries(&self) -> u32 {
        self.tries
    }

    /// Something worked.
    pub(crate) fn worked(&mut self) {
        self.tries = 0;
    }
}

/// Whether the same request can succeed later: the way broke or the server is busy or restarting,
/// as opposed to an answer that stays an answer.
pub(crate) fn is_passing(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::Cancelled | Code::DeadlineExceeded | Code::ResourceExhausted => {
            true
        }
        // What tonic makes of a connection that ended in the middle of a message.
        Code::Unknown | Code::Internal => {
            let message = status.message();
            ["h2", "transport", "connection", "broken pipe", "stream"]
                .iter()
                .any(|part| message.contains(part))
        }
        _ => false,
    }
}

/// How long the server asks to wait (`google.rpc.RetryInfo`).
pub(crate) fn asked_wait(status: &Status) -> Option<Duration> {
    status.get_details_retry_info().and_then(|info| info.retry_delay)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt as _};

    use super::{Backoff, asked_wait, is_passing};

    #[test]
    fn waits_double_up_to_a_limit_and_start_anew() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> = (0..7).map(|_| backoff.next(None).as_millis()).collect();
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 5000, 5000]);
        assert_eq!(backoff.tries(), 7);
        backoff.worked();
        assert_eq!(backoff.next(Some(Duration::from_secs(9))), Duration::from_secs(9));
    }

    #[test]
    fn answers_stay_answers() {
        for status in [
            Status::unavailable("restarting"),
            Status::unknown("h2 protocol error: error reading a body from connection"),
            Status::resource_exhausted("too many calls"),
        ] {
            assert!(is_passing(&status), "{status:?}");
        }
        for status in [
            Status::invalid_argument("odd byte count"),
            Status::aborted("SESSION_SUPERSEDED"),
            Status::out_of_range("RESUME_WINDOW_EXPIRED"),
            Status::unauthenticated(""),
            Status::internal("the store is full"),
        ] {
            assert!(!is_passing(&status), "{status:?}");
        }
    }

    #[test]
    fn the_server_says_how_long() {
        let details = ErrorDetails::with_retry_info(Some(Duration::from_secs(3)));
        let status = Status::with_error_details(Code::ResourceExhausted, "full", details);
        assert_eq!(asked_wait(&status), Some(Duration::from_secs(3)));
        assert_eq!(asked_wait(&Status::unavailable("")), None);
    }
}

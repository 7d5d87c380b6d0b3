//! Pages: sizes, and tokens that mean a place and not a number, so that a page does not move when
//! new calls come in.

use tonic::Status;

use crate::status::Reason;
use crate::store::CallPlace;

const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 1000;

/// How many to list: 0 is the default, more than the most is the most.
pub(super) fn page_size(asked: i32) -> Result<usize, Status> {
    match usize::try_from(asked) {
        Ok(0) => Ok(DEFAULT_SIZE),
        Ok(size) => Ok(size.min(MAX_SIZE)),
        Err(_) => Err(Reason::InvalidPage.status("page_size is negative")),
    }
}

/// A place in the list of calls.
pub(super) struct CallsToken;

impl CallsToken {
    pub(super) fn write(place: CallPlace, state: Option<i32>) -> String {
        seal(&format!("calls/{}/{}/{}", state.unwrap_or(0), place.start_us, place.number))
    }

    /// `None` for the first page.
    pub(super) fn parse(token: &str, state: Option<i32>) -> Result<Option<CallPlace>, Status> {
        if token.is_empty() {
            return Ok(None);
        }
        let text = unseal(token)?;
        let parts: Vec<&str> = text.split('/').collect();
        let ["calls", of_state, start_us, number] = parts.as_slice() else { return Err(wrong()) };
        if *of_state != state.unwrap_or(0).to_string() {
            return Err(Reason::InvalidPage.status("the page_token was given for another state"));
        }
        let read = |number: &str| number.parse().map_err(|_not_a_number| wrong());
        Ok(Some(CallPlace { start_us: read(start_us)?, number: read(number)? }))
    }
}

/// A place in the events of a call.
pub(super) struct EventsToken;

impl EventsToken {
    pub(super) fn write(call_id: &str, last: u64) -> String {
        seal(&format!("events/{last}/{call_id}"))
    }

    /// 0 for the first page.
    pub(super) fn parse(token: &str, call_id: &str) -> Result<u64, Status> {
        if token.is_empty() {
            return Ok(0);
        }
        let text = unseal(token)?;
        let rest = text.strip_prefix("events/").ok_or_else(wrong)?;
        let (last, of_call) = rest.split_once('/').ok_or_else(wrong)?;
        if of_call != call_id {
            return Err(Reason::InvalidPage.status("the page_token was given for another call"));
        }
        last.parse().map_err(|_not_a_number| wrong())
    }
}

fn wrong() -> Status {
    Reason::InvalidPage.status("page_token is not one that this server gave out")
}

/// In hexadecimal digits, so that nobody is tempted to write their own.
fn seal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unseal(token: &str) -> Result<String, Status> {
    let byte = |pair: &[u8]| {
        let digits = str::from_utf8(pair).ok().filter(|digits| digits.len() == 2)?;
        u8::from_str_radix(digits, 16).ok()
    };
    let bytes: Option<Vec<u8>> = token.as_bytes().chunks(2).map(byte).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_as_they_went_out() {
        let place = CallPlace { start_us: -5, number: 77 };
        let token = CallsToken::write(place, Some(3));
        assert_eq!(CallsToken::parse(&token, Some(3)).unwrap(), Some(place));
        assert!(CallsToken::parse(&token, None).is_err());
        let token = EventsToken::write("call-1", 9);
        assert_eq!(EventsToken::parse(&token, "call-1").unwrap(), 9);
        assert!(EventsToken::parse(&token, "call-2").is_err());
    }

    #[test]
    fn foreign_tokens_are_refused() {
        for token in ["x", "zz", "äö", "00", "6576656e74732f", "63616c6c732f302f782f79"] {
            assert!(CallsToken::parse(token, None).is_err(), "{token}");
            assert!(EventsToken::parse(token, "").is_err(), "{token}");
        }
    }

    #[test]
    fn sizes_are_held_in_bounds() {
        assert_eq!(page_size(0).unwrap(), 50);
        assert_eq!(page_size(7).unwrap(), 7);
        assert_eq!(page_size(i32::MAX).unwrap(), 1000);
        assert!(page_size(-1).is_err());
    }
}

//! Tokens for minutes, lent of one that lasts: what a web page gets to see of it.
//!
//! `lent.NAME.SCOPE.UNTIL.MAC`: the name of a token in the server's file, one scope that it has, the
//! second from which it opens nothing (Unix time), and the HMAC-SHA256 of everything before the last
//! dot in hexadecimal. Nothing has to be kept: the server knows its own again, after a restart, too.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use subtle::ConstantTimeEq;

use super::{Scope, Token, from_hex};
use crate::hmac;

/// The longest time that a token is lent for.
pub const LONGEST: Duration = Duration::from_secs(24 * 3600);

const MARK: &str = "lent.";

/// What lent tokens are signed with; never leaves the server.
#[derive(Clone)]
pub struct LendingKey(pub(crate) [u8; 32]);

impl fmt::Debug for LendingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LendingKey")
    }
}

impl LendingKey {
    /// Lends the token called `name` for one of its scopes; `until` is a Unix time in seconds.
    pub(super) fn lend(&self, name: &str, scope: Scope, until: u64) -> String {
        let signed = format!("{MARK}{name}.{scope}.{until}");
        let mac: String = self.mac(&signed).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{signed}.{mac}")
    }

    fn mac(&self, signed: &str) -> [u8; 32] {
        hmac::sha256(&self.0, signed.as_bytes())
    }
}

/// A token that says it was lent.
pub(super) struct Lent<'a> {
    pub(super) name: &'a str,
    pub(super) scope: Scope,
    until: u64,
    signed: &'a str,
    mac: [u8; 32],
}

impl<'a> Lent<'a> {
    /// `None` if it does not even look like one.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (signed, mac) = text.rsplit_once('.')?;
        // A name may have dots of its own.
        let mut fields = signed.strip_prefix(MARK)?.rsplitn(3, '.');
        let (until, scope, name) = (fields.next()?, fields.next()?, fields.next()?);
        let scope = Scope::ALL.into_iter().find(|known| known.key() == scope)?;
        Some(Self { name, scope, until: until.parse().ok()?, signed, mac: from_hex(mac)? })
    }

    /// Whether this server lent it of `token`, and it opens something at `now`.
    pub(super) fn check(
        &self,
        key: &LendingKey,
        token: &Token,
        now: SystemTime,
    ) -> Result<(), &'static str> {
        if !bool::from(key.mac(self.signed).ct_eq(&self.mac)) {
            Err("the lent token is not genuine")
        } else if self.until <= seconds(now) {
            Err("the lent token has run out; ask for a new one")
        } else if !token.opens(&[self.scope]) {
            Err("the token that this one was lent of has lost the scope")
        } else {
            Ok(())
        }
    }
}

/// Unix time.
pub(super) fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

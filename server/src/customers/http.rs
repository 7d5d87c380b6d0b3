//! Customers from a service of the house, asked over HTTP.

use std::time::Duration;

use attune_models::private::Private;
use serde::Deserialize;
use ureq::Agent;
use ureq::http::StatusCode;

use crate::config::CustomerSource;

use super::{Customer, CustomerError, Customers, customer};

/// Longest answer that is read.
const MAX_ANSWER: u64 = 64 * 1024;

/// A service that answers `GET` of an address with the caller key in it with
/// `{"tier": "A", "language": "de", "offers": ["fibre"]}`, all of it optional; 404 is nobody known.
#[derive(Debug)]
pub struct HttpCustomers {
    address: String,
    agent: Agent,
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    tier: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    offers: Vec<String>,
}

impl HttpCustomers {
    /// `address` is a URL with [`CustomerSource::KEY`] in its path or query; nothing is asked yet.
    pub fn new(address: &str, patience: Duration) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(patience))
            .user_agent(concat!("attune-server/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { address: address.to_owned(), agent: agent.into() }
    }
}

impl Customers for HttpCustomers {
    fn find(&self, caller_key: &Private<String>) -> Result<Option<Customer>, CustomerError> {
        let failed = |message: String| CustomerError::Service { message };
        let address = self.address.replace(CustomerSource::KEY, &encoded(caller_key.reveal()));
        // The error may repeat the address, and with it the key.
        let asked = self.agent.get(&address).call();
        let mut answer = asked.map_err(|_error| failed("does not answer".into()))?;
        match answer.status() {
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::OK => {}
            status => return Err(failed(format!("answers {status}"))),
        }
        let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_string();
        let body = body.map_err(|_error| failed("breaks off its answer".into()))?;
        let answer: Answer = serde_json::from_str(&body)
            .map_err(|error| failed(format!("answers what is no record: {error}")))?;
        let record = customer(&answer.tier, &answer.language, &answer.offers);
        record.map(Some).map_err(|why| failed(format!("answers a wrong record: {why}")))
    }
}

/// As a part of an address (RFC 3986): letters, digits and `-._~` stand for themselves.
fn encoded(key: &str) -> String {
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

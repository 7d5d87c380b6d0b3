//! What the house knows of a customer, asked when a call begins: a file, or the house's own service.
//!
//! The answer goes into the facts of the call, where the playbook's conditions find it. A call never
//! waits longer than the lookup's patience, and begins without an answer just as well.

mod file;
mod http;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use attune_models::facts::{CallFacts, Tier};
use attune_models::private::Private;
use attune_models::transcript::Language;

use crate::config::CustomerSource;

pub use self::file::FileCustomers;
pub use self::http::HttpCustomers;

/// A record of one customer. All of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Customer {
    /// How important to the house.
    pub tier: Option<Tier>,
    /// The language to speak.
    pub language: Option<Language>,
    /// Offers that the customer may be made: names of the house.
    pub offers: Vec<String>,
}

/// Why a lookup failed. Names neither key nor record.
#[derive(Debug, thiserror::Error)]
pub enum CustomerError {
    /// The file cannot be read.
    #[error("customers: {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line or an entry of it is wrong.
    #[error("customers: {message}")]
    Wrong {
        /// Where, what, and what would be right.
        message: String,
    },
    /// The service does not answer as it should.
    #[error("customers: the service {message}")]
    Service {
        /// What it did.
        message: String,
    },
}

/// Where customers are looked up. Blocking.
pub trait Customers: std::fmt::Debug + Send + Sync {
    /// The record under a caller key; `None` if there is none.
    ///
    /// # Errors
    /// When the source fails or what it says cannot be understood.
    fn find(&self, caller_key: &Private<String>) -> Result<Option<Customer>, CustomerError>;
}

/// The lookup of a server: where, and how long a call waits for it.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// Where.
    pub customers: Arc<dyn Customers>,
    /// How long.
    pub patience: Duration,
}

impl Lookup {
    /// From a setting.
    ///
    /// # Errors
    /// As [`FileCustomers::open`]; a service is not asked yet.
    pub fn open(source: &CustomerSource, patience: Duration) -> Result<Self, CustomerError> {
        let customers: Arc<dyn Customers> = match source {
            CustomerSource::File(path) => Arc::new(FileCustomers::open(path)?),
            CustomerSource::Service(address) => Arc::new(HttpCustomers::new(address, patience)),
        };
        Ok(Self { customers, patience })
    }

    /// The record of a caller; who is not found in time is nobody known.
    pub(crate) async fn look_up(&self, caller_key: &Private<String>) -> Customer {
        let (customers, key) = (Arc::clone(&self.customers), caller_key.clone());
        let asked = tokio::task::spawn_blocking(move || customers.find(&key));
        let failed = match tokio::time::timeout(self.patience, asked).await {
            Ok(Ok(Ok(found))) => return found.unwrap_or_default(),
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(_panicked)) => "the lookup failed by a fault of this server".to_owned(),
            Err(_elapsed) => {
                format!("customers: no answer within {} ms", self.patience.as_millis())
            }
        };
        metrics::counter!("attune_customer_lookups_failed_total").increment(1);
        tracing::warn!("{failed}; the call begins without the customer's record");
        Customer::default()
    }
}

/// Adds a record to what is known of a call. What the platform said stands.
pub(crate) fn add(facts: &mut CallFacts, customer: Customer) {
    facts.tier = facts.tier.or(customer.tier);
    facts.preferred_language = facts.preferred_language.or(customer.language);
    if facts.offers.is_empty() {
        facts.offers = customer.offers;
    }
}

/// A record from the words of a file or an answer; empty words say nothing.
fn customer(tier: &str, language: &str, offers: &[String]) -> Result<Customer, String> {
    use attune_models::category::Category;
    let tier = match tier {
        "" => None,
        tier => Some(Tier::from_key(tier).ok_or("tier is A, B or C")?),
    };
    let language = match language {
        "" => None,
        code => {
            let known = Language::ALL.iter().copied().find(|language| language.code() == code);
            Some(known.ok_or("language is one that the product reads, such as en")?)
        }
    };
    let offers = offers.iter().map(|offer| offer.trim().to_owned());
    Ok(Customer { tier, language, offers: offers.filter(|offer| !offer.is_empty()).collect() })
}

//! Flags for what is known of a call when it begins.

use attune_models::category::Category;
use attune_models::facts::{CallFacts, Tier};
use attune_models::profile::Carried;
use attune_models::transcript::Language;
use clap::Args;

/// What is known of the caller.
#[derive(Debug, Clone, Default, Args)]
pub struct FactsArgs {
    /// The customer's tier: A, B, C
    #[arg(long, value_name = "A|B|C", value_parser = tier)]
    tier: Option<Tier>,
    /// How many calls of this caller are on record
    #[arg(long, value_name = "NUMBER")]
    calls_before: Option<u32>,
    /// The language that the caller prefers
    #[arg(long, value_name = "CODE", value_parser = language)]
    preferred_language: Option<Language>,
    /// What the caller's last call was about: the id of an issue of the playbook
    #[arg(long, value_name = "ISSUE")]
    last_issue: Option<String>,
    /// The agent promised something in the caller's last call
    #[arg(long)]
    last_promised: bool,
    /// Offers that the customer's record names: fibre,mobile
    #[arg(long, value_name = "OFFER", value_delimiter = ',')]
    customer_offers: Vec<String>,
}

impl FactsArgs {
    /// As a session takes it.
    pub fn facts(&self) -> CallFacts {
        CallFacts {
            tier: self.tier,
            calls_before: self.calls_before,
            preferred_language: self.preferred_language,
            last_issue: self.last_issue.clone(),
            last_promised: self.last_promised.then_some(true),
            offers: self.customer_offers.clone(),
            carried: Carried::default(),
        }
    }
}

fn tier(text: &str) -> Result<Tier, String> {
    Tier::from_key(&text.to_uppercase()).ok_or_else(|| "write A, B or C".into())
}

fn language(code: &str) -> Result<Language, String> {
    Language::from_code(code)
        .ok_or_else(|| format!("write one of {}", Language::ALL.map(Language::code).join(", ")))
}

//! What is known of a call before anybody has spoken: who calls, as far as somebody looked it up.
//!
//! It enters a session when it begins and stands in the first event, so that a replay can be given the
//! same. What nobody looked up is not known; no note takes it for granted.

use std::fmt;

use crate::category::Category;
use crate::profile::Carried;
use crate::transcript::Language;

/// How important a customer is to the company, by the company's own measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The most important.
    A,
    /// In between.
    B,
    /// The rest.
    C,
}

impl Category for Tier {
    const ALL: &'static [Self] = &[Self::A, Self::B, Self::C];
    const NAME: &'static str = "customer_tier";

    fn key(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// The facts of one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallFacts {
    /// How important the customer is.
    pub tier: Option<Tier>,
    /// How many calls of this caller are on record.
    pub calls_before: Option<u32>,
    /// The language that the caller prefers.
    pub preferred_language: Option<Language>,
    /// What the last call was about: the id of an issue of the playbook.
    pub last_issue: Option<String>,
    /// Whether the agent promised something in the last call.
    pub last_promised: Option<bool>,
    /// Offers that the customer may be made: names of the house.
    pub offers: Vec<String>,
    /// What earlier calls have shown of the caller.
    pub carried: Carried,
}

impl CallFacts {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

//! Organisations: who has a credit code (or, as an authority, stands without).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an organisation is on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// Grows, buys or processes.
    Producer,
    /// Sells what others make.
    Seller,
    /// Holds a right.
    Holder,
    /// Prints labels.
    Printer,
    /// A bureau or office.
    Authority,
}

impl OrganisationKind {
    const WORDS: [(Self, &'static str); 5] = [
        (Self::Producer, "producer"),
        (Self::Seller, "seller"),
        (Self::Holder, "holder"),
        (Self::Printer, "printer"),
        (Self::Authority, "authority"),
    ];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(k, _)| *k == self).map_or("", |(_, w)| w)
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, w)| *w == word).map(|(k, _)| *k)
    }
}

/// What is asked of somebody who registers an organisation.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationInput {
    /// What it is.
    pub kind: OrganisationKind,
    /// Its registered name.
    pub name: String,
    /// 统一社会信用代码, 18 characters (GB 32100-2015). Authorities may stand without.
    #[serde(default)]
    pub credit_code: Option<String>,
    /// Where staff saw the code although its check character fails: document, date, who looked. Only the check characters can be overridden.
    #[serde(default)]
    pub credit_code_evidence: Option<String>,
    /// County where it is (GB/T 2260).
    pub division_code: String,
    /// How to reach it.
    #[serde(default)]
    pub contact: Option<String>,
}

/// How an organisation is to be reached from now on. Name and credit code are of its licence: with others it is another organisation.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationChange {
    /// How to reach it; an empty text takes away what is on record.
    pub contact: String,
}

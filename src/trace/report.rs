//! 检验报告: a laboratory's paper on record, and what it speaks of: one lot, a plot, or a season. A batch names the reports it shows;
//! what must be tested is the product's test plan.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::word::words;

words! {
    /// Who tested.
    ByWhom {
        /// The producer itself (自检).
        Own = "own",
        /// A laboratory on commission (委托检测).
        Commissioned = "commissioned",
        /// A laboratory with 检验检测资质, on commission.
        Accredited = "accredited",
    }
}

/// One thing tested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestItemInput {
    /// What was tested, 农药残留.
    pub item: String,
    /// 合格 | 不合格, or the figure.
    pub result: String,
    /// What it must not go beyond, `≤ 0.05 mg/kg`.
    #[serde(default)]
    pub bound: Option<String>,
}

/// A report as sent (contract §3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestReportInput {
    /// Whose; the actor's own organisation if it is not said.
    #[serde(default)]
    pub organisation_id: Option<String>,
    /// The product.
    pub product_id: String,
    /// `own`, `commissioned` or `accredited`.
    pub by_whom: String,
    /// `lot`, `plot` or `season`: what it speaks of.
    pub scope: String,
    /// The lot it speaks of; may be left out while the batch is not registered yet.
    #[serde(default)]
    pub batch_id: Option<String>,
    /// The plot it speaks of.
    #[serde(default)]
    pub plot_id: Option<String>,
    /// Such as 2026; that of the batch, or of the day, if it is not said.
    #[serde(default)]
    pub season: Option<String>,
    /// The laboratory.
    pub laboratory: String,
    /// Number of its accreditation (CMA, CNAS …); needed with `accredited`.
    #[serde(default)]
    pub accreditation: Option<String>,
    /// Number of the report, once a laboratory.
    pub report_no: String,
    /// Day on which the sample was taken.
    #[serde(default)]
    pub sampled_on: Option<String>,
    /// Day of the report.
    pub reported_on: String,
    /// Last day it is good for.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// SHA-256 of the report's file, 64 hexadecimal digits.
    #[serde(default)]
    pub file_sha256: Option<String>,
    /// What was tested.
    pub items: Vec<TestItemInput>,
}

/// What to look for among reports; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReportFilter {
    /// Of this organisation.
    pub organisation_id: Option<String>,
    /// Of this product.
    pub product_id: Option<String>,
    /// Of this season.
    pub season: Option<String>,
    /// Shown by this batch.
    pub batch_id: Option<String>,
    /// About this plot.
    pub plot_id: Option<String>,
}

/// A SHA-256 as it is kept: 64 lower-case hexadecimal digits.
pub fn read_sha256(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_has_64_digits() {
        assert_eq!(read_sha256(&"AB".repeat(32)), Some("ab".repeat(32)));
        for bad in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"a".repeat(65)] {
            assert_eq!(read_sha256(bad), None, "{bad}");
        }
    }
}

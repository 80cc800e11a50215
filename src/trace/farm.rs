//! 农事记录: what was used on a plot, how much, when, and how many days must pass until the next harvest (安全间隔期).
//!
//! Records are kept for two years at least (农产品质量安全法 27) and are mostly typed from a notebook, so a sheet of them is taken
//! whole or not at all, with every fault of every row at once ([`sheet`]).

pub mod sheet;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::word::words;

words! {
    /// What was used.
    FarmKind {
        /// 农药
        Pesticide = "pesticide",
        /// 肥料
        Fertiliser = "fertiliser",
        /// 其他
        Other = "other",
    }
}

/// The longest safety interval taken, in days.
pub const LONGEST_INTERVAL: i64 = 400;

/// Farm work as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FarmRecordInput {
    /// On which plot.
    pub plot_id: String,
    /// `pesticide` 农药, `fertiliser` 肥料 or `other`.
    pub kind: String,
    /// What was used, 吡虫啉.
    pub input_name: String,
    /// Its registration number, PD20183456.
    #[serde(default)]
    pub registration_no: Option<String>,
    /// How much, `2000 倍液`, `40 kg/亩`.
    #[serde(default)]
    pub dose: Option<String>,
    /// 安全间隔期: days until the next harvest.
    #[serde(default)]
    pub interval_days: Option<i64>,
    /// Who did it.
    #[serde(default)]
    pub worker: Option<String>,
    /// When.
    pub done_on: String,
    /// Why it is written down more than 7 days later.
    #[serde(default)]
    pub late_reason: Option<String>,
}

/// A sheet of farm work, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FarmSheetInput {
    /// The sheet, its first line naming the columns; parted by commas or tabs.
    pub csv: String,
    /// Why it is written down late, for every row that says nothing itself.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// Only look, change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What to look for among farm work; every field narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FarmFilter {
    /// On this plot.
    pub plot_id: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
}

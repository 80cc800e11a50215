//! Tables of the supervision.

pub mod alert;
pub mod alert_facts;
pub mod alert_sums;
pub mod case;

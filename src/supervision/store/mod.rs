//! Tables of the supervision.

pub mod alert;
pub mod alert_facts;
pub mod alert_goods;
pub mod alert_sums;
pub mod audit;
pub mod case;
pub mod evidence;
pub mod feedback;
pub mod inspection;
pub mod listing;
pub mod listing_facts;
pub mod rectification;
pub mod risk;
pub mod unknown;
pub mod weekly;

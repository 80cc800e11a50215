//! Tables of the supervision.

pub mod case;
pub mod listing;
pub mod listing_facts;

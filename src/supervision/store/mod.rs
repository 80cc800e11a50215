//! Tables of the supervision.

pub mod case;
pub mod inspection;
pub mod listing;
pub mod rectification;

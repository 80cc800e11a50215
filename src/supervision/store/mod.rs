//! Tables of the supervision.

pub mod case;
pub mod feedback;
pub mod listing;
pub mod rectification;

//! Tables of the supervision.

pub mod case;
pub mod inspection;
pub mod rectification;

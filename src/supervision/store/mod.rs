//! Tables of the supervision.

pub mod case;
pub mod unknown;

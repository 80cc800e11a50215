//! Tables of the supervision.

pub mod case;

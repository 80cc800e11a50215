//! Tables of the supervision.

pub mod audit;
pub mod case;
pub mod evidence;
pub mod listing;
pub mod rectification;

//! Reading, one file per noun; every query starts from a scope.

pub mod code;
pub mod order;

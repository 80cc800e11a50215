//! Pools, draws, inspections, rectification.

crate::step!("m0018_inspections", &[]);

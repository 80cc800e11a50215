//! Figures for the people in charge.

crate::step!("m0020_figures", &[]);

//! Imports: staged rows and what became of them.

crate::step!("m0010_sheets", &[]);

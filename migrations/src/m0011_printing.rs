//! Printing houses, label designs, sealed packs and their one-time links.

crate::step!("m0011_printing", &[]);

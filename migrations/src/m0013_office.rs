//! Conflicts of interest, dated settings, dictionaries, publicity of season plans.

crate::step!("m0013_office", &[]);

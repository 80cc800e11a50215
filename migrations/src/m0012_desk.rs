//! Drafts and notices.

crate::step!("m0012_desk", &[]);

//! Feedback and what follows from it.

crate::step!("m0019_feedback", &[]);

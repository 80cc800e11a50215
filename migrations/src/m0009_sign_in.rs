//! Second factors, invitations, tokens of programs, what became of sign-ins.

crate::step!("m0009_sign_in", &[]);

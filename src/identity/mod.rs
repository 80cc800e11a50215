//! Who is who: organisations with their credit codes, accounts, dated roles with a scope, sign-ins.
//!
//! Owns `organisation`, `account`, `role_grant`, `session`, and what lies around signing in: guards, second factors, invitations, tokens. A grant is account × role × scope × days; the table in [`role`] says
//! which permissions a role carries, and [`queries::SignedIn::acting`] turns a permission into an actor with the scope it reaches.
//! A role is proposed by one security administrator and confirmed by another; the three administrators of 等保 are never one hand.
//! Never does: decide what somebody may see of a slice (the slice's queries start from the scope), keep a password or a token.

pub mod commands;
pub mod conflict;
pub mod credit_code;
pub mod draft;
pub mod factor;
pub mod members;
pub mod notice;
pub mod officer;
pub mod organisation;
pub mod password;
pub mod profile;
pub mod queries;
pub mod role;
pub mod session;
pub mod sign_in;
pub mod store;
pub mod vault;

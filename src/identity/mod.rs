//! Who takes part: organisations under their credit code (统一社会信用代码), accounts, roles and dated grants.
//!
//! An organisation is told apart by its [`credit_code::CreditCode`] and nothing else: names change, are shortened and
//! repeat. A code is read and explained, never silently “fixed”: what a person wrote is narrowed and upper-cased, the
//! check characters are computed, and a code that fails is refused with the character that would be right. Staff may
//! accept a failing check character on evidence; a wrong length or a foreign character never.

pub mod credit_code;

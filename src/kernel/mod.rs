//! The words every room shares: ids, time, chance, quantities, text, who acts, and how a refusal is said.
//!
//! The kernel knows no table, no page and no rule of the trade. Everything here is plain data and pure
//! functions, except [`clock::Clock`] and [`random::Random`], the only places where the present moment and
//! chance enter the program.

pub mod actor;
pub mod clock;
pub mod crockford;
pub mod day;
pub mod failure;
pub mod ids;
pub mod quantity;
pub mod random;
pub mod term;
pub mod text;

pub use actor::{Actor, Desk, Scope};
pub use clock::{Clock, Millis};
pub use day::Day;
pub use failure::{Failure, FailureKind, FieldProblem};
pub use random::Random;

/// What every command answers: a value, or a [`Failure`] made for people.
pub type Outcome<T> = Result<T, Failure>;

//! Traceability: the codes on labels, the account that must balance, and what a scan may say.
//!
//! A code order is one row that stands for up to 16,777,216 codes; each code is computed from the order's key and
//! its place in the order ([`cipher`]), read back the same way, and protected against mistyping by a check character
//! ([`code`]). A code gets a row of its own only when something happens to it. Keys are kept wrapped under a master
//! key that lives outside the database ([`keys`]); the scratch PIN under a label's covering is computed, never stored
//! ([`pin`]). The words on its labels are pinned at issue ([`label`]).
//!
//! What a valid code is, is decided by what was issued: whoever learns an order's key can copy its codes, not add any.
//! This room never says that goods are genuine; it says what was registered.

pub mod account;
pub mod batch;
pub mod carton;
pub mod certificate;
pub mod check;
pub mod cipher;
pub mod code;
pub mod commands;
pub mod declaration;
pub mod delivery;
pub mod delivery_void;
pub mod farm;
pub mod goods;
pub mod hand_over;
pub mod history;
pub mod issued;
pub mod keys;
pub mod kind;
pub mod label;
pub mod late;
pub mod measure;
pub mod nesting;
pub mod order;
pub mod pack;
pub mod paper;
pub mod pin;
pub mod place;
pub mod plan;
pub mod process;
pub mod queries;
pub mod range;
pub mod recall;
pub mod record;
pub mod replay;
pub mod report;
pub mod roll;
pub mod scan;
pub mod seizure;
pub mod shipment;
pub mod slip;
pub mod stop;
pub mod store;
pub mod verdict;
pub mod visitor;
mod word;

pub use cipher::CodeCipher;
pub use code::{Code, Locator, Mistyped, Suite};
pub use issued::IssuedOrder;
pub use keys::OrderKey;
pub use kind::CodeKind;
pub(crate) use word::words;

pub use label::{LabelFacts, LabelPin, LabelText};

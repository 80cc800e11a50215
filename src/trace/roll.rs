//! How people name a label of a roll: by its sequence number, or by the code on it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::Code;
use super::issued::IssuedOrder;
use crate::kernel::{Failure, Outcome, text};

/// A label: its sequence number (1 to the order's count), or the code on it.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Label {
    /// A sequence number.
    Sequence(i64),
    /// A code as people type it, or a sequence number as text.
    Text(String),
}

impl Label {
    /// Is it a code, not a number?
    pub fn is_code(&self) -> bool {
        matches!(self, Self::Text(typed) if Code::parse(typed).is_ok())
    }
    /// What was typed, unless it is a sequence number.
    pub fn typed_code(&self) -> Option<&str> {
        let Self::Text(typed) = self else { return None };
        let plain = text::identifier(typed);
        let number = (1..=8).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_digit());
        (!number).then_some(typed.as_str())
    }
    /// The sequence number it stands for in an order. A number is not held against the order's count here.
    ///
    /// # Errors
    /// At `pointer`: `mistyped_code`, `foreign_code` (of another order: rolls get mixed up), `unknown_code` (never issued).
    pub fn sequence(&self, order: &IssuedOrder, pointer: &str) -> Outcome<i64> {
        let typed = match self {
            Self::Sequence(sequence) => return Ok(*sequence),
            Self::Text(typed) => typed,
        };
        let plain = text::identifier(typed);
        if (1..=8).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_digit()) {
            return plain.parse().map_err(Failure::broken);
        }
        let refuse = |code| Failure::field(pointer, code).with("value", text::clean(typed));
        let code = Code::parse(typed).map_err(|_| refuse("mistyped_code"))?;
        if code.locator() != order.locator || code.suite() != Some(order.suite) {
            return Err(refuse("foreign_code").with("order_no", order.order_no));
        }
        order.sequence_of(&code).ok_or_else(|| refuse("unknown_code"))
    }
}

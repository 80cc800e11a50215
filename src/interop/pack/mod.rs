//! The files a printing house is given for a code order, or for a stretch of it: `codes.csv`, `codes.txt`,
//! `labels.zip`, `manifest.json` and `pins.csv`.
//!
//! Each is written to any [`Write`] as it is computed, with memory that does not grow with the order, and comes out byte
//! for byte the same whenever it is asked for: a [`Printable`] is made of what the order pinned at issue and nothing
//! else. Columns, line ends and names are a promise to printers' machines; a test holds digests of all files.

mod labels;
mod lists;
mod manifest;
mod sealed;

use std::io;

pub use self::labels::{LABELS_PER_FILE, LabelFormat};
pub use self::lists::{CODES_COLUMNS, PINS_COLUMNS};
pub use self::sealed::{NOTES, trial_code};
use super::qr::{BaseUrlTrouble, PrintedBase};
use crate::trace::cipher::MOST_CODES;
use crate::trace::pin::PinKey;
use crate::trace::{Code, CodeCipher, CodeKind, LabelText, Locator, OrderKey, Suite};

/// All that the printed files of an order depend on.
#[derive(Debug, Clone)]
pub struct Printable {
    /// The order's id, `ord_…`.
    pub order_id: String,
    /// The order's number.
    pub order_no: i64,
    /// The base URL pinned at issue, such as `https://gi.example.cn`.
    pub base_url: String,
    /// Which cipher.
    pub suite: Suite,
    /// The order's locator.
    pub locator: Locator,
    /// The order's key, unwrapped.
    pub key: OrderKey,
    /// How many codes it has, 1 to 2^24.
    pub count: u32,
    /// What the codes are for.
    pub kind: CodeKind,
    /// Were scratch PINs ordered?
    pub with_pin: bool,
    /// The words on the labels, pinned at issue.
    pub label: LabelText,
}

/// Why a file can't be made.
#[derive(Debug, thiserror::Error)]
pub enum PackTrouble {
    /// The base URL can't be printed.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlTrouble),
    /// The order's count is 0 or above 2^24.
    #[error("an order has 1 to 16777216 codes")]
    Count,
    /// The stretch is empty, reversed or outside the order.
    #[error("the sequence numbers {first} to {last} are not a stretch of this order")]
    Stretch {
        /// As asked.
        first: u32,
        /// As asked.
        last: u32,
    },
    /// The order has no scratch PINs.
    #[error("this order has no scratch PINs")]
    NoPins,
    /// The receiver went away, or could not take it.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// An order, or a stretch of it, ready to be written.
#[derive(Debug)]
pub struct Pack<'a> {
    order: &'a Printable,
    base: PrintedBase,
    cipher: CodeCipher,
    first: u32,
    last: u32,
}

impl<'a> Pack<'a> {
    /// The whole order.
    pub fn new(order: &'a Printable) -> Result<Self, PackTrouble> {
        if !(1..=MOST_CODES).contains(&order.count) {
            return Err(PackTrouble::Count);
        }
        let base = PrintedBase::new(&order.base_url)?;
        let cipher = CodeCipher::new(order.key.as_bytes(), order.suite, order.locator);
        Ok(Self { order, base, cipher, first: 1, last: order.count })
    }
    /// Only the sequence numbers `first` to `last`, both included.
    pub fn stretch(self, first: u32, last: u32) -> Result<Self, PackTrouble> {
        if first < 1 || last < first || last > self.order.count {
            return Err(PackTrouble::Stretch { first, last });
        }
        Ok(Self { first, last, ..self })
    }
    /// How many codes it has.
    pub const fn count(&self) -> u32 {
        self.last - self.first + 1
    }
    /// Sequence number and code, in order.
    fn each(&self) -> impl Iterator<Item = (u32, Code)> {
        (self.first..=self.last).map(|sequence| (sequence, self.cipher.code(sequence - 1)))
    }
    fn pins(&self) -> Result<PinKey, PackTrouble> {
        if self.order.with_pin { Ok(PinKey::new(self.order.key.as_bytes())) } else { Err(PackTrouble::NoPins) }
    }
}

#[cfg(test)]
mod tests;

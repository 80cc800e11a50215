//! Stickers: labels printed at the producer's own table, many on an A4 sheet ([`Sheet`], [`Stickers::pdf`]) or one by one on a thermal printer
//! ([`Stickers::zpl`]). What stands where on a label is composed once an order ([`compose`]); all lengths are in micrometres.
//!
//! The special mark (专用标志) is the State's drawing and is not drawn here: for its user a framed place is kept free where it is pasted or
//! printed, with the credit code and the right's number under it as GB/T 17924 asks.

mod compose;
mod paper;
mod print;
mod raster;
mod zpl;

pub use self::compose::{Composed, Kit};
pub use self::paper::{PAPER, PRESETS, Sheet};
pub use self::print::{Run, Stickers};
pub use self::zpl::Dpi;

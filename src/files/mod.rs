//! Files people upload: photographs, reports, slips, evidence.
//!
//! The bytes lie in a directory, named by their SHA-256 (`files/aa/{sha256}`); the row that says what they are for lies in the database.
//! Order: bytes are written and synced first ([`Shelf::keep`]), then the act's own transaction records the row ([`attach`]) and puts the
//! SHA-256 into its event. A crash between the two leaves bytes nobody names, which [`Shelf::sweep`] removes.
//!
//! Originals stay bit for bit and are sent only as attachments. What a page shows of a picture is a copy decoded within limits, turned
//! upright, made small and encoded again, so that nothing but the picture is left of it (no place, no device).

mod form;
mod room;
mod shelf;
pub mod store;
mod view;

pub use form::{Incoming, Media, decoded, reduced};
pub use room::{LEAST, room};
pub use shelf::{Kept, Shelf};
pub use store::{About, FileRow, Purpose, attach};
pub use view::{FileView, of, one, one_of, rows};

/// The most bytes of one file: 10 MiB, what a phone's photograph takes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// The most bytes of one original kept as evidence, whatever it is: a recording of a few minutes.
pub const MOST_ORIGINAL: usize = 40 * 1024 * 1024;

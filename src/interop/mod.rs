//! Formats at the edge of the platform, in both directions. Everything here turns plain values into bytes, or bytes
//! into plain values; it knows no request, and only the intake of sheets ([`intake`]) has tables: rows wait there until somebody has looked at them.
//!
//! What is printed is made here: the QR symbol ([`qr`]), the label around it ([`label`]) and the files a printing house
//! is given ([`pack`]), and the stickers a producer prints itself ([`sticker`], in the letters of a [`font`], as [`pdf`]). They are streamed with constant memory and come out byte for byte the same for ever, because
//! paper can't be corrected: whatever goes into them is pinned with the order at issue, and no clock, chance, setting
//! or word list is asked afterwards. What was printed comes back as photographs ([`picture`]).

pub mod font;
pub mod intake;
pub mod label;
pub mod notes;
pub mod orders;
pub mod pack;
pub mod pdf;
pub mod picture;
pub mod qr;
pub mod sheet;
pub mod sticker;

//! Every page as a pure function: plain data in, HTML text out. No page reads a database, a clock or a request.
//!
//! `consumer` is what a scan answers: no script, no inline style attribute, one small style sheet inside the page, at most
//! 14,336 bytes. `portal` is the public face. `staff` is the frame of signed-in pages. Foreign text is escaped by the
//! templates; nothing here marks foreign text as safe.

pub mod consumer;
pub mod portal;
pub mod promotion;
pub mod site;
pub mod staff;
pub mod style;

pub use site::Site;

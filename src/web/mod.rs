//! The only room that speaks HTTP and HTML. Pages are pure functions from plain data to text; the router gives them the data.

pub mod pages;
pub mod words;

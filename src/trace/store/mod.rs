//! The only files of this room that know tables, one per noun.

pub(crate) mod scan;

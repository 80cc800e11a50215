//! The register: what is protected, where, under which right, by which paper, and who may use it. Facts, not processes.
//!
//! A [`product`] carries several [`right`]s, each with its own number, date, area, holder and status; only a registered right
//! lets batches rely on it. A number, a date and a status each keep their source and how sure it is ([`fact`]): what is not known
//! stays empty and is never guessed. An area is a dated list of places as the announcement named them ([`division`], [`area`]), plus
//! an optional boundary in WGS-84 ([`geometry`]). A [`plot`] has an interval, a [`mark_use`] has intervals: every question is asked of a day.
//!
//! It never invents a permission, never sums findings of different kinds, and never shows a pending right as protected.

pub mod announcement;
pub mod area;
pub mod commands;
pub mod division;
pub mod facility;
pub mod fact;
pub mod geometry;
pub mod gtin;
pub mod interval;
pub mod mark_use;
pub mod plot;
pub mod product;
pub mod queries;
pub mod right;
pub mod search;
pub mod seed;
pub mod setting;
pub mod store;

#[cfg(test)]
pub(crate) mod words;

//! 燕赵: a geographical-indication registry and traceability platform. Land → approved output → batch → code → scan,
//! in one account that must balance. `ARCHITECTURE.md` walks through it; arrows between rooms point one way.

rust_i18n::i18n!("assets/words", fallback = "zh-CN");

pub mod backup;
pub mod cli;
pub mod config;
pub mod cultivation;
pub mod db;
pub mod demo;
pub mod entity;
pub mod files;
pub mod identity;
pub mod interop;
pub mod jobs;
pub mod kernel;
pub mod ledger;
pub mod node;
pub mod promotion;
pub mod registry;
pub mod run;
pub mod supervision;
pub mod trace;
pub mod trade;
pub mod web;

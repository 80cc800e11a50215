//! 服务平台: how names come to be protected and used. Here: the application for the use of a mark ([`mark_use_application`] draws its
//! way) and the yearly report of mark use ([`annual_report`]); leads, applications for protection and nurture projects have their place here too.
//!
//! The program invents no permit (行政许可法 17): each step records what a competent person decided, with day and document, and none is
//! taken by itself. Approving an application grants the mark use in the same transaction.

pub mod annual_report;
pub mod commands;
pub mod mark_use_application;
pub mod queries;
pub mod store;

//! 长效监管: what officers do about goods in trade. Here: stopping labels (停用), recalling batches (追回 of fresh produce, 召回 of food)
//! and seizing them (先行登记保存, 查封, 扣押; [`crate::trace::seizure`] draws its states).
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> proposed: one officer, with a document number
//!     proposed --> in_force: another officer
//!     proposed --> dropped
//!     in_force --> lift_proposed: one officer
//!     lift_proposed --> lifted: another officer
//!     lift_proposed --> in_force: withdrawn
//! ```
//! The facts lie in `trace`, where the next scan reads them; the process lies here. Officers act where they are competent: the producer
//! lies in their division, or the product's counties do; a whole product only where all of its counties do. Nothing is ever deleted: what was
//! lifted is shown for 90 days. It never acts by itself: rules may propose, only persons decide.

pub mod abnormal;
pub mod alert;
pub mod audit;
pub mod balance;
pub mod board;
pub mod case;
pub mod cases;
pub mod checklist;
pub mod commands;
pub mod competence;
pub mod draw;
pub mod draws;
pub mod evidence;
pub mod feedback;
pub mod findings;
pub mod firms;
pub mod inbox;
pub mod inspection;
pub mod inspections;
pub mod listing;
pub mod lookup;
pub mod queries;
pub mod recipients;
pub mod rectification;
pub mod rectifications;
pub mod risk;
pub mod scoring;
pub mod seizures;
pub mod store;
pub mod week;
pub mod weekly;
mod word;

//! 商品核验, the half of the rules: what a listing says, held against the register, authorisations, shipments and order exports. Pure but for its
//! tables. A finding is a question for a person, never a judgement: kinds are never summed, and a listing without one reads 本次未发现问题.
//!
//! ```text
//! capture ─▶ name (is a protected name used, and how?) ─┐
//! register, mark uses, authorisations, shipments ───────┼─▶ judge ─▶ findings, each with its rule, its kind and its figures
//! order exports, two captures ──────────────────────────┘
//! ```
//! Law behind the kinds: 商标法 59 (73 of 2027) fair use of place names; 地理标志产品保护办法 on 专用标志; domain.md §5.

pub mod claim;
pub mod figure;
pub mod finding;
pub mod fold;
pub mod judge;
pub mod name;
pub mod origin;
pub mod rule;

//! `/api/v1`: one file per noun, the path in the tree is the path in the address. Handlers turn a request into a command or a query
//! and its answer into JSON; they decide nothing.

mod accounts;
mod describe;
mod organisations;
mod sessions;

use super::route::{Access, Route};

pub use describe::openapi;

/// Sign-in, accounts, roles, organisations, the API's own description.
pub fn house() -> Vec<Route> {
    [sessions::routes(), accounts::routes(), organisations::routes(), describe::routes()].into_iter().flatten().collect()
}
const PUBLIC: Access = Access::Public;

/// Why something is done, in plain words.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In plain words.
    pub reason: String,
}

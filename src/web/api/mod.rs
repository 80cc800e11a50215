//! `/api/v1`: one file per noun, the path in the tree is the path in the address. Handlers turn a request into a command or a query
//! and its answer into JSON; they decide nothing.

/// The forms most handlers take, so that a file of handlers shows only what differs.
///
/// `listed!(handler, Filter, View, query)` one page of what the actor's scope reaches; `shown!(handler, View, query)` one of them;
/// `decided!(handler, command)` an act on one thing that says nothing more; `reasoned!(handler, command)` one with a reason;
/// `changed_by!(handler, Input, command)` one with an input and whatever else the command wants; `=> View` behind these two shows its row as a view; `made_by!(handler, Input, noun, command)` something new.
macro_rules! listed {
    ($handler:ident, $filter:ty, $view:ty, $query:ident) => {
        async fn $handler(State(app): State<App>, By(actor): By, listing: Listing<$filter>) -> Result<Json<Page<$view>>, Refusal> {
            let (items, next_cursor) = $query(&app.db, &actor, &listing.filter, listing.cursor.as_deref(), Some(listing.limit)).await?;
            Ok(Json(Page { items, next_cursor }))
        }
    };
}
macro_rules! shown {
    ($handler:ident, $view:ty, $query:ident) => {
        async fn $handler(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<$view>, Refusal> {
            Ok(Json($query(&app.db, &actor, &id).await?))
        }
    };
}
macro_rules! decided {
    ($handler:ident, $command:ident $(=> $view:ty)?) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, _| {
                let id = id.clone();
                changed(async move { $command(tx, &desk, &id).await$(.map(<$view>::from))? })
            })
            .await
        }
    };
}
macro_rules! reasoned {
    ($handler:ident, $command:ident) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<super::Reason>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, input| {
                let id = id.clone();
                changed(async move { $command(tx, &desk, &id, &input.reason).await })
            })
            .await
        }
    };
}
macro_rules! changed_by {
    ($handler:ident, $input:ty, $command:ident $(, $more:expr)* $(=> $view:ty)?) => {
        async fn $handler(State(app): State<App>, Path(id): Path<String>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, move |tx, desk, input| {
                let id = id.clone();
                changed(async move { $command(tx, &desk, &id, &input $(, $more)*).await$(.map(<$view>::from))? })
            })
            .await
        }
    };
}
macro_rules! made_by {
    ($handler:ident, $input:ty, $noun:literal, $command:ident) => {
        async fn $handler(State(app): State<App>, posted: Posted<$input>) -> Result<Response, Refusal> {
            act(&app, posted, |tx, desk, input| made($noun, async move { $command(tx, &desk, &input).await })).await
        }
    };
}

mod accounts;
mod alerts;
mod annual_reports;
mod audit;
mod audits;
mod batches;
mod cases;
mod codes;
mod describe;
mod downloads;
mod evidence;
mod farm;
mod feedback;
mod figures;
mod inspections;
mod levels;
mod mark_use_applications;
mod me;
mod office;
mod organisations;
mod past;
mod people;
mod printing;
mod processes;
mod product_words;
mod quantity;
mod rectifications;
mod register;
mod seizures;
mod sessions;
mod shipments;
mod stickers;
mod stories;
mod supervision;
mod trade;

pub(super) use downloads::{attachment, to_print};

use super::route::{Access, Route};

pub use describe::openapi;

/// Sign-in, accounts, roles, organisations, the API's own description.
pub fn house() -> Vec<Route> {
    [sessions::routes(), me::routes(), accounts::routes(), audit::routes(), organisations::routes(), describe::routes()]
        .into_iter()
        .flatten()
        .collect()
}
/// Facts.
pub fn register() -> Vec<Route> {
    [register::routes(), product_words::routes(), mark_use_applications::routes(), annual_reports::routes(), stories::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// Season accounts to batches, and what people write down late, on paper, or say of it.
pub fn quantity() -> Vec<Route> {
    [
        quantity::routes(),
        batches::routes(),
        processes::routes(),
        shipments::routes(),
        farm::routes(),
        people::routes(),
        past::routes(),
        office::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Orders to labels, and scans by programs.
pub fn codes() -> Vec<Route> {
    [codes::routes(), levels::routes(), downloads::routes(), stickers::routes(), printing::routes()].into_iter().flatten().collect()
}

/// Stops, recalls and seizures; inspections and orders to mend; sellers and listings.
pub fn supervision() -> Vec<Route> {
    [
        supervision::routes(),
        seizures::routes(),
        trade::routes(),
        alerts::routes(),
        feedback::routes(),
        figures::routes(),
        inspections::routes(),
        rectifications::routes(),
        audits::routes(),
        evidence::routes(),
        cases::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const PUBLIC: Access = Access::Public;

/// Why something is done, in plain words.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In plain words.
    pub reason: String,
}

//! `/api/v1/audit-events`: the ledger for whoever audits it.

use axum::Json;
use axum::extract::State;
use axum::response::Response;

use super::super::app::App;
use super::super::audit::{ASKS, AuditAsked, EventView, export};
use super::super::body::{Asked, Page};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission as P;

pub(super) fn routes() -> Vec<Route> {
    let read = Access::Needs(P::AuditRead);
    vec![
        Route::get("/api/v1/audit-events", read, list)
            .says("What happened, newest first, or a sample by seed")
            .lists::<EventView>()
            .asks(ASKS),
        Route::get("/api/v1/audit-events/export", read, whole)
            .says("What happened with its proofs against a signed checkpoint, as json or csv (format)")
            .asks(ASKS)
            .sends("application/json"),
    ]
}

async fn list(State(app): State<App>, who: SignedIn, Asked(asked): Asked<AuditAsked>) -> Result<Json<Page<EventView>>, Refusal> {
    let (rows, next_cursor) = asked.rows(&app, &who, 50).await?;
    Ok(Json(Page { items: rows.iter().map(EventView::from).collect(), next_cursor }))
}

async fn whole(State(app): State<App>, who: SignedIn, Asked(asked): Asked<AuditAsked>) -> Result<Response, Refusal> {
    export(&app, &who, &asked).await
}

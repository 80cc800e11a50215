//! `/api/v1/organisations`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{Done, act, changed};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Page, Posted};
use super::super::failure::Refusal;
use super::super::link;
use super::super::route::{Access, Route};
use crate::identity::commands;
use crate::identity::commands::change::change_organisation;
use crate::identity::organisation::{OrganisationChange, OrganisationInput};
use crate::identity::queries;
use crate::identity::role::Permission;
use crate::identity::store::{self, OrganisationFilter, OrganisationRow};
use crate::kernel::{Failure, clock};

/// An organisation as its readers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationView {
    /// `org_…`
    pub id: String,
    /// producer | seller | holder | printer | authority
    pub kind: String,
    /// Registered name.
    pub name: String,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
    /// Set where staff accepted a code whose check character fails.
    pub credit_code_evidence: Option<String>,
    /// County (GB/T 2260).
    pub division_code: String,
    /// active
    pub state: String,
    /// Demonstration data.
    pub demo: bool,
    /// RFC 3339.
    pub registered_at: String,
}

impl From<OrganisationRow> for OrganisationView {
    fn from(row: OrganisationRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            credit_code: row.credit_code,
            credit_code_evidence: row.credit_code_evidence,
            division_code: row.division_code,
            state: row.state,
            demo: row.demo,
            registered_at: clock::rfc3339(row.registered_at),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    kind: Option<String>,
    q: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let (read, register) = (Access::Needs(Permission::OrganisationRead), Access::Needs(Permission::OrganisationRegister));
    vec![
        Route::get("/api/v1/organisations", read, list)
            .says("Organisations in reach")
            .asks(&[("kind", "producer, seller, holder, printer or authority"), ("q", "part of the name, or how the credit code begins")])
            .lists::<OrganisationView>(),
        Route::post("/api/v1/organisations", register, create)
            .says("Register an organisation")
            .takes::<OrganisationInput>()
            .answers::<OrganisationView>(201),
        Route::get("/api/v1/organisations/{id}", read, one).says("One organisation").answers::<OrganisationView>(200),
        Route::post("/api/v1/organisations/{id}/change", Access::Needs(Permission::OrganisationChange), change)
            .says("Change how an organisation is reached")
            .takes::<OrganisationChange>()
            .answers::<OrganisationView>(200),
    ]
}

async fn list(State(app): State<App>, By(actor): By, listing: Listing<Filter>) -> Result<Json<Page<OrganisationView>>, Refusal> {
    let words = listing.filter.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    let filter = OrganisationFilter { kind: listing.filter.kind, words };
    let (rows, next_cursor) = queries::organisations_found(&app.db, &actor, &filter, listing.cursor.as_deref(), listing.limit).await?;
    Ok(Json(Page { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}

async fn one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<OrganisationView>, Refusal> {
    let row = store::organisation(app.db.reader(), &id).await?;
    if !actor.scope.reaches_organisation(&row.id, Some(&row.division_code)) {
        return Err(Failure::not_found().into());
    }
    Ok(Json(row.into()))
}

async fn change(State(app): State<App>, Path(id): Path<String>, posted: Posted<OrganisationChange>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        changed(async move { Ok(OrganisationView::from(change_organisation(tx, &desk, &id, &input).await?)) })
    })
    .await
}

async fn create(State(app): State<App>, posted: Posted<OrganisationInput>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        Box::pin(async move {
            let row = commands::register_organisation(tx, &desk, &input, false).await?;
            Done::created(link::api("organisations", &row.id), &OrganisationView::from(row))
        })
    })
    .await
}

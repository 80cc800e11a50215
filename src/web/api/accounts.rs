//! `/api/v1/accounts` and `/api/v1/role-grants`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::{Asked, Nothing, Page, Paging, Posted};
use super::super::failure::Refusal;
use super::super::link;
use super::super::route::{Access, Route};
use super::Reason;
use crate::identity::commands::{self, AccountInput, GrantInput};
use crate::identity::password;
use crate::identity::profile::judge;
use crate::identity::queries;
use crate::identity::role::{Permission, Role, ScopeKind};
use crate::identity::store::{self, AccountRow, GrantRow};
use crate::kernel::{Day, Failure, clock};

/// Somebody to be given an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Sign-in name.
    pub account: String,
    /// How the person is shown.
    pub display_name: String,
    /// First password, which has to be changed at the first sign-in.
    pub password: String,
    /// Organisation.
    #[serde(default)]
    pub organisation_id: Option<String>,
    /// Grower whose own view it is.
    #[serde(default)]
    pub grower_id: Option<String>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// `acc_…`
    pub id: String,
    /// Sign-in name.
    pub account: String,
    /// How the person is shown.
    pub display_name: String,
    /// Organisation.
    pub organisation_id: Option<String>,
    /// active | disabled | left
    pub state: String,
    /// RFC 3339.
    pub created_at: String,
}

impl From<AccountRow> for AccountView {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            account: row.name,
            display_name: row.display_name,
            organisation_id: row.organisation_id,
            state: row.state,
            created_at: clock::rfc3339(row.created_at),
        }
    }
}

/// A role to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    /// `acc_…`
    pub account_id: String,
    /// producer, grower, holder, office, county_supervision, city_supervision, agriculture, commerce, helper, seller, printer, auditor, operator, admin_system, admin_security, admin_audit
    pub role: String,
    /// organisation | division | rights | grower | all
    pub scope: String,
    /// What the scope names; not with `all`.
    #[serde(default)]
    pub scope_ref: Option<String>,
    /// First day, YYYY-MM-DD; today if not given.
    #[serde(default)]
    pub from: Option<Day>,
    /// First day on which it is over.
    #[serde(default)]
    pub to: Option<Day>,
}

/// A role given or proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantView {
    /// `rol_…`
    pub id: String,
    /// `acc_…`
    pub account_id: String,
    /// Role.
    pub role: String,
    /// Scope.
    pub scope: String,
    /// What the scope names.
    pub scope_ref: Option<String>,
    /// First day.
    pub from: String,
    /// First day on which it is over.
    pub to: Option<String>,
    /// proposed | in_force | ended
    pub state: String,
}

impl From<GrantRow> for GrantView {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id,
            account_id: row.account_id,
            role: row.role,
            scope: row.scope_kind,
            scope_ref: row.scope_ref,
            from: row.from_day,
            to: row.to_day,
            state: row.state,
        }
    }
}

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/api/v1/accounts", needs(Permission::AccountRead), list).says("Accounts").lists::<AccountView>(),
        Route::post("/api/v1/accounts", needs(Permission::AccountCreate), create)
            .says("Make an account without a role")
            .takes::<NewAccount>()
            .answers::<AccountView>(201),
        Route::post("/api/v1/accounts/{id}/disable", needs(Permission::AccountDisable), disable)
            .says("Disable an account and end its sessions")
            .takes::<Reason>(),
        Route::post("/api/v1/role-grants", needs(Permission::RolePropose), propose)
            .says("Propose a role")
            .takes::<NewGrant>()
            .answers::<GrantView>(201),
        Route::post("/api/v1/role-grants/{id}/confirm", needs(Permission::RoleConfirm), confirm)
            .says("Confirm a role somebody else proposed")
            .answers::<GrantView>(200),
        Route::post("/api/v1/role-grants/{id}/end", needs(Permission::RolePropose), end).says("End a role today"),
    ]
}

async fn list(State(app): State<App>, Asked(paging): Asked<Paging>) -> Result<Json<Page<AccountView>>, Refusal> {
    let limit = paging.limit()?;
    let rows = queries::accounts(&app.db, paging.cursor.as_deref(), limit).await?;
    let next_cursor = (rows.len() as u64 == limit).then(|| rows.last().map(|r| r.id.clone())).flatten();
    Ok(Json(Page { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}

async fn create(State(app): State<App>, posted: Posted<NewAccount>) -> Result<Response, Refusal> {
    let organisation = match &posted.body.organisation_id {
        Some(id) => store::organisation(app.db.reader(), id).await?.name,
        None => String::new(),
    };
    judge(app.sign_in_rules().profile, &posted.body.password, &[&posted.body.account, &posted.body.display_name, &organisation])?;
    let password_hash = password::hash(posted.body.password.clone(), &app.random).await?;
    act(&app, posted, move |tx, desk, input| {
        let password_hash = password_hash.clone();
        Box::pin(async move {
            let input = AccountInput {
                name: input.account.clone(),
                display_name: input.display_name.clone(),
                password_hash,
                organisation_id: input.organisation_id.clone(),
                grower_id: input.grower_id.clone(),
                must_change: true,
            };
            let row = commands::create_account(tx, &desk, &input).await?;
            Done::created(link::api("accounts", &row.id), &AccountView::from(row))
        })
    })
    .await
}

async fn disable(State(app): State<App>, Path(id): Path<String>, posted: Posted<Reason>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        Box::pin(async move {
            commands::disable_account(tx, &desk, &id, &input.reason).await?;
            Ok(Done::nothing())
        })
    })
    .await
}

async fn propose(State(app): State<App>, posted: Posted<NewGrant>) -> Result<Response, Refusal> {
    let grant = &posted.body;
    let role = Role::parse(&grant.role).ok_or_else(|| Failure::field("/role", "word_unknown").with("value", &grant.role))?;
    let scope_kind = ScopeKind::parse(&grant.scope).ok_or_else(|| Failure::field("/scope", "word_unknown").with("value", &grant.scope))?;
    act(&app, posted, move |tx, desk, input| {
        Box::pin(async move {
            let input = GrantInput {
                account_id: input.account_id.clone(),
                role,
                scope_kind,
                scope_ref: input.scope_ref.clone(),
                from: input.from.unwrap_or_else(|| desk.clock.today()),
                to: input.to,
            };
            let row = commands::propose_role(tx, &desk, &input).await?;
            Done::created(link::api("role-grants", &row.id), &GrantView::from(row))
        })
    })
    .await
}

async fn confirm(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move { Done::ok(&GrantView::from(commands::confirm_role(tx, &desk, &id).await?)) })
    })
    .await
}

async fn end(State(app): State<App>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            commands::end_role(tx, &desk, &id).await?;
            Ok(Done::nothing())
        })
    })
    .await
}

//! `/api/v1/sellers`, `/listings`, `/authorisations`, `/sales`, `/listing-rules`: who sells, what is on sale where, and what the rules ask of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::act::{Done, act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::Reason;
use crate::identity::role::Permission;
use crate::kernel::Day;
use crate::supervision::commands::listing::{
    ListingRuleInput, ask_rescore, confirm_packs, end_authorisation, grant_authorisation, record_listing, record_listing_rule,
};
use crate::supervision::findings::{FindingView, RuleView, findings_of, rules_on};
use crate::trade::authorisation::{AuthorisationInput, EndInput};
use crate::trade::commands::register_seller;
use crate::trade::listing::{ListingInput, PacksInput};
use crate::trade::queries::authorisation::{AuthorisationFilter, AuthorisationView, authorisation, authorisations};
use crate::trade::queries::sales::{SalesFilter, SalesImportView, sales_imports};
use crate::trade::queries::{ListingFilter, ListingView, SellerFilter, SellerView, listing, listings, seller, sellers, skus, versions};
use crate::trade::seller::SellerInput;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let read = needs(Permission::ListingRead);
    vec![
        Route::get("/api/v1/sellers", needs(Permission::SellerRead), seller_list).says("Sellers in reach").lists::<SellerView>(),
        Route::post("/api/v1/sellers", needs(Permission::SellerRegister), seller_register)
            .says("Register a seller: an organisation by its credit code, or a farmer by name and place")
            .takes::<SellerInput>()
            .answers::<SellerView>(201),
        Route::get("/api/v1/sellers/{id}", needs(Permission::SellerRead), seller_one).says("One seller").answers::<SellerView>(200),
        Route::get("/api/v1/listings", read, listing_list)
            .says("Listings in reach with what they said last")
            .asks(&[("seller_id", "of this seller")])
            .lists::<ListingView>(),
        Route::post("/api/v1/listings", needs(Permission::ListingRecord), listing_record)
            .says("Record what a listing says at one moment; an item seen before is the same listing. Its findings follow in the same act")
            .takes::<ListingInput>()
            .answers::<ListingView>(201),
        Route::get("/api/v1/listings/{id}", read, listing_one).says("One listing").answers::<ListingView>(200),
        Route::get("/api/v1/listings/{id}/versions", read, listing_versions)
            .says("Everything it said, the latest first")
            .lists::<ListingView>(),
        Route::get("/api/v1/listings/{id}/findings", read, listing_findings)
            .says("What the rules ask about it; kinds are counted apart and never summed")
            .asks(&[("as_of", "what stood at the end of this day; now if not given")])
            .lists::<FindingView>(),
        Route::get("/api/v1/listings/{id}/packs", read, packs_list).says("How much its SKUs are").lists::<SkuView>(),
        Route::post("/api/v1/listings/{id}/packs", needs(Permission::ListingRecord), packs_confirm)
            .says("Confirm how much its SKUs are")
            .takes::<PacksInput>()
            .answers::<ListingView>(200),
        Route::get("/api/v1/authorisations", needs(Permission::AuthorisationRead), authorisation_list)
            .says("Authorisations of sellers in reach")
            .asks(&[
                ("seller_id", "of this seller"),
                ("producer_id", "of this producer"),
                ("product_id", "of this product"),
                ("as_of", "in force on this day"),
            ])
            .lists::<AuthorisationView>(),
        Route::post("/api/v1/authorisations", needs(Permission::AuthorisationGrant), authorisation_grant)
            .says("Authorise a seller for a product of a season")
            .takes::<AuthorisationInput>()
            .answers::<AuthorisationView>(201),
        Route::get("/api/v1/authorisations/{id}", needs(Permission::AuthorisationRead), authorisation_one)
            .says("One authorisation")
            .answers::<AuthorisationView>(200),
        Route::post("/api/v1/authorisations/{id}/end", needs(Permission::AuthorisationGrant), authorisation_end)
            .says("End an authorisation on a day")
            .takes::<EndInput>()
            .answers::<AuthorisationView>(200),
        Route::get("/api/v1/sales", needs(Permission::SalesImport), sales_list)
            .says("Imports of order exports; the files themselves are kept nowhere")
            .lists::<SalesImportView>(),
        Route::get("/api/v1/listing-rules", read, rule_list)
            .says("Rules of the listing audit as they are set")
            .asks(&[("as_of", "on this day; today if not given")])
            .lists::<RuleView>(),
        Route::post("/api/v1/listing-rules", needs(Permission::ListingRuleRecord), rule_record)
            .says("Set a rule from a day on")
            .takes::<ListingRuleInput>()
            .answers::<RuleView>(201),
        Route::post("/api/v1/listing-rules/rescore", needs(Permission::ListingRuleRecord), rescore_ask)
            .says("Ask for all listings to be scored anew; the node does it in chunks. Answers 204")
            .takes::<Reason>(),
    ]
}

/// A SKU with how much it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkuView {
    /// Its words.
    pub name: String,
    /// How many packs.
    pub packs: Option<i64>,
    /// Net weight or volume of all of them, in base units: read from the words, unless confirmed.
    pub quantity: Option<i64>,
    /// Has a person confirmed it? Only then it counts.
    pub confirmed: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AsOf {
    #[serde(default)]
    as_of: Option<Day>,
}

listed!(seller_list, SellerFilter, SellerView, sellers);
shown!(seller_one, SellerView, seller);
made_by!(seller_register, SellerInput, "sellers", register_seller);
listed!(listing_list, ListingFilter, ListingView, listings);
shown!(listing_one, ListingView, listing);
made_by!(listing_record, ListingInput, "listings", record_listing);
changed_by!(packs_confirm, PacksInput, confirm_packs);
made_by!(authorisation_grant, AuthorisationInput, "authorisations", grant_authorisation);
changed_by!(authorisation_end, EndInput, end_authorisation);
made_by!(rule_record, ListingRuleInput, "listing-rules", record_listing_rule);
listed!(sales_list, SalesFilter, SalesImportView, sales_imports);

async fn listing_findings(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    listed: Listing<AsOf>,
) -> Result<Json<Page<FindingView>>, Refusal> {
    listing(&app.db, &actor, &id).await?;
    let at = listed.filter.as_of.map(|day| day.plus(1).start() - 1);
    Ok(Json(Page { items: findings_of(&app.db, &[id], at).await?, next_cursor: None }))
}

async fn listing_versions(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    _: Listing<Nothing>,
) -> Result<Json<Page<ListingView>>, Refusal> {
    Ok(Json(Page { items: versions(&app.db, &actor, &id).await?, next_cursor: None }))
}

async fn packs_list(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    _: Listing<Nothing>,
) -> Result<Json<Page<SkuView>>, Refusal> {
    let rows = skus(&app.db, &actor, &id).await?.into_iter();
    let items = rows.map(|row| SkuView { name: row.name, packs: row.packs, quantity: row.amount, confirmed: row.confirmed }).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

async fn authorisation_list(
    State(app): State<App>,
    By(actor): By,
    listing: Listing<AuthorisationFilter>,
) -> Result<Json<Page<AuthorisationView>>, Refusal> {
    let (cursor, limit) = (listing.cursor.as_deref(), Some(listing.limit));
    let (items, next_cursor) = authorisations(&app.db, &actor, &listing.filter, app.clock.today(), cursor, limit).await?;
    Ok(Json(Page { items, next_cursor }))
}

async fn authorisation_one(State(app): State<App>, By(actor): By, Path(id): Path<String>) -> Result<Json<AuthorisationView>, Refusal> {
    Ok(Json(authorisation(&app.db, &actor, &id, app.clock.today()).await?))
}

async fn rule_list(State(app): State<App>, By(_): By, listed: Listing<AsOf>) -> Result<Json<Page<RuleView>>, Refusal> {
    let day = listed.filter.as_of.unwrap_or_else(|| app.clock.today());
    Ok(Json(Page { items: rules_on(&app.db, day).await?.0, next_cursor: None }))
}

async fn rescore_ask(State(app): State<App>, posted: Posted<Reason>) -> Result<Response, Refusal> {
    act(&app, posted, |tx, desk, input| {
        Box::pin(async move {
            ask_rescore(tx, &desk, &input.reason).await?;
            Ok(Done::nothing())
        })
    })
    .await
}

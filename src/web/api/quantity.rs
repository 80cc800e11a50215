//! `/api/v1/season-accounts`, `/adjustments`, `/deliveries`, `/packs`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{act, changed, made};
use super::super::app::App;
use super::super::auth::By;
use super::super::body::{Listing, Nothing, Page, Posted};
use super::super::failure::Refusal;
use super::super::route::{Access, Route};
use super::Reason;
use crate::identity::role::Permission;
use crate::trace::account::AccountFilter;
use crate::trace::commands::account::{AccountInput, approve_account, propose_account, refuse_account};
use crate::trace::commands::adjustment::{AdjustmentInput, approve_adjustment, propose_adjustment, refuse_adjustment};
use crate::trace::commands::delivery::{cover_delivery, record_delivery};
use crate::trace::commands::movement::{MovementInput, record_movement};
use crate::trace::commands::pack::register_pack;
use crate::trace::delivery::{DeliveryFilter, DeliveryInput};
use crate::trace::pack::{PackFilter, PackInput};
use crate::trace::queries::account::{AccountView, AdjustmentView, MovementView, account, accounts, movements};
use crate::trace::queries::delivery::{DeliveryView, deliveries, delivery};
use crate::trace::queries::pack::{PackView, pack, packs};

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    let (read, propose, approve) =
        (needs(Permission::SeasonAccountRead), needs(Permission::SeasonAccountPropose), needs(Permission::SeasonAccountApprove));
    let (adjust, decide) = (needs(Permission::AdjustmentPropose), needs(Permission::AdjustmentApprove));
    let of_party: &[_] = &[
        ("party_id", "organisation or grower"),
        ("product_id", "product"),
        ("season", "such as 2026"),
        ("state", "open, proposed, approved or refused"),
    ];
    let of_delivery: &[_] = &[
        ("grower_id", "from"),
        ("buyer_id", "to"),
        ("product_id", "product"),
        ("season", "such as 2026"),
        ("plot_id", "plot"),
        ("pending", "true: not wholly covered"),
    ];
    vec![
        Route::get("/api/v1/season-accounts", read, account_list).says("Season accounts in reach").asks(of_party).lists::<AccountView>(),
        Route::post("/api/v1/season-accounts", propose, account_propose)
            .says("Propose a season account")
            .takes::<AccountInput>()
            .answers::<AccountView>(201),
        Route::get("/api/v1/season-accounts/{id}", read, account_one).says("One season account").answers::<AccountView>(200),
        Route::post("/api/v1/season-accounts/{id}/approve", approve, account_approve)
            .says("Approve what somebody else proposed")
            .answers::<AccountView>(200),
        Route::post("/api/v1/season-accounts/{id}/refuse", approve, account_refuse)
            .says("Refuse a proposed account")
            .takes::<Reason>()
            .answers::<AccountView>(200),
        Route::get("/api/v1/season-accounts/{id}/movements", read, movement_list).says("Movements, oldest first").lists::<MovementView>(),
        Route::post("/api/v1/season-accounts/{id}/movements", needs(Permission::MovementRecord), movement_record)
            .says("Record what happened to goods")
            .takes::<MovementInput>()
            .answers::<MovementView>(201),
        Route::post("/api/v1/season-accounts/{id}/adjustments", adjust, adjustment_propose)
            .says("Propose a correction")
            .takes::<AdjustmentInput>()
            .answers::<AdjustmentView>(201),
        Route::post("/api/v1/adjustments/{id}/approve", decide, adjustment_approve)
            .says("Approve a correction somebody else proposed")
            .answers::<AdjustmentView>(200),
        Route::post("/api/v1/adjustments/{id}/refuse", decide, adjustment_refuse)
            .says("Refuse a correction")
            .takes::<Reason>()
            .answers::<AdjustmentView>(200),
        Route::get("/api/v1/deliveries", needs(Permission::DeliveryRead), delivery_list)
            .says("Deliveries in reach")
            .asks(of_delivery)
            .lists::<DeliveryView>(),
        Route::post("/api/v1/deliveries", needs(Permission::DeliveryRecord), delivery_record)
            .says("Record a delivery")
            .takes::<DeliveryInput>()
            .answers::<DeliveryView>(201),
        Route::get("/api/v1/deliveries/{id}", needs(Permission::DeliveryRead), delivery_one)
            .says("One delivery")
            .answers::<DeliveryView>(200),
        Route::post("/api/v1/deliveries/{id}/cover", needs(Permission::DeliveryRecord), delivery_cover)
            .says("Cover what is pending, now that the account allows it")
            .answers::<DeliveryView>(200),
        Route::get("/api/v1/packs", needs(Permission::PackRead), pack_list)
            .says("Trade items in reach")
            .asks(&[("organisation_id", "whose"), ("product_id", "product")])
            .lists::<PackView>(),
        Route::post("/api/v1/packs", needs(Permission::PackRegister), pack_register)
            .says("Register a trade item")
            .takes::<PackInput>()
            .answers::<PackView>(201),
        Route::get("/api/v1/packs/{id}", needs(Permission::PackRead), pack_one).says("One trade item").answers::<PackView>(200),
    ]
}

listed!(account_list, AccountFilter, AccountView, accounts);
listed!(delivery_list, DeliveryFilter, DeliveryView, deliveries);
listed!(pack_list, PackFilter, PackView, packs);
shown!(account_one, AccountView, account);
shown!(delivery_one, DeliveryView, delivery);
shown!(pack_one, PackView, pack);

async fn movement_list(
    State(app): State<App>,
    By(actor): By,
    Path(id): Path<String>,
    listing: Listing<Nothing>,
) -> Result<Json<Page<MovementView>>, Refusal> {
    let (items, next_cursor) = movements(&app.db, &actor, &id, listing.cursor.as_deref(), Some(listing.limit)).await?;
    Ok(Json(Page { items, next_cursor }))
}

made_by!(account_propose, AccountInput, "season-accounts", propose_account);
decided!(account_approve, approve_account);
reasoned!(account_refuse, refuse_account);
decided!(adjustment_approve, approve_adjustment);
reasoned!(adjustment_refuse, refuse_adjustment);
made_by!(delivery_record, DeliveryInput, "deliveries", record_delivery);
decided!(delivery_cover, cover_delivery);
made_by!(pack_register, PackInput, "packs", register_pack);

async fn movement_record(State(app): State<App>, Path(id): Path<String>, posted: Posted<MovementInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        made("movements", async move { record_movement(tx, &desk, &id, &input).await })
    })
    .await
}
async fn adjustment_propose(State(app): State<App>, Path(id): Path<String>, posted: Posted<AdjustmentInput>) -> Result<Response, Refusal> {
    act(&app, posted, move |tx, desk, input| {
        let id = id.clone();
        made("adjustments", async move { propose_adjustment(tx, &desk, &id, &input).await })
    })
    .await
}

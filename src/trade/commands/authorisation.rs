//! Authorising a seller, and ending it.

use serde_json::json;

use super::optional;
use crate::db::Tx;
use crate::identity;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::MOST;
use crate::kernel::{Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::trade::authorisation::{AuthorisationInput, EndInput};
use crate::trade::queries::authorisation::{AuthorisationView, views};
use crate::trade::store::{self, AuthorisationRow};

/// Authorises a seller for a product of a season.
///
/// # Errors
/// `invalid_fields`: `register_organisation_unknown` (also for one out of reach), `seller_unknown`, `register_product_unknown`,
/// `authorisation_own`, `authorisation_season`, `authorisation_amount`, `authorisation_backwards`, `authorisation_twice`.
pub async fn grant_authorisation(tx: &Tx, desk: &Desk, input: &AuthorisationInput) -> Outcome<AuthorisationView> {
    let mut faults = Faults::new();
    let cut = |text: &str| text.chars().take(40).collect::<String>();
    let producer_id = input.producer_id.clone().or_else(|| desk.actor.organisation_id.clone()).unwrap_or_default();
    let producer = identity::store::organisation(tx.connection(), &producer_id).await.ok();
    let producer = producer.filter(|row| desk.actor.scope.reaches_organisation(&row.id, Some(&row.division_code)));
    if producer.is_none() {
        faults.add("/producer_id", "register_organisation_unknown").with("value", cut(&producer_id));
    }
    let seller = store::seller::meant(tx.connection(), &input.seller).await?;
    if seller.is_none() {
        faults.add("/seller", "seller_unknown").with("value", cut(&input.seller));
    } else if seller.as_ref().is_some_and(|seller| seller.organisation_id.as_deref() == Some(producer_id.as_str())) {
        faults.add("/seller", "authorisation_own");
    }
    if store::listing::product_name(tx.connection(), &input.product_id).await?.is_none() {
        faults.add("/product_id", "register_product_unknown").with("value", cut(&input.product_id));
    }
    let season = text::identifier(&input.season);
    if !(season.len() == 4 && season.bytes().all(|b| b.is_ascii_digit())) {
        faults.add("/season", "authorisation_season").with("value", cut(&input.season));
    }
    let amount = input.net_weight_g.or(input.quantity);
    if let Some(figure) = amount.filter(|amount| !(1..=MOST).contains(amount)) {
        faults.add("/net_weight_g", "authorisation_amount").with("figure", figure);
    }
    let from = input.from.unwrap_or_else(|| desk.clock.today());
    if let Some(to) = input.to.filter(|to| *to < from) {
        faults.add("/to", "authorisation_backwards").with("from", from).with("to", to);
    }
    let contract = optional(&mut faults, "/contract", input.contract.as_deref(), 80);
    faults.check()?;
    let Some(seller) = seller else { return Err(Failure::not_found()) };
    let row = AuthorisationRow {
        id: desk.new_id(Noun::Authorisation),
        producer_id,
        seller_id: seller.id.clone(),
        product_id: input.product_id.clone(),
        season,
        amount,
        from_day: from.to_string(),
        to_day: input.to.map(|day| day.to_string()),
        contract,
        end_reason: None,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    if let Some(other) = store::authorisation::overlapping(tx.connection(), &row).await? {
        return Err(Failure::field("/seller", "authorisation_twice").with("value", &seller.name).with("from", other.from_day));
    }
    store::authorisation::insert(tx, row.clone()).await?;
    let facts = json!({
        "producer": row.producer_id, "seller": row.seller_id, "product": row.product_id, "season": row.season, "amount": row.amount,
        "from": row.from_day, "to": row.to_day,
    });
    ledger::append(tx, desk, Event::new(kind::AUTHORISATION_GRANTED, &row.id, facts)).await?;
    view(tx, desk, row).await
}

/// Ends an authorisation on a day.
///
/// # Errors
/// `not_found`; `already_decided` when it has ended before; `register_empty` without a reason, `authorisation_backwards`.
pub async fn end_authorisation(tx: &Tx, desk: &Desk, id: &str, input: &EndInput) -> Outcome<AuthorisationView> {
    let mut row = store::authorisation::of_producer(tx.connection(), &desk.actor.scope, id).await?;
    let (today, last) = (desk.clock.today(), input.last_day.unwrap_or_else(|| desk.clock.today()).to_string());
    if row.to_day.as_ref().is_some_and(|to| *to < today.to_string()) {
        return Err(Failure::conflict("already_decided"));
    }
    let mut faults = Faults::new();
    let reason = super::required(&mut faults, "/reason", &input.reason, 200);
    if last < row.from_day {
        faults.add("/last_day", "authorisation_backwards").with("from", &row.from_day).with("to", &last);
    } else if let Some(to) = row.to_day.as_ref().filter(|to| last > **to) {
        faults.add("/last_day", "authorisation_backwards").with("from", &last).with("to", to);
    }
    faults.check()?;
    (row.to_day, row.end_reason) = (Some(last.clone()), Some(reason.clone()));
    store::authorisation::end(tx, id, &last, &reason).await?;
    ledger::append(tx, desk, Event::new(kind::AUTHORISATION_ENDED, id, json!({ "last_day": last, "reason": reason }))).await?;
    view(tx, desk, row).await
}

async fn view(tx: &Tx, desk: &Desk, row: AuthorisationRow) -> Outcome<AuthorisationView> {
    views(tx.connection(), vec![row], &desk.clock.today().to_string()).await?.pop().ok_or_else(Failure::not_found)
}

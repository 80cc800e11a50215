//! Authorisations as they are read.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cut;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Day, Failure, Outcome};
use crate::trade::authorisation::AuthorisationState;
use crate::trade::store::authorisation::Wanted;
use crate::trade::store::{self, AuthorisationRow};

/// An authorisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorisationView {
    /// `aut_…`
    pub id: String,
    /// `org_…`
    pub producer_id: String,
    /// Its name.
    pub producer: String,
    /// `sel_…`
    pub seller_id: String,
    /// Its name.
    pub seller: String,
    /// Of an organisation.
    pub seller_credit_code: Option<String>,
    /// `pro_…`
    pub product_id: String,
    /// 2026.
    pub season: String,
    /// In base units of the product; without limit if null.
    pub quantity: Option<i64>,
    /// First day.
    pub from: String,
    /// Last day; open if null.
    pub to: Option<String>,
    /// The contract's number.
    pub contract: Option<String>,
    /// Why it ended before its time.
    pub end_reason: Option<String>,
    /// On the day asked about: `not_yet` `in_force` `ended`.
    pub state: String,
    /// When it was recorded.
    pub recorded_at: String,
}

/// What a list of authorisations is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationFilter {
    /// Of this seller.
    #[serde(default)]
    pub seller_id: Option<String>,
    /// Of this producer.
    #[serde(default)]
    pub producer_id: Option<String>,
    /// Of this product.
    #[serde(default)]
    pub product_id: Option<String>,
    /// Those that stood on this day; all, as they stand today, if not given.
    #[serde(default)]
    pub as_of: Option<Day>,
}

pub(in crate::trade) async fn views<C: ConnectionTrait>(
    connection: &C,
    rows: Vec<AuthorisationRow>,
    day: &str,
) -> Outcome<Vec<AuthorisationView>> {
    let producers: BTreeSet<String> = rows.iter().map(|row| row.producer_id.clone()).collect();
    let producers: BTreeMap<String, String> =
        store::authorisation::organisations(connection, producers.into_iter().collect()).await?.into_iter().collect();
    let sellers: BTreeSet<String> = rows.iter().map(|row| row.seller_id.clone()).collect();
    let sellers = store::seller::names(connection, sellers.into_iter().collect()).await?;
    let view = |row: AuthorisationRow| {
        let seller = sellers.iter().find(|seller| seller.id == row.seller_id);
        AuthorisationView {
            producer: producers.get(&row.producer_id).cloned().unwrap_or_default(),
            seller: seller.map(|seller| seller.name.clone()).unwrap_or_default(),
            seller_credit_code: seller.and_then(|seller| seller.credit_code.clone()),
            state: AuthorisationState::on(&row.from_day, row.to_day.as_deref(), day).word().to_owned(),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            producer_id: row.producer_id,
            seller_id: row.seller_id,
            product_id: row.product_id,
            season: row.season,
            quantity: row.amount,
            from: row.from_day,
            to: row.to_day,
            contract: row.contract,
            end_reason: row.end_reason,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Authorisations within reach: of one's own, granted or received, or of the region; in the order they were granted.
///
/// # Errors
/// Only ours.
pub async fn authorisations(
    db: &Db,
    actor: &Actor,
    filter: &AuthorisationFilter,
    today: Day,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<AuthorisationView>, Option<String>)> {
    let limit = limit.unwrap_or(50).clamp(1, 200);
    let wanted = Wanted {
        seller_id: filter.seller_id.clone(),
        producer_id: filter.producer_id.clone(),
        product_id: filter.product_id.clone(),
        on: filter.as_of.map(|day| day.to_string()),
    };
    let rows = store::authorisation::page(db.reader(), &actor.scope, &wanted, cursor, limit + 1).await?;
    let (rows, next) = cut(rows, limit, |row| row.id.clone());
    let day = filter.as_of.unwrap_or(today).to_string();
    Ok((views(db.reader(), rows, &day).await?, next))
}

/// One authorisation as it stands today.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn authorisation(db: &Db, actor: &Actor, id: &str, today: Day) -> Outcome<AuthorisationView> {
    let row = store::authorisation::one(db.reader(), &actor.scope, id).await?;
    views(db.reader(), vec![row], &today.to_string()).await?.pop().ok_or_else(Failure::not_found)
}

/// Sellers with a credit code that some producer authorises for a product on a day: neutral facts for everybody. Farmers are never named.
///
/// # Errors
/// Only ours.
pub async fn authorised_sellers(db: &Db, product_id: &str, day: Day) -> Outcome<Vec<AuthorisationView>> {
    let wanted = Wanted { product_id: Some(product_id.to_owned()), on: Some(day.to_string()), ..Wanted::default() };
    let rows = store::authorisation::all(db.reader(), &wanted, 500).await?;
    let mut views = views(db.reader(), rows, &day.to_string()).await?;
    views.retain(|view| view.seller_credit_code.is_some());
    views.sort_by_cached_key(|view| (crate::registry::search::sort_key(&view.seller), view.id.clone()));
    Ok(views)
}

//! A grower's own view through a slip, slips, and objections.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::{BaseUnit, mu_of_m2};
use crate::kernel::{Actor, Day, Outcome};
use crate::trace::goods::Goods;
use crate::trace::late::LateState;
use crate::trace::slip::{ObjectionFilter, masked, read_token, receipt, token_hash};
use crate::trace::store::slip::{self as store, ObjectionRow, SlipRow};
use crate::trace::store::{delivery_void, late, register};

/// A slip. The token is only in the answer that gave it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SlipView {
    /// `sli_…`
    pub id: String,
    /// The grower.
    pub grower_id: String,
    /// 16 characters, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What for.
    pub reason: String,
    /// When it was given out.
    pub issued_at: String,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

impl From<SlipRow> for SlipView {
    fn from(row: SlipRow) -> Self {
        Self {
            issued_at: rfc3339(row.issued_at),
            revoked_at: row.revoked_at.map(rfc3339),
            token: None,
            id: row.id,
            grower_id: row.grower_id,
            reason: row.reason,
        }
    }
}

/// “我不同意”.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ObjectionView {
    /// `obj_…`
    pub id: String,
    /// The number by which people speak of it.
    pub receipt: String,
    /// The grower.
    pub grower_id: String,
    /// A delivery, plot, account, or the grower's whole record.
    pub subject_id: String,
    /// Whose it is to answer.
    pub organisation_id: String,
    /// `slip`, `list` or `counter`.
    pub via: String,
    /// What is wrong.
    pub text: String,
    /// `open`, `upheld` or `settled`.
    pub state: String,
    /// When it was made.
    pub made_at: String,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<String>,
}

impl From<ObjectionRow> for ObjectionView {
    fn from(row: ObjectionRow) -> Self {
        Self {
            receipt: receipt(&row.id),
            made_at: rfc3339(row.made_at),
            answered_at: row.answered_at.map(rfc3339),
            id: row.id,
            grower_id: row.grower_id,
            subject_id: row.subject_id,
            organisation_id: row.organisation_id,
            via: row.via,
            text: row.text,
            state: row.state,
            answer: row.answer,
        }
    }
}

/// One plot of one's own.
#[derive(Debug, Clone)]
pub struct OwnPlot {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What grows on it.
    pub product: String,
    /// 亩 with two decimals.
    pub mu: String,
}

/// One delivery of one's own.
#[derive(Debug, Clone)]
pub struct OwnDelivery {
    /// Its id.
    pub id: String,
    /// The day.
    pub on: String,
    /// The product.
    pub product: String,
    /// What it is counted in.
    pub unit: BaseUnit,
    /// How much.
    pub amount: i64,
    /// How much of it is covered; the rest is 待核.
    pub covered: i64,
    /// Who bought.
    pub buyer: String,
    /// Written down late, and nobody else has confirmed it yet.
    pub waits: bool,
    /// Who entered it, where that was noted.
    pub entered_by: Option<String>,
    /// Entered by mistake and voided: why.
    pub voided: Option<String>,
}

/// One account of one's own.
#[derive(Debug, Clone)]
pub struct OwnAccount {
    /// Its id.
    pub id: String,
    /// The product.
    pub product: String,
    /// The season.
    pub season: String,
    /// What it is counted in.
    pub unit: BaseUnit,
    /// What may be sold: approved, carried, opening, adjusted.
    pub may: i64,
    /// Delivered.
    pub delivered: i64,
    /// What is left.
    pub remaining: i64,
    /// 待核.
    pub pending: i64,
}

/// What the page of a slip shows.
#[derive(Debug, Clone)]
pub struct OwnView {
    /// The grower's name, masked.
    pub name: String,
    /// The grower's id: the subject of an objection to everything.
    pub grower_id: String,
    /// The village.
    pub village: String,
    /// The organisation that registered the grower.
    pub organisation: String,
    /// Plots.
    pub plots: Vec<OwnPlot>,
    /// Deliveries, newest first.
    pub deliveries: Vec<OwnDelivery>,
    /// Accounts, newest season first.
    pub accounts: Vec<OwnAccount>,
    /// Objections, newest first.
    pub objections: Vec<ObjectionView>,
}

/// What the holder of a slip may see; `None` for a token that is unknown, revoked or none at all.
///
/// # Errors
/// Only ours.
pub async fn own_view(db: &Db, written: &str) -> Outcome<Option<OwnView>> {
    let Some(token) = read_token(written) else { return Ok(None) };
    let Some(slip) = store::by_hash(db.reader(), &token_hash(&token)).await? else { return Ok(None) };
    let Some(grower) = register::grower(db.reader(), &slip.grower_id).await? else { return Ok(None) };
    let plots = store::plots_of(db.reader(), vec![grower.id.clone()]).await?;
    let deliveries = store::deliveries_of(db.reader(), &grower.id).await?;
    let accounts = store::accounts_of(db.reader(), &grower.id).await?;
    let late = late::states(db.reader(), deliveries.iter().map(|d| d.id.clone()).collect()).await?;
    let mut voids = delivery_void::of_deliveries(db.reader(), deliveries.iter().map(|d| d.id.clone()).collect()).await?;
    let buyers = deliveries.iter().map(|d| d.buyer_id.clone()).chain([grower.registered_by_id.clone()]).collect();
    let names = store::organisation_names(db.reader(), buyers).await?;
    let products =
        plots.iter().map(|p| &p.product_id).chain(deliveries.iter().map(|d| &d.product_id)).chain(accounts.iter().map(|a| &a.product_id));
    let goods = register::goods_of(db.reader(), products.cloned().collect()).await?;
    let named = |id: &str| goods.get(id).map(|g| g.name.clone()).unwrap_or_default();
    let unit = |id: &str| goods.get(id).map_or(BaseUnit::G, |g: &Goods| g.unit);
    Ok(Some(OwnView {
        name: masked(&grower.name),
        village: grower.village.clone(),
        organisation: names.get(&grower.registered_by_id).cloned().unwrap_or_default(),
        plots: plots
            .into_iter()
            .map(|p| OwnPlot { product: named(&p.product_id), mu: mu_of_m2(p.area_m2), id: p.id, name: p.name })
            .collect(),
        deliveries: deliveries
            .into_iter()
            .map(|d| OwnDelivery {
                product: named(&d.product_id),
                unit: unit(&d.product_id),
                buyer: names.get(&d.buyer_id).cloned().unwrap_or_default(),
                voided: d.voided_at.and_then(|_| voids.remove(&d.id)).map(|row| row.reason),
                waits: late.get(&d.id).is_some_and(|state| state == LateState::Waiting.word()),
                id: d.id,
                on: d.delivered_on,
                amount: d.amount,
                covered: d.covered,
                entered_by: d.handled_by,
            })
            .collect(),
        accounts: accounts
            .into_iter()
            .map(|a| OwnAccount {
                product: named(&a.product_id),
                unit: unit(&a.product_id),
                may: a.approved + a.received + a.carried + a.opening + a.adjusted,
                id: a.id,
                season: a.season,
                delivered: a.delivered,
                remaining: a.remaining,
                pending: a.pending,
            })
            .collect(),
        objections: store::objections_of(db.reader(), &grower.id).await?.into_iter().map(Into::into).collect(),
        grower_id: grower.id,
    }))
}

/// Slips of a grower that are good, without their tokens.
///
/// # Errors
/// `not_found` for a grower out of reach.
pub async fn slips(db: &Db, actor: &Actor, grower_id: &str) -> Outcome<Vec<SlipView>> {
    let grower = crate::registry::queries::grower(db, actor, grower_id).await?;
    Ok(store::live(db.reader(), &grower.id).await?.into_iter().map(Into::into).collect())
}

/// Objections the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn objections(
    db: &Db,
    actor: &Actor,
    filter: &ObjectionFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<ObjectionView>, Option<String>)> {
    let (rows, next) = store::objections(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    Ok((rows.into_iter().map(Into::into).collect(), next))
}

/// One household on the list that is posted.
#[derive(Debug, Clone)]
pub struct VillageLine {
    /// 户号.
    pub household_no: Option<String>,
    /// The name, masked: the list hangs on a wall.
    pub name: String,
    /// Plots with their 亩.
    pub plots: Vec<(String, String)>,
    /// 亩 of all plots.
    pub mu: String,
    /// Delivered this season, by product.
    pub delivered: Vec<(String, String)>,
}

/// Villages the actor has growers in, and the households of one of them with what is on record of this season.
///
/// # Errors
/// Only ours.
pub async fn village_list(db: &Db, actor: &Actor, village: &str, today: Day) -> Outcome<(Vec<String>, Vec<VillageLine>)> {
    let growers = all_growers(db, actor).await?;
    let mut villages: Vec<String> = growers.iter().map(|g| g.village.clone()).collect();
    villages.sort();
    villages.dedup();
    let mut here: Vec<_> = growers.into_iter().filter(|g| g.village == village).collect();
    here.sort_by_key(|g| (g.household_no.as_ref().map(|no| (no.len(), no.clone())), g.id.clone()));
    let ids: Vec<String> = here.iter().map(|g| g.id.clone()).collect();
    let plots = store::plots_of(db.reader(), ids.clone()).await?;
    let delivered = store::delivered_by(db.reader(), ids).await?;
    let goods: BTreeMap<String, Goods> =
        register::goods_of(db.reader(), delivered.keys().map(|(_, product, _)| product.clone()).collect()).await?;
    let lines = here.into_iter().map(|grower| {
        let own: Vec<_> = plots.iter().filter(|p| p.holder_id == grower.id).collect();
        let of_season = delivered.iter().filter(|((of, _, _), _)| *of == grower.id).filter_map(|((_, product, season), amount)| {
            let goods = goods.get(product).filter(|goods| goods.season_of(today) == *season)?;
            Some((goods.name.clone(), goods.show(*amount)))
        });
        VillageLine {
            delivered: of_season.collect(),
            mu: mu_of_m2(own.iter().map(|p| p.area_m2).sum()),
            plots: own.iter().map(|p| (p.name.clone(), mu_of_m2(p.area_m2))).collect(),
            name: masked(&grower.name),
            household_no: grower.household_no,
        }
    });
    Ok((villages, lines.collect()))
}

/// Every grower within reach.
async fn all_growers(db: &Db, actor: &Actor) -> Outcome<Vec<crate::registry::queries::GrowerView>> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = crate::registry::queries::growers(db, actor, None, cursor.as_deref(), 200).await?;
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() || all.len() >= 20_000 {
            return Ok(all);
        }
    }
}

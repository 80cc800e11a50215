//! Season plans for who plans, and what everybody may read of them.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;

use crate::db::Db;
use crate::kernel::ids::{Noun, is};
use crate::kernel::{Actor, Failure, Outcome, Scope, clock};
use crate::trace::plan::{PlanLineView, PlanView, PublicShare};
use crate::trace::store::plan::{self as store, PlanLineRow, PlanRow};
use crate::trace::store::register;

/// May this scope plan for, or read plans of, the product: everything, a county of it, or a right held on it.
///
/// # Errors
/// Only ours.
pub(in crate::trace) async fn may_plan<C: ConnectionTrait>(connection: &C, scope: &Scope, product_id: &str) -> Outcome<bool> {
    register::plans_for(connection, scope, product_id).await
}

/// Plans within reach, newest first, without their lines.
///
/// # Errors
/// Only ours.
pub async fn plans(db: &Db, actor: &Actor, product_id: Option<&str>) -> Outcome<Vec<PlanView>> {
    let mut views = Vec::new();
    for row in store::page(db.reader(), product_id.map(|id| vec![id.to_owned()])).await? {
        if may_plan(db.reader(), &actor.scope, &row.product_id).await? {
            let product = register::goods(db.reader(), &row.product_id).await?.name;
            views.push(view(row, product, Vec::new()));
        }
    }
    Ok(views)
}

/// One plan within reach with its lines. Growers are named only if `names` says so.
///
/// # Errors
/// `not_found`.
pub async fn plan(db: &Db, actor: &Actor, id: &str, names: bool) -> Outcome<PlanView> {
    let row = store::one(db.reader(), id).await?;
    if !may_plan(db.reader(), &actor.scope, &row.product_id).await? {
        return Err(Failure::not_found());
    }
    let product = register::goods(db.reader(), &row.product_id).await?.name;
    let now = store::approved_now(db.reader(), &row.product_id, &row.season).await?;
    let lines = store::lines(db.reader(), id).await?;
    let shown = |line: PlanLineRow| PlanLineView {
        approved_now: now.get(&line.party_id).copied(),
        party: if names || is(Noun::Organisation, &line.party_id) { line.party_name } else { String::new() },
        party_id: line.party_id,
        area_m2: line.area_m2,
        amount: line.amount,
        note: line.note,
    };
    Ok(view(row, product, lines.into_iter().map(shown).collect()))
}

fn view(row: PlanRow, product: String, lines: Vec<PlanLineView>) -> PlanView {
    PlanView {
        product,
        proposed_at: clock::rfc3339(row.proposed_at),
        id: row.id,
        product_id: row.product_id,
        season: row.season,
        version: row.version,
        basis: row.basis,
        state: row.state,
        note: row.note,
        evidence: row.evidence,
        total: row.total,
        published_from: row.published_from,
        published_to: row.published_to,
        proposed_by: row.proposed_by,
        decided_by: row.decided_by,
        decision_reason: row.decision_reason,
        lines,
    }
}

/// The plan of a product everybody may read: the last one published, organisations by name, growers counted by village.
///
/// # Errors
/// Only ours.
pub async fn public_plan(db: &Db, product_id: &str) -> Outcome<Option<(PlanView, Vec<PublicShare>)>> {
    let Some(row) = store::public_of(db.reader(), product_id).await? else { return Ok(None) };
    let product = register::goods(db.reader(), &row.product_id).await?.name;
    let lines = store::lines(db.reader(), &row.id).await?;
    let growers: Vec<String> = lines.iter().map(|l| l.party_id.clone()).filter(|id| is(Noun::Grower, id)).collect();
    let villages = store::villages(db.reader(), growers).await?;
    let mut shares: BTreeMap<(bool, String), PublicShare> = BTreeMap::new();
    for line in lines {
        let village = villages.get(&line.party_id);
        let name = village.cloned().unwrap_or(line.party_name);
        let share = shares.entry((village.is_some(), name.clone())).or_insert(PublicShare {
            name,
            growers: village.map(|_| 0),
            area_m2: 0,
            amount: 0,
        });
        share.growers = share.growers.map(|n| n + 1);
        share.area_m2 += line.area_m2.unwrap_or(0);
        share.amount += line.amount;
    }
    Ok(Some((view(row, product, Vec::new()), shares.into_values().collect())))
}

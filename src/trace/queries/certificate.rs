//! Certificates as they are read.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use super::order::printable;
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Outcome};
use crate::trace::Code;
use crate::trace::certificate::{CertificateFilter, Direction, must_issue};
use crate::trace::keys::KeyProvider;
use crate::trace::measure::{amount_name, named};
use crate::trace::store::certificate::{self as store, CertificateRow};
use crate::trace::store::{batch, register, report};

/// A certificate. The amount is `net_weight_g`, or `quantity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct CertificateView {
    pub id: String,
    /// `issued` or `received`.
    pub direction: String,
    pub number: String,
    /// Organisation or grower, where it is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_id: Option<String>,
    pub issuer_name: String,
    pub contact: String,
    /// Whose record it is: issuer, or buyer of the delivery.
    pub holder_id: String,
    pub product_id: String,
    pub product_name: String,
    pub unit: String,
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    pub origin: String,
    pub issued_on: String,
    pub basis: Vec<String>,
    /// The promise in full.
    pub promise: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces_id: Option<String>,
    pub revoked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke_reason: Option<String>,
    pub recorded_at: String,
}

/// The certificates of one batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BatchCertificates {
    /// Issued for it, revoked ones too.
    pub issued: Vec<CertificateView>,
    /// Come in with the deliveries it was made of, however many steps away.
    pub received: Vec<CertificateView>,
    /// It was mixed from several sources and has none of its own in force (农产品质量安全法 39).
    pub must_issue: bool,
}

impl CertificateView {
    /// Of a row.
    pub fn of(row: CertificateRow, unit: BaseUnit) -> Self {
        let mut figures = named(unit, []);
        figures.insert(amount_name(unit), row.amount);
        Self {
            figures,
            unit: unit.word().to_owned(),
            basis: row.basis.split(';').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            revoked: row.revoked_at.is_some(),
            revoked_at: row.revoked_at.map(rfc3339),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            direction: row.direction,
            number: row.number,
            issuer_id: row.issuer_id,
            issuer_name: row.issuer_name,
            contact: row.contact,
            holder_id: row.holder_id,
            product_id: row.product_id,
            product_name: row.product_name,
            origin: row.origin,
            issued_on: row.issued_on,
            promise: row.promise,
            batch_id: row.batch_id,
            delivery_id: row.delivery_id,
            replaces_id: row.replaces_id,
            revoke_reason: row.revoke_reason,
        }
    }
    /// The amount in the product's unit.
    pub fn amount(&self) -> i64 {
        self.figures.values().next().copied().unwrap_or(0)
    }
}

async fn views(db: &Db, rows: Vec<CertificateRow>) -> Outcome<Vec<CertificateView>> {
    let goods = register::goods_of(db.reader(), rows.iter().map(|row| row.product_id.clone()).collect()).await?;
    let unit = |row: &CertificateRow| goods.get(&row.product_id).map_or(BaseUnit::G, |goods| goods.unit);
    Ok(rows.into_iter().map(|row| CertificateView::of(row.clone(), unit(&row))).collect())
}

/// Certificates the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn certificates(
    db: &Db,
    actor: &Actor,
    filter: &CertificateFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<CertificateView>, Option<String>)> {
    let (rows, next) = store::certificates(db.reader(), &actor.scope, filter, cursor, bounded(limit)).await?;
    Ok((views(db, rows).await?, next))
}

/// One certificate.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn certificate(db: &Db, actor: &Actor, id: &str) -> Outcome<CertificateView> {
    let row = store::certificate_within(db.reader(), &actor.scope, id).await?;
    let unit = register::goods(db.reader(), &row.product_id).await?.unit;
    Ok(CertificateView::of(row, unit))
}

/// The certificates of a batch within reach: its own, what came in, and whether it still needs one.
///
/// # Errors
/// `not_found`.
pub async fn batch_certificates(db: &Db, actor: &Actor, batch_id: &str) -> Outcome<BatchCertificates> {
    let row = batch::batch_within(db.reader(), &actor.scope, batch_id).await?;
    let filter = CertificateFilter {
        direction: Some(Direction::Issued.word().to_owned()),
        batch_id: Some(row.id.clone()),
        ..CertificateFilter::default()
    };
    let (issued, _) = store::certificates(db.reader(), &actor.scope, &filter, None, 200).await?;
    let mut line = report::ancestors(db.reader(), &row.id).await?;
    line.push(row.id.clone());
    let received = store::received(db.reader(), &line).await?;
    let food = register::is_edible_produce(db.reader(), &row.product_id).await?;
    let has_own = !store::in_force(db.reader(), &row.id).await?.is_empty();
    let mixed = store::mixed_from(db.reader(), &row.id).await?;
    Ok(BatchCertificates {
        issued: views(db, issued).await?,
        received: views(db, received).await?,
        must_issue: row.state != "voided" && must_issue(food, mixed, has_own),
    })
}

/// The code that carries a batch's certificate, if a batch code is in use; for who may read its order.
///
/// # Errors
/// Ours if a key does not open.
pub async fn carrying_code(db: &Db, keys: &dyn KeyProvider, actor: &Actor, batch_id: &str) -> Outcome<Option<Code>> {
    let Some((order, sequence)) = store::batch_code(db.reader(), batch_id).await? else { return Ok(None) };
    match printable(db, keys, actor, &order).await {
        Ok(order) => Ok(order.code_at(sequence)),
        Err(failure) if failure.says("not_found") => Ok(None),
        Err(failure) => Err(failure),
    }
}

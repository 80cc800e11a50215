//! Issuing 承诺达标合格证, keeping those that come in, revoking.

use serde_json::json;

use super::reached;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, crockford};
use crate::ledger::{self, Event, kind};
use crate::trace::batch::BatchState;
use crate::trace::certificate::{Basis, CertificateInput, Direction, ReceivedInput, promise};
use crate::trace::goods::Goods;
use crate::trace::measure::Sent;
use crate::trace::queries::certificate::CertificateView;
use crate::trace::record::{need_text, read_day, read_happened, read_text, shortened};
use crate::trace::store::batch::{self as batches, BatchRow};
use crate::trace::store::certificate::{self as store, CertificateRow};
use crate::trace::store::{delivery, register, report};

/// Issues a certificate for a batch, or for a part of it.
///
/// # Errors
/// `not_found`, `not_permitted`, `certificate_not_food`, `batch_voided`; fields `basis_missing`, `certificate_basis_unknown`,
/// `contact_missing`, `certificate_over_batch` with what is left, `certificate_unknown` for one to be replaced, `in_the_future` …
pub async fn issue_certificate(tx: &Tx, desk: &Desk, input: &CertificateInput) -> Outcome<CertificateView> {
    let batch = batches::lock(tx, &input.batch_id).await?.row;
    let (producer, reach) = reached(tx, desk, &batch.producer_id, &batch.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &batch.product_id).await?;
    need_food(tx, &goods).await?;
    if batch.state == BatchState::Voided.word() {
        return Err(Failure::conflict("batch_voided"));
    }
    let mut faults = Faults::new();
    let basis = read_basis(&mut faults, &input.basis);
    let contact = match read_text(&mut faults, "/contact", input.contact.as_deref(), 200) {
        Some(contact) => contact,
        None => store::contact(tx.connection(), &producer.id).await?.unwrap_or_default(),
    };
    if contact.is_empty() {
        faults.add("/contact", "contact_missing");
    }
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    let happened = read_happened(&mut faults, "/issued_on", input.issued_on.as_deref(), late_reason.as_deref(), desk.clock.today());
    let in_force = store::in_force(tx.connection(), &batch.id).await?;
    let replaced = input.replaces_id.as_ref().map(|id| in_force.iter().find(|row| row.id == *id));
    if replaced == Some(None) {
        faults.add("/replaces_id", "certificate_unknown").with("value", shortened(input.replaces_id.as_deref().unwrap_or_default()));
    }
    let replaced = replaced.flatten();
    let covered: i64 = in_force.iter().filter(|row| replaced.is_none_or(|r| r.id != row.id)).map(|row| row.amount).sum();
    let amount = amount(&mut faults, &goods, &batch, input, covered);
    faults.check()?;
    let (Some(amount), Some(happened)) = (amount, happened) else { return Err(Failure::broken("faults were not noted")) };
    let at = desk.clock.now();
    if let Some(old) = replaced {
        store::revoke(tx, &old.id, at, "replaced").await?;
    }
    let row = CertificateRow {
        id: desk.new_id(Noun::Certificate),
        direction: Direction::Issued.word().to_owned(),
        number: number(desk, happened.on),
        issuer_id: Some(producer.id.clone()),
        issuer_name: producer.name,
        contact,
        holder_id: producer.id,
        product_id: goods.id.clone(),
        product_name: goods.name.clone(),
        amount,
        origin: batch.origin.clone(),
        issued_on: happened.on.to_string(),
        basis,
        promise: promise(),
        batch_id: Some(batch.id.clone()),
        delivery_id: None,
        replaces_id: replaced.map(|row| row.id.clone()),
        revoked_at: None,
        revoke_reason: None,
        recorded_at: at,
        recorded_by: desk.actor.account_id.clone(),
    };
    store::insert(tx, row.clone()).await?;
    report::touch_batch(tx, &batch.id).await?;
    let facts = json!({
        "number": row.number, "issuer": row.issuer_id, "product": row.product_id, "batch": row.batch_id, "amount": row.amount,
        "origin": row.origin, "issued_on": row.issued_on, "basis": row.basis, "replaces": row.replaces_id, "late": happened.late,
    });
    ledger::append(tx, desk, Event::new(kind::CERTIFICATE_ISSUED, &row.id, facts)).await?;
    Ok(CertificateView::of(row, goods.unit))
}

async fn need_food(tx: &Tx, goods: &Goods) -> Outcome<()> {
    if register::is_edible_produce(tx.connection(), &goods.id).await? {
        return Ok(());
    }
    Err(Failure::conflict("certificate_not_food").with("figure", &goods.name))
}

/// What is said, or all that no other certificate in force covers; never more than the batch holds.
fn amount(faults: &mut Faults, goods: &Goods, batch: &BatchRow, input: &CertificateInput, covered: i64) -> Option<i64> {
    let left = (batch.amount - batch.moved - covered).max(0);
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: None };
    let amount = if sent.is_empty() { left } else { sent.read(faults, goods.unit, false)? };
    if amount > left || amount == 0 {
        faults
            .add("/net_weight_g", "certificate_over_batch")
            .with("figure", goods.show(amount.max(covered)))
            .with("right", goods.show(left));
        return None;
    }
    Some(amount)
}

/// `HGZ20261126-` and eight characters nobody can guess: two issued at once never get the same.
fn number(desk: &Desk, on: crate::kernel::Day) -> String {
    let tail = crockford::upper(u128::from(u64::from_le_bytes(desk.random.bytes())) & 0xff_ffff_ffff, 8);
    format!("HGZ{}-{tail}", on.to_string().replace('-', ""))
}

fn read_basis(faults: &mut Faults, given: &[String]) -> String {
    if given.is_empty() {
        faults.add("/basis", "certificate_basis_missing");
    }
    let mut read: Vec<&'static str> = Vec::new();
    for (no, word) in given.iter().enumerate() {
        match Basis::parse(word) {
            Some(basis) if !read.contains(&basis.word()) => read.push(basis.word()),
            Some(_) => {}
            None => {
                faults.add(format!("/basis/{no}"), "certificate_basis_unknown").with("value", shortened(word));
            }
        }
    }
    read.join(";")
}

/// Keeps a certificate that came in with a delivery.
///
/// # Errors
/// `not_found` for a delivery out of reach, `not_permitted`, `certificate_not_food`; fields `certificate_number_missing`,
/// `certificate_already_recorded`, `issuer_missing`, `contact_missing`, `origin_missing`, `certificate_basis_…`, `in_the_future`.
pub async fn receive_certificate(tx: &Tx, desk: &Desk, input: &ReceivedInput) -> Outcome<CertificateView> {
    let delivery = delivery::delivery(tx.connection(), &input.delivery_id).await?;
    let (buyer, reach) = reached(tx, desk, &delivery.buyer_id, &delivery.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &delivery.product_id).await?;
    need_food(tx, &goods).await?;
    let mut faults = Faults::new();
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: None };
    let amount = sent.read(&mut faults, goods.unit, false);
    let (issued_on, today) = (read_day(&mut faults, "/issued_on", &input.issued_on), desk.clock.today());
    if let Some(day) = issued_on.filter(|day| *day > today) {
        faults.add("/issued_on", "in_the_future").with("figure", day).with("right", today);
    }
    let row = CertificateRow {
        id: desk.new_id(Noun::Certificate),
        direction: Direction::Received.word().to_owned(),
        number: need_text(&mut faults, "/number", Some(&input.number), 80, "certificate_number_missing"),
        issuer_id: Some(delivery.grower_id.clone()),
        issuer_name: need_text(&mut faults, "/issuer_name", Some(&input.issuer_name), 80, "issuer_missing"),
        contact: need_text(&mut faults, "/contact", Some(&input.contact), 200, "contact_missing"),
        holder_id: buyer.id,
        product_id: goods.id.clone(),
        product_name: goods.name.clone(),
        amount: amount.unwrap_or(0),
        origin: need_text(&mut faults, "/origin", Some(&input.origin), 120, "origin_missing"),
        issued_on: issued_on.map(|day| day.to_string()).unwrap_or_default(),
        basis: read_basis(&mut faults, &input.basis),
        promise: promise(),
        batch_id: None,
        delivery_id: Some(delivery.id.clone()),
        replaces_id: None,
        revoked_at: None,
        revoke_reason: None,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    faults.check()?;
    store::insert(tx, row.clone()).await?;
    // The name of a household stays with the record.
    let facts = json!({
        "number": row.number, "holder": row.holder_id, "delivery": row.delivery_id, "product": row.product_id, "amount": row.amount,
        "issued_on": row.issued_on, "basis": row.basis,
    });
    ledger::append(tx, desk, Event::new(kind::CERTIFICATE_RECEIVED, &row.id, facts)).await?;
    Ok(CertificateView::of(row, goods.unit))
}

/// Revokes a certificate for a reason; it is shown no more.
///
/// # Errors
/// `not_found`, `not_permitted`, `reason_missing`, `certificate_revoked`.
pub async fn revoke_certificate(tx: &Tx, desk: &Desk, id: &str, reason: &str) -> Outcome<CertificateView> {
    // Batches are locked before what hangs on them.
    let seen = store::certificate_within(tx.connection(), &desk.actor.scope, id).await?;
    if let Some(batch) = &seen.batch_id {
        batches::lock(tx, batch).await?;
    }
    let mut row = store::lock(tx, &desk.actor.scope, id).await?;
    let (_, reach) = reached(tx, desk, &row.holder_id, &row.product_id).await?;
    if !reach.acts() {
        return Err(Failure::not_permitted());
    }
    let mut faults = Faults::new();
    let reason = need_text(&mut faults, "/reason", Some(reason), 500, "reason_missing");
    faults.check()?;
    let at = desk.clock.now();
    if row.revoked_at.is_some() || !store::revoke(tx, id, at, &reason).await? {
        return Err(Failure::conflict("certificate_revoked").with("figure", &row.number));
    }
    (row.revoked_at, row.revoke_reason) = (Some(at), Some(reason.clone()));
    if let Some(batch) = &row.batch_id {
        report::touch_batch(tx, batch).await?;
    }
    let facts = json!({ "number": row.number, "batch": row.batch_id, "delivery": row.delivery_id, "reason": reason });
    ledger::append(tx, desk, Event::new(kind::CERTIFICATE_REVOKED, id, facts)).await?;
    let unit = register::goods(tx.connection(), &row.product_id).await?.unit;
    Ok(CertificateView::of(row, unit))
}

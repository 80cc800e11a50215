//! Goods leave the house.

use std::collections::BTreeMap;

use serde_json::json;

use super::lines::{self, Line, Meant, Piece, Rolls};
use super::{Loose, move_loose, on_line};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Effect, Event, kind};
use crate::trace::account::MovementKind;
use crate::trace::commands::change::usable;
use crate::trace::commands::reached;
use crate::trace::goods::Goods;
use crate::trace::keys::KeyProvider;
use crate::trace::queries::shipment::{ShipmentView, view};
use crate::trace::record::{Happened, read_happened, read_text, shortened};
use crate::trace::shipment::{ConsigneeKind, MOST_LINES, SendInput, ShipmentState, number_of};
use crate::trace::store::reach::Party;
use crate::trace::store::register;
use crate::trace::store::shipment::{self as store, LineRow, ShipmentRow};
use crate::trace::store::stock::{self, BatchRow};

/// Sends goods: labels on goods, or goods without codes, which leave the account at once.
///
/// # Errors
/// `not_found`, `not_permitted`. Of the form: `shipment_empty`, `too_many`, `line_kind_missing`, `label_missing`, `label_needs_order`,
/// `labels_have_weight`, `shipment_order_unknown`, `batch_unknown`, the labels' own faults, `amount_*`, `unit_unfit`, `shipment_mixed`,
/// `consignee_missing`, `consignee_unknown`, `consignee_is_sender`, `destination_unfit`, `shipment_facility_unknown`, `in_the_future`,
/// `late_reason_missing`, `text_too_long`. Of labels: `not_bound`, `already_voided`, `labels_twice`, `already_shipped`, `needs_relabel`,
/// `case_without_contents`, `batch_code_needs_weight`, `sample_not_shipped`, `order_not_issued`, `use_stopped`. Of batches:
/// `batch_voided`, `batch_seized`, `batch_on_hold`, `batch_recalled`, `use_stopped`, `batch_not_released`, `shipping_suspended`,
/// `goods_more_than_loose` with figures, `amount_reserved`; `shipment_number_taken`.
pub async fn send_goods(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &SendInput) -> Outcome<ShipmentView> {
    let mut faults = Faults::new();
    if input.lines.is_empty() {
        faults.add("/lines", "shipment_empty");
    } else if input.lines.len() > MOST_LINES {
        faults.add("/lines", "too_many").with("right", MOST_LINES);
    }
    let read = lines::read(tx, keys, &mut faults, input.lines.get(..MOST_LINES.min(input.lines.len())).unwrap_or_default()).await?;
    let papers = papers(tx, desk, &mut faults, input).await?;
    let Some((producer_id, product_id)) = one_kind(tx, &mut faults, &read).await? else { return refused(faults) };
    let producer_id = input.producer_id.clone().unwrap_or(producer_id);
    let (producer, reach) = reached(tx, desk, &producer_id, &product_id).await?;
    if !reach.acts() || producer.registered_by_id.is_some() {
        return Err(Failure::not_permitted());
    }
    let goods = register::goods(tx.connection(), &product_id).await?;
    whose(tx, &mut faults, &producer, &read).await?;
    check_papers(tx, &mut faults, &producer, &papers).await?;
    let amounts = amounts(&mut faults, &goods, input, &read);
    faults.check()?;
    let Some(happened) = papers.happened else { return Err(Failure::broken("faults were not noted")) };

    let rolls = Rolls::hold(tx, &read).await?;
    let mut pieces: Vec<Piece> = Vec::new();
    for line in &read {
        match &line.meant {
            Meant::Labels { .. } => pieces.extend(rolls.pieces(tx, line).await?),
            Meant::Loose { batch_id } => {
                let amount = amounts.get(&line.pointer).copied().unwrap_or(0);
                pieces.push(Piece { pointer: line.pointer.clone(), batch_id: batch_id.clone(), codes: None, amount });
            }
        }
    }
    let batches = batches(tx, &producer, &goods, &pieces, happened.on).await?;
    lines::may_go(tx, &producer.id, &goods.id, &pieces).await?;

    let id = desk.new_id(Noun::Shipment);
    let effects = debit(tx, desk, &goods, &id, &batches, &pieces, input.exported, happened).await?;
    let number = match papers.number {
        Some(number) => number,
        None => number_of(happened.on, store::numbered(tx, &producer.id, happened.on).await?),
    };
    let row = ShipmentRow {
        id: id.clone(),
        number,
        producer_id: producer.id,
        product_id: goods.id,
        consignee_kind: papers.consignee.kind.word().to_owned(),
        consignee_id: papers.consignee.id,
        consignee_name: papers.consignee.name,
        consignee_contact: papers.consignee.contact,
        division_code: papers.division_code,
        place: papers.place,
        exported: input.exported,
        carrier: papers.carrier,
        facility_id: input.facility_id.clone(),
        note: papers.note,
        state: ShipmentState::Sent.word().to_owned(),
        sent_on: happened.on.to_string(),
        late: happened.late,
        late_reason: papers.late_reason,
        void_reason: None,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    let rows: Vec<LineRow> = (1..).zip(&pieces).map(|(no, piece)| line_row(&id, no, piece)).collect();
    store::insert(tx, &row, &rows).await?;
    let facts = json!({
        "number": row.number, "producer": row.producer_id, "product": row.product_id, "consignee_kind": row.consignee_kind,
        "consignee": row.consignee_id.as_ref().unwrap_or(&row.consignee_name), "sent_on": row.sent_on, "late": row.late,
        "exported": row.exported, "amount": rows.iter().map(|l| l.amount).sum::<i64>(),
        "lines": rows.iter().map(|l| json!({ "batch": l.batch_id, "order_no": l.order_no, "first": l.first, "last": l.last, "amount": l.amount }))
            .collect::<Vec<_>>(),
    });
    ledger::append(tx, desk, Event::new(kind::SHIPMENT_SENT, &id, facts).with(effects)).await?;
    view(tx.connection(), row, desk.clock.now()).await
}

fn refused<T>(faults: Faults) -> Outcome<T> {
    faults.check()?;
    Err(Failure::broken("faults were not noted"))
}

fn line_row(id: &str, no: i64, piece: &Piece) -> LineRow {
    LineRow {
        shipment_id: id.to_owned(),
        no,
        batch_id: piece.batch_id.clone(),
        order_no: piece.codes.map(|(order_no, _)| order_no),
        first: piece.codes.map(|(_, run)| run.0),
        last: piece.codes.map(|(_, run)| run.1),
        codes: piece.codes.map_or(0, |(_, run)| run.1 - run.0 + 1),
        amount: piece.amount,
        received: 0,
        returned: 0,
        missing: 0,
    }
}

/// To whom, as read.
#[derive(Debug)]
struct Consignee {
    kind: ConsigneeKind,
    id: Option<String>,
    name: String,
    contact: Option<String>,
}

/// Everything on the slip but the goods.
#[derive(Debug)]
struct Papers {
    number: Option<String>,
    consignee: Consignee,
    division_code: Option<String>,
    place: Option<String>,
    carrier: Option<String>,
    note: Option<String>,
    late_reason: Option<String>,
    facility_id: Option<String>,
    happened: Option<Happened>,
}

async fn papers(tx: &Tx, desk: &Desk, faults: &mut Faults, input: &SendInput) -> Outcome<Papers> {
    let division_code = input.division_code.as_deref().map(text::clean).filter(|code| !code.is_empty());
    if let Some(code) = division_code.as_deref().filter(|code| !is_division(code)) {
        faults.add("/division_code", "destination_unfit").with("value", shortened(code));
    }
    Ok(Papers {
        number: read_text(faults, "/number", input.number.as_deref(), 40),
        consignee: consignee(tx, faults, input).await?,
        division_code,
        place: read_text(faults, "/place", input.place.as_deref(), 120),
        carrier: read_text(faults, "/carrier", input.carrier.as_deref(), 120),
        note: read_text(faults, "/note", input.note.as_deref(), 500),
        late_reason: read_text(faults, "/late_reason", input.late_reason.as_deref(), 500),
        facility_id: input.facility_id.clone(),
        happened: read_happened(faults, "/sent_on", input.sent_on.as_deref(), input.late_reason.as_deref(), desk.clock.today()),
    })
}

/// Six to twelve digits that begin as a province does (GB/T 2260).
fn is_division(code: &str) -> bool {
    matches!(code.len(), 6 | 9 | 12) && code.bytes().all(|b| b.is_ascii_digit()) && (b'1'..=b'8').contains(&code.as_bytes()[0])
}

async fn consignee(tx: &Tx, faults: &mut Faults, input: &SendInput) -> Outcome<Consignee> {
    let sent = &input.consignee;
    let contact = read_text(faults, "/consignee/contact", sent.contact.as_deref(), 60);
    let name = read_text(faults, "/consignee/name", sent.name.as_deref(), 120);
    let credit_code = sent.credit_code.as_deref().map(text::identifier).filter(|code| !code.is_empty());
    let organisation =
        |id: String, name: String| Consignee { kind: ConsigneeKind::Organisation, id: Some(id), name, contact: contact.clone() };
    if let Some(id) = &sent.organisation_id {
        if let Some(party) = register::party(tx.connection(), id).await?.filter(|party| party.registered_by_id.is_none()) {
            return Ok(organisation(party.id, party.name));
        }
        faults.add("/consignee/organisation_id", "consignee_unknown").with("value", shortened(id));
    } else if let Some(code) = credit_code {
        if let Some(row) = store::organisation_with(tx.connection(), &code).await? {
            return Ok(organisation(row.id, row.name));
        }
        if name.is_none() {
            faults.add("/consignee/credit_code", "consignee_unknown").with("value", shortened(&code));
        }
    } else if name.is_none() {
        faults.add("/consignee/name", "consignee_missing");
    }
    Ok(Consignee { kind: ConsigneeKind::Other, id: None, name: name.unwrap_or_default(), contact })
}

async fn check_papers(tx: &Tx, faults: &mut Faults, producer: &Party, papers: &Papers) -> Outcome<()> {
    if papers.consignee.id.as_ref() == Some(&producer.id) {
        faults.add("/consignee/organisation_id", "consignee_is_sender").with("name", &producer.name);
    }
    if let Some(id) = &papers.facility_id
        && !store::has_facility(tx.connection(), &producer.id, id).await?
    {
        faults.add("/facility_id", "shipment_facility_unknown").with("value", shortened(id));
    }
    Ok(())
}

/// The one producer and product of the first line; every other line must be of the same product.
async fn one_kind(tx: &Tx, faults: &mut Faults, lines: &[Line]) -> Outcome<Option<(String, String)>> {
    let mut first: Option<(String, String)> = None;
    for line in lines {
        match lines::whose(tx, &line.meant).await {
            Ok(whose) => match &first {
                None => first = Some(whose),
                Some(before) if before.1 != whose.1 => {
                    faults.add(&line.pointer, "shipment_mixed");
                }
                Some(_) => {}
            },
            Err(failure) if !failure.fields.is_empty() => {
                faults.absorb::<()>(&line.pointer, Err(failure));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(first)
}

/// Goods of somebody else are not there.
async fn whose(tx: &Tx, faults: &mut Faults, producer: &Party, lines: &[Line]) -> Outcome<()> {
    for line in lines {
        let Ok((producer_id, _)) = lines::whose(tx, &line.meant).await else { continue };
        if producer_id != producer.id {
            match &line.meant {
                Meant::Loose { batch_id } => {
                    faults.add(format!("{}/batch_id", line.pointer), "batch_unknown").with("value", shortened(batch_id))
                }
                Meant::Labels { order, .. } => {
                    faults.add(format!("{}/order_id", line.pointer), "shipment_order_unknown").with("value", shortened(&order.id))
                }
            };
        }
    }
    Ok(())
}

fn amounts(faults: &mut Faults, goods: &Goods, input: &SendInput, lines: &[Line]) -> BTreeMap<String, i64> {
    let mut out = BTreeMap::new();
    for line in lines.iter().filter(|line| matches!(line.meant, Meant::Loose { .. })) {
        let no = line.pointer.rsplit('/').next().and_then(|no| no.parse::<usize>().ok());
        let Some(sent) = no.and_then(|no| input.lines.get(no)) else { continue };
        if let Some(amount) = lines::amount(faults, &line.pointer, sent, goods.unit) {
            out.insert(line.pointer.clone(), amount);
        }
    }
    out
}

/// The batches, held by id; each may be shipped today.
async fn batches(tx: &Tx, producer: &Party, goods: &Goods, pieces: &[Piece], day: Day) -> Outcome<BTreeMap<String, BatchRow>> {
    let mut out = BTreeMap::new();
    for id in lines::batches(pieces) {
        let pointer = pieces.iter().find(|piece| piece.batch_id == id).map(|piece| piece.pointer.clone()).unwrap_or_default();
        let batch = stock::lock_batch(tx, id).await?;
        if batch.producer_id != producer.id || batch.product_id != goods.id {
            return Err(Failure::broken(format!("labels of {} are on batch {id}", producer.id)));
        }
        may_leave(tx, &batch, day).await.map_err(|failure| on_line(failure, pointer))?;
        out.insert(id.to_owned(), batch);
    }
    Ok(out)
}

/// May goods of this batch leave the house? A suspension blocks what is sent while it lasts (domain §5).
async fn may_leave(tx: &Tx, batch: &BatchRow, day: Day) -> Outcome<()> {
    usable(tx, batch).await?;
    if batch.released_at.is_none() {
        return Err(Failure::conflict("shipping_before_release").with("lot", &batch.lot));
    }
    if let Some((from, to)) = store::suspended_on(tx.connection(), &batch.id, day).await? {
        let failure = Failure::conflict("shipping_suspended").with("lot", &batch.lot).with("day", day).with("from", from);
        return Err(failure.with("until", to.unwrap_or_else(|| "…".to_owned())));
    }
    Ok(())
}

/// Takes goods without codes out of their batches and the account, in the order of the accounts.
#[expect(clippy::too_many_arguments, reason = "one step of one command")]
async fn debit(
    tx: &Tx,
    desk: &Desk,
    goods: &Goods,
    shipment_id: &str,
    batches: &BTreeMap<String, BatchRow>,
    pieces: &[Piece],
    exported: bool,
    happened: Happened,
) -> Outcome<Vec<Effect>> {
    let mut loose: Vec<(&Piece, &BatchRow)> =
        pieces.iter().filter(|p| p.codes.is_none()).filter_map(|p| Some((p, batches.get(&p.batch_id)?))).collect();
    loose.sort_by(|a, b| (&a.1.account_id, &a.1.id).cmp(&(&b.1.account_id, &b.1.id)));
    let mut taken: BTreeMap<&str, i64> = BTreeMap::new();
    let mut effects = Vec::new();
    for (piece, batch) in loose {
        let before = taken.entry(batch.id.as_str()).or_default();
        let left = stock::loose_of(batch) - *before;
        if piece.amount > left {
            let failure = Failure::conflict("goods_more_than_loose").with("lot", &batch.lot).with("figure", goods.show(piece.amount));
            let failure = failure.with("right", goods.show(left.max(0))).with("coded", goods.show(batch.coded));
            return Err(on_line(failure, format!("{}/net_weight_g", piece.pointer)));
        }
        *before += piece.amount;
        let kind = if exported { MovementKind::BatchExported } else { MovementKind::BatchUncoded };
        let loose = Loose { shipment_id, batch, amount: piece.amount, kind, happened };
        if move_loose(tx, desk, loose, &mut effects).await?.is_none() {
            let account = stock::account(tx.connection(), &batch.account_id).await?;
            let failure = Failure::conflict("amount_reserved").with("figure", goods.show(piece.amount)).with("right", goods.show(left));
            let failure = failure.with("free", goods.show(stock::free_of(&account).max(0)));
            return Err(on_line(failure, format!("{}/net_weight_g", piece.pointer)));
        }
    }
    Ok(effects)
}

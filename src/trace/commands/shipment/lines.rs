//! What the lines of a shipment stand for: goods without codes of a batch, or runs of labels on goods, each of one batch.

use std::collections::{BTreeMap, BTreeSet};

use super::on_line;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, Outcome, text};
use crate::trace::CodeKind;
use crate::trace::code::Code;
use crate::trace::commands::change;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::measure::Sent;
use crate::trace::order::OrderState;
use crate::trace::range::{Partition, RangeState, places, plan};
use crate::trace::roll::Label;
use crate::trace::shipment::{LineInput, Run, covered, said};
use crate::trace::store::order::{self as orders, OrderRow};
use crate::trace::store::range as ranges;
use crate::trace::store::shipment as store;
use crate::trace::store::stock;

/// How deep cases may stand in each other.
const DEEPEST: usize = 4;

/// A line as meant.
#[derive(Debug, Clone)]
pub(super) enum Meant {
    /// Goods without codes; the amount is read once the product is known.
    Loose { batch_id: String },
    /// Labels of an order.
    Labels { order: Box<OrderRow>, run: Run },
}

/// A line with its place.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Where faults point.
    pub pointer: String,
    pub meant: Meant,
}

/// A piece of a shipment: one batch, and the labels if it has any.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub pointer: String,
    pub batch_id: String,
    pub codes: Option<(i64, Run)>,
    pub amount: i64,
}

/// Reads what each line means; nothing is held yet.
pub(super) async fn read(tx: &Tx, keys: &dyn KeyProvider, faults: &mut Faults, inputs: &[LineInput]) -> Outcome<Vec<Line>> {
    let mut lines = Vec::with_capacity(inputs.len());
    for (i, input) in inputs.iter().enumerate() {
        let pointer = format!("/lines/{i}");
        match meant(tx, keys, input).await {
            Ok(meant) => lines.push(Line { pointer, meant }),
            Err(failure) if failure.kind == crate::kernel::FailureKind::Broken => return Err(failure),
            Err(failure) => {
                faults.absorb::<()>(&pointer, Err(failure));
            }
        }
    }
    Ok(lines)
}

async fn meant(tx: &Tx, keys: &dyn KeyProvider, input: &LineInput) -> Outcome<Meant> {
    let labels = input.order_id.is_some() || input.first.is_some() || input.last.is_some();
    let kinds = [input.batch_id.is_some(), labels, input.code.is_some()];
    if kinds.iter().filter(|given| **given).count() != 1 {
        return Err(Failure::field("", "line_kind_missing"));
    }
    let weight = input.net_weight_g.is_some() || input.quantity.is_some();
    if let Some(batch_id) = &input.batch_id {
        return Ok(Meant::Loose { batch_id: batch_id.clone() });
    }
    if let Some(typed) = &input.code {
        let (order, sequence) = by_code(tx, keys, typed, "/code").await?;
        let kind = CodeKind::parse(&order.kind);
        if kind == Some(CodeKind::Batch) {
            let on = ranges::range_at(tx.connection(), order.order_no, sequence).await?.and_then(|range| range.standing.batch_id);
            let batch_id = on.ok_or_else(|| Failure::field("/code", "not_bound").with("places", sequence))?;
            return Ok(Meant::Loose { batch_id });
        }
        if weight {
            return Err(Failure::field("/net_weight_g", "labels_have_weight"));
        }
        return Ok(Meant::Labels { order: Box::new(order), run: (sequence, sequence) });
    }
    if weight {
        return Err(Failure::field("/net_weight_g", "labels_have_weight"));
    }
    let first = input.first.as_ref().ok_or_else(|| Failure::field("/first", "label_missing"))?;
    let last = input.last.as_ref().unwrap_or(first);
    let order = match (&input.order_id, first) {
        (Some(id), _) => {
            let unknown = || Failure::field("/order_id", "shipment_order_unknown").with("value", text::clean(id));
            orders::order(tx.connection(), id).await.map_err(|f| if f.says("not_found") { unknown() } else { f })?
        }
        (None, Label::Text(typed)) if first.is_code() => by_code(tx, keys, typed, "/first").await?.0,
        (None, _) => return Err(Failure::field("/order_id", "label_needs_order")),
    };
    let issued = open(keys, &order)?;
    let run = (first.sequence(&issued, "/first")?, last.sequence(&issued, "/last")?);
    plan::stretch(&Partition::whole(order.count, crate::trace::range::Standing::issued(0)), run.0, run.1)?;
    Ok(Meant::Labels { order: Box::new(order), run })
}

fn open(keys: &dyn KeyProvider, order: &OrderRow) -> Outcome<IssuedOrder> {
    if order.state != OrderState::Issued.word() {
        return Err(Failure::conflict("order_not_issued").with("state", &order.state));
    }
    IssuedOrder::open(keys, order)
}

/// The order of a code, and the code's place in it.
async fn by_code(tx: &Tx, keys: &dyn KeyProvider, typed: &str, pointer: &str) -> Outcome<(OrderRow, i64)> {
    let refuse = |code| Failure::field(pointer, code).with("value", text::clean(typed));
    let code = Code::parse(typed).map_err(|_| refuse("mistyped_code"))?;
    let row = orders::by_locator(tx.connection(), code.locator()).await?.ok_or_else(|| refuse("unknown_code"))?;
    let sequence = open(keys, &row)?.sequence_of(&code).ok_or_else(|| refuse("unknown_code"))?;
    Ok((row, sequence))
}

/// The producer and product of a line.
pub(super) async fn whose(tx: &Tx, meant: &Meant) -> Outcome<(String, String)> {
    Ok(match meant {
        Meant::Labels { order, .. } => (order.producer_id.clone(), order.product_id.clone()),
        Meant::Loose { batch_id } => {
            let row = stock::batch(tx.connection(), batch_id).await.map_err(|f| {
                if f.says("not_found") { Failure::field("/batch_id", "batch_unknown").with("value", text::clean(batch_id)) } else { f }
            })?;
            (row.producer_id, row.product_id)
        }
    })
}

/// The amount of a line without labels.
pub(super) fn amount(faults: &mut Faults, pointer: &str, input: &LineInput, unit: crate::kernel::quantity::BaseUnit) -> Option<i64> {
    let pointer = format!("{pointer}/net_weight_g");
    Sent { pointer: &pointer, grams: input.net_weight_g, quantity: input.quantity, unit: None }.read(faults, unit, false)
}

/// Orders held for a shipment, with how their codes stand.
pub(super) struct Rolls(BTreeMap<i64, (OrderRow, Partition)>);

impl Rolls {
    /// Holds the orders of these lines and of everything linked below them, by number.
    pub(super) async fn hold(tx: &Tx, lines: &[Line]) -> Outcome<Self> {
        let mut ids: BTreeMap<i64, String> = BTreeMap::new();
        for line in lines {
            let Meant::Labels { order, run } = &line.meant else { continue };
            ids.insert(order.order_no, order.id.clone());
            let mut below = vec![(order.order_no, *run)];
            for _ in 0..DEEPEST {
                let mut next = Vec::new();
                for (order_no, run) in below {
                    for row in store::contents(tx.connection(), order_no, run).await? {
                        ids.insert(row.child_order_no, store::order_numbered(tx.connection(), row.child_order_no).await?.id);
                        next.push((row.child_order_no, (row.child_first, row.child_last)));
                    }
                }
                below = next;
            }
        }
        let mut rolls = BTreeMap::new();
        for (order_no, id) in ids {
            let row = orders::lock(tx, &id).await?;
            let partition = ranges::partition(tx.connection(), order_no, row.count).await?;
            let partition = partition.ok_or_else(|| Failure::conflict("order_not_issued").with("state", &row.state))?;
            rolls.insert(order_no, (row, partition));
        }
        Ok(Self(rolls))
    }

    /// The batches that labels of these lines are on.
    pub(super) async fn pieces(&self, tx: &Tx, line: &Line) -> Outcome<Vec<Piece>> {
        let Meant::Labels { order, run } = &line.meant else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        let fail = |failure| on_line(failure, line.pointer.clone());
        for (order_no, run) in self.carrying(tx, order.order_no, *run, 0).await.map_err(fail)? {
            let (row, partition) = self.roll(order_no)?;
            out.extend(pieces(row, partition, run, &line.pointer).map_err(fail)?);
        }
        Ok(out)
    }

    fn roll(&self, order_no: i64) -> Outcome<&(OrderRow, Partition)> {
        // Something was linked below in this very moment: the next try sees it.
        self.0.get(&order_no).ok_or_else(|| Failure::not_now("busy"))
    }

    /// The runs of labels that carry quantity: a unit's own, a case's contents.
    async fn carrying(&self, tx: &Tx, order_no: i64, run: Run, depth: usize) -> Outcome<Vec<(i64, Run)>> {
        let (row, partition) = self.roll(order_no)?;
        // Whatever carries quantity is sent itself, be it a case without labels inside.
        if row.unit_amount > 0 {
            return Ok(vec![(order_no, run)]);
        }
        match CodeKind::parse(&row.kind) {
            Some(CodeKind::Batch) => return Err(Failure::conflict("batch_code_needs_weight")),
            Some(CodeKind::Sample | CodeKind::Unit) | None => return Err(Failure::conflict("sample_not_shipped")),
            Some(CodeKind::Case | CodeKind::Pallet) => {}
        }
        let living: Vec<Run> =
            partition.between(run.0, run.1).into_iter().filter(|r| !r.standing.state.is_dead()).map(|r| (r.first, r.last)).collect();
        if living.is_empty() {
            return Err(Failure::conflict("already_voided").with("places", said(&[run])));
        }
        let links = store::contents(tx.connection(), order_no, run).await?;
        let linked: Vec<Run> = links.iter().map(|row| (row.parent_first, row.parent_last)).collect();
        let empty: Vec<Run> = living.iter().flat_map(|part| crate::trace::shipment::without(*part, &linked)).collect();
        if !empty.is_empty() || depth >= DEEPEST {
            return Err(Failure::conflict("case_without_contents").with("places", said(&empty)));
        }
        let mut out = Vec::new();
        for part in living {
            for link in &links {
                for (first, last) in covered(part, &[(link.parent_first, link.parent_last)]) {
                    let below = (
                        link.child_first + (first - link.parent_first) * link.per,
                        link.child_first + (last - link.parent_first + 1) * link.per - 1,
                    );
                    out.extend(Box::pin(self.carrying(tx, link.child_order_no, below, depth + 1)).await?);
                }
            }
        }
        Ok(out)
    }
}

/// A run of labels that carry quantity, cut where they are on another batch; voided ones in between are stepped over.
fn pieces(row: &OrderRow, partition: &Partition, run: Run, pointer: &str) -> Outcome<Vec<Piece>> {
    let found = plan::stretch(partition, run.0, run.1)?;
    let unbound: Vec<_> = found.iter().filter(|r| r.standing.state == RangeState::Issued).collect();
    if !unbound.is_empty() {
        return Err(Failure::conflict("not_bound").with("places", places(unbound)));
    }
    let mut out: Vec<Piece> = Vec::new();
    for range in found.iter().filter(|r| !r.standing.state.is_dead()) {
        let Some(batch_id) = range.standing.batch_id.clone() else { continue };
        let amount = range.len() * row.unit_amount;
        match out.last_mut() {
            Some(Piece { batch_id: before, codes: Some((_, codes)), amount: so_far, .. })
                if *before == batch_id && codes.1 + 1 == range.first =>
            {
                codes.1 = range.last;
                *so_far += amount;
            }
            _ => {
                let codes = Some((row.order_no, (range.first, range.last)));
                out.push(Piece { pointer: pointer.to_owned(), batch_id, codes, amount });
            }
        }
    }
    if out.is_empty() {
        return Err(Failure::conflict("already_voided").with("places", said(&[run])));
    }
    Ok(out)
}

/// Is none of these labels out, here or twice in this shipment? Has no authority stopped them?
pub(super) async fn may_go(tx: &Tx, producer_id: &str, product_id: &str, pieces: &[Piece]) -> Outcome<()> {
    let mut so_far: BTreeMap<i64, Vec<Run>> = BTreeMap::new();
    for piece in pieces {
        let Some((order_no, run)) = piece.codes else { continue };
        let fail = |failure| on_line(failure, piece.pointer.clone());
        let before = so_far.entry(order_no).or_default();
        let twice = covered(run, before);
        if !twice.is_empty() {
            return Err(fail(Failure::conflict("labels_twice").with("places", said(&twice))));
        }
        before.push(run);
        if let Some(out) = store::out(tx.connection(), order_no, run).await?.into_iter().next() {
            let code = if out.repack { "needs_relabel" } else { "already_shipped" };
            return Err(fail(Failure::conflict(code).with("places", said(&out.runs)).with("number", out.number)));
        }
        let codes = Some((order_no, run.0, run.1));
        let asked = crate::trace::store::stop::Covered { producer_id, product_id, batch_id: None, codes };
        change::not_stopped(tx, asked).await.map_err(fail)?;
    }
    Ok(())
}

/// The batches of a shipment, each once.
pub(super) fn batches(pieces: &[Piece]) -> BTreeSet<&str> {
    pieces.iter().map(|piece| piece.batch_id.as_str()).collect()
}

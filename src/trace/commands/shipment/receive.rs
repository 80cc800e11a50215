//! Goods arrive, or do not.

use std::collections::BTreeMap;

use serde_json::json;

use super::part::{self, Part};
use super::{held, on_line, state};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::goods::Goods;
use crate::trace::keys::KeyProvider;
use crate::trace::queries::shipment::{ShipmentView, view};
use crate::trace::record::{Happened, read_happened, read_text};
use crate::trace::shipment::{ActKind, Figures, ReceiveInput, Run, ShipmentState, covered, said, state_of};
use crate::trace::store::register;
use crate::trace::store::shipment::{self as store, ActRow, LineRow, ShipmentRow};

/// Records what arrived and what did not, by the consignee or by the producer for it (代录). A part after the other, in any order.
///
/// # Errors
/// `not_found`, `not_permitted`, `shipment_voided`, `nothing_on_the_way`; `shipment_line_unknown`, the labels' own faults, `label_outside_line`,
/// `line_without_labels`, `labels_have_weight`, `not_whole_packs`, `amount_*`, `in_the_future`, `before_sent`, `late_reason_missing`;
/// `labels_accounted_for` with places, `more_than_on_the_way` with figures.
pub async fn receive_shipment(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, id: &str, input: &ReceiveInput) -> Outcome<ShipmentView> {
    let (row, reach) = held(tx, desk, id).await?;
    let consignee = row.consignee_id.as_ref().is_some_and(|id| desk.actor.scope.all || desk.actor.scope.organisations.contains(id));
    let producer = reach.is_some_and(|reach| reach.acts());
    if !consignee && !producer {
        return Err(Failure::not_permitted());
    }
    open_shipment(&row)?;
    let goods = register::goods(tx.connection(), &row.product_id).await?;
    let lines = store::lines(tx.connection(), std::slice::from_ref(&row.id)).await?;
    let acts = store::acts(tx.connection(), std::slice::from_ref(&row.id)).await?;
    let mut faults = Faults::new();
    let mut arrived = part::read(tx, keys, &mut faults, &goods, ("lines", &input.lines), &lines).await?;
    let missing = part::read(tx, keys, &mut faults, &goods, ("missing", &input.missing), &lines).await?;
    let when = happened(&mut faults, desk, &row, "/received_on", input.received_on.as_deref(), input.late_reason.as_deref());
    let reason = read_text(&mut faults, "/reason", input.reason.as_deref(), 500);
    let late_reason = read_text(&mut faults, "/late_reason", input.late_reason.as_deref(), 500);
    faults.check()?;
    let Some(when) = when else { return Err(Failure::broken("faults were not noted")) };
    if input.lines.is_empty() && input.missing.is_empty() {
        arrived = rest(&lines, &acts);
    }
    let mut book = Book::of(&lines, &acts);
    let mut written = Vec::new();
    for (parts, kind) in [(&arrived, ActKind::Received), (&missing, ActKind::Missing)] {
        for part in parts {
            book.account_for(&goods, part, kind).map_err(|failure| on_line(failure, part.pointer.clone()))?;
            written.push(act_row(desk, part, kind, None, reason.clone(), when, late_reason.clone()));
        }
    }
    if written.is_empty() {
        return Err(Failure::conflict("nothing_on_the_way"));
    }
    let facts = json!({
        "number": row.number, "by": if consignee { "consignee" } else { "producer" }, "received_on": when.on.to_string(), "late": when.late,
        "reason": reason,
        "lines": written.iter().map(|a| json!({ "no": a.line_no, "kind": a.kind, "amount": a.amount, "first": a.first, "last": a.last }))
            .collect::<Vec<_>>(),
    });
    for act in written {
        store::insert_act(tx, act).await?;
    }
    let row = book.write(tx, row).await?;
    ledger::append(tx, desk, Event::new(kind::SHIPMENT_RECEIVED, &row.id, facts)).await?;
    view(tx.connection(), row, desk.clock.now()).await
}

/// A shipment that left.
pub(super) fn open_shipment(row: &ShipmentRow) -> Outcome<()> {
    if state(row)? == ShipmentState::Voided { Err(Failure::conflict("shipment_voided").with("number", &row.number)) } else { Ok(()) }
}

/// When it happened: not before the goods were sent.
pub(super) fn happened(
    faults: &mut Faults,
    desk: &Desk,
    row: &ShipmentRow,
    pointer: &str,
    typed: Option<&str>,
    late_reason: Option<&str>,
) -> Option<Happened> {
    let when = read_happened(faults, pointer, typed, late_reason, desk.clock.today())?;
    if let Some(sent) = Day::parse(&row.sent_on).filter(|sent| when.on < *sent) {
        faults.add(pointer, "before_sent").with("figure", when.on).with("right", sent);
        return None;
    }
    Some(when)
}

/// One row of what happened.
pub(super) fn act_row(
    desk: &Desk,
    part: &Part,
    kind: ActKind,
    disposition: Option<String>,
    reason: Option<String>,
    when: Happened,
    late_reason: Option<String>,
) -> ActRow {
    ActRow {
        id: desk.new_id(Noun::ShipmentAct),
        shipment_id: part.line.shipment_id.clone(),
        line_no: part.line.no,
        kind: kind.word().to_owned(),
        disposition,
        amount: part.amount,
        codes: part.codes,
        first: part.run.map(|run| run.0),
        last: part.run.map(|run| run.1),
        reason,
        happened_on: when.on.to_string(),
        late: when.late,
        late_reason,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    }
}

/// Everything still on the way, by line; label by label where all receipts so far named theirs.
fn rest(lines: &[LineRow], acts: &[ActRow]) -> Vec<Part> {
    let mut out = Vec::new();
    for line in lines {
        let amount = store::figures(line).on_the_way();
        if amount == 0 {
            continue;
        }
        let part = part::whole(line, "/lines".to_owned());
        let (named, unnamed) = named(acts, line.no);
        match part.run.filter(|_| unnamed == 0) {
            Some(run) => {
                let each = part::each(line);
                out.extend(crate::trace::shipment::without(run, &named).into_iter().map(|run| {
                    let codes = run.1 - run.0 + 1;
                    Part { run: Some(run), codes, amount: codes * each, ..part.clone() }
                }));
            }
            None => {
                let codes = if line.codes > 0 { amount / part::each(line).max(1) } else { 0 };
                out.push(Part { run: None, codes, amount, ..part });
            }
        }
    }
    out
}

/// Labels of a line that acts have named, and how much they spoke of without naming labels.
pub(super) fn named(acts: &[ActRow], line_no: i64) -> (Vec<Run>, i64) {
    let of_line = acts.iter().filter(|act| act.line_no == line_no);
    let runs = of_line.clone().filter_map(|act| store::run_of(act.first, act.last)).collect();
    (runs, of_line.filter(|act| act.first.is_none()).map(|act| act.amount).sum())
}

/// The figures of all lines while an act is written.
pub(super) struct Book {
    lines: BTreeMap<i64, (LineRow, Figures, Vec<Run>)>,
}

impl Book {
    pub(super) fn of(lines: &[LineRow], acts: &[ActRow]) -> Self {
        let entry = |line: &LineRow| (line.no, (line.clone(), store::figures(line), named(acts, line.no).0));
        Self { lines: lines.iter().map(entry).collect() }
    }

    /// Accounts for a part of what is on the way.
    fn account_for(&mut self, goods: &Goods, part: &Part, kind: ActKind) -> Outcome<()> {
        let Some((_, figures, named)) = self.lines.get_mut(&part.line.no) else { return Err(Failure::broken("a part of no line")) };
        if let Some(run) = part.run {
            let again = covered(run, named);
            if !again.is_empty() {
                return Err(Failure::conflict("labels_accounted_for").with("places", said(&again)));
            }
            named.push(run);
        }
        let way = figures.on_the_way();
        if part.amount > way {
            let failure = Failure::conflict("more_than_on_the_way").with("figure", goods.show(part.amount));
            return Err(failure.with("right", goods.show(way)));
        }
        match kind {
            ActKind::Missing => figures.missing += part.amount,
            ActKind::Received | ActKind::Returned => figures.received += part.amount,
        }
        Ok(())
    }

    /// A line's figures as they are now.
    pub(super) fn figures(&mut self, no: i64) -> Option<&mut Figures> {
        self.lines.get_mut(&no).map(|(_, figures, _)| figures)
    }

    /// Writes figures that changed, and the shipment's state.
    pub(super) async fn write(self, tx: &Tx, mut row: ShipmentRow) -> Outcome<ShipmentRow> {
        for (line, figures, _) in self.lines.values() {
            if *figures != store::figures(line) {
                store::set_figures(tx, line, *figures).await?;
            }
        }
        let (was, now) = (state(&row)?, state_of(self.lines.values().map(|(_, figures, _)| *figures)));
        if was != now {
            if !was.may_become(now) {
                return Err(Failure::broken(format!("shipment {} can't go from {} to {}", row.id, was.word(), now.word())));
            }
            store::set_state(tx, &row.id, now, None).await?;
            now.word().clone_into(&mut row.state);
        }
        Ok(row)
    }
}

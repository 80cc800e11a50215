//! Parts of lines, as somebody names what arrived or came back.

use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Failure, FailureKind, Outcome};
use crate::trace::goods::Goods;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::measure::Sent;
use crate::trace::roll::Label;
use crate::trace::shipment::{MOST_LINES, PartInput, Run};
use crate::trace::store::shipment::{self as store, LineRow};

/// A part of a line.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Where faults point.
    pub pointer: String,
    pub line: LineRow,
    pub amount: i64,
    pub codes: i64,
    /// The labels, if they were named.
    pub run: Option<Run>,
}

/// What one code of a line takes up.
pub(super) fn each(line: &LineRow) -> i64 {
    if line.codes > 0 { line.amount / line.codes } else { 0 }
}

/// The whole of a line, with its labels.
pub(super) fn whole(line: &LineRow, pointer: String) -> Part {
    Part { pointer, line: line.clone(), amount: line.amount, codes: line.codes, run: store::run_of(line.first, line.last) }
}

/// Reads parts; every fault is noted at its place under `/{list}`.
pub(super) async fn read(
    tx: &Tx,
    keys: &dyn KeyProvider,
    faults: &mut Faults,
    goods: &Goods,
    (list, inputs): (&str, &[PartInput]),
    lines: &[LineRow],
) -> Outcome<Vec<Part>> {
    if inputs.len() > MOST_LINES {
        faults.add(format!("/{list}"), "too_many").with("right", MOST_LINES);
        return Ok(Vec::new());
    }
    let mut parts = Vec::with_capacity(inputs.len());
    for (i, input) in inputs.iter().enumerate() {
        let pointer = format!("/{list}/{i}");
        let Some(line) = lines.iter().find(|line| line.no == input.no) else {
            faults.add(format!("{pointer}/no"), "shipment_line_unknown").with("value", input.no).with("most", lines.len());
            continue;
        };
        let read =
            if input.first.is_some() || input.last.is_some() { labels(tx, keys, input, line).await } else { weighed(goods, input, line) };
        match read {
            Ok((amount, codes, run)) => parts.push(Part { pointer, line: line.clone(), amount, codes, run }),
            Err(failure) if failure.kind == FailureKind::Broken => return Err(failure),
            Err(failure) => {
                faults.absorb::<()>(&pointer, Err(failure));
            }
        }
    }
    Ok(parts)
}

type Read = (i64, i64, Option<Run>);

fn weighed(goods: &Goods, input: &PartInput, line: &LineRow) -> Outcome<Read> {
    let mut faults = Faults::new();
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: None };
    let amount = sent.read(&mut faults, goods.unit, false);
    faults.check()?;
    let amount = amount.ok_or_else(|| Failure::broken("faults were not noted"))?;
    if line.codes == 0 {
        return Ok((amount, 0, None));
    }
    let each = each(line);
    if each == 0 || amount % each != 0 {
        return Err(Failure::field("/net_weight_g", "not_whole_packs").with("figure", goods.show(amount)).with("right", goods.show(each)));
    }
    // All of it is every label of it.
    let run = store::run_of(line.first, line.last).filter(|_| amount == line.amount);
    Ok((amount, amount / each, run))
}

async fn labels(tx: &Tx, keys: &dyn KeyProvider, input: &PartInput, line: &LineRow) -> Outcome<Read> {
    let (Some(order_no), Some(whole)) = (line.order_no, store::run_of(line.first, line.last)) else {
        return Err(Failure::field("/first", "line_without_labels").with("value", line.no));
    };
    if input.net_weight_g.is_some() || input.quantity.is_some() {
        return Err(Failure::field("/net_weight_g", "labels_have_weight"));
    }
    let first = input.first.as_ref().ok_or_else(|| Failure::field("/first", "label_missing"))?;
    let last = input.last.as_ref().unwrap_or(first);
    let run = match (first, last) {
        (Label::Sequence(first), Label::Sequence(last)) => (*first, *last),
        _ => {
            let issued = IssuedOrder::open(keys, &store::order_numbered(tx.connection(), order_no).await?)?;
            (first.sequence(&issued, "/first")?, last.sequence(&issued, "/last")?)
        }
    };
    if run.1 < run.0 {
        return Err(Failure::field("/last", "range_reversed").with("first", run.0).with("last", run.1));
    }
    for (pointer, value) in [("/first", run.0), ("/last", run.1)] {
        if value < whole.0 || value > whole.1 {
            let failure = Failure::field(pointer, "label_outside_line").with("value", value);
            return Err(failure.with("first", whole.0).with("last", whole.1));
        }
    }
    let codes = run.1 - run.0 + 1;
    Ok((codes * each(line), codes, Some(run)))
}

//! What was typed on the form of a visit, as what the command takes: items by their number on the list, labels by their order.

use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::supervision::checklist::Item;
use crate::supervision::inspection::{Answer, CountInput, Found, ItemInput, RecordInput, SampleInput, Signature};
use crate::web::work::batch_form::plain;
use crate::web::work::parts::{Typed, day, said};

/// The field of an item's answer.
pub(super) fn item(no: usize) -> String {
    format!("item-{no}")
}

/// The field of an item's words.
pub(super) fn note(no: usize) -> String {
    format!("note-{no}")
}

/// The field of the labels counted of an order.
pub(super) fn count(order_id: &str) -> String {
    format!("count-{order_id}")
}

/// The field that says an officer was there.
pub(super) fn officer(account_id: &str) -> String {
    format!("officer-{account_id}")
}

/// What the form says.
///
/// # Errors
/// `register_empty` without a day, `number_unreadable` for a count.
pub(super) fn read(typed: &Typed, items: &[Item], officers: &[String], orders: &[String]) -> Result<RecordInput, Failure> {
    let mut faults = Faults::new();
    let inspected_on = day(&mut faults, typed, "inspected_on");
    if inspected_on.is_none() && faults.is_empty() {
        faults.add("/inspected_on", "register_empty");
    }
    let mend_by = day(&mut faults, typed, "mend_by");
    let mut counts = Vec::new();
    for (no, order_id) in orders.iter().enumerate() {
        let written = plain(&said(typed, &count(order_id)));
        if written.is_empty() {
            continue;
        }
        let counted = written.parse().ok();
        if counted.is_none() {
            faults.add(format!("/counts/{no}"), "number_unreadable").with("figure", written);
        }
        counts.push(CountInput { order_id: order_id.clone(), counted });
    }
    faults.check()?;
    let sample = SampleInput {
        lot: said(typed, "sample_lot"),
        quantity: said(typed, "sample_quantity"),
        sealed_by: said(typed, "sample_sealed_by"),
    };
    let taken = [&sample.lot, &sample.quantity, &sample.sealed_by].iter().any(|text| !text.is_empty());
    let answered = |(no, line): (usize, &Item)| ItemInput {
        department: line.department.clone(),
        item: line.item.clone(),
        answer: Answer::parse(&said(typed, &item(no))),
        note: said(typed, &note(no)),
    };
    Ok(RecordInput {
        inspected_on: inspected_on.ok_or_else(|| Failure::broken("a visit without day"))?,
        officers: officers.iter().filter(|id| typed.contains_key(&officer(id))).cloned().collect(),
        items: items.iter().enumerate().map(answered).collect(),
        counts,
        note: said(typed, "note"),
        place: said(typed, "place"),
        sample: taken.then_some(sample),
        signature: Signature::parse(&said(typed, "signature")),
        signed_by: said(typed, "signed_by"),
        witness: said(typed, "witness"),
        found: Found::parse(&said(typed, "found")),
        mend: said(typed, "mend"),
        mend_by,
    })
}

/// The field a pointer means; nothing for the form as a whole.
pub(super) fn field(pointer: &str, orders: &[String]) -> String {
    let mut parts = pointer.split('/').skip(1);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let no = second.and_then(|no| no.parse::<usize>().ok());
    match (first, second, no) {
        ("items", _, Some(no)) => item(no),
        ("counts", _, Some(no)) => orders.get(no).map(|id| count(id)).unwrap_or_default(),
        ("sample", Some(name), _) => format!("sample_{name}"),
        ("officers", _, _) => "officers".to_owned(),
        (name, None, _) if !name.is_empty() => name.to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_with_its_numbers_wide_or_narrow_and_its_faults_find_their_fields() {
        let items = [Item { department: "市场监管".to_owned(), item: "产地".to_owned() }];
        let (officers, orders) = (["acc_1".to_owned(), "acc_2".to_owned()], ["cod_1".to_owned(), "cod_2".to_owned()]);
        let typed: Typed = [
            ("inspected_on", "2026-11-25"),
            ("item-0", "differs"),
            ("note-0", "缺记录"),
            ("count-cod_2", "３８"),
            ("officer-acc_1", "yes"),
            ("signature", "refused"),
            ("witness", "在场人员"),
            ("found", "rectify"),
            ("sample_lot", "2026-01"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        let read = read(&typed, &items, &officers, &orders).unwrap();
        assert_eq!((read.items[0].answer, read.items[0].note.as_str()), (Some(Answer::Differs), "缺记录"));
        assert_eq!((read.counts.len(), read.counts[0].counted, read.officers.as_slice()), (1, Some(38), &officers[..1]));
        assert!(read.sample.is_some() && read.mend_by.is_none() && read.signature == Some(Signature::Refused));
        let bad: Typed = [("count-cod_1".to_owned(), "许多".to_owned())].into();
        let refused = super::read(&bad, &items, &officers, &orders).unwrap_err();
        assert!(refused.says("register_empty") && refused.says("number_unreadable"));
        assert_eq!(
            ["/items/3", "/counts/1", "/sample/lot", "/officers/0", "/mend_by", ""].map(|at| field(at, &orders)),
            ["item-3", "count-cod_2", "sample_lot", "officers", "mend_by", ""]
        );
    }
}

//! One row, one act: the very commands the API uses, with names turned into ids first.

mod goods;
mod market;
mod register;

use super::names::Form;
use crate::db::Tx;
use crate::interop::sheet::fault::of_failure;
use crate::interop::sheet::{Given, RowFault, SheetKind};
use crate::kernel::{Desk, Failure, FailureKind, Outcome};

/// What came of a row.
pub(super) enum Tried {
    /// The id of what was made.
    Made(String),
    /// Everything that is wrong with it.
    Wrong(Vec<RowFault>),
}

/// Does a row's act in `tx`. `before` is what the sheet itself says against it; the act is done all the same, so that everything is said
/// at once: whoever calls undoes it then.
///
/// # Errors
/// Only what is not the row's fault: the database's, or that nothing may be written now.
pub(super) async fn act(tx: &Tx, desk: &Desk, kind: SheetKind, given: &Given, before: &[RowFault]) -> Outcome<Tried> {
    let mut form = Form::new(tx, desk, kind, given, before);
    let done = match kind {
        SheetKind::Organisations => register::organisation(&mut form).await,
        SheetKind::Growers => register::grower(&mut form).await,
        SheetKind::Plots => register::plot(&mut form).await,
        SheetKind::MarkUses => register::mark_use(&mut form).await,
        SheetKind::Facilities => register::facility(&mut form).await,
        SheetKind::Deliveries => goods::delivery(&mut form).await,
        SheetKind::Batches => goods::batch(&mut form).await,
        SheetKind::Tests => goods::test(&mut form).await,
        SheetKind::Sellers => market::seller(&mut form).await,
        SheetKind::Listings => market::listing(&mut form).await,
        SheetKind::Orders | SheetKind::Shipments | SheetKind::Accounts => {
            return Err(Failure::broken("a sheet of a kind that is only given out was read"));
        }
    };
    let mut faults = form.faults;
    match done {
        Ok(Some(id)) if faults.is_empty() => return Ok(Tried::Made(id)),
        Ok(_) => {}
        Err(failure) if matches!(failure.kind, FailureKind::Broken | FailureKind::NotNow) => return Err(failure),
        Err(failure) => {
            let more = of_failure(kind, &failure, &faults);
            faults.extend(more);
        }
    }
    if faults.is_empty() {
        return Err(Failure::broken("a row was neither taken nor refused"));
    }
    Ok(Tried::Wrong(faults))
}

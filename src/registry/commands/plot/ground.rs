//! The ground under a plot: whether another plot has it on the same day.

use super::PlotInput;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Desk, Failure, Outcome, quantity, text};
use crate::registry::geometry::{Boundary, is_overlap_refused, overlap_allowance_m2};
use crate::registry::interval::DayInterval;
use crate::registry::store::{self, PlotRow};

/// West, east, south, north in 1e-7 degrees: as fine as coordinates are kept.
#[expect(clippy::cast_possible_truncation, reason = "a boundary lies in China: degrees are below 180, so that the figure is below 2e9")]
pub(super) fn edges(boundary: &Boundary) -> Option<[i64; 4]> {
    let [south_west, north_east] = boundary.corners()?;
    let whole = |degrees: f64| (degrees * 1e7).round() as i64;
    Some([whole(south_west.lon), whole(north_east.lon), whole(south_west.lat), whole(north_east.lat)])
}

/// 承包地块编码: 19 digits, the first fourteen of them the 发包方 (GB/T 35958-2018).
pub(super) fn parcel_code(faults: &mut Faults, written: Option<&str>) -> Option<String> {
    let code = text::identifier(written?);
    if code.is_empty() {
        return None;
    }
    if code.len() != 19 || !code.bytes().all(|b| b.is_ascii_digit()) {
        faults.add("/parcel_code", "plot_parcel_code").with("value", code.chars().take(40).collect::<String>());
    }
    Some(code)
}

/// The plot that this one takes the place of: in reach, same holder and product, begun earlier.
pub(super) async fn replaced(tx: &Tx, desk: &Desk, faults: &mut Faults, input: &PlotInput, row: &PlotRow) -> Outcome<Option<PlotRow>> {
    let Some(id) = &input.replaces else { return Ok(None) };
    let old = match store::plot::one(tx.connection(), &desk.actor.scope, id).await {
        Ok(old) => old,
        Err(Failure { code: "not_found", .. }) => {
            faults.add("/replaces", "plot_replaced_unknown").with("value", id);
            return Ok(None);
        }
        Err(other) => return Err(other),
    };
    if (&old.holder_id, &old.product_id) != (&row.holder_id, &row.product_id) {
        faults.add("/replaces", "plot_replaced_other").with("value", id);
    }
    let days = store::plot::valid(&old)?;
    if input.valid_from <= days.from {
        faults.add("/valid_from", "plot_replaced_day").with("from", days.from);
    }
    if let Some(to) = days.to.filter(|to| *to < input.valid_from) {
        faults.add("/replaces", "plot_replaced_ended").with("to", to);
    }
    Ok(Some(old))
}

/// Notes every plot that has this ground on a day of `days`.
pub(super) async fn free(
    tx: &Tx,
    faults: &mut Faults,
    row: &PlotRow,
    days: DayInterval,
    boundary: Option<&Boundary>,
    replaced: Option<&PlotRow>,
) -> Outcome<()> {
    let is_other = |other: &PlotRow| replaced.is_none_or(|old| old.id != other.id);
    if let Some((boundary, edges)) = boundary.and_then(|b| Some((b, edges(b)?))) {
        for other in store::plot::beside(tx.connection(), days, edges).await?.into_iter().filter(is_other) {
            overlap(faults, row, boundary, &other)?;
        }
    }
    if let Some(code) = &row.parcel_code {
        for other in store::plot::on_parcel(tx.connection(), days, code).await?.into_iter().filter(is_other) {
            let word = if other.holder_id == row.holder_id { "plot_parcel_twice" } else { "plot_parcel_claimed" };
            faults.add("/parcel_code", word).with("value", code).with("other", other.id);
        }
    }
    if row.village.is_empty() {
        return Ok(());
    }
    for other in store::plot::of_the_name(tx.connection(), days, row).await?.into_iter().filter(is_other) {
        if other.holder_id == row.holder_id {
            if other.product_id == row.product_id && !told_apart(row, &other) {
                faults.add("/name", "plot_twice").with("value", &row.name).with("other", other.id);
            }
        } else if other.area_m2 == row.area_m2 && !told_apart(row, &other) {
            faults.add("/name", "plot_claimed_by_name").with("value", &row.name).with("other", other.id);
        }
    }
    Ok(())
}

/// Do boundaries or parcel codes say that these are two pieces of ground?
fn told_apart(a: &PlotRow, b: &PlotRow) -> bool {
    (a.boundary.is_some() && b.boundary.is_some()) || (a.parcel_code.is_some() && b.parcel_code.is_some())
}

/// Refuses an overlap that measuring does not explain; half of the smaller plot is the same plot claimed twice.
fn overlap(faults: &mut Faults, row: &PlotRow, boundary: &Boundary, other: &PlotRow) -> Outcome<()> {
    let Some(stored) = &other.boundary else { return Ok(()) };
    let ground = Boundary::parse(stored).map_err(|problem| Failure::broken(format!("the boundary of plot {}: {problem:?}", other.id)))?;
    let (own, others) = (boundary.area_m2(), ground.area_m2());
    let overlap = boundary.overlap_m2(&ground);
    if !is_overlap_refused(overlap, own, others) {
        return Ok(());
    }
    let claimed = other.holder_id != row.holder_id && overlap * 2 >= own.min(others);
    faults
        .add("/geometry", if claimed { "plot_claimed" } else { "plot_overlaps" })
        .with("other", &other.id)
        .with("overlap", quantity::grouped(overlap))
        .with("allowed", quantity::grouped(overlap_allowance_m2(own, others)));
    Ok(())
}

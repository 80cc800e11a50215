//! Everything the checks of a batch rest on, read in one go under the locks that keep it so: plots, then deliveries.

use super::draft::{Draft, DraftKind, DraftSource};
use super::evidence;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Outcome};
use crate::registry::area::AreaAnswer;
use crate::trace::batch::{SourceWord, TestScope, share};
use crate::trace::check::facts::{AreaFact, Facts, Mark, Plot, Source, SourceKind, Test};
use crate::trace::check::relied_on;
use crate::trace::goods::Goods;
use crate::trace::late::LateState;
use crate::trace::store::area::{self, Area, Origin};
use crate::trace::store::batch::Whole;
use crate::trace::store::delivery::DeliveryRow;
use crate::trace::store::reach::Party;
use crate::trace::store::register::PlotRow;
use crate::trace::store::{batch, delivery, late, register};

/// What a batch is checked against.
#[derive(Debug)]
pub(super) struct Gathered {
    pub facts: Facts,
    /// Township or county of origin for people.
    pub origin: String,
}

struct Found {
    plots: Vec<PlotRow>,
    deliveries: Vec<DeliveryRow>,
}

/// Looks everything up. `was` is the batch itself when it is checked again: what it uses itself is not held against it.
pub(super) async fn gather(tx: &Tx, goods: &Goods, producer: &Party, draft: &Draft, today: Day, was: Option<&Whole>) -> Outcome<Gathered> {
    let but = was.map(|w| w.row.id.as_str());
    let (sources, found) = find_sources(tx, draft).await?;
    let amount = draft.stated.filter(|_| !draft.harvest_plots.is_empty()).unwrap_or_else(|| sources.iter().map(|s| s.amount).sum());
    let made_on = draft.days.made_on();
    let marks = register::marks(tx.connection(), &producer.id, &goods.id, &draft.mark_use_ids).await?;
    check_named(draft, &marks)?;
    let lot = [producer.id.as_str(), &goods.id, &draft.season, &draft.lot];
    let mut facts = Facts {
        goods: goods.clone(),
        today,
        days: draft.days,
        amount,
        accept_excess: draft.accept_excess,
        season: draft.season.clone(),
        stated: draft.stated,
        lot_taken: batch::with_lot(tx.connection(), lot, but).await?.map(|_| draft.lot.clone()),
        sources: Vec::with_capacity(sources.len()),
        marks,
        marks_named: !draft.mark_use_ids.is_empty(),
        standard: register::standard(tx.connection(), &goods.id, draft.standard.as_deref(), made_on).await?,
        tests: tests(tx, producer, draft, but).await?,
        reports: Vec::new(),
        plan: register::test_plan(tx.connection(), &goods.id).await?,
        facility: evidence::facility(tx, producer, draft, was).await?,
        farm: Vec::new(),
        recorded_on: was.map_or(today, |w| Day::of(w.row.registered_at)),
        late_confirmed: confirmed(tx, was).await?,
    };
    let mut origins = Vec::with_capacity(sources.len());
    for source in &sources {
        origins.push(origin(tx, producer, source, &found).await?);
        facts.sources.push(fact(tx, goods, producer, source, &found, &draft.season, was).await?);
    }
    let plots: Vec<Option<String>> = sources.iter().map(|source| plot_of(source, &found)).collect();
    facts.reports = evidence::reports(tx, goods, producer, draft, &plots, but).await?;
    facts.farm = evidence::farm(tx, &plots, draft.days.to).await?;
    ask_areas(tx, &mut facts, &origins, draft.days.from).await?;
    let origin = origin_names(tx, &origins).await?;
    Ok(Gathered { facts, origin })
}

/// Has somebody else confirmed what was written down late?
async fn confirmed(tx: &Tx, was: Option<&Whole>) -> Outcome<bool> {
    let Some(was) = was else { return Ok(false) };
    let entry = late::of_subject(tx.connection(), &was.row.id).await?;
    Ok(entry.is_some_and(|e| e.state == LateState::Confirmed.word()))
}

/// Every source found and locked; a plot or delivery that isn't there is a fault of its field.
async fn find_sources(tx: &Tx, draft: &Draft) -> Outcome<(Vec<DraftSource>, Found)> {
    let mut plot_ids = draft.harvest_plots.clone();
    let mut delivery_ids = Vec::new();
    for source in &draft.sources {
        match &source.kind {
            DraftKind::Plot(id) => plot_ids.push(id.clone()),
            DraftKind::Delivery(id) => delivery_ids.push(id.clone()),
            DraftKind::Input(_) => {}
        }
    }
    let found = Found { plots: register::lock_plots(tx, &plot_ids).await?, deliveries: delivery::lock(tx, &delivery_ids).await? };
    let mut faults = Faults::new();
    for (no, id) in draft.harvest_plots.iter().enumerate() {
        if !found.plots.iter().any(|p| p.id == *id) {
            faults.add(format!("/plot_ids/{no}"), "plot_unknown");
        }
    }
    for source in &draft.sources {
        match &source.kind {
            DraftKind::Plot(id) if !found.plots.iter().any(|p| p.id == *id) => {
                faults.add(format!("{}/plot_id", source.pointer), "plot_unknown");
            }
            DraftKind::Delivery(id) if !found.deliveries.iter().any(|d| d.id == *id) => {
                faults.add(format!("{}/delivery_id", source.pointer), "delivery_unknown");
            }
            DraftKind::Delivery(id) if found.deliveries.iter().any(|d| d.id == *id && d.voided_at.is_some()) => {
                faults.add(format!("{}/delivery_id", source.pointer), "delivery_voided");
            }
            _ => {}
        }
    }
    faults.check()?;
    let sources = if draft.harvest_plots.is_empty() { draft.sources.clone() } else { one_harvest(draft, &found.plots) };
    Ok((sources, found))
}

/// The plots of one harvest share its weight by area.
fn one_harvest(draft: &Draft, plots: &[PlotRow]) -> Vec<DraftSource> {
    let area = |id: &String| plots.iter().find(|p| p.id == *id).map_or(0, |p| p.area_m2);
    let areas: Vec<i64> = draft.harvest_plots.iter().map(area).collect();
    let shares = share(draft.stated.unwrap_or(0), &areas);
    let ids = draft.harvest_plots.iter().enumerate();
    ids.zip(shares)
        .map(|((no, id), amount)| DraftSource { pointer: format!("/plot_ids/{no}"), amount, kind: DraftKind::Plot(id.clone()) })
        .collect()
}

/// A mark use named that isn't there is a fault of its field.
fn check_named(draft: &Draft, marks: &[Mark]) -> Outcome<()> {
    let mut faults = Faults::new();
    for (no, id) in draft.mark_use_ids.iter().enumerate() {
        if !marks.iter().any(|m| m.id == *id) {
            faults.add(format!("/mark_use_ids/{no}"), "mark_use_unknown");
        }
    }
    faults.check()
}

async fn tests(tx: &Tx, producer: &Party, draft: &Draft, but: Option<&str>) -> Outcome<Vec<Test>> {
    let mut tests = Vec::with_capacity(draft.tests.len());
    for test in &draft.tests {
        let one_lot = test.scope == TestScope::Lot;
        let also_shown = match &test.report_no {
            Some(report) if one_lot => batch::showing_report(tx.connection(), &producer.id, report, but).await?,
            _ => 0,
        };
        tests.push(Test {
            item: test.item.clone(),
            failed: test.failed,
            report_no: test.report_no.clone(),
            reported_on: test.reported_on,
            scope: test.scope,
            also_shown,
        });
    }
    Ok(tests)
}

/// The plot a source was grown on, where that is on record.
fn plot_of(source: &DraftSource, found: &Found) -> Option<String> {
    match &source.kind {
        DraftKind::Plot(id) => Some(id.clone()),
        DraftKind::Delivery(id) => found.deliveries.iter().find(|d| d.id == *id).and_then(|d| d.plot_id.clone()),
        DraftKind::Input(_) => None,
    }
}

async fn fact(
    tx: &Tx,
    goods: &Goods,
    producer: &Party,
    source: &DraftSource,
    found: &Found,
    season: &str,
    was: Option<&Whole>,
) -> Outcome<Source> {
    let kind = match &source.kind {
        DraftKind::Input(material) => SourceKind::Input { name: material.name.clone(), amount: material.weight_g },
        DraftKind::Delivery(id) => {
            let row = found.deliveries.iter().find(|d| d.id == *id).ok_or_else(crate::kernel::Failure::not_found)?;
            let but = was.map(|w| w.row.id.as_str());
            let ids = std::slice::from_ref(&row.id);
            let others = batch::went_into(tx.connection(), SourceWord::Delivery, ids, &row.season, but).await?;
            let (taken, used) = others.get(&row.id).copied().unwrap_or_default();
            SourceKind::Delivery {
                id: row.id.clone(),
                fits: row.buyer_id == producer.id && row.product_id == goods.id && row.season == season,
                amount: row.amount,
                covered: row.covered,
                used,
                taken,
                on: Day::parse(&row.delivered_on).unwrap_or(Day::of(0)),
            }
        }
        DraftKind::Plot(id) => {
            let row = found.plots.iter().find(|p| p.id == *id).ok_or_else(crate::kernel::Failure::not_found)?;
            SourceKind::Plot(plot(tx, goods, producer, row, season, was.map(|w| w.row.id.as_str())).await?)
        }
    };
    Ok(Source { pointer: source.pointer.clone(), amount: source.amount, kind, areas: Vec::new() })
}

async fn plot(tx: &Tx, goods: &Goods, producer: &Party, row: &PlotRow, season: &str, but: Option<&str>) -> Outcome<Plot> {
    let earlier = match goods.season_days(season) {
        Some(days) => register::earlier_plot(tx.connection(), row, days).await?,
        None => None,
    };
    // Land entered anew has borne what it bore under its earlier entry.
    let ids: Vec<String> = [Some(row.id.clone()), earlier.as_ref().map(|e| e.id.clone())].into_iter().flatten().collect();
    let delivered: i64 = delivery::borne(tx.connection(), &ids, season).await?.values().sum();
    let packed = batch::went_into(tx.connection(), SourceWord::Plot, &ids, season, but).await?;
    let packed: i64 = packed.values().map(|(_, covered)| covered).sum();
    Ok(Plot {
        id: row.id.clone(),
        name: row.name.clone(),
        own: row.holder_id == producer.id,
        fits: row.product_id == goods.id,
        valid: register::valid(row)?,
        area_m2: row.area_m2,
        earlier_m2: earlier.map(|e| e.area_m2),
        used: delivered + packed,
    })
}

/// Where a source comes from: its plot, else the grower's village, else the producer's seat.
async fn origin(tx: &Tx, producer: &Party, source: &DraftSource, found: &Found) -> Outcome<Origin> {
    let of_plot = |row: &PlotRow| Origin {
        division_code: row.division_code.clone(),
        village: Some(row.village.clone()),
        boundary: row.boundary.clone(),
    };
    let seat = Origin { division_code: producer.division_code.clone(), village: None, boundary: None };
    Ok(match &source.kind {
        DraftKind::Input(_) => seat,
        DraftKind::Plot(id) => found.plots.iter().find(|p| p.id == *id).map_or(seat, of_plot),
        DraftKind::Delivery(id) => {
            let Some(row) = found.deliveries.iter().find(|d| d.id == *id) else { return Ok(seat) };
            if let Some(plot) = &row.plot_id {
                // The plot was checked under its lock when the delivery was written; here it is only read.
                return Ok(register::plot(tx.connection(), plot).await?.as_ref().map_or(seat, of_plot));
            }
            match register::grower(tx.connection(), &row.grower_id).await? {
                Some(grower) => Origin { division_code: grower.division_code, village: Some(grower.village), boundary: None },
                None => seat,
            }
        }
    })
}

/// Asks the area of every right relied on about every place, and keeps the answers with the sources.
async fn ask_areas(tx: &Tx, facts: &mut Facts, origins: &[Origin], on: Day) -> Outcome<()> {
    let mut rights: Vec<(String, Area)> = Vec::new();
    for id in relied_on(facts).into_iter().map(|m| m.right_id.clone()) {
        if !rights.iter().any(|(known, _)| *known == id) {
            let area = area::of_right(tx.connection(), &id, on).await?;
            rights.push((id, area));
        }
    }
    let (ids, areas): (Vec<String>, Vec<Area>) = rights.into_iter().unzip();
    let answers = area::answers(tx.connection(), &areas, origins).await?;
    for ((source, origin), answers) in facts.sources.iter_mut().zip(origins).zip(answers) {
        let name = place_name(tx, origin).await?;
        let pairs = ids.iter().zip(answers);
        source.areas =
            pairs.map(|(id, answer): (&String, AreaAnswer)| AreaFact { right_id: id.clone(), place: name.clone(), answer }).collect();
    }
    Ok(())
}

async fn place_name(tx: &Tx, origin: &Origin) -> Outcome<String> {
    let names = area::names(tx.connection(), std::slice::from_ref(&origin.division_code)).await?;
    let village = origin.village.clone().unwrap_or_default();
    Ok(format!("{}{village}", names.first().cloned().unwrap_or_else(|| origin.division_code.clone())))
}

async fn origin_names(tx: &Tx, origins: &[Origin]) -> Outcome<String> {
    let mut codes: Vec<String> = origins.iter().map(|o| o.division_code.clone()).collect();
    codes.sort_unstable();
    codes.dedup();
    Ok(area::names(tx.connection(), &codes).await?.join("、"))
}

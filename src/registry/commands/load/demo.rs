//! Made-up caps, seasons and standards, for the demonstration only. They fill what is empty, never what a source supports, and every
//! one of them is named on its row.

use std::sync::Arc;

use serde_json::json;

use super::fingerprint;
use crate::db::{Db, Tx};
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::product::AccountBasis;
use crate::registry::seed::{self, DemoKind, DemoRow, Seed};
use crate::registry::store::{self, ProductRow, StandardRow, Turn, joined, listed};

/// Puts the made-up figures in, in one transaction with one event. Does nothing the second time.
///
/// # Errors
/// Ours only.
pub async fn load_demo_figures(db: &Db, desk: &Desk) -> Outcome<()> {
    let (seed, desk) = (Arc::new(seed::load().map_err(Failure::broken)?), desk.clone());
    db.write(move |tx| {
        let (seed, desk) = (seed.clone(), desk.clone());
        Box::pin(async move { load(tx, &desk, &seed).await })
    })
    .await
}

async fn load(tx: &Tx, desk: &Desk, seed: &Seed) -> Outcome<()> {
    store::wait_for(tx, Turn::Loading).await?;
    let known = store::load::known(tx.connection()).await?;
    let mut set = 0_usize;
    for (slug, id) in &known.products {
        let lines: Vec<&DemoRow> = seed.demo.iter().filter(|line| line.demo && line.product == *slug).collect();
        if lines.is_empty() {
            continue;
        }
        let before = store::product::to_change(tx, id).await?;
        let mut row = before.clone();
        for line in &lines {
            figure(&mut row, line);
        }
        if row != before {
            row.demo = true;
            set += listed(&row.demo_figures).len() - listed(&before.demo_figures).len();
            store::product::update(tx, row).await?;
        }
        for line in lines.iter().filter(|line| line.kind == DemoKind::Standard) {
            if !known.standards.contains(&(id.clone(), line.value.clone())) {
                store::standard::insert(tx, standard(desk, id, line)).await?;
                set += 1;
            }
        }
    }
    if set > 0 {
        let facts = json!({ "sha256": fingerprint(), "demo_figures": set });
        ledger::append(tx, desk, Event::new(kind::REGISTER_LOADED, "register", facts)).await?;
    }
    Ok(())
}

/// Sets one figure if there is none.
fn figure(row: &mut ProductRow, line: &DemoRow) {
    let number = || line.value.parse::<i64>().ok();
    let basis = AccountBasis::parse(&row.account_basis);
    let name = match line.kind {
        DemoKind::Season if row.season_from.is_none() => {
            let Some((from, to)) = line.value.split_once('/') else { return };
            (row.season_from, row.season_to) = (Some(from.to_owned()), Some(to.to_owned()));
            "season"
        }
        DemoKind::ClosingDate if row.closing.is_none() => {
            row.closing = Some(line.value.clone());
            "closing_date"
        }
        DemoKind::CarryOverCap if row.carry_over_cap.is_none() => {
            row.carry_over_cap = number();
            "carry_over_cap"
        }
        // The one cap of a product means what its basis says; a figure for another basis is not taken.
        DemoKind::YieldCap if basis == Some(AccountBasis::Plots) && line.variety.is_none() => {
            return cap(row, line, number().map(|kg| kg * 1000));
        }
        DemoKind::Conversion if basis == Some(AccountBasis::RawMaterial) => return cap(row, line, number()),
        DemoKind::Capacity if basis == Some(AccountBasis::Capacity) => return cap(row, line, number().map(|kg| kg * 1000)),
        _ => return,
    };
    mark(row, name);
}

fn cap(row: &mut ProductRow, line: &DemoRow, value: Option<i64>) {
    if row.yield_cap.is_none() && value.is_some() {
        row.yield_cap = value;
        row.yield_cap_source = Some(line.note.clone().unwrap_or_default());
        mark(row, "yield_cap");
    }
}

fn mark(row: &mut ProductRow, name: &str) {
    let mut figures = listed(&row.demo_figures);
    figures.push(name.to_owned());
    row.demo_figures = joined(&figures);
}

fn standard(desk: &Desk, product_id: &str, line: &DemoRow) -> StandardRow {
    StandardRow {
        id: desk.new_id(Noun::Standard),
        product_id: product_id.to_owned(),
        number: line.value.clone(),
        version: None,
        title: None,
        level: None,
        replaces: None,
        published_on: None,
        in_force_from: None,
        withdrawn_on: None,
        source: line.note.clone().unwrap_or_default(),
        source_url: None,
        confidence: "C".to_owned(),
        note: line.note.clone(),
        demo: true,
    }
}

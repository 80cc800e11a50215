//! Where the goods of a batch come from and where they went, on one screen: batches in both directions with what moved between them,
//! deliveries, plots and tests at the one end, codes, shipments and returns at the other.
//!
//! Nobody sees more here than elsewhere: deliveries are summed up by month and village without a name, and each further part needs
//! the permission it has of its own ([`Sight`]).

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::batch::figures_of;
use super::ends::{
    KinCertificate, KinDeliveries, KinMovement, KinRange, KinReturn, KinShipment, KinSource, KinTest, certificates, deliveries, movements,
    ranges, shipments, sources, tests,
};
use super::process::{ReachedView, reached_by};
use crate::db::Db;
use crate::kernel::{Actor, Outcome};
use crate::trace::batch::SourceWord;
use crate::trace::goods::Goods;
use crate::trace::measure::{amount_name, named};
use crate::trace::store::line::{self as store, BatchRow, ProcessRow};
use crate::trace::store::{batch, genealogy as ends, register};

/// What the reader may see besides batches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Growers by name.
    pub growers: bool,
    /// Plots by name.
    pub plots: bool,
    /// Test reports.
    pub reports: bool,
    /// Certificates.
    pub certificates: bool,
    /// Codes and their orders.
    pub codes: bool,
    /// Shipments and to whom.
    pub shipments: bool,
}

/// The line of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GenealogyView {
    /// The batch itself.
    pub batch: KinBatch,
    /// Its product.
    pub product_id: String,
    /// Its producer.
    pub producer_id: String,
    /// Its season.
    pub season: String,
    /// `g`, `ml` or `piece`.
    pub unit: String,
    /// Where it comes from.
    pub up: UpView,
    /// Where it went.
    pub down: DownView,
    /// Processes on the way, oldest first.
    pub processes: Vec<KinProcess>,
    /// Batches that a hold, recall or stop of this one reaches, itself first.
    pub reaches: Vec<ReachedView>,
    /// Parts this reader may not see: `plots`, `reports`, `certificates`, `codes`, `shipments`.
    pub withheld: Vec<String>,
}

/// A batch of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinBatch {
    /// The batch.
    pub batch_id: String,
    /// Its lot.
    pub lot: String,
    /// Its state.
    pub state: String,
    /// Its grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// The process it was born of, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process_id: Option<String>,
    /// The least steps between it and the batch asked about.
    pub depth: i64,
    /// `net_weight_g` (or `quantity`), and where it is now, as in a batch.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// What moved from one batch into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinEdge {
    /// Out of this batch.
    pub from: String,
    /// Into this one.
    pub to: String,
    /// By this process.
    pub process_id: String,
    /// `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// A process of the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinProcess {
    /// Its id.
    pub id: String,
    /// `grading`, `repacking`, `processing`, `merging`.
    pub kind: String,
    /// When it happened.
    pub happened_on: String,
    /// `loss_g`, `difference_g`, `downgraded_g`, `processed_g`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// Where a batch comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct UpView {
    /// Ancestors, the nearest first.
    pub batches: Vec<KinBatch>,
    /// What moved between them and into the batch.
    pub edges: Vec<KinEdge>,
    /// Deliveries into the batch and its ancestors, by month and village.
    pub deliveries: Vec<KinDeliveries>,
    /// Own plots and raw material.
    pub sources: Vec<KinSource>,
    /// Tests shown with them.
    pub tests: Vec<KinTest>,
    /// Certificates that came with deliveries, and those issued for them.
    pub certificates: Vec<KinCertificate>,
}

/// Where a batch went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DownView {
    /// Descendants, the nearest first.
    pub batches: Vec<KinBatch>,
    /// What moved out of the batch and between them.
    pub edges: Vec<KinEdge>,
    /// Codes on the batch and its descendants.
    pub ranges: Vec<KinRange>,
    /// What was shipped, to whom.
    pub shipments: Vec<KinShipment>,
    /// What came back.
    pub returns: Vec<KinReturn>,
    /// What left without a code.
    pub movements: Vec<KinMovement>,
}

/// The line of a batch, as far as the reader sees it.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn genealogy(db: &Db, actor: &Actor, sight: Sight, id: &str) -> Outcome<GenealogyView> {
    let row = batch::batch_within(db.reader(), &actor.scope, id).await?;
    let goods = register::goods(db.reader(), &row.product_id).await?;
    let own = [id.to_owned()];
    let depths = |lines: Vec<(String, String, i64)>| lines.into_iter().map(|(_, id, depth)| (id, depth)).collect::<Vec<_>>();
    let above = depths(store::above(db.reader(), &own).await?);
    let below = depths(store::below(db.reader(), &own).await?);
    let ids = |line: &[(String, i64)]| -> Vec<String> { line.iter().map(|(id, _)| id.clone()).chain([id.to_owned()]).collect() };
    let (ids_up, ids_down) = (ids(&above), ids(&below));
    let rows = store::batches(db.reader(), &ids_up.iter().chain(&ids_down).cloned().collect::<Vec<_>>()).await?;
    let processes = processes(db, &rows, &ids_down).await?;
    let nodes = |line: &[(String, i64)]| -> Vec<KinBatch> {
        let find = |(id, depth): &(String, i64)| rows.iter().find(|r| r.id == *id).map(|r| node(r, *depth, &goods));
        let mut nodes: Vec<KinBatch> = line.iter().filter_map(find).collect();
        nodes.sort_by(|a, b| (a.depth, &a.lot).cmp(&(b.depth, &b.lot)));
        nodes
    };
    let found = ends::sources(db.reader(), &ids_up).await?;
    let (delivered, papers) = deliveries(db, &found, &goods).await?;
    let up = UpView {
        batches: nodes(&above),
        edges: edges(&found, &rows, &ids_up, &goods),
        deliveries: delivered,
        sources: sources(db, &found, sight, &goods).await?,
        tests: tests(db, &ids_up, sight).await?,
        certificates: if sight.certificates { certificates(db, &ids_up, &papers, sight, &goods).await? } else { Vec::new() },
    };
    let (shipments, returns) = if sight.shipments { shipments(db, &ids_down, &goods).await? } else { Default::default() };
    let down = DownView {
        batches: nodes(&below),
        edges: edges(&ends::sources(db.reader(), &ids_down).await?, &rows, &ids_down, &goods),
        ranges: if sight.codes { ranges(db, &ids_down, &goods).await? } else { Vec::new() },
        shipments,
        returns,
        movements: movements(db, &row.account_id, &ids_down, sight, &goods).await?,
    };
    let seen = [
        ("plots", sight.plots),
        ("reports", sight.reports),
        ("certificates", sight.certificates),
        ("codes", sight.codes),
        ("shipments", sight.shipments),
    ];
    Ok(GenealogyView {
        batch: node(&row, 0, &goods),
        unit: goods.unit.word().to_owned(),
        up,
        down,
        processes: processes.iter().map(|p| step(p, &goods)).collect(),
        reaches: reached_by(db.reader(), &own).await?.remove(id).unwrap_or_default(),
        withheld: seen.into_iter().filter(|(_, seen)| !seen).map(|(name, _)| name.to_owned()).collect(),
        product_id: row.product_id,
        producer_id: row.producer_id,
        season: row.season,
    })
}

/// Processes that batches of the line were born of, and those the batch and its descendants went into.
async fn processes(db: &Db, rows: &[BatchRow], down: &[String]) -> Outcome<Vec<ProcessRow>> {
    let mut ids: Vec<String> = rows.iter().filter_map(|r| r.process_id.clone()).collect();
    ids.extend(store::went_into(db.reader(), down).await?.into_iter().map(|input| input.process_id));
    ids.sort_unstable();
    ids.dedup();
    let mut rows = store::processes(db.reader(), ids).await?;
    rows.sort_by(|a, b| (&a.happened_on, a.recorded_at, &a.id).cmp(&(&b.happened_on, b.recorded_at, &b.id)));
    Ok(rows)
}

fn node(row: &BatchRow, depth: i64, goods: &Goods) -> KinBatch {
    let mut figures = named(goods.unit, figures_of(row));
    figures.insert(amount_name(goods.unit), row.amount);
    KinBatch {
        batch_id: row.id.clone(),
        lot: row.lot.clone(),
        state: row.state.clone(),
        grade: row.grade.clone(),
        process_id: row.process_id.clone(),
        depth,
        figures,
    }
}

fn step(row: &ProcessRow, goods: &Goods) -> KinProcess {
    let parts = [("loss", row.loss), ("difference", row.difference), ("downgraded", row.downgraded), ("processed", row.processed)];
    KinProcess { id: row.id.clone(), kind: row.kind.clone(), happened_on: row.happened_on.clone(), figures: named(goods.unit, parts) }
}

/// What moved between batches of the line.
fn edges(sources: &[ends::SourceRow], rows: &[BatchRow], line: &[String], goods: &Goods) -> Vec<KinEdge> {
    let edge = |source: &ends::SourceRow| {
        let from = source.subject_id.clone().filter(|from| source.kind == SourceWord::Batch.word() && line.contains(from))?;
        let process_id = rows.iter().find(|r| r.id == source.batch_id)?.process_id.clone()?;
        let figures = BTreeMap::from([(amount_name(goods.unit), source.amount)]);
        Some(KinEdge { from, to: source.batch_id.clone(), process_id, figures })
    };
    sources.iter().filter_map(edge).collect()
}

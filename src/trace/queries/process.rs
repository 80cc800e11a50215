//! Processes as they are read, and which batches an act on one of them reaches.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Outcome};
use crate::trace::batch::BatchState;
use crate::trace::goods::Goods;
use crate::trace::measure::{amount_name, named};
use crate::trace::process::Balance;
use crate::trace::store::line::{self as store, BatchRow, InputRow, ProcessRow};
use crate::trace::store::register;

/// A process. Figures are `inputs_g` (in all), `outputs_g`, `loss_g`, `difference_g` (missing, and nobody said why), `downgraded_g`,
/// `processed_g`; or `input_total`, `output_total`, `loss` … for other units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "each field means what the input's field of the same name means")]
pub struct ProcessView {
    pub id: String,
    /// `grading`, `repacking`, `processing`, `merging`.
    pub kind: String,
    pub producer_id: String,
    pub product_id: String,
    pub season: String,
    pub account_id: String,
    pub unit: String,
    pub happened_on: String,
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
    /// Batches that went in, in the order they were named.
    pub inputs: Vec<PartView>,
    /// Batches that came out, voided ones among them.
    pub outputs: Vec<PartView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Written down later (补录).
    pub late: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_reason: Option<String>,
    pub recorded_at: String,
}

/// A batch on one side of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartView {
    /// The batch.
    pub batch_id: String,
    /// Its lot.
    pub lot: String,
    /// Its grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// Its state now.
    pub state: String,
    /// `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

impl PartView {
    fn of(row: &BatchRow, amount: i64, goods: &Goods) -> Self {
        Self {
            batch_id: row.id.clone(),
            lot: row.lot.clone(),
            grade: row.grade.clone(),
            state: row.state.clone(),
            figures: BTreeMap::from([(amount_name(goods.unit), amount)]),
        }
    }
    /// How much of it.
    pub fn amount(&self) -> i64 {
        self.figures.values().copied().next().unwrap_or(0)
    }
}

impl ProcessView {
    /// Of its rows; `known` are at least the batches of both sides.
    pub(in crate::trace) fn of(row: ProcessRow, inputs: &[InputRow], outputs: &[BatchRow], known: &[BatchRow], goods: &Goods) -> Self {
        let find = |input: &InputRow| known.iter().find(|b| b.id == input.batch_id).map(|b| PartView::of(b, input.amount, goods));
        let balance = Balance {
            inputs: inputs.iter().map(|i| i.amount).sum(),
            outputs: outputs.iter().map(|o| o.amount).sum(),
            loss: row.loss,
            downgraded: row.downgraded,
            processed: row.processed,
        };
        let mut figures = named(
            goods.unit,
            [("loss", row.loss), ("difference", row.difference), ("downgraded", row.downgraded), ("processed", row.processed)],
        );
        // Beside the lists, whose names they would have in other units.
        let total =
            |name: &str| if goods.unit == crate::kernel::quantity::BaseUnit::G { format!("{name}s_g") } else { format!("{name}_total") };
        figures.extend([(total("input"), balance.inputs), (total("output"), balance.outputs)]);
        Self {
            figures,
            inputs: inputs.iter().filter_map(find).collect(),
            outputs: outputs.iter().map(|o| PartView::of(o, o.amount, goods)).collect(),
            unit: goods.unit.word().to_owned(),
            recorded_at: rfc3339(row.recorded_at),
            id: row.id,
            kind: row.kind,
            producer_id: row.producer_id,
            product_id: row.product_id,
            season: row.season,
            account_id: row.account_id,
            happened_on: row.happened_on,
            facility_id: row.facility_id,
            reason: row.reason,
            late: row.late,
            late_reason: row.late_reason,
        }
    }
    /// A figure by its name without unit, such as `difference`.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
}

/// One process.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn process(db: &Db, actor: &Actor, id: &str) -> Outcome<ProcessView> {
    let row = store::process_within(db.reader(), &actor.scope, id).await?;
    let goods = register::goods(db.reader(), &row.product_id).await?;
    let inputs = store::inputs(db.reader(), vec![row.id.clone()]).await?;
    let outputs = store::outputs(db.reader(), id).await?;
    let known = store::batches(db.reader(), &inputs.iter().map(|i| i.batch_id.clone()).collect::<Vec<_>>()).await?;
    Ok(ProcessView::of(row, &inputs, &outputs, &known, &goods))
}

/// Ids of the processes a batch was born of or went into, for its history.
///
/// # Errors
/// Only ours.
pub async fn processes_of(db: &Db, batch_id: &str, born_of: Option<&str>) -> Outcome<Vec<String>> {
    let went = store::went_into(db.reader(), &[batch_id.to_owned()]).await?;
    Ok(born_of.map(str::to_owned).into_iter().chain(went.into_iter().map(|row| row.process_id)).collect())
}

/// A batch that a hold, recall or stop of another one reaches: the batch itself or one made of it, in however many steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReachedView {
    /// The batch.
    pub batch_id: String,
    /// Its lot.
    pub lot: String,
    /// Its producer.
    pub producer_id: String,
    /// Its state.
    pub state: String,
    /// Steps away; 0 is the batch itself.
    pub depth: i64,
    /// `coded_g` under codes and `shipped_g` sent out and not come back; `coded` and `shipped` for other units.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// What an act on each of these batches reaches, the nearest first; voided batches hold nothing any more and are left out.
///
/// # Errors
/// Only ours.
pub async fn reached_by<C: ConnectionTrait>(connection: &C, batch_ids: &[String]) -> Outcome<BTreeMap<String, Vec<ReachedView>>> {
    let mut lines: Vec<(String, String, i64)> = batch_ids.iter().map(|id| (id.clone(), id.clone(), 0)).collect();
    lines.extend(store::below(connection, batch_ids).await?);
    let mut ids: Vec<String> = lines.iter().map(|(_, id, _)| id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = store::batches(connection, &ids).await?;
    let shipped = store::shipped(connection, &ids).await?;
    let units = register::units_of(connection, rows.iter().map(|r| r.product_id.clone()).collect()).await?;
    let mut reached: BTreeMap<String, Vec<ReachedView>> = BTreeMap::new();
    for (from, id, depth) in lines {
        let found = rows.iter().find(|row| row.id == id && row.state != BatchState::Voided.word());
        let Some((row, unit)) = found.and_then(|row| Some((row, units.get(&row.product_id)?))) else { continue };
        let figures = [("coded", row.coded), ("shipped", shipped.get(&id).copied().unwrap_or(0))];
        reached.entry(from).or_default().push(ReachedView {
            batch_id: id,
            lot: row.lot.clone(),
            producer_id: row.producer_id.clone(),
            state: row.state.clone(),
            depth,
            figures: named(*unit, figures),
        });
    }
    // Ids of one moment do not tell which was first; lots are what people look for.
    for list in reached.values_mut() {
        list.sort_by(|a, b| (a.depth, &a.lot).cmp(&(b.depth, &b.lot)));
    }
    Ok(reached)
}

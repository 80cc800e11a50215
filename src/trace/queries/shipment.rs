//! Shipments as their sender, their consignee and supervision see them. Holders see none: they are no business of theirs (domain §5).

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::bounded;
use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Failure, Millis, Outcome};
use crate::trace::Code;
use crate::trace::goods::Goods;
use crate::trace::issued::IssuedOrder;
use crate::trace::keys::KeyProvider;
use crate::trace::measure::{amount_name, named};
use crate::trace::shipment::{Run, ShipmentFilter, said};
use crate::trace::store::range as ranges;
use crate::trace::store::register;
use crate::trace::store::shipment::{self as store, ActRow, LineRow, ShipmentRow};
use crate::trace::store::stock;

/// To whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsigneeView {
    /// `organisation` or `other`.
    pub kind: String,
    /// The organisation, if it has an account here.
    pub organisation_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Whom to call.
    pub contact: Option<String>,
}

/// A line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShipmentLineView {
    /// From 1.
    pub no: i64,
    /// The batch.
    pub batch_id: String,
    /// Its lot.
    pub lot: String,
    /// Its season.
    pub season: String,
    /// Its grade.
    pub grade: Option<String>,
    /// The labels' order; `None` for goods without labels.
    pub order_id: Option<String>,
    /// Its number.
    pub order_no: Option<i64>,
    /// First label.
    pub first: Option<i64>,
    /// Last label.
    pub last: Option<i64>,
    /// How many labels.
    pub codes: i64,
    /// `net_weight_g` (or `quantity`), `received_g`, `returned_g`, `missing_g`, `on_the_way_g`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

impl ShipmentLineView {
    /// A figure by its name without unit.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
    /// How much was sent.
    pub fn amount(&self) -> i64 {
        self.figures.get("net_weight_g").or_else(|| self.figures.get("quantity")).copied().unwrap_or(0)
    }
}

/// What happened afterwards.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShipmentActView {
    /// `sha_…`
    pub id: String,
    /// The line.
    pub no: i64,
    /// `received`, `missing` or `returned`.
    pub kind: String,
    /// Of a return: `resale`, `repack` or `destroy`.
    pub disposition: Option<String>,
    /// How many labels.
    pub codes: i64,
    /// First label, where they were named.
    pub first: Option<i64>,
    /// Last label.
    pub last: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// The day.
    pub happened_on: String,
    /// Written down later.
    pub late: bool,
    /// RFC 3339.
    pub recorded_at: String,
    /// `net_weight_g` or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// Something to look at before the lorry leaves.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShipmentWarning {
    /// `codes_not_active`: labels that a scan calls not in use yet.
    pub code: String,
    /// The line.
    pub no: i64,
    /// How many labels.
    pub codes: i64,
    /// Which: `37–52、60`.
    pub places: String,
}

/// A shipment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ShipmentView {
    /// `shi_…`
    pub id: String,
    /// The number on the goods slip.
    pub number: String,
    /// Whose goods.
    pub producer_id: String,
    /// Which product.
    pub product_id: String,
    /// To whom.
    pub consignee: ConsigneeView,
    /// Where to.
    pub division_code: Option<String>,
    /// Where to, in words.
    pub place: Option<String>,
    /// It left the country.
    pub exported: bool,
    /// Who drove it.
    pub carrier: Option<String>,
    /// From which house.
    pub facility_id: Option<String>,
    /// Anything else.
    pub note: Option<String>,
    /// `sent`, `received`, `closed` or `voided`.
    pub state: String,
    /// When.
    pub sent_on: String,
    /// Written down later.
    pub late: bool,
    /// Why.
    pub late_reason: Option<String>,
    /// Why voided.
    pub void_reason: Option<String>,
    /// RFC 3339.
    pub recorded_at: String,
    /// The lines.
    pub lines: Vec<ShipmentLineView>,
    /// What happened afterwards, oldest first.
    pub acts: Vec<ShipmentActView>,
    /// What to look at; only where one shipment is shown.
    pub warnings: Vec<ShipmentWarning>,
    /// How many labels in all.
    pub codes: i64,
    /// Sums of the lines: `net_weight_g` (or `quantity`), `received_g`, `returned_g`, `missing_g`, `on_the_way_g`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

impl ShipmentView {
    /// A figure by its name without unit.
    pub fn figure(&self, name: &str) -> i64 {
        self.figures.get(name).or_else(|| self.figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
    }
    /// How much was sent.
    pub fn amount(&self) -> i64 {
        self.figures.get("net_weight_g").or_else(|| self.figures.get("quantity")).copied().unwrap_or(0)
    }
}

fn line_figures(goods: &Goods, lines: &[&LineRow]) -> BTreeMap<String, i64> {
    let sum = |of: fn(&LineRow) -> i64| lines.iter().map(|line| of(line)).sum::<i64>();
    let on_the_way = sum(|line| store::figures(line).on_the_way());
    let known = [
        ("received", sum(|line| line.received)),
        ("returned", sum(|line| line.returned)),
        ("missing", sum(|line| line.missing)),
        ("on_the_way", on_the_way),
    ];
    let mut figures = named(goods.unit, known);
    figures.insert(amount_name(goods.unit), sum(|line| line.amount));
    figures
}

/// Views of shipments, put together with a few statements for all of them.
async fn views<C: ConnectionTrait>(connection: &C, rows: Vec<ShipmentRow>) -> Outcome<Vec<ShipmentView>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let (lines, acts) = (store::lines(connection, &ids).await?, store::acts(connection, &ids).await?);
    let goods = register::goods_of(connection, rows.iter().map(|row| row.product_id.clone()).collect()).await?;
    let orders = store::order_ids(connection, lines.iter().filter_map(|line| line.order_no).collect()).await?;
    let mut batches = BTreeMap::new();
    for line in &lines {
        if !batches.contains_key(&line.batch_id) {
            batches.insert(line.batch_id.clone(), stock::batch(connection, &line.batch_id).await?);
        }
    }
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        let goods = goods.get(&row.product_id).ok_or_else(|| Failure::broken("a shipment without its product"))?;
        let own: Vec<&LineRow> = lines.iter().filter(|line| line.shipment_id == row.id).collect();
        let of_line = |line: &&LineRow| {
            let batch = batches.get(&line.batch_id);
            ShipmentLineView {
                no: line.no,
                batch_id: line.batch_id.clone(),
                lot: batch.map(|b| b.lot.clone()).unwrap_or_default(),
                season: batch.map(|b| b.season.clone()).unwrap_or_default(),
                grade: batch.and_then(|b| b.grade.clone()),
                order_id: line.order_no.and_then(|no| orders.get(&no).cloned()),
                order_no: line.order_no,
                first: line.first,
                last: line.last,
                codes: line.codes,
                figures: line_figures(goods, &[line]),
            }
        };
        let shown = own.iter().map(of_line).collect();
        let happened = acts.iter().filter(|act| act.shipment_id == row.id).map(|act| act_view(goods, act)).collect();
        out.push(ShipmentView {
            codes: own.iter().map(|line| line.codes).sum(),
            figures: line_figures(goods, &own),
            lines: shown,
            acts: happened,
            warnings: Vec::new(),
            recorded_at: rfc3339(row.recorded_at),
            consignee: ConsigneeView {
                kind: row.consignee_kind,
                organisation_id: row.consignee_id,
                name: row.consignee_name,
                contact: row.consignee_contact,
            },
            id: row.id,
            number: row.number,
            producer_id: row.producer_id,
            product_id: row.product_id,
            division_code: row.division_code,
            place: row.place,
            exported: row.exported,
            carrier: row.carrier,
            facility_id: row.facility_id,
            note: row.note,
            state: row.state,
            sent_on: row.sent_on,
            late: row.late,
            late_reason: row.late_reason,
            void_reason: row.void_reason,
        });
    }
    Ok(out)
}

fn act_view(goods: &Goods, act: &ActRow) -> ShipmentActView {
    ShipmentActView {
        id: act.id.clone(),
        no: act.line_no,
        kind: act.kind.clone(),
        disposition: act.disposition.clone(),
        codes: act.codes,
        first: act.first,
        last: act.last,
        reason: act.reason.clone(),
        happened_on: act.happened_on.clone(),
        late: act.late,
        recorded_at: rfc3339(act.recorded_at),
        figures: BTreeMap::from([(amount_name(goods.unit), act.amount)]),
    }
}

/// One shipment, with what there is to look at.
pub(in crate::trace) async fn view<C: ConnectionTrait>(connection: &C, row: ShipmentRow, now: Millis) -> Outcome<ShipmentView> {
    let mut view = views(connection, vec![row]).await?.pop().ok_or_else(|| Failure::broken("a shipment without a view"))?;
    view.warnings = warnings(connection, &view, now).await?;
    Ok(view)
}

/// Labels of the lines that are not in use at `now`: a scan says so to whoever has the goods.
async fn warnings<C: ConnectionTrait>(connection: &C, view: &ShipmentView, now: Millis) -> Outcome<Vec<ShipmentWarning>> {
    let mut out = Vec::new();
    if view.state == "voided" {
        return Ok(out);
    }
    for line in &view.lines {
        let (Some(order_no), Some(run)) = (line.order_no, store::run_of(line.first, line.last)) else { continue };
        let idle: Vec<Run> = ranges::between(connection, order_no, run)
            .await?
            .iter()
            .filter(|r| r.standing.is_idle(now))
            .map(|r| (r.first, r.last))
            .collect();
        if !idle.is_empty() {
            let codes = crate::trace::shipment::count(&idle);
            out.push(ShipmentWarning { code: "codes_not_active".to_owned(), no: line.no, codes, places: said(&idle) });
        }
    }
    Ok(out)
}

/// One code of a shipment, for whoever wants to look: the base URL of its order, and the first label of the first line that has any.
///
/// # Errors
/// Ours if the order's key does not open.
pub async fn code_to_look_at(db: &Db, keys: &dyn KeyProvider, view: &ShipmentView) -> Outcome<Option<(String, Code)>> {
    let labelled = view.lines.iter().find_map(|line| Some((line.order_no?, line.first?)));
    let Some((order_no, first)) = labelled else { return Ok(None) };
    let issued = IssuedOrder::open(keys, &store::order_numbered(db.reader(), order_no).await?)?;
    Ok(issued.code_at(first).map(|code| (issued.base_url.clone(), code)))
}

/// Shipments the actor reaches, newest first, before `cursor`.
///
/// # Errors
/// Only ours.
pub async fn shipments(
    db: &Db,
    actor: &Actor,
    filter: &ShipmentFilter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<ShipmentView>, Option<String>)> {
    find_shipments(db, actor, filter, &Narrow::default(), cursor, limit).await
}

/// The same, narrowed to what a person looks for and in the order asked.
///
/// # Errors
/// `cursor_unknown`; else only ours.
pub async fn find_shipments(
    db: &Db,
    actor: &Actor,
    filter: &ShipmentFilter,
    narrow: &Narrow,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> Outcome<(Vec<ShipmentView>, Option<String>)> {
    let (rows, next) = store::shipments(db.reader(), &actor.scope, filter, narrow, cursor, bounded(limit)).await?;
    Ok((views(db.reader(), rows).await?, next))
}

/// One shipment.
///
/// # Errors
/// `not_found`, also where the actor's scope does not reach.
pub async fn shipment(db: &Db, actor: &Actor, now: Millis, id: &str) -> Outcome<ShipmentView> {
    view(db.reader(), store::shipment_within(db.reader(), &actor.scope, id).await?, now).await
}

//! The two ends of a line of batches: what it began with, and where it went.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::genealogy::Sight;
use crate::db::Db;
use crate::kernel::Outcome;
use crate::kernel::ids::{Noun, is};
use crate::trace::batch::{Material, SourceWord};
use crate::trace::goods::Goods;
use crate::trace::measure::{amount_name, named};
use crate::trace::store::area;
use crate::trace::store::genealogy::{self as store, DeliveryPlace, SourceRow};

/// Deliveries into one batch out of one village in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinDeliveries {
    /// Into this batch.
    pub batch_id: String,
    /// `2026-10`.
    pub month: String,
    /// The village with its township, or the township alone.
    pub place: String,
    /// How many deliveries.
    pub deliveries: i64,
    /// What the batch took of them: `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// An own plot, or raw material, that went into a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinSource {
    /// Into this batch.
    pub batch_id: String,
    /// `plot` or `input`.
    pub kind: String,
    /// The plot, for who may read plots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plot_id: Option<String>,
    /// The plot's name (for who may read plots), or what the material is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The plot's village, or where the material is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// A test or a report shown with a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinTest {
    /// Shown with this batch.
    pub batch_id: String,
    /// What was tested; of a report with several items nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Who tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub laboratory: Option<String>,
    /// Number of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_no: Option<String>,
    /// Day of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_on: Option<String>,
    /// `lot`, `plot` or `season`.
    pub scope: String,
    /// The report on file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_id: Option<String>,
}

/// A certificate that came with a delivery or was issued for a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinCertificate {
    /// `received` or `issued`.
    pub direction: String,
    /// Its number.
    pub number: String,
    /// Who issued it, where that is an organisation or the reader may know growers by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Issued for this batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    /// Issued on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<String>,
    /// It was revoked.
    pub revoked: bool,
    /// `net_weight_g`, or `quantity`; nothing where only the number is known.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// Codes bound to a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinRange {
    /// On this batch.
    pub batch_id: String,
    /// Their order.
    pub order_id: String,
    /// The order's number.
    pub order_no: i64,
    /// `unit`, `case`, `batch`, `sample`.
    pub kind: String,
    /// First sequence number.
    pub first: i64,
    /// Last sequence number.
    pub last: i64,
    /// How they stand: `bound`, `scheduled`, `active`, `voided` …
    pub state: String,
    /// `net_weight_g`, or `quantity`: what they take up.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// A line of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinShipment {
    /// Out of this batch.
    pub batch_id: String,
    /// The shipment.
    pub shipment_id: String,
    /// Its number.
    pub number: String,
    /// To whom.
    pub consignee: String,
    /// Where that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// It left the country.
    pub exported: bool,
    /// Sent on.
    pub sent_on: String,
    /// `sent`, `received`, `closed`, `voided`.
    pub state: String,
    /// How many codes; 0 for loose goods.
    pub codes: i64,
    /// `sent_g`, `received_g`, `returned_g`, `missing_g`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// What came back of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinReturn {
    /// Out of this batch.
    pub batch_id: String,
    /// The shipment.
    pub shipment_id: String,
    /// `resale`, `repack`, `destroy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// When.
    pub happened_on: String,
    /// `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

/// Goods that left a batch without a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KinMovement {
    /// Out of this batch.
    pub batch_id: String,
    /// `batch_uncoded`, `batch_lost` …
    pub kind: String,
    /// When.
    pub happened_on: String,
    /// To whom, why; for who may read shipments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `net_weight_g`, or `quantity`.
    #[serde(flatten)]
    pub figures: BTreeMap<String, i64>,
}

fn amount_of(goods: &Goods, amount: i64) -> BTreeMap<String, i64> {
    BTreeMap::from([(amount_name(goods.unit), amount)])
}

async fn place_names(db: &Db, codes: impl Iterator<Item = String>) -> Outcome<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for code in codes {
        if let std::collections::btree_map::Entry::Vacant(slot) = names.entry(code) {
            let found = area::names(db.reader(), std::slice::from_ref(slot.key())).await?;
            let name = found.into_iter().next().unwrap_or_else(|| slot.key().clone());
            slot.insert(name);
        }
    }
    Ok(names)
}

/// Deliveries summed up, and the deliveries themselves for their papers.
pub(super) async fn deliveries(db: &Db, sources: &[SourceRow], goods: &Goods) -> Outcome<(Vec<KinDeliveries>, Vec<DeliveryPlace>)> {
    let delivered = |s: &&SourceRow| s.kind == SourceWord::Delivery.word();
    let mut ids: Vec<String> = sources.iter().filter(delivered).filter_map(|s| s.subject_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = store::deliveries(db.reader(), ids).await?;
    let names = place_names(db, rows.iter().map(|r| r.division_code.clone())).await?;
    let mut sums: BTreeMap<(String, String, String), (i64, i64)> = BTreeMap::new();
    for source in sources.iter().filter(delivered) {
        let Some(row) = rows.iter().find(|r| Some(&r.id) == source.subject_id.as_ref()) else { continue };
        let month = row.delivered_on.chars().take(7).collect();
        let place = format!("{}{}", names.get(&row.division_code).map_or("", String::as_str), row.village);
        let sum = sums.entry((source.batch_id.clone(), month, place)).or_default();
        *sum = (sum.0 + 1, sum.1 + source.amount);
    }
    let line = |((batch_id, month, place), (deliveries, amount))| KinDeliveries {
        batch_id,
        month,
        place,
        deliveries,
        figures: amount_of(goods, amount),
    };
    Ok((sums.into_iter().map(line).collect(), rows))
}

/// Own plots and raw material.
pub(super) async fn sources(db: &Db, sources: &[SourceRow], sight: Sight, goods: &Goods) -> Outcome<Vec<KinSource>> {
    let own: Vec<&SourceRow> = sources.iter().filter(|s| s.kind == SourceWord::Plot.word() || s.kind == SourceWord::Input.word()).collect();
    let plots = store::plots(db.reader(), own.iter().filter_map(|s| s.subject_id.clone()).collect()).await?;
    let names = place_names(db, plots.iter().map(|p| p.division_code.clone())).await?;
    let line = |source: &&SourceRow| {
        let plot = plots.iter().find(|p| Some(&p.id) == source.subject_id.as_ref());
        let material: Option<Material> = source.input.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let village = plot.map(|p| format!("{}{}", names.get(&p.division_code).map_or("", String::as_str), p.village));
        KinSource {
            batch_id: source.batch_id.clone(),
            kind: source.kind.clone(),
            plot_id: plot.filter(|_| sight.plots).map(|p| p.id.clone()),
            name: plot.filter(|_| sight.plots).map(|p| p.name.clone()).or_else(|| material.as_ref().map(|m| m.name.clone())),
            place: village.or_else(|| material.and_then(|m| m.origin)),
            figures: amount_of(goods, source.amount),
        }
    };
    Ok(own.iter().map(line).collect())
}

/// Tests written with batches; reports on file for who may read them.
pub(super) async fn tests(db: &Db, ids: &[String], sight: Sight) -> Outcome<Vec<KinTest>> {
    let rows = store::tests(db.reader(), ids).await?;
    let mut lines: Vec<KinTest> = rows
        .into_iter()
        .map(|t| KinTest {
            batch_id: t.batch_id,
            item: Some(t.item),
            result: Some(t.result),
            laboratory: t.laboratory,
            report_no: t.report_no,
            reported_on: t.reported_on,
            scope: t.scope,
            report_id: None,
        })
        .collect();
    if sight.reports {
        lines.extend(store::reports(db.reader(), ids).await?.into_iter().map(|(batch_id, r)| KinTest {
            batch_id,
            item: None,
            result: None,
            laboratory: Some(r.laboratory),
            report_no: Some(r.report_no),
            reported_on: Some(r.reported_on),
            scope: r.scope,
            report_id: Some(r.id),
        }));
    }
    Ok(lines)
}

/// Certificates on file, and those of which only the number stands with a delivery.
pub(super) async fn certificates(
    db: &Db,
    ids: &[String],
    papers: &[DeliveryPlace],
    sight: Sight,
    goods: &Goods,
) -> Outcome<Vec<KinCertificate>> {
    let deliveries: Vec<String> = papers.iter().map(|p| p.id.clone()).collect();
    let rows = store::certificates(db.reader(), ids, &deliveries).await?;
    let only_numbers = papers.iter().filter(|p| !rows.iter().any(|r| r.delivery_id.as_ref() == Some(&p.id)));
    let numbers: Vec<KinCertificate> = only_numbers
        .filter_map(|p| p.certificate_no.clone())
        .map(|number| KinCertificate {
            direction: "received".to_owned(),
            number,
            issuer: None,
            batch_id: None,
            issued_on: None,
            revoked: false,
            figures: BTreeMap::new(),
        })
        .collect();
    let line = |r: store::CertificateRow| {
        let named = sight.growers || r.issuer_id.as_deref().is_some_and(|id| is(Noun::Organisation, id));
        KinCertificate {
            direction: r.direction,
            number: r.number,
            issuer: Some(r.issuer_name).filter(|_| named),
            batch_id: r.batch_id,
            issued_on: Some(r.issued_on),
            revoked: r.revoked_at.is_some(),
            figures: amount_of(goods, r.amount),
        }
    };
    Ok(rows.into_iter().map(line).chain(numbers).collect())
}

/// Codes on batches.
pub(super) async fn ranges(db: &Db, ids: &[String], goods: &Goods) -> Outcome<Vec<KinRange>> {
    let rows = store::ranges(db.reader(), ids).await?;
    let line = |r: store::BoundRange| KinRange {
        figures: amount_of(goods, (r.range.last - r.range.first + 1) * r.unit_amount),
        batch_id: r.range.batch_id.unwrap_or_default(),
        order_id: r.order_id,
        order_no: r.range.order_no,
        kind: r.kind,
        first: r.range.first,
        last: r.range.last,
        state: r.range.state,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Shipments of batches, and what came back of them.
pub(super) async fn shipments(db: &Db, ids: &[String], goods: &Goods) -> Outcome<(Vec<KinShipment>, Vec<KinReturn>)> {
    let rows = store::shipments(db.reader(), ids).await?;
    let mut shipments: Vec<String> = rows.iter().map(|(_, s)| s.id.clone()).collect();
    shipments.dedup();
    let came_back = store::returns(db.reader(), shipments).await?;
    let back = |act: store::ActRow| {
        let (line, _) = rows.iter().find(|(line, _)| line.shipment_id == act.shipment_id && line.no == act.line_no)?;
        Some(KinReturn {
            batch_id: line.batch_id.clone(),
            shipment_id: act.shipment_id,
            disposition: act.disposition,
            happened_on: act.happened_on,
            figures: amount_of(goods, act.amount),
        })
    };
    let returns = came_back.into_iter().filter_map(back).collect();
    let line = |(line, shipment): (store::LineRow, store::ShipmentRow)| KinShipment {
        batch_id: line.batch_id,
        shipment_id: shipment.id,
        number: shipment.number,
        consignee: shipment.consignee_name,
        place: shipment.place,
        exported: shipment.exported,
        sent_on: shipment.sent_on,
        state: shipment.state,
        codes: line.codes,
        figures: named(
            goods.unit,
            [("sent", line.amount), ("received", line.received), ("returned", line.returned), ("missing", line.missing)],
        ),
    };
    Ok((rows.into_iter().map(line).collect(), returns))
}

/// What left batches without a code.
pub(super) async fn movements(db: &Db, account_id: &str, ids: &[String], sight: Sight, goods: &Goods) -> Outcome<Vec<KinMovement>> {
    let rows = store::movements(db.reader(), account_id, ids).await?;
    let line = |m: store::MovementRow| KinMovement {
        batch_id: m.subject_id.unwrap_or_default(),
        kind: m.kind,
        happened_on: m.happened_on,
        reason: m.reason.filter(|_| sight.shipments),
        figures: amount_of(goods, m.amount),
    };
    Ok(rows.into_iter().map(line).collect())
}

//! Rows about goods: what was delivered, packed and tested.

use super::super::names::Form;
use crate::kernel::Outcome;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::trace::batch::{BatchInput, InputSource, Material, SourceInput};
use crate::trace::commands::batch::register_batch;
use crate::trace::commands::delivery::record_delivery;
use crate::trace::commands::report::record_test_report;
use crate::trace::delivery::DeliveryInput;
use crate::trace::goods::Goods;
use crate::trace::report::{TestItemInput, TestReportInput};

/// The part in grams and the part in other units of one amount.
fn parted(goods: &Goods, amount: i64) -> (Option<i64>, Option<i64>) {
    if goods.unit == BaseUnit::G { (Some(amount), None) } else { (None, Some(amount)) }
}

pub(super) async fn delivery(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let Some(goods) = form.goods().await? else { return Ok(None) };
    let grower = form.grower().await?;
    let buyer_id = form.organisation("organisation").await?;
    let plot_id = match form.text("plot") {
        Some(said) => form.plot("plot", &said, grower.as_deref(), Some(&goods.id), "delivered_on").await?,
        None => None,
    };
    let weight = form.weight(&goods);
    let (net_weight_g, quantity) = weight.as_ref().map_or((None, None), |(amount, _)| parted(&goods, *amount));
    let input = DeliveryInput {
        grower_id: grower.unwrap_or_default(),
        plot_id,
        buyer_id,
        product_id: goods.id,
        delivered_on: form.said("delivered_on"),
        net_weight_g,
        quantity,
        unit: None,
        entered: weight.and_then(|(_, entered)| entered),
        grade: form.text("grade"),
        cert_no: form.text("cert_no"),
        late_reason: form.text("late_reason"),
        late_evidence: form.text("late_evidence"),
    };
    Ok(Some(record_delivery(form.tx, form.desk, &input).await?.id))
}

pub(super) async fn batch(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let Some(goods) = form.goods().await? else { return Ok(None) };
    let producer_id = form.organisation("organisation").await?;
    let owner = producer_id.clone().or_else(|| form.desk.actor.organisation_id.clone());
    let weight = form.weight(&goods);
    let amount = weight.as_ref().map(|(amount, _)| *amount);
    let mut plot_ids = Vec::new();
    for said in form.list("plots") {
        plot_ids.extend(form.plot("plots", &said, None, Some(&goods.id), "harvested_from").await?);
    }
    let mut sources = deliveries(form, &goods, amount);
    if let Some(name) = form.text("input") {
        let material =
            Material { name, weight_g: form.amount("input_weight", 1000), document_no: form.text("input_document"), origin: None };
        let (net_weight_g, quantity) = amount.map_or((None, None), |amount| parted(&goods, amount));
        let input = Some(InputSource::Material(material));
        sources.push(SourceInput { delivery_id: None, plot_id: None, input, net_weight_g, quantity });
    }
    // The shortcut of one harvest says its weight once; sources say theirs.
    let (net_weight_g, quantity) = amount.map_or((None, None), |amount| parted(&goods, amount));
    let input = BatchInput {
        product_id: goods.id.clone(),
        producer_id,
        lot: form.said("lot"),
        sources,
        plot_ids,
        net_weight_g,
        quantity,
        entered: weight.and_then(|(_, entered)| entered),
        harvested_from: form.text("harvested_from"),
        harvested_to: form.text("harvested_to"),
        produced_on: form.text("produced_on"),
        packed_on: form.text("packed_on"),
        best_before: form.text("best_before"),
        grade: form.text("grade"),
        facility_id: form.facility(owner.as_deref()).await?,
        standard_version: form.text("standard"),
        late_reason: form.text("late_reason"),
        late_evidence: form.text("late_evidence"),
        ..BatchInput::default()
    };
    // What could not be found is not said to be missing too.
    if form.faults.iter().any(|fault| fault.column.as_deref() == Some("plots") || fault.column.as_deref() == Some("product")) {
        return Ok(None);
    }
    Ok(Some(register_batch(form.tx, form.desk, &input).await?.id))
}

/// `del_… 1200、del_… 300`: deliveries with what comes from each, in the unit of the row; a single one needs no weight.
fn deliveries(form: &mut Form<'_>, goods: &Goods, whole: Option<i64>) -> Vec<SourceInput> {
    let said = form.list("deliveries");
    let scale = match form.said("unit").as_str() {
        "jin" => 500,
        "kg" | "l" => 1000,
        "t" => 1_000_000,
        _ => 1,
    };
    let (mut sources, alone) = (Vec::new(), said.len() == 1);
    for part in said {
        let (id, amount) = match part.split_once(char::is_whitespace) {
            Some((id, weight)) => (id, parse_amount(weight, scale)),
            None => (part.as_str(), whole.filter(|_| alone)),
        };
        let Some(amount) = amount else {
            form.fault("deliveries", "sheet_deliveries", &[("value", part.chars().take(40).collect())]);
            continue;
        };
        let (net_weight_g, quantity) = parted(goods, amount);
        sources.push(SourceInput { delivery_id: Some(id.to_owned()), plot_id: None, input: None, net_weight_g, quantity });
    }
    sources
}

pub(super) async fn test(form: &mut Form<'_>) -> Outcome<Option<String>> {
    let Some(product_id) = form.product("product").await? else { return Ok(None) };
    let organisation_id = form.organisation("organisation").await?;
    let owner = organisation_id.clone().or_else(|| form.desk.actor.organisation_id.clone());
    let batch_id = form.batch(owner.as_deref(), &product_id).await?;
    let plot_id = match form.text("plot") {
        Some(said) => form.plot("plot", &said, None, Some(&product_id), "sampled_on").await?,
        None => None,
    };
    let items = items(form);
    let input = TestReportInput {
        organisation_id,
        product_id,
        by_whom: form.said("by_whom"),
        scope: form.said("scope"),
        batch_id,
        plot_id,
        season: form.text("season"),
        laboratory: form.said("laboratory"),
        accreditation: form.text("accreditation"),
        report_no: form.said("report_no"),
        sampled_on: form.text("sampled_on"),
        reported_on: form.said("reported_on"),
        valid_to: form.text("valid_to"),
        file_sha256: None,
        items,
    };
    Ok(Some(record_test_report(form.tx, form.desk, &input).await?.id))
}

/// `农药残留=合格；可溶性固形物=12.1%（≥11%）`
fn items(form: &mut Form<'_>) -> Vec<TestItemInput> {
    let written = form.said("items");
    let mut items = Vec::new();
    for part in written.split(['；', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let Some((item, rest)) = part.split_once(['=', '＝', '：', ':']) else {
            form.fault("items", "sheet_items", &[("value", part.chars().take(40).collect())]);
            continue;
        };
        let (result, bound) = match rest.trim().trim_end_matches([')', '）']).split_once(['(', '（']) {
            Some((result, bound)) => (result, Some(bound.trim().to_owned())),
            None => (rest, None),
        };
        items.push(TestItemInput { item: item.trim().to_owned(), result: result.trim().to_owned(), bound });
    }
    items
}

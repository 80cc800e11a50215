//! From the facts of a scan to the goods its page shows.

use super::super::pages::consumer::{ContentLine, Goods, GoodsRight, Step, TestLine};
use super::super::words::Lang;
use crate::trace::scan::{BatchText, Content, Scanned};

/// What the page of a code shows of the goods; before the code is bound, product and producer alone.
pub(super) fn goods_of(scanned: &Scanned, lang: Lang) -> Goods {
    let order = &scanned.facts.order;
    let mut goods = Goods {
        product: order.product().to_owned(),
        producer: order.producer().to_owned(),
        credit_code: order.credit_code().map(str::to_owned),
        grade: order.grade().map(str::to_owned),
        net_weight: order.net_amount().map(|amount| order.base_unit().show(amount)),
        ..Goods::default()
    };
    if let Some(contents) = &scanned.facts.contents {
        goods.case_count = Some(contents.items).filter(|n| *n > 0);
        let line = |c: &Content| ContentLine { product: c.product.clone(), lot: c.lot.clone(), count: c.count, recalled: c.recalled };
        goods.contents = contents.lines.iter().map(line).collect();
    }
    if let Some(batch) = scanned.facts.batch.as_deref() {
        with_batch(&mut goods, batch, scanned, lang);
    }
    goods
}

fn with_batch(goods: &mut Goods, batch: &BatchText, scanned: &Scanned, lang: Lang) {
    goods.rights = batch
        .rights
        .iter()
        .map(|right| GoodsRight {
            kind: right.route.name().to_owned(),
            number: right.number.clone(),
            in_force: Some((right.from, right.until)),
        })
        .collect();
    goods.grade = batch.grade.clone().or(goods.grade.take());
    goods.lot = Some(batch.lot.clone());
    goods.produced_on = batch.produced_on;
    goods.packed_on = batch.packed_on;
    goods.best_before = batch.best_before;
    goods.harvested = Some((batch.harvested_from, batch.harvested_to));
    goods.origin = (!batch.origin.is_empty()).then(|| batch.origin.clone());
    goods.facility = batch.facility.clone();
    goods.standard = batch.standard_number.clone();
    goods.tests =
        batch.tests.iter().map(|t| TestLine { finding: format!("{} {}", t.item, t.result), report_no: t.report_no.clone() }).collect();
    goods.timeline = timeline(batch, scanned, lang);
}

/// The steps a buyer may know, oldest first.
fn timeline(batch: &BatchText, scanned: &Scanned, lang: Lang) -> Vec<Step> {
    let amount = scanned.facts.order.base_unit().show(batch.amount);
    let say = |key: &str, values: &[(&str, &str)]| lang.fill(&format!("steps.{key}"), values).trim().to_owned();
    let mut steps = vec![Step { on: batch.harvested_to, text: say("harvested", &[("amount", &amount), ("origin", &batch.origin)]) }];
    steps.extend(batch.packed_on.map(|on| Step { on, text: say("packed", &[("facility", batch.facility.as_deref().unwrap_or(""))]) }));
    for test in &batch.tests {
        let (finding, report) = (format!("{} {}", test.item, test.result), test.report_no.as_deref().unwrap_or("—"));
        steps.extend(test.reported_on.map(|on| Step { on, text: say("tested", &[("finding", &finding), ("report", report)]) }));
    }
    steps.extend(batch.released_on.map(|on| Step { on, text: say("released", &[]) }));
    steps.extend(scanned.facts.activated_on.map(|on| Step { on, text: say("activated", &[]) }));
    steps.sort_by_key(|s| s.on);
    steps
}

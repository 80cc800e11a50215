//! From the facts of a scan to the goods its page shows.

use super::super::pages::consumer::{ContentLine, Goods, GoodsRight, Step, TestLine};
use super::super::words::Lang;
use crate::trace::scan::{BatchCertificate, BatchText, Content, Scanned};

/// The most tests shown one by one.
const MOST_TESTS: usize = 6;
/// The longest finding shown, in characters.
const LONGEST_TEST: usize = 60;
/// The longest number of a report shown.
const LONGEST_NUMBER: usize = 40;

/// What the page of a code shows of the goods; before the code is bound, product and producer alone.
pub(in crate::web) fn goods_of(scanned: &Scanned, lang: Lang) -> Goods {
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
    goods.tests = tests(batch, lang);
    if let Some(certificate) = &batch.certificate {
        goods.certificate = Some((certificate.number.clone(), certificate.issued_on));
        goods.conformity = Some(conformity(certificate, scanned, lang));
    }
    goods.timeline = timeline(batch, scanned, lang);
}

/// The first characters of a text, for a page that must stay small.
fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// The first tests, each short enough for a telephone; how many more there are is said.
fn tests(batch: &BatchText, lang: Lang) -> Vec<TestLine> {
    let line = |t: &crate::trace::scan::BatchTest| TestLine {
        finding: short(&format!("{} {}", t.item, t.result), LONGEST_TEST),
        report_no: t.report_no.as_deref().map(|no| short(no, LONGEST_NUMBER)),
    };
    let mut lines: Vec<TestLine> = batch.tests.iter().take(MOST_TESTS).map(line).collect();
    if batch.tests.len() > MOST_TESTS {
        lines.push(TestLine { finding: lang.say1("farm.more_tests", "n", batch.tests.len()), report_no: None });
    }
    lines
}

/// The certificate in full, in the order of the form.
fn conformity(certificate: &BatchCertificate, scanned: &Scanned, lang: Lang) -> String {
    let basis: Vec<&str> = certificate.basis.iter().map(|basis| basis.name()).collect();
    let values = [
        ("promise", certificate.promise.as_str()),
        ("basis", &basis.join("、")),
        ("product", scanned.facts.order.product()),
        ("amount", &scanned.facts.order.base_unit().show(certificate.amount)),
        ("origin", &certificate.origin),
        ("issuer", &certificate.issuer),
        ("contact", &certificate.contact),
        ("day", &certificate.issued_on.for_people(lang.english())),
        ("number", &certificate.number),
    ];
    lang.fill("farm.conformity", &values)
}

/// The steps a buyer may know, oldest first.
fn timeline(batch: &BatchText, scanned: &Scanned, lang: Lang) -> Vec<Step> {
    let amount = scanned.facts.order.base_unit().show(batch.amount);
    let say = |key: &str, values: &[(&str, &str)]| lang.fill(&format!("steps.{key}"), values).trim().to_owned();
    let mut steps = vec![Step { on: batch.harvested_to, text: say("harvested", &[("amount", &amount), ("origin", &batch.origin)]) }];
    steps.extend(batch.packed_on.map(|on| Step { on, text: say("packed", &[("facility", batch.facility.as_deref().unwrap_or(""))]) }));
    // Two at most, so that what comes after them is still among the six that are shown.
    for test in batch.tests.iter().take(2) {
        let finding = short(&format!("{} {}", test.item, test.result), LONGEST_TEST);
        let report = short(test.report_no.as_deref().unwrap_or("—"), LONGEST_NUMBER);
        steps.extend(test.reported_on.map(|on| Step { on, text: say("tested", &[("finding", &finding), ("report", &report)]) }));
    }
    steps.extend(batch.released_on.map(|on| Step { on, text: say("released", &[]) }));
    steps.extend(scanned.facts.activated_on.map(|on| Step { on, text: say("activated", &[]) }));
    steps.sort_by_key(|s| s.on);
    steps
}

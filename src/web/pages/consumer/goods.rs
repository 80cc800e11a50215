//! What the register holds about the goods behind a code, ready to be shown, and the two lists made of it: what a reader
//! can compare with the pack, and what only the platform holds.

use crate::kernel::{Day, Millis};
use crate::trace::verdict::{CodeKind, Place};
use crate::web::words::Lang;

/// A right the batch relies on; others of the product are not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoodsRight {
    /// Kind as shown, such as 地理标志产品.
    pub kind: String,
    /// Announcement, registration or certificate number, if known.
    pub number: Option<String>,
    /// First and last day of the mark use as frozen at release; the end may be open.
    pub in_force: Option<(Day, Option<Day>)>,
}

/// One test result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestLine {
    /// What was tested and found, such as `可溶性固形物 12.4%`.
    pub finding: String,
    /// Number of the report.
    pub report_no: Option<String>,
}

/// One step on the way, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Day it happened.
    pub on: Day,
    /// What happened.
    pub text: String,
}

/// First or earlier use of the scratch PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinUse {
    /// When.
    pub at: Millis,
    /// Where, if known.
    pub place: Option<Place>,
}

/// The goods. Everything optional is left out of the page when unknown; nothing is made up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Goods {
    /// Name of the product.
    pub product: String,
    /// English name.
    pub product_en: Option<String>,
    /// Rights relied on.
    pub rights: Vec<GoodsRight>,
    /// Grade as printed.
    pub grade: Option<String>,
    /// Net content as printed, such as `5 kg`.
    pub net_weight: Option<String>,
    /// Name of the producer.
    pub producer: String,
    /// 统一社会信用代码, 18 characters; must stand beside the special mark.
    pub credit_code: Option<String>,
    /// Lot as printed.
    pub lot: Option<String>,
    /// Produced on, if printed.
    pub produced_on: Option<Day>,
    /// Packed on.
    pub packed_on: Option<Day>,
    /// Best before.
    pub best_before: Option<Day>,
    /// Harvest, first and last day.
    pub harvested: Option<(Day, Day)>,
    /// Townships or villages, as public as the register allows; never a grower.
    pub origin: Option<String>,
    /// Packing house or cold store.
    pub facility: Option<String>,
    /// Standard and version met.
    pub standard: Option<String>,
    /// Test results.
    pub tests: Vec<TestLine>,
    /// Items in the case, or cases on the pallet; for their codes only.
    pub case_count: Option<i64>,
    /// What a case or pallet holds, for their codes only.
    pub contents: Vec<ContentLine>,
    /// At most six are shown.
    pub timeline: Vec<Step>,
    /// Number and day of the 承诺达标合格证, if there is one.
    pub certificate: Option<(String, Day)>,
    /// Full text of the 承诺达标合格证, if there is one.
    pub conformity: Option<String>,
}

/// Items of one batch in a case or on a pallet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentLine {
    /// Name of the product.
    pub product: String,
    /// Lot, once the items are in a batch.
    pub lot: Option<String>,
    /// How many.
    pub count: i64,
    /// The batch is being recalled.
    pub recalled: bool,
}

/// Lines of contents shown; the others are counted.
const LINES: usize = 12;

/// One row of a list.
pub(super) struct Row {
    pub label: String,
    pub value: String,
    pub small: Option<String>,
    pub mono: bool,
}

impl Goods {
    pub(super) fn name(&self, lang: Lang) -> &str {
        lang.of(&self.product, self.product_en.as_deref())
    }

    /// Grade and net content in one line.
    pub(super) fn pack(&self) -> Option<String> {
        joined([self.grade.as_deref(), self.net_weight.as_deref()])
    }

    /// To whom the number was issued: all there is to say about a label that is not in use.
    pub(super) fn issued_to(&self, lang: Lang, grouped_code: &str) -> Vec<Row> {
        let bare =
            Self { product: self.product.clone(), product_en: self.product_en.clone(), producer: self.producer.clone(), ..Self::default() };
        bare.comparable(lang, CodeKind::Unit, grouped_code)
    }

    /// What stands on the pack.
    pub(super) fn comparable(&self, lang: Lang, kind: CodeKind, grouped_code: &str) -> Vec<Row> {
        let mut rows = Rows(lang, Vec::new());
        let kinds = self.rights.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>().join(&lang.say("scan.list_and"));
        let chinese = (lang.english() && self.name(lang) != self.product).then_some(self.product.as_str());
        rows.add("product", self.name(lang), joined([chinese, Some(kinds.as_str()).filter(|k| !k.is_empty())]));
        if let Some(pack) = self.pack() {
            rows.add("pack", &pack, None);
        }
        if let Some(count) = self.case_count.filter(|_| kind.is_container()) {
            rows.add(if kind == CodeKind::Pallet { "pallet_count" } else { "case_count" }, &count.to_string(), None);
        }
        rows.add("producer", &self.producer, self.credit_code.as_deref().map(|c| format!("{} {c}", lang.say("fact.credit_code"))));
        if let Some(lot) = &self.lot {
            let made = self.produced_on.map(|d| ("produced", d)).or(self.packed_on.map(|d| ("packed", d)));
            rows.add("batch", lot, made.map(|(key, day)| lang.say1(&format!("scan.{key}_on"), "date", day.for_people(lang.english()))));
        }
        if let Some(day) = self.best_before {
            rows.add("best_before", &day.for_people(lang.english()), None);
        }
        rows.add("code", grouped_code, None);
        if let Some(last) = rows.1.last_mut() {
            last.mono = true;
        }
        rows.1
    }

    /// What lies in a case or on a pallet, batch by batch.
    pub(super) fn contents(&self, lang: Lang) -> Vec<Row> {
        let mut rows = Rows(lang, Vec::new());
        for line in self.contents.iter().take(LINES) {
            let lot = line.lot.as_ref().map(|lot| format!("{} {lot}", lang.say("fact.batch")));
            let count = lang.say1("scan.content_count", "n", line.count);
            let recalled = line.recalled.then(|| lang.say("scan.content_recalled"));
            rows.add("content", &line.product, joined([Some(count.as_str()), lot.as_deref(), recalled.as_deref()]));
        }
        let rest: i64 = self.contents.iter().skip(LINES).map(|line| line.count).sum();
        if rest > 0 {
            rows.add("content", &lang.say1("scan.content_rest", "n", rest), None);
        }
        rows.1
    }

    /// What only the platform holds.
    pub(super) fn registered(&self, lang: Lang) -> Vec<Row> {
        let mut rows = Rows(lang, Vec::new());
        for right in &self.rights {
            let in_force = right.in_force.map(|(from, until)| {
                let until = until.map_or_else(|| lang.say("scan.open_end").into_owned(), |d| d.for_people(lang.english()));
                lang.fill("scan.mark_use", &[("from", &from.for_people(lang.english())), ("until", &until)])
            });
            let kind = right.number.as_ref().map(|_| right.kind.as_str());
            rows.add("rights", right.number.as_deref().unwrap_or(&right.kind), joined([kind, in_force.as_deref()]));
        }
        if let Some((from, to)) = self.harvested {
            let days = if from == to {
                from.for_people(lang.english())
            } else {
                format!("{} – {}", from.for_people(lang.english()), to.for_people(lang.english()))
            };
            rows.add("harvest", &days, self.origin.clone());
        } else if let Some(origin) = &self.origin {
            rows.add("origin", origin, None);
        }
        for test in &self.tests {
            rows.add("test", &test.finding, test.report_no.as_ref().map(|no| lang.say1("scan.report", "number", no)));
        }
        if let Some((number, on)) = &self.certificate {
            rows.add("certificate", number, Some(on.for_people(lang.english())));
        }
        if let Some(standard) = &self.standard {
            rows.add("standard", standard, None);
        }
        if let Some(facility) = &self.facility {
            rows.add("facility", facility, None);
        }
        rows.1
    }
}

struct Rows(Lang, Vec<Row>);

impl Rows {
    fn add(&mut self, fact: &str, value: &str, small: Option<String>) {
        let label = self.0.say(&format!("fact.{fact}")).into_owned();
        self.1.push(Row { label, value: value.to_owned(), small, mono: false });
    }
}

fn joined<const N: usize>(parts: [Option<&str>; N]) -> Option<String> {
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

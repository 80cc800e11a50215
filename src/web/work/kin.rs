//! The genealogy of a batch in tables.

use super::super::pages::staff::{Cell, Column, Table};
use super::desk::Reader;
use super::genealogy::amount;
use super::names::{day_of, state};
use crate::trace::goods::Goods;
use crate::trace::queries::genealogy::{GenealogyView, KinBatch, KinEdge};

/// A batch's figure by its name without unit.
fn figure(figures: &std::collections::BTreeMap<String, i64>, name: &str) -> i64 {
    figures.get(name).or_else(|| figures.get(&format!("{name}_g"))).copied().unwrap_or(0)
}

struct Kin<'a> {
    reader: &'a Reader,
    view: &'a GenealogyView,
    goods: &'a Goods,
}

/// Every table with its heading; those without a row are left out, but for the batches.
pub(super) fn tables(reader: &Reader, view: &GenealogyView, goods: &Goods) -> Vec<(String, Table)> {
    let kin = Kin { reader, view, goods };
    let all = [
        ("batches", kin.batches()),
        ("edges", kin.edges()),
        ("origins", kin.origins()),
        ("tests", kin.tests()),
        ("certificates", kin.certificates()),
        ("codes", kin.codes()),
        ("shipments", kin.shipments()),
        ("returns", kin.returns()),
        ("gone", kin.gone()),
    ];
    all.into_iter().filter(|(_, table)| !table.rows.is_empty()).map(|(name, table)| (reader.word("kin_heading", name), table)).collect()
}

impl Kin<'_> {
    fn table(&self, name: &str, columns: &[(&str, bool)], rows: Vec<Vec<Cell>>) -> Table {
        let column = |(name, number): &(&str, bool)| {
            let label = self.reader.word("kin", name);
            if *number { Column::number(label) } else { Column::text(label) }
        };
        Table { caption: self.reader.word("kin_caption", name), columns: columns.iter().map(column).collect(), rows, empty: String::new() }
    }
    fn show(&self, amount: i64) -> Cell {
        Cell::text(self.goods.show(amount))
    }
    fn day(&self, day: &str) -> Cell {
        Cell::text(day_of(self.reader.lang, day))
    }
    fn node(&self, id: &str) -> Option<&KinBatch> {
        let lines = self.view.up.batches.iter().chain(&self.view.down.batches);
        lines.chain([&self.view.batch]).find(|b| b.batch_id == id)
    }
    fn lot(&self, id: &str) -> Cell {
        let lot = self.node(id).map(|b| b.lot.clone()).unwrap_or_default();
        Cell::link(lot, self.reader.to(&format!("/work/batches/{id}")))
    }

    fn batches(&self) -> Table {
        let row = |batch: &KinBatch, relation: String| {
            let reached = self.view.reaches.iter().find(|r| r.batch_id == batch.batch_id);
            let shipped = reached.map_or_else(String::new, |r| self.goods.show(figure(&r.figures, "shipped")));
            vec![
                self.lot(&batch.batch_id).with_small(batch.grade.clone().unwrap_or_default()),
                Cell::text(relation),
                state(self.reader, "batch_state", &batch.state),
                self.show(amount(&batch.figures)),
                self.show(figure(&batch.figures, "loose")),
                self.show(figure(&batch.figures, "coded")),
                Cell::text(shipped),
                Cell::text(self.reader.word("kin_reached", if reached.is_some() { "reached" } else { "apart" })),
            ]
        };
        let steps = |key: &str, depth: i64| self.reader.fill(key, &[("n", &depth.to_string())]);
        let mut rows: Vec<Vec<Cell>> = self.view.up.batches.iter().rev().map(|b| row(b, steps("column_up", b.depth))).collect();
        rows.push(row(&self.view.batch, self.reader.say("column_own")));
        rows.extend(self.view.down.batches.iter().map(|b| row(b, steps("column_down", b.depth))));
        let columns = [
            ("lot", false),
            ("relation", false),
            ("state", false),
            ("amount", true),
            ("loose", true),
            ("coded", true),
            ("shipped", true),
            ("reached", false),
        ];
        self.table("batches", &columns, rows)
    }

    fn edges(&self) -> Table {
        let row = |edge: &KinEdge| {
            let step = self.view.processes.iter().find(|p| p.id == edge.process_id);
            vec![
                self.lot(&edge.from),
                self.lot(&edge.to),
                Cell::text(step.map(|s| self.reader.word("process_kind", &s.kind)).unwrap_or_default()),
                step.map_or_else(Cell::default, |s| self.day(&s.happened_on)),
                self.show(amount(&edge.figures)),
            ]
        };
        let mut rows: Vec<Vec<Cell>> = self.view.up.edges.iter().chain(&self.view.down.edges).map(row).collect();
        for step in &self.view.processes {
            for (name, key) in [("loss", "lost"), ("difference", "difference"), ("downgraded", "downgraded"), ("processed", "processed")] {
                let amount = figure(&step.figures, name);
                if amount > 0 {
                    rows.push(vec![
                        Cell::default(),
                        Cell::text(self.reader.word("kin_left", key)),
                        Cell::text(self.reader.word("process_kind", &step.kind)),
                        self.day(&step.happened_on),
                        self.show(amount),
                    ]);
                }
            }
        }
        self.table("edges", &[("from", false), ("to", false), ("process", false), ("day", false), ("amount", true)], rows)
    }

    fn origins(&self) -> Table {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for sum in &self.view.up.deliveries {
            let count = self.reader.fill("deliveries_counted", &[("n", &sum.deliveries.to_string())]);
            rows.push(vec![
                self.lot(&sum.batch_id),
                Cell::text(self.reader.word("origin", "delivery")).with_small(count),
                Cell::text(sum.place.clone()),
                Cell::text(sum.month.clone()),
                self.show(amount(&sum.figures)),
            ]);
        }
        for source in &self.view.up.sources {
            rows.push(vec![
                self.lot(&source.batch_id),
                Cell::text(self.reader.word("origin", &source.kind)).with_small(source.name.clone().unwrap_or_default()),
                Cell::text(source.place.clone().unwrap_or_default()),
                Cell::default(),
                self.show(amount(&source.figures)),
            ]);
        }
        self.table("origins", &[("into", false), ("origin", false), ("place", false), ("month", false), ("amount", true)], rows)
    }

    fn tests(&self) -> Table {
        let text = |value: &Option<String>| Cell::text(value.clone().unwrap_or_default());
        let row = |test: &crate::trace::queries::ends::KinTest| {
            vec![
                self.lot(&test.batch_id),
                text(&test.item).with_small(test.result.clone().unwrap_or_default()),
                text(&test.laboratory).with_small(test.report_no.clone().unwrap_or_default()),
                test.reported_on.as_deref().map_or_else(Cell::default, |day| self.day(day)),
            ]
        };
        let rows = self.view.up.tests.iter().map(row).collect();
        self.table("tests", &[("lot", false), ("test", false), ("laboratory", false), ("day", false)], rows)
    }

    fn certificates(&self) -> Table {
        let row = |paper: &crate::trace::queries::ends::KinCertificate| {
            let direction = if paper.revoked { "revoked" } else { paper.direction.as_str() };
            vec![
                Cell::text(paper.number.clone()),
                Cell::text(self.reader.word("certificate_kind", direction)).with_small(paper.issuer.clone().unwrap_or_default()),
                paper.issued_on.as_deref().map_or_else(Cell::default, |day| self.day(day)),
                if paper.figures.is_empty() { Cell::default() } else { self.show(amount(&paper.figures)) },
            ]
        };
        let rows = self.view.up.certificates.iter().map(row).collect();
        self.table("certificates", &[("number", false), ("certificate", false), ("day", false), ("amount", true)], rows)
    }

    fn codes(&self) -> Table {
        let row = |range: &crate::trace::queries::ends::KinRange| {
            let order = self.reader.fill("order_numbered", &[("no", &range.order_no.to_string())]);
            vec![
                self.lot(&range.batch_id),
                Cell::link(order, self.reader.to(&format!("/work/orders/{}", range.order_id))),
                Cell::text(format!("{} – {}", range.first, range.last)),
                state(self.reader, "range_state", &range.state),
                self.show(amount(&range.figures)),
            ]
        };
        let rows = self.view.down.ranges.iter().map(row).collect();
        self.table("codes", &[("lot", false), ("order", false), ("codes", false), ("state", false), ("amount", true)], rows)
    }

    fn shipments(&self) -> Table {
        let row = |line: &crate::trace::queries::ends::KinShipment| {
            let back = figure(&line.figures, "returned");
            let back = if back > 0 { self.reader.fill("kin_returned", &[("amount", &self.goods.show(back))]) } else { String::new() };
            vec![
                self.lot(&line.batch_id),
                Cell::text(line.consignee.clone()).with_small(line.place.clone().unwrap_or_default()),
                Cell::text(line.number.clone()),
                self.day(&line.sent_on),
                Cell::text(self.reader.word("shipment_stage", &line.state)),
                self.show(figure(&line.figures, "sent")).with_small(back),
            ]
        };
        let rows = self.view.down.shipments.iter().map(row).collect();
        let columns = [("lot", false), ("consignee", false), ("number", false), ("day", false), ("state", false), ("amount", true)];
        self.table("shipments", &columns, rows)
    }

    fn returns(&self) -> Table {
        let row = |line: &crate::trace::queries::ends::KinReturn| {
            let what = line.disposition.as_deref().map(|word| self.reader.word("disposed", word)).unwrap_or_default();
            vec![self.lot(&line.batch_id), Cell::text(what), self.day(&line.happened_on), self.show(amount(&line.figures))]
        };
        let rows = self.view.down.returns.iter().map(row).collect();
        self.table("returns", &[("lot", false), ("disposed", false), ("day", false), ("amount", true)], rows)
    }

    fn gone(&self) -> Table {
        let row = |line: &crate::trace::queries::ends::KinMovement| {
            let kind = line.kind.strip_prefix("batch_").unwrap_or(&line.kind);
            vec![
                self.lot(&line.batch_id),
                Cell::text(self.reader.word("reduction", kind)).with_small(line.reason.clone().unwrap_or_default()),
                self.day(&line.happened_on),
                self.show(amount(&line.figures)),
            ]
        };
        let rows = self.view.down.movements.iter().map(row).collect();
        self.table("gone", &[("lot", false), ("reduction", false), ("day", false), ("amount", true)], rows)
    }
}

//! `/work/batches/{id}/genealogy`: where a batch comes from and where it went, on one screen: drawn, and in tables for whoever can't see
//! the drawing; and what a hold or recall of it would reach.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::staff::{Frame, Table};
use super::super::route::{Access, Route};
use super::super::sight::sight;
use super::desk::Reader;
use super::graph::{BOX, Graph, Node, draw, ending};
use super::kin;
use super::names::{Names, day_of};
use super::todo::reach_line;
use crate::identity::role::Permission as P;
use crate::trace::goods::Goods;
use crate::trace::queries::ends::KinRange;
use crate::trace::queries::genealogy::{GenealogyView, KinBatch, KinEdge, genealogy};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/batches/{id}/genealogy", Access::Needs(P::BatchRead), show)]
}

#[derive(Template)]
#[template(path = "staff/genealogy.html")]
struct Page<'a> {
    frame: Frame<'a>,
    /// Back to the batch.
    back: String,
    /// What a hold or recall reaches, in a sentence.
    reach: String,
    graph: Graph,
    /// Width and height of a box.
    size: (i64, i64),
    tables: Vec<(String, Table)>,
    /// Parts this reader may not see; empty if there are none.
    withheld: String,
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let view = genealogy(&app.db, &reader.actor(P::BatchRead)?, sight(&app, &reader.who, &id).await, &id).await?;
    let goods = Names::new(&app).goods(&view.product_id).await?;
    let reach = reach_line(&reader, &view.reaches).unwrap_or_else(|| reader.say("reach_none"));
    let withheld: Vec<String> = view.withheld.iter().map(|part| reader.word("withheld_part", part)).collect();
    let page = Page {
        back: reader.to(&format!("/work/batches/{id}")),
        reach,
        graph: graph(&reader, &view, &goods),
        size: BOX,
        tables: kin::tables(&reader, &view, &goods),
        withheld: if withheld.is_empty() { String::new() } else { reader.fill("withheld", &[("parts", &withheld.join("、"))]) },
        frame: reader.frame(reader.fill("genealogy_heading", &[("product", &goods.name), ("lot", &view.batch.lot)]), Vec::new()),
    };
    Ok(Html(page.render()?))
}

/// How much something is, whatever the unit.
pub(super) fn amount(figures: &std::collections::BTreeMap<String, i64>) -> i64 {
    figures.get("net_weight_g").or_else(|| figures.get("quantity")).copied().unwrap_or(0)
}

/// Columns: sources, batches by how far they are, codes, consignees.
fn graph(reader: &Reader, view: &GenealogyView, goods: &Goods) -> Graph {
    let above = view.up.batches.iter().map(|b| b.depth).max().unwrap_or(0);
    let below = view.down.batches.iter().map(|b| b.depth).max().unwrap_or(0);
    let column = |depth: i64| usize::try_from(1 + above + depth).unwrap_or(1);
    let last = column(below);
    let mut heads = vec![reader.say("column_sources")];
    heads.extend((-above..=below).map(|depth| match depth {
        0 => reader.say("column_own"),
        _ if depth < 0 => reader.fill("column_up", &[("n", &(-depth).to_string())]),
        _ => reader.fill("column_down", &[("n", &depth.to_string())]),
    }));
    let mut drawing = Drawing { reader, goods, nodes: Vec::new(), edges: Vec::new() };
    drawing.origins(view);
    for batch in &view.up.batches {
        drawing.batch(batch, column(-batch.depth), false, false);
    }
    drawing.batch(&view.batch, column(0), true, true);
    for batch in &view.down.batches {
        drawing.batch(batch, column(batch.depth), false, batch.state != "voided");
    }
    drawing.between(view.up.edges.iter().chain(&view.down.edges));
    if !view.down.ranges.is_empty() {
        heads.push(reader.say("column_codes"));
        drawing.codes(&view.down.ranges, last + 1);
    }
    if !view.down.shipments.is_empty() {
        let column = heads.len();
        heads.push(reader.say("column_consignees"));
        drawing.shipments(view, column);
    }
    let Drawing { mut nodes, edges, .. } = drawing;
    if !nodes.iter().any(|n| n.column == 0) {
        heads.remove(0);
        nodes.iter_mut().for_each(|n| n.column -= 1);
    }
    draw(&heads, nodes, &edges, |n| reader.fill("column_more", &[("n", &n.to_string())]))
}

struct Drawing<'a> {
    reader: &'a Reader,
    goods: &'a Goods,
    nodes: Vec<Node>,
    edges: Vec<(String, String, String)>,
}

impl Drawing<'_> {
    fn join(&mut self, from: &str, to: &str, amount: i64) {
        self.edges.push((from.to_owned(), to.to_owned(), self.goods.show(amount)));
    }
    fn origins(&mut self, view: &GenealogyView) {
        for (no, sum) in view.up.deliveries.iter().enumerate() {
            let id = format!("delivery-{no}");
            let small = format!("{} · {}", sum.month, self.goods.show(amount(&sum.figures)));
            self.nodes.push(Node { id: id.clone(), title: ending(&sum.place), small, ..Node::default() });
            self.join(&id, &sum.batch_id, amount(&sum.figures));
        }
        for (no, source) in view.up.sources.iter().enumerate() {
            let id = format!("source-{no}");
            let title = source.name.clone().or_else(|| source.place.as_deref().map(ending));
            let title = title.unwrap_or_else(|| self.reader.word("origin", &source.kind));
            self.nodes.push(Node { id: id.clone(), title, small: self.goods.show(amount(&source.figures)), ..Node::default() });
            self.join(&id, &source.batch_id, amount(&source.figures));
        }
    }
    fn batch(&mut self, batch: &KinBatch, column: usize, own: bool, reached: bool) {
        let state = self.reader.word("batch_state", &batch.state);
        self.nodes.push(Node {
            id: batch.batch_id.clone(),
            column,
            title: batch.lot.clone(),
            small: format!("{} · {state}", self.goods.show(amount(&batch.figures))),
            href: self.reader.to(&format!("/work/batches/{}", batch.batch_id)),
            own,
            reached,
        });
    }
    fn between<'e>(&mut self, edges: impl Iterator<Item = &'e KinEdge>) {
        for edge in edges {
            self.join(&edge.from, &edge.to, amount(&edge.figures));
        }
    }
    /// One box an order and batch.
    fn codes(&mut self, ranges: &[KinRange], column: usize) {
        let mut seen: Vec<(i64, &str)> = Vec::new();
        for range in ranges {
            let key = (range.order_no, range.batch_id.as_str());
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let of: Vec<&KinRange> = ranges.iter().filter(|r| (r.order_no, r.batch_id.as_str()) == key).collect();
            let codes: i64 = of.iter().map(|r| r.last - r.first + 1).sum();
            let taken: i64 = of.iter().map(|r| amount(&r.figures)).sum();
            let id = format!("codes-{}-{}", range.order_no, range.batch_id);
            self.nodes.push(Node {
                id: id.clone(),
                column,
                title: self.reader.fill("order_numbered", &[("no", &range.order_no.to_string())]),
                small: self.reader.fill("labels_counted", &[("n", &codes.to_string())]),
                href: self.reader.to(&format!("/work/orders/{}", range.order_id)),
                ..Node::default()
            });
            self.join(&range.batch_id, &id, taken);
        }
    }
    /// One box a consignee.
    fn shipments(&mut self, view: &GenealogyView, column: usize) {
        let lines = view.down.shipments.iter().filter(|line| line.state != "voided");
        for line in lines {
            let id = format!("to-{}", line.consignee);
            if !self.nodes.iter().any(|n| n.id == id) {
                let small = day_of(self.reader.lang, &line.sent_on);
                self.nodes.push(Node { id: id.clone(), column, title: line.consignee.clone(), small, ..Node::default() });
            }
            let sent = line.figures.get("sent_g").or_else(|| line.figures.get("sent")).copied().unwrap_or(0);
            self.join(&line.batch_id, &id, sent);
        }
    }
}

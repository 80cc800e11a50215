//! `/work/orders/{id}`: one order with its ranges as a strip, a table and a tally, its files with how many downloads are left, and a form
//! for each thing that is done to a roll.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::staff::{Bar, Cell, Column, FormError, Frame, Legend, Table};
use super::super::route::{Access, Route};
use super::desk::{Reader, fresh_key};
use super::history::{Line, history};
use super::levels::{Choices, ClaimLine, choices, claim_lines, holds};
use super::names::{Names, moment_of, state};
use super::order_decision::hand_words;
use super::order_form::RollForm;
use crate::identity::role::{Permission as P, Role};
use crate::kernel::Outcome;
use crate::kernel::quantity::grouped;
use crate::registry::queries::label_designs;
use crate::trace::batch::BatchFilter;
use crate::trace::commands::download::{FREE_CODES, handed_directly};
use crate::trace::queries::batch::{batch, batches};
use crate::trace::queries::order::{OrderView, RangeView, order};
use crate::trace::verdict::VoidReason;

/// States of a run with their colours, in the order of the legend.
const COLOURS: [(&str, &str); 6] = [
    ("issued", "#e4dfd2"),
    ("bound", "#b7d2c5"),
    ("scheduled", "#d9a441"),
    ("active", "#1e6b4f"),
    ("voided", "#a3211b"),
    ("returned", "#8a8f8a"),
];
/// Reasons a producer may void for, and those only an authority has.
const REASONS: [VoidReason; 5] = [VoidReason::Damaged, VoidReason::Misprinted, VoidReason::Surplus, VoidReason::Lost, VoidReason::Stolen];
const OFFICERS_REASONS: [VoidReason; 2] = [VoidReason::AuthorisationWithdrawn, VoidReason::OrderedStop];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/orders/{id}", Access::Needs(P::CodeOrderRead), show)]
}

/// Something done to a stretch of the roll.
struct Verb {
    name: &'static str,
    action: String,
    label: String,
    about: String,
    class: &'static str,
    key: String,
    open: bool,
    typed: RollForm,
}

impl Verb {
    /// Does it take a stretch of labels?
    fn stretch(&self) -> bool {
        !matches!(self.name, "approve" | "refuse" | "cancel" | "link_scan" | "close")
    }
    /// The words for its first label.
    fn first(&self) -> &'static str {
        if matches!(self.name, "link_ratio" | "unlink") { "work.first_case" } else { "work.first_label" }
    }
    /// The words for its last label.
    fn last(&self) -> &'static str {
        if matches!(self.name, "link_ratio" | "unlink") { "work.last_case" } else { "work.last_label" }
    }
}

/// A file, as (where, words).
type File = (String, String);

/// One of the ways labels come to be printed.
struct Output {
    href: String,
    label: String,
    about: String,
    /// A file, not a page.
    file: bool,
}

#[derive(Template)]
#[template(path = "staff/order.html")]
struct Page<'a> {
    frame: Frame<'a>,
    state: Cell,
    facts: Vec<(String, String)>,
    strip: Bar,
    ranges: Table,
    outputs: Vec<Output>,
    files: Vec<File>,
    designs: Vec<String>,
    downloads: String,
    segment: String,
    verbs: Vec<Verb>,
    batches: Vec<(String, String)>,
    reasons: Vec<(String, String)>,
    choices: Choices,
    claims: Vec<ClaimLine>,
    whereabouts: String,
    contents: String,
    history: Vec<Line>,
}

/// A verb that was refused, with what was typed.
pub(super) struct Tried<'a> {
    pub verb: &'static str,
    pub form: &'a RollForm,
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

/// Does the reader act for an authority?
pub(super) fn is_officer(reader: &Reader) -> bool {
    reader.who.is(Role::CitySupervision) || reader.who.is(Role::CountySupervision)
}

/// The page, with the faults of what was just tried on it.
pub(super) async fn page(
    app: &App,
    reader: &Reader,
    id: &str,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let view = order(&app.db, &reader.actor(P::CodeOrderRead)?, app.clock.now(), id).await?;
    let reasons = REASONS.iter().chain(OFFICERS_REASONS.iter().filter(|_| is_officer(reader)));
    let mut names = Names::new(app);
    let goods = names.goods(&view.order.product_id).await?;
    let mut facts = vec![
        (reader.word("order_fact", "producer"), names.party(reader, &view.order.producer_id).await?),
        (reader.word("order_fact", "product"), goods.name.clone()),
    ];
    facts.extend(figures(reader, &view));
    if view.order.unit_amount > 0 {
        facts.push((reader.word("order_fact", "unit_amount"), goods.show(view.order.unit_amount)));
    }
    if view.order.state == "proposed"
        && let Some(words) = hand_words(app, reader, &view.order.producer_id, &view.order.product_id).await?
    {
        facts.push((reader.say("decision.hand"), words));
    }
    let is_own = reader.own() == Some(view.order.producer_id.as_str());
    let downloads = is_own && reader.may(P::CodesDownload) && view.order.state == "issued";
    let page = Page {
        state: state(reader, "order_state", &view.order.state),
        facts,
        strip: strip(reader, &view),
        ranges: ranges(app, reader, &view).await?,
        outputs: if downloads { outputs(app, reader, &view) } else { Vec::new() },
        files: if downloads && direct(app, &view) { files(reader, &view) } else { Vec::new() },
        designs: if downloads { designs(app, reader, &view).await? } else { Vec::new() },
        segment: if is_own && reader.may(P::CodesBind) && view.order.state == "issued" && view.order.kind != "sample" {
            reader.to(&format!("/work/orders/{id}/segment"))
        } else {
            String::new()
        },
        downloads: reader.fill(
            "downloads_used",
            &[("used", &view.downloads.to_string()), ("most", &app.config.downloads_most.to_string()), ("free", &FREE_CODES.to_string())],
        ),
        verbs: verbs(app, reader, &view, tried.as_ref()),
        batches: bindable(app, reader, &view).await?,
        choices: choices(app, reader, &view).await?,
        claims: claim_lines(app, reader, id, &goods).await?,
        whereabouts: whereabouts(reader, &view),
        contents: if holds(&view) { reader.to(&format!("/work/orders/{id}/contents")) } else { String::new() },
        reasons: reasons.map(|r| (r.word().to_owned(), reader.lang.say(&format!("void_reason.{}", r.word())).into_owned())).collect(),
        history: history(app, reader, id).await?,
        frame: reader.frame(reader.fill("order_heading", &[("no", &view.order.order_no.to_string())]), errors),
    };
    Ok(page.render()?)
}

fn figures(reader: &Reader, view: &OrderView) -> Vec<(String, String)> {
    let order = &view.order;
    let count = |n: i64| reader.fill("labels_counted", &[("n", &grouped(n))]);
    let all = [
        ("season", Some(order.season.clone())),
        ("first_season", order.first_season.clone()),
        ("kind", Some(reader.word("code_kind", &order.kind))),
        ("carries", Some(reader.say(if order.carries_quantity { "carries_yes" } else { "carries_no" }))),
        ("bundle", order.bundle.then(|| reader.say("bundle_yes"))),
        ("count", Some(count(order.count))),
        ("spare", Some(count(order.spare))),
        ("quota_left", Some(count(order.quota_left))),
        ("spare_left", Some(count(order.spare_left))),
        ("base_url", Some(order.base_url.clone())),
        ("ordered_at", Some(moment_of(reader.lang, &order.ordered_at))),
        ("issued_at", order.issued_at.as_deref().map(|at| moment_of(reader.lang, at))),
        ("decision_reason", order.decision_reason.clone()),
        ("on_hand", order.on_hand.map(count)),
        ("closed_at", order.closed_at.as_deref().map(|at| moment_of(reader.lang, at))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((reader.word("order_fact", name), value?))).collect()
}

/// Where the labels are, as a sum.
fn whereabouts(reader: &Reader, view: &OrderView) -> String {
    let at = &view.labels;
    let all = [
        ("printed", at.printed),
        ("on_hand", at.on_hand),
        ("bound", at.bound),
        ("active", at.active),
        ("voided", at.voided),
        ("returned", at.returned),
    ];
    let said: Vec<(&str, String)> = all.into_iter().map(|(name, count)| (name, grouped(count))).collect();
    reader.fill("whereabouts_sum", &said.iter().map(|(name, count)| (*name, count.as_str())).collect::<Vec<_>>())
}

fn tally(view: &OrderView) -> [(&'static str, &'static str, i64); 6] {
    let tally = &view.tally;
    let counts = [tally.issued, tally.bound, tally.scheduled, tally.active, tally.voided, tally.returned];
    let mut out = COLOURS.map(|(word, fill)| (word, fill, 0));
    out.iter_mut().zip(counts).for_each(|(slot, count)| slot.2 = count);
    out
}

fn strip(reader: &Reader, view: &OrderView) -> Bar {
    let named = |word: &str, count: i64| format!("{} {}", reader.word("range_state", word), grouped(count));
    let standing: Vec<_> = tally(view).into_iter().filter(|(_, _, count)| *count > 0).collect();
    let said: Vec<String> = standing.iter().map(|(word, _, count)| named(word, *count)).collect();
    let colour = |run: &RangeView| COLOURS.iter().find(|(word, _)| *word == run.state).map_or("#e4dfd2", |(_, fill)| *fill);
    let amounts: Vec<(i64, &'static str)> = view.ranges.iter().map(|run| (run.count, colour(run))).collect();
    let legend = standing.iter().map(|(word, fill, count)| Legend { fill, text: named(word, *count) }).collect();
    Bar::new(said.join(reader.lang.say("work.comma").as_ref()), &amounts, legend)
}

async fn ranges(app: &App, reader: &Reader, view: &OrderView) -> Outcome<Table> {
    let mut lots: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    let mut rows = Vec::with_capacity(view.ranges.len());
    for run in &view.ranges {
        let lot = match &run.batch_id {
            None => Cell::text("—"),
            Some(id) => {
                if !lots.contains_key(id) {
                    let found = match reader.acting(P::BatchRead) {
                        Some(actor) => batch(&app.db, &actor, id).await.ok(),
                        None => None,
                    };
                    lots.insert(id.clone(), found.map_or_else(|| super::names::tail(id), |batch| batch.lot));
                }
                Cell::link(lots.get(id).cloned().unwrap_or_default(), reader.to(&format!("/work/batches/{id}")))
            }
        };
        let why = run.reason.map(|word| reader.lang.say(&format!("void_reason.{word}")).into_owned());
        let at = run.active_at.as_deref().filter(|_| run.state == "scheduled").map(|at| moment_of(reader.lang, at));
        rows.push(vec![
            Cell::text(if run.count == 1 { grouped(run.first) } else { format!("{}–{}", grouped(run.first), grouped(run.last)) }),
            Cell::text(grouped(run.count)),
            state(reader, "range_state", run.state).with_small(why.or(at).unwrap_or_default()),
            lot,
            Cell::text(moment_of(reader.lang, &run.since)),
        ]);
    }
    let columns = [("sequence", false), ("count", true), ("state", false), ("lot", false), ("since", false)];
    Ok(Table {
        caption: reader.say("ranges_caption"),
        columns: columns.map(|(name, number)| Column { label: reader.say(name), number, ..Column::default() }).into(),
        rows,
        empty: reader.say("ranges_none"),
    })
}

/// May its files go out without a sealed pack?
fn direct(app: &App, view: &OrderView) -> bool {
    handed_directly(view.order.count, view.order.count, app.config.hand_over_limit).is_ok()
}

/// The ways to labels, the usual one first.
fn outputs(app: &App, reader: &Reader, view: &OrderView) -> Vec<Output> {
    let page = |what: &str| reader.to(&format!("/work/orders/{}/{what}", view.order.id));
    let file = |what: &str| format!("/api/v1/code-orders/{}/{what}", view.order.id);
    let output = |name: &str, href: String, file: bool| Output {
        href,
        label: reader.word("output", name),
        about: reader.word("output_about", name),
        file,
    };
    let mut out = vec![output("hand_over", page("hand-over"), false)];
    if direct(app, view) {
        out.push(output("pack", file("pack.zip"), true));
        out.push(output("sheet", page("print"), false));
        out.push(output("svg", file("labels.zip?format=svg"), true));
        out.push(output("png", file("labels.zip?format=png"), true));
    }
    out
}

/// What the labels should look like this season; that no design is in force is said, and refuses nothing.
async fn designs(app: &App, reader: &Reader, view: &OrderView) -> Outcome<Vec<String>> {
    let all = label_designs(&app.db, Some(&view.order.product_id), app.clock.today()).await?;
    let season: Vec<_> = all.into_iter().filter(|design| design.season == view.order.season).collect();
    let live = season.iter().filter(|design| design.is_valid);
    let said: Vec<String> = live.map(|design| reader.fill("design_now", &[("name", &design.name)])).collect();
    if said.is_empty() && !season.is_empty() {
        return Ok(vec![reader.fill("design_none", &[("season", &view.order.season)])]);
    }
    Ok(said)
}

fn files(reader: &Reader, view: &OrderView) -> Vec<File> {
    let at = |file: &str| format!("/api/v1/code-orders/{}/{file}", view.order.id);
    let mut files = vec![(at("codes.csv"), reader.word("file", "codes_csv")), (at("codes.txt"), reader.word("file", "codes_txt"))];
    if view.order.with_pin {
        files.push((at("pins.csv"), reader.word("file", "pins")));
    }
    files.push((at("manifest.json"), reader.word("file", "manifest")));
    files
}

/// Batches the order's labels could go on.
async fn bindable(app: &App, reader: &Reader, view: &OrderView) -> Outcome<Vec<(String, String)>> {
    let Some(actor) = reader.acting(P::BatchRead) else { return Ok(Vec::new()) };
    let filter = BatchFilter {
        producer_id: Some(view.order.producer_id.clone()),
        product_id: Some(view.order.product_id.clone()),
        season: Some(view.order.season.clone()),
        ..BatchFilter::default()
    };
    let (found, _) = batches(&app.db, &actor, &filter, None, Some(200)).await?;
    let takes = found.into_iter().filter(|batch| matches!(batch.state.as_str(), "registered" | "released"));
    Ok(takes.map(|batch| (batch.id, format!("{} · {}", batch.lot, reader.word("batch_state", &batch.state)))).collect())
}

/// The run a verb would most likely be used on next.
fn likely(view: &OrderView, verb: &str) -> RollForm {
    let wanted: &[&str] = match verb {
        "bind" | "return" => &["issued"],
        "activate" => &["bound"],
        "undo" => &["bound", "scheduled", "active"],
        _ => &[],
    };
    let mut fitting = view.ranges.iter().filter(|run| wanted.contains(&run.state));
    let run = if verb == "return" { fitting.next_back() } else { fitting.next() };
    run.map_or_else(RollForm::default, |run| RollForm {
        first: run.first.to_string(),
        last: run.last.to_string(),
        batch: view.order.batch_id.clone().unwrap_or_default(),
        ..RollForm::default()
    })
}

fn verbs(app: &App, reader: &Reader, view: &OrderView, tried: Option<&Tried<'_>>) -> Vec<Verb> {
    let tally = &view.tally;
    let (issued, proposed) = (view.order.state == "issued", view.order.state == "proposed");
    let (living, boxes) = (issued || view.order.state == "closed", issued && holds(view));
    let idle = tally.bound + tally.scheduled + tally.active;
    let offered = [
        ("approve", P::CodeOrderApprove, proposed, "go"),
        ("refuse", P::CodeOrderApprove, proposed, "stop"),
        ("bind", P::CodesBind, issued && tally.issued > 0 && view.order.kind != "sample", "go"),
        ("activate", P::CodesBind, living && tally.bound > 0, "go"),
        ("link_scan", P::CodesLink, boxes, ""),
        ("link_ratio", P::CodesLink, boxes, ""),
        ("unlink", P::CodesLink, boxes, ""),
        ("undo", P::CodesBind, issued && idle > 0, ""),
        ("relabel", P::CodesBind, living && idle > 0, ""),
        ("void", P::CodesVoid, (issued || is_officer(reader)) && living && tally.issued + idle > 0, "stop"),
        ("return", P::CodesBind, issued && tally.issued + tally.bound > 0, ""),
        ("cancel", P::CodeOrderRequest, proposed || (issued && view.downloads == 0 && tally.issued == view.order.count), "stop"),
        ("close", P::CodesBind, issued, "stop"),
    ];
    let mut first = true;
    let mut out = Vec::new();
    for (name, permission, fits, class) in offered {
        if !fits || !reader.may(permission) {
            continue;
        }
        let typed = tried.filter(|tried| tried.verb == name).map(|tried| tried.form.clone());
        out.push(Verb {
            name,
            action: reader.to(&format!("/work/orders/{}/{name}", view.order.id)),
            label: reader.word("roll", name),
            about: reader.word("roll_about", name),
            class,
            key: fresh_key(app),
            open: typed.is_some() || (first && tried.is_none()),
            typed: typed.unwrap_or_else(|| likely(view, name)),
        });
        first = false;
    }
    out
}

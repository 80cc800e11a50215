//! What a batch holds, as a bar with its words, and the forms on its page that move goods: grade, repack, process, merge, and what left
//! without a code. A form that was refused is shown again on the batch's page with what was typed.

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::act::{Done, act};
use super::super::app::App;
use super::super::body::Posted;
use super::super::failure::Refusal;
use super::super::pages::staff::{Bar, Legend};
use super::super::route::{Access, Route};
use super::batch::{Tried, page};
use super::batch_form::{together, units};
use super::desk::{Reader, done_at, faults, fresh_key};
use super::goods_form::{OUTPUTS, Typed, merge, merge_field, process, process_field, reduce, reduce_field};
use super::names::Names;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::quantity::BaseUnit;
use crate::trace::account::MovementKind;
use crate::trace::batch::BatchFilter;
use crate::trace::commands::process::{merge_batches, process_batch};
use crate::trace::commands::reduce::reduce_batch;
use crate::trace::goods::Goods;
use crate::trace::process::ProcessKind;
use crate::trace::queries::batch::{BatchView, batch, batches, is_reached};

const CODED: &str = "#1e6b4f";
const LOOSE: &str = "#7fb09b";
const MOVED: &str = "#4a6fa5";
const GONE: &str = "#b9b2a1";
const SEIZED: &str = "#a3211b";
const PENDING: &str = "#d9a441";

/// Batches offered for a merge, the newest.
const OFFERED: usize = 30;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::post("/work/batches/{id}/process", needs(P::BatchProcess), process_posted),
        Route::post("/work/batches/{id}/merge", needs(P::BatchProcess), merge_posted),
        Route::post("/work/batches/{id}/reduce", needs(P::MovementRecord), reduce_posted),
    ]
}

/// Where the goods of a batch are.
pub(super) fn bar(reader: &Reader, view: &BatchView, goods: &Goods) -> Bar {
    let parts = [("coded", CODED), ("loose", LOOSE), ("moved", MOVED), ("gone", GONE), ("seized", SEIZED), ("pending", PENDING)]
        .map(|(name, fill)| (name, view.figure(name), fill));
    let shown: Vec<_> = parts.into_iter().filter(|(name, amount, _)| *amount > 0 || *name == "loose" || *name == "coded").collect();
    let named = |(name, amount, _): &(&str, i64, &str)| format!("{} {}", reader.word("goods", name), goods.show(*amount));
    let said = shown.iter().map(named).collect::<Vec<_>>().join(reader.lang.say("work.comma").as_ref());
    let amounts: Vec<(i64, &'static str)> = shown.iter().map(|(_, amount, fill)| (*amount, *fill)).collect();
    let legend = shown.iter().map(|part| Legend { fill: part.2, text: named(part) }).collect();
    Bar::new(said, &amounts, legend)
}

/// The forms the reader may use on this batch now; none if there is nothing loose.
#[derive(Default)]
pub(super) struct GoodsForms {
    pub process: bool,
    pub merge: bool,
    pub reduce: bool,
    /// Which of them was refused and stands open.
    pub open: &'static str,
    /// `/work/batches/{id}`, and the language behind it.
    pub base: String,
    pub query: &'static str,
    pub keys: [String; 3],
    /// How much is loose, in words.
    pub loose: String,
    pub units: Vec<(String, String)>,
    pub kinds: Vec<(String, String)>,
    pub reductions: Vec<(String, String)>,
    /// The other batches that could be merged: id, lot with what is loose of it, ticked.
    pub others: Vec<(String, String, bool)>,
    pub rows: Vec<usize>,
    pub typed: Typed,
}

impl GoodsForms {
    /// What was typed in a field.
    pub fn value(&self, name: &str) -> &str {
        self.typed.get(name)
    }
    /// Nothing may be done.
    pub fn is_empty(&self) -> bool {
        !self.process && !self.merge && !self.reduce
    }
    /// Units with the one chosen before first.
    pub fn units_of(&self, form: &str) -> Vec<(String, String)> {
        let chosen = self.typed.get(&format!("{form}-unit"));
        let mut units = self.units.clone();
        units.sort_by_key(|(word, _)| word != chosen);
        units
    }
}

/// The forms for this batch.
pub(super) async fn forms(
    app: &App,
    reader: &Reader,
    view: &BatchView,
    goods: &Goods,
    tried: Option<(&'static str, Typed)>,
) -> Outcome<GoodsForms> {
    let there = view.figure("loose") > 0 && view.released_at.is_some() && view.state != "voided";
    let may = async |permission| match reader.acting(permission) {
        Some(actor) => is_reached(&app.db, &actor, &view.id).await,
        None => false,
    };
    let (may_process, may_reduce) = (may(P::BatchProcess).await, may(P::MovementRecord).await);
    let (open, typed) = tried.unwrap_or_default();
    let usable = there && may_process && view.state == "released";
    let others = if usable { others(app, reader, view, goods, &typed).await? } else { Vec::new() };
    let words = |kind: &str, words: Vec<&str>| words.into_iter().map(|word| (word.to_owned(), reader.word(kind, word))).collect();
    let kinds = ProcessKind::ALL.iter().filter(|k| **k != ProcessKind::Merging).map(|k| k.word()).collect();
    let reductions = MovementKind::ALL.iter().filter(|k| k.of_batch().is_some()).map(|k| k.word()).collect();
    Ok(GoodsForms {
        process: usable,
        merge: !others.is_empty(),
        reduce: there && may_reduce,
        open,
        base: format!("/work/batches/{}", view.id),
        query: reader.lang.query(),
        keys: [fresh_key(app), fresh_key(app), fresh_key(app)],
        loose: goods.show(view.figure("loose")),
        units: units(goods.unit).iter().map(|(word, _)| ((*word).to_owned(), reader.word("unit", word))).collect(),
        kinds: words("process_kind", kinds),
        reductions: words("reduction", reductions),
        others,
        rows: (1..=OUTPUTS).collect(),
        typed,
    })
}

/// Released batches of the same producer, product and season with something loose.
async fn others(app: &App, reader: &Reader, view: &BatchView, goods: &Goods, typed: &Typed) -> Outcome<Vec<(String, String, bool)>> {
    let Some(actor) = reader.acting(P::BatchRead) else { return Ok(Vec::new()) };
    let filter = BatchFilter {
        producer_id: Some(view.producer_id.clone()),
        product_id: Some(view.product_id.clone()),
        season: Some(view.season.clone()),
        state: Some("released".to_owned()),
        lot: None,
    };
    let (items, _) = batches(&app.db, &actor, &filter, None, Some(100)).await?;
    let loose = items.into_iter().filter(|other| other.id != view.id && other.figure("loose") > 0);
    let choice = |other: BatchView| {
        let ticked = !typed.get(&format!("m-with-{}", other.id)).is_empty();
        let said = reader.fill("merge_choice", &[("lot", &other.lot), ("loose", &goods.show(other.figure("loose")))]);
        (other.id, said, ticked)
    };
    Ok(loose.take(OFFERED).map(choice).collect())
}

/// The product's unit of a batch within reach.
async fn unit(app: &App, reader: &Reader, id: &str) -> Result<BaseUnit, Refusal> {
    let view = batch(&app.db, &reader.actor(P::BatchRead)?, id).await?;
    Ok(Names::new(app).goods(&view.product_id).await?.unit)
}

/// A form that moves goods: `form` reads it, `command` does it, `field` says which field a pointer means; it leads to the batch itself.
macro_rules! posted {
    ($handler:ident, $name:literal, $form:ident, $command:ident, $field:expr, $done:literal) => {
        async fn $handler(
            State(app): State<App>,
            Path(id): Path<String>,
            reader: Reader,
            posted: Posted<Typed>,
        ) -> Result<Response, Refusal> {
            let (lang, typed, named) = (reader.lang, posted.body.clone(), id.clone());
            let unit = unit(&app, &reader, &id).await?;
            let tried = act(&app, posted, move |tx, desk, typed| {
                let id = named.clone();
                Box::pin(async move {
                    let (input, unread) = $form(&typed, unit);
                    let tried = $command(tx, &desk, &id, &input).await;
                    together(unread, tried.err(), |pointer: &str| $field(&typed, pointer))?;
                    Ok(Done::see(done_at(lang, &format!("/work/batches/{id}"), $done)))
                })
            });
            super::parts::answered(tried.await, async |failure| {
                let said = faults(reader.lang, &failure, |pointer| $field(&typed, pointer));
                let html = page(&app, &reader, &id, said, Tried::Goods($name, typed)).await?;
                Ok((failure, html))
            })
            .await
        }
    };
}
posted!(process_posted, "p", process, process_batch, process_field, "batch_processed");
posted!(merge_posted, "m", merge, merge_batches, |_: &Typed, pointer: &str| merge_field(pointer), "batch_merged");
posted!(reduce_posted, "r", reduce, reduce_batch, |_: &Typed, pointer: &str| reduce_field(pointer), "batch_reduced");

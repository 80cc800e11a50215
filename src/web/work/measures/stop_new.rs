//! Proposing a stop: one field for each scope, of which the chosen one is read.

use super::super::super::app::App;
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::office::product_choices;
use super::super::parts::{Field, Typed, choices, given};
use super::preview::Change;
use super::propose::{Proposal, all_given, ask, batch_named, look, send};
use super::say;
use crate::db::Tx;
use crate::identity::queries::organisations;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Failure, Outcome};
use crate::supervision::commands::{StopInput, plan_stop, propose_stop};
use crate::trace::keys::KeyProvider;
use crate::trace::roll::Label;
use crate::trace::stop::{StopCategory, StopScope};
use crate::trace::store::order as orders;
use crate::trace::store::stop::StopRow;

const SCOPES: [StopScope; 6] =
    [StopScope::Code, StopScope::Range, StopScope::Order, StopScope::Batch, StopScope::Producer, StopScope::Product];
const CATEGORIES: [StopCategory; 6] = [
    StopCategory::Clone,
    StopCategory::OffStandard,
    StopCategory::OutsideArea,
    StopCategory::LabelsLost,
    StopCategory::AuthorisationEnded,
    StopCategory::Other,
];
/// Producers to choose from.
const MOST: u64 = 500;

pub(super) fn routes() -> Vec<Route> {
    let propose = Access::Needs(P::StopPropose);
    vec![
        Route::get("/work/measures/stops/new", propose, ask::<Stop>),
        Route::post("/work/measures/stops/new", propose, send::<Stop>),
        Route::post("/work/measures/stops/preview", propose, look::<Stop>),
    ]
}

/// A stop about to be proposed.
struct Stop;

impl Proposal for Stop {
    type Input = StopInput;
    type Row = StopRow;
    const WORD: &'static str = "stop";
    const PAGES: &'static str = "/work/measures/stops";
    const BATCH: &'static str = "batch";

    async fn fields(app: &App, reader: &Reader) -> Outcome<Vec<Field>> {
        let (producers, _) = organisations(&app.db, &reader.actor(P::StopPropose)?, Some("producer"), None, MOST).await?;
        Ok(vec![
            Field::select("scope", say(reader, "scope"), choices(reader, "stop_scope", SCOPES.map(StopScope::word))).must(),
            Field::text("code", say(reader, "code")).hint(say(reader, "code_hint")),
            Field::text("order_no", say(reader, "order_no")).hint(say(reader, "order_hint")).numeric(),
            Field::text("first", reader.say("first_label")).hint(say(reader, "range_hint")),
            Field::text("last", reader.say("last_label")),
            Field::text("batch", say(reader, "batch")).hint(say(reader, "batch_hint")),
            Field::select("producer", say(reader, "producer"), producers.into_iter().map(|row| (row.id, row.name)).collect()),
            Field::select("product", say(reader, "product"), product_choices(app).await?),
            Field::select("category", say(reader, "category"), choices(reader, "stop_category", CATEGORIES.map(StopCategory::word))).must(),
            Field::text("ordered_by", say(reader, "ordered_by")).must(),
            Field::text("document_no", say(reader, "document")).must(),
            Field::area("public_text", say(reader, "public_text")).hint(say(reader, "public_hint")).must(),
        ])
    }

    /// What the command takes: of the scope that was chosen, its own field.
    async fn read(app: &App, reader: &Reader, typed: &Typed) -> Outcome<StopInput> {
        let text = |name: &str| given(typed, name).unwrap_or_default();
        let scope = StopScope::parse(&text("scope"));
        let category = CATEGORIES.iter().find(|one| one.word() == text("category")).copied();
        let needed: &[&str] = match scope {
            None => &["scope"],
            Some(StopScope::Code) => &["code"],
            Some(StopScope::Range) => &["order_no", "first", "last"],
            Some(StopScope::Order) => &["order_no"],
            Some(StopScope::Batch) => &["batch"],
            Some(StopScope::Producer) => &["producer"],
            Some(StopScope::Product) => &["product"],
        };
        all_given(typed, needed.iter().copied().chain(["category", "ordered_by", "document_no", "public_text"]))?;
        let (Some(scope), Some(category)) = (scope, category) else { return Err(Failure::field("/category", "register_empty")) };
        let subject_id = match scope {
            StopScope::Code => None,
            StopScope::Range | StopScope::Order => {
                let unknown = || Failure::field("/order_no", "measure_order_unknown").with("value", text("order_no"));
                let no = super::super::batch_form::plain(&text("order_no")).parse().map_err(|_| unknown())?;
                Some(orders::by_number(app.db.reader(), no).await.map_err(|_| unknown())?.id)
            }
            StopScope::Batch => Some(batch_named(app, reader, "/batch", &text("batch")).await?),
            StopScope::Producer => Some(text("producer")),
            StopScope::Product => Some(text("product")),
        };
        let label = |name: &str| given(typed, name).filter(|_| scope == StopScope::Range).map(Label::Text);
        Ok(StopInput {
            scope,
            subject_id,
            code: given(typed, "code").filter(|_| scope == StopScope::Code),
            first: label("first"),
            last: label("last"),
            category,
            ordered_by: text("ordered_by"),
            document_no: text("document_no"),
            public_text: text("public_text"),
        })
    }

    async fn plan(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &StopInput) -> Outcome<StopRow> {
        plan_stop(tx, desk, keys, input).await
    }

    async fn propose(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &StopInput) -> Outcome<String> {
        Ok(propose_stop(tx, desk, keys, input).await?.id)
    }

    fn change(row: &StopRow) -> Change<'_> {
        Change::Stopped(row)
    }

    /// An order, a producer or a product out of reach is a fault of its field, not a missing page.
    fn refusal(typed: &Typed, failure: Failure) -> Failure {
        if !failure.says("not_found") && !failure.says("not_competent") {
            return failure;
        }
        let field = match given(typed, "scope").as_deref() {
            Some("code") => "/code",
            Some("range" | "order") => "/order_no",
            Some("producer") => "/producer",
            Some("product") => "/product",
            _ => "/batch",
        };
        Failure::field(field, "measure_out_of_reach")
    }
}

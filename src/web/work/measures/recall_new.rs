//! Proposing a recall: of a batch, with everything made of it.

use super::super::super::app::App;
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::parts::{Field, Typed, given};
use super::preview::Change;
use super::propose::{Proposal, all_given, ask, batch_named, look, send};
use super::{As, input, say};
use crate::db::Tx;
use crate::identity::role::Permission as P;
use crate::kernel::{Desk, Outcome};
use crate::supervision::commands::{RecallInput, plan_recall, propose_recall};
use crate::trace::keys::KeyProvider;
use crate::trace::store::stop::RecallRow;

const FIELDS: &[(&str, As)] =
    &[("batch_id", As::Text), ("ordered_by", As::Text), ("document_no", As::Text), ("reason", As::Text), ("public_text", As::Text)];

pub(super) fn routes() -> Vec<Route> {
    let propose = Access::Needs(P::RecallPropose);
    vec![
        Route::get("/work/measures/recalls/new", propose, ask::<Recall>),
        Route::post("/work/measures/recalls/new", propose, send::<Recall>),
        Route::post("/work/measures/recalls/preview", propose, look::<Recall>),
    ]
}

/// A recall about to be proposed.
struct Recall;

impl Proposal for Recall {
    type Input = RecallInput;
    type Row = RecallRow;
    const WORD: &'static str = "recall";
    const PAGES: &'static str = "/work/measures/recalls";
    const BATCH: &'static str = "batch_id";

    async fn fields(_app: &App, reader: &Reader) -> Outcome<Vec<Field>> {
        Ok(vec![
            Field::text("batch_id", say(reader, "batch")).hint(say(reader, "batch_hint")).must(),
            Field::text("ordered_by", say(reader, "ordered_by")).must(),
            Field::text("document_no", say(reader, "document")).must(),
            Field::area("reason", say(reader, "reason")).hint(say(reader, "reason_hint")).must(),
            Field::area("public_text", say(reader, "public_text")).hint(say(reader, "public_hint")).must(),
        ])
    }

    async fn read(app: &App, reader: &Reader, typed: &Typed) -> Outcome<RecallInput> {
        let mut whole = typed.clone();
        all_given(typed, FIELDS.iter().map(|(name, _)| *name))?;
        let id = batch_named(app, reader, "/batch_id", &given(typed, "batch_id").unwrap_or_default()).await?;
        whole.insert("batch_id".to_owned(), id);
        input(&whole, FIELDS)
    }

    async fn plan(tx: &Tx, desk: &Desk, _keys: &dyn KeyProvider, input: &RecallInput) -> Outcome<RecallRow> {
        plan_recall(tx, desk, input).await
    }

    async fn propose(tx: &Tx, desk: &Desk, _keys: &dyn KeyProvider, input: &RecallInput) -> Outcome<String> {
        Ok(propose_recall(tx, desk, input).await?.id)
    }

    fn change(row: &RecallRow) -> Change<'_> {
        Change::Recalled(row)
    }
}

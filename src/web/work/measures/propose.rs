//! Proposing a measure: its form, what it would reach and how consumers would see it, then the proposal. What a stop and a recall do each
//! in their own way is a [`Proposal`].

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::desk::{Reader, again, done_at, on_the_form};
use super::super::parts::{Field, Tried, Typed, at_fields, given};
use super::preview::{Change, seen};
use super::{Act, MeasurePage, act_of, reached, say};
use crate::db::Tx;
use crate::identity::role::Permission as P;
use crate::kernel::failure::Faults;
use crate::kernel::{Actor, Desk, Failure, Outcome};
use crate::supervision::recipients::reach;
use crate::trace::batch::BatchFilter;
use crate::trace::keys::KeyProvider;
use crate::trace::queries::batch::{batch, batches};
use crate::trace::queries::code::code_view;

/// A measure that is proposed by a form of its own.
pub(super) trait Proposal: 'static {
    /// What its command takes.
    type Input: Clone + Send + Sync + 'static;
    /// The measure as it would be recorded.
    type Row: Send + Sync + 'static;
    /// Its word in the keys of this page's words, and the name of its form.
    const WORD: &'static str;
    /// The address its pages begin with.
    const PAGES: &'static str;
    /// The field that holds a batch.
    const BATCH: &'static str;

    /// The fields of its form.
    fn fields(app: &App, reader: &Reader) -> impl Future<Output = Outcome<Vec<Field>>> + Send;
    /// What was typed as the command takes it, or every fault of the form.
    fn read(app: &App, reader: &Reader, typed: &Typed) -> impl Future<Output = Outcome<Self::Input>> + Send;
    /// The measure, checked and not recorded.
    fn plan(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &Self::Input) -> impl Future<Output = Outcome<Self::Row>> + Send;
    /// Records the proposal; answers its id.
    fn propose(tx: &Tx, desk: &Desk, keys: &dyn KeyProvider, input: &Self::Input) -> impl Future<Output = Outcome<String>> + Send;
    /// What it would change for consumers.
    fn change(row: &Self::Row) -> Change<'_>;
    /// A refusal of the command as the form says it.
    fn refusal(_typed: &Typed, failure: Failure) -> Failure {
        failure
    }
}

/// What a link to the form may fill in.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    batch: Option<String>,
}

/// A batch as it is typed: its id, its lot, or a code on goods of it; the id.
pub(super) async fn batch_named(app: &App, reader: &Reader, pointer: &str, typed: &str) -> Outcome<String> {
    let typed = typed.trim();
    let actor = reader.actor(P::BatchRead)?;
    let unknown = || Failure::field(pointer, "measure_batch_unknown").with("value", crate::kernel::text::clean(typed));
    if typed.starts_with("bat_") {
        return batch(&app.db, &actor, typed).await.map(|view| view.id).map_err(|_| unknown());
    }
    if crate::trace::code::Code::parse(typed).is_ok() {
        let codes = reader.actor(P::CodeOrderRead)?;
        let view = code_view(&app.db, app.keys.as_ref(), &codes, app.clock.now(), typed).await.map_err(|_| unknown())?;
        return view.batch.map(|batch| batch.id).ok_or_else(unknown);
    }
    let filter = BatchFilter { lot: Some(typed.to_owned()), ..BatchFilter::default() };
    let (found, _) = batches(&app.db, &actor, &filter, None, Some(2)).await?;
    match found.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => Err(unknown()),
        _ => Err(Failure::field(pointer, "measure_batch_several").with("value", crate::kernel::text::clean(typed))),
    }
}

/// Faults of what has to be typed and was not.
pub(super) fn all_given<'a>(typed: &Typed, names: impl IntoIterator<Item = &'a str>) -> Outcome<()> {
    let mut faults = Faults::new();
    for name in names {
        if given(typed, name).is_none() {
            faults.add(format!("/{name}"), "register_empty");
        }
    }
    faults.check()
}

/// The form, with what the link chose.
pub(super) async fn ask<M: Proposal>(
    State(app): State<App>,
    reader: Reader,
    Asked(chosen): Asked<Chosen>,
) -> Result<Html<String>, Refusal> {
    let given = [("scope", chosen.scope), ("code", chosen.code), (M::BATCH, chosen.batch)];
    let typed = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Ok(Html(page::<M>(&app, &reader, &typed, None, None).await?))
}

async fn page<M: Proposal>(
    app: &App,
    reader: &Reader,
    typed: &Typed,
    planned: Option<&M::Row>,
    failure: Option<&Failure>,
) -> Result<String, Refusal> {
    let fields = M::fields(app, reader).await?;
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let errors = failure.map_or_else(Vec::new, |failure| at_fields(reader, failure, M::WORD, &names));
    let form = act_of(app, reader, M::WORD, &format!("{}/new", M::PAGES), fields);
    let form = form.again(Some(&Tried { form: M::WORD, typed }));
    let about = if planned.is_some() { "previewed".to_owned() } else { format!("{}_about", M::WORD) };
    let mut page = MeasurePage {
        frame: reader.narrow_frame(say(reader, &format!("new_{}", M::WORD)), errors),
        state: None,
        told: vec![say(reader, &about)],
        facts: Vec::new(),
        consumer: None,
        tables: Vec::new(),
        acts: vec![Act { form, preview: reader.to(&format!("{}/preview", M::PAGES)) }],
        links: vec![(reader.to("/work/measures"), say(reader, "title"))],
    };
    if let Some(row) = planned {
        let change = M::change(row);
        let touched = change.touched(app).await?;
        page.consumer = seen(app, &touched.0, &change).await?.map(|seen| seen.words(app, reader.lang));
        (page.facts, page.tables) = reached(reader, &reach(app.db.reader(), touched).await?);
    }
    Ok(page.render()?)
}

/// What would be proposed, or every fault of the form.
async fn planned<M: Proposal>(app: &App, reader: &Reader, actor: Actor, typed: &Typed) -> Outcome<M::Row> {
    let input = M::read(app, reader, typed).await?;
    let (desk, keys) = (app.desk(actor), app.keys.clone());
    app.db
        .write(move |tx| {
            let (desk, keys, input) = (desk.clone(), keys.clone(), input.clone());
            Box::pin(async move { M::plan(tx, &desk, keys.as_ref(), &input).await })
        })
        .await
}

async fn refused<M: Proposal>(app: &App, reader: &Reader, typed: &Typed, failure: Failure) -> Result<Response, Refusal> {
    let failure = on_the_form(Refusal(M::refusal(typed, failure)))?;
    let html = page::<M>(app, reader, typed, None, Some(&failure)).await?;
    Ok(again(failure, html))
}

/// Shows what it would reach, or proposes it once that was seen.
pub(super) async fn send<M: Proposal>(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    if given(&typed, "step").as_deref() != Some("propose") {
        return match planned::<M>(&app, &reader, posted.actor, &typed).await {
            Ok(row) => Ok(Html(page::<M>(&app, &reader, &typed, Some(&row), None).await?).into_response()),
            Err(failure) => refused::<M>(&app, &reader, &typed, failure).await,
        };
    }
    let input = match M::read(&app, &reader, &typed).await {
        Ok(input) => input,
        Err(failure) => return refused::<M>(&app, &reader, &typed, failure).await,
    };
    let (lang, keys) = (reader.lang, app.keys.clone());
    let tried = act(&app, posted, move |tx, desk, _| {
        let (input, keys) = (input.clone(), keys.clone());
        Box::pin(async move {
            let id = M::propose(tx, &desk, keys.as_ref(), &input).await?;
            Ok(Done::see(done_at(lang, &format!("{}/{id}", M::PAGES), "measure_proposed")))
        })
    });
    match tried.await {
        Ok(response) => Ok(response),
        Err(refusal) => refused::<M>(&app, &reader, &typed, refusal.0).await,
    }
}

/// The page of a label as consumers would see it.
pub(super) async fn look<M: Proposal>(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let typed = posted.body.clone();
    let row = match planned::<M>(&app, &reader, posted.actor, &typed).await {
        Ok(row) => row,
        Err(failure) => return refused::<M>(&app, &reader, &typed, failure).await,
    };
    let change = M::change(&row);
    match seen(&app, &change.touched(&app).await?.0, &change).await? {
        Some(seen) => seen.page(&app, &reader),
        None => refused::<M>(&app, &reader, &typed, Failure::conflict("measure_no_label")).await,
    }
}

//! `/work/authorisations`: whom a producer lets sell its goods; a seller sees who lets it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::{Names, day_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, answered, at_fields, day, given, refilled, said};
use super::{columns, kilograms, product_choices, say};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::supervision::commands::listing::{end_authorisation, grant_authorisation};
use crate::trade::authorisation::{AuthorisationInput, EndInput};
use crate::trade::queries::authorisation::{AuthorisationFilter, AuthorisationView, authorisations};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/authorisations", Access::Needs(P::AuthorisationRead), show),
        Route::post("/work/authorisations", Access::Needs(P::AuthorisationGrant), grant),
        Route::post("/work/authorisations/{id}/end", Access::Needs(P::AuthorisationGrant), end),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    cursor: Option<String>,
}

/// Authorisations as a table, their rows, and where the next page is.
pub(super) async fn table(
    app: &App,
    reader: &Reader,
    filter: &AuthorisationFilter,
    cursor: Option<&str>,
) -> Result<(Table, Vec<AuthorisationView>, Option<String>), Refusal> {
    let actor = reader.actor(P::AuthorisationRead)?;
    let (items, next) = authorisations(&app.db, &actor, filter, app.clock.today(), cursor, Some(50)).await?;
    let mut names = Names::new(app);
    let mut rows = Vec::new();
    for view in &items {
        let goods = names.goods(&view.product_id).await?;
        let to = view.to.as_deref().map_or_else(|| reader.say("open_end"), |day| day_of(reader.lang, day));
        let class = match view.state.as_str() {
            "in_force" => "ok",
            "not_yet" => "amber",
            _ => "soft",
        };
        rows.push(vec![
            Cell::text(view.producer.clone()),
            Cell::text(view.seller.clone()).with_small(view.seller_credit_code.clone().unwrap_or_default()),
            Cell::text(format!("{} {}", goods.name, view.season)).with_small(view.contract.clone().unwrap_or_default()),
            Cell::text(view.quantity.map_or_else(|| say(reader, "no_limit"), |amount| goods.unit.show(amount))),
            Cell::text(format!("{} – {to}", day_of(reader.lang, &view.from))).with_small(view.end_reason.clone().unwrap_or_default()),
            Cell::badge(reader.word("market.authorisation_state", &view.state), class),
        ]);
    }
    let table = Table {
        caption: say(reader, "authorisations_caption"),
        columns: columns(reader, &["producer", "seller", "product", "limit", "days", "state"]),
        rows,
        empty: say(reader, "authorisations_empty"),
    };
    let next = next.map(|cursor| reader.to(&format!("/work/authorisations?cursor={cursor}")));
    Ok((table, items, next))
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, query.cursor.as_deref(), Vec::new(), None).await?))
}

async fn page(
    app: &App,
    reader: &Reader,
    cursor: Option<&str>,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let (table, items, next) = table(app, reader, &AuthorisationFilter::default(), cursor).await?;
    let mut forms = Vec::new();
    if let Some(actor) = reader.acting(P::AuthorisationGrant) {
        let mut fields = vec![Field::text("seller", say(reader, "seller_code")).hint(say(reader, "seller_code_hint")).must()];
        // Who authorises for itself needs not say so; an office says for whom.
        if reader.own().is_none_or(|own| !actor.scope.organisations.iter().any(|id| id == own)) {
            let (all, _) = crate::identity::queries::organisations(&app.db, &actor, Some("producer"), None, 500).await?;
            let producers = all.into_iter().map(|row| (row.id, row.name)).collect();
            fields.push(Field::select("producer_id", say(reader, "producer"), producers).must());
        }
        fields.extend([
            Field::select("product_id", say(reader, "product"), product_choices(app).await?).must(),
            Field::text("season", say(reader, "season")).numeric().must().value(app.clock.today().year().to_string()),
            Field::text("net_weight_g", say(reader, "limit_kg")).hint(say(reader, "limit_hint")),
            Field::date("from", reader.say("valid_from")).value(app.clock.today().to_string()),
            Field::date("to", reader.say("valid_to")),
            Field::text("contract", say(reader, "contract")),
        ]);
        let form = Form::new(app, reader, "grant", "/work/authorisations", "market.authorise", "market.authorise", fields);
        forms.push(form.again(tried.as_ref()));
        let own = |view: &&AuthorisationView| view.state != "ended" && actor.scope.reaches_organisation(&view.producer_id, None);
        for view in items.iter().filter(own) {
            let path = format!("/work/authorisations/{}/end", view.id);
            let fields = vec![Field::text("reason", say(reader, "reason")).must(), Field::date("last_day", say(reader, "last_day"))];
            let form = Form::new(app, reader, "end", &path, "market.end_authorisation", "market.end_authorisation", fields);
            forms.push(Form { class: "stop", label: format!("{}：{} {}", form.label, view.seller, view.season), ..form });
        }
    }
    let (heading, about) = (say(reader, "authorisations"), say(reader, "authorisations_about"));
    let part = Part { heading, about, table: Some(table), next, forms, ..Part::default() };
    Ok(PartsPage { frame: reader.frame(say(reader, "authorisations"), errors), parts: vec![part] }.render()?)
}

fn read(typed: &Typed) -> Result<AuthorisationInput, Failure> {
    let mut faults = Faults::new();
    let amount = given(typed, "net_weight_g").and_then(|text| kilograms(&mut faults, "/net_weight_g", &text));
    let (from, to) = (day(&mut faults, typed, "from"), day(&mut faults, typed, "to"));
    faults.check()?;
    Ok(AuthorisationInput {
        producer_id: given(typed, "producer_id"),
        seller: said(typed, "seller"),
        product_id: said(typed, "product_id"),
        season: said(typed, "season"),
        net_weight_g: amount,
        quantity: None,
        from,
        to,
        contract: given(typed, "contract"),
    })
}

async fn grant(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            grant_authorisation(tx, &desk, &read(&typed)?).await?;
            Ok(Done::see(done_at(lang, "/work/authorisations", "seller_authorised")))
        })
    });
    let tried = tried.await;
    let names = ["seller", "producer_id", "product_id", "season", "net_weight_g", "from", "to", "contract"];
    refilled(tried, &reader, Tried { form: "grant", typed: &typed }, &names, |errors, tried| page(&app, &reader, None, errors, tried)).await
}

async fn end(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = id.clone();
        Box::pin(async move {
            let mut faults = Faults::new();
            let last_day = day(&mut faults, &typed, "last_day");
            faults.check()?;
            end_authorisation(tx, &desk, &id, &EndInput { last_day, reason: said(&typed, "reason") }).await?;
            Ok(Done::see(done_at(lang, "/work/authorisations", "authorisation_ended")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = at_fields(&reader, &failure, "end", &["reason", "last_day"]);
        Ok((failure, page(&app, &reader, None, errors, None).await?))
    })
    .await
}

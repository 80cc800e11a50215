//! `/work/growers/new`: a household that is not on record yet, also on the way from the scale and back to it.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{FormError, Frame};
use super::super::super::route::{Access, Route};
use super::super::batch_form::together;
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Tried, Typed, choices, given, refilled, said};
use super::super::{places, reports};
use crate::identity::role::Permission as P;
use crate::identity::store;
use crate::kernel::Outcome;
use crate::kernel::failure::Faults;
use crate::registry::commands::{GrowerInput, GrowerKind, register_grower};
use crate::registry::queries::{growers, product};

/// Growers whose villages are offered.
const KNOWN: u64 = 200;
const NAMES: [&str; 7] = ["organisation_id", "kind", "name", "division_code", "village", "household_no", "phone"];

pub(super) fn routes() -> Vec<Route> {
    let (needs, path) = (Access::Needs(P::GrowerRegister), "/work/growers/new");
    vec![Route::get(path, needs, show), Route::post(path, needs, register)]
}

/// Where somebody came from.
#[derive(Debug, Default, Deserialize)]
struct From {
    back: Option<String>,
}

impl From {
    fn scale(&self) -> bool {
        self.back.as_deref() == Some("scale")
    }
    fn here(&self) -> &'static str {
        if self.scale() { "/work/growers/new?back=scale" } else { "/work/growers/new" }
    }
    fn away(&self) -> (&'static str, &'static str) {
        if self.scale() { ("/work/deliveries/scale", "phone.scale") } else { ("/work/growers", "people.growers") }
    }
}

#[derive(Template)]
#[template(path = "staff/one_form.html")]
struct Page<'a> {
    frame: Frame<'a>,
    form: Form,
    links: Vec<(String, String)>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(from): Asked<From>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &from, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, from: &From, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("people.{key}"));
    let parties = parties(app, reader).await?;
    let mut fields = Vec::new();
    // Who acts for one party is not asked for which.
    if reader.own().is_none() || parties.len() > 1 {
        let own = reader.own().filter(|own| parties.iter().any(|(id, _)| id == own)).unwrap_or_default().to_owned();
        let only = if let [(only, _)] = parties.as_slice() { only.clone() } else { own };
        fields.push(Field::select("organisation_id", say("grower_of"), parties.clone()).must().value(only));
    }
    let kinds = choices(reader, "grower_kind", ["household", "person", "organisation"]);
    let townships = townships(app, reader, &parties).await?;
    let place = if townships.is_empty() {
        Field::text("division_code", say("township_code")).hint(say("township_code_hint")).numeric()
    } else {
        Field::select("division_code", reader.say("phone.plot_township"), townships)
    };
    fields.extend([
        Field::select("kind", say("kind"), kinds).must().value(GrowerKind::Household.word()),
        Field::text("name", say("name")).must(),
        place.must(),
        Field::text("village", say("village")).hint(say("village_type_hint")).offer(villages(app, reader).await?).must(),
        Field::text("household_no", say("household_no")).hint(say("household_no_hint")),
        Field::text("phone", say("phone")).hint(say("phone_hint")).numeric(),
    ]);
    let form = Form::new(app, reader, "new", from.here(), "people.grower_new", "people.grower_register", fields).about(say("grower_about"));
    let (away, words) = from.away();
    let page = Page {
        form: form.again(tried.as_ref()),
        links: vec![(reader.to(away), reader.fill("people.back_to", &[("page", &reader.say(words))]))],
        frame: reader.narrow_frame(say("grower_new"), errors),
    };
    Ok(page.render()?)
}

/// The organisations a grower may be registered for.
async fn parties(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for id in reader.acting(P::GrowerRegister).map(|actor| actor.scope.organisations).unwrap_or_default() {
        if !found.iter().any(|(known, _)| *known == id) {
            let name = store::organisation(app.db.reader(), &id).await?.name;
            found.push((id, name));
        }
    }
    Ok(found)
}

/// Townships of the counties where the parties are and where their products come from.
async fn townships(app: &App, reader: &Reader, parties: &[(String, String)]) -> Outcome<Vec<(String, String)>> {
    let mut codes: Vec<String> = Vec::new();
    for (id, _) in parties {
        codes.push(store::organisation(app.db.reader(), id).await?.division_code);
    }
    for (id, _) in reports::products(app, reader).await? {
        codes.extend(product(&app.db, &id, None, app.clock.today()).await?.county_codes);
    }
    let mut seen = std::collections::BTreeSet::new();
    codes.retain(|code| seen.insert(code.clone()));
    places::townships(app, &codes).await
}

/// Villages of those who are on record, each once.
pub(super) async fn villages(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let Some(actor) = reader.acting(P::GrowerRead) else { return Ok(Vec::new()) };
    let known = growers(&app.db, &actor, None, None, KNOWN).await?.items.into_iter().map(|grower| grower.village);
    let each: std::collections::BTreeSet<String> = known.collect();
    Ok(each.into_iter().map(|village| (village, String::new())).collect())
}

fn input(faults: &mut Faults, typed: &Typed) -> GrowerInput {
    let kinds = [GrowerKind::Household, GrowerKind::Person, GrowerKind::Organisation];
    let kind = kinds.into_iter().find(|kind| kind.word() == said(typed, "kind"));
    if kind.is_none() {
        faults.add("/kind", "register_empty");
    }
    if given(typed, "division_code").is_none() {
        faults.add("/division_code", "register_empty");
    }
    GrowerInput {
        kind: kind.unwrap_or_default(),
        name: said(typed, "name"),
        division_code: said(typed, "division_code"),
        village: said(typed, "village"),
        household_no: given(typed, "household_no"),
        phone: given(typed, "phone"),
        organisation_id: given(typed, "organisation_id"),
    }
}

async fn register(State(app): State<App>, reader: Reader, Asked(from): Asked<From>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, scale) = (posted.body.clone(), reader.lang, from.scale());
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let mut unread = Faults::new();
            let input = input(&mut unread, &typed);
            let tried = register_grower(tx, &desk, &input).await;
            let id = tried.as_ref().map(|row| row.id.clone()).unwrap_or_default();
            together(unread, tried.err(), |pointer| pointer.to_owned())?;
            let (path, word) = if scale {
                (format!("/work/deliveries/scale?grower={id}"), "grower_registered_scale")
            } else {
                (format!("/work/growers/{id}"), "grower_registered")
            };
            Ok(Done::see(done_at(lang, &path, word)))
        })
    });
    let tried: Result<Response, Refusal> = tried.await;
    let form = Tried { form: "new", typed: &typed };
    refilled(tried, &reader, form, &NAMES, |errors, tried| page(&app, &reader, &from, errors, tried)).await
}

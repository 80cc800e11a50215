//! `/work/growers`: the growers within reach, and the lists to post in their villages.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::listing::{Above, Filters, Query, ROWS};
use super::super::parts::choices;
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::registry::queries::find_growers;
use crate::trace::queries::slip::village_list;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/growers", Access::Needs(P::GrowerRead), show)]
}

#[derive(Template)]
#[template(path = "staff/people/growers.html")]
struct Page<'a> {
    frame: Frame<'a>,
    /// Other pages of the same people, as (where, words).
    links: Vec<(String, String)>,
    villages: Vec<(String, String)>,
    table: Table,
    filters: Filters,
    next: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::GrowerRead)?;
    let kinds = choices(&reader, "grower_kind", ["household", "person", "organisation"]);
    let above = Above::new(&reader, "/work/growers", &query, "growers").states("kind", kinds);
    let above = above.sorts(&["registered", "name", "village"]).gives(SheetKind::Growers);
    let listed = find_growers(&app.db, &actor, &query.narrow(), query.cursor(), ROWS).await?;
    let rows = listed.items.iter().map(|grower| {
        let link = reader.to(&format!("/work/growers/{}", grower.id));
        let household = grower.household_no.as_ref().map(|no| reader.fill("people.household", &[("no", no)])).unwrap_or_default();
        vec![
            Cell::link(grower.name.clone(), link).with_small(household),
            Cell::text(grower.village.clone()).with_small(grower.division.clone()),
            Cell::text(reader.word("grower_kind", &grower.kind)),
        ]
    });
    let mut table = Table {
        caption: reader.say("people.growers_caption"),
        rows: rows.collect(),
        columns: ["people.name", "people.village", "people.kind"].map(|key| Column::text(reader.say(key))).into(),
        empty: reader.say("people.growers_empty"),
    };
    above.heads(&mut table, &[Some("name"), Some("village"), None]);
    // Lists are posted by who registers or looks after a village, not by one household.
    let posts = !actor.scope.organisations.is_empty() || !actor.scope.divisions.is_empty() || actor.scope.all;
    let (villages, _) = village_list(&app.db, &actor, "", app.clock.today()).await?;
    let villages = villages.into_iter().map(|name| (reader.to(&format!("/work/growers/list?village={}", query_value(&name))), name));
    let links = [
        ("/work/growers/new", "people.grower_new", P::GrowerRegister),
        ("/work/deliveries/scale", "phone.scale", P::DeliveryRecord),
        ("/work/paper", "people.papers", P::PaperRead),
        ("/work/late", "people.late", P::LateEntryRead),
        ("/work/objections", "people.objections", P::ObjectionRead),
    ];
    let links = links.into_iter().filter(|(_, _, needs)| reader.may(*needs)).map(|(path, key, _)| (reader.to(path), reader.say(key)));
    let page = Page {
        links: links.collect(),
        villages: villages.filter(|_| posts).collect(),
        table,
        filters: above.filters(listed.items.len(), listed.next_cursor.is_some()),
        next: above.next(listed.next_cursor),
        frame: reader.frame(reader.say("people.growers"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

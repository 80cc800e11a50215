//! `/work/sign-ins`: what became of every sign-in, refused ones too. The address is a network, the name is as it was typed.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::parts::{Part, PartsPage};
use super::moment;
use crate::identity::queries::access::sign_ins;
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/sign-ins", Access::Needs(P::SignInRead), show)]
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    cursor: Option<i64>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

/// The table, and the cursor of the next page.
pub(super) async fn table(
    app: &App,
    reader: &Reader,
    account: Option<&str>,
    cursor: Option<i64>,
    most: usize,
) -> Outcome<(Table, Option<i64>)> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let mut rows = sign_ins(&app.db, account, cursor, most as u64 + 1).await?;
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    let cells = rows.iter().map(|row| {
        let class = match row.outcome.as_str() {
            "signed_in" | "signed_out" => "ok",
            "code_asked" => "soft",
            "locked" | "throttled" => "red",
            _ => "amber",
        };
        vec![
            Cell::text(moment(reader.lang, row.at)),
            Cell::text(row.name.clone()).with_small(reader.word("signin.carrier", &row.carrier)),
            Cell::badge(reader.word("signin.outcome", &row.outcome), class),
            Cell::text(row.address.clone().unwrap_or_default()),
        ]
    });
    let columns = ["at", "name_typed", "became", "network"].map(|key| Column::text(say(key))).to_vec();
    Ok((Table { caption: say("sign_ins"), columns, rows: cells.collect(), empty: say("sign_ins_none") }, next))
}

async fn show(State(app): State<App>, reader: Reader, Asked(after): Asked<After>) -> Result<Html<String>, Refusal> {
    let (table, next) = table(&app, &reader, None, after.cursor, 50).await?;
    let part = Part {
        heading: reader.say("signin.sign_ins"),
        about: reader.say("signin.sign_ins_about"),
        table: Some(table),
        next: next.map(|cursor| reader.to(&format!("/work/sign-ins?cursor={cursor}"))),
        ..Part::default()
    };
    Ok(Html(PartsPage { parts: vec![part], frame: reader.frame(reader.say("signin.sign_ins"), Vec::new()) }.render()?))
}

//! What the city's IP office and the holders do: GI files with their rights, areas and standards, mark uses with their evidence, season
//! plans, members, ties, dated limits, notices, and what of the data is wanting.

mod conflicts;
mod gi_about;
mod gi_file;
mod limits;
mod mark_use;
mod mark_uses;
mod members;
mod notices;
mod plan;
mod plans;
mod products;
mod quality;
mod words;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::super::app::App;
use super::super::body::json;
use super::super::pages::staff::{Cell, Column, Table};
use super::super::route::Route;
use super::desk::Reader;
use super::parts::{Typed, given};
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::registry::queries::{ProductsAsked, products as all_products};

/// Pages of the office.
pub(super) fn routes() -> Vec<Route> {
    let files = [products::routes(), gi_file::routes(), words::routes(), mark_uses::routes(), mark_use::routes(), members::routes()];
    let house = [plans::routes(), plan::routes(), conflicts::routes(), limits::routes(), notices::routes(), quality::routes()];
    files.into_iter().chain(house).flatten().collect()
}

pub(super) use notices::standing;

/// How a typed text becomes a field of what a command takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum As {
    /// As it is.
    Text,
    /// A whole number.
    Number,
    /// A text a line, or parted by 、 ， ； or commas.
    List,
}

/// What a command takes, from the texts of a form: each field at its own name, so that a fault of the command stands at the field.
pub(super) fn input<T: DeserializeOwned>(typed: &Typed, fields: &[(&str, As)]) -> Result<T, Failure> {
    let (mut object, mut faults) = (Map::new(), Faults::new());
    for (name, kind) in fields {
        let text = given(typed, name);
        let value = match (kind, text) {
            (_, None) => None,
            (As::Text, Some(text)) => Some(Value::String(text)),
            (As::Number, Some(text)) => {
                let read = super::batch_form::plain(&text).parse::<i64>().ok();
                if read.is_none() {
                    faults.add(format!("/{name}"), "number_unreadable").with("figure", &text);
                }
                read.map(Value::from)
            }
            (As::List, Some(text)) => {
                let parts = text.split(['\n', '、', '，', '；', ',', ';']).map(str::trim).filter(|part| !part.is_empty());
                Some(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
            }
        };
        if let Some(value) = value {
            object.insert((*name).to_owned(), value);
        }
    }
    faults.check()?;
    json(Value::Object(object).to_string().as_bytes())
}

/// Words of the office's pages.
fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("office.{key}"))
}

/// Two columns: what, and what is known of it; what is not known is left out.
fn facts(reader: &Reader, caption: &str, rows: Vec<(&str, Option<String>)>) -> Table {
    let rows =
        rows.into_iter().filter_map(|(key, value)| Some(vec![Cell::text(say(reader, key)), Cell::text(value.filter(|v| !v.is_empty())?)]));
    Table {
        caption: say(reader, caption),
        columns: vec![Column::text(reader.say("what")), Column::text(say(reader, "known"))],
        rows: rows.collect(),
        empty: say(reader, "nothing_known"),
    }
}

/// Columns by their words.
fn columns(reader: &Reader, keys: &[&str]) -> Vec<Column> {
    keys.iter().map(|key| Column::text(say(reader, key))).collect()
}

/// Every product as a choice.
pub(super) async fn product_choices(app: &App) -> Result<Vec<(String, String)>, Failure> {
    let (mut choices, mut cursor) = (Vec::new(), None);
    loop {
        let page = all_products(&app.db, &ProductsAsked::default(), app.clock.today(), cursor.as_deref(), 200).await?;
        choices.extend(page.items.into_iter().map(|product| (product.id, product.name)));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(choices);
        }
    }
}

/// A handler of one form on a page: reads what the command takes, does it, and leads on; or the page again with every fault at its field.
macro_rules! does {
    ($handler:ident, $form:literal, $fields:expr, $command:path, $done:literal, $page:path) => {
        async fn $handler(
            axum::extract::State(app): axum::extract::State<crate::web::app::App>,
            reader: crate::web::work::desk::Reader,
            axum::extract::Path(id): axum::extract::Path<String>,
            posted: crate::web::body::Posted<crate::web::work::parts::Typed>,
        ) -> Result<axum::response::Response, crate::web::failure::Refusal> {
            let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
            let tried = crate::web::act::act(&app, posted, move |tx, desk, typed| {
                let id = named.clone();
                Box::pin(async move {
                    let input = super::input(&typed, $fields)?;
                    let back = $command(tx, &desk, &id, &input).await?;
                    Ok(crate::web::act::Done::see(crate::web::work::desk::done_at(lang, &back, $done)))
                })
            });
            let tried = tried.await;
            let names: Vec<&str> = $fields.iter().map(|(name, _): &(&str, super::As)| *name).collect();
            let form = crate::web::work::parts::Tried { form: $form, typed: &typed };
            crate::web::work::parts::refilled(tried, &reader, form, &names, |errors, tried| $page(&app, &reader, &id, errors, tried)).await
        }
    };
}
pub(super) use does;

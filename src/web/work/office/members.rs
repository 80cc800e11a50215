//! `/work/members`: who uses the marks of one's products, with totals of their accounts and their tests. A holder sees no customer, no price
//! and no shipment here, nor anywhere else.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::names::Names;
use super::super::parts::{Part, PartsPage};
use super::mark_uses::standing;
use super::say;
use crate::identity::role::Permission as P;
use crate::registry::queries::{MarkUsesAsked, mark_uses};
use crate::trace::account::{AccountFilter, Bucket};
use crate::trace::queries::account::accounts;
use crate::trace::queries::report::test_reports;
use crate::trace::report::ReportFilter;

/// The most members on the page.
const MOST: u64 = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/members", Access::Needs(P::MarkUseRead), show)]
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let actor = reader.actor(P::MarkUseRead)?;
    let uses = mark_uses(&app.db, &actor, &MarkUsesAsked::default(), app.clock.today(), None, MOST).await?.items;
    let mut names = Names::new(&app);
    let mut members: BTreeMap<(String, String), Vec<Cell>> = BTreeMap::new();
    for view in &uses {
        if members.contains_key(&(view.product.clone(), view.organisation.clone())) {
            continue;
        }
        let goods = names.goods(&view.product_id).await?;
        let (mut approved, mut registered, mut coded) = (0, 0, 0);
        if let Some(actor) = reader.acting(P::SeasonAccountRead) {
            let filter = AccountFilter {
                party_id: Some(view.organisation_id.clone()),
                product_id: Some(view.product_id.clone()),
                ..AccountFilter::default()
            };
            for account in accounts(&app.db, &actor, &filter, None, None).await?.0 {
                let figure = |bucket| account.figure(bucket);
                approved += figure(Bucket::Approved) + figure(Bucket::Received) + figure(Bucket::Carried) + figure(Bucket::Opening);
                registered += figure(Bucket::Held) + figure(Bucket::Released);
                coded += figure(Bucket::Coded);
            }
        }
        let tests = match reader.acting(P::TestRead) {
            Some(actor) => {
                let filter = ReportFilter { organisation_id: Some(view.organisation_id.clone()), ..ReportFilter::default() };
                test_reports(&app.db, &actor, &filter, None, Some(200)).await?.0.len()
            }
            None => 0,
        };
        let row = vec![
            Cell::link(view.organisation.clone(), reader.to(&format!("/work/mark-uses/{}", view.id)))
                .with_small(view.credit_code.clone().unwrap_or_default()),
            Cell::text(view.product.clone()),
            standing(&reader, view),
            Cell::text(goods.show(approved)),
            Cell::text(goods.show(registered)),
            Cell::text(goods.show(coded)),
            Cell::text(tests.to_string()),
        ];
        members.insert((view.product.clone(), view.organisation.clone()), row);
    }
    let text = |key: &str| Column::text(say(&reader, key));
    let number = |key: &str| Column::number(say(&reader, key));
    let table = Table {
        caption: say(&reader, "members_caption"),
        columns: vec![
            text("user"),
            text("product"),
            text("state"),
            number("may_sell"),
            number("registered"),
            number("coded"),
            number("tests"),
        ],
        rows: members.into_values().collect(),
        empty: say(&reader, "members_empty"),
    };
    let part = Part { heading: say(&reader, "members"), about: say(&reader, "members_about"), table: Some(table), ..Part::default() };
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "members"), Vec::new()), parts: vec![part] }.render()?))
}

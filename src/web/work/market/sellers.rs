//! `/work/sellers` and `/work/sellers/{id}`: who sells, in which shops, for whom, and what.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::listing::{Above, Query, ROWS};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, choices, given, refilled, said};
use super::{authorisations, columns, listings, say};
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::registry::queries::division;
use crate::trade::commands::register_seller;
use crate::trade::queries::authorisation::AuthorisationFilter;
use crate::trade::queries::{ListingFilter, SellerView, find_sellers, listings as all_listings, seller};
use crate::trade::seller::{SellerInput, SellerKind, Shop};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/sellers", Access::Needs(P::SellerRead), show),
        Route::post("/work/sellers", Access::Needs(P::SellerRegister), add),
        Route::get("/work/sellers/{id}", Access::Needs(P::SellerRead), one),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &query, Vec::new(), None).await?))
}

async fn place(app: &App, view: &SellerView) -> String {
    let named = division(&app.db, &view.division_code).await.map_or_else(|_| view.division_code.clone(), |row| row.full_name);
    format!("{named} {}", view.place).trim().to_owned()
}

async fn page(app: &App, reader: &Reader, query: &Query, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let kinds = choices(reader, "market.seller_kind", ["organisation", "farmer"]);
    let above = Above::new(reader, "/work/sellers", query, "sellers").states("kind", kinds);
    let above = above.sorts(&["registered", "name"]).gives(SheetKind::Sellers);
    let actor = reader.actor(P::SellerRead)?;
    let (items, next) = find_sellers(&app.db, &actor, &query.narrow(), query.cursor(), Some(ROWS)).await?;
    let mut rows = Vec::new();
    for view in &items {
        let shops = view.shops.iter().map(|shop| format!("{} {}", shop.platform, shop.name)).collect::<Vec<_>>().join("；");
        rows.push(vec![
            Cell::link(view.name.clone(), reader.to(&format!("/work/sellers/{}", view.id)))
                .with_small(view.credit_code.clone().unwrap_or_default()),
            Cell::text(reader.word("market.seller_kind", &view.kind)),
            Cell::text(place(app, view).await),
            Cell::text(shops),
        ]);
    }
    let mut table = Table {
        caption: say(reader, "sellers_caption"),
        columns: columns(reader, &["seller", "kind", "place", "shops"]),
        rows,
        empty: say(reader, "sellers_empty"),
    };
    let mut forms = Vec::new();
    if reader.may(P::SellerRegister) {
        let fields = vec![
            Field::text("name", say(reader, "name")).must(),
            Field::select("kind", say(reader, "kind"), choices(reader, "market.seller_kind", ["organisation", "farmer"]))
                .must()
                .value("organisation"),
            Field::text("credit_code", say(reader, "credit_code")).hint(say(reader, "credit_code_hint")),
            Field::text("division_code", say(reader, "division")).hint(say(reader, "division_hint")).numeric().must(),
            Field::text("place", say(reader, "address")),
            Field::text("contact", say(reader, "contact")),
            Field::area("shops", say(reader, "shops")).hint(say(reader, "shops_hint")),
        ];
        forms.push(Form::new(app, reader, "seller", "/work/sellers", "market.register_seller", "keep", fields).again(tried.as_ref()));
    }
    above.heads(&mut table, &[Some("name"), None, None, None]);
    let filters = Some(above.filters(items.len(), next.is_some()));
    let next = above.next(next);
    let part = Part {
        heading: say(reader, "sellers"),
        about: say(reader, "sellers_about"),
        filters,
        table: Some(table),
        next,
        forms,
        ..Part::default()
    };
    Ok(PartsPage { frame: reader.frame(say(reader, "sellers"), errors), parts: vec![part] }.render()?)
}

fn read(typed: &Typed) -> SellerInput {
    let shop = |line: &str| {
        let (platform, name) = line.split_once(['=', '＝', '：', ':', ' ']).unwrap_or((line, ""));
        Shop { platform: platform.trim().to_owned(), name: name.trim().to_owned() }
    };
    SellerInput {
        kind: SellerKind::parse(&said(typed, "kind")).unwrap_or(SellerKind::Organisation),
        name: said(typed, "name"),
        credit_code: given(typed, "credit_code"),
        division_code: said(typed, "division_code"),
        place: given(typed, "place"),
        contact: given(typed, "contact"),
        shops: said(typed, "shops").lines().map(str::trim).filter(|line| !line.is_empty()).map(shop).collect(),
    }
}

async fn add(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            let view = register_seller(tx, &desk, &read(&typed)).await?;
            Ok(Done::see(done_at(lang, &format!("/work/sellers/{}", view.id), "seller_registered")))
        })
    });
    let tried = tried.await;
    let names = ["name", "kind", "credit_code", "division_code", "place", "contact", "shops"];
    let query = Query::default();
    refilled(tried, &reader, Tried { form: "seller", typed: &typed }, &names, |errors, tried| page(&app, &reader, &query, errors, tried))
        .await
}

async fn one(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    let view = seller(&app.db, &reader.actor(P::SellerRead)?, &id).await?;
    let mut facts = vec![
        ("kind", Some(reader.word("market.seller_kind", &view.kind))),
        ("credit_code", view.credit_code.clone()),
        ("place", Some(place(&app, &view).await)),
        ("contact", view.contact.clone()),
    ];
    facts.extend(view.shops.iter().map(|shop| ("shop", Some(format!("{} {}", shop.platform, shop.name)))));
    let rows = facts.into_iter().filter_map(|(key, value)| Some(vec![Cell::text(say(&reader, key)), Cell::text(value?)])).collect();
    let about = Table { caption: view.name.clone(), columns: columns(&reader, &["what", "known"]), rows, empty: String::new() };
    let mut parts = vec![Part { heading: view.name.clone(), table: Some(about), ..Part::default() }];
    if reader.may(P::AuthorisationRead) {
        let filter = AuthorisationFilter { seller_id: Some(id.clone()), ..AuthorisationFilter::default() };
        let (table, _, next) = authorisations::table(&app, &reader, &filter, None).await?;
        parts.push(Part { heading: say(&reader, "authorisations"), table: Some(table), next, ..Part::default() });
    }
    if reader.may(P::ListingRead) {
        let filter = ListingFilter { seller_id: Some(id.clone()) };
        let (items, next) = all_listings(&app.db, &reader.actor(P::ListingRead)?, &filter, None, Some(50)).await?;
        let next = next.map(|cursor| reader.to(&format!("/work/listings?cursor={cursor}&seller_id={id}")));
        let table = listings::table(&app, &reader, &items).await?;
        parts.push(Part { heading: say(&reader, "listings"), table: Some(table), next, ..Part::default() });
    }
    Ok(Html(PartsPage { frame: reader.frame(view.name.clone(), Vec::new()), parts }.render()?))
}

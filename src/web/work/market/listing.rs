//! `/work/listings/{id}`: one listing: what the rules ask about it, how much its SKUs are, what it said before, what was sold.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, FormError, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::{Names, moment, moment_of};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, refilled, said};
use super::said::{counts, finding, yuan};
use super::{columns, kilograms, say};
use crate::files;
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, grouped};
use crate::supervision::commands::listing::confirm_packs;
use crate::supervision::findings::{FindingView, findings_of, past_findings, scores_of};
use crate::trade::listing::{PacksInput, SkuInput};
use crate::trade::queries::sales::sold_of_item;
use crate::trade::queries::{ListingView, listing, seller_names, skus, versions};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/listings/{id}", Access::Needs(P::ListingRead), show),
        Route::post("/work/listings/{id}/packs", Access::Needs(P::ListingRecord), confirm),
    ]
}

async fn show(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let actor = reader.actor(P::ListingRead)?;
    let view = listing(&app.db, &actor, id).await?;
    let found = findings_of(&app.db, &[id.to_owned()], None).await?;
    let parts = vec![
        about(app, reader, &view, &found).await?,
        Part {
            heading: say(reader, "findings"),
            about: say(reader, "findings_about"),
            table: Some(findings_table(reader, &found, "findings_caption", "nothing_found")),
            ..Part::default()
        },
        packs(app, reader, &view, tried).await?,
        said_before(app, reader, id).await?,
        sold(app, reader, &view).await?,
        Part {
            heading: say(reader, "past_findings"),
            table: Some(findings_table(reader, &past_findings(&app.db, id).await?, "past_findings", "no_past_findings")),
            ..Part::default()
        },
    ];
    Ok(PartsPage { frame: reader.frame(view.title, errors), parts }.render()?)
}

async fn about(app: &App, reader: &Reader, view: &ListingView, found: &[FindingView]) -> Result<Part, Refusal> {
    let seller = seller_names(&app.db, vec![view.seller_id.clone()]).await?.remove(&view.seller_id).unwrap_or_default();
    let score = scores_of(&app.db, vec![view.id.clone()]).await?.pop();
    let mut names = Names::new(app);
    let product = match score.as_ref().and_then(|score| score.product_id.clone()) {
        Some(id) => Some(names.goods(&id).await?.name),
        None => None,
    };
    let mut rows = vec![(
        "seller",
        Cell::link(seller, reader.to(&format!("/work/sellers/{}", view.seller_id))).with_small(view.shop.clone().unwrap_or_default()),
    )];
    let text = |key: &'static str, value: Option<String>| value.filter(|value| !value.is_empty()).map(|value| (key, Cell::text(value)));
    let asked = counts(reader, found.iter());
    rows.push(("asked", if asked.is_empty() { Cell::badge(say(reader, "nothing_found"), "ok") } else { Cell::badge(asked, "amber") }));
    let facts = [
        text("platform", Some(format!("{} {}", view.platform, view.item_id))),
        text("url", view.url.clone()),
        text("price", view.price_fen.map(yuan)),
        text("claimed", view.claimed_product.clone()),
        text("taken_for", product),
        text("origin", view.origin.clone()),
        text("ship_from", view.ship_from.clone()),
        text("details", view.details.clone()),
        text("shows_mark", view.shows_mark.as_deref().map(|word| reader.word("market.shows", word))),
        text("stock", view.stock.map(grouped)),
        text("sold", view.sold.map(grouped)),
        text("captured_at", Some(moment_of(reader.lang, &view.captured_at))),
        text("scored_at", score.as_ref().map(|score| moment(reader.lang, score.scored_at))),
        text("audited_at", score.and_then(|score| score.audited_at).map(|at| moment(reader.lang, at))),
    ];
    rows.extend(facts.into_iter().flatten());
    let mut rows: Vec<Vec<Cell>> = rows.into_iter().map(|(key, cell)| vec![Cell::text(say(reader, key)), cell]).collect();
    if reader.may(P::FileRead) {
        for file in files::of(&app.db, "listing", &view.id).await? {
            rows.push(vec![Cell::text(say(reader, "pictures")), Cell::link(file.name, reader.to(&format!("/work/files/{}", file.id)))]);
        }
    }
    if reader.may(P::ListingRecord) {
        let again = reader.to(&format!("/work/listings/new?of={}", view.id));
        rows.push(vec![Cell::text(say(reader, "capture")), Cell::link(say(reader, "capture_again"), again)]);
    }
    let table = Table { caption: say(reader, "about"), columns: columns(reader, &["what", "known"]), rows, empty: String::new() };
    Ok(Part { heading: say(reader, "about"), table: Some(table), ..Part::default() })
}

fn findings_table(reader: &Reader, found: &[FindingView], caption: &str, empty: &str) -> Table {
    let rows = found.iter().map(|view| {
        let since = moment_of(reader.lang, &view.since);
        let since = match &view.cleared_at {
            Some(cleared) => format!("{since} – {}", moment_of(reader.lang, cleared)),
            None => since,
        };
        vec![
            Cell::badge(reader.word("finding_kind", &view.kind), if view.cleared_at.is_some() { "soft" } else { "amber" }),
            Cell::text(finding(reader, view)).with_small(reader.word("listing_rule", &view.rule)),
            Cell::text(since),
        ]
    });
    Table {
        caption: say(reader, caption),
        columns: columns(reader, &["kind", "question", "since"]),
        rows: rows.collect(),
        empty: say(reader, empty),
    }
}

async fn packs(app: &App, reader: &Reader, view: &ListingView, tried: Option<Tried<'_>>) -> Result<Part, Refusal> {
    let rows = skus(&app.db, &reader.actor(P::ListingRead)?, &view.id).await?;
    let shown = rows.iter().map(|sku| {
        let state = if sku.confirmed { Cell::badge(say(reader, "confirmed"), "ok") } else { Cell::badge(say(reader, "proposed"), "soft") };
        let amount = sku.amount.map_or_else(|| say(reader, "not_read"), |amount| BaseUnit::G.show(amount));
        vec![Cell::text(sku.name.clone()), Cell::text(amount), Cell::text(sku.packs.map(grouped).unwrap_or_default()), state]
    });
    let table = Table {
        caption: say(reader, "packs"),
        columns: columns(reader, &["sku", "net", "pack_count", "state"]),
        rows: shown.collect(),
        empty: say(reader, "packs_empty"),
    };
    let mut forms = Vec::new();
    if reader.may(P::ListingRecord) && !rows.is_empty() {
        let names = rows.iter().map(|sku| (sku.name.clone(), sku.name.clone())).collect();
        let open = rows.iter().find(|sku| !sku.confirmed).or(rows.first());
        let amount = open.and_then(|sku| sku.amount).map(thousandths).unwrap_or_default();
        let fields = vec![
            Field::select("name", say(reader, "sku"), names).must().value(open.map(|sku| sku.name.clone()).unwrap_or_default()),
            Field::text("net_weight_g", say(reader, "net_kg")).must().value(amount),
            Field::text("packs", say(reader, "pack_count")).numeric(),
        ];
        let path = format!("/work/listings/{}/packs", view.id);
        forms.push(Form::new(app, reader, "packs", &path, "market.confirm_packs", "market.confirm_packs", fields).again(tried.as_ref()));
    }
    Ok(Part { heading: say(reader, "packs"), about: say(reader, "packs_about"), table: Some(table), forms, ..Part::default() })
}

/// Thousandths as people type them: 2500 → 2.5.
fn thousandths(amount: i64) -> String {
    let text = format!("{}.{:03}", amount / 1000, amount % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

async fn said_before(app: &App, reader: &Reader, id: &str) -> Result<Part, Refusal> {
    let all = versions(&app.db, &reader.actor(P::ListingRead)?, id).await?;
    let rows = all.iter().enumerate().map(|(no, view)| {
        let changed = all.get(no + 1).is_some_and(|before| before.content_hash != view.content_hash);
        vec![
            Cell::text(moment_of(reader.lang, &view.captured_at)),
            Cell::text(view.title.clone()).with_small(view.claimed_product.clone().unwrap_or_default()),
            Cell::text(view.price_fen.map(yuan).unwrap_or_default()),
            Cell::text(view.stock.map(grouped).unwrap_or_default()),
            Cell::text(view.sold.map(grouped).unwrap_or_default()),
            if changed { Cell::badge(say(reader, "changed"), "amber") } else { Cell::text(String::new()) },
        ]
    });
    let table = Table {
        caption: say(reader, "versions"),
        columns: columns(reader, &["captured_at", "title", "price", "stock", "sold", "content"]),
        rows: rows.collect(),
        empty: String::new(),
    };
    Ok(Part { heading: say(reader, "versions"), about: say(reader, "versions_about"), table: Some(table), ..Part::default() })
}

async fn sold(app: &App, reader: &Reader, view: &ListingView) -> Result<Part, Refusal> {
    let rows = sold_of_item(&app.db, &view.seller_id, &view.platform, &view.item_id).await?.into_iter().map(|(state, pieces, fen)| {
        vec![
            Cell::text(reader.word("market.line_state", &state)),
            Cell::text(grouped(pieces)),
            Cell::text(fen.map(yuan).unwrap_or_default()),
        ]
    });
    let table = Table {
        caption: say(reader, "exported"),
        columns: columns(reader, &["state", "pieces", "paid"]),
        rows: rows.collect(),
        empty: say(reader, "exported_empty"),
    };
    Ok(Part { heading: say(reader, "exported"), about: say(reader, "exported_about"), table: Some(table), ..Part::default() })
}

fn read(typed: &Typed) -> Result<PacksInput, Failure> {
    let mut faults = Faults::new();
    let amount = kilograms(&mut faults, "/net_weight_g", &said(typed, "net_weight_g"));
    let packs = super::whole(&mut faults, typed, "packs");
    faults.check()?;
    Ok(PacksInput { skus: vec![SkuInput { name: said(typed, "name"), packs, net_weight_g: amount, quantity: None }] })
}

async fn confirm(State(app): State<App>, reader: Reader, Path(id): Path<String>, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang, named) = (posted.body.clone(), reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let id = named.clone();
        Box::pin(async move {
            confirm_packs(tx, &desk, &id, &read(&typed)?).await?;
            Ok(Done::see(done_at(lang, &format!("/work/listings/{id}"), "packs_confirmed")))
        })
    });
    let tried = tried.await;
    let names = ["name", "net_weight_g", "packs"];
    refilled(tried, &reader, Tried { form: "packs", typed: &typed }, &names, |errors, tried| page(&app, &reader, &id, errors, tried)).await
}

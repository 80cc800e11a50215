//! `/work/listings/new`: what a listing says now; its address is pasted, or platform and number are typed.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, MOST_UPLOAD, PostedFiles};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::FormError;
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::parts::{Field, Form, Part, PartsPage, Tried, Typed, given, refilled, said};
use super::said::yuan;
use super::{price, product_choices, say, seller_choices, whole};
use crate::files::{self, About, Purpose};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::kernel::failure::Faults;
use crate::supervision::commands::listing::record_listing;
use crate::trade::listing::{ListingInput, ShownMark, SkuInput};
use crate::trade::queries::listing;

pub(super) fn routes() -> Vec<Route> {
    let record = Access::Needs(P::ListingRecord);
    vec![Route::get("/work/listings/new", record, show), Route::post("/work/listings/new", record, add).carries(MOST_UPLOAD)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    /// A listing that is captured again.
    #[serde(default)]
    of: Option<String>,
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let mut typed = Typed::new();
    if let Some(id) = query.of {
        let view = listing(&app.db, &reader.actor(P::ListingRecord)?, &id).await?;
        let known = [
            ("seller_id", Some(view.seller_id)),
            ("platform", Some(view.platform)),
            ("item_id", Some(view.item_id)),
            ("url", view.url),
            ("title", Some(view.title)),
            ("shop", view.shop),
            ("price_fen", view.price_fen.map(|fen| yuan(fen).replace(',', ""))),
            ("claimed_product_id", view.claimed_product_id),
            ("origin", view.origin),
            ("ship_from", view.ship_from),
            ("details", view.details),
            ("shows_mark", view.shows_mark),
        ];
        typed.extend(known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    let tried = (!typed.is_empty()).then_some(Tried { form: "listing", typed: &typed });
    Ok(Html(page(&app, &reader, Vec::new(), tried).await?))
}

async fn page(app: &App, reader: &Reader, errors: Vec<FormError>, tried: Option<Tried<'_>>) -> Result<String, Refusal> {
    let hinted = |field: Field, key: &str| field.hint(say(reader, key));
    let marks = ["special", "registered", "both"].map(|word| (word.to_owned(), reader.word("market.shows", word)));
    let fields = vec![
        hinted(Field::text("url", say(reader, "url")), "url_hint"),
        Field::text("platform", say(reader, "platform")),
        Field::text("item_id", say(reader, "item_id")),
        hinted(Field::select("seller_id", say(reader, "seller"), seller_choices(app, reader, P::SellerRead).await?).must(), "seller_hint"),
        Field::text("title", say(reader, "title")).must(),
        Field::text("shop", say(reader, "shop")),
        Field::text("price_fen", say(reader, "price")),
        Field::select("claimed_product_id", say(reader, "claimed"), product_choices(app).await?),
        hinted(Field::area("skus", say(reader, "skus")), "skus_hint"),
        Field::text("origin", say(reader, "origin")),
        Field::text("ship_from", say(reader, "ship_from")),
        Field::area("details", say(reader, "details")),
        hinted(Field::select("shows_mark", say(reader, "shows_mark"), marks.to_vec()), "shows_mark_hint"),
        Field::text("stock", say(reader, "stock")).numeric(),
        hinted(Field::text("sold", say(reader, "sold")).numeric(), "sold_hint"),
        hinted(Field::file("pictures", say(reader, "pictures"), "image/*"), "pictures_hint"),
    ];
    let form = Form::new(app, reader, "listing", "/work/listings/new", "market.record_listing", "keep", fields);
    let mut form = form.again(tried.as_ref()).about(say(reader, "record_about"));
    form.open = true;
    let part = Part { heading: say(reader, "record_listing"), forms: vec![form], ..Part::default() };
    Ok(PartsPage { frame: reader.narrow_frame(say(reader, "record_listing"), errors), parts: vec![part] }.render()?)
}

const NAMES: &[&str] = &[
    "url",
    "platform",
    "item_id",
    "seller_id",
    "title",
    "shop",
    "price_fen",
    "claimed_product_id",
    "skus",
    "origin",
    "ship_from",
    "details",
    "shows_mark",
    "stock",
    "sold",
    "pictures",
];

fn read(typed: &Typed) -> Result<ListingInput, Failure> {
    let mut faults = Faults::new();
    let lines = said(typed, "skus");
    let skus = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let shows = [ShownMark::Special, ShownMark::Registered, ShownMark::Both];
    let input = ListingInput {
        seller_id: said(typed, "seller_id"),
        platform: said(typed, "platform"),
        item_id: said(typed, "item_id"),
        shop: given(typed, "shop"),
        title: said(typed, "title"),
        url: given(typed, "url"),
        price_fen: price(&mut faults, typed),
        claimed_product_id: given(typed, "claimed_product_id"),
        stock: whole(&mut faults, typed, "stock"),
        sold: whole(&mut faults, typed, "sold"),
        origin: given(typed, "origin"),
        ship_from: given(typed, "ship_from"),
        details: given(typed, "details"),
        shows_mark: given(typed, "shows_mark").and_then(|word| shows.into_iter().find(|mark| mark.word() == word)),
        skus: skus.map(|name| SkuInput { name: name.to_owned(), ..SkuInput::default() }).collect(),
        ..ListingInput::default()
    };
    faults.check()?;
    Ok(input)
}

async fn add(State(app): State<App>, reader: Reader, PostedFiles { posted, files }: PostedFiles<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let tried = match app.shelf.keep_all(files).await {
        Err(failure) => Err(Refusal(failure)),
        Ok(kept) => {
            act(&app, posted, move |tx, desk, typed| {
                let kept = kept.clone();
                Box::pin(async move {
                    let view = record_listing(tx, &desk, &read(&typed)?).await?;
                    let about = About { kind: "listing", id: view.id.clone(), organisation_id: None };
                    for file in &kept {
                        files::attach(tx, &desk, file, &about, Purpose::Photo).await?;
                    }
                    Ok(Done::see(done_at(lang, &format!("/work/listings/{}", view.id), "listing_recorded")))
                })
            })
            .await
        }
    };
    refilled(tried, &reader, Tried { form: "listing", typed: &typed }, NAMES, |errors, tried| page(&app, &reader, errors, tried)).await
}

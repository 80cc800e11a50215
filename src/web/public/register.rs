//! `/`, `/p/`, `/p/{slug}`, `/en/p/{slug}`: the register for anybody. Facts only; no praise and no call to buy (食品安全法 73).

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::portal::{
    AreaView, AuthorisedSeller, Choice, Figures, Filters, FrontView, ListRow, ListView, MarkUser, PlaceCount, ProductCard, ProductView,
    RightStatus, RightView, Season, SeasonKind, StandardView, front_page, list_page, product_page,
};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::kernel::day::in_yearly_window;
use crate::kernel::{Failure, quantity};
use crate::registry::product::ProductClass;
use crate::registry::queries::{self, ProductsAsked};
use crate::registry::right::Route as RightRoute;
use crate::trace::queries::figures::public_figures;
use crate::trade::queries::authorisation::authorised_sellers;

/// Products on a page of the list.
const ON_A_PAGE: u64 = 50;
/// Products in season on the front page.
const CARDS: usize = 6;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/", Access::Public, front),
        Route::get("/p/", Access::Public, list),
        Route::get("/p/{slug}", Access::Public, one),
        Route::get("/en/p/{slug}", Access::Public, one),
    ]
}

fn route_name(word: &str) -> String {
    RightRoute::parse(word).map_or_else(|| word.to_owned(), |route| route.name().to_owned())
}

fn status(word: &str) -> RightStatus {
    match word {
        "technical_review_passed" | "expert_review_passed" => RightStatus::ReviewPassed,
        other => RightStatus::parse(other).unwrap_or(RightStatus::Applied),
    }
}

fn season(product: &queries::ProductView) -> Option<Season> {
    Season::from_window(product.season_from.as_deref()?, product.season_to.as_deref()?, SeasonKind::Harvest)
}

async fn everything(app: &App) -> Result<Vec<queries::ProductView>, Failure> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = queries::products(&app.db, &ProductsAsked::default(), app.clock.today(), cursor.as_deref(), 200).await?;
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

async fn front(State(app): State<App>, lang: Lang) -> Result<Html<String>, Refusal> {
    let (all, today) = (everything(&app).await?, app.clock.today());
    let numbers = public_figures(&app.db, today).await?;
    let figures = Figures {
        protected_names: all.iter().filter(|p| p.rights.iter().any(|r| r.in_force)).count() as u64,
        mark_users: numbers.mark_users,
        registered: quantity::BaseUnit::G.show(numbers.registered_g),
        sessions: numbers.sessions,
    };
    let in_season: Vec<ProductCard> = all
        .iter()
        .filter(|p| matches!((&p.season_from, &p.season_to), (Some(from), Some(to)) if in_yearly_window(today, from, to)))
        .take(CARDS)
        .map(|p| {
            let kinds: Vec<String> = p.rights.iter().filter(|r| r.in_force && !r.demo).map(|r| route_name(&r.route)).collect();
            let line = format!("{} · {}", p.places.join("、"), kinds.join("、"));
            ProductCard {
                slug: p.slug.clone(),
                name: p.name.clone(),
                name_en: p.latin_name.clone(),
                line,
                category: p.group.clone(),
                season: season(p),
            }
        })
        .collect();
    let names: BTreeMap<String, String> = queries::product_counties(&app.db).await?.into_iter().collect();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for code in all.iter().flat_map(|p| p.county_codes.iter().chain(&p.city_codes)) {
        *counts.entry(code.clone()).or_default() += 1;
    }
    let places: Vec<PlaceCount> = counts
        .into_iter()
        .map(|(code, products)| PlaceCount { name: names.get(&code).cloned().unwrap_or_else(|| code.clone()), code, products })
        .collect();
    Ok(Html(front_page(&FrontView { lang, site: &app.site(), figures: &figures, in_season: &in_season, places: &places })?))
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    county: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    status: String,
    cursor: Option<String>,
}

async fn list(State(app): State<App>, lang: Lang, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let asked = ProductsAsked {
        q: some(&query.q),
        county: some(&query.county),
        class: ProductClass::parse(&query.class),
        status: crate::registry::right::RightStatus::parse(&query.status),
        as_of: None,
    };
    let page = queries::products(&app.db, &asked, app.clock.today(), query.cursor.as_deref(), ON_A_PAGE).await?;
    let total = queries::product_count(&app.db, &asked).await?;
    let rows: Vec<ListRow> = page
        .items
        .into_iter()
        .map(|p| ListRow {
            rights: p.rights.iter().filter(|r| !r.demo).map(|r| (route_name(&r.route), status(&r.status))).collect(),
            places: p.places.join("、"),
            slug: p.slug,
            name: p.name,
            name_en: p.latin_name,
        })
        .collect();
    let counties: Vec<Choice> =
        queries::product_counties(&app.db).await?.into_iter().map(|(value, label)| Choice { value, label }).collect();
    let classes: Vec<Choice> =
        ProductClass::ALL.iter().map(|c| Choice { value: c.word().to_owned(), label: c.name().to_owned() }).collect();
    let filters = Filters { q: query.q, county: query.county, class: query.class, status: query.status };
    let next = page.next_cursor.map(|cursor| {
        let word = |text: &str| query_value(text);
        let lang = if lang.english() { "&lang=en" } else { "" };
        format!(
            "/p/?q={}&county={}&class={}&status={}&cursor={}{lang}",
            word(&filters.q),
            word(&filters.county),
            word(&filters.class),
            word(&filters.status),
            word(&cursor)
        )
    });
    let view = ListView {
        lang,
        site: &app.site(),
        filters: &filters,
        counties: &counties,
        classes: &classes,
        rows: &rows,
        total,
        previous: None,
        next: next.as_deref(),
    };
    Ok(Html(list_page(&view)?))
}

async fn one(State(app): State<App>, lang: Lang, Path(slug): Path<String>) -> Result<Html<String>, Refusal> {
    let facts = queries::product_facts(&app.db, &slug, app.clock.today()).await?;
    let product = &facts.product;
    let rights: Vec<RightView> = facts
        .rights
        .iter()
        .filter(|right| !right.demo)
        .map(|right| RightView {
            kind: route_name(&right.route),
            status: status(&right.status),
            number: right.number.clone().or_else(|| right.registration_number.clone()),
            date: right.date.clone(),
            authority: right.authority.clone(),
            holder: right.holder.clone(),
            area: right.area.as_ref().map(|area| AreaView {
                as_of: area.as_of.as_deref().and_then(crate::kernel::Day::parse),
                places: area
                    .places
                    .iter()
                    .map(|p| p.township.iter().chain(std::iter::once(&p.name)).cloned().collect::<String>())
                    .collect(),
            }),
            source: right.source.clone(),
            source_url: right.source_url.clone(),
            confidence: right.confidence.chars().next().unwrap_or('C'),
        })
        .collect();
    let standards: Vec<StandardView> = facts
        .standards
        .iter()
        .map(|s| StandardView {
            number: s.number.clone(),
            title: s.title.clone(),
            from: s.in_force_from.as_deref().and_then(crate::kernel::Day::parse),
        })
        .collect();
    let users: Vec<MarkUser> = facts
        .users
        .iter()
        .map(|u| MarkUser {
            name: u.name.clone(),
            credit_code: u.credit_code.clone().unwrap_or_default(),
            right: route_name(&u.route),
            from: u.from,
            until: u.until,
            announcement: u.paper.clone(),
        })
        .collect();
    let sellers = authorised_sellers(&app.db, &product.id, app.clock.today()).await?.into_iter();
    let sellers: Vec<AuthorisedSeller> = sellers
        .map(|seller| AuthorisedSeller {
            name: seller.seller,
            credit_code: seller.seller_credit_code.unwrap_or_default(),
            producer: seller.producer,
            from: crate::kernel::Day::parse(&seller.from),
            until: seller.to.as_deref().and_then(crate::kernel::Day::parse),
        })
        .collect();
    let view = ProductView {
        lang,
        site: &app.site(),
        slug: &product.slug,
        name: &product.name,
        name_en: product.latin_name.as_deref(),
        aliases: &product.aliases,
        category: &product.group,
        places: &product.places.join("、"),
        season: season(product),
        quality: product.quality.as_deref(),
        rights: &rights,
        standards: &standards,
        users: &users,
        sellers: &sellers,
    };
    Ok(Html(product_page(&view)?))
}

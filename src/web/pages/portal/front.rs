//! The front page: why, search first, figures of now, what is in season, where it comes from, and a number to check.

use askama::Template;

use super::tiles::Map;
use super::{Frame, Nav, Picture, PlaceCount, Season, place_href, product_href};
use crate::kernel::quantity::grouped;
use crate::web::pages::Site;
use crate::web::words::Lang;

/// Live figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Names with a registered right.
    pub protected_names: u64,
    /// Organisations with a mark use in force.
    pub mark_users: u64,
    /// Quantity registered this season, written with its unit; empty if there is none to show.
    pub registered: String,
    /// Sessions ever counted.
    pub sessions: u64,
}

/// A product in season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductCard {
    /// Last part of its path.
    pub slug: String,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: Option<String>,
    /// Places and kinds of rights in one line.
    pub line: String,
    /// Category, for the drawing.
    pub category: String,
    /// Months.
    pub season: Option<Season>,
}

/// What the front page shows.
#[derive(Debug, Clone, Copy)]
pub struct FrontView<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// Figures of now.
    pub figures: &'a Figures,
    /// Products whose season holds this month; neutral order by name.
    pub in_season: &'a [ProductCard],
    /// Counts by county and by city; unknown codes are left out of the maps but not of the table.
    pub places: &'a [PlaceCount],
}

struct Card<'a> {
    href: String,
    name: &'a str,
    line: &'a str,
    picture: &'static str,
    band: String,
    months: String,
}

struct PlaceRow<'a> {
    href: String,
    place: &'a PlaceCount,
}

#[derive(Template)]
#[template(path = "portal/front.html")]
struct FrontTemplate<'a> {
    frame: Frame<'a>,
    figures: Vec<(String, &'static str)>,
    cards: Vec<Card<'a>>,
    maps: [Map; 2],
    rows: Vec<PlaceRow<'a>>,
}

/// Digits in groups of three.
fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Renders the front page.
///
/// # Errors
/// Only if the template can't be written.
pub fn front_page(view: &FrontView<'_>) -> Result<String, askama::Error> {
    let lang = view.lang;
    let cards = view.in_season.iter().map(|product| Card {
        href: product_href(lang, &product.slug),
        name: lang.of(&product.name, product.name_en.as_deref()),
        line: &product.line,
        picture: Picture::of(&product.category).svg(),
        band: product.season.map(|s| s.band()).unwrap_or_default(),
        months: product.season.map(|s| s.words(lang)).unwrap_or_default(),
    });
    let Figures { protected_names, mark_users, registered, sessions } = view.figures;
    let figures = [
        (count(*protected_names), "front.protected_names"),
        (count(*mark_users), "front.mark_users"),
        (registered.clone(), "front.registered"),
        (count(*sessions), "front.sessions"),
    ];
    let figures = figures.into_iter().filter(|(value, _)| !value.is_empty()).collect();
    let title = lang.say("front.title");
    FrontTemplate {
        frame: Frame::new(lang, view.site, &title, Nav::None),
        figures,
        cards: cards.collect(),
        maps: [Map::counties(lang, view.places), Map::cities(lang, view.places)],
        rows: view.places.iter().filter(|p| p.products > 0).map(|place| PlaceRow { href: place_href(lang, &place.code), place }).collect(),
    }
    .render()
}

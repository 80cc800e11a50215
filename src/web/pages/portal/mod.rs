//! The public face: front page, register, product facts, pages of text and error pages. Register facts only, neutral and
//! for all users alike (食品安全法 73): no call to buy, no ranking. Maps are tiles without borders. Every form works as plain HTML.

mod article;
mod draw;
mod error;
mod front;
mod list;
mod own;
mod picture;
mod print;
mod product;
mod roll;
mod season;
mod tiles;

use super::{Site, style};
use crate::web::words::Lang;

pub use article::{Article, article_page};
pub use draw::{DrawPage, draw_page};
pub use error::{ErrorKind, error_page, message_page};
pub use front::{Figures, FrontView, ProductCard, front_page};
pub use list::{Choice, Filters, ListRow, ListView, list_page};
pub use own::{OwnPage, own_page};
pub use picture::Picture;
pub use print::{PrintPage, print_page};
pub use product::{AreaView, AuthorisedSeller, MarkUser, ProductView, RightStatus, RightView, StandardView, product_page};
pub use roll::{RollRow, RollView, roll_page};
pub use season::{Season, SeasonKind};
pub use tiles::{Map as PlaceMap, PlaceCount, provinces};

/// The entry of the main navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nav {
    Products,
    Check,
    Label,
    Help,
    None,
}

/// One link of the main navigation.
struct NavLink {
    href: String,
    words: &'static str,
    current: bool,
}

/// What the frame of every portal page needs.
struct Frame<'a> {
    lang: Lang,
    site: &'a Site,
    title: &'a str,
    css: &'static str,
    nav: Vec<NavLink>,
    /// The same page in the other language.
    other: String,
    index: bool,
}

impl<'a> Frame<'a> {
    fn new(lang: Lang, site: &'a Site, title: &'a str, current: Nav) -> Self {
        let link = |path: &str, words, nav| NavLink { href: format!("{path}{}", lang.query()), words, current: nav == current };
        let nav = vec![
            link("/p/", "portal.products", Nav::Products),
            link("/q", "portal.check", Nav::Check),
            link("/label", "portal.label", Nav::Label),
            link("/help", "portal.help", Nav::Help),
        ];
        let other = format!("?lang={}", lang.other().query_value());
        Self { lang, site, title, css: style::portal_href(), nav, other, index: true }
    }
}

/// Path of a product's facts in this language.
pub fn product_href(lang: Lang, slug: &str) -> String {
    if lang.english() { format!("/en/p/{slug}") } else { format!("/p/{slug}") }
}

/// Path of the register filtered by place.
fn place_href(lang: Lang, code: &str) -> String {
    let lang = if lang.english() { "&lang=en" } else { "" };
    format!("/p/?county={code}{lang}")
}

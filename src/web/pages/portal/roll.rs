//! Rolls: who may use a mark, one firm with its mark uses, a season plan in its publicity.

use askama::Template;

use super::{Frame, Nav};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// One entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RollRow {
    /// What it is headed by.
    pub title: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
    /// What is said of it.
    pub lines: Vec<String>,
    /// Its state in words; empty for none.
    pub tag: String,
    /// The state is not the ordinary one.
    pub waits: bool,
}

/// What a roll shows.
#[derive(Debug, Clone)]
pub struct RollView<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// Heading.
    pub title: String,
    /// What this is.
    pub lead: String,
    /// Entries.
    pub rows: Vec<RollRow>,
    /// What stands there without any.
    pub empty: String,
    /// Address of the next page.
    pub next: Option<String>,
    /// Where the page belongs: address and words.
    pub back: (String, String),
}

#[derive(Template)]
#[template(path = "portal/roll.html")]
struct RollTemplate<'a> {
    frame: Frame<'a>,
    lead: &'a str,
    rows: &'a [RollRow],
    empty: &'a str,
    next: Option<&'a str>,
    back: &'a (String, String),
}

/// Renders a roll.
///
/// # Errors
/// Only if the template can't be written.
pub fn roll_page(view: &RollView<'_>) -> Result<String, askama::Error> {
    let frame = Frame::new(view.lang, view.site, &view.title, Nav::Products);
    let template =
        RollTemplate { frame, lead: &view.lead, rows: &view.rows, empty: &view.empty, next: view.next.as_deref(), back: &view.back };
    template.render()
}

//! The register: search and filters in the address, results as a list.

use askama::Template;

use super::product::RightStatus;
use super::{Frame, Nav, product_href};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// One choice of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// What was asked; empty means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Words.
    pub q: String,
    /// Division code.
    pub county: String,
    /// Class.
    pub class: String,
    /// Word of a [`RightStatus`].
    pub status: String,
}

impl Filters {
    fn any(&self) -> bool {
        [&self.q, &self.county, &self.class, &self.status].iter().any(|f| !f.is_empty())
    }
}

/// One product of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Last part of its path.
    pub slug: String,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: Option<String>,
    /// Places.
    pub places: String,
    /// Kind and status of each right.
    pub rights: Vec<(String, RightStatus)>,
}

/// What the list shows.
#[derive(Debug, Clone, Copy)]
pub struct ListView<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// What was asked.
    pub filters: &'a Filters,
    /// Places to choose from.
    pub counties: &'a [Choice],
    /// Classes to choose from.
    pub classes: &'a [Choice],
    /// This page of results.
    pub rows: &'a [ListRow],
    /// All results.
    pub total: u64,
    /// Address of the page before.
    pub previous: Option<&'a str>,
    /// Address of the page after.
    pub next: Option<&'a str>,
}

struct Row<'a> {
    href: String,
    name: &'a str,
    row: &'a ListRow,
}

#[derive(Template)]
#[template(path = "portal/list.html")]
struct ListTemplate<'a> {
    frame: Frame<'a>,
    view: &'a ListView<'a>,
    rows: Vec<Row<'a>>,
    statuses: [RightStatus; 10],
}

/// Renders the list.
///
/// # Errors
/// Only if the template can't be written.
pub fn list_page(view: &ListView<'_>) -> Result<String, askama::Error> {
    let lang = view.lang;
    let rows =
        view.rows.iter().map(|row| Row { href: product_href(lang, &row.slug), name: lang.of(&row.name, row.name_en.as_deref()), row });
    let title = lang.say("list.title");
    let mut frame = Frame::new(lang, view.site, &title, Nav::Products);
    frame.index = !view.filters.any();
    ListTemplate { frame, view, rows: rows.collect(), statuses: RightStatus::ALL }.render()
}

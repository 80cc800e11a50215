//! The frame of signed-in pages: a dark rail (a menu on phones), the page, an error summary that leads to each field, and
//! the parts ordinary pages are made of (`staff/macros.html`: hidden fields, field, select, table, badge, facts, bar).
//!
//! A page of another file extends `staff/base.html` and has a field `frame: Frame`. Every form carries the CSRF token and
//! works without script.

mod chart;
mod ladder;
mod login;
mod table;

use super::{Site, style};
use crate::web::words::Lang;

pub use chart::{Bar, Legend, Part, WIDTH};
pub use ladder::{Ladder, Rung};
pub use login::{LoginView, login_page};
pub use table::{Cell, Column, Table};

/// One entry of the rail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RailLink {
    /// Heading of the group that begins here; empty otherwise.
    pub heading: String,
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
    /// How much waits there.
    pub count: Option<u64>,
    /// The page belongs to it.
    pub current: bool,
}

/// One fault of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormError {
    /// Id of the field; empty for a fault of the whole form.
    pub field: String,
    /// The refusal in words.
    pub text: String,
}

/// What the frame needs; every signed-in page has one in its field `frame`.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// The page's heading; begins the title.
    pub title: String,
    /// Organisation of the account.
    pub organisation: &'a str,
    /// Name of the account.
    pub account: &'a str,
    /// The rail.
    pub rail: &'a [RailLink],
    /// CSRF token of the session.
    pub csrf: &'a str,
    /// 经办人 to pick from on every form; none where there is no choice.
    pub handlers: &'a [String],
    /// What was just done, to be read once.
    pub done: Option<String>,
    /// What everybody signed in should read now.
    pub notices: &'a [String],
    /// Faults of the form on this page.
    pub errors: Vec<FormError>,
    /// One question a page: a narrow column.
    pub narrow: bool,
}

impl Frame<'_> {
    /// Path of the sheet.
    pub fn css(&self) -> &'static str {
        style::staff_href()
    }
    /// The place of the rail this page belongs to; the page's own heading where it belongs to none.
    pub fn place(&self) -> &str {
        self.rail.iter().find(|link| link.current).map_or(self.title.as_str(), |link| link.label.as_str())
    }
    /// How much waits in all places of the rail.
    pub fn waiting(&self) -> u64 {
        self.rail.iter().filter_map(|link| link.count).sum()
    }
    /// The fault of this field, empty if there is none.
    pub fn error(&self, field: &str) -> &str {
        self.errors.iter().find(|e| e.field == field).map_or("", |e| e.text.as_str())
    }
}

//! Two templates for many pages: one thing with what may be done to it, and one form.

use askama::Template;

use super::super::pages::staff::{Cell, Frame, Table};
use super::forms::Form;
use super::history::Line;

/// One thing: its state, links, forms, tables, facts and history.
#[derive(Template)]
#[template(path = "staff/thing.html")]
pub(super) struct Thing<'a> {
    pub frame: Frame<'a>,
    pub state: Cell,
    pub why: String,
    /// What to look at, in words.
    pub warnings: Vec<String>,
    /// As (where, words).
    pub links: Vec<(String, String)>,
    pub forms: Vec<Form>,
    /// Tables with their headings.
    pub sections: Vec<(String, Table)>,
    pub facts: Vec<(String, String)>,
    pub history: Vec<Line>,
}

/// One form on a page of its own.
#[derive(Template)]
#[template(path = "staff/form.html")]
pub(super) struct FormPage<'a> {
    pub frame: Frame<'a>,
    /// What is to be known before anything is typed; the first line is what it is about.
    pub told: Vec<String>,
    pub form: Form,
}

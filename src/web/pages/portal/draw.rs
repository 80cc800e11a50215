//! A draw that anybody can redo once its inspections are done.

use askama::Template;

use super::{Frame, Nav};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// What the page of a draw shows.
#[derive(Debug, Clone)]
pub struct DrawPage<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// The task's name.
    pub title: String,
    /// Hash, value, seed and their days.
    pub facts: Vec<(String, String)>,
    /// Why the list is not there yet, and when it will be; nothing once it is.
    pub closed: Option<String>,
    /// Who was drawn: name, credit code, certificates.
    pub drawn: Vec<(String, String, String)>,
    /// Every candidate: name, credit code.
    pub firms: Vec<(String, String)>,
    /// The procedure.
    pub script: &'static str,
    /// Where the file is that it reads.
    pub json: String,
}

#[derive(Template)]
#[template(path = "portal/draw.html")]
struct DrawTemplate<'a> {
    frame: Frame<'a>,
    view: &'a DrawPage<'a>,
}

/// Renders it.
///
/// # Errors
/// Only if the template can't be written.
pub fn draw_page(view: &DrawPage<'_>) -> Result<String, askama::Error> {
    DrawTemplate { frame: Frame::new(view.lang, view.site, &view.title, Nav::None), view }.render()
}

//! The page of a printing house's link: what to print, the sealed pack, what was printed. Not indexed, not kept, no script.

use askama::Template;

use super::{Frame, Nav};
use crate::web::job::Job;
use crate::web::pages::Site;
use crate::web::words::Lang;

/// What the page is made from.
#[derive(Debug, Clone)]
pub struct PrintPage<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// The token, for the addresses of its forms.
    pub token: &'a str,
    /// The job.
    pub(in crate::web) job: Job,
    /// What was just done, or why it was not.
    pub said: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "portal/print.html")]
struct PrintTemplate<'a> {
    frame: Frame<'a>,
    job: &'a Job,
    said: Option<&'a str>,
    pack: String,
    report: String,
}

/// Renders the page.
///
/// # Errors
/// Only if the template can't be written.
pub fn print_page(page: &PrintPage<'_>) -> Result<String, askama::Error> {
    let mut frame = Frame::new(page.lang, page.site, &page.job.title, Nav::None);
    frame.index = false;
    let at = |what: &str| format!("/print/{}/{what}{}", page.token, page.lang.query());
    PrintTemplate { job: &page.job, said: page.said, pack: at("pack"), report: at("report"), frame }.render()
}

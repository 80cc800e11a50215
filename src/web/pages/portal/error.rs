//! What to say when a page can't be given; needs no database.

use askama::Template;

use super::{Frame, Nav};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Not there, or not visible to this reader: both read alike.
    NotFound,
    /// The role lacks the verb.
    Forbidden,
    /// Our own fault.
    Broken,
    /// Maintenance, too busy.
    NotNow,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NotFound, Self::Forbidden, Self::Broken, Self::NotNow];

    fn word(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::Broken => "broken",
            Self::NotNow => "not_now",
        }
    }
}

#[derive(Template)]
#[template(path = "portal/error.html")]
struct ErrorTemplate<'a> {
    frame: Frame<'a>,
    title: &'a str,
    text: String,
    request_id: Option<&'a str>,
}

/// Renders an error page in the frame of the portal. `request_id` is what a reader can tell us.
///
/// # Errors
/// Only if the template can't be written.
pub fn error_page(lang: Lang, site: &Site, kind: ErrorKind, request_id: Option<&str>) -> Result<String, askama::Error> {
    let part = |part: &str| lang.say(&format!("error_page.{}.{part}", kind.word())).into_owned();
    let (title, text) = (part("title"), part("text"));
    let mut frame = Frame::new(lang, site, &title, Nav::None);
    frame.index = false;
    ErrorTemplate { frame, title: &title, text, request_id }.render()
}

/// Renders a refusal that has words of its own in the frame of the portal.
///
/// # Errors
/// Only if the template can't be written.
pub fn message_page(lang: Lang, site: &Site, title: &str, text: &str) -> Result<String, askama::Error> {
    let mut frame = Frame::new(lang, site, title, Nav::None);
    frame.index = false;
    ErrorTemplate { frame, title, text: text.to_owned(), request_id: None }.render()
}

//! Pages of text: how to read the label, about, privacy, accessibility, help. The text is in the words files; here is only
//! which sections a page has and what settings enter it.

use std::borrow::Cow;

use askama::Template;

use super::{Frame, Nav};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// A page of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Article {
    /// `/label`
    Label,
    /// `/about`
    About,
    /// `/privacy`
    Privacy,
    /// `/a11y`
    Accessibility,
    /// `/help`
    Help,
}

impl Article {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Label, Self::About, Self::Privacy, Self::Accessibility, Self::Help];

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Label => "/label",
            Self::About => "/about",
            Self::Privacy => "/privacy",
            Self::Accessibility => "/a11y",
            Self::Help => "/help",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Label => "label_page",
            Self::About => "about",
            Self::Privacy => "privacy_page",
            Self::Accessibility => "a11y_page",
            Self::Help => "help_page",
        }
    }

    /// Names of the sections; each is also the fragment other pages link to.
    fn sections(self) -> &'static [&'static str] {
        match self {
            Self::Label => &["look", "address", "compare", "words"],
            Self::About => &["who", "what", "not", "data"],
            Self::Privacy => &["scan", "logs", "feedback", "rights"],
            Self::Accessibility => &["how", "phone", "tell"],
            Self::Help => &["check", "result", "first", "feedback", "refund"],
        }
    }

    fn nav(self) -> Nav {
        match self {
            Self::Label => Nav::Label,
            Self::Help => Nav::Help,
            _ => Nav::None,
        }
    }
}

struct Section {
    id: &'static str,
    title: String,
    paragraphs: Vec<String>,
}

#[derive(Template)]
#[template(path = "portal/article.html")]
struct ArticleTemplate<'a> {
    frame: Frame<'a>,
    title: &'a str,
    lead: Cow<'a, str>,
    sections: Vec<Section>,
    label: bool,
}

/// Renders the page.
///
/// # Errors
/// Only if the template can't be written.
pub fn article_page(lang: Lang, site: &Site, article: Article) -> Result<String, askama::Error> {
    let key = article.key();
    let operator = match &site.operator {
        Some(name) => lang.say1("portal.operator", "name", name),
        None => lang.say("portal.no_operator").into_owned(),
    };
    let contact = match (&site.phone, article) {
        (_, Article::Label | Article::About) => String::new(),
        (Some(phone), _) => lang.say1(&format!("{key}.contact_phone"), "phone", phone),
        (None, _) => lang.say(&format!("{key}.contact_none")).into_owned(),
    };
    let values = [("domain", site.domain.as_str()), ("operator", operator.as_str()), ("contact", contact.as_str())];
    let sections = article.sections().iter().map(|id| Section {
        id,
        title: lang.say(&format!("{key}.{id}.title")).into_owned(),
        paragraphs: lang.fill(&format!("{key}.{id}.text"), &values).lines().map(str::to_owned).collect(),
    });
    let sections = sections.collect();
    let title = lang.say(&format!("{key}.title")).into_owned();
    let lead = lang.say(&format!("{key}.lead")).into_owned().into();
    let frame = Frame::new(lang, site, &title, article.nav());
    ArticleTemplate { frame, title: &title, lead, sections, label: article == Article::Label }.render()
}

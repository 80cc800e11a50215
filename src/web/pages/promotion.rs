//! The promotion surface: producers' own stories. It says on every page whose words they are and leads back to the register's facts; it
//! has no navigation of the register, no script, no cookie, and counts nobody.

use askama::Template;

use super::{Site, style};
use crate::web::words::Lang;

/// What the frame of every page of the surface needs.
struct Frame<'a> {
    lang: Lang,
    site: &'a Site,
    /// Where the register's facts are.
    register: &'a str,
    title: String,
    css: &'static str,
    /// The same page in the other language.
    other: String,
}

impl<'a> Frame<'a> {
    fn new(lang: Lang, site: &'a Site, register: &'a str, title: String) -> Self {
        Self { lang, site, register, title, css: style::portal_href(), other: format!("?lang={}", lang.other().query_value()) }
    }
}

/// A story in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryCard {
    /// Where it is.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Who published it.
    pub organisation: String,
}

/// Stories about one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryProduct {
    /// The product's name.
    pub product: String,
    /// Its stories.
    pub stories: Vec<StoryCard>,
}

/// A picture of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureView {
    /// Where it is.
    pub src: String,
    /// What stands below it.
    pub caption: String,
    /// For who can't see it.
    pub alt: String,
}

/// A story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryPage {
    /// Title.
    pub title: String,
    /// There is no English of it.
    pub only_chinese: bool,
    /// Text.
    pub paragraphs: Vec<String>,
    /// Pictures.
    pub pictures: Vec<PictureView>,
    /// Shops as (name, address).
    pub shops: Vec<(String, String)>,
    /// Who published it.
    pub organisation: String,
    /// 统一社会信用代码
    pub credit_code: String,
    /// The product's name.
    pub product: String,
    /// Its name in the register's addresses.
    pub slug: String,
    /// When it was published.
    pub day: String,
}

#[derive(Template)]
#[template(path = "promotion/stories.html")]
struct StoriesTemplate<'a> {
    frame: Frame<'a>,
    products: &'a [StoryProduct],
}

#[derive(Template)]
#[template(path = "promotion/story.html")]
struct StoryTemplate<'a> {
    frame: Frame<'a>,
    story: &'a StoryPage,
    by: String,
    facts: [(String, String); 2],
}

/// Renders the list.
///
/// # Errors
/// Only if the template can't be written.
pub fn stories_page(lang: Lang, site: &Site, register: &str, products: &[StoryProduct]) -> Result<String, askama::Error> {
    let frame = Frame::new(lang, site, register, lang.say("promo.title").into_owned());
    StoriesTemplate { frame, products }.render()
}

/// Renders a story.
///
/// # Errors
/// Only if the template can't be written.
pub fn story_page(lang: Lang, site: &Site, register: &str, story: &StoryPage) -> Result<String, askama::Error> {
    let product = if lang.english() { format!("{register}/en/p/{}", story.slug) } else { format!("{register}/p/{}", story.slug) };
    let facts = [
        (product, lang.fill("promo.facts_product", &[("product", &story.product)])),
        (format!("{register}/e/{}{}", story.credit_code, lang.query()), lang.fill("promo.facts_firm", &[("name", &story.organisation)])),
    ];
    let frame = Frame::new(lang, site, register, story.title.clone());
    StoryTemplate { frame, story, by: lang.fill("promo.by", &[("name", &story.organisation)]), facts }.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_says_whose_words_it_is_and_leads_to_the_facts() {
        let story = StoryPage {
            title: "梨<树>".to_owned(),
            only_chinese: false,
            paragraphs: vec!["一段".to_owned()],
            pictures: vec![PictureView { src: "/stories/a/pictures/b".to_owned(), caption: "园".to_owned(), alt: "梨园".to_owned() }],
            shops: vec![("店".to_owned(), "https://shop.example.cn/".to_owned())],
            organisation: "演示合作社".to_owned(),
            credit_code: "91130183MA0000001X".to_owned(),
            product: "晋州鸭梨".to_owned(),
            slug: "jinzhou-yali".to_owned(),
            day: "2026年11月23日".to_owned(),
        };
        let html = story_page(Lang::Chinese, &Site::default(), "https://gi.example.cn", &story).unwrap();
        for text in [
            "由演示合作社自行发布",
            "91130183MA0000001X",
            "https://gi.example.cn/p/jinzhou-yali",
            "https://gi.example.cn/e/91130183MA0000001X",
            "nofollow",
            "loading=\"lazy\"",
            "梨&#60;树&#62;",
        ] {
            assert!(html.contains(text), "{text}: {html}");
        }
        assert!(!html.contains("<script") && !html.contains("style="));
        let english = story_page(Lang::English, &Site::default(), "https://gi.example.cn", &story).unwrap();
        assert!(english.contains("under its own name") && english.contains("/en/p/jinzhou-yali"));
    }
}

//! Register facts of one product: each right with its own number, date, holder, area, source and confidence; standards; users
//! of the mark. Registered, accepted and applied for are never mixed up.

use askama::Template;

use super::{Frame, Nav, Picture, Season, product_href};
use crate::kernel::Day;
use crate::web::pages::Site;
use crate::web::words::Lang;

/// How far a right has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RightStatus {
    /// 已登记
    Registered,
    /// 初步认定公告
    Preliminary,
    /// 公示中
    Publicised,
    /// 技术审查通过
    ReviewPassed,
    /// 已受理
    Accepted,
    /// 已申请
    Applied,
    /// 已驳回
    Refused,
    /// 已撤回
    Withdrawn,
    /// 已撤销或注销
    Cancelled,
    /// 已到期
    Lapsed,
}

impl RightStatus {
    /// All of them, nearest to protection first.
    pub const ALL: [Self; 10] = [
        Self::Registered,
        Self::Preliminary,
        Self::Publicised,
        Self::ReviewPassed,
        Self::Accepted,
        Self::Applied,
        Self::Refused,
        Self::Withdrawn,
        Self::Cancelled,
        Self::Lapsed,
    ];
    /// The stable word; its words for people are `right_status.<word>`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Preliminary => "preliminary",
            Self::Publicised => "publicised",
            Self::ReviewPassed => "review_passed",
            Self::Accepted => "accepted",
            Self::Applied => "applied",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
        }
    }
    /// Reads the stable word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
    pub(super) fn words(self, lang: Lang) -> String {
        lang.say(&format!("right_status.{}", self.word())).into_owned()
    }
    /// Class of its tag: protected, on the way, or over.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Registered => "in",
            Self::Preliminary | Self::Publicised | Self::ReviewPassed | Self::Accepted | Self::Applied => "wait",
            Self::Refused | Self::Withdrawn | Self::Cancelled | Self::Lapsed => "over",
        }
    }
}

/// The area of a right, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaView {
    /// Divisions as of this day, if known; townships change.
    pub as_of: Option<Day>,
    /// Places as approved: townships, villages, zones.
    pub places: Vec<String>,
}

/// One right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightView {
    /// Kind as shown, such as 地理标志产品.
    pub kind: String,
    /// How far it has come.
    pub status: RightStatus,
    /// Announcement, registration or certificate number, if found.
    pub number: Option<String>,
    /// As exact as known: `2010-07-13`, `2010-07` or `2010`.
    pub date: Option<String>,
    /// Who registered it.
    pub authority: Option<String>,
    /// Holder or applicant.
    pub holder: Option<String>,
    /// Its area.
    pub area: Option<AreaView>,
    /// Where this is written.
    pub source: String,
    /// Address of the source; shown only if http or https.
    pub source_url: Option<String>,
    /// `A`, `B` or `C`.
    pub confidence: char,
}

/// A standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardView {
    /// Number with version, such as `GB/T 22345-2008`.
    pub number: String,
    /// Title.
    pub title: Option<String>,
    /// In force from.
    pub from: Option<Day>,
}

/// A user of the special mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkUser {
    /// Name of the organisation.
    pub name: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// Kind of the right used.
    pub right: String,
    /// In force from.
    pub from: Day,
    /// Last day; open if `None`.
    pub until: Option<Day>,
    /// Announcement or filing.
    pub announcement: Option<String>,
}

/// A seller with a credit code whom a producer authorises today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorisedSeller {
    /// Its name.
    pub name: String,
    /// 统一社会信用代码.
    pub credit_code: String,
    /// Who authorises it.
    pub producer: String,
    /// Since when.
    pub from: Option<Day>,
    /// Last day; open if `None`.
    pub until: Option<Day>,
}

/// What the page of a product shows.
#[derive(Debug, Clone)]
pub struct ProductView<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// Last part of its path.
    pub slug: &'a str,
    /// Name.
    pub name: &'a str,
    /// English name.
    pub name_en: Option<&'a str>,
    /// Other names.
    pub aliases: &'a [String],
    /// Category such as `水果-梨`.
    pub category: &'a str,
    /// Counties of today.
    pub places: &'a str,
    /// Season.
    pub season: Option<Season>,
    /// Quality in the words of the announcement.
    pub quality: Option<&'a str>,
    /// Rights.
    pub rights: &'a [RightView],
    /// Standards.
    pub standards: &'a [StandardView],
    /// Users of the mark, all of them, in neutral order.
    pub users: &'a [MarkUser],
    /// Authorised sellers, all of them, in neutral order.
    pub sellers: &'a [AuthorisedSeller],
}

#[derive(Template)]
#[template(path = "portal/product.html")]
struct ProductTemplate<'a> {
    frame: Frame<'a>,
    view: &'a ProductView<'a>,
    name: &'a str,
    picture: &'static str,
    band: String,
    months: String,
    /// No right is registered.
    pending: bool,
}

impl ProductTemplate<'_> {
    fn day(&self, day: &Day) -> String {
        day.for_people(self.frame.lang.english())
    }
    fn until(&self, until: &Option<Day>) -> String {
        until.as_ref().map_or_else(|| self.frame.lang.say("product.open_end").into_owned(), |d| self.day(d))
    }
    fn confidence(&self, right: &RightView) -> String {
        match right.confidence {
            'A' | 'B' | 'C' => self.frame.lang.say(&format!("confidence.{}", right.confidence)).into_owned(),
            other => other.to_string(),
        }
    }
    /// Only web addresses become links; anything else in the data stays text.
    fn link<'r>(&self, right: &'r RightView) -> Option<&'r str> {
        right.source_url.as_deref().filter(|url| url.starts_with("https://") || url.starts_with("http://"))
    }
}

/// Renders the page.
///
/// # Errors
/// Only if the template can't be written.
pub fn product_page(view: &ProductView<'_>) -> Result<String, askama::Error> {
    let lang = view.lang;
    let name = lang.of(view.name, view.name_en);
    let mut frame = Frame::new(lang, view.site, name, Nav::Products);
    frame.other = product_href(lang.other(), view.slug);
    ProductTemplate {
        frame,
        view,
        name,
        picture: Picture::of(view.category).svg(),
        band: view.season.map(|s| s.band()).unwrap_or_default(),
        months: view.season.map_or_else(|| lang.say("season.unknown").into_owned(), |s| s.words(lang)),
        pending: !view.rights.iter().any(|r| r.status == RightStatus::Registered),
    }
    .render()
}

//! The page of a grower's slip: one's own plots, deliveries and balance, and “我不同意”. Not indexed, not kept, no script; a name is masked.

use askama::Template;

use super::{Frame, Nav};
use crate::kernel::Day;
use crate::kernel::quantity::{BaseUnit, grouped};
use crate::trace::queries::slip::{ObjectionView, OwnAccount, OwnDelivery, OwnView};
use crate::web::pages::Site;
use crate::web::words::Lang;

/// What the page is made from.
#[derive(Debug, Clone, Copy)]
pub struct OwnPage<'a> {
    /// Language.
    pub lang: Lang,
    /// Who runs the site.
    pub site: &'a Site,
    /// The token, for the addresses of its forms.
    pub token: &'a str,
    /// What there is to see.
    pub view: &'a OwnView,
    /// What was just done, or why it was not.
    pub said: Option<&'a str>,
}

/// One delivery with what may be said of it.
struct Line {
    id: String,
    heading: String,
    facts: Vec<String>,
    objection: Option<Said>,
    /// None is open about it.
    may_object: bool,
}

/// An objection in words.
struct Said {
    heading: String,
    text: String,
    answer: Option<String>,
}

#[derive(Template)]
#[template(path = "portal/own.html")]
struct OwnTemplate<'a> {
    frame: Frame<'a>,
    view: &'a OwnView,
    said: Option<&'a str>,
    deliveries: Vec<Line>,
    accounts: Vec<(String, Vec<String>)>,
    objections: Vec<Said>,
    object: String,
    revoke: String,
    general_open: bool,
}

/// 斤 and 公斤 of a weight, or the amount in its own unit.
fn amount(unit: BaseUnit, amount: i64) -> String {
    match unit {
        BaseUnit::G => {
            let (whole, rest) = (amount / 500, amount % 500 * 2);
            let rest = format!("{rest:03}");
            let rest = rest.trim_end_matches('0');
            let joint = if rest.is_empty() { "" } else { "." };
            format!("{}{joint}{rest} 斤（{}）", grouped(whole), unit.show(amount))
        }
        other => other.show(amount),
    }
}

fn said(lang: Lang, objection: &ObjectionView) -> Said {
    Said {
        heading: lang
            .fill("own.objection", &[("receipt", &objection.receipt), ("state", &lang.say(&format!("own.state.{}", objection.state)))]),
        text: objection.text.clone(),
        answer: objection.answer.as_ref().map(|answer| lang.fill("own.answer", &[("text", answer)])),
    }
}

fn line(lang: Lang, view: &OwnView, delivery: &OwnDelivery) -> Line {
    let day = Day::parse(&delivery.on).map_or_else(|| delivery.on.clone(), |day| day.for_people(lang.english()));
    let pending = delivery.amount - delivery.covered;
    let mut facts = vec![lang.fill("own.buyer", &[("name", &delivery.buyer)])];
    facts.push(if let Some(reason) = &delivery.voided {
        lang.fill("own.voided", &[("reason", reason)])
    } else if pending == 0 {
        lang.say("own.covered").into_owned()
    } else {
        lang.fill("own.pending", &[("covered", &amount(delivery.unit, delivery.covered)), ("pending", &amount(delivery.unit, pending))])
    });
    if delivery.waits {
        facts.push(lang.say("own.waits").into_owned());
    }
    if let Some(person) = &delivery.entered_by {
        facts.push(lang.fill("own.entered_by", &[("name", person)]));
    }
    Line {
        id: delivery.id.clone(),
        heading: format!("{day} · {} · {}", delivery.product, amount(delivery.unit, delivery.amount)),
        facts,
        may_object: !view.objections.iter().any(|o| o.subject_id == delivery.id && o.state == "open"),
        objection: view.objections.iter().find(|o| o.subject_id == delivery.id).map(|o| said(lang, o)),
    }
}

fn account(lang: Lang, account: &OwnAccount) -> (String, Vec<String>) {
    let show = |key: &str, figure: i64| lang.fill(&format!("own.account_{key}"), &[("amount", &amount(account.unit, figure))]);
    let mut lines = vec![show("may", account.may), show("delivered", account.delivered), show("remaining", account.remaining)];
    if account.pending > 0 {
        lines.push(show("pending", account.pending));
    }
    (lang.fill("own.account", &[("product", &account.product), ("season", &account.season)]), lines)
}

/// Renders the page.
///
/// # Errors
/// Only if the template can't be written.
pub fn own_page(page: &OwnPage<'_>) -> Result<String, askama::Error> {
    let OwnPage { lang, view, .. } = *page;
    let title = lang.say("own.title");
    let mut frame = Frame::new(lang, page.site, &title, Nav::None);
    frame.index = false;
    let is_delivery = |o: &&ObjectionView| view.deliveries.iter().any(|d| d.id == o.subject_id);
    OwnTemplate {
        deliveries: view.deliveries.iter().map(|d| line(lang, view, d)).collect(),
        accounts: view.accounts.iter().map(|a| account(lang, a)).collect(),
        objections: view.objections.iter().filter(|o| !is_delivery(o)).map(|o| said(lang, o)).collect(),
        general_open: view.objections.iter().any(|o| o.subject_id == view.grower_id && o.state == "open"),
        object: format!("/g/{}/object{}", page.token, lang.query()),
        revoke: format!("/g/{}/revoke{}", page.token, lang.query()),
        view,
        said: page.said,
        frame,
    }
    .render()
}

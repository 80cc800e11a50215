//! `/e/`: everybody who may use a mark; `/e/{slug}`: one of them by its credit code; `/p/{slug}/plan`: the season plan in its publicity.

use axum::extract::{Path, State};
use axum::response::Html;
use serde::Deserialize;

use super::super::app::App;
use super::super::body::Asked;
use super::super::failure::Refusal;
use super::super::link::query_value;
use super::super::pages::portal::{RollRow, RollView, product_href, roll_page};
use super::super::route::{Access, Route};
use super::super::words::Lang;
use crate::kernel::Day;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::quantity::mu_of_m2;
use crate::registry::queries::{MarkUseView, StandingWord, firm, product, roll};
use crate::supervision::abnormal::{AbnormalView, abnormal_of};
use crate::trace::plan::PublicShare;
use crate::trace::queries::plan::public_plan;
use crate::trace::store::register;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/e/", Access::Public, everybody),
        Route::get("/e/{slug}", Access::Public, one),
        Route::get("/p/{slug}/plan", Access::Public, plan),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    product: Option<String>,
    cursor: Option<String>,
}

fn day(lang: Lang, written: &str) -> String {
    Day::parse(written).map_or_else(|| written.to_owned(), |day| day.for_people(lang.english()))
}

/// Days and state of one mark use, as a scan page would say them.
fn entry(lang: Lang, view: &MarkUseView, firm: bool) -> RollRow {
    let (word, waits) = match view.standing {
        StandingWord::InForce => ("in_force", false),
        StandingWord::Suspended => ("suspended", true),
        StandingWord::NotYet => ("not_yet", true),
        StandingWord::Ended => ("ended", true),
    };
    let until = view.in_force_to.as_deref().map_or_else(|| lang.say("roll.open").into_owned(), |to| day(lang, to));
    let right = lang.say(&format!("work.office.route.{}", view.route)).into_owned();
    let mut lines = Vec::new();
    if !firm {
        lines.extend(view.credit_code.clone());
        lines.push(format!("{} · {right}", view.product));
    } else {
        lines.push(right);
    }
    lines.push(format!("{} – {until}", day(lang, &view.in_force_from)));
    lines.extend(view.announcement.clone());
    if let Some(since) = view.suspensions.iter().rfind(|_| view.standing == StandingWord::Suspended) {
        lines.push(lang.fill("roll.suspended_since", &[("day", &day(lang, &since.from))]));
    }
    RollRow {
        title: if firm { view.product.clone() } else { view.organisation.clone() },
        href: match &view.credit_code {
            Some(code) if !firm => format!("/e/{code}{}", lang.query()),
            _ => String::new(),
        },
        lines,
        tag: lang.say(&format!("work.office.mark_standing.{word}")).into_owned(),
        waits,
    }
}

/// An entry of the list of abnormal operations, as a fact: why, by which document, since when, and that it was removed.
fn abnormal(lang: Lang, view: &AbnormalView) -> RollRow {
    let since =
        |at: &Option<String>| at.as_deref().and_then(parse_rfc3339).map(|at| Day::of(at).for_people(lang.english())).unwrap_or_default();
    let entered = [("day", since(&view.confirmed_at)), ("document", view.document_no.clone())];
    let entered = entered.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
    let mut lines = vec![view.reason.clone(), lang.fill("draw.abnormal_entered", &entered)];
    let removed = view.state == "lifted";
    if removed {
        let values = [("day", since(&view.lifted_at)), ("document", view.lift_document_no.clone().unwrap_or_default())];
        let values = values.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        lines.push(lang.fill("draw.abnormal_removed_on", &values));
        lines.extend(view.lift_text.clone());
    }
    RollRow {
        title: lang.say("draw.abnormal").into_owned(),
        lines,
        tag: lang.say(if removed { "draw.abnormal_removed" } else { "draw.abnormal_listed" }).into_owned(),
        waits: !removed,
        ..RollRow::default()
    }
}

async fn everybody(State(app): State<App>, lang: Lang, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let today = app.clock.today();
    let of = match &query.product {
        Some(id) => Some(product(&app.db, id, None, today).await?),
        None => None,
    };
    let found = roll(&app.db, of.as_ref().map(|p| p.id.as_str()), today, query.cursor.as_deref()).await?;
    let next = found.next_cursor.map(|cursor| {
        let product = of.as_ref().map(|p| format!("&product={}", p.slug)).unwrap_or_default();
        let lang = if lang.english() { "&lang=en" } else { "" };
        format!("/e/?cursor={}{product}{lang}", query_value(&cursor))
    });
    let title = match &of {
        Some(product) => lang.fill("roll.title_of", &[("product", &product.name)]),
        None => lang.say("roll.title").into_owned(),
    };
    let view = RollView {
        lang,
        site: &app.site(),
        title,
        lead: lang.say("roll.lead").into_owned(),
        rows: found.items.iter().map(|view| entry(lang, view, false)).collect(),
        empty: lang.say("roll.empty").into_owned(),
        next,
        back: (format!("/p/{}", lang.query()), lang.say("product.back").into_owned()),
    };
    Ok(Html(roll_page(&view)?))
}

async fn one(State(app): State<App>, lang: Lang, Path(slug): Path<String>) -> Result<Html<String>, Refusal> {
    let (row, uses) = firm(&app.db, &slug, app.clock.today()).await?;
    let code = row.credit_code.unwrap_or_default();
    let mut rows: Vec<RollRow> = uses.iter().map(|view| entry(lang, view, true)).collect();
    rows.extend(abnormal_of(&app.db, &row.id).await?.iter().map(|view| abnormal(lang, view)));
    let view = RollView {
        lang,
        site: &app.site(),
        lead: lang.fill("roll.firm_lead", &[("code", &code)]),
        title: row.name,
        rows,
        empty: String::new(),
        next: None,
        back: (format!("/e/{}", lang.query()), lang.say("roll.back").into_owned()),
    };
    Ok(Html(roll_page(&view)?))
}

async fn plan(State(app): State<App>, lang: Lang, Path(slug): Path<String>) -> Result<Html<String>, Refusal> {
    let of = product(&app.db, &slug, None, app.clock.today()).await?;
    let found = public_plan(&app.db, &of.id).await?;
    let goods = register::goods(app.db.reader(), &of.id).await?;
    let share = |share: PublicShare| {
        let mut lines = vec![lang.fill("roll.amount", &[("amount", &goods.show(share.amount))])];
        if share.area_m2 > 0 {
            lines.push(lang.fill("roll.area", &[("area", &mu_of_m2(share.area_m2))]));
        }
        if let Some(n) = share.growers {
            lines.push(lang.fill("roll.growers", &[("n", &n.to_string())]));
        }
        RollRow { title: share.name, lines, ..RollRow::default() }
    };
    let (lead, rows) = match found {
        Some((plan, shares)) => {
            let (from, to) = (plan.published_from.unwrap_or_default(), plan.published_to.unwrap_or_default());
            let values = [
                ("season", plan.season.as_str()),
                ("version", &plan.version.to_string()),
                ("total", &goods.show(plan.total)),
                ("from", &day(lang, &from)),
                ("to", &day(lang, &to)),
            ];
            let key = if plan.state == "approved" { "roll.plan_approved" } else { "roll.plan_lead" };
            (lang.fill(key, &values), shares.into_iter().map(share).collect())
        }
        None => (String::new(), Vec::new()),
    };
    let view = RollView {
        lang,
        site: &app.site(),
        title: lang.fill("roll.plan_title", &[("product", &of.name)]),
        lead,
        rows,
        empty: lang.say("roll.plan_none").into_owned(),
        next: None,
        back: (product_href(lang, &of.slug), of.name.clone()),
    };
    Ok(Html(roll_page(&view)?))
}

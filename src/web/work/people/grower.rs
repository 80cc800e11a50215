//! `/work/growers/{id}`: one grower, the slips to its own view, its consents. A slip is printed in the answer that made it: its token is shown
//! once, on paper.

use std::sync::{Arc, Mutex};

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Nothing, Posted};
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, again, done_at, fresh_key, on_the_form};
use super::super::names::{day_of, jin, moment_of};
use super::super::parts::{Part, Tried};
use super::deliveries::table;
use super::grower_acts::parts;
use crate::identity::role::Permission as P;
use crate::interop::qr;
use crate::kernel::{Day, Failure};
use crate::registry::commands::{ConsentInput, ConsentPurpose, record_consent, withdraw_consent};
use crate::registry::queries::{GrowerView, consents, grower};
use crate::trace::commands::slip::{issue_slip, revoke_slip};
use crate::trace::delivery::DeliveryFilter;
use crate::trace::queries::delivery::deliveries;
use crate::trace::queries::slip::{SlipView, slips};
use crate::trace::slip::{SlipInput, masked};
use crate::trace::store::register;

pub(super) fn routes() -> Vec<Route> {
    let needs = Access::Needs;
    vec![
        Route::get("/work/growers/{id}", needs(P::GrowerRead), show),
        Route::post("/work/growers/{id}/slip", needs(P::SlipIssue), issue),
        Route::post("/work/slips/{id}/revoke", needs(P::SlipRevoke), revoke),
        Route::post("/work/growers/{id}/consents", needs(P::ConsentRecord), consent),
        Route::post("/work/consents/{id}/withdraw", needs(P::ConsentRecord), withdraw),
    ]
}

#[derive(Template)]
#[template(path = "staff/people/grower.html")]
struct Page<'a> {
    frame: Frame<'a>,
    facts: Vec<(String, String)>,
    /// What is on record and may be corrected, and the household's own account.
    parts: Vec<Part>,
    /// Words, where to revoke, key.
    slips: Vec<(String, String, String)>,
    may_issue: bool,
    may_revoke: bool,
    issue: String,
    issue_key: String,
    may_consent: bool,
    sheet: String,
    /// Words, where to withdraw (empty if withdrawn), key.
    consents: Vec<(String, String, String)>,
    consent_open: bool,
    consent_action: String,
    consent_key: String,
    purposes: Vec<(String, String)>,
    deliveries: Table,
}

#[derive(Template)]
#[template(path = "staff/people/slip.html")]
struct SlipPage<'a> {
    frame: Frame<'a>,
    who: String,
    entered: String,
    lines: Vec<String>,
    url: String,
    side: usize,
    path: String,
    back: String,
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, Vec::new(), None).await?))
}

fn facts(reader: &Reader, view: &GrowerView) -> Vec<(String, String)> {
    let rows = [
        ("people.village", Some(format!("{}{}", view.division, view.village))),
        ("people.household_no", view.household_no.clone()),
        ("people.phone", view.phone.clone()),
        ("people.kind", Some(reader.word("grower_kind", &view.kind))),
    ];
    rows.into_iter().filter_map(|(key, value)| Some((reader.say(key), value?))).collect()
}

/// The page, with what was just tried on it.
pub(super) async fn page(
    app: &App,
    reader: &Reader,
    id: &str,
    errors: Vec<FormError>,
    tried: Option<Tried<'_>>,
) -> Result<String, Refusal> {
    let actor = reader.actor(P::GrowerRead)?;
    let view = grower(&app.db, &actor, id).await?;
    let slips = slips(&app.db, &actor, id).await?.into_iter().map(|slip| {
        let words = reader.fill("people.slip_of", &[("at", &moment_of(reader.lang, &slip.issued_at))]);
        (words, reader.to(&format!("/work/slips/{}/revoke", slip.id)), fresh_key(app))
    });
    let consents = match reader.acting(P::ConsentRecord) {
        Some(actor) => consents(&app.db, &actor, id).await?,
        None => Vec::new(),
    };
    let consents = consents.into_iter().map(|consent| {
        let purpose = reader.word("consent_purpose", &consent.purpose);
        let mut words = reader.fill("people.consent_of", &[("purpose", &purpose), ("day", &day_of(reader.lang, &consent.given_on))]);
        if consent.withdrawn_at.is_some() {
            words = format!("{words} {}", reader.say("people.consent_withdrawn"));
        }
        let at = reader.to(&format!("/work/consents/{}/withdraw", consent.id));
        (words, if consent.withdrawn_at.is_some() { String::new() } else { at }, fresh_key(app))
    });
    let deliveries = match reader.acting(P::DeliveryRead) {
        Some(actor) => {
            let filter = DeliveryFilter { grower_id: Some(id.to_owned()), ..DeliveryFilter::default() };
            deliveries(&app.db, &actor, &filter, None, Some(50)).await?.0
        }
        None => Vec::new(),
    };
    let page = Page {
        facts: facts(reader, &view),
        parts: parts(app, reader, &view, tried.as_ref()).await?,
        slips: slips.collect(),
        may_issue: reader.may(P::SlipIssue),
        may_revoke: reader.may(P::SlipRevoke),
        issue: reader.to(&format!("/work/growers/{id}/slip")),
        issue_key: fresh_key(app),
        may_consent: reader.may(P::ConsentRecord),
        sheet: reader.to(&format!("/work/growers/{id}/consent")),
        consents: consents.collect(),
        consent_open: errors.iter().any(|e| ["purpose", "given_on", "evidence"].contains(&e.field.as_str())),
        consent_action: reader.to(&format!("/work/growers/{id}/consents")),
        consent_key: fresh_key(app),
        purposes: ConsentPurpose::ALL.iter().map(|p| (p.word().to_owned(), reader.word("consent_purpose", p.word()))).collect(),
        deliveries: table(app, reader, &deliveries).await?,
        frame: reader.frame(view.name.clone(), errors),
    };
    Ok(page.render()?)
}

async fn failed(app: &App, reader: &Reader, id: &str, refusal: Refusal) -> Result<Response, Refusal> {
    let failure = on_the_form(refusal)?;
    let html = page(app, reader, id, super::said(reader, &failure), None).await?;
    Ok(again(failure, html))
}

async fn issue(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    // The token leaves the act by this one way and is never kept: the same form again answers that it was done.
    let made: Arc<Mutex<Option<SlipView>>> = Arc::default();
    let (slot, named, back) = (made.clone(), id.clone(), reader.to(&format!("/work/growers/{id}")));
    let tried = act(&app, posted, move |tx, desk, _| {
        let (slot, id, back) = (slot.clone(), named.clone(), back.clone());
        Box::pin(async move {
            let view = issue_slip(tx, &desk, &id, &SlipInput::default()).await?;
            *slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(view);
            Ok(Done::see(back).secret())
        })
    });
    if let Err(refusal) = tried.await {
        return failed(&app, &reader, &id, refusal).await;
    }
    let token = made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take().and_then(|slip| slip.token);
    let token = token.ok_or_else(|| Failure::conflict("already_done"))?;
    Ok(Html(slip_page(&app, &reader, &id, &token).await?).into_response())
}

async fn slip_page(app: &App, reader: &Reader, id: &str, token: &str) -> Result<String, Refusal> {
    let view = grower(&app.db, &reader.actor(P::GrowerRead)?, id).await?;
    let url = format!("{}/g/{token}", app.config.base_url.trim_end_matches('/'));
    let (side, path) = qr::drawn(&url).ok_or_else(|| Failure::broken("the address of a slip is too long to be drawn"))?;
    let mut lines = Vec::new();
    if let Some(actor) = reader.acting(P::DeliveryRead) {
        let filter = DeliveryFilter { grower_id: Some(id.to_owned()), ..DeliveryFilter::default() };
        for delivery in deliveries(&app.db, &actor, &filter, None, Some(5)).await?.0 {
            let goods = register::goods(app.db.reader(), &delivery.product_id).await?;
            let amount = delivery.figures.get("net_weight_g").or_else(|| delivery.figures.get("quantity")).copied().unwrap_or(0);
            let day = day_of(reader.lang, &delivery.delivered_on);
            let jin =
                if delivery.figures.contains_key("net_weight_g") { format!("（{}）", jin(reader.lang, amount)) } else { String::new() };
            lines.push(format!("{day} {} {}{jin}", goods.name, goods.show(amount)));
        }
    }
    let day = Day::of(app.clock.now()).for_people(reader.lang.english());
    let (who, by) = (masked(&view.name), reader.who.account.display_name.as_str());
    let page = SlipPage {
        who: reader.fill("people.receipt_for", &[("name", &who), ("village", &view.village)]),
        entered: reader.fill("people.receipt_by", &[("name", by), ("day", &day)]),
        lines,
        url,
        side,
        path,
        back: reader.to(&format!("/work/growers/{id}")),
        frame: reader.narrow_frame(reader.say("people.slip"), Vec::new()),
    };
    Ok(page.render()?)
}

async fn revoke(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            let view = revoke_slip(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, &format!("/work/growers/{}", view.grower_id), "slip_revoked")))
        })
    })
    .await
}

/// A consent as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ConsentForm {
    purpose: String,
    given_on: String,
    evidence: String,
}

async fn consent(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<ConsentForm>) -> Result<Response, Refusal> {
    let (lang, named) = (reader.lang, id.clone());
    let tried = act(&app, posted, move |tx, desk, form| {
        let id = named.clone();
        Box::pin(async move {
            let purpose = ConsentPurpose::ALL.into_iter().find(|p| p.word() == form.purpose);
            let given_on = Day::parse(form.given_on.trim());
            let mut faults = crate::kernel::failure::Faults::new();
            if purpose.is_none() {
                faults.add("/purpose", "consent_purpose_missing");
            }
            if given_on.is_none() {
                faults.add("/given_on", "day_unreadable").with("value", &form.given_on);
            }
            faults.check()?;
            let (Some(purpose), Some(given_on)) = (purpose, given_on) else { return Err(Failure::broken("faults were not noted")) };
            let input = ConsentInput { grower_id: id.clone(), purpose, given_on, evidence: form.evidence.clone() };
            record_consent(tx, &desk, &input).await?;
            Ok(Done::see(done_at(lang, &format!("/work/growers/{id}"), "consent_recorded")))
        })
    });
    match tried.await {
        Ok(response) => Ok(response),
        Err(refusal) => failed(&app, &reader, &id, refusal).await,
    }
}

async fn withdraw(State(app): State<App>, Path(id): Path<String>, reader: Reader, posted: Posted<Nothing>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    act(&app, posted, move |tx, desk, _| {
        let id = id.clone();
        Box::pin(async move {
            let row = withdraw_consent(tx, &desk, &id).await?;
            Ok(Done::see(done_at(lang, &format!("/work/growers/{}", row.grower_id), "consent_withdrawn")))
        })
    })
    .await
}

//! The queue: up to a thousand rows a page, decided by ticking rows and pressing a button, or by keyboard (`assets/static/queue.js`).

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{FormError, Frame};
use super::super::super::pages::style;
use super::super::desk::{Reader, done_at, fresh_key};
use super::super::names::moment_of;
use super::super::parts::{Field, Typed, answered, at_fields, choices, given, said};
use super::{badge, finding_words, price, reasons, say, shop};
use crate::identity::role::Permission as P;
use crate::kernel::Failure;
use crate::supervision::audit::queries::{AuditFilter, AuditView, audits};
use crate::supervision::audit::{AuditReason, AuditState, Verdict};
use crate::supervision::commands::audit::{AuditInput, audit_listings, undo_audit};
use crate::supervision::listing::finding::FindingKind;

/// How many rows a page may have.
const SIZES: [u64; 3] = [50, 200, 1000];

/// What the page is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asks {
    state: String,
    kind: String,
    held: String,
    rows: String,
    cursor: String,
    undo: String,
}

impl Asks {
    fn filter(&self) -> AuditFilter {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        AuditFilter { state: some(&self.state), kind: some(&self.kind), held: some(&self.held), seller_id: None }
    }
    fn limit(&self) -> u64 {
        self.rows.parse().ok().filter(|n| SIZES.contains(n)).unwrap_or(SIZES[0])
    }
    /// The same page, at another place.
    fn path(&self, cursor: &str) -> String {
        let all = [("state", &*self.state), ("kind", &*self.kind), ("held", &*self.held), ("rows", &*self.rows), ("cursor", cursor)];
        let given: Vec<String> =
            all.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", query_value(value))).collect();
        if given.is_empty() { "/work/audits".to_owned() } else { format!("/work/audits?{}", given.join("&")) }
    }
}

struct Row {
    id: String,
    title: String,
    href: String,
    price: String,
    shop: String,
    seller: String,
    claimed: String,
    findings: Vec<(String, String)>,
    class: &'static str,
    state: String,
    age: String,
    held: String,
    url: String,
    evidence: String,
    alike: String,
    picture: String,
    ticked: bool,
    locked: bool,
}

#[derive(Template)]
#[template(path = "staff/queue.html")]
struct Page<'a> {
    frame: Frame<'a>,
    ways: Vec<(String, String)>,
    undo: String,
    undo_action: String,
    undo_key: String,
    filters: Vec<Field>,
    action: String,
    key: String,
    caption: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    decides: bool,
    fields: Vec<Field>,
    next: Option<String>,
    script: &'static str,
}

fn row(reader: &Reader, view: AuditView, ticked: &BTreeSet<String>) -> Row {
    let badge = badge(reader, &view);
    let others = view.held_by.as_ref().is_some_and(|who| *who != reader.who.account.id);
    let held = view.held_by_name.as_ref().map(|name| reader.fill("audits.held_by", &[("name", name)])).unwrap_or_default();
    Row {
        href: reader.to(&format!("/work/audits/{}", view.listing_id)),
        evidence: reader.to(&format!("/work/evidence/new?listing={}", view.listing_id)),
        alike: reader.to(&format!("/work/audits/{}/alike", view.listing_id)),
        price: price(&view),
        shop: shop(&view),
        findings: view.findings.iter().map(|finding| finding_words(reader, finding)).collect(),
        class: badge.badge,
        state: badge.text,
        age: moment_of(reader.lang, &view.since),
        held,
        ticked: ticked.contains(&view.listing_id),
        locked: others,
        claimed: view.product.or(view.claimed).unwrap_or_default(),
        url: view.url.unwrap_or_default(),
        picture: view.picture.unwrap_or_default(),
        title: view.title,
        seller: view.seller,
        id: view.listing_id,
    }
}

pub(super) async fn list(State(app): State<App>, reader: Reader, Asked(asks): Asked<Asks>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &asks, Vec::new(), None).await?))
}

async fn page(app: &App, reader: &Reader, asks: &Asks, errors: Vec<FormError>, typed: Option<&Typed>) -> Result<String, Refusal> {
    let actor = reader.actor(P::ListingAudit)?;
    let cursor = Some(asks.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let (items, next) = audits(&app.db, &app.clock, &actor, &asks.filter(), cursor, asks.limit()).await?;
    let decides = matches!(asks.state.as_str(), "" | "open" | "pending" | "rechecking");
    let ticked = typed.map(ticks).unwrap_or_default();
    let states = ["open"].into_iter().chain(AuditState::ALL.iter().filter(|s| !s.is_open()).map(|s| s.word())).chain(["all"]);
    let select = |name: &'static str, words: Vec<(String, String)>, value: &str| Field {
        id: format!("asks-{name}"),
        ..Field::select(name, say(reader, &format!("asks.{name}")), words).value(value)
    };
    let sizes = SIZES.iter().map(|n| (n.to_string(), reader.fill("audits.rows_each", &[("n", &n.to_string())])));
    let filters = vec![
        select("state", choices(reader, "audits.state", states), if asks.state.is_empty() { "open" } else { &asks.state }),
        select("kind", choices(reader, "audits.kind", FindingKind::ALL.iter().map(|kind| kind.word())), &asks.kind),
        select("held", choices(reader, "audits.held", ["me", "nobody"]), &asks.held),
        select("rows", sizes.collect(), &asks.limit().to_string()),
    ];
    let both = reasons(reader, Verdict::Cleared).into_iter().chain(reasons(reader, Verdict::Pending)).collect();
    let kept = |name: &str| typed.map(|typed| said(typed, name)).unwrap_or_default();
    let fields = vec![
        Field { id: "decide-reason".to_owned(), ..Field::select("reason", say(reader, "reason_label"), both).value(kept("reason")) },
        Field {
            id: "decide-said".to_owned(),
            ..Field::text("said", say(reader, "said")).hint(say(reader, "said_hint")).value(kept("said"))
        },
    ];
    let columns = ["tick", "goods", "shop", "claimed", "findings", "state", "acts"].map(|key| say(reader, &format!("column.{key}")));
    let page = Page {
        ways: vec![(reader.to("/work/audits/plan"), say(reader, "plan")), (reader.to("/work/evidence"), reader.say("evidence.title"))],
        undo: asks.undo.clone(),
        undo_action: reader.to("/work/audits/undo"),
        undo_key: fresh_key(app),
        filters,
        action: reader.to(&asks.path(&asks.cursor)),
        key: fresh_key(app),
        caption: say(reader, "caption"),
        columns: columns.to_vec(),
        rows: items.into_iter().map(|view| row(reader, view, &ticked)).collect(),
        decides,
        fields,
        next: next.map(|cursor| reader.to(&asks.path(&cursor))),
        script: style::queue_href(),
        frame: reader.frame(say(reader, "title"), errors),
    };
    Ok(page.render()?)
}

/// Listings whose boxes were ticked.
fn ticks(typed: &Typed) -> BTreeSet<String> {
    typed.keys().filter_map(|name| name.strip_prefix("l.")).map(str::to_owned).collect()
}

pub(super) async fn decide(
    State(app): State<App>,
    reader: Reader,
    Asked(asks): Asked<Asks>,
    posted: Posted<Typed>,
) -> Result<Response, Refusal> {
    let (typed, lang, asked) = (posted.body.clone(), reader.lang, asks.clone());
    let ask_papers = say(&reader, "ask_papers");
    // What each row is most likely about, where no reason was chosen.
    let ids: Vec<String> = ticks(&typed).into_iter().collect();
    let likely = match ids.first() {
        Some(id) => {
            let view = crate::supervision::audit::queries::audit(&app.db, &app.clock, &reader.actor(P::ListingAudit)?, id).await?;
            super::likely(Some(&view), Verdict::Pending)
        }
        None => AuditReason::SourceUnknown,
    };
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (ids, asked, ask_papers) = (ids.clone(), asked.clone(), ask_papers.clone());
        Box::pin(async move {
            if ids.is_empty() {
                return Err(Failure::invalid("audit_none_ticked"));
            }
            let verdict = given(&typed, "verdict").and_then(|word| Verdict::parse(&word)).unwrap_or(Verdict::Cleared);
            let chosen = given(&typed, "reason").and_then(|word| AuditReason::parse(&word));
            let (reason, words) = match verdict {
                Verdict::Cleared => (AuditReason::NothingFound, None),
                _ => (likely, Some(ask_papers)),
            };
            let input = AuditInput {
                verdict,
                reason: chosen.unwrap_or(reason),
                said: given(&typed, "said").or(words),
                recipient: None,
                due_on: None,
            };
            let made = audit_listings(tx, &desk, &ids, &input).await?;
            let path = asked.path(&asked.cursor);
            let joint = if path.contains('?') { '&' } else { '?' };
            let undo = made.first().map(|one| one.id.clone()).unwrap_or_default();
            let at = given(&typed, "at").filter(|at| at.parse::<u32>().is_ok()).map(|at| format!("&at={at}")).unwrap_or_default();
            Ok(Done::see(done_at(lang, &format!("{path}{joint}undo={undo}{at}"), "audited")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = at_fields(&reader, &failure, "decide", &["reason", "said"]);
        Ok((failure, page(&app, &reader, &asks, errors, Some(&typed)).await?))
    })
    .await
}

pub(super) async fn undo(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let lang = reader.lang;
    let tried = act(&app, posted, move |tx, desk, typed| {
        Box::pin(async move {
            undo_audit(tx, &desk, &said(&typed, "decision")).await?;
            Ok(Done::see(done_at(lang, "/work/audits", "audit_undone")))
        })
    });
    let tried = tried.await;
    answered(tried, async |failure| {
        let errors = at_fields(&reader, &failure, "decide", &[]);
        Ok((failure, page(&app, &reader, &Asks::default(), errors, None).await?))
    })
    .await
}

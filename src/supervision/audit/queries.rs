//! The queue, one listing's audit, and what was decided, as officers read them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AuditState, HELD, Verdict, state_now};
use crate::db::Db;
use crate::identity::queries::display_name;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Clock, Day, Failure, Millis, Outcome};
use crate::supervision::evidence::EvidenceRecord;
use crate::supervision::findings::{FindingView, findings_of};
use crate::supervision::inbox::Due;
use crate::supervision::store::audit::{self as store, DecisionFilter, DecisionRow, QueueFilter, QueueRow};
use crate::supervision::store::evidence;

/// One listing as it waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditView {
    /// `lis_…`
    pub listing_id: String,
    /// `sel_…`
    pub seller_id: String,
    /// Who sells.
    pub seller: String,
    /// Where the seller is (GB/T 2260).
    pub division_code: String,
    /// Is the seller's place within the reader's reach? Only then may what binds the seller be decided.
    pub seller_in_reach: bool,
    /// Platform.
    pub platform: String,
    /// Number of the item there.
    pub item_id: String,
    /// Shop.
    pub shop: Option<String>,
    /// What it says last.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// Its price.
    pub price_fen: Option<i64>,
    /// What it claims to be, in its own words.
    pub claimed: Option<String>,
    /// The product the rules take it for, else the one it claims.
    pub product_id: Option<String>,
    /// Its name.
    pub product: Option<String>,
    /// What stands against it, by kind; never summed.
    pub findings: Vec<FindingView>,
    /// new, changed, cleared, pending, rectifying, rechecking, proposed, transferred or `taken_down`.
    pub state: String,
    /// The decision that stands.
    pub decision_id: Option<String>,
    /// Until when something is due.
    pub due_on: Option<String>,
    /// Account it is given to, as long as that holds.
    pub held_by: Option<String>,
    /// Its name.
    pub held_by_name: Option<String>,
    /// Since when it is known, RFC 3339.
    pub since: String,
    /// SHA-256 of what it says, as the rules saw it.
    pub content_hash: Option<String>,
    /// The latest picture kept of it as evidence: a path of ours.
    pub picture: Option<String>,
}

impl AuditView {
    /// How far it has come.
    pub fn now(&self) -> AuditState {
        AuditState::parse(&self.state).unwrap_or(AuditState::New)
    }
    /// The rules that speak, sorted: what two listings of one shop must share to be decided alike.
    pub fn pattern(&self) -> BTreeSet<&str> {
        self.findings.iter().map(|finding| finding.rule.as_str()).collect()
    }
    /// May this reader decide that now?
    pub fn may(&self, verdict: Verdict) -> bool {
        self.now().may(verdict) && (self.seller_in_reach || !verdict.binds_seller())
    }
}

/// What the queue is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFilter {
    /// `open` (new or changed) if not given, else a state, `all`, or `sent`.
    pub state: Option<String>,
    /// With a finding of this kind.
    pub kind: Option<String>,
    /// `me`, `nobody`; everybody's if not given.
    pub held: Option<String>,
    /// Of this seller.
    pub seller_id: Option<String>,
}

fn asked(filter: &AuditFilter, actor: &Actor, now: Millis) -> QueueFilter {
    let mut queue = QueueFilter { kind: filter.kind.clone(), seller_id: filter.seller_id.clone(), ..QueueFilter::default() };
    match filter.state.as_deref() {
        None | Some("open") => queue.open = true,
        Some("all") => {}
        Some(word) => queue.states = AuditState::parse(word).map_or_else(|| vec![""], |state| vec![state.word()]),
    }
    match filter.held.as_deref() {
        Some("me") => queue.held_by = Some(actor.account_id.clone()),
        Some("nobody") => queue.free_since = Some(now - HELD),
        _ => {}
    }
    queue
}

/// Listings in reach as they wait, the longest known first.
///
/// # Errors
/// Only ours.
pub async fn audits(
    db: &Db,
    clock: &Clock,
    actor: &Actor,
    filter: &AuditFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<(Vec<AuditView>, Option<String>)> {
    let limit = limit.clamp(1, 1000);
    let mut rows = store::queue(db.reader(), &actor.scope, &asked(filter, actor, clock.now()), cursor, limit + 1).await?;
    let whole = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > whole;
    rows.truncate(whole);
    let next = rows.last().filter(|_| more).map(|row| row.id.clone());
    Ok((views(db, clock, actor, rows).await?, next))
}

/// One listing's audit.
///
/// # Errors
/// `not_found`, also for one out of reach.
pub async fn audit(db: &Db, clock: &Clock, actor: &Actor, listing_id: &str) -> Outcome<AuditView> {
    let row = store::one(db.reader(), &actor.scope, listing_id).await?;
    views(db, clock, actor, vec![row]).await?.pop().ok_or_else(Failure::not_found)
}

/// Listings of the same seller that wait with the same findings, this one first: what may be decided in one go.
///
/// # Errors
/// `not_found`.
pub async fn alike(db: &Db, clock: &Clock, actor: &Actor, listing_id: &str) -> Outcome<Vec<AuditView>> {
    let own = audit(db, clock, actor, listing_id).await?;
    let filter = AuditFilter { seller_id: Some(own.seller_id.clone()), ..AuditFilter::default() };
    let (others, _) = audits(db, clock, actor, &filter, None, 500).await?;
    let same = |other: &AuditView| other.listing_id != own.listing_id && other.shop == own.shop && other.pattern() == own.pattern();
    let alike: Vec<AuditView> = others.into_iter().filter(same).collect();
    Ok(std::iter::once(own).chain(alike).collect())
}

async fn views(db: &Db, clock: &Clock, actor: &Actor, rows: Vec<QueueRow>) -> Outcome<Vec<AuditView>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut said: BTreeMap<String, _> =
        store::captures(db.reader(), &ids).await?.into_iter().map(|capture| (capture.listing_id.clone(), capture)).collect();
    let unique = |of: &dyn Fn(&QueueRow) -> Option<String>| -> Vec<String> {
        rows.iter().filter_map(of).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let sellers: BTreeMap<String, _> =
        store::sellers(db.reader(), unique(&|row| Some(row.seller_id.clone()))).await?.into_iter().map(|s| (s.id.clone(), s)).collect();
    let products: BTreeMap<String, String> = store::product_names(db.reader(), unique(&product_of)).await?.into_iter().collect();
    let held_since = clock.now() - HELD;
    let holder = |row: &QueueRow| row.held_by.clone().filter(|_| row.held_at.is_some_and(|at| at >= held_since));
    let mut names = BTreeMap::new();
    for id in unique(&holder) {
        let name = display_name(db, &id).await?.unwrap_or_default();
        names.insert(id, name);
    }
    let mut findings: BTreeMap<String, Vec<FindingView>> = BTreeMap::new();
    for finding in findings_of(db, &ids, None).await? {
        findings.entry(finding.listing_id.clone()).or_default().push(finding);
    }
    let mut pictures: BTreeMap<String, String> = BTreeMap::new();
    for row in evidence::about_in_reach(db.reader(), &actor.scope, ids).await? {
        let record = EvidenceRecord::read(&row.record)?;
        if let Some(file) = record.files.iter().find(|file| file.media.starts_with("image/")) {
            pictures.insert(row.subject_id, format!("/work/evidence/{}/files/{}", row.id, file.file_id));
        }
    }
    let view = |row: QueueRow| {
        let (capture, seller) = (said.remove(&row.id), sellers.get(&row.seller_id));
        let (product_id, held_by) = (product_of(&row), holder(&row));
        let division_code = seller.map(|s| s.division_code.clone()).unwrap_or_default();
        AuditView {
            state: state_now(row.state.as_deref(), row.decided_hash.as_deref().unwrap_or_default(), row.hash_now.as_deref())
                .word()
                .to_owned(),
            seller: seller.map(|s| s.name.clone()).unwrap_or_default(),
            seller_in_reach: actor.scope.reaches_division(&division_code),
            division_code,
            shop: capture.as_ref().and_then(|c| c.shop.clone()),
            title: capture.as_ref().map(|c| c.title.clone()).unwrap_or_default(),
            url: capture.as_ref().and_then(|c| c.url.clone()),
            price_fen: capture.as_ref().and_then(|c| c.price_fen),
            claimed: capture.and_then(|c| c.claimed_product),
            product: product_id.as_ref().and_then(|id| products.get(id).cloned()),
            product_id,
            findings: findings.remove(&row.id).unwrap_or_default(),
            held_by_name: held_by.as_ref().and_then(|id| names.get(id).cloned()),
            held_by,
            since: rfc3339(row.recorded_at),
            picture: pictures.remove(&row.id),
            listing_id: row.id,
            seller_id: row.seller_id,
            platform: row.platform,
            item_id: row.item_id,
            decision_id: row.decision_id,
            due_on: row.due_on,
            content_hash: row.hash_now,
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

fn product_of(row: &QueueRow) -> Option<String> {
    row.product_id.clone().or_else(|| row.claimed_product_id.clone())
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecisionView {
    /// `dec_…`
    pub id: String,
    /// `lis_…`
    pub listing_id: String,
    /// cleared, pending, rectify, recheck, transfer, assist, platform or `take_down`.
    pub verdict: String,
    /// Why, a word of the fixed list.
    pub reason: String,
    /// Why, in words.
    pub said: String,
    /// To whom it goes.
    pub recipient: Option<String>,
    /// Until when.
    pub due_on: Option<String>,
    /// done, proposed, confirmed, dropped or undone.
    pub step: String,
    /// What the rules said then: kind and rule.
    pub findings: Vec<(String, String)>,
    /// Account.
    pub decided_by: String,
    /// RFC 3339.
    pub decided_at: String,
    /// Account of the other officer.
    pub answered_by: Option<String>,
    /// RFC 3339.
    pub answered_at: Option<String>,
}

impl From<DecisionRow> for DecisionView {
    fn from(row: DecisionRow) -> Self {
        Self {
            findings: serde_json::from_str(&row.findings).unwrap_or_default(),
            decided_at: rfc3339(row.decided_at),
            answered_at: row.answered_at.map(rfc3339),
            id: row.id,
            listing_id: row.listing_id,
            verdict: row.verdict,
            reason: row.reason,
            said: row.said,
            recipient: row.recipient,
            due_on: row.due_on,
            step: row.step,
            decided_by: row.decided_by,
            answered_by: row.answered_by,
        }
    }
}

/// Everything decided about a listing, the latest first; who asks has found it within reach.
///
/// # Errors
/// Only ours.
pub async fn decisions(db: &Db, listing_id: &str) -> Outcome<Vec<DecisionView>> {
    Ok(store::decisions_of(db.reader(), listing_id).await?.into_iter().map(DecisionView::from).collect())
}

/// One decision about a listing in reach.
///
/// # Errors
/// `not_found`.
pub async fn decision(db: &Db, actor: &Actor, id: &str) -> Outcome<DecisionView> {
    let row = store::decisions(db.reader(), vec![id.to_owned()]).await?.pop().ok_or_else(Failure::not_found)?;
    store::one(db.reader(), &actor.scope, &row.listing_id).await?;
    Ok(row.into())
}

/// What waits, for the inbox: proposals of others, papers asked for and what was to be put right by a day. New listings wait in the queue.
///
/// # Errors
/// Only ours.
pub async fn due(db: &Db, actor: &Actor, clock: &Clock) -> Outcome<Vec<Due>> {
    let mut waiting = Vec::new();
    for (states, step) in [(vec!["proposed"], "confirm"), (vec!["pending", "rectifying", "rechecking"], "check")] {
        let filter = QueueFilter { states, ..QueueFilter::default() };
        let rows = store::queue(db.reader(), &actor.scope, &filter, None, 500).await?;
        let made = store::decisions(db.reader(), rows.iter().filter_map(|row| row.decision_id.clone()).collect()).await?;
        let own = |id: &Option<String>| made.iter().any(|d| Some(&d.id) == id.as_ref() && d.decided_by == actor.account_id);
        let rows: Vec<QueueRow> = rows.into_iter().filter(|row| step != "confirm" || !own(&row.decision_id)).collect();
        let at = |id: &Option<String>| made.iter().find(|d| Some(&d.id) == id.as_ref()).map(|d| d.decided_at);
        let since: Vec<_> = rows.iter().map(|row| at(&row.decision_id).unwrap_or(row.recorded_at)).collect();
        for (view, since) in views(db, clock, actor, rows).await?.into_iter().zip(since) {
            waiting.push(Due {
                kind: "listing",
                href: format!("/work/audits/{}", view.listing_id),
                step,
                since,
                due_on: view.due_on.as_deref().and_then(Day::parse),
                title: view.title,
                id: view.listing_id,
            });
        }
    }
    Ok(waiting)
}

/// Decisions that stand and say that something was wrong, oldest first.
pub(super) async fn standing(
    db: &Db,
    actor: &Actor,
    (from, to): (Option<Day>, Option<Day>),
    cursor: Option<&str>,
    limit: u64,
) -> Outcome<Vec<DecisionRow>> {
    let filter = DecisionFilter {
        steps: vec!["done", "confirmed"],
        verdicts: [Verdict::Rectify, Verdict::Transfer, Verdict::Assist, Verdict::Platform, Verdict::TakeDown].map(Verdict::word).to_vec(),
        from: from.map(Day::start),
        to: to.map(|day| day.plus(1).start()),
    };
    store::decided(db.reader(), &actor.scope, &filter, cursor, limit).await
}

/// The listings of some decisions, as they are now.
pub(super) async fn of_decisions(db: &Db, clock: &Clock, actor: &Actor, rows: &[DecisionRow]) -> Outcome<BTreeMap<String, AuditView>> {
    let ids: BTreeSet<String> = rows.iter().map(|row| row.listing_id.clone()).collect();
    let filter = QueueFilter { ids: Some(ids.into_iter().collect()), ..QueueFilter::default() };
    let found = store::queue(db.reader(), &actor.scope, &filter, None, u64::MAX >> 1).await?;
    let views = views(db, clock, actor, found).await?;
    Ok(views.into_iter().map(|view| (view.listing_id.clone(), view)).collect())
}

//! Recording what is on sale with what the rules say of it, setting the rules, and asking for all listings to be scored anew.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::required;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::supervision::findings::RuleView;
use crate::supervision::listing::finding::Rule;
use crate::supervision::listing::rule::threshold;
use crate::supervision::scoring::{Bench, keep};
use crate::supervision::store::listing::{self as store, ListingRuleRow};
use crate::supervision::store::listing_facts as facts;
use crate::trade;
use crate::trade::authorisation::{AuthorisationInput, EndInput};
use crate::trade::commands::SalesRead;
use crate::trade::listing::{ListingInput, PacksInput};
use crate::trade::queries::ListingView;
use crate::trade::queries::authorisation::AuthorisationView;
use crate::trade::queries::sales::SalesImportView;

/// A rule as it is set from a day on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingRuleInput {
    /// Its word.
    pub rule: String,
    /// Is it asked?
    pub enabled: bool,
    /// Its figure, where it has one.
    #[serde(default)]
    pub threshold: Option<i64>,
    /// First day; today if not given, none of the past.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Why.
    pub reason: String,
}

/// Scores listings within the transaction that changed what is known of them.
///
/// # Errors
/// Only ours.
pub async fn rescore_listings(tx: &Tx, desk: &Desk, ids: Vec<String>) -> Outcome<()> {
    let bench = Bench::load(tx.connection(), &desk.clock).await?;
    let rows = facts::listings(tx.connection(), ids).await?;
    let scored = bench.score(tx.connection(), rows, None).await?;
    keep(tx, scored, desk.clock.now()).await?;
    Ok(())
}

/// Records what a listing says, and what the rules say of it.
///
/// # Errors
/// As [`trade::commands::record_listing`].
pub async fn record_listing(tx: &Tx, desk: &Desk, input: &ListingInput) -> Outcome<ListingView> {
    let view = trade::commands::record_listing(tx, desk, input).await?;
    rescore_listings(tx, desk, vec![view.id.clone()]).await?;
    Ok(view)
}

/// Confirms how much SKUs are, and scores the listing by it.
///
/// # Errors
/// As [`trade::commands::confirm_packs`].
pub async fn confirm_packs(tx: &Tx, desk: &Desk, id: &str, input: &PacksInput) -> Outcome<ListingView> {
    let view = trade::commands::confirm_packs(tx, desk, id, input).await?;
    rescore_listings(tx, desk, vec![id.to_owned()]).await?;
    Ok(view)
}

/// Scores what a seller offers anew, at most so many listings; the rest waits for the next run over all.
const MOST_OF_SELLER: usize = 500;

/// Scores the listings of a seller of whom something else became known: an authorisation, sales.
///
/// # Errors
/// Only ours.
pub async fn rescore_seller(tx: &Tx, desk: &Desk, seller_id: &str) -> Outcome<()> {
    let mut rows = facts::of_sellers(tx.connection(), vec![seller_id.to_owned()]).await?;
    rows.truncate(MOST_OF_SELLER);
    let bench = Bench::load(tx.connection(), &desk.clock).await?;
    let scored = bench.score(tx.connection(), rows, None).await?;
    keep(tx, scored, desk.clock.now()).await?;
    Ok(())
}

/// Authorises a seller, and scores what it offers by it.
///
/// # Errors
/// As [`trade::commands::grant_authorisation`].
pub async fn grant_authorisation(tx: &Tx, desk: &Desk, input: &AuthorisationInput) -> Outcome<AuthorisationView> {
    let view = trade::commands::grant_authorisation(tx, desk, input).await?;
    rescore_seller(tx, desk, &view.seller_id).await?;
    Ok(view)
}

/// Ends an authorisation, and scores what the seller offers by it.
///
/// # Errors
/// As [`trade::commands::end_authorisation`].
pub async fn end_authorisation(tx: &Tx, desk: &Desk, id: &str, input: &EndInput) -> Outcome<AuthorisationView> {
    let view = trade::commands::end_authorisation(tx, desk, id, input).await?;
    rescore_seller(tx, desk, &view.seller_id).await?;
    Ok(view)
}

/// Takes the lines of an order export, and scores what the seller offers by them.
///
/// # Errors
/// As [`trade::commands::import_sales`].
pub async fn import_sales(tx: &Tx, desk: &Desk, seller_id: &str, platform: &str, read: &SalesRead) -> Outcome<SalesImportView> {
    let row = trade::commands::import_sales(tx, desk, seller_id, platform, read).await?;
    rescore_seller(tx, desk, seller_id).await?;
    Ok(row.into())
}

/// Sets a rule from a day on. What stands is asked by it when listings are scored next.
///
/// # Errors
/// `invalid_fields`: `listing_rule_unknown`, `listing_rule_threshold`, `listing_rule_past`, `register_empty`, `register_too_long`.
pub async fn record_listing_rule(tx: &Tx, desk: &Desk, input: &ListingRuleInput) -> Outcome<RuleView> {
    let mut faults = Faults::new();
    let rule = Rule::parse(&input.rule);
    if rule.is_none() {
        faults.add("/rule", "listing_rule_unknown").with("value", input.rule.chars().take(40).collect::<String>());
    }
    let (default, least, most) = rule.map_or((0, 0, 0), threshold);
    let figure = input.threshold.unwrap_or(default);
    if rule.is_some() && !(least..=most).contains(&figure) {
        faults.add("/threshold", "listing_rule_threshold").with("figure", figure).with("least", least).with("most", most);
    }
    let today = desk.clock.today();
    let from = input.from.unwrap_or(today);
    if from < today {
        faults.add("/from", "listing_rule_past").with("figure", from).with("right", today);
    }
    let reason = required(&mut faults, "/reason", "register_empty", &input.reason, 200);
    faults.check()?;
    let row = ListingRuleRow {
        id: desk.new_id(Noun::RuleVersion),
        rule: input.rule.clone(),
        enabled: input.enabled,
        threshold: figure,
        from_day: from.to_string(),
        reason,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    store::insert_rule(tx, row.clone()).await?;
    let facts = json!({ "rule": row.rule, "enabled": row.enabled, "threshold": figure, "from": row.from_day, "reason": row.reason });
    ledger::append(tx, desk, Event::new(kind::LISTING_RULE_RECORDED, &row.id, facts)).await?;
    Ok(RuleView::recorded(row))
}

/// Asks for all listings to be scored anew; the node does it in chunks.
///
/// # Errors
/// `rescore_running` while a run is not finished; `register_empty` without a reason.
pub async fn ask_rescore(tx: &Tx, desk: &Desk, reason: &str) -> Outcome<()> {
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", "register_empty", reason, 200);
    faults.check()?;
    if let Some(run) = store::running(tx.connection()).await? {
        return Err(Failure::conflict("rescore_running").with("done", run.done).with("total", run.total));
    }
    let total = store::count(tx.connection()).await?;
    store::insert_rescore(tx, &reason, &desk.actor.account_id, desk.clock.now(), total).await?;
    ledger::append(tx, desk, Event::new(kind::LISTING_RESCORE_ASKED, "listings", json!({ "reason": reason, "listings": total }))).await?;
    Ok(())
}

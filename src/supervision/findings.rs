//! Findings of listings as people read them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::listing::finding::Rule;
use super::listing::rule::{RuleBook, threshold};
use super::scoring::dated;
use super::store::listing::{self as store, FindingRow, ListingRuleRow, RescoreRow, ScoreRow};
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Day, Millis, Outcome};

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingView {
    /// `lis_…`
    pub listing_id: String,
    /// `mark` `source` `evocation` `volume` `price` `expired` `changed`: counted apart, never summed.
    pub kind: String,
    /// The rule's stable word; `GET /listing-rules` explains each.
    pub rule: String,
    /// The product whose name is at stake.
    pub product_id: Option<String>,
    /// The figures it is read from, by name.
    #[schema(value_type = Object)]
    pub figures: Value,
    /// Since when it stands without a break, RFC 3339.
    pub since: String,
    /// Since when with these figures.
    pub found_at: String,
    /// Until when; stands if null.
    pub cleared_at: Option<String>,
}

impl FindingView {
    pub(super) fn of(row: FindingRow) -> Self {
        Self {
            figures: serde_json::from_str(&row.figures).unwrap_or(Value::Null),
            since: rfc3339(row.since),
            found_at: rfc3339(row.found_at),
            cleared_at: row.cleared_at.map(rfc3339),
            listing_id: row.listing_id,
            kind: row.kind,
            rule: row.rule,
            product_id: row.product_id,
        }
    }
}

/// What stands against each of these listings, now or at a moment; who asks must have found the listings within reach before.
///
/// # Errors
/// Only ours.
pub async fn findings_of(db: &Db, listing_ids: &[String], at: Option<Millis>) -> Outcome<Vec<FindingView>> {
    let mut found = Vec::new();
    for ids in listing_ids.chunks(500) {
        found.extend(store::findings(db.reader(), ids.to_vec(), at).await?.into_iter().map(FindingView::of));
    }
    Ok(found)
}

/// What stood against a listing and was cleared, the latest first; at most 100.
///
/// # Errors
/// Only ours.
pub async fn past_findings(db: &Db, listing_id: &str) -> Outcome<Vec<FindingView>> {
    Ok(store::past(db.reader(), listing_id, 100).await?.into_iter().map(FindingView::of).collect())
}

/// How listings stand with the audit: when scored, which product they are taken for, when last audited.
///
/// # Errors
/// Only ours.
pub async fn scores_of(db: &Db, listing_ids: Vec<String>) -> Outcome<Vec<ScoreRow>> {
    store::scores(db.reader(), listing_ids).await
}

/// A rule of the listing audit as it is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleView {
    /// The record's id; `default` where nobody has set the rule.
    pub id: String,
    /// Its stable word.
    pub rule: String,
    /// Of which kind its findings are.
    pub kind: String,
    /// Is it asked?
    pub enabled: bool,
    /// Its figure; 0 where it has none.
    pub threshold: i64,
    /// The least it may be set to; equal to the most where it has no figure.
    pub least: i64,
    /// The most.
    pub most: i64,
    /// Since when; always if null.
    pub from: Option<String>,
    /// Why it was set so.
    pub reason: Option<String>,
}

impl RuleView {
    /// As it was just recorded.
    pub(super) fn recorded(row: ListingRuleRow) -> Self {
        let rule = Rule::parse(&row.rule);
        let (_, least, most) = rule.map_or((0, 0, 0), threshold);
        Self {
            kind: rule.map(|rule| rule.kind().word()).unwrap_or_default().to_owned(),
            id: row.id,
            rule: row.rule,
            enabled: row.enabled,
            threshold: row.threshold,
            least,
            most,
            from: Some(row.from_day),
            reason: Some(row.reason),
        }
    }
}

/// Every rule as it is set on a day, and the records that are to come.
///
/// # Errors
/// Only ours.
pub async fn rules_on(db: &Db, day: Day) -> Outcome<(Vec<RuleView>, Vec<RuleView>)> {
    let records = store::rules(db.reader()).await?;
    let read: Vec<_> = records.iter().filter_map(dated).collect();
    let book = RuleBook::on(day, &read);
    let now = Rule::ALL.into_iter().map(|rule| {
        let setting = book.of(rule);
        let own = records.iter().rev().filter(|row| row.rule == rule.word() && row.from_day <= day.to_string());
        let record = own.max_by(|a, b| a.from_day.cmp(&b.from_day).then(a.recorded_at.cmp(&b.recorded_at)));
        let (_, least, most) = threshold(rule);
        RuleView {
            id: record.map_or_else(|| "default".to_owned(), |row| row.id.clone()),
            rule: rule.word().to_owned(),
            kind: rule.kind().word().to_owned(),
            enabled: setting.enabled,
            threshold: setting.threshold,
            least,
            most,
            from: record.map(|row| row.from_day.clone()),
            reason: record.map(|row| row.reason.clone()),
        }
    });
    let now = now.collect();
    let to_come = records.into_iter().filter(|row| row.from_day > day.to_string()).map(RuleView::recorded).collect();
    Ok((now, to_come))
}

/// The last runs over all listings, the latest first.
///
/// # Errors
/// Only ours.
pub async fn rescores(db: &Db) -> Outcome<Vec<RescoreRow>> {
    store::rescores(db.reader(), 5).await
}

//! 违法行为线索: decided listings in the shape platforms and authorities report them: operator, shop, goods, description, records kept,
//! measures. Source: 网络交易合规数据报送管理暂行办法 (in force 2025-04-25).

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::queries::{of_decisions, standing};
use crate::db::Db;
use crate::kernel::clock::rfc3339;
use crate::kernel::{Actor, Clock, Day, Outcome};
use crate::supervision::store::{audit as store, evidence};

/// One clue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Clue {
    /// `dec_…`
    pub decision_id: String,
    /// 经营者.
    pub operator: String,
    /// Its credit code; none of a farmer.
    pub credit_code: Option<String>,
    /// Platform.
    pub platform: String,
    /// Shop.
    pub shop: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Number of the item.
    pub item_id: String,
    /// Goods.
    pub goods: String,
    /// Claimed geographical indication.
    pub product: Option<String>,
    /// Reason, a word of the fixed list.
    pub reason: String,
    /// In words.
    pub said: String,
    /// Kind and rule of what the rules said then.
    pub findings: Vec<(String, String)>,
    /// Records kept: evidence with its number in the chain and its hash.
    pub records: Vec<(i64, String)>,
    /// The measure, a verdict's word.
    pub measure: String,
    /// To whom it went.
    pub recipient: Option<String>,
    /// RFC 3339.
    pub decided_at: String,
}

/// The most clues of one export.
pub const MOST: u64 = 5000;

/// Clues decided between two days, both inclusive.
///
/// # Errors
/// Only ours.
pub async fn clues(db: &Db, clock: &Clock, actor: &Actor, days: (Option<Day>, Option<Day>)) -> Outcome<Vec<Clue>> {
    let rows = standing(db, actor, days, None, MOST).await?;
    let mut listings = BTreeMap::new();
    let mut codes = BTreeMap::new();
    for part in rows.chunks(500) {
        listings.extend(of_decisions(db, clock, actor, part).await?);
    }
    let sellers: Vec<String> = listings.values().map(|view| view.seller_id.clone()).collect();
    for part in sellers.chunks(500) {
        codes.extend(store::sellers(db.reader(), part.to_vec()).await?.into_iter().map(|row| (row.id, row.credit_code)));
    }
    let mut records: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    let ids: Vec<String> = listings.keys().cloned().collect();
    for part in ids.chunks(500) {
        for row in evidence::about(db.reader(), part.to_vec()).await? {
            records.entry(row.subject_id).or_default().push((row.chain_no, row.hash));
        }
    }
    let clue = |row: store::DecisionRow| {
        let view = listings.get(&row.listing_id)?;
        Some(Clue {
            operator: view.seller.clone(),
            credit_code: codes.get(&view.seller_id).cloned().flatten(),
            platform: view.platform.clone(),
            shop: view.shop.clone(),
            url: view.url.clone(),
            item_id: view.item_id.clone(),
            goods: view.title.clone(),
            product: view.product.clone().or_else(|| view.claimed.clone()),
            findings: serde_json::from_str(&row.findings).unwrap_or_default(),
            records: records.get(&row.listing_id).cloned().unwrap_or_default(),
            decided_at: rfc3339(row.decided_at),
            decision_id: row.id,
            reason: row.reason,
            said: row.said,
            measure: row.verdict,
            recipient: row.recipient,
        })
    };
    Ok(rows.into_iter().filter_map(clue).collect())
}

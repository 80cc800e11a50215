//! Scoring listings: facts are gathered for many at once, judged by the pure rules, and what is found takes the place of what stood.
//!
//! One listing is scored in the transaction that records it; all of them by a run in chunks of sellers, judged outside the transaction and
//! written only where the listing still says what was judged.

mod run;
mod standing;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::ConnectionTrait;

use super::listing::figure::{Between, per_thousand, sold_between};
use super::listing::finding::Finding;
use super::listing::judge::{About, Books, Said, judge};
use super::listing::name::{NameBook, Protected};
use super::listing::origin::PlaceBook;
use super::listing::rule::{DatedRule, RuleBook, RuleSetting};
use super::listing::{claim, finding::Rule};
use super::store::listing as kept;
use super::store::listing_facts::{self as facts, CaptureRow, ListingRow, ProductRow, RightRow, SkuRow};
use crate::db::Tx;
use crate::kernel::actor::division_prefix;
use crate::kernel::clock::DAY;
use crate::kernel::{Clock, Day, Millis, Outcome};
use crate::registry::store::right::{status, term};

pub use run::Run;

/// Sales and captures of so many days are held against what was received.
const WINDOW: i64 = 365;
/// What was ordered so many days ago has been sent: until then goods may still be on their way to the seller.
const SETTLED: i64 = 30;
/// Goods received so many days ago may still be what is sold.
const RECEIVED_WITHIN: i64 = 400;
/// Rows are read for so many listings at once.
const AT_ONCE: usize = 500;

/// Everything listings are held against, read once.
#[derive(Debug)]
pub struct Bench {
    books: Books,
    products: HashMap<String, ProductRow>,
    /// Rights that count today, by product.
    rights: HashMap<String, Vec<RightRow>>,
    /// Prefixes of the divisions a product's area lies in.
    areas: HashMap<String, Vec<String>>,
    day: Day,
    now: Millis,
}

/// Prices of authorised sellers by product: seller and fen per thousand base units.
pub type Peers = HashMap<String, Vec<(String, i64)>>;

/// What the rules say of one listing.
#[derive(Debug, Clone)]
pub struct Scored {
    /// `lis_…`
    pub listing_id: String,
    /// The capture it was judged by.
    pub captured_at: Millis,
    product_id: Option<String>,
    content_hash: String,
    findings: Vec<Finding>,
}

/// One listing as it was read.
struct Read {
    row: ListingRow,
    said: Said,
    about: About,
    captured_at: Millis,
    amounts: Vec<i64>,
    sold: Option<Between>,
    settled: Option<Between>,
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

impl Bench {
    /// Reads the register and the rules of today.
    ///
    /// # Errors
    /// Only ours.
    pub async fn load<C: ConnectionTrait>(connection: &C, clock: &Clock) -> Outcome<Self> {
        let day = clock.today();
        let (products, all_rights) = facts::register(connection).await?;
        let places: HashMap<String, String> = facts::places(connection).await?.into_iter().collect();
        let mut rights: HashMap<String, Vec<RightRow>> = HashMap::new();
        for right in all_rights {
            if status(&right)?.is_protected() && term(&right).map(|term| term.on(day)).is_ok_and(|state| state.counts()) {
                rights.entry(right.product_id.clone()).or_default().push(right);
            }
        }
        let mut areas: HashMap<String, Vec<String>> = HashMap::new();
        let of_right: HashMap<String, String> =
            rights.iter().flat_map(|(id, rows)| rows.iter().map(|row| (row.id.clone(), id.clone()))).collect();
        for (right_id, code) in facts::areas(connection).await? {
            if let Some(product) = of_right.get(&right_id) {
                areas.entry(product.clone()).or_default().push(division_prefix(&code).to_owned());
            }
        }
        let named = |codes: &str| listed(codes).filter_map(|code| places.get(code).cloned()).collect::<Vec<_>>();
        let mut protected = Vec::new();
        for row in products.iter().filter(|row| rights.contains_key(&row.id)) {
            let counties: Vec<String> = listed(&row.county_codes).map(|code| division_prefix(code).to_owned()).collect();
            // Places by name may carry codes of before; then the counties are what is known.
            let known =
                areas.get(&row.id).is_some_and(|codes| codes.iter().any(|code| counties.iter().any(|county| code.starts_with(county))));
            if !known {
                areas.insert(row.id.clone(), counties);
            }
            protected.push(Protected {
                product_id: row.id.clone(),
                name: row.name.clone(),
                aliases: listed(&row.aliases.replace('；', ";")).map(str::to_owned).collect(),
                places: named(&row.county_codes).into_iter().chain(named(&row.city_codes)).collect(),
            });
        }
        let records = kept::rules(connection).await?;
        let records: Vec<DatedRule> = records.iter().filter_map(dated).collect();
        let books =
            Books { names: NameBook::new(protected), places: PlaceBook::new(places.into_values()), rules: RuleBook::on(day, &records) };
        Ok(Self { books, products: products.into_iter().map(|row| (row.id.clone(), row)).collect(), rights, areas, day, now: clock.now() })
    }

    /// Does a place lie in the area of a product, as far as either is known?
    fn is_inside(&self, product_id: &str, division_code: &str) -> bool {
        let own = division_prefix(division_code);
        self.areas.get(product_id).is_some_and(|codes| codes.iter().any(|code| own.starts_with(code.as_str()) || code.starts_with(own)))
    }

    /// Prices of authorised sellers of these products.
    ///
    /// # Errors
    /// Only ours.
    pub async fn peers<C: ConnectionTrait>(&self, connection: &C, products: Vec<String>) -> Outcome<Peers> {
        let mut peers = Peers::new();
        if products.is_empty() || !self.books.rules.asks(Rule::PriceOutsidePeers) {
            return Ok(peers);
        }
        let rows = facts::peers(connection, products, &self.day.to_string()).await?;
        for rows in rows.chunks(AT_ONCE) {
            let ids: Vec<String> = rows.iter().map(|(id, _, _)| id.clone()).collect();
            let captures = by_listing(facts::captures(connection, ids.clone()).await?, |row| row.listing_id.clone());
            let skus = by_listing(facts::skus(connection, ids).await?, |row| row.listing_id.clone());
            for (id, seller, product) in rows {
                let price = captures.get(id).and_then(|rows| rows.last()).and_then(|row| row.price_fen);
                let amount = skus.get(id).and_then(|rows| rows.iter().filter_map(|row| row.amount).min());
                if let (Some(price), Some(amount)) = (price, amount)
                    && let Some(price) = per_thousand(price, amount)
                {
                    peers.entry(product.clone()).or_default().push((seller.clone(), price));
                }
            }
        }
        Ok(peers)
    }

    /// Every product whose name is protected.
    pub fn products(&self) -> Vec<String> {
        self.rights.keys().cloned().collect()
    }

    /// Judges listings; `peers` of all products in question if they were read before.
    ///
    /// # Errors
    /// Only ours.
    pub async fn score<C: ConnectionTrait>(&self, connection: &C, rows: Vec<ListingRow>, peers: Option<&Peers>) -> Outcome<Vec<Scored>> {
        let ids: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
        let sellers: BTreeSet<String> = rows.iter().map(|row| row.seller_id.clone()).collect();
        let mut read = self.read(connection, rows).await?;
        let mut basis = standing::Basis::load(self, connection, sellers.iter().cloned().collect()).await?;
        // What a seller sold of a product is sold on all its listings; they are read only where there is something to hold it against.
        let weighed: Vec<String> = basis.weighed();
        let siblings = facts::of_sellers(connection, weighed.clone()).await?;
        let siblings: Vec<ListingRow> = siblings.into_iter().filter(|row| !ids.contains(&row.id)).collect();
        read.extend(self.read(connection, siblings).await?);
        self.sold(connection, weighed, &mut read).await?;
        for one in &read {
            basis.add_sold(&one.row.seller_id, one.about.product(&one.said), (one.sold, one.settled));
        }
        let named: BTreeSet<String> = read.iter().filter(|one| ids.contains(&one.row.id)).flat_map(|one| one.about.named.clone()).collect();
        let mut own_peers = Peers::new();
        if peers.is_none() {
            own_peers = self.peers(connection, named.into_iter().collect()).await?;
        }
        let peers = peers.unwrap_or(&own_peers);
        let judged = read.into_iter().filter(|one| ids.contains(&one.row.id)).map(|one| {
            let mut standings = basis.standings(self, &one.row.seller_id, one.about.products());
            let price = one.said.price_fen.zip(one.amounts.iter().min().copied()).and_then(|(price, amount)| per_thousand(price, amount));
            for (product, standing) in &mut standings {
                standing.price = price;
                let others = peers.get(product).into_iter().flatten().filter(|(seller, _)| *seller != one.row.seller_id);
                standing.peers = others.map(|(_, price)| *price).collect();
                standing.peers.sort_unstable();
            }
            Scored {
                findings: judge(self.day, &one.said, &one.about, &standings, &self.books),
                product_id: one.about.product(&one.said),
                content_hash: one.said.content_hash,
                captured_at: one.captured_at,
                listing_id: one.row.id,
            }
        });
        Ok(judged.collect())
    }

    async fn read<C: ConnectionTrait>(&self, connection: &C, rows: Vec<ListingRow>) -> Outcome<Vec<Read>> {
        let mut out = Vec::with_capacity(rows.len());
        for rows in rows.chunks(AT_ONCE) {
            let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
            let mut captures = by_listing(facts::captures(connection, ids.clone()).await?, |row| row.listing_id.clone());
            let mut skus = by_listing(facts::skus(connection, ids.clone()).await?, |row| row.listing_id.clone());
            let audited: HashMap<String, Option<String>> =
                kept::scores(connection, ids).await?.into_iter().map(|row| (row.listing_id, row.audited_hash)).collect();
            for row in rows {
                let seen = captures.remove(&row.id).unwrap_or_default();
                let Some(last) = seen.last() else { continue };
                let said = said(row, last, audited.get(&row.id).cloned().flatten());
                let amounts = skus.remove(&row.id).unwrap_or_default().into_iter().filter_map(|sku: SkuRow| sku.amount).collect::<Vec<_>>();
                let since = self.now - WINDOW * DAY;
                let counters: Vec<_> = seen.iter().filter(|c| c.captured_at >= since).map(|c| (c.captured_at, c.sold)).collect();
                let settled: Vec<_> = counters.iter().copied().filter(|(at, _)| *at <= self.now - SETTLED * DAY).collect();
                let amount = |counters: &[_]| sold_between(counters).zip(each(&amounts)).map(|(pieces, each)| pieces.times(each));
                let (sold, settled) = (amount(&counters), amount(&settled));
                let (about, captured_at) = (About::of(&said, &self.books.names), last.captured_at);
                out.push(Read { row: row.clone(), said, about, captured_at, amounts, sold, settled });
            }
        }
        Ok(out)
    }

    /// What order exports say was sold joins what counters say.
    async fn sold<C: ConnectionTrait>(&self, connection: &C, sellers: Vec<String>, read: &mut [Read]) -> Outcome<()> {
        if sellers.is_empty() {
            return Ok(());
        }
        let (since, until) = (self.now - WINDOW * DAY, self.now - SETTLED * DAY);
        let all = Self::lines(connection, sellers.clone(), (since, self.now)).await?;
        let settled = Self::lines(connection, sellers, (since, until)).await?;
        for one in read {
            let key = (one.row.seller_id.clone(), one.row.platform.clone(), one.row.item_id.clone());
            let each = each(&one.amounts);
            for (lines, seen) in [(&all, &mut one.sold), (&settled, &mut one.settled)] {
                if let Some((pieces, each)) = lines.get(&key).zip(each) {
                    let exported = Between { least: *pieces, most: *pieces }.times(each);
                    *seen = Some(seen.map_or(exported, |seen| seen.or(exported)));
                }
            }
        }
        Ok(())
    }

    /// Pieces that order exports say were sold within a stretch of time, by seller, platform and item.
    async fn lines<C: ConnectionTrait>(connection: &C, sellers: Vec<String>, within: (Millis, Millis)) -> Outcome<Lines> {
        let mut lines = Lines::new();
        for (seller, platform, item, pieces) in facts::sales(connection, sellers, within).await? {
            *lines.entry((seller, platform, item)).or_default() += pieces;
        }
        Ok(lines)
    }
}

/// Pieces by seller, platform and item.
type Lines = HashMap<(String, String, String), i64>;

fn each(amounts: &[i64]) -> Option<Between> {
    Some(Between { least: *amounts.iter().min()?, most: *amounts.iter().max()? })
}

fn by_listing<T>(rows: Vec<T>, id: impl Fn(&T) -> String) -> HashMap<String, Vec<T>> {
    let mut out: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        out.entry(id(&row)).or_default().push(row);
    }
    out
}

fn said(row: &ListingRow, last: &CaptureRow, audited_hash: Option<String>) -> Said {
    Said {
        title: last.title.clone(),
        claimed_product_id: row.claimed_product_id.clone(),
        claimed_product: last.claimed_product.clone(),
        details: last.details.clone(),
        origin: last.origin.clone(),
        shows: last.shows_mark.as_deref().and_then(claim::Shown::parse),
        price_fen: last.price_fen,
        content_hash: last.content_hash.clone(),
        audited_hash,
    }
}

/// A record of a rule as the rules read it; nothing if its words are of another time.
pub(super) fn dated(row: &kept::ListingRuleRow) -> Option<DatedRule> {
    let setting = RuleSetting { enabled: row.enabled, threshold: row.threshold };
    Some(DatedRule { rule: Rule::parse(&row.rule)?, from: Day::parse(&row.from_day)?, setting })
}

/// Puts what was judged in the place of what stood; only listings that were not captured since. Answers how many changed.
///
/// # Errors
/// Only ours.
pub async fn keep(tx: &Tx, scored: Vec<Scored>, at: Millis) -> Outcome<i64> {
    let mut changed = 0;
    for scored in scored.chunks(AT_ONCE) {
        let ids: Vec<String> = scored.iter().map(|one| one.listing_id.clone()).collect();
        let last: BTreeMap<String, Millis> = facts::last_captures(tx.connection(), ids.clone()).await?.into_iter().collect();
        let mut standing = by_listing(kept::findings(tx.connection(), ids, None).await?, |row| row.listing_id.clone());
        let (mut over, mut new, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for one in scored.iter().filter(|one| last.get(&one.listing_id) == Some(&one.captured_at)) {
            let (cleared, found) = kept::instead(&one.listing_id, standing.remove(&one.listing_id).unwrap_or_default(), &one.findings, at);
            changed += i64::from(!cleared.is_empty() || !found.is_empty());
            over.extend(cleared);
            new.extend(found);
            rows.push(kept::ScoreRow {
                listing_id: one.listing_id.clone(),
                product_id: one.product_id.clone(),
                content_hash: one.content_hash.clone(),
                scored_at: at,
                audited_hash: None,
                audited_at: None,
            });
        }
        kept::replace(tx, over, new, at).await?;
        kept::put_scores(tx, rows).await?;
    }
    Ok(changed)
}

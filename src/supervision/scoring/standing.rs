//! How each seller stands to each product, gathered for many sellers at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::ConnectionTrait;

use super::{Bench, RECEIVED_WITHIN};
use crate::kernel::{Day, Outcome};
use crate::registry::mark_use::Standing as UseStanding;
use crate::registry::right::Route;
use crate::registry::store::mark_use::days;
use crate::supervision::listing::claim::Mark;
use crate::supervision::listing::figure::Between;
use crate::supervision::listing::judge::{Right, Standing};
use crate::supervision::store::listing_facts::{self as facts, AuthorisationRow, MarkUseRow, SellerRow, SentTo, SuspensionRow};

/// What is known of some sellers.
pub(super) struct Basis {
    sellers: HashMap<String, SellerRow>,
    authorisations: Vec<AuthorisationRow>,
    sent: Vec<SentTo>,
    own: BTreeSet<(String, String)>,
    outputs: HashMap<(String, String), i64>,
    uses: Vec<MarkUseRow>,
    suspensions: Vec<SuspensionRow>,
    names: HashMap<String, String>,
    sold: HashMap<(String, String), Between>,
    settled: HashMap<(String, String), Between>,
    day: Day,
}

impl Basis {
    pub(super) async fn load<C: ConnectionTrait>(bench: &Bench, connection: &C, ids: Vec<String>) -> Outcome<Self> {
        let sellers = facts::sellers(connection, ids.clone()).await?;
        let organisations: Vec<String> = sellers.iter().filter_map(|row| row.organisation_id.clone()).collect();
        let names: Vec<String> = sellers.iter().map(|row| row.name.clone()).collect();
        let authorisations = facts::authorisations(connection, ids).await?;
        let since = bench.day.plus(-RECEIVED_WITHIN).to_string();
        let sent = facts::sent_to(connection, organisations.clone(), names, &since).await?;
        let own = facts::own(connection, organisations.clone()).await?.into_iter().collect();
        let season = (bench.day.year() - 1).to_string();
        let outputs = facts::outputs(connection, organisations.clone(), &season).await?;
        let producers = authorisations.iter().map(|row| row.producer_id.clone()).chain(sent.iter().map(|row| row.producer_id.clone()));
        let parties: BTreeSet<String> = producers.chain(organisations).collect();
        let parties: Vec<String> = parties.into_iter().collect();
        let (uses, suspensions) = facts::mark_uses(connection, parties.clone()).await?;
        Ok(Self {
            names: facts::names(connection, parties).await?.into_iter().collect(),
            sellers: sellers.into_iter().map(|row| (row.id.clone(), row)).collect(),
            outputs: outputs.into_iter().map(|(party, product, output)| ((party, product), output)).collect(),
            sold: HashMap::new(),
            settled: HashMap::new(),
            day: bench.day,
            authorisations,
            sent,
            own,
            uses,
            suspensions,
        })
    }

    fn is_to(seller: &SellerRow, sent: &SentTo) -> bool {
        match (&sent.consignee_id, &seller.organisation_id) {
            (Some(to), Some(own)) => to == own,
            (Some(_), None) => false,
            (None, _) => sent.consignee_name == seller.name,
        }
    }

    /// Sellers of whom something is known that sales can be held against.
    pub(super) fn weighed(&self) -> Vec<String> {
        let has = |seller: &&SellerRow| {
            let limited = self.authorisations.iter().any(|row| row.seller_id == seller.id && row.amount.is_some());
            let producer = seller.organisation_id.as_ref().is_some_and(|own| self.outputs.keys().any(|(party, _)| party == own));
            limited || producer || self.sent.iter().any(|sent| Self::is_to(seller, sent))
        };
        let mut ids: Vec<String> = self.sellers.values().filter(has).map(|row| row.id.clone()).collect();
        ids.sort();
        ids
    }

    pub(super) fn add_sold(&mut self, seller_id: &str, product: Option<String>, (sold, settled): (Option<Between>, Option<Between>)) {
        let Some(product) = product else { return };
        for (all, more) in [(&mut self.sold, sold), (&mut self.settled, settled)] {
            if let Some(more) = more {
                let all = all.entry((seller_id.to_owned(), product.clone())).or_default();
                *all = all.plus(more);
            }
        }
    }

    /// How a seller stands to these products and to all others something is known of.
    pub(super) fn standings(&self, bench: &Bench, seller_id: &str, mut products: BTreeSet<String>) -> BTreeMap<String, Standing> {
        let Some(seller) = self.sellers.get(seller_id) else { return BTreeMap::new() };
        products.extend(self.authorisations.iter().filter(|row| row.seller_id == seller_id).map(|row| row.product_id.clone()));
        products.extend(self.sent.iter().filter(|sent| Self::is_to(seller, sent)).map(|sent| sent.product_id.clone()));
        products.into_iter().map(|product| (product.clone(), self.standing(bench, seller, &product))).collect()
    }

    fn standing(&self, bench: &Bench, seller: &SellerRow, product: &str) -> Standing {
        let day = self.day.to_string();
        let given = self.authorisations.iter().filter(|row| row.seller_id == seller.id && row.product_id == product);
        let (in_force, past): (Vec<_>, Vec<_>) =
            given.filter(|row| row.from_day <= day).partition(|row| row.to_day.as_ref().is_none_or(|to| *to >= day));
        let sent: Vec<&SentTo> = self.sent.iter().filter(|sent| sent.product_id == product && Self::is_to(seller, sent)).collect();
        let own = seller.organisation_id.clone();
        let key = own.clone().map(|own| (own, product.to_owned()));
        let name = |id: &str| self.names.get(id).cloned().unwrap_or_default();
        let last = past.iter().max_by(|a, b| a.to_day.cmp(&b.to_day));
        let amounts: Option<Vec<i64>> = in_force.iter().map(|row| row.amount).collect();
        let inside = bench.is_inside(product, &seller.division_code);
        let right = |mark| self.right(bench, product, mark, own.as_deref(), &in_force, &sent);
        Standing {
            inside,
            farmer: seller.kind == "farmer",
            authorised: in_force.len(),
            authorised_amount: amounts.filter(|amounts| !amounts.is_empty()).map(|amounts| amounts.iter().sum()),
            ended: last.and_then(|row| Some((name(&row.producer_id), Day::parse(row.to_day.as_deref()?)?))),
            received: sent.iter().map(|sent| sent.amount).sum(),
            shipments: i64::try_from(sent.len()).unwrap_or(i64::MAX),
            own: key.as_ref().is_some_and(|key| self.own.contains(key) || self.outputs.contains_key(key)),
            output: key.and_then(|key| self.outputs.get(&key).copied()),
            special: right(Mark::Special),
            registered: right(Mark::Registered),
            sold: self.sold.get(&(seller.id.clone(), product.to_owned())).copied(),
            settled: self.settled.get(&(seller.id.clone(), product.to_owned())).copied(),
            peers: Vec::new(),
            price: None,
            unit: bench.products.get(product).map(|row| row.base_unit.clone()).unwrap_or_default(),
        }
    }

    /// A right of the seller itself or of a producer who authorised it, today; or of one who sent it goods, on the day they left: goods made
    /// while the right was in force stay lawful.
    fn right(&self, bench: &Bench, product: &str, mark: Mark, own: Option<&str>, given: &[&AuthorisationRow], sent: &[&SentTo]) -> Right {
        let rights = bench.rights.get(product).map(Vec::as_slice).unwrap_or_default();
        let fits = |id: &str| {
            let route = rights.iter().find(|right| right.id == id).and_then(|right| Route::parse(&right.route));
            route.is_some_and(|route| if mark == Mark::Special { route.admits_special_mark() } else { route.is_trademark() })
        };
        let parties = own.into_iter().map(|own| (own, self.day)).chain(given.iter().map(|row| (row.producer_id.as_str(), self.day)));
        let senders = sent.iter().filter_map(|sent| Some((sent.producer_id.as_str(), Day::parse(&sent.sent_on)?)));
        let mut ended = Right::None;
        for (party, on) in parties.chain(senders) {
            for row in self.uses.iter().filter(|row| row.organisation_id == party && fits(&row.right_id)) {
                let Ok(days) = days(row, &self.suspensions) else { continue };
                let (last, suspended) = match days.on(on) {
                    UseStanding::InForce(_) => return Right::InForce,
                    UseStanding::Suspended(since) => (since.plus(-1), true),
                    UseStanding::Ended(last) => (last, false),
                    UseStanding::NotYet(_) => continue,
                };
                ended = Right::Ended { party: self.names.get(party).cloned().unwrap_or_default(), last, suspended };
            }
        }
        ended
    }
}

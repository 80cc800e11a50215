//! 查询: whatever an officer types, scans or photographs on site, and what it leads to. Only looks; what is out of reach reads like what is
//! not there.

use crate::db::Db;
use crate::identity::role::Permission as P;
use crate::identity::store::organisation_coded;
use crate::kernel::{Actor, Failure, FailureKind, Millis, Outcome, text};
use crate::supervision::store::unknown::{self, UnknownCodeRow};
use crate::supervision::store::{case, case::CaseRow};
use crate::trace::Code;
use crate::trace::batch::BatchFilter;
use crate::trace::keys::KeyProvider;
use crate::trace::queries::batch::{BatchView, batches};
use crate::trace::queries::code::{CodeView, code_view};
use crate::trace::queries::lookup::{History, history, order_numbered};
use crate::trade::queries::SellerView;
use crate::trade::shown::{ListingFound, listings_named, sellers_coded};

/// A code with everything that is known of it.
#[derive(Debug, Clone)]
pub struct CodeFound {
    /// What it stands for and how it stands.
    pub view: CodeView,
    /// Scans, shipments, stops, recalls.
    pub history: History,
    /// Cases within reach that link it, its batch or its order.
    pub cases: Vec<CaseRow>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// A code.
    pub code: Option<Box<CodeFound>>,
    /// It has the form of a code, and none within reach is so.
    pub is_code: bool,
    /// Batches of this lot.
    pub batches: Vec<BatchView>,
    /// The order of this number.
    pub order: Option<String>,
    /// The organisation of this credit code: id and name.
    pub organisation: Option<(String, String)>,
    /// Sellers of this credit code or name.
    pub sellers: Vec<SellerView>,
    /// Listings of this address or item.
    pub listings: Vec<ListingFound>,
    /// The same number, met by officers before.
    pub met: Vec<UnknownCodeRow>,
}

impl Found {
    /// Nothing at all.
    pub fn is_empty(&self) -> bool {
        self.code.is_none()
            && self.batches.is_empty()
            && self.order.is_none()
            && self.organisation.is_none()
            && self.sellers.is_empty()
            && self.listings.is_empty()
    }
}

/// What was typed, without what surrounds it: the end of an address of ours is the code.
pub fn plain(typed: &str) -> String {
    let cleaned = text::clean(typed);
    let path = cleaned.split(['?', '#']).next().unwrap_or_default();
    match path.rsplit_once('/') {
        Some((before, last)) if before.ends_with("/Q") || before.ends_with("/q") => last.to_owned(),
        _ => cleaned,
    }
}

/// Looks up what was typed. `acting` is the reader's own standing for a permission: what it may not read is not looked for.
///
/// # Errors
/// Only ours.
pub async fn look_up(db: &Db, keys: &dyn KeyProvider, now: Millis, typed: &str, acting: impl Fn(P) -> Option<Actor>) -> Outcome<Found> {
    let wanted = plain(typed);
    let mut found = Found { is_code: Code::parse(&wanted).is_ok(), ..Found::default() };
    if wanted.is_empty() {
        return Ok(found);
    }
    if let Some(actor) = acting(P::CodeRead).filter(|_| found.is_code) {
        match code_view(db, keys, &actor, now, &wanted).await {
            Ok(view) => found.code = Some(Box::new(whole(db, view, &acting).await?)),
            Err(failure) if failure.kind == FailureKind::NotFound => {}
            Err(failure) => return Err(failure),
        }
    }
    if let Some(actor) = acting(P::BatchRead).filter(|_| !found.is_code) {
        let filter = BatchFilter { lot: Some(wanted.clone()), ..BatchFilter::default() };
        found.batches = batches(db, &actor, &filter, None, Some(20)).await?.0;
    }
    if let (Some(actor), Ok(no)) = (acting(P::CodeOrderRead), wanted.parse::<i64>()) {
        found.order = order_numbered(db, &actor, no).await?;
    }
    if let Some(actor) = acting(P::OrganisationRead) {
        let row = organisation_coded(db.reader(), &wanted.to_uppercase()).await?;
        let reached = row.filter(|row| actor.scope.reaches_organisation(&row.id, Some(&row.division_code)));
        found.organisation = reached.map(|row| (row.id, row.name));
    }
    if let Some(actor) = acting(P::SellerRead) {
        found.sellers = sellers_coded(db, &actor, &wanted).await?;
    }
    if let Some(actor) = acting(P::ListingRead).filter(|_| !found.is_code) {
        found.listings = listings_named(db, &actor, &wanted).await?;
    }
    if let Some(actor) = acting(P::CaseRead) {
        found.met = unknown::met(db.reader(), &actor.scope, &wanted).await?;
    }
    Ok(found)
}

async fn whole(db: &Db, view: CodeView, acting: &impl Fn(P) -> Option<Actor>) -> Outcome<CodeFound> {
    let history = history(db, &view, acting(P::ShipmentRead).is_some()).await?;
    let mut cases = Vec::new();
    if let Some(actor) = acting(P::CaseRead) {
        let batch = view.batch.as_ref().map(|batch| batch.id.as_str());
        let mut ids: Vec<String> = Vec::new();
        for subject in [Some(view.code.as_str()), batch, Some(view.order_id.as_str())].into_iter().flatten() {
            ids.extend(case::linking(db.reader(), subject).await?);
        }
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            match case::one(db.reader(), &actor.scope, &id).await {
                Ok(row) => cases.push(row),
                Err(failure) if is_hidden(&failure) => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    Ok(CodeFound { view, history, cases })
}

/// Another county's case is not there for this reader.
fn is_hidden(failure: &Failure) -> bool {
    failure.kind == FailureKind::NotFound
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn the_end_of_an_address_of_ours_is_the_code() {
        assert_eq!(plain(" https://gi.example.cn/Q/ABCDE12345ABCDE12345 "), "ABCDE12345ABCDE12345");
        assert_eq!(plain("https://gi.example.cn/q/ABCDE?lang=en"), "ABCDE");
        assert_eq!(
            plain("https://item.example.com/shop/12?id=3"),
            "https://item.example.com/shop/12?id=3",
            "another's address stays whole"
        );
        assert_eq!(plain("2026-YL-01"), "2026-YL-01");
    }
}

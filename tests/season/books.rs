//! The books kept beside the platform's: what every account and every batch must show, by what was done. Nothing here reads the database
//! but [`Books::agree`].

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::EntityTrait;
use yanzhao::db::Db;
use yanzhao::entity::{batch, season_account};

/// Figures of an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Account {
    pub approved: i64,
    pub received: i64,
    pub adjusted: i64,
    pub remaining: i64,
    pub held: i64,
    pub released: i64,
    pub uncoded: i64,
    pub exported: i64,
    pub lost: i64,
    pub downgraded: i64,
    pub delivered: i64,
    pub lapsed: i64,
    pub seized: i64,
    pub pending: i64,
    pub reserved: i64,
    pub coded: i64,
    pub burned: i64,
}

impl Account {
    /// What codes may still be ordered for.
    pub fn free(&self) -> i64 {
        self.remaining + self.held + self.released - self.reserved - self.coded - self.burned
    }
    fn of(row: &season_account::Model) -> Self {
        assert_eq!((row.carried, row.opening, row.processed, row.own_use), (0, 0, 0, 0), "nothing of this kind is done here");
        Self {
            approved: row.approved,
            received: row.received,
            adjusted: row.adjusted,
            remaining: row.remaining,
            held: row.held,
            released: row.released,
            uncoded: row.uncoded,
            exported: row.exported,
            lost: row.lost,
            downgraded: row.downgraded,
            delivered: row.delivered,
            lapsed: row.lapsed,
            seized: row.seized,
            pending: row.pending,
            reserved: row.reserved,
            coded: row.coded,
            burned: row.burned,
        }
    }
}

/// Figures of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lot {
    pub covered: i64,
    pub coded: i64,
    pub moved: i64,
    pub gone: i64,
    pub seized: i64,
}

impl Lot {
    /// Neither coded nor gone.
    pub fn loose(&self) -> i64 {
        self.covered - self.coded - self.moved - self.gone - self.seized
    }
}

/// A batch as it is known here.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: String,
    /// Which buyer's.
    pub buyer: usize,
    pub lot: Lot,
    /// The batches it was made of.
    pub parents: Vec<String>,
}

/// All books.
#[derive(Debug, Default)]
pub struct Books {
    /// By party.
    pub accounts: BTreeMap<String, Account>,
    pub batches: Vec<Known>,
}

impl Books {
    pub fn account(&mut self, party: &str) -> &mut Account {
        self.accounts.entry(party.to_owned()).or_default()
    }
    pub fn batch(&mut self, id: &str) -> &mut Known {
        self.batches.iter_mut().find(|b| b.id == id).expect("a batch of these books")
    }
    /// The batch itself and everything made of it, found by walking, not by what the platform keeps.
    pub fn descendants(&self, id: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([id.to_owned()]);
        loop {
            let more: Vec<String> = self
                .batches
                .iter()
                .filter(|b| !found.contains(&b.id) && b.parents.iter().any(|p| found.contains(p)))
                .map(|b| b.id.clone())
                .collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }
    /// The platform's tables show exactly this; and what is released is what the batches still stand for.
    pub async fn agree(&self, db: &Db, after: &str) {
        let rows = season_account::Entity::find().all(db.reader()).await.unwrap();
        assert_eq!(rows.len(), self.accounts.len(), "accounts after {after}");
        let parties: BTreeMap<String, String> = rows.iter().map(|row| (row.id.clone(), row.party_id.clone())).collect();
        for row in &rows {
            let shown = Account::of(row);
            assert_eq!(Some(&shown), self.accounts.get(&row.party_id), "account of {} after {after} (left: the platform)", row.party_id);
            let came = shown.approved + shown.received + shown.adjusted;
            let is = shown.remaining + shown.held + shown.released;
            let went = shown.uncoded + shown.exported + shown.lost + shown.downgraded + shown.delivered + shown.lapsed + shown.seized;
            assert_eq!(came, is + went, "what came is there or went, account of {} after {after}", row.party_id);
            assert!(shown.free() >= 0, "more codes than goods, account of {} after {after}", row.party_id);
        }
        let rows = batch::Entity::find().all(db.reader()).await.unwrap();
        assert_eq!(rows.len(), self.batches.len(), "batches after {after}");
        let mut released: BTreeMap<&str, i64> = BTreeMap::new();
        for row in &rows {
            let known = self.batches.iter().find(|b| b.id == row.id).unwrap_or_else(|| panic!("batch {} is not in the books", row.lot));
            let shown = Lot { covered: row.covered, coded: row.coded, moved: row.moved, gone: row.gone, seized: row.seized };
            assert_eq!(shown, known.lot, "batch {} after {after} (left: the platform)", row.lot);
            assert!(shown.loose() >= 0);
            if row.released_at.is_some() {
                *released.entry(&parties[&row.account_id]).or_default() += row.covered - row.moved - row.gone - row.seized;
            }
        }
        for (party, account) in &self.accounts {
            assert_eq!(account.released, released.get(party.as_str()).copied().unwrap_or(0), "released of {party} after {after}");
        }
    }
}

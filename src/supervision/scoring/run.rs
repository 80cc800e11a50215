//! A run over all listings, a chunk of sellers at a time: judged outside the transaction, written in a short one, so that nobody else's
//! write waits. Where it stands is in its row: another process goes on from there.

use super::{Bench, Peers, keep};
use crate::db::Db;
use crate::kernel::{Clock, Outcome};
use crate::supervision::store::listing::{self as store, RescoreRow};
use crate::supervision::store::listing_facts as facts;

/// Listings of a chunk, about: a seller's are never parted.
const CHUNK: i64 = 500;

/// A run with all it needs from chunk to chunk.
#[derive(Debug)]
pub struct Run {
    bench: Bench,
    peers: Peers,
    row: RescoreRow,
}

impl Run {
    /// The run that waits or is not finished, if there is one.
    ///
    /// # Errors
    /// Only ours.
    pub async fn begin(db: &Db, clock: &Clock) -> Outcome<Option<Self>> {
        let Some(row) = store::running(db.reader()).await? else { return Ok(None) };
        let bench = Bench::load(db.reader(), clock).await?;
        let peers = bench.peers(db.reader(), bench.products()).await?;
        Ok(Some(Self { bench, peers, row }))
    }

    /// Does one chunk; says how far it has come, and is finished when `finished_at` is set. Where another process took the chunk it goes on
    /// from there.
    ///
    /// # Errors
    /// Only ours.
    pub async fn step(&mut self, db: &Db, clock: &Clock) -> Outcome<&RescoreRow> {
        let next = facts::next_sellers(db.reader(), &self.row.last_id, 500).await?;
        let (mut sellers, mut listings) = (Vec::new(), 0);
        for (seller, count) in next {
            if listings >= CHUNK {
                break;
            }
            listings += count;
            sellers.push(seller);
        }
        let mut to = self.row.clone();
        match sellers.last() {
            Some(last) => last.clone_into(&mut to.last_id),
            None => to.finished_at = Some(clock.now()),
        }
        let rows = if sellers.is_empty() { Vec::new() } else { facts::of_sellers(db.reader(), sellers).await? };
        let scored = self.bench.score(db.reader(), rows, Some(&self.peers)).await?;
        to.done += listings;
        to.total = to.total.max(to.done);
        to.moved_at = clock.now();
        let (from, at) = (self.row.clone(), clock.now());
        let moved = db
            .write(move |tx| {
                let (from, mut to, scored) = (from.clone(), to.clone(), scored.clone());
                Box::pin(async move {
                    to.changed += keep(tx, scored, at).await?;
                    Ok(store::move_rescore(tx, &from, &to).await?.then_some(to))
                })
            })
            .await?;
        match moved {
            Some(to) => self.row = to,
            None => match store::running(db.reader()).await? {
                Some(row) => self.row = row,
                None => self.row.finished_at = Some(clock.now()),
            },
        }
        Ok(&self.row)
    }
}

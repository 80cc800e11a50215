//! The mass-balance board against the books kept here, and that honest people never make it red: hail, a bumper year, returns, relabelling,
//! seizures, a recall and the closing day are all in a season.

use std::collections::BTreeSet;

use yanzhao::supervision::balance::{Amount, Figure, Impossible};
use yanzhao::supervision::board::boards;
use yanzhao::trace::queries::balance::Wanted;

use crate::year::{CARTON, Goods, Year};

impl Year {
    /// Every figure of the board is what the books say, and nothing is impossible.
    pub async fn board_agrees(&mut self, after: &str) {
        let found = boards(&self.world.db, &self.office.actor, Wanted::default(), &self.world.clock).await.unwrap();
        assert_eq!(found.len(), 1, "one product and season, after {after}");
        let board = &found[0];
        for buyer in &self.buyers {
            let line = board.lines.iter().find(|line| line.books.producer_id == buyer.id).expect("a line of the board");
            let red: Vec<&str> = line.row.impossible.iter().map(|found| found.what.word()).collect();
            assert_eq!(red, Vec::<&str>::new(), "honest people after {after}: {:?}", line.books);
            let number = self.buyers.iter().position(|other| other.id == buyer.id).unwrap();
            let lots = || self.books.batches.iter().filter(|batch| batch.buyer == number);
            let account = self.books.accounts[&buyer.id];
            let shown = |figure: Figure| match line.row.figure(figure) {
                Amount::Is(amount) => amount,
                Amount::Between(..) | Amount::Unknown(_) => 0,
            };
            assert_eq!(shown(Figure::May), account.approved + account.adjusted, "may be, after {after}");
            assert_eq!(shown(Figure::Received), account.received, "received, after {after}");
            let primary: i64 = lots().filter(|batch| batch.parents.is_empty()).map(|batch| batch.lot.covered).sum();
            assert_eq!(shown(Figure::Registered), primary, "registered, after {after}");
            assert_eq!(shown(Figure::Coded), lots().map(|batch| batch.lot.coded).sum::<i64>(), "coded, after {after}");
            assert_eq!(line.books.packed, lots().map(|batch| batch.lot.covered - batch.lot.moved).sum::<i64>(), "packed, after {after}");
            let out = |goods: &Goods| match goods {
                Goods::Labels { first, last, .. } => (last - first + 1) * CARTON,
                Goods::Loose(amount) => *amount,
            };
            assert_eq!(shown(Figure::Shipped), buyer.sent.iter().map(|sent| out(&sent.what)).sum::<i64>(), "shipped, after {after}");
            assert_eq!(line.row.look.iter().any(|found| found.what.word() == "pending"), account.pending > 0, "pending, after {after}");
        }
        let (sums, row) = board.growers.as_ref().expect("growers of the board");
        let growers = || self.books.accounts.iter().filter(|(id, _)| id.starts_with("gro_")).map(|(_, account)| account);
        assert_eq!(i64::try_from(growers().count()).unwrap(), sums.households);
        assert_eq!(row.figure(Figure::May), Amount::Is(growers().map(|a| a.approved + a.adjusted).sum()), "growers may, after {after}");
        assert_eq!(row.figure(Figure::Received), Amount::Is(growers().map(|a| a.delivered).sum()), "growers delivered, after {after}");
        assert!(row.impossible.is_empty());
    }

    /// Each relation goes red when its books are bent by hand, and only then; last, since nothing is whole afterwards.
    pub async fn bent_books_turn_red(&mut self) {
        let buyer = self.buyers[0].id.clone();
        let rich = self.books.batches.iter().filter(|b| b.buyer == 0).max_by_key(|b| b.lot.coded).expect("a coded batch").id.clone();
        // What the tables themselves refuse (an account that does not balance, a batch with more coded than covered) can't be bent here;
        // the truth table of the pure part holds those.
        for (what, sql) in [
            (Impossible::ActivatedUnreleased, format!("UPDATE batch SET released_at = NULL WHERE id = '{rich}'")),
            (
                Impossible::ReceivedOverDelivered,
                format!("UPDATE delivery SET covered = 0, pending = amount, used = 0 WHERE buyer_id = '{buyer}'"),
            ),
            (Impossible::ActivatedOverCoded, format!("UPDATE batch SET coded = 0 WHERE id = '{rich}'")),
            (Impossible::ShippedOverPacked, "UPDATE shipment_line SET amount = amount * 100000, returned = 0".to_owned()),
            (
                Impossible::RegisteredOverMay,
                format!(
                    "UPDATE batch SET covered = covered * 1000, amount = covered * 1000 + pending WHERE producer_id = '{buyer}' AND process_id IS NULL"
                ),
            ),
        ] {
            self.world.tamper(&sql).await;
            let found = boards(&self.world.db, &self.office.actor, Wanted::default(), &self.world.clock).await.unwrap();
            let line = found[0].lines.iter().find(|line| line.books.producer_id == buyer).unwrap();
            let red: BTreeSet<&str> = line.row.impossible.iter().map(|found| found.what.word()).collect();
            assert!(red.contains(what.word()), "{} is not seen: {red:?}", what.word());
        }
    }
}

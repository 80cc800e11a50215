//! 质量平衡: what may be, what came in, what was registered, coded, put to use, shipped, scanned and sold, beside each other. Pure part.
//!
//! Three answers that are never mixed. **Impossible** (red): two figures of our own books that can't both be true, whatever honest people
//! do; each with its reason. **Look** (amber): a person should look; there are honest reasons for all of them. **Unknown** (数据不足): a
//! figure nobody can know here; it is never shown as nought, and what is not known is never said to be in order.

use crate::trace::queries::balance::{Books, GrowerSums};
use crate::trace::words;
use crate::trade::declared::Declared;

words! {
    /// The figures in the order of the goods.
    Figure {
        /// 可产: approved output, with what was carried over and corrected.
        May = "may",
        /// 交售: deliveries covered.
        Received = "received",
        /// 登记: batches.
        Registered = "registered",
        /// 赋码: under codes.
        Coded = "coded",
        /// 启用: labels in use.
        Activated = "activated",
        /// 出库: shipped, less what came back.
        Shipped = "shipped",
        /// 查验: codes scanned, each once.
        Scanned = "scanned",
        /// 上架销量: what listings of the producer and of the sellers it authorised say.
        Sold = "sold",
    }
}

words! {
    /// What can't be true.
    Impossible {
        /// More stands in batches than was approved and came in: registering takes from the account.
        RegisteredOverMay = "registered_over_may",
        /// More is under codes than batches hold: binding takes from the batch.
        CodedOverPacked = "coded_over_packed",
        /// More labels are in use than goods are under codes: only bound labels can be put to use.
        ActivatedOverCoded = "activated_over_coded",
        /// Labels are in use on a batch that was never released.
        ActivatedUnreleased = "activated_unreleased",
        /// More left the house than batches ever held, less what came back.
        ShippedOverPacked = "shipped_over_packed",
        /// More codes were scanned than were printed: a code that was not issued has no history.
        ScannedOverPrinted = "scanned_over_printed",
        /// The account says more came in than the deliveries do.
        ReceivedOverDelivered = "received_over_delivered",
        /// What came is not what is there and what went: the account's own sum.
        BooksUnequal = "books_unequal",
        /// Growers delivered more than they were approved for.
        DeliveredOverMay = "delivered_over_may",
    }
}

words! {
    /// What a person should look at.
    Look {
        /// 待核: happened and not covered.
        Pending = "pending",
        /// Nearly all is coded or ordered for (R15).
        NearlyUsed = "nearly_used",
        /// Many labels lie about (R18).
        ManyOnHand = "many_on_hand",
        /// Labels that are not in use were scanned.
        ScannedIdle = "scanned_idle",
        /// More goods were scanned than shipped.
        ScannedOverShipped = "scanned_over_shipped",
        /// Listings say more was sold than left the house.
        SoldOverShipped = "sold_over_shipped",
        /// Far above the three years before.
        StandsOut = "stands_out",
    }
}

words! {
    /// Why a figure is not known.
    Unknown {
        /// No account: nobody has approved an output.
        NoAccount = "no_account",
        /// The output rests on land, and no land is on record.
        NoLand = "no_land",
        /// Nothing registered yet.
        NoBatches = "no_batches",
        /// The producer keeps no shipments here.
        NoShipments = "no_shipments",
        /// Nobody has scanned anything yet.
        NoScans = "no_scans",
        /// No listing of its own has shown its sales.
        NoListings = "no_listings",
        /// Items are known, but not how much one holds.
        NoPacks = "no_packs",
        /// Not for this reader: shipments and sales are the producer's with its customers.
        NotYours = "not_yours",
    }
}

words! {
    /// How a row stands, the worst first.
    Standing {
        /// Something can't be true.
        Impossible = "impossible",
        /// Somebody should look.
        Look = "look",
        /// Not all is known; what is known fits.
        Unknown = "unknown",
        /// Everything is known, and it fits.
        Fits = "fits",
    }
}

/// A figure: known as an amount or a range, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Known.
    Is(i64),
    /// Between the two.
    Between(i64, i64),
    /// Not known, and why.
    Unknown(Unknown),
}

impl Amount {
    /// The least it is, if it is known.
    pub fn least(self) -> Option<i64> {
        match self {
            Self::Is(amount) | Self::Between(amount, _) => Some(amount),
            Self::Unknown(_) => None,
        }
    }
    /// The most it is, if it is known.
    pub fn most(self) -> Option<i64> {
        match self {
            Self::Is(amount) | Self::Between(_, amount) => Some(amount),
            Self::Unknown(_) => None,
        }
    }
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Is(a), Self::Is(b)) => Self::Is(a + b),
            (Self::Unknown(_), known) | (known, Self::Unknown(_)) => known,
            (a, b) => Self::Between(a.least().unwrap_or(0) + b.least().unwrap_or(0), a.most().unwrap_or(0) + b.most().unwrap_or(0)),
        }
    }
}

/// What was found, with the two figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<T> {
    /// What.
    pub what: T,
    /// The figure that is too much.
    pub figure: i64,
    /// What it is held against.
    pub against: i64,
}

/// A row of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The figures, in their order.
    pub figures: Vec<(Figure, Amount)>,
    /// What can't be true.
    pub impossible: Vec<Found<Impossible>>,
    /// What to look at.
    pub look: Vec<Found<Look>>,
}

impl Row {
    /// One figure.
    pub fn figure(&self, wanted: Figure) -> Amount {
        self.figures.iter().find(|(figure, _)| *figure == wanted).map_or(Amount::Unknown(Unknown::NoBatches), |(_, amount)| *amount)
    }
    /// How it stands.
    pub fn standing(&self) -> Standing {
        if !self.impossible.is_empty() {
            Standing::Impossible
        } else if !self.look.is_empty() {
            Standing::Look
        } else if self.figures.iter().any(|(_, amount)| matches!(amount, Amount::Unknown(_))) {
            Standing::Unknown
        } else {
            Standing::Fits
        }
    }
    /// Why figures are not known, each reason once.
    pub fn unknown(&self) -> Vec<Unknown> {
        let mut out = Vec::new();
        for (_, amount) in &self.figures {
            if let Amount::Unknown(why) = amount
                && !out.contains(why)
            {
                out.push(*why);
            }
        }
        out
    }
}

/// What the board looks at beside the books.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beside {
    /// What listings say.
    pub sales: Option<Declared>,
    /// Far above the three years before.
    pub stands_out: Option<(i64, i64)>,
    /// Is the reader shown what went to customers?
    pub sees_trade: bool,
}

/// Two figures that can't both be true.
pub fn impossible(books: &Books) -> Vec<Found<Impossible>> {
    let came = books.may + books.received;
    let rules = [
        (Impossible::RegisteredOverMay, books.registered, came),
        (Impossible::CodedOverPacked, books.coded, books.packed),
        (Impossible::ActivatedOverCoded, books.activated, books.coded),
        (Impossible::ActivatedUnreleased, books.unreleased, 0),
        (Impossible::ShippedOverPacked, books.shipped, books.packed),
        (Impossible::ScannedOverPrinted, books.scanned_codes, books.printed),
        (Impossible::ReceivedOverDelivered, books.received, books.delivered),
    ];
    let mut found: Vec<_> = rules
        .into_iter()
        .filter(|(_, figure, against)| figure > against)
        .map(|(what, figure, against)| Found { what, figure, against })
        .collect();
    let is = books.remaining + books.in_batches + books.elsewhere;
    if books.has_account && is != came {
        found.push(Found { what: Impossible::BooksUnequal, figure: is, against: came });
    }
    found
}

/// Nine tenths and a half of something: when nearly all is used.
const NEARLY: i64 = 95;
/// A fifth: when many labels lie about.
const MANY: i64 = 20;

fn share_over(part: i64, whole: i64, percent: i64) -> bool {
    whole > 0 && i128::from(part) * 100 >= i128::from(whole) * i128::from(percent)
}

/// What a person should look at.
pub fn look(books: &Books, beside: &Beside, sold: Amount) -> Vec<Found<Look>> {
    let came = books.may + books.received;
    let used = books.coded + books.reserved;
    let mut found = Vec::new();
    let mut add = |so: bool, what, figure, against| {
        if so {
            found.push(Found { what, figure, against });
        }
    };
    add(books.pending > 0, Look::Pending, books.pending, 0);
    add(share_over(used, came, NEARLY), Look::NearlyUsed, used, came);
    add(share_over(books.on_hand_amount, came, MANY), Look::ManyOnHand, books.on_hand_amount, came);
    add(books.scanned_idle > 0, Look::ScannedIdle, books.scanned_idle, 0);
    if beside.sees_trade {
        let keeps = books.shipments > 0;
        add(keeps && books.scanned > books.shipped, Look::ScannedOverShipped, books.scanned, books.shipped);
        // Where no shipments are kept, what could have been sold is what batches held.
        let could = if keeps { books.shipped } else { books.packed };
        let least = sold.least().unwrap_or(0);
        add(least > could, Look::SoldOverShipped, least, could);
    }
    if let Some((figure, against)) = beside.stands_out {
        add(true, Look::StandsOut, figure, against);
    }
    found
}

/// What listings say as goods: by their specifications, else items times the smallest and the largest pack the producer has registered.
fn sold(books: &Books, beside: &Beside) -> Amount {
    match (beside.sees_trade, beside.sales.filter(|sales| sales.listings > 0)) {
        (false, _) => Amount::Unknown(Unknown::NotYours),
        (_, None) => Amount::Unknown(Unknown::NoListings),
        (_, Some(sales)) => {
            let (low, high) = sales.unsized_items;
            match books.packs {
                None if high > 0 => Amount::Unknown(Unknown::NoPacks),
                packs => {
                    let (least, most) = packs.unwrap_or((0, 0));
                    Amount::Between(
                        sales.sized.0.saturating_add(low.saturating_mul(least)),
                        sales.sized.1.saturating_add(high.saturating_mul(most)),
                    )
                }
            }
        }
    }
}

/// A producer's row.
pub fn row(books: &Books, beside: &Beside) -> Row {
    let sold = sold(books, beside);
    let known = |so: bool, amount: i64, why: Unknown| if so { Amount::Is(amount) } else { Amount::Unknown(why) };
    let may = match (books.has_account, books.rests_on_land && books.plots == 0) {
        (false, _) => Amount::Unknown(Unknown::NoAccount),
        (true, true) => Amount::Unknown(Unknown::NoLand),
        (true, false) => Amount::Is(books.may),
    };
    let shipped = if beside.sees_trade {
        known(books.shipments > 0, books.shipped, Unknown::NoShipments)
    } else {
        Amount::Unknown(Unknown::NotYours)
    };
    let figures = vec![
        (Figure::May, may),
        (Figure::Received, Amount::Is(books.received)),
        (Figure::Registered, known(books.batches > 0, books.registered, Unknown::NoBatches)),
        (Figure::Coded, known(books.batches > 0, books.coded, Unknown::NoBatches)),
        (Figure::Activated, known(books.batches > 0, books.activated, Unknown::NoBatches)),
        (Figure::Shipped, shipped),
        (Figure::Scanned, known(books.scanned_codes > 0, books.scanned, Unknown::NoScans)),
        (Figure::Sold, sold),
    ];
    Row { figures, impossible: impossible(books), look: look(books, beside, sold) }
}

/// The growers of a product: what they may bear and what they delivered.
pub fn growers_row(sums: &GrowerSums) -> Row {
    let may = if sums.without_land == sums.households { Amount::Unknown(Unknown::NoLand) } else { Amount::Is(sums.may) };
    let (mut impossible, mut look) = (Vec::new(), Vec::new());
    if sums.delivered > sums.may {
        impossible.push(Found { what: Impossible::DeliveredOverMay, figure: sums.delivered, against: sums.may });
    }
    if sums.pending > 0 {
        look.push(Found { what: Look::Pending, figure: sums.pending, against: 0 });
    }
    Row { figures: vec![(Figure::May, may), (Figure::Received, Amount::Is(sums.delivered))], impossible, look }
}

/// A product's own row: the sum of what is known, growers' output and producers' own; deliveries are counted once, where they came in.
pub fn total(rows: &[Row], growers: Option<&Row>) -> Vec<(Figure, Amount)> {
    let of = |figure: Figure| {
        let mut known = rows.iter().map(|row| row.figure(figure)).collect::<Vec<_>>();
        if figure == Figure::May {
            known.extend(growers.map(|row| row.figure(figure)));
        }
        known.into_iter().reduce(Amount::and).unwrap_or(Amount::Unknown(Unknown::NoBatches))
    };
    Figure::ALL.iter().map(|figure| (*figure, of(*figure))).collect()
}

#[cfg(test)]
mod tests;

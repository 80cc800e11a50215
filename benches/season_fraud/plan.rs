//! What a season consists of: people, land, goods, and what is done on which day. Indices point into the vectors of [`Plan`]; nothing here
//! knows the platform.

use super::truth::Fraud;

/// Days since the first day of the plan, 1 August 2026.
pub type DayNo = u32;

/// The last day of the plan: 31 May 2027.
pub const LAST: DayNo = 303;
/// First and last day of the product's harvest: 20 August to 31 October.
pub const SEASON: (DayNo, DayNo) = (19, 91);
/// The most a 亩 may bear, in grams.
pub const CAP: u64 = 2_500_000;

/// Who packs and sells.
#[derive(Debug, Clone, PartialEq)]
pub struct Producer {
    /// Grams in one pack.
    pub pack_g: u64,
    /// Has a cold store, so that it packs until spring.
    pub cold_store: bool,
    /// Writes deliveries down some days later.
    pub late: bool,
    /// Sells at the gate without writing shipments down.
    pub gate: bool,
    /// Tests labels by scanning them before goods leave.
    pub checks: bool,
    /// Where it sends goods, indices of shops.
    pub shops: Vec<usize>,
    /// Its growers.
    pub growers: Vec<usize>,
}

/// A household with one plot.
#[derive(Debug, Clone, PartialEq)]
pub struct Grower {
    pub producer: usize,
    pub village: usize,
    /// What the plot measures, in square metres.
    pub real_m2: u64,
    /// What is declared.
    pub declared_m2: u64,
    /// The plot has a drawn boundary; it lies on that of this other grower, if one is named.
    pub drawn: bool,
    pub lies_on: Option<usize>,
    /// Grams it may sell: what is approved of what is declared.
    pub account_g: u64,
    /// Grams it has delivered so far in the plan.
    pub given_g: u64,
}

/// Goods packed under one lot number.
#[derive(Debug, Clone, PartialEq)]
pub struct Lot {
    pub producer: usize,
    pub weight_g: u64,
    /// What is written as days of harvest where it is not what the deliveries say; days may lie before the plan.
    pub harvest: Option<(i64, i64)>,
    /// Lies in the producer's cold store.
    pub stored: bool,
    /// Packed from what was delivered last, not first.
    pub newest: bool,
}

/// What the labels of a roll are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollKind {
    /// One for each pack.
    Unit,
    /// One for a whole lot, on posters and slips.
    Batch,
    /// For shelves and livestreams.
    Sample,
}

/// Labels ordered together.
#[derive(Debug, Clone, PartialEq)]
pub struct Roll {
    pub producer: usize,
    pub lot: Option<usize>,
    pub kind: RollKind,
    pub count: u32,
    pub spare: u32,
    /// Ordered before the lot was there, bound later.
    pub ahead: bool,
}

/// Somebody goods are sent to.
#[derive(Debug, Clone, PartialEq)]
pub struct Shop {
    /// Index into `people::CITIES`.
    pub city: usize,
    /// Sends parcels to the whole country.
    pub parcels: bool,
    /// Staff scan every pack when it comes.
    pub scans_in: bool,
    /// Staff count the stock by scanning, so often a month.
    pub counts: bool,
    /// The seller on platforms it is, if it is one.
    pub seller: Option<usize>,
    /// Its own telephone, or handheld.
    pub device: Device,
}

/// Address and make of what somebody scans with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub address: u32,
    pub agent: u16,
}

/// Packs on their way.
#[derive(Debug, Clone, PartialEq)]
pub struct Shipment {
    pub roll: usize,
    pub first: u32,
    pub last: u32,
    pub shop: usize,
}

/// Who sells on a platform: a shop, or a producer itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Seller {
    pub producer: Option<usize>,
    pub shop: Option<usize>,
}

/// An item on a platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    pub seller: usize,
    /// Whose goods.
    pub producer: usize,
    /// Grams in what is sold.
    pub pack_g: u64,
    pub price_fen: i64,
    /// Packs that came to the seller in the whole season, in truth; the authorisation names as many.
    pub came: u64,
}

/// Something somebody does. Within a day acts happen in the order of these variants.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A grower delivers; it happened so many days before it is written down.
    Deliver {
        grower: usize,
        grams: u64,
        late: u32,
    },
    /// A lot is packed and registered.
    Pack {
        lot: usize,
    },
    /// Labels are ordered.
    Order {
        roll: usize,
    },
    /// A roll that was ordered ahead goes on a lot.
    Bind {
        roll: usize,
    },
    /// Labels come into use.
    Activate {
        roll: usize,
        first: u32,
        last: u32,
    },
    /// Labels are reported `damaged`, `lost` or `stolen`.
    Void {
        roll: usize,
        first: u32,
        last: u32,
        reason: &'static str,
    },
    /// Labels nobody needs go back.
    Surplus {
        roll: usize,
        first: u32,
        last: u32,
    },
    Send {
        shipment: usize,
    },
    Receive {
        shipment: usize,
    },
    /// Packs come back to be sold again.
    TakeBack {
        shipment: usize,
        first: u32,
        last: u32,
    },
    /// What a listing shows.
    Capture {
        listing: usize,
        sold: u64,
        stock: u64,
    },
}

impl Act {
    /// Its turn within a day.
    pub fn turn(&self) -> u8 {
        match self {
            Self::Deliver { .. } => 0,
            Self::Pack { .. } => 1,
            Self::Order { .. } => 2,
            Self::Bind { .. } => 3,
            Self::Activate { .. } => 4,
            Self::Void { .. } => 5,
            Self::Surplus { .. } => 6,
            Self::TakeBack { .. } => 7,
            Self::Send { .. } => 8,
            Self::Receive { .. } => 9,
            Self::Capture { .. } => 10,
        }
    }
}

/// One opening of a printed address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scan {
    /// Minutes since the first day of the plan began.
    pub minute: u32,
    pub roll: u32,
    pub seq: u32,
    /// Index into `people::CITIES`; 255 where nobody knows.
    pub place: u8,
    pub device: Device,
}

/// One opening of an address that was never issued: number `n` of a forged series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forged {
    pub minute: u32,
    pub series: u32,
    pub n: u32,
    pub place: u8,
    pub device: Device,
}

/// A season.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub seed: u64,
    pub villages: usize,
    pub producers: Vec<Producer>,
    pub growers: Vec<Grower>,
    pub lots: Vec<Lot>,
    pub rolls: Vec<Roll>,
    pub shops: Vec<Shop>,
    pub shipments: Vec<Shipment>,
    pub sellers: Vec<Seller>,
    pub listings: Vec<Listing>,
    /// What is done on each day.
    pub days: Vec<Vec<Act>>,
    pub scans: Vec<Scan>,
    /// Forged numbers that were opened, and the roll each series copies its first groups from.
    pub forged: Vec<Forged>,
    pub forged_like: Vec<usize>,
    /// What was planted.
    pub frauds: Vec<Fraud>,
}

impl Plan {
    /// Writes an act down for a day; after the last day nothing happens any more.
    pub fn on(&mut self, day: DayNo, act: Act) {
        if day <= LAST {
            self.days[day as usize].push(act);
        }
    }
    /// Puts everything in the order in which it happens.
    pub fn settle(&mut self) {
        for day in &mut self.days {
            day.sort_by_key(Act::turn);
        }
        self.scans.retain(|scan| scan.minute < (LAST + 1) * 1440);
        self.scans.sort_by_key(|scan| (scan.minute, scan.roll, scan.seq, scan.device.address));
        self.forged.retain(|scan| scan.minute < (LAST + 1) * 1440);
        self.forged.sort_by_key(|scan| (scan.minute, scan.series, scan.n));
    }
}

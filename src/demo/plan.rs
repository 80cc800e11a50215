//! What the demonstration grows and packs. Made up throughout; places are real townships of the protected areas.

/// One product's season in the demonstration.
pub(super) struct Harvest {
    /// The producer's account.
    pub account: &'static str,
    /// The product.
    pub slug: &'static str,
    /// Letters of its lots.
    pub lot: &'static str,
    /// Townships its growers live in: division code and village. None: nothing grows, goods are made from raw material.
    pub growers: &'static [(&'static str, &'static str)],
    /// 亩 of each grower's plot.
    pub mu: &'static str,
    /// Kilograms each grower delivers, or flour that is worked up.
    pub kilograms: i64,
    /// Grams in a pack.
    pub pack_g: i64,
    /// Days a pack keeps.
    pub keeps: i64,
    /// What a test found.
    pub test: (&'static str, &'static str),
}

/// The three of the demonstration.
pub(super) const HARVESTS: [Harvest; 3] = [
    Harvest {
        account: "producer",
        slug: "jinzhou-yali",
        lot: "YL",
        growers: &[("130183103", "演示一村"), ("130183103", "演示二村"), ("130183102", "演示三村")],
        mu: "8.00",
        kilograms: 6_000,
        pack_g: 5_000,
        keeps: 180,
        test: ("可溶性固形物", "12.4%"),
    },
    Harvest {
        account: "producer2",
        slug: "zhaoxian-xuehuali",
        lot: "XH",
        growers: &[("130133101", "演示一村"), ("130133101", "演示二村")],
        mu: "6.00",
        kilograms: 4_000,
        pack_g: 7_500,
        keeps: 180,
        test: ("可溶性固形物", "12.1%"),
    },
    Harvest {
        account: "noodles",
        slug: "gaocheng-gongmian",
        lot: "GM",
        growers: &[],
        mu: "",
        kilograms: 3_000,
        pack_g: 1_000,
        keeps: 365,
        test: ("自然断条率", "1.2%"),
    },
];

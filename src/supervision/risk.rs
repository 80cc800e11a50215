//! 企业风险分级: five contributions, each with its figure and its points, 静态 40 + 动态 60 as it comes; A to D. Pure part.
//!
//! It says how often a firm should be in the draw, and nothing else: it is never public, never a ground for a measure, and never a verdict
//! about goods. Every point can be explained by one figure. What nobody has looked at is no merit: no inspection in the year is no points
//! off, and is said.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::registry::product::AccountBasis;
use crate::trace::words;

words! {
    /// The five contributions, the static ones first.
    Part {
        /// 产品种类.
        Goods = "goods",
        /// 规模与额度使用.
        Scale = "scale",
        /// 已确认的异常与案卷.
        Alerts = "alerts",
        /// 检查、检验与强制措施.
        Inspections = "inspections",
        /// 反馈与整改.
        Answers = "answers",
    }
}

words! {
    /// The levels.
    Grade {
        /// Least.
        A = "A",
        /// Some.
        B = "B",
        /// More.
        C = "C",
        /// Most.
        D = "D",
    }
}

/// How it is counted from a day on: the most points of each part, where each level begins, and visits a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// The most for the kind of goods.
    pub goods: i64,
    /// The most for scale.
    pub scale: i64,
    /// The most for confirmed alerts and cases.
    pub alerts: i64,
    /// The most for inspections, tests and measures.
    pub inspections: i64,
    /// The most for feedback and rectification.
    pub answers: i64,
    /// B begins here.
    pub b_from: i64,
    /// C begins here.
    pub c_from: i64,
    /// D begins here.
    pub d_from: i64,
    /// Visits a year at A.
    pub visits_a: i64,
    /// At B.
    pub visits_b: i64,
    /// At C.
    pub visits_c: i64,
    /// At D.
    pub visits_d: i64,
}

/// What comes with the program: 静态 40 + 动态 60, D at least three visits a year, after the rule for food producers; a default of this
/// platform until an office records its own with its source.
pub const SHIPPED: Figures = Figures {
    goods: 20,
    scale: 20,
    alerts: 25,
    inspections: 20,
    answers: 15,
    b_from: 30,
    c_from: 45,
    d_from: 60,
    visits_a: 1,
    visits_b: 1,
    visits_c: 2,
    visits_d: 3,
};

impl Figures {
    /// The most points of a part.
    pub fn most(&self, part: Part) -> i64 {
        match part {
            Part::Goods => self.goods,
            Part::Scale => self.scale,
            Part::Alerts => self.alerts,
            Part::Inspections => self.inspections,
            Part::Answers => self.answers,
        }
    }
    /// What is wrong with them: the parts must come to 100, the levels rise, and visits not fall. Field, and what would be right.
    pub fn faults(&self) -> Vec<(&'static str, i64)> {
        let mut out = Vec::new();
        let parts = [self.goods, self.scale, self.alerts, self.inspections, self.answers];
        if parts.iter().any(|points| !(0..=100).contains(points)) || parts.iter().sum::<i64>() != 100 {
            out.push(("goods", 100));
        }
        if !(1 <= self.b_from && self.b_from < self.c_from && self.c_from < self.d_from && self.d_from <= 100) {
            out.push(("b_from", 100));
        }
        let visits = [self.visits_a, self.visits_b, self.visits_c, self.visits_d];
        if visits.windows(2).any(|two| two[0] > two[1]) || visits.iter().any(|n| !(0..=52).contains(n)) {
            out.push(("visits_a", 52));
        }
        out
    }
    /// The level of so many points.
    pub fn grade(&self, points: i64) -> Grade {
        match points {
            n if n >= self.d_from => Grade::D,
            n if n >= self.c_from => Grade::C,
            n if n >= self.b_from => Grade::B,
            _ => Grade::A,
        }
    }
    /// Visits a year at a level.
    pub fn visits(&self, grade: Grade) -> i64 {
        match grade {
            Grade::A => self.visits_a,
            Grade::B => self.visits_b,
            Grade::C => self.visits_c,
            Grade::D => self.visits_d,
        }
    }
}

/// What kind of goods, as far as risk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GoodsKind {
    /// Neither fresh nor made from raw material.
    Other,
    /// Fresh produce.
    Fresh,
    /// Made from raw material that may come from anywhere.
    Made,
}

impl GoodsKind {
    /// Of a product's terms.
    pub fn of(basis: AccountBasis, fresh: bool) -> Self {
        match (basis, fresh) {
            (AccountBasis::RawMaterial | AccountBasis::Capacity, _) => Self::Made,
            (AccountBasis::Plots, true) => Self::Fresh,
            (AccountBasis::Plots, false) => Self::Other,
        }
    }
    /// The word of its words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Fresh => "fresh",
            Self::Made => "made",
        }
    }
    /// Hundredths of the most.
    fn share(self) -> i64 {
        match self {
            Self::Other => 40,
            Self::Fresh => 60,
            Self::Made => 100,
        }
    }
}

/// What is known of a firm in the last twelve months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirmFacts {
    /// The riskiest kind of its goods.
    pub goods: GoodsKind,
    /// Coded and ordered for in hundredths of what it may; none without an account.
    pub used: Option<i64>,
    /// Confirmed alerts and cases that were confirmed.
    pub confirmed: i64,
    /// Inspections.
    pub inspected: i64,
    /// Of these, with something to mend.
    pub found: i64,
    /// Tests that failed.
    pub failed_tests: i64,
    /// Recalls and seizures.
    pub measures: i64,
    /// Orders to mend that were not met in time.
    pub unmet: i64,
    /// Feedback of consumers that was found to be right.
    pub feedback: i64,
}

/// One contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    /// Which.
    pub part: Part,
    /// Points.
    pub points: i64,
    /// The most there are.
    pub most: i64,
}

/// A firm's level with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Exactly five.
    pub parts: [Contribution; 5],
    /// Their sum.
    pub points: i64,
    /// The level.
    pub grade: Grade,
    /// Visits a year it suggests.
    pub visits: i64,
}

/// Counts a firm.
pub fn risk(facts: &FirmFacts, by: &Figures) -> Risk {
    // Each event takes a part of what there is at most; several don't go beyond it.
    let events = |most: i64, weight: i64, of: i64| (most * weight.max(0) / of).min(most);
    let of = |part: Part| {
        let most = by.most(part);
        let points = match part {
            Part::Goods => most * facts.goods.share() / 100,
            Part::Scale => most * facts.used.unwrap_or(0).clamp(0, 100) / 100,
            Part::Alerts => events(most, facts.confirmed, 3),
            Part::Inspections => events(most, facts.found + facts.failed_tests + facts.measures * 2, 4),
            Part::Answers => events(most, facts.unmet * 2 + facts.feedback, 4),
        };
        Contribution { part, points, most }
    };
    let parts = [Part::Goods, Part::Scale, Part::Alerts, Part::Inspections, Part::Answers].map(of);
    let points = parts.iter().map(|part| part.points).sum();
    let grade = by.grade(points);
    Risk { parts, points, grade, visits: by.visits(grade) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: FirmFacts = FirmFacts {
        goods: GoodsKind::Fresh,
        used: Some(50),
        confirmed: 0,
        inspected: 1,
        found: 0,
        failed_tests: 0,
        measures: 0,
        unmet: 0,
        feedback: 0,
    };

    #[test]
    fn what_comes_with_the_program_is_forty_and_sixty() {
        assert_eq!(SHIPPED.faults(), []);
        assert_eq!((SHIPPED.goods + SHIPPED.scale, SHIPPED.alerts + SHIPPED.inspections + SHIPPED.answers), (40, 60));
        const { assert!(SHIPPED.visits_d >= 3) };
    }

    #[test]
    fn every_point_has_its_figure() {
        type Bend = fn(&mut FirmFacts);
        let table: [(Bend, [i64; 5], &str); 8] = [
            (|_| {}, [12, 10, 0, 0, 0], "A"),
            (|f| f.goods = GoodsKind::Made, [20, 10, 0, 0, 0], "B"),
            (|f| f.used = None, [12, 0, 0, 0, 0], "A"),
            (|f| f.used = Some(140), [12, 20, 0, 0, 0], "B"),
            (|f| f.confirmed = 2, [12, 10, 16, 0, 0], "B"),
            (|f| (f.found, f.failed_tests) = (1, 1), [12, 10, 0, 10, 0], "B"),
            (|f| (f.measures, f.confirmed) = (9, 9), [12, 10, 25, 20, 0], "D"),
            (|f| (f.unmet, f.feedback) = (1, 2), [12, 10, 0, 0, 15], "B"),
        ];
        for (bend, points, grade) in table {
            let mut facts = CLEAN;
            bend(&mut facts);
            let risk = risk(&facts, &SHIPPED);
            assert_eq!(risk.parts.map(|part| part.points), points, "{facts:?}");
            assert_eq!((risk.grade.word(), risk.points), (grade, points.iter().sum()), "{facts:?}");
        }
    }

    #[test]
    fn nobody_who_looked_is_no_merit_and_no_fault() {
        let unseen = FirmFacts { inspected: 0, ..CLEAN };
        assert_eq!(risk(&unseen, &SHIPPED).points, risk(&CLEAN, &SHIPPED).points);
    }

    #[test]
    fn figures_that_don_t_add_up_are_refused() {
        let bent = |bend: fn(&mut Figures)| {
            let mut figures = SHIPPED;
            bend(&mut figures);
            figures.faults().into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(bent(|f| f.goods = 21), ["goods"]);
        assert_eq!(bent(|f| (f.goods, f.scale) = (-10, 50)), ["goods"]);
        assert_eq!(bent(|f| f.c_from = 30), ["b_from"]);
        assert_eq!(bent(|f| f.d_from = 101), ["b_from"]);
        assert_eq!(bent(|f| f.visits_b = 0), ["visits_a"]);
    }
}

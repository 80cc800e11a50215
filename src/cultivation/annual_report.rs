//! 年度报告: what a user of a mark reports of a calendar year. Pure part: figures and whose they are, states, the window, questions.
//!
//! ```text
//! draft ──▶ submitted ──▶ accepted ──▶ superseded, once a corrected version of it is accepted
//!   ▲           │
//!   └ returned ◀┘ (points)
//! ```
//! Every figure says whose it is: 平台登记 is computed when the report is handed in and stays as it was then, 企业填报 is what the firm
//! declares, 县级统计 is what a county counted. They stand beside each other and are never summed across. A report that comes after the
//! window is accepted like any other and marked late. Source: domain.md §2, §5.

use std::collections::BTreeMap;

use crate::kernel::Day;
use crate::kernel::term::{Calendar, Term, TermUnit};
use crate::trace::words;

words! {
    /// How far a report has come.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    ReportState {
        /// 草稿: only its organisation sees it.
        Draft = "draft",
        /// 已提交
        Submitted = "submitted",
        /// 待补正: given back, point by point.
        Returned = "returned",
        /// 已确认
        Accepted = "accepted",
        /// 已被更正: a corrected version of it was accepted.
        Superseded = "superseded",
    }
}

impl ReportState {
    /// May its organisation still write it?
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
    /// Was it handed in and not given back?
    pub fn is_reported(self) -> bool {
        matches!(self, Self::Submitted | Self::Accepted | Self::Superseded)
    }
}

words! {
    /// Whose a figure is.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    Source {
        /// 平台登记
        Registered = "registered",
        /// 企业填报
        Declared = "declared",
        /// 县级统计
        County = "county",
    }
}

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The product's base unit.
    Amount,
    /// Square metres.
    M2,
    /// A number of things or people.
    Count,
    /// Fen.
    Fen,
    /// Fen for a kilogram, a litre or a piece.
    FenEach,
    /// Hundredths of the whole.
    Percent,
}

impl Unit {
    /// The word stored and sent; `base` is the product's.
    pub fn word(self, base: &'static str) -> &'static str {
        match self {
            Self::Amount => base,
            Self::M2 => "m2",
            Self::Count => "count",
            Self::Fen => "fen",
            Self::FenEach => "fen_each",
            Self::Percent => "percent",
        }
    }
    /// Is it money? Holders don't see it.
    pub fn is_money(self) -> bool {
        matches!(self, Self::Fen | Self::FenEach)
    }
    /// The most one may declare.
    pub fn most(self) -> i64 {
        match self {
            Self::Percent => 100,
            Self::Count => 1_000_000,
            Self::Amount | Self::M2 | Self::Fen | Self::FenEach => 1_000_000_000_000,
        }
    }
}

words! {
    /// Figures the platform has on record.
    Registered {
        /// 在册地块面积
        PlotArea = "plot_area",
        /// 交售农户
        Growers = "growers",
        /// 核定产量
        Approved = "approved",
        /// 交售数量
        Received = "received",
        /// 结转和期初
        Opening = "opening",
        /// 放行批次
        Batches = "batches",
        /// 放行数量
        Released = "released",
        /// 发放的码
        CodesIssued = "codes_issued",
        /// 启用的码
        CodesActivated = "codes_activated",
        /// 停用的码
        CodesVoided = "codes_voided",
        /// 出口数量
        Exported = "exported",
        /// 检验报告
        Tests = "tests",
        /// 有不合格项的检验报告
        TestsFailed = "tests_failed",
        /// 已知的在售商品
        Listings = "listings",
    }
}

impl Registered {
    /// What it is counted in.
    pub fn unit(self) -> Unit {
        match self {
            Self::PlotArea => Unit::M2,
            Self::Approved | Self::Received | Self::Opening | Self::Released | Self::Exported => Unit::Amount,
            _ => Unit::Count,
        }
    }
}

words! {
    /// Figures a firm declares.
    Declared {
        /// 产量
        Output = "output",
        /// 使用专用标志的数量
        Marked = "marked",
        /// 销售数量
        Sold = "sold",
        /// 产值
        OutputValue = "output_value",
        /// 销售额
        SalesValue = "sales_value",
        /// 其中网上销售额
        OnlineValue = "online_value",
        /// 其中出口额
        ExportValue = "export_value",
        /// 平均单价
        AveragePrice = "average_price",
        /// 从业人员
        Employees = "employees",
        /// 带动农户增收
        GrowersIncome = "growers_income",
        /// 保护投入
        ProtectionCost = "protection_cost",
        /// 使用标志的包装占比
        MarkedShare = "marked_share",
    }
}

impl Declared {
    /// What it is counted in.
    pub fn unit(self) -> Unit {
        match self {
            Self::Output | Self::Marked | Self::Sold => Unit::Amount,
            Self::AveragePrice => Unit::FenEach,
            Self::Employees => Unit::Count,
            Self::MarkedShare => Unit::Percent,
            _ => Unit::Fen,
        }
    }
    /// Must it be there when the report is handed in?
    pub fn is_needed(self) -> bool {
        matches!(self, Self::Output | Self::Marked | Self::Sold | Self::OutputValue | Self::SalesValue | Self::Employees)
    }
    /// The figure it is a part of.
    pub fn part_of(self) -> Option<Self> {
        matches!(self, Self::OnlineValue | Self::ExportValue).then_some(Self::SalesValue)
    }
    /// Its field in what is sent.
    pub fn field(self) -> String {
        if self.unit().is_money() { format!("{}_fen", self.word()) } else { self.word().to_owned() }
    }
}

words! {
    /// What is asked once, with both figures; never refused.
    #[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "snake_case")]
    Question {
        /// Sold more than was let go and had been there before.
        Sold = "sold",
        /// Marked more than was let go.
        Marked = "marked",
        /// The average price and what was sold give another sum.
        Price = "price",
    }
}

/// A question with both figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    /// As declared.
    pub declared: i64,
    /// As on record, or as it would follow.
    pub other: i64,
}

/// Is `a` more than `percent` hundredths of `b`?
fn over(a: i64, b: i64, percent: i128) -> bool {
    i128::from(a) * 100 > i128::from(b) * percent
}

/// Where what is declared contradicts what is on record by more than 5 %, or itself by more than 20 %. `base` is how much of the base unit
/// the average price is for.
pub fn questions(declared: &BTreeMap<Declared, i64>, registered: &BTreeMap<Registered, i64>, base: i64) -> Vec<Asked> {
    let on_record = |name: Registered| registered.get(&name).copied().unwrap_or(0);
    let said = |name: Declared| declared.get(&name).copied();
    let mut asked = Vec::new();
    let there = on_record(Registered::Released) + on_record(Registered::Opening);
    if let Some(sold) = said(Declared::Sold).filter(|sold| over(*sold, there, 105)) {
        asked.push(Asked { question: Question::Sold, declared: sold, other: there });
    }
    let released = on_record(Registered::Released);
    if let Some(marked) = said(Declared::Marked).filter(|marked| over(*marked, released, 105)) {
        asked.push(Asked { question: Question::Marked, declared: marked, other: released });
    }
    if let (Some(price), Some(sold), Some(value)) = (said(Declared::AveragePrice), said(Declared::Sold), said(Declared::SalesValue)) {
        let follows = i64::try_from(i128::from(price) * i128::from(sold) / i128::from(base.max(1))).unwrap_or(i64::MAX);
        if over(value, follows, 120) || over(follows, value, 120) {
            asked.push(Asked { question: Question::Price, declared: value, other: follows });
        }
    }
    asked
}

/// When the report on a year is written and handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From then on a draft may be written, while the year still runs.
    pub drafts: Day,
    /// From then on it may be handed in.
    pub opens: Day,
    /// The last day; later it is late.
    pub closes: Day,
}

impl Window {
    /// Of a year: so long after its last day it opens and closes, so long before its end drafts begin. No holiday moves these days.
    pub fn of(year: i32, opens: Term, closes: Term, drafts: Term) -> Option<Self> {
        let last = Day::parse(&format!("{year:04}-12-31"))?;
        let back = match drafts.unit {
            TermUnit::Day | TermUnit::WorkingDay => i64::from(drafts.number),
            TermUnit::Month => i64::from(drafts.number) * 31,
            TermUnit::Year => i64::from(drafts.number) * 366,
        };
        Some(Self { drafts: last.plus(1 - back), opens: after(last, opens), closes: after(last, closes) })
    }
    /// Is the last day over?
    pub fn is_late(&self, today: Day) -> bool {
        today > self.closes
    }
    /// Is it asked for now, so that it is work to be done?
    pub fn is_open(&self, today: Day) -> bool {
        self.opens <= today && today <= self.closes
    }
}

fn after(day: Day, term: Term) -> Day {
    match term.unit {
        TermUnit::Day => day.plus(i64::from(term.number)),
        TermUnit::Month => day.months_later(term.number),
        TermUnit::Year => day.months_later(term.number * 12),
        TermUnit::WorkingDay => term.last_day(day, &Calendar::default(), &std::collections::BTreeSet::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(number: u32, unit: TermUnit) -> Term {
        Term { number, unit }
    }

    #[test]
    fn the_window_follows_from_the_limits() {
        let window = Window::of(2025, term(15, TermUnit::Day), term(3, TermUnit::Month), term(31, TermUnit::Day)).unwrap();
        let day = |text: &str| Day::parse(text).unwrap();
        assert_eq!(window, Window { drafts: day("2025-12-01"), opens: day("2026-01-15"), closes: day("2026-03-31") });
        let table = [("2026-01-14", false, false), ("2026-01-15", true, false), ("2026-03-31", true, false), ("2026-04-01", false, true)];
        for (on, open, late) in table {
            assert_eq!((window.is_open(day(on)), window.is_late(day(on))), (open, late), "{on}");
        }
    }

    #[test]
    fn states_are_the_firms_or_handed_in() {
        let open: Vec<&str> = ReportState::ALL.iter().filter(|s| s.is_open()).map(|s| s.word()).collect();
        let reported: Vec<&str> = ReportState::ALL.iter().filter(|s| s.is_reported()).map(|s| s.word()).collect();
        assert_eq!((open, reported), (vec!["draft", "returned"], vec!["submitted", "accepted", "superseded"]));
    }

    /// Sold, marked, price of a kilogram, sales; what is asked. 1,000 kg were let go and 100 kg had been there.
    #[test]
    fn contradictions_are_asked_about() {
        let table: [(i64, i64, i64, i64, &[Question]); 7] = [
            (1_155_000, 1_050_000, 0, 0, &[]),
            (1_155_001, 0, 0, 0, &[Question::Sold]),
            (0, 1_050_001, 0, 0, &[Question::Marked]),
            (1_000_000, 0, 500, 500_000, &[]),
            (1_000_000, 0, 500, 600_000, &[]),
            (1_000_000, 0, 500, 600_001, &[Question::Price]),
            (1_000_000, 0, 500, 416_666, &[Question::Price]),
        ];
        let registered = BTreeMap::from([(Registered::Released, 1_000_000), (Registered::Opening, 100_000)]);
        for (sold, marked, price, value, asked) in table {
            let mut declared = BTreeMap::from([(Declared::Sold, sold), (Declared::Marked, marked)]);
            if price > 0 {
                declared.extend([(Declared::AveragePrice, price), (Declared::SalesValue, value)]);
            }
            let found: Vec<Question> = questions(&declared, &registered, 1000).into_iter().map(|one| one.question).collect();
            assert_eq!(found, asked, "{sold} {marked} {price} {value}");
        }
    }

    #[test]
    fn money_is_told_from_the_rest() {
        let money: Vec<String> = Declared::ALL.iter().filter(|d| d.unit().is_money()).map(|d| d.field()).collect();
        assert!(money.iter().all(|field| field.ends_with("_fen")) && money.len() == 7, "{money:?}");
    }
}

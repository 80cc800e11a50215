//! 订单导出: one line of an order as a platform exports it, without anything of the buyer. Pure: headings, states, what a row keeps.
//!
//! Kept are item, SKU, pieces, what was paid, state and time. Every other column is dropped before a row is looked at; the order's number only
//! goes into a hash, by which a line is counted once.

use sha2::{Digest, Sha256};

use crate::kernel::clock::parse_rfc3339;
use crate::kernel::{Day, Millis, quantity, text};

/// What is kept of a row; every heading not named here is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// Number of the order; only its hash is stored.
    Order,
    /// Number of the line within it; likewise.
    Line,
    /// The item's number.
    ItemId,
    /// The item's title.
    Item,
    /// The SKU's words.
    Sku,
    /// How many.
    Pieces,
    /// What was paid.
    Paid,
    /// Its state.
    Status,
    /// What became of a refund.
    Refund,
    /// When it was paid, or made.
    At,
}

/// Headings of the platforms' exports; where a sheet has several of one, the first of this list counts.
const HEADINGS: &[(Kept, &[&str])] = &[
    (Kept::Line, &["子订单编号", "子订单号", "子单号", "订单明细编号", "商品订单号"]),
    (Kept::Order, &["主订单编号", "主订单号", "订单编号", "订单号", "父订单号", "order id", "order_id"]),
    (Kept::ItemId, &["宝贝id", "商品id", "商品编号", "商品编码", "货品id", "offer id", "商品skuid", "num_iid", "item id", "product_id"]),
    (Kept::Item, &["宝贝标题", "商品标题", "商品名称", "商品", "选购商品", "货品标题", "标题", "title"]),
    (Kept::Sku, &["商品属性", "商品规格", "规格", "sku属性", "销售属性", "规格名称", "sku名称", "型号", "sku"]),
    (Kept::Pieces, &["购买数量", "宝贝总数量", "订购数量", "商品数量(件)", "商品数量", "数量", "数量(件)", "件数", "quantity"]),
    (
        Kept::Paid,
        &[
            "买家实付金额",
            "买家应付货款",
            "实付金额",
            "应付金额",
            "商家实收金额(元)",
            "商家实收金额",
            "用户实付金额(元)",
            "实付款(元)",
            "实付款",
            "订单应付金额",
            "商品实付",
            "实际支付金额",
            "买家实际支付金额",
            "结算金额",
            "货品总价(元)",
            "paid",
        ],
    ),
    (Kept::Refund, &["退款状态", "售后状态", "退货退款状态", "退款金额"]),
    (Kept::Status, &["订单状态", "交易状态", "状态", "status"]),
    (
        Kept::At,
        &[
            "付款时间",
            "订单付款时间",
            "支付时间",
            "支付完成时间",
            "成交时间",
            "订单成交时间",
            "订单付款确认时间",
            "付款确认时间",
            "订单创建时间",
            "下单时间",
            "订单提交时间",
            "paid at",
            "created at",
        ],
    ),
];

/// A heading as it is compared.
fn plain(heading: &str) -> String {
    let narrow: String = heading.chars().map(text::narrow).collect();
    text::clean(&narrow).to_lowercase().trim_matches(['*', '"', '\'', '=']).to_owned()
}

/// Which column holds what, and how many are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    at: Vec<(Kept, usize)>,
    /// How many columns are dropped.
    pub dropped: usize,
}

impl Columns {
    /// Reads headings; nothing if they are not those of an order export: order, item, pieces, state and time are needed.
    pub fn of(headings: &[String]) -> Option<Self> {
        let headings: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
        let mut at = Vec::new();
        for (kept, names) in HEADINGS {
            let found = names.iter().find_map(|name| headings.iter().position(|heading| heading == name));
            if let Some(column) = found.filter(|column| at.iter().all(|(_, taken)| taken != column)) {
                at.push((*kept, column));
            }
        }
        let has = |kept: Kept| at.iter().any(|(own, _)| *own == kept);
        let item = has(Kept::ItemId) || has(Kept::Item);
        let order = has(Kept::Order) || has(Kept::Line);
        let filled = headings.iter().filter(|heading| !heading.is_empty()).count();
        (order && item && has(Kept::Pieces) && has(Kept::Status) && has(Kept::At))
            .then(|| Self { dropped: filled.saturating_sub(at.len()), at })
    }
    fn cell<'a>(&self, cells: &'a [String], kept: Kept) -> &'a str {
        let column = self.at.iter().find(|(own, _)| *own == kept).map(|(_, column)| *column);
        column
            .and_then(|column| cells.get(column))
            .map_or("", |cell| cell.trim().trim_start_matches(['=', '\'', '"']).trim_end_matches('"'))
    }
}

/// How far an order line has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// Paid, whatever came of it.
    Paid,
    /// Paid and given back.
    Refunded,
    /// Never paid, or closed.
    Unpaid,
}

impl LineState {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Unpaid => "unpaid",
        }
    }
    /// Reads the words of a platform's state and refund.
    pub fn read(status: &str, refund: &str) -> Self {
        let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        let given_back = ["退款成功", "已退款", "退款完成", "售后完成", "全额退款", "退款关闭订单"];
        if has(refund, &["退款成功", "已退款", "退款完成", "已全额退款", "售后完成"]) || has(status, &given_back) {
            return Self::Refunded;
        }
        let unpaid = ["等待买家付款", "待付款", "待支付", "未付款", "未支付", "交易关闭", "已关闭", "已取消", "取消", "关闭"];
        if has(status, &unpaid) { Self::Unpaid } else { Self::Paid }
    }
}

/// One order line as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// SHA-256 of the seller, the platform, and the numbers of order and line.
    pub line_hash: String,
    /// The item's number; nothing where the export has none.
    pub item_id: String,
    /// The item's title.
    pub item: String,
    /// The SKU's words.
    pub sku: String,
    /// How many.
    pub pieces: i64,
    /// What was paid, in fen.
    pub paid_fen: Option<i64>,
    /// How far it has come.
    pub state: LineState,
    /// When.
    pub at: Millis,
}

/// Why a row is no order line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLine {
    /// It has neither order nor item: a sum or a note.
    Blank,
    /// The pieces can't be read.
    Pieces,
    /// The time can't be read.
    Time,
}

/// Reads a row under its headings. `no` tells lines of one order apart where the export has no number of the line.
///
/// # Errors
/// [`NoLine`].
pub fn line(columns: &Columns, cells: &[String], seller_id: &str, platform: &str) -> Result<OrderLine, NoLine> {
    let cell = |kept| columns.cell(cells, kept);
    let cut = |text: &str, most: usize| text::clean(text).chars().take(most).collect::<String>();
    let (order, line) = (cell(Kept::Order), cell(Kept::Line));
    let item_id = number_only(cell(Kept::ItemId));
    let (item, sku) = (cut(cell(Kept::Item), 200), cut(cell(Kept::Sku), 200));
    if (order.is_empty() && line.is_empty()) || (item_id.is_empty() && item.is_empty()) {
        return Err(NoLine::Blank);
    }
    let pieces =
        cell(Kept::Pieces).trim_end_matches(".0").parse::<i64>().ok().filter(|n| (1..=1_000_000).contains(n)).ok_or(NoLine::Pieces)?;
    let at = moment(cell(Kept::At)).ok_or(NoLine::Time)?;
    let money: String = cell(Kept::Paid).chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let paid_fen = if money.is_empty() {
        None
    } else if money.trim_matches(['0', '.']).is_empty() {
        Some(0)
    } else {
        quantity::parse_amount(&money, 100)
    };
    let mut hash = Sha256::new();
    // Without a line's number, item and SKU tell the lines of an order apart.
    let told = if line.is_empty() { format!("{item_id}\u{1f}{item}\u{1f}{sku}") } else { line.to_owned() };
    for part in [seller_id, platform, order, told.as_str()] {
        hash.update(part.as_bytes());
        hash.update([0x1f]);
    }
    Ok(OrderLine {
        line_hash: data_encoding::HEXLOWER.encode(&hash.finalize()),
        item_id,
        item,
        sku,
        pieces,
        paid_fen,
        state: LineState::read(cell(Kept::Status), cell(Kept::Refund)),
        at,
    })
}

/// The number of an item: digits; a merchant's own code is none.
fn number_only(cell: &str) -> String {
    let digits: String = cell.trim_end_matches(".0").chars().filter(|c| !c.is_whitespace()).collect();
    if !digits.is_empty() && digits.len() <= 40 && digits.chars().all(|c| c.is_ascii_digit()) { digits } else { String::new() }
}

/// A time as exports write it, in China: `2026-10-08 12:03:04`, `2026/10/8 12:03`, `20261008`, RFC 3339.
fn moment(said: &str) -> Option<Millis> {
    if let Some(at) = parse_rfc3339(said) {
        return Some(at);
    }
    let said = said.replace(['/', '.', '年', '月'], "-").replace('日', "");
    let (day, time) = said.split_once([' ', 'T']).unwrap_or((said.as_str(), ""));
    let parts: Vec<&str> = day.split('-').filter(|part| !part.is_empty()).collect();
    let day = match parts[..] {
        [year, month, day] => Day::parse(&format!("{year}-{month:0>2}-{day:0>2}"))?,
        [all] if all.len() == 8 && all.is_ascii() => Day::parse(&format!("{}-{}-{}", &all[..4], &all[4..6], &all[6..]))?,
        _ => return None,
    };
    let mut clock = time.trim().split(':').map(|part| part.trim().parse::<i64>().ok().filter(|n| (0..60).contains(n)));
    let mut next = || clock.next().flatten().unwrap_or(0);
    let (hours, minutes, seconds) = (next(), next(), next());
    Some(day.start() + ((hours * 60 + minutes) * 60 + seconds) * 1000)
}

#[cfg(test)]
#[path = "sales_tests.rs"]
mod tests;

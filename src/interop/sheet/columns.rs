//! The columns of every kind of sheet.

use super::column::{Choice, Column, Kind, Source};
use super::kind::SheetKind;

/// The column of what is given out and passed over when it comes back.
pub const ID: Column = Column::new("id", "编号", "id", Kind::Code, "");
/// The column a sheet comes back with when something is wrong.
pub const FAULTS: Column = Column::new("faults", "错误说明", "what is wrong", Kind::Text, "").also(&["错误"]);

const UNITS: &[Choice] = &[
    ("kg", "公斤", "kg"),
    ("jin", "斤", "jin"),
    ("t", "吨", "t"),
    ("g", "克", "g"),
    ("l", "升", "l"),
    ("ml", "毫升", "ml"),
    ("piece", "件", "piece"),
];
const AREA_UNITS: &[Choice] = &[("mu", "亩", "mu"), ("m2", "平方米", "m2"), ("ha", "公顷", "ha")];
const ORGANISATIONS: &[Choice] = &[
    ("producer", "生产者", "producer"),
    ("seller", "销售者", "seller"),
    ("holder", "权利人", "holder"),
    ("printer", "印刷厂", "printer"),
    ("authority", "机关", "authority"),
];
const GROWERS: &[Choice] = &[("household", "农户", "household"), ("person", "个人", "person"), ("organisation", "集体", "organisation")];
const TENURES: &[Choice] = &[
    ("contracted", "承包", "contracted"),
    ("transferred", "流转", "transferred"),
    ("collective", "集体", "collective"),
    ("state_owned", "国有", "state-owned"),
    ("other", "其他", "other"),
];
const FACILITIES: &[Choice] =
    &[("packing_house", "包装厂", "packing house"), ("cold_store", "冷库", "cold store"), ("plant", "加工厂", "plant")];
const HOUSE_TENURES: &[Choice] = &[("own", "自有", "own"), ("rented", "租用", "rented")];
const TESTERS: &[Choice] =
    &[("own", "自检", "own"), ("commissioned", "委托检测", "commissioned"), ("accredited", "有资质机构", "accredited")];
const SCOPES: &[Choice] = &[("lot", "批次", "lot"), ("plot", "地块", "plot"), ("season", "产季", "season")];
const SELLERS: &[Choice] = &[("organisation", "单位", "organisation"), ("farmer", "自产自销农户", "farmer")];

const fn text(key: &'static str, zh: &'static str, en: &'static str, example: &'static str) -> Column {
    Column::new(key, zh, en, Kind::Text, example)
}
const fn code(key: &'static str, zh: &'static str, en: &'static str, example: &'static str) -> Column {
    Column::new(key, zh, en, Kind::Code, example)
}
const fn day(key: &'static str, zh: &'static str, en: &'static str, example: &'static str) -> Column {
    Column::new(key, zh, en, Kind::Day, example)
}
const fn number(key: &'static str, zh: &'static str, en: &'static str, example: &'static str) -> Column {
    Column::new(key, zh, en, Kind::Number, example)
}
const fn whole(key: &'static str, zh: &'static str, en: &'static str, example: &'static str) -> Column {
    Column::new(key, zh, en, Kind::Whole, example)
}
const fn choice(key: &'static str, zh: &'static str, en: &'static str, of: &'static [Choice], example: &'static str) -> Column {
    Column::new(key, zh, en, Kind::Choice(of), example)
}

const OWNER: Column = text("organisation", "单位", "organisation", "演示果品专业合作社").also(&["收购单位"]).from(Source::Organisations);
const PRODUCT: Column = text("product", "产品", "product", "晋州鸭梨").also(&["产品名称"]).must().from(Source::Products);
const PLACE: Column =
    code("division_code", "行政区划", "division", "130183105").also(&["所在地", "区划代码", "乡镇", "division code"]).must();
const GROWER: Column = text("grower", "种植户", "grower", "张三").also(&["农户", "交售人", "姓名"]).from(Source::Growers);
const VILLAGE: Column = text("village", "村", "village", "东里庄村").also(&["村庄"]);
const HOUSEHOLD: Column = code("household_no", "户号", "household no", "0012");
const WEIGHT: Column = number("weight", "重量", "weight", "1250.5").also(&["净重", "数量", "amount"]).must();
const UNIT: Column = choice("unit", "计量单位", "unit", UNITS, "公斤").also(&["重量单位", "单位"]).must();
const GRADE: Column = text("grade", "等级", "grade", "一级");
const LATE_REASON: Column = text("late_reason", "补录原因", "late reason", "");
const LATE_EVIDENCE: Column = text("late_evidence", "补录凭证", "late evidence", "");

const ORGANISATION_COLUMNS: &[Column] = &[
    text("name", "名称", "name", "晋州市某某果品专业合作社").also(&["单位名称", "组织名称"]).must(),
    choice("kind", "类型", "kind", ORGANISATIONS, "生产者").must(),
    code("credit_code", "统一社会信用代码", "credit code", "93130183MAEXAMP06U").also(&["信用代码"]),
    text("credit_code_evidence", "代码核验依据", "credit code evidence", ""),
    PLACE,
    text("contact", "联系方式", "contact", "0311-84310000"),
];
const GROWER_COLUMNS: &[Column] = &[
    text("name", "姓名", "name", "张三").also(&["农户姓名", "种植户"]).must(),
    choice("kind", "类型", "kind", GROWERS, "农户"),
    PLACE,
    VILLAGE.must(),
    HOUSEHOLD,
    code("phone", "电话", "phone", "13800138000").also(&["手机", "联系电话"]),
    OWNER,
];
const PLOT_COLUMNS: &[Column] = &[
    GROWER,
    HOUSEHOLD,
    OWNER,
    PRODUCT,
    text("name", "地块名称", "plot", "村东三号").also(&["地块"]),
    text("variety", "品种", "variety", "鸭梨"),
    whole("planted_year", "定植年份", "planted year", "2012").also(&["定植年"]),
    choice("tenure", "权属", "tenure", TENURES, "承包"),
    text("lessor", "流出方", "lessor", ""),
    code("parcel_code", "承包地块编码", "parcel code", "1301831042050000012"),
    day("valid_from", "起始日期", "valid from", "2026-01-01").must(),
    day("valid_to", "截止日期", "valid to", ""),
    number("area", "面积", "area", "2.40").also(&["亩数"]).must(),
    choice("area_unit", "面积单位", "area unit", AREA_UNITS, "亩").must(),
    PLACE,
    VILLAGE,
    text("note", "备注", "note", ""),
];
const DELIVERY_COLUMNS: &[Column] = &[
    GROWER.must(),
    VILLAGE,
    HOUSEHOLD,
    PRODUCT,
    text("plot", "地块", "plot", "村东三号").also(&["地块名称"]).from(Source::Plots),
    day("delivered_on", "交售日期", "delivered on", "2026-09-20").also(&["日期", "过磅日期"]).must(),
    WEIGHT,
    UNIT,
    GRADE,
    code("cert_no", "合格证号", "certificate no", "").also(&["合格证编号", "磅单号", "过磅单号"]),
    text("organisation", "收购单位", "buyer", "演示果品专业合作社").from(Source::Organisations),
    LATE_REASON,
    LATE_EVIDENCE,
];
const BATCH_COLUMNS: &[Column] = &[
    code("lot", "批号", "lot", "JZ-20260920-01").also(&["批次号"]).must(),
    PRODUCT,
    WEIGHT,
    UNIT,
    text("plots", "来源地块", "plots", "村东三号、村东四号").also(&["地块"]).from(Source::Plots),
    text("deliveries", "来源交售", "deliveries", "").also(&["交售编号"]),
    text("input", "原料", "input", ""),
    number("input_weight", "原料重量（公斤）", "input kg", "").also(&["原料重量"]),
    text("input_document", "原料凭证", "input document", ""),
    day("harvested_from", "采收起", "harvested from", "2026-09-18").also(&["采收日期"]),
    day("harvested_to", "采收止", "harvested to", "2026-09-19"),
    day("produced_on", "生产日期", "produced on", ""),
    day("packed_on", "包装日期", "packed on", "2026-09-20"),
    day("best_before", "保质期至", "best before", ""),
    GRADE,
    text("facility", "包装厂或冷库", "facility", "东厂").also(&["包装厂", "冷库", "设施"]).from(Source::Facilities),
    text("standard", "执行标准", "standard", ""),
    text("organisation", "生产者", "producer", "演示果品专业合作社").from(Source::Organisations),
    LATE_REASON,
    LATE_EVIDENCE,
];
const MARK_USE_COLUMNS: &[Column] = &[
    text("organisation", "用标单位", "organisation", "93130183MAEXAMP06U").also(&["单位", "企业名称"]).must().from(Source::Organisations),
    PRODUCT,
    text("right", "权利编号", "right", "").also(&["公告或注册号"]),
    day("in_force_from", "用标起", "in force from", "2024-06-20").also(&["起始日期"]).must(),
    day("in_force_to", "用标止", "in force to", "").also(&["截止日期"]),
    text("announcement", "公告", "announcement", "").also(&["公告号"]),
    text("contract", "许可合同", "contract", "2024-06-01 使用许可合同第 12 号").also(&["合同"]),
    text("evidence", "其他依据", "evidence", ""),
];
const FACILITY_COLUMNS: &[Column] = &[
    text("name", "名称", "name", "东厂").also(&["设施名称"]).must(),
    choice("kind", "类型", "kind", FACILITIES, "包装厂").must(),
    choice("tenure", "权属", "tenure", HOUSE_TENURES, "自有"),
    text("lessor", "出租方", "lessor", ""),
    code("division_code", "行政区划", "division", "130183").also(&["所在地"]),
    text("address", "地址", "address", "东里庄镇工业街 1 号"),
    number("capacity", "容量（吨）", "capacity t", "500").also(&["容量"]),
    day("valid_from", "起始日期", "valid from", "2026-01-01"),
    day("valid_to", "截止日期", "valid to", ""),
    OWNER,
];
const TEST_COLUMNS: &[Column] = &[
    code("report_no", "报告编号", "report no", "NJ2026-0915").also(&["报告号"]).must(),
    PRODUCT,
    choice("by_whom", "检测方式", "by whom", TESTERS, "委托检测").must(),
    choice("scope", "检测对象", "scope", SCOPES, "产季").must(),
    code("lot", "批号", "lot", "").also(&["批次号"]),
    text("plot", "地块", "plot", "").from(Source::Plots),
    whole("season", "产季", "season", "2026"),
    text("laboratory", "检测机构", "laboratory", "某某检测中心").must(),
    code("accreditation", "资质证书号", "accreditation", ""),
    day("sampled_on", "抽样日期", "sampled on", "2026-09-10"),
    day("reported_on", "报告日期", "reported on", "2026-09-15").must(),
    day("valid_to", "有效期至", "valid to", ""),
    text("items", "检测项目", "items", "农药残留=合格；可溶性固形物=12.1%（≥11%）").must(),
    OWNER,
];
const SELLER_COLUMNS: &[Column] = &[
    text("name", "名称", "name", "某某果园").also(&["销售者", "店铺主体"]).must(),
    choice("kind", "类型", "kind", SELLERS, "单位").must(),
    code("credit_code", "统一社会信用代码", "credit code", "93130183MAEXAMP06U").also(&["信用代码"]),
    PLACE,
    text("place", "村或地址", "place", "东里庄村"),
    text("contact", "联系方式", "contact", ""),
    text("shops", "店铺", "shops", "淘宝=某某果园旗舰店；京东=某某果园"),
];
const LISTING_COLUMNS: &[Column] = &[
    code("item_id", "商品编号", "item id", "708812345678901").also(&["商品ID"]).must(),
    text("platform", "平台", "platform", "淘宝").must(),
    text("seller", "销售者", "seller", "某某果园").also(&["卖家"]).must().from(Source::Sellers),
    text("shop", "店铺", "shop", "某某果园旗舰店"),
    text("title", "标题", "title", "晋州鸭梨 5 斤装").also(&["商品标题", "商品名称"]).must(),
    text("url", "链接", "url", "https://item.example.com/708812345678901").also(&["网址"]),
    number("price", "价格（元）", "price yuan", "39.90").also(&["价格", "售价"]),
    text("product", "声称的产品", "claimed product", "晋州鸭梨").also(&["产品"]).from(Source::Products),
    whole("stock", "标示库存", "declared stock", "1000").also(&["库存"]),
    whole("sold", "标示销量", "declared sales", "25000").also(&["销量"]),
    day("captured_on", "采集日期", "captured on", "2026-10-08").also(&["采集时间"]).must(),
    text("origin", "标示产地", "stated origin", "河北晋州"),
    text("ship_from", "发货地", "sent from", "河北石家庄"),
    text("details", "详情文字", "details", ""),
];

const ORDER_STATES: &[Choice] = &[
    ("proposed", "待核准", "proposed"),
    ("issued", "已生成", "issued"),
    ("refused", "未予核准", "refused"),
    ("closed", "已结单", "closed"),
];
const CODE_KINDS: &[Choice] = &[
    ("unit", "零售码", "retail unit"),
    ("case", "箱码", "case"),
    ("pallet", "托盘码", "pallet"),
    ("batch", "批次码", "batch"),
    ("sample", "样张", "sample"),
];
const ORDER_COLUMNS: &[Column] = &[
    whole("order_no", "申领号", "order no", ""),
    text("organisation", "生产者", "producer", ""),
    PRODUCT,
    text("season", "年度", "season", ""),
    choice("kind", "用途", "use", CODE_KINDS, ""),
    whole("count", "枚数", "count", ""),
    whole("spare", "其中备用", "spare", ""),
    whole("quota_left", "还未绑定", "not bound yet", ""),
    choice("state", "状态", "state", ORDER_STATES, ""),
    day("ordered_on", "申领日期", "ordered on", ""),
];
const SHIPMENT_STATES: &[Choice] =
    &[("sent", "在途", "on the way"), ("received", "已收", "received"), ("closed", "已结", "closed"), ("voided", "已作废", "voided")];
const SHIPMENT_COLUMNS: &[Column] = &[
    code("number", "单号", "number", ""),
    text("organisation", "发货方", "sender", ""),
    PRODUCT,
    text("consignee", "收货方", "consignee", ""),
    text("place", "收货地点", "place", ""),
    day("sent_on", "发货日期", "sent on", ""),
    WEIGHT,
    UNIT,
    whole("labels", "标签数", "labels", ""),
    choice("state", "状态", "state", SHIPMENT_STATES, ""),
    text("carrier", "承运", "carrier", ""),
    text("note", "备注", "note", ""),
];
const ACCOUNT_STATES: &[Choice] = &[
    ("open", "凭交售", "open"),
    ("proposed", "待核准", "proposed"),
    ("approved", "已核准", "approved"),
    ("refused", "未予核准", "refused"),
];
const ACCOUNT_COLUMNS: &[Column] = &[
    text("party", "谁的账户", "account of", ""),
    PRODUCT,
    text("season", "年度", "season", ""),
    choice("state", "状态", "state", ACCOUNT_STATES, ""),
    UNIT,
    number("approved", "核准", "approved", ""),
    number("received", "收货转入", "received", ""),
    number("carried", "上年结转", "carried over", ""),
    number("delivered", "交售转出", "delivered", ""),
    number("remaining", "还可登记", "left to register", ""),
    number("pending", "待核", "pending", ""),
    number("coded", "已赋码", "coded", ""),
    text("basis_note", "依据说明", "basis", ""),
    text("evidence", "凭据", "evidence", ""),
];

/// Columns with an explanation of their own, `sheet.hint.<key>`.
pub const HINTED: &[&str] = &[
    "announcement",
    "credit_code",
    "deliveries",
    "division_code",
    "grower",
    "input",
    "items",
    "late_evidence",
    "late_reason",
    "organisation",
    "plots",
    "product",
    "right",
    "shops",
];

impl SheetKind {
    /// Its columns, in the order of the template.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Organisations => ORGANISATION_COLUMNS,
            Self::Growers => GROWER_COLUMNS,
            Self::Plots => PLOT_COLUMNS,
            Self::Deliveries => DELIVERY_COLUMNS,
            Self::Batches => BATCH_COLUMNS,
            Self::MarkUses => MARK_USE_COLUMNS,
            Self::Facilities => FACILITY_COLUMNS,
            Self::Tests => TEST_COLUMNS,
            Self::Sellers => SELLER_COLUMNS,
            Self::Listings => LISTING_COLUMNS,
            Self::Orders => ORDER_COLUMNS,
            Self::Shipments => SHIPMENT_COLUMNS,
            Self::Accounts => ACCOUNT_COLUMNS,
        }
    }
    /// A column by its key.
    pub fn column(self, key: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.key == key)
    }
    /// What tells one row from another within a sheet: the first set of columns that are all filled in.
    pub fn keys(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Organisations => &[&["credit_code"], &["name"]],
            Self::Growers => {
                &[&["organisation", "division_code", "village", "household_no"], &["organisation", "division_code", "village", "name"]]
            }
            Self::Plots => &[&["valid_from", "parcel_code"], &["grower", "household_no", "organisation", "village", "valid_from", "name"]],
            Self::Deliveries | Self::Orders | Self::Shipments | Self::Accounts => &[],
            Self::Batches => &[&["organisation", "product", "lot"]],
            Self::MarkUses => &[&["organisation", "product", "right", "in_force_from"]],
            Self::Facilities => &[&["organisation", "name"]],
            Self::Tests => &[&["laboratory", "report_no"]],
            Self::Sellers => &[&["credit_code"], &["name", "division_code", "place"]],
            Self::Listings => &[&["platform", "item_id", "captured_on"]],
        }
    }
    /// The column a pointer of the act speaks of, by its parts from the last to the first.
    pub fn column_at(self, pointer: &str) -> Option<&'static Column> {
        pointer.split('/').rev().find_map(|part| self.column(part).or_else(|| self.column(named(self, part))))
    }
}

/// What a part of a pointer is called in a sheet.
fn named(kind: SheetKind, part: &str) -> &str {
    match part {
        "net_weight_g" | "quantity" | "entered" | "number" => "weight",
        "organisation_id" | "buyer_id" | "producer_id" => "organisation",
        "grower_id" | "holder_id" => "grower",
        "product_id" | "claimed_product_id" => "product",
        "plot_id" => "plot",
        "plot_ids" => "plots",
        "batch_id" => "lot",
        "facility_id" => "facility",
        "right_id" => "right",
        "announcement_id" => "announcement",
        "standard_version" => "standard",
        "seller_id" => "seller",
        "price_fen" => "price",
        "area_m2" => "area",
        "places" => "division_code",
        "sources" if kind == SheetKind::Batches => "plots",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_means_two_columns_of_one_sheet() {
        for kind in SheetKind::ALL.into_iter().chain(SheetKind::GIVEN) {
            let columns: Vec<&Column> = kind.columns().iter().chain([&ID, &FAULTS]).collect();
            for column in &columns {
                for name in [column.zh, column.en, column.key].iter().chain(column.also) {
                    let known: Vec<_> = columns.iter().filter(|c| c.is_headed(name)).map(|c| c.key).collect();
                    assert_eq!(known, [column.key], "{kind:?} {name}");
                }
            }
            for key in kind.keys().iter().copied().flatten() {
                assert!(kind.column(key).is_some(), "{kind:?} has no {key}");
            }
        }
    }
}

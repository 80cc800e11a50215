//! Headings and rows of every platform's order export, with the columns of buyers that must be dropped.

use super::*;

fn row(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

/// Platform, headings, a row, and what is kept: item number, item, SKU, pieces, fen, state.
type Export = (&'static str, &'static str, &'static str, (&'static str, &'static str, &'static str, i64, Option<i64>, &'static str));

const EXPORTS: &[Export] = &[
    (
        "天猫",
        "订单编号,子订单编号,买家会员名,买家支付宝账号,买家实付金额,订单状态,收货人姓名,收货地址,联系手机,订单付款时间,宝贝标题,宝贝ID,商品属性,购买数量,退款状态",
        "4012345678901234567,4012345678901234568,tb某某,13800000000,39.90,交易成功,张三,河北省石家庄市,13800000000,2026-10-08 12:03:04,晋州鸭梨 5斤装,708812345678,净重：5斤,2,没有申请退款",
        ("708812345678", "晋州鸭梨 5斤装", "净重：5斤", 2, Some(3990), "paid"),
    ),
    (
        "淘宝",
        "\"订单编号\",\"标题\",\"价格\",\"购买数量\",\"外部系统编号\",\"商品属性\",\"套餐信息\",\"备注\",\"订单状态\",\"订单创建时间\"",
        "=\"4012345678901234567\",晋州鸭梨,39.90,1,A-1,规格:5斤,,放门口,等待买家付款,2026-10-08 12:03:04",
        ("", "晋州鸭梨", "规格:5斤", 1, None, "unpaid"),
    ),
    (
        "京东",
        "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,应付金额,订单状态,下单帐号,客户姓名,客户地址,联系电话,付款确认时间",
        "281234567890,100012043978,晋州鸭梨5斤,3,在线支付,2026/10/8 9:05,39.90,119.70,119.70,119.70,完成,jd_abc,李四,北京市,139,2026/10/8 9:06",
        ("100012043978", "晋州鸭梨5斤", "", 3, Some(11_970), "paid"),
    ),
    (
        "拼多多",
        "商品,订单号,订单状态,商品总价(元),用户实付金额(元),商家实收金额(元),商品数量(件),收货人,手机,省,市,街道,支付时间,商品id,商品规格,样式ID,售后状态",
        "晋州鸭梨,260101-123456789,已签收,29.90,29.90,29.90,1,王五,138,河北,石家庄,某街,2026-10-08 12:03:04,512345678901,净重4.5斤,5566,退款成功",
        ("512345678901", "晋州鸭梨", "净重4.5斤", 1, Some(2990), "refunded"),
    ),
    (
        "抖音",
        "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,订单应付金额,收件人,收件人手机号,详细地址,订单提交时间,支付完成时间,订单状态,售后状态",
        "6912345678901234567,6912345678901234568,晋州鸭梨 5斤,5斤装,1,3412345678901234567,K1,35.80,赵六,137,某省某市,2026-10-08 12:00:00,2026-10-08 12:03:04,已完成,-",
        ("3412345678901234567", "晋州鸭梨 5斤", "5斤装", 1, Some(3580), "paid"),
    ),
    (
        "1688",
        "订单编号,买家公司名,买家会员名,卖家公司名,货品总价(元),运费(元),实付款(元),订单状态,订单创建时间,订单付款时间,收货人姓名,收货地址,货品标题,数量,Offer ID,型号",
        "1812345678901234567,某公司,buyer1,某果园,1200.00,0,1200.00,交易成功,2026-10-08 10:00:00,2026-10-08 12:03:04,孙七,山东,晋州鸭梨批发,50,612345678901,10斤/箱",
        ("612345678901", "晋州鸭梨批发", "10斤/箱", 50, Some(120_000), "paid"),
    ),
    (
        "微信小店",
        "订单号,订单状态,下单时间,支付时间,商品名称,商品编码,规格,数量,实付金额,收件人姓名,收件人手机,收件人地址,买家昵称",
        "3700000000000000001,已取消,2026-10-08 12:00:00,2026-10-08 12:03:04,晋州鸭梨,10000123456789,5斤装,1,39.9,周八,136,河北,小明",
        ("10000123456789", "晋州鸭梨", "5斤装", 1, Some(3990), "unpaid"),
    ),
];

#[test]
fn exports_of_every_platform_are_read_and_buyers_dropped() {
    for (platform, headings, cells, (item_id, item, sku, pieces, paid, state)) in EXPORTS {
        let headings = row(headings);
        let columns = Columns::of(&headings).unwrap_or_else(|| panic!("{platform}: headings"));
        let read = line(&columns, &row(cells), "sel_1", platform).unwrap_or_else(|e| panic!("{platform}: {e:?}"));
        assert_eq!((read.item_id.as_str(), read.item.as_str(), read.sku.as_str()), (*item_id, *item, *sku), "{platform}");
        assert_eq!((read.pieces, read.paid_fen, read.state.word()), (*pieces, *paid, *state), "{platform}");
        let kept = format!("{read:?}");
        for buyer in
            ["张三", "李四", "王五", "赵六", "孙七", "周八", "13800000000", "某街", "小明", "buyer1", "放门口", "4012345678901234567"]
        {
            assert!(!kept.contains(buyer), "{platform}: {buyer} is kept");
        }
        assert!(columns.dropped > 2, "{platform}");
    }
}

#[test]
fn a_line_is_known_again_whatever_became_of_it() {
    let columns = Columns::of(&row("订单号,商品名称,数量,订单状态,支付时间")).unwrap();
    let read = |text: &str| line(&columns, &row(text), "sel_1", "京东").unwrap();
    let (first, later) = (read("1,晋州鸭梨,1,待发货,2026-10-08"), read("1,晋州鸭梨,1,已退款,2026-10-08"));
    assert_eq!(first.line_hash, later.line_hash);
    assert_eq!((first.state, later.state), (LineState::Paid, LineState::Refunded));
    assert_ne!(read("2,晋州鸭梨,1,完成,2026-10-08").line_hash, first.line_hash);
    let other = line(&columns, &row("1,晋州鸭梨,1,完成,2026-10-08"), "sel_2", "京东").unwrap();
    assert_ne!(other.line_hash, first.line_hash, "another seller's order of that number is another");
    assert_eq!(line(&columns, &row("合计,,12,,"), "sel_1", "京东"), Err(NoLine::Blank));
    assert_eq!(line(&columns, &row("1,梨,很多,完成,2026-10-08"), "sel_1", "京东"), Err(NoLine::Pieces));
    assert_eq!(line(&columns, &row("1,梨,1,完成,昨天"), "sel_1", "京东"), Err(NoLine::Time));
    assert_eq!(Columns::of(&row("姓名,电话,地址")), None);
    assert_eq!(Columns::of(&row("订单号,收货人,数量,订单状态,支付时间")), None, "no item");
}

#[test]
fn times_are_read_as_in_china() {
    let day = Day::parse("2026-10-08").unwrap().start();
    for said in ["2026-10-08", "2026/10/8", "20261008", "2026年10月8日", "2026-10-08T00:00:00+08:00"] {
        assert_eq!(moment(said), Some(day), "{said}");
    }
    assert_eq!(moment("2026/10/8 9:05"), Some(day + (9 * 60 + 5) * 60_000));
    assert_eq!(moment("2026-13-08"), None);
}

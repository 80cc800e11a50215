//! Which item of which platform a pasted address means: read from the address alone, never by fetching it.

use url::Url;

/// An item, read from an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The platform as people call it.
    pub platform: &'static str,
    /// The item's number there.
    pub item_id: String,
    /// The address without what tracks who shared it.
    pub url: String,
}

/// Why an address says no item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// There is no address in what was pasted.
    NoAddress,
    /// A short or shared link: the item's number is behind it. Opened in a browser it becomes an address that says it.
    Short(String),
    /// The platform is known, its address says no item.
    NoItem(&'static str),
    /// A host nobody here knows: platform and number are typed instead.
    UnknownHost(String),
}

impl Unread {
    /// The refusal's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAddress => "listing_link_missing",
            Self::Short(_) => "listing_link_short",
            Self::NoItem(_) => "listing_link_no_item",
            Self::UnknownHost(_) => "listing_link_unknown",
        }
    }
    /// What the refusal names.
    pub fn value(&self) -> String {
        match self {
            Self::NoAddress => String::new(),
            Self::Short(host) | Self::UnknownHost(host) => host.clone(),
            Self::NoItem(platform) => (*platform).to_owned(),
        }
    }
}

/// Platforms whose addresses are read.
pub const PLATFORMS: [&str; 8] = ["天猫", "淘宝", "京东", "拼多多", "抖音", "1688", "微信小店", "快手"];

/// Hosts of links that only lead on.
const SHORT: &[&str] = &[
    "m.tb.cn",
    "e.tb.cn",
    "tb.cn",
    "s.click.taobao.com",
    "u.jd.com",
    "3.cn",
    "p.pinduoduo.com",
    "file-link.pinduoduo.com",
    "v.douyin.com",
    "qr.1688.com",
    "v.kuaishou.com",
    "dwz.cn",
    "t.cn",
    "url.cn",
    "w.url.cn",
];

/// One host (it or what ends with a dot and it), how its items are read, and the address that says only the item.
struct Shape {
    host: &'static str,
    platform: &'static str,
    /// Names of the query's parts that hold the number.
    query: &'static [&'static str],
    /// What stands before the number in the path.
    path: &'static [&'static str],
    /// The plain address, `{}` for the number.
    plain: &'static str,
}

const SHAPES: &[Shape] = &[
    Shape { host: "tmall.com", platform: "天猫", query: &["id", "itemId"], path: &[], plain: "https://detail.tmall.com/item.htm?id={}" },
    Shape { host: "tmall.hk", platform: "天猫", query: &["id"], path: &[], plain: "https://detail.tmall.hk/hk/item.htm?id={}" },
    Shape {
        host: "taobao.com",
        platform: "淘宝",
        query: &["id", "itemId", "item_id"],
        path: &["/item/", "/i"],
        plain: "https://item.taobao.com/item.htm?id={}",
    },
    Shape {
        host: "jd.com",
        platform: "京东",
        query: &["wareId", "sku", "skuId"],
        path: &["/product/", "/ware/view/", "/"],
        plain: "https://item.jd.com/{}.html",
    },
    Shape {
        host: "jd.hk", platform: "京东", query: &["wareId", "sku"], path: &["/product/", "/"], plain: "https://npcitem.jd.hk/{}.html"
    },
    Shape { host: "jingxi.com", platform: "京东", query: &["sku"], path: &[], plain: "https://item.jd.com/{}.html" },
    Shape {
        host: "yangkeduo.com",
        platform: "拼多多",
        query: &["goods_id", "goodsId"],
        path: &[],
        plain: "https://mobile.yangkeduo.com/goods.html?goods_id={}",
    },
    Shape {
        host: "pinduoduo.com",
        platform: "拼多多",
        query: &["goods_id", "goodsId"],
        path: &[],
        plain: "https://mobile.yangkeduo.com/goods.html?goods_id={}",
    },
    Shape {
        host: "jinritemai.com",
        platform: "抖音",
        query: &["id", "product_id"],
        path: &[],
        plain: "https://haohuo.jinritemai.com/ecommerce/trade/detail/index.html?id={}",
    },
    Shape {
        host: "douyin.com",
        platform: "抖音",
        query: &["product_id", "goods_id"],
        path: &["/product/"],
        plain: "https://haohuo.jinritemai.com/ecommerce/trade/detail/index.html?id={}",
    },
    Shape {
        host: "1688.com",
        platform: "1688",
        query: &["offerId", "offer_id"],
        path: &["/offer/"],
        plain: "https://detail.1688.com/offer/{}.html",
    },
    Shape {
        host: "weixin.qq.com",
        platform: "微信小店",
        query: &["productId", "product_id", "spuId"],
        path: &["/product/"],
        plain: "https://store.weixin.qq.com/shop/product?productId={}",
    },
    Shape {
        host: "kwaixiaodian.com",
        platform: "快手",
        query: &["id", "itemId"],
        path: &[],
        plain: "https://app.kwaixiaodian.com/merchant/shop/detail?id={}",
    },
];

fn is_of(host: &str, own: &str) -> bool {
    host == own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.'))
}

/// The first address in what was pasted: shared texts have words around it.
fn address(pasted: &str) -> Option<Url> {
    let at = pasted.find("https://").or_else(|| pasted.find("http://"));
    let said: String = match at {
        Some(at) => pasted[at..].chars().take_while(|c| c.is_ascii_graphic()).collect(),
        // A host without its scheme, as browsers show it.
        None => {
            let first = pasted.split_whitespace().find(|word| word.is_ascii() && word.contains('.') && word.contains('/'))?;
            format!("https://{first}")
        }
    };
    Url::parse(&said).ok().filter(|url| url.host_str().is_some())
}

/// A number of an item: digits only, neither a year nor endless.
fn number(said: &str) -> Option<String> {
    let digits: String = said.chars().take_while(char::is_ascii_digit).collect();
    let ends = said[digits.len()..].is_empty() || said[digits.len()..].starts_with(['.', '/', '?', '_']);
    (ends && (5..=20).contains(&digits.len())).then_some(digits)
}

/// Reads an item from what was pasted.
///
/// # Errors
/// [`Unread`], each with what to do instead.
pub fn item(pasted: &str) -> Result<Item, Unread> {
    let url = address(pasted).ok_or(Unread::NoAddress)?;
    let host = url.host_str().unwrap_or_default().to_lowercase();
    if SHORT.iter().any(|short| is_of(&host, short)) {
        return Err(Unread::Short(host));
    }
    let shape = SHAPES.iter().find(|shape| is_of(&host, shape.host)).ok_or_else(|| Unread::UnknownHost(host.clone()))?;
    let asked = || {
        url.query_pairs()
            .chain(url.fragment().and_then(|f| f.split_once('?')).into_iter().flat_map(|(_, q)| url::form_urlencoded::parse(q.as_bytes())))
    };
    let in_query =
        shape.query.iter().find_map(|name| asked().find(|(own, _)| own.eq_ignore_ascii_case(name)).and_then(|(_, value)| number(&value)));
    let in_path = || shape.path.iter().find_map(|before| url.path().rfind(before).and_then(|at| number(&url.path()[at + before.len()..])));
    let item_id = in_query.or_else(in_path).ok_or(Unread::NoItem(shape.platform))?;
    Ok(Item { platform: shape.platform, url: shape.plain.replace("{}", &item_id), item_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_every_platform_are_read_from_their_addresses() {
        let table: &[(&str, &str, &str)] = &[
            ("https://detail.tmall.com/item.htm?id=708812345678&skuId=5012345678901&spm=a1z10.1-b-s.w5003", "天猫", "708812345678"),
            ("https://detail.m.tmall.com/item.htm?abtest=22&id=708812345678", "天猫", "708812345678"),
            ("https://chaoshi.detail.tmall.com/item.htm?spm=x&id=610101010101", "天猫", "610101010101"),
            ("https://detail.tmall.hk/hk/item.htm?id=610101010102", "天猫", "610101010102"),
            ("detail.tmall.com/item.htm?id=708812345678", "天猫", "708812345678"),
            ("https://item.taobao.com/item.htm?spm=a230r.1.14&id=708812345679&ns=1&abbucket=5#detail", "淘宝", "708812345679"),
            ("https://h5.m.taobao.com/awp/core/detail.htm?id=708812345679&ut_sk=1", "淘宝", "708812345679"),
            ("https://main.m.taobao.com/detail/index.html?id=708812345679", "淘宝", "708812345679"),
            ("https://a.m.taobao.com/i708812345679.htm", "淘宝", "708812345679"),
            ("https://world.taobao.com/item/708812345679.htm", "淘宝", "708812345679"),
            ("https://item.jd.com/100012043978.html?bbtf=1", "京东", "100012043978"),
            ("https://item.m.jd.com/product/100012043978.html?utm_source=iosapp&cover=jfs", "京东", "100012043978"),
            ("https://item.m.jd.com/ware/view.action?wareId=100012043978", "京东", "100012043978"),
            ("https://npcitem.jd.hk/100012043978.html", "京东", "100012043978"),
            ("https://m.jingxi.com/item/view?sku=100012043978", "京东", "100012043978"),
            ("https://mobile.yangkeduo.com/goods.html?goods_id=512345678901&page_from=23&refer_share_uin=X", "拼多多", "512345678901"),
            ("https://mobile.yangkeduo.com/goods2.html?_wvx=10&goods_id=512345678901", "拼多多", "512345678901"),
            ("https://mobile.pinduoduo.com/goods.html?goods_id=512345678901", "拼多多", "512345678901"),
            ("https://haohuo.jinritemai.com/views/product/item2?id=3412345678901234567&origin_type=604", "抖音", "3412345678901234567"),
            ("https://haohuo.jinritemai.com/ecommerce/trade/detail/index.html?id=3412345678901234567", "抖音", "3412345678901234567"),
            ("https://www.douyin.com/ecommerce/detail?product_id=3412345678901234567", "抖音", "3412345678901234567"),
            ("https://detail.1688.com/offer/612345678901.html?spm=a2", "1688", "612345678901"),
            ("https://m.1688.com/offer/612345678901.html", "1688", "612345678901"),
            ("https://detail.m.1688.com/page/index.html?offerId=612345678901", "1688", "612345678901"),
            ("https://store.weixin.qq.com/shop/product?productId=10000123456789", "微信小店", "10000123456789"),
            ("https://channels.weixin.qq.com/shop/a?x=1&productId=10000123456789", "微信小店", "10000123456789"),
            ("https://app.kwaixiaodian.com/merchant/shop/detail?id=21912345678901", "快手", "21912345678901"),
            ("【晋州鸭梨 5斤】https://item.taobao.com/item.htm?id=708812345679 点击链接直接打开", "淘宝", "708812345679"),
            ("8:/ 复制此条消息，打开拼多多 https://mobile.yangkeduo.com/goods.html?goods_id=512345678901，查看", "拼多多", "512345678901"),
        ];
        for (pasted, platform, number) in table {
            let read = item(pasted).unwrap_or_else(|e| panic!("{pasted}: {e:?}"));
            assert_eq!((read.platform, read.item_id.as_str()), (*platform, *number), "{pasted}");
            assert_eq!(item(&read.url).map(|again| again.item_id), Ok(read.item_id), "its plain address says the same");
            assert!(PLATFORMS.contains(platform) && !read.url.contains("spm") && !read.url.contains("share"));
        }
    }

    #[test]
    fn what_says_no_item_says_why() {
        let table: &[(&str, Unread)] = &[
            ("晋州鸭梨 5斤", Unread::NoAddress),
            ("", Unread::NoAddress),
            ("#小程序://微信小店/aBcDeFg", Unread::NoAddress),
            ("【淘宝】https://m.tb.cn/h.5xYzAbC CZ0001 「晋州鸭梨」", Unread::Short("m.tb.cn".to_owned())),
            ("https://v.douyin.com/iABCDEF/", Unread::Short("v.douyin.com".to_owned())),
            ("https://u.jd.com/abc123", Unread::Short("u.jd.com".to_owned())),
            ("https://p.pinduoduo.com/abc", Unread::Short("p.pinduoduo.com".to_owned())),
            ("https://mobile.yangkeduo.com/goods.html?ps=AbCdEf", Unread::NoItem("拼多多")),
            ("https://shop123.taobao.com/", Unread::NoItem("淘宝")),
            ("https://item.taobao.com/item.htm?id=abc", Unread::NoItem("淘宝")),
            ("https://item.taobao.com/item.htm?id=12", Unread::NoItem("淘宝")),
            ("https://nottaobao.com/item.htm?id=708812345679", Unread::UnknownHost("nottaobao.com".to_owned())),
            ("https://taobao.com.evil.example/item.htm?id=708812345679", Unread::UnknownHost("taobao.com.evil.example".to_owned())),
            ("https://www.example.com/p/12345678", Unread::UnknownHost("www.example.com".to_owned())),
        ];
        for (pasted, right) in table {
            assert_eq!(item(pasted), Err(right.clone()), "{pasted}");
        }
    }
}

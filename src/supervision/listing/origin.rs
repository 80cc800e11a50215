//! Does a listing state an origin outside the area of the name it uses? Where goods are sent from says nothing about where they grew.

use super::name::bare;
use crate::registry::search;

/// The provinces, without what sort they are.
const PROVINCES: &[&str] = &[
    "北京",
    "天津",
    "河北",
    "山西",
    "内蒙古",
    "辽宁",
    "吉林",
    "黑龙江",
    "上海",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "广西",
    "海南",
    "重庆",
    "四川",
    "贵州",
    "云南",
    "西藏",
    "陕西",
    "甘肃",
    "青海",
    "宁夏",
    "新疆",
    "香港",
    "澳门",
    "台湾",
];
/// Words before a stated origin in a title.
const ORIGIN: &[&str] = &["原产地", "产地", "产自", "产于"];

/// Places that are known: provinces everywhere, and the divisions of the register with what they lie in.
#[derive(Debug, Clone, Default)]
pub struct PlaceBook(Vec<String>);

impl PlaceBook {
    /// The book of these counties and cities.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> =
            names.into_iter().map(|name| search::fold(bare(&name))).filter(|name| name.chars().count() >= 2).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self(names)
    }
}

/// The origin a title states itself, up to the next blank.
pub fn stated(title: &str) -> Option<String> {
    let folded = search::fold(title);
    let (at, word) = ORIGIN.iter().find_map(|word| folded.find(word).map(|at| (at, *word)))?;
    let rest = folded[at + word.len()..].trim_start_matches([':', '：', ' ', '是', '为', '【', '】']);
    let said: String = rest.chars().take_while(|c| c.is_alphanumeric()).take(12).collect();
    Some(said).filter(|said| !said.is_empty())
}

/// The place outside that an origin names: another province, or another county of the register, and none of the name's own places.
/// A province or city that the area lies in leaves it open: nothing.
pub fn outside(origin: &str, own: &[String], book: &PlaceBook) -> Option<String> {
    let origin = search::fold(origin);
    let own: Vec<String> = own.iter().map(|place| search::fold(bare(place))).collect();
    if own.iter().any(|place| origin.contains(place.as_str())) {
        return None;
    }
    let province = PROVINCES.iter().find(|name| origin.starts_with(**name) || origin.contains(&format!("{name}省")));
    if let Some(province) = province.filter(|name| **name != "河北") {
        return Some((*province).to_owned());
    }
    book.0.iter().find(|name| origin.contains(name.as_str())).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_outside_is_one_that_is_known_to_be() {
        let own = ["晋州市".to_owned(), "石家庄市".to_owned()];
        let book = PlaceBook::new(["泊头市".to_owned(), "赵县".to_owned(), "晋州市".to_owned(), "沧州市".to_owned()]);
        let table: &[(&str, Option<&str>)] = &[
            ("河北省石家庄市晋州市", None),
            ("河北晋州", None),
            ("河北", None),
            ("河北石家庄", None),
            ("中国大陆", None),
            ("本地", None),
            ("", None),
            ("山东省烟台市", Some("山东")),
            ("新疆", Some("新疆")),
            ("河北泊头", Some("泊头")),
            ("赵县", Some("赵县")),
            ("晉州", None),
        ];
        for (origin, right) in table {
            assert_eq!(outside(origin, &own, &book).as_deref(), *right, "{origin}");
        }
        assert_eq!(stated("晋州鸭梨 产地：山东烟台 5斤").as_deref(), Some("山东烟台"));
        assert_eq!(stated("晋州鸭梨 5斤"), None);
    }
}

//! Maps as tiles: one square per division in roughly its place, so that no border is drawn that would need an approved base
//! map. The layouts are our own drawing; divisions by GB/T 2260 code.

use std::collections::BTreeMap;

use super::place_href;
use crate::web::words::Lang;

/// How many registered products a place has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCount {
    /// Six-digit division code.
    pub code: String,
    /// Name as shown.
    pub name: String,
    /// Products.
    pub products: u32,
}

/// Code, short name, column, row.
type Spot = (&'static str, &'static str, u32, u32);

const SHIJIAZHUANG: [Spot; 22] = [
    ("130125", "行唐", 0, 0),
    ("130126", "灵寿", 1, 0),
    ("130184", "新乐", 2, 0),
    ("130131", "平山", 0, 1),
    ("130110", "鹿泉", 1, 1),
    ("130123", "正定", 2, 1),
    ("130130", "无极", 3, 1),
    ("130128", "深泽", 4, 1),
    ("130121", "井陉", 0, 2),
    ("130107", "矿区", 1, 2),
    ("130105", "新华", 2, 2),
    ("130102", "长安", 3, 2),
    ("130109", "藁城", 4, 2),
    ("130183", "晋州", 5, 2),
    ("130181", "辛集", 6, 2),
    ("130104", "桥西", 2, 3),
    ("130108", "裕华", 3, 3),
    ("130129", "赞皇", 0, 4),
    ("130132", "元氏", 1, 4),
    ("130127", "高邑", 2, 4),
    ("130111", "栾城", 3, 4),
    ("130133", "赵县", 4, 4),
];

const HEBEI: [Spot; 11] = [
    ("130700", "张家口", 0, 0),
    ("130800", "承德", 1, 0),
    ("130300", "秦皇岛", 2, 0),
    ("131000", "廊坊", 1, 1),
    ("130200", "唐山", 2, 1),
    ("130600", "保定", 0, 1),
    ("130100", "石家庄", 0, 2),
    ("131100", "衡水", 1, 2),
    ("130900", "沧州", 2, 2),
    ("130500", "邢台", 0, 3),
    ("130400", "邯郸", 0, 4),
];

/// Fill and ink from nothing to most.
const SHADES: [(&str, &str); 4] = [("#e6e0d2", "#1c2321"), ("#b7d2c5", "#1c2321"), ("#7fb09b", "#1c2321"), ("#1e6b4f", "#ffffff")];

/// Provinces by their short names, in roughly their places.
const PROVINCES: [Spot; 34] = [
    ("黑龙江", "黑龙江", 7, 0),
    ("内蒙古", "内蒙古", 4, 1),
    ("北京", "北京", 5, 1),
    ("辽宁", "辽宁", 6, 1),
    ("吉林", "吉林", 7, 1),
    ("新疆", "新疆", 0, 2),
    ("甘肃", "甘肃", 2, 2),
    ("宁夏", "宁夏", 3, 2),
    ("山西", "山西", 4, 2),
    ("河北", "河北", 5, 2),
    ("天津", "天津", 6, 2),
    ("青海", "青海", 1, 3),
    ("陕西", "陕西", 3, 3),
    ("河南", "河南", 4, 3),
    ("山东", "山东", 5, 3),
    ("江苏", "江苏", 6, 3),
    ("西藏", "西藏", 0, 4),
    ("四川", "四川", 2, 4),
    ("重庆", "重庆", 3, 4),
    ("湖北", "湖北", 4, 4),
    ("安徽", "安徽", 5, 4),
    ("浙江", "浙江", 6, 4),
    ("上海", "上海", 7, 4),
    ("云南", "云南", 2, 5),
    ("贵州", "贵州", 3, 5),
    ("湖南", "湖南", 4, 5),
    ("江西", "江西", 5, 5),
    ("福建", "福建", 6, 5),
    ("台湾", "台湾", 7, 5),
    ("广西", "广西", 3, 6),
    ("广东", "广东", 4, 6),
    ("香港", "香港", 5, 6),
    ("澳门", "澳门", 5, 7),
    ("海南", "海南", 4, 7),
];

/// A map of the provinces with how much was seen in each, by short name, shaded against the greatest.
pub fn provinces(lang: Lang, counts: &[(String, u32)]) -> Map {
    let figures = counts.iter().cloned().collect();
    let tiles = shaded(&PROVINCES, &figures);
    let title = lang.say("work.alerts.map").into_owned();
    let text = lang.say("work.alerts.map_said").into_owned();
    Map { title, text, width: 8 * 66 - 2, height: 8 * 66, tiles }
}

/// Tiles that lead nowhere, shaded by a figure against the greatest.
fn shaded(spots: &[Spot], figures: &BTreeMap<String, u32>) -> Vec<Tile> {
    let greatest = figures.values().copied().max().unwrap_or(0);
    let tile = |&(code, name, column, row): &Spot| {
        let figure = figures.get(code).copied().unwrap_or(0);
        let (fill, ink) = match u64::from(figure) * 3 {
            0 => SHADES[0],
            n if n <= u64::from(greatest) => SHADES[1],
            n if n <= u64::from(greatest) * 2 => SHADES[2],
            _ => SHADES[3],
        };
        Tile { x: column * 66, y: row * 66, name, href: String::new(), products: figure, fill, ink }
    };
    spots.iter().map(tile).collect()
}

/// One square.
pub struct Tile {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Short name.
    pub name: &'static str,
    /// Where it leads; empty if nowhere.
    pub href: String,
    /// How many.
    pub products: u32,
    /// Colour of the square.
    pub fill: &'static str,
    /// Colour of its words.
    pub ink: &'static str,
}

/// A map with its table.
pub struct Map {
    /// Heading.
    pub title: String,
    /// What it shows, for whoever can't see it.
    pub text: String,
    /// Of the box.
    pub width: u32,
    /// Of the box.
    pub height: u32,
    /// The squares.
    pub tiles: Vec<Tile>,
}

impl Map {
    /// Shijiazhuang by county.
    pub(super) fn counties(lang: Lang, places: &[PlaceCount]) -> Self {
        Self::new(lang, "front.counties", &SHIJIAZHUANG, places)
    }
    /// Hebei by city.
    pub(super) fn cities(lang: Lang, places: &[PlaceCount]) -> Self {
        Self::new(lang, "front.cities", &HEBEI, places)
    }

    /// Shijiazhuang by county, shaded by a figure against the greatest; leads nowhere.
    pub(in crate::web) fn shaded(title: String, text: String, figures: &BTreeMap<String, u32>) -> Self {
        Self { title, text, width: 7 * 66 - 2, height: 5 * 66, tiles: shaded(&SHIJIAZHUANG, figures) }
    }

    fn new(lang: Lang, title: &str, spots: &[Spot], places: &[PlaceCount]) -> Self {
        let tiles = spots.iter().map(|&(code, name, column, row)| {
            let products = places.iter().find(|p| p.code == code).map_or(0, |p| p.products);
            let (fill, ink) = match products {
                0 => SHADES[0],
                1 => SHADES[1],
                2 | 3 => SHADES[2],
                _ => SHADES[3],
            };
            Tile { x: column * 66, y: row * 66, name, href: place_href(lang, code), products, fill, ink }
        });
        // Both maps are seven columns wide, so that their tiles are equally large.
        let columns = 7;
        let rows = spots.iter().map(|s| s.3).max().unwrap_or(0) + 1;
        let title = lang.say(title).into_owned();
        let text = lang.say1("front.map_text", "title", &title);
        Self { text, title, width: columns * 66 - 2, height: rows * 66, tiles: tiles.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_shaded_against_the_greatest() {
        let figures = BTreeMap::from([("130183".to_owned(), 9), ("130133".to_owned(), 3), ("130109".to_owned(), 6)]);
        let map = Map::shaded(String::new(), String::new(), &figures);
        let fill = |name: &str| map.tiles.iter().find(|tile| tile.name == name).unwrap().fill;
        assert_eq!([fill("晋州"), fill("藁城"), fill("赵县"), fill("平山")], ["#1e6b4f", "#7fb09b", "#b7d2c5", "#e6e0d2"]);
    }

    #[test]
    fn no_two_tiles_share_a_place() {
        for spots in [&SHIJIAZHUANG[..], &HEBEI[..], &PROVINCES[..]] {
            for (i, a) in spots.iter().enumerate() {
                assert!(spots[i + 1..].iter().all(|b| (b.2, b.3) != (a.2, a.3) && b.0 != a.0), "{}", a.1);
            }
        }
    }
}

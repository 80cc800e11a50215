//! Chance, cities and telephones.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::plan::Device;

/// Province, city, code of the city, and how many people buy there (in hundred thousands, roughly; no statistic).
pub const CITIES: [(&str, &str, &str, u32); 36] = [
    ("河北", "石家庄", "130100", 110),
    ("河北", "保定", "130600", 60),
    ("河北", "邯郸", "130400", 45),
    ("河北", "唐山", "130200", 50),
    ("河北", "沧州", "130900", 40),
    ("河北", "廊坊", "131000", 45),
    ("河北", "邢台", "130500", 35),
    ("河北", "衡水", "131100", 30),
    ("河北", "张家口", "130700", 20),
    ("北京", "北京", "110100", 120),
    ("天津", "天津", "120100", 80),
    ("上海", "上海", "310100", 90),
    ("广东", "广州", "440100", 70),
    ("广东", "深圳", "440300", 70),
    ("广东", "东莞", "441900", 30),
    ("江苏", "南京", "320100", 40),
    ("江苏", "苏州", "320500", 45),
    ("浙江", "杭州", "330100", 55),
    ("浙江", "宁波", "330200", 25),
    ("山东", "济南", "370100", 40),
    ("山东", "青岛", "370200", 40),
    ("河南", "郑州", "410100", 45),
    ("湖北", "武汉", "420100", 45),
    ("湖南", "长沙", "430100", 30),
    ("四川", "成都", "510100", 50),
    ("重庆", "重庆", "500100", 45),
    ("陕西", "西安", "610100", 35),
    ("辽宁", "沈阳", "210100", 25),
    ("辽宁", "大连", "210200", 20),
    ("黑龙江", "哈尔滨", "230100", 25),
    ("福建", "厦门", "350200", 18),
    ("福建", "福州", "350100", 18),
    ("云南", "昆明", "530100", 15),
    ("广西", "南宁", "450100", 15),
    ("山西", "太原", "140100", 25),
    ("内蒙古", "呼和浩特", "150100", 12),
];
/// The place of a scan that nobody knows.
pub const NOWHERE: u8 = u8::MAX;
/// Makes of telephone.
pub const AGENTS: u16 = 400;
/// The user agent of the servers of a scanning app, and of a machine that opens links.
pub const APP_SERVER: u16 = 60_000;
pub const CRAWLER: u16 = 60_001;
/// Where servers of scanning apps stand: Hangzhou.
const APP_CITY: u8 = 17;

/// The user agent of a number.
pub fn agent(no: u16) -> String {
    match no {
        APP_SERVER => "okhttp/4.12.0".to_owned(),
        CRAWLER => "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)".to_owned(),
        no => format!("Mozilla/5.0 (Linux; Android {}; M{no}) AppleWebKit/537.36 Mobile MicroMessenger/8.0.{}", 9 + no % 6, no % 60),
    }
}

/// Everything drawn.
pub struct Chance(StdRng);

impl Chance {
    /// The chance of one part of a season: parts don't disturb each other when one of them changes.
    pub fn of(seed: u64, part: u64) -> Self {
        Self(StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ part))
    }
    pub fn yes(&mut self, p: f64) -> bool {
        self.0.random_bool(p)
    }
    /// A whole number, both ends included.
    pub fn count(&mut self, from: u32, to: u32) -> u32 {
        self.0.random_range(from..=to.max(from))
    }
    pub fn index(&mut self, len: usize) -> usize {
        self.0.random_range(0..len)
    }
    pub fn real(&mut self, from: f64, to: f64) -> f64 {
        self.0.random_range(from..to)
    }
    /// Days until something that happens at a steady rate.
    pub fn wait(&mut self, mean: f64) -> f64 {
        -self.0.random_range(f64::EPSILON..1.0).ln() * mean
    }
    /// Skewed to the right, with this median.
    pub fn skewed(&mut self, median: f64, sigma: f64) -> f64 {
        let (a, b): (f64, f64) = (self.0.random_range(f64::EPSILON..1.0), self.0.random_range(0.0..1.0));
        median * ((-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos() * sigma).exp()
    }
    /// How often something was done that is done again with probability `p`.
    pub fn again(&mut self, p: f64, most: u32) -> u32 {
        let mut times = 0;
        while times < most && self.0.random_bool(p) {
            times += 1;
        }
        times
    }
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.0.random_range(0..=i));
        }
    }
    /// A city anywhere, by how many people buy there.
    pub fn city(&mut self) -> usize {
        self.city_where(|_| true)
    }
    /// One of those that fit; the first city if none does.
    pub fn city_where(&mut self, fits: impl Fn(usize) -> bool) -> usize {
        let total: u32 = (0..CITIES.len()).filter(|c| fits(*c)).map(|c| CITIES[c].3).sum();
        if total == 0 {
            return 0;
        }
        let mut at = self.0.random_range(0..total);
        for city in (0..CITIES.len()).filter(|c| fits(*c)) {
            if at < CITIES[city].3 {
                return city;
            }
            at -= CITIES[city].3;
        }
        0
    }
    /// Where somebody lives who buys in `city`: mostly there.
    pub fn home(&mut self, city: usize) -> usize {
        match self.index(100) {
            0..82 => city,
            82..92 => self.city_where(|c| CITIES[c].0 == CITIES[city].0),
            _ => self.city(),
        }
    }
    /// A telephone in a city: a third stand behind one of the carrier's few addresses.
    pub fn device(&mut self, city: usize) -> Device {
        let low = if self.yes(0.33) { self.0.random_range(0..96) } else { self.0.random_range(96..1 << 20) };
        Device { address: (u32::try_from(city).unwrap_or(0) << 20) | low, agent: self.0.random_range(0..AGENTS) }
    }
    /// Where the address of somebody in `city` seems to be: nowhere, the carrier's gateway in the first city of the province, a VPN or a
    /// roaming card from anywhere, or the city.
    pub fn seems(&mut self, city: usize) -> u8 {
        let seems = match self.index(1000) {
            0..60 => return NOWHERE,
            60..110 => CITIES.iter().position(|c| c.0 == CITIES[city].0).unwrap_or(city),
            110..130 => self.city(),
            _ => city,
        };
        u8::try_from(seems).unwrap_or(NOWHERE)
    }
    /// The server of a scanning app opens what it was shown as well.
    pub fn app(&mut self) -> (u8, Device) {
        (APP_CITY, Device { address: (u32::from(APP_CITY) << 20) | self.0.random_range(0..8), agent: APP_SERVER })
    }
    /// A minute of the day on which people are awake; more of them in the evening.
    pub fn minute(&mut self) -> u32 {
        if self.yes(0.45) { self.0.random_range(18 * 60..23 * 60) } else { self.0.random_range(8 * 60..18 * 60) }
    }
}

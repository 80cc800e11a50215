//! What a password must be, and what happens around it: two profiles, chosen by the setting `password_profile`.
//!
//! `asvs` (OWASP ASVS 2.1): length and being hard to guess, no classes and no forced changes. `mlps` (GB/T 22239, 等保): classes, a change
//! every 90 days, no return to the last five, locked for half an hour after five wrong ones, half an hour of idleness. Judged without a
//! network: against patterns and lists in the program, and against the names somebody is known by.

use crate::kernel::failure::Faults;
use crate::kernel::{Millis, Outcome, clock, text};

/// The fewest characters under `asvs`.
pub const FEWEST: usize = 12;
/// The fewest under `mlps`, which asks for classes instead.
const FEWEST_WITH_CLASSES: usize = 8;
/// The most characters of any password.
const MOST: usize = 256;
/// How much of it is looked at for patterns.
const JUDGED: usize = 64;

/// What Chinese passwords are so often made of that it counts for nothing.
const COMMON: &[&str] = &[
    "woaini",
    "woaini1314",
    "woaini520",
    "5201314",
    "1314520",
    "7758521",
    "wodemima",
    "mima",
    "mima123456",
    "dengluma",
    "denglu",
    "zhongguo",
    "hebei",
    "shijiazhuang",
    "sjz",
    "yanzhao",
    "jinzhou",
    "zhaoxian",
    "gaocheng",
    "dibiao",
    "dilibiaozhi",
    "yali",
    "xuehuali",
    "gongmian",
    "hongzao",
    "heshe",
    "hezuoshe",
    "shichang",
    "jianguan",
    "zhishichanquan",
    "guanliyuan",
    "xitong",
    "ceshi",
    "ceshi123",
    "aini1314",
    "nihao",
    "nihao123",
    "qq123456",
    "a123456",
    "aa123456",
    "abc123456",
    "123456789a",
    "1q2w3e4r",
    "1qaz2wsx",
    "qazwsxedc",
    "zxcvbnm",
    "asdfghjkl",
    "password",
    "passw0rd",
    "admin",
    "admin123",
    "root",
    "huawei",
    "weixin",
    "taobao",
    "我爱你",
    "密码",
    "燕赵",
    "石家庄",
    "河北",
    "地理标志",
    "鸭梨",
    "管理员",
    "中国",
    "一二三四五六",
    "合作社",
];

/// A set of rules for passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordProfile {
    /// Long and hard to guess.
    Asvs,
    /// 等保: classes, rotation, history, idleness.
    Mlps,
}

impl PasswordProfile {
    /// Reads the setting's word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "asvs" => Some(Self::Asvs),
            "mlps" => Some(Self::Mlps),
            _ => None,
        }
    }
    /// The setting's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asvs => "asvs",
            Self::Mlps => "mlps",
        }
    }
    /// The fewest characters.
    pub fn fewest(self) -> usize {
        match self {
            Self::Asvs => FEWEST,
            Self::Mlps => FEWEST_WITH_CLASSES,
        }
    }
    /// After how many wrong ones in a row nothing is accepted any more, and for how long.
    pub fn lock(self) -> (i64, Millis) {
        match self {
            Self::Asvs => (5, 15 * clock::MINUTE),
            Self::Mlps => (5, 30 * clock::MINUTE),
        }
    }
    /// How long a session may lie idle.
    pub fn idle(self) -> Option<Millis> {
        match self {
            Self::Asvs => None,
            Self::Mlps => Some(30 * clock::MINUTE),
        }
    }
    /// How long a password is good for.
    pub fn lasts(self) -> Option<Millis> {
        match self {
            Self::Asvs => None,
            Self::Mlps => Some(90 * clock::DAY),
        }
    }
    /// To how many of the last passwords nobody may return.
    pub fn history(self) -> usize {
        match self {
            Self::Asvs => 0,
            Self::Mlps => 5,
        }
    }
}

/// How many of the four classes occur: small letters, capitals, digits, anything else (Chinese characters too).
fn classes(password: &str) -> usize {
    let has = |class: fn(char) -> bool| usize::from(password.chars().any(class));
    has(|c| c.is_ascii_lowercase()) + has(|c| c.is_ascii_uppercase()) + has(|c| c.is_ascii_digit()) + has(|c| !c.is_ascii_alphanumeric())
}

/// Is this a password the profile accepts from somebody known by `names` (account, shown name, organisation)?
///
/// # Errors
/// Every fault at `/password`: `password_short`, `password_long`, `password_classes`, `password_common`.
pub fn judge(profile: PasswordProfile, password: &str, names: &[&str]) -> Outcome<()> {
    let mut faults = Faults::new();
    let length = password.chars().count();
    if length < profile.fewest() {
        faults.add("/password", "password_short").with("fewest", profile.fewest()).with("length", length);
    }
    if text::too_long(password, MOST) {
        faults.add("/password", "password_long").with("most", MOST);
    }
    if profile == PasswordProfile::Mlps && classes(password) < 3 {
        faults.add("/password", "password_classes").with("classes", classes(password));
    }
    // What is too short is said to be short and nothing else.
    if length >= profile.fewest() && is_common(profile, password, names) {
        faults.add("/password", "password_common");
    }
    faults.check()
}

fn is_common(profile: PasswordProfile, password: &str, names: &[&str]) -> bool {
    let judged: String = password.chars().take(JUDGED).collect();
    let known: Vec<&str> = names.iter().copied().filter(|name| name.chars().count() > 1).chain(COMMON.iter().copied()).collect();
    let guesses = zxcvbn::zxcvbn(&judged, &known).guesses_log10();
    let enough = if profile == PasswordProfile::Asvs { 9.0 } else { 7.0 };
    guesses < enough
}

#[cfg(test)]
mod tests {
    use super::*;
    use PasswordProfile::{Asvs, Mlps};

    fn said(profile: PasswordProfile, password: &str) -> Vec<&'static str> {
        let names = ["zhangwen", "张文", "演示果品专业合作社"];
        judge(profile, password, &names).err().map_or(Vec::new(), |f| f.fields.iter().map(|f| f.code).collect())
    }

    #[test]
    fn asvs_asks_for_length_and_for_nothing_that_is_guessed_first() {
        for (password, wanted) in [
            ("short", &["password_short"][..]),
            ("elevenchars", &["password_short"]),
            ("123456789012", &["password_common"]),
            ("aaaaaaaaaaaa", &["password_common"]),
            ("password1234", &["password_common"]),
            ("woaini1314520", &["password_common"]),
            ("qwertyuiop12", &["password_common"]),
            ("shijiazhuang1", &["password_common"]),
            ("zhangwen1234", &["password_common"]),
            ("演示果品专业合作社2026", &["password_common"]),
            ("燕赵石家庄河北地理标志鸭梨", &[]),
            ("十二个汉字也是足够长的密码", &[]),
            ("梨花院落溶溶月柳絮池塘", &["password_short"]),
            ("梨花院落溶溶月柳絮池塘淡淡风", &[]),
            ("staple-otter-granary", &[]),
            ("kT9#vL2mQx7!", &[]),
        ] {
            assert_eq!(said(Asvs, password), wanted, "{password}");
        }
        assert_eq!(said(Asvs, &"长".repeat(257))[0], "password_long");
    }

    #[test]
    fn mlps_asks_for_three_of_four_classes() {
        for (password, wanted) in [
            ("kT9#vL2", &["password_short"][..]),
            ("ktvlmqxrnw", &["password_classes"]),
            ("ktvlmq9283", &["password_classes"]),
            ("kTvLmQ9283", &[]),
            ("kt#vlmq9283", &[]),
            ("KT#VLMQ9283", &[]),
            ("梨花ktvl9283", &[]),
            ("Password1", &["password_common"]),
            ("Admin123!", &["password_common"]),
            ("aaaaaaaa", &["password_classes", "password_common"]),
        ] {
            assert_eq!(said(Mlps, password), wanted, "{password}");
        }
    }

    #[test]
    fn the_figures_of_each_profile() {
        assert_eq!((Asvs.lock(), Mlps.lock()), ((5, 15 * clock::MINUTE), (5, 30 * clock::MINUTE)));
        assert_eq!((Asvs.idle(), Mlps.idle()), (None, Some(30 * clock::MINUTE)));
        assert_eq!((Asvs.lasts(), Mlps.lasts()), (None, Some(90 * clock::DAY)));
        assert_eq!((Asvs.history(), Mlps.history()), (0, 5));
        for profile in [Asvs, Mlps] {
            assert_eq!(PasswordProfile::parse(profile.word()), Some(profile));
        }
        assert_eq!(PasswordProfile::parse("none"), None);
    }
}

//! What a listing claims of marks in words: the special mark (专用标志, 地理标志产品, 认证) or a registered one (证明商标, 集体商标).

use crate::registry::search;

/// What is claimed or shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// 地理标志专用标志.
    Special,
    /// The registered certification or collective mark.
    Registered,
}

/// What whoever captured a listing saw on its pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The special mark.
    Special,
    /// The registered mark.
    Registered,
    /// Both.
    Both,
}

impl Shown {
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [("special", Self::Special), ("registered", Self::Registered), ("both", Self::Both)]
            .into_iter()
            .find(|(own, _)| *own == word)
            .map(|x| x.1)
    }
    /// Does it show this mark?
    pub fn has(self, mark: Mark) -> bool {
        matches!((self, mark), (Self::Both, _) | (Self::Special, Mark::Special) | (Self::Registered, Mark::Registered))
    }
}

/// The longest first: what is found covers what it contains.
const SPECIAL: &[&str] = &[
    "国家农产品地理标志",
    "国家地理标志保护产品",
    "国家地理标志产品",
    "国家地理标志认证",
    "地理标志专用标志",
    "地理标志保护产品",
    "农产品地理标志",
    "国家地理标志",
    "地理标志产品",
    "地理标志认证",
    "地标认证",
    "地标产品",
    "地理标志",
    "gi认证",
    "pgi",
];
const REGISTERED: &[&str] = &["地理标志证明商标", "地理标志集体商标", "地理标志商标", "证明商标", "集体商标"];
/// Words before that deny it.
const DENIED: &[&str] = &["非", "不是", "没有", "无", "未获", "未取得", "不属于", "并非"];

/// The words by which a text claims a mark, or nothing.
pub fn claimed(text: &str, mark: Mark) -> Option<&'static str> {
    let folded = search::fold(text);
    let words = if mark == Mark::Special { SPECIAL } else { REGISTERED };
    words.iter().copied().find(|word| {
        folded.match_indices(word).any(|(at, _)| {
            let before = folded[..at].trim_end();
            let denied = DENIED.iter().any(|no| before.ends_with(no));
            // 地理标志商标 is the other mark; letters inside a longer word are no claim.
            let registered =
                mark == Mark::Special && ["商标", "证明商标", "集体商标"].iter().any(|rest| folded[at + word.len()..].starts_with(rest));
            let inside = word.is_ascii() && before.len() == at && before.ends_with(|c: char| c.is_ascii_alphanumeric());
            !denied && !registered && !inside
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_in_words() {
        let table: &[(&str, Option<&str>, Option<&str>)] = &[
            ("晋州鸭梨 国家地理标志产品 5斤", Some("国家地理标志产品"), None),
            ("地理标志专用标志 正品", Some("地理标志专用标志"), None),
            ("國家地理標誌產品", Some("国家地理标志产品"), None),
            ("证明商标 晋州鸭梨", None, Some("证明商标")),
            ("晋州鸭梨地理标志证明商标", None, Some("地理标志证明商标")),
            ("地标认证 鸭梨", Some("地标认证"), None),
            ("PGI certified pears", Some("pgi"), None),
            ("非地理标志产品 普通鸭梨", None, None),
            ("不是地理标志 只是好吃", None, None),
            ("typgic", None, None),
            ("产地晋州 鸭梨", None, None),
            ("自有商标 果园直发", None, None),
        ];
        for (text, special, registered) in table {
            assert_eq!(claimed(text, Mark::Special), *special, "{text}");
            assert_eq!(claimed(text, Mark::Registered), *registered, "{text}");
        }
        assert!(Shown::Both.has(Mark::Special) && !Shown::Registered.has(Mark::Special));
        assert_eq!(Shown::parse("none"), None);
    }
}

//! The paper a right rests on: who announced, in which year, under which number; and the two numbers of 农产品地理标志 people mix up.
//!
//! ```text
//! 国家质检总局公告2004年第131号   AQSIQ: the number starts again each year, so the year belongs to it
//! 国家知识产权局公告第401号        CNIPA: one running number; recognition, acceptance, users … are told apart by the kind
//! AGI01459                       certificate: five running digits
//! AGI2014-02-1497                quality-control specification: year, lot, running number
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::{FieldProblem, text};

/// Who announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Issuer {
    /// 国家质检总局, until 2018. Numbers restart yearly.
    Aqsiq,
    /// 国家知识产权局, since 2018. One running number.
    Cnipa,
    /// 农业部 or 农业农村部. One running number.
    Agriculture,
}

impl Issuer {
    /// Every issuer.
    pub const ALL: [Self; 3] = [Self::Aqsiq, Self::Cnipa, Self::Agriculture];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Aqsiq => "aqsiq",
            Self::Cnipa => "cnipa",
            Self::Agriculture => "agriculture",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.word() == word)
    }
    /// Is a number unique only together with its year?
    pub fn numbers_restart_yearly(self) -> bool {
        self == Self::Aqsiq
    }
    /// As announcements are quoted.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aqsiq => "国家质检总局",
            Self::Cnipa => "国家知识产权局",
            Self::Agriculture => "农业部",
        }
    }
}

/// What an announcement does. One paper may do it for many products (announcement n – m product).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementKind {
    /// 受理
    Acceptance,
    /// 初步认定: the two months of objection begin.
    PreliminaryRecognition,
    /// 认定 / 批准保护
    Recognition,
    /// 核准使用专用标志
    MarkUsers,
    /// 变更
    Change,
    /// 撤销 / 注销
    Cancellation,
}

impl AnnouncementKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Acceptance, Self::PreliminaryRecognition, Self::Recognition, Self::MarkUsers, Self::Change, Self::Cancellation];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Acceptance => "acceptance",
            Self::PreliminaryRecognition => "preliminary_recognition",
            Self::Recognition => "recognition",
            Self::MarkUsers => "mark_users",
            Self::Change => "change",
            Self::Cancellation => "cancellation",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
    /// Does this paper by itself make the right registered?
    pub fn registers(self) -> bool {
        self == Self::Recognition
    }
}

/// An announcement's identity: issuer, year where numbers restart, number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnnouncementNumber {
    /// Who announced.
    pub issuer: Issuer,
    /// The year in the number; present exactly if the issuer's numbers restart yearly.
    pub year: Option<i32>,
    /// The number.
    pub number: u32,
}

/// What is wrong with a text meant as an announcement or certificate number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberProblem {
    /// No known issuer in it.
    Issuer(String),
    /// An issuer whose numbers restart yearly, without a year.
    YearMissing(String),
    /// No number in it.
    NumberMissing(String),
    /// An AGI certificate number was wanted and a specification number was given.
    SpecificationGiven(String),
    /// An AGI specification number was wanted and a certificate number was given.
    CertificateGiven(String),
    /// Neither shape of AGI number.
    NotAgi(String),
}

impl NumberProblem {
    /// The problem as the field at fault.
    pub fn at(&self, pointer: impl Into<String>) -> FieldProblem {
        let (code, value) = match self {
            Self::Issuer(value) => ("announcement_issuer", value),
            Self::YearMissing(value) => ("announcement_year", value),
            Self::NumberMissing(value) => ("announcement_number", value),
            Self::SpecificationGiven(value) => ("agi_specification_given", value),
            Self::CertificateGiven(value) => ("agi_certificate_given", value),
            Self::NotAgi(value) => ("agi_number", value),
        };
        FieldProblem { pointer: pointer.into(), code, params: vec![("value", value.clone())] }
    }
}

impl AnnouncementNumber {
    /// Reads a quotation such as `国家质检总局公告2004年第131号` or `国家知识产权局公告第401号`.
    ///
    /// # Errors
    /// Which part is missing.
    pub fn parse(quoted: &str) -> Result<Self, NumberProblem> {
        let text: String = text::clean(quoted).chars().map(text::narrow).filter(|c| !c.is_whitespace()).collect();
        let shown = || text.chars().take(60).collect::<String>();
        let issuer = if text.contains("质检总局") || text.contains("质量监督检验检疫总局") {
            Issuer::Aqsiq
        } else if text.contains("知识产权局") {
            Issuer::Cnipa
        } else if text.contains("农业部") || text.contains("农业农村部") {
            Issuer::Agriculture
        } else {
            return Err(NumberProblem::Issuer(shown()));
        };
        let year = text.split_once('年').and_then(|(before, _)| last_number(before)).and_then(|y| i32::try_from(y).ok());
        let year = year.filter(|y| (1978..3000).contains(y));
        let Some(number) = text.split_once('第').and_then(|(_, after)| after.split_once('号')).and_then(|(n, _)| n.parse::<u32>().ok())
        else {
            return Err(NumberProblem::NumberMissing(shown()));
        };
        if issuer.numbers_restart_yearly() && year.is_none() {
            return Err(NumberProblem::YearMissing(shown()));
        }
        Ok(Self { issuer, year: year.filter(|_| issuer.numbers_restart_yearly()), number })
    }
}

impl fmt::Display for AnnouncementNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{}公告{year}年第{}号", self.issuer.name(), self.number),
            None => write!(f, "{}公告第{}号", self.issuer.name(), self.number),
        }
    }
}

/// The number a text ends with.
fn last_number(text: &str) -> Option<u32> {
    let start = text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    text[start..].parse().ok()
}

/// One of the two numbers of an agricultural GI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgiNumber {
    /// 登记证书编号, `AGI01459`.
    Certificate(u32),
    /// 质量控制技术规范编号, `AGI2014-02-1497`.
    Specification {
        /// Year of the lot.
        year: u16,
        /// Lot within the year.
        lot: u8,
        /// Running number.
        number: u32,
    },
}

impl AgiNumber {
    /// Reads either shape.
    ///
    /// # Errors
    /// [`NumberProblem::NotAgi`].
    pub fn parse(written: &str) -> Result<Self, NumberProblem> {
        let plain: String = text::clean(written).chars().map(text::narrow).filter(|c| !c.is_whitespace()).collect();
        let upper = plain.to_uppercase().replace(['–', '—', '－', '‐'], "-");
        let not_agi = || NumberProblem::NotAgi(upper.chars().take(40).collect());
        let digits = |t: &str, length: std::ops::RangeInclusive<usize>| length.contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
        let rest = upper.strip_prefix("AGI").ok_or_else(not_agi)?;
        let parts: Vec<&str> = rest.split('-').collect();
        match parts[..] {
            [number] if digits(number, 5..=5) => number.parse().map(Self::Certificate).map_err(|_| not_agi()),
            [year, lot, number] if digits(year, 4..=4) && digits(lot, 2..=2) && digits(number, 3..=5) => {
                match (year.parse(), lot.parse(), number.parse()) {
                    (Ok(year), Ok(lot), Ok(number)) => Ok(Self::Specification { year, lot, number }),
                    _ => Err(not_agi()),
                }
            }
            _ => Err(not_agi()),
        }
    }
    /// Reads a certificate number and nothing else.
    ///
    /// # Errors
    /// Says so if it is the other number.
    pub fn parse_certificate(written: &str) -> Result<Self, NumberProblem> {
        match Self::parse(written)? {
            given @ Self::Specification { .. } => Err(NumberProblem::SpecificationGiven(given.to_string())),
            certificate @ Self::Certificate(_) => Ok(certificate),
        }
    }
    /// Reads a specification number and nothing else.
    ///
    /// # Errors
    /// Says so if it is the other number.
    pub fn parse_specification(written: &str) -> Result<Self, NumberProblem> {
        match Self::parse(written)? {
            given @ Self::Certificate(_) => Err(NumberProblem::CertificateGiven(given.to_string())),
            specification @ Self::Specification { .. } => Ok(specification),
        }
    }
}

impl fmt::Display for AgiNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(number) => write!(f, "AGI{number:05}"),
            Self::Specification { year, lot, number } => write!(f, "AGI{year}-{lot:02}-{number}"),
        }
    }
}

#[cfg(test)]
mod tests;

//! Degrees, minutes and seconds as announcements write them: `东经114°21′00″`, `38゜02’04.5”N`, `115度33分20秒`, `40 25 09`.
//! Typists use a dozen different marks for the same thing; minutes and seconds are told apart by their order.

use crate::kernel::{FieldProblem, text};

/// East–west or north–south.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// 东经 / 西经
    Longitude,
    /// 北纬 / 南纬
    Latitude,
}

/// An angle read from text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dms {
    /// Decimal degrees; west and south negative.
    pub degrees: f64,
    /// Which axis, if the text said so.
    pub axis: Option<Axis>,
}

/// What is wrong with such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DmsProblem {
    /// Not an angle.
    NotAnAngle(String),
    /// Minutes or seconds of 60 or more, or decimals before the last part.
    Part(String),
    /// Beyond 180° (90° for a latitude).
    Range(String),
}

impl DmsProblem {
    /// The problem as the field at fault.
    pub fn at(&self, pointer: impl Into<String>) -> FieldProblem {
        let (code, value) = match self {
            Self::NotAnAngle(value) => ("angle_unreadable", value),
            Self::Part(value) => ("angle_part", value),
            Self::Range(value) => ("angle_range", value),
        };
        FieldProblem { pointer: pointer.into(), code, params: vec![("value", value.clone())] }
    }
}

/// Reads one angle.
///
/// # Errors
/// See [`DmsProblem`]; the text is given back, cut to 40 characters.
pub fn parse_dms(written: &str) -> Result<Dms, DmsProblem> {
    let shown = || written.chars().take(40).collect::<String>();
    let plain: String = text::clean(written).chars().map(text::narrow).collect::<String>().to_uppercase();
    let (mut sign, mut axis) = (1.0, None);
    let mut rest = plain.as_str();
    for (word, of, direction) in [
        ("东经", Axis::Longitude, 1.0),
        ("西经", Axis::Longitude, -1.0),
        ("北纬", Axis::Latitude, 1.0),
        ("南纬", Axis::Latitude, -1.0),
        ("E", Axis::Longitude, 1.0),
        ("W", Axis::Longitude, -1.0),
        ("N", Axis::Latitude, 1.0),
        ("S", Axis::Latitude, -1.0),
    ] {
        if let Some(bare) = rest.strip_prefix(word).or_else(|| rest.strip_suffix(word)) {
            (rest, axis, sign) = (bare, Some(of), direction);
            break;
        }
    }
    let mut parts: Vec<&str> = rest.split(is_mark).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() == 1 {
        parts = rest.trim_matches(is_mark).split_whitespace().collect();
    }
    if parts.is_empty() || parts.len() > 3 {
        return Err(DmsProblem::NotAnAngle(shown()));
    }
    let mut degrees = 0.0;
    for (i, part) in parts.iter().enumerate() {
        let is_number = part.bytes().all(|b| b.is_ascii_digit() || b == b'.') && part.len() <= 14;
        let Some(value) = part.parse::<f64>().ok().filter(|v| is_number && v.is_finite()) else {
            return Err(DmsProblem::NotAnAngle(shown()));
        };
        let is_last = i + 1 == parts.len();
        if (i > 0 && value >= 60.0) || (!is_last && part.contains('.')) {
            return Err(DmsProblem::Part(shown()));
        }
        degrees += value / [1.0, 60.0, 3600.0][i];
    }
    let most = if axis == Some(Axis::Latitude) { 90.0 } else { 180.0 };
    if degrees > most { Err(DmsProblem::Range(shown())) } else { Ok(Dms { degrees: sign * degrees, axis }) }
}

/// Every mark seen for degrees, minutes and seconds.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '°' | 'º'
            | '˚'
            | '゜'
            | '〇'
            | '度'
            | '\''
            | '′'
            | '‘'
            | '’'
            | '`'
            | '´'
            | 'ˊ'
            | '分'
            | '"'
            | '″'
            | '“'
            | '”'
            | '〞'
            | '〃'
            | '〝'
            | '＂'
            | '＇'
            | '秒'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::words::said;

    #[test]
    fn every_way_of_writing_one_angle_is_read_alike() {
        for text in [
            "115°33′20″",
            "115°33'20\"",
            "115゜33’20”",
            "115度33分20秒",
            "115°33′20〞",
            "１１５°３３′２０″",
            "115 33 20",
            "115°33′′20″",
            "东经115°33′20″",
            "115°33′20″E",
            "E115°33′20.0″",
        ] {
            let angle = parse_dms(text).unwrap_or_else(|p| panic!("{text}: {p:?}"));
            assert!((angle.degrees - 115.555_555_6).abs() < 1e-6, "{text}: {angle:?}");
        }
        assert!((parse_dms("39°27′15.92″").unwrap().degrees - 39.454_422_2).abs() < 1e-6);
        assert_eq!(parse_dms("北纬40°24′").unwrap(), Dms { degrees: 40.4, axis: Some(Axis::Latitude) });
        assert_eq!(parse_dms("38.25").unwrap(), Dms { degrees: 38.25, axis: None });
        assert_eq!(parse_dms("南纬1°30′00″").unwrap().degrees, -1.5);
    }

    #[test]
    fn what_is_no_angle_is_said_so() {
        let cases = [
            ("", "angle_unreadable"),
            ("东经", "angle_unreadable"),
            ("约115度", "angle_unreadable"),
            ("115°33′20″~116°", "angle_unreadable"),
            ("1e2°", "angle_unreadable"),
            ("1°2′3″4", "angle_unreadable"),
            ("115°60′00″", "angle_part"),
            ("115°33′60″", "angle_part"),
            ("115.5°33′", "angle_part"),
            ("北纬115°33′", "angle_range"),
            ("181°", "angle_range"),
        ];
        for (text, code) in cases {
            let field = parse_dms(text).unwrap_err().at("/lon");
            assert_eq!(field.code, code, "{text}");
            said(&field);
        }
    }
}

//! How single cells of the files are read: lists parted by `;`, division codes, precisions, yes and no.

use serde::{Deserialize, Deserializer};

use crate::registry::division::DivisionCode;
use crate::registry::fact::Precision;

pub(super) fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(String::deserialize(from)?.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

fn parse_code<E: serde::de::Error>(text: &str) -> Result<DivisionCode, E> {
    DivisionCode::parse(text).ok_or_else(|| E::custom(format!("{text:?} is not a division code")))
}

pub(super) fn codes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<DivisionCode>, D::Error> {
    list(from)?.iter().map(|text| parse_code(text)).collect()
}

pub(super) fn code<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DivisionCode>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() { Ok(None) } else { parse_code(&text).map(Some) }
}

pub(super) fn one_code<'de, D: Deserializer<'de>>(from: D) -> Result<DivisionCode, D::Error> {
    parse_code(&String::deserialize(from)?)
}

pub(super) fn precision<'de, D: Deserializer<'de>>(from: D) -> Result<Precision, D::Error> {
    let word = String::deserialize(from)?;
    Precision::parse(&word).ok_or_else(|| serde::de::Error::custom(format!("{word:?} is not a precision")))
}

/// `yes`, `no`, or nothing for no.
pub(super) fn yes<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match String::deserialize(from)?.as_str() {
        "yes" => Ok(true),
        "no" | "" => Ok(false),
        other => Err(serde::de::Error::custom(format!("{other:?} is neither yes nor no"))),
    }
}

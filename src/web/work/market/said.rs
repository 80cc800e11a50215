//! Findings in words: the rule's explanation filled with its figures, as people read them.

use serde_json::Value;

use super::super::desk::Reader;
use super::super::names::day_of;
use crate::kernel::quantity::BaseUnit;
use crate::supervision::findings::FindingView;
use crate::supervision::listing::finding::FindingKind;

/// Fen as yuan.
pub(in crate::web::work) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", crate::kernel::quantity::grouped(fen / 100), (fen % 100).abs())
}

/// A finding explained, with its figures.
pub(in crate::web::work) fn finding(reader: &Reader, view: &FindingView) -> String {
    let empty = serde_json::Map::new();
    let figures = view.figures.as_object().unwrap_or(&empty);
    let unit = figures.get("unit").and_then(Value::as_str).and_then(BaseUnit::parse).unwrap_or(BaseUnit::G);
    let per = if unit == BaseUnit::Piece { "1,000 件".to_owned() } else { unit.show(1000) };
    let shown = |name: &str, value: &Value| match (name, value) {
        ("sold_least" | "sold_most" | "right", Value::Number(n)) => unit.show(n.as_i64().unwrap_or_default()),
        (_, Value::Number(n)) if name.ends_with("_fen") => yuan(n.as_i64().unwrap_or_default()),
        ("last_day", Value::String(day)) => day_of(reader.lang, day),
        ("likeness", Value::String(word)) => reader.word("market.likeness", word),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    };
    let values: Vec<(String, String)> = figures.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect();
    let mut pairs: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.push(("per", &per));
    let is = |name: &str| figures.get(name).is_some_and(|value| *value == Value::Bool(true));
    let key = match view.rule.as_str() {
        // A mark is claimed in words, seen on a picture, or both.
        rule @ ("special_mark" | "registered_mark") => {
            let words = figures.get("words").and_then(Value::as_str).is_some_and(|words| !words.is_empty());
            let how = if words { "in_words" } else { "on_picture" };
            format!("finding.{rule}_{how}")
        }
        "mark_use_ended" if is("suspended") => "finding.mark_use_suspended".to_owned(),
        rule => format!("finding.{rule}"),
    };
    reader.fill(&key, &pairs)
}

/// How many findings of each kind stand, one after another and never summed: `来源待核 1 · 名称近似 1`.
pub(in crate::web::work) fn counts<'a>(reader: &Reader, findings: impl Iterator<Item = &'a FindingView> + Clone) -> String {
    let of = |kind: FindingKind| (kind, findings.clone().filter(|view| view.kind == kind.word()).count());
    let shown = FindingKind::ALL.into_iter().map(of).filter(|(_, count)| *count > 0);
    shown.map(|(kind, count)| format!("{} {count}", reader.word("finding_kind", kind.word()))).collect::<Vec<_>>().join(" · ")
}

//! Forms as data: what is asked for, with what was typed and what was wrong with it. Pages that offer several acts on one thing, or one
//! form of many fields, are put together from these.

use super::super::app::App;
use super::batch_form::{plain, units};
use super::desk::{Reader, fresh_key};
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::kernel::text;
use crate::trace::roll::Label;

/// One field of a form.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    /// Its id, where faults lead to.
    pub id: String,
    /// Its name in the form.
    pub name: &'static str,
    pub label: String,
    pub hint: String,
    /// `text`, `date`, `number`, `select`, `check` or `hidden`.
    pub kind: &'static str,
    pub value: String,
    /// What stands behind a number.
    pub unit: String,
    /// What there is to choose, as (value, words).
    pub options: Vec<(String, String)>,
    pub required: bool,
}

impl Field {
    pub fn text(verb: &str, name: &'static str, label: impl Into<String>, value: &str) -> Self {
        let id = if verb.is_empty() { name.to_owned() } else { format!("{verb}-{name}") };
        Self { id, name, label: label.into(), kind: "text", value: value.to_owned(), ..Self::default() }
    }
    pub fn date(verb: &str, name: &'static str, label: impl Into<String>, value: &str) -> Self {
        Self { kind: "date", ..Self::text(verb, name, label, value) }
    }
    pub fn number(verb: &str, name: &'static str, label: impl Into<String>, value: &str, unit: impl Into<String>) -> Self {
        Self { kind: "number", unit: unit.into(), ..Self::text(verb, name, label, value) }
    }
    pub fn select(verb: &str, name: &'static str, label: impl Into<String>, value: &str, options: Vec<(String, String)>) -> Self {
        Self { kind: "select", options, ..Self::text(verb, name, label, value) }
    }
    pub fn check(verb: &str, name: &'static str, label: impl Into<String>, value: &str) -> Self {
        Self { kind: "check", ..Self::text(verb, name, label, value) }
    }
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
    #[must_use]
    pub fn must(mut self) -> Self {
        self.required = true;
        self
    }
}

/// One form.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    pub action: String,
    pub label: String,
    pub about: String,
    pub class: &'static str,
    pub key: String,
    pub open: bool,
    pub fields: Vec<Field>,
}

impl Form {
    /// A form at a path of ours, closed and empty.
    pub fn new(app: &App, reader: &Reader, path: &str, label: &str) -> Self {
        Self { action: reader.to(path), label: reader.say(label), key: fresh_key(app), ..Self::default() }
    }
    #[must_use]
    pub fn about(mut self, about: String) -> Self {
        self.about = about;
        self
    }
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }
    #[must_use]
    pub fn fields(mut self, fields: Vec<Field>) -> Self {
        self.fields = fields;
        self
    }
    #[must_use]
    pub fn opened(mut self, open: bool) -> Self {
        self.open = open;
        self
    }
}

/// The unit amounts of a product are typed in, in words.
pub(super) fn unit_words(reader: &Reader, base: BaseUnit) -> String {
    units(base).first().map(|(word, _)| reader.word("unit", word)).unwrap_or_default()
}

/// An amount as typed, in grams (or in ml or pieces); a fault at `pointer` if it can't be read.
pub(super) fn amount(faults: &mut Faults, pointer: &str, typed: &str, base: BaseUnit) -> (Option<i64>, Option<i64>) {
    let typed = plain(typed);
    if typed.is_empty() {
        return (None, None);
    }
    let factor = units(base).first().map_or(1, |(_, factor)| *factor);
    let read = parse_amount(&typed, factor);
    if read.is_none() {
        faults.add(pointer, "weight_unreadable").with("figure", text::clean(&typed));
    }
    if base == BaseUnit::G { (read, None) } else { (None, read) }
}

/// A label as typed.
pub(super) fn label(typed: &str) -> Option<Label> {
    given(typed).map(Label::Text)
}

/// A text as typed, if there is one.
pub(super) fn given(typed: &str) -> Option<String> {
    Some(plain(typed)).filter(|text| !text.is_empty())
}

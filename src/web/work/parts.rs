//! Pages made of tables and forms as data, so that a page says what it asks for and nothing about how it looks.
//!
//! What was typed comes in as texts by name; a form that was refused is shown again with everything typed and every fault at its field.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::staff::{FormError, Frame, Table};
use super::batch_form::{plain, units};
use super::desk::{Reader, again, faults, fresh_key, on_the_form};
use super::listing::Filters;
use crate::kernel::failure::Faults;
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::kernel::{Day, Failure};
use crate::trace::record::read_day;

/// What was typed, by the names of the fields.
pub(super) type Typed = BTreeMap<String, String>;

/// One field of a form.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    /// Form and name.
    pub id: String,
    pub name: &'static str,
    pub label: String,
    pub hint: String,
    /// `text`, `password`, `date`, `select`, `area`, `check` or `file`.
    pub kind: &'static str,
    pub value: String,
    /// Value and words of each choice; of a text those that are offered while it is typed.
    pub options: Vec<(String, String)>,
    pub must: bool,
    /// Digits are typed.
    pub numeric: bool,
}

impl Field {
    /// An optional text of one line.
    pub fn text(name: &'static str, label: impl Into<String>) -> Self {
        Self { name, label: label.into(), kind: "text", ..Self::default() }
    }
    /// A day.
    pub fn date(name: &'static str, label: impl Into<String>) -> Self {
        Self { kind: "date", ..Self::text(name, label) }
    }
    /// A choice.
    pub fn select(name: &'static str, label: impl Into<String>, options: Vec<(String, String)>) -> Self {
        Self { kind: "select", options, ..Self::text(name, label) }
    }
    /// A secret, never shown again.
    pub fn password(name: &'static str, label: impl Into<String>) -> Self {
        Self { kind: "password", ..Self::text(name, label) }
    }
    /// Several lines.
    pub fn area(name: &'static str, label: impl Into<String>) -> Self {
        Self { kind: "area", ..Self::text(name, label) }
    }
    /// A box to tick.
    pub fn check(name: &'static str, label: impl Into<String>) -> Self {
        Self { kind: "check", ..Self::text(name, label) }
    }
    /// Files, read as [`PostedFiles`](super::super::body::PostedFiles); `accept` as HTML has it.
    pub fn file(name: &'static str, label: impl Into<String>, accept: &str) -> Self {
        Self { kind: "file", options: vec![(accept.to_owned(), String::new())], ..Self::text(name, label) }
    }
    /// It must be filled in.
    pub fn must(mut self) -> Self {
        self.must = true;
        self
    }
    /// With a line of help.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
    /// What is offered while it is typed, each as (value, words); anything else may be typed too.
    pub fn offer(mut self, options: Vec<(String, String)>) -> Self {
        self.options = options;
        self
    }
    /// Digits.
    pub fn numeric(mut self) -> Self {
        self.numeric = true;
        self
    }
    /// What stands in it before anything is typed.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }
}

/// One form.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub name: &'static str,
    pub action: String,
    pub label: String,
    pub about: String,
    pub button: String,
    pub class: &'static str,
    pub key: String,
    pub open: bool,
    pub fields: Vec<Field>,
}

impl Form {
    /// A form that posts to `path`; `name` tells its fields from those of others on the page.
    pub fn new(app: &App, reader: &Reader, name: &'static str, path: &str, label: &str, button: &str, fields: Vec<Field>) -> Self {
        let named = |field: Field| Field { id: format!("{name}-{}", field.name), ..field };
        Self {
            name,
            action: reader.to(path),
            label: reader.say(label),
            about: String::new(),
            button: reader.say(button),
            class: "go",
            key: fresh_key(app),
            open: false,
            fields: fields.into_iter().map(named).collect(),
        }
    }
    /// Does it carry files?
    pub fn carries(&self) -> bool {
        self.fields.iter().any(|field| field.kind == "file")
    }
    /// With a line about it.
    pub fn about(mut self, about: String) -> Self {
        self.about = about;
        self
    }
    /// Shown again with what was typed, if it is the one that was tried.
    pub fn again(mut self, tried: Option<&Tried<'_>>) -> Self {
        if let Some(tried) = tried.filter(|tried| tried.form == self.name) {
            self.open = true;
            for field in self.fields.iter_mut().filter(|field| field.kind != "password") {
                field.value = tried.typed.get(field.name).cloned().unwrap_or_default();
            }
        }
        self
    }
}

/// A form that was refused, and what was typed into it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried<'a> {
    pub form: &'static str,
    pub typed: &'a Typed,
}

/// A table with its forms, or forms alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub heading: String,
    pub about: String,
    /// What the table is narrowed to.
    pub filters: Option<Filters>,
    pub table: Option<Table>,
    pub next: Option<String>,
    /// Where else to go from here, as (where, words); the first is the main one.
    pub links: Vec<(String, String)>,
    pub forms: Vec<Form>,
}

/// The page.
#[derive(Template)]
#[template(path = "staff/parts.html")]
pub(super) struct PartsPage<'a> {
    pub frame: Frame<'a>,
    pub parts: Vec<Part>,
}

/// The faults of a form, each at its field: the last word of the pointer that names one.
pub(super) fn at_fields(reader: &Reader, failure: &Failure, form: &'static str, names: &[&str]) -> Vec<FormError> {
    faults(reader.lang, failure, |pointer| {
        let named = pointer.split('/').rev().find_map(|part| names.iter().find(|name| **name == part || means(part) == Some(name)));
        named.map_or_else(String::new, |name| format!("{form}-{name}"))
    })
}

/// Fields of the API that a page calls otherwise.
fn means(part: &str) -> Option<&'static str> {
    Some(match part {
        "net_weight_g" | "quantity" => "amount",
        "item" | "result" | "bound" => "items",
        "rows" | "csv" => "sheet",
        _ => return None,
    })
}

/// The response to a form: where the act leads, or the page again.
pub(super) async fn answered<F>(tried: Result<Response, Refusal>, page: impl FnOnce(Failure) -> F) -> Result<Response, Refusal>
where
    F: Future<Output = Result<(Failure, String), Refusal>>,
{
    match tried {
        Ok(response) => Ok(response),
        Err(refusal) => {
            let (failure, html) = page(on_the_form(refusal)?).await?;
            Ok(again(failure, html))
        }
    }
}

/// The response to a form: where the act leads, or its page again with what was typed and every fault at its field, one of `names`.
pub(super) async fn refilled<'t, F>(
    tried: Result<Response, Refusal>,
    reader: &Reader,
    form: Tried<'t>,
    names: &[&str],
    page: impl FnOnce(Vec<FormError>, Option<Tried<'t>>) -> F,
) -> Result<Response, Refusal>
where
    F: Future<Output = Result<String, Refusal>>,
{
    answered(tried, async |failure| {
        let errors = at_fields(reader, &failure, form.form, names);
        Ok((failure, page(errors, Some(form)).await?))
    })
    .await
}

/// A text that was typed, if any.
pub(super) fn given(typed: &Typed, name: &str) -> Option<String> {
    typed.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A text that was typed, or nothing.
pub(super) fn said(typed: &Typed, name: &str) -> String {
    given(typed, name).unwrap_or_default()
}

/// A whole number that was typed.
pub(super) fn whole(faults: &mut Faults, typed: &Typed, name: &str, at: &str) -> Option<i64> {
    let text = plain(typed.get(name)?);
    if text.is_empty() {
        return None;
    }
    let read = text.parse().ok();
    if read.is_none() {
        faults.add(at, "weight_unreadable").with("figure", text);
    }
    read
}

/// An amount that was typed in the first unit people use for such goods, as grams or as quantity.
pub(super) fn amount(faults: &mut Faults, typed: &Typed, unit: BaseUnit) -> (Option<i64>, Option<i64>) {
    let text = plain(&said(typed, "amount"));
    if text.is_empty() {
        return (None, None);
    }
    let factor = units(unit).first().map_or(1, |(_, factor)| *factor);
    let read = if text == "0" { Some(0) } else { parse_amount(&text, factor) };
    if read.is_none() {
        faults.add("/net_weight_g", "weight_unreadable").with("figure", text);
    }
    if unit == BaseUnit::G { (read, None) } else { (None, read) }
}

/// Words of choices: `work.<kind>.<word>` of each.
pub(super) fn choices(reader: &Reader, kind: &str, words: impl IntoIterator<Item = &'static str>) -> Vec<(String, String)> {
    words.into_iter().map(|word| (word.to_owned(), reader.word(kind, word))).collect()
}

/// A choice that must have been made.
pub(super) fn chosen<T>(faults: &mut Faults, at: &str, read: Option<T>) -> Option<T> {
    if read.is_none() {
        faults.add(at, "register_empty");
    }
    read
}

/// A day that was typed.
pub(super) fn day(faults: &mut Faults, typed: &Typed, name: &str) -> Option<Day> {
    given(typed, name).and_then(|text| read_day(faults, &format!("/{name}"), &text))
}

/// A day that has to be typed.
pub(super) fn must_day(typed: &Typed, name: &str) -> Result<Day, Failure> {
    let mut faults = Faults::new();
    let read = day(&mut faults, typed, name);
    faults.check()?;
    read.ok_or_else(|| Failure::field(format!("/{name}"), "register_empty"))
}

/// Which pointers mean one field, so that what could not be read is not also said to be missing.
pub(super) fn place(pointer: &str) -> &'static str {
    match pointer {
        "/net_weight_g" | "/quantity" => "amount",
        "/kind" => "kind",
        "/valid_from" => "valid_from",
        "/valid_to" => "valid_to",
        "/interval_days" => "interval_days",
        _ => "",
    }
}

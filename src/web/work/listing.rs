//! What stands above a list: what it is narrowed to, its order, how much is shown, and the same rows as a file. A page says which of it
//! applies; the database narrows and orders, never the page.

use serde::Deserialize;

use super::super::app::App;
use super::super::link::query_value;
use super::super::pages::staff::Table;
use super::batch_form::plain;
use super::desk::Reader;
use crate::db::narrow::Narrow;
use crate::identity::role::Permission as P;
use crate::interop::sheet::SheetKind;
use crate::kernel::{Day, Outcome};
use crate::registry::queries::{growers_named, product_names};

/// Rows of one page of a list.
pub(super) const ROWS: u64 = 50;

/// What was asked of a list, as its form and its links send it; blank is not asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    pub cursor: String,
    pub q: String,
    pub product: String,
    pub state: String,
    pub from: String,
    pub to: String,
    /// The word of a column; with `-` before it, from the greatest.
    pub sort: String,
    /// Of this seller; only listings know it.
    pub seller_id: String,
}

impl Query {
    /// Where the page begins, if it is not the first.
    pub fn cursor(&self) -> Option<&str> {
        Some(self.cursor.as_str()).filter(|cursor| !cursor.is_empty())
    }
    /// The text looked for.
    pub fn text(&self) -> Option<String> {
        Some(self.q.trim().to_owned()).filter(|text| !text.is_empty())
    }
    /// What of it every list understands the same way. Days that can't be read narrow nothing; the page says so.
    pub fn narrow(&self) -> Narrow {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let day = |typed: &str| Day::parse(&plain(typed));
        Narrow {
            q: given(&self.q),
            named: Vec::new(),
            product_id: given(&self.product),
            state: given(&self.state),
            from: day(&self.from),
            to: day(&self.to),
            sort: given(self.sort.trim_start_matches('-')),
            down: self.sort.starts_with('-'),
        }
    }
}

/// A choice of the form.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub name: &'static str,
    pub label: String,
    pub value: String,
    /// Value and words of each.
    pub options: Vec<(String, String)>,
}

/// A day of the form.
#[derive(Debug, Clone)]
pub(super) struct DayField {
    pub name: &'static str,
    pub label: String,
    pub value: String,
    /// Why it can't be read; empty if it can.
    pub error: String,
}

/// What stands above a list, ready to be shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Filters {
    pub q_label: String,
    pub q: String,
    pub choices: Vec<Choice>,
    pub days: Vec<DayField>,
    /// Something besides the text is set.
    pub open: bool,
    /// Sent along without being shown.
    pub kept: Vec<(&'static str, String)>,
    /// The list without any of it; only where something is set.
    pub clear: Option<String>,
    /// The first page again, on any other.
    pub first: Option<String>,
    /// How much is on this page.
    pub shown: String,
    /// The same rows as files: where, and what it says.
    pub exports: Vec<(String, String)>,
}

/// One list with what may be asked of it.
pub(super) struct Above<'a> {
    reader: &'a Reader,
    path: &'static str,
    query: &'a Query,
    q: &'static str,
    choices: Vec<Choice>,
    days: bool,
    sorts: &'static [&'static str],
    kind: Option<SheetKind>,
}

impl<'a> Above<'a> {
    /// A list at a path; `q` is the word under `work.list.q` of what its text is looked for in.
    pub fn new(reader: &'a Reader, path: &'static str, query: &'a Query, q: &'static str) -> Self {
        Self { reader, path, query, q, choices: Vec::new(), days: false, sorts: &[], kind: None }
    }
    /// Narrowed by product, where there are several.
    pub fn products(mut self, options: Vec<(String, String)>) -> Self {
        if options.len() > 1 || !self.query.product.is_empty() {
            let (label, value) = (self.reader.say("list.product"), self.query.product.clone());
            self.choices.push(Choice { name: "product", label, value, options });
        }
        self
    }
    /// Narrowed by state; `label` is the word under `work.list`.
    pub fn states(mut self, label: &str, options: Vec<(String, String)>) -> Self {
        let (label, value) = (self.reader.say(&format!("list.{label}")), self.query.state.clone());
        self.choices.push(Choice { name: "state", label, value, options });
        self
    }
    /// Narrowed by days.
    pub fn days(self) -> Self {
        Self { days: true, ..self }
    }
    /// Ordered by these, words under `work.list.by`.
    pub fn sorts(self, sorts: &'static [&'static str]) -> Self {
        Self { sorts, ..self }
    }
    /// Given out as sheets of a kind.
    pub fn gives(self, kind: SheetKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// Everything asked but where the page begins.
    fn asked(&self) -> Vec<(&'static str, &str)> {
        let query = self.query;
        let all = [
            ("q", query.q.trim()),
            ("product", &query.product),
            ("state", &query.state),
            ("from", &query.from),
            ("to", &query.to),
            ("sort", &query.sort),
            ("seller_id", &query.seller_id),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
    /// A path with everything asked, but for `other` in its place.
    fn href(&self, path: &str, other: &[(&str, &str)]) -> String {
        let asked = self.asked();
        let kept = asked.iter().filter(|(name, _)| other.iter().all(|(new, _)| new != name)).map(|(name, value)| (*name, *value));
        let all = kept.chain(other.iter().copied()).filter(|(_, value)| !value.is_empty());
        let query = all.map(|(name, value)| format!("{name}={}", query_value(value))).collect::<Vec<_>>().join("&");
        self.reader.to(&if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
    }
    /// Where the next page is.
    pub fn next(&self, cursor: Option<String>) -> Option<String> {
        cursor.map(|cursor| self.href(self.path, &[("cursor", &cursor)]))
    }
    /// Is anything asked that leaves rows out?
    fn is_narrowed(&self) -> bool {
        self.asked().iter().any(|(name, _)| *name != "sort")
    }
    /// Makes the heads of columns links that order by them, and says what is wrong where nothing fits. A head and the word it orders by
    /// stand at the same place.
    pub fn heads(&self, table: &mut Table, words: &[Option<&str>]) {
        for (column, word) in table.columns.iter_mut().zip(words) {
            let Some(word) = word.filter(|word| self.sorts.contains(word)) else { continue };
            let (is_up, is_down) = (self.query.sort == word, self.query.sort.strip_prefix('-') == Some(word));
            column.sorted = if is_up {
                "ascending"
            } else if is_down {
                "descending"
            } else {
                ""
            };
            column.href = self.href(self.path, &[("sort", &if is_up { format!("-{word}") } else { word.to_owned() })]);
        }
        // A caption that says another order would be wrong.
        if let Some(words) = self.sorts.iter().find_map(|word| self.ordered(word)) {
            table.caption = words;
        }
        if self.is_narrowed() {
            table.empty = self.reader.say("list.none_fit");
        }
    }
    /// The words of the order asked, if it is by this column.
    fn ordered(&self, word: &str) -> Option<String> {
        let way = match self.query.sort.as_str() {
            asked if asked == word => "up",
            asked if asked.strip_prefix('-') == Some(word) => "down",
            _ => return None,
        };
        Some(self.reader.fill(&format!("list.{way}"), &[("by", &self.reader.say(&format!("list.by.{word}")))]))
    }
    /// What stands above the list, with `shown` rows on this page and more of them behind it or not.
    pub fn filters(&self, shown: usize, more: bool) -> Filters {
        let (reader, query) = (self.reader, self.query);
        let say = |key: &str| reader.say(&format!("list.{key}"));
        let mut choices = self.choices.clone();
        if !self.sorts.is_empty() {
            let by = |word: &str| say(&format!("by.{word}"));
            let both = |word: &&str| {
                let words = ["up", "down"].map(|way| reader.fill(&format!("list.{way}"), &[("by", &by(word))]));
                let [up, down] = words;
                [((*word).to_owned(), up), (format!("-{word}"), down)]
            };
            let options = self.sorts.iter().flat_map(both).collect();
            choices.push(Choice { name: "sort", label: say("sort"), value: query.sort.clone(), options });
        }
        let unread = |typed: &str| match plain(typed) {
            text if text.is_empty() || Day::parse(&text).is_some() => String::new(),
            text => reader.fill("list.day_unread", &[("value", &text)]),
        };
        let day = |name: &'static str, value: &str| DayField { name, label: say(name), value: value.to_owned(), error: unread(value) };
        let days = if self.days { vec![day("from", &query.from), day("to", &query.to)] } else { Vec::new() };
        let exports = match self.kind.filter(|kind| reader.may(P::SheetRead) && reader.may(kind.reads())) {
            Some(kind) => ["xlsx", "csv"].map(|end| self.export(kind, end)).into(),
            None => Vec::new(),
        };
        let is_first = query.cursor.is_empty();
        Filters {
            q_label: if self.q.is_empty() { String::new() } else { say(&format!("q.{}", self.q)) },
            q: query.q.clone(),
            open: self.asked().iter().any(|(name, _)| !matches!(*name, "q" | "seller_id")),
            choices,
            days,
            kept: Some(("seller_id", query.seller_id.clone())).into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            clear: (!self.asked().is_empty()).then(|| reader.to(self.path)),
            first: (!is_first).then(|| self.href(self.path, &[])),
            shown: reader.fill(if more { "list.shown_more" } else { "list.shown" }, &[("n", &shown.to_string())]),
            exports,
        }
    }
    fn export(&self, kind: SheetKind, end: &str) -> (String, String) {
        let path = format!("/work/export/{}.{end}", kind.word());
        let form = if end == "csv" { "CSV" } else { "Excel" };
        (self.href(&path, &[("cursor", "")]), self.reader.fill("list.export", &[("form", form)]))
    }
}

/// Products to narrow by: those the reader's organisation has accounts of; else all of the register.
pub(super) async fn products(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let own = super::reports::products(app, reader).await?;
    if own.is_empty() { product_names(&app.db).await } else { Ok(own) }
}

/// What was asked, with the growers its text names where the reader may read growers.
pub(super) async fn with_growers(app: &App, reader: &Reader, query: &Query) -> Outcome<Narrow> {
    let mut narrow = query.narrow();
    if let (Some(q), Some(actor)) = (&narrow.q, reader.acting(P::GrowerRead)) {
        narrow.named = growers_named(&app.db, &actor, q).await?;
    }
    Ok(narrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_read_and_the_rest_left_alone() {
        let query = Query {
            q: " 张三 ".into(),
            state: "released".into(),
            from: "２０２６-09-01".into(),
            to: "soon".into(),
            sort: "-lot".into(),
            ..Query::default()
        };
        let narrow = query.narrow();
        assert_eq!((narrow.q.as_deref(), narrow.state.as_deref(), narrow.product_id), (Some("张三"), Some("released"), None));
        assert_eq!((narrow.from, narrow.to), (Day::parse("2026-09-01"), None));
        assert_eq!((narrow.sort.as_deref(), narrow.down), (Some("lot"), true));
        assert_eq!(Query::default().narrow(), Narrow::default());
        assert_eq!((Query::default().cursor(), query.text().as_deref()), (None, Some("张三")));
    }
}

//! What is given out: every row within the reader's reach, under the very columns in which it is taken in, with its id behind them. A sheet
//! given out can be taken in again elsewhere.

mod rows;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::db::Db;
use crate::db::narrow::Narrow;
use crate::identity::store::organisation;
use crate::interop::sheet::columns::ID;
use crate::interop::sheet::write::Out;
use crate::interop::sheet::{Format, SheetKind};
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Actor, Day, Failure, Outcome};
use crate::registry::queries::{PlotsAsked, grower, plot, plots};
use crate::trace::goods::Goods;
use crate::trace::store::register;

/// What rows are given out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A sheet.
    Sheet(Format),
    /// JSON: a list of objects by the keys of the columns, values as stored.
    Json,
}

impl Form {
    /// The word sent and typed; also the end of the file's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sheet(format) => format.word(),
            Self::Json => "json",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Format::parse(word).map(Self::Sheet).or((word == "json").then_some(Self::Json))
    }
    /// The media type.
    pub fn media(self) -> &'static str {
        match self {
            Self::Sheet(Format::Csv) => "text/csv; charset=utf-8",
            Self::Sheet(Format::Xlsx) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }
}

/// Gives rows out, page by page.
pub struct Giver {
    db: Db,
    actor: Actor,
    /// The reach into growers, whose names are not for everybody who sees their goods.
    growers: Option<Actor>,
    kind: SheetKind,
    form: Form,
    english: bool,
    today: Day,
    narrow: Narrow,
    seller_id: Option<String>,
    cursor: Option<String>,
    begun: bool,
    over: bool,
    first: bool,
    out: Option<Out>,
    names: BTreeMap<String, String>,
    goods: BTreeMap<String, Goods>,
}

impl Giver {
    /// Everything of a kind that `actor` reaches; `name` is what the sheet is called.
    ///
    /// # Errors
    /// The disk.
    pub fn new(
        db: &Db,
        actor: Actor,
        growers: Option<Actor>,
        what: (SheetKind, Form),
        name: &str,
        english: bool,
        today: Day,
    ) -> Outcome<Self> {
        let (kind, form) = what;
        let out = match form {
            Form::Sheet(format) => Some(Out::new(format, name)?),
            Form::Json => None,
        };
        Ok(Self {
            db: db.clone(),
            actor,
            growers,
            kind,
            form,
            english,
            today,
            narrow: Narrow::default(),
            seller_id: None,
            cursor: None,
            begun: false,
            over: false,
            first: true,
            out,
            names: BTreeMap::new(),
            goods: BTreeMap::new(),
        })
    }

    /// Only what is meant, in its order, as the list on a page has it; of listings only those of a seller, if one is named.
    #[must_use]
    pub fn narrowed(self, narrow: Narrow, seller_id: Option<String>) -> Self {
        Self { narrow, seller_id, ..self }
    }

    /// The next bytes; `None` at the end. Nothing larger than one page of rows is held, but for a workbook, which goes out whole.
    ///
    /// # Errors
    /// The database's.
    pub async fn next(&mut self) -> Outcome<Option<Vec<u8>>> {
        if self.over {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        if !self.begun {
            self.begun = true;
            match &mut self.out {
                Some(out) => {
                    let headings: Vec<&str> = self.kind.columns().iter().chain([&ID]).map(|c| c.heading(self.english)).collect();
                    out.headings(None, &headings)?;
                }
                None => bytes.push(b'['),
            }
        }
        let (page, next) = self.page().await?;
        for row in page {
            match &mut self.out {
                Some(out) => out.row(None, &said(self.kind, &row, self.english), None)?,
                None => {
                    bytes.extend_from_slice(if self.first { b"\n" } else { b",\n" });
                    let object: Map<String, Value> = row.into_iter().map(|(key, value)| (key.to_owned(), Value::String(value))).collect();
                    serde_json::to_writer(&mut bytes, &object).map_err(Failure::broken)?;
                }
            }
            self.first = false;
        }
        self.over = next.is_none();
        self.cursor = next;
        match (&mut self.out, self.over) {
            (Some(out), false) => bytes.extend(out.ready()?),
            (Some(_), true) => bytes.extend(self.out.take().map(Out::end).transpose()?.unwrap_or_default()),
            (None, true) => bytes.extend_from_slice(b"\n]\n"),
            (None, false) => {}
        }
        Ok(Some(bytes))
    }

    /// What rows are given out as.
    pub fn form(&self) -> Form {
        self.form
    }

    async fn goods(&mut self, id: &str) -> Outcome<Goods> {
        if let Some(known) = self.goods.get(id) {
            return Ok(known.clone());
        }
        let found = register::goods(self.db.reader(), id).await?;
        self.goods.insert(id.to_owned(), found.clone());
        Ok(found)
    }

    /// A name looked up once; the id where it is out of reach.
    async fn name(&mut self, id: &str) -> Outcome<String> {
        if let Some(known) = self.names.get(id) {
            return Ok(known.clone());
        }
        let found = match id.get(..3) {
            Some("org") => organisation(self.db.reader(), id).await.map(|row| row.name),
            Some("plo") => plot(&self.db, &self.actor, id).await.map(|row| row.name),
            _ => Err(Failure::not_found()),
        };
        let name = match found {
            Ok(name) => name,
            Err(failure) if failure.says("not_found") => id.to_owned(),
            Err(failure) => return Err(failure),
        };
        self.names.insert(id.to_owned(), name.clone());
        Ok(name)
    }

    /// Name, village and household number of a grower, for those who may know them.
    async fn grower(&self, id: &str) -> Outcome<(String, String, String)> {
        let Some(actor) = &self.growers else { return Ok((id.to_owned(), String::new(), String::new())) };
        match grower(&self.db, actor, id).await {
            Ok(row) => Ok((row.name, row.village, row.household_no.unwrap_or_default())),
            Err(failure) if failure.says("not_found") => Ok((id.to_owned(), String::new(), String::new())),
            Err(failure) => Err(failure),
        }
    }
}

/// A row's values by column; `id` among them.
type Values = BTreeMap<&'static str, String>;

/// A row as people read it, its cells in the order of the columns.
fn said(kind: SheetKind, row: &Values, english: bool) -> Vec<String> {
    let value = |key: &str| row.get(key).map_or("", String::as_str);
    kind.columns().iter().chain([&ID]).map(|column| column.said(value(column.key), english).to_owned()).collect()
}

/// An amount in the unit people use, and that unit's word.
fn in_unit(unit: BaseUnit, amount: i64) -> (String, String) {
    match unit {
        BaseUnit::G => (decimal(amount, 1000), "kg".to_owned()),
        BaseUnit::Ml => (amount.to_string(), "ml".to_owned()),
        BaseUnit::Piece => (amount.to_string(), "piece".to_owned()),
    }
}

/// `amount / scale` as an exact decimal; `scale` is a power of ten.
fn decimal(amount: i64, scale: i64) -> String {
    let digits = scale.to_string().len() - 1;
    let rest = format!("{:0digits$}", amount % scale);
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { (amount / scale).to_string() } else { format!("{}.{rest}", amount / scale) }
}

/// Plots with their boundaries as one GeoJSON collection in WGS-84.
///
/// # Errors
/// The database's.
pub async fn plots_geojson(db: &Db, actor: &Actor) -> Outcome<Value> {
    let (mut features, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = plots(db, actor, &PlotsAsked::default(), cursor.as_deref(), 200).await?;
        for brief in page.items {
            let view = if brief.has_geometry { plot(db, actor, &brief.id).await? } else { brief };
            let properties = json!({
                "id": view.id, "name": view.name, "product": view.product, "holder_id": view.holder_id, "variety": view.variety,
                "area_m2": view.area_m2, "valid_from": view.valid_from, "valid_to": view.valid_to, "grade": view.grade,
            });
            features.push(json!({ "type": "Feature", "geometry": view.geometry, "properties": properties }));
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(json!({ "type": "FeatureCollection", "features": features }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_given_out_exactly() {
        assert_eq!((decimal(1_250_500, 1000), decimal(5, 1000), decimal(2000, 1000)), ("1250.5".into(), "0.005".into(), "2".into()));
        assert_eq!(in_unit(BaseUnit::Ml, 750), ("750".to_owned(), "ml".to_owned()));
    }
}

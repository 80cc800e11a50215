//! A row as an act needs it: texts, days and amounts by column, and names turned into ids within the actor's reach.

use super::store::lookup::{self, Found};
use crate::db::Tx;
use crate::interop::sheet::{Given, RowFault, SheetKind};
use crate::kernel::quantity::{BaseUnit, parse_amount};
use crate::kernel::{Day, Desk, Outcome};
use crate::trace::goods::Goods;
use crate::trace::measure::Entered;
use crate::trace::store::register;

/// The most names said of a choice among several.
const NAMED: usize = 5;

/// A row being turned into the input of an act; what is wrong is noted.
pub(super) struct Form<'a> {
    pub tx: &'a Tx,
    pub desk: &'a Desk,
    kind: SheetKind,
    given: &'a Given,
    pub faults: Vec<RowFault>,
}

impl<'a> Form<'a> {
    pub fn new(tx: &'a Tx, desk: &'a Desk, kind: SheetKind, given: &'a Given, before: &[RowFault]) -> Self {
        Self { tx, desk, kind, given, faults: before.to_vec() }
    }
    /// Notes a fault at a column.
    pub fn fault(&mut self, key: &str, code: &str, figures: &[(&str, String)]) {
        let mut fault = match self.kind.column(key) {
            Some(column) => RowFault::of(column, code),
            None => RowFault::whole(code),
        };
        for (name, value) in figures {
            fault = fault.with(name, value);
        }
        self.faults.push(fault);
    }
    /// A text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.given.get(key).cloned()
    }
    /// A text, empty where there is none; that it is missing has been said already.
    pub fn said(&self, key: &str) -> String {
        self.text(key).unwrap_or_default()
    }
    /// A day.
    pub fn day(&self, key: &str) -> Option<Day> {
        self.given.get(key).and_then(|day| Day::parse(day))
    }
    /// Parts of a list: `、`, `；`, commas or new lines between them.
    pub fn list(&self, key: &str) -> Vec<String> {
        let parts = self.given.get(key).map(String::as_str).unwrap_or_default().split(['、', '，', ',', ';', '；', '\n']);
        parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    }
    /// An amount of a unit, `scale` base units each.
    pub fn amount(&mut self, key: &str, scale: i64) -> Option<i64> {
        let written = self.text(key)?;
        let read = parse_amount(&written, scale);
        if read.is_none() {
            self.fault(key, "sheet_number", &[("value", written), ("right", "12.5".to_owned())]);
        }
        read
    }
    /// The one thing found; none and several are noted.
    fn only(&mut self, key: &str, said: &str, found: Vec<Found>, code: &str) -> Option<String> {
        match found.as_slice() {
            [one] => return Some(one.id.clone()),
            [] => self.fault(key, code, &[("value", said.to_owned())]),
            several => {
                let told: Vec<&str> = several.iter().take(NAMED).map(|one| one.told_by.as_str()).collect();
                self.fault(key, "sheet_several", &[("value", said.to_owned()), ("right", told.join("、"))]);
            }
        }
        None
    }
    /// The organisation of a column; nothing where none is named.
    pub async fn organisation(&mut self, key: &str) -> Outcome<Option<String>> {
        let Some(said) = self.text(key) else { return Ok(None) };
        let found = lookup::organisations(self.tx.connection(), &self.desk.actor.scope, &said).await?;
        Ok(self.only(key, &said, found, "sheet_organisation_unknown"))
    }
    /// The product of a column.
    pub async fn product(&mut self, key: &str) -> Outcome<Option<String>> {
        let Some(said) = self.text(key) else { return Ok(None) };
        let found = lookup::products(self.tx.connection(), &said).await?;
        Ok(self.only(key, &said, found, "sheet_product_unknown"))
    }
    /// The terms of the product of the row.
    pub async fn goods(&mut self) -> Outcome<Option<Goods>> {
        match self.product("product").await? {
            Some(id) => Ok(Some(register::goods(self.tx.connection(), &id).await?)),
            None => Ok(None),
        }
    }
    /// The grower of the row; nothing where none is named.
    pub async fn grower(&mut self) -> Outcome<Option<String>> {
        let Some(said) = self.text("grower") else { return Ok(None) };
        // In a sheet of plots the village is the plot's.
        let village = self.text("village").filter(|_| self.kind == SheetKind::Deliveries);
        let household = self.text("household_no");
        let scope = &self.desk.actor.scope;
        let found = lookup::growers(self.tx.connection(), scope, &said, village.as_deref(), household.as_deref()).await?;
        Ok(self.only("grower", &said, found, "sheet_grower_unknown"))
    }
    /// A plot.
    pub async fn plot(&mut self, key: &str, said: &str, holder: Option<&str>, product: Option<&str>, day: &str) -> Outcome<Option<String>> {
        let day = self.text(day);
        let found = lookup::plots(self.tx.connection(), &self.desk.actor.scope, said, holder, product, day.as_deref()).await?;
        Ok(self.only(key, said, found, "sheet_plot_unknown"))
    }
    /// A facility of an organisation.
    pub async fn facility(&mut self, organisation_id: Option<&str>) -> Outcome<Option<String>> {
        let (Some(said), Some(organisation)) = (self.text("facility"), organisation_id) else { return Ok(None) };
        let found = lookup::facilities(self.tx.connection(), organisation, &said).await?;
        Ok(self.only("facility", &said, found, "sheet_facility_unknown"))
    }
    /// A batch of a producer.
    pub async fn batch(&mut self, producer_id: Option<&str>, product_id: &str) -> Outcome<Option<String>> {
        let (Some(said), Some(producer)) = (self.text("lot"), producer_id) else { return Ok(None) };
        let found = lookup::batches(self.tx.connection(), producer, product_id, &said).await?;
        Ok(self.only("lot", &said, found, "sheet_lot_unknown"))
    }
    /// The right of a product: the one named, or the only one.
    pub async fn right(&mut self, product_id: &str) -> Outcome<Option<String>> {
        let said = self.text("right");
        let found = lookup::rights(self.tx.connection(), product_id, said.as_deref()).await?;
        let shown = said.unwrap_or_else(|| self.said("product"));
        Ok(self.only("right", &shown, found, "sheet_right_unknown"))
    }
    /// The announcement named, if one is.
    pub async fn announcement(&mut self) -> Outcome<Option<String>> {
        let Some(said) = self.text("announcement") else { return Ok(None) };
        let found = lookup::announcements(self.tx.connection(), &said).await?;
        Ok(self.only("announcement", &said, found, "sheet_announcement_unknown"))
    }
    /// A division by code or name. What is neither goes on as it is: the act says what is wrong with it.
    pub async fn division(&mut self) -> Outcome<Option<String>> {
        let Some(said) = self.text("division_code") else { return Ok(None) };
        if said.chars().all(|c| c.is_ascii_digit()) {
            return Ok(Some(said));
        }
        let found = lookup::divisions(self.tx.connection(), &said).await?;
        Ok(Some(if found.is_empty() { said } else { self.only("division_code", &said, found, "division_unknown").unwrap_or_default() }))
    }
    /// Weight and unit of the row in the base unit of the goods, and what was read off the scale.
    pub fn weight(&mut self, goods: &Goods) -> Option<(i64, Option<Entered>)> {
        let (written, unit) = (self.text("weight")?, self.text("unit")?);
        let scale = match (goods.unit, unit.as_str()) {
            (BaseUnit::G, "g") | (BaseUnit::Ml, "ml") | (BaseUnit::Piece, "piece") => 1,
            (BaseUnit::G, "jin") => 500,
            (BaseUnit::G, "kg") | (BaseUnit::Ml, "l") => 1000,
            (BaseUnit::G, "t") => 1_000_000,
            _ => {
                let right = match goods.unit {
                    BaseUnit::G => "公斤、斤、吨、克",
                    BaseUnit::Ml => "升、毫升",
                    BaseUnit::Piece => "件",
                };
                let shown = self.kind.column("unit").map_or(unit.clone(), |column| column.said(&unit, false).to_owned());
                self.fault("unit", "sheet_unit_unfit", &[("value", shown), ("right", right.to_owned())]);
                return None;
            }
        };
        let amount = self.amount("weight", scale)?;
        let entered = (goods.unit == BaseUnit::G).then_some(Entered { number: written, unit });
        Some((amount, entered))
    }
}

//! Recording a version of a product's standard.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE, NAME};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::fact::{Confidence, PartialDate};
use crate::registry::store::{self, StandardRow};

/// A version of a standard or specification.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StandardInput {
    /// The product, `pro_…`.
    pub product_id: String,
    /// Number with its version, `GB/T 22345-2008`.
    pub number: String,
    /// Title.
    #[serde(default)]
    pub title: Option<String>,
    /// national, local, association or enterprise.
    #[serde(default)]
    pub level: Option<String>,
    /// What it replaces.
    #[serde(default)]
    pub replaces: Option<String>,
    /// YYYY-MM-DD, YYYY-MM or YYYY.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub published_on: Option<PartialDate>,
    /// First day in force.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub in_force_from: Option<Day>,
    /// First day on which it is no longer in force.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub withdrawn_on: Option<Day>,
    /// Where this is written.
    pub source: String,
    /// Its address.
    #[serde(default)]
    pub source_url: Option<String>,
    /// How sure it is: A, B or C.
    pub confidence: Confidence,
    /// Remarks.
    #[serde(default)]
    pub note: Option<String>,
}

/// Records a version of a standard.
///
/// # Errors
/// `invalid_fields` with every fault: `register_product_unknown`, `outside_your_region`, `standard_taken`, `standard_days` …
pub async fn record_standard(tx: &Tx, desk: &Desk, input: &StandardInput, demo: bool) -> Outcome<StandardRow> {
    let mut faults = Faults::new();
    form::product(tx, desk, &mut faults, &input.product_id).await?;
    if let (Some(from), Some(end)) = (input.in_force_from, input.withdrawn_on)
        && end <= from
    {
        faults.add("/withdrawn_on", "standard_days").with("from", from).with("to", end);
    }
    let number = form::required(&mut faults, "/number", &input.number, NAME);
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let row = StandardRow {
        id: desk.new_id(Noun::Standard),
        product_id: input.product_id.clone(),
        version: version(&number),
        number,
        title: form::optional(&mut faults, "/title", input.title.as_deref(), LINE),
        level: form::optional(&mut faults, "/level", input.level.as_deref(), NAME),
        replaces: form::optional(&mut faults, "/replaces", input.replaces.as_deref(), NAME),
        published_on: input.published_on.filter(|date| *date != PartialDate::Unknown).map(|date| date.to_string()),
        in_force_from: day(input.in_force_from),
        withdrawn_on: day(input.withdrawn_on),
        source: form::required(&mut faults, "/source", &input.source, LINE),
        source_url: form::address(&mut faults, "/source_url", input.source_url.as_deref()),
        confidence: input.confidence.word().to_owned(),
        note: form::optional(&mut faults, "/note", input.note.as_deref(), LINE),
        demo,
    };
    faults.check()?;
    store::standard::insert(tx, row.clone()).await?;
    let facts = json!({
        "product_id": row.product_id, "number": row.number, "in_force_from": row.in_force_from, "withdrawn_on": row.withdrawn_on,
        "source": row.source, "confidence": row.confidence,
    });
    ledger::append(tx, desk, Event::new(kind::STANDARD_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// The year after the last dash.
fn version(number: &str) -> Option<String> {
    let year = number.rsplit(['-', '—', '–']).next()?;
    (year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()) && year.len() < number.len()).then(|| year.to_owned())
}

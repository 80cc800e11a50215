//! Registering a product, and changing what the holder's yearly notice or a correction changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE, NAME, PASSAGE};
use super::index;
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::{self, BaseUnit};
use crate::kernel::{Desk, Failure, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::division::DivisionCode;
use crate::registry::fact::Confidence;
use crate::registry::product::{AccountBasis, ProductClass, YearDay};
use crate::registry::search;
use crate::registry::store::{self, ProductRow, joined, listed};

/// Who lets a batch go when every check has passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseBy {
    /// At once.
    #[default]
    Automatic,
    /// The holder, because its rule says so.
    Holder,
}

/// What holds unless somebody says otherwise.
pub(super) const PLAIN_RELEASE: ReleaseBy = ReleaseBy::Automatic;

impl ReleaseBy {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Holder => "holder",
        }
    }
}

/// What one test stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestScope {
    /// One batch.
    Lot,
    /// What one plot bears in a season.
    Plot,
    /// A whole season of a producer.
    Season,
}

/// One test of a product's plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestPlanItem {
    /// What is tested, `可溶性固形物`.
    pub item: String,
    /// Who tests: the producer, a laboratory with 检验检测资质 …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What one report stands for.
    pub scope: TestScope,
    /// How many days a report is good for; until further notice if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<u32>,
    /// A batch without it waits for a person's reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub before_release: bool,
    /// Only a laboratory with 检验检测资质 counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accredited: bool,
}

/// A product as it is registered or changed. A change says everything again; what is left out is gone.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductInput {
    /// Last part of its address: lower-case Latin letters, digits and dashes; never changed.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its name in Latin letters, as registered abroad.
    #[serde(default)]
    pub latin_name: Option<String>,
    /// Counties (GB/T 2260), as they are today; a prefecture where the announcement names no county.
    pub county_codes: Vec<String>,
    /// Class of GB/T 43583-2023: food, non_food, medicinal, handicraft or other.
    pub class: ProductClass,
    /// Kind and sort in words, `水果-梨`.
    #[serde(default)]
    pub group: Option<String>,
    /// What it is counted in: g, ml or piece; never changed.
    #[schema(value_type = String)]
    pub base_unit: BaseUnit,
    /// What approved output rests on: plots, capacity or raw_material.
    pub account_basis: AccountBasis,
    /// First day of the season, MM-DD.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub season_from: Option<YearDay>,
    /// Last day of the season, MM-DD; before the first if it passes over new year.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub season_to: Option<YearDay>,
    /// When a season's account closes, MM-DD.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub closing_date: Option<YearDay>,
    /// Fresh produce: nothing is carried into the next season.
    #[serde(default)]
    pub fresh: bool,
    /// The most that may be carried into the next season, in base units.
    #[serde(default)]
    pub carry_over_cap: Option<i64>,
    /// The holder's rule: labels left over may be carried into the next season.
    #[serde(default)]
    pub carry_labels: bool,
    /// The most labels of this product that a producer may have on no goods; an order beyond it waits for a second person.
    #[serde(default)]
    pub on_hand_limit: Option<i64>,
    /// Who releases batches.
    #[serde(default)]
    pub release_by: ReleaseBy,
    /// Base units a 亩 (plots), a kilogram, litre or piece of input (raw material) or a day (capacity).
    #[serde(default)]
    pub yield_cap: Option<i64>,
    /// Where the cap comes from; needed with a cap.
    #[serde(default)]
    pub yield_cap_source: Option<String>,
    /// Varieties announced; empty if the announcement names none.
    #[serde(default)]
    pub varieties: Vec<String>,
    /// Tests a batch needs.
    #[serde(default)]
    pub test_plan: Vec<TestPlanItem>,
    /// Quality in the words of the announcement.
    #[serde(default)]
    pub quality: Option<String>,
    /// Where this is written.
    pub source: String,
    /// How sure it is: A, B or C.
    pub confidence: Confidence,
    /// Remarks.
    #[serde(default)]
    pub note: Option<String>,
}

/// Registers a product.
///
/// # Errors
/// `invalid_fields` with every fault: `product_slug_unfit`, `product_slug_taken`, `product_name_taken`, `division_unknown`,
/// `outside_your_region`, `product_season_half`, `product_cap_unfit` …
pub async fn register_product(tx: &Tx, desk: &Desk, input: &ProductInput, demo: bool) -> Outcome<ProductRow> {
    let mut faults = Faults::new();
    let mut row = read(tx, desk, &mut faults, input).await?;
    if let Some(other) = store::product::by_slug(tx.connection(), &row.slug).await? {
        faults.add("/slug", "product_slug_taken").with("value", &other.slug);
    }
    name_free(tx, &mut faults, &row).await?;
    faults.check()?;
    row.id = desk.new_id(Noun::Product);
    row.registered_at = desk.clock.now();
    row.demo = demo;
    store::product::insert(tx, row.clone()).await?;
    index::product(tx, &row).await?;
    ledger::append(tx, desk, Event::new(kind::PRODUCT_REGISTERED, &row.id, json!({ "product": facts(&row) }))).await?;
    Ok(row)
}

/// Changes a product. The same as before changes and records nothing.
///
/// # Errors
/// `not_found`; as [`register_product`]; `product_slug_fixed`, `product_unit_fixed`.
pub async fn change_product(tx: &Tx, desk: &Desk, id: &str, input: &ProductInput) -> Outcome<ProductRow> {
    let before = store::product::to_change(tx, id).await?;
    let mut faults = Faults::new();
    if !form::reaches(desk, &before) {
        faults.add("", "outside_your_region").with("value", &before.name);
    }
    let mut row = read(tx, desk, &mut faults, input).await?;
    row.id.clone_from(&before.id);
    if row.slug != before.slug {
        faults.add("/slug", "product_slug_fixed").with("value", &before.slug);
    }
    if row.base_unit != before.base_unit {
        faults.add("/base_unit", "product_unit_fixed").with("value", &before.base_unit);
    }
    name_free(tx, &mut faults, &row).await?;
    faults.check()?;
    row.registered_at = before.registered_at;
    keep_demo_marks(&before, &mut row);
    if row == before {
        return Ok(before);
    }
    store::product::update(tx, row.clone()).await?;
    index::product(tx, &row).await?;
    let changed = json!({ "before": facts(&before), "after": facts(&row) });
    ledger::append(tx, desk, Event::new(kind::PRODUCT_CHANGED, id, changed)).await?;
    Ok(row)
}

/// A made-up figure that was not changed stays marked as one; without any left, so does the row not.
fn keep_demo_marks(before: &ProductRow, row: &mut ProductRow) {
    let figures = listed(&before.demo_figures);
    let kept: Vec<&String> = figures
        .iter()
        .filter(|figure| match figure.as_str() {
            "season" => (&row.season_from, &row.season_to) == (&before.season_from, &before.season_to),
            "closing_date" => row.closing == before.closing,
            "carry_over_cap" => row.carry_over_cap == before.carry_over_cap,
            _ => row.yield_cap == before.yield_cap,
        })
        .collect();
    row.demo_figures = joined(&kept);
    row.demo = before.demo && (figures.is_empty() || !kept.is_empty());
}

async fn name_free(tx: &Tx, faults: &mut Faults, row: &ProductRow) -> Outcome<()> {
    if let Some(other) = store::product::named(tx.connection(), &row.name).await?.filter(|other| other.id != row.id) {
        faults.add("/name", "product_name_taken").with("value", &row.name).with("other", other.slug);
    }
    Ok(())
}

async fn read(tx: &Tx, desk: &Desk, faults: &mut Faults, input: &ProductInput) -> Outcome<ProductRow> {
    let slug = input.slug.trim().to_owned();
    let fits = (2..=60).contains(&slug.len()) && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !fits || slug.starts_with('-') || slug.ends_with('-') {
        faults.add("/slug", "product_slug_unfit").with("value", slug.chars().take(60).collect::<String>());
    }
    let name = form::required(faults, "/name", &input.name, NAME);
    let counties = counties(tx, desk, faults, &input.county_codes).await?;
    if input.season_from.is_some() != input.season_to.is_some() {
        faults.add(if input.season_from.is_some() { "/season_to" } else { "/season_from" }, "product_season_half");
    }
    let yield_cap_source = form::optional(faults, "/yield_cap_source", input.yield_cap_source.as_deref(), LINE);
    amount(faults, "/carry_over_cap", input.carry_over_cap, 0);
    amount(faults, "/yield_cap", input.yield_cap, 1);
    amount(faults, "/on_hand_limit", input.on_hand_limit, 1);
    if input.yield_cap.is_some() && yield_cap_source.is_none() {
        faults.add("/yield_cap_source", "product_cap_source");
    }
    let cities: BTreeSet<String> = counties.iter().filter_map(|code| Some(format!("{}00", code.get(..4)?))).collect();
    let year_day = |day: &Option<YearDay>| day.as_ref().map(|day| day.as_str().to_owned());
    Ok(ProductRow {
        carry_labels: input.carry_labels,
        on_hand_limit: input.on_hand_limit,
        id: String::new(),
        sort_key: search::sort_key(&name),
        slug,
        name,
        aliases: joined(&form::names(faults, "/aliases", &input.aliases)),
        latin_name: form::optional(faults, "/latin_name", input.latin_name.as_deref(), NAME),
        city_codes: joined(&cities.into_iter().collect::<Vec<_>>()),
        county_codes: joined(&counties),
        class: input.class.word().to_owned(),
        product_group: form::optional(faults, "/group", input.group.as_deref(), NAME).unwrap_or_default(),
        base_unit: input.base_unit.word().to_owned(),
        account_basis: input.account_basis.word().to_owned(),
        season_from: year_day(&input.season_from),
        season_to: year_day(&input.season_to),
        closing: year_day(&input.closing_date),
        fresh: input.fresh,
        release_by: input.release_by.word().to_owned(),
        yield_cap: input.yield_cap,
        yield_cap_source,
        carry_over_cap: input.carry_over_cap,
        varieties: joined(&form::names(faults, "/varieties", &input.varieties)),
        test_plan: test_plan(faults, &input.test_plan)?,
        quality: form::optional(faults, "/quality", input.quality.as_deref(), PASSAGE),
        source: form::required(faults, "/source", &input.source, LINE),
        confidence: input.confidence.word().to_owned(),
        note: form::optional(faults, "/note", input.note.as_deref(), LINE),
        demo: false,
        demo_figures: String::new(),
        registered_at: 0,
    })
}

/// Counties, or prefectures, of the list; one at least in the actor's region.
async fn counties(tx: &Tx, desk: &Desk, faults: &mut Faults, codes: &[String]) -> Outcome<Vec<String>> {
    let mut read: Vec<String> = Vec::new();
    for (i, written) in codes.iter().enumerate() {
        let at = format!("/county_codes/{i}");
        let code = DivisionCode::parse(written).filter(|code| code.as_str().len() == 6);
        match code {
            Some(code) if !read.iter().any(|c| c == code.as_str()) => {
                form::division(tx, faults, &at, code.as_str()).await?;
                read.push(code.as_str().to_owned());
            }
            Some(_) => {}
            None => {
                faults.add(at, "division_unknown").with("value", written.chars().take(40).collect::<String>());
            }
        }
    }
    if codes.is_empty() {
        faults.add("/county_codes", "product_county_missing");
    } else if !read.iter().any(|code| desk.actor.scope.reaches_division(code)) {
        faults.add("/county_codes", "outside_your_region").with("value", read.join(", "));
    }
    Ok(read)
}

fn amount(faults: &mut Faults, pointer: &str, value: Option<i64>, least: i64) {
    if value.is_some_and(|value| !(least..=quantity::MOST).contains(&value)) {
        faults.add(pointer, "product_cap_unfit").with("least", least).with("most", quantity::grouped(quantity::MOST));
    }
}

fn test_plan(faults: &mut Faults, items: &[TestPlanItem]) -> Outcome<Option<String>> {
    let mut read = Vec::new();
    for (i, item) in items.iter().enumerate() {
        read.push(TestPlanItem {
            item: form::required(faults, &format!("/test_plan/{i}/item"), &item.item, NAME),
            by: form::optional(faults, &format!("/test_plan/{i}/by"), item.by.as_deref(), NAME),
            ..item.clone()
        });
    }
    if read.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(&read).map(Some).map_err(Failure::broken)
}

/// What the audit log keeps of a product.
fn facts(row: &ProductRow) -> serde_json::Value {
    json!({
        "slug": row.slug, "name": row.name, "aliases": row.aliases, "county_codes": row.county_codes, "class": row.class,
        "base_unit": row.base_unit, "account_basis": row.account_basis, "season": [row.season_from, row.season_to], "closing": row.closing,
        "fresh": row.fresh, "carry_labels": row.carry_labels, "on_hand_limit": row.on_hand_limit, "carry_over_cap": row.carry_over_cap, "release_by": row.release_by, "yield_cap": row.yield_cap,
        "yield_cap_source": row.yield_cap_source, "varieties": row.varieties, "test_plan": row.test_plan, "quality": row.quality,
        "source": row.source, "confidence": row.confidence,
    })
}

//! Recording a right: on which route, how far it has come, under which number, and where that is written.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE, NAME, PASSAGE};
use super::index;
use crate::db::Tx;
use crate::identity;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::registry::announcement::AgiNumber;
use crate::registry::fact::{Confidence, PartialDate};
use crate::registry::right::{RightStatus, Route};
use crate::registry::store::{self, RightRow, joined};

/// What kind of number a registration number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationKind {
    /// 商标注册号
    Trademark,
    /// 农产品地理标志登记证书编号, `AGI01459`
    AgiCertificate,
    /// 质量控制技术规范编号, `AGI2014-02-1497`; not the certificate
    AgiSpecification,
    /// File number of the European register, `PGI-CN-2725`
    EuFile,
}

impl RegistrationKind {
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trademark => "trademark",
            Self::AgiCertificate => "agi_certificate",
            Self::AgiSpecification => "agi_specification",
            Self::EuFile => "eu_file",
        }
    }
    /// Does a right on this route have such a number?
    fn fits(self, route: Route) -> bool {
        match self {
            Self::Trademark => route.is_trademark(),
            Self::AgiCertificate | Self::AgiSpecification => route == Route::AgriGi,
            Self::EuFile => route == Route::AbroadEu,
        }
    }
}

/// A right as it is recorded. What is not known is left out, never guessed.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RightInput {
    /// The product, `pro_…`.
    pub product_id: String,
    /// gi_product, certification_mark, collective_mark, agri_gi or abroad_eu.
    pub route: Route,
    /// Who registered or received it.
    #[serde(default)]
    pub authority: Option<String>,
    /// How far it has come; only `registered` lets batches rely on it.
    pub status: RightStatus,
    /// The announcement as quoted.
    #[serde(default)]
    pub number: Option<String>,
    /// How sure that number is; as the row if not given.
    #[serde(default)]
    pub number_confidence: Option<Confidence>,
    /// Registration, certificate or file number.
    #[serde(default)]
    pub registration_number: Option<String>,
    /// Which number that is; needed with it.
    #[serde(default)]
    pub registration_kind: Option<RegistrationKind>,
    /// How sure it is.
    #[serde(default)]
    pub registration_confidence: Option<Confidence>,
    /// When the status was reached: YYYY-MM-DD, YYYY-MM or YYYY, as precise as the source.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub date: Option<PartialDate>,
    /// Holder or applicant in words.
    #[serde(default)]
    pub holder: Option<String>,
    /// The holder, if it is on the platform, `org_…`.
    #[serde(default)]
    pub holder_id: Option<String>,
    /// First day it counts; the date's first day if not given and registered.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub in_force_from: Option<Day>,
    /// Last day it counts, a time of grace included; needed for a right that has ended.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub in_force_to: Option<Day>,
    /// Last day of a trademark's term, before the time of grace.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub term_to: Option<Day>,
    /// Counties of today.
    #[serde(default)]
    pub county_codes: Vec<String>,
    /// The protected area as worded.
    #[serde(default)]
    pub protected_area: Option<String>,
    /// Quality in short.
    #[serde(default)]
    pub quality: Option<String>,
    /// Standard number with its version.
    #[serde(default)]
    pub standard_no: Option<String>,
    /// Output as the source gives it.
    #[serde(default)]
    pub output: Option<String>,
    /// Announcements on record that speak of it, `ann_…`.
    #[serde(default)]
    pub announcement_ids: Vec<String>,
    /// Where this is written.
    pub source: String,
    /// Its address.
    #[serde(default)]
    pub source_url: Option<String>,
    /// How sure it is: A, B or C.
    pub confidence: Confidence,
    /// Remarks: what was not found, what is to be verified.
    #[serde(default)]
    pub note: Option<String>,
}

/// Records a right.
///
/// # Errors
/// `invalid_fields` with every fault: `register_product_unknown`, `outside_your_region`, `right_registration_kind`,
/// `agi_specification_given`, `right_trademark_number`, `right_term_backwards`, `right_end_missing`, `right_twice` …
pub async fn record_right(tx: &Tx, desk: &Desk, input: &RightInput, demo: bool) -> Outcome<RightRow> {
    let mut faults = Faults::new();
    let product = form::product(tx, desk, &mut faults, &input.product_id).await?;
    let registration_number = registration(&mut faults, input);
    let counties = counties(tx, &mut faults, &input.county_codes).await?;
    days(&mut faults, input);
    if let Some(id) = &input.holder_id
        && identity::store::organisation(tx.connection(), id).await.is_err()
    {
        faults.add("/holder_id", "register_organisation_unknown").with("value", id);
    }
    for (i, id) in input.announcement_ids.iter().enumerate() {
        if store::announcement::find(tx.connection(), id).await?.is_none() {
            faults.add(format!("/announcement_ids/{i}"), "register_announcement_unknown").with("value", id);
        }
    }
    let row = row(desk, &mut faults, input, registration_number, counties, demo);
    twice(tx, &mut faults, &row).await?;
    faults.check()?;
    store::right::insert(tx, row.clone()).await?;
    let mut linked: Vec<&String> = input.announcement_ids.iter().collect();
    linked.sort_unstable();
    linked.dedup();
    for id in linked {
        store::right::link(tx, &row.id, id).await?;
    }
    if let Some(product) = product {
        index::product(tx, &product).await?;
    }
    let facts = json!({
        "product_id": row.product_id, "route": row.route, "status": row.status, "number": row.number,
        "registration_number": row.registration_number, "date": row.announced_on, "in_force": [row.in_force_from, row.in_force_to],
        "holder": row.holder, "holder_id": row.holder_id, "source": row.source, "confidence": row.confidence,
    });
    ledger::append(tx, desk, Event::new(kind::RIGHT_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// The registration number in its own shape.
fn registration(faults: &mut Faults, input: &RightInput) -> Option<String> {
    let at = "/registration_number";
    let number = form::optional(faults, at, input.registration_number.as_deref(), 60);
    let (number, kind) = match (number, input.registration_kind) {
        (None, None) => return None,
        (Some(number), Some(kind)) => (number, kind),
        _ => {
            faults.add("/registration_kind", "right_registration_kind");
            return None;
        }
    };
    if !kind.fits(input.route) {
        faults.add("/registration_kind", "right_number_route").with("route", input.route.name());
    }
    let read = match kind {
        RegistrationKind::AgiCertificate => AgiNumber::parse_certificate(&number).map(|n| n.to_string()),
        RegistrationKind::AgiSpecification => AgiNumber::parse_specification(&number).map(|n| n.to_string()),
        RegistrationKind::EuFile => Ok(number),
        RegistrationKind::Trademark => {
            let number = text::identifier(&number);
            let digits = number.strip_prefix('G').unwrap_or(&number);
            if !(4..=9).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
                faults.add(at, "right_trademark_number").with("value", &number);
            }
            Ok(number)
        }
    };
    match read {
        Ok(number) => Some(number),
        Err(problem) => {
            form::note(faults, problem.at(at));
            None
        }
    }
}

async fn counties(tx: &Tx, faults: &mut Faults, codes: &[String]) -> Outcome<Vec<String>> {
    for (i, code) in codes.iter().enumerate() {
        form::division(tx, faults, &format!("/county_codes/{i}"), code).await?;
    }
    Ok(codes.to_vec())
}

fn days(faults: &mut Faults, input: &RightInput) {
    let from = first_day(input);
    for (at, to) in [("/in_force_to", input.in_force_to), ("/term_to", input.term_to)] {
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            faults.add(at, "right_term_backwards").with("from", from).with("to", to);
        }
    }
    if let (Some(term), Some(last)) = (input.term_to, input.in_force_to)
        && last < term
        && input.status != RightStatus::Ended
    {
        faults.add("/in_force_to", "right_term_backwards").with("from", term).with("to", last);
    }
    if input.status == RightStatus::Ended && input.in_force_to.is_none() {
        faults.add("/in_force_to", "right_end_missing");
    }
    let counts = matches!(input.status, RightStatus::Registered | RightStatus::Ended);
    if !counts && (input.in_force_from.is_some() || input.in_force_to.is_some() || input.term_to.is_some()) {
        faults.add("/status", "right_not_yet_in_force").with("status", input.status.name());
    }
}

fn first_day(input: &RightInput) -> Option<Day> {
    input.in_force_from.or_else(|| input.date.and_then(PartialDate::earliest).filter(|_| input.status == RightStatus::Registered))
}

fn row(desk: &Desk, faults: &mut Faults, input: &RightInput, number: Option<String>, counties: Vec<String>, demo: bool) -> RightRow {
    let date = input.date.unwrap_or_default();
    let letter = |c: Option<Confidence>| c.unwrap_or(input.confidence).word().to_owned();
    let announced = form::optional(faults, "/number", input.number.as_deref(), NAME);
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    RightRow {
        id: desk.new_id(Noun::Right),
        product_id: input.product_id.clone(),
        route: input.route.word().to_owned(),
        authority: form::optional(faults, "/authority", input.authority.as_deref(), NAME).unwrap_or_default(),
        status: input.status.word().to_owned(),
        number_confidence: announced.as_ref().map(|_| letter(input.number_confidence)),
        number: announced,
        registration_confidence: number.as_ref().map(|_| letter(input.registration_confidence)),
        registration_kind: number.as_ref().and(input.registration_kind).map(|kind| kind.word().to_owned()),
        registration_number: number,
        announced_on: (date != PartialDate::Unknown).then(|| date.to_string()),
        date_precision: date.precision().word().to_owned(),
        holder: form::optional(faults, "/holder", input.holder.as_deref(), NAME),
        holder_id: input.holder_id.clone(),
        in_force_from: day(first_day(input)),
        in_force_to: day(input.in_force_to),
        term_to: day(input.term_to),
        county_codes: joined(&counties),
        protected_area: form::optional(faults, "/protected_area", input.protected_area.as_deref(), PASSAGE),
        quality: form::optional(faults, "/quality", input.quality.as_deref(), PASSAGE),
        standard_no: form::optional(faults, "/standard_no", input.standard_no.as_deref(), NAME),
        output: form::optional(faults, "/output", input.output.as_deref(), LINE),
        source: form::required(faults, "/source", &input.source, LINE),
        source_url: form::address(faults, "/source_url", input.source_url.as_deref()),
        source_kind: None,
        source_row: None,
        confidence: input.confidence.word().to_owned(),
        note: form::optional(faults, "/note", input.note.as_deref(), LINE),
        demo,
        recorded_at: desk.clock.now(),
    }
}

/// The same number on the same route of the same product is the same right.
async fn twice(tx: &Tx, faults: &mut Faults, row: &RightRow) -> Outcome<()> {
    let others = store::right::of_products(tx.connection(), vec![row.product_id.clone()]).await?;
    let same = others.into_iter().filter(|other| other.route == row.route && other.status == row.status).find(|other| {
        let numbers = [(&other.number, &row.number), (&other.registration_number, &row.registration_number)];
        numbers.into_iter().any(|(a, b)| a.is_some() && a == b)
    });
    if let Some(other) = same {
        faults.add("/product_id", "right_twice").with("other", other.id);
    }
    Ok(())
}

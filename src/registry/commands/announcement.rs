//! Recording an announcement and the rights it speaks of (announcement n – m right).

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::form::{self, LINE, NAME};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::registry::announcement::{AnnouncementKind, AnnouncementNumber};
use crate::registry::fact::{Confidence, PartialDate};
use crate::registry::store::{self, AnnouncementRow};

/// An announcement of an authority.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnouncementInput {
    /// As quoted: `国家知识产权局公告第401号`, `国家质检总局公告2004年第131号`.
    pub number: String,
    /// What it does.
    pub kind: AnnouncementKind,
    /// YYYY-MM-DD, YYYY-MM or YYYY.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub announced_on: Option<PartialDate>,
    /// Its title; the number if not given.
    #[serde(default)]
    pub title: Option<String>,
    /// The rights it speaks of, `rig_…`.
    #[serde(default)]
    pub right_ids: Vec<String>,
    /// Where it was seen.
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

/// Records an announcement.
///
/// # Errors
/// `invalid_fields` with every fault: `announcement_issuer`, `announcement_year`, `announcement_number`, `announcement_year_differs`,
/// `announcement_taken`, `register_right_unknown`, `outside_your_region` …
pub async fn record_announcement(tx: &Tx, desk: &Desk, input: &AnnouncementInput) -> Outcome<AnnouncementRow> {
    let mut faults = Faults::new();
    let (issuer, number) = number(tx, &mut faults, input).await?;
    let title = form::optional(&mut faults, "/title", input.title.as_deref(), LINE);
    let mut rights: Vec<String> = Vec::new();
    for (i, id) in input.right_ids.iter().enumerate().filter(|(i, id)| !input.right_ids[..*i].contains(id)) {
        let at = format!("/right_ids/{i}");
        let Some(right) = store::right::find(tx.connection(), id).await? else {
            faults.add(at, "register_right_unknown").with("value", id);
            continue;
        };
        let product = store::product::one(tx.connection(), &right.product_id).await?;
        if !form::reaches(desk, &product) {
            faults.add(at, "outside_your_region").with("value", product.name);
        }
        rights.push(right.id);
    }
    let row = AnnouncementRow {
        id: desk.new_id(Noun::Announcement),
        issuer,
        title: title.unwrap_or_else(|| number.clone()),
        number,
        kind: input.kind.word().to_owned(),
        announced_on: input.announced_on.filter(|date| *date != PartialDate::Unknown).map(|date| date.to_string()),
        source: form::required(&mut faults, "/source", &input.source, LINE),
        source_url: form::address(&mut faults, "/source_url", input.source_url.as_deref()),
        confidence: input.confidence.word().to_owned(),
        note: form::optional(&mut faults, "/note", input.note.as_deref(), LINE),
        recorded_at: desk.clock.now(),
    };
    faults.check()?;
    store::announcement::insert(tx, row.clone()).await?;
    for right_id in &rights {
        store::right::link(tx, right_id, &row.id).await?;
    }
    let facts = json!({ "number": row.number, "kind": row.kind, "announced_on": row.announced_on, "rights": rights, "source": row.source });
    ledger::append(tx, desk, Event::new(kind::ANNOUNCEMENT_RECORDED, &row.id, facts)).await?;
    Ok(row)
}

/// Issuer and number in their usual words.
async fn number(tx: &Tx, faults: &mut Faults, input: &AnnouncementInput) -> Outcome<(String, String)> {
    let quoted = form::required(faults, "/number", &input.number, NAME);
    if quoted.is_empty() {
        return Ok(Default::default());
    }
    let number = match AnnouncementNumber::parse(&quoted) {
        Ok(number) => number,
        Err(problem) => {
            form::note(faults, problem.at("/number"));
            return Ok(Default::default());
        }
    };
    let announced = input.announced_on.and_then(PartialDate::earliest).map(|day| day.year());
    if let (Some(year), Some(announced)) = (number.year, announced)
        && year != announced
    {
        faults.add("/announced_on", "announcement_year_differs").with("year", year).with("value", announced);
    }
    let (issuer, written) = (number.issuer.word().to_owned(), number.to_string());
    if let Some(other) = store::announcement::numbered(tx.connection(), &issuer, &written, input.kind.word()).await? {
        faults.add("/number", "announcement_taken").with("value", &written).with("other", other.id);
    }
    Ok((issuer, written))
}

//! Ordering something to be mended, answering the order, and what came of it. Every step tells the other side.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::recall_report::{Figures, figures};
use super::{required, untied};
use crate::db::Tx;
use crate::files::{self, Kept, Purpose};
use crate::identity::notice::{About, To, note};
use crate::identity::store as people;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Day, Desk, Failure, Outcome, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::rectification::{RectificationSource, RectificationState, may_expire};
use crate::supervision::store::rectification::{self as store, RectificationNoteRow, RectificationRow};
use crate::trade::store::seller as sellers;

/// The word of files that belong to an order.
pub const FILES_OF: &str = "rectification";
/// The longest time an order may give, in days.
const LONGEST: i64 = 366;

/// `POST /rectifications`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectificationInput {
    /// What it follows from.
    pub source: RectificationSource,
    /// Its id: `lis_…`, `ins_…`, `fbk_…` or `rec_…`.
    pub source_id: String,
    /// To whom: an organisation `org_…`, or `seller_id`.
    #[serde(default)]
    pub organisation_id: Option<String>,
    /// To whom: a seller `sel_…`.
    #[serde(default)]
    pub seller_id: Option<String>,
    /// Number of the document, if one was served.
    #[serde(default)]
    pub document_no: Option<String>,
    /// What is to be mended.
    pub what: String,
    /// Until when: today or later, within a year.
    #[schema(value_type = String, format = Date)]
    pub due_on: Day,
}

/// `POST /rectifications/{id}/reply`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectificationReplyInput {
    /// What was done.
    pub said: String,
    /// Of a report on a recall, and only there: how much came back so far, in the base unit of the goods (g, ml or pieces).
    #[serde(default)]
    pub recovered: Option<i64>,
    /// … and how much of it was destroyed or made harmless.
    #[serde(default)]
    pub disposed: Option<i64>,
}

/// `POST /rectifications/{id}/accept`, `…/expire`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectificationNoteInput {
    /// What the officer saw.
    pub said: String,
}

/// `POST /rectifications/{id}/again`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RectificationAgainInput {
    /// What is still to be mended.
    pub said: String,
    /// The new day.
    #[schema(value_type = String, format = Date)]
    pub due_on: Day,
}

/// Whom an order is addressed to.
struct Addressee {
    organisation_id: Option<String>,
    seller_id: Option<String>,
    name: String,
    division_code: String,
}

async fn addressee(tx: &Tx, desk: &Desk, faults: &mut Faults, input: &RectificationInput) -> Outcome<Option<Addressee>> {
    let everything = crate::kernel::Scope::everything();
    let found = match (&input.organisation_id, &input.seller_id) {
        (Some(id), None) => match people::organisation(tx.connection(), id).await {
            Ok(row) => Addressee { organisation_id: Some(row.id), seller_id: None, name: row.name, division_code: row.division_code },
            Err(failure) if failure.says("not_found") => {
                faults.add("/organisation_id", "register_organisation_unknown").with("value", shown(id));
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        },
        (None, Some(id)) => match sellers::one(tx.connection(), &everything, id).await {
            Ok(row) => Addressee {
                organisation_id: row.organisation_id,
                seller_id: Some(row.id),
                name: row.name,
                division_code: row.division_code,
            },
            Err(failure) if failure.says("not_found") => {
                faults.add("/seller_id", "rectification_seller_unknown").with("value", shown(id));
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        },
        _ => {
            faults.add("/organisation_id", "rectification_addressee");
            return Ok(None);
        }
    };
    if !desk.actor.scope.reaches_division(&found.division_code) {
        let at = if found.seller_id.is_some() { "/seller_id" } else { "/organisation_id" };
        faults.add(at, "outside_your_region").with("value", &found.name);
        return Ok(None);
    }
    Ok(Some(found))
}

fn shown(id: &str) -> String {
    id.chars().take(40).collect()
}

fn due(faults: &mut Faults, desk: &Desk, due_on: Day) {
    let today = desk.clock.today();
    if due_on < today || due_on.since(today) > LONGEST {
        faults.add("/due_on", "rectification_due").with("value", due_on).with("from", today).with("to", today.plus(LONGEST));
    }
}

/// Orders something to be mended until a day, and tells the addressee. The order follows the region of the addressee; an order for
/// somebody elsewhere is handed to the officers there (a case).
///
/// # Errors
/// `invalid_fields`: `rectification_addressee` unless exactly one is named, `register_organisation_unknown`,
/// `rectification_seller_unknown`, `outside_your_region`, `rectification_source` for an id that is none of its kind, `register_empty`,
/// `rectification_due`; `tied_to_party`.
pub async fn order_rectification(tx: &Tx, desk: &Desk, input: &RectificationInput) -> Outcome<RectificationRow> {
    let mut faults = Faults::new();
    let addressee = addressee(tx, desk, &mut faults, input).await?;
    let noun = match input.source {
        RectificationSource::Listing => Noun::Listing,
        RectificationSource::Inspection => Noun::Inspection,
        RectificationSource::Feedback => Noun::Feedback,
        RectificationSource::Recall => Noun::Recall,
    };
    if !crate::kernel::ids::is(noun, &input.source_id) {
        faults.add("/source_id", "rectification_source").with("value", shown(&input.source_id)).with("right", noun.prefix());
    }
    let document_no = input.document_no.as_deref().map(text::clean).filter(|text| !text.is_empty());
    if document_no.as_deref().is_some_and(|text| text::too_long(text, 120)) {
        faults.add("/document_no", "document_no_missing").with("most", 120);
    }
    let what = required(&mut faults, "/what", "rectification_what", &input.what, 1000);
    due(&mut faults, desk, input.due_on);
    faults.check()?;
    let addressee = addressee.ok_or_else(|| Failure::broken("an order without addressee"))?;
    untied(tx, desk, addressee.organisation_id.as_deref()).await?;
    let row = RectificationRow {
        id: desk.new_id(Noun::Rectification),
        source: input.source.word().to_owned(),
        source_id: input.source_id.clone(),
        organisation_id: addressee.organisation_id,
        seller_id: addressee.seller_id,
        name: addressee.name,
        division_code: addressee.division_code,
        document_no,
        what: what.clone(),
        due_on: input.due_on.to_string(),
        state: RectificationState::Ordered.word().to_owned(),
        ordered_by: desk.actor.account_id.clone(),
        ordered_at: desk.clock.now(),
        replied_at: None,
        ended_by: None,
        ended_at: None,
    };
    store::insert(tx, row.clone()).await?;
    noted(tx, desk, &row, "ordered", &what, Some(&row.due_on), 0, Figures::default()).await?;
    tell(tx, desk, &row, About::RectificationOrdered, &[("what", &brief(&what)), ("until", &row.due_on)]).await?;
    let facts = json!({
        "source": row.source, "source_id": row.source_id, "organisation": row.organisation_id, "seller": row.seller_id,
        "document_no": row.document_no, "what": row.what, "due_on": row.due_on,
    });
    ledger::append(tx, desk, Event::new(kind::RECTIFICATION_ORDERED, &row.id, facts)).await?;
    Ok(row)
}

/// The first words of a text, for a notice of one line.
pub(super) fn brief(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(super) async fn tell(tx: &Tx, desk: &Desk, row: &RectificationRow, about: About, values: &[(&str, &str)]) -> Outcome<()> {
    match &row.organisation_id {
        Some(id) => note(tx, desk, To::Organisation(id), about, &row.id, values).await,
        None => Ok(()),
    }
}

#[expect(clippy::too_many_arguments, reason = "a line of what was said has these columns")]
pub(super) async fn noted(
    tx: &Tx,
    desk: &Desk,
    row: &RectificationRow,
    act: &str,
    said: &str,
    due_on: Option<&str>,
    files: usize,
    figures: Figures,
) -> Outcome<()> {
    let note = RectificationNoteRow {
        id: 0,
        rectification_id: row.id.clone(),
        at: desk.clock.now(),
        noted_by: desk.actor.account_id.clone(),
        act: act.to_owned(),
        said: said.to_owned(),
        due_on: due_on.map(str::to_owned),
        files: i64::try_from(files).unwrap_or(0),
        recovered: figures.recovered,
        disposed: figures.disposed,
    };
    store::note(tx, note).await
}

async fn stepping(tx: &Tx, desk: &Desk, id: &str, to: RectificationState) -> Outcome<(RectificationRow, RectificationState)> {
    let mut row = store::lock(tx, &desk.actor.scope, id).await?;
    let from = RectificationState::parse(&row.state)
        .ok_or_else(|| Failure::broken(format!("an unknown state of an order to mend {:?}", row.state)))?;
    if !from.may_become(to) {
        return Err(Failure::conflict("rectification_step").with("state", from.word()).with("to", to.word()));
    }
    to.word().clone_into(&mut row.state);
    Ok((row, from))
}

/// Answers an order: the addressee says what was done, with photographs and papers kept beforehand. Also after the day, as long as no
/// officer said that the time is over. Whoever ordered it is told.
///
/// # Errors
/// `not_found` for another's, `rectification_step`, `register_empty`; of figures as [`super::recall_report`] has them.
pub async fn reply_rectification(
    tx: &Tx,
    desk: &Desk,
    id: &str,
    input: &RectificationReplyInput,
    kept: &[Kept],
) -> Outcome<RectificationRow> {
    let mut faults = Faults::new();
    let said = required(&mut faults, "/said", "register_empty", &input.said, 2000);
    let (mut row, _) = stepping(tx, desk, id, RectificationState::Replied).await?;
    let figures = figures(tx, &row, input, &mut faults).await?;
    faults.check()?;
    row.replied_at = Some(desk.clock.now());
    store::update(tx, &row).await?;
    noted(tx, desk, &row, "replied", &said, None, kept.len(), figures).await?;
    let about = files::About { kind: FILES_OF, id: row.id.clone(), organisation_id: row.organisation_id.clone() };
    for one in kept {
        files::attach(tx, desk, one, &about, Purpose::Evidence).await?;
    }
    note(tx, desk, To::Account(&row.ordered_by), About::RectificationReplied, &row.id, &[("name", &row.name)]).await?;
    let hashes: Vec<&str> = kept.iter().map(|one| one.sha256.as_str()).collect();
    let mut facts = json!({ "said": said, "files": hashes });
    for (name, figure) in [("recovered", figures.recovered), ("disposed", figures.disposed)] {
        if let Some(figure) = figure {
            facts[name] = figure.into();
        }
    }
    ledger::append(tx, desk, Event::new(kind::RECTIFICATION_REPLIED, id, facts)).await?;
    Ok(row)
}

/// Accepts that it is mended: by the answer, or as seen on the spot.
///
/// # Errors
/// `not_found`, `rectification_step`, `tied_to_party`, `register_empty`.
pub async fn accept_rectification(tx: &Tx, desk: &Desk, id: &str, input: &RectificationNoteInput) -> Outcome<RectificationRow> {
    end(tx, desk, id, input, RectificationState::Accepted, About::RectificationAccepted).await
}

/// Says that the time is over and nothing was mended. What follows is a case.
///
/// # Errors
/// `not_found`, `tied_to_party`, `rectification_step` also while an answer waits, `rectification_not_due` until the day has passed, `register_empty`.
pub async fn expire_rectification(tx: &Tx, desk: &Desk, id: &str, input: &RectificationNoteInput) -> Outcome<RectificationRow> {
    end(tx, desk, id, input, RectificationState::Expired, About::RectificationExpired).await
}

async fn end(
    tx: &Tx,
    desk: &Desk,
    id: &str,
    input: &RectificationNoteInput,
    to: RectificationState,
    about: About,
) -> Outcome<RectificationRow> {
    let mut faults = Faults::new();
    let said = required(&mut faults, "/said", "register_empty", &input.said, 1000);
    faults.check()?;
    let (mut row, from) = stepping(tx, desk, id, to).await?;
    untied(tx, desk, row.organisation_id.as_deref()).await?;
    let due_on = Day::parse(&row.due_on).ok_or_else(|| Failure::broken("rectification.due_on is no day"))?;
    if to == RectificationState::Expired && !may_expire(from, due_on, desk.clock.today()) {
        return Err(Failure::conflict("rectification_not_due").with("until", due_on));
    }
    (row.ended_by, row.ended_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
    store::update(tx, &row).await?;
    noted(tx, desk, &row, to.word(), &said, None, 0, Figures::default()).await?;
    tell(tx, desk, &row, about, &[("what", &brief(&row.what))]).await?;
    let kind = if to == RectificationState::Accepted { kind::RECTIFICATION_ACCEPTED } else { kind::RECTIFICATION_EXPIRED };
    ledger::append(tx, desk, Event::new(kind, id, json!({ "said": said }))).await?;
    Ok(row)
}

/// Sends an answer back: not mended yet, with a new day.
///
/// # Errors
/// `not_found`, `rectification_step`, `tied_to_party`, `register_empty`, `rectification_due`.
pub async fn return_rectification(tx: &Tx, desk: &Desk, id: &str, input: &RectificationAgainInput) -> Outcome<RectificationRow> {
    let mut faults = Faults::new();
    let said = required(&mut faults, "/said", "register_empty", &input.said, 1000);
    due(&mut faults, desk, input.due_on);
    faults.check()?;
    let (mut row, _) = stepping(tx, desk, id, RectificationState::Again).await?;
    untied(tx, desk, row.organisation_id.as_deref()).await?;
    row.due_on = input.due_on.to_string();
    store::update(tx, &row).await?;
    noted(tx, desk, &row, "again", &said, Some(&row.due_on), 0, Figures::default()).await?;
    tell(tx, desk, &row, About::RectificationReturned, &[("what", &brief(&said)), ("until", &row.due_on)]).await?;
    let facts = json!({ "said": said, "due_on": row.due_on });
    ledger::append(tx, desk, Event::new(kind::RECTIFICATION_RETURNED, id, facts)).await?;
    Ok(row)
}

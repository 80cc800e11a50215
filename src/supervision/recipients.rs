//! Whom a stop or a recall reaches: labels, batches with what was made of them, and everybody who has to be told — producers, and consignees
//! by their shipments. Who is on the platform gets a notice; the others are listed with their contact, to be told on paper.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::Tx;
use crate::identity::notice::{About, To, note};
use crate::kernel::{Desk, Failure, Outcome};
use crate::trace::queries::process::{ReachedView, reached_by};
use crate::trace::stop::StopScope;
use crate::trace::store::order as orders;
use crate::trace::store::stop::{RecallRow, StopRow};
use crate::trace::store::touched::{Labels, Touched, labels, producers_of, shipped};

/// Somebody to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Recipient {
    /// `producer` or `consignee`.
    pub role: String,
    /// The organisation, if it is on the platform: it gets a notice.
    pub organisation_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Whom to call.
    pub contact: Option<String>,
    /// Where the goods went.
    pub place: Option<String>,
    /// Lots it got.
    pub lots: Vec<String>,
    /// How much it got of them, in the product's base unit.
    pub amount: i64,
    /// Labels on it.
    pub codes: i64,
    /// Day of the last shipment.
    pub last_sent_on: Option<String>,
}

/// What a measure reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reach {
    /// Batches, the one it is about first, then those made of it.
    pub batches: Vec<ReachedView>,
    /// Labels in use.
    pub in_use: i64,
    /// Labels bound or scheduled and not in use yet.
    pub waiting: i64,
    /// Everybody to be told, producers first.
    pub recipients: Vec<Recipient>,
}

/// What a stop touches, and the batches it reaches where it is about one.
///
/// # Errors
/// Only ours.
pub async fn touched_by_stop<C: ConnectionTrait>(connection: &C, row: &StopRow) -> Outcome<(Touched, Vec<ReachedView>)> {
    let subject = row.subject_id.clone().unwrap_or_default();
    Ok(match StopScope::parse(&row.scope) {
        Some(StopScope::Batch) => touched_by_batch(connection, &subject).await?,
        Some(StopScope::Producer) => (Touched::Producer(subject), Vec::new()),
        Some(StopScope::Product) => (Touched::Product(subject), Vec::new()),
        Some(StopScope::Code | StopScope::Range | StopScope::Order) => match (row.order_no, row.first, row.last) {
            (Some(no), Some(first), Some(last)) => (Touched::Codes(no, first, last), Vec::new()),
            _ => return Err(Failure::broken("a stop of codes without codes")),
        },
        None => return Err(Failure::broken(format!("an unknown scope of a stop {:?}", row.scope))),
    })
}

/// What a recall touches.
///
/// # Errors
/// Only ours.
pub async fn touched_by_recall<C: ConnectionTrait>(connection: &C, row: &RecallRow) -> Outcome<(Touched, Vec<ReachedView>)> {
    touched_by_batch(connection, &row.batch_id).await
}

async fn touched_by_batch<C: ConnectionTrait>(connection: &C, batch_id: &str) -> Outcome<(Touched, Vec<ReachedView>)> {
    let id = batch_id.to_owned();
    let reached = reached_by(connection, std::slice::from_ref(&id)).await?.remove(&id).unwrap_or_default();
    Ok((Touched::Batches(reached.iter().map(|view| view.batch_id.clone()).collect()), reached))
}

/// What it reaches, with everybody to be told.
///
/// # Errors
/// Only ours.
pub async fn reach<C: ConnectionTrait>(connection: &C, (touched, batches): (Touched, Vec<ReachedView>)) -> Outcome<Reach> {
    let found = labels(connection, &touched).await?;
    let count = |states: &[&str]| found.iter().filter(|l| states.contains(&l.state.as_str())).map(|l| l.last - l.first + 1).sum();
    let (in_use, waiting) = (count(&["active"]), count(&["bound", "scheduled"]));
    let recipients = recipients(connection, &touched, &batches).await?;
    Ok(Reach { batches, in_use, waiting, recipients })
}

/// A label it reaches, one in use if there is one; for the page a consumer will see.
///
/// # Errors
/// Only ours.
pub async fn a_label<C: ConnectionTrait>(connection: &C, touched: &Touched) -> Outcome<Option<Labels>> {
    Ok(labels(connection, touched).await?.into_iter().next())
}

async fn recipients<C: ConnectionTrait>(connection: &C, touched: &Touched, batches: &[ReachedView]) -> Outcome<Vec<Recipient>> {
    let mut producers: Vec<String> = match touched {
        Touched::Batches(_) => batches.iter().map(|view| view.producer_id.clone()).collect(),
        Touched::Codes(no, ..) => vec![orders::by_number(connection, *no).await?.producer_id],
        Touched::Producer(id) => vec![id.clone()],
        Touched::Product(id) => producers_of(connection, id).await?,
    };
    producers.sort_unstable();
    producers.dedup();
    let mut told = Vec::new();
    for id in producers {
        if let Some(row) = orders::producer(connection, &id).await? {
            let lots = batches.iter().filter(|view| view.producer_id == id).map(|view| view.lot.clone()).collect();
            told.push(Recipient {
                role: "producer".to_owned(),
                organisation_id: Some(row.id),
                name: row.name,
                contact: row.contact,
                place: None,
                lots,
                amount: 0,
                codes: 0,
                last_sent_on: None,
            });
        }
    }
    let lots: BTreeMap<&str, &str> = batches.iter().map(|view| (view.batch_id.as_str(), view.lot.as_str())).collect();
    let mut consignees: BTreeMap<(Option<String>, String, Option<String>), Recipient> = BTreeMap::new();
    for (line, sent) in shipped(connection, touched).await? {
        let key = (sent.consignee_id.clone(), sent.consignee_name.clone(), sent.consignee_contact.clone());
        let one = consignees.entry(key).or_insert_with(|| Recipient {
            role: "consignee".to_owned(),
            organisation_id: sent.consignee_id.clone(),
            name: sent.consignee_name.clone(),
            contact: sent.consignee_contact.clone(),
            place: sent.place.clone(),
            lots: Vec::new(),
            amount: 0,
            codes: 0,
            last_sent_on: None,
        });
        let lot = lots.get(line.batch_id.as_str()).map(|lot| (*lot).to_owned());
        one.lots.extend(lot.filter(|lot| !one.lots.contains(lot)));
        one.amount += (line.amount - line.returned).max(0);
        one.codes += line.codes;
        one.last_sent_on = one.last_sent_on.take().max(Some(sent.sent_on));
    }
    told.extend(consignees.into_values());
    Ok(told)
}

/// Tells everybody it reaches who is on the platform, each once, in the act's own transaction and before its event.
///
/// # Errors
/// The database's.
pub async fn tell_all(
    tx: &Tx,
    desk: &Desk,
    reached: (Touched, Vec<ReachedView>),
    about: About,
    subject_id: &str,
    values: &[(&str, &str)],
) -> Outcome<()> {
    let mut ids: Vec<String> =
        recipients(tx.connection(), &reached.0, &reached.1).await?.into_iter().filter_map(|one| one.organisation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        note(tx, desk, To::Organisation(&id), about, subject_id, values).await?;
    }
    Ok(())
}

//! What the producer of recalled goods has to report: whom it told, how much came back, what became of it. A recall that is announced opens
//! the report as an order to mend ([`super::rectification`]), due by the dated limit `recall_report`; it is answered, returned and accepted
//! like any other, with figures.

use super::rectification::{RectificationReplyInput, brief, noted, tell};
use crate::db::Tx;
use crate::identity::notice::About;
use crate::identity::store as people;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::quantity::BaseUnit;
use crate::kernel::{Desk, Outcome};
use crate::registry::queries::last_day_in;
use crate::supervision::rectification::{RectificationSource, RectificationState};
use crate::supervision::store::rectification::{self as store, RectificationRow};
use crate::trace::store::order as orders;
use crate::trace::store::stock;
use crate::trace::store::stop::RecallRow;

/// The dated limit within which the first report is due.
const LIMIT: &str = "recall_report";

/// Opens the report of a recall that is announced now. The recall's own event carries its id and day.
///
/// # Errors
/// Only ours.
pub(super) async fn open_report(tx: &Tx, desk: &Desk, recall: &RecallRow) -> Outcome<RectificationRow> {
    let batch = stock::batch(tx.connection(), &recall.batch_id).await?;
    let producer = people::organisation(tx.connection(), &batch.producer_id).await?;
    let row = RectificationRow {
        id: desk.new_id(Noun::Rectification),
        source: RectificationSource::Recall.word().to_owned(),
        source_id: recall.id.clone(),
        organisation_id: Some(producer.id),
        seller_id: None,
        name: producer.name,
        division_code: producer.division_code,
        document_no: Some(recall.document_no.clone()),
        what: recall.public_text.clone(),
        due_on: last_day_in(tx.connection(), LIMIT, desk.clock.today()).await?.to_string(),
        state: RectificationState::Ordered.word().to_owned(),
        ordered_by: desk.actor.account_id.clone(),
        ordered_at: desk.clock.now(),
        replied_at: None,
        ended_by: None,
        ended_at: None,
    };
    store::insert(tx, row.clone()).await?;
    noted(tx, desk, &row, "ordered", &row.what, Some(&row.due_on), 0, Figures::default()).await?;
    tell(tx, desk, &row, About::RectificationOrdered, &[("what", &brief(&row.what)), ("until", &row.due_on)]).await?;
    Ok(row)
}

/// Ends the report of a recall that is lifted, wherever it stands: there is nothing to report any more.
///
/// # Errors
/// Only ours.
pub(super) async fn end_report(tx: &Tx, desk: &Desk, recall: &RecallRow) -> Outcome<()> {
    let said = recall.lift_text.clone().unwrap_or_default();
    for mut row in store::running_of(tx, &recall.id).await? {
        RectificationState::Accepted.word().clone_into(&mut row.state);
        (row.ended_by, row.ended_at) = (Some(desk.actor.account_id.clone()), Some(desk.clock.now()));
        store::update(tx, &row).await?;
        noted(tx, desk, &row, "accepted", &said, None, 0, Figures::default()).await?;
    }
    Ok(())
}

/// Figures of a report, in the base unit of the goods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// What came back so far.
    pub recovered: Option<i64>,
    /// What of it was destroyed or made harmless so far.
    pub disposed: Option<i64>,
}

/// The figures of an answer: a report has both, another answer has none. No more comes back than there was, no more is done away with than
/// came back, and what came back does not become less.
///
/// # Errors
/// Only ours; what is wrong goes to `faults`: `recall_figure_unasked`, `recall_figure_missing`, `recall_figure_beyond`, `recall_figure_less`.
pub(super) async fn figures(tx: &Tx, row: &RectificationRow, input: &RectificationReplyInput, faults: &mut Faults) -> Outcome<Figures> {
    let given = Figures { recovered: input.recovered, disposed: input.disposed };
    let named = [("/recovered", given.recovered), ("/disposed", given.disposed)];
    if row.source != RectificationSource::Recall.word() {
        for (at, _) in named.iter().filter(|(_, figure)| figure.is_some()) {
            faults.add(*at, "recall_figure_unasked");
        }
        return Ok(Figures::default());
    }
    for (at, _) in named.iter().filter(|(_, figure)| figure.is_none_or(|figure| figure < 0)) {
        faults.add(*at, "recall_figure_missing");
    }
    let (Some(recovered), Some(disposed)) = (given.recovered, given.disposed) else { return Ok(given) };
    let recall = crate::trace::store::stop::recall(tx.connection(), &row.source_id).await?;
    let batch = stock::batch(tx.connection(), &recall.batch_id).await?;
    let unit = orders::product(tx.connection(), &batch.product_id).await?.and_then(|product| BaseUnit::parse(&product.base_unit));
    let shown = |amount: i64| unit.unwrap_or(BaseUnit::G).show(amount);
    if recovered > batch.amount {
        faults.add("/recovered", "recall_figure_beyond").with("figure", shown(recovered)).with("most", shown(batch.amount));
    }
    if disposed > recovered {
        faults.add("/disposed", "recall_figure_beyond").with("figure", shown(disposed)).with("most", shown(recovered));
    }
    let before = store::notes(tx.connection(), &row.id).await?.iter().filter_map(|note| note.recovered).max().unwrap_or(0);
    if recovered < before {
        faults.add("/recovered", "recall_figure_less").with("figure", shown(recovered)).with("before", shown(before));
    }
    Ok(given)
}

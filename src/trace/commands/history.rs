//! Past outputs, recorded by office or holder from papers.

use serde_json::json;

use super::{may_decide, reached};
use crate::db::Tx;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Outcome};
use crate::ledger::{self, Event, kind};
use crate::trace::goods::Goods;
use crate::trace::history::{OutputSource, PastOutputInput};
use crate::trace::measure::Sent;
use crate::trace::queries::history::PastOutputView;
use crate::trace::record::{need_text, shortened};
use crate::trace::store::history::{self as store, PastOutputRow};
use crate::trace::store::register;

/// Records what a party put on the market in an earlier year; once for a party, product and year.
///
/// # Errors
/// `not_found`, `not_permitted`, `tied_to_party`, `past_output_recorded`; fields `season_unfit`, `season_not_past`, `amount_*`,
/// `output_source_unknown`, `evidence_missing`.
pub async fn record_past_output(tx: &Tx, desk: &Desk, input: &PastOutputInput) -> Outcome<PastOutputView> {
    let goods = register::goods(tx.connection(), &input.product_id).await?;
    let (party, reach) = reached(tx, desk, &input.party_id, &goods.id).await?;
    may_decide(tx, desk, &party, reach).await?;
    let mut faults = Faults::new();
    let now = goods.season_of(desk.clock.today());
    if !Goods::is_season(&input.season) {
        faults.add("/season", "season_unfit").with("value", shortened(&input.season));
    } else if input.season >= now {
        faults.add("/season", "season_not_past").with("figure", &input.season).with("right", &now);
    }
    let sent = Sent { pointer: "/net_weight_g", grams: input.net_weight_g, quantity: input.quantity, unit: input.unit.as_deref() };
    let amount = sent.read(&mut faults, goods.unit, false);
    let source = OutputSource::parse(&input.source).filter(|s| s.by_hand());
    if source.is_none() {
        faults.add("/source", "output_source_unknown").with("value", shortened(&input.source));
    }
    let evidence = need_text(&mut faults, "/evidence", input.evidence.as_deref(), 500, "evidence_missing");
    faults.check()?;
    let row = PastOutputRow {
        id: desk.new_id(Noun::PastOutput),
        party_id: party.id,
        product_id: goods.id.clone(),
        season: input.season.clone(),
        amount: amount.unwrap_or(0),
        source: source.map_or("", OutputSource::word).to_owned(),
        evidence,
        recorded_at: desk.clock.now(),
        recorded_by: desk.actor.account_id.clone(),
    };
    store::insert(tx, row.clone()).await?;
    let facts = json!({
        "party": row.party_id, "product": row.product_id, "season": row.season, "amount": row.amount, "source": row.source, "evidence": row.evidence,
    });
    ledger::append(tx, desk, Event::new(kind::PAST_OUTPUT_RECORDED, &row.id, facts)).await?;
    Ok(PastOutputView::of(row, goods.unit))
}

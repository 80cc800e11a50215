//! Which codes there are to try.

use serde_json::{Map, Value};

use crate::identity::queries::standing_of;
use crate::identity::role::Permission;
use crate::kernel::{Failure, Outcome};
use crate::trace::order::OrderState;
use crate::trace::queries::order::{OrderFilter, orders, printable};
use crate::trace::verdict::Verdict;
use crate::web::App;

/// The most codes named that were never scanned.
const READY: usize = 40;

/// Codes to try: some in use and never scanned, one that is printed and not in use, one of the recalled batch, one that was voided, one of a case.
///
/// # Errors
/// Only ours.
pub(super) async fn codes_to_try(app: &App) -> Outcome<Value> {
    app.scans.refresh().await?;
    let actor = standing_of(&app.db, &app.clock, "producer").await?.acting(Permission::CodeOrderRead).ok_or_else(Failure::not_permitted)?;
    let (mut found, mut ready) = (Map::new(), Vec::new());
    // One that waits for a second person has no codes yet.
    let issued = OrderFilter { state: Some(OrderState::Issued.word().to_owned()), ..OrderFilter::default() };
    for summary in orders(&app.db, &actor, &issued, None, 10).await?.iter().rev() {
        let order = printable(&app.db, app.keys.as_ref(), &actor, &summary.id).await?;
        for code in (1..=i64::from(order.count)).filter_map(|sequence| order.code_at(sequence)) {
            let Some(located) = app.scans.locate(&code) else { continue };
            let look = app.scans.look(&located, None).await?;
            let name = match look.decision.verdict {
                Verdict::Recalled => "recalled",
                Verdict::NotActivated => "inactive",
                Verdict::Voided => "voided",
                Verdict::CaseCode => "case",
                _ if look.facts.verdict.history.sessions == 0 && ready.len() < READY => {
                    ready.push(Value::from(code.as_str()));
                    continue;
                }
                _ => continue,
            };
            found.entry(name).or_insert_with(|| code.as_str().into());
        }
    }
    found.insert("ready".to_owned(), ready.into());
    Ok(Value::Object(found))
}

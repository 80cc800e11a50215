//! Scans that rules find: one label looked at day after day by people of many provinces, one of a recalled batch, one not in use; and a threshold
//! somebody wants changed. Made by scanning, as people do.

use serde_json::Value;

use crate::identity::queries::standing_of;
use crate::identity::role::Permission;
use crate::jobs::{judge_nightly, judge_scans};
use crate::kernel::clock::{DAY, MINUTE};
use crate::kernel::{Clock, Desk, Failure, Outcome};
use crate::supervision::commands::alert_rule::{RuleInput, propose_rule};
use crate::supervision::queries::alert::{AlertsAsked, alerts};
use crate::trace::code::Code;
use crate::trace::place::named_place;
use crate::trace::scan::{ScanDesk, ScanSettings, Via};
use crate::trace::visitor::Visitor;
use crate::web::App;

/// Where a copied label is looked at.
const PLACES: [(&str, &str); 6] =
    [("河北", "石家庄"), ("北京", "北京"), ("广东", "广州"), ("上海", "上海"), ("四川", "成都"), ("黑龙江", "哈尔滨")];

/// Takes the last of the codes never scanned for it; where there are alerts already nothing is done.
///
/// # Errors
/// Only ours.
pub(super) async fn prepare(app: &App, codes: &mut Value) -> Outcome<()> {
    let Some(actor) = standing_of(&app.db, &app.clock, "supervisor").await?.acting(Permission::AlertRuleRecord) else { return Ok(()) };
    if !alerts(&app.db, &actor, &AlertsAsked::default(), None, 1).await?.is_empty() {
        return Ok(());
    }
    let copied = codes["ready"].as_array_mut().filter(|ready| ready.len() > 10).and_then(Vec::pop);
    if let Some(code) = copied.as_ref().and_then(Value::as_str) {
        copied_label(app, code).await?;
    }
    for (name, place) in [("recalled", ("北京", "北京")), ("inactive", ("河北", "石家庄"))] {
        if let Some(code) = codes[name].as_str() {
            scan(&app.scans, code, 100, place).await?;
        }
    }
    let desk = Desk { clock: app.clock.clone(), random: app.random.clone(), actor };
    let input = RuleInput {
        rule: "R2".to_owned(),
        thresholds: [("visitors".to_owned(), 6)].into(),
        is_on: true,
        reason: "演示：短时集中查验的数值偏高".to_owned(),
    };
    app.db
        .write(move |tx| {
            let (desk, input) = (desk.clone(), input.clone());
            Box::pin(async move { propose_rule(tx, &desk, &input).await.map(drop) })
        })
        .await?;
    judge_scans(&app.db, &app.clock, &app.random).await?;
    judge_nightly(&app.db, &app.clock, &app.random).await.map(drop)
}

/// Two people a day for a week, by a desk whose clock runs from a week ago.
async fn copied_label(app: &App, code: &str) -> Outcome<()> {
    let clock = Clock::at(app.clock.now() - 6 * DAY - 10 * MINUTE);
    let settings = ScanSettings::default();
    let desk = ScanDesk::start(app.db.clone(), clock.clone(), app.random.clone(), app.keys.clone(), settings).await?;
    for no in 0..14_usize {
        scan(&desk, code, no as u64, PLACES[no % PLACES.len()]).await?;
        clock.advance(if no % 2 == 0 { 10 * MINUTE } else { DAY - 10 * MINUTE });
    }
    desk.stop().await;
    Ok(())
}

async fn scan(desk: &ScanDesk, code: &str, who: u64, (province, city): (&str, &str)) -> Outcome<()> {
    let code = Code::parse(code).map_err(Failure::broken)?;
    let located = desk.locate(&code).ok_or_else(|| Failure::broken("a demonstration code is not known"))?;
    let visitor = Visitor { hash: who.to_be_bytes(), before: None };
    desk.record(located, visitor, named_place(province, city), Via::Printed).await.map(drop)
}

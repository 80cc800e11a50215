//! Scans that rules find: one label looked at by many people in many provinces, one of a recalled batch, one not in use; and a threshold
//! somebody wants changed. Made by scanning, as people do.

use serde_json::Value;

use crate::identity::queries::standing_of;
use crate::identity::role::Permission;
use crate::jobs::{judge_nightly, judge_scans};
use crate::kernel::{Desk, Failure, Outcome};
use crate::supervision::commands::alert_rule::{RuleInput, propose_rule};
use crate::supervision::queries::alert::{AlertsAsked, alerts};
use crate::trace::code::Code;
use crate::trace::place::named_place;
use crate::trace::scan::Via;
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
        for no in 0..13_usize {
            scan(app, code, no as u64, PLACES[no % PLACES.len()]).await?;
        }
    }
    for (name, place) in [("recalled", ("北京", "北京")), ("inactive", ("河北", "石家庄"))] {
        if let Some(code) = codes[name].as_str() {
            scan(app, code, 100, place).await?;
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

async fn scan(app: &App, code: &str, who: u64, (province, city): (&str, &str)) -> Outcome<()> {
    let code = Code::parse(code).map_err(Failure::broken)?;
    let located = app.scans.locate(&code).ok_or_else(|| Failure::broken("a demonstration code is not known"))?;
    let visitor = Visitor { hash: who.to_be_bytes(), before: None };
    app.scans.record(located, visitor, named_place(province, city), Via::Printed).await.map(drop)
}

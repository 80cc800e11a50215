//! The demonstration's officers and inspections: a task whose frozen list waits for its value, and one the province drew, of which a visit
//! is on record and led to an order to mend. Every step is the command that people use.

use std::sync::Arc;

use serde_json::{Value, json};

use super::goods::Workshop;
use crate::identity::officer::{officers, record_officer};
use crate::identity::queries::account_named;
use crate::identity::role::Permission as P;
use crate::identity::store;
use crate::kernel::{Failure, Outcome};
use crate::supervision::commands::draw::{freeze_draw, plan_draw};
use crate::supervision::commands::drawn::import_drawn;
use crate::supervision::commands::inspection::{publish_inspection, record_inspection};
use crate::supervision::draws::draws;
use crate::supervision::inspection::RecordInput;
use crate::supervision::inspections::{InspectionFilter, form, inspections, known};

/// Accounts with a certificate.
const OFFICERS: [&str; 3] = ["supervisor", "supervisor2", "county"];

impl Workshop<'_> {
    /// Officers, tasks, a visit and its order, if there are none.
    pub(super) async fn inspecting(&self) -> Outcome<()> {
        if officers(self.db).await?.is_empty() {
            for (no, name) in OFFICERS.iter().enumerate() {
                let account = account_named(self.db, name).await?.ok_or_else(Failure::not_found)?.id;
                let given = json!({ "account_id": account, "certificate_no": format!("DEMO130100{no:02}"), "department": "市场监管" });
                self.act("admin", P::OfficerRecord, given, |tx, desk, i| {
                    Box::pin(async move { record_officer(tx, &desk, &i).await.map(|_| ()) })
                })
                .await?;
            }
        }
        if draws(self.db, &crate::kernel::Actor::system(), None, None, 1).await?.is_empty() {
            self.own_draw().await?;
            self.province_draw().await?;
        }
        Ok(())
    }

    fn task(&self, name: &str, source: &str) -> Value {
        json!({
            "year": self.clock.today().year(), "name": name, "source": source, "departments": ["市场监管"], "division_code": "130100",
            "firm_kind": "mark_user", "portion_kind": "number", "portion": 1, "frequency": "每年一次",
        })
    }

    async fn planned(&self, given: Value) -> Outcome<String> {
        self.act("supervisor", P::InspectionPlan, given, |tx, desk, i| {
            Box::pin(async move { plan_draw(tx, &desk, &i).await.map(|row| row.id) })
        })
        .await
    }

    /// A list frozen today, to be drawn by a value of next week.
    async fn own_draw(&self) -> Outcome<()> {
        let id = self.planned(self.task("演示：专用标志使用情况抽查（可复算）", "own")).await?;
        let given = json!({
            "value_source": "演示：某公开发行的彩票当期开奖号码，由发行机构在其网站公布，按公布顺序写数字，以空格分开",
            "value_day": self.clock.today().plus(7),
        });
        self.act("supervisor", P::InspectionPlan, given, move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { freeze_draw(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await
    }

    /// What the province drew: two firms; one is visited, something is to be mended, the result is public.
    async fn province_draw(&self) -> Outcome<()> {
        let id = self.planned(self.task("演示：标签管理抽查（省级平台抽取）", "province")).await?;
        let mut rows = Vec::new();
        for account in ["producer", "producer2"] {
            let own = self.actor(account, P::BatchRead).await?.organisation_id.ok_or_else(Failure::not_found)?;
            let firm = store::organisation(self.db.reader(), &own).await?;
            rows.push(json!({ "credit_code": firm.credit_code, "certificates": ["DEMO13010000", "DEMO13010001"] }));
        }
        let drawn = id.clone();
        self.act("supervisor", P::InspectionPlan, json!({ "rows": rows }), move |tx, desk, i| {
            let id = drawn.clone();
            Box::pin(async move { import_drawn(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await?;
        let actor = self.actor("supervisor", P::InspectionRecord).await?;
        let filter = InspectionFilter { draw_id: Some(id), ..InspectionFilter::default() };
        let found = inspections(self.db, &actor, &filter, None, 10).await?;
        // The newest first: the first of the list stands last.
        let Some(view) = found.last() else { return Ok(()) };
        let today = self.clock.today();
        let items = form(self.db, &actor, &view.id, today).await?.items;
        let last = items.len().saturating_sub(1);
        let items: Vec<Value> = (0..)
            .zip(items)
            .map(|(no, item)| {
                let (answer, note) = if no == last { ("differs", "标签散放在两处，没有集中存放") } else { ("fits", "") };
                json!({ "department": item.department, "item": item.item, "answer": answer, "note": note })
            })
            .collect();
        let known = known(self.db, &actor, self.clock, view, today).await?;
        let counts: Vec<Value> = known.books.iter().map(|book| json!({ "order_id": book.order_id, "counted": book.on_hand })).collect();
        let given = json!({
            "inspected_on": today, "officers": view.officers.iter().map(|one| one.account_id.clone()).collect::<Vec<_>>(),
            "items": items, "counts": counts, "note": "演示记录", "signature": "refused", "witness": "演示见证人", "found": "rectify",
            "mend": "剩余标签集中存放，登记领用", "mend_by": today.plus(15),
        });
        let id = view.id.clone();
        self.act("supervisor", P::InspectionRecord, given, move |tx, desk, i: Arc<RecordInput>| {
            let (id, known) = (id.clone(), known.clone());
            Box::pin(async move { record_inspection(tx, &desk, &id, &i, &known, &[]).await.map(|_| ()) })
        })
        .await?;
        let id = view.id.clone();
        self.act("supervisor2", P::InspectionConfirm, json!({}), move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { publish_inspection(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await
    }
}

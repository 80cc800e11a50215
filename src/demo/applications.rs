//! The demonstration's application for the use of a mark: handed in by one firm and given back with two points, so that there is something
//! to mend. Every step is the command that people use.

use serde_json::json;

use super::goods::Workshop;
use crate::cultivation::commands::{Reviewer, begin_application, change_application, return_application, submit_application};
use crate::cultivation::queries::{ApplicationsAsked, applications};
use crate::identity::role::Permission as P;
use crate::kernel::{Failure, Outcome};
use crate::registry::queries::product;
use crate::trace::commands::report::record_test_report;

/// Who applies.
const APPLICANT: &str = "producer2";
/// For the certification mark of what its neighbours grow.
const PRODUCT: &str = "jinzhou-yali";

impl Workshop<'_> {
    /// One application that was given back, if there is none.
    pub(super) async fn application(&self) -> Outcome<()> {
        let actor = self.actor(APPLICANT, P::MarkUseApplicationRead).await?;
        let asked = ApplicationsAsked::default();
        if !applications(self.db, &actor, &asked, None, 1).await?.0.is_empty() {
            return Ok(());
        }
        let today = self.clock.today();
        let product = product(self.db, PRODUCT, None, today).await?;
        let right = product.rights.iter().find(|right| right.route == "certification_mark" && right.status == "registered");
        let right = right.ok_or_else(Failure::not_found)?.id.clone();
        let report = json!({
            "product_id": product.id, "by_whom": "commissioned", "scope": "season", "season": today.year().to_string(),
            "laboratory": "演示检测机构", "report_no": "演示报告 用标 01", "reported_on": today.plus(-3),
            "items": [{ "item": "可溶性固形物", "result": "11.8 %", "bound": "≥ 11 %" }],
        });
        self.act(APPLICANT, P::TestReport, report, |tx, desk, i| {
            Box::pin(async move { record_test_report(tx, &desk, &i).await.map(|_| ()) })
        })
        .await?;
        let id = self
            .act(APPLICANT, P::MarkUseApplicationSubmit, json!({ "right_id": right }), |tx, desk, i| {
                Box::pin(async move { begin_application(tx, &desk, &i, true).await.map(|row| row.id) })
            })
            .await?;
        let said = json!({
            "goods": ["鲜梨 5 千克礼盒", "散装鲜梨"], "volume_g": 120_000_000, "bought_from": "演示村一 20 户、演示村二 14 户",
            "note": "演示：拟与本县雪花梨一并分选，分线包装",
        });
        let own = id.clone();
        self.act(APPLICANT, P::MarkUseApplicationSubmit, said, move |tx, desk, i| {
            let id = own.clone();
            Box::pin(async move {
                change_application(tx, &desk, &id, &i, &[]).await?;
                submit_application(tx, &desk, &id).await.map(|_| ())
            })
        })
        .await?;
        let points = json!({
            "points": [
                { "part": "goods", "said": "散装鲜梨没有注明等级，请按标准写明等级" },
                { "part": "papers", "said": "缺与农户的收购合同，请补收购合同或收购台账的照片" },
            ],
            "answer_by": today.plus(15),
        });
        self.act("office", P::MarkUseApplicationDecide, points, move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { return_application(tx, &desk, &id, &i, Reviewer::Decider).await.map(|_| ()) })
        })
        .await
    }
}

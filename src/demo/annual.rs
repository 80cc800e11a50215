//! The demonstration's yearly reports: last year's of one firm, handed in late and accepted, what a county counted, and another firm whose
//! report is missing. Every step is the command that people use.

use serde_json::json;

use super::goods::Workshop;
use crate::cultivation::commands::{
    accept_annual_report, begin_annual_report, declare_annual_report, record_county_figure, submit_annual_report,
};
use crate::cultivation::queries::{AnnualReportsAsked, annual_reports, reports_due, window};
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::registry::queries::product;

impl Workshop<'_> {
    /// Reports of one firm on last year, if there is none.
    pub(super) async fn annual_reports(&self) -> Outcome<()> {
        let actor = self.actor("producer", P::AnnualReportRead).await?;
        if !annual_reports(self.db, &actor, &AnnualReportsAsked::default(), None, 1).await?.0.is_empty() {
            return Ok(());
        }
        let today = self.clock.today();
        let year = i64::from(today.year()) - 1;
        let due = reports_due(self.db, &actor.scope, actor.organisation_id.as_deref(), today).await?;
        let Some(due) = due.into_iter().find(|one| one.year == year) else { return Ok(()) };
        let window = window(self.db, year).await?;
        if today < window.opens {
            return Ok(());
        }
        let given = json!({ "product_id": due.product_id, "year": year });
        let id = self
            .act("producer", P::AnnualReportSubmit, given, move |tx, desk, i| {
                Box::pin(async move { begin_annual_report(tx, &desk, &i, window, true).await.map(|row| row.id) })
            })
            .await?;
        let declared = json!({
            "output": 52_000_000, "marked": 30_000_000, "sold": 48_000_000, "output_value_fen": 31_200_000, "sales_value_fen": 33_600_000,
            "online_value_fen": 9_800_000, "export_value_fen": 0, "average_price_fen": 700, "employees": 26, "growers_income_fen": 4_200_000,
            "protection_cost_fen": 1_500_000, "marked_share": 60, "remark": "演示：数字为演示所编",
        });
        let own = id.clone();
        self.act("producer", P::AnnualReportSubmit, declared, move |tx, desk, i| {
            let id = own.clone();
            Box::pin(async move { declare_annual_report(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await?;
        let answers = json!({ "answers": [
            { "question": "sold", "answer": "演示：上一年还没有使用本平台，批次没有登记" },
            { "question": "marked", "answer": "演示：上一年用的是旧标签" },
        ] });
        let own = id.clone();
        self.act("producer", P::AnnualReportSubmit, answers, move |tx, desk, i| {
            let id = own.clone();
            Box::pin(async move { submit_annual_report(tx, &desk, &id, &i, window).await.map(|_| ()) })
        })
        .await?;
        self.act("office", P::AnnualReportReview, json!({ "said": "演示：已核对" }), move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { accept_annual_report(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await?;
        let counties = product(self.db, &due.product_id, None, today).await?.county_codes;
        let Some(county) = counties.into_iter().find(|code| code.starts_with("1301")) else { return Ok(()) };
        for (year, output) in [(year - 1, 60_000_000_000_i64), (year, 64_000_000_000)] {
            let counted = json!({
                "product_id": due.product_id, "year": year, "county_code": county, "area_m2": 40_000_000, "output": output,
                "value_fen": output / 5, "households": 18_000, "users": 12, "source": "演示：县级统计（示例数字）",
            });
            self.act("office", P::AnnualReportCompile, counted, |tx, desk, i| {
                Box::pin(async move { record_county_figure(tx, &desk, &i, true).await.map(|_| ()) })
            })
            .await?;
        }
        Ok(())
    }
}

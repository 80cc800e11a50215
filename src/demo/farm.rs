//! Places and papers of the demonstration: a cold store with its licence, farm work on a plot, a report of the season, a certificate.

use serde_json::json;

use super::goods::Workshop;
use super::plan::Harvest;
use crate::identity::role::Permission;
use crate::kernel::{Day, Outcome};
use crate::registry::commands::{license_facility, register_facility};
use crate::registry::queries::ProductView;
use crate::trace::commands::certificate::{issue_certificate, receive_certificate};
use crate::trace::commands::farm::record_farm_work;
use crate::trace::commands::report::record_test_report;
use crate::trace::queries::batch::BatchView;

impl Workshop<'_> {
    /// A cold store of one's own with a licence; its id.
    pub(super) async fn cold_store(&self, plan: &Harvest) -> Outcome<String> {
        let from = self.clock.today().plus(-700);
        let given = json!({ "kind": "cold_store", "name": "演示 1 号冷库", "valid_from": from, "capacity": 200_000_000 });
        let facility = self
            .act(plan.account, Permission::FacilityRegister, given, |tx, desk, i| {
                Box::pin(async move { register_facility(tx, &desk, &i).await })
            })
            .await?;
        let (id, given) = (facility.id.clone(), json!({ "kind": "SC 食品生产许可", "number": "演示许可 01", "valid_from": from }));
        self.act(plan.account, Permission::FacilityRegister, given, move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { license_facility(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await?;
        Ok(facility.id)
    }

    /// A pesticide on a plot, long before the harvest.
    pub(super) async fn spray(&self, plan: &Harvest, plot: &str, picked: Day) -> Outcome<()> {
        let given = json!({
            "plot_id": plot, "kind": "pesticide", "input_name": "吡虫啉", "dose": "2000 倍液", "interval_days": 14, "done_on": picked.plus(-40),
            "late_reason": "演示：记在农事本上",
        });
        self.act(plan.account, Permission::FarmWorkRecord, given, |tx, desk, i| {
            Box::pin(async move { record_farm_work(tx, &desk, &i).await.map(|_| ()) })
        })
        .await
    }

    /// The certificate that came with a delivery.
    pub(super) async fn received(&self, plan: &Harvest, delivery: &str, n: usize, village: &str) -> Outcome<()> {
        let given = json!({
            "delivery_id": delivery, "number": format!("演示收-{}-{}", plan.lot, n + 1), "issuer_name": format!("演示种植户{}", n + 1), "contact": village,
            "net_weight_g": plan.kilograms * 1000, "origin": village, "issued_on": self.clock.today().plus(-3), "basis": ["own_promise"],
        });
        self.act(plan.account, Permission::CertificateIssue, given, |tx, desk, i| {
            Box::pin(async move { receive_certificate(tx, &desk, &i).await.map(|_| ()) })
        })
        .await
    }

    /// A report of the season, and a certificate for a batch of produce.
    pub(super) async fn papers(&self, plan: &Harvest, product: &ProductView, batch: &BatchView) -> Outcome<()> {
        let given = json!({
            "product_id": product.id, "by_whom": "commissioned", "scope": "season", "season": batch.season, "laboratory": "演示检测中心",
            "report_no": format!("演示-{}-{}", plan.lot, batch.season), "reported_on": self.clock.today(),
            "items": [{ "item": "农药残留", "result": "合格" }],
        });
        self.act(plan.account, Permission::TestReport, given, |tx, desk, i| {
            Box::pin(async move { record_test_report(tx, &desk, &i).await.map(|_| ()) })
        })
        .await?;
        if plan.growers.is_empty() {
            return Ok(());
        }
        let given = json!({ "batch_id": batch.id, "basis": ["own_test", "own_promise"], "contact": "演示路 1 号，0311-0000 0000" });
        self.act(plan.account, Permission::CertificateIssue, given, |tx, desk, i| {
            Box::pin(async move { issue_certificate(tx, &desk, &i).await.map(|_| ()) })
        })
        .await
    }
}

//! What the demonstration's association has to decide: a made-up mark of its own, and an order above the limit that waits for it.

use serde_json::json;

use super::goods::Workshop;
use crate::identity::role::Permission;
use crate::kernel::{Failure, Outcome};
use crate::registry::commands::record_right;
use crate::registry::queries::product;
use crate::trace::commands::order::order_codes;
use crate::trace::order::OrderRules;
use crate::trace::queries::order::{OrderFilter, orders};

/// Whose mark it is about, and who orders.
const SLUG: &str = "zhaoxian-xuehuali";
const PRODUCER: &str = "producer2";

impl Workshop<'_> {
    /// Records the mark and places the order, where the association has nothing to do with any order yet.
    ///
    /// # Errors
    /// Only ours: what the demonstration asks for is allowed.
    pub(super) async fn association(&self) -> Outcome<()> {
        let holder = self.actor("holder", Permission::CodeOrderApprove).await?;
        if !orders(self.db, &holder, &OrderFilter::default(), None, 1).await?.is_empty() {
            return Ok(());
        }
        let association = holder.organisation_id.clone().ok_or_else(Failure::not_found)?;
        let pears = product(self.db, SLUG, None, self.clock.today()).await?;
        let right = json!({ "product_id": pears.id, "route": "collective_mark", "status": "registered", "holder": "演示地理标志协会",
            "holder_id": association, "county_codes": pears.county_codes, "in_force_from": "2020-01-01", "source": "演示",
            "confidence": "C", "note": "演示数据，不是真实的权利。" });
        self.act("office", Permission::RightRecord, right, |tx, desk, i| {
            Box::pin(async move { record_right(tx, &desk, &i, true).await.map(|_| ()) })
        })
        .await?;
        let producer = self.actor(PRODUCER, Permission::CodeOrderRead).await?;
        let Some(earlier) = orders(self.db, &producer, &OrderFilter::default(), None, 1).await?.into_iter().next() else { return Ok(()) };
        let rules = OrderRules {
            issue_limit: self.config.issue_limit,
            spare_permille: self.config.spare_permille,
            base_url: self.config.base_url.clone(),
            label_locale: "zh-CN".to_owned(),
            demo: true,
        };
        let cases = json!({ "product_id": pears.id, "season": earlier.season, "kind": "case", "count": self.config.issue_limit + 20_000,
            "carries_quantity": false });
        let keys = self.keys.clone();
        self.act(PRODUCER, Permission::CodeOrderRequest, cases, move |tx, desk, i| {
            let (keys, rules) = (keys.clone(), rules.clone());
            Box::pin(async move { order_codes(tx, &desk, keys.as_ref(), &rules, &i).await.map(|_| ()) })
        })
        .await
    }
}

//! A little of what people write and say, so that the pages of it are not empty: a numbered form, an earlier year, an objection at the counter.

use serde_json::json;

use super::goods::Workshop;
use crate::identity::role::Permission;
use crate::kernel::Outcome;
use crate::registry::commands::record_word;
use crate::trace::commands::history::record_past_output;
use crate::trace::commands::objection::note_objection;
use crate::trace::commands::paper::print_forms;

impl Workshop<'_> {
    /// Two grades of the product, two forms for the producer, last year's output of a grower beside this one's account, and that grower's objection.
    ///
    /// # Errors
    /// Only ours.
    pub(super) async fn people(&self, account: &str, product: &str, grower: &str, season: &str, grams: i64) -> Outcome<()> {
        for word in ["特级", "一级"] {
            let (given, product) = (json!({ "kind": "grade", "word": word, "source": "演示：合作社分级规定" }), product.to_owned());
            self.act("office", Permission::ProductRegister, given, move |tx, desk, i| {
                let product = product.clone();
                Box::pin(async move { record_word(tx, &desk, &product, &i).await.map(|_| ()) })
            })
            .await?;
        }
        let forms = json!({ "kind": "deliveries", "product_id": product, "season": season, "copies": 2 });
        self.act(account, Permission::PaperPrint, forms, |tx, desk, i| {
            Box::pin(async move { print_forms(tx, &desk, &i).await.map(|_| ()) })
        })
        .await?;
        let before = season.parse::<i32>().map_or_else(|_| season.to_owned(), |year| (year - 1).to_string());
        let past = json!({ "party_id": grower, "product_id": product, "season": before, "net_weight_g": grams, "source": "declared", "evidence": "演示：上年交售单" });
        self.act("office", Permission::HistoryRecord, past, |tx, desk, i| {
            Box::pin(async move { record_past_output(tx, &desk, &i).await.map(|_| ()) })
        })
        .await?;
        let said = json!({ "grower_id": grower, "text": "演示：少记了一车", "via": "counter" });
        self.act(account, Permission::SlipIssue, said, |tx, desk, i| {
            Box::pin(async move { note_objection(tx, &desk, &i).await.map(|_| ()) })
        })
        .await
    }
}

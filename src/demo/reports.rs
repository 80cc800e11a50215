//! Feedback of the demonstration: some that waits, one that many said, one that was answered, one with 12315; and a stop that waits for a second
//! person. Made by the commands people use.

use std::sync::Arc;

use serde_json::{Value, json};

use super::goods::Workshop;
use crate::identity::role::Permission;
use crate::kernel::{Desk, Outcome};
use crate::supervision::commands::feedback::{
    AnswerInput, FeedbackRules, OutsideInput, Received, Sender, answer_feedback, receive_feedback, record_outside, take_feedback,
};
use crate::supervision::commands::propose_stop;
use crate::supervision::feedback::FeedbackInput;
use crate::supervision::feedback::receipt::receipt_of;
use crate::supervision::feedback::view::{FeedbackFilter, clocks, feedback_list};
use crate::trace::queries::order::{OrderFilter, orders, printable};

impl Workshop<'_> {
    /// Feedback where there is none yet.
    pub(super) async fn reports(&self) -> Outcome<()> {
        let officer = self.actor("supervisor", Permission::FeedbackRead).await?;
        if !feedback_list(self.db, &officer, &FeedbackFilter::default(), None, Some(1)).await?.0.is_empty() {
            return Ok(());
        }
        let producer = self.actor("producer", Permission::CodeOrderRead).await?;
        let mut found = Vec::new();
        for summary in orders(self.db, &producer, &OrderFilter::default(), None, 10).await?.iter().filter(|order| order.kind == "unit") {
            let order = printable(self.db, self.keys.as_ref(), &producer, &summary.id).await?;
            found.extend([150, 160, 170].into_iter().filter_map(|no| order.code_at(no)).map(|code| code.as_str().to_owned()));
        }
        let [first, second, third, ..] = found.as_slice() else { return Ok(()) };
        for n in 0..3 {
            let text = format!("在另一个市场也看到这个编号（{}）", n + 1);
            self.report(json!({ "choice": "same_code", "code": first, "text": text, "place": "演示农贸市场" }), "a1").await?;
        }
        self.report(
            json!({ "choice": "shop", "link": "https://shop.example.cn/item/1", "text": "宣称是本地产品，没有编号", "price": "39.9 元" }),
            "b2",
        )
        .await?;
        let answered = self.report(json!({ "choice": "differs", "code": second, "text": "箱上写一级，标签写特级" }), "c3").await?;
        let (id, answer) = (answered.id, json!({ "answer": "已核对包装记录：箱标印错，生产者已更换。" }));
        self.act("supervisor", Permission::FeedbackHandle, answer, move |tx, desk, input: Arc<AnswerInput>| {
            let id = id.clone();
            Box::pin(async move { answer_feedback(tx, &desk, &id, &input).await.map(|_| ()) })
        })
        .await?;
        let given =
            json!({ "choice": "origin", "code": third, "text": "口感与往年不同，想核对产地", "phone": "03110000000", "consent": true });
        let checked = self.report(given, "d4").await?;
        let (id, taken) = (checked.id.clone(), checked.id);
        self.act("supervisor", Permission::FeedbackHandle, Value::Null, move |tx, desk, _: Arc<Value>| {
            let id = taken.clone();
            Box::pin(async move { take_feedback(tx, &desk, &id).await.map(|_| ()) })
        })
        .await?;
        let outside = json!({ "number": "演示登记 0001", "kind": "反映情况", "state": "已登记" });
        self.act("supervisor", Permission::FeedbackHandle, outside, move |tx, desk, input: Arc<OutsideInput>| {
            let id = id.clone();
            Box::pin(async move { record_outside(tx, &desk, &id, &input).await.map(|_| ()) })
        })
        .await?;
        let stop = json!({
            "scope": "code", "code": first, "category": "clone", "ordered_by": "演示市场监管部门", "document_no": "演示停字〔2026〕1号",
            "public_text": "演示：同一编号出现在多件商品上",
        });
        let keys = self.keys.clone();
        self.act("supervisor", Permission::StopPropose, stop, move |tx, desk, input| {
            let keys = keys.clone();
            Box::pin(async move { propose_stop(tx, &desk, keys.as_ref(), &input).await.map(|_| ()) })
        })
        .await
    }

    /// A report as the form of the scan page makes it.
    async fn report(&self, given: Value, visitor: &str) -> Outcome<Received> {
        let input: FeedbackInput = serde_json::from_value(given).map_err(crate::kernel::Failure::broken)?;
        let sender = Sender { receipt: receipt_of(&self.random.bytes(), visitor.as_bytes()), visitors: vec![format!("demo{visitor}")] };
        let rules = FeedbackRules {
            merge_hours: self.config.feedback_merge_hours,
            store_bytes: 0,
            statutory: false,
            keep_days: self.config.feedback_keep_days,
        };
        let (clocks, keys, desk) = (clocks(self.db).await?, self.keys.clone(), Desk::system(self.clock, self.random));
        self.db
            .write(move |tx| {
                let (clocks, keys, desk, rules) = (clocks.clone(), keys.clone(), desk.clone(), rules.clone());
                let (input, sender) = (input.clone(), sender.clone());
                Box::pin(async move { receive_feedback(tx, &desk, keys.as_ref(), (&clocks, &rules), (&input, &sender, &[])).await })
            })
            .await
    }
}

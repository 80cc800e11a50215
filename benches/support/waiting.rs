//! How long one write waits: somebody registers growers, one after the other, while something large goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use yanzhao::db::Db;
use yanzhao::kernel::Desk;
use yanzhao::registry::commands::{GrowerInput, register_grower};

use crate::support::world::INSIDE;

/// Registers growers of a village of their own, one after the other, until `over` or `most`; how long each waited, in ms, sorted.
pub async fn others(db: Db, desk: Desk, village: &'static str, most: usize, over: Arc<AtomicBool>) -> Vec<f64> {
    let mut waited = Vec::new();
    while waited.len() < most && !over.load(Ordering::SeqCst) {
        let input = GrowerInput {
            kind: Default::default(),
            name: format!("李{}", waited.len()),
            division_code: INSIDE.to_owned(),
            village: village.to_owned(),
            household_no: None,
            phone: None,
            organisation_id: None,
        };
        let (desk, begun) = (desk.clone(), Instant::now());
        db.write(move |tx| {
            let (desk, input) = (desk.clone(), input.clone());
            Box::pin(async move { register_grower(tx, &desk, &input).await.map(|_| ()) })
        })
        .await
        .unwrap();
        waited.push(begun.elapsed().as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    waited.sort_by(f64::total_cmp);
    waited
}

/// The value of a permille of sorted values.
pub fn at(sorted: &[f64], permille: usize) -> f64 {
    sorted[(sorted.len() * permille / 1000).min(sorted.len() - 1)]
}

//! Goods on a season account, put straight into the tables where a test is about something else.

use yanzhao::entity::{batch, season_account};
use yanzhao::kernel::ids::Noun;

use crate::support::world::World;

/// An account of the season 2026 with so much approved and left, and a released batch of all of it with what a test changes about it.
/// Answers the batch's id.
pub async fn released(world: &World, (producer, product): (&str, &str), approved: i64, change: impl FnOnce(&mut batch::Model)) -> String {
    let account = season_account::Model {
        id: world.id(Noun::SeasonAccount),
        party_kind: "organisation".to_owned(),
        party_id: producer.to_owned(),
        product_id: product.to_owned(),
        season: "2026".to_owned(),
        state: "approved".to_owned(),
        basis: "plots".to_owned(),
        basis_note: String::new(),
        evidence: None,
        measured: true,
        proposed: 0,
        approved,
        received: 0,
        carried: 0,
        opening: 0,
        adjusted: 0,
        held: 0,
        released: 0,
        uncoded: 0,
        exported: 0,
        processed: 0,
        lost: 0,
        downgraded: 0,
        own_use: 0,
        delivered: 0,
        lapsed: 0,
        remaining: approved,
        pending: 0,
        reserved: 0,
        coded: 0,
        burned: 0,
        proposed_by: "acc".to_owned(),
        proposed_at: 0,
        decided_by: None,
        decided_at: Some(world.clock.now()),
        decision_reason: None,
        seized: 0,
    };
    let account = world.put(account).await.id;
    let mut lot = batch::Model {
        id: world.id(Noun::Batch),
        producer_id: producer.to_owned(),
        product_id: product.to_owned(),
        season: "2026".to_owned(),
        lot: "2026-1".to_owned(),
        account_id: account,
        state: "released".to_owned(),
        amount: approved,
        covered: approved,
        pending: 0,
        coded: 0,
        harvested_from: "2026-09-20".to_owned(),
        harvested_to: "2026-09-25".to_owned(),
        produced_on: None,
        packed_on: None,
        best_before: None,
        grade: None,
        facility: None,
        standard_number: None,
        origin: String::new(),
        hold_reason: None,
        hold_document: None,
        late: false,
        late_reason: None,
        version: 1,
        registered_by: "acc".to_owned(),
        registered_at: world.clock.now(),
        released_by: None,
        released_at: None,
        release_basis: None,
        void_reason: None,
        voided_by: None,
        voided_at: None,
        moved: 0,
        gone: 0,
        seized: 0,
        process_id: None,
    };
    change(&mut lot);
    world.put(lot).await.id
}

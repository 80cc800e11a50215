//! Earlier years beside this one, and the opening stock.

use yanzhao::kernel::{Desk, Outcome};
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account};
use yanzhao::trace::commands::history::record_past_output;
use yanzhao::trace::history::{PastOutputFilter, PastOutputInput};
use yanzhao::trace::queries::account::account;
use yanzhao::trace::queries::history::{PastOutputView, past_outputs};

use crate::orchard::{KG, Orchard, codes};
use crate::support::on_both_engines;
use crate::support::world::act;

fn past(orchard: &Orchard, season: &str, amount: i64) -> PastOutputInput {
    PastOutputInput {
        party_id: orchard.producer.clone(),
        product_id: orchard.product.clone(),
        season: season.to_owned(),
        net_weight_g: Some(amount),
        source: "statistics".to_owned(),
        evidence: Some("县统计年鉴".to_owned()),
        ..PastOutputInput::default()
    }
}

async fn recorded(orchard: &Orchard, desk: &Desk, input: PastOutputInput) -> Outcome<PastOutputView> {
    act!(orchard.world, desk, |tx, desk| record_past_output(tx, desk, &input), [input])
}

on_both_engines! {
    async fn a_season_that_stands_out_is_said_with_both_figures_and_without_history_nothing_is(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let view = orchard.account(&orchard.producer, 5_750 * KG).await;
        let read = async || account(&orchard.world.db, &orchard.office.actor, &view.id).await.unwrap().history.unwrap();
        let silent = read().await;
        assert_eq!((silent.known, silent.stands_out, silent.figure("season_total")), (false, false, 5_750 * KG), "数据不足");
        recorded(&orchard, &orchard.office, past(&orchard, "2022", 1_000 * KG)).await.unwrap();
        assert!(!read().await.known, "four years ago is not looked at");
        recorded(&orchard, &orchard.holder, past(&orchard, "2024", 4_000 * KG)).await.unwrap();
        let loud = read().await;
        assert_eq!((loud.known, loud.stands_out, loud.figure("largest"), loud.largest_season.as_deref()), (true, true, 4_000 * KG, Some("2024")));
        recorded(&orchard, &orchard.office, past(&orchard, "2025", 5_000 * KG)).await.unwrap();
        let edge = read().await;
        assert_eq!((edge.stands_out, edge.years.len(), edge.years[0].source.as_str()), (false, 2, "statistics"), "1.15 times exactly is not more");
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.account(&grower, 500 * KG).await;
        orchard.deliver(orchard.delivery(&grower, KG)).await.unwrap();
        assert!(read().await.stands_out, "deliveries received count too");
    }

    async fn accounts_of_the_platform_are_history_too(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let input = AccountInput { party_id: orchard.producer.clone(), product_id: orchard.product.clone(), season: "2025".into(), approved_g: Some(2_000 * KG), ..AccountInput::default() };
        let id = act!(orchard.world, orchard.office, |tx, desk| propose_account(tx, desk, &input), [input]).unwrap().id;
        act!(orchard.world, orchard.second, |tx, desk| approve_account(tx, desk, &id), [id]).unwrap();
        let view = orchard.account(&orchard.producer, 5_000 * KG).await;
        let history = account(&orchard.world.db, &orchard.office.actor, &view.id).await.unwrap().history.unwrap();
        assert_eq!((history.stands_out, history.figure("largest"), history.years[0].source.as_str()), (true, 2_000 * KG, "platform"));
    }

    async fn an_earlier_year_is_recorded_once_from_a_paper_by_office_or_holder(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let bad = PastOutputInput { season: "2026".into(), net_weight_g: Some(0), source: "platform".into(), evidence: None, ..past(&orchard, "", 1) };
        assert_eq!(codes(recorded(&orchard, &orchard.office, bad).await), ["invalid_fields", "season_not_past", "amount_unfit", "output_source_unknown", "evidence_missing"]);
        assert_eq!(codes(recorded(&orchard, &orchard.office, past(&orchard, "25", KG)).await), ["invalid_fields", "season_unfit"]);
        assert_eq!(codes(recorded(&orchard, &orchard.member, past(&orchard, "2025", KG)).await), ["not_permitted"]);
        recorded(&orchard, &orchard.office, past(&orchard, "2025", KG)).await.unwrap();
        assert_eq!(codes(recorded(&orchard, &orchard.holder, past(&orchard, "2025", 2 * KG)).await), ["past_output_recorded"]);
        let seen = past_outputs(&orchard.world.db, &orchard.member.actor, &PastOutputFilter::default(), None, None).await.unwrap().0;
        assert_eq!((seen.len(), seen[0].figures["net_weight_g"]), (1, KG));
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        assert_eq!(past_outputs(&orchard.world.db, &stranger.actor, &PastOutputFilter::default(), None, None).await.unwrap().0, []);
    }
}

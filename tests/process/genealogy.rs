//! The line of a batch: both directions with amounts, and nothing a reader may not see.

use serde_json::json;
use yanzhao::entity;
use yanzhao::trace::queries::genealogy::{GenealogyView, Sight, genealogy};

use crate::house::House;
use crate::orchard::{KG, codes};
use crate::support::on_both_engines;
use crate::support::world::COUNTY;

const ALL: Sight = Sight { growers: true, plots: true, reports: true, certificates: true, codes: true, shipments: true };

async fn line(house: &House, sight: Sight, id: &str) -> GenealogyView {
    genealogy(&house.orchard.world.db, &house.orchard.member.actor, sight, id).await.unwrap()
}

/// A shipment of 20 kg of a batch to a shop, of which 5 kg came back.
async fn shipped(house: &House, batch: &str) {
    let world = &house.orchard.world;
    let row = entity::shipment::Model {
        id: "shi_1".into(),
        number: "CK-1".into(),
        producer_id: house.orchard.producer.clone(),
        product_id: house.orchard.product.clone(),
        consignee_kind: "other".into(),
        consignee_id: None,
        consignee_name: "北国商城".into(),
        consignee_contact: None,
        division_code: None,
        place: Some("石家庄".into()),
        exported: false,
        carrier: None,
        facility_id: None,
        note: None,
        state: "sent".into(),
        sent_on: "2026-10-20".into(),
        late: false,
        late_reason: None,
        void_reason: None,
        recorded_at: world.clock.now(),
        recorded_by: "acc_1".into(),
    };
    world.put(row).await;
    let row = entity::shipment_line::Model {
        shipment_id: "shi_1".into(),
        no: 1,
        batch_id: batch.to_owned(),
        order_no: None,
        first: None,
        last: None,
        codes: 0,
        amount: 20 * KG,
        received: 0,
        returned: 5 * KG,
        missing: 0,
    };
    world.put(row).await;
    let row = entity::shipment_act::Model {
        id: "sha_1".into(),
        shipment_id: "shi_1".into(),
        line_no: 1,
        kind: "returned".into(),
        disposition: Some("repack".into()),
        amount: 5 * KG,
        codes: 0,
        first: None,
        last: None,
        reason: None,
        happened_on: "2026-10-20".into(),
        late: false,
        late_reason: None,
        recorded_at: world.clock.now(),
        recorded_by: "acc_1".into(),
    };
    world.put(row).await;
}

on_both_engines! {
    async fn the_line_goes_from_the_village_to_the_shop(engine: Engine) {
        let house = House::new(engine).await;
        let world = &house.orchard.world;
        let grower = world.grower("不公开的名字", &house.orchard.producer).await;
        house.orchard.account(&grower, 1_000 * KG).await;
        let mut sources = Vec::new();
        for kg in [300, 100] {
            let delivery = house.orchard.deliver(house.orchard.delivery(&grower, kg * KG)).await.unwrap();
            sources.push(yanzhao::trace::batch::SourceInput { delivery_id: Some(delivery.id), net_weight_g: Some(kg * KG), ..Default::default() });
        }
        let bought = house.batch_with("BUY", 400, |input| { input.sources = sources; input.plot_ids = Vec::new(); input.net_weight_g = None; }).await;
        let own = house.batch("OWN", 100).await;
        let merged = house.merge(&bought, &[&own], "M").await.unwrap();
        let child = merged.outputs[0].batch_id.clone();
        let input = json!({ "kind": "grading", "net_weight_g": 200 * KG, "loss_g": 10 * KG, "outputs": [{ "lot": "M-1", "net_weight_g": 190 * KG, "grade": "特级" }] });
        let graded = house.process(&child, input).await.unwrap();
        let last = graded.outputs[0].batch_id.clone();
        shipped(&house, &last).await;
        house.reduce(&last, json!({ "kind": "own_use", "amount_g": KG, "reason": "卖给邻居" })).await.unwrap();

        let view = line(&house, ALL, &child).await;
        assert_eq!((view.batch.lot.as_str(), view.batch.figures["net_weight_g"], view.batch.figures["moved_g"], view.withheld.len()), ("M", 500 * KG, 200 * KG, 0));
        let above: Vec<_> = view.up.batches.iter().map(|b| (b.lot.as_str(), b.depth)).collect();
        assert_eq!(above, [("BUY", 1), ("OWN", 1)]);
        let edges: Vec<_> = view.up.edges.iter().chain(&view.down.edges).map(|e| (e.from.as_str(), e.to.as_str(), e.figures["net_weight_g"] / KG)).collect();
        assert_eq!(edges, [(bought.as_str(), child.as_str(), 400), (own.as_str(), child.as_str(), 100), (child.as_str(), last.as_str(), 190)]);
        let mut steps: Vec<_> = view.processes.iter().map(|p| (p.kind.as_str(), p.figures["loss_g"] / KG)).collect();
        steps.sort_unstable();
        assert_eq!(steps, [("grading", 10), ("merging", 0)]);
        let [delivered] = &view.up.deliveries[..] else { panic!("{:?}", view.up.deliveries) };
        assert_eq!((delivered.month.as_str(), delivered.place.as_str(), delivered.deliveries, delivered.figures["net_weight_g"]), ("2026-10", "河北省石家庄市晋州市东里庄镇东里庄村", 2, 400 * KG));
        assert_eq!((view.up.sources.len(), view.up.sources[0].kind.as_str(), view.up.sources[0].plot_id.as_deref()), (1, "plot", Some(house.orchard.plot.as_str())));
        assert_eq!(view.up.certificates.iter().map(|c| c.number.as_str()).collect::<Vec<_>>(), ["HGZ-1", "HGZ-1"]);
        let [to] = &view.down.shipments[..] else { panic!("{:?}", view.down.shipments) };
        assert_eq!((to.consignee.as_str(), to.batch_id.as_str(), to.figures["sent_g"], to.figures["returned_g"]), ("北国商城", last.as_str(), 20 * KG, 5 * KG));
        assert_eq!((view.down.returns.len(), view.down.movements.len()), (1, 1));
        assert_eq!(view.reaches.iter().map(|r| (r.lot.as_str(), r.figures["shipped_g"] / KG)).collect::<Vec<_>>(), [("M", 0), ("M-1", 15)]);
        assert!(!serde_json::to_string(&view).unwrap().contains("不公开的名字"), "a grower's name stands in no genealogy");

        let from_the_end = line(&house, ALL, &last).await;
        assert_eq!(from_the_end.up.batches.iter().map(|b| (b.lot.as_str(), b.depth)).collect::<Vec<_>>(), [("M", 1), ("BUY", 2), ("OWN", 2)]);
        assert_eq!((from_the_end.up.edges.len(), from_the_end.up.deliveries.len(), from_the_end.down.batches.len()), (3, 1, 0));
        let from_the_beginning = line(&house, ALL, &own).await;
        assert_eq!(from_the_beginning.down.batches.iter().map(|b| (b.lot.as_str(), b.depth)).collect::<Vec<_>>(), [("M", 1), ("M-1", 2)]);
        assert_eq!(from_the_beginning.up.deliveries.len(), 0, "what was merged with it is not where it comes from");

        let holder = genealogy(&house.orchard.world.db, &house.orchard.holder.actor, Sight::default(), &child).await.unwrap();
        assert_eq!(holder.withheld, ["plots", "reports", "certificates", "codes", "shipments"]);
        let said = serde_json::to_string(&holder).unwrap();
        for hidden in ["北国商城", "卖给邻居", house.orchard.plot.as_str(), "HGZ-1", "CK-1"] {
            assert!(!said.contains(hidden), "{hidden} is not for a holder");
        }
        let stranger = world.member("stranger", &world.organisation("别的合作社", COUNTY).await);
        assert_eq!(codes(genealogy(&world.db, &stranger.actor, ALL, &child).await), ["not_found"]);
    }

    async fn reports_and_certificates_on_file_are_shown_without_growers(engine: Engine) {
        let house = House::new(engine).await;
        let world = &house.orchard.world;
        let batch = house.batch("A", 100).await;
        let child = house.grade(&batch, 40, "A-1").await.unwrap();
        let report = entity::test_report::Model {
            id: "tes_1".into(), organisation_id: house.orchard.producer.clone(), product_id: house.orchard.product.clone(), by_whom: "accredited".into(),
            scope: "lot".into(), subject_id: Some(batch.clone()), season: "2026".into(), laboratory: "省检测中心".into(), accreditation: None,
            report_no: "R-9".into(), sampled_on: None, reported_on: "2026-10-18".into(), valid_to: None, file_sha256: None,
            recorded_at: world.clock.now(), recorded_by: "acc_1".into(),
        };
        world.put(report).await;
        world.put(entity::batch_report::Model { batch_id: batch.clone(), report_id: "tes_1".into() }).await;
        let paper = |id: &str, number: &str, issuer_id: Option<&str>, name: &str| entity::certificate::Model {
            id: id.into(), direction: "issued".into(), number: number.into(), issuer_id: issuer_id.map(str::to_owned), issuer_name: name.into(),
            contact: "1".into(), holder_id: house.orchard.producer.clone(), product_id: house.orchard.product.clone(), product_name: "鸭梨".into(),
            amount: KG, origin: "晋州".into(), issued_on: "2026-10-18".into(), basis: "own_promise".into(), promise: "…".into(),
            batch_id: Some(child.clone()), delivery_id: None, replaces_id: None, revoked_at: None, revoke_reason: None,
            recorded_at: world.clock.now(), recorded_by: "acc_1".into(),
        };
        world.put(paper("cer_1", "C-1", Some(&house.orchard.producer), "长城果品合作社")).await;
        world.put(paper("cer_2", "C-2", Some("gro_1"), "果农乙")).await;
        let view = line(&house, ALL, &child).await;
        assert_eq!(view.up.tests.iter().map(|t| (t.batch_id.as_str(), t.report_id.as_deref())).collect::<Vec<_>>(), [(batch.as_str(), Some("tes_1"))]);
        let issuers = |view: &GenealogyView| view.up.certificates.iter().map(|c| c.issuer.clone().unwrap_or_default()).collect::<Vec<_>>();
        assert_eq!(issuers(&view), ["长城果品合作社", "果农乙"]);
        let masked = line(&house, Sight { growers: false, ..ALL }, &child).await;
        assert_eq!(issuers(&masked), ["长城果品合作社", ""]);
    }
}

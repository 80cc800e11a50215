//! 承诺达标合格证: issued for a batch and its parts, received with deliveries, re-issued after mixing, revoked.

use yanzhao::kernel::Outcome;
use yanzhao::trace::certificate::{CertificateFilter, CertificateInput, ReceivedInput, promise};
use yanzhao::trace::commands::certificate::{issue_certificate, receive_certificate, revoke_certificate};
use yanzhao::trace::queries::certificate::{CertificateView, batch_certificates, certificate, certificates};

use crate::ground::{Ground, KG, codes, figure};
use crate::support::on_both_engines;
use crate::support::world::act;

fn wanted(batch: &str, kg: Option<i64>) -> CertificateInput {
    CertificateInput {
        batch_id: batch.to_owned(),
        net_weight_g: kg.map(|kg| kg * KG),
        basis: vec!["own_test".to_owned(), "own_promise".to_owned()],
        contact: Some("晋州市东里庄镇 0311-0000000".to_owned()),
        ..CertificateInput::default()
    }
}

async fn issue(ground: &Ground, input: CertificateInput) -> Outcome<CertificateView> {
    act!(ground.world, ground.member, |tx, desk| issue_certificate(tx, desk, &input), [input])
}

fn incoming(delivery: &str, number: &str) -> ReceivedInput {
    ReceivedInput {
        delivery_id: delivery.to_owned(),
        number: number.to_owned(),
        issuer_name: "种植户甲".to_owned(),
        contact: "东里庄村".to_owned(),
        net_weight_g: Some(500 * KG),
        origin: "东里庄镇东里庄村".to_owned(),
        issued_on: "2026-10-18".to_owned(),
        basis: vec!["own_promise".to_owned()],
        ..ReceivedInput::default()
    }
}

async fn receive(ground: &Ground, input: ReceivedInput) -> Outcome<CertificateView> {
    act!(ground.world, ground.member, |tx, desk| receive_certificate(tx, desk, &input), [input])
}

on_both_engines! {
    async fn a_certificate_says_what_the_batch_says_and_never_more(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let batch = ground.register(ground.batch("L1", 1000 * KG)).await.unwrap();
        let part = issue(&ground, wanted(&batch.id, Some(400))).await.unwrap();
        assert_eq!((part.amount(), part.product_name.as_str(), part.issuer_name.as_str(), part.issued_on.as_str()), (400 * KG, "晋州鸭梨", "长城果品合作社", "2026-10-20"));
        assert_eq!((part.origin.as_str(), part.promise, part.basis), (batch.origin.as_str(), promise(), vec!["own_test".to_owned(), "own_promise".to_owned()]));
        assert!(part.number.starts_with("HGZ20261020-"));
        let refused = issue(&ground, wanted(&batch.id, Some(601))).await.unwrap_err();
        assert_eq!((codes(&refused), figure(&refused, "certificate_over_batch", "right")), (vec!["certificate_over_batch"], "600 kg".to_owned()));
        let rest = issue(&ground, wanted(&batch.id, None)).await.unwrap();
        assert_eq!(rest.amount(), 600 * KG, "what no certificate covers yet");
        assert_eq!(codes(&issue(&ground, wanted(&batch.id, None)).await.unwrap_err()), ["certificate_over_batch"]);
        let again = CertificateInput { replaces_id: Some(rest.id.clone()), ..wanted(&batch.id, Some(500)) };
        let newer = issue(&ground, again).await.unwrap();
        assert_eq!((newer.replaces_id.as_deref(), newer.amount()), (Some(rest.id.as_str()), 500 * KG));
        assert!(certificate(&ground.world.db, &ground.member.actor, &rest.id).await.unwrap().revoked);
        assert!(certificate(&ground.world.db, &ground.stranger.actor, &rest.id).await.is_err());
        let (id, reason) = (part.id.clone(), "写错");
        act!(ground.world, ground.member, |tx, desk| revoke_certificate(tx, desk, &id, reason), [id]).unwrap();
        let twice = act!(ground.world, ground.member, |tx, desk| revoke_certificate(tx, desk, &id, reason), [id]).unwrap_err();
        assert!(twice.says("certificate_revoked"));
        assert_eq!(issue(&ground, wanted(&batch.id, Some(500))).await.unwrap().amount(), 500 * KG, "what was revoked may be issued anew");
        // A certificate is no change of the goods: the batch is released as it was.
        assert_eq!(ground.release(&ground.member, &batch.id, None).await.unwrap().state, "released");
        ground.balances().await;
    }

    async fn every_fault_of_a_certificate_is_said_at_once(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let batch = ground.register(ground.batch("L1", 1000 * KG)).await.unwrap();
        let bad = CertificateInput { basis: vec!["luck".to_owned()], contact: None, issued_on: Some("2026-10-21".to_owned()), replaces_id: Some("cer_x".to_owned()), ..wanted(&batch.id, Some(1001)) };
        let refused = issue(&ground, bad).await.unwrap_err();
        assert_eq!(codes(&refused), ["certificate_basis_unknown", "contact_missing", "in_the_future", "certificate_unknown", "certificate_over_batch"]);
        let none = CertificateInput { basis: Vec::new(), ..wanted(&batch.id, None) };
        assert_eq!(codes(&issue(&ground, none).await.unwrap_err()), ["certificate_basis_missing"]);
        let input = wanted(&batch.id, None);
        let refused = act!(ground.world, ground.stranger, |tx, desk| issue_certificate(tx, desk, &input), [input]).unwrap_err();
        assert!(refused.says("not_found"));
        ground.world.tamper(&format!("UPDATE product SET class = 'handicraft' WHERE id = '{}'", ground.product)).await;
        assert!(issue(&ground, wanted(&batch.id, None)).await.unwrap_err().says("certificate_not_food"));
    }

    async fn what_is_mixed_keeps_what_came_in_and_needs_its_own(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let (one, two) = (ground.delivery("种植户甲", 500 * KG, None).await, ground.delivery("种植户乙", 500 * KG, None).await);
        let first = receive(&ground, incoming(&one.id, "HGZ-1")).await.unwrap();
        assert_eq!((first.direction.as_str(), first.delivery_id.as_deref(), first.holder_id.as_str()), ("received", Some(one.id.as_str()), ground.producer.as_str()));
        assert_eq!(codes(&receive(&ground, incoming(&two.id, "HGZ-1")).await.unwrap_err()), ["certificate_already_recorded"]);
        receive(&ground, incoming(&two.id, "HGZ-2")).await.unwrap();
        let bad = ReceivedInput { number: String::new(), contact: String::new(), origin: String::new(), net_weight_g: None, issued_on: "昨天".to_owned(), basis: Vec::new(), ..incoming(&one.id, "") };
        let refused = receive(&ground, bad).await.unwrap_err();
        assert_eq!(codes(&refused), ["amount_missing", "day_unreadable", "certificate_number_missing", "contact_missing", "origin_missing", "certificate_basis_missing"]);
        let single = ground.register(ground.batch_of("L1", &[(&one.id, 100 * KG)])).await.unwrap();
        let papers = batch_certificates(&ground.world.db, &ground.member.actor, &single.id).await.unwrap();
        assert_eq!((papers.received.len(), papers.issued.len(), papers.must_issue), (1, 0, false), "as it came");
        let mixed = ground.register(ground.batch_of("L2", &[(&one.id, 100 * KG), (&two.id, 100 * KG)])).await.unwrap();
        let papers = batch_certificates(&ground.world.db, &ground.member.actor, &mixed.id).await.unwrap();
        assert_eq!((papers.received.len(), papers.must_issue), (2, true));
        let own = issue(&ground, wanted(&mixed.id, None)).await.unwrap();
        let papers = batch_certificates(&ground.world.db, &ground.member.actor, &mixed.id).await.unwrap();
        assert_eq!((papers.received.len(), papers.issued.len(), papers.must_issue), (2, 1, false));
        let (id, reason) = (own.id.clone(), "写错");
        act!(ground.world, ground.member, |tx, desk| revoke_certificate(tx, desk, &id, reason), [id]).unwrap();
        assert!(batch_certificates(&ground.world.db, &ground.member.actor, &mixed.id).await.unwrap().must_issue, "a revoked one does not count");
        let filter = CertificateFilter { direction: Some("received".to_owned()), ..CertificateFilter::default() };
        assert_eq!(certificates(&ground.world.db, &ground.member.actor, &filter, None, None).await.unwrap().0.len(), 2);
        assert!(batch_certificates(&ground.world.db, &ground.stranger.actor, &mixed.id).await.is_err());
        ground.balances().await;
    }

    async fn of_two_who_certify_the_last_kilogram_one_is_told(engine: Engine) {
        let ground = Ground::new(engine, None).await;
        let batch = ground.register(ground.batch("L1", 1000 * KG)).await.unwrap();
        let (one, two) = tokio::join!(issue(&ground, wanted(&batch.id, Some(600))), issue(&ground, wanted(&batch.id, Some(600))));
        let refused: Vec<_> = [&one, &two].into_iter().filter_map(|tried| tried.as_ref().err()).collect();
        assert!(refused.len() == 1 && refused[0].says("certificate_over_batch"), "{one:?} {two:?}");
    }
}

//! Case files and officers.

use yanzhao::identity::officer::{OfficerInput, officers, record_officer, two_officers};
use yanzhao::kernel::{Desk, Scope};
use yanzhao::supervision::case::{CaseOutcome, CaseSource, CaseState, LinkKind};
use yanzhao::supervision::commands::case::{CaseCloseInput, CaseInput, CaseLinkInput, close_case, link_case, move_case, open_case};

use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World, act};

fn officer_of(world: &World, account: &str, division: &str) -> Desk {
    world.desk(account, None, Scope { divisions: vec![division.to_owned()], ..Scope::default() })
}

on_both_engines! {
    async fn a_case_links_what_it_is_about_and_ends_once_with_a_reason(engine: Engine) {
        let world = World::new(engine).await;
        let (own, other) = (officer_of(&world, "acc_own", COUNTY), officer_of(&world, "acc_other", "130133"));
        let link = CaseLinkInput { kind: LinkKind::Batch, ref_id: "bat_00000000000000000000000001".to_owned(), label: "2026-01".to_owned() };
        let input = CaseInput {
            title: "疑似复制标签".to_owned(), source: CaseSource::Officer, source_id: None, division_code: COUNTY.to_owned(), due_on: None,
            links: vec![link.clone()],
        };
        let refused = act!(world, other, |tx, desk| open_case(tx, desk, &input), [input]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "outside_your_region"));
        let case = act!(world, own, |tx, desk| open_case(tx, desk, &input), [input]).unwrap();
        let id = case.id;
        let refused = act!(world, other, |tx, desk| move_case(tx, desk, &id, CaseState::Investigating), [id]).unwrap_err();
        assert!(refused.says("not_found"), "another county's case is not there");
        let refused = act!(world, own, |tx, desk| move_case(tx, desk, &id, CaseState::Deciding), [id]).unwrap_err();
        assert!(refused.says("case_step"));
        act!(world, own, |tx, desk| move_case(tx, desk, &id, CaseState::Investigating), [id]).unwrap();
        act!(world, own, |tx, desk| link_case(tx, desk, &id, &link), [id, link]).unwrap();
        let close = CaseCloseInput { outcome: CaseOutcome::FalseAlarm, reason: " ".to_owned() };
        assert!(act!(world, own, |tx, desk| close_case(tx, desk, &id, &close), [id, close]).is_err(), "a reason is needed");
        let close = CaseCloseInput { outcome: CaseOutcome::FalseAlarm, reason: "门店盘点时查验".to_owned() };
        act!(world, own, |tx, desk| close_case(tx, desk, &id, &close), [id, close]).unwrap();
        let refused = act!(world, own, |tx, desk| close_case(tx, desk, &id, &close), [id, close]).unwrap_err();
        assert!(refused.says("already_decided"));
    }

    async fn two_different_officers_with_valid_certificates_are_needed(engine: Engine) {
        let world = World::new(engine).await;
        let admin = world.desk("acc_admin", None, Scope::everything());
        let mut ids = Vec::new();
        for (account, number, until) in [("officer-a", "1301AB01", None), ("officer-b", "1301AB02", Some("2020-01-01"))] {
            let id = world.account(account).await;
            let input = OfficerInput {
                account_id: id.clone(), certificate_no: number.to_owned(), department: "市场监管".to_owned(),
                valid_to: until.map(|day| yanzhao::kernel::Day::parse(day).unwrap()),
            };
            act!(world, admin, |tx, desk| record_officer(tx, desk, &input), [input]).unwrap();
            ids.push(id);
        }
        assert_eq!(officers(&world.db).await.unwrap().len(), 2);
        let today = world.clock.today();
        let refused = act!(world, admin, |tx, _desk| two_officers(tx, &ids, today, "/officers"), [ids]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "officer_unknown" && fault.pointer == "/officers/1"), "the certificate has ended");
        let one = vec![ids[0].clone(), ids[0].clone()];
        let refused = act!(world, admin, |tx, _desk| two_officers(tx, &one, today, "/officers"), [one]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "officer_twice"));
        let taken = OfficerInput { account_id: ids[1].clone(), certificate_no: "1301ab01".to_owned(), department: "市场监管".to_owned(), valid_to: None };
        let refused = act!(world, admin, |tx, desk| record_officer(tx, desk, &taken), [taken]).unwrap_err();
        assert!(refused.fields.iter().any(|fault| fault.code == "officer_certificate_taken"));
    }
}

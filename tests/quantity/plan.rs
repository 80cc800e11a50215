//! Season plans: from the land, shown, decided by another person who is tied to nobody in it, and then the accounts of everybody at once.

use yanzhao::entity::account as account_row;
use yanzhao::identity::conflict::{ConflictInput, declare_conflict, end_conflict};
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::term::{Calendar, Term, TermUnit};
use yanzhao::kernel::{Desk, Outcome};
use yanzhao::trace::account::{AccountFilter, Bucket};
use yanzhao::trace::commands::plan::{Publicity, approve_plan, propose_plan, publish_plan, refuse_plan};
use yanzhao::trace::plan::{PlanInput, PlanLineInput};
use yanzhao::trace::queries::account::{AccountView, accounts};
use yanzhao::trace::queries::plan::{plan, plans, public_plan};

use crate::orchard::{KG, Orchard, codes, param};
use crate::support::on_both_engines;
use crate::support::world::act;

fn publicity() -> Publicity {
    Publicity { term: Term { number: 7, unit: TermUnit::Day }, calendar: Calendar::default() }
}

fn input(orchard: &Orchard) -> PlanInput {
    PlanInput {
        product_id: orchard.product.clone(),
        season: "2026".to_owned(),
        note: Some("按地块测算".to_owned()),
        ..PlanInput::default()
    }
}

fn lines(orchard: &Orchard, lines: &[(&str, i64)]) -> PlanInput {
    let line =
        |(party, amount): &(&str, i64)| PlanLineInput { party: (*party).to_owned(), amount_g: Some(*amount), ..PlanLineInput::default() };
    PlanInput { evidence: Some("核产会议纪要".to_owned()), lines: lines.iter().map(line).collect(), ..input(orchard) }
}

async fn proposed(orchard: &Orchard, desk: &Desk, input: PlanInput) -> Outcome<String> {
    act!(orchard.world, desk, |tx, desk| propose_plan(tx, desk, &input), [input]).map(|row| row.id)
}

async fn published(orchard: &Orchard, id: &str) {
    let (id, publicity) = (id.to_owned(), publicity());
    act!(orchard.world, orchard.office, |tx, desk| publish_plan(tx, desk, &id, &publicity), [id, publicity]).unwrap();
    orchard.world.clock.advance(10 * DAY);
}

async fn approved(orchard: &Orchard, desk: &Desk, id: &str) -> Outcome<()> {
    let id = id.to_owned();
    act!(orchard.world, desk, |tx, desk| approve_plan(tx, desk, &id), [id]).map(|_| ())
}

async fn account_of(orchard: &Orchard, party: &str) -> AccountView {
    let filter = AccountFilter { party_id: Some(party.to_owned()), ..AccountFilter::default() };
    accounts(&orchard.world.db, &orchard.office.actor, &filter, None, None).await.unwrap().0.pop().expect("an account")
}

/// The accounts of the people at the desks, so that a tie can name them.
async fn people(orchard: &Orchard) {
    for desk in [&orchard.office, &orchard.second] {
        let row = account_row::Model {
            id: desk.actor.account_id.clone(),
            name: desk.actor.account.clone(),
            display_name: desk.actor.account.clone(),
            organisation_id: None,
            grower_id: None,
            password_hash: String::new(),
            state: "active".to_owned(),
            created_at: 0,
        };
        orchard.world.put(row).await;
    }
}

on_both_engines! {
    async fn a_plan_from_the_land_becomes_every_account(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.world.grower("果农甲", &orchard.producer).await;
        orchard.world.plot(&grower, &orchard.product, 4000, |_| {}).await;
        let id = proposed(&orchard, &orchard.office, input(&orchard)).await.unwrap();
        let view = plan(&orchard.world.db, &orchard.office.actor, &id, true).await.unwrap();
        let mut read: Vec<_> = view.lines.iter().map(|l| (l.party.as_str(), l.area_m2, l.amount, l.approved_now)).collect();
        read.sort();
        // 2000 m² are 3 亩, 4000 m² are 6; the cap is 2,500 kg a 亩.
        assert_eq!(read, [("果农甲", Some(4000), 15_000 * KG, None), ("长城果品合作社", Some(2000), 7_500 * KG, None)]);
        assert_eq!((view.total, view.version, view.basis.as_str()), (22_500 * KG, 1, "plots"));
        assert_eq!(codes(approved(&orchard, &orchard.second, &id).await), ["plan_not_published"]);
        let (kept, shown) = (id.clone(), publicity());
        act!(orchard.world, orchard.office, |tx, desk| publish_plan(tx, desk, &kept, &shown), [kept, shown]).unwrap();
        let failure = approved(&orchard, &orchard.second, &id).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "to").as_str()), ("plan_publicity_runs", "2026-10-27"));
        let (public, shares) = public_plan(&orchard.world.db, &orchard.product).await.unwrap().expect("it is public");
        assert_eq!(public.published_to.as_deref(), Some("2026-10-27"));
        assert!(shares.iter().all(|share| !share.name.contains("果农甲")), "growers are never named: {shares:?}");
        assert!(shares.iter().any(|share| share.name == "东里庄村" && share.growers == Some(1) && share.amount == 15_000 * KG));
        orchard.world.clock.advance(8 * DAY);
        assert_eq!(codes(approved(&orchard, &orchard.office, &id).await), ["second_person_needed"]);
        approved(&orchard, &orchard.second, &id).await.unwrap();
        for (party, amount) in [(&orchard.producer, 7_500 * KG), (&grower, 15_000 * KG)] {
            let account = account_of(&orchard, party).await;
            assert_eq!((account.state.as_str(), account.figure(Bucket::Approved), account.figure(Bucket::Remaining)), ("approved", amount, amount));
        }
        assert_eq!(codes(approved(&orchard, &orchard.second, &id).await), ["already_decided"]);
        orchard.balanced().await;
    }

    async fn a_newer_version_corrects_accounts_and_never_below_what_was_used(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let first = proposed(&orchard, &orchard.office, lines(&orchard, &[("长城果品合作社", 7_000 * KG)])).await.unwrap();
        published(&orchard, &first).await;
        approved(&orchard, &orchard.second, &first).await.unwrap();
        let mut batch = orchard.batch("L1", 5_000 * KG);
        batch.packed_on = Some("2026-10-29".to_owned());
        orchard.register(batch).await.unwrap();
        let low = proposed(&orchard, &orchard.office, lines(&orchard, &[("长城果品合作社", 4_000 * KG)])).await.unwrap();
        published(&orchard, &low).await;
        let failure = approved(&orchard, &orchard.second, &low).await.unwrap_err();
        assert!(failure.says("plan_below_used"), "{failure}");
        let figures: Vec<_> = failure.fields[0].params.iter().map(|(_, v)| v.as_str()).collect();
        assert_eq!(figures, ["长城果品合作社", "4,000 kg", "1,000 kg"]);
        assert_eq!(account_of(&orchard, &orchard.producer).await.figure(Bucket::Remaining), 2_000 * KG, "nothing of it was written");
        let right = proposed(&orchard, &orchard.office, lines(&orchard, &[("长城果品合作社", 6_000 * KG)])).await.unwrap();
        published(&orchard, &right).await;
        approved(&orchard, &orchard.second, &right).await.unwrap();
        let account = account_of(&orchard, &orchard.producer).await;
        assert_eq!((account.figure(Bucket::Remaining), account.figure(Bucket::Adjusted)), (1_000 * KG, -1_000 * KG));
        let versions: Vec<_> = plans(&orchard.world.db, &orchard.office.actor, None).await.unwrap().into_iter().map(|p| (p.version, p.state)).collect();
        assert_eq!(versions, [(3, "approved".to_owned()), (2, "published".to_owned()), (1, "approved".to_owned())]);
        let (low, why) = (low, "改按实测".to_owned());
        act!(orchard.world, orchard.second, |tx, desk| refuse_plan(tx, desk, &low, &why), [low, why]).unwrap();
        orchard.balanced().await;
    }

    async fn every_bad_line_is_said_at_once(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let bad = lines(&orchard, &[("没有这家", KG), ("长城果品合作社", KG), ("长城果品合作社", KG), ("晋州鸭梨协会", 0)]);
        let failure = proposed(&orchard, &orchard.office, PlanInput { evidence: None, season: "26".into(), ..bad }).await.unwrap_err();
        let said: Vec<_> = failure.fields.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(said, [
            ("/season", "season_unfit"),
            ("/evidence", "evidence_missing"),
            ("/lines/0/party", "plan_party_unknown"),
            ("/lines/2/party", "plan_party_twice"),
            ("/lines/3/amount_g", "amount_unfit"),
        ]);
        assert_eq!(codes(proposed(&orchard, &orchard.member, input(&orchard)).await), ["not_permitted"]);
        let noodles = orchard.world.product("藁城宫面", |row| row.account_basis = "raw_material".to_owned()).await;
        let made = PlanInput { product_id: noodles, ..input(&orchard) };
        assert_eq!(codes(proposed(&orchard, &orchard.office, made).await), ["plan_no_cap"]);
    }

    async fn who_is_tied_to_a_party_withdraws(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        people(&orchard).await;
        let id = proposed(&orchard, &orchard.office, lines(&orchard, &[("长城果品合作社", 7_000 * KG)])).await.unwrap();
        published(&orchard, &id).await;
        let tie = ConflictInput { account_id: None, organisation_id: orchard.producer.clone(), reason: "配偶持股".into(), from: None, to: None };
        let declared = act!(orchard.world, orchard.second, |tx, desk| declare_conflict(tx, desk, &tie), [tie]).unwrap();
        let failure = approved(&orchard, &orchard.second, &id).await.unwrap_err();
        assert_eq!((failure.code, param(&failure, "party").as_str()), ("tied_to_party", "长城果品合作社"));
        let tie_id = declared.id;
        let own = act!(orchard.world, orchard.second, |tx, desk| end_conflict(tx, desk, &tie_id), [tie_id]);
        assert_eq!(codes(own), ["second_person_needed"]);
        act!(orchard.world, orchard.office, |tx, desk| end_conflict(tx, desk, &tie_id), [tie_id]).unwrap();
        assert_eq!(codes(approved(&orchard, &orchard.second, &id).await), ["tied_to_party"], "its last day is today");
        orchard.world.clock.advance(DAY);
        approved(&orchard, &orchard.second, &id).await.unwrap();
    }
}

//! Organisations and growers: who sees whom, and what is refused.

use serde_json::json;
use yanzhao::identity::organisation::OrganisationKind;
use yanzhao::ledger;
use yanzhao::registry::commands::GrowerInput;
use yanzhao::registry::queries;

use super::*;

fn household(name: &str) -> GrowerInput {
    input(json!({ "name": name, "division_code": "130183104", "village": "东卓宿村", "household_no": "5-12", "phone": "138 0013 8000" }))
}

on_both_engines! {
    async fn a_grower_is_seen_by_its_own_people_and_its_region_only(engine: Engine) {
        let register = Register::loaded(engine).await;
        let (a, b) = (register.producer("甲合作社", "130183", 1).await, register.producer("乙合作社", "130183", 2).await);
        let desk = register.desk_of(own(&a), Some(&a));
        let grower = act!(register, desk, register_grower, household("张三")).unwrap();
        assert_eq!((grower.registered_by_id.as_str(), grower.phone.as_deref()), (a.as_str(), Some("13800138000")));
        let sees = |scope: Scope| {
            let (db, actor, id) = (register.db.clone(), register.desk_of(scope, None).actor, grower.id.clone());
            async move {
                let one = queries::grower(&db, &actor, &id).await;
                let listed = queries::growers(&db, &actor, None, None, 50).await.unwrap().items.len();
                assert_eq!(one.is_ok(), listed == 1);
                one.map(|g| g.name)
            }
        };
        assert_eq!(sees(own(&a)).await.unwrap(), "张三");
        assert_eq!(sees(region("1301")).await.unwrap(), "张三");
        assert_eq!(sees(region("130183")).await.unwrap(), "张三");
        let oneself = Scope { growers: vec![grower.id.clone()], ..Scope::default() };
        assert_eq!(sees(oneself).await.unwrap(), "张三");
        let holder = Scope { holders: vec![a.clone()], ..Scope::default() };
        for scope in [own(&b), region("130133"), Scope::default(), holder] {
            assert!(sees(scope).await.unwrap_err().says("not_found"));
        }
        let history = ledger::history(register.db.reader(), &grower.id, 5).await.unwrap();
        assert_eq!(history.len(), 1);
        assert!(!history[0].1.to_string().contains("张三"), "the audit log keeps no name");
    }

    async fn a_grower_is_registered_for_ones_own_organisation(engine: Engine) {
        let register = Register::loaded(engine).await;
        let (a, b) = (register.producer("甲合作社", "130183", 1).await, register.producer("乙合作社", "130183", 2).await);
        let desk = register.desk_of(own(&a), Some(&a));
        let other = GrowerInput { organisation_id: Some(b), ..household("李四") };
        said(&act!(register, desk, register_grower, other).unwrap_err(), "/organisation_id", "register_organisation_unknown");
        let helper = register.desk_of(own(&a), None);
        said(&act!(register, helper, register_grower, household("李四")).unwrap_err(), "/organisation_id", "register_empty");
        let for_a = GrowerInput { organisation_id: Some(a.clone()), ..household("李四") };
        assert_eq!(act!(register, helper, register_grower, for_a).unwrap().registered_by_id, a);
    }

    async fn bad_growers_are_refused_with_every_fault(engine: Engine) {
        let register = Register::loaded(engine).await;
        let a = register.producer("甲合作社", "130183", 1).await;
        let desk = register.desk_of(own(&a), Some(&a));
        let bad: GrowerInput = input(json!({
            "name": " ", "division_code": "130000", "village": "11010519491231002X", "household_no": "110105194912310021", "phone": "call me",
        }));
        let refused = act!(register, desk, register_grower, bad).unwrap_err();
        said(&refused, "/name", "register_empty");
        said(&refused, "/division_code", "grower_place_coarse");
        said(&refused, "/village", "grower_id_number");
        said(&refused, "/household_no", "grower_id_number");
        said(&refused, "/phone", "grower_phone");
        let unknown: GrowerInput = input(json!({ "name": "王五", "division_code": "130183999", "village": "某村" }));
        said(&act!(register, desk, register_grower, unknown).unwrap_err(), "/division_code", "division_unknown");
        let first = act!(register, desk, register_grower, household("张三")).unwrap();
        let words = said(&act!(register, desk, register_grower, household("张三丰")).unwrap_err(), "/household_no", "grower_twice");
        assert!(words[0].contains(&first.id) && words[1].contains(&first.id));
        let next = GrowerInput { household_no: Some("5-13".into()), ..household("张三") };
        act!(register, desk, register_grower, next).unwrap();
        let old_county: GrowerInput = input(json!({ "name": "赵六", "division_code": "130182", "village": "南街村" }));
        let old = act!(register, desk, register_grower, old_county).unwrap();
        let view = queries::grower(&register.db, &desk.actor, &old.id).await.unwrap();
        assert_eq!(view.division, "河北省石家庄市藁城市", "a county by its old code keeps its old name");
    }

    /// 统一社会信用代码, row “identity” of the bad inputs.
    async fn credit_codes_are_explained(engine: Engine) {
        let register = Register::loaded(engine).await;
        let right = credit_code("130183", 1);
        let register_code = |code: String, evidence: Option<&str>| {
            let input = OrganisationInput { credit_code: Some(code), credit_code_evidence: evidence.map(str::to_owned), ..organisation("某社", "130183", 1) };
            let (desk, register) = (register.desk.clone(), &register);
            async move { act!(register, desk, register_organisation, input, false) }
        };
        let mut wrong: Vec<char> = right.chars().collect();
        wrong[17] = if wrong[17] == '0' { '1' } else { '0' };
        let wrong: String = wrong.into_iter().collect();
        let words = said(&register_code(wrong.clone(), None).await.unwrap_err(), "/credit_code", "credit_code_check");
        assert!(words.iter().all(|w| w.contains(&right[17..])), "it says what would be right: {words:?}");
        let mut swapped: Vec<char> = right.chars().collect();
        swapped.swap(3, 4);
        assert_ne!(swapped[3], swapped[4]);
        said(&register_code(swapped.into_iter().collect(), None).await.unwrap_err(), "/credit_code", "credit_code_check");
        said(&register_code(right.replace('M', "O"), None).await.unwrap_err(), "/credit_code", "credit_code_look_alike");
        said(&register_code(right[..15].to_owned(), None).await.unwrap_err(), "/credit_code", "credit_code_length");

        let full_width: String = right.to_lowercase().chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        let taken = register_code(full_width, None).await.unwrap();
        assert_eq!((taken.row.credit_code.as_deref(), taken.warnings.len()), (Some(right.as_str()), 0));
        let again = register_code(right.clone(), None).await.unwrap_err();
        assert_eq!(again.code, "credit_code_taken");
        let values: Vec<(&str, &str)> = again.params.iter().map(|(n, v)| (*n, v.as_str())).collect();
        for lang in [Lang::Chinese, Lang::English] {
            assert!(lang.fill("refusal.credit_code_taken", &values).contains(&right), "one code on two users");
        }
        let shown = register_code(wrong, Some("营业执照复印件，2026-11-20 核对")).await.unwrap();
        assert_eq!(shown.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["credit_code_check"], "taken on evidence, with a doubt");

        // The inner organisation code fails its own check while the whole code is right: a doubt, not a refusal.
        let front = "93130183MA0000098";
        assert_ne!(organisation_check(&front[8..16]), front.chars().last());
        let odd = format!("{front}{}", check_character(front).unwrap());
        let doubted = register_code(odd, None).await.unwrap();
        assert_eq!(doubted.warnings[0].code, "credit_code_organisation_check");
        let none = OrganisationInput { credit_code: None, ..organisation("无码社", "130183", 9) };
        said(&act!(register, register.desk, register_organisation, none, false).unwrap_err(), "/credit_code", "credit_code_missing");
        let branch = OrganisationInput { kind: OrganisationKind::Producer, ..organisation("某社分社", "130183", 77) };
        assert_ne!(act!(register, register.desk, register_organisation, branch, false).unwrap().row.id, taken.row.id, "a branch is somebody else");
    }
}

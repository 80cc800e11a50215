//! Applications for the use of a mark: written, handed in, given back point by point, decided by whose turn it is, and then a mark use.

use serde_json::json;
use yanzhao::cultivation::commands::{
    ApplicationApproveInput, ApplicationBeginInput, ApplicationInput, ApplicationRefuseInput, ApplicationReturnInput, ApplicationStepInput,
    PointAnswer, PointInput, Reviewer, advance_application, approve_application, begin_application, change_application, refuse_application,
    remove_paper, return_application, submit_application, withdraw_application,
};
use yanzhao::cultivation::mark_use_application::{Part, RefusalReason, Turn};
use yanzhao::cultivation::queries::{ApplicationView, ApplicationsAsked, application, applications, waiting};
use yanzhao::files::{Incoming, Kept, Shelf};
use yanzhao::identity::notice::notices;
use yanzhao::kernel::{Day, Desk, Outcome, Scope};
use yanzhao::registry::commands::{AnnouncementInput, ArtworkInput, file_artwork, record_announcement};
use yanzhao::registry::queries::{MarkUsesAsked, StandingWord, mark_uses};
use yanzhao::trace::store::order::mark_standing;

use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World, act};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A firm with a plot, under a right of the given route, and the people who decide.
struct Case {
    world: World,
    firm: String,
    right: String,
    product: String,
    plot: String,
    member: Desk,
    county: Desk,
    office: Desk,
    second: Desk,
}

impl Case {
    async fn new(engine: crate::support::Engine, route: &str, holder: Option<&str>) -> Self {
        let world = World::new(engine).await;
        let product = world.product("晋州鸭梨", |_| {}).await;
        let firm = world.organisation("晋州合作社", COUNTY).await;
        world.tamper(&format!("UPDATE organisation SET credit_code = '91130183MA0000001X' WHERE id = '{firm}'")).await;
        let holder = match holder {
            Some(name) => Some(world.organisation(name, COUNTY).await),
            None => None,
        };
        let right = world.right(&product, holder.as_deref(), |right| right.route = route.to_owned()).await;
        let registered_by = firm.clone();
        let plot = world.plot(&firm, &product, 20_000, |plot| plot.registered_by_id = registered_by).await;
        let county = world.desk("county", None, Scope { divisions: vec![COUNTY.to_owned()], ..Scope::default() });
        let (member, office, second) = (world.member("member", &firm), world.office("office"), world.office("office2"));
        Self { world, firm, right, product, plot, member, county, office, second }
    }
    async fn begun(&self) -> String {
        let input = ApplicationBeginInput { right_id: self.right.clone(), organisation_id: None };
        act!(self.world, self.member, |tx, desk| begin_application(tx, desk, &input, false), [input]).unwrap().id
    }
    fn whole(&self) -> ApplicationInput {
        ApplicationInput {
            goods: vec!["鲜梨 5 千克礼盒".to_owned()],
            volume_g: Some(30_000_000),
            plot_ids: vec![self.plot.clone()],
            ..ApplicationInput::default()
        }
    }
    async fn change(&self, id: &str, input: ApplicationInput, kept: Vec<Kept>) -> Outcome<()> {
        let id = id.to_owned();
        act!(self.world, self.member, |tx, desk| change_application(tx, desk, &id, &input, &kept), [id, input, kept]).map(drop)
    }
    async fn submit(&self, id: &str) -> Outcome<()> {
        let id = id.to_owned();
        act!(self.world, self.member, |tx, desk| submit_application(tx, desk, &id), [id]).map(drop)
    }
    /// Written whole, with a report, and handed in.
    async fn handed_in(&self) -> String {
        let id = self.begun().await;
        self.change(&id, self.whole(), vec![report().await]).await.unwrap();
        self.submit(&id).await.unwrap();
        id
    }
    async fn advance(&self, by: &Desk, id: &str, input: ApplicationStepInput, reviewer: Reviewer) -> Outcome<String> {
        let id = id.to_owned();
        act!(self.world, by, |tx, desk| advance_application(tx, desk, &id, &input, reviewer), [id, input]).map(|row| row.state)
    }
    async fn give_back(&self, by: &Desk, id: &str, points: &[(Part, &str)], until: &str, reviewer: Reviewer) -> Outcome<()> {
        let points = points.iter().map(|(part, said)| PointInput { part: *part, said: (*said).to_owned() }).collect();
        let (id, input) = (id.to_owned(), ApplicationReturnInput { points, answer_by: day(until) });
        act!(self.world, by, |tx, desk| return_application(tx, desk, &id, &input, reviewer), [id, input]).map(drop)
    }
    async fn approve(&self, by: &Desk, id: &str, input: ApplicationApproveInput) -> Outcome<Option<String>> {
        let id = id.to_owned();
        act!(self.world, by, |tx, desk| approve_application(tx, desk, &id, &input), [id, input]).map(|row| row.mark_use_id)
    }
    async fn refuse(&self, by: &Desk, id: &str, appeal: &str, reviewer: Reviewer) -> Outcome<()> {
        let id = id.to_owned();
        let input = ApplicationRefuseInput {
            reason: RefusalReason::OffStandard,
            said: "可溶性固形物低于标准".to_owned(),
            appeal: appeal.to_owned(),
        };
        act!(self.world, by, |tx, desk| refuse_application(tx, desk, &id, &input, reviewer), [id, input]).map(drop)
    }
    async fn see(&self, by: &Desk, id: &str) -> Outcome<ApplicationView> {
        application(&self.world.db, &by.actor, id).await
    }
    async fn turns(&self, by: &Desk, turns: &[Turn]) -> usize {
        waiting(&self.world.db, &by.actor, turns).await.unwrap().len()
    }
}

async fn report() -> Kept {
    let shelf = Shelf::new(tempfile::tempdir().unwrap().keep());
    shelf.keep(Incoming::new("report", "检验报告.pdf", b"%PDF-1.4 soluble solids".to_vec())).await.unwrap()
}

fn seen(said: &str, on: Option<&str>, number: Option<&str>) -> ApplicationStepInput {
    ApplicationStepInput { said: said.to_owned(), on_day: on.map(day), document_no: number.map(str::to_owned) }
}

fn contract(from: &str, to: Option<&str>) -> ApplicationApproveInput {
    ApplicationApproveInput {
        in_force_from: day(from),
        in_force_to: to.map(day),
        announcement_id: None,
        contract: Some("许可合同 2026-07，2026-10-20".to_owned()),
        said: None,
    }
}

on_both_engines! {
    async fn it_goes_by_county_city_and_province_to_an_announcement_and_becomes_a_use(engine: Engine) {
        let case = Case::new(engine, "gi_product", None).await;
        let id = case.begun().await;
        assert_eq!((case.turns(&case.member, &[Turn::Applicant]).await, case.turns(&case.county, &[Turn::County]).await), (1, 0));
        assert!(case.see(&case.county, &id).await.unwrap_err().says("not_found"), "a draft is its applicant's alone");
        let view = case.see(&case.member, &id).await.unwrap();
        assert_eq!((view.plots.len(), view.area_m2), (1, 20_000), "plots on record are filled in");

        let empty = ApplicationInput { plot_ids: Vec::new(), ..ApplicationInput::default() };
        case.change(&id, empty, Vec::new()).await.unwrap();
        let refused = case.submit(&id).await.unwrap_err();
        for code in ["register_empty", "amount_missing", "application_no_ground", "application_report_missing"] {
            assert!(refused.says(code), "every fault at once: {code} in {refused}");
        }
        case.change(&id, case.whole(), vec![report().await]).await.unwrap();
        case.submit(&id).await.unwrap();
        assert!(case.change(&id, case.whole(), Vec::new()).await.unwrap_err().says("application_step"), "handed in is handed in");
        assert_eq!((case.turns(&case.member, &[Turn::Applicant]).await, case.turns(&case.county, &[Turn::County]).await), (0, 1));

        // The county gives it back, point by point; the applicant sees each, answers, and hands in again.
        let points = [(Part::Volume, "产量超过地块可产，请写明收购情况"), (Part::Report, "报告缺理化指标")];
        case.give_back(&case.county, &id, &points, "2026-11-10", Reviewer::County).await.unwrap();
        let told = notices(&case.world.db, "acc_member", Some(&case.firm), None, 5).await.unwrap();
        assert_eq!((told[0].kind.as_str(), told[0].values["n"].as_str()), ("application_returned", "2"));
        let view = case.see(&case.member, &id).await.unwrap();
        let open: Vec<_> = view.open_points().map(|point| (point.position, point.part.as_str(), point.said.as_str())).collect();
        assert_eq!(open, [(1, "volume", points[0].1), (2, "report", points[1].1)]);
        let answers = vec![PointAnswer { position: 1, answer: "已写明".to_owned() }];
        let mended = ApplicationInput { bought_from: Some("东里庄村 12 户".to_owned()), answers, ..case.whole() };
        case.change(&id, mended, Vec::new()).await.unwrap();
        let none = vec![PointAnswer { position: 9, answer: "?".to_owned() }];
        let refused = case.change(&id, ApplicationInput { answers: none, ..case.whole() }, Vec::new()).await.unwrap_err();
        assert!(refused.says("application_point_unknown"));
        case.submit(&id).await.unwrap();
        let view = case.see(&case.county, &id).await.unwrap();
        let answered: Vec<_> = view.points.iter().map(|point| (point.round, point.answer.as_deref())).collect();
        assert_eq!((view.round, answered), (2, vec![(1, Some("已写明")), (1, None)]), "reviewers see the points with their answers");
        let paper = view.files[0].id.clone();
        let own = id.clone();
        let refused = act!(case.world, case.member, |tx, desk| remove_paper(tx, desk, &own, &paper), [own, paper]).unwrap_err();
        assert!(refused.says("application_step"));

        // Whose turn it is, what each step needs, and two persons for two steps.
        let county = seen("看了东里庄村的地块", None, None);
        assert!(case.advance(&case.office, &id, county.clone(), Reviewer::Decider).await.unwrap_err().says("application_not_your_turn"));
        assert!(case.advance(&case.county, &id, county, Reviewer::County).await.unwrap_err().says("application_visit_missing"));
        let tomorrow = seen("看了", Some("2026-10-21"), None);
        assert!(case.advance(&case.county, &id, tomorrow, Reviewer::County).await.unwrap_err().says("in_the_future"));
        let visited = seen("看了东里庄村的地块", Some("2026-10-19"), None);
        assert_eq!(case.advance(&case.county, &id, visited.clone(), Reviewer::County).await.unwrap(), "county_verified");
        assert!(case.advance(&case.county, &id, visited, Reviewer::County).await.unwrap_err().says("application_not_your_turn"));
        assert_eq!(case.advance(&case.office, &id, seen("材料一致", None, None), Reviewer::Decider).await.unwrap(), "city_verified");
        let province = seen("同意", None, Some("冀市监标函〔2026〕1号"));
        assert!(case.advance(&case.office, &id, province.clone(), Reviewer::Decider).await.unwrap_err().says("second_person_needed"));
        let unnamed = seen("同意", None, None);
        assert!(case.advance(&case.second, &id, unnamed, Reviewer::Decider).await.unwrap_err().says("application_document_missing"));
        assert_eq!(case.advance(&case.second, &id, province, Reviewer::Decider).await.unwrap(), "province_reviewed");

        let without = ApplicationApproveInput { contract: None, ..contract("2026-10-20", None) };
        assert!(case.approve(&case.office, &id, without.clone()).await.unwrap_err().says("application_announcement_missing"));
        let paper = json!({ "number": "国家知识产权局公告第700号", "kind": "mark_users", "announced_on": "2026-10-15",
            "right_ids": [case.right], "source": "test", "confidence": "A" });
        let paper: AnnouncementInput = serde_json::from_value(paper).unwrap();
        let paper = act!(case.world, case.office, |tx, desk| record_announcement(tx, desk, &paper), [paper]).unwrap().id;
        let early = ApplicationApproveInput { announcement_id: Some(paper.clone()), in_force_from: day("2026-10-01"), ..without.clone() };
        assert!(case.approve(&case.office, &id, early).await.unwrap_err().says("mark_use_before_announcement"), "nothing half-done");
        assert_eq!(case.see(&case.office, &id).await.unwrap().state, "province_reviewed");
        let right_day = ApplicationApproveInput { announcement_id: Some(paper), ..without };
        let granted = case.approve(&case.office, &id, right_day.clone()).await.unwrap().expect("a use");
        assert!(case.approve(&case.second, &id, right_day).await.unwrap_err().says("application_step"));

        // It is in force at once, and the special mark is printed once its artwork is filed.
        let uses = mark_uses(&case.world.db, &case.member.actor, &MarkUsesAsked::default(), day("2026-10-20"), None, 10).await.unwrap().items;
        assert_eq!((uses.len(), uses[0].id.as_str(), uses[0].state.as_str()), (1, granted.as_str(), "announced"));
        assert_eq!(uses[0].standing, StandingWord::InForce);
        let standing = mark_standing(case.world.db.reader(), &case.firm, &case.product, day("2026-10-20")).await.unwrap();
        assert!(standing.in_force && !standing.printable);
        let artwork = |on: &str| ArtworkInput { filed_on: Some(day(on)), number: "图样备〔2026〕9号".to_owned() };
        let (use_id, early) = (granted.clone(), artwork("2026-10-19"));
        let refused = act!(case.world, case.second, |tx, desk| file_artwork(tx, desk, &use_id, &early), [use_id, early]).unwrap_err();
        assert!(refused.says("mark_use_artwork_day"));
        let filed = artwork("2026-10-20");
        act!(case.world, case.second, |tx, desk| file_artwork(tx, desk, &use_id, &filed), [use_id, filed]).unwrap();
        assert!(mark_standing(case.world.db.reader(), &case.firm, &case.product, day("2026-10-20")).await.unwrap().printable);
        let refused = act!(case.world, case.second, |tx, desk| file_artwork(tx, desk, &use_id, &filed), [use_id, filed]).unwrap_err();
        assert!(refused.says("mark_use_artwork_step"));
        let input = ApplicationBeginInput { right_id: case.right.clone(), organisation_id: None };
        let refused = act!(case.world, case.member, |tx, desk| begin_application(tx, desk, &input, false), [input]).unwrap_err();
        assert!(refused.says("application_in_force"), "an open use needs no renewal");
        let steps: Vec<String> = case.see(&case.member, &id).await.unwrap().steps.into_iter().map(|step| step.act).collect();
        assert_eq!(steps.join(" "), "submitted returned submitted county_verified city_verified province_reviewed approved");
    }

    async fn a_marks_holder_decides_about_its_mark(engine: Engine) {
        let case = Case::new(engine, "certification_mark", Some("晋州鸭梨协会")).await;
        let id = case.handed_in().await;
        let view = case.see(&case.office, &id).await.unwrap();
        let holder_id = view.holder_id.clone().unwrap();
        let holder = case.world.holder("holder", &holder_id);
        assert_eq!(notices(&case.world.db, "acc_holder", Some(&holder_id), None, 5).await.unwrap()[0].kind, "application_submitted");
        assert_eq!((case.turns(&holder, &[Turn::Holder]).await, case.turns(&case.office, &[Turn::Office, Turn::Holder]).await), (1, 0));
        let refused = case.approve(&case.office, &id, contract("2026-10-20", None)).await.unwrap_err();
        assert!(refused.says("application_not_your_turn"), "the mark is its holder's");
        let other = case.world.holder("other", &case.world.organisation("别的协会", COUNTY).await);
        assert!(case.approve(&other, &id, contract("2026-10-20", None)).await.unwrap_err().says("not_found"));
        let refused = case.refuse(&holder, &id, " ", Reviewer::Decider).await.unwrap_err();
        assert!(refused.says("application_appeal_missing"), "whoever refuses says where to turn");
        let unnamed = ApplicationApproveInput { contract: Some(" ".to_owned()), ..contract("2026-10-20", None) };
        assert!(case.approve(&holder, &id, unnamed).await.unwrap_err().says("application_contract_missing"));
        case.refuse(&holder, &id, "可在六十日内向市场监督管理部门反映", Reviewer::Decider).await.unwrap();
        let told = notices(&case.world.db, "acc_member", Some(&case.firm), None, 5).await.unwrap();
        assert_eq!(told[0].kind, "application_refused");
        assert_eq!(case.see(&case.member, &id).await.unwrap().steps[1].reason.as_deref(), Some("off_standard"));

        // What was said is there again; approved for a year, renewed before it ends and not earlier than the day after.
        let id = case.begun().await;
        let view = case.see(&case.member, &id).await.unwrap();
        assert_eq!((view.goods.len(), view.volume), (1, Some(30_000_000)), "what was said last time");
        case.change(&id, case.whole(), vec![report().await]).await.unwrap();
        case.submit(&id).await.unwrap();
        case.approve(&holder, &id, contract("2026-10-20", Some("2027-10-19"))).await.unwrap();
        let renewal = case.begun().await;
        let view = case.see(&case.member, &renewal).await.unwrap();
        assert!(view.renews_id.is_some());
        assert_eq!(view.wanted_from.as_deref(), Some("2027-10-20"));
        let early = ApplicationInput { wanted_from: Some(day("2027-10-19")), ..case.whole() };
        case.change(&renewal, early, vec![report().await]).await.unwrap();
        assert!(case.submit(&renewal).await.unwrap_err().says("application_wanted_from"));
        case.change(&renewal, ApplicationInput { wanted_from: Some(day("2027-10-20")), ..case.whole() }, Vec::new()).await.unwrap();
        case.submit(&renewal).await.unwrap();
        assert!(case.approve(&holder, &renewal, contract("2027-10-19", None)).await.unwrap_err().says("mark_use_overlaps"));
        case.approve(&holder, &renewal, contract("2027-10-20", None)).await.unwrap();
    }

    async fn where_a_mark_has_no_holder_here_the_office_records_it_and_whoever_is_tied_does_not(engine: Engine) {
        let case = Case::new(engine, "collective_mark", None).await;
        let id = case.handed_in().await;
        let tied = case.world.desk("tied", Some(&case.firm), Scope { divisions: vec!["1301".to_owned()], ..Scope::default() });
        assert!(case.approve(&tied, &id, contract("2026-10-20", None)).await.unwrap_err().says("tied_to_party"), "nobody approves its own");
        let elsewhere = case.world.desk("far", None, Scope { divisions: vec!["1302".to_owned()], ..Scope::default() });
        assert!(case.approve(&elsewhere, &id, contract("2026-10-20", None)).await.unwrap_err().says("not_found"), "another region's");
        assert_eq!(case.turns(&case.office, &[Turn::Office, Turn::Holder]).await, 1);
        case.approve(&case.office, &id, contract("2026-10-20", None)).await.unwrap();
    }

    async fn one_at_a_time_only_ones_own_land_and_taken_back_before_it_is_decided(engine: Engine) {
        let case = Case::new(engine, "gi_product", None).await;
        let stranger = case.world.organisation("别的合作社", COUNTY).await;
        let by = stranger.clone();
        let foreign = case.world.plot(&stranger, &case.product, 10_000, |plot| plot.registered_by_id = by).await;
        let ended = case.firm.clone();
        let ended = case.world.plot(&case.firm, &case.product, 9_000, |plot| {
            plot.registered_by_id = ended;
            plot.valid_to = Some("2026-10-19".to_owned());
        }).await;
        let id = case.begun().await;
        let input = ApplicationBeginInput { right_id: case.right.clone(), organisation_id: None };
        let refused = act!(case.world, case.member, |tx, desk| begin_application(tx, desk, &input, false), [input]).unwrap_err();
        assert!(refused.says("application_open"));
        let other = ApplicationBeginInput { right_id: "rig_none".to_owned(), organisation_id: Some(stranger) };
        let refused = act!(case.world, case.member, |tx, desk| begin_application(tx, desk, &other, false), [other]).unwrap_err();
        assert!(refused.says("register_organisation_unknown") && refused.says("register_right_unknown"), "{refused}");
        let agri = case.world.right(&case.product, None, |right| right.route = "agri_gi".to_owned()).await;
        let unfit = ApplicationBeginInput { right_id: agri, organisation_id: None };
        let refused = act!(case.world, case.member, |tx, desk| begin_application(tx, desk, &unfit, false), [unfit]).unwrap_err();
        assert!(refused.says("application_right_unfit"));
        for plot in [foreign, ended, "plo_none".to_owned()] {
            let input = ApplicationInput { plot_ids: vec![plot], ..case.whole() };
            assert!(case.change(&id, input, Vec::new()).await.unwrap_err().says("application_plot_unknown"));
        }
        let wrong = ApplicationInput { season: Some("26".to_owned()), quantity: Some(3), volume_g: None, goods: vec!["梨".to_owned(); 31], ..case.whole() };
        let refused = case.change(&id, wrong, Vec::new()).await.unwrap_err();
        assert!(refused.says("season_unfit") && refused.says("application_goods_many"), "{refused}");
        let all = ApplicationInput { all_plots: true, plot_ids: Vec::new(), ..case.whole() };
        case.change(&id, all, vec![report().await]).await.unwrap();
        let view = case.see(&case.member, &id).await.unwrap();
        assert_eq!((view.plots.len(), view.area_m2, view.files.len()), (1, 20_000, 1));
        // A draft that is given up leaves nothing for others, and its papers go.
        let own = id.clone();
        act!(case.world, case.member, |tx, desk| withdraw_application(tx, desk, &own), [own]).unwrap();
        assert!(case.see(&case.member, &id).await.unwrap().files.is_empty());
        assert!(case.see(&case.county, &id).await.is_err());
        let id = case.handed_in().await;
        let own = id.clone();
        act!(case.world, case.member, |tx, desk| withdraw_application(tx, desk, &own), [own]).unwrap();
        let visited = seen("看了", Some("2026-10-20"), None);
        assert!(case.advance(&case.county, &id, visited, Reviewer::County).await.unwrap_err().says("application_step"));
        assert_eq!(case.see(&case.county, &id).await.unwrap().state, "withdrawn");
        let asked = ApplicationsAsked { state: Some("withdrawn".to_owned()), ..ApplicationsAsked::default() };
        let mut listed = Vec::new();
        for desk in [&case.member, &case.county] {
            listed.push(applications(&case.world.db, &desk.actor, &asked, None, 10).await.unwrap().0.len());
        }
        assert_eq!(listed, [2, 1], "others see what was handed in once");
        let wrong = ApplicationsAsked { state: Some("nonsense".to_owned()), ..ApplicationsAsked::default() };
        let refused = applications(&case.world.db, &case.member.actor, &wrong, None, 10).await.unwrap_err();
        assert!(refused.says("word_unknown"));
    }

    async fn two_people_of_a_firm_begin_only_one(engine: Engine) {
        let case = Case::new(engine, "gi_product", None).await;
        let input = ApplicationBeginInput { right_id: case.right.clone(), organisation_id: None };
        let begin = |account: &str| {
            let (desk, input, db) = (case.world.member(account, &case.firm), input.clone(), case.world.db.clone());
            tokio::spawn(async move {
                db.write(move |tx| {
                    let (desk, input) = (desk.clone(), input.clone());
                    Box::pin(async move { begin_application(tx, &desk, &input, false).await.map(drop) })
                })
                .await
            })
        };
        let tries: Vec<_> = ["one", "two", "three", "four"].into_iter().map(begin).collect();
        let mut begun = 0;
        for one in tries {
            match one.await.unwrap() {
                Ok(()) => begun += 1,
                Err(refused) => assert!(refused.says("application_open"), "{refused}"),
            }
        }
        assert_eq!(begun, 1);
    }
}

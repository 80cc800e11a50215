//! Yearly reports: what is on record equals what was done, stays as it was handed in, and is decided by somebody else.

use std::collections::BTreeMap;

use serde_json::json;
use yanzhao::cultivation::annual_report::{Declared, Question, Registered, Window};
use yanzhao::cultivation::commands::{
    AnnualReportAcceptInput, AnnualReportBeginInput, AnnualReportCorrectInput, AnnualReportInput, AnnualReportReturnInput,
    AnnualReportSubmitInput, CountyFigureInput, QuestionAnswer, ReportPointInput, accept_annual_report, begin_annual_report,
    correct_annual_report, declare_annual_report, record_county_figure, remind_annual_reports, return_annual_report, submit_annual_report,
};
use yanzhao::cultivation::queries::{AnnualReportView, annual_report, annual_year, reports_due, window};
use yanzhao::entity::{delivery, test_item, test_report};
use yanzhao::identity::conflict::{ConflictInput, declare_conflict};
use yanzhao::identity::notice::notices;
use yanzhao::jobs::annual_reports_due;
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::ids::Noun;
use yanzhao::kernel::{Day, Desk, Outcome, Scope};

use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World, act};

/// A user of a mark with land, a delivery and a test in 2025, and the people who decide.
struct Case {
    world: World,
    firm: String,
    product: String,
    grower: String,
    holder: Desk,
    member: Desk,
    county: Desk,
    office: Desk,
    second: Desk,
    window: Window,
}

impl Case {
    async fn new(engine: crate::support::Engine) -> Self {
        let world = World::new(engine).await;
        let product = world.product("晋州鸭梨", |_| {}).await;
        let firm = world.organisation("晋州合作社", COUNTY).await;
        let association = world.organisation("鸭梨协会", COUNTY).await;
        let right = world.right(&product, Some(&association), |_| {}).await;
        world.mark_use(&firm, &right, "2024-05-01", None).await;
        let grower = world.grower("种植户甲", &firm).await;
        let registered_by = firm.clone();
        world.plot(&grower, &product, 20_000, |plot| plot.registered_by_id = registered_by).await;
        let ended_by = firm.clone();
        world
            .plot(&grower, &product, 7_000, |plot| (plot.registered_by_id, plot.valid_to) = (ended_by, Some("2025-06-30".to_owned())))
            .await;
        let county = world.desk("county", None, Scope { divisions: vec![COUNTY.to_owned()], ..Scope::default() });
        let (member, office, second) = (world.member("member", &firm), world.office("office"), world.office("office2"));
        let holder = world.holder("holder", &association);
        let window = window(&world.db, 2025).await.unwrap();
        let case = Self { world, firm, product, grower, holder, member, county, office, second, window };
        case.delivered("2025-09-10", 4_000_000, None).await;
        case.delivered("2025-12-31", 1_000_000, None).await;
        case.delivered("2025-10-01", 9_000_000, Some(1)).await;
        case.delivered("2026-01-01", 5_000_000, None).await;
        case.tested("2025-09-12", false).await;
        case.tested("2025-11-12", true).await;
        case
    }
    async fn delivered(&self, day: &str, amount: i64, voided_at: Option<i64>) {
        let row = delivery::Model {
            id: self.world.id(Noun::Delivery),
            grower_id: self.grower.clone(),
            buyer_id: self.firm.clone(),
            product_id: self.product.clone(),
            season: day[..4].to_owned(),
            plot_id: None,
            from_account_id: None,
            to_account_id: None,
            delivered_on: day.to_owned(),
            amount,
            covered: amount,
            pending: 0,
            used: 0,
            grade: None,
            certificate_no: None,
            late: false,
            late_reason: None,
            recorded_at: 0,
            recorded_by: "acc_member".to_owned(),
            late_evidence: None,
            handled_by: None,
            voided_at,
        };
        self.world.put(row).await;
    }
    async fn tested(&self, day: &str, failed: bool) {
        let id = self.world.id(Noun::TestReport);
        let row = test_report::Model {
            id: id.clone(),
            organisation_id: self.firm.clone(),
            product_id: self.product.clone(),
            by_whom: "commissioned".to_owned(),
            scope: "season".to_owned(),
            subject_id: None,
            season: "2025".to_owned(),
            laboratory: "检测机构".to_owned(),
            accreditation: None,
            report_no: day.to_owned(),
            sampled_on: None,
            reported_on: day.to_owned(),
            valid_to: None,
            file_sha256: None,
            recorded_at: 0,
            recorded_by: "acc_member".to_owned(),
        };
        self.world.put(row).await;
        for no in 1..=2 {
            let (item, result) = ("可溶性固形物".to_owned(), "11.8 %".to_owned());
            self.world.put(test_item::Model { report_id: id.clone(), no, item, result, bound: None, failed }).await;
        }
    }
    async fn begin(&self, by: &Desk, product_id: &str) -> Outcome<String> {
        let input = AnnualReportBeginInput { product_id: product_id.to_owned(), year: 2025, organisation_id: None };
        let window = self.window;
        act!(self.world, by, |tx, desk| begin_annual_report(tx, desk, &input, window, false), [input]).map(|row| row.id)
    }
    async fn declare(&self, id: &str, input: AnnualReportInput) -> Outcome<()> {
        let id = id.to_owned();
        act!(self.world, self.member, |tx, desk| declare_annual_report(tx, desk, &id, &input), [id, input]).map(drop)
    }
    async fn submit(&self, id: &str, answers: &[(Question, &str)]) -> Outcome<bool> {
        let answers = answers.iter().map(|(question, answer)| QuestionAnswer { question: *question, answer: (*answer).to_owned() });
        let (id, input, window) = (id.to_owned(), AnnualReportSubmitInput { answers: answers.collect() }, self.window);
        act!(self.world, self.member, |tx, desk| submit_annual_report(tx, desk, &id, &input, window), [id, input]).map(|row| row.late)
    }
    async fn accept(&self, by: &Desk, id: &str) -> Outcome<()> {
        let (id, input) = (id.to_owned(), AnnualReportAcceptInput::default());
        act!(self.world, by, |tx, desk| accept_annual_report(tx, desk, &id, &input), [id, input]).map(drop)
    }
    async fn give_back(&self, by: &Desk, id: &str) -> Outcome<()> {
        let points = vec![ReportPointInput { part: "output".to_owned(), said: "产量请含收购的".to_owned() }];
        let (id, input) = (id.to_owned(), AnnualReportReturnInput { points, answer_by: Day::parse("2026-11-30").unwrap() });
        act!(self.world, by, |tx, desk| return_annual_report(tx, desk, &id, &input), [id, input]).map(drop)
    }
    async fn see(&self, by: &Desk, id: &str) -> Outcome<AnnualReportView> {
        annual_report(&self.world.db, &by.actor, id, self.world.clock.today()).await
    }
    async fn county_counts(&self, by: &Desk, output: i64, county: &str) -> Outcome<()> {
        let given = json!({ "product_id": self.product, "year": 2025, "county_code": county, "output": output, "source": "公报" });
        let input: CountyFigureInput = serde_json::from_value(given).unwrap();
        act!(self.world, by, |tx, desk| record_county_figure(tx, desk, &input, false), [input]).map(drop)
    }
    async fn remind(&self) -> Outcome<usize> {
        let (product, until) = (self.product.clone(), self.window.closes);
        act!(self.world, self.office, |tx, desk| remind_annual_reports(tx, desk, &product, 2025, until), [product])
    }
}

/// Everything that must be there, and nothing that contradicts what is on record.
fn whole() -> AnnualReportInput {
    AnnualReportInput {
        output: Some(6_000_000),
        marked: Some(0),
        sold: Some(0),
        output_value_fen: Some(3_600_000),
        sales_value_fen: Some(0),
        employees: Some(8),
        ..AnnualReportInput::default()
    }
}

on_both_engines! {
    async fn what_is_on_record_equals_what_was_done_and_stays_as_handed_in(engine: Engine) {
        let case = Case::new(engine).await;
        let id = case.begin(&case.member, &case.product).await.unwrap();
        assert!(case.begin(&case.member, &case.product).await.unwrap_err().says("annual_report_open"));
        assert!(case.see(&case.office, &id).await.unwrap_err().says("not_found"), "a draft is its firm's alone");
        let refused = case.submit(&id, &[]).await.unwrap_err();
        let missing = ["output", "marked", "sold", "output_value", "sales_value", "employees"];
        for name in missing {
            assert!(refused.fields.iter().any(|f| f.code == format!("annual_report_{name}_missing")), "every fault at once: {name} in {refused}");
        }
        case.declare(&id, whole()).await.unwrap();
        assert!(case.submit(&id, &[]).await.unwrap(), "in October 2026 the report on 2025 is late, and taken");
        let view = case.see(&case.office, &id).await.unwrap();
        let wanted = BTreeMap::from([
            (Registered::PlotArea, 20_000),
            (Registered::Growers, 1),
            (Registered::Received, 5_000_000),
            (Registered::Tests, 2),
            (Registered::TestsFailed, 1),
            (Registered::Batches, 0),
            (Registered::Listings, 0),
        ]);
        for (name, amount) in wanted {
            assert_eq!(view.registered(name), Some(amount), "{}", name.word());
        }
        assert_eq!((view.declared(Declared::Output), view.declared(Declared::Employees), view.late), (Some(6_000_000), Some(8), true));

        // More is delivered for that year afterwards: what was handed in stays; handed in again it is computed again.
        case.delivered("2025-11-01", 500_000, None).await;
        assert_eq!(case.see(&case.office, &id).await.unwrap().registered(Registered::Received), Some(5_000_000));
        assert!(case.declare(&id, whole()).await.unwrap_err().says("annual_report_step"), "handed in is handed in");
        case.give_back(&case.county, &id).await.unwrap();
        let told = notices(&case.world.db, "acc_member", Some(&case.firm), None, 5).await.unwrap();
        assert_eq!((told[0].kind.as_str(), told[0].values["n"].as_str()), ("annual_report_returned", "1"));
        let view = case.see(&case.member, &id).await.unwrap();
        let open: Vec<_> = view.open_points().map(|point| (point.part.as_str(), point.said.as_str())).collect();
        assert_eq!(open, [("output", "产量请含收购的")]);
        case.submit(&id, &[]).await.unwrap();
        assert_eq!(case.see(&case.office, &id).await.unwrap().registered(Registered::Received), Some(5_500_000));
    }

    async fn a_contradiction_is_asked_once_and_the_answer_is_kept(engine: Engine) {
        let case = Case::new(engine).await;
        let id = case.begin(&case.member, &case.product).await.unwrap();
        let sold = AnnualReportInput { sold: Some(2_000_000), sales_value_fen: Some(1_000_000), average_price_fen: Some(700), ..whole() };
        case.declare(&id, sold.clone()).await.unwrap();
        let refused = case.submit(&id, &[(Question::Sold, " ")]).await.unwrap_err();
        let asked: Vec<(&str, &str)> = refused.fields.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(asked, [("/answers/sold", "annual_report_question_sold"), ("/answers/price", "annual_report_question_price")]);
        case.submit(&id, &[(Question::Sold, "没有登记批次"), (Question::Price, "有一部分是次果")]).await.unwrap();
        let kept = case.see(&case.office, &id).await.unwrap().answers;
        let said: Vec<(Question, i64, i64)> = kept.iter().map(|one| (one.question, one.declared, one.other)).collect();
        assert_eq!(said, [(Question::Sold, 2_000_000, 0), (Question::Price, 1_000_000, 1_400_000)]);
        case.give_back(&case.office, &id).await.unwrap();
        case.submit(&id, &[]).await.unwrap();
        case.give_back(&case.office, &id).await.unwrap();
        case.declare(&id, AnnualReportInput { sold: Some(3_000_000), ..sold }).await.unwrap();
        assert!(case.submit(&id, &[]).await.unwrap_err().says("annual_report_question_sold"), "other figures are another question");
    }

    async fn somebody_else_decides_and_whoever_is_tied_does_not(engine: Engine) {
        let case = Case::new(engine).await;
        let id = case.begin(&case.member, &case.product).await.unwrap();
        case.declare(&id, whole()).await.unwrap();
        case.submit(&id, &[]).await.unwrap();
        let other = case.world.organisation("另一家", COUNTY).await;
        let stranger = case.world.member("stranger", &other);
        assert!(case.see(&stranger, &id).await.unwrap_err().says("not_found"), "another firm's is not there");
        assert!(case.accept(&case.holder, &id).await.unwrap_err().says("not_found"), "a holder reads and does not decide");
        let account = case.world.account("tied").await;
        let tied = Desk { actor: yanzhao::kernel::Actor { account_id: account.clone(), ..case.county.actor.clone() }, ..case.county.clone() };
        let tie: ConflictInput = serde_json::from_value(json!({ "organisation_id": case.firm, "reason": "亲属" })).unwrap();
        act!(case.world, tied, |tx, desk| declare_conflict(tx, desk, &tie), [tie]).unwrap();
        assert!(case.accept(&tied, &id).await.unwrap_err().says("tied_to_party"));
        assert!(case.give_back(&tied, &id).await.unwrap_err().says("tied_to_party"));
        let insider = Desk { actor: yanzhao::kernel::Actor { scope: Scope::everything(), ..case.member.actor.clone() }, ..case.member.clone() };
        assert!(case.accept(&insider, &id).await.unwrap_err().says("tied_to_party"), "nobody accepts its own");
        case.accept(&case.office, &id).await.unwrap();
        assert!(case.accept(&case.second, &id).await.unwrap_err().says("annual_report_step"));

        // Corrected with a reason; the accepted one stands until another person accepts the new one.
        let (old, input) = (id.clone(), AnnualReportCorrectInput { reason: "漏算一笔".to_owned() });
        let new = act!(case.world, case.member, |tx, desk| correct_annual_report(tx, desk, &old, &input), [old, input]).unwrap();
        assert_eq!(new.version, 2);
        assert_eq!(case.see(&case.member, &new.id).await.unwrap().declared(Declared::Output), Some(6_000_000));
        case.submit(&new.id, &[]).await.unwrap();
        assert!(case.accept(&case.office, &new.id).await.unwrap_err().says("second_person_needed"));
        assert_eq!(case.see(&case.office, &id).await.unwrap().state, "accepted");
        case.accept(&case.second, &new.id).await.unwrap();
        assert_eq!(case.see(&case.office, &id).await.unwrap().state, "superseded");
    }

    async fn a_year_is_put_together_by_source_and_who_is_missing_is_reminded(engine: Engine) {
        let case = Case::new(engine).await;
        let year = |by: &Desk| { let actor = by.actor.clone(); let db = &case.world.db; let product = case.product.clone(); async move { annual_year(db, &actor, &product, 2025).await.unwrap() } };
        assert_eq!(year(&case.office).await.missing().count(), 1);
        assert_eq!((case.remind().await.unwrap(), case.remind().await.unwrap()), (1, 1));
        let told = notices(&case.world.db, "acc_member", Some(&case.firm), None, 9).await.unwrap();
        assert_eq!(told.iter().filter(|one| one.kind == "annual_report_reminded").count(), 1, "once a day");
        case.world.clock.advance(DAY);
        case.remind().await.unwrap();
        let told = notices(&case.world.db, "acc_member", Some(&case.firm), None, 9).await.unwrap();
        assert_eq!(told.iter().filter(|one| one.kind == "annual_report_reminded").count(), 2);
        let id = case.begin(&case.member, &case.product).await.unwrap();
        case.declare(&id, whole()).await.unwrap();
        case.submit(&id, &[]).await.unwrap();
        assert!(case.remind().await.unwrap_err().says("annual_report_nobody"));

        case.county_counts(&case.county, 9_000_000, COUNTY).await.unwrap();
        case.county_counts(&case.office, 9_500_000, COUNTY).await.unwrap();
        assert!(case.county_counts(&case.county, 1, "130133").await.unwrap_err().says("outside_your_region"));
        assert!(case.county_counts(&case.office, -1, COUNTY).await.unwrap_err().says("annual_report_figure"));
        let found = year(&case.office).await;
        assert_eq!((found.counties.len(), found.counties[0].output), (1, Some(9_500_000)), "the newest line counts");
        assert_eq!((found.declared[&Declared::Output], found.registered[&Registered::Received]), (6_000_000, 5_000_000));
        assert_eq!((found.declared.get(&Declared::OutputValue), found.without_money), (Some(&3_600_000), false));

        // A holder sees quantities of its users, and no money.
        let found = year(&case.holder).await;
        assert_eq!((found.declared.get(&Declared::Output), found.declared.get(&Declared::OutputValue)), (Some(&6_000_000), None));
        assert!(found.without_money);
        let view = case.see(&case.holder, &id).await.unwrap();
        assert!(view.figures.iter().all(|one| !one.unit.starts_with("fen")), "{:?}", view.figures);
    }

    async fn users_are_told_when_it_opens_and_before_it_closes(engine: Engine) {
        let case = Case::new(engine).await;
        let kinds = async || {
            let found = notices(&case.world.db, "acc_member", Some(&case.firm), None, 9).await.unwrap();
            found.into_iter().map(|one| one.kind).collect::<Vec<_>>()
        };
        let run = async || annual_reports_due(&case.world.db, &case.world.clock, &case.world.random).await.unwrap();
        run().await;
        assert!(kinds().await.is_empty(), "the window of 2025 is over, that of 2026 is not open");
        // From 20 October 2026 to 15 January 2027, then to 17 and 18 March.
        case.world.clock.advance(86 * DAY);
        run().await;
        assert!(kinds().await.is_empty(), "14 January");
        case.world.clock.advance(DAY);
        run().await;
        run().await;
        assert_eq!(kinds().await, ["annual_report_opened"], "told once");
        let due = reports_due(&case.world.db, &case.member.actor.scope, Some(&case.firm), case.world.clock.today()).await.unwrap();
        assert_eq!(due.iter().map(|one| (one.year, one.window.closes.to_string())).collect::<Vec<_>>(), [(2026, "2027-03-31".to_owned())]);
        case.world.clock.advance(61 * DAY);
        run().await;
        run().await;
        assert_eq!(kinds().await, ["annual_report_closing", "annual_report_opened"], "17 March");
    }
}

//! The audit of listings: who may decide what, by two where it costs a seller, undone at once, given out, shown a thousand rows a page.

use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use yanzhao::entity::{listing, listing_capture, listing_score, rectification, seller};
use yanzhao::kernel::ids::Noun;
use yanzhao::kernel::{Desk, Scope};
use yanzhao::supervision::audit::plan::plan;
use yanzhao::supervision::audit::queries::{AuditFilter, alike, audit, audits, decisions, due};
use yanzhao::supervision::audit::{AuditReason, Verdict};
use yanzhao::supervision::commands::audit::{
    AssignInput, AuditInput, assign_audits, audit_listing, audit_listings, confirm_audit, drop_audit, undo_audit,
};

use crate::support::on_both_engines;
use crate::support::world::{COUNTY, World, act};

const ELSEWHERE: &str = "130133";

/// Statements sent since [`count_statements`] was called.
static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts what the driver says it sent.
struct Count;

impl<S: tracing::Subscriber> Layer<S> for Count {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            STATEMENTS.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn count_statements() {
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Count));
}

fn officer(world: &World, account: &str, division: &str) -> Desk {
    world.desk(account, None, Scope { divisions: vec![division.to_owned()], ..Scope::default() })
}

async fn seller_at(world: &World, name: &str, division: &str) -> String {
    let row = seller::Model {
        id: world.id(Noun::Seller),
        kind: "farmer".to_owned(),
        name: name.to_owned(),
        credit_code: None,
        organisation_id: None,
        division_code: division.to_owned(),
        place: name.to_owned(),
        contact: None,
        recorded_at: world.clock.now(),
        recorded_by: "acc_x".to_owned(),
    };
    world.put(row).await.id
}

/// A listing of a seller that claims a product, scored, with a finding of each of these rules.
async fn listed(world: &World, seller_id: &str, product_id: Option<&str>, title: &str, rules: &[(&str, &str)]) -> String {
    let id = world.id(Noun::Listing);
    let now = world.clock.now();
    world
        .put(listing::Model {
            id: id.clone(),
            seller_id: seller_id.to_owned(),
            platform: "淘宝".to_owned(),
            item_id: id.clone(),
            claimed_product_id: product_id.map(str::to_owned),
            recorded_at: now,
            recorded_by: "acc_x".to_owned(),
        })
        .await;
    world
        .put(listing_capture::Model {
            listing_id: id.clone(),
            captured_at: now,
            title: title.to_owned(),
            url: Some("https://item.taobao.com/item.htm?id=1".to_owned()),
            shop: Some("一号店".to_owned()),
            price_fen: Some(2990),
            claimed_product: None,
            stock: None,
            sold: None,
            recorded_by: "acc_x".to_owned(),
            origin: None,
            ship_from: None,
            details: None,
            shows_mark: None,
            content_hash: "a".to_owned(),
        })
        .await;
    world
        .put(listing_score::Model {
            listing_id: id.clone(),
            product_id: product_id.map(str::to_owned),
            content_hash: "a".to_owned(),
            scored_at: now,
            audited_hash: None,
            audited_at: None,
        })
        .await;
    for (kind, rule) in rules {
        let sql = "INSERT INTO listing_finding (listing_id, kind, rule, figures, since, found_at) VALUES";
        world.tamper(&format!("{sql} ('{id}', '{kind}', '{rule}', '{{}}', {now}, {now})")).await;
    }
    world.clock.advance(1);
    id
}

/// State and day of what a listing's seller was ordered to put right.
async fn orders_about(world: &World, listing_id: &str) -> Vec<(String, String)> {
    let found = rectification::Entity::find().filter(rectification::Column::SourceId.eq(listing_id)).all(world.db.reader()).await.unwrap();
    found.into_iter().map(|row| (row.state, row.due_on)).collect()
}

fn decide(verdict: Verdict, reason: AuditReason) -> AuditInput {
    let recipient = verdict.has_recipient().then(|| "演示外地市场监管部门".to_owned());
    let due_on = (verdict == Verdict::Rectify).then(|| yanzhao::kernel::Day::parse("2026-11-30").unwrap());
    AuditInput { verdict, reason, said: Some("请提供供货清单".to_owned()), recipient, due_on }
}

on_both_engines! {
    async fn scope_is_the_products_county_or_the_sellers_place_and_acts_follow_competence(engine: Engine) {
        let world = World::new(engine).await;
        let pear = world.product("晋州鸭梨", |_| {}).await;
        let (near, far) = (seller_at(&world, "近", COUNTY).await, seller_at(&world, "远", ELSEWHERE).await);
        let own = listed(&world, &near, None, "散装梨", &[]).await;
        let claims = listed(&world, &far, Some(&pear), "晋州鸭梨", &[("source", "source_unknown")]).await;
        let hidden = listed(&world, &far, None, "雪花梨", &[]).await;
        let (here, there) = (officer(&world, "here", COUNTY), officer(&world, "there", ELSEWHERE));
        let filter = AuditFilter::default();
        let ids = async |desk: &Desk| -> Vec<String> {
            audits(&world.db, &world.clock, &desk.actor, &filter, None, 100).await.unwrap().0.into_iter().map(|v| v.listing_id).collect()
        };
        assert_eq!(ids(&here).await, [own.clone(), claims.clone()]);
        assert_eq!(ids(&there).await, [claims.clone(), hidden.clone()], "the seller's place");
        let pending = decide(Verdict::Pending, AuditReason::SourceUnknown);
        let refused = act!(world, here, |tx, desk| audit_listing(tx, desk, &hidden, &pending), [hidden, pending]).unwrap_err();
        assert!(refused.says("not_found"));
        let down = decide(Verdict::TakeDown, AuditReason::Unauthorised);
        let refused = act!(world, here, |tx, desk| audit_listing(tx, desk, &claims, &down), [claims, down]).unwrap_err();
        assert!(refused.says("audit_not_competent"), "the product's county alone does not bind the seller: {refused}");
        act!(world, there, |tx, desk| audit_listing(tx, desk, &claims, &down), [claims, down]).unwrap();
        let view = audit(&world.db, &world.clock, &here.actor, &claims).await.unwrap();
        assert_eq!((view.state.as_str(), view.seller_in_reach), ("proposed", false));
        let dec = view.decision_id.unwrap();
        let refused = act!(world, here, |tx, desk| confirm_audit(tx, desk, &dec), [dec]).unwrap_err();
        assert!(refused.says("audit_not_competent"));
    }

    async fn what_costs_a_seller_takes_two_and_a_dropped_proposal_goes_back(engine: Engine) {
        let world = World::new(engine).await;
        let near = seller_at(&world, "近", COUNTY).await;
        let id = listed(&world, &near, None, "梨", &[("mark", "special_mark")]).await;
        let (one, two) = (officer(&world, "one", COUNTY), officer(&world, "two", COUNTY));
        let unfit = decide(Verdict::Cleared, AuditReason::Unauthorised);
        let refused = act!(world, one, |tx, desk| audit_listing(tx, desk, &id, &unfit), [id, unfit]).unwrap_err();
        assert!(refused.says("audit_reason_unfit"));
        let bare = AuditInput { said: None, recipient: None, ..decide(Verdict::Transfer, AuditReason::Unauthorised) };
        let refused = act!(world, one, |tx, desk| audit_listing(tx, desk, &id, &bare), [id, bare]).unwrap_err();
        assert_eq!(refused.fields.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), ["/said", "/recipient"], "every fault at once");
        let transfer = decide(Verdict::Transfer, AuditReason::Unauthorised);
        let made = act!(world, one, |tx, desk| audit_listing(tx, desk, &id, &transfer), [id, transfer]).unwrap();
        assert_eq!(made.step, "proposed");
        assert_eq!(made.findings, [("mark".to_owned(), "special_mark".to_owned())], "what the rules said then is kept");
        let dec = made.id;
        let refused = act!(world, one, |tx, desk| confirm_audit(tx, desk, &dec), [dec]).unwrap_err();
        assert!(refused.says("second_person_needed"));
        assert_eq!(due(&world.db, &two.actor, &world.clock).await.unwrap().len(), 1, "it waits for the other");
        assert_eq!(due(&world.db, &one.actor, &world.clock).await.unwrap().len(), 0, "and not for who proposed");
        act!(world, two, |tx, desk| drop_audit(tx, desk, &dec), [dec]).unwrap();
        let view = audit(&world.db, &world.clock, &one.actor, &id).await.unwrap();
        assert_eq!((view.state.as_str(), view.decision_id), ("new", None));
        let made = act!(world, one, |tx, desk| audit_listing(tx, desk, &id, &transfer), [id, transfer]).unwrap();
        let dec = made.id;
        act!(world, two, |tx, desk| confirm_audit(tx, desk, &dec), [dec]).unwrap();
        let refused = act!(world, two, |tx, desk| confirm_audit(tx, desk, &dec), [dec]).unwrap_err();
        assert!(refused.says("already_decided"));
        assert_eq!(audit(&world.db, &world.clock, &one.actor, &id).await.unwrap().state, "transferred");
        let refused = act!(world, one, |tx, desk| audit_listing(tx, desk, &id, &transfer), [id, transfer]).unwrap_err();
        assert!(refused.says("audit_step"));
        assert_eq!(decisions(&world.db, &id).await.unwrap().iter().map(|d| d.step.as_str()).collect::<Vec<_>>(), ["confirmed", "dropped"]);
        let (recheck, rectify) = (decide(Verdict::Recheck, AuditReason::Other), decide(Verdict::Rectify, AuditReason::Unauthorised));
        act!(world, one, |tx, desk| audit_listing(tx, desk, &id, &recheck), [id, recheck]).unwrap();
        let made = act!(world, one, |tx, desk| audit_listing(tx, desk, &id, &rectify), [id, rectify]).unwrap();
        let ordered = orders_about(&world, &id).await;
        assert_eq!(ordered, [("ordered".to_owned(), "2026-11-30".to_owned())], "an order of its own, with its day");
        let dec = made.id;
        let refused = act!(world, one, |tx, desk| undo_audit(tx, desk, &dec), [dec]).unwrap_err();
        assert!(refused.says("audit_undo_served"), "the seller was told");
    }

    async fn a_decision_is_undone_within_ten_seconds_by_who_made_it_and_a_change_opens_it_again(engine: Engine) {
        let world = World::new(engine).await;
        let near = seller_at(&world, "近", COUNTY).await;
        let ids = [listed(&world, &near, None, "一", &[]).await, listed(&world, &near, None, "二", &[]).await];
        let (one, two) = (officer(&world, "one", COUNTY), officer(&world, "two", COUNTY));
        let cleared = decide(Verdict::Cleared, AuditReason::NothingFound);
        let made = act!(world, one, |tx, desk| audit_listings(tx, desk, &ids, &cleared), [ids, cleared]).unwrap();
        let dec = made[0].id.clone();
        let refused = act!(world, two, |tx, desk| undo_audit(tx, desk, &dec), [dec]).unwrap_err();
        assert!(refused.says("audit_undo_other"));
        world.clock.advance(10_000);
        assert_eq!(act!(world, one, |tx, desk| undo_audit(tx, desk, &dec), [dec]).unwrap().len(), 2, "what was decided in one go");
        let state = async |id: &String| audit(&world.db, &world.clock, &one.actor, id).await.unwrap().state;
        assert_eq!((state(&ids[0]).await, state(&ids[1]).await), ("new".to_owned(), "new".to_owned()));
        let made = act!(world, one, |tx, desk| audit_listings(tx, desk, &ids, &cleared), [ids, cleared]).unwrap();
        let dec = made[1].id.clone();
        world.clock.advance(10_001);
        let refused = act!(world, one, |tx, desk| undo_audit(tx, desk, &dec), [dec]).unwrap_err();
        assert!(refused.says("audit_undo_late"), "{refused}");
        assert_eq!(state(&ids[0]).await, "cleared");
        world.tamper(&format!("UPDATE listing_score SET content_hash = 'b' WHERE listing_id = '{}'", ids[0])).await;
        assert_eq!((state(&ids[0]).await, state(&ids[1]).await), ("changed".to_owned(), "cleared".to_owned()));
        let filter = AuditFilter::default();
        let (open, _) = audits(&world.db, &world.clock, &one.actor, &filter, None, 10).await.unwrap();
        assert_eq!(open.into_iter().map(|v| v.listing_id).collect::<Vec<_>>(), [ids[0].clone()]);
        let filter = AuditFilter { state: Some("cleared".to_owned()), ..AuditFilter::default() };
        let (kept, _) = audits(&world.db, &world.clock, &one.actor, &filter, None, 10).await.unwrap();
        assert_eq!(kept.into_iter().map(|v| v.listing_id).collect::<Vec<_>>(), [ids[1].clone()]);
    }

    async fn listings_are_given_out_and_another_officers_are_left_alone_for_a_day(engine: Engine) {
        let world = World::new(engine).await;
        let near = seller_at(&world, "近", COUNTY).await;
        let mut ids = Vec::new();
        for no in 0..5 {
            ids.push(listed(&world, &near, None, &format!("梨{no}"), &[]).await);
        }
        let scope = Scope { divisions: vec![COUNTY.to_owned()], ..Scope::default() };
        let office = world.organisation("演示监管", COUNTY).await;
        let (a, b) = (world.account("a").await, world.account("b").await);
        for id in [&a, &b] {
            world.tamper(&format!("UPDATE account SET organisation_id = '{office}' WHERE id = '{id}'")).await;
        }
        let mut one = world.desk("a", Some(&office), scope.clone());
        one.actor.account_id = a.clone();
        let mut two = world.desk("b", Some(&office), scope);
        two.actor.account_id = b.clone();
        let foreign = AssignInput { ids: Vec::new(), each: Some(2), kind: None, to: vec![world.account("stranger").await] };
        let refused = act!(world, one, |tx, desk| assign_audits(tx, desk, &foreign), [foreign]).unwrap_err();
        assert!(refused.says("audit_officer_foreign"));
        let both = AssignInput { ids: Vec::new(), each: Some(2), kind: None, to: vec![a.clone(), b.clone()] };
        let given = act!(world, one, |tx, desk| assign_audits(tx, desk, &both), [both]).unwrap();
        assert_eq!((given.given, given.each), (4, vec![(a.clone(), 2), (b.clone(), 2)]));
        let filter = AuditFilter { held: Some("me".to_owned()), ..AuditFilter::default() };
        let (mine, _) = audits(&world.db, &world.clock, &one.actor, &filter, None, 10).await.unwrap();
        assert_eq!(mine.iter().map(|v| v.listing_id.clone()).collect::<Vec<_>>(), [ids[0].clone(), ids[2].clone()], "in turn");
        assert_eq!(mine[0].held_by_name.as_deref(), Some("a"));
        let cleared = decide(Verdict::Cleared, AuditReason::NothingFound);
        let id = ids[0].clone();
        let refused = act!(world, two, |tx, desk| audit_listing(tx, desk, &id, &cleared), [id, cleared]).unwrap_err();
        assert!(refused.says("audit_held"));
        let more = AssignInput { ids: ids.clone(), each: None, kind: None, to: vec![b.clone()] };
        assert_eq!(act!(world, two, |tx, desk| assign_audits(tx, desk, &more), [more]).unwrap().given, 1, "what is another's stays there");
        let counted = plan(&world.db, &one.actor, world.clock.now() + 8 * 24 * 3_600_000).await.unwrap();
        assert_eq!((counted.all.waiting, counted.all.over_7, counted.all.over_30), (5, 5, 0));
        assert_eq!(counted.officers.iter().map(|row| row.waiting).collect::<Vec<_>>().iter().sum::<i64>(), 5);
        assert_eq!(counted.counties.iter().map(|row| (row.name.clone(), row.waiting)).collect::<Vec<_>>(), [(Some(COUNTY.to_owned()), 5)]);
        world.clock.advance(24 * 3_600_000 + 1);
        act!(world, two, |tx, desk| audit_listing(tx, desk, &id, &cleared), [id, cleared]).unwrap();
    }

    async fn one_shops_listings_with_the_same_findings_are_decided_in_one_go(engine: Engine) {
        let world = World::new(engine).await;
        let (near, other) = (seller_at(&world, "近", COUNTY).await, seller_at(&world, "别家", COUNTY).await);
        let rules = [("mark", "special_mark"), ("source", "source_unknown")];
        let first = listed(&world, &near, None, "一", &rules).await;
        let second = listed(&world, &near, None, "二", &rules).await;
        let less = listed(&world, &near, None, "三", &rules[..1]).await;
        listed(&world, &other, None, "四", &rules).await;
        let one = officer(&world, "one", COUNTY);
        let found = alike(&world.db, &world.clock, &one.actor, &first).await.unwrap();
        assert_eq!(found.into_iter().map(|v| v.listing_id).collect::<Vec<_>>(), [first.clone(), second.clone()]);
        let counted = plan(&world.db, &one.actor, world.clock.now()).await.unwrap();
        assert_eq!(counted.kinds.iter().map(|row| (row.name.clone().unwrap(), row.waiting)).collect::<Vec<_>>(),
            [("mark".to_owned(), 4), ("source".to_owned(), 3)], "kinds are counted side by side");
        let filter = AuditFilter { kind: Some("source".to_owned()), ..AuditFilter::default() };
        let (of_kind, _) = audits(&world.db, &world.clock, &one.actor, &filter, None, 10).await.unwrap();
        assert!(of_kind.iter().all(|view| view.listing_id != less) && of_kind.len() == 3);
    }

    async fn a_page_of_a_thousand_rows_takes_as_many_statements_as_one_of_ten(engine: Engine) {
        let world = World::new(engine).await;
        let near = seller_at(&world, "近", COUNTY).await;
        let pear = world.product("晋州鸭梨", |_| {}).await;
        let now = world.clock.now();
        let mut sql = String::new();
        for no in 0..1100 {
            let id = format!("lis_{no:026}");
            sql += &format!("INSERT INTO listing (id, seller_id, platform, item_id, claimed_product_id, recorded_at, recorded_by) VALUES ('{id}', '{near}', '淘宝', '{no}', '{pear}', {now}, 'x');");
            sql += &format!("INSERT INTO listing_capture (listing_id, captured_at, title, recorded_by, content_hash) VALUES ('{id}', {now}, '晋州鸭梨 {no}', 'x', 'a');");
            sql += &format!("INSERT INTO listing_score (listing_id, product_id, content_hash, scored_at) VALUES ('{id}', '{pear}', 'a', {now});");
            sql += &format!("INSERT INTO listing_finding (listing_id, kind, rule, figures, since, found_at) VALUES ('{id}', 'source', 'source_unknown', '{{}}', {now}, {now});");
        }
        world.tamper(&sql).await;
        let one = officer(&world, "one", COUNTY);
        count_statements();
        let counted = async |limit: u64| {
            let before = STATEMENTS.load(Ordering::SeqCst);
            let (items, next) = audits(&world.db, &world.clock, &one.actor, &AuditFilter::default(), None, limit).await.unwrap();
            assert_eq!((items.len() as u64, next.is_some()), (limit, true));
            assert!(items.iter().all(|view| view.findings.len() == 1 && view.product.as_deref() == Some("晋州鸭梨")));
            STATEMENTS.load(Ordering::SeqCst) - before
        };
        let (few, many) = (counted(10).await, counted(1000).await);
        assert!(few > 3, "statements are counted at all: {few}");
        assert!(many <= few + 1, "{few} statements for 10 rows, {many} for 1,000");
        let (_, cursor) = audits(&world.db, &world.clock, &one.actor, &AuditFilter::default(), None, 1000).await.unwrap();
        let (rest, end) = audits(&world.db, &world.clock, &one.actor, &AuditFilter::default(), cursor.as_deref(), 1000).await.unwrap();
        assert_eq!((rest.len(), end), (100, None));
    }
}

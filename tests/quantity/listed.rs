//! Lists of thousands: nobody is missing beyond the first page, and every row is shown once in whatever order.

use yanzhao::db::narrow::Narrow;
use yanzhao::entity::grower;
use yanzhao::kernel::Day;
use yanzhao::kernel::ids::Noun;
use yanzhao::registry::queries::{find_growers, growers_meant};
use yanzhao::trace::delivery::DeliveryFilter;
use yanzhao::trace::queries::delivery::{DeliveryView, LeftOf, came_lately, days_left, deliveries_left, find_deliveries, received_on};

use crate::orchard::{KG, Orchard};
use crate::support::on_both_engines;

impl Orchard {
    /// A grower of the producer with a household number, in a village.
    async fn household(&self, number: usize, name: &str, village: &str) -> String {
        let world = &self.world;
        let row = grower::Model {
            id: world.id(Noun::Grower),
            kind: "household".into(),
            name: name.into(),
            division_code: "130183104".into(),
            village: village.into(),
            household_no: Some(number.to_string()),
            phone: None,
            registered_by_id: self.producer.clone(),
            registered_at: world.clock.now(),
        };
        world.put(row).await.id
    }

    async fn listed(&self, narrow: &Narrow, page: u64) -> Vec<DeliveryView> {
        let (mut all, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let filter = DeliveryFilter::default();
            let (items, next) =
                find_deliveries(&self.world.db, &self.member.actor, &filter, narrow, cursor.as_deref(), Some(page)).await.unwrap();
            assert!(items.len() as u64 <= page);
            all.extend(items);
            cursor = next;
            if cursor.is_none() {
                return all;
            }
        }
    }
}

on_both_engines! {
    async fn a_grower_is_found_among_thousands(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let (db, actor) = (&orchard.world.db, &orchard.member.actor);
        for number in 1..=230 {
            orchard.household(number, &format!("李家户{number}"), if number % 2 == 0 { "东村" } else { "西村" }).await;
        }
        let last = orchard.household(1215, "张建国", "东村").await;
        let twin = orchard.household(1216, "张建国", "西村").await;
        let stranger = orchard.world.organisation("外县合作社", "130133").await;
        orchard.world.grower("王外人", &stranger).await;
        let meant = async |typed: &str| {
            let own = Some(orchard.producer.as_str());
            let found = growers_meant(db, actor, own, typed, 20).await.unwrap();
            found.into_iter().map(|grower| grower.id).collect::<Vec<_>>()
        };
        assert_eq!(meant("1215").await, [last.as_str()]);
        assert_eq!(meant("１２１５").await, [last.as_str()], "full-width digits");
        assert_eq!(meant("张建国").await, [last.as_str(), twin.as_str()]);
        assert_eq!(meant("zjg").await, [last.as_str(), twin.as_str()]);
        assert_eq!(meant("zhangjianguo 东村").await, [last.as_str()]);
        assert_eq!(meant("1216 张建国 西村").await, [twin.as_str()]);
        assert_eq!(meant("李家户").await.len(), 21, "one more than asked for tells that there are others");
        assert_eq!((meant("王外人").await, meant("王").await, meant(" ").await), (vec![], vec![], vec![]));
        // The list finds the same, and shows every grower once although half of them share a village.
        let find = async |q: Option<&str>, sort: &str, down: bool| {
            let narrow = Narrow { q: q.map(str::to_owned), sort: Some(sort.to_owned()), down, ..Narrow::default() };
            let (mut all, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let page = find_growers(db, actor, &narrow, cursor.as_deref(), 50).await.unwrap();
                all.extend(page.items.into_iter().map(|grower| (grower.village, grower.id)));
                cursor = page.next_cursor;
                if cursor.is_none() {
                    return all;
                }
            }
        };
        assert_eq!(find(Some("zjg"), "registered", false).await.len(), 2);
        assert_eq!(find(Some("1215"), "registered", false).await, [("东村".to_owned(), last.clone())]);
        for down in [false, true] {
            let all = find(None, "village", down).await;
            let mut sorted = all.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), 232);
            if down {
                sorted.reverse();
            }
            assert_eq!(all, sorted);
        }
    }

    async fn deliveries_are_listed_once_in_every_order(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let grower = orchard.household(1, "果农甲", "东村").await;
        orchard.account(&grower, 5_000 * KG).await;
        for no in 0..23_i64 {
            let mut input = orchard.delivery(&grower, [10, 20, 30][usize::try_from(no % 3).unwrap()] * KG);
            input.delivered_on = ["2026-10-17", "2026-10-18"][usize::try_from(no % 2).unwrap()].to_owned();
            orchard.deliver(input).await.unwrap();
        }
        let whole = orchard.listed(&Narrow::default(), 200).await;
        assert_eq!(whole.len(), 23);
        for sort in [None, Some("day"), Some("amount"), Some("unheard of")] {
            for down in [false, true] {
                let narrow = Narrow { sort: sort.map(str::to_owned), down, ..Narrow::default() };
                let all = orchard.listed(&narrow, 4).await;
                let key = |view: &DeliveryView| match sort {
                    Some("day") => (view.delivered_on.clone(), 0, view.id.clone()),
                    Some("amount") => (String::new(), view.figures["net_weight_g"], view.id.clone()),
                    _ => (String::new(), 0, view.id.clone()),
                };
                let keys: Vec<_> = all.iter().map(key).collect();
                let mut right: Vec<_> = whole.iter().map(key).collect();
                right.sort();
                if down || !matches!(sort, Some("day" | "amount")) {
                    right.reverse();
                }
                assert_eq!(keys, right, "{sort:?} {down}");
            }
        }
        let day = |text: &str| Day::parse(text);
        let of_day = Narrow { from: day("2026-10-17"), to: day("2026-10-17"), ..Narrow::default() };
        assert_eq!(orchard.listed(&of_day, 5).await.len(), 12);
        let q = |q: &str| Narrow { q: Some(q.to_owned()), ..Narrow::default() };
        assert_eq!((orchard.listed(&q("hgz-1"), 7).await.len(), orchard.listed(&q("长城果品"), 7).await.len()), (23, 23));
        assert_eq!(orchard.listed(&q("果农甲"), 7).await.len(), 0, "a grower's name is not looked for by who may not read it");
        let named = Narrow { named: vec![grower.clone()], ..q("果农甲") };
        assert_eq!(orchard.listed(&named, 7).await.len(), 23);
        assert_eq!(orchard.listed(&q("100%"), 7).await.len(), 0, "a sign of a pattern is a letter like any other");
        let member = &orchard.member.actor;
        let bad = Narrow { sort: Some("amount".into()), ..Narrow::default() };
        for cursor in ["x", "del_1~", "del_1~many"] {
            let refused = find_deliveries(&orchard.world.db, member, &DeliveryFilter::default(), &bad, Some(cursor), None).await.unwrap_err();
            assert!(refused.says("cursor_unknown"), "{cursor}");
        }
    }

    async fn what_is_left_is_offered_oldest_first(engine: Engine) {
        let orchard = Orchard::new(engine).await;
        let (db, actor) = (&orchard.world.db, &orchard.member.actor);
        let (grower, other) = (orchard.household(1, "果农甲", "东村").await, orchard.household(2, "果农乙", "东村").await);
        orchard.account(&grower, 200 * KG).await;
        let mut made = Vec::new();
        for (day, weight) in [("2026-10-19", 100), ("2026-10-17", 60), ("2026-10-17", 30), ("2026-10-18", 5), ("2026-10-18", 50)] {
            let input = yanzhao::trace::delivery::DeliveryInput { delivered_on: day.into(), ..orchard.delivery(&grower, weight * KG) };
            made.push(orchard.deliver(input).await.unwrap());
        }
        orchard.deliver(orchard.delivery(&other, 7 * KG)).await.unwrap();
        let of = LeftOf { buyer_id: orchard.producer.clone(), product_id: orchard.product.clone(), ..LeftOf::default() };
        let left = async |of: LeftOf| deliveries_left(db, actor, &of, 100).await.unwrap().into_iter().map(|view| view.id).collect::<Vec<_>>();
        // 195 kg of the first four are covered, 5 kg of the fifth; the other grower has no account, so nothing of theirs is left to use.
        // Within a day the order is that of the ids, which a clock that stands still gives by chance.
        let in_day = |pair: [usize; 2]| {
            let mut ids = pair.map(|no| made[no].id.clone());
            ids.sort();
            ids
        };
        let (a, [b, c], [d, e]) = (made[0].id.clone(), in_day([1, 2]), in_day([3, 4]));
        assert_eq!(left(of.clone()).await, [b.clone(), c.clone(), d.clone(), e.clone(), a.clone()]);
        let days = days_left(db, actor, &of).await.unwrap();
        assert_eq!(days, [("2026-10-17".into(), 2, 90 * KG), ("2026-10-18".into(), 2, 10 * KG), ("2026-10-19".into(), 1, 100 * KG)]);
        assert_eq!(left(LeftOf { days: vec!["2026-10-17".into()], ids: vec![e.clone()], ..of.clone() }).await, [b.clone(), c.clone(), e.clone()]);
        // What is used up is not offered again.
        orchard.register(orchard.batch_of("L1", &b, made.iter().find(|view| view.id == b).unwrap().figure("covered"))).await.unwrap();
        assert_eq!(left(of.clone()).await, [c, d, e, a]);
        assert_eq!(left(LeftOf { product_id: "pro_other".into(), ..of }).await, Vec::<String>::new());
        let day = Day::parse("2026-10-18").unwrap();
        assert_eq!(received_on(db, actor, &orchard.producer, day).await.unwrap(), [(orchard.product.clone(), 3, 62 * KG)]);
        let mut lately = came_lately(db, actor, &orchard.producer).await.unwrap();
        lately.sort();
        let mut both = [other, grower];
        both.sort();
        assert_eq!(lately, both, "each once");
        let stranger = orchard.world.member("stranger", &orchard.world.organisation("外县", "130133").await);
        assert_eq!(received_on(db, &stranger.actor, &orchard.producer, day).await.unwrap(), []);
    }
}

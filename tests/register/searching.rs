//! Finding: two characters, pinyin, initials, single characters; nothing is ever missed.

use std::collections::BTreeSet;

use yanzhao::registry::queries::{self, Kind, ProductsAsked, search, search_organisations};
use yanzhao::registry::search::{has_words, query_words, search_text, sort_key};
use yanzhao::registry::store::search::{Entry, put};

use super::*;

async fn names(register: &Register, q: &str, limit: u64) -> Vec<String> {
    let asked = ProductsAsked { q: Some(q.to_owned()), ..ProductsAsked::default() };
    let found = queries::products(&register.db, &asked, register.today(), None, limit).await.unwrap();
    found.items.into_iter().map(|p| p.name).collect()
}

/// A name that was made up from few characters, so that many share them.
fn made_up(random: &Random, n: u32) -> String {
    const PARTS: [&str; 24] = [
        "晋", "州", "赵", "县", "雪", "花", "梨", "鸭", "枣", "行", "唐", "蔚", "乐", "亭", "A2", "b", "大", "城", "（", " ", "鑫", "村",
        "果", "合",
    ];
    let length = 2 + random.below(4);
    let middle: String = (0..length).map(|_| PARTS[random.below(PARTS.len() as u64) as usize]).collect();
    // Three in four end alike, so that one gram is shared by more than are found gram by gram.
    if n.is_multiple_of(4) { middle } else { format!("{middle}社") }
}

/// What is found by reading everything.
fn by_reading(rows: &[(String, String, String)], q: &str) -> Vec<String> {
    let words = query_words(q);
    let query = words.join(" ");
    let class = |name: &str| {
        let name = yanzhao::registry::search::fold(name);
        if name.starts_with(&query) { 0 } else { 1 + u8::from(!has_words(&name, &words)) }
    };
    let mut found: Vec<_> =
        rows.iter().filter(|(_, _, text)| has_words(text, &words)).map(|(id, name, _)| (class(name), sort_key(name), id.clone())).collect();
    found.sort();
    found.into_iter().map(|(.., id)| id).collect()
}

on_both_engines! {
    async fn every_product_is_found_by_itself_its_pinyin_and_its_initials(engine: Engine) {
        let register = Register::loaded(engine).await;
        let all = queries::products(&register.db, &ProductsAsked::default(), register.today(), None, 200).await.unwrap().items;
        assert_eq!(all.len(), 80);
        let keys: Vec<String> = all.iter().map(|p| sort_key(&p.name)).collect();
        assert!(keys.is_sorted(), "lists are ordered by reading");
        for product in &all {
            let text = search_text(&[&product.name], &[], &[], &[]);
            let lines: Vec<&str> = text.lines().collect();
            let slug = product.slug.replace('-', "");
            for q in [product.name.as_str(), lines[1], lines[2], &slug, &product.name[..6]] {
                let found = search(&register.db, Kind::Product, q, 100).await.unwrap();
                assert!(found.contains(&product.id), "{} by {q}", product.name);
            }
            assert_eq!(search(&register.db, Kind::Product, &product.name, 1).await.unwrap(), [product.id.as_str()]);
        }
    }

    async fn results_are_ordered_by_relevance_and_paged(engine: Engine) {
        let register = Register::loaded(engine).await;
        assert_eq!(names(&register, "雪花", 10).await, ["赵县雪花梨"]);
        assert_eq!(names(&register, "xuehuali", 10).await, ["赵县雪花梨"]);
        assert_eq!(names(&register, "XHL", 10).await, ["赵县雪花梨"]);
        assert_eq!(names(&register, "趙縣 雪花", 10).await, ["赵县雪花梨"]);
        assert_eq!(names(&register, "赵州", 10).await, ["赵县雪花梨"], "by its alias");
        let of_jinzhou = names(&register, "晋州", 10).await;
        assert_eq!(of_jinzhou[0], "晋州鸭梨", "a name that begins with it comes first");
        let pears = names(&register, "鸭梨", 10).await;
        assert_eq!(pears[..4], ["泊头鸭梨", "晋州鸭梨", "魏县鸭梨", "霞口鸭梨"], "names that hold it, by reading");
        let shexian = names(&register, "涉县", 50).await;
        assert!(shexian.len() >= 5 && shexian[..5].iter().all(|n| n.starts_with("涉县")));
        let places = names(&register, "行唐", 10).await;
        assert!(places.contains(&"行唐大枣".to_owned()) && !places.is_empty());
        assert_eq!(names(&register, "雪 鸭", 10).await, Vec::<String>::new());
        assert_eq!(names(&register, "%", 10).await, Vec::<String>::new(), "a wildcard is a character like others");

        let asked = ProductsAsked { q: Some("梨".into()), ..ProductsAsked::default() };
        let whole = queries::products(&register.db, &asked, register.today(), None, 200).await.unwrap();
        let (mut paged, mut cursor) = (Vec::new(), None);
        loop {
            let page = queries::products(&register.db, &asked, register.today(), cursor.as_deref(), 3).await.unwrap();
            paged.extend(page.items.into_iter().map(|p| p.id));
            cursor = page.next_cursor;
            if cursor.is_none() { break }
        }
        assert_eq!(paged, whole.items.into_iter().map(|p| p.id).collect::<Vec<_>>());
        let lost = queries::products(&register.db, &asked, register.today(), Some("pro_none"), 3).await.unwrap_err();
        assert!(lost.says("cursor_unknown"));
    }

    async fn lists_are_cut_by_county_class_and_day(engine: Engine) {
        let register = Register::loaded(engine).await;
        let list = |asked: ProductsAsked| {
            let db = register.db.clone();
            async move { queries::products(&db, &asked, day("2026-11-24"), None, 200).await.unwrap().items }
        };
        let in_county = |code: &str| ProductsAsked { county: Some(code.into()), ..ProductsAsked::default() };
        let names = |items: Vec<queries::ProductView>| items.into_iter().map(|p| p.name).collect::<BTreeSet<_>>();
        let gaocheng = names(list(in_county("130109")).await);
        assert!(gaocheng.contains("藁城宫面"));
        assert_eq!(names(list(in_county("130182")).await), gaocheng, "the county by the code it had");
        let city = names(list(in_county("130100")).await);
        assert!(city.len() > 8 && city.contains("晋州鸭梨") && city.contains("藁城宫面") && !city.contains("泊头鸭梨"));
        assert!(names(list(in_county("unknown")).await).is_empty());
        let class = ProductsAsked { class: Some(yanzhao::registry::product::ProductClass::Handicraft), ..ProductsAsked::default() };
        assert_eq!(names(list(class).await), ["唐山骨质瓷".to_owned(), "迁安桑皮纸".to_owned()].into());
        let before = ProductsAsked { as_of: Some(day("2002-06-11")), q: Some("黄骅冬枣".into()), ..ProductsAsked::default() };
        assert!(list(before.clone()).await.is_empty(), "not recognised the day before");
        let after = list(ProductsAsked { as_of: Some(day("2002-06-12")), ..before }).await;
        assert!(after.len() == 1 && after[0].rights.iter().all(|r| r.in_force));
        let both = ProductsAsked { county: Some("130183".into()), q: Some("鸭梨".into()), ..ProductsAsked::default() };
        assert_eq!(names(list(both).await), ["晋州鸭梨".to_owned()].into());
        let counties = queries::product_counties(&register.db).await.unwrap();
        assert!(counties.contains(&("130183".into(), "河北省石家庄市晋州市".into())));
    }

    /// Exact recall, and exactly the order of relevance: what is found is what reading every text finds.
    async fn nothing_is_missed_and_nothing_is_too_much(engine: Engine) {
        let register = Register::empty(engine).await;
        let random = Random::seeded(11);
        let rows: Vec<(String, String, String)> = (0..2800_u32)
            .map(|n| {
                let name = made_up(&random, n);
                let place = if n % 3 == 0 { "蔚县" } else { "" };
                let text = search_text(&[&name], &[], &[place], &[]);
                (format!("org_{n:05}"), name, text)
            })
            .collect();
        let kept = rows.clone();
        register
            .act(move |tx| {
                let entries: Vec<Entry> = kept
                    .iter()
                    .enumerate()
                    .map(|(n, (id, name, _))| {
                        let place: &[&str] = if n % 3 == 0 { &["蔚县"] } else { &[] };
                        Entry::of(Kind::Organisation, id, name, &[], place, &[])
                    })
                    .collect();
                Box::pin(async move { put(tx, &entries).await })
            })
            .await
            .unwrap();
        let mut queries: Vec<String> = ["社", "梨", "s", "x", "sh", "蔚", "蔚县", "wx", "yuxian", "雪花梨社", "a2", "鑫 村", "晋州 社", "（", "_", "没有"].map(String::from).into();
        for _ in 0..60 {
            let text: Vec<char> = rows[random.below(2800) as usize].2.chars().collect();
            let from = random.below(text.len() as u64) as usize;
            let piece: String = text.iter().skip(from).take(1 + random.below(5) as usize).collect();
            queries.push(piece);
        }
        for q in queries {
            let expected = if query_words(&q).is_empty() { Vec::new() } else { by_reading(&rows, &q) };
            let found = search(&register.db, Kind::Organisation, &q, usize::MAX).await.unwrap();
            assert_eq!(found, expected, "{q:?}");
            let some = search(&register.db, Kind::Organisation, &q, 20).await.unwrap();
            assert_eq!(some[..], expected[..expected.len().min(20)], "{q:?}");
            assert!(search(&register.db, Kind::Product, &q, 5).await.unwrap().is_empty(), "kinds are apart");
        }
    }

    async fn organisations_are_found_within_reach(engine: Engine) {
        let register = Register::loaded(engine).await;
        let here = register.producer("晋州市长城果品专业合作社", "130183", 1).await;
        let there = register.producer("赵县长城雪梨专业合作社", "130133", 2).await;
        let find = |scope: Scope, q: &'static str| {
            let (db, actor) = (register.db.clone(), register.desk_of(scope, None).actor);
            async move { search_organisations(&db, &actor, q, 10).await.unwrap().into_iter().map(|o| o.id).collect::<Vec<_>>() }
        };
        assert_eq!(find(Scope::everything(), "长城").await, [here.clone(), there.clone()]);
        assert_eq!(find(region("1301"), "changcheng").await, [here.clone(), there.clone()]);
        assert_eq!(find(region("130133"), "cc").await, std::slice::from_ref(&there));
        assert_eq!(find(own(&here), "果品").await, std::slice::from_ref(&here));
        assert!(find(own(&here), "雪梨").await.is_empty(), "another organisation is out of reach");
        assert_eq!(find(region("1301"), "晋州市").await[0], here, "by name or place");
    }
}

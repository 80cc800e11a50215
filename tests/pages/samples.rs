//! Sample data for every page: one set of demonstration goods, and every verdict brought about by its facts.

use yanzhao::kernel::quantity::BaseUnit;
use yanzhao::kernel::{Day, Millis};
use yanzhao::trace::queries::slip::{ObjectionView, OwnAccount, OwnDelivery, OwnPlot, OwnView};
use yanzhao::trace::verdict::{
    CodeKind, Decision, Facts, History, Hold, Lift, MarkUse, PinOutcome, Place, RangeFact, Recall, RecallKind, Recording, Stop, Thresholds,
    Verdict, Visit, VoidReason, decide, decide_pin,
};
use yanzhao::web::pages::consumer::{
    CodeView, ContentLine, Goods, GoodsRight, NoFacts, PinForm, PinUse, Step, TestLine, TypedForm, no_facts_page, pin_page, typed_page,
    verdict_page,
};
use yanzhao::web::pages::portal::{
    AreaView, Article, Choice, ErrorKind, Figures, Filters, FrontView, ListRow, ListView, MarkUser, OwnPage, PlaceCount, ProductCard,
    ProductView, RightStatus, RightView, Season, SeasonKind, StandardView, article_page, error_page, front_page, list_page, own_page,
    product_page,
};
use yanzhao::web::pages::{Site, staff};
use yanzhao::web::words::Lang;

pub const CODE: &str = "0K7M3Q250FT3BCKBFGHE";
/// A name that would be markup if it were not escaped.
pub const FOREIGN: &str = "<b>晋州</b>\"鸭梨'&";

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Noon in China of 2026-11-23.
pub fn now() -> Millis {
    day("2026-11-23").start() + 12 * 3_600_000
}

pub fn site() -> Site {
    Site {
        domain: "gi.example.cn".into(),
        operator: Some("演示运营单位".into()),
        phone: Some("0311-0000 0000".into()),
        icp: Some("演示ICP备00000000号".into()),
        police_record: Some("演示公网安备00000000号".into()),
        demo: true,
    }
}

pub fn goods() -> Goods {
    let step = |on, text: &str| Step { on: day(on), text: text.into() };
    Goods {
        product: "晋州鸭梨".into(),
        product_en: Some("Jinzhou Yali Pear".into()),
        rights: vec![
            GoodsRight {
                kind: "地理标志产品".into(),
                number: Some("2010年第72号公告".into()),
                in_force: Some((day("2024-01-01"), Some(day("2028-12-31")))),
            },
            GoodsRight { kind: "证明商标".into(), number: None, in_force: None },
        ],
        grade: Some("特级".into()),
        net_weight: Some("5 kg".into()),
        producer: "演示果品专业合作社".into(),
        credit_code: Some("931301830000000000".into()),
        lot: Some("2026-YL-0912".into()),
        produced_on: None,
        packed_on: Some(day("2026-09-18")),
        best_before: Some(day("2027-03-01")),
        harvested: Some((day("2026-09-12"), day("2026-09-20"))),
        origin: Some("马于镇".into()),
        facility: Some("演示合作社 1 号冷库".into()),
        standard: Some("GB/T 演示-2020".into()),
        tests: vec![TestLine { finding: "可溶性固形物 12.4%".into(), report_no: Some("JC-2026-0917".into()) }],
        case_count: Some(24),
        // A bundle with more lines than a page shows.
        contents: (0..20)
            .map(|n| ContentLine { product: "晋州鸭梨".into(), lot: Some(format!("2026-YL-09{n:02}")), count: 2, recalled: n == 0 })
            .collect(),
        timeline: vec![
            step("2026-09-12", "采收入库，32 号地块等 3 块，共 18,400 kg"),
            step("2026-09-17", "检测报告 JC-2026-0917"),
            step("2026-09-18", "放行，3,680 箱"),
            step("2026-09-20", "标签启用"),
        ],
        certificate: Some(("HGZ20261120-0K7M3Q25".into(), day("2026-11-20"))),
        conformity: Some("我承诺对生产销售的食用农产品：1. 不使用禁用农药兽药、停用兽药和非法添加物；2. 常规农药兽药残留不超标；3. 对承诺的真实性负责。 承诺依据：委托检测、自我检测、内部质量控制、自我承诺。产品：晋州鸭梨，18,400 kg；产地：河北省石家庄市晋州市马于镇；开具人：演示果品专业合作社；联系方式：演示路 1 号，0311-0000 0000；开具日期：2026年11月20日；编号：HGZ20261120-0K7M3Q25。".into()),
    }
}

pub fn place(province: &str, city: &str) -> Place {
    Place { province: province.into(), city: (!city.is_empty()).then(|| city.into()) }
}

pub fn sound() -> Facts {
    Facts {
        kind: CodeKind::Unit,
        range: RangeFact::Active,
        batch_voided_on: None,
        recalls: vec![],
        stops: vec![],
        hold: None,
        clone_confirmed_on: None,
        best_before: Some(day("2027-03-01")),
        produced_on: Some(day("2026-09-12")),
        mark_uses: vec![MarkUse {
            right: "地理标志产品".into(), from: day("2024-01-01"), until: Some(day("2028-12-31")), ended_on: None
        }],
        history: History {
            sessions: 3,
            first_at: Some(now() - 20 * 86_400_000),
            first_place: Some(place("河北", "石家庄")),
            visitor_is_first: false,
            ring: [(1, 28_800, "河北"), (2, 1_500, "北京"), (3, 0, "河北")].map(|(w, ago, p)| visit(w, ago, p)).into(),
        },
        recording: Recording::Counted,
        late_entry: false,
        returned_resold: false,
        demo: true,
    }
}

fn visit(who: u8, ago: i64, province: &str) -> Visit {
    Visit { visitor: [who; 8], minute: now() / 60_000 - ago, place: Some(place(province, "")) }
}

fn recall(kind: RecallKind, document: bool, lifted: Option<&str>) -> Recall {
    Recall {
        kind,
        ordered_by: "演示机关".into(),
        document_no: document.then(|| "演示〔2026〕1号".into()),
        public_text: "农药残留超标".into(),
        announced_on: day("2026-10-08"),
        lifted: lifted.map(|on| Lift { on: day(on), text: "复检合格。".into() }),
    }
}

/// A page of a code: its name, the facts, the PIN outcome.
fn scans() -> Vec<(&'static str, Facts, Option<PinOutcome>)> {
    let with = |change: fn(&mut Facts)| {
        let mut facts = sound();
        change(&mut facts);
        facts
    };
    let many: fn(&mut Facts) = |f| {
        f.history.sessions = 26;
        f.history.ring = (0..16).map(|w| visit(w, 300 * i64::from(w), "河北")).collect();
    };
    let stop = |f: &mut Facts| {
        let text = |t: &str| t.to_owned();
        let (ordered_by, document_no, public_text) = (text("演示机关"), text("演示〔2026〕2号"), text("包装与登记不符"));
        f.stops = vec![Stop { ordered_by, document_no, public_text, since: day("2026-10-09"), lifted: None }];
    };
    vec![
        ("first_check", with(|f| (f.history.visitor_is_first, f.history.sessions, f.history.first_at) = (true, 1, Some(now()))), None),
        ("checked_before", sound(), None),
        ("checked_before-viewed", with(|f| f.recording = Recording::Viewed), None),
        ("checked_before-never", with(|f| (f.history, f.recording) = (History::default(), Recording::Viewed)), None),
        (
            "checked_before-notes",
            with(|f| {
                (f.late_entry, f.returned_resold, f.recording) = (true, true, Recording::Failed);
                f.recalls = vec![recall(RecallKind::TakeBack, true, Some("2026-11-01"))];
                f.mark_uses[0].ended_on = Some(day("2026-10-01"));
            }),
            None,
        ),
        ("batch_code", with(|f| f.kind = CodeKind::Batch), None),
        ("case_code", with(|f| f.kind = CodeKind::Case), None),
        ("case_code-pallet", with(|f| f.kind = CodeKind::Pallet), None),
        ("sample", with(|f| f.kind = CodeKind::Sample), None),
        ("expired", with(|f| f.best_before = Some(day("2026-11-01"))), None),
        ("many_places", with(|f| f.history.ring.extend([visit(8, 60, "广东"), visit(9, 30, "浙江")])), None),
        ("many_checks", with(many), None),
        ("not_activated", with(|f| (f.range, f.history) = (RangeFact::Issued, History::default())), None),
        ("authorisation_mismatch", with(|f| f.mark_uses[0].until = Some(day("2026-08-31"))), None),
        (
            "batch_on_hold",
            with(|f| {
                f.hold = Some(Hold {
                    ordered_by: "演示机关".into(),
                    document_no: "演示〔2026〕3号".into(),
                    since: day("2026-11-01"),
                    until: None,
                });
            }),
            None,
        ),
        ("recalled-take_back", with(|f| f.recalls = vec![recall(RecallKind::TakeBack, true, None)]), None),
        ("recalled-recall", with(|f| f.recalls = vec![recall(RecallKind::Recall, false, None)]), None),
        ("voided", with(|f| f.range = RangeFact::Voided { reason: VoidReason::Stolen, since: day("2026-10-01") }), None),
        ("voided-stop", with(stop), None),
        ("clone_confirmed", with(|f| f.clone_confirmed_on = Some(day("2026-11-20"))), None),
        ("pin_first", sound(), Some(PinOutcome::First)),
        ("pin_first-seen", with(many), Some(PinOutcome::First)),
        ("pin_used", sound(), Some(PinOutcome::Used)),
    ]
}

pub fn decision(facts: &Facts, pin: Option<PinOutcome>) -> Decision {
    match pin {
        Some(outcome) => decide_pin(facts, &Thresholds::default(), now(), outcome),
        None => decide(facts, &Thresholds::default(), now()),
    }
}

/// A rendered page.
pub struct Page {
    pub name: String,
    pub lang: Lang,
    pub html: String,
    pub verdict: Option<Verdict>,
}

/// Every consumer page in both languages.
pub fn consumer_pages(site: &Site) -> Vec<Page> {
    let (goods, pin_use) = (goods(), PinUse { at: now(), place: Some(place("河北", "石家庄")) });
    let mut pages = Vec::new();
    for lang in [Lang::Chinese, Lang::English] {
        let mut add = |name: &str, verdict, html: Result<String, askama::Error>| {
            let name = format!("{name}.{}", lang.query_value());
            pages.push(Page { name, lang, html: html.unwrap(), verdict });
        };
        for (name, facts, outcome) in scans() {
            let decision = decision(&facts, outcome);
            let goods = Goods { lot: goods.lot.clone().filter(|_| name != "not_activated"), ..goods.clone() };
            let view = CodeView {
                lang,
                site,
                code: CODE,
                facts: &facts,
                decision: &decision,
                goods: Some(&goods),
                has_pin: true,
                pin: Some(&pin_use),
            };
            add(name, Some(decision.verdict), verdict_page(&view));
        }
        let plain = [
            ("unknown", NoFacts::Unknown),
            ("mistyped", NoFacts::Mistyped(vec![])),
            ("throttled", NoFacts::Throttled { minutes: 15 }),
            ("unavailable", NoFacts::Unavailable),
        ];
        for (name, answer) in plain {
            add(name, Some(answer.verdict()), no_facts_page(lang, site, &answer));
        }
        let mistyped = TypedForm { typed: "0K7M 3Q2U 0FT3 BCKB FGHE", mistyped: Some(vec![2]), empty: false };
        add("mistyped-group", Some(Verdict::Mistyped), typed_page(lang, site, &mistyped));
        add("typed", None, typed_page(lang, site, &TypedForm::default()));
        add("typed-empty", None, typed_page(lang, site, &TypedForm { empty: true, ..TypedForm::default() }));
        let pin = PinForm { code: CODE, ..PinForm::default() };
        add("pin", None, pin_page(lang, site, &pin));
        add("pin_wrong", Some(Verdict::PinWrong), pin_page(lang, site, &PinForm { wrong: true, wait_seconds: 4, ..pin.clone() }));
        add("throttled-pin", Some(Verdict::Throttled), pin_page(lang, site, &PinForm { wait_seconds: 61, ..pin.clone() }));
        add("throttled-tomorrow", Some(Verdict::Throttled), pin_page(lang, site, &PinForm { tomorrow: true, ..pin }));
    }
    pages
}

/// Every other page in both languages.
/// A grower's own view: a delivery half covered with an open objection, one covered and answered.
fn own_view() -> OwnView {
    let objection = |subject: &str, state: &str, answer: Option<&str>| ObjectionView {
        id: "obj_1".into(),
        receipt: "007M-4QZ9".into(),
        grower_id: "gro_1".into(),
        subject_id: subject.into(),
        organisation_id: "org_1".into(),
        via: "slip".into(),
        text: FOREIGN.into(),
        state: state.into(),
        made_at: "2026-11-20T02:00:00Z".into(),
        answer: answer.map(str::to_owned),
        answered_at: None,
    };
    let delivery = |id: &str, covered| OwnDelivery {
        id: id.into(),
        on: "2026-10-18".into(),
        product: "晋州鸭梨".into(),
        unit: BaseUnit::G,
        amount: 1_250_500,
        covered,
        buyer: "演示果品专业合作社".into(),
        waits: covered == 0,
        entered_by: Some("李会计".into()),
        voided: None,
    };
    OwnView {
        name: "王某".into(),
        grower_id: "gro_1".into(),
        village: "演示一村".into(),
        organisation: "演示果品专业合作社".into(),
        plots: vec![OwnPlot { id: "plo_1".into(), name: FOREIGN.into(), product: "晋州鸭梨".into(), mu: "8.00".into() }],
        deliveries: vec![delivery("del_1", 0), delivery("del_2", 1_250_500)],
        accounts: vec![OwnAccount {
            id: "sea_1".into(),
            product: "晋州鸭梨".into(),
            season: "2026".into(),
            unit: BaseUnit::G,
            may: 9_000_000,
            delivered: 1_250_500,
            remaining: 7_749_500,
            pending: 1_250_500,
        }],
        objections: vec![
            objection("del_1", "open", None),
            objection("del_2", "settled", Some("过磅单已核对")),
            objection("gro_1", "upheld", Some("已更正")),
        ],
    }
}

pub fn other_pages(site: &Site) -> Vec<Page> {
    let mut pages = Vec::new();
    for lang in [Lang::Chinese, Lang::English] {
        let mut add = |name: &str, html: Result<String, askama::Error>| {
            pages.push(Page { name: format!("{name}.{}", lang.query_value()), lang, html: html.unwrap(), verdict: None });
        };
        let figures = Figures { protected_names: 75, mark_users: 38, registered: "62,000 kg".into(), sessions: 2150 };
        let card = |slug: &str, name: &str, line: &str, category: &str, from, to| {
            let season = Season::from_window(from, to, SeasonKind::Harvest);
            ProductCard { slug: slug.into(), name: name.into(), name_en: None, line: line.into(), category: category.into(), season }
        };
        let cards = [
            card("jinzhou-yali", "晋州鸭梨", "晋州市 · 地理标志产品、证明商标、欧盟保护", "水果-梨", "08-20", "10-31"),
            card("zanhuang-dazao", "赞皇大枣", "赞皇县 · 地理标志产品、证明商标", "水果-枣", "09-10", "10-20"),
            card("gaocheng-gongmian", "藁城宫面", "藁城区 · 地理标志产品", "食品-面条", "10-15", "04-15"),
        ];
        let count = |code: &str, name: &str, products| PlaceCount { code: code.into(), name: name.into(), products };
        let places = [
            count("130183", "晋州市", 4),
            count("130133", "赵县", 2),
            count("130129", "赞皇县", 1),
            count("130100", "石家庄市", 14),
            count("130400", "邯郸市", 22),
        ];
        add("front", front_page(&FrontView { lang, site, figures: &figures, in_season: &cards, places: &places }));
        let own = own_view();
        let token = "0123456789ABCDEF";
        add("own", own_page(&OwnPage { lang, site, token, view: &own, said: None }));
        add("own-said", own_page(&OwnPage { lang, site, token, view: &own, said: Some(&lang.say("own.objected")) }));
        add("front-empty", front_page(&FrontView { lang, site, figures: &Figures::default(), in_season: &[], places: &[] }));
        let row = |slug: &str, name: &str, status| ListRow {
            slug: slug.into(),
            name: name.into(),
            name_en: None,
            places: "晋州市".into(),
            rights: vec![("地理标志产品".into(), status), ("证明商标".into(), RightStatus::Registered)],
        };
        let rows = [row("jinzhou-yali", "晋州鸭梨", RightStatus::Registered), row("xingtang-dazao", "行唐大枣", RightStatus::Applied)];
        let choices = [Choice { value: "130183".into(), label: "晋州市".into() }];
        let filters = Filters { q: FOREIGN.into(), county: "130183".into(), ..Filters::default() };
        let list = ListView {
            lang,
            site,
            filters: &filters,
            counties: &choices,
            classes: &choices,
            rows: &rows,
            total: 52,
            previous: None,
            next: Some("/p/?page=2"),
        };
        add("list", list_page(&list));
        add("list-empty", list_page(&ListView { rows: &[], total: 0, next: None, ..list }));
        add("product", product_sample(lang, site, "晋州鸭梨", RightStatus::Registered));
        add("product-pending", product_sample(lang, site, FOREIGN, RightStatus::Accepted));
        for article in Article::ALL {
            add(article.path().trim_start_matches('/'), article_page(lang, site, article));
        }
        for kind in ErrorKind::ALL {
            add(&format!("error-{kind:?}").to_lowercase(), error_page(lang, site, kind, Some("0199-demo")));
        }
        let login = staff::LoginView { lang, site, account: "", error: None, ask_otp: false, step: "", next: "/", csrf: "token" };
        add("login", staff::login_page(&login));
        let wrong = staff::LoginView { account: FOREIGN, error: Some("账户或密码不对"), ask_otp: true, step: "abcdef", ..login };
        add("login-wrong", staff::login_page(&wrong));
        add("staff", super::frame::sample(lang, site));
    }
    pages
}

fn product_sample(lang: Lang, site: &Site, name: &str, status: RightStatus) -> Result<String, askama::Error> {
    let area = AreaView { as_of: Some(day("2010-07-13")), places: vec!["东卓宿镇".into(), "马于镇".into()] };
    let right = |kind: &str, status, area| RightView {
        kind: kind.into(),
        status,
        number: None,
        date: Some("2010-07-13".into()),
        authority: Some("国家质检总局".into()),
        holder: Some("演示持有人".into()),
        area,
        source: "公告".into(),
        source_url: Some("javascript:alert(1)".into()),
        confidence: 'B',
    };
    let rights = [
        right("地理标志产品", status, Some(area)),
        RightView { source_url: Some("https://example.cn/1".into()), ..right("证明商标", status, None) },
    ];
    let users = [MarkUser {
        name: "演示果品专业合作社".into(),
        credit_code: "931301830000000000".into(),
        right: "地理标志产品".into(),
        from: day("2024-01-01"),
        until: None,
        announcement: Some("演示公告".into()),
    }];
    product_page(&ProductView {
        lang,
        site,
        slug: "jinzhou-yali",
        name,
        name_en: Some("Jinzhou Yali Pear").filter(|_| status == RightStatus::Registered),
        aliases: &["鸭梨".to_owned()],
        category: "水果-梨",
        places: "石家庄市晋州市",
        season: Season::from_window("08-20", "10-31", SeasonKind::Harvest),
        quality: Some("平均单果重200–230g"),
        rights: &rights,
        standards: &[StandardView { number: "GB/T 演示-2020".into(), title: Some("鸭梨".into()), from: Some(day("2020-01-01")) }],
        users: &users,
        sellers: &[],
    })
}

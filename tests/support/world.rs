//! A small world on a fresh database: divisions, a product under a registered right with its area, organisations, growers, plots,
//! mark uses, and desks for the people who act. Everything is put in through entities, so a test may bend any row it likes.
#![allow(missing_docs, reason = "a test's own tools")]

use sea_orm::{ActiveModelTrait, IntoActiveModel};
use yanzhao::db::{self, Db};
use yanzhao::entity::{
    account, area, area_place, division, gi_right, grower, mark_use, mark_use_suspension, organisation, plot, product, standard,
};
use yanzhao::kernel::ids::{self, Noun};
use yanzhao::kernel::{Actor, Clock, Desk, Outcome, Random, Scope, clock};

use super::{Engine, Guard, fresh_database_url};

/// The township inside the area of [`World::right`], and one of the same county outside it.
pub const INSIDE: &str = "130183104";
pub const OUTSIDE: &str = "130183106";
pub const COUNTY: &str = "130183";

pub struct World {
    pub db: Db,
    pub clock: Clock,
    pub random: Random,
    _guard: Guard,
}

/// Runs a command in a transaction of its own: `act!(world, desk, |tx, desk| register_batch(tx, desk, &input), [input])`.
/// What is listed is cloned for every try.
macro_rules! act {
    ($world:expr, $desk:expr, |$tx:ident, $d:ident| $body:expr, [$($kept:ident),*]) => {{
        let kept_desk = $desk.clone();
        $(let $kept = $kept.clone();)*
        $world
            .db
            .write(move |$tx| {
                let $d = kept_desk.clone();
                $(let $kept = $kept.clone();)*
                Box::pin(async move {
                    let $d = &$d;
                    $body.await
                })
            })
            .await
    }};
}
#[allow(unused_imports, reason = "each test program uses its own part")]
pub(crate) use act;

impl World {
    /// A migrated database on 20 October 2026, ten in the morning in China, with a few divisions.
    pub async fn new(engine: Engine) -> Self {
        let (url, guard) = fresh_database_url(engine).await;
        let db = Db::open(&url).await.unwrap();
        db::up(&db).await.unwrap();
        let start = clock::parse_rfc3339("2026-10-20T02:00:00Z").unwrap();
        let world = Self { db, clock: Clock::at(start), random: Random::seeded(7), _guard: guard };
        for (code, name, level, parent) in [
            ("130000", "河北省", "province", None),
            ("130100", "石家庄市", "prefecture", Some("130000")),
            (COUNTY, "晋州市", "county", Some("130100")),
            ("130133", "赵县", "county", Some("130100")),
            (INSIDE, "东里庄镇", "township", Some(COUNTY)),
            (OUTSIDE, "小樵镇", "township", Some(COUNTY)),
        ] {
            let full_name = match level {
                "township" => format!("河北省石家庄市晋州市{name}"),
                "county" => format!("河北省石家庄市{name}"),
                _ => name.to_owned(),
            };
            let row = division::Model {
                kind: String::new(),
                gbt2260: false,
                ended: None,
                verify: false,
                words: String::new(),
                code: code.to_owned(),
                name: name.to_owned(),
                level: level.to_owned(),
                parent_code: parent.map(str::to_owned),
                full_name,
                abolished: false,
                note: None,
            };
            world.put(row).await;
        }
        world
    }

    /// Inserts any row.
    pub async fn put<M, A>(&self, row: M) -> M
    where
        M: IntoActiveModel<A> + Clone + Send + Sync + 'static,
        A: ActiveModelTrait + sea_orm::ActiveModelBehavior + Send + 'static,
        <A::Entity as sea_orm::EntityTrait>::Model: IntoActiveModel<A>,
    {
        let kept = row.clone();
        let written: Outcome<()> = self
            .db
            .write(move |tx| {
                let row = kept.clone().into_active_model().reset_all();
                Box::pin(async move {
                    row.insert(tx.connection()).await?;
                    Ok(())
                })
            })
            .await;
        written.unwrap();
        row
    }

    pub fn id(&self, noun: Noun) -> String {
        ids::new(noun, &self.clock, &self.random)
    }

    /// An account nobody can sign in to; its id.
    pub async fn account(&self, name: &str) -> String {
        let id = self.id(Noun::Account);
        let row = account::Model {
            id: id.clone(),
            name: name.to_owned(),
            display_name: name.to_owned(),
            password_hash: String::new(),
            organisation_id: None,
            state: "active".to_owned(),
            grower_id: None,
            created_at: 0,
        };
        self.put(row).await;
        id
    }

    /// A product on plots with a season 20 August – 31 October and a cap of 2,500 kg a 亩; bend it by `change`.
    pub async fn product(&self, name: &str, change: impl FnOnce(&mut product::Model)) -> String {
        let id = self.id(Noun::Product);
        let mut row = product::Model {
            carry_labels: false,
            on_hand_limit: None,
            latin_name: None,
            city_codes: String::new(),
            product_group: String::new(),
            carry_over_cap: None,
            varieties: String::new(),
            test_plan: None,
            note: None,
            demo_figures: String::new(),
            slug: id.clone(),
            id: id.clone(),
            name: name.to_owned(),
            aliases: String::new(),

            county_codes: COUNTY.to_owned(),
            class: "food".to_owned(),
            base_unit: "g".to_owned(),
            account_basis: "plots".to_owned(),
            season_from: Some("08-20".to_owned()),
            season_to: Some("10-31".to_owned()),
            closing: Some("06-30".to_owned()),
            fresh: true,
            release_by: "automatic".to_owned(),
            yield_cap: Some(2_500_000),
            yield_cap_source: None,
            quality: None,
            sort_key: name.to_owned(),
            source: "test".to_owned(),
            confidence: "A".to_owned(),
            demo: true,
            registered_at: self.clock.now(),
        };
        change(&mut row);
        self.put(row).await;
        id
    }

    pub async fn organisation(&self, name: &str, division_code: &str) -> String {
        let row = organisation::Model {
            id: self.id(Noun::Organisation),
            kind: "producer".to_owned(),
            name: name.to_owned(),
            credit_code: None,
            credit_code_evidence: None,
            division_code: division_code.to_owned(),
            contact: None,
            state: "active".to_owned(),
            demo: true,
            registered_at: self.clock.now(),
        };
        self.put(row).await.id
    }

    /// A registered right of 2010 whose area is the township [`INSIDE`]; bend it by `change`.
    pub async fn right(&self, product_id: &str, holder_id: Option<&str>, change: impl FnOnce(&mut gi_right::Model)) -> String {
        let mut row = gi_right::Model {
            number_confidence: None,
            registration_kind: None,
            registration_confidence: None,
            term_to: None,
            county_codes: String::new(),
            protected_area: None,
            standard_no: None,
            output: None,
            source_kind: None,
            source_row: None,
            id: self.id(Noun::Right),
            product_id: product_id.to_owned(),
            route: "gi_product".to_owned(),
            authority: "国家质检总局".to_owned(),
            status: "registered".to_owned(),
            number: Some("2010年第77号".to_owned()),
            registration_number: None,
            announced_on: Some("2010-07-13".to_owned()),
            date_precision: "day".to_owned(),
            holder: None,
            holder_id: holder_id.map(str::to_owned),
            in_force_from: None,
            in_force_to: None,
            quality: None,
            source: "test".to_owned(),
            source_url: None,
            confidence: "A".to_owned(),
            note: None,
            demo: true,
            recorded_at: self.clock.now(),
        };
        change(&mut row);
        let right = self.put(row).await.id;
        let area_id = self.id(Noun::Area);
        let area = area::Model {
            source_url: None,
            source_row: None,
            note: None,
            id: area_id.clone(),
            right_id: right.clone(),
            as_of: None,
            words: "东里庄镇".to_owned(),
            boundary: None,
            source: "test".to_owned(),
            confidence: "A".to_owned(),
            recorded_at: self.clock.now(),
        };
        self.put(area).await;
        let place = area_place::Model {
            county: None,
            candidate_code: None,
            note: None,
            area_id,
            no: 1,
            kind: "township".to_owned(),
            name: "东里庄镇".to_owned(),
            division_code: Some(INSIDE.to_owned()),
            township: None,
        };
        self.put(place).await;
        right
    }

    pub async fn mark_use(&self, organisation_id: &str, right_id: &str, from: &str, to: Option<&str>) -> String {
        let row = mark_use::Model {
            contract: None,
            artwork_on: None,
            artwork_no: None,
            announcement_id: None,
            id: self.id(Noun::MarkUse),
            organisation_id: organisation_id.to_owned(),
            right_id: right_id.to_owned(),
            state: "in_use".to_owned(),
            in_force_from: from.to_owned(),
            in_force_to: to.map(str::to_owned),
            announcement: None,
            evidence: None,
            demo: true,
            recorded_at: self.clock.now(),
        };
        self.put(row).await.id
    }

    pub async fn suspension(&self, mark_use_id: &str, from: &str) {
        let row = mark_use_suspension::Model {
            document_no: None,
            mark_use_id: mark_use_id.to_owned(),
            from_day: from.to_owned(),
            to_day: None,
            reason: "整改".to_owned(),
        };
        self.put(row).await;
    }

    pub async fn standard(&self, product_id: &str, number: &str, withdrawn_on: Option<&str>) {
        let row = standard::Model {
            version: None,
            level: None,
            replaces: None,
            published_on: None,
            source_url: None,
            note: None,
            id: self.id(Noun::Standard),
            product_id: product_id.to_owned(),
            number: number.to_owned(),
            title: None,
            in_force_from: Some("2020-01-01".to_owned()),
            withdrawn_on: withdrawn_on.map(str::to_owned),
            source: "test".to_owned(),
            confidence: "A".to_owned(),
            demo: true,
        };
        self.put(row).await;
    }

    pub async fn grower(&self, name: &str, registered_by_id: &str) -> String {
        let row = grower::Model {
            id: self.id(Noun::Grower),
            kind: "household".to_owned(),
            name: name.to_owned(),
            division_code: INSIDE.to_owned(),
            village: "东里庄村".to_owned(),
            household_no: None,
            phone: None,
            registered_by_id: registered_by_id.to_owned(),
            registered_at: self.clock.now(),
        };
        self.put(row).await.id
    }

    /// A plot of so many square metres in [`INSIDE`], valid since 2020; bend it by `change`.
    pub async fn plot(&self, holder_id: &str, product_id: &str, area_m2: i64, change: impl FnOnce(&mut plot::Model)) -> String {
        let is_grower = holder_id.starts_with("gro_");
        let id = self.id(Noun::Plot);
        let mut row = plot::Model {
            parcel_code: None,
            replaces_id: None,
            note: None,
            holder_kind: if is_grower { "grower" } else { "organisation" }.to_owned(),
            holder_id: holder_id.to_owned(),
            product_id: product_id.to_owned(),
            name: format!("地块{}", &id[26..]),
            id,
            variety: None,
            planted_year: None,
            tenure: "contracted".to_owned(),
            lessor: None,
            valid_from: "2020-01-01".to_owned(),
            valid_to: None,
            area_m2,
            entered_area: format!("{area_m2} m2"),
            division_code: INSIDE.to_owned(),
            village: "东里庄村".to_owned(),
            as_of: "2020-01-01".to_owned(),
            boundary: None,
            grade: "township".to_owned(),
            min_lon: None,
            max_lon: None,
            min_lat: None,
            max_lat: None,
            registered_by_id: self.registrar().await,
            registered_at: self.clock.now(),
        };
        change(&mut row);
        self.put(row).await.id
    }

    async fn registrar(&self) -> String {
        self.organisation("登记单位", COUNTY).await
    }

    /// Somebody of an organisation, who sees it and nothing else.
    pub fn member(&self, account: &str, organisation_id: &str) -> Desk {
        let scope = Scope { organisations: vec![organisation_id.to_owned()], ..Scope::default() };
        self.desk(account, Some(organisation_id), scope)
    }

    /// Somebody of the office of Shijiazhuang.
    pub fn office(&self, account: &str) -> Desk {
        self.desk(account, None, Scope { divisions: vec!["1301".to_owned()], ..Scope::default() })
    }

    /// Somebody of an association that holds rights.
    pub fn holder(&self, account: &str, organisation_id: &str) -> Desk {
        let scope = Scope { holders: vec![organisation_id.to_owned()], ..Scope::default() };
        self.desk(account, Some(organisation_id), scope)
    }

    pub fn desk(&self, account: &str, organisation_id: Option<&str>, scope: Scope) -> Desk {
        let actor = Actor {
            account_id: format!("acc_{account}"),
            account: account.to_owned(),
            organisation_id: organisation_id.map(str::to_owned),
            handled_by: None,
            scope,
        };
        Desk { clock: self.clock.clone(), random: self.random.clone(), actor }
    }

    /// A statement straight into the database, past every rule.
    pub async fn tamper(&self, sql: &str) {
        use sea_orm::ConnectionTrait;
        let sql = sql.to_owned();
        let done: Outcome<()> = self
            .db
            .write(move |tx| {
                let sql = sql.clone();
                Box::pin(async move {
                    tx.connection().execute_unprepared(&sql).await?;
                    Ok(())
                })
            })
            .await;
        done.unwrap();
    }
}

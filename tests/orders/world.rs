//! One producer with a product, an account, a pack and a batch, and the people around it.

use std::sync::Arc;

use sea_orm::sea_query::{ColumnType, Value as Sql};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IntoActiveModel, Iterable};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use yanzhao::db::{self, Db};
use yanzhao::entity::{
    batch, code_order, code_range, gi_right, mark_use, mark_use_suspension, organisation, pack, product, season_account,
};
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::{Actor, Clock, Desk, Failure, Outcome, Random, Scope};
use yanzhao::ledger;
use yanzhao::trace::commands::range::Done;
use yanzhao::trace::commands::{order, range};
use yanzhao::trace::keys::{KeyProvider, MasterKeys};
use yanzhao::trace::order::OrderRules;

use super::support::{Engine, Guard, fresh_database_url};

/// 2026-11-18 in China.
pub const NOW: i64 = 1_795_000_000_000;
/// What one pack holds, in grams.
pub const PACK: i64 = 5_000;

/// Runs a command in one transaction: `write!(world, tx => [what, it, needs] command(tx, …))`.
macro_rules! write {
    ($world:expr, $tx:ident => [$($name:ident),*] $command:expr) => {{
        $(let $name = $name.clone();)*
        $world.db.write(move |$tx| { $(let $name = $name.clone();)* Box::pin(async move { $command.await }) }).await
    }};
}
pub(crate) use write;

/// A database with the demonstration ground.
pub struct World {
    pub db: Db,
    pub clock: Clock,
    pub random: Random,
    pub keys: Arc<dyn KeyProvider>,
    pub rules: OrderRules,
    _guard: Guard,
}

/// Inserts a row: what is given, and zero, false or nothing for every other column that must be there.
pub async fn put<A>(db: &Db, mut row: A)
where
    A: ActiveModelTrait + ActiveModelBehavior + Send + Sync + Clone + 'static,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A> + Sync,
{
    for column in <A::Entity as EntityTrait>::Column::iter() {
        let definition = column.def();
        if !matches!(row.get(column), ActiveValue::NotSet) || definition.is_null() {
            continue;
        }
        row.set(
            column,
            match definition.get_column_type() {
                ColumnType::BigInteger => Sql::from(0_i64),
                ColumnType::Boolean => Sql::from(false),
                _ => Sql::from(""),
            },
        );
    }
    db.write(move |tx| {
        let row = row.clone();
        Box::pin(async move { row.insert(tx.connection()).await.map(drop).map_err(Failure::from) })
    })
    .await
    .unwrap();
}

fn set(text: &str) -> ActiveValue<String> {
    ActiveValue::Set(text.to_owned())
}

pub fn master(first: u8) -> Arc<dyn KeyProvider> {
    let hex: String = (0..32).map(|i| format!("{:02x}", first.wrapping_add(i))).collect();
    Arc::new(MasterKeys::read(&hex).unwrap())
}

impl World {
    /// `org_p` with 1,000 kg of `pro_a` in season 2026, a released batch `bat_1` of 400 kg, packs of 5 kg; `org_q` has nothing.
    pub async fn new(engine: Engine) -> Self {
        let (url, guard) = fresh_database_url(engine).await;
        let db = Db::open(&url).await.unwrap();
        db::up(&db).await.unwrap();
        let world = Self {
            db,
            clock: Clock::at(NOW),
            random: Random::seeded(7),
            keys: master(0),
            rules: OrderRules {
                issue_limit: 100_000,
                spare_permille: 50,
                base_url: "https://gi.example.cn".to_owned(),
                label_locale: "zh-CN".to_owned(),
                demo: true,
            },
            _guard: guard,
        };
        world.settle().await;
        world
    }

    async fn settle(&self) {
        for (id, division) in [("org_p", "130183"), ("org_q", "130133"), ("org_h", "130183")] {
            let row = organisation::ActiveModel {
                id: set(id),
                name: set(id),
                division_code: set(division),
                state: set("active"),
                ..Default::default()
            };
            put(&self.db, row).await;
        }
        for (id, counties, fresh) in [("pro_a", "130183;130109", true), ("pro_b", "130109", false)] {
            let row = product::ActiveModel {
                id: set(id),
                slug: set(id),
                name: set(if fresh { "晋州鸭梨" } else { "藁城宫面" }),
                county_codes: set(counties),
                base_unit: set("g"),
                fresh: ActiveValue::Set(fresh),
                ..Default::default()
            };
            put(&self.db, row).await;
        }
        for (id, product) in [("rig_a", "pro_a"), ("rig_b", "pro_b")] {
            let holder = ActiveValue::Set(Some("org_h".to_owned()));
            let row = gi_right::ActiveModel {
                id: set(id),
                product_id: set(product),
                status: set("registered"),
                holder_id: holder,
                ..Default::default()
            };
            put(&self.db, row).await;
            let row = mark_use::ActiveModel {
                id: set(&format!("mus_{product}")),
                organisation_id: set("org_p"),
                right_id: set(id),
                state: set("in_use"),
                in_force_from: set("2024-01-01"),
                ..Default::default()
            };
            put(&self.db, row).await;
        }
        self.account("sea_a", "org_p", "pro_a", "2026", 1_000_000).await;
        self.batch("bat_1", 400_000, true).await;
        let row = pack::ActiveModel {
            id: set("pac_5"),
            organisation_id: set("org_p"),
            product_id: set("pro_a"),
            amount: ActiveValue::Set(PACK),
            ..Default::default()
        };
        put(&self.db, row).await;
    }

    /// An approved account with this much of it left.
    pub async fn account(&self, id: &str, party: &str, product: &str, season: &str, grams: i64) {
        let row = season_account::ActiveModel {
            id: set(id),
            party_kind: set("organisation"),
            party_id: set(party),
            product_id: set(product),
            season: set(season),
            state: set("approved"),
            approved: ActiveValue::Set(grams),
            remaining: ActiveValue::Set(grams),
            ..Default::default()
        };
        put(&self.db, row).await;
    }

    /// A batch of `org_p` and `pro_a` with this much covered. (Its account is not debited: nothing here asks.)
    pub async fn batch(&self, id: &str, grams: i64, released: bool) {
        let row = batch::ActiveModel {
            id: set(id),
            producer_id: set("org_p"),
            product_id: set("pro_a"),
            season: set("2026"),
            lot: set(id),
            account_id: set("sea_a"),
            state: set(if released { "released" } else { "registered" }),
            amount: ActiveValue::Set(grams),
            covered: ActiveValue::Set(grams),
            released_at: ActiveValue::Set(released.then_some(NOW - DAY)),
            ..Default::default()
        };
        put(&self.db, row).await;
    }

    /// Changes a batch behind the program's back.
    pub async fn change_batch(&self, id: &str, change: batch::ActiveModel) {
        let row = batch::ActiveModel { id: set(id), ..change };
        self.db
            .write(move |tx| {
                let row = row.clone();
                Box::pin(async move { row.update(tx.connection()).await.map(drop).map_err(Failure::from) })
            })
            .await
            .unwrap();
    }

    /// Suspends the mark use of `pro_a` from a day on.
    pub async fn suspend(&self, from: &str, to: Option<&str>) {
        let to_day = ActiveValue::Set(to.map(str::to_owned));
        put(
            &self.db,
            mark_use_suspension::ActiveModel {
                document_no: sea_orm::Set(None),
                mark_use_id: set("mus_pro_a"),
                from_day: set(from),
                to_day,
                reason: set("整改"),
            },
        )
        .await;
    }

    fn desk(&self, account: &str, organisation: Option<&str>, scope: Scope) -> Desk {
        let actor = Actor {
            account_id: account.to_owned(),
            account: account.to_owned(),
            organisation_id: organisation.map(str::to_owned),
            handled_by: None,
            scope,
        };
        Desk { clock: self.clock.clone(), random: self.random.clone(), actor }
    }
    /// The producer `org_p`.
    pub fn producer(&self) -> Desk {
        self.desk("producer", Some("org_p"), Scope { organisations: vec!["org_p".to_owned()], ..Scope::default() })
    }
    /// Another producer.
    pub fn stranger(&self) -> Desk {
        self.desk("stranger", Some("org_q"), Scope { organisations: vec!["org_q".to_owned()], ..Scope::default() })
    }
    /// An officer of the division with this prefix.
    pub fn officer(&self, account: &str, prefix: &str) -> Desk {
        self.desk(account, None, Scope { divisions: vec![prefix.to_owned()], ..Scope::default() })
    }
    /// The mark holder.
    pub fn holder(&self) -> Desk {
        self.desk("holder", Some("org_h"), Scope { holders: vec!["org_h".to_owned()], ..Scope::default() })
    }

    /// Orders codes; what is left out is a plain order of 10 units by `org_p`.
    pub async fn order_as(&self, desk: Desk, more: Value) -> Outcome<code_order::Model> {
        let mut whole = json!({ "product_id": "pro_a", "season": "2026", "pack_id": "pac_5", "kind": "unit", "count": 10 });
        for (name, value) in more.as_object().unwrap() {
            whole[name] = value.clone();
            if value.is_null() {
                whole.as_object_mut().unwrap().remove(name);
            }
        }
        let (input, keys, rules) = (read(whole), &self.keys, &self.rules);
        let desk = &desk;
        let input: yanzhao::trace::order::OrderInput = input;
        write!(self, tx => [desk, keys, rules, input] order::order_codes(tx, &desk, keys.as_ref(), &rules, &input))
    }
    pub async fn order(&self, more: Value) -> Outcome<code_order::Model> {
        self.order_as(self.producer(), more).await
    }

    /// A verb of a roll, as the producer.
    pub async fn verb(&self, verb: &'static str, order: &str, input: Value) -> Outcome<Done> {
        self.verb_as(self.producer(), verb, order, input).await
    }
    pub async fn verb_as(&self, desk: Desk, verb: &'static str, order: &str, input: Value) -> Outcome<Done> {
        let (keys, id, officer) = (&self.keys, &order.to_owned(), desk.actor.organisation_id.is_none());
        let (desk, input) = (&desk, &input);
        write!(self, tx => [desk, keys, id, input] async move {
            let keys = keys.as_ref();
            match verb {
                "bind" => range::bind_codes(tx, &desk, keys, &id, &read(input)).await,
                "activate" => range::activate_codes(tx, &desk, keys, &id, &read(input)).await,
                "undo" => range::undo_codes(tx, &desk, keys, &id, &read(input)).await,
                "void" => range::void_codes(tx, &desk, keys, &id, &read(input), officer).await,
                "return" => range::return_codes(tx, &desk, keys, &id, &read(input)).await,
                other => panic!("{other} is no verb"),
            }
        })
    }
    /// Binds a stretch to `bat_1`.
    pub async fn bind(&self, order: &str, first: i64, last: i64) -> Outcome<Done> {
        self.verb("bind", order, json!({ "first": first, "last": last, "batch_id": "bat_1" })).await
    }

    pub async fn order_row(&self, id: &str) -> code_order::Model {
        code_order::Entity::find().all(self.db.reader()).await.unwrap().into_iter().find(|r| r.id == id).unwrap()
    }
    pub async fn ranges(&self, order_no: i64) -> Vec<code_range::Model> {
        let mut rows = code_range::Entity::find().all(self.db.reader()).await.unwrap();
        rows.retain(|r| r.order_no == order_no);
        rows.sort_by_key(|r| r.first);
        rows
    }
    /// `1–5 bound、6–10 issued`
    pub async fn shape(&self, order_no: i64) -> String {
        let rows = self.ranges(order_no).await;
        rows.iter().map(|r| format!("{}–{} {}", r.first, r.last, r.state)).collect::<Vec<_>>().join("、")
    }
    /// reserved, coded, burned of `sea_a` and coded of `bat_1`, in packs.
    pub async fn figures(&self) -> (i64, i64, i64, i64) {
        let account = season_account::Entity::find_by_id("sea_a").one(self.db.reader()).await.unwrap().unwrap();
        let batch = batch::Entity::find_by_id("bat_1").one(self.db.reader()).await.unwrap().unwrap();
        for grams in [account.reserved, account.coded, account.burned, batch.coded] {
            assert_eq!(grams % PACK, 0);
        }
        (account.reserved / PACK, account.coded / PACK, account.burned / PACK, batch.coded / PACK)
    }
    /// The body of the last event.
    pub async fn last_event(&self) -> Value {
        let mut last = Value::Null;
        let report = ledger::verify(self.db.reader(), &[], |_, _, body| last = body.clone()).await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        last
    }
}

/// Reads what a client sends.
pub fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Holds a refusal against its code, and sees that it has words in both languages with all the figures they ask for.
#[track_caller]
pub fn refuses<T: std::fmt::Debug>(outcome: Outcome<T>, code: &str) -> Failure {
    let failure = outcome.unwrap_err();
    assert!(failure.says(code), "expected {code}, got {failure}");
    assert_eq!(failure.source, None, "{failure}");
    let params = failure.fields.iter().find(|f| f.code == code).map_or(&failure.params, |f| &f.params);
    let names: Vec<&str> = params.iter().map(|p| p.0).collect();
    if failure.code == "not_found" {
        return failure;
    }
    for words in [words("zh-CN"), words("en")] {
        let line = words.iter().find(|(key, _)| key == code).unwrap_or_else(|| panic!("no words for {code}"));
        for asked in line.1.split("%{").skip(1).map(|rest| rest.split('}').next().unwrap()) {
            assert!(names.contains(&asked), "{code} has no figure {asked} for its words");
        }
    }
    failure
}

/// Every refusal's words.
fn words(locale: &str) -> Vec<(String, String)> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/words");
    let files =
        std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| p.to_string_lossy().ends_with(&format!(".{locale}.yml")));
    let mut all = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let refusals = text.lines().skip_while(|l| *l != "refusal:").skip(1).take_while(|l| l.starts_with("  ") || l.is_empty());
        all.extend(refusals.filter_map(|l| l.trim().split_once(": ")).map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    all
}

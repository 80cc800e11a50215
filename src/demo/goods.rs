//! Goods for the demonstration: growers, plots, mark uses, season accounts, deliveries, batches, orders, one recall. Every step is the
//! command that people use, in the name of the account that would take it.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::plan::{HARVESTS, Harvest};
use crate::config::Config;
use crate::db::{Act, Db, Tx};
use crate::identity::queries::standing_of;
use crate::identity::role::Permission;
use crate::kernel::day::in_yearly_window;
use crate::kernel::{Actor, Clock, Day, Desk, Failure, Outcome, Random};
use crate::registry::commands::{grant_mark_use, load_demo_figures, register_grower, register_plot};
use crate::registry::queries::{ProductView, product};
use crate::supervision::commands::{confirm_recall, propose_recall};
use crate::trace::commands::account::{approve_account, propose_account};
use crate::trace::commands::batch::{register_batch, release_batch};
use crate::trace::commands::delivery::record_delivery;
use crate::trace::commands::link::link_codes;
use crate::trace::commands::order::order_codes;
use crate::trace::commands::pack::register_pack;
use crate::trace::commands::process::process_batch;
use crate::trace::commands::range::{activate_codes, void_codes};
use crate::trace::commands::reduce::reduce_batch;
use crate::trace::commands::shipment::send_goods;
use crate::trace::keys::KeyProvider;
use crate::trace::order::OrderRules;
use crate::trace::queries::batch::BatchView;
use crate::trace::queries::order::{OrderFilter, orders};

/// Everything a step needs.
pub(super) struct Workshop<'a> {
    pub db: &'a Db,
    pub clock: &'a Clock,
    pub random: &'a Random,
    pub keys: &'a Arc<dyn KeyProvider>,
    pub config: &'a Config,
}

fn input<T: DeserializeOwned>(value: Value) -> Outcome<T> {
    serde_json::from_value(value).map_err(Failure::broken)
}

impl Workshop<'_> {
    /// The account's own standing for one permission.
    pub(super) async fn actor(&self, account: &str, permission: Permission) -> Outcome<Actor> {
        standing_of(self.db, self.clock, account).await?.acting(permission).ok_or_else(Failure::not_permitted)
    }

    /// One act in the name of an account.
    pub(super) async fn act<I, T, F>(&self, account: &str, permission: Permission, given: Value, act: F) -> Outcome<T>
    where
        I: DeserializeOwned + Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx, Desk, Arc<I>) -> Act<'t, T> + Send + Sync + 'static,
    {
        let actor = self.actor(account, permission).await?;
        let desk = Desk { clock: self.clock.clone(), random: self.random.clone(), actor };
        let given = Arc::new(input::<I>(given)?);
        self.db.write(move |tx| act(tx, desk.clone(), given.clone())).await
    }

    /// Prepares what is missing. A harvest whose lots are there is left alone.
    ///
    /// # Errors
    /// Only ours: what the demonstration asks for is allowed.
    pub(super) async fn prepare(&self) -> Outcome<()> {
        load_demo_figures(self.db, &Desk::system(self.clock, self.random)).await?;
        for harvest in &HARVESTS {
            let producer = self.actor(harvest.account, Permission::CodeOrderRead).await?;
            if orders(self.db, &producer, &OrderFilter::default(), None, 1).await?.is_empty() {
                self.harvest(harvest).await?;
            }
        }
        self.printing_house().await?;
        self.association().await?;
        self.market().await?;
        self.reports().await?;
        self.inspecting().await?;
        self.application().await?;
        self.annual_reports().await?;
        Ok(())
    }

    async fn harvest(&self, plan: &Harvest) -> Outcome<()> {
        let today = self.clock.today();
        let product = product(self.db, plan.slug, None, today).await?;
        let picked = last_day_in_season(&product, today);
        let organisation = self.actor(plan.account, Permission::BatchRegister).await?.organisation_id.ok_or_else(Failure::not_found)?;
        self.mark_uses(&product, &organisation, picked).await?;
        let season = season_of(&product, picked);
        let sources = if plan.growers.is_empty() {
            let grams = plan.kilograms * 950;
            self.account(&organisation, &product, &season, "raw_material", grams).await?;
            let flour = json!({ "name": "小麦粉", "weight_g": plan.kilograms * 1000, "document_no": "演示进货单 01" });
            vec![json!({ "input": flour, "net_weight_g": grams })]
        } else {
            self.deliveries(plan, &product, &season, picked).await?
        };
        let pack = json!({ "product_id": product.id, "grade": "特级", "net_weight_g": plan.pack_g, "shelf_life_days": plan.keeps });
        let pack = self
            .act(plan.account, Permission::PackRegister, pack, |tx, desk, i| Box::pin(async move { register_pack(tx, &desk, &i).await }))
            .await?;
        let (sold, recalled) = split(&sources);
        let store = self.cold_store(plan).await?;
        let sold = self.batch(plan, &product, picked, 1, sold, &store).await?;
        self.papers(plan, &product, &sold).await?;
        let units = self.codes(plan, &sold, &pack.id, 400, 20).await?;
        self.cases(plan, &sold, &units).await?;
        self.grade(plan, &sold).await?;
        self.shipment(plan, &units).await?;
        let gone = self.batch(plan, &product, picked, 2, recalled, &store).await?;
        self.codes(plan, &gone, &pack.id, 60, 0).await?;
        if plan.account == "producer" {
            self.recall(&gone).await?;
        }
        Ok(())
    }

    /// Leave to use the mark of every right that is registered.
    async fn mark_uses(&self, product: &ProductView, organisation: &str, before: Day) -> Outcome<()> {
        for right in
            product.rights.iter().filter(|r| r.status == "registered" && matches!(r.route.as_str(), "gi_product" | "certification_mark"))
        {
            let given = json!({ "organisation_id": organisation, "right_id": right.id, "in_force_from": before.plus(-400), "contract": "演示：许可使用合同 2024-01" });
            self.act("office", Permission::MarkUseRecord, given, |tx, desk, i| {
                Box::pin(async move { grant_mark_use(tx, &desk, &i, true).await.map(|_| ()) })
            })
            .await?;
        }
        Ok(())
    }

    /// A season account, proposed by one person and approved by another.
    async fn account(&self, party: &str, product: &ProductView, season: &str, basis: &str, grams: i64) -> Outcome<()> {
        let given = json!({ "party_id": party, "product_id": product.id, "season": season, "basis": basis, "basis_note": "演示：按面积与亩产上限", "evidence": "演示：核产表", "measured": true, "approved_g": grams });
        let account = self
            .act("office", Permission::SeasonAccountPropose, given, |tx, desk, i| {
                Box::pin(async move { propose_account(tx, &desk, &i).await })
            })
            .await?;
        self.act("office2", Permission::SeasonAccountApprove, Value::Null, move |tx, desk, _: Arc<Value>| {
            let id = account.id.clone();
            Box::pin(async move { approve_account(tx, &desk, &id).await.map(|_| ()) })
        })
        .await
    }

    /// Growers with their plots and accounts, and what each of them delivers.
    async fn deliveries(&self, plan: &Harvest, product: &ProductView, season: &str, picked: Day) -> Outcome<Vec<Value>> {
        let mut sources = Vec::new();
        for (n, (township, village)) in plan.growers.iter().enumerate() {
            let given = json!({ "name": format!("演示种植户{}", ["甲", "乙", "丙"][n % 3]), "division_code": township, "village": village, "household_no": format!("{}", n + 1) });
            let grower = self
                .act(plan.account, Permission::GrowerRegister, given, |tx, desk, i| {
                    Box::pin(async move { register_grower(tx, &desk, &i).await })
                })
                .await?;
            let given = json!({
                "holder_id": grower.id, "product_id": product.id, "tenure": "contracted", "planted_year": 2005, "area": plan.mu, "area_unit": "mu",
                "valid_from": picked.plus(-300), "places": [{ "division_code": township, "village": village }],
            });
            let plot = self
                .act(plan.account, Permission::PlotRegister, given, |tx, desk, i| {
                    Box::pin(async move { register_plot(tx, &desk, &i).await.map(|p| p.row) })
                })
                .await?;
            self.account(&grower.id, product, season, "plots", plan.kilograms * 1200).await?;
            let given = json!({
                "grower_id": grower.id, "plot_id": plot.id, "product_id": product.id, "delivered_on": self.clock.today().plus(-3).max(picked),
                "net_weight_g": plan.kilograms * 1000, "grade": "特级", "cert_no": format!("演示合格证 {:02}", n + 1),
            });
            let delivery = self
                .act(plan.account, Permission::DeliveryRecord, given, |tx, desk, i| {
                    Box::pin(async move { record_delivery(tx, &desk, &i).await })
                })
                .await?;
            self.spray(plan, &plot.id, picked).await?;
            self.received(plan, &delivery.id, n, village).await?;
            if n == 0 {
                self.people(plan.account, &product.id, &grower.id, season, plan.kilograms * 1000).await?;
            }
            sources.push(json!({ "delivery_id": delivery.id, "net_weight_g": plan.kilograms * 1000 }));
        }
        Ok(sources)
    }

    /// A batch, registered and released.
    async fn batch(
        &self,
        plan: &Harvest,
        product: &ProductView,
        picked: Day,
        n: u32,
        sources: Vec<Value>,
        store: &str,
    ) -> Outcome<BatchView> {
        let packed = self.clock.today();
        let given = json!({
            "product_id": product.id, "lot": format!("{}-{}-{n:02}", picked.year(), plan.lot), "sources": sources,
            "harvested_from": picked.plus(-2), "harvested_to": picked, "produced_on": packed, "packed_on": packed, "best_before": packed.plus(plan.keeps), "grade": "特级",
            "facility_id": store,
            "tests": [{ "item": plan.test.0, "result": plan.test.1, "laboratory": "演示检测室", "report_no": format!("演示-{n:02}"), "reported_on": packed }],
        });
        let batch = self
            .act(plan.account, Permission::BatchRegister, given, |tx, desk, i| Box::pin(async move { register_batch(tx, &desk, &i).await }))
            .await?;
        let id = batch.id;
        self.act(plan.account, Permission::BatchRelease, json!({}), move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { release_batch(tx, &desk, &id, &i).await })
        })
        .await
    }

    /// Codes for a batch: most of them put into use, a few lost, the rest left as they were printed.
    async fn codes(&self, plan: &Harvest, batch: &BatchView, pack: &str, count: i64, spare: i64) -> Outcome<String> {
        let given = json!({ "batch_id": batch.id, "pack_id": pack, "kind": "unit", "count": count, "spare": spare });
        let order = self.in_use(plan, given, count * 3 / 4).await?;
        let (keys, id) = (self.keys.clone(), order.clone());
        let lost = json!({ "first": count - 9, "last": count - 5, "reason": "lost", "note": "演示：包装车间遗失" });
        self.act(plan.account, Permission::CodesVoid, lost, move |tx, desk, i| {
            let (keys, id) = (keys.clone(), id.clone());
            Box::pin(async move { void_codes(tx, &desk, keys.as_ref(), &id, &i, false).await.map(|_| ()) })
        })
        .await?;
        Ok(order)
    }

    /// Thirty cases of ten, with the labels that are in use in them.
    async fn cases(&self, plan: &Harvest, batch: &BatchView, units: &str) -> Outcome<()> {
        let cases = self.in_use(plan, json!({ "batch_id": batch.id, "kind": "case", "count": 30 }), 30).await?;
        let keys = self.keys.clone();
        let packed = json!({ "mode": "ratio", "first": 1, "last": 30, "child_order_id": units, "child_first": 1, "per": 10 });
        self.act(plan.account, Permission::CodesLink, packed, move |tx, desk, i| {
            let (keys, id) = (keys.clone(), cases.clone());
            Box::pin(async move { link_codes(tx, &desk, keys.as_ref(), &id, &i).await.map(|_| ()) })
        })
        .await
    }

    /// An order bound to its batch, the first of its codes in use; its id.
    async fn in_use(&self, plan: &Harvest, given: Value, last: i64) -> Outcome<String> {
        let rules = OrderRules {
            issue_limit: self.config.issue_limit,
            spare_permille: self.config.spare_permille,
            base_url: self.config.base_url.clone(),
            label_locale: "zh-CN".to_owned(),
            demo: true,
        };
        let keys = self.keys.clone();
        let order = self
            .act(plan.account, Permission::CodeOrderRequest, given, move |tx, desk, i| {
                let (keys, rules) = (keys.clone(), rules.clone());
                Box::pin(async move { order_codes(tx, &desk, keys.as_ref(), &rules, &i).await })
            })
            .await?;
        let (keys, id) = (self.keys.clone(), order.id.clone());
        self.act(plan.account, Permission::CodesBind, json!({ "first": 1, "last": last }), move |tx, desk, i| {
            let (keys, id) = (keys.clone(), id.clone());
            Box::pin(async move { activate_codes(tx, &desk, keys.as_ref(), &id, &i).await.map(|_| ()) })
        })
        .await?;
        Ok(order.id)
    }

    /// Grades a twentieth of a batch that is not under codes, and writes down what the canteen used of it.
    async fn grade(&self, plan: &Harvest, batch: &BatchView) -> Outcome<()> {
        let part = batch.figure("loose") / 20_000 * 1000;
        let tenth = part / 10;
        let given = json!({
            "kind": "grading", "net_weight_g": part, "loss_g": tenth, "reason": "演示：分级",
            "outputs": [
                { "lot": format!("{}-T", batch.lot), "net_weight_g": 6 * tenth, "grade": "特级" },
                { "lot": format!("{}-Y", batch.lot), "net_weight_g": part - 7 * tenth, "grade": "一级" },
            ],
        });
        let id = batch.id.clone();
        let graded = self
            .act(plan.account, Permission::BatchProcess, given, move |tx, desk, i| {
                let id = id.clone();
                Box::pin(async move { process_batch(tx, &desk, &id, &i).await })
            })
            .await?;
        let Some(id) = graded.outputs.last().map(|output| output.batch_id.clone()) else { return Ok(()) };
        let used = json!({ "kind": "own_use", "amount_g": tenth / 10, "reason": "演示：食堂自用" });
        self.act(plan.account, Permission::MovementRecord, used, move |tx, desk, i| {
            let id = id.clone();
            Box::pin(async move { reduce_batch(tx, &desk, &id, &i).await.map(|_| ()) })
        })
        .await
    }

    /// Twenty labelled packs sent to the demonstration's seller.
    async fn shipment(&self, plan: &Harvest, units: &str) -> Outcome<()> {
        let seller = self.actor("seller", Permission::ShipmentRead).await?.organisation_id.ok_or_else(Failure::not_found)?;
        let given = json!({
            "lines": [{ "order_id": units, "first": 41, "last": 60 }], "consignee": { "organisation_id": seller, "contact": "演示收货人" },
            "place": "石家庄市", "carrier": "演示物流",
        });
        let keys = self.keys.clone();
        self.act(plan.account, Permission::ShipmentSend, given, move |tx, desk, i| {
            let keys = keys.clone();
            Box::pin(async move { send_goods(tx, &desk, keys.as_ref(), &i).await.map(|_| ()) })
        })
        .await
    }

    /// A recall by two supervisors.
    async fn recall(&self, batch: &BatchView) -> Outcome<()> {
        let given = json!({ "batch_id": batch.id, "ordered_by": "演示市场监管部门", "document_no": "演示追字〔2026〕1号", "reason": "演示：农药残留超标", "public_text": "农药残留超标" });
        let recall = self
            .act("supervisor", Permission::RecallPropose, given, |tx, desk, i| Box::pin(async move { propose_recall(tx, &desk, &i).await }))
            .await?;
        self.act("supervisor2", Permission::RecallConfirm, Value::Null, move |tx, desk, _: Arc<Value>| {
            let id = recall.id.clone();
            Box::pin(async move { confirm_recall(tx, &desk, &id).await.map(|_| ()) })
        })
        .await
    }
}

/// The last day in the season up to today: the day the demonstration's fruit was picked.
fn last_day_in_season(product: &ProductView, today: Day) -> Day {
    let (Some(from), Some(to)) = (&product.season_from, &product.season_to) else { return today.plus(-10) };
    (1..400).map(|back| today.plus(-back)).find(|day| in_yearly_window(*day, from, to)).unwrap_or(today)
}

/// The year in which that season began.
fn season_of(product: &ProductView, picked: Day) -> String {
    let passes_new_year = product.season_from > product.season_to;
    let before = passes_new_year && product.season_from.as_ref().is_some_and(|from| picked.month_day() < *from);
    (picked.year() - i32::from(before)).to_string()
}

/// Nine tenths for the batch that is sold, one tenth for the one that is recalled.
fn split(sources: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let share = |part: fn(i64) -> i64| {
        sources
            .iter()
            .map(|source| {
                let mut source = source.clone();
                let grams = source["net_weight_g"].as_i64().unwrap_or(0);
                source["net_weight_g"] = json!(part(grams));
                if let Some(flour) = source["input"]["weight_g"].as_i64() {
                    source["input"]["weight_g"] = json!(part(flour));
                }
                source
            })
            .collect()
    };
    (share(|g| g - g / 10), share(|g| g / 10))
}

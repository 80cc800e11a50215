//! Sets the stage on an empty database: places, the product with its right, producers with leave to use the mark, growers with plots and
//! approved accounts, sellers and listings. Rows of the register are put straight in (what is tried out here is not their registration);
//! plots, accounts, sellers and everything later go through the commands, many to a transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use yanzhao::entity::{division, facility, organisation, rule_version};
use yanzhao::kernel::clock::DAY;
use yanzhao::kernel::ids::Noun;
use yanzhao::kernel::{Day, Desk, Random, Scope};
use yanzhao::registry::commands::{PlaceInput, PlotInput, register_plot};
use yanzhao::registry::plot::Tenure;
use yanzhao::supervision::commands::listing::grant_authorisation;
use yanzhao::trace::commands::account::{AccountInput, approve_account, propose_account};
use yanzhao::trace::commands::pack::register_pack;
use yanzhao::trace::keys::{KeyProvider, MasterKeys};
use yanzhao::trace::order::OrderRules;
use yanzhao::trace::pack::PackInput;
use yanzhao::trace::scan::{ScanDesk, ScanSettings};
use yanzhao::trade::authorisation::AuthorisationInput;
use yanzhao::trade::commands::register_seller;
use yanzhao::trade::seller::{SellerInput, SellerKind, Shop as SellerShop};

use super::drive::Door;
use super::people::CITIES;
use super::plan::{CAP, Plan};
use super::truth::Subject;
use crate::support::Engine;
use crate::support::world::{COUNTY, INSIDE, World, act};

/// Of one producer.
pub struct House {
    pub id: String,
    pub desk: Desk,
    pub pack: String,
    pub store: Option<String>,
}

/// Of one grower.
pub struct Household {
    pub id: String,
    pub plot: String,
}

/// Everything on the database that a plan's indices stand for.
pub struct Stage {
    pub world: World,
    pub product: String,
    pub everybody: Desk,
    pub office: Desk,
    pub second: Desk,
    pub keys: Arc<dyn KeyProvider>,
    pub rules: OrderRules,
    pub scans: ScanDesk,
    pub houses: Vec<House>,
    pub households: Vec<Household>,
    /// Organisation and seller of each seller of the plan.
    pub sellers: Vec<(String, String)>,
    pub doors: Vec<Door>,
}

/// A credit code of a firm that does not exist: both check characters are right.
fn credit_code(number: usize) -> String {
    let alphabet = yanzhao::identity::credit_code::ALPHABET;
    let value = |c: u8| alphabet.iter().position(|a| *a == c).unwrap_or(0);
    let body = format!("{number:08}");
    let sum: usize = body.bytes().zip([3, 7, 9, 10, 5, 8, 4, 2]).map(|(c, w)| value(c) * w).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        n => char::from(b'0' + n as u8),
    };
    let text = format!("91130183{body}{check}");
    let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let sum: usize = text.bytes().zip(weights).map(|(c, w)| value(c) * w).sum();
    format!("{text}{}", char::from(alphabet[(31 - sum % 31) % 31]))
}

impl Stage {
    /// The stage of a plan; the clock stands at ten in the morning of 1 August 2026.
    pub async fn set(engine: Engine, plan: &Plan) -> Self {
        let world = World::new(engine).await;
        let first = Day::parse("2026-08-01").unwrap();
        world.clock.advance(-world.clock.today().since(first) * DAY);
        places(&world).await;
        let product = world.product("晋州鸭梨", |row| row.yield_cap = Some(i64::try_from(CAP).unwrap())).await;
        let association = world.organisation("演示鸭梨协会", COUNTY).await;
        let right = world.right(&product, Some(&association), |_| {}).await;
        world.standard(&product, "演示标准 YL-2026", None).await;
        let hex: String = (0..32_u8).map(|i| format!("{i:02x}")).collect();
        let keys: Arc<dyn KeyProvider> = Arc::new(MasterKeys::read(&hex).unwrap());
        let rules = OrderRules {
            issue_limit: 1_000_000,
            spare_permille: 50,
            base_url: "https://gi.example.cn".to_owned(),
            label_locale: "zh-CN".to_owned(),
            demo: true,
        };
        let scans = ScanDesk::start(world.db.clone(), world.clock.clone(), Random::seeded(11), keys.clone(), ScanSettings::default())
            .await
            .unwrap();
        let mut stage = Self {
            everybody: world.desk("everybody", None, Scope { all: true, ..Scope::default() }),
            office: world.office("office"),
            second: world.office("second"),
            world,
            product,
            keys,
            rules,
            scans,
            houses: Vec::new(),
            households: Vec::new(),
            sellers: Vec::new(),
            doors: Vec::new(),
        };
        stage.houses(plan, &right).await;
        stage.growers(plan).await;
        stage.sellers(plan).await;
        stage
    }

    async fn houses(&mut self, plan: &Plan, right: &str) {
        for (no, producer) in plan.producers.iter().enumerate() {
            let id = self.world.organisation(&format!("演示果品合作社{no:03}"), COUNTY).await;
            self.world.mark_use(&id, right, "2024-01-01", None).await;
            let desk = self.world.member(&format!("house{no}"), &id);
            let store = if producer.cold_store { Some(self.cold_store(&id).await) } else { None };
            let net_weight_g = Some(i64::try_from(producer.pack_g).unwrap());
            let input = PackInput { product_id: self.product.clone(), net_weight_g, ..PackInput::default() };
            let pack = act!(self.world, desk, |tx, desk| register_pack(tx, desk, &input), [input]).unwrap().id;
            self.houses.push(House { id, desk, pack, store });
        }
    }

    async fn cold_store(&self, organisation: &str) -> String {
        let row = facility::Model {
            id: self.world.id(Noun::Facility),
            organisation_id: organisation.to_owned(),
            kind: "cold_store".to_owned(),
            name: "一号冷库".to_owned(),
            tenure: "own".to_owned(),
            lessor: None,
            division_code: COUNTY.to_owned(),
            address: None,
            capacity: None,
            valid_from: "2020-01-01".to_owned(),
            valid_to: None,
            registered_at: self.world.clock.now(),
            registered_by: "acc_x".to_owned(),
        };
        self.world.put(row).await.id
    }

    /// Households, then their plots: who lies on somebody else's land comes last. What the door refuses is declared again as it is.
    async fn growers(&mut self, plan: &Plan) {
        for (no, grower) in plan.growers.iter().enumerate() {
            let id = self.world.grower(&format!("农户{no:04}"), &self.houses[grower.producer].id.clone()).await;
            self.households.push(Household { id, plot: String::new() });
        }
        let mut order: Vec<usize> = (0..plan.growers.len()).collect();
        order.sort_by_key(|no| plan.growers[*no].lies_on.is_some());
        for chunk in order.chunks(50) {
            for &no in chunk {
                self.plot(plan, no).await;
            }
        }
    }

    async fn plot(&mut self, plan: &Plan, no: usize) {
        let grower = &plan.growers[no];
        let desk = self.houses[grower.producer].desk.clone();
        let input = |m2: u64, drawn: bool| PlotInput {
            holder_id: self.households[no].id.clone(),
            product_id: self.product.clone(),
            name: Some(format!("地块{no:04}")),
            variety: None,
            planted_year: None,
            tenure: Tenure::Contracted,
            lessor: None,
            parcel_code: None,
            replaces: None,
            valid_from: Day::parse("2020-01-01").unwrap(),
            valid_to: None,
            area: None,
            area_unit: None,
            area_m2: Some(i64::try_from(m2).unwrap()),
            places: vec![PlaceInput {
                division_code: INSIDE.to_owned(), as_of: None, village: Some(format!("演示{}村", grower.village))
            }],
            geometry: drawn.then(|| square(grower.lies_on.unwrap_or(no), m2)),
            note: None,
        };
        let first = input(grower.declared_m2, grower.drawn);
        let outcome = act!(self.world, desk, |tx, desk| register_plot(tx, desk, &first), [first]);
        let (plot, m2) = match outcome {
            Ok(made) => (made.row.id, grower.declared_m2),
            Err(failure) => {
                self.doors.push(Door::at(0, "plot", &failure, vec![Subject::Grower(no)]));
                let honest = input(grower.real_m2, false);
                let made = act!(self.world, desk, |tx, desk| register_plot(tx, desk, &honest), [honest]).unwrap();
                (made.row.id, grower.real_m2)
            }
        };
        self.households[no].plot = plot;
        let approved = m2 * CAP * 3 / 2000 / 100 * 95;
        let input = AccountInput {
            party_id: self.households[no].id.clone(),
            product_id: self.product.clone(),
            season: "2026".to_owned(),
            approved_g: Some(i64::try_from(approved).unwrap()),
            ..AccountInput::default()
        };
        let second = self.second.clone();
        act!(
            self.world,
            self.office,
            |tx, desk| async move {
                let proposed = propose_account(tx, desk, &input).await?;
                approve_account(tx, &second, &proposed.id).await
            },
            [input, second]
        )
        .unwrap();
    }

    async fn sellers(&mut self, plan: &Plan) {
        for (no, seller) in plan.sellers.iter().enumerate() {
            let code = credit_code(no + 1);
            let organisation_id = match seller.producer {
                Some(producer) => {
                    let id = self.houses[producer].id.clone();
                    self.world.tamper(&format!("UPDATE organisation SET credit_code = '{code}' WHERE id = '{id}'")).await;
                    id
                }
                None => self.shop(no, &code).await,
            };
            let input = SellerInput {
                kind: SellerKind::Organisation,
                name: format!("演示网店{no:03}"),
                credit_code: Some(code),
                division_code: seller.shop.map_or(COUNTY, |shop| CITIES[plan.shops[shop].city].2).to_owned(),
                place: None,
                contact: None,
                shops: vec![SellerShop { platform: "淘宝".into(), name: format!("演示旗舰店{no:03}") }],
            };
            let made = act!(self.world, self.everybody, |tx, desk| register_seller(tx, desk, &input), [input]).unwrap();
            self.sellers.push((organisation_id, made.id));
        }
        self.authorise(plan).await;
    }

    /// Puts other thresholds in force from the first day, as if a person had tested and decided them before the season.
    pub async fn tune(&self, limits: &[(String, String, i64)]) {
        let mut rules: BTreeMap<&str, serde_json::Map<String, serde_json::Value>> = BTreeMap::new();
        for (rule, name, value) in limits {
            rules.entry(rule).or_default().insert(name.clone(), json!(value));
        }
        for (rule, values) in rules {
            let row = rule_version::Model {
                id: self.world.id(Noun::RuleVersion),
                rule: rule.to_owned(),
                thresholds: serde_json::Value::Object(values).to_string(),
                is_on: true,
                reason: "模拟".to_owned(),
                state: "in_force".to_owned(),
                proposed_by: "acc_x".to_owned(),
                proposed_at: self.world.clock.now(),
                progress: 0,
                test: None,
                from_day: Some("2026-08-01".to_owned()),
                decided_by: Some("acc_y".to_owned()),
                decided_at: Some(self.world.clock.now()),
            };
            self.world.put(row).await;
        }
    }

    /// Every reseller has the producer's word for what it will get.
    async fn authorise(&self, plan: &Plan) {
        for listing in plan.listings.iter().filter(|listing| plan.sellers[listing.seller].producer.is_none()) {
            let input = AuthorisationInput {
                producer_id: None,
                seller: self.sellers[listing.seller].1.clone(),
                product_id: self.product.clone(),
                season: "2026".to_owned(),
                net_weight_g: Some(i64::try_from(listing.came * listing.pack_g).unwrap()),
                quantity: None,
                from: None,
                to: None,
                contract: None,
            };
            let desk = self.houses[listing.producer].desk.clone();
            act!(self.world, desk, |tx, desk| grant_authorisation(tx, desk, &input), [input]).unwrap();
        }
    }

    async fn shop(&self, no: usize, code: &str) -> String {
        let row = organisation::Model {
            id: self.world.id(Noun::Organisation),
            kind: "seller".to_owned(),
            name: format!("演示电商{no:03}"),
            credit_code: Some(code.to_owned()),
            credit_code_evidence: None,
            division_code: "130100".to_owned(),
            contact: None,
            state: "active".to_owned(),
            demo: true,
            registered_at: self.world.clock.now(),
        };
        self.world.put(row).await.id
    }
}

/// A square of so many square metres; the corners of plot numbers lie far enough apart.
fn square(corner: usize, m2: u64) -> serde_json::Value {
    let (lon, lat) = (114.9 + (corner % 60) as f64 * 0.004, 37.9 + (corner / 60) as f64 * 0.004);
    let side = (m2 as f64).sqrt();
    let (dx, dy) = (side / 111_320.0 / lat.to_radians().cos(), side / 110_950.0);
    json!({ "type": "Polygon", "coordinates": [[[lon, lat], [lon + dx, lat], [lon + dx, lat + dy], [lon, lat + dy], [lon, lat]]] })
}

async fn places(world: &World) {
    for (province, city, code, _) in CITIES {
        if code == "130100" {
            continue;
        }
        let row = division::Model {
            kind: String::new(),
            gbt2260: false,
            ended: None,
            verify: false,
            words: String::new(),
            code: code.to_owned(),
            name: format!("{city}市"),
            level: "prefecture".to_owned(),
            parent_code: None,
            full_name: format!("{province}{city}市"),
            abolished: false,
            note: None,
        };
        world.put(row).await;
    }
}

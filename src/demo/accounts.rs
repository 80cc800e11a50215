//! Demonstration organisations and accounts. Names say “演示”; credit codes are made up and carry right check characters.

use serde_json::{Map, Value};

use crate::db::Db;
use crate::identity::commands::members::name_admin;
use crate::identity::commands::{AccountInput, GrantInput, create_account, grant_role_at_start, register_organisation, set_password};
use crate::identity::credit_code::{check_character, organisation_check};
use crate::identity::organisation::{OrganisationInput, OrganisationKind};
use crate::identity::queries::{account_named, standing_of};
use crate::identity::role::{Permission, Role, ScopeKind};
use crate::identity::{password, store};
use crate::kernel::{Clock, Desk, Failure, Outcome, Random};
use crate::registry::queries::growers;

/// One organisation of the demonstration.
struct House {
    name: &'static str,
    kind: OrganisationKind,
    division: &'static str,
    /// The 14 characters of a made-up credit code that its check characters follow from: authority, kind and region, 6 of the organisation.
    seed: &'static str,
}

const PRODUCER: House =
    House { name: "演示果品专业合作社", kind: OrganisationKind::Producer, division: "130183", seed: "93130183MADEM00" };
const PRODUCER2: House =
    House { name: "演示梨业有限公司", kind: OrganisationKind::Producer, division: "130133", seed: "91130133MADEM01" };
const NOODLES: House = House { name: "演示宫面厂", kind: OrganisationKind::Producer, division: "130109", seed: "91130109MADEM02" };
const HOLDER: House =
    House { name: "演示地理标志协会", kind: OrganisationKind::Holder, division: "130100", seed: "51130100MADEM03" };
const OFFICE: House = House { name: "演示知识产权部门", kind: OrganisationKind::Authority, division: "130100", seed: "" };
const SUPERVISION: House = House { name: "演示市场监管部门", kind: OrganisationKind::Authority, division: "130100", seed: "" };
const COUNTY: House = House { name: "演示县级市场监管部门", kind: OrganisationKind::Authority, division: "130183", seed: "" };
const SELLER: House = House { name: "演示果园旗舰店", kind: OrganisationKind::Seller, division: "130102", seed: "91130102MADEM04" };
const PRINTER: House =
    House { name: "演示印务有限公司", kind: OrganisationKind::Printer, division: "130104", seed: "91130104MADEM05" };

/// How far an account of the demonstration reaches.
enum Reach {
    Own,
    Rights,
    Division(&'static str),
    All,
}

/// Account, organisation, role, reach, and what is said of it.
const ACCOUNTS: &[(&str, Option<&House>, Role, Reach, &str)] = &[
    ("admin", None, Role::AdminSystem, Reach::All, "系统管理员 system administrator"),
    ("security", None, Role::AdminSecurity, Reach::All, "安全管理员 security administrator"),
    ("security2", None, Role::AdminSecurity, Reach::All, "安全管理员（第二人）second person"),
    ("office", Some(&OFFICE), Role::Office, Reach::Division("130100"), "知识产权部门 city IP office"),
    ("office2", Some(&OFFICE), Role::Office, Reach::Division("130100"), "知识产权部门（第二人）second person"),
    ("holder", Some(&HOLDER), Role::Holder, Reach::Rights, "权利人 mark holder"),
    ("producer", Some(&PRODUCER), Role::Producer, Reach::Own, "晋州鸭梨生产者 producer of Jinzhou pears"),
    ("producer2", Some(&PRODUCER2), Role::Producer, Reach::Own, "赵县雪花梨生产者 producer of Zhaoxian pears"),
    ("noodles", Some(&NOODLES), Role::Producer, Reach::Own, "藁城宫面生产者 producer of Gaocheng noodles"),
    ("supervisor", Some(&SUPERVISION), Role::CitySupervision, Reach::Division("130100"), "市级监管 city supervision"),
    ("supervisor2", Some(&SUPERVISION), Role::CitySupervision, Reach::Division("130100"), "市级监管（第二人）second person"),
    ("county", Some(&COUNTY), Role::CountySupervision, Reach::Division("130183"), "县级监管 county supervision"),
    ("seller", Some(&SELLER), Role::Seller, Reach::Own, "销售者 seller"),
    ("printer", Some(&PRINTER), Role::Printer, Reach::Own, "印刷厂 printing house"),
    ("auditor", None, Role::Auditor, Reach::All, "审计 auditor, changes nothing"),
];

/// A made-up code with right check characters: the organisation's eight, its check, the whole code's check.
fn credit_code(seed: &str) -> Option<String> {
    let organisation = format!("{:0<8}", seed.get(8..)?);
    let body = format!("{}{organisation}", seed.get(..8)?);
    let body = format!("{body}{}", organisation_check(&organisation)?);
    Some(format!("{body}{}", check_character(&body)?))
}

/// Makes what is missing, sets every password, and says what there is.
///
/// # Errors
/// Only ours.
pub async fn prepare(db: &Db, clock: &Clock, random: &Random, typed: &str) -> Outcome<Value> {
    let hash = password::hash(typed.to_owned(), random).await?;
    let mut said = Map::new();
    for (name, house, role, reach, about) in ACCOUNTS {
        if let Some(account) = account_named(db, name).await? {
            let (id, hash) = (account.id, hash.clone());
            db.write(move |tx| {
                let (id, hash) = (id.clone(), hash.clone());
                Box::pin(async move { set_password(tx, &id, &hash).await })
            })
            .await?;
        } else {
            make(db, &Desk::system(clock, random), name, *house, *role, reach, &hash).await?;
        }
        said.insert((*name).to_owned(), Value::String((*about).to_owned()));
    }
    Ok(Value::Object(said))
}

async fn make(
    db: &Db,
    desk: &Desk,
    name: &'static str,
    house: Option<&'static House>,
    role: Role,
    reach: &'static Reach,
    hash: &str,
) -> Outcome<()> {
    let (scope_kind, division) = match reach {
        Reach::Own => (ScopeKind::Organisation, None),
        Reach::Rights => (ScopeKind::Rights, None),
        Reach::Division(code) => (ScopeKind::Division, Some((*code).to_owned())),
        Reach::All => (ScopeKind::All, None),
    };
    let (desk, hash) = (desk.clone(), hash.to_owned());
    db.write(move |tx| {
        let (desk, hash, division) = (desk.clone(), hash.clone(), division.clone());
        Box::pin(async move {
            let organisation = match house {
                Some(house) => Some(organisation(tx, &desk, house).await?),
                None => None,
            };
            let input = AccountInput {
                name: name.to_owned(),
                display_name: name.to_owned(),
                password_hash: hash,
                organisation_id: organisation.clone(),
                grower_id: None,
                must_change: false,
            };
            let account = create_account(tx, &desk, &input).await?;
            let scope_ref = match scope_kind {
                ScopeKind::Division => division,
                ScopeKind::All => None,
                _ => organisation,
            };
            if matches!(reach, Reach::Own | Reach::Rights) {
                name_admin(tx, &desk, &account.id).await?;
            }
            let grant = GrantInput { account_id: account.id, role, scope_kind, scope_ref, from: desk.clock.today(), to: None };
            grant_role_at_start(tx, &desk.clock, &desk.random, &grant).await
        })
    })
    .await
    .map(|_| ())
}

async fn organisation(tx: &crate::db::Tx, desk: &Desk, house: &House) -> Outcome<String> {
    if let Some(row) = store::organisation_named(tx.connection(), house.name).await? {
        return Ok(row.id);
    }
    let credit_code =
        if house.seed.is_empty() { None } else { Some(credit_code(house.seed).ok_or_else(|| Failure::broken("demo credit code"))?) };
    let input = OrganisationInput {
        kind: house.kind,
        name: house.name.to_owned(),
        credit_code,
        credit_code_evidence: None,
        division_code: house.division.to_owned(),
        contact: None,
    };
    Ok(register_organisation(tx, desk, &input, true).await?.id)
}

/// The household's own account: the first grower whom the producer of the demonstration registered, which is the one with an objection to
/// read. Says what it is, and nothing where there is no grower yet.
///
/// # Errors
/// Only ours.
pub async fn prepare_grower(db: &Db, clock: &Clock, random: &Random, typed: &str) -> Outcome<Option<&'static str>> {
    const NAME: &str = "grower";
    let hash = password::hash(typed.to_owned(), random).await?;
    let account = account_named(db, NAME).await?.map(|account| account.id);
    let producer = standing_of(db, clock, "producer").await?.acting(Permission::GrowerRead).ok_or_else(Failure::not_permitted)?;
    let Some(grower) = growers(db, &producer, None, None, 200).await?.items.into_iter().min_by_key(|one| one.household_no.clone()) else {
        return Ok(None);
    };
    let desk = Desk::system(clock, random);
    db.write(move |tx| {
        let (desk, hash, account, grower) = (desk.clone(), hash.clone(), account.clone(), grower.clone());
        Box::pin(async move {
            if let Some(id) = account {
                return set_password(tx, &id, &hash).await;
            }
            let input = AccountInput {
                name: NAME.to_owned(),
                display_name: grower.name,
                password_hash: hash,
                organisation_id: None,
                grower_id: Some(grower.id.clone()),
                must_change: false,
            };
            let account = create_account(tx, &desk, &input).await?;
            let (role, scope_kind, scope_ref) = (Role::Grower, ScopeKind::Grower, Some(grower.id));
            let grant = GrantInput { account_id: account.id, role, scope_kind, scope_ref, from: desk.clock.today(), to: None };
            grant_role_at_start(tx, &desk.clock, &desk.random, &grant).await.map(|_| ())
        })
    })
    .await?;
    Ok(Some("一户农户自己的记录 one household's own view"))
}

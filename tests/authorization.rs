//! Every route of the one route table × every account of the demonstration (and nobody): who gets past the door, and for things with an
//! owner, whose. The result is a text that people review: `tests/authorization.txt`. Run with `UPDATE=1` to write it anew.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

#[macro_use]
mod support;

use std::collections::BTreeMap;
use std::fmt::Write;

use reqwest::Method;
use serde_json::{Value, json};

use support::server::{Person, Server, answer};
use yanzhao::web::route::{Access, Route};
use yanzhao::web::table;

/// Accounts and the role each stands for; `anybody` is not signed in.
const ACCOUNTS: [&str; 16] = [
    "anybody",
    "producer",
    "producer2",
    "noodles",
    "holder",
    "office",
    "county",
    "supervisor",
    "seller",
    "printer",
    "auditor",
    "admin",
    "security",
    "security2",
    "office2",
    "supervisor2",
];

/// What a status says about the door: 401 and 403 are the door itself, 404 is “not within your reach”, all else has passed it.
fn door(status: u16) -> &'static str {
    match status {
        401 | 303 => "sign in",
        403 => "no",
        404 => "hidden",
        500.. => "BROKEN",
        _ => "yes",
    }
}

/// Real things to ask for, by what the path names: one of `producer` (county 晋州), one of `producer2` (county 赵县).
async fn things(server: &Server) -> BTreeMap<&'static str, [String; 2]> {
    let office = server.person("office").await;
    let organisations = office.get("/api/v1/organisations?kind=producer&limit=200").await.1;
    let named = |name: &str| {
        organisations["items"].as_array().unwrap().iter().find(|o| o["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let mut things = BTreeMap::from([("/api/v1/organisations/{id}", [named("演示果品专业合作社"), named("演示梨业有限公司")])]);
    yanzhao::demo::prepare_goods(&server.app).await.unwrap();
    let (one, other) = (server.person("producer").await, server.person("producer2").await);
    // The household's account is made once there are households. What it may see is asked of its own things.
    let app = &server.app;
    yanzhao::demo::accounts::prepare_grower(&app.db, &app.clock, &app.random, support::server::PASSWORD).await.unwrap();
    let household = server.person("grower").await;
    for noun in [
        "batches",
        "certificates",
        "code-orders",
        "deliveries",
        "facilities",
        "growers",
        "mark-uses",
        "packs",
        "plots",
        "season-accounts",
        "shipments",
        "test-reports",
    ] {
        let first = match first_of(&household, noun).await {
            Some(id) => id,
            None => first_of(&one, noun).await.unwrap(),
        };
        let mut ids = vec![first, first_of(&other, noun).await.unwrap()];
        let path: &'static str = Box::leak(format!("/api/v1/{noun}/{{id}}").into_boxed_str());
        things.insert(path, [ids.remove(0), ids.remove(0)]);
    }
    let batches = things["/api/v1/batches/{id}"].clone();
    things.insert("/api/v1/batches/{id}/genealogy", batches.clone());
    things.insert("/work/batches/{id}/genealogy", batches);
    let mut processes = Vec::new();
    for owner in [&one, &other] {
        let (_, listed) = owner.get("/api/v1/batches?limit=200").await;
        let mut born: Vec<&Value> = listed["items"].as_array().unwrap().iter().filter(|batch| batch["process_id"].is_string()).collect();
        born.sort_by_key(|batch| written(batch));
        processes.push(born[0]["process_id"].as_str().unwrap().to_owned());
    }
    things.insert("/api/v1/processes/{id}", [processes.remove(0), processes.remove(0)]);
    people(server, &mut things).await;
    applied(server, &mut things).await;
    reported(server, &mut things).await;
    on_pages(&mut things);
    things
}

/// One of somebody's own, the same in every run: by what is written in it, not by its id, which is chance.
async fn first_of(owner: &Person, noun: &str) -> Option<String> {
    let (_, listed) = owner.get(&format!("/api/v1/{noun}?limit=200")).await;
    let mut items = listed["items"].as_array().cloned().unwrap_or_default();
    items.sort_by_key(written);
    Some(items.first()?["id"].as_str().unwrap().to_owned())
}

/// What is written in a thing without what chance put there.
fn written(value: &Value) -> String {
    match value {
        Value::Object(fields) => fields.iter().filter(|(name, _)| *name != "locator").map(|(_, field)| written(field)).collect(),
        Value::Array(items) => items.iter().map(written).collect(),
        Value::String(text) if text.get(3..4) == Some("_") && text.len() == 30 => "id ".to_owned(),
        other => format!("{other} "),
    }
}

/// An application of each of the two, handed in by nobody yet, with everything done to it.
async fn applied(server: &Server, things: &mut BTreeMap<&'static str, [String; 2]>) {
    let mut ids = Vec::new();
    for (account, product) in [("producer", "赵县雪花梨"), ("producer2", "藁城宫面")] {
        let person = server.person(account).await;
        let rights = person.get("/api/v1/rights?route=gi_product&limit=200").await.1;
        let right = rights["items"].as_array().unwrap().iter().find(|right| right["product"] == product).unwrap()["id"].clone();
        let begun = person.done("/api/v1/mark-use-applications", json!({ "right_id": right })).await;
        ids.push(begun["id"].as_str().unwrap().to_owned());
    }
    let ids = [ids.remove(0), ids.remove(0)];
    let verbs =
        ["", "/submit", "/withdraw", "/verify", "/verify/return", "/verify/refuse", "/advance", "/return", "/approve", "/refuse", "/edit"];
    for (under, verb) in ["/api/v1", "/work"].iter().flat_map(|under| verbs.iter().map(move |verb| (under, verb))) {
        things.insert(Box::leak(format!("{under}/mark-use-applications/{{id}}{verb}").into_boxed_str()), ids.clone());
    }
}

/// A yearly report of each of the two, with everything done to it.
async fn reported(server: &Server, things: &mut BTreeMap<&'static str, [String; 2]>) {
    const LIST: &str = "/api/v1/annual-reports";
    let mut ids = Vec::new();
    for account in ["producer", "producer2"] {
        let person = server.person(account).await;
        let listed = person.get(&format!("{LIST}?limit=1")).await.1;
        let id = match listed["items"][0]["id"].as_str() {
            Some(id) => id.to_owned(),
            None => {
                let used = person.get("/api/v1/mark-uses?limit=1").await.1["items"][0]["product_id"].clone();
                person.done(LIST, json!({ "product_id": used, "year": 2025 })).await["id"].as_str().unwrap().to_owned()
            }
        };
        ids.push(id);
    }
    let ids = [ids.remove(0), ids.remove(0)];
    for (under, verb) in
        ["/api/v1", "/work"].iter().flat_map(|under| ["", "/submit", "/return", "/accept", "/correct", "/edit"].map(|verb| (under, verb)))
    {
        things.insert(Box::leak(format!("{under}/annual-reports/{{id}}{verb}").into_boxed_str()), ids.clone());
    }
}

/// The same things on their pages: whose they are is asked there too.
fn on_pages(things: &mut BTreeMap<&'static str, [String; 2]>) {
    for (noun, page) in [
        ("batches", "batches"),
        ("certificates", "certificates"),
        ("code-orders", "orders"),
        ("deliveries", "deliveries"),
        ("growers", "growers"),
        ("mark-uses", "mark-uses"),
        ("plots", "plots"),
        ("shipments", "shipments"),
        ("test-reports", "tests"),
    ] {
        let ids = things[format!("/api/v1/{noun}/{{id}}").as_str()].clone();
        let under = format!("/work/{page}/{{id}}");
        for route in table().iter().filter(|route| route.path.starts_with(&under) && route.path.matches('{').count() == 1) {
            things.insert(route.path, ids.clone());
        }
    }
}

/// Accounts of the roles the demonstration has nobody for: the role, and how far it reaches.
const OTHERS: [(&str, &str); 5] =
    [("helper", "organisation"), ("agriculture", "division"), ("commerce", "division"), ("operator", "all"), ("admin_audit", "all")];

/// What an administrator types for somebody who is to change it.
const FIRST: &str = "staple-otter-granary";

/// Makes them as an administrator would: an account, a role proposed by one and confirmed by another.
async fn others(server: &Server, organisation: &str) -> Vec<(&'static str, Person)> {
    let (admin, one, two) = (server.person("admin").await, server.person("security").await, server.person("security2").await);
    let mut people = Vec::new();
    for (n, (role, scope)) in OTHERS.into_iter().enumerate() {
        let account = json!({ "account": role, "display_name": role, "password": FIRST });
        let account = admin.done("/api/v1/accounts", account).await;
        let reference = match scope {
            "organisation" => json!(organisation),
            "division" => json!("130183"),
            _ => Value::Null,
        };
        let grant = json!({ "account_id": account["id"], "role": role, "scope": scope, "scope_ref": reference });
        let grant = one.done("/api/v1/role-grants", grant).await;
        two.done(&format!("/api/v1/role-grants/{}/confirm", grant["id"].as_str().unwrap()), json!({})).await;
        let mut person = server.anybody();
        // Each from an address of its own: one address may try to sign in only so often a minute.
        let from = format!("203.0.113.{}", n + 1);
        let post = async |person: &Person, path: &str, body: Value| {
            answer(person.request(Method::POST, path).header("x-forwarded-for", &from).json(&body)).await.1
        };
        let session = post(&person, "/api/v1/sessions", json!({ "account": role, "password": FIRST })).await;
        person.carry(session["token"].as_str().unwrap());
        let word = json!({ "current": FIRST, "password": "granary-otter-lantern-7" });
        let fresh = post(&person, "/api/v1/me/password", word).await;
        person.carry(fresh["token"].as_str().unwrap());
        people.push((role, person));
    }
    people
}

/// A late entry, a slip, a paper form, old cartons and an objection of each of the two.
async fn people(server: &Server, things: &mut BTreeMap<&'static str, [String; 2]>) {
    let mut made: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (n, account) in ["producer", "producer2"].into_iter().enumerate() {
        let person = server.person(account).await;
        let load = &things["/api/v1/deliveries/{id}"][n];
        let load = person.get(&format!("/api/v1/deliveries/{load}")).await.1;
        let (grower, product) = (load["grower_id"].clone(), load["product_id"].clone());
        let day = yanzhao::kernel::Day::parse("2026-11-23").unwrap().plus(-20).to_string();
        let late = json!({ "grower_id": grower, "product_id": product, "delivered_on": day, "net_weight_g": 1000, "late_reason": "x", "late_evidence": "x" });
        let load = person.done("/api/v1/deliveries", late).await["id"].as_str().unwrap().to_owned();
        let entry = person.get("/api/v1/late-entries?limit=1").await.1["items"][0]["id"].clone();
        let void = person.done(&format!("/api/v1/deliveries/{load}/void"), json!({ "reason": "x" })).await["id"].clone();
        let form = person.done("/api/v1/paper-forms", json!({ "kind": "deliveries", "product_id": product, "copies": 1 })).await;
        let carton = json!({ "product_id": product, "name": "旧箱", "net_weight_g": 5000, "count": 10, "use_until": "2027-06-01", "evidence": "发票" });
        let carton = person.done("/api/v1/cartons", carton).await["id"].clone();
        person.done("/api/v1/objections", json!({ "grower_id": grower, "via": "counter" })).await;
        let mut put = |path: &'static str, id: &Value| made.entry(path).or_default().push(id.as_str().unwrap().to_owned());
        put("/api/v1/late-entries/{id}", &entry);
        put("/api/v1/delivery-voids/{id}", &void);
        put("/api/v1/paper-forms/{number}", &form["items"][0]["number"]);
        put("/api/v1/cartons/{id}", &carton);
        put("/api/v1/growers/{id}/slips", &grower);
        put("/api/v1/growers/{id}/consents", &grower);
        assert_eq!(made["/api/v1/cartons/{id}"].len(), n + 1);
    }
    things.extend(made.into_iter().map(|(path, mut ids)| (path, [ids.remove(0), ids.remove(0)])));
}

async fn ask(person: &Person, route: &Route, path: &str) -> u16 {
    let request = person.request(route.method.clone(), path).header("accept", "application/json");
    // A body that no act accepts: whoever may use the verb is told so by a refusal other than 401 and 403, and nothing is done.
    let request = if route.method == Method::GET { request } else { request.json(&json!({ "no such field": 1 })) };
    let (status, _): (u16, Value) = answer(request).await;
    status
}

/// `yes: a b c · no: d e`, accounts grouped by how they fared.
fn grouped(fared: &[(&str, &'static str)]) -> String {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (account, how) in fared {
        groups.entry(how).or_default().push(account);
    }
    if groups.len() == 1 {
        return format!("{}: everybody", fared[0].1);
    }
    groups.iter().rev().map(|(how, who)| format!("{how}: {}", who.join(" "))).collect::<Vec<_>>().join(" · ")
}

async fn matrix(server: &Server) -> String {
    let mut people = Vec::new();
    for account in ACCOUNTS {
        people.push((account, if account == "anybody" { server.anybody() } else { server.person(account).await }));
    }
    let things = things(server).await;
    people.extend(others(server, &things["/api/v1/organisations/{id}"][0]).await);
    people.push(("grower", server.person("grower").await));
    let mut text = String::new();
    for route in table() {
        let access = match route.access {
            Access::Public => "public".to_owned(),
            Access::SignedIn => "signed in".to_owned(),
            Access::Needs(permission) => permission.word().to_owned(),
        };
        writeln!(text, "{} {}   [{access}]", route.method, route.path).unwrap();
        if route.access == Access::Public || route.path.ends_with("/current") || route.path == "/logout" {
            continue;
        }
        let whose: Vec<(&str, &str)> = match things.get(route.path) {
            Some([one, other]) => vec![("晋州", one), ("赵县", other)],
            None => vec![("", "nothing-like-that")],
        };
        for (label, id) in whose {
            let mut fared = Vec::new();
            for (account, person) in &people {
                let path = route.path.replace("{id}", id).replace("{number}", id);
                fared.push((*account, door(ask(person, &route, &path).await)));
            }
            writeln!(text, "    {label}{}{}", if label.is_empty() { "" } else { " " }, grouped(&fared)).unwrap();
        }
    }
    text
}

on_both_engines! {
    async fn who_may_do_what_is_what_was_reviewed(engine: Engine) {
        let server = Server::start_with(engine, |config| config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
        let found = matrix(&server).await;
        assert!(!found.contains("BROKEN"), "{found}");
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/authorization.txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(file, &found).unwrap();
        }
        let reviewed = std::fs::read_to_string(file).unwrap_or_default();
        for (n, (now, then)) in found.lines().zip(reviewed.lines()).enumerate() {
            assert_eq!(now, then, "line {}; if it is right, UPDATE=1 and review the difference", n + 1);
        }
        assert_eq!(found.lines().count(), reviewed.lines().count());
    }
}

#[test]
fn every_api_route_is_described() {
    let description = yanzhao::web::openapi("https://gi.example.cn");
    for route in table().iter().filter(|r| r.is_api()) {
        let operation = &description["paths"][route.path][route.method.as_str().to_lowercase()];
        assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()), "{} {} has no summary", route.method, route.path);
        let takes_body = operation.get("requestBody").is_some();
        assert!(route.method == Method::GET || route.method == Method::DELETE || takes_body == route.body.is_some(), "{}", route.path);
    }
    let text = description.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(description["components"]["schemas"].get(name).is_some(), "{name} is referred to and not described");
    }
}

#[test]
fn no_two_routes_are_one() {
    let mut seen = std::collections::BTreeSet::new();
    for route in table() {
        assert!(seen.insert((route.method.to_string(), route.path)), "{} {} twice", route.method, route.path);
    }
}

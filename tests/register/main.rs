//! The register in the database, on both engines: loading the facts, finding them, and every act with what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod facts;
mod ground;
mod load;
mod mark_uses;
mod people;
mod searching;

use std::future::Future;
use std::pin::Pin;

use support::{Engine, fresh_database_url, on_both_engines};
use yanzhao::db::{self, Db, Tx};
use yanzhao::identity::credit_code::{check_character, organisation_check};
use yanzhao::identity::organisation::{OrganisationInput, OrganisationKind};
use yanzhao::kernel::{Actor, Clock, Day, Desk, Failure, Outcome, Random, Scope, clock};
use yanzhao::registry::commands;
use yanzhao::web::words::Lang;

/// A register with all its facts, at noon on 2026-11-24 in China.
pub struct Register {
    /// The database.
    pub db: Db,
    /// The program's own desk.
    pub desk: Desk,
    url: String,
    _guard: support::Guard,
}

impl Register {
    /// Migrated and empty.
    pub async fn empty(engine: Engine) -> Self {
        let (url, guard) = fresh_database_url(engine).await;
        let db = Db::open(&url).await.unwrap();
        db::up(&db).await.unwrap();
        let clock = Clock::at(clock::parse_rfc3339("2026-11-24T04:00:00Z").unwrap());
        let desk = Desk::system(&clock, &Random::seeded(7));
        Self { db, desk, url, _guard: guard }
    }

    /// With the facts that come with the program.
    pub async fn loaded(engine: Engine) -> Self {
        let register = Self::empty(engine).await;
        commands::load_register(&register.db, &register.desk).await.unwrap();
        register
    }

    /// Where it is, for a hand that goes around the program.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Today in China.
    pub fn today(&self) -> Day {
        self.desk.clock.today()
    }

    /// The desk of somebody with this scope.
    pub fn desk_of(&self, scope: Scope, organisation_id: Option<&str>) -> Desk {
        let organisation_id = organisation_id.map(str::to_owned);
        let actor = Actor { account_id: "acc_test".into(), account: "test".into(), organisation_id, handled_by: None, scope };
        Desk { actor, ..self.desk.clone() }
    }

    /// Runs one act in its transaction.
    pub async fn act<T, F>(&self, act: F) -> Outcome<T>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx) -> Pin<Box<dyn Future<Output = Outcome<T>> + Send + 't>> + Send + Sync + 'static,
    {
        self.db.write(act).await
    }

    /// A product's id by its slug.
    pub async fn product(&self, slug: &str) -> String {
        yanzhao::registry::queries::product(&self.db, slug, None, self.today()).await.unwrap().id
    }

    /// The id of a product's right on a route.
    pub async fn right(&self, slug: &str, route: &str) -> String {
        let product = yanzhao::registry::queries::product(&self.db, slug, None, self.today()).await.unwrap();
        product.rights.iter().find(|right| right.route == route).unwrap_or_else(|| panic!("{slug} {route}")).id.clone()
    }

    /// Registers a producer of this name in this county with a code of its own.
    pub async fn producer(&self, name: &str, division_code: &str, number: u32) -> String {
        let input = organisation(name, division_code, number);
        let desk = self.desk.clone();
        let registered = self.act(move |tx| {
            let (desk, input) = (desk.clone(), input.clone());
            Box::pin(async move { commands::register_organisation(tx, &desk, &input, false).await })
        });
        registered.await.unwrap().row.id
    }
}

/// A valid credit code: a co-operative's, registered in the region, told apart by a number.
pub fn credit_code(region: &str, number: u32) -> String {
    let inner = format!("MA0{number:05}");
    let front = format!("93{region}{inner}{}", organisation_check(&inner).unwrap());
    format!("{front}{}", check_character(&front).unwrap())
}

/// A producer to be registered.
pub fn organisation(name: &str, division_code: &str, number: u32) -> OrganisationInput {
    OrganisationInput {
        kind: OrganisationKind::Producer,
        name: name.to_owned(),
        credit_code: Some(credit_code(division_code, number)),
        credit_code_evidence: None,
        division_code: division_code.to_owned(),
        contact: None,
    }
}

/// Reads an input from JSON, as the API would.
pub fn input<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap_or_else(|e| panic!("{e}"))
}

/// A day.
pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap_or_else(|| panic!("{text}"))
}

/// The refusal `code` at `pointer`, in both languages, every figure filled in; panics if it is not there.
pub fn said(failure: &Failure, pointer: &str, code: &str) -> [String; 2] {
    let field = failure.fields.iter().find(|f| f.code == code && f.pointer == pointer);
    let field = field.unwrap_or_else(|| panic!("{code} at {pointer} is not in {failure}"));
    let values: Vec<(&str, &str)> = field.params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let words = [Lang::Chinese, Lang::English].map(|lang| lang.fill(&format!("refusal.{code}"), &values));
    for text in &words {
        assert!(!text.contains("refusal.") && !text.contains("%{"), "{code}: {text}");
    }
    assert_ne!(words[0], words[1], "{code} has no English words");
    words
}

/// The scope of an office of this division.
pub fn region(prefix: &str) -> Scope {
    Scope { divisions: vec![prefix.to_owned()], ..Scope::default() }
}

/// The scope of an organisation's own people.
pub fn own(organisation_id: &str) -> Scope {
    Scope { organisations: vec![organisation_id.to_owned()], ..Scope::default() }
}

/// Runs one command with an input and gives what it answers: `act!(register, desk, command, input)`.
macro_rules! act {
    ($register:expr, $desk:expr, $command:ident, $input:expr $(, $more:expr)*) => {{
        let (desk, input) = ($desk.clone(), $input.clone());
        $register.act(move |tx| {
            let (desk, input) = (desk.clone(), input.clone());
            Box::pin(async move { ::yanzhao::registry::commands::$command(tx, &desk, &input $(, $more)*).await })
        }).await
    }};
    ($register:expr, $desk:expr, $command:ident on $id:expr, $input:expr) => {{
        let (desk, id, input) = ($desk.clone(), $id.to_owned(), $input.clone());
        $register.act(move |tx| {
            let (desk, id, input) = (desk.clone(), id.clone(), input.clone());
            Box::pin(async move { ::yanzhao::registry::commands::$command(tx, &desk, &id, &input).await })
        }).await
    }};
}
pub(crate) use act;

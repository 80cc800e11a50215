//! `/work/admin/accounts`: every account, for the three administrators and the auditor; making one, for the system administrator.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, Response};
use serde::Deserialize;

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::{Asked, Posted};
use super::super::super::failure::Refusal;
use super::super::super::link::query_value;
use super::super::super::pages::staff::{Cell, Column, FormError, Frame, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::Names;
use super::super::parts::{Field, Form, Typed, answered, at_fields, given};
use super::me::{secret, text, tried};
use super::moment;
use crate::identity::commands::{AccountInput, create_account};
use crate::identity::password;
use crate::identity::queries::access::{AccountFilter, accounts, locked};
use crate::identity::queries::organisations_found;
use crate::identity::role::Permission as P;
use crate::identity::store::{AccountRow, OrganisationFilter, OrganisationRow, organisation_said};
use crate::kernel::{Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/work/admin/accounts", Access::Needs(P::AccountRead), show),
        Route::post("/work/admin/accounts", Access::Needs(P::AccountCreate), create),
    ]
}

/// Rows of one page.
const ROWS: u64 = 50;
/// Organisations offered where one is typed.
const OFFERED: u64 = 500;
const NAMES: [&str; 4] = ["account", "display_name", "password", "organisation"];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    q: Option<String>,
    state: Option<String>,
    cursor: Option<String>,
    #[serde(rename = "done")]
    _done: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/signin/accounts.html")]
struct Page<'a> {
    frame: Frame<'a>,
    q: String,
    states: Vec<(String, String)>,
    state: String,
    table: Table,
    next: Option<String>,
    form: Option<Form>,
}

/// The word of an account's state with its colour.
pub(super) fn state(reader: &Reader, row: &AccountRow, is_locked: bool) -> Cell {
    match row.state.as_str() {
        "active" if is_locked => Cell::badge(reader.say("signin.locked"), "amber"),
        "active" => Cell::badge(reader.say("signin.active"), "ok"),
        "left" => Cell::badge(reader.say("signin.left"), "soft"),
        _ => Cell::badge(reader.say("signin.disabled"), "red"),
    }
}

async fn show(State(app): State<App>, reader: Reader, Asked(filter): Asked<Filter>) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &filter, None).await?))
}

async fn page(app: &App, reader: &Reader, filter: &Filter, refused: Option<(&Failure, &Typed)>) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let some = |text: &Option<String>| text.clone().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let asked = AccountFilter { words: some(&filter.q), state: some(&filter.state) };
    let mut rows = accounts(&app.db, &asked, filter.cursor.as_deref(), ROWS + 1).await?;
    let more = rows.len() as u64 > ROWS;
    rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|last| {
        let part = |name: &str, value: &Option<String>| value.as_ref().map_or(String::new(), |v| format!("&{name}={}", query_value(v)));
        reader.to(&format!("/work/admin/accounts?cursor={}{}{}", last.id, part("q", &asked.words), part("state", &asked.state)))
    });
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let shut = locked(&app.db, &app.clock, &ids).await?;
    let mut names = Names::new(app);
    let mut cells = Vec::with_capacity(rows.len());
    for row in &rows {
        let organisation = match &row.organisation_id {
            Some(id) => names.party(reader, id).await?,
            None => String::new(),
        };
        cells.push(vec![
            Cell::link(row.name.clone(), reader.to(&format!("/work/admin/accounts/{}", row.id))).with_small(row.display_name.clone()),
            Cell::text(organisation),
            Cell::text(moment(reader.lang, row.created_at)),
            state(reader, row, shut.contains(&row.id)),
        ]);
    }
    let columns = vec![
        Column::text(say("account")),
        Column::text(say("organisation")),
        Column::text(say("since")),
        Column::text(reader.say("state")),
    ];
    let again = refused.map(|(_, typed)| tried("create", typed));
    let offered = if reader.may(P::AccountCreate) { offered(app, reader).await? } else { Vec::new() };
    let form = reader.may(P::AccountCreate).then(|| {
        let fields = vec![
            Field::text("account", say("account")).hint(reader.lang.say("signin.choose_account_hint").into_owned()).must(),
            Field::text("display_name", say("display_name")).must(),
            Field::text("organisation", say("organisation")).hint(say("organisation_hint")).offer(offered),
            Field::password("password", say("first_password")).hint(say("first_password_hint")).must(),
        ];
        Form::new(app, reader, "create", "/work/admin/accounts", "signin.create_account", "signin.create_account", fields)
            .again(again.as_ref())
    });
    let errors: Vec<FormError> = refused.map(|(failure, _)| at_fields(reader, failure, "create", &NAMES)).unwrap_or_default();
    let states = ["active", "disabled", "left"].map(|word| (word.to_owned(), say(word))).to_vec();
    let page = Page {
        q: asked.words.unwrap_or_default(),
        state: asked.state.unwrap_or_default(),
        states,
        table: Table { caption: say("accounts"), columns, rows: cells, empty: say("accounts_none") },
        next,
        form,
        frame: reader.frame(say("accounts"), errors),
    };
    Ok(page.render()?)
}

/// Organisations as they are offered where one is typed: name and code, so that nobody has to know an id.
pub(super) async fn offered(app: &App, reader: &Reader) -> Outcome<Vec<(String, String)>> {
    let actor = reader.actor(P::AccountRead)?;
    let (rows, _) = organisations_found(&app.db, &actor, &OrganisationFilter::default(), None, OFFERED).await?;
    Ok(rows.iter().map(|row| (as_offered(row), reader.word("parties.kinds", &row.kind))).collect())
}

/// Name and credit code, or the name alone.
pub(super) fn as_offered(row: &OrganisationRow) -> String {
    row.credit_code.as_ref().map_or_else(|| row.name.clone(), |code| format!("{} {code}", row.name))
}

async fn create(State(app): State<App>, reader: Reader, posted: Posted<Typed>) -> Result<Response, Refusal> {
    let (typed, lang) = (posted.body.clone(), reader.lang);
    let attempt = async {
        let organisation = match given(&typed, "organisation") {
            None => None,
            Some(said) => {
                let found = organisation_said(app.db.reader(), &said).await?;
                let unknown = || Failure::field("/organisation", "organisation_unknown").with("value", &said);
                Some(found.ok_or_else(unknown)?.id)
            }
        };
        let draft = AccountRow {
            id: String::new(),
            name: text(&typed, "account"),
            display_name: text(&typed, "display_name"),
            organisation_id: organisation,
            grower_id: None,
            password_hash: String::new(),
            state: String::new(),
            created_at: 0,
        };
        let chosen = secret(&typed, "password");
        let password_hash = password::first(&app.db, &app.random, app.sign_in_rules().profile, &draft, &chosen).await?;
        let input = AccountInput {
            name: draft.name,
            display_name: draft.display_name,
            password_hash,
            organisation_id: draft.organisation_id,
            grower_id: None,
            must_change: true,
        };
        act(&app, posted, move |tx, desk, _| {
            let input = input.clone();
            Box::pin(async move {
                let row = create_account(tx, &desk, &input).await?;
                Ok(Done::see(done_at(lang, &format!("/work/admin/accounts/{}", row.id), "account_created")))
            })
        })
        .await
    };
    let done = attempt.await;
    answered(done, |failure| async {
        let html = page(&app, &reader, &Filter::default(), Some((&failure, &typed))).await?;
        Ok((failure, html))
    })
    .await
}

//! `/work/admin/accounts/{id}`: one account with its roles, sessions and last sign-ins, and what each administrator may do about it: the
//! system administrator opens and closes, two security administrators give roles, nobody alone resets.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};

use super::super::super::act::{Done, act};
use super::super::super::app::App;
use super::super::super::body::Posted;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::{Reader, done_at};
use super::super::names::Names;
use super::super::parts::{Field, Form, Part, PartsPage, Typed, answered, at_fields, chosen, given};
use super::super::places;
use super::me::{text, tried};
use super::{accounts, moment, sign_ins};
use crate::db::{Act, Tx};
use crate::identity::commands::access::end_sessions;
use crate::identity::commands::{GrantInput, confirm_role, disable_account, enable_account, end_role, propose_role, unlock_account};
use crate::identity::queries::access::{account, grants, guard, sessions};
use crate::identity::role::{Permission as P, Role, ScopeKind};
use crate::identity::store::{self, AccountRow, division_said, organisation, organisation_said};
use crate::kernel::failure::Faults;
use crate::kernel::{Day, Desk, Failure, Outcome};

pub(super) fn routes() -> Vec<Route> {
    let (read, disable, propose) = (Access::Needs(P::AccountRead), Access::Needs(P::AccountDisable), Access::Needs(P::RolePropose));
    vec![
        Route::get("/work/admin/accounts/{id}", read, show),
        Route::post("/work/admin/accounts/{id}/disable", disable, disable_one),
        Route::post("/work/admin/accounts/{id}/enable", Access::Needs(P::AccountCreate), enable_one),
        Route::post("/work/admin/accounts/{id}/unlock", disable, unlock_one),
        Route::post("/work/admin/accounts/{id}/sessions/end", disable, end_all),
        Route::post("/work/admin/accounts/{id}/roles", propose, propose_one),
        Route::post("/work/admin/accounts/{id}/roles/confirm", Access::Needs(P::RoleConfirm), confirm_one),
        Route::post("/work/admin/accounts/{id}/roles/end", propose, end_one),
    ]
}

const NAMES: [&str; 8] = ["reason", "role", "scope", "organisation", "division", "from", "to", "grant_id"];

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, &id, None).await?))
}

async fn page(app: &App, reader: &Reader, id: &str, refused: Option<(&Failure, &'static str, &Typed)>) -> Result<String, Refusal> {
    let row = account(&app.db, id).await?;
    let again = refused.map(|(_, form, typed)| tried(form, typed));
    let view = View { app, reader, row: &row };
    let mut parts = vec![view.own().await?, view.roles().await?];
    if reader.may(P::AccountDisable) {
        parts.push(view.sessions().await?);
    }
    if reader.may(P::SignInRead) {
        parts.push(Part {
            heading: reader.say("signin.sign_ins"),
            table: Some(sign_ins::table(app, reader, Some(id), None, 20).await?.0),
            ..Part::default()
        });
    }
    for part in &mut parts {
        part.forms = std::mem::take(&mut part.forms).into_iter().map(|form| form.again(again.as_ref())).collect();
    }
    let errors = refused.map(|(failure, form, _)| at_fields(reader, failure, form, &NAMES)).unwrap_or_default();
    Ok(PartsPage { parts, frame: reader.frame(format!("{} · {}", row.name, row.display_name), errors) }.render()?)
}

struct View<'a> {
    app: &'a App,
    reader: &'a Reader,
    row: &'a AccountRow,
}

impl View<'_> {
    fn say(&self, key: &str) -> String {
        self.reader.say(&format!("signin.{key}"))
    }
    fn form(&self, name: &'static str, verb: &str, fields: Vec<Field>) -> Form {
        let path = format!("/work/admin/accounts/{}/{verb}", self.row.id);
        Form::new(self.app, self.reader, name, &path, &format!("signin.{name}"), &format!("signin.{name}"), fields)
    }
    async fn own(&self) -> Outcome<Part> {
        let (row, reader) = (self.row, self.reader);
        let guard = guard(&self.app.db, row).await?;
        let shut = guard.locked_until > self.app.clock.now();
        let organisation = match &row.organisation_id {
            Some(id) => Names::new(self.app).party(reader, id).await?,
            None => self.say("no_organisation"),
        };
        let fact = |name: &str, cell: Cell| vec![Cell::text(self.say(name)), cell];
        let until = if shut { moment(reader.lang, guard.locked_until) } else { String::new() };
        let rows = vec![
            fact("state", accounts::state(reader, row, shut).with_small(until)),
            fact("organisation", Cell::text(organisation)),
            fact("since", Cell::text(moment(reader.lang, row.created_at))),
            fact(
                "password",
                Cell::text(self.say(if guard.must_change { "password_first" } else { "password_own" }))
                    .with_small(moment(reader.lang, guard.password_set_at)),
            ),
            fact("factors", Cell::text(self.say(if guard.second_factor { "factor_on" } else { "factor_off" }))),
        ];
        let mut forms = Vec::new();
        let other = row.id != reader.who.account.id;
        if other && row.state == "active" && reader.may(P::AccountDisable) {
            let mut form = self.form("disable", "disable", vec![Field::text("reason", reader.say("reason")).must()]);
            form.class = "stop";
            forms.push(form);
        }
        if other && row.state == "disabled" && reader.may(P::AccountCreate) {
            forms.push(self.form("enable", "enable", Vec::new()));
        }
        if shut && reader.may(P::AccountDisable) {
            forms.push(self.form("unlock", "unlock", Vec::new()));
        }
        let columns = vec![Column::text(self.say("what")), Column::text(self.say("it_is"))];
        let table = Table { caption: self.say("account"), columns, rows, empty: String::new() };
        Ok(Part { heading: self.say("account"), table: Some(table), forms, ..Part::default() })
    }
    async fn roles(&self) -> Outcome<Part> {
        let (row, reader) = (self.row, self.reader);
        let (mut rows, mut ends, mut confirms) = (Vec::new(), Vec::new(), Vec::new());
        let mut names = Names::new(self.app);
        for grant in grants(&self.app.db, &row.id).await? {
            let role = reader.lang.say(&format!("role.{}", grant.role)).into_owned();
            let (class, waits) = match grant.state.as_str() {
                "in_force" => ("ok", false),
                "proposed" => ("amber", true),
                _ => ("soft", false),
            };
            let about = match (&grant.scope_ref, ScopeKind::parse(&grant.scope_kind)) {
                (Some(id), Some(ScopeKind::Organisation | ScopeKind::Rights)) => names.party(reader, id).await?,
                (Some(other), _) => other.clone(),
                (None, _) => String::new(),
            };
            if waits && grant.proposed_by != reader.who.account.id && row.id != reader.who.account.id {
                confirms.push((grant.id.clone(), role.clone()));
            }
            if grant.state != "ended" {
                ends.push((grant.id.clone(), role.clone()));
            }
            rows.push(vec![
                Cell::text(role),
                Cell::text(reader.word("signin.scope", &grant.scope_kind)).with_small(about),
                Cell::text(format!("{} – {}", grant.from_day, grant.to_day.unwrap_or_default())),
                Cell::badge(reader.word("signin.grant", &grant.state), class),
            ]);
        }
        let mut forms = Vec::new();
        if reader.may(P::RoleConfirm) && !confirms.is_empty() {
            forms.push(self.form("confirm_role", "roles/confirm", vec![Field::select("grant_id", self.say("role"), confirms).must()]));
        }
        if reader.may(P::RolePropose) {
            forms.push(self.propose().await?);
            if !ends.is_empty() {
                let mut form = self.form("end_role", "roles/end", vec![Field::select("grant_id", self.say("role"), ends).must()]);
                form.class = "stop";
                forms.push(form);
            }
        }
        let columns = vec![
            Column::text(self.say("role")),
            Column::text(self.say("reach")),
            Column::text(self.say("days_in_force")),
            Column::text(reader.say("state")),
        ];
        let table = Table { caption: self.say("roles"), columns, rows, empty: self.say("roles_none") };
        Ok(Part { heading: self.say("roles"), about: self.say("roles_about"), table: Some(table), forms, ..Part::default() })
    }
    async fn propose(&self) -> Outcome<Form> {
        let role = |role: &Role| (role.word().to_owned(), self.reader.lang.say(&format!("role.{}", role.word())).into_owned());
        // Who is bound to a grower sees that household; nobody else does by this scope.
        let fits = |scope: &&str| *scope != "grower" || self.row.grower_id.is_some();
        let scopes = ["organisation", "division", "rights", "grower", "all"].into_iter().filter(fits);
        let (organisations, divisions) = (accounts::offered(self.app, self.reader).await?, places::counties(self.app, None).await?);
        let own = match &self.row.organisation_id {
            Some(id) => accounts::as_offered(&organisation(self.app.db.reader(), id).await?),
            None => String::new(),
        };
        let fields = vec![
            Field::select("role", self.say("role"), Role::ALL.iter().map(role).collect()).must(),
            Field::select("scope", self.say("reach"), super::super::parts::choices(self.reader, "signin.scope", scopes)).must(),
            Field::text("organisation", self.say("organisation")).hint(self.say("scope_organisation_hint")).offer(organisations).value(own),
            Field::text("division", self.say("division")).hint(self.say("scope_division_hint")).offer(divisions),
            Field::date("from", self.say("from")),
            Field::date("to", self.say("to")),
        ];
        Ok(self.form("propose_role", "roles", fields).about(self.say("propose_about")))
    }
    async fn sessions(&self) -> Outcome<Part> {
        let views = sessions(&self.app.db, &self.app.clock, &self.row.id, None).await?;
        let row = |view: &crate::identity::queries::access::SessionView| {
            vec![
                Cell::text(self.reader.word("signin.carrier", &view.kind)).with_small(view.agent.clone().unwrap_or_default()),
                Cell::text(moment(self.reader.lang, view.created_at)).with_small(view.address.clone().unwrap_or_default()),
                Cell::text(moment(self.reader.lang, view.seen_at)),
            ]
        };
        let columns = vec![Column::text(self.say("session")), Column::text(self.say("since")), Column::text(self.say("last_seen"))];
        let rows: Vec<_> = views.iter().map(row).collect();
        let mut forms = Vec::new();
        if !rows.is_empty() {
            let mut form = self.form("end_sessions", "sessions/end", Vec::new());
            form.class = "stop";
            forms.push(form);
        }
        let table = Table { caption: self.say("sessions_caption"), columns, rows, empty: self.say("sessions_none") };
        Ok(Part { heading: self.say("sessions"), table: Some(table), forms, ..Part::default() })
    }
}

type Given = (State<App>, Path<String>, Reader);

async fn on_page<F>(
    (State(app), Path(id), reader): Given,
    posted: Posted<Typed>,
    form: &'static str,
    done: &'static str,
    command: F,
) -> Result<Response, Refusal>
where
    F: for<'t> Fn(&'t Tx, Desk, std::sync::Arc<Typed>, String) -> Act<'t, ()> + Send + Sync + 'static,
{
    let (typed, back, about) = (posted.body.clone(), done_at(reader.lang, &format!("/work/admin/accounts/{id}"), done), id.clone());
    let tried = act(&app, posted, move |tx, desk, typed| {
        let (running, back) = (command(tx, desk, typed, about.clone()), back.clone());
        Box::pin(async move {
            running.await?;
            Ok(Done::see(back))
        })
    })
    .await;
    answered(tried, |failure| async {
        let html = page(&app, &reader, &id, Some((&failure, form, &typed))).await?;
        Ok((failure, html))
    })
    .await
}

async fn disable_one(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "disable", "account_disabled", |tx, desk, typed, id| {
        Box::pin(async move { disable_account(tx, &desk, &id, &text(&typed, "reason")).await })
    })
    .await
}

async fn enable_one(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "enable", "account_enabled", |tx, desk, _, id| Box::pin(async move { enable_account(tx, &desk, &id).await }))
        .await
}

async fn unlock_one(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "unlock", "account_unlocked", |tx, desk, _, id| Box::pin(async move { unlock_account(tx, &desk, &id).await }))
        .await
}

async fn end_all(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "end_sessions", "sessions_ended", |tx, desk, _, id| {
        Box::pin(async move { end_sessions(tx, &desk, &id, None).await })
    })
    .await
}

/// What a scope is about, by what was typed for its kind, each fault at its field.
async fn scope_ref(tx: &Tx, typed: &Typed, account: &AccountRow, kind: ScopeKind) -> Outcome<Option<String>> {
    let said = |name: &str| given(typed, name).ok_or_else(|| Failure::field(format!("/{name}"), "register_empty"));
    Ok(match kind {
        ScopeKind::All => None,
        ScopeKind::Organisation | ScopeKind::Rights => {
            let said = said("organisation")?;
            let unknown = || Failure::field("/organisation", "organisation_unknown").with("value", &said);
            Some(organisation_said(tx.connection(), &said).await?.ok_or_else(unknown)?.id)
        }
        ScopeKind::Division => {
            let said = said("division")?;
            let unknown = || Failure::field("/division", "division_said_unknown").with("value", &said);
            Some(division_said(tx.connection(), &said).await?.ok_or_else(unknown)?)
        }
        ScopeKind::Grower => Some(account.grower_id.clone().ok_or_else(|| Failure::field("/scope", "grower_account_none"))?),
    })
}

async fn read_grant(tx: &Tx, typed: &Typed, account_id: String, today: Day) -> Outcome<GrantInput> {
    let mut faults = Faults::new();
    let day = |name: &str| match given(typed, name) {
        None => Ok(None),
        Some(text) => Day::parse(&text).map(Some).ok_or_else(|| Failure::field(format!("/{name}"), "day_unreadable").with("value", text)),
    };
    let role = chosen(&mut faults, "/role", Role::parse(&text(typed, "role")));
    let kind = chosen(&mut faults, "/scope", ScopeKind::parse(&text(typed, "scope")));
    let account = store::account(tx.connection(), &account_id).await?;
    let about = match kind {
        Some(kind) => match scope_ref(tx, typed, &account, kind).await {
            Err(failure) if failure.fields.is_empty() => return Err(failure),
            read => faults.absorb("", read).flatten(),
        },
        None => None,
    };
    let (from, to) = (faults.absorb("", day("from")).flatten(), faults.absorb("", day("to")).flatten());
    faults.check()?;
    let (Some(role), Some(scope_kind)) = (role, kind) else { return Err(Failure::broken("faults were not noted")) };
    Ok(GrantInput { account_id, role, scope_kind, scope_ref: about, from: from.unwrap_or(today), to })
}

async fn propose_one(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "propose_role", "role_proposed", |tx, desk, typed, id| {
        Box::pin(async move {
            let input = read_grant(tx, &typed, id, desk.clock.today()).await?;
            propose_role(tx, &desk, &input).await.map(|_| ())
        })
    })
    .await
}

async fn confirm_one(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "confirm_role", "role_confirmed", |tx, desk, typed, _| {
        Box::pin(async move { confirm_role(tx, &desk, &text(&typed, "grant_id")).await.map(|_| ()) })
    })
    .await
}

async fn end_one(given: Given, posted: Posted<Typed>) -> Result<Response, Refusal> {
    on_page(given, posted, "end_role", "role_ended", |tx, desk, typed, _| {
        Box::pin(async move { end_role(tx, &desk, &text(&typed, "grant_id")).await })
    })
    .await
}

//! `/work/members`: the people of one's organisation, for whoever looks after them; `?organisation=` for the office.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Table};
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::parts::{Field, Form, Part, PartsPage, Typed, at_fields};
use super::me::{carer, tried};
use super::moment;
use crate::identity::members::{House, Member, house, roles_of};
use crate::identity::organisation::OrganisationKind;
use crate::kernel::Failure;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/members", Access::SignedIn, show)]
}

/// Whose people: the reader's own, or those of another organisation within the office's reach.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whose {
    pub organisation: Option<String>,
    #[serde(rename = "done")]
    _done: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

impl Whose {
    /// The organisation meant.
    pub fn id(&self, reader: &Reader) -> Result<String, Failure> {
        self.organisation.clone().or_else(|| reader.own().map(str::to_owned)).ok_or_else(Failure::not_found)
    }
}

async fn show(State(app): State<App>, reader: Reader, Asked(whose): Asked<Whose>) -> Result<Html<String>, Refusal> {
    let id = whose.id(&reader)?;
    Ok(Html(page(&app, &reader, &id, None).await?))
}

const NAMES: [&str; 5] = ["person", "roles", "name", "successor_id", "account_id"];

/// A path about this organisation.
pub(super) fn of(reader: &Reader, path: &str, id: &str) -> String {
    if reader.own() == Some(id) { path.to_owned() } else { format!("{path}?organisation={id}") }
}

/// The page, with the faults of what was just tried on it.
pub(super) async fn page(
    app: &App,
    reader: &Reader,
    id: &str,
    refused: Option<(&Failure, &'static str, &Typed)>,
) -> Result<String, Refusal> {
    let say = |key: &str| reader.say(&format!("signin.{key}"));
    let house = house(&app.db, &carer(reader), &app.clock, id).await?;
    let again = refused.map(|(_, form, typed)| tried(form, typed));
    let desk = Desk { app, reader, house: &house };
    let officers = OrganisationKind::parse(&house.organisation.kind) == Some(OrganisationKind::Authority);
    let mut forms = vec![desk.invite()];
    if !officers {
        forms.extend([desk.reset(), desk.hand_over()]);
    }
    forms.push(desk.name_admin());
    let forms = forms.into_iter().flatten().map(|form| form.again(again.as_ref())).collect();
    let people = Part { heading: say("people"), about: say("people_about"), table: Some(desk.people()), forms, ..Part::default() };
    let mut invitations = Part { heading: say("invitations"), table: Some(desk.invitations()), ..Part::default() };
    invitations.forms = desk.revokes();
    let handlers = desk.handlers(again.as_ref());
    let errors = refused.map(|(failure, form, _)| at_fields(reader, failure, form, &NAMES)).unwrap_or_default();
    let title = reader.fill("signin.members_of", &[("organisation", &house.organisation.name)]);
    Ok(PartsPage { parts: vec![people, handlers, invitations], frame: reader.frame(title, errors) }.render()?)
}

struct Desk<'a> {
    app: &'a App,
    reader: &'a Reader,
    house: &'a House,
}

impl Desk<'_> {
    fn say(&self, key: &str) -> String {
        self.reader.say(&format!("signin.{key}"))
    }
    fn form(&self, name: &'static str, path: &str, label: &str, fields: Vec<Field>) -> Form {
        let path = of(self.reader, path, &self.house.organisation.id);
        Form::new(self.app, self.reader, name, &path, &format!("signin.{label}"), &format!("signin.{label}"), fields)
    }
    fn active(&self) -> impl Iterator<Item = &Member> {
        self.house.members.iter().filter(|member| member.account.state == "active")
    }
    fn others(&self) -> Vec<(String, String)> {
        let others = self.active().filter(|member| member.account.id != self.reader.who.account.id);
        others.map(|member| (member.account.id.clone(), named(member))).collect()
    }
    fn people(&self) -> Table {
        let row = |member: &Member| {
            let roles: Vec<String> = member.roles.iter().map(|role| self.reader.lang.say(&format!("role.{role}")).into_owned()).collect();
            let state = match member.account.state.as_str() {
                "active" => Cell::badge(self.say("active"), "ok"),
                "left" => Cell::badge(self.say("left"), "soft"),
                _ => Cell::badge(self.say("disabled"), "red"),
            };
            let looks = if member.administers { self.say("looks_after") } else { String::new() };
            vec![
                Cell::text(member.account.display_name.clone()).with_small(member.account.name.clone()),
                Cell::text(roles.join(&self.reader.say("comma"))).with_small(looks),
                state,
            ]
        };
        Table {
            caption: self.say("people"),
            columns: vec![Column::text(self.say("person")), Column::text(self.say("roles")), Column::text(self.reader.say("state"))],
            rows: self.house.members.iter().map(row).collect(),
            empty: self.say("people_none"),
        }
    }
    fn invite(&self) -> Option<Form> {
        let kind = OrganisationKind::parse(&self.house.organisation.kind)?;
        let roles: Vec<(String, String)> = roles_of(kind)
            .iter()
            .map(|(role, _)| (role.word().to_owned(), self.reader.lang.say(&format!("role.{}", role.word())).into_owned()))
            .collect();
        let first = roles.first()?.0.clone();
        let fields = vec![
            Field::text("person", self.say("person")).hint(self.say("person_hint")).must(),
            Field::select("roles", self.say("roles"), roles).value(first).must(),
            Field::check("administers", self.say("shall_look_after")),
        ];
        Some(self.form("invite", "/work/members/invite", "invite", fields).about(self.say("invite_about")))
    }
    fn reset(&self) -> Option<Form> {
        let fields = vec![Field::select("account_id", self.say("whom"), self.others()).must()];
        let form = self.form("reset", "/work/members/reset", "reset", fields).about(self.say("reset_warning"));
        (!self.others().is_empty()).then_some(form)
    }
    fn hand_over(&self) -> Option<Form> {
        let successors = self.active().map(|member| (member.account.id.clone(), named(member))).collect();
        let fields = vec![
            Field::select("account_id", self.say("who_leaves"), self.others()).must(),
            Field::select("successor_id", self.say("successor"), successors),
        ];
        let mut form = self.form("leave", "/work/members/leave", "hand_over", fields).about(self.say("hand_over_about"));
        form.class = "stop";
        (!self.others().is_empty()).then_some(form)
    }
    fn name_admin(&self) -> Option<Form> {
        let fits = self.active().filter(|member| !member.administers);
        let choices: Vec<_> = fits.map(|member| (member.account.id.clone(), named(member))).collect();
        let fields = vec![Field::select("account_id", self.say("whom"), choices.clone()).must()];
        (!choices.is_empty()).then(|| self.form("name", "/work/members/name", "name_admin", fields).about(self.say("name_about")))
    }
    fn invitations(&self) -> Table {
        let row = |row: &crate::identity::store::member::InvitationRow| {
            vec![
                Cell::text(row.person.clone()),
                Cell::text(self.reader.lang.say(&format!("role.{}", row.roles.split(',').next().unwrap_or_default())).into_owned()),
                Cell::text(moment(self.reader.lang, row.expires_at)),
            ]
        };
        Table {
            caption: self.say("invitations"),
            columns: vec![Column::text(self.say("person")), Column::text(self.say("roles")), Column::text(self.say("until"))],
            rows: self.house.invitations.iter().map(row).collect(),
            empty: self.say("invitations_none"),
        }
    }
    fn revokes(&self) -> Vec<Form> {
        let one = |row: &crate::identity::store::member::InvitationRow| {
            let mut form = self.form("revoke", &format!("/work/members/invitations/{}/revoke", row.id), "revoke", Vec::new());
            form.label = self.reader.fill("signin.revoke_this", &[("person", &row.person)]);
            form.class = "stop";
            form
        };
        self.house.invitations.iter().map(one).collect()
    }
    fn handlers(&self, again: Option<&super::super::parts::Tried<'_>>) -> Part {
        let rows = self.house.handlers.iter().map(|row| vec![Cell::text(row.name.clone())]).collect();
        let table =
            Table { caption: self.say("handlers"), columns: vec![Column::text(self.say("name"))], rows, empty: self.say("handlers_none") };
        let fields = vec![Field::text("name", self.say("name")).must()];
        let mut forms = vec![self.form("handler", "/work/members/handlers", "list_handler", fields).again(again)];
        let choices: Vec<_> = self.house.handlers.iter().map(|row| (row.id.clone(), row.name.clone())).collect();
        if !choices.is_empty() {
            let fields = vec![Field::select("handler_id", self.say("name"), choices).must()];
            let mut form = self.form("unlist", "/work/members/handlers/end", "end_handler", fields);
            form.class = "stop";
            forms.push(form);
        }
        Part { heading: self.say("handlers"), about: self.say("handlers_about"), table: Some(table), forms, ..Part::default() }
    }
}

fn named(member: &Member) -> String {
    format!("{} ({})", member.account.display_name, member.account.name)
}

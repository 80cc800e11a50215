//! `/work`: what there is to do for who is signed in, by what the roles allow: season accounts as bars, what waits for a decision, the
//! newest batches and orders.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::super::app::App;
use super::super::failure::Refusal;
use super::super::pages::staff::{FormError, Frame, Table};
use super::super::route::{Access, Route};
use super::bars::{AccountCard, own_accounts};
use super::desk::Reader;
use super::facilities::notices;
use super::todo::{Section, waiting};
use super::{lists, phone};
use crate::identity::role::{Permission, Role};
use crate::kernel::Outcome;
use crate::trace::batch::BatchFilter;
use crate::trace::queries::batch::batches;
use crate::trace::queries::order::{OrderFilter, orders};

/// How many of the newest are shown.
const NEWEST: u64 = 5;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work", Access::SignedIn, home)]
}

#[derive(Template)]
#[template(path = "staff/home.html")]
struct HomePage<'a> {
    frame: Frame<'a>,
    /// What comes first where nothing is there yet.
    first: Vec<(String, String)>,
    accounts: Vec<AccountCard>,
    sections: Vec<Section>,
    /// The main things to do, as (where, words).
    actions: Vec<(String, String)>,
    /// Places and papers, as (where, words).
    papers: Vec<(String, String)>,
    batches: Option<Table>,
    orders: Option<Table>,
    roles: Vec<(String, String)>,
}

async fn home(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    Ok(Html(page(&app, &reader, Vec::new()).await?))
}

/// The page, with the faults of what was just tried on it.
pub(super) async fn page(app: &App, reader: &Reader, errors: Vec<FormError>) -> Result<String, Refusal> {
    let registers = reader.may(Permission::BatchRegister) && reader.own().is_some();
    let accounts = if registers { own_accounts(app, reader).await? } else { Vec::new() };
    let mut actions = Vec::new();
    if reader.may(Permission::CaseWork) {
        actions.push((reader.to("/work/inbox"), reader.say("inbox.open")));
    }
    if registers && !accounts.is_empty() {
        actions.push((reader.to("/work/batches/steps"), reader.say("register_batch")));
        actions.push((reader.to("/work/batches/new"), reader.say("phone.whole_page")));
        if reader.may(Permission::CodeOrderRequest) {
            actions.push((reader.to("/work/orders/new"), reader.say("order_labels")));
        }
    }
    if reader.may(Permission::ShipmentSend) && registers && !accounts.is_empty() {
        actions.push((reader.to("/work/shipments/new"), reader.say("send_goods")));
    }
    if reader.who.is(Role::Seller) {
        actions.push((reader.to("/work/shipments"), reader.say("shipments")));
        actions.push((reader.to("/work/stock"), reader.say("stock_title")));
    }
    let papers = [
        ("/work/deliveries/scale", "phone.scale", Permission::DeliveryRecord),
        ("/work/plots", "phone.plots", Permission::PlotRead),
        ("/work/scans", "phone.scans", Permission::CodeOrderRead),
        ("/work/firm", "phone.firm", Permission::OrganisationRead),
        ("/work/facilities", "facilities", Permission::FacilityRead),
        ("/work/tests", "tests", Permission::TestRead),
        ("/work/farm", "farm", Permission::FarmWorkRead),
        ("/work/certificates", "certificates", Permission::CertificateRead),
        ("/work/mark-use-applications", "apply.title", Permission::MarkUseApplicationSubmit),
        ("/work/annual-reports", "annual.title", Permission::AnnualReportSubmit),
        ("/work/stories", "story.title", Permission::StoryWrite),
    ];
    // Who belongs to no organisation has no firm page.
    let papers = papers.into_iter().filter(|(path, _, needs)| reader.may(*needs) && (*path != "/work/firm" || reader.own().is_some()));
    let papers = papers.map(|(path, words, _)| (reader.to(path), reader.say(words))).collect();
    let first = if registers && accounts.is_empty() {
        let steps = [("first_plots", "/work/plots/new"), ("first_account", "/work/accounts"), ("first_batch", "/work/batches/steps")];
        steps.into_iter().map(|(step, path)| (reader.to(path), reader.say(step))).collect()
    } else {
        Vec::new()
    };
    let lang = reader.lang;
    let role = |word: &str| (lang.say(&format!("role.{word}")).into_owned(), lang.say(&format!("role_about.{word}")).into_owned());
    let mut sections: Vec<Section> = phone::draft_section(app, reader).await?.into_iter().collect();
    sections.extend(waiting(app, reader).await?);
    sections.extend(notices(app, reader).await?);
    sections.extend(phone::today(app, reader).await?);
    sections.extend(phone::on_hand(app, reader).await?);
    // What there is to do before what there is not.
    sections.sort_by_key(|section| section.items.is_empty());
    let page = HomePage {
        first,
        accounts,
        sections,
        papers,
        actions,
        batches: newest_batches(app, reader).await?,
        orders: newest_orders(app, reader).await?,
        roles: reader.who.grants.iter().map(|(held, _)| role(held.word())).collect(),
        frame: reader.frame(lang.say("home.title"), errors),
    };
    Ok(page.render()?)
}

/// May several producers' things be seen?
pub(super) fn sees_several(reader: &Reader, permission: Permission) -> bool {
    reader.acting(permission).is_some_and(|actor| actor.scope.all || !actor.scope.divisions.is_empty() || !actor.scope.holders.is_empty())
}

async fn newest_batches(app: &App, reader: &Reader) -> Outcome<Option<Table>> {
    let Some(actor) = reader.acting(Permission::BatchRead) else { return Ok(None) };
    let (items, _) = batches(&app.db, &actor, &BatchFilter::default(), None, Some(NEWEST)).await?;
    Ok(Some(lists::batches(app, reader, &items, sees_several(reader, Permission::BatchRead)).await?))
}

async fn newest_orders(app: &App, reader: &Reader) -> Outcome<Option<Table>> {
    let Some(actor) = reader.acting(Permission::CodeOrderRead) else { return Ok(None) };
    let items = orders(&app.db, &actor, &OrderFilter::default(), None, NEWEST).await?;
    Ok(Some(lists::orders(app, reader, &items, sees_several(reader, Permission::CodeOrderRead)).await?))
}

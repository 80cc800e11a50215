//! What is written down late or on paper, what growers say of it, season accounts with their history, and old cartons.

mod account;
mod accounts;
mod cartons;
mod deliveries;
mod delivery;
mod due;
mod grower;
mod grower_acts;
mod grower_new;
mod growers;
mod late;
mod objections;
mod paper;
mod paper_form;
mod sheets;

use super::super::app::App;
use super::super::pages::staff::{FormError, Frame, Table};
use super::super::route::Route;
use super::desk::Reader;
use super::todo::Section;

pub(super) use due::{closing_soon, late_section, objection_section};

pub(super) fn routes() -> Vec<Route> {
    let first = [late::routes(), objections::routes(), deliveries::routes(), delivery::routes(), growers::routes(), grower_new::routes()];
    let grower = [grower::routes(), grower_acts::routes()];
    let second = [sheets::routes(), paper::routes(), paper_form::routes(), accounts::routes(), account::routes(), cartons::routes()];
    first.into_iter().chain(grower).chain(second).flatten().collect()
}

/// A page of things that wait for a decision, and those decided.
#[derive(askama::Template)]
#[template(path = "staff/people/waiting.html")]
struct Waiting<'a> {
    frame: Frame<'a>,
    about: String,
    sections: Vec<Section>,
    decided: Option<Table>,
}

/// Every fault of a form that is one with its fields: a pointer is the field's name.
fn by_name(pointer: &str) -> String {
    pointer.trim_start_matches('/').to_owned()
}

/// Faults in words for a page of one form.
fn said(reader: &Reader, failure: &crate::kernel::Failure) -> Vec<FormError> {
    super::desk::faults(reader.lang, failure, by_name)
}

/// Products the reader's organisation has to do with, as (id, name): of its accounts, or all it may choose.
async fn own_products(app: &App, reader: &Reader) -> crate::kernel::Outcome<Vec<(String, String)>> {
    let mut names = super::names::Names::new(app);
    let mut out: Vec<(String, String)> = Vec::new();
    for view in super::bars::own_views(app, reader).await? {
        if !out.iter().any(|(id, _)| *id == view.product_id) {
            let name = names.goods(&view.product_id).await?.name;
            out.push((view.product_id, name));
        }
    }
    Ok(out)
}

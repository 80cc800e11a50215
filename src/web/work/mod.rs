//! Signed-in pages under `/work`, and the door to them: what is done on the platform, for people. Plain forms without script.

/// A form of one thing's page: does its act and comes back, or shows itself with every fault. The file that calls it has `place(id)`, the
/// `names()` of its forms' fields and `page(app, reader, id, errors, tried)`.
macro_rules! page_step {
    ($handler:ident, $form:literal, $act:path, $done:literal) => {
        async fn $handler(
            State(app): State<App>,
            reader: Reader,
            Path(id): Path<String>,
            posted: Posted<Typed>,
        ) -> Result<Response, Refusal> {
            let (typed, lang, own) = (posted.body.clone(), reader.lang, id.clone());
            let tried = act(&app, posted, move |tx, desk, typed| {
                let id = own.clone();
                Box::pin(async move {
                    $act(tx, &desk, &id, &typed).await?;
                    Ok(Done::see(done_at(lang, &place(&id), $done)))
                })
            });
            let tried = tried.await;
            let form = Tried { form: $form, typed: &typed };
            refilled(tried, &reader, form, &names(), |errors, tried| page(&app, &reader, &id, errors, tried)).await
        }
    };
}

mod alerts;
mod applying;
mod audit;
mod audits;
mod backups;
mod bars;
mod batch;
mod batch_form;
mod batch_new;
mod batch_papers;
mod batches;
mod cases;
mod certificates;
mod decide;
mod desk;
mod done;
mod door;
mod evidence;
mod facilities;
mod farm;
mod feedback;
mod figures;
mod files;
mod forms;
mod genealogy;
mod goods;
mod goods_form;
mod graph;
mod health;
mod history;
mod home;
mod inspecting;
mod kin;
mod levels;
mod listing;
mod lists;
mod market;
mod measures;
mod names;
mod office;
mod order;
mod order_decision;
mod order_form;
mod order_new;
mod orders;
mod parts;
mod people;
mod phone;
mod places;
mod print;
mod printing;
mod rail;
mod report;
mod reporting;
mod reports;
mod roll;
mod seizures;
pub(super) mod sheets;
mod shipment;
mod shipment_new;
mod shipments;
mod signin;
mod slip;
mod stories;
mod thing;
mod todo;

use super::route::Route;

/// Every signed-in page.
pub fn routes() -> Vec<Route> {
    let batches = [batches::routes(), batch_new::routes(), batch::routes(), goods::routes(), genealogy::routes()];
    let orders =
        [orders::routes(), order_new::routes(), order::routes(), roll::routes(), levels::routes(), print::routes(), printing::routes()];
    let decisions = [order_decision::routes()];
    let shipping = [shipments::routes(), shipment_new::routes(), shipment::routes(), slip::routes(), seizures::routes()];
    let papers = [facilities::routes(), reports::routes(), report::routes(), farm::routes(), certificates::routes(), sheets::routes()];
    let desks = [
        signin::routes(),
        office::routes(),
        phone::routes(),
        audit::routes(),
        applying::routes(),
        reporting::routes(),
        stories::routes(),
        health::routes(),
        backups::routes(),
    ];
    let supervision = [
        alerts::routes(),
        audits::routes(),
        cases::routes(),
        evidence::routes(),
        feedback::routes(),
        figures::routes(),
        inspecting::routes(),
        market::routes(),
        measures::routes(),
    ];
    let parts = [door::routes(), home::routes(), files::routes(), decide::routes(), people::routes()];
    parts
        .into_iter()
        .chain(desks)
        .chain(supervision)
        .chain(batches)
        .chain(orders)
        .chain(decisions)
        .chain(shipping)
        .chain(papers)
        .flatten()
        .collect()
}

//! The papers of a batch on its page: test reports, certificates issued and received, and what must still be issued.

use super::super::app::App;
use super::super::pages::staff::{Cell, Column, Table};
use super::certificates;
use super::desk::Reader;
use super::names::{Names, day_of};
use super::reports::{found, result};
use crate::identity::role::Permission as P;
use crate::kernel::Outcome;
use crate::kernel::ids::{Noun, is};
use crate::registry::queries::facility;
use crate::trace::queries::batch::BatchView;
use crate::trace::queries::certificate::{CertificateView, batch_certificates};
use crate::trace::queries::report::test_reports;
use crate::trace::report::ReportFilter;

/// What the page of a batch shows of its papers.
pub(super) struct Papers {
    pub table: Table,
    pub must_issue: String,
    pub links: Vec<(String, String)>,
}

/// The name of the facility, as far as the reader may know it; a name written down before there was a register stands as it is.
pub(super) async fn facility_name(app: &App, reader: &Reader, view: &BatchView) -> Option<String> {
    let stored = view.facility_id.clone()?;
    if !is(Noun::Facility, &stored) {
        return Some(stored);
    }
    let actor = reader.acting(P::FacilityRead)?;
    facility(&app.db, &actor, &stored, app.clock.today()).await.ok().map(|view| view.name)
}

/// The papers of a batch.
pub(super) async fn papers(app: &App, reader: &Reader, view: &BatchView) -> Outcome<Papers> {
    let mut rows = Vec::new();
    if let Some(actor) = reader.acting(P::TestRead) {
        let filter = ReportFilter { batch_id: Some(view.id.clone()), ..ReportFilter::default() };
        for report in test_reports(&app.db, &actor, &filter, None, Some(50)).await?.0 {
            let about = format!("{} · {}", reader.word("test_scope", &report.scope), day_of(reader.lang, &report.reported_on));
            rows.push(vec![
                Cell::link(report.report_no.clone(), reader.to(&format!("/work/tests/{}", report.id)))
                    .with_small(report.laboratory.clone()),
                Cell::text(found(&report)).with_small(about),
                result(reader, &report),
            ]);
        }
    }
    let mut must_issue = String::new();
    if let Some(actor) = reader.acting(P::CertificateRead)
        && let Ok(own) = batch_certificates(&app.db, &actor, &view.id).await
    {
        let mut names = Names::new(app);
        let goods = names.goods(&view.product_id).await?;
        for paper in own.issued.iter().chain(&own.received) {
            rows.push(line(reader, paper, &goods.show(paper.amount())));
        }
        if own.must_issue {
            must_issue = reader.say("must_issue_about");
        }
    }
    let own = reader.own() == Some(view.producer_id.as_str()) && view.state != "voided";
    let offered = [("tests", P::TestReport, "record_report"), ("certificates", P::CertificateIssue, "issue_certificate")];
    let links = offered.into_iter().filter(|(_, permission, _)| own && reader.may(*permission));
    Ok(Papers {
        must_issue,
        links: links.map(|(place, _, words)| (reader.to(&format!("/work/{place}?batch={}", view.id)), reader.say(words))).collect(),
        table: Table {
            caption: reader.say("batch_papers_caption"),
            columns: ["paper", "about_it", "state"].map(|c| Column::text(reader.say(c))).into(),
            rows,
            empty: reader.say("batch_papers_empty"),
        },
    })
}

fn line(reader: &Reader, paper: &CertificateView, amount: &str) -> Vec<Cell> {
    let place = if paper.delivery_id.is_some() { reader.say("received_with") } else { reader.say("certificate_title") };
    vec![
        Cell::link(paper.number.clone(), reader.to(&format!("/work/certificates/{}", paper.id))).with_small(place),
        Cell::text(format!("{amount} · {}", paper.origin)).with_small(day_of(reader.lang, &paper.issued_on)),
        certificates::state(reader, paper),
    ]
}

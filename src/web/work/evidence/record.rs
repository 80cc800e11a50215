//! 《电子数据提取笔录》, a draft to print on A4, be read over and signed: every element the rule lists, the hash list, the lines to sign, with
//! those for who refuses and for a witness. Supplements stand behind the first record.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::{Cell, Column, Frame, Table};
use super::super::desk::Reader;
use super::show::facts;
use super::{numbered, say};
use crate::identity::role::Permission as P;
use crate::supervision::evidence::queries::{EvidenceView, one_evidence, supplements};

struct Sheet {
    heading: String,
    facts: Vec<(String, String)>,
    steps: Vec<String>,
    files: Table,
    hash: String,
}

#[derive(Template)]
#[template(path = "staff/evidence_record.html")]
struct Page<'a> {
    frame: Frame<'a>,
    back: String,
    sheets: Vec<Sheet>,
    officers: Vec<String>,
    witness: String,
}

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let first = one_evidence(&app.db, &reader.actor(P::EvidenceRead)?, &id).await?;
    let mut views = vec![first.clone()];
    views.extend(supplements(&app.db, &id).await?);
    let officers = first.record.officers.iter().map(|officer| {
        let values = [("name", officer.name.as_str()), ("no", &officer.certificate_no), ("department", &officer.department)];
        reader.fill("evidence.sign_officer", &values)
    });
    let page = Page {
        back: reader.to(&format!("/work/evidence/{id}")),
        officers: officers.collect(),
        witness: first.record.witness.clone().unwrap_or_default(),
        sheets: views.iter().map(|view| sheet(&reader, view)).collect(),
        frame: reader.frame(say(&reader, "record_title"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn sheet(reader: &Reader, view: &EvidenceView) -> Sheet {
    let own = [say(reader, "steps"), say(reader, "record_hash")];
    Sheet {
        heading: numbered(reader, view),
        facts: facts(reader, view).into_iter().filter(|(name, _)| !own.contains(name)).collect(),
        steps: view.record.steps.lines().map(str::to_owned).collect(),
        files: hash_list(reader, view),
        hash: view.hash.clone(),
    }
}

/// The hash list of a record.
pub(in crate::web::work) fn hash_list(reader: &Reader, view: &EvidenceView) -> Table {
    let rows = view.record.files.iter().enumerate().map(|(no, file)| {
        let size = reader.fill("evidence.bytes", &[("n", &file.size.to_string())]);
        vec![
            Cell::text((no + 1).to_string()),
            Cell::text(file.name.clone()).with_small(format!("{} · {size}", file.media)),
            Cell::text(file.sha256.clone()),
            Cell::text(file.sm3.clone()),
        ]
    });
    let columns = ["nth", "original", "sha256", "sm3"].map(|key| Column::text(say(reader, &format!("column.{key}"))));
    Table { caption: say(reader, "hash_caption"), columns: columns.to_vec(), rows: rows.collect(), empty: say(reader, "no_originals") }
}

//! What is handed over to 12315: a summary to be copied or printed. Nobody who reported is named in it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::super::super::app::App;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::Frame;
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::names::moment_of;
use super::say;
use crate::identity::role::Permission as P;
use crate::supervision::feedback::receipt::grouped;
use crate::supervision::feedback::view::{FeedbackView, feedback_one};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/feedback/{id}/summary", Access::Needs(P::FeedbackRead), show)]
}

#[derive(Template)]
#[template(path = "staff/feedback_summary.html")]
struct Page<'a> {
    frame: Frame<'a>,
    about: String,
    text: String,
    label: String,
    back: (String, String),
}

async fn show(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Html<String>, Refusal> {
    let view = feedback_one(&app.db, &reader.actor(P::FeedbackRead)?, &id).await?;
    let page = Page {
        about: say(&reader, "summary_about"),
        text: text(&reader, &view),
        label: say(&reader, "summary_text"),
        back: (reader.to(&format!("/work/feedback/{id}")), say(&reader, "back")),
        frame: reader.narrow_frame(reader.fill("feedback.summary_of", &[("number", &view.number)]), Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn text(reader: &Reader, view: &FeedbackView) -> String {
    let mut lines = Vec::new();
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            lines.push(reader.fill("feedback.line", &[("what", &say(reader, key)), ("value", &value)]));
        }
    };
    line("number", Some(view.number.clone()));
    line("what", Some(reader.word("feedback.choice", &view.choice)));
    line("product", view.product.clone());
    line("producer", view.producer.clone());
    line("lot", view.lot.clone());
    line("code", view.code.as_deref().map(grouped));
    line("link", view.link.clone());
    line("how_many", Some(view.reports.to_string()));
    line("first", Some(moment_of(reader.lang, &view.first_at)));
    line("last", Some(moment_of(reader.lang, &view.last_at)));
    for one in &view.items {
        let said = [one.place.clone(), one.price.clone(), one.link.clone(), one.text.clone()];
        let said = said.into_iter().flatten().collect::<Vec<_>>().join("；");
        let photos = match one.photos.len() {
            0 => String::new(),
            n => reader.fill("feedback.photos_n", &[("n", &n.to_string())]),
        };
        line("said", Some(format!("{} {said} {photos}", moment_of(reader.lang, &one.received_at)).trim().to_owned()));
    }
    line("answer", view.answer.clone());
    lines.join("\n")
}

//! `/work/inbox`: everything that waits for an officer in one queue by the day it is due.

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde::Deserialize;

use super::super::super::app::App;
use super::super::super::body::Asked;
use super::super::super::failure::Refusal;
use super::super::super::pages::staff::Frame;
use super::super::super::route::{Access, Route};
use super::super::desk::Reader;
use super::super::names::moment;
use super::say;
use crate::identity::queries::SignedIn;
use crate::identity::role::Permission as P;
use crate::kernel::{Day, Outcome};
use crate::supervision::inbox::{Due, Urgency, waiting as all_waiting};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/inbox", Access::Needs(P::CaseWork), show)]
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(default)]
    kind: String,
}

/// One thing that waits, in words.
struct Item {
    title: String,
    href: String,
    kind: String,
    due: String,
    class: &'static str,
    step: String,
    since: String,
}

/// One section of the queue.
struct Section {
    heading: String,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "staff/figures/inbox.html")]
struct Page<'a> {
    frame: Frame<'a>,
    /// Where, words with their count, chosen.
    kinds: Vec<(String, String, bool)>,
    sections: Vec<Section>,
}

/// How much waits for somebody; nothing for who has no inbox.
pub(in crate::web::work) async fn waiting(app: &App, who: &SignedIn) -> Outcome<Option<u64>> {
    if who.acting(P::CaseWork).is_none() {
        return Ok(None);
    }
    let all = all_waiting(&app.db, &app.clock, |permission| who.acting(permission)).await?;
    Ok(u64::try_from(all.len()).ok().filter(|n| *n > 0))
}

async fn show(State(app): State<App>, reader: Reader, Asked(query): Asked<Query>) -> Result<Html<String>, Refusal> {
    let all = all_waiting(&app.db, &app.clock, |permission| reader.who.acting(permission)).await?;
    let today = app.clock.today();
    let word = |kind: &str| reader.say(&format!("inbox.kind.{kind}"));
    let mut known: Vec<&'static str> = all.iter().map(|due| due.kind).collect();
    known.sort_unstable();
    known.dedup();
    let mut kinds = vec![(reader.to("/work/inbox"), format!("{} {}", say(&reader, "all"), all.len()), query.kind.is_empty())];
    kinds.extend(known.iter().map(|kind| {
        let count = all.iter().filter(|due| due.kind == *kind).count();
        (reader.to(&format!("/work/inbox?kind={kind}")), format!("{} {count}", word(kind)), *kind == query.kind)
    }));
    let wanted: Vec<&Due> = all.iter().filter(|due| query.kind.is_empty() || due.kind == query.kind).collect();
    let section = |(urgency, key): (Urgency, &str)| {
        let items: Vec<Item> =
            wanted.iter().filter(|due| due.urgency(today) == urgency).map(|due| item(&reader, due, urgency, today)).collect();
        (!items.is_empty()).then(|| Section { heading: reader.say(&format!("inbox.{key}")), items })
    };
    let sections = [(Urgency::Overdue, "overdue"), (Urgency::Today, "today"), (Urgency::Later, "later")];
    let page = Page {
        kinds: if all.is_empty() { Vec::new() } else { kinds },
        sections: sections.into_iter().filter_map(section).collect(),
        frame: reader.frame(reader.say("inbox.title"), Vec::new()),
    };
    Ok(Html(page.render()?))
}

fn item(reader: &Reader, due: &Due, urgency: Urgency, today: Day) -> Item {
    let day = |day: Day| day.for_people(reader.lang.english());
    let due_text = match due.due_on {
        None => reader.say("inbox.no_clock"),
        Some(on) if urgency == Urgency::Overdue => {
            reader.fill("inbox.days_over", &[("day", &day(on)), ("n", &today.since(on).to_string())])
        }
        Some(on) => reader.fill("inbox.due_on", &[("day", &day(on))]),
    };
    Item {
        title: due.title.clone(),
        href: reader.to(&due.href),
        kind: reader.say(&format!("inbox.kind.{}", due.kind)),
        due: due_text,
        class: match urgency {
            Urgency::Overdue => "red",
            Urgency::Today => "amber",
            Urgency::Later => "soft",
        },
        step: reader.say(&format!("inbox.step.{}", due.step)),
        since: reader.fill("inbox.since", &[("at", &moment(reader.lang, due.since))]),
    }
}

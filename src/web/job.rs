//! A print job in words: what to print, what to watch, what may be done now.

use super::words::Lang;
use crate::interop::qr::PrintedBase;
use crate::kernel::Day;
use crate::kernel::clock::parse_rfc3339;
use crate::kernel::day::hour_minute;
use crate::kernel::quantity::grouped;
use crate::trace::queries::hand_over::PrintJob;

/// A print job as its pages say it.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// Its heading.
    pub title: String,
    /// How far it has come.
    pub state: String,
    /// What to print.
    pub facts: Vec<(String, String)>,
    /// What to watch.
    pub notes: Vec<String>,
    /// The file may be fetched.
    pub may_fetch: bool,
    /// What was printed may be said.
    pub may_report: bool,
    /// What was said last.
    pub printed: String,
    /// What was said last.
    pub spoiled: String,
    /// Where the design's file is, for those signed in.
    pub design: Option<(String, String)>,
}

/// A moment as people read it, or what was written.
fn moment(lang: Lang, written: &str) -> String {
    parse_rfc3339(written)
        .map_or_else(|| written.to_owned(), |at| format!("{} {}", Day::of(at).for_people(lang.english()), hour_minute(at)))
}

impl Job {
    /// The words of a job.
    pub fn new(lang: Lang, job: &PrintJob) -> Self {
        let word = |key: &str| lang.say(&format!("printing.job.{key}")).into_owned();
        let (order, view) = (&job.order, &job.view);
        let count = lang.fill("printing.job.labels", &[("n", &grouped(order.count))]);
        let base = PrintedBase::new(&order.base_url).ok();
        let side = base.as_ref().map(|base| f64::from(base.version().smallest_um()) / 1000.0).unwrap_or_default();
        let domain = base.as_ref().map(|base| base.domain().to_owned()).unwrap_or_default();
        let mut facts = vec![
            (word("order"), order.order_no.to_string()),
            (word("producer"), job.producer.clone()),
            (word("product"), job.product.clone()),
            (word("kind"), lang.say(&format!("work.code_kind.{}", order.kind)).into_owned()),
            (word("count"), count),
            (word("sequence"), format!("1–{}", order.count)),
            (word("domain"), domain.clone()),
            (word("expires"), moment(lang, &view.expires_at)),
        ];
        if let Some(design) = &job.design {
            facts.push((word("design"), format!("{}（{}）", design.name, design.season)));
            facts.extend(design.note.clone().map(|note| (word("design_note"), note)));
        }
        facts.extend(view.note.clone().map(|note| (word("note"), note)));
        facts.extend(view.fetched_at.as_deref().map(|at| (word("fetched"), moment(lang, at))));
        facts.extend(view.fetched_sha256.clone().map(|sum| (word("sha256"), sum)));
        facts.extend(view.printed.map(|n| (word("printed"), grouped(n))));
        facts.extend(view.spoiled.map(|n| (word("spoiled"), grouped(n))));
        facts.extend(view.received.map(|n| (word("received"), grouped(n))));
        let values = [("side", side.to_string()), ("domain", domain)];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let notes = ["password", "size", "quiet", "order_kept", "again", "destroy"];
        Self {
            title: lang.fill("printing.job.title", &[("order", &order.order_no.to_string())]),
            state: word(&format!("state.{}", view.state)),
            facts,
            notes: notes.into_iter().map(|key| lang.fill(&format!("printing.job.watch_{key}"), &values)).collect(),
            may_fetch: view.state == "open",
            may_report: matches!(view.state.as_str(), "fetched" | "printed"),
            printed: view.printed.map(|n| n.to_string()).unwrap_or_default(),
            spoiled: view.spoiled.map(|n| n.to_string()).unwrap_or_default(),
            design: job.design.as_ref().map(|design| (format!("/work/designs/{}/file", design.id), design.name.clone())),
        }
    }
}

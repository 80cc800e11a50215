//! `/work/admin/health`: how the machine fares, for who runs it: no personal data, no goods. What is wrong stands first in its colour.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use super::desk::Reader;
use super::names::moment;
use super::parts::{Part, PartsPage};
use crate::db::{self, Engine};
use crate::files;
use crate::identity::notice;
use crate::identity::role::Permission as P;
use crate::kernel::clock::DAY;
use crate::kernel::quantity::grouped;
use crate::kernel::{Failure, Millis, Outcome};
use crate::ledger;
use crate::web::app::App;
use crate::web::failure::Refusal;
use crate::web::pages::staff::{Cell, Column, Table};
use crate::web::route::{Access, Route};

/// Free room below which somebody should look: a tenth of the disk.
const LOW: u64 = 10;
/// Free room below which the next upload may fail: a fiftieth.
const OUT: u64 = 2;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/work/admin/health", Access::Needs(P::HealthRead), show)]
}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Bad,
    Look,
    Fine,
}

impl Standing {
    fn badge(self, reader: &Reader) -> Cell {
        let (word, class) = match self {
            Self::Bad => ("bad", "red"),
            Self::Look => ("look", "amber"),
            Self::Fine => ("fine", "ok"),
        };
        Cell::badge(say(reader, word), class)
    }
}

/// One line: what, how it stands, the figure, what to do.
struct Line {
    what: &'static str,
    standing: Standing,
    figure: String,
    advice: &'static str,
}

fn say(reader: &Reader, key: &str) -> String {
    reader.say(&format!("health.{key}"))
}

/// How room stands, by how much of it is free.
fn room(free: u64, all: u64) -> Standing {
    let below = |hundredths: u64| free.saturating_mul(100) < all.saturating_mul(hundredths);
    if below(OUT) {
        Standing::Bad
    } else if below(LOW) {
        Standing::Look
    } else {
        Standing::Fine
    }
}

/// Bytes as people say them.
pub(super) fn bytes(n: u64) -> String {
    match n {
        0..1_048_576 => format!("{} KB", n.div_ceil(1024)),
        1_048_576..1_073_741_824 => format!("{} MB", n / 1_048_576),
        _ => format!("{}.{} GB", n / 1_073_741_824, n % 1_073_741_824 * 10 / 1_073_741_824),
    }
}

/// When the last signed checkpoint was appended to its file.
fn kept_at(app: &App) -> Option<Millis> {
    let at = std::fs::metadata(app.config.checkpoints()).ok()?.modified().ok()?;
    i64::try_from(at.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// When the last backup in the directory of this node was taken.
async fn last_backup(app: &App) -> Outcome<Option<Millis>> {
    let dir = app.config.backup_dir.clone();
    if dir.as_os_str().is_empty() {
        return Ok(None);
    }
    let kept = tokio::task::spawn_blocking(move || crate::backup::kept(&dir)).await.map_err(Failure::broken)??;
    Ok(kept.first().map(|one| one.taken_at))
}

async fn lines(app: &App, reader: &Reader) -> Outcome<Vec<Line>> {
    let steps = db::pending(&app.db).await?;
    let missing = steps.iter().filter(|step| !step.applied).count();
    let engine = match app.db.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    let size = u64::try_from(db::size(&app.db).await?).unwrap_or(0);
    let (free, all) = files::room(&app.config.files_dir)?;
    let (count, total) = files::store::total(app.db.reader()).await?;
    let (waiting, given_up) = notice::store::counts(app.db.reader()).await?;
    let leaves = ledger::head(app.db.reader()).await?.size();
    let last = ledger::last_at(app.db.reader()).await?;
    let kept = kept_at(app);
    // A node keeps checkpoints by the minute while something happens; a day behind is a node that does not.
    let behind = match (last, kept) {
        (Some(last), Some(kept)) => last - kept > DAY,
        (Some(last), None) => app.clock.now() - last > DAY,
        (None, _) => false,
    };
    let backup = last_backup(app).await?;
    let stale = backup.is_none_or(|at| app.clock.now() - at > crate::backup::OLD);
    let when = |at: Option<Millis>| at.map_or_else(|| say(reader, "never"), |at| moment(reader.lang, at));
    let look = |wrong: bool, standing: Standing| if wrong { standing } else { Standing::Fine };
    let mut lines = vec![
        Line { what: "program", standing: Standing::Fine, figure: env!("CARGO_PKG_VERSION").to_owned(), advice: "" },
        Line { what: "database", standing: Standing::Fine, figure: format!("{engine} · {}", bytes(size)), advice: "" },
        Line { what: "backup", standing: look(stale, Standing::Look), figure: when(backup), advice: "backup_advice" },
        Line {
            what: "steps",
            standing: look(missing > 0, Standing::Bad),
            figure: format!("{} / {}", steps.len() - missing, steps.len()),
            advice: "steps_advice",
        },
        Line { what: "disk", standing: room(free, all), figure: format!("{} / {}", bytes(free), bytes(all)), advice: "disk_advice" },
        Line {
            what: "files",
            standing: Standing::Fine,
            figure: format!("{} · {}", grouped(i64::try_from(count).unwrap_or(i64::MAX)), bytes(u64::try_from(total).unwrap_or(0))),
            advice: "",
        },
        Line {
            what: "ledger",
            standing: Standing::Fine,
            figure: format!("{} · {}", grouped(i64::try_from(leaves).unwrap_or(i64::MAX)), when(last)),
            advice: "",
        },
        Line { what: "checkpoint", standing: look(behind, Standing::Look), figure: when(kept), advice: "checkpoint_advice" },
        Line {
            what: "outbox",
            standing: look(given_up > 0, Standing::Look),
            figure: reader.fill("health.outbox_figure", &[("waiting", &waiting.to_string()), ("given_up", &given_up.to_string())]),
            advice: "outbox_advice",
        },
    ];
    lines.sort_by_key(|line| line.standing);
    Ok(lines)
}

async fn show(State(app): State<App>, reader: Reader) -> Result<Html<String>, Refusal> {
    let lines = lines(&app, &reader).await?;
    let row = |line: &Line| {
        let advice = if line.standing == Standing::Fine { String::new() } else { line.advice.to_owned() };
        let advice = if advice.is_empty() { advice } else { say(&reader, &advice) };
        vec![Cell::text(say(&reader, line.what)), line.standing.badge(&reader), Cell::text(line.figure.clone()), Cell::text(advice)]
    };
    let table = Table {
        caption: say(&reader, "caption"),
        columns: ["what", "state", "figure", "advice"].map(|key| Column::text(say(&reader, key))).into(),
        rows: lines.iter().map(row).collect(),
        empty: String::new(),
    };
    let part = Part { heading: say(&reader, "title"), about: say(&reader, "about"), table: Some(table), ..Part::default() };
    Ok(Html(PartsPage { frame: reader.frame(say(&reader, "title"), Vec::new()), parts: vec![part] }.render()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_a_tenth_or_somebody_looks() {
        let standings = [100, 10, 9, 2, 1, 0].map(|free| room(free, 100));
        use Standing::{Bad, Fine, Look};
        assert_eq!(standings, [Fine, Fine, Look, Look, Bad, Bad]);
        assert_eq!(room(0, 0), Fine, "a disk that says nothing is not full");
    }

    #[test]
    fn bytes_are_said_shortly() {
        assert_eq!([0, 1, 1_048_576, 1_610_612_736].map(bytes), ["0 KB", "1 KB", "1 MB", "1.5 GB"]);
    }
}

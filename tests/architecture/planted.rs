//! The guard against itself: planted faults that each rule must find, and honest code that none may touch.

use crate::check::check_file;
use crate::rules::MAX_LINES;

/// `text` at `file` must break exactly one rule, and the complaint must say `word`.
fn found(file: &str, text: &str, word: &str) {
    let found = check_file(file, text);
    assert!(found.len() == 1 && found[0].contains(word), "{file} with\n{text}\nshould be refused once for `{word}`, but: {found:#?}");
}

fn clean(file: &str, text: &str) {
    let found = check_file(file, text);
    assert!(found.is_empty(), "{file} with\n{text}\nis allowed, but: {found:#?}");
}

#[test]
fn arrows_that_point_back_are_found_however_they_are_written() {
    let back = "`registry` may not use `trace`";
    found("src/registry/product.rs", "use crate::trace::batch::Batch;", back);
    found("src/registry/product.rs", "use crate::{kernel::Day, trace::{batch, account::Account}};", back);
    found("src/registry/product.rs", "use {crate::trace::batch};", back);
    found("src/registry/product.rs", "fn f() { let b = crate::trace::batch::new(); }", back);
    found("src/registry/product.rs", "fn f() { println!(\"{}\", crate::trace::batch::NAME); }", back);
    found("src/registry/product.rs", "fn f(b: &yanzhao::trace::Batch) {}", back);
    found("src/registry/product.rs", "use ::yanzhao::trace::Batch;", back);
    found("src/registry/product.rs", "use super::super::trace::Batch;", back);
    found("src/registry/product.rs", "use super::{rights, super::trace::Batch};", back);
    found("src/registry/mod.rs", "use super::trace::Batch;", back);
    found("src/registry/product.rs", "mod inner { use super::super::super::trace::Batch; }", back);
    found("src/registry/product.rs", "impl From<crate :: trace :: Batch> for X {}", back);
    found("src/registry/product.rs", "#[cfg(test)] mod tests { use crate::trace::Batch; }", back);
    found("src/registry/product.rs", "#[serde(with = \"x\", bound(crate::trace::Batch))] struct X;", back);
    found("src/kernel/day.rs", "use crate::db::Db;", "`kernel` may not use `db`");
    found("src/jobs/outbox.rs", "use crate::web::link;", "`jobs` may not use `web`");
    found("src/web/router.rs", "use crate::jobs::outbox;", "`web` may not use `jobs`");
    found("src/web/router.rs", "use crate::demo::Plan;", "`web` may not use `main`");
}

#[test]
fn ways_around_the_arrows_are_found() {
    found("src/registry/product.rs", "use crate::*;", "hides what is used");
    found("src/registry/product.rs", "use crate as all;", "another name");
    found("src/registry/product.rs", "use crate::{self as all};", "another name");
    found("src/registry/mod.rs", "use super as all;", "another name");
    found("src/registry/product.rs", "use crate::Batch;", "is no room");
    found("src/helpers/mod.rs", "pub fn f() {}", "has no place in the arrows");
    found("src/util.rs", "pub fn f() {}", "has no place in the arrows");
}

#[test]
fn arrows_that_point_forward_pass() {
    clean(
        "src/registry/product.rs",
        "use crate::{identity::Role, kernel::{Day, text}}; use super::rights::Right; use super::super::ledger::append;",
    );
    clean("src/registry/product.rs", "pub(crate) fn f(x: crate::kernel::Millis) {} // crate::trace::batch\n/* crate::web */");
    clean("src/registry/product.rs", "/// See [`crate::trace::batch`].\nfn f() { let s = \"crate::trace\"; }");
    clean("src/registry/product.rs", "mod inner { use super::super::rights; mod deeper { use super::super::Product; } }");
    clean("src/main.rs", "use yanzhao::web; use yanzhao::jobs; fn main() { web::serve(yanzhao::kernel::Clock::system()) }");
    clean("src/web/pages/public.rs", "use crate::supervision::recall; use super::super::router::Routes; use axum::response::Html;");
}

#[test]
fn tables_outside_a_store_are_found() {
    found("src/trace/commands.rs", "use crate::entity::batch;", "names a table");
    found("src/trace/commands.rs", "fn f() { sqlx::query(\"SELECT id FROM batch WHERE lot = ?\"); }", "SQL outside");
    found("src/trace/commands.rs", "fn f() { query(r#\"insert into batch (id) values (1)\"#); }", "SQL outside");
    found("src/trace/commands.rs", "fn f() { query(\"update batch set lot = 1\"); }", "SQL outside");
    found("src/trace/commands.rs", "fn f() { query(&format!(\"DELETE FROM {table}\")); }", "SQL outside");
    found("src/trace/commands.rs", "fn f() { query(\"create unique index batch_lot on batch (lot)\"); }", "SQL outside");
    found("src/trace/commands.rs", "const TAIL: &str = \" FROM batch\";", "SQL outside");
    found("src/web/pages/home.rs", "use crate::entity::batch;", "names a table");
    found("src/web/store.rs", "use crate::entity::batch;", "names a table");
    found("src/trace/queries.rs", "use migrations::Migrator;", "only `db` runs migrations");
    clean("src/trace/store.rs", "use crate::entity::batch; const Q: &str = \"SELECT id FROM batch\";");
    clean("src/trace/store/ranges.rs", "use crate::entity::code_range; const Q: &str = \"SELECT id FROM code_range\";");
    clean("src/ledger/store.rs", "const Q: &str = \"INSERT INTO event VALUES (1)\";");
    clean("src/db/migrate.rs", "use migrations::Migrator; const Q: &str = \"SELECT name FROM sqlite_master\";");
    clean(
        "src/trace/commands.rs",
        "const A: &str = \"choose one from the list, then insert into the account\"; const B: &str = \"Update the account\";",
    );
    clean("src/trace/commands.rs", "const A: &str = \"Select a batch, or create one\"; const B: &str = \"SAMPLE FROM 2026\";");
    clean("src/trace/commands.rs", "#[cfg(test)] mod tests { const Q: &str = \"DELETE FROM batch\"; }");
}

#[test]
fn http_outside_web_is_found() {
    found("src/trace/commands.rs", "use axum::http::StatusCode;", "outside `web`");
    found("src/main.rs", "async fn main() { axum::serve(listener, app).await; }", "outside `web`");
    found("src/trace/commands.rs", "use tower_http::limit::RequestBodyLimitLayer;", "outside `web`");
    clean("src/web/mod.rs", "use axum::Router; use tower_http::limit::RequestBodyLimitLayer;");
}

#[test]
fn the_present_and_chance_outside_the_kernel_are_found() {
    found("src/trace/commands.rs", "fn f() { std::time::SystemTime::now(); }", "asks the machine");
    found("src/trace/commands.rs", "fn f() { let n = time::OffsetDateTime::now_utc(); }", "asks the machine");
    found("src/trace/commands.rs", "fn f() { list.map(OffsetDateTime::now_local); }", "asks the machine");
    found("src/trace/commands.rs", "fn f() { uuid::Uuid::new_v4(); }", "asks the machine");
    found("src/trace/commands.rs", "fn f() { uuid::Uuid::now_v7(); }", "asks the machine");
    found("src/main.rs", "fn f() { getrandom::fill(&mut key); }", "asks the machine");
    found("src/trace/commands.rs", "fn f() { let c = Clock::system(); }", "only the start of the program");
    clean("src/kernel/clock.rs", "fn f() { std::time::SystemTime::now(); }");
    clean("src/trace/commands.rs", "fn f(clock: &Clock) { clock.now(); let since = std::time::Instant::now(); }");
    clean("src/trace/commands.rs", "#[cfg(test)] mod tests { fn f() { Random::system(); } }");
}

#[test]
fn long_files_are_found() {
    found("src/trace/batch.rs", &"\n".repeat(MAX_LINES + 1), "lines, more than");
    clean("src/trace/batch.rs", &"\n".repeat(MAX_LINES));
}

#[test]
fn a_file_that_is_not_rust_is_found() {
    found("src/trace/batch.rs", "fn f() { (", "can't be read");
}

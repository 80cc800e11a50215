//! The shape of `src/`, held by a test: arrows between rooms point one way, only a room's store knows its tables,
//! only `web` speaks HTTP, time and chance come in by one door each, and no file grows out of hand.
//!
//! The sources are read as tokens (comments are gone, strings are whole), so a path is found wherever it stands:
//! in a grouped `use`, in the middle of an expression, inside a macro. `planted.rs` shows that each rule can fail.

#![allow(clippy::unwrap_used, reason = "a source that can't be read fails the test")]

mod check;
mod planted;
mod rules;
mod tokens;

use std::fs;
use std::path::{Path, PathBuf};

use check::check_file;

fn rust_files(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn sources_keep_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    files.sort();
    assert!(files.iter().any(|f| f.ends_with("kernel/mod.rs")), "src/ was not read");
    let mut found = Vec::new();
    for file in &files {
        let name = file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        found.extend(check_file(&name, &fs::read_to_string(file).unwrap()));
    }
    assert!(found.is_empty(), "{} broken rules in {} files:\n{}", found.len(), files.len(), found.join("\n"));
}

#[test]
fn the_lock_file_holds_one_database_driver_and_no_openssl() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let named = |name: &str| lock.lines().filter(|l| *l == format!("name = \"{name}\"")).count();
    assert_eq!(named("sqlx"), 1, "sea-orm and the code must share one sqlx");
    assert_eq!(named("libsqlite3-sys"), 1, "one SQLite is linked");
    for banned in ["openssl", "openssl-sys", "native-tls"] {
        assert_eq!(named(banned), 0, "{banned} came back into Cargo.lock");
    }
}

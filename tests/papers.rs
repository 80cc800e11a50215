//! The papers beside the code: no link in them is dead, and the glossary keeps one row for one word.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Markdown file of the tree but those of other people's packages and of builds.
fn papers(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && !matches!(name.to_str(), Some("node_modules" | "target" | "data" | ".git")) {
            papers(&path, into);
        } else if path.extension().is_some_and(|e| e == "md") {
            into.push(path);
        }
    }
}

/// Targets of `[…](target)` that are files: not web addresses, not places in the same page.
fn file_links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
    targets.filter(|t| !t.is_empty() && !t.contains("://") && !t.starts_with("mailto:")).collect()
}

#[test]
fn links_lead_to_files() {
    let mut found = Vec::new();
    papers(root(), &mut found);
    assert!(found.iter().any(|p| p.ends_with("README.md")), "README.md was not read");
    let mut dead = Vec::new();
    for paper in &found {
        let text = fs::read_to_string(paper).unwrap();
        let here = paper.parent().unwrap();
        dead.extend(file_links(&text).into_iter().filter(|l| !here.join(l).exists()).map(|l| format!("{}: {l}", paper.display())));
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn links_are_found() {
    let text = "[a](A.md) ![p](docs/p.png \"title\") [b](https://example.org/x) [c](#here) [d](docs/d.md#there) plain (text)";
    assert_eq!(file_links(text), ["A.md", "docs/p.png", "docs/d.md"]);
}

#[test]
fn the_glossary_has_one_row_for_a_word() {
    let text = fs::read_to_string(root().join("GLOSSARY.md")).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|l| l.starts_with("| ") && !l.starts_with("| 中文"))
        .map(|l| l.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() >= 60, "{} rows", rows.len());
    let mut seen = HashSet::new();
    for row in &rows {
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        assert!(seen.insert(row[0]), "{} has two rows", row[0]);
    }
}

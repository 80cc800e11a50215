//! One file against the rules.

use proc_macro2::TokenStream;

use crate::rules::{HTTP_CRATES, MAIN_ROOM, MAX_LINES, knows_tables, may_use, room_of};
use crate::tokens::{Seen, Sighting, Target, read};

/// Every rule that `text`, standing at `file` (`src/…`, with slashes), breaks; each as one readable line.
pub fn check_file(file: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > MAX_LINES {
        found.push(format!("{file}: {lines} lines, more than {MAX_LINES}: split it by what it does"));
    }
    let module = module_path(file);
    let root = module.first().map_or(MAIN_ROOM, String::as_str);
    let Some(room) = room_of(root) else {
        found.push(format!("{file}: `{root}` has no place in the arrows; add it to tests/architecture/rules.rs"));
        return found;
    };
    let tokens: TokenStream = match text.parse() {
        Ok(tokens) => tokens,
        Err(why) => {
            found.push(format!("{file}: can't be read as Rust: {why}"));
            return found;
        }
    };
    let test_file = file.ends_with("/tests.rs") || file.ends_with("_tests.rs") || file.contains("/tests/");
    let mut last = String::new();
    for sighting in read(tokens, &module) {
        let in_test = sighting.test || test_file;
        let Some(complaint) = arrow(room, &sighting).or_else(|| door(file, room, in_test, &sighting)) else { continue };
        let line = format!("{file}:{}: {complaint}", sighting.line);
        // A name and the path it starts are two sightings of one fault.
        if line != last {
            found.push(line.clone());
        }
        last = line;
    }
    found
}

/// `src/trace/batch.rs` → `trace, batch`; `mod.rs` stands for its directory, `main.rs` and `lib.rs` for the root.
fn module_path(file: &str) -> Vec<String> {
    let inner = file.strip_prefix("src/").unwrap_or(file).trim_end_matches(".rs");
    let mut path: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|l| l == "mod") || (path.len() == 1 && matches!(inner, "main" | "lib")) {
        path.pop();
    }
    path
}

/// Arrows hold in unit tests too.
fn arrow(room: &str, sighting: &Sighting) -> Option<String> {
    let Seen::Path(target) = &sighting.seen else { return None };
    if room == MAIN_ROOM {
        return None;
    }
    match target {
        Target::Everything => Some("`crate::*` hides what is used; name it".to_owned()),
        Target::RootRenamed => Some("the crate's root under another name hides what is used; name it".to_owned()),
        Target::Module(name) => match room_of(name) {
            Some(to) if may_use(room, to) => None,
            Some(to) => Some(format!("`{room}` may not use `{to}`: arrows point the other way")),
            None => Some(format!("`crate::{name}` is no room; use the path through the room that owns it")),
        },
    }
}

fn door(file: &str, room: &str, in_test: bool, sighting: &Sighting) -> Option<String> {
    match &sighting.seen {
        Seen::Name(name) if room != "web" && HTTP_CRATES.contains(&name.as_str()) => {
            Some(format!("`{name}` outside `web`: HTTP stays there"))
        }
        Seen::Path(Target::Module(name)) if name == "entity" && !in_test && !knows_tables(file) => {
            Some("names a table: only `store.rs` may use `entity`".to_owned())
        }
        Seen::Pair(name, _) if name == "migrations" && room != "db" => Some("only `db` runs migrations".to_owned()),
        Seen::Text(text) if !in_test && !knows_tables(file) && is_sql(text) => {
            Some(format!("SQL outside `store.rs`: {}", text.chars().take(60).collect::<String>().replace('\n', " ")))
        }
        Seen::Pair(owner, name) if !in_test && room != "kernel" => present_or_chance(room, owner, name),
        _ => None,
    }
}

/// The present moment and chance. `Instant` measures how long something took and is allowed.
fn present_or_chance(room: &str, owner: &str, name: &str) -> Option<String> {
    let call = format!("{owner}::{name}");
    if matches!(call.as_str(), "Clock::system" | "Random::system") {
        return (room != MAIN_ROOM).then(|| format!("`{call}`: take a `&{owner}`; only the start of the program makes one"));
    }
    let present = name.starts_with("now") && !matches!(owner, "Instant" | "Clock");
    let chance =
        matches!(call.as_str(), "Uuid::new_v4" | "rand::rng" | "rand::random" | "rand::thread_rng" | "getrandom::fill" | "getrandom::u64")
            || matches!(owner, "OsRng" | "SysRng" | "ThreadRng");
    (present || chance).then(|| format!("`{call}` asks the machine: take a `&Clock` or `&Random`"))
}

/// Whether a string literal holds a statement on tables. Keywords count in capitals anywhere, in small letters only when
/// the text starts like a statement, so that a sentence may say “from” and “into”.
fn is_sql(literal: &str) -> bool {
    let body = literal.trim_start_matches(['b', 'c', 'r', '#']).trim_matches(['"', '#']).replace("\\n", " ");
    let words: Vec<&str> = body.split(|c: char| c.is_whitespace() || c == '(' || c == '\\').filter(|w| !w.is_empty()).collect();
    let starts = words.first().is_some_and(|w| {
        matches!(w.to_ascii_lowercase().as_str(), "select" | "insert" | "update" | "delete" | "with" | "create" | "alter" | "drop")
    });
    let is = |word: &str, key: &str| word == key || (starts && word.eq_ignore_ascii_case(key));
    let names_table = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase() || matches!(c, '"' | '{' | '_'));
    words.iter().enumerate().any(|(i, word)| {
        let next = words.get(i + 1);
        match () {
            () if is(word, "FROM") || is(word, "JOIN") => next.is_some_and(names_table),
            () if is(word, "INSERT") => next.is_some_and(|w| is(w, "INTO") || is(w, "OR")),
            () if is(word, "DELETE") => next.is_some_and(|w| is(w, "FROM")),
            () if is(word, "UPDATE") => words.get(i + 2).is_some_and(|w| is(w, "SET")),
            () if is(word, "TABLE") || is(word, "INDEX") => {
                i > 0 && matches!(words[i - 1].to_ascii_uppercase().as_str(), "CREATE" | "ALTER" | "DROP" | "UNIQUE")
            }
            () => false,
        }
    })
}

//! The words files: both languages equal in keys and placeholders, no YAML trap, no word that promises too much.

#![expect(clippy::unwrap_used, reason = "a test says what it expects")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One value: in double quotes, or plain where YAML can't read it as anything but text.
fn plain(value: &str, at: &str) -> String {
    if let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
        return inner.to_owned();
    }
    let special = value.starts_with(['"', '\'', '|', '>', '[', '{', '&', '*', '!', '%', '@', '`', '?', '-', '#']);
    let word = ["true", "false", "yes", "no", "on", "off", "null", "~"].contains(&value.to_lowercase().as_str());
    assert!(!special && !word && !value.contains(": ") && !value.contains(" #") && value.parse::<f64>().is_err(), "{at}: quote {value}");
    value.to_owned()
}

/// Reads the shape our words files have: keys nested by two blanks, each value on one line.
fn read(path: &Path) -> Words {
    let text = std::fs::read_to_string(path).unwrap();
    let (mut words, mut parents) = (BTreeMap::new(), Vec::<String>::new());
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with('#')) {
        let at = format!("{}:{}", path.display(), number + 1);
        let depth = (line.len() - line.trim_start().len()) / 2;
        let (key, value) = line.trim().split_once(':').unwrap_or_else(|| panic!("{at} has no key"));
        parents.truncate(depth);
        assert_eq!(parents.len(), depth, "{at} is indented wrongly");
        if value.trim().is_empty() {
            parents.push(key.to_owned());
            continue;
        }
        let full = parents.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".");
        if full == "_version" {
            assert_eq!(value.trim(), "1", "{at}");
            continue;
        }
        assert!(words.insert(full, plain(value.trim(), &at)).is_none(), "{at}: said twice");
    }
    words
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
}

type Words = BTreeMap<String, String>;

/// Each words file with its English twin.
fn pairs() -> Vec<(String, Words, Words)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/words");
    let names: Vec<String> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    let chinese: Vec<&String> = names.iter().filter(|n| n.ends_with("zh-CN.yml")).collect();
    assert_eq!(chinese.len() * 2, names.len(), "every file has a twin: {names:?}");
    assert!(chinese.len() >= 3);
    chinese.into_iter().map(|n| (n.clone(), read(&dir.join(n)), read(&dir.join(n.replace("zh-CN", "en"))))).collect()
}

#[test]
fn both_languages_say_the_same_things() {
    for (file, chinese, english) in pairs() {
        let (zh, en): (BTreeSet<_>, BTreeSet<_>) = (chinese.keys().collect(), english.keys().collect());
        assert_eq!(zh.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&&String>::new(), "{file}");
        for (key, words) in &chinese {
            assert!(!words.trim().is_empty(), "{file} {key}");
            assert_eq!(placeholders(words), placeholders(&english[key]), "{file} {key}");
        }
    }
}

#[test]
fn no_key_is_said_in_two_files() {
    let mut seen = BTreeMap::new();
    for (file, chinese, _) in pairs() {
        for key in chinese.into_keys() {
            if let Some(first) = seen.insert(key.clone(), file.clone()) {
                panic!("{key} is in {first} and {file}");
            }
        }
    }
}

#[test]
fn no_key_is_a_word_here_and_a_group_there() {
    let keys: BTreeSet<String> = pairs().into_iter().flat_map(|(_, chinese, _)| chinese.into_keys()).collect();
    for key in &keys {
        let inside = format!("{key}.");
        assert!(!keys.range(inside.clone()..).next().is_some_and(|next| next.starts_with(&inside)), "{key} has words and keys below it");
    }
}

#[test]
fn words_promise_nothing_they_can_not_keep() {
    for (file, chinese, english) in pairs() {
        for (key, words) in chinese {
            let allowed = if words.contains("12315") { words.replace("投诉举报", "") } else { words.clone() };
            for never in ["正品", "保真", "绝对", "假货", "激活", "举报", "防伪", "溯源码", "凭购买凭证"] {
                assert!(!allowed.contains(never), "{file} {key} says {never}");
            }
        }
        for (key, words) in english {
            let lower = words.to_lowercase();
            for never in ["is authentic", "counterfeit", "fake", "tries left", "guarantee", "100%"] {
                assert!(!lower.contains(never), "{file} {key} says {never}");
            }
        }
    }
}

//! The sheet a group is written on: every request with its refusal in both languages, held against the reviewed text.

use std::fmt::Write as _;
use std::path::PathBuf;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::support::server::{Person, Server, answer};

/// The languages asked for, and the mark of each on the sheet.
const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "zh"), ("en", "en")];

/// One group's rows.
pub struct Sheet {
    group: &'static str,
    text: String,
    names: Vec<(String, String)>,
}

/// Is there any Chinese in it?
fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// What a refusal says: pointer, code and words, a line each; the whole where no field is named.
fn said(problem: &Value) -> Vec<[String; 3]> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fields = problem["errors"].as_array().cloned().unwrap_or_default();
    let mut lines: Vec<[String; 3]> = fields.iter().map(|f| [text(&f["pointer"]), text(&f["code"]), text(&f["detail"])]).collect();
    if lines.is_empty() || lines.iter().all(|[_, code, _]| *code != problem["code"]) {
        lines.insert(0, [String::new(), text(&problem["code"]), text(&problem["detail"])]);
    }
    lines
}

impl Sheet {
    /// An empty one; `group` names its file.
    pub fn new(group: &'static str, heading: &str) -> Self {
        let text = format!("# {heading}\n");
        Self { group, text, names: Vec::new() }
    }

    /// Calls an id or a code by a name, so that the text is the same in every run.
    pub fn call(&mut self, id: &str, name: &str) {
        self.names.push((id.to_owned(), format!("{{{name}}}")));
    }

    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.names {
            text = text.replace(id.as_str(), name);
            if id.len() == 20 {
                let grouped: Vec<&str> = (0..5).map(|n| &id[n * 4..n * 4 + 4]).collect();
                text = text.replace(&grouped.join(" "), name).replace(&grouped.join("-"), name);
            }
        }
        text
    }

    fn hold(&self, what: &str, words: &[String; 2], figures: &[&str]) {
        let [zh, en] = words;
        for words in [zh, en] {
            assert!(
                !words.is_empty() && !words.contains("%{") && !words.contains("refusal."),
                "{what}: words or figures are missing: {words}"
            );
            for figure in figures {
                assert!(words.contains(figure), "{what}: {figure} is not said: {words}");
            }
        }
        assert!(is_chinese(zh) && zh != en, "{what}: {zh} / {en}");
    }

    /// A POST of JSON that must be refused. Both languages must say every one of `figures`.
    pub async fn refused(&mut self, what: &str, who: (&str, &Person), path: &str, body: &Value, figures: &[&str]) {
        let ask = |lang: &str| who.1.request(Method::POST, path).header("accept-language", lang.to_owned()).json(body);
        self.row(what, who.0, &format!("POST {path}"), ask, figures).await;
    }

    /// Any request that must be refused.
    pub async fn row(&mut self, what: &str, who: &str, request: &str, ask: impl Fn(&str) -> RequestBuilder, figures: &[&str]) {
        let mut answers = Vec::new();
        for (lang, _) in LANGUAGES {
            answers.push(answer(ask(lang)).await);
        }
        let [(status, zh), (again, en)] = &answers[..] else { panic!("there are two languages") };
        assert!((400..500).contains(status) && status == again, "{what}: {status} {zh:#} / {again} {en:#}");
        let (zh, en) = (said(zh), said(en));
        let whole = |lines: &[[String; 3]]| lines.iter().map(|[.., words]| words.as_str()).collect::<Vec<_>>().join("\n");
        self.hold(what, &[whole(&zh), whole(&en)], figures);
        writeln!(self.text, "\n{what}\n    {who}: {}", self.named(request)).unwrap();
        assert_eq!(zh.len(), en.len(), "{what}");
        for ([pointer, code, zh], [.., en]) in zh.iter().zip(&en) {
            let at = if pointer.is_empty() { String::new() } else { format!(" at {pointer}") };
            writeln!(self.text, "    {status} {code}{at}\n        zh {}\n        en {}", self.named(zh), self.named(en)).unwrap();
        }
    }

    /// What a consumer is told of a code: the verdict, its headline and explanation. `ask` is given a language.
    pub async fn told(&mut self, what: &str, request: &str, ask: impl Fn(&str) -> RequestBuilder, figures: &[&str]) {
        let mut answers = Vec::new();
        for (lang, _) in LANGUAGES {
            let (status, verdict) = answer(ask(lang).header("accept", "application/json")).await;
            let words =
                format!("{} | {}", verdict["headline"].as_str().unwrap_or_default(), verdict["explanation"].as_str().unwrap_or_default());
            answers.push((status, verdict["verdict"].as_str().unwrap_or_default().to_owned(), verdict["severity"].clone(), words));
        }
        let (one, other) = (&answers[0], &answers[1]);
        assert_eq!((one.0, &one.1, &one.2), (other.0, &other.1, &other.2), "{what}");
        self.hold(what, &[one.3.clone(), other.3.clone()], figures);
        let severity = one.2.as_str().unwrap_or_default();
        writeln!(self.text, "\n{what}\n    a consumer: {}\n    {} {} ({severity})", self.named(request), one.0, one.1).unwrap();
        for ((_, mark), (.., words)) in LANGUAGES.iter().zip(&answers) {
            writeln!(self.text, "        {mark} {}", self.named(words)).unwrap();
        }
    }

    /// Holds the sheet against the reviewed text.
    pub fn compare(&self, server: &Server) {
        let found = self.text.replace(&server.base, "{site}").replace(server.base.trim_start_matches("http://"), "{host}");
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bad_input").join(format!("{}.txt", self.group));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &found).unwrap();
        }
        let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
        for (n, (now, then)) in found.lines().zip(reviewed.lines()).enumerate() {
            assert_eq!(now, then, "{}, line {}; if it is right, UPDATE=1 and review the difference", file.display(), n + 1);
        }
        assert_eq!(found.lines().count(), reviewed.lines().count(), "{}", file.display());
    }
}

//! The audit log as it is asked for over HTTP: the same filter for the page, the list and the export; the export with its proofs.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::app::App;
use super::failure::Refusal;
use super::link::query_value;
use crate::identity::queries::{SignedIn, account_named};
use crate::identity::role::Permission as P;
use crate::kernel::{Day, Failure, Outcome, clock};
use crate::ledger::{self, AUDIT_MOST, AuditFilter, AuditRow};

/// Query parameters of the audit log, for the API's description.
pub const ASKS: &[(&str, &str)] = &[
    ("kind", "a kind of event, or `sealed`"),
    ("from", "first day, YYYY-MM-DD"),
    ("to", "last day, YYYY-MM-DD"),
    ("account", "who acted: account name or `acc_…`"),
    ("subject", "what it is about: an id"),
    ("as_of", "as it stood then: a sequence number or an RFC 3339 instant"),
    ("sample", "draw so many rows, at most 2000"),
    ("seed", "with `sample`: the published seed that decides which"),
];

/// What is asked for, as it stands in the query.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditAsked {
    /// A kind.
    pub kind: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Account name or id.
    pub account: String,
    /// An id.
    pub subject: String,
    /// Sequence number or instant.
    pub as_of: String,
    /// How many to draw.
    pub sample: String,
    /// Which decide.
    pub seed: String,
    /// Before this row.
    pub cursor: String,
    /// Rows of a page.
    pub limit: String,
    /// `json` or `csv`.
    pub format: String,
    /// Language of the page.
    pub lang: String,
}

fn unfit(name: &'static str, value: &str) -> Failure {
    Failure::field(format!("/{name}"), "audit_filter_unfit").with("name", name).with("value", value)
}

impl AuditAsked {
    /// The filter. An account that does not exist has done nothing.
    ///
    /// # Errors
    /// `audit_filter_unfit` with the parameter; `not_permitted` for somebody who does not see everything.
    pub async fn filter(&self, app: &App, who: &SignedIn) -> Outcome<AuditFilter> {
        let all = who.acting(P::AuditRead).is_some_and(|actor| actor.scope.all);
        if !all {
            return Err(Failure::not_permitted());
        }
        let day = |name: &'static str, text: &str, plus: i64| match text.trim() {
            "" => Ok(None),
            text => Day::parse(text).map(|day| Some(day.plus(plus).start())).ok_or_else(|| unfit(name, text)),
        };
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let account = match some(&self.account) {
            Some(name) if name != "system" && !name.starts_with("acc_") => {
                Some(account_named(&app.db, &name).await?.map_or_else(|| "acc_".to_owned(), |row| row.id))
            }
            other => other,
        };
        let (mut as_of_seq, mut as_of) = (None, None);
        match self.as_of.trim() {
            "" => {}
            text => match text.parse::<i64>() {
                Ok(seq) if seq >= 0 => as_of_seq = Some(seq),
                _ => as_of = Some(clock::parse_rfc3339(text).ok_or_else(|| unfit("as_of", text))?),
            },
        }
        Ok(AuditFilter {
            kind: some(&self.kind),
            from: day("from", &self.from, 0)?,
            to: day("to", &self.to, 1)?,
            account,
            subject: some(&self.subject),
            as_of_seq,
            as_of,
            opens: who.acting(P::AuditSealedRead).is_some(),
        })
    }
    fn number(name: &'static str, text: &str, most: u64) -> Outcome<Option<u64>> {
        match text.trim() {
            "" => Ok(None),
            text => text.parse().ok().filter(|n| (1..=most).contains(n)).map(Some).ok_or_else(|| unfit(name, text)),
        }
    }
    /// One page, or the sample; and the cursor of the next page.
    ///
    /// # Errors
    /// As [`AuditAsked::filter`].
    pub async fn rows(&self, app: &App, who: &SignedIn, usual: u64) -> Outcome<(Vec<AuditRow>, Option<String>)> {
        let filter = self.filter(app, who).await?;
        if let Some(count) = Self::number("sample", &self.sample, AUDIT_MOST)? {
            return Ok((ledger::sample(app.db.reader(), &filter, &self.seed, count).await?, None));
        }
        let limit = Self::number("limit", &self.limit, 200)?.unwrap_or(usual);
        let cursor = match self.cursor.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| unfit("cursor", text))?),
        };
        let mut rows = ledger::audit(app.db.reader(), &filter, cursor, limit + 1).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|row| row.seq.to_string());
        Ok((rows, next))
    }
    /// The query again, with some of it changed.
    pub fn query(&self, changed: &[(&str, &str)]) -> String {
        let own = [
            ("kind", &self.kind),
            ("from", &self.from),
            ("to", &self.to),
            ("account", &self.account),
            ("subject", &self.subject),
            ("as_of", &self.as_of),
            ("sample", &self.sample),
            ("seed", &self.seed),
            ("lang", &self.lang),
        ];
        let own = own.iter().map(|(name, value)| (*name, value.as_str())).filter(|(_, value)| !value.is_empty());
        let pairs = own.chain(changed.iter().copied()).map(|(name, value)| format!("{name}={}", query_value(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// One event as the API shows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EventView {
    /// Its number, from 0.
    pub seq: i64,
    /// RFC 3339.
    pub at: String,
    /// What its leaf says: a kind, or `sealed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// SHA-256(salt ‖ body) in hex.
    pub commit: String,
    /// What it says; null where it is sealed to the reader, or was erased.
    pub body: Option<Value>,
    /// Was the body erased?
    pub erased: bool,
}

impl From<&AuditRow> for EventView {
    fn from(row: &AuditRow) -> Self {
        Self {
            seq: row.seq,
            at: clock::rfc3339(row.at),
            kind: row.kind.clone(),
            commit: row.commitment.clone(),
            body: row.body.as_ref().map(|_| row.said()),
            erased: row.erased,
        }
    }
}

/// Everything asked for with its proofs against a checkpoint signed now (and kept), as JSON or CSV.
///
/// # Errors
/// `audit_too_many`, `audit_filter_unfit`.
pub async fn export(app: &App, who: &SignedIn, asked: &AuditAsked) -> Result<Response, Refusal> {
    let filter = asked.filter(app, who).await?;
    let csv = match asked.format.as_str() {
        "" | "json" => false,
        "csv" => true,
        other => return Err(unfit("format", other).into()),
    };
    let rows = if asked.sample.trim().is_empty() {
        let mut rows = ledger::audit(app.db.reader(), &filter, None, AUDIT_MOST + 1).await?;
        rows.reverse();
        rows
    } else {
        asked.rows(app, who, AUDIT_MOST).await?.0
    };
    if rows.len() as u64 > AUDIT_MOST {
        return Err(Failure::field("/limit", "audit_too_many").with("most", AUDIT_MOST).into());
    }
    let edge = ledger::head(app.db.reader()).await?;
    app.notary.keep(&edge)?;
    let tree = ledger::tree(app.db.reader(), edge.size()).await?;
    let mut proved = Vec::with_capacity(rows.len());
    for row in &rows {
        // A row newer than the checkpoint (somebody acted meanwhile) can't be proved yet.
        let path = usize::try_from(row.seq).ok().and_then(|seq| tree.path(seq));
        let path: Option<Vec<String>> = path.map(|path| path.iter().map(|hash| HEXLOWER.encode(hash)).collect());
        proved.push((row, path));
    }
    let (media, name, text) = if csv {
        ("text/csv; charset=utf-8", "audit.csv", sheet(&proved, edge.size(), &edge.root())?)
    } else {
        ("application/json", "audit.json", document(app, asked, &proved, &edge)?)
    };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(Failure::broken)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(media)), (header::CONTENT_DISPOSITION, disposition)], text).into_response())
}

type Proved<'a> = (&'a AuditRow, Option<Vec<String>>);

fn document(app: &App, asked: &AuditAsked, proved: &[Proved<'_>], edge: &ledger::Edge) -> Outcome<String> {
    let event = |(row, path): &Proved<'_>| -> Outcome<Value> {
        let (salt, body) = row.body.as_ref().map(|(salt, body)| (HEXLOWER.encode(salt), body.clone())).unzip();
        let leaf = String::from_utf8(row.leaf()?).map_err(Failure::broken)?;
        Ok(
            json!({ "seq": row.seq, "leaf": leaf, "leaf_hash": HEXLOWER.encode(&row.leaf_hash()?), "salt": salt, "body": body, "erased": row.erased, "proof": path }),
        )
    };
    let events = proved.iter().map(event).collect::<Outcome<Vec<Value>>>()?;
    let document = json!({
        "checkpoint": app.notary.sign(edge),
        "verifier": app.notary.verifier(),
        "size": edge.size(),
        "root": BASE64.encode(&edge.root()),
        "asked": asked.query(&[]),
        "seed": (!asked.sample.trim().is_empty()).then_some(&asked.seed),
        "events": events,
    });
    serde_json::to_string_pretty(&document).map_err(Failure::broken)
}

/// A text as a cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn sheet(proved: &[Proved<'_>], size: u64, root: &ledger::Hash) -> Outcome<String> {
    let mut out = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    let head = [
        "seq",
        "at",
        "type",
        "kind",
        "subject",
        "account",
        "organisation",
        "handled_by",
        "facts",
        "commit",
        "salt",
        "body",
        "leaf_hash",
        "proof",
        "checkpoint_size",
        "checkpoint_root",
    ];
    out.write_record(head).map_err(Failure::broken)?;
    for (row, path) in proved {
        let said = row.said();
        let text = |name: &str| cell(said[name].as_str().unwrap_or_default());
        let (salt, body) = row.body.as_ref().map(|(salt, body)| (HEXLOWER.encode(salt), body.clone())).unwrap_or_default();
        let facts = if said["facts"].is_null() { String::new() } else { said["facts"].to_string() };
        let record = [
            row.seq.to_string(),
            clock::rfc3339(row.at),
            row.kind.clone(),
            text("kind"),
            text("subject"),
            text("by"),
            text("organisation"),
            text("handled_by"),
            cell(&facts),
            row.commitment.clone(),
            salt,
            body,
            HEXLOWER.encode(&row.leaf_hash()?),
            path.as_ref().map(|path| path.join(" ")).unwrap_or_default(),
            size.to_string(),
            BASE64.encode(root),
        ];
        out.write_record(&record).map_err(Failure::broken)?;
    }
    String::from_utf8(out.into_inner().map_err(Failure::broken)?).map_err(Failure::broken)
}

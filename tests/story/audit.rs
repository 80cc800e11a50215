//! The audit log: narrowed, as it stood, drawn by a seed, and exported with proofs that are checked here by code of their own.

use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::server::{Person, Server, says};

fn sha(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().to_vec()
}

fn hex(text: &Value) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_str().unwrap().as_bytes()).unwrap()
}

/// RFC 9162 §2.1.3.2, the verifier's side, which shares nothing with how the paths are made.
fn proves(leaf: &[u8], index: u64, size: u64, path: &[Vec<u8>], root: &[u8]) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, sha(&[&[0], leaf]));
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = sha(&[&[1], sibling, &hash]);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = sha(&[&[1], &hash, sibling]);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == root
}

/// Is the checkpoint signed by the key it names?
fn signed(note: &str, verifier: &str) -> bool {
    let (text, signature) = note.split_once("\n\n").unwrap();
    let key = data_encoding::BASE64.decode(verifier.splitn(3, '+').nth(2).unwrap().as_bytes());
    let key = VerifyingKey::from_bytes(key.unwrap()[1..].try_into().unwrap()).unwrap();
    let signature = data_encoding::BASE64.decode(signature.trim().rsplit(' ').next().unwrap().as_bytes()).unwrap();
    let signature = Signature::from_bytes(&signature[4..].try_into().unwrap());
    key.verify_strict(format!("{text}\n").as_bytes(), &signature).is_ok()
}

fn checked(export: &Value) -> usize {
    let note = export["checkpoint"].as_str().unwrap();
    assert!(signed(note, export["verifier"].as_str().unwrap()), "{note}");
    let lines: Vec<&str> = note.lines().collect();
    let (size, root) = (lines[1].parse::<u64>().unwrap(), data_encoding::BASE64.decode(lines[2].as_bytes()).unwrap());
    let events = export["events"].as_array().unwrap();
    for event in events {
        let leaf = event["leaf"].as_str().unwrap();
        let path: Vec<Vec<u8>> = event["proof"].as_array().unwrap().iter().map(hex).collect();
        let seq = event["seq"].as_u64().unwrap();
        assert!(proves(leaf.as_bytes(), seq, size, &path, &root), "{seq} of {size}");
        assert!(!proves(leaf.as_bytes(), seq ^ 1, size, &path, &root), "at its own place only");
        assert!(!proves(&[leaf.as_bytes(), b" "].concat(), seq, size, &path, &root));
        let said: Value = serde_json::from_str(leaf).unwrap();
        assert_eq!(said["seq"].as_u64(), Some(seq));
        if let Some(body) = event["body"].as_str() {
            let commit = data_encoding::HEXLOWER.encode(&sha(&[&hex(&event["salt"]), body.as_bytes()]));
            assert_eq!(said["commit"], commit.as_str());
        }
    }
    events.len()
}

/// An audit administrator, made as the platform makes one.
async fn audit_administrator(server: &Server) -> Person {
    let (admin, one, two) = (server.person("admin").await, server.person("security").await, server.person("security2").await);
    let first = "staple-otter-granary";
    let account = admin.done("/api/v1/accounts", json!({ "account": "audit", "display_name": "演示审计管理员", "password": first })).await;
    let grant = one.done("/api/v1/role-grants", json!({ "account_id": account["id"], "role": "admin_audit", "scope": "all" })).await;
    two.done(&format!("/api/v1/role-grants/{}/confirm", grant["id"].as_str().unwrap()), json!({})).await;
    let mut person = server.anybody();
    let session = person.done("/api/v1/sessions", json!({ "account": "audit", "password": first })).await;
    person.carry(session["token"].as_str().unwrap());
    let fresh = person.done("/api/v1/me/password", json!({ "current": first, "password": "granary-otter-lantern-7" })).await;
    person.carry(fresh["token"].as_str().unwrap());
    person
}

on_both_engines! {
    async fn an_export_proves_itself(engine: Engine) {
        let server = Server::start(engine).await;
        let auditor = server.person("auditor").await;
        let (status, whole) = auditor.get("/api/v1/audit-events/export").await;
        assert_eq!(status, 200, "{whole}");
        let count = checked(&whole);
        assert!(count > 20, "{count}");
        let kept = server.app.notary.kept().unwrap();
        assert_eq!(kept.last().unwrap().size, whole["size"].as_u64().unwrap(), "what was signed is kept");
        let (_, drawn) = auditor.get("/api/v1/audit-events/export?sample=5&seed=2026-11").await;
        assert_eq!(checked(&drawn), 5);
        let again = auditor.get("/api/v1/audit-events?sample=5&seed=2026-11").await.1;
        let seqs = |value: &Value| -> Vec<i64> { value.as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect() };
        assert_eq!(seqs(&drawn["events"]), seqs(&again["items"]));
        assert_ne!(seqs(&auditor.get("/api/v1/audit-events?sample=5&seed=2026-12").await.1["items"]), seqs(&again["items"]));
        let csv = auditor.request(reqwest::Method::GET, "/api/v1/audit-events/export?format=csv").send().await.unwrap();
        assert!(csv.headers()["content-type"].to_str().unwrap().starts_with("text/csv"));
        let csv = csv.bytes().await.unwrap();
        assert!(csv.starts_with(&[0xef, 0xbb, 0xbf]));
        assert_eq!(csv::Reader::from_reader(&csv[3..]).records().map(Result::unwrap).count(), count);
    }

    async fn it_is_narrowed_and_stands_as_it_stood(engine: Engine) {
        let server = Server::start(engine).await;
        let before = server.person("auditor").await.get("/api/v1/audit-events?limit=1").await.1["items"][0]["seq"].as_i64().unwrap();
        server.clock.advance(24 * 3_600_000);
        let (auditor, office) = (server.person("auditor").await, server.person("office").await);
        let made = office.done("/api/v1/organisations", json!({ "kind": "authority", "name": "演示单位", "division_code": "130100" })).await;
        let id = made["id"].as_str().unwrap();
        let items = async |query: &str| auditor.get(&format!("/api/v1/audit-events?{query}")).await.1["items"].as_array().unwrap().clone();
        let about = items(&format!("subject={id}")).await;
        assert_eq!((about.len(), &about[0]["type"]), (1, &json!("organisation.registered")));
        assert_eq!(items("account=office&kind=organisation.registered").await.len(), 1);
        assert_eq!(items("account=nobody-here").await.len(), 0);
        assert_eq!(items("from=2026-11-24&to=2026-11-24").await.len(), 1);
        assert_eq!(items("to=2026-11-23&limit=1").await[0]["seq"], before);
        assert_eq!(items(&format!("as_of={before}&limit=1")).await[0]["seq"], before);
        assert_eq!(items("as_of=2026-11-23T20:00:00Z&limit=1").await[0]["seq"], before);
        assert_eq!(items(&format!("as_of={before}&subject={id}")).await.len(), 0);
        let (first, mut seen) = (auditor.get("/api/v1/audit-events?limit=7").await.1, Vec::new());
        let mut page = first;
        loop {
            seen.extend(page["items"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            page = auditor.get(&format!("/api/v1/audit-events?limit=7&cursor={cursor}")).await.1;
        }
        assert_eq!(seen, (0..=before + 1).rev().collect::<Vec<_>>(), "every row once");
        for bad in ["from=yesterday", "as_of=long-ago", "limit=900", "sample=0", "cursor=x"] {
            let (status, problem) = auditor.get(&format!("/api/v1/audit-events?{bad}")).await;
            assert!(status == 422 && says(&problem, "audit_filter_unfit"), "{bad}: {status} {problem}");
        }
        assert_eq!(auditor.get("/api/v1/audit-events?colour=red").await.0, 400);
        assert_eq!(office.get("/api/v1/audit-events").await.0, 403);
        let browser = server.browser("auditor").await;
        let page = browser.open(&format!("/work/audit?subject={id}")).await;
        assert!(page.has("organisation.registered") && page.has("/work/audit/export?"), "{}", page.html);
        let one = browser.open(&format!("/work/audit/{}", about[0]["seq"])).await;
        assert!(one.has("演示单位") && one.has("从这条记录到根摘要的路径"), "{}", one.html);
        assert_eq!(browser.see("/work/audit?from=yesterday").await.status, 422);
        assert_eq!(browser.see("/work/audit/999999").await.status, 404);
    }

    async fn what_is_sealed_stays_sealed_to_whoever_may_not_open_it(engine: Engine) {
        let server = Server::start(engine).await;
        let administrator = audit_administrator(&server).await;
        let auditor = server.person("auditor").await;
        let account = administrator.get("/api/v1/audit-events?kind=password.changed").await.1["items"][0].clone();
        assert_eq!((&account["type"], &account["body"]["kind"]), (&json!("sealed"), &json!("password.changed")));
        let id = account["body"]["subject"].as_str().unwrap().to_owned();
        assert_eq!(auditor.get("/api/v1/audit-events?kind=password.changed").await.1["items"], json!([]));
        assert_eq!(auditor.get(&format!("/api/v1/audit-events?subject={id}")).await.1["items"], json!([]));
        assert!(!administrator.get(&format!("/api/v1/audit-events?subject={id}")).await.1["items"].as_array().unwrap().is_empty());
        assert_eq!(auditor.get(&format!("/api/v1/audit-events?account={id}")).await.1["items"], json!([]));
        let sealed = auditor.get("/api/v1/audit-events?kind=sealed&limit=200").await.1;
        assert!(sealed["items"].as_array().unwrap().iter().all(|e| e["body"].is_null() && e["type"] == "sealed"));
        let export = auditor.get("/api/v1/audit-events/export?kind=sealed").await.1;
        assert!(checked(&export) > 0, "a sealed row is proved all the same");
        assert!(export["events"].as_array().unwrap().iter().all(|e| e["body"].is_null() && e["salt"].is_null()));
        assert!(!export.to_string().contains(&id));
        let page = server.browser("auditor").await.open(&format!("/work/audit/{}", account["seq"])).await;
        assert!(page.has("已封存") && !page.has(&id), "{}", page.html);
    }
}

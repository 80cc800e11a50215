//! Taking evidence, and supplementing what was taken.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{case, required};
use crate::db::Tx;
use crate::files::{About, Purpose, attach};
use crate::identity::officer::two_officers;
use crate::kernel::failure::Faults;
use crate::kernel::ids::Noun;
use crate::kernel::{Desk, Failure, Outcome, Scope, clock, text};
use crate::ledger::{self, Event, kind};
use crate::supervision::case::{CaseState, LinkKind};
use crate::supervision::competence::{self, Subject};
use crate::supervision::evidence::queries::EvidenceView;
use crate::supervision::evidence::{CaptureMethod, EvidenceRecord, EvidenceSubject, KeptOriginal, Original, RecordedOfficer, record_hash};
use crate::supervision::store::audit as audits;
use crate::supervision::store::case as cases;
use crate::supervision::store::evidence::{self as store, EvidenceRow};
use crate::supervision::store::{feedback, inspection as inspections};
use crate::trace::store::order as orders;
use crate::trace::store::stock;

/// The most originals of one record.
pub const MOST_ORIGINALS: usize = 20;
/// Where the time of a record comes from.
const SERVER_CLOCK: &str = "server_clock";
/// China Standard Time.
const CST: i64 = 8 * clock::HOUR;

/// A capture as the officers put it in; its originals come beside it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceInput {
    /// What it is about; of a supplement what the first is about.
    #[serde(default)]
    pub subject_kind: Option<EvidenceSubject>,
    /// Its id.
    #[serde(default)]
    pub subject_id: Option<String>,
    /// The record it supplements.
    #[serde(default)]
    pub supplements: Option<String>,
    /// The place whose officers take it (GB/T 2260); follows from the listing or case if not given.
    #[serde(default)]
    pub division_code: Option<String>,
    /// 事由和目的.
    pub purpose: String,
    /// Whose data it is.
    pub holder: String,
    /// The address as it was opened; needed for what is on the net.
    #[serde(default)]
    pub opened_url: Option<String>,
    /// The address it led to; the opened one if not given.
    #[serde(default)]
    pub final_url: Option<String>,
    /// Platform.
    #[serde(default)]
    pub platform: Option<String>,
    /// Number of the item there.
    #[serde(default)]
    pub item_id: Option<String>,
    /// How.
    pub method: CaptureMethod,
    /// Device.
    pub device: String,
    /// Software with its version.
    pub software: String,
    /// Network exit.
    pub network: String,
    /// Where the officers are.
    pub place: String,
    /// What was done, step by step.
    pub steps: String,
    /// Why the original medium is not taken away, and where it is.
    #[serde(default)]
    pub medium: Option<String>,
    /// 见证人.
    #[serde(default)]
    pub witness: Option<String>,
    /// How the device's clock stands against standard time.
    pub clock_check: String,
    /// Two officers, `acc_…`; who records is one of them.
    pub officers: Vec<String>,
}

/// Takes evidence: the originals lie on the shelf already. The time is the server's.
///
/// # Errors
/// `invalid_fields` with every fault: `register_empty` (also too long), `register_address`, `evidence_url_missing`,
/// `evidence_no_original`, `too_many`, `outside_your_region`, `evidence_subject_unknown` (also out of reach), `evidence_case_closed`, `officer_*`, `officers_too_few`,
/// `evidence_officer_self`; `not_found` for a record to supplement that is out of reach.
pub async fn take_evidence(tx: &Tx, desk: &Desk, input: &EvidenceInput, originals: &[KeptOriginal]) -> Outcome<EvidenceView> {
    let mut faults = Faults::new();
    let first = match &input.supplements {
        Some(id) => {
            let named = store::one(tx.connection(), &desk.actor.scope, id).await?;
            let root = named.supplements_id.clone();
            Some(match root {
                Some(root) => store::one(tx.connection(), &desk.actor.scope, &root).await?,
                None => named,
            })
        }
        None => None,
    };
    let (subject_kind, subject_id) = match &first {
        Some(first) => (EvidenceSubject::parse(&first.subject_kind), first.subject_id.clone()),
        None => (input.subject_kind, input.subject_id.clone().unwrap_or_default().trim().to_owned()),
    };
    let division_code = match &first {
        Some(first) => first.division_code.clone(),
        None => place(tx, desk, &mut faults, subject_kind, &subject_id, input.division_code.as_deref()).await?,
    };
    if subject_kind == Some(EvidenceSubject::Case) {
        still_open(tx, desk, &mut faults, &subject_id).await?;
    }
    let mut must = |at: &str, typed: &str, most: usize| required(&mut faults, at, "register_empty", typed, most);
    let purpose = must("/purpose", &input.purpose, 500);
    let holder = must("/holder", &input.holder, 200);
    let device = must("/device", &input.device, 200);
    let software = must("/software", &input.software, 200);
    let network = must("/network", &input.network, 200);
    let at_place = must("/place", &input.place, 200);
    let steps = must("/steps", &input.steps, 4000);
    let clock_check = must("/clock_check", &input.clock_check, 300);
    let opened_url = address(&mut faults, "/opened_url", input.opened_url.as_deref());
    let final_url = address(&mut faults, "/final_url", input.final_url.as_deref()).or_else(|| opened_url.clone());
    let online = subject_kind == Some(EvidenceSubject::Listing) && input.method != CaptureMethod::OnSite;
    if online && first.is_none() && opened_url.is_none() && input.opened_url.as_deref().is_none_or(|u| u.trim().is_empty()) {
        faults.add("/opened_url", "evidence_url_missing");
    }
    if originals.is_empty() && first.is_none() {
        faults.add("/files", "evidence_no_original");
    }
    if originals.len() > MOST_ORIGINALS {
        faults.add("/files", "too_many").with("right", MOST_ORIGINALS);
    }
    let officers = faults.absorb("", two_officers(tx, &input.officers, desk.clock.today(), "/officers").await).unwrap_or_default();
    if !input.officers.contains(&desk.actor.account_id) {
        faults.add("/officers", "evidence_officer_self");
    }
    faults.check()?;
    let optional = |typed: &Option<String>| typed.as_deref().map(text::clean).filter(|t| !t.is_empty());
    let (before, previous_hash) = store::lock_head(tx).await?;
    let (id, now) = (desk.new_id(Noun::Evidence), desk.clock.now());
    let about = About { kind: "evidence", id: id.clone(), organisation_id: None };
    let mut files = Vec::with_capacity(originals.len());
    for one in originals {
        files.push(Original {
            file_id: attach(tx, desk, &one.kept, &about, Purpose::Evidence).await?,
            name: one.kept.name.clone(),
            media: one.kept.media.to_owned(),
            size: one.kept.size,
            sha256: one.kept.sha256.clone(),
            sm3: one.sm3.clone(),
        });
    }
    let record = EvidenceRecord {
        v: 1,
        id: id.clone(),
        chain_no: before + 1,
        previous_hash,
        subject_kind: subject_kind.map_or("", EvidenceSubject::word).to_owned(),
        subject_id: subject_id.clone(),
        supplements: first.as_ref().map(|first| first.id.clone()),
        purpose,
        holder,
        opened_url,
        final_url,
        platform: optional(&input.platform),
        item_id: optional(&input.item_id),
        method: input.method.word().to_owned(),
        device,
        software,
        network,
        place: at_place,
        steps,
        medium: optional(&input.medium).unwrap_or_default(),
        witness: optional(&input.witness),
        taken_at: clock::rfc3339(now + CST).replace('Z', "+08:00"),
        time_source: SERVER_CLOCK.to_owned(),
        clock_check,
        officers: officers
            .into_iter()
            .map(|o| RecordedOfficer { account_id: o.account_id, name: o.name, certificate_no: o.certificate_no, department: o.department })
            .collect(),
        recorded_by: desk.actor.account_id.clone(),
        division_code: division_code.clone(),
        files,
    };
    let written = record.text()?;
    let row = EvidenceRow {
        id: id.clone(),
        chain_no: record.chain_no,
        subject_kind: record.subject_kind.clone(),
        subject_id: subject_id.clone(),
        supplements_id: record.supplements.clone(),
        division_code,
        method: record.method.clone(),
        taken_at: now,
        taken_by: desk.actor.account_id.clone(),
        hash: record_hash(&written),
        record: written,
    };
    store::append(tx, row.clone()).await?;
    if subject_kind == Some(EvidenceSubject::Case) {
        case::put_link_row(tx, desk, &subject_id, LinkKind::Evidence, &id, &record.purpose).await?;
    }
    let hashes: Vec<&str> = record.files.iter().map(|file| file.sha256.as_str()).collect();
    let facts = json!({
        "chain_no": row.chain_no, "hash": row.hash, "subject": row.subject_id, "supplements": row.supplements_id, "files": hashes,
    });
    ledger::append(tx, desk, Event::new(kind::EVIDENCE_TAKEN, &id, facts)).await?;
    EvidenceView::of(row)
}

/// The place whose officers take it, within the actor's reach.
async fn place(tx: &Tx, desk: &Desk, faults: &mut Faults, kind: Option<EvidenceSubject>, id: &str, typed: Option<&str>) -> Outcome<String> {
    let scope = &desk.actor.scope;
    let unknown = |faults: &mut Faults| {
        faults.add("/subject_id", "evidence_subject_unknown").with("value", id.chars().take(40).collect::<String>());
    };
    let found = match kind {
        None => {
            faults.add("/subject_kind", "register_empty");
            None
        }
        Some(kind) => match place_of(tx, scope, kind, id).await {
            Ok(found) => Some(found).filter(|code| scope.reaches_division(code)),
            Err(failure) if failure.says("not_found") => {
                unknown(faults);
                None
            }
            Err(failure) => return Err(failure),
        },
    };
    let code = match typed.map(text::identifier).filter(|code| !code.is_empty()) {
        Some(code) => code,
        None => match found {
            Some(code) => code,
            // One's own place: what one reaches, as a whole code.
            None => scope.divisions.first().map(|prefix| format!("{prefix:0<6}")).unwrap_or_default(),
        },
    };
    if !scope.reaches_division(&code) || code.is_empty() {
        faults.add("/division_code", "outside_your_region").with("value", &code);
    }
    Ok(code)
}

/// Where it lies what evidence is about; what nobody has and what is out of reach answer alike.
async fn place_of(tx: &Tx, scope: &Scope, kind: EvidenceSubject, id: &str) -> Outcome<String> {
    let connection = tx.connection();
    match kind {
        EvidenceSubject::Listing => audits::place_of(connection, scope, id).await,
        EvidenceSubject::Case => cases::one(connection, scope, id).await.map(|row| row.division_code),
        EvidenceSubject::Inspection => inspections::one(connection, scope, id).await.map(|row| county_of(&row.division_code)),
        // Feedback of no known place is everybody's; then the officers' own place stands in the record.
        EvidenceSubject::Feedback => feedback::row(connection, scope, id).await.map(|row| county_of(&row.division_code)),
        EvidenceSubject::Batch => {
            let batch = stock::batch(connection, id).await?;
            let producer = orders::producer(connection, &batch.producer_id).await?.ok_or_else(Failure::not_found)?;
            let product = orders::product(connection, &batch.product_id).await?.ok_or_else(Failure::not_found)?;
            competence::check(scope, Subject::Goods(&producer, &product))?;
            let counties = product.county_codes.split(';').map(str::to_owned);
            let mut places = [county_of(&producer.division_code)].into_iter().chain(counties);
            places.find(|code| scope.reaches_division(code)).ok_or_else(Failure::not_found)
        }
    }
}

/// The county of a place.
fn county_of(division_code: &str) -> String {
    division_code.chars().take(6).collect()
}

/// A closed case takes no more evidence, neither a first record nor a supplement: new facts are a new case, which may link the same things.
/// The case is held, so that nobody closes it meanwhile.
async fn still_open(tx: &Tx, desk: &Desk, faults: &mut Faults, id: &str) -> Outcome<()> {
    match cases::lock(tx, &desk.actor.scope, id).await {
        Ok(row) if row.state == CaseState::Closed.word() => {
            faults.add("/subject_id", "evidence_case_closed").with("case", row.title);
            Ok(())
        }
        Ok(_) => Ok(()),
        // Said already.
        Err(failure) if failure.says("not_found") => Ok(()),
        Err(failure) => Err(failure),
    }
}

fn address(faults: &mut Faults, at: &str, typed: Option<&str>) -> Option<String> {
    let typed = typed.map(str::trim).filter(|typed| !typed.is_empty())?;
    let fits = typed.len() <= 2000 && url::Url::parse(typed).is_ok_and(|u| matches!(u.scheme(), "http" | "https"));
    if !fits {
        faults.add(at, "register_address").with("value", typed.chars().take(200).collect::<String>());
        return None;
    }
    Some(typed.to_owned())
}

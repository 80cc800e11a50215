//! Signing in: a password, then a code where the account has a second factor.
//!
//! Unknown account, wrong password, locked and disabled answer alike and cost the same work. What became of every try is recorded in the
//! transaction that decides it. Five wrong passwords or codes in a row lock the account for a while; a page's second step is carried by a
//! token of its own that opens nothing else.

use std::net::IpAddr;

use super::factor::{self, FactorKind};
use super::password;
use super::profile::PasswordProfile;
use super::queries::{SignedIn, standing};
use super::session::{Carrier, STEP, STEP_LASTS, new_token, token_hash};
use super::store::factor::{FactorRow, SentRow};
use super::store::guard::GuardRow;
use super::store::session::SessionRow;
use super::store::{self, AccountRow};
use super::vault::Vault;
use crate::db::{Db, Tx};
use crate::kernel::{Clock, Day, Failure, Millis, Outcome, Random, text};

/// What the settings say of signing in.
#[derive(Debug, Clone, Copy)]
pub struct SignInRules {
    /// What a password must be.
    pub profile: PasswordProfile,
    /// Must staff, and producers who order beyond the limit, have a second factor?
    pub factor_required: bool,
}

/// What a sign-in needs.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    /// The database.
    pub db: &'a Db,
    /// Tells the time.
    pub clock: &'a Clock,
    /// Makes tokens.
    pub random: &'a Random,
    /// Opens second factors.
    pub vault: &'a Vault,
    /// The settings.
    pub rules: SignInRules,
}

/// How somebody comes in.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Cookie or bearer.
    pub carrier: Carrier,
    /// From where, already shortened.
    pub address: Option<String>,
    /// What the browser calls itself, cut short.
    pub agent: Option<String>,
}

/// A sign-in that worked.
#[derive(Debug)]
pub struct FreshSession {
    /// Shown once.
    pub token: String,
    /// When it ends.
    pub expires_at: Millis,
    /// Who.
    pub signed_in: SignedIn,
}

/// A code that is to be sent once the transaction is through.
#[derive(Debug, Clone)]
pub struct Message {
    /// To whom.
    pub phone: String,
    /// What.
    pub code: String,
}

/// What a try comes to.
#[derive(Debug)]
pub enum Answer {
    /// Signed in.
    In(Box<FreshSession>),
    /// The password was right; a code of one of these is asked for.
    Asked {
        /// The account's second factors.
        kinds: Vec<FactorKind>,
        /// Carries a page's second step.
        step: String,
        /// To be sent now.
        message: Option<Message>,
        /// Was a code given, and wrong?
        wrong: bool,
    },
}

/// An address as it is kept: the network, not the device (IPv4 /24, IPv6 /48).
pub fn shortened(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return shortened(IpAddr::V4(v4));
            }
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// Signs in, or asks for a code.
///
/// # Errors
/// `sign_in_refused`.
pub async fn sign_in(door: Door<'_>, account: &str, typed: &str, code: Option<&str>, visit: &Visit) -> Outcome<Answer> {
    let name = text::clean(account);
    let found = store::account_by_name(door.db.reader(), &name).await?;
    let stored = found.as_ref().map(|a| a.password_hash.clone());
    let right = password::verify(typed.to_owned(), stored).await?;
    finish(door, Try { name, found, right, code: code.map(str::to_owned), step: None }, visit).await
}

/// The second step of a page: the code for a password that was right.
///
/// # Errors
/// `step_over` if the step is unknown or older than five minutes; `sign_in_refused` if the account was locked meanwhile.
pub async fn second_step(door: Door<'_>, step: &str, code: &str, visit: &Visit) -> Outcome<Answer> {
    let hash = token_hash(step);
    let found = store::session::signed_in(door.db.reader(), &hash, STEP, door.clock.now()).await?;
    let (_, account, _) = found.ok_or_else(|| Failure::conflict("step_over"))?;
    let name = account.name.clone();
    finish(door, Try { name, found: Some(account), right: true, code: Some(code.to_owned()), step: Some(step.to_owned()) }, visit).await
}

/// One try, with what was found out before the transaction.
#[derive(Debug, Clone)]
struct Try {
    name: String,
    found: Option<AccountRow>,
    right: bool,
    code: Option<String>,
    step: Option<String>,
}

enum Verdict {
    Refused,
    In,
    Asked { kinds: Vec<FactorKind>, message: Option<Message>, wrong: bool },
}

async fn finish(door: Door<'_>, tried: Try, visit: &Visit) -> Outcome<Answer> {
    let token = new_token(door.random);
    let step = tried.step.clone().unwrap_or_else(|| new_token(door.random));
    let bench = Bench {
        now: door.clock.now(),
        token_hash: token_hash(&token),
        step_hash: token_hash(&step),
        sms_code: factor::new_sms_code(door.random),
        vault: door.vault.clone(),
        rules: door.rules,
        visit: visit.clone(),
    };
    let expires_at = bench.now + visit.carrier.lasts();
    let kept = tried.clone();
    let verdict = door
        .db
        .write(move |tx| {
            let (bench, tried) = (bench.clone(), kept.clone());
            Box::pin(async move { decide(tx, &bench, &tried).await })
        })
        .await?;
    match (verdict, tried.found) {
        (Verdict::Asked { kinds, message, wrong }, _) => Ok(Answer::Asked { kinds, step, message, wrong }),
        (Verdict::In, Some(account)) => {
            let signed_in = standing(door.db, door.clock, &door.rules, account).await?;
            Ok(Answer::In(Box::new(FreshSession { token, expires_at, signed_in })))
        }
        _ => Err(Failure::conflict("sign_in_refused")),
    }
}

/// What the transaction of a try works with; made before it, so that a transaction run again does the same.
#[derive(Debug, Clone)]
struct Bench {
    now: Millis,
    token_hash: String,
    step_hash: String,
    sms_code: String,
    vault: Vault,
    rules: SignInRules,
    visit: Visit,
}

impl Bench {
    async fn record(&self, tx: &Tx, tried: &Try, outcome: &str) -> Outcome<()> {
        let id = tried.found.as_ref().map(|account| account.id.as_str());
        let (carrier, address) = (self.visit.carrier.word(), self.visit.address.as_deref());
        store::session::record(tx, self.now, &tried.name, id, outcome, carrier, address).await
    }
    fn session(&self, account: &AccountRow, hash: &str, kind: &str, lasts: Millis) -> SessionRow {
        SessionRow {
            token_hash: hash.to_owned(),
            account_id: account.id.clone(),
            kind: kind.to_owned(),
            created_at: self.now,
            expires_at: self.now + lasts,
            seen_at: self.now,
            address: self.visit.address.clone(),
            agent: self.visit.agent.clone(),
        }
    }
}

/// One more wrong one; the last of them locks.
async fn count_wrong(tx: &Tx, bench: &Bench, mut guard: GuardRow) -> Outcome<()> {
    let (most, pause) = bench.rules.profile.lock();
    guard.wrong += 1;
    if guard.wrong >= most {
        guard.wrong = 0;
        guard.locked_until = bench.now + pause;
    }
    store::guard::save(tx, &guard).await
}

async fn decide(tx: &Tx, bench: &Bench, tried: &Try) -> Outcome<Verdict> {
    let Some(account) = &tried.found else {
        bench.record(tx, tried, "unknown").await?;
        return Ok(Verdict::Refused);
    };
    let mut guard = store::guard::take(tx, account).await?;
    let refused = match (guard.locked_until > bench.now, account.state == "active", tried.right) {
        (true, ..) => Some("locked"),
        (_, false, _) => Some("disabled"),
        (.., false) => Some("wrong_password"),
        _ => None,
    };
    if let Some(outcome) = refused {
        if outcome == "wrong_password" {
            count_wrong(tx, bench, guard).await?;
        }
        bench.record(tx, tried, outcome).await?;
        return Ok(Verdict::Refused);
    }
    let factors: Vec<FactorRow> =
        store::factor::of_account(tx.connection(), &account.id).await?.into_iter().filter(|f| f.state == "in_force").collect();
    if !factors.is_empty() {
        let kinds: Vec<FactorKind> = factors.iter().filter_map(|f| FactorKind::parse(&f.kind)).collect();
        let right = match &tried.code {
            Some(code) => use_code(tx, &bench.vault, &factors, code, bench.now).await?,
            None => false,
        };
        if !right {
            let wrong = tried.code.is_some();
            if wrong {
                count_wrong(tx, bench, guard).await?;
            }
            if tried.step.is_none() && bench.visit.carrier == Carrier::Page {
                let step = bench.session(account, &bench.step_hash, STEP, STEP_LASTS);
                store::session::insert(tx, step).await?;
            }
            let message = if wrong { None } else { send_code(tx, bench, &factors).await? };
            bench.record(tx, tried, if wrong { "wrong_code" } else { "code_asked" }).await?;
            return Ok(Verdict::Asked { kinds, message, wrong });
        }
        store::session::delete(tx, &bench.step_hash).await?;
    }
    guard.wrong = 0;
    store::guard::save(tx, &guard).await?;
    let session = bench.session(account, &bench.token_hash, bench.visit.carrier.word(), bench.visit.carrier.lasts());
    store::session::insert(tx, session).await?;
    bench.record(tx, tried, "signed_in").await?;
    Ok(Verdict::In)
}

/// Uses up a code of any of these factors; says whether it was one. Call it only while the account's guard is taken.
pub(super) async fn use_code(tx: &Tx, vault: &Vault, factors: &[FactorRow], typed: &str, now: Millis) -> Outcome<bool> {
    let Some(code) = factor::digits(typed) else { return Ok(false) };
    for row in factors {
        let right = match FactorKind::parse(&row.kind) {
            Some(FactorKind::Totp) => match totp_step_of(vault, row, &code, now)? {
                // A step is used once, and none before it any more.
                Some(step) if step > row.last_step => {
                    store::factor::used_step(tx, &row.id, step).await?;
                    true
                }
                _ => false,
            },
            Some(FactorKind::Card) => store::factor::use_card(tx, &row.id, &vault.mark(&row.id, &code)?, now).await?,
            Some(FactorKind::Sms) => {
                let mark = vault.mark(&row.id, &code)?;
                let sent = store::factor::sent(tx.connection(), &row.account_id).await?;
                let right = sent.is_some_and(|sent| sent.factor_id == row.id && sent.expires_at > now && sent.mark == mark);
                if right {
                    store::factor::spend_sent(tx, &row.account_id).await?;
                }
                right
            }
            None => false,
        };
        if right {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The step of a code by an account's authenticator.
pub(super) fn totp_step_of(vault: &Vault, row: &FactorRow, code: &str, now: Millis) -> Outcome<Option<i64>> {
    let sealed = row.secret.as_deref().unwrap_or_default();
    let secret = vault.unseal(&row.id, sealed)?;
    let secret: [u8; factor::SECRET_LENGTH] = secret.try_into().map_err(|_| Failure::broken("a TOTP secret has another length"))?;
    factor::totp_step(&secret, code, now)
}

/// Makes a code for the account's telephone, if it has one in force and the last code is not too fresh nor the day's number used up.
async fn send_code(tx: &Tx, bench: &Bench, factors: &[FactorRow]) -> Outcome<Option<Message>> {
    let Some(row) = factors.iter().find(|f| f.kind == FactorKind::Sms.word()) else { return Ok(None) };
    new_message(tx, &bench.vault, row, &bench.sms_code, bench.now).await
}

/// Keeps a new code for `row`'s telephone and says what to send; nothing if one was sent a moment ago or too many today.
pub(super) async fn new_message(tx: &Tx, vault: &Vault, row: &FactorRow, code: &str, now: Millis) -> Outcome<Option<Message>> {
    let (today, before) = (Day::of(now).to_string(), store::factor::sent(tx.connection(), &row.account_id).await?);
    let sent_today = before.as_ref().filter(|b| b.day == today).map_or(0, |b| b.sent);
    if before.is_some_and(|b| b.sent_at + factor::SMS_PAUSE > now) || sent_today >= factor::SMS_A_DAY {
        return Ok(None);
    }
    let phone = vault.unseal(&row.id, row.secret.as_deref().unwrap_or_default())?;
    let sent = SentRow {
        account_id: row.account_id.clone(),
        factor_id: row.id.clone(),
        mark: vault.mark(&row.id, code)?,
        sent_at: now,
        expires_at: now + factor::SMS_LASTS,
        day: today,
        sent: sent_today + 1,
    };
    store::factor::put_sent(tx, sent).await?;
    Ok(Some(Message { phone: String::from_utf8(phone).map_err(Failure::broken)?, code: code.to_owned() }))
}

/// Keeps a try that was turned away before anything was looked at.
///
/// # Errors
/// Only ours.
pub async fn record_throttled(db: &Db, clock: &Clock, account: &str, visit: &Visit) -> Outcome<()> {
    let (now, name, visit) = (clock.now(), text::clean(account), visit.clone());
    db.write(move |tx| {
        let (name, visit) = (name.clone(), visit.clone());
        Box::pin(
            async move { store::session::record(tx, now, &name, None, "throttled", visit.carrier.word(), visit.address.as_deref()).await },
        )
    })
    .await
}

/// Ends a session. Ending it twice is the same.
///
/// # Errors
/// Only ours.
pub async fn sign_out(db: &Db, clock: &Clock, token: &str) -> Outcome<()> {
    let (hash, now) = (token_hash(token), clock.now());
    db.write(move |tx| {
        let hash = hash.clone();
        Box::pin(async move {
            let Some(row) = store::session::delete(tx, &hash).await? else { return Ok(()) };
            let account = store::account(tx.connection(), &row.account_id).await?;
            store::session::record(tx, now, &account.name, Some(&account.id), "signed_out", &row.kind, row.address.as_deref()).await
        })
    })
    .await
}

/// Notes that a session is in use.
///
/// # Errors
/// Only ours.
pub async fn touch(db: &Db, clock: &Clock, signed_in: &SignedIn) -> Outcome<()> {
    let (hash, token, now) = (signed_in.session.clone(), signed_in.api_token.clone(), clock.now());
    db.write(move |tx| {
        let (hash, token) = (hash.clone(), token.clone());
        Box::pin(async move {
            if let Some(id) = token {
                return store::session::token_used(tx, &id, now).await;
            }
            store::session::touch(tx, &hash.unwrap_or_default(), now).await
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_its_network() {
        let short = |text: &str| shortened(text.parse().unwrap());
        assert_eq!(short("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(short("::ffff:203.0.113.77"), "203.0.113.0/24");
        assert_eq!(short("2001:db8:77:1234::1"), "2001:db8:77::/48");
    }
}

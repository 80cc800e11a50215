//! Passwords: argon2id, at most two computed at once so that a flood of sign-ins can't take the machine's memory.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::profile::{PasswordProfile, judge};
use super::store::{self, AccountRow};
use crate::db::Db;
use crate::kernel::{Failure, Outcome, Random};

/// How many are computed at once.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// The most bytes that are looked at.
const MOST_BYTES: usize = 1024;

/// The hash of a new password, if it is one the profile accepts from this account and none of its last ones.
///
/// # Errors
/// As [`judge`](super::profile::judge); `password_used` with how many of the last ones are kept.
pub async fn prepare(db: &Db, random: &Random, profile: PasswordProfile, account: &AccountRow, typed: &str) -> Outcome<String> {
    fits(db, profile, account, typed).await?;
    let most = profile.history();
    if most > 0 {
        let mut past = vec![account.password_hash.clone()];
        let kept = store::guard::past(db.reader(), &account.id, most as u64 - 1).await?;
        past.extend(kept.into_iter().map(|(_, hash)| hash));
        for hash in past {
            if verify(typed.to_owned(), Some(hash)).await? {
                return Err(Failure::field("/password", "password_used").with("count", most));
            }
        }
    }
    hash(typed.to_owned(), random).await
}

/// The hash of the first password of an account that is not there yet.
///
/// # Errors
/// As [`judge`](super::profile::judge).
pub async fn first(db: &Db, random: &Random, profile: PasswordProfile, account: &AccountRow, typed: &str) -> Outcome<String> {
    fits(db, profile, account, typed).await?;
    hash(typed.to_owned(), random).await
}

/// The hash of a password nobody knows, for an account whose password ends before another is chosen.
///
/// # Errors
/// Only ours.
pub async fn dead(random: &Random) -> Outcome<String> {
    hash(super::session::new_token(random), random).await
}

async fn fits(db: &Db, profile: PasswordProfile, account: &AccountRow, typed: &str) -> Outcome<()> {
    let organisation = match &account.organisation_id {
        Some(id) => store::organisation(db.reader(), id).await?.name,
        None => String::new(),
    };
    judge(profile, typed, &[&account.name, &account.display_name, &organisation])
}

/// Is it the password of this account? For what should not be done by whoever finds a session open.
///
/// # Errors
/// `password_wrong` at `/current`.
pub async fn confirm(account: &AccountRow, typed: &str) -> Outcome<()> {
    let right = verify(typed.to_owned(), Some(account.password_hash.clone())).await?;
    if right { Ok(()) } else { Err(Failure::field("/current", "password_wrong")) }
}

/// The PHC string to store.
///
/// # Errors
/// Only ours.
pub async fn hash(password: String, random: &Random) -> Outcome<String> {
    let salt: [u8; 16] = random.bytes();
    compute(move || {
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|h: PasswordHash| h.to_string()).map_err(Failure::broken)
    })
    .await?
}

/// Does `password` match the stored PHC string? Takes as long for an unknown account (`None`) as for a known one.
///
/// # Errors
/// Only ours.
pub async fn verify(password: String, stored: Option<String>) -> Outcome<bool> {
    // A hash of nothing anybody can type, with the default parameters.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$RdescudvJCsgt3ub+b+dWRWJTmaaJObG7vQmv0A4aQk";
    if password.len() > MOST_BYTES {
        return Ok(false);
    }
    let known = stored.is_some();
    compute(move || {
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&stored).map_err(Failure::broken)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await?
}

async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    let _permit = AT_ONCE.acquire().await.map_err(Failure::broken)?;
    tokio::task::spawn_blocking(work).await.map_err(Failure::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_only_itself() {
        let stored = hash("correct horse battery".to_owned(), &Random::seeded(3)).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse battery".to_owned(), Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horse batterz".to_owned(), Some(stored)).await.unwrap());
        assert!(!verify("nobody".to_owned(), None).await.unwrap());
    }
}

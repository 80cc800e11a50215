//! Passwords: argon2id, at most two computed at once so that a flood of sign-ins can't take the machine's memory.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::kernel::{Failure, Outcome, Random, text};

/// How many are computed at once.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// The fewest characters a password may have.
pub const FEWEST: usize = 12;
/// The most bytes that are looked at.
const MOST_BYTES: usize = 1024;

/// Is this a password we accept? Length decides, nothing else: no classes, no forced changes.
///
/// # Errors
/// `password_short`, `password_long`.
pub fn check(password: &str) -> Outcome<()> {
    if password.chars().count() < FEWEST {
        return Err(Failure::field("/password", "password_short").with("fewest", FEWEST));
    }
    if password.len() > MOST_BYTES || text::too_long(password, 256) {
        return Err(Failure::field("/password", "password_long").with("most", 256));
    }
    Ok(())
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
        assert!(check("short").is_err() && check("十二个汉字也是足够长的密码").is_ok());
    }
}

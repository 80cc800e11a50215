//! What is kept of second factors: sealed or marked under a key that lies outside the database, so that a copy of the database alone opens
//! none of them.
//!
//! The key is 32 bytes: the setting `sign_in_key`, or the file `sign_in.key` in the directory of secrets, made at first start and readable
//! by its owner only. Several nodes share it. Two keys are derived from it: one seals (AES-256-GCM, what it belongs to is associated
//! data), one marks (HMAC-SHA-256, for codes that are only ever compared).

use std::fmt;
use std::io::Write;
use std::path::Path;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::kernel::{Failure, Outcome, Random};

/// Seals and marks.
#[derive(Clone)]
pub struct Vault {
    seals: [u8; 32],
    marks: [u8; 32],
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// The vault of a key.
    ///
    /// # Errors
    /// Only ours.
    pub fn of(key: &[u8; 32]) -> Outcome<Self> {
        Ok(Self { seals: hmac(key, &[b"yanzhao sign-in seal 1"])?, marks: hmac(key, &[b"yanzhao sign-in mark 1"])? })
    }
    /// The vault of the key in `setting`, or, if that is empty, of the one in the file at `path`, made if there is none.
    ///
    /// # Errors
    /// If neither holds 64 hexadecimal digits, or the file can't be read or made.
    pub fn open(setting: &str, path: &Path, random: &Random) -> Outcome<Self> {
        if !setting.is_empty() {
            return Self::read(setting).ok_or_else(|| Failure::broken("sign_in_key must be 64 hexadecimal digits"))?;
        }
        match std::fs::read_to_string(path) {
            Ok(text) => Self::read(&text).ok_or_else(|| Failure::broken(format!("{} does not hold a sign-in key", path.display())))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; 32] = random.bytes();
                make(path, &HEXLOWER.encode(&key))?;
                Self::of(&key)
            }
            Err(error) => Err(Failure::broken(format!("{}: {error}", path.display()))),
        }
    }
    fn read(text: &str) -> Option<Outcome<Self>> {
        let key: [u8; 32] = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?.try_into().ok()?;
        Some(Self::of(&key))
    }
    /// Seals `plain`; it opens only with the same `about`.
    ///
    /// # Errors
    /// Only ours.
    pub fn seal(&self, about: &str, plain: &[u8], random: &Random) -> Outcome<Vec<u8>> {
        let nonce: [u8; 12] = random.bytes();
        let payload = Payload { msg: plain, aad: about.as_bytes() };
        let sealed = Aes256Gcm::new(&self.seals.into()).encrypt(&nonce.into(), payload).map_err(|_| Failure::broken("sealing failed"))?;
        Ok([&nonce, sealed.as_slice()].concat())
    }
    /// Opens what [`Vault::seal`] made.
    ///
    /// # Errors
    /// If the key or `about` is another, or the bytes were touched: ours, never the reader's.
    pub fn unseal(&self, about: &str, sealed: &[u8]) -> Outcome<Vec<u8>> {
        let broken = || Failure::broken("a sealed second factor does not open: the sign-in key is another, or the row was changed");
        let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: about.as_bytes() };
        Aes256Gcm::new(&self.seals.into()).decrypt(&(*nonce).into(), payload).map_err(|_| broken())
    }
    /// A keyed hash of a short code that belongs to `about`, in hex.
    ///
    /// # Errors
    /// Only ours.
    pub fn mark(&self, about: &str, code: &str) -> Outcome<String> {
        Ok(HEXLOWER.encode(&hmac(&self.marks, &[about.as_bytes(), &[0], code.as_bytes()])?))
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Outcome<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Failure::broken)?;
    parts.iter().for_each(|part| mac.update(part));
    Ok(mac.finalize().into_bytes().into())
}

/// Writes a new file that only its owner may read.
fn make(path: &Path, text: &str) -> Outcome<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(Failure::broken)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|e| Failure::broken(format!("{}: {e}", path.display())))?;
    file.write_all(format!("{text}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(Failure::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_where_it_belongs() {
        let dir = tempfile::tempdir().unwrap();
        let (path, random) = (dir.path().join("keys").join("sign_in.key"), Random::seeded(5));
        let vault = Vault::open("", &path, &random).unwrap();
        let sealed = vault.seal("fct_1", b"secret", &random).unwrap();
        assert_eq!(Vault::open("", &path, &random).unwrap().unseal("fct_1", &sealed).unwrap(), b"secret", "the key is kept");
        assert!(vault.unseal("fct_2", &sealed).is_err());
        assert!(Vault::open(&"0".repeat(64), &path, &random).unwrap().unseal("fct_1", &sealed).is_err(), "the setting comes first");
        assert!(Vault::open("too short", &path, &random).is_err());
        assert_ne!(vault.mark("a", "12345678").unwrap(), vault.mark("b", "12345678").unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

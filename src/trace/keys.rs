//! Order keys: 32 random bytes per code order, kept in the database only wrapped under a master key that lives
//! outside it, in a file, in the environment or, behind [`KeyProvider`], in a hardware module.
//!
//! Wrapping is AES-256-GCM. What the key belongs to ([`KeyOwner`]) is associated data, so a wrapped key moved to
//! another order, or an order whose count was edited, no longer opens. Rotation puts a new master key first and
//! re-wraps; the order keys, and so the codes on paper, stay as they are.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};

use super::code::Locator;
use super::kind::CodeKind;
use crate::kernel::{Failure, Random};

/// Bytes of a wrapped key: nonce 12, key 32, tag 16.
pub const WRAPPED_LENGTH: usize = 12 + 32 + 16;

/// The key of one code order. Not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderKey([u8; 32]);

impl OrderKey {
    /// Draws a new key.
    pub fn draw(random: &Random) -> Self {
        Self(random.bytes())
    }
    /// The key with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// The key itself, for the ciphers.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// SHA-256 of the key, lower-case hex, as the ledger records it at issue. It gives the key away to nobody.
    pub fn sha256(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0))
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderKey(…)")
    }
}

/// What a wrapped key belongs to. All of it is bound into the wrapping.
#[derive(Debug, Clone, Copy)]
pub struct KeyOwner<'a> {
    /// The order's number.
    pub order_no: i64,
    /// The order's locator.
    pub locator: Locator,
    /// How many codes it has.
    pub count: u32,
    /// What the codes are for.
    pub kind: CodeKind,
    /// The producer's id.
    pub producer: &'a str,
}

impl KeyOwner<'_> {
    /// The associated data: a name with its version, then order_no (i64), locator (u32) and count (u32) in big endian,
    /// then kind and producer, each as its length in bytes (u32, big endian) and its bytes. Two owners never have the same.
    fn bytes(&self) -> Vec<u8> {
        let mut out = b"yanzhao order key 1\0".to_vec();
        out.extend(self.order_no.to_be_bytes());
        out.extend(self.locator.get().to_be_bytes());
        out.extend(self.count.to_be_bytes());
        for word in [self.kind.as_str(), self.producer] {
            out.extend(u32::try_from(word.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend(word.as_bytes());
        }
        out
    }
}

/// An order key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which master key it is wrapped under.
    pub master_key_id: String,
    /// [`WRAPPED_LENGTH`] bytes: nonce, ciphertext, tag. A hardware module may have its own form.
    pub bytes: Vec<u8>,
}

/// Why a key can't be wrapped, opened or loaded.
#[derive(Debug, thiserror::Error)]
pub enum KeyTrouble {
    /// Wrapped under a master key that is not at hand.
    #[error("master key {0} is not at hand")]
    NoSuchMaster(String),
    /// The master key, the owner or the bytes are not those it was wrapped with.
    #[error("the wrapped key does not open: wrong master key, or the order or the key was changed")]
    DoesNotOpen,
    /// The key text is not as described at [`MasterKeys::read`].
    #[error("line {line} of the master keys: {problem}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There is no key in the text.
    #[error("there is no master key in it")]
    Empty,
    /// The file can't be read or written.
    #[error("master key file: {0}")]
    File(#[from] io::Error),
}

impl From<KeyTrouble> for Failure {
    fn from(trouble: KeyTrouble) -> Self {
        Self::broken(trouble)
    }
}

/// Whoever holds the master keys: a file, or a hardware module.
pub trait KeyProvider: fmt::Debug + Send + Sync {
    /// The master key that new wrappings use.
    fn current(&self) -> &str;
    /// Wraps `key` under the current master key, with `aad` bound in.
    fn seal(&self, key: &OrderKey, aad: &[u8], random: &Random) -> Result<WrappedKey, KeyTrouble>;
    /// Opens what [`KeyProvider::seal`] made, under any master key at hand, if `aad` is the same.
    fn open(&self, wrapped: &WrappedKey, aad: &[u8]) -> Result<OrderKey, KeyTrouble>;
}

/// Wraps the key of `owner` under the current master key.
pub fn wrap(masters: &dyn KeyProvider, key: &OrderKey, owner: &KeyOwner<'_>, random: &Random) -> Result<WrappedKey, KeyTrouble> {
    masters.seal(key, &owner.bytes(), random)
}

/// Opens the key of `owner`.
pub fn unwrap(masters: &dyn KeyProvider, wrapped: &WrappedKey, owner: &KeyOwner<'_>) -> Result<OrderKey, KeyTrouble> {
    masters.open(wrapped, &owner.bytes())
}

/// The same key under the current master key; `None` if it is under it already. Opened in any case, so a sweep over
/// all orders also checks them.
pub fn rewrap(
    masters: &dyn KeyProvider,
    wrapped: &WrappedKey,
    owner: &KeyOwner<'_>,
    random: &Random,
) -> Result<Option<WrappedKey>, KeyTrouble> {
    let key = unwrap(masters, wrapped, owner)?;
    if wrapped.master_key_id == masters.current() {
        return Ok(None);
    }
    wrap(masters, &key, owner, random).map(Some)
}

/// Master keys in memory, read from a file or the environment.
pub struct MasterKeys(Vec<Master>);

/// One master key. The cipher is prepared when needed: that is rare beside everything else.
#[derive(Clone)]
struct Master {
    id: String,
    key: [u8; 32],
}

impl Master {
    /// The name a key has when nobody gave it one: it follows from the key, so that the same key has the same name
    /// in a file and in the environment.
    fn named_after_itself(key: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"yanzhao master key id\0").chain_update(key).finalize();
        Self { id: format!("k{}", HEXLOWER.encode(&digest[..5])), key }
    }
    fn draw(random: &Random) -> Self {
        Self::named_after_itself(random.bytes())
    }
    fn line(&self) -> String {
        format!("{} {}\n", self.id, HEXLOWER.encode(&self.key))
    }
}

impl MasterKeys {
    /// Reads key text: one key per line, `id hex` with 64 hex digits, the current one first. The id (1–40 letters,
    /// digits, `_`, `-`, `.`) may be left out; it then follows from the key. Empty lines and lines beginning with `#` are skipped.
    pub fn read(text: &str) -> Result<Self, KeyTrouble> {
        let mut masters = Vec::new();
        let mut ids = HashSet::new();
        for (i, line) in text.lines().enumerate() {
            let wrong = |problem| KeyTrouble::Line { line: i + 1, problem };
            let words: Vec<&str> = line.split_whitespace().collect();
            let (id, hex) = match words[..] {
                [] => continue,
                [first, ..] if first.starts_with('#') => continue,
                [hex] => (None, hex),
                [id, hex] => (Some(id), hex),
                _ => return Err(wrong("expected an id and a key")),
            };
            let key = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok().and_then(|key| key.try_into().ok());
            let key: [u8; 32] = key.ok_or_else(|| wrong("the key is not 64 hex digits"))?;
            let master = match id {
                None => Master::named_after_itself(key),
                Some(id) if id.len() <= 40 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) => {
                    Master { id: id.to_owned(), key }
                }
                Some(_) => return Err(wrong("the id has other characters than letters, digits, _ - . or more than 40")),
            };
            if !ids.insert(master.id.clone()) {
                return Err(wrong("the id appears twice"));
            }
            masters.push(master);
        }
        if masters.is_empty() { Err(KeyTrouble::Empty) } else { Ok(Self(masters)) }
    }
    /// Reads the key file at `path`.
    pub fn load(path: &Path) -> Result<Self, KeyTrouble> {
        Self::read(&fs::read_to_string(path)?)
    }
    /// Makes a key file with one new key, readable by its owner only, on disk when this returns. Refused if something is
    /// there already: a lost master key is lost for every order under it, so none is ever overwritten.
    pub fn create(path: &Path, random: &Random) -> Result<Self, KeyTrouble> {
        let masters = Self(vec![Master::draw(random)]);
        masters.save(path)?;
        Ok(masters)
    }
    /// Puts a new key first in the file at `path`; the others stay so that what they wrapped still opens. Re-wrap every
    /// order afterwards. The file is replaced as a whole or not at all.
    pub fn add(path: &Path, random: &Random) -> Result<Self, KeyTrouble> {
        let mut masters = Self::load(path)?;
        masters.0.insert(0, Master::draw(random));
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = Path::new(&beside);
        masters.save(beside)?;
        fs::rename(beside, path)?;
        sync_directory(path)?;
        Ok(masters)
    }
    /// Writes all keys to a new file at `path`.
    fn save(&self, path: &Path) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(self.0.iter().map(Master::line).collect::<String>().as_bytes())?;
        file.sync_all()?;
        sync_directory(path)
    }
    fn find(&self, id: &str) -> Result<&Master, KeyTrouble> {
        self.0.iter().find(|m| m.id == id).ok_or_else(|| KeyTrouble::NoSuchMaster(id.to_owned()))
    }
}

/// Makes sure that the name of the file at `path` is on disk too.
fn sync_directory(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(parent) = path.parent() {
        fs::File::open(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?.sync_all()?;
    }
    Ok(())
}

impl KeyProvider for MasterKeys {
    fn current(&self) -> &str {
        self.0.first().map_or("", |m| &m.id)
    }
    fn seal(&self, key: &OrderKey, aad: &[u8], random: &Random) -> Result<WrappedKey, KeyTrouble> {
        let master = self.find(self.current())?;
        let nonce: [u8; 12] = random.bytes();
        let sealed = Aes256Gcm::new(&master.key.into()).encrypt(&nonce.into(), Payload { msg: &key.0, aad });
        let sealed = sealed.map_err(|_| KeyTrouble::DoesNotOpen)?;
        Ok(WrappedKey { master_key_id: master.id.clone(), bytes: [&nonce, sealed.as_slice()].concat() })
    }
    fn open(&self, wrapped: &WrappedKey, aad: &[u8]) -> Result<OrderKey, KeyTrouble> {
        let master = self.find(&wrapped.master_key_id)?;
        let (nonce, sealed) = wrapped.bytes.split_first_chunk::<12>().ok_or(KeyTrouble::DoesNotOpen)?;
        let key = Aes256Gcm::new(&master.key.into()).decrypt(&(*nonce).into(), Payload { msg: sealed, aad });
        let key = key.ok().and_then(|key| key.try_into().ok());
        key.map(OrderKey).ok_or(KeyTrouble::DoesNotOpen)
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|m| &m.id)).finish()
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;

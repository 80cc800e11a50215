//! Signed checkpoints (C2SP tlog-checkpoint and signed-note, Ed25519): size and root of the tree, signed with a key outside the
//! database and appended to a file outside the database.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use super::tree::{Edge, Hash};
use crate::kernel::{Failure, Outcome, Random};

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// Signs checkpoints and keeps them.
#[derive(Debug)]
pub struct Notary {
    origin: String,
    key: SigningKey,
    file: PathBuf,
    kept: Mutex<u64>,
}

impl Notary {
    /// Reads the key file (hex of 32 bytes; made on first use, readable by its owner only) and the kept checkpoints.
    ///
    /// # Errors
    /// If a file can't be read or written, or the key file holds something else.
    pub fn open(origin: &str, key_file: &Path, checkpoint_file: &Path, random: &Random) -> Outcome<Self> {
        let key = match std::fs::read_to_string(key_file) {
            Ok(text) => read_key(&text).ok_or_else(|| Failure::broken(format!("{} does not hold a ledger key", key_file.display())))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; 32] = random.bytes();
                write_private(key_file, &format!("{}\n", data_encoding::HEXLOWER.encode(&key)))?;
                SigningKey::from_bytes(&key)
            }
            Err(e) => return Err(Failure::broken(format!("{}: {e}", key_file.display()))),
        };
        let notary = Self { origin: origin.to_owned(), key, file: checkpoint_file.to_owned(), kept: Mutex::new(0) };
        let last = notary.kept()?.last().map_or(0, |c| c.size);
        *notary.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = last;
        Ok(notary)
    }

    /// The key others check checkpoints with, as a C2SP verifier key: `origin+hash+base64`.
    pub fn verifier(&self) -> String {
        let public = self.key.verifying_key();
        let mut typed = vec![1];
        typed.extend_from_slice(public.as_bytes());
        format!("{}+{}+{}", self.origin, data_encoding::HEXLOWER.encode(&key_id(&self.origin, &public)), BASE64.encode(&typed))
    }

    /// The signed note for a tree.
    pub fn sign(&self, edge: &Edge) -> String {
        let text = format!("{}\n{}\n{}\n", self.origin, edge.size(), BASE64.encode(&edge.root()));
        let mut signature = key_id(&self.origin, &self.key.verifying_key()).to_vec();
        signature.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n\u{2014} {} {}\n", self.origin, BASE64.encode(&signature))
    }

    /// Signs and keeps a checkpoint if the tree has grown since the last one kept; fsyncs before answering.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn keep(&self, edge: &Edge) -> Outcome<bool> {
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if edge.size() <= *kept {
            return Ok(false);
        }
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&self.file).map_err(Failure::broken)?;
        file.write_all(format!("{}\n", self.sign(edge)).as_bytes()).map_err(Failure::broken)?;
        file.sync_all().map_err(Failure::broken)?;
        *kept = edge.size();
        Ok(true)
    }

    /// The checkpoints kept in this notary's file, oldest first.
    ///
    /// # Errors
    /// If one of them doesn't carry this key's signature.
    pub fn kept(&self) -> Outcome<Vec<Checkpoint>> {
        match std::fs::read_to_string(&self.file) {
            Ok(text) => self.read(&text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(Failure::broken(e)),
        }
    }

    /// Reads a file of kept checkpoints and checks every signature.
    ///
    /// # Errors
    /// If one of them is damaged or not signed with this key.
    pub fn read(&self, text: &str) -> Outcome<Vec<Checkpoint>> {
        text.split("\n\n\u{2014} ")
            .try_fold((Vec::new(), None::<String>), |(mut out, body), part| {
                // Each part after the first starts with the signature line of the body before it.
                let Some(body) = body else { return Ok((out, Some(part.to_owned()))) };
                let (line, rest) = part.split_once('\n').unwrap_or((part, ""));
                out.push(
                    self.check(&format!("{body}\n"), line)
                        .ok_or_else(|| Failure::broken("a kept checkpoint is damaged or was signed with another key"))?,
                );
                Ok((out, Some(rest.trim_start_matches('\n').to_owned())))
            })
            .map(|(out, _)| out)
    }

    fn check(&self, text: &str, signature_line: &str) -> Option<Checkpoint> {
        let (name, encoded) = signature_line.split_once(' ')?;
        let bytes = BASE64.decode(encoded.as_bytes()).ok()?;
        let public = self.key.verifying_key();
        let signature: [u8; 64] = bytes.get(4..)?.try_into().ok()?;
        // The name may be an earlier one (a host that moved); the key decides.
        (bytes.get(..4)? == key_id(name, &public)).then_some(())?;
        public.verify_strict(text.as_bytes(), &Signature::from_bytes(&signature)).ok()?;
        let mut lines = text.lines();
        (lines.next()? == name).then_some(())?;
        let size = lines.next()?.parse().ok()?;
        let root = BASE64.decode(lines.next()?.as_bytes()).ok()?.try_into().ok()?;
        Some(Checkpoint { size, root })
    }
}

fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([0x0a, 1]).chain_update(key.as_bytes()).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn read_key(text: &str) -> Option<SigningKey> {
    let bytes: [u8; 32] = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?.try_into().ok()?;
    Some(SigningKey::from_bytes(&bytes))
}

/// Writes a secret file that only its owner may read; never over an existing one.
fn write_private(path: &Path, text: &str) -> Outcome<()> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(Failure::broken)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(Failure::broken)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Failure::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_checkpoint_that_was_touched_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (key, file) = (dir.path().join("ledger.key"), dir.path().join("checkpoints"));
        let notary = Notary::open("gi.example.cn/log", &key, &file, &Random::seeded(7)).unwrap();
        let mut edge = Edge::default();
        for n in 0..3u8 {
            edge.push(super::super::leaf_hash(&[n]));
            assert!(notary.keep(&edge).unwrap());
            assert!(!notary.keep(&edge).unwrap(), "nothing new, nothing kept");
        }
        let again = Notary::open("gi.example.cn/log", &key, &file, &Random::seeded(8)).unwrap();
        let kept = again.kept().unwrap();
        assert_eq!(kept.iter().map(|c| c.size).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(kept[2].root, edge.root());
        let moved = Notary::open("gi2.example.cn/log", &key, &file, &Random::seeded(8)).unwrap();
        edge.push(super::super::leaf_hash(&[9]));
        assert!(moved.keep(&edge).unwrap());
        assert_eq!(moved.kept().unwrap().len(), 4, "a host that moved still reads what was kept before");
        let touched = std::fs::read_to_string(&file).unwrap().replacen("\n2\n", "\n4\n", 1);
        std::fs::write(&file, touched).unwrap();
        assert!(again.kept().is_err());
    }
}

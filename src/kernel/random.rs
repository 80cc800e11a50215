//! The only door to chance. Keys, ids, salts and draws are made from a [`Random`] that is passed in.

use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

/// A source of random bytes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Random(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Seeded(Arc<Mutex<(u64, u64)>>),
}

impl Random {
    /// The operating system's generator: the one production uses.
    pub fn system() -> Self {
        Self(Source::System)
    }
    /// The same bytes every time for the same seed. For tests and simulations, never for keys on paper.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new((seed, 0)))))
    }
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
    /// Fills `out`.
    ///
    /// # Panics
    /// If the operating system can't give random bytes: nothing may be issued then.
    #[expect(clippy::disallowed_methods, reason = "this is the one door to chance")]
    #[expect(clippy::expect_used, reason = "without random bytes no key, id or session may be made; stopping is the safe answer")]
    pub fn fill(&self, out: &mut [u8]) {
        match &self.0 {
            Source::System => getrandom::fill(out).expect("the operating system gives random bytes"),
            Source::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                for chunk in out.chunks_mut(32) {
                    let block = Sha256::new().chain_update(state.0.to_le_bytes()).chain_update(state.1.to_le_bytes()).finalize();
                    state.1 += 1;
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
            }
        }
    }
    /// A number below `bound` (which must not be 0), without bias worth speaking of: 128 random bits are reduced.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from_le_bytes(self.bytes()) % u128::from(bound.max(1));
        u64::try_from(wide).unwrap_or(0)
    }
}

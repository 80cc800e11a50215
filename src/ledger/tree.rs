//! The Merkle tree of RFC 6962 §2.1, kept by its right edge alone: one hash per set bit of the size.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256(0x00 ‖ leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of a tree: the roots of its perfect subtrees, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    roots: Vec<Hash>,
}

impl Edge {
    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }
    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut carried = leaf;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.roots.pop() {
                carried = node_hash(&left, &carried);
            }
            size >>= 1;
        }
        self.roots.push(carried);
        self.size += 1;
    }
    /// The root; that of the empty tree is SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(first) = roots.next() else { return Sha256::digest([]).into() };
        roots.fold(*first, |right, left| node_hash(left, &right))
    }
    /// As stored: size is kept elsewhere, the roots as hex without separators.
    pub fn to_hex(&self) -> String {
        self.roots.iter().map(|r| data_encoding::HEXLOWER.encode(r)).collect()
    }
    /// Reads what [`Edge::to_hex`] wrote; `None` if it can't be the edge of a tree of `size` leaves.
    pub fn from_hex(size: u64, hex: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?;
        let roots: Vec<Hash> = bytes.chunks_exact(32).filter_map(|c| c.try_into().ok()).collect();
        (bytes.len() % 32 == 0 && roots.len() == size.count_ones() as usize).then_some(Self { size, roots })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962 written down as it is defined, to hold the edge against.
    fn mth(leaves: &[Vec<u8>]) -> Hash {
        match leaves.len() {
            0 => Sha256::digest([]).into(),
            1 => leaf_hash(&leaves[0]),
            n => {
                let k = (n as u64).next_power_of_two() as usize / 2;
                node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
            }
        }
    }

    #[test]
    fn the_edge_gives_the_root_of_the_whole_tree() {
        let leaves: Vec<Vec<u8>> = (0..70u8).map(|n| vec![n; usize::from(n)]).collect();
        let mut edge = Edge::default();
        for n in 0..leaves.len() {
            assert_eq!(edge.root(), mth(&leaves[..n]), "size {n}");
            assert_eq!(Edge::from_hex(edge.size(), &edge.to_hex()).as_ref(), Some(&edge));
            edge.push(leaf_hash(&leaves[n]));
        }
    }

    #[test]
    fn known_roots_of_rfc_6962() {
        // The test vectors that certificate-transparency implementations share.
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let mut edge = Edge::default();
        for leaf in leaves {
            edge.push(leaf_hash(leaf));
        }
        assert_eq!(data_encoding::HEXLOWER.encode(&edge.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }
}

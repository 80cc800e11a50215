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

/// A whole tree, for paths that prove a leaf (RFC 6962 §2.1.1).
#[derive(Debug, Clone)]
pub struct Tree {
    /// The leaves, then each level above them; a last node without a partner stands on the next level as it is.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over these leaf hashes.
    pub fn of(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks(2).map(|pair| if let [left, right] = pair { node_hash(left, right) } else { pair[0] }).collect();
            levels.push(above);
        }
        Self { levels }
    }
    /// How many leaves.
    pub fn size(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }
    /// The hashes that lead from leaf `index` to the root, from the bottom; `None` if there is no such leaf.
    pub fn path(&self, index: usize) -> Option<Vec<Hash>> {
        if index >= self.size() {
            return None;
        }
        let mut at = index;
        let mut path = Vec::new();
        for level in &self.levels {
            path.extend(level.get(at ^ 1));
            at /= 2;
        }
        Some(path)
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

    /// PATH(m, D[n]) of RFC 6962, as it is defined.
    fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = leaves.len().next_power_of_two() / 2;
        let (mut out, other) = if m < k { (path(m, &leaves[..k]), &leaves[k..]) } else { (path(m - k, &leaves[k..]), &leaves[..k]) };
        out.push(mth(other));
        out
    }

    #[test]
    fn every_leaf_has_its_path() {
        let leaves: Vec<Vec<u8>> = (0..70u8).map(|n| vec![n]).collect();
        for size in [1, 2, 3, 7, 8, 9, 33, 64, 70] {
            let tree = Tree::of(leaves[..size].iter().map(|l| leaf_hash(l)).collect());
            for m in 0..size {
                assert_eq!(tree.path(m).unwrap(), path(m, &leaves[..size]), "leaf {m} of {size}");
            }
            assert!(tree.path(size).is_none());
        }
        assert!(Tree::of(Vec::new()).path(0).is_none());
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

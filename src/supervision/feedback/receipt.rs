//! 回执: 16 characters, 75 bits that nobody can guess and a check character. Only its hash is kept.
//!
//! A receipt is made of the form's own 128 random bits and of what was sent, so that the same form sent twice (a double tap, a reload)
//! has the same receipt, and another one never has.

use sha2::{Digest, Sha256};

use crate::kernel::crockford;

/// Characters of a receipt.
pub const LENGTH: usize = 16;
/// Bits of its first fifteen characters.
const BITS: u32 = 75;

/// The receipt of what was sent (`digest`) with the form that carries these random bytes.
pub fn receipt_of(form: &[u8; 16], digest: &[u8]) -> String {
    let hash = Sha256::new().chain_update("yanzhao receipt 1\0").chain_update(form).chain_update([0]).chain_update(digest).finalize();
    let wide: [u8; 16] = std::array::from_fn(|i| hash[i]);
    let body = crockford::upper(u128::from_be_bytes(wide) >> (128 - BITS), LENGTH - 1);
    let check = times_alpha(syndrome(&body));
    format!("{body}{}", char::from(crockford::UPPER[usize::from(check)]))
}

/// A receipt as it was typed; `None` if it can't be one. Every single wrong character and every swap of two is found.
pub fn read_receipt(written: &str) -> Option<String> {
    let cleaned = crate::kernel::text::identifier(written);
    let values: Option<Vec<u8>> = cleaned.chars().map(crockford::value).collect();
    let values = values.filter(|v| v.len() == LENGTH)?;
    let text: String = values.into_iter().map(|v| char::from(crockford::UPPER[usize::from(v)])).collect();
    (syndrome(&text) == 0).then_some(text)
}

/// What is kept of a receipt.
pub fn receipt_hash(receipt: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::new().chain_update("yanzhao receipt kept 1\0").chain_update(receipt).finalize())
}

/// `0K7M3Q250FT3BCKB` as `0K7M-3Q25-0FT3-BCKB`.
pub fn grouped(receipt: &str) -> String {
    let chars: Vec<char> = receipt.chars().collect();
    chars.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Horner over GF(32) = GF(2)\[x\]/(x^5+x^2+1) with alpha = x, of order 31.
fn syndrome(text: &str) -> u8 {
    text.chars().filter_map(crockford::value).fold(0, |sum, value| times_alpha(sum) ^ value)
}

fn times_alpha(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 { doubled } else { (doubled ^ 0b10_0101) & 31 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Random;

    #[test]
    fn a_form_sent_again_has_the_same_receipt_and_no_other_has() {
        let random = Random::seeded(5);
        let form: [u8; 16] = random.bytes();
        let receipt = receipt_of(&form, b"said");
        assert_eq!(receipt, receipt_of(&form, b"said"));
        assert_ne!(receipt, receipt_of(&form, b"said otherwise"));
        assert_ne!(receipt, receipt_of(&random.bytes(), b"said"));
        assert_eq!((receipt.len(), grouped(&receipt).len(), receipt_hash(&receipt).len()), (16, 19, 64));
    }

    #[test]
    fn a_receipt_is_read_as_people_type_it_and_every_slip_is_found() {
        let random = Random::seeded(6);
        for _ in 0..50 {
            let receipt = receipt_of(&random.bytes(), b"");
            for written in [receipt.clone(), receipt.to_lowercase(), grouped(&receipt), grouped(&receipt).replace('-', " ")] {
                assert_eq!(read_receipt(&written).as_deref(), Some(receipt.as_str()), "{written}");
            }
            let chars: Vec<char> = receipt.chars().collect();
            for i in 0..LENGTH {
                for c in crockford::UPPER.iter().map(|c| char::from(*c)).filter(|c| *c != chars[i]) {
                    let mut wrong = chars.clone();
                    wrong[i] = c;
                    assert_eq!(read_receipt(&wrong.iter().collect::<String>()), None);
                }
                for j in (i + 1..LENGTH).filter(|j| chars[*j] != chars[i]) {
                    let mut wrong = chars.clone();
                    wrong.swap(i, j);
                    assert_eq!(read_receipt(&wrong.iter().collect::<String>()), None);
                }
            }
        }
        for unfit in ["", "0K7M", "0000000000000000U", "张三张三张三张三张三张三张三张三"] {
            assert_eq!(read_receipt(unfit), None, "{unfit}");
        }
    }
}

//! From a place in an order to the code on its label, and back, without a row per code.
//!
//! The body of a code is FF1 (NIST SP 800-38G, radix 32, 13 numerals, most significant first) under the order's key
//! of the integer index · 2^41; the tweak is the six characters before it. A body that does not decrypt to 41 zero
//! bits and an index below the count was never issued: even for the largest order a guess hits with 2^-41.
//! The rounds are the `fpe` crate's; its numerals are given as machine words here, which is several times as fast
//! as its own big integers and checked against them.

use std::fmt;

use aes::Aes256;
use fpe::ff1::{FF1, NumeralString, Operations};

use super::code::{BODY, Code, HEADER, Locator, Suite};
use crate::kernel::crockford;

/// The most codes one order may have; `sequence` = index + 1 runs from 1 to its count.
pub const MOST_CODES: u32 = 1 << 24;
/// Bits of the decrypted body that must be zero.
const ZERO_BITS: u32 = 41;
/// The radix of FF1 here; its numerals are five bits wide.
const RADIX: u32 = 32;

/// The cipher of one order, prepared once. Making and reading a code take about a microsecond and touch no database.
pub struct CodeCipher {
    ff1: FF1<Aes256>,
    header: [u8; HEADER],
}

impl CodeCipher {
    /// Prepares the cipher of the order with this key (AES-256) under `suite` and `locator`.
    #[expect(clippy::expect_used, reason = "radix 32 is within what FF1 allows")]
    pub fn new(key: &[u8; 32], suite: Suite, locator: Locator) -> Self {
        let header = (u32::from(suite.value()) << 25) | locator.get();
        let header = std::array::from_fn(|i| crockford::UPPER[((header >> (5 * (HEADER - 1 - i))) & 31) as usize]);
        Self { ff1: FF1::new(key, RADIX).expect("radix 32 is allowed"), header }
    }

    /// The code at `index`.
    ///
    /// # Panics
    /// If `index` is not below [`MOST_CODES`]; the count of an order is refused long before.
    #[expect(clippy::expect_used, reason = "65 bits are always 13 numerals below 32")]
    pub fn code(&self, index: u32) -> Code {
        assert!(index < MOST_CODES, "an order has at most 2^24 codes");
        let plain = Numerals { value: u128::from(index) << ZERO_BITS, count: BODY };
        let body = self.ff1.encrypt(&self.header, &plain).expect("13 numerals below 32");
        Code::assemble(self.header, body.value)
    }

    /// The index of `code` if this order, of `count` codes, issued it. No timing secret is at stake: what was issued
    /// is answered openly.
    pub fn index_of(&self, code: &Code, count: u32) -> Option<u32> {
        index_in(self.decrypt(code)?, count, ZERO_BITS)
    }

    /// The decrypted 65 bits of a code that bears this order's suite and locator.
    #[expect(clippy::expect_used, reason = "65 bits are always 13 numerals below 32")]
    fn decrypt(&self, code: &Code) -> Option<u128> {
        let body = Numerals { value: code.body(), count: BODY };
        (code.header() == self.header).then(|| self.ff1.decrypt(&self.header, &body).expect("13 numerals below 32").value)
    }
}

/// The index that decrypted bits carry, if their lowest `zero_bits` are zero and it is below `count`. The width is
/// always [`ZERO_BITS`], except where a test shows that it matters.
fn index_in(plain: u128, count: u32, zero_bits: u32) -> Option<u32> {
    let index = u32::try_from(plain >> ZERO_BITS).ok()?;
    (plain & ((1 << zero_bits) - 1) == 0 && index < count).then_some(index)
}

impl fmt::Debug for CodeCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeCipher({})", String::from_utf8_lossy(&self.header))
    }
}

/// Up to 13 numerals of radix 32 as one number, most significant first.
#[derive(Clone, Copy)]
struct Numerals {
    value: u128,
    count: usize,
}

impl Numerals {
    /// The number modulo 32^count.
    fn modulo(value: u128, count: usize) -> Self {
        Self { value: value & ((1 << (5 * count)) - 1), count }
    }
    /// The number whose big-endian bytes these are, modulo 2^128: FF1 gives twelve.
    fn read(bytes: impl Iterator<Item = u8>) -> u128 {
        bytes.fold(0, |sum, byte| (sum << 8) | u128::from(byte))
    }
}

impl NumeralString for Numerals {
    type Ops = Self;

    fn is_valid(&self, radix: u32) -> bool {
        radix == RADIX && self.value >> (5 * self.count) == 0
    }
    fn numeral_count(&self) -> usize {
        self.count
    }
    fn split(&self) -> (Self, Self) {
        let front = self.count / 2;
        let back = self.count - front;
        (Self { value: self.value >> (5 * back), count: front }, Self::modulo(self.value, back))
    }
    fn concat(a: Self, b: Self) -> Self {
        Self { value: (a.value << (5 * b.count)) | b.value, count: a.count + b.count }
    }
}

impl Operations for Numerals {
    /// Half a body has at most 7 numerals: 35 bits in five bytes.
    type Bytes = [u8; 5];

    fn numeral_count(&self) -> usize {
        self.count
    }
    fn to_be_bytes(&self, _radix: u32, _b: usize) -> Self::Bytes {
        let wide = self.value.to_be_bytes();
        std::array::from_fn(|i| wide[wide.len() - 5 + i])
    }
    fn add_mod_exp(self, other: impl Iterator<Item = u8>, _radix: u32, m: usize) -> Self {
        Self::modulo(self.value.wrapping_add(Self::read(other)), m)
    }
    fn sub_mod_exp(self, other: impl Iterator<Item = u8>, _radix: u32, m: usize) -> Self {
        Self::modulo(self.value.wrapping_sub(Self::read(other)), m)
    }
}

#[cfg(test)]
mod tests {
    use fpe::ff1::FlexibleNumeralString;
    use proptest::prelude::*;
    use rand::SeedableRng as _;

    use super::*;
    use crate::kernel::Random;

    fn designed_key() -> [u8; 32] {
        std::array::from_fn(|i| u8::try_from(i).unwrap())
    }
    fn locator(text: &str) -> Locator {
        Locator::new(text.chars().fold(0, |sum, c| (sum << 5) | u32::from(crockford::value(c).unwrap()))).unwrap()
    }

    #[test]
    fn codes_are_as_designed() {
        for (place, index, code) in
            [("00001", 0, "000001EF97BFEGX7N3QX"), ("00001", 1, "0000019T3KRQ9GCZA937"), ("K7M3Q", 9999, "0K7M3Q250FT3BCKBFGHE")]
        {
            let cipher = CodeCipher::new(&designed_key(), Suite::Ff1Aes256, locator(place));
            assert_eq!(cipher.code(index).to_string(), code);
            let read = Code::parse(code).unwrap();
            assert_eq!(cipher.index_of(&read, index + 1), Some(index));
            assert_eq!(cipher.index_of(&read, index), None, "beyond the count");
        }
    }

    #[test]
    fn a_code_is_unknown_to_every_other_order() {
        let order = CodeCipher::new(&designed_key(), Suite::Ff1Aes256, locator("K7M3Q"));
        let code = order.code(5);
        let sample = CodeCipher::new(&designed_key(), Suite::Sample, locator("K7M3Q"));
        assert_eq!(sample.code(5).suite(), Some(Suite::Sample));
        assert_ne!(sample.code(5).body(), code.body());
        for other in [
            sample,
            CodeCipher::new(&designed_key(), Suite::Ff1Aes256, locator("K7M3R")),
            CodeCipher::new(&[7; 32], Suite::Ff1Aes256, locator("K7M3Q")),
        ] {
            assert_eq!(other.index_of(&code, MOST_CODES), None);
        }
        assert_eq!(format!("{order:?}"), "CodeCipher(0K7M3Q)");
    }

    #[test]
    #[should_panic(expected = "at most 2^24")]
    fn an_index_beyond_the_largest_order_is_a_mistake_of_the_caller() {
        CodeCipher::new(&designed_key(), Suite::Ff1Aes256, locator("00001")).code(MOST_CODES);
    }

    proptest! {
        #[test]
        fn every_index_comes_back(key: [u8; 32], place in 0..Locator::END, index in 0..MOST_CODES) {
            let cipher = CodeCipher::new(&key, Suite::Ff1Aes256, Locator::new(place).unwrap());
            prop_assert_eq!(cipher.index_of(&cipher.code(index), MOST_CODES), Some(index));
        }

        #[test]
        fn words_and_big_integers_give_the_same_body(key: [u8; 32], tweak in "[0-9A-Z]{6}", body in 0..1_u128 << 65) {
            let ff1 = FF1::<Aes256>::new(&key, RADIX).unwrap();
            let numerals: Vec<u16> = (0..BODY).rev().map(|i| u16::try_from((body >> (5 * i)) & 31).unwrap()).collect();
            let theirs: Vec<u16> = ff1.encrypt(tweak.as_bytes(), &FlexibleNumeralString::from(numerals)).unwrap().into();
            let theirs = theirs.into_iter().fold(0, |sum, n| (sum << 5) | u128::from(n));
            let ours = ff1.encrypt(tweak.as_bytes(), &Numerals { value: body, count: BODY }).unwrap();
            prop_assert_eq!(ours.value, theirs);
            prop_assert_eq!(ff1.decrypt(tweak.as_bytes(), &ours).unwrap().value, body);
        }
    }

    /// How many of `guesses` random bodies, with right check characters, the largest order would take for its own, with
    /// zero fields of the given widths.
    fn hits<const N: usize>(guesses: u64, zero_bits: [u32; N]) -> [usize; N] {
        let cipher = &CodeCipher::new(&Random::seeded(3).bytes(), Suite::Ff1Aes256, locator("K7M3Q"));
        let hit = |code: &Code| {
            let plain = cipher.decrypt(code).expect("the order's own suite and locator");
            zero_bits.map(|width| usize::from(index_in(plain, MOST_CODES, width).is_some()))
        };
        let parts = 4;
        let part = |part: u64| {
            let mut random = rand::rngs::SmallRng::seed_from_u64(part);
            let mut found = [0; N];
            for _ in 0..guesses / parts {
                let hit = hit(&Code::assemble(cipher.header, random.random()));
                found = std::array::from_fn(|i| found[i] + hit[i]);
            }
            found
        };
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..parts).map(|p| scope.spawn(move || part(p))).collect();
            let found: Vec<_> = running.into_iter().map(|r| r.join().unwrap()).collect();
            std::array::from_fn(|i| found.iter().map(|f| f[i]).sum())
        })
    }

    /// Of a million, a field of 12 bits lets 10^6 / 2^12 = 244 through, give or take 16; so the test can find hits.
    #[test]
    fn a_million_guesses_under_the_largest_order_hit_nothing_and_a_narrow_zero_field_would_let_them() {
        let [designed, narrow] = hits(1_000_000, [ZERO_BITS, 12]);
        assert_eq!(designed, 0);
        assert!((150..350).contains(&narrow), "{narrow}");
    }
}

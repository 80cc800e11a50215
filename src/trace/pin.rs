//! The scratch PIN under a label's covering: the first 30 bits of HMAC-SHA256 over the code, six characters of
//! Crockford's base 32. Its key comes from the order's key by HKDF-SHA256 with info `yanzhao pin 1`.
//!
//! It is computed whenever it is needed and never stored. How often a wrong one may be tried, and that the first right
//! one counts once, is decided where scans are recorded; 30 bits are no secret against unlimited tries.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::code::Code;
use crate::kernel::{crockford, text};

/// How many characters a PIN has.
pub const LENGTH: usize = 6;

/// A scratch PIN, or one as typed. Compared in constant time; not shown by `Debug`.
#[derive(Clone, Copy)]
pub struct Pin([u8; LENGTH]);

/// Makes the PINs of one order.
#[derive(Clone)]
pub struct PinKey(Hmac<Sha256>);

impl PinKey {
    /// The PIN key of the order with this key.
    #[expect(clippy::expect_used, reason = "32 bytes are within what HKDF gives, and HMAC takes a key of any length")]
    pub fn new(order_key: &[u8; 32]) -> Self {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, order_key).expand(b"yanzhao pin 1", &mut key).expect("HKDF-SHA256 gives up to 8160 bytes");
        Self(Hmac::new_from_slice(&key).expect("HMAC takes a key of any length"))
    }
    /// The PIN of `code`.
    pub fn pin(&self, code: &Code) -> Pin {
        let mac = self.0.clone().chain_update(code.as_bytes()).finalize().into_bytes();
        let bits = u32::from_be_bytes([mac[0], mac[1], mac[2], mac[3]]) >> 2;
        Pin(std::array::from_fn(|i| crockford::UPPER[((bits >> (5 * (LENGTH - 1 - i))) & 31) as usize]))
    }
    /// Is `typed` the PIN of `code`? Read as tolerantly as a code.
    pub fn accepts(&self, code: &Code, typed: &str) -> bool {
        Pin::parse(typed).is_some_and(|typed| self.pin(code) == typed)
    }
}

impl fmt::Debug for PinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinKey(…)")
    }
}

impl Pin {
    /// Reads six characters as people type them: blanks and dashes, lower case, full-width forms, I and L for 1,
    /// O for 0. `None` if it can't be a PIN.
    pub fn parse(typed: &str) -> Option<Self> {
        let narrow = text::identifier(typed);
        let values: Vec<u8> = narrow.chars().map(crockford::value).collect::<Option<_>>()?;
        let values: [u8; LENGTH] = values.try_into().ok()?;
        Some(Self(values.map(|v| crockford::UPPER[usize::from(v)])))
    }
    /// The six characters, for the print file.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Pin {}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed independently with Python's hmac and hashlib, key 00 01 … 1f.
    const PINS: [(&str, &str); 2] = [("000001EF97BFEGX7N3QX", "H2357M"), ("0K7M3Q250FT3BCKBFGHE", "2SMRF6")];

    fn key() -> PinKey {
        PinKey::new(&std::array::from_fn(|i| u8::try_from(i).unwrap()))
    }

    #[test]
    fn pins_are_as_designed() {
        for (code, pin) in PINS {
            assert_eq!(key().pin(&Code::parse(code).unwrap()).as_str(), pin);
        }
    }

    #[test]
    fn a_pin_is_read_tolerantly_and_fits_its_own_code_only() {
        let [code, other] = PINS.map(|(code, _)| Code::parse(code).unwrap());
        let pin = key().pin(&code);
        let (a, b) = pin.as_str().split_at(3);
        for typed in [format!("{a}{b}"), format!(" {a}-{b} ").to_lowercase(), format!("{a}　{b}"), format!("{a}－{b}")] {
            assert!(key().accepts(&code, &typed), "{typed}");
            assert!(!key().accepts(&other, &typed), "{typed}");
        }
        assert!(!PinKey::new(&[1; 32]).accepts(&code, pin.as_str()));
        for typed in ["", "12345", "1234567", "12345U", "１２３４５梨"] {
            assert_eq!(Pin::parse(typed), None, "{typed}");
        }
        assert_eq!(Pin::parse("OoIlZz").map(|p| p.as_str().to_owned()).as_deref(), Some("0011ZZ"));
        assert_eq!(format!("{pin:?} {:?}", key()), "Pin(…) PinKey(…)");
    }

    #[test]
    fn one_wrong_character_is_refused_anywhere() {
        let code = Code::parse(PINS[0].0).unwrap();
        let pin = key().pin(&code);
        for i in 0..LENGTH {
            let mut wrong = pin.0;
            wrong[i] = if wrong[i] == b'7' { b'8' } else { b'7' };
            assert!(!key().accepts(&code, std::str::from_utf8(&wrong).unwrap()), "{i}");
        }
    }
}

//! Second factors, without tables: an authenticator's steps (RFC 6238), the codes of a printed card, the code in an SMS.

use totp_rs::{Algorithm, Builder};

use crate::kernel::{Millis, Outcome, Random, clock, text};

/// Bytes of an authenticator's secret.
pub const SECRET_LENGTH: usize = 20;
/// Codes on a printed card.
pub const CARD_CODES: i64 = 12;
/// How long a code in an SMS is good.
pub const SMS_LASTS: Millis = 5 * clock::MINUTE;
/// How long until the next SMS.
pub const SMS_PAUSE: Millis = clock::MINUTE;
/// How many SMS a day.
pub const SMS_A_DAY: i64 = 10;

/// What a second factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorKind {
    /// An authenticator on a phone.
    Totp,
    /// A printed card of one-time codes.
    Card,
    /// A code by SMS.
    Sms,
}

impl FactorKind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Totp, Self::Card, Self::Sms];
    /// The word stored and sent.
    pub fn word(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Card => "card",
            Self::Sms => "sms",
        }
    }
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// The digits of a typed code, full width made plain; `None` if something else is in it.
pub fn digits(typed: &str) -> Option<String> {
    let plain = text::identifier(typed);
    (!plain.is_empty() && plain.len() <= 12 && plain.bytes().all(|b| b.is_ascii_digit())).then_some(plain)
}

/// The step of 30 seconds this code belongs to: now, the one before or the one after. Whether it was used is for the caller to know.
///
/// # Errors
/// Only ours.
pub fn totp_step(secret: &[u8; SECRET_LENGTH], code: &str, now: Millis) -> Outcome<Option<i64>> {
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(1).with_step_duration(30).with_secret(*secret);
    let totp = totp.build().map_err(|e| crate::kernel::Failure::broken(format!("{e:?}")))?;
    let seconds = u64::try_from(now / 1000).unwrap_or(0);
    Ok(totp.check(code, seconds).and_then(|step| i64::try_from(step).ok()))
}

/// A secret as people type it into an authenticator.
pub fn secret_text(secret: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(secret)
}

/// The address an authenticator reads from a QR symbol.
pub fn otpauth(issuer: &str, account: &str, secret: &[u8]) -> String {
    let part = |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20") };
    let (issuer, account, secret) = (part(issuer), part(account), secret_text(secret));
    format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
}

/// The codes of a new card: eight digits each, no two alike.
pub fn new_card(random: &Random) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    while codes.len() < usize::try_from(CARD_CODES).unwrap_or(0) {
        let code = format!("{:08}", random.below(100_000_000));
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// A code for an SMS.
pub fn new_sms_code(random: &Random) -> String {
    format!("{:06}", random.below(1_000_000))
}

/// A mainland mobile number, eleven digits; `None` if it is not one.
pub fn phone(typed: &str) -> Option<String> {
    let plain = digits(typed.trim().trim_start_matches("+86"))?;
    (plain.len() == 11 && plain.starts_with('1') && !plain[1..].starts_with(['0', '1', '2'])).then_some(plain)
}

/// A number as it is shown: `138****1234`.
pub fn masked(phone: &str) -> String {
    match (phone.get(..3), phone.get(7..)) {
        (Some(head), Some(tail)) => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, the last six digits.
    #[test]
    fn the_vectors_of_rfc_6238() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = |seconds: i64| totp_step(secret, code, seconds * 1000).unwrap();
            assert_eq!(at(seconds), Some(seconds / 30));
            assert_eq!(at(seconds + 30), Some(seconds / 30), "a slow clock");
            assert_eq!(at(seconds + 90), None, "too old");
        }
        assert_eq!(totp_step(secret, "28708", 59_000).unwrap(), None);
    }

    #[test]
    fn what_is_typed_is_read() {
        assert_eq!(digits(" 287 082 ").as_deref(), Some("287082"));
        assert_eq!(digits("２８７-０８２").as_deref(), Some("287082"));
        assert!(digits("28708a").is_none() && digits("").is_none());
        assert_eq!(phone("+86 138-0013-8000").as_deref(), Some("13800138000"));
        assert!(phone("0311-8888888").is_none() && phone("12800138000").is_none());
        assert_eq!(masked("13800138000"), "138****8000");
        let card = new_card(&Random::seeded(2));
        assert!(card.len() == 12 && card.iter().all(|c| c.len() == 8));
        assert!(
            otpauth("燕赵", "zhang.wen", b"12345678901234567890")
                .starts_with("otpauth://totp/%E7%87%95%E8%B5%B5:zhang.wen?secret=GEZDGNBV")
        );
    }
}

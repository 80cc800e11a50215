//! Crockford's base 32, in the two cases used here: lower case in ids, upper case in codes, receipts and PINs.

/// The alphabet of codes: no I, L, O or U.
pub const UPPER: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value of a character as people write it: any case, I and L read as 1, O as 0. U and all else are foreign.
pub fn value(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    UPPER.iter().position(|&a| char::from(a) == c).and_then(|i| u8::try_from(i).ok())
}

/// The lowest `5 × length` bits of `number`, most significant first, upper case.
pub fn upper(number: u128, length: usize) -> String {
    (0..length).rev().map(|i| char::from(UPPER[usize::try_from((number >> (5 * i)) & 31).unwrap_or(0)])).collect()
}

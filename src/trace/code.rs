//! The code on the label: 20 characters of Crockford's base 32, shown in groups of four, legal as GS1 AI (21).
//!
//! ```text
//! 0K7M 3Q25 0FT3 BCKB FGHE
//! ^                          pos 0     suite      5 bits   which cipher made the body
//!  ^^^ ^^                    pos 1–5   locator   25 bits   random, unique per code order
//!        ^^ ^^^^ ^^^^ ^^^    pos 6–18  body      65 bits   see the cipher
//!                        ^   pos 19    check      5 bits   sum over i of alpha^i · value(c_i) is 0
//! ```
//! The check is over GF(32) = GF(2)\[x\]/(x^5+x^2+1) with alpha = x, of order 31: every single wrong character and
//! every swap of two is caught, so a typing error is told apart from a code nobody issued. Which group is wrong
//! can't be known from it.

use std::fmt;
use std::str::FromStr;

use crate::kernel::{Random, crockford, text};

/// How many characters a code has.
pub const LENGTH: usize = 20;
/// How many characters stand together, and how many such groups there are.
const GROUP: usize = 4;
const GROUPS: usize = LENGTH / GROUP;
/// Characters before the body: suite and locator. They are the tweak of the cipher.
pub(super) const HEADER: usize = 6;
/// Characters of the body.
pub(super) const BODY: usize = 13;

/// Which cipher made the body. Suite 1 (FF1 with SM4) is reserved and not issued by this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// Value 0: FF1 (NIST SP 800-38G) with AES-256.
    Ff1Aes256,
    /// Value 31: a specimen, made like suite 0; never resolves to goods.
    Sample,
}

impl Suite {
    /// The value of position 0.
    pub const fn value(self) -> u8 {
        match self {
            Self::Ff1Aes256 => 0,
            Self::Sample => 31,
        }
    }
    /// The suite with this value; `None` if this version issues no such codes.
    pub const fn of(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Ff1Aes256),
            31 => Some(Self::Sample),
            _ => None,
        }
    }
}

/// Which order a code belongs to: 25 random bits, unique per code order, not sequential. Printed as five characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Locator(u32);

impl Locator {
    /// One more than the largest locator.
    pub const END: u32 = 1 << 25;

    /// The locator with this value, which must be below [`Locator::END`].
    pub const fn new(value: u32) -> Option<Self> {
        if value < Self::END { Some(Self(value)) } else { None }
    }
    /// Draws one. The caller makes sure that no order has it yet and draws again if one has.
    pub fn draw(random: &Random) -> Self {
        Self(u32::from_be_bytes(random.bytes()) % Self::END)
    }
    /// Its value, as stored.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crockford::upper(u128::from(self.0), 5))
    }
}

/// A code whose check character is right. Whether anybody issued it is another question.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code([u8; LENGTH]);

/// Why a text is not a code. Decided by form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mistyped {
    /// It has this many characters (spaces and dashes not counted) instead of 20.
    #[error("a code has 20 characters, this has {0}")]
    Length(usize),
    /// A character that no code contains, in this group (1–5).
    #[error("group {group} contains {character:?}, which no code contains")]
    Foreign {
        /// Which group, counted from 1.
        group: usize,
        /// The character as typed, full-width forms narrowed.
        character: char,
    },
    /// The text was visibly typed in groups, and this one (1–5) does not have four characters.
    #[error("group {group} has {length} characters instead of 4")]
    Group {
        /// Which group, counted from 1.
        group: usize,
        /// How many characters it has.
        length: usize,
    },
    /// The check character does not fit. Which group is wrong can't be known.
    #[error("the check character does not fit")]
    Check,
}

impl Mistyped {
    /// The group to look at, counted from 1, if it is known.
    pub const fn group(self) -> Option<usize> {
        match self {
            Self::Foreign { group, .. } | Self::Group { group, .. } => Some(group),
            Self::Length(_) | Self::Check => None,
        }
    }
}

impl Code {
    /// Reads a code as people type it: any blanks and dashes between the characters, lower case, full-width forms,
    /// I and L for 1, O for 0.
    ///
    /// A text counts as visibly grouped if separators cut it into three to five parts, most of them of four characters.
    pub fn parse(typed: &str) -> Result<Self, Mistyped> {
        let cleaned = text::clean(typed);
        let parts: Vec<Vec<char>> = cleaned
            .split(is_separator)
            .map(|part| part.chars().map(text::narrow).filter(|c| !is_separator(*c)).collect::<Vec<_>>())
            .filter(|part| !part.is_empty())
            .collect();
        let length = parts.iter().map(Vec::len).sum();
        let whole = parts.iter().filter(|part| part.len() == GROUP).count();
        let grouped = (3..=GROUPS).contains(&parts.len()) && whole * 2 > parts.len();

        if grouped || length == LENGTH {
            let mut seen = 0;
            for (p, part) in parts.iter().enumerate() {
                for &character in part {
                    if crockford::value(character).is_none() {
                        return Err(Mistyped::Foreign { group: if grouped { p + 1 } else { seen / GROUP + 1 }, character });
                    }
                    seen += 1;
                }
            }
        }
        let odd_group = || {
            let odd = parts.iter().position(|part| part.len() != GROUP).filter(|_| grouped)?;
            Some(Mistyped::Group { group: odd + 1, length: parts[odd].len() })
        };
        if length != LENGTH {
            return Err(odd_group().unwrap_or(Mistyped::Length(length)));
        }
        let mut code = [0; LENGTH];
        for (slot, value) in code.iter_mut().zip(parts.iter().flatten().filter_map(|&c| crockford::value(c))) {
            *slot = crockford::UPPER[usize::from(value)];
        }
        if syndrome(&code) == 0 { Ok(Self(code)) } else { Err(odd_group().unwrap_or(Mistyped::Check)) }
    }

    /// Puts a code together from its parts; only the lowest 65 bits of `body` count.
    pub(super) fn assemble(header: [u8; HEADER], body: u128) -> Self {
        let mut code = [crockford::UPPER[0]; LENGTH];
        code[..HEADER].copy_from_slice(&header);
        for (i, slot) in code[HEADER..HEADER + BODY].iter_mut().rev().enumerate() {
            *slot = crockford::UPPER[low_five(body >> (5 * i))];
        }
        // alpha^19 · check must equal the sum over the first 19, and alpha^12 · alpha^19 = alpha^31 = 1.
        let check = (0..12).fold(syndrome(&code), |sum, _| times_alpha(sum));
        code[LENGTH - 1] = crockford::UPPER[usize::from(check)];
        Self(code)
    }
    /// The suite; `None` if this version issues no codes of it, so the code is unknown.
    pub fn suite(&self) -> Option<Suite> {
        Suite::of(digit(self.0[0]))
    }
    /// Which order it claims to belong to.
    pub fn locator(&self) -> Locator {
        Locator(self.0[1..HEADER].iter().fold(0, |sum, &c| (sum << 5) | u32::from(digit(c))))
    }
    /// The 65 bits between locator and check character.
    pub(super) fn body(&self) -> u128 {
        self.0[HEADER..HEADER + BODY].iter().fold(0, |sum, &c| (sum << 5) | u128::from(digit(c)))
    }
    /// Suite and locator as printed.
    pub(super) fn header(&self) -> [u8; HEADER] {
        std::array::from_fn(|i| self.0[i])
    }
    /// The 20 ASCII characters.
    pub const fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
    /// The 20 characters, as stored and as in URLs.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
    /// As printed for people: five groups of four.
    pub fn grouped(&self) -> String {
        self.groups().collect::<Vec<_>>().join(" ")
    }
    /// The five groups of four.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        (0..GROUPS).map(|g| &self.as_str()[g * GROUP..(g + 1) * GROUP])
    }
    /// The last six characters, which people compare with the label in their hand.
    pub fn tail6(&self) -> &str {
        &self.as_str()[LENGTH - 6..]
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.as_str())
    }
}

impl FromStr for Code {
    type Err = Mistyped;
    fn from_str(typed: &str) -> Result<Self, Mistyped> {
        Self::parse(typed)
    }
}

/// Blanks and every kind of dash (Unicode category Pd, the soft hyphen, the minus signs).
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{ad}' | '\u{58a}' | '\u{5be}' | '\u{1400}' | '\u{1806}' | '\u{2010}'
                ..='\u{2015}' | '\u{2043}' | '\u{207b}' | '\u{2212}'
        )
        || matches!(
            c,
            '\u{2e17}' | '\u{2e1a}' | '\u{2e3a}' | '\u{2e3b}' | '\u{2e40}' | '\u{301c}' | '\u{3030}' | '\u{30a0}' | '\u{fe31}' | '\u{fe32}'
        )
        || matches!(c, '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// The lowest five bits, as an index into the alphabet.
fn low_five(bits: u128) -> usize {
    usize::from((bits & 31).to_le_bytes()[0])
}

/// The value of a canonical character.
const fn digit(character: u8) -> u8 {
    /// Values by ASCII; what is not in the alphabet never gets into a [`Code`].
    const VALUES: [u8; 128] = {
        let mut values = [0; 128];
        let mut value = 0;
        while value < 32 {
            values[crockford::UPPER[value as usize] as usize] = value;
            value += 1;
        }
        values
    };
    VALUES[(character & 127) as usize]
}

/// Multiplication by alpha in GF(32).
const fn times_alpha(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

/// The sum over i of alpha^i · value(c_i); 0 for a code.
fn syndrome(code: &[u8; LENGTH]) -> u8 {
    code.iter().rev().fold(0, |sum, &c| times_alpha(sum) ^ digit(c))
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;

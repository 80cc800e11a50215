//! 统一社会信用代码, the code of legal persons and other organisations (GB 32100-2015), with both check characters.
//!
//! ```text
//! 9 1 350100 M000100Y4 3
//! │ │ │      │         └ whole-code check, position 18 (GB 32100-2015)
//! │ │ │      └────────── organisation code, positions 9–17, its own check last (GB 11714-1997)
//! │ │ └───────────────── division at registration, positions 3–8 (GB/T 2260): frozen, may be abolished since
//! │ └─────────────────── kind within the authority
//! └───────────────────── registration authority: 1 5 9, N rural collectives, Y others …
//! ```
//! The region is never compared with today's list (130182 stays), nor is the list of authorities closed (it has grown by amendment).
//! The whole-code check is a refusal: it catches every single slip and swap. With it right, a wrong inner check can't be a slip of the
//! pen, so it is no refusal but a doubt that stays with the code for an officer to settle.

use std::fmt;

use crate::kernel::{Failure, FieldProblem, text};

/// The 31 characters, each standing for its place: no I, O, S, V, Z (GB 32100-2015).
pub const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Characters in a code.
pub const LENGTH: usize = 18;

/// A code whose form and whole-code check are right, or that staff accepted on evidence.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CreditCode(String);

/// What is wrong with a text meant as a credit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreditCodeProblem {
    /// Not 18 characters once blanks and dashes are gone.
    Length {
        /// What was read, normalised; cut to 40 characters.
        value: String,
        /// How many characters it has.
        length: usize,
    },
    /// A character outside the alphabet.
    Character {
        /// What was read, normalised.
        value: String,
        /// Position, 1–18.
        position: usize,
        /// The character.
        character: char,
        /// The character people usually mean, where one looks alike.
        likely: Option<char>,
    },
    /// Position 18 does not follow from positions 1–17.
    Check {
        /// What was read, normalised.
        value: String,
        /// What position 18 would be.
        expected: char,
    },
    /// Position 17 does not follow from positions 9–16 (GB 11714).
    OrganisationCheck {
        /// What was read, normalised.
        value: String,
        /// What position 17 would be.
        expected: char,
    },
}

impl CreditCode {
    /// Reads a code as people write it: full-width, lower case, with blanks or dashes.
    ///
    /// # Errors
    /// Length, foreign character, or whole-code check, in this order. A wrong organisation-code check is not an error
    /// here: ask [`CreditCode::doubt`].
    pub fn parse(text: &str) -> Result<Self, CreditCodeProblem> {
        let code = Self::parse_on_evidence(text)?;
        match code.check_problem() {
            Some(problem) => Err(problem),
            None => Ok(code),
        }
    }

    /// Reads a code whose check characters staff have seen on an official paper: only form is asked for.
    /// The caller keeps the evidence and who accepted it.
    ///
    /// # Errors
    /// Length or foreign character; these no evidence can heal.
    pub fn parse_on_evidence(text: &str) -> Result<Self, CreditCodeProblem> {
        let value = text::identifier(text);
        let length = value.chars().count();
        if length != LENGTH {
            return Err(CreditCodeProblem::Length { value: value.chars().take(40).collect(), length });
        }
        if let Some((at, character)) = value.chars().enumerate().find(|(_, c)| place(*c).is_none()) {
            return Err(CreditCodeProblem::Character { value, position: at + 1, character, likely: look_alike(character) });
        }
        Ok(Self(value))
    }

    /// Why the whole-code check fails, if it does.
    pub fn check_problem(&self) -> Option<CreditCodeProblem> {
        let expected = check_character(&self.0)?;
        (!self.0.ends_with(expected)).then(|| CreditCodeProblem::Check { value: self.0.clone(), expected })
    }

    /// What an officer should look at although the code may be taken: the inner organisation code fails its own check.
    pub fn doubt(&self) -> Option<CreditCodeProblem> {
        let expected = organisation_check(self.organisation_code())?;
        (!self.organisation_code().ends_with(expected)).then(|| CreditCodeProblem::OrganisationCheck { value: self.0.clone(), expected })
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Position 1, the registration authority.
    pub fn authority(&self) -> char {
        self.0.chars().next().unwrap_or('0')
    }
    /// The authority's name as the standard and its amendments give it; `None` for letters not known here, which are still valid.
    pub fn authority_name(&self) -> Option<&'static str> {
        Some(match self.authority() {
            '1' => "机构编制",
            '2' => "外交",
            '3' => "司法行政",
            '4' => "文化",
            '5' => "民政",
            '6' => "旅游",
            '7' => "宗教",
            '8' => "工会",
            '9' => "市场监管",
            'A' => "中央军委改革和编制办公室",
            'N' => "农业农村",
            'Y' => "其他",
            _ => return None,
        })
    }
    /// Positions 3–8: the division where it was registered, as it was then.
    pub fn region(&self) -> &str {
        &self.0[2..8]
    }
    /// Positions 9–17: the organisation code (GB 11714).
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }
    /// A farmers' specialised co-operative (农民专业合作社, 93…).
    pub fn is_cooperative(&self) -> bool {
        self.0.starts_with("93")
    }
    /// A rural collective economic organisation (农村集体经济组织, N…).
    pub fn is_rural_collective(&self) -> bool {
        self.0.starts_with('N')
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl CreditCodeProblem {
    /// Stable code; its words are `refusal.<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "credit_code_length",
            Self::Character { likely: None, .. } => "credit_code_character",
            Self::Character { likely: Some(_), .. } => "credit_code_look_alike",
            Self::Check { .. } => "credit_code_check",
            Self::OrganisationCheck { .. } => "credit_code_organisation_check",
        }
    }
    /// May staff accept the code all the same, with evidence on file? Check characters yes, form never.
    pub fn may_be_overridden(&self) -> bool {
        match self {
            Self::Length { .. } | Self::Character { .. } => false,
            Self::Check { .. } | Self::OrganisationCheck { .. } => true,
        }
    }
    /// The figures for the words.
    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Length { value, length } => vec![("value", value.clone()), ("length", length.to_string())],
            Self::Character { value, position, character, likely } => {
                let mut params = vec![("value", value.clone()), ("position", position.to_string()), ("character", character.to_string())];
                params.extend(likely.map(|c| ("likely", c.to_string())));
                params
            }
            Self::Check { value, expected } => {
                let found: String = value.chars().skip(17).collect();
                vec![("value", value.clone()), ("position", "18".to_owned()), ("found", found), ("expected", expected.to_string())]
            }
            Self::OrganisationCheck { value, expected } => {
                let found: String = value.chars().skip(16).take(1).collect();
                let inner: String = value.chars().skip(8).take(9).collect();
                vec![
                    ("value", value.clone()),
                    ("position", "17".to_owned()),
                    ("inner", inner),
                    ("found", found),
                    ("expected", expected.to_string()),
                ]
            }
        }
    }
    /// The problem as the field at fault.
    pub fn at(&self, pointer: impl Into<String>) -> FieldProblem {
        FieldProblem { pointer: pointer.into(), code: self.code(), params: self.params() }
    }
    /// The problem as a refusal of one field.
    pub fn refuse(&self, pointer: impl Into<String>) -> Failure {
        let mut failure = Failure::invalid("invalid_fields");
        failure.params = self.params();
        failure.fields.push(self.at(pointer));
        failure
    }
}

/// The value of a character: its place in the alphabet.
fn place(c: char) -> Option<usize> {
    ALPHABET.iter().position(|&a| char::from(a) == c)
}

/// What people usually mean by a letter the alphabet leaves out because it looks like another.
fn look_alike(c: char) -> Option<char> {
    match c {
        'I' | '|' => Some('1'),
        'O' => Some('0'),
        'S' => Some('5'),
        'V' => Some('U'),
        'Z' => Some('2'),
        _ => None,
    }
}

/// Position 18 from positions 1–17: (31 − Σ cᵢ·3^(i−1) mod 31) mod 31. The outer mod turns a remainder of 0 into '0'
/// (GB 32100-2015). `None` if a character is foreign or there are fewer than 17.
pub fn check_character(code: &str) -> Option<char> {
    let (mut sum, mut weight, mut seen) = (0, 1, 0);
    for c in code.chars().take(LENGTH - 1) {
        sum += place(c)? * weight;
        weight = weight * 3 % 31;
        seen += 1;
    }
    (seen == LENGTH - 1).then(|| char::from(ALPHABET[(31 - sum % 31) % 31]))
}

/// The ninth character of an organisation code from its first eight: 11 − Σ mod 11, where 10 is written X and 11 is written 0
/// (GB 11714-1997). Letters count 10 for A to 35 for Z. `None` if a character is foreign or there are fewer than eight.
pub fn organisation_check(code: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let (mut sum, mut seen) = (0, 0);
    for (c, weight) in code.chars().zip(WEIGHTS) {
        sum += c.to_digit(36)? * weight;
        seen += 1;
    }
    if seen < WEIGHTS.len() {
        return None;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

#[cfg(test)]
mod tests;

//! Who runs this site and how to reach them: from settings only, never from a request.

/// What every page says about itself. A demo names no real authority.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// Host of the base URL as printed on labels, such as `gi.example.cn`.
    pub domain: String,
    /// Who operates the platform.
    pub operator: Option<String>,
    /// Telephone line to read a number to, as written for people.
    pub phone: Option<String>,
    /// ICP filing number; links to beian.miit.gov.cn.
    pub icp: Option<String>,
    /// Public-security filing number (公安备案).
    pub police_record: Option<String>,
    /// Shows the red bar.
    pub demo: bool,
}

impl Site {
    /// The telephone number for a `tel:` link: digits and a leading plus only.
    pub fn phone_href(&self) -> Option<String> {
        let phone = self.phone.as_deref()?;
        let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        (!digits.is_empty()).then(|| format!("tel:{digits}"))
    }
}
